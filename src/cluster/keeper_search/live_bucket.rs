//! A bucket during the search for keepers: the nodes that may still be taken.

use crate::cluster::verifier::PairVerifier;
use crate::lsh::{Node, PrefixIndex};

/// The nodes of a bucket that may still be taken.
pub(super) enum LiveMembers {
    Few(Vec<Node>),
    /// More than `max_bucket`, when a keeper met them first.
    Many(IndexedMembers),
    /// Sorted by date. Taken nodes stay, as each keeper scans only one stretch.
    Timed(Vec<Node>),
}

impl LiveMembers {
    pub(super) fn new<V: PairVerifier>(members: Vec<Node>, verifier: &V) -> Self {
        match verifier.times() {
            Some(times) => Self::Timed(times.ordered(&members)),
            None => Self::Few(members),
        }
    }

    /// Drops the nodes that are not free, and indexes the others if there are more than `max_bucket`. Done when a keeper comes:
    /// an index takes many times the memory of the bucket, and of many equal texts the first bucket leaves few for the others.
    pub(super) fn prepare<V: PairVerifier>(&mut self, is_free: impl Fn(Node) -> bool, verifier: &V, max_bucket: usize) {
        let Self::Few(nodes) = self else { return };
        if nodes.len() <= max_bucket {
            return;
        }

        nodes.retain(|node| is_free(*node));
        if nodes.len() > max_bucket {
            let sets = nodes.iter().map(|node| (*node, verifier.set(*node)));
            *self = Self::Many(IndexedMembers { index: PrefixIndex::new(sets, verifier.least()), is_stale: false });
        }
    }
}

/// The nodes of a long bucket by the rare shingles of their sets.
pub(super) struct IndexedMembers {
    pub(super) index: PrefixIndex,
    /// Whether a keeper passed over it without looking, so that lists may hold many taken nodes.
    pub(super) is_stale: bool,
}

/// A bucket of the component, or a group of nodes that share rare text.
pub(super) struct LiveBucket {
    pub(super) members: LiveMembers,
    /// Nodes that only a keeper without content meets here; empty in small components.
    pub(super) with_content: LiveMembers,
    /// The last keeper that scanned it.
    pub(super) scanned_by: Option<Node>,
}

impl LiveBucket {
    pub(super) fn new<V: PairVerifier>(members: &[Node], has_content: impl Fn(&Node) -> bool, verifier: &V) -> Self {
        // Nodes with content are met here only by keepers without.
        let (with_content, members): (Vec<Node>, Vec<Node>) = members.iter().copied().partition(has_content);
        let [members, with_content] = [members, with_content].map(|members| LiveMembers::new(members, verifier));
        Self { members, with_content, scanned_by: None }
    }
}
