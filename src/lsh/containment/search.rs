//! Samples → pairs of nodes of which one may lie in the other.
//!
//! Sampled hashes are dealt to parts by their value, so that each part holds all units of its hashes; a part is searched by
//! itself, and what it finds (a node, and one that has a probe of it) is dealt to parts by node. There the probes found are counted.
//! Two passes over the samples' bytes and no order but that of the last sort, so neither threads nor memory show.

use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use super::super::columns::MemoryLimit;
use super::super::find::RepeatTable;
use super::super::records::ChunkStore;
use super::super::{NO_NODE, Node};
use super::deal::{DealtParts, PartDealer};
use super::{CAP, FEWEST_PROBES, PROBES, RowSamples, SamplePlan};
use crate::error::{ErrorKind, Result};
use crate::parallel;

/// What candidates are found among.
pub(crate) struct ContainmentSearch<'a> {
    pub(crate) samples: &'a RowSamples,
    pub(crate) sampling: SamplePlan,
    /// The node of each row; [`NO_NODE`] for a row that is not the one of its node.
    pub(crate) node_of_row: &'a [Node],
    /// Number of nodes.
    pub(crate) nodes: usize,
    /// Which nodes take part.
    pub(crate) takes_part: &'a (dyn Fn(Node) -> bool + Sync),
}

/// Candidates for containment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ContainmentCandidates {
    /// The smaller node, and the larger one that may hold it; ascending.
    pub(crate) pairs: Vec<(Node, Node)>,
    /// Nodes that have too few probes left which few others share: nobody looked for what holds them.
    pub(crate) unseen: u64,
}

/// Bytes that an entry takes while its part is searched: key, node, and its share of the table.
const PER_ENTRY: u64 = 8 + 4 + 16 + 8 + 4;

/// Entries of a part where there is memory: they fit the cache.
const ENTRIES: u64 = 1 << 15;

/// Most matches of one node: every probe in a list as long as lists may be.
const MATCHES: u64 = (PROBES * CAP) as u64;

/// Nodes that are counted together, where there is memory.
const NODES: u64 = 1 << 14;

/// No more parts than this: each has a buffer with each thread.
const MOST_PARTS: u64 = 1 << 12;

/// Finds the candidates. The memory of `limit` is for the search; the pairs found are beside it.
///
/// # Errors
///
/// The disk refuses or is too full; the memory is less than a hash that very many units share needs.
pub(crate) fn candidates(among: &ContainmentSearch<'_>, limit: Option<&MemoryLimit>) -> Result<ContainmentCandidates> {
    let probes = NodeProbes::new(among.nodes);
    let memory = limit.map_or(u64::MAX, |limit| limit.memory);
    let share = memory / parallel::threads() as u64 / 2;
    let entries = deal_entries(among, &probes, limit, share)?;
    let matches = find_matches(among.nodes, &probes, &entries, limit, share, memory)?;
    drop(entries);
    let parts: Vec<usize> = (0..matches.len()).collect();
    let mut pairs = Vec::new();
    // Not all at once: what is found is held twice while it is brought together.
    for parts in parts.chunks(4 * parallel::threads()) {
        for part in parallel::map(parts, Vec::new, |pairs, part| count(&matches, *part, &probes, pairs)) {
            pairs.extend(part?);
        }
    }
    let bytes = size_of_val(&pairs[..]) as u64;
    if bytes > memory {
        let what = "so many candidates for containment".to_owned();
        return Err(ErrorKind::Memory { given: memory, floor: bytes, what }.into());
    }
    parallel::sort_by_key(&mut pairs, |pair| *pair);
    Ok(ContainmentCandidates { pairs, unseen: probes.unseen() })
}

/// The probes of each node.
struct NodeProbes {
    /// The largest hash that is one.
    last: Vec<AtomicU32>,
    count: Vec<AtomicU8>,
    /// Distinct sampled hashes: which of two nodes has fewer shingles, about.
    size: Vec<AtomicU32>,
    /// How many of them were passed over.
    passed_over: Vec<AtomicU8>,
}

impl NodeProbes {
    fn new(nodes: usize) -> Self {
        let bytes = || (0..nodes).map(|_| AtomicU8::new(0)).collect();
        let words = || (0..nodes).map(|_| AtomicU32::new(0)).collect();
        Self { last: words(), count: bytes(), size: words(), passed_over: bytes() }
    }

    fn set(&self, node: Node, sample: &[u32]) {
        let probes = sample.len().min(PROBES);
        if let Some(last) = probes.checked_sub(1).and_then(|last| sample.get(last)) {
            self.last[node as usize].store(*last, Ordering::Relaxed);
            self.count[node as usize].store(probes as u8, Ordering::Relaxed);
            self.size[node as usize].store(sample.len() as u32, Ordering::Relaxed);
        }
    }

    fn has(&self, node: Node, hash: u32) -> bool {
        hash <= self.last[node as usize].load(Ordering::Relaxed)
    }

    fn pass_over(&self, node: Node) {
        self.passed_over[node as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Orders nodes by how many shingles they have, about.
    fn size(&self, node: Node) -> (u32, Node) {
        (self.size[node as usize].load(Ordering::Relaxed), node)
    }

    fn left(&self, node: Node) -> u8 {
        let node = node as usize;
        self.count[node].load(Ordering::Relaxed).saturating_sub(self.passed_over[node].load(Ordering::Relaxed))
    }

    fn unseen(&self) -> u64 {
        let unseen = |node: &Node| {
            self.left(*node) < FEWEST_PROBES && self.passed_over[*node as usize].load(Ordering::Relaxed) > 0
        };
        (0..self.count.len() as Node).filter(unseen).count() as u64
    }
}

/// Deals every sampled hash, with its node, to parts by value.
fn deal_entries(
    among: &ContainmentSearch<'_>,
    probes: &NodeProbes,
    limit: Option<&MemoryLimit>,
    share: u64,
) -> Result<DealtParts> {
    let store = store(limit, "entries")?;
    let all = among.samples.entries();
    let of_part = (share / PER_ENTRY / 4).clamp(1, ENTRIES);
    let parts = all.div_ceil(of_part).clamp(1, MOST_PARTS);
    let bound = u64::from(among.sampling.bound());
    let blocks: Vec<usize> = (0..among.samples.blocks()).collect();
    let of_thread: Vec<&[usize]> = blocks.chunks(blocks.len().div_ceil(parallel::threads()).max(1)).collect();
    let dealt = parallel::map(
        &of_thread,
        || (),
        |(), blocks| {
            let mut dealer = PartDealer::new(&store, parts as usize, share);
            let mut sample = Vec::new();
            for block in *blocks {
                among.samples.read(*block, |row, hashes| {
                    let node = among.node_of_row.get(row).copied().unwrap_or(NO_NODE);
                    if node == NO_NODE || hashes.is_empty() || !(among.takes_part)(node) {
                        return Ok(());
                    }
                    sample.clear();
                    sample.extend_from_slice(hashes);
                    sample.sort_unstable();
                    sample.dedup();
                    probes.set(node, &sample);
                    let part = |hash: u32| (u64::from(hash) * parts / bound) as usize;
                    sample.iter().try_for_each(|hash| dealer.add(part(*hash), [*hash, node]))
                })?;
            }
            dealer.finish()
        },
    );
    DealtParts::new(dealt.into_iter().collect::<Result<_>>()?, store)
}

fn store(limit: Option<&MemoryLimit>, what: &str) -> Result<ChunkStore> {
    limit.map_or(Ok(ChunkStore::held()), |limit| ChunkStore::spilled(&limit.room, &format!("{}.{what}", limit.name)))
}

/// Finds, for every node, the larger nodes that have a probe of it, and deals both by the smaller one.
fn find_matches(
    all_nodes: usize,
    probes: &NodeProbes,
    entries: &DealtParts,
    limit: Option<&MemoryLimit>,
    share: u64,
    memory: u64,
) -> Result<DealtParts> {
    let store = store(limit, "matches")?;
    let of_part = (share / (MATCHES * 16)).clamp(1, NODES).max(all_nodes as u64 / MOST_PARTS + 1);
    let parts = (all_nodes as u64).div_ceil(of_part).max(1);
    let needed = |part: &usize| entries.pairs(*part) * PER_ENTRY;
    // A phrase that very many texts share makes a large part: one at a time, with all the memory.
    let (all, large): (Vec<usize>, Vec<usize>) = (0..entries.len()).partition(|part| needed(part) <= share);
    let of_thread: Vec<&[usize]> = all.chunks(all.len().div_ceil(parallel::threads()).max(1)).collect();
    let search = |parts_of_hashes: &[usize]| {
        let mut dealer = PartDealer::new(&store, parts as usize, share / 2);
        let (mut keys, mut nodes, mut table) = (Vec::new(), Vec::new(), RepeatTable::default());
        for part in parts_of_hashes {
            keys.clear();
            nodes.clear();
            entries.read(*part, |[hash, node]| {
                keys.push(u64::from(hash));
                nodes.push(node);
            })?;
            table.group(&keys, &nodes, &mut |hash, members| {
                matches(probes, hash as u32, members, |a, b| dealer.add((u64::from(a) / of_part) as usize, [a, b]))
            })?;
        }
        dealer.finish()
    };
    let mut dealt = parallel::map(&of_thread, || (), |(), parts_of_hashes| search(parts_of_hashes));
    for part in &large {
        if needed(part) > memory {
            let what = "a phrase that very many texts share".to_owned();
            return Err(ErrorKind::Memory { given: memory, floor: needed(part), what }.into());
        }
        dealt.push(search(&[*part]));
    }
    DealtParts::new(dealt.into_iter().collect::<Result<_>>()?, store)
}

fn matches(
    probes: &NodeProbes,
    hash: u32,
    members: &[Node],
    mut add: impl FnMut(Node, Node) -> Result<()>,
) -> Result<()> {
    let with_probe = members.iter().filter(|node| probes.has(**node, hash));
    if members.len() > CAP {
        with_probe.for_each(|node| probes.pass_over(*node));
        return Ok(());
    }
    for a in with_probe {
        let smaller = probes.size(*a);
        for b in members.iter().filter(|b| smaller < probes.size(**b)) {
            add(*a, *b)?;
        }
    }
    Ok(())
}

/// The pairs of a part that share half of the probes.
fn count(
    matches: &DealtParts,
    part: usize,
    probes: &NodeProbes,
    pairs: &mut Vec<[u32; 2]>,
) -> Result<Vec<(Node, Node)>> {
    pairs.clear();
    matches.read(part, |pair| pairs.push(pair))?;
    pairs.sort_unstable();
    let found = pairs.chunk_by(|a, b| a == b).filter(|same| 2 * same.len() >= usize::from(probes.left(same[0][0])));
    Ok(found.map(|same| (same[0][0], same[0][1])).collect())
}
