//! The probes of each node: which hashes they are, and how many of them were skipped.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use crate::lsh::node::Node;

/// Most probes of a node: as many as it has sampled hashes, if those are fewer.
pub(super) const PROBES: usize = 16;

/// A node with fewer probes left than this, some of which were skipped, counts as not searched for.
const FEWEST_PROBES: u8 = 3;

/// The probes of all nodes. Any thread may change them; each value is independent, so relaxed ordering is enough.
pub(super) struct NodeProbes {
    /// The largest hash that is a probe.
    last: Vec<AtomicU32>,
    count: Vec<AtomicU8>,
    /// Number of distinct sampled hashes: an estimate of which of two nodes has fewer shingles.
    size: Vec<AtomicU32>,
    /// Number of probes that were skipped.
    skipped: Vec<AtomicU8>,
}

impl NodeProbes {
    pub(super) fn new(nodes: usize) -> Self {
        let bytes = || (0..nodes).map(|_| AtomicU8::new(0)).collect();
        let words = || (0..nodes).map(|_| AtomicU32::new(0)).collect();
        Self { last: words(), count: bytes(), size: words(), skipped: bytes() }
    }

    /// Sets the probes of a node, given its sample, ascending and without repeats.
    pub(super) fn set(&self, node: Node, sample: &[u32]) {
        debug_assert!(sample.is_sorted_by(|a, b| a < b), "distinct hashes, ascending");
        let probes = sample.len().min(PROBES);

        // The sample ascends, so its first hashes are the probes, and the last of them bounds all.
        if let Some(last) = probes.checked_sub(1).and_then(|last| sample.get(last)) {
            self.last[node as usize].store(*last, Ordering::Relaxed);
            self.count[node as usize].store(probes as u8, Ordering::Relaxed);
            self.size[node as usize].store(sample.len() as u32, Ordering::Relaxed);
        }
    }

    /// Whether a hash of the sample of a node is one of its probes.
    pub(super) fn has(&self, node: Node, hash: u32) -> bool {
        hash <= self.last[node as usize].load(Ordering::Relaxed)
    }

    /// Skips a probe of a node.
    pub(super) fn skip(&self, node: Node) {
        self.skipped[node as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Orders nodes by their estimated number of shingles; ties by number.
    pub(super) fn size(&self, node: Node) -> (u32, Node) {
        (self.size[node as usize].load(Ordering::Relaxed), node)
    }

    /// Number of probes of a node that were not skipped.
    pub(super) fn left(&self, node: Node) -> u8 {
        let node = node as usize;
        self.count[node].load(Ordering::Relaxed).saturating_sub(self.skipped[node].load(Ordering::Relaxed))
    }

    /// Number of nodes with too few probes left for a search.
    pub(super) fn unsearched(&self) -> u64 {
        let is_unsearched =
            |node: &Node| self.left(*node) < FEWEST_PROBES && self.skipped[*node as usize].load(Ordering::Relaxed) > 0;
        (0..self.count.len() as Node).filter(is_unsearched).count() as u64
    }
}
