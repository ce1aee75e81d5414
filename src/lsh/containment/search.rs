//! Samples → pairs of nodes of which the larger may contain the smaller.
//!
//! 1. The sampled hashes are dealt to parts by value, so each part holds all nodes of its hashes.
//! 2. Each part is searched for matches: a node, and a larger node whose sample contains one of its probes. Matches are
//!    dealt to parts by the smaller node.
//! 3. The matches of each pair are counted.
//!
//! Steps 1 and 2 are done for one range of the hashes after the other, if few ranges do: a hash takes twice the bytes when it is
//! dealt with its node. Otherwise all hashes are dealt at once, to disk under a limit.
//!
//! Only the last sort gives an order, so results depend on neither threads nor memory.

use std::ops::Range;

use super::deal::{DealtParts, PartDealer};
use super::probes::{NodeProbes, PROBES};
use super::sample::{RowSamples, SamplePlan, append_within};
use crate::error::{ErrorKind, Result};
use crate::lsh::find::RepeatTable;
use crate::lsh::key_columns::MemoryLimit;
use crate::lsh::node::{NO_NODE, Node};
use crate::lsh::records::{ChunkStore, RecordChunk};
use crate::parallel;

/// The input of a search for containment candidates.
pub(crate) struct ContainmentSearch<'a> {
    pub(crate) samples: &'a RowSamples,
    pub(crate) sampling: SamplePlan,
    /// The node of each row; [`NO_NODE`] for a row that represents none.
    pub(crate) node_of_row: &'a [Node],
    /// Number of nodes.
    pub(crate) nodes: usize,
    /// Whether a node takes part.
    pub(crate) takes_part: &'a (dyn Fn(Node) -> bool + Sync),
}

/// Candidates for containment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ContainmentCandidates {
    /// The smaller node, and the larger one that may contain it; ascending.
    pub(crate) pairs: Vec<(Node, Node)>,
    /// Number of nodes that were not searched for containers: more than [`CAP`] nodes share nearly all of their probes.
    pub(crate) unseen: u64,
}

/// Largest number of nodes that may share a sampled hash before it is skipped. On 31,030 news articles, lists of up to
/// 50 found the same pairs as lists of up to 200, with a quarter of the candidates.
const CAP: usize = 50;

/// Bytes of an entry while its part is searched: key, node, and its share of the table.
const PER_ENTRY: u64 = 8 + 4 + 16 + 8 + 4;

/// Entries of a part, if memory allows: they fit the cache.
const ENTRIES: u64 = 1 << 15;

/// Most matches of one node: each probe in a list of the greatest length.
const MATCHES: u64 = (PROBES * CAP) as u64;

/// Nodes whose matches are counted together, if memory allows.
const NODES: u64 = 1 << 14;

/// Bytes of entries, and as many of matches, that stay in memory in place of the disk.
const HELD: u64 = 16 << 20;

/// Least memory for that, as a multiple of these bytes.
const HELD_OF: u64 = 32;

/// Bytes of the entries of a range: they stay in memory, though some ranges have more than others.
const RANGE_BYTES: u64 = HELD / 8 * 7;

/// Most ranges: the samples are read once for each.
const MOST_RANGES: u64 = 8;

/// Bytes of an entry: a hash and its node.
const ENTRY: u64 = (size_of::<u32>() + size_of::<Node>()) as u64;

/// Most parts: each thread has a buffer for each part.
const MOST_PARTS: u64 = 1 << 12;

/// Finds the candidates. The memory of `limit` is for the search; the pairs found are not counted.
///
/// # Errors
///
/// The disk cannot be written or is too full, or the memory is less than a hash that very many units share needs.
pub(crate) fn candidates(among: &ContainmentSearch<'_>, limit: Option<&MemoryLimit>) -> Result<ContainmentCandidates> {
    let probes = NodeProbes::new(among.nodes);
    let memory = limit.map_or(u64::MAX, |limit| limit.memory);
    let share = memory / parallel::threads() as u64 / 2;

    let of_part = (share / (MATCHES * 16)).clamp(1, NODES).max(among.nodes as u64 / MOST_PARTS + 1);
    // The matches of all ranges are in one store: together they hold no more memory than it has.
    let store = store_of(limit, "matches")?;
    let mut dealt = Vec::new();
    for range in ranges(among, limit) {
        // Dealing the first range sets the probes of all nodes: before any match is searched for.
        let entries = deal_entries(among, &probes, &range, limit, share)?;
        dealt.extend(find_matches(among.nodes, of_part, &probes, &entries, &store, share, memory)?);
    }
    let matches = DealtParts::new(dealt, store)?;

    // Some parts at a time: their pairs are held twice while they are collected.
    let parts: Vec<usize> = (0..matches.len()).collect();
    let mut pairs = Vec::new();
    for parts in parts.chunks(4 * parallel::threads()) {
        let count =
            |counter: &mut MatchCounter, part: &usize| counter.count(&matches, *part, of_part as usize, &probes);
        for part in parallel::map(parts, MatchCounter::default, count) {
            pairs.extend(part?);
        }
    }

    let bytes = size_of_val(&pairs[..]) as u64;
    if bytes > memory {
        let what = "so many candidates for containment".to_owned();
        return Err(ErrorKind::Memory { given: memory, floor: bytes, what }.into());
    }
    parallel::sort_by_key(&mut pairs, |pair| *pair);
    Ok(ContainmentCandidates { pairs, unseen: probes.unsearched() })
}

/// The ranges of hashes that are searched one after the other: all sampled hashes together.
fn ranges(among: &ContainmentSearch<'_>, limit: Option<&MemoryLimit>) -> Vec<Range<u32>> {
    let few = (among.samples.entries() * ENTRY).div_ceil(RANGE_BYTES).clamp(1, MOST_RANGES + 1);
    let count = if few <= MOST_RANGES && holds(limit) { few } else { 1 };
    let edge = |place: u64| (u64::from(among.sampling.bound()) * place / count) as u32;
    (0..count).map(|place| edge(place)..edge(place + 1)).collect()
}

/// Deals every sampled hash of a range, with its node, to parts by value. With the first range, sets the probes of every node.
fn deal_entries(
    among: &ContainmentSearch<'_>,
    probes: &NodeProbes,
    range: &Range<u32>,
    limit: Option<&MemoryLimit>,
    share: u64,
) -> Result<DealtParts> {
    let store = store_of(limit, "entries")?;
    let of_part = (share / PER_ENTRY / 4).clamp(1, ENTRIES);
    let entries = among.samples.entries() * range.len() as u64 / u64::from(among.sampling.bound().max(1));
    let parts = entries.div_ceil(of_part).clamp(1, MOST_PARTS);

    // A dealer per share of the chunks, not per chunk: its buffers, one for each part, are large.
    let chunks: Vec<usize> = (0..among.samples.chunks()).collect();
    let shares: Vec<&[usize]> = chunks.chunks(share_length(chunks.len())).collect();
    let deal_share = |(): &mut (), chunks: &&[usize]| {
        let mut dealer = PartDealer::new(&store, parts as usize, share);
        deal_chunks(among, probes, range, chunks, parts, &mut dealer)?;
        dealer.finish()
    };
    let dealt = parallel::map(&shares, || (), deal_share);
    DealtParts::new(dealt.into_iter().collect::<Result<_>>()?, store)
}

/// Deals the hashes of a range in some chunks of the samples to `parts` parts.
fn deal_chunks(
    among: &ContainmentSearch<'_>,
    probes: &NodeProbes,
    range: &Range<u32>,
    chunks: &[usize],
    parts: u64,
    dealer: &mut PartDealer<'_>,
) -> Result<()> {
    let part = |hash: u32| (u64::from(hash - range.start) * parts / range.len() as u64) as usize;
    let sets_probes = range.start == 0;

    let mut sample = Vec::new();
    for chunk in chunks {
        among.samples.read(*chunk, |row, hashes| {
            let node = among.node_of_row.get(row).map_or(NO_NODE, |node| *node);
            if node == NO_NODE || hashes.is_empty() || !(among.takes_part)(node) {
                return Ok(());
            }

            sample.clear();
            if sets_probes {
                sample.extend_from_slice(hashes);
            } else {
                append_within(&mut sample, hashes, range, |hash| hash);
            }
            among.sampling.sort_distinct(&mut sample);

            if sets_probes {
                probes.set(node, &sample);
                sample.truncate(sample.partition_point(|hash| *hash < range.end));
            }
            sample.iter().try_for_each(|hash| dealer.add(part(*hash), [*hash, node]))
        })?;
    }
    Ok(())
}

/// Length of the slices that divide `items` items among the threads.
fn share_length(items: usize) -> usize {
    items.div_ceil(parallel::threads()).max(1)
}

/// Whether a store may keep [`HELD`] bytes in memory. It may if there is no limit, or if the limit is [`HELD_OF`] times as large.
fn holds(limit: Option<&MemoryLimit>) -> bool {
    limit.is_none_or(|limit| limit.memory >= HELD_OF * HELD)
}

fn store_of(limit: Option<&MemoryLimit>, what: &str) -> Result<ChunkStore> {
    let Some(limit) = limit else { return Ok(ChunkStore::held()) };
    let held = if holds(Some(limit)) { HELD } else { 0 };
    ChunkStore::spilled_beyond(&limit.room, &format!("{}.{what}", limit.name), held)
}

/// Finds, for every node, the larger nodes whose samples contain a probe of it, and deals the pairs to parts by the
/// smaller node, each of `of_part` nodes: the chunks of each part, of each thread.
fn find_matches(
    all_nodes: usize,
    of_part: u64,
    probes: &NodeProbes,
    entries: &DealtParts,
    store: &ChunkStore,
    share: u64,
    memory: u64,
) -> Result<Vec<Vec<Vec<RecordChunk>>>> {
    let parts = (all_nodes as u64).div_ceil(of_part).max(1);
    let search = |parts_of_hashes: &[usize]| {
        let mut dealer = PartDealer::new(store, parts as usize, share / 2);
        search_parts(probes, entries, parts_of_hashes, of_part, &mut dealer)?;
        dealer.finish()
    };

    // A phrase that very many texts share makes a large part. Large parts are searched one at a time, with all the
    // memory.
    let needed = |part: &usize| entries.pairs(*part) * PER_ENTRY;
    let (small, large): (Vec<usize>, Vec<usize>) = (0..entries.len()).partition(|part| needed(part) <= share);
    let shares: Vec<&[usize]> = small.chunks(share_length(small.len())).collect();
    let mut dealt = parallel::map(&shares, || (), |(), parts_of_hashes| search(parts_of_hashes));
    for part in &large {
        if needed(part) > memory {
            let what = "a phrase that very many texts share".to_owned();
            return Err(ErrorKind::Memory { given: memory, floor: needed(part), what }.into());
        }
        dealt.push(search(&[*part]));
    }
    dealt.into_iter().collect()
}

/// Searches some parts of the hashes, and deals the matches to parts of `of_part` nodes each.
fn search_parts(
    probes: &NodeProbes,
    entries: &DealtParts,
    parts_of_hashes: &[usize],
    of_part: u64,
    dealer: &mut PartDealer<'_>,
) -> Result<()> {
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
    Ok(())
}

/// Adds the matches of one hash: each node that has it as a probe, with each larger node.
fn matches(
    probes: &NodeProbes,
    hash: u32,
    members: &[Node],
    mut add: impl FnMut(Node, Node) -> Result<()>,
) -> Result<()> {
    let with_probe = members.iter().filter(|node| probes.has(**node, hash));

    // A common hash is evidence for no pair and would cost a square.
    if members.len() > CAP {
        with_probe.for_each(|node| probes.skip(*node));
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

/// Counts the matches of pairs; holds reusable buffers.
#[derive(Default)]
struct MatchCounter {
    /// The matches of a part.
    pairs: Vec<[u32; 2]>,
    /// The end of the matches of each small node.
    ends: Vec<u32>,
    /// The large nodes, those of each small node together.
    large: Vec<Node>,
}

/// Places in which the matches of one node are counted.
const PLACES: usize = 256;

impl MatchCounter {
    /// The pairs of a part of `of_part` nodes that match in at least half of the probes that were not skipped, those of each
    /// small node ascending.
    fn count(
        &mut self,
        matches: &DealtParts,
        part: usize,
        of_part: usize,
        probes: &NodeProbes,
    ) -> Result<Vec<(Node, Node)>> {
        let Self { pairs, ends, large } = self;
        pairs.clear();
        matches.read(part, |pair| pairs.push(pair))?;
        let first = part * of_part;
        let of_small = |pair: &[u32; 2]| pair[0] as usize - first;

        ends.clear();
        ends.resize(of_part, 0);
        pairs.iter().for_each(|pair| ends[of_small(pair)] += 1);
        let mut all = 0;
        // First the beginning of each, which moves to its end while the large nodes are put there.
        for end in ends.iter_mut() {
            all += std::mem::replace(end, all);
        }
        large.clear();
        large.resize(pairs.len(), 0);
        for pair in pairs.iter() {
            let place = &mut ends[of_small(pair)];
            large[*place as usize] = pair[1];
            *place += 1;
        }

        let (mut found, mut start) = (Vec::new(), 0);
        for (small, end) in ends.iter().enumerate() {
            let of_node = &mut large[start..*end as usize];
            start = *end as usize;
            // The last part may have fewer nodes than the others.
            if of_node.is_empty() {
                continue;
            }

            let small = (first + small) as Node;
            // A pair comes once for each probe that matches.
            let least = usize::from(probes.left(small)).div_ceil(2).max(1);
            if of_node.len() >= least {
                let frequent = frequent(of_node, least);
                found.extend(
                    frequent.chunk_by(|a, b| a == b).filter(|same| same.len() >= least).map(|same| (small, same[0])),
                );
            }
        }
        Ok(found)
    }
}

/// Sorts to the front of `nodes` all that occur `least` times or more, and few others.
fn frequent(nodes: &mut [Node], least: usize) -> &[Node] {
    let place = |node: Node| node as usize % PLACES;
    let mut counts = [0_u32; PLACES];
    nodes.iter().for_each(|node| counts[place(*node)] += 1);

    let mut kept = 0;
    for at in 0..nodes.len() {
        let node = nodes[at];
        if counts[place(node)] as usize >= least {
            nodes[kept] = node;
            kept += 1;
        }
    }
    nodes[..kept].sort_unstable();
    &nodes[..kept]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::ShingleKind;
    use crate::shingle::hash::finish;
    use crate::spill::SpillDir;

    /// Texts of 300 shingles, of which each tenth text has half of those of the text before, in a text of its own.
    #[test]
    fn ranges_and_memory_change_no_candidates() {
        const NODES: u64 = 45_000;
        let sampling = SamplePlan::new(ShingleKind::Word(3));
        let mut samples = RowSamples::new(None);
        for node in 0..NODES {
            let (text, length) = if node % 10 == 9 { (node - 1, 150) } else { (node, 300) };
            let shingles: Vec<u64> = (0..length).map(|place| finish(text * 1_000 + place)).collect();
            let mut words = Vec::new();
            sampling.sample(&shingles, &mut words);
            samples.push(&words).unwrap();
        }
        samples.finish().unwrap();

        let node_of_row: Vec<Node> = (0..NODES as Node).collect();
        let takes_part = |_: Node| true;
        let among = ContainmentSearch {
            samples: &samples,
            sampling,
            node_of_row: &node_of_row,
            nodes: NODES as usize,
            takes_part: &takes_part,
        };
        assert_eq!(ranges(&among, None).len(), 2, "this many entries need two ranges");

        let expected: Vec<(Node, Node)> = (9..NODES as Node).step_by(10).map(|part| (part, part - 1)).collect();
        assert_eq!(candidates(&among, None).unwrap(), ContainmentCandidates { pairs: expected.clone(), unseen: 0 });
        let home = tempfile::tempdir().unwrap();
        for memory in [1 << 20, HELD_OF * HELD] {
            let room = SpillDir::kept(home.path().join(memory.to_string())).unwrap();
            let limit = MemoryLimit { memory, room, name: "main".to_owned() };
            assert_eq!(candidates(&among, Some(&limit)).unwrap().pairs, expected, "{memory} bytes");
        }
    }
}
