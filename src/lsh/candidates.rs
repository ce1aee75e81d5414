//! Band keys → candidates, in batches that can be processed one after the other.
//!
//! Each band is searched by itself ([`super::find`]), several bands at a time. The buckets found become records in no
//! order; loading a batch gives the canonical order, so results depend on neither threads nor memory. Without a limit
//! the records stay in memory, with a limit they go to disk. A union-find joins their members on the way. Components are then assigned to batches that fit the memory: one pass over the records counts the bytes of
//! each component, another brings the records of each batch together. Without a limit batches have a bound, too, but a
//! larger component is a batch of its own.
//!
//! Memory per node of the run, under a limit: 4 bytes of union-find, 1 bit, and at most 12 bytes of counts while batches
//! are planned; afterwards 1 bit, and 1½ bits more while a batch is loaded. The nodes of rows take 4 bytes per row and
//! belong to the caller.

use super::component_batch::{BYTES_OF_COMPONENT, BYTES_OF_NODE, ComponentBatch, bytes_of_all, bytes_of_record};
use super::find::{BandSearch, KeyRows, RepeatFinder};
use super::forest::{NumberedForest, UnionForest};
use super::key_columns::{KeyColumns, MemoryLimit};
use super::node::Node;
use super::node_set::NodeSet;
use super::records::{CHUNK_WORDS, ChunkShelf, ChunkStore, ChunkWriter, RecordChunk, records};
use crate::error::{ErrorKind, Result};
use crate::parallel;

/// The input of a search for candidates.
pub(crate) struct CandidateSearch<'a> {
    /// The band keys of all rows.
    pub(crate) keys: &'a KeyColumns,
    /// The node of each row; [`NO_NODE`](super::NO_NODE) for a row that represents none.
    pub(crate) node_of_row: &'a [Node],
    /// Number of nodes.
    pub(crate) nodes: usize,
    /// Pairs that become candidates without a shared band. Repeats are allowed; a pair of equal nodes is ignored.
    pub(crate) extra: &'a [(Node, Node)],
    /// Bytes that the caller holds for a node while its batch is processed. They count as memory of the batch.
    pub(crate) held: &'a (dyn Fn(Node) -> u64 + Sync),
    /// The same for a node of a component that is too large: the caller holds the bytes above for few of its nodes at a time,
    /// and these for each.
    pub(crate) held_if_spilled: u64,
    /// Bytes of a batch without a limit, about: a component with more is a batch of its own.
    pub(crate) batch_bytes: u64,
}

/// Nodes that share a band or an extra pair, in batches.
#[derive(Debug)]
pub(crate) struct Candidates {
    pub(super) nodes: usize,
    /// The nodes with candidates.
    pub(super) joined: NodeSet,
    pub(super) batches: Vec<Vec<RecordChunk>>,
    pub(super) shelf: ChunkShelf,
    pub(super) stage: StageFile,
}

/// The file that holds the records of the batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StageFile {
    /// The one that the search wrote; all of it is one batch.
    Found,
    /// The one that the records of batches were copied to.
    Dealt,
}

impl StageFile {
    /// The name of the file, if files have names.
    pub(super) fn file(self, name: &str) -> String {
        match self {
            Self::Found => format!("{name}.buckets"),
            Self::Dealt => format!("{name}.batches"),
        }
    }
}

/// The buckets of all bands, in the order in which they were found.
struct FoundBuckets {
    chunks: Vec<RecordChunk>,
    shelf: ChunkShelf,
}

/// Most bytes per key that candidates, their search and their one batch take without a limit: a bucket of two nodes at
/// each key, gathered, recorded, and loaded with its share of a component.
pub(crate) const MOST_BYTES_PER_KEY: u64 = 64;

/// Nodes that a thread needs at a time of a component whose nodes are spilled: a pair, and as much again for what stays in memory
/// and for passes over all nodes.
const NODES_PER_THREAD: u64 = 8;

/// Least memory for the search, on top of the bytes per node.
const LEAST: u64 = 1 << 16;

impl CandidateSearch<'_> {
    /// Finds all candidates. The memory of `limit` is for the search, and then for one batch and the bytes that its
    /// nodes hold. Without a limit nothing is written, and batches are of `batch_bytes`.
    ///
    /// # Errors
    ///
    /// The disk cannot be written or is too full, or the memory is less than the search or the largest component needs, with
    /// the bytes of its nodes spilled.
    pub(crate) fn candidates(&self, limit: Option<&MemoryLimit>) -> Result<Candidates> {
        match limit {
            None => self.in_memory(),
            Some(limit) => self.within(limit),
        }
    }

    fn in_memory(&self) -> Result<Candidates> {
        let most = (0..self.nodes as Node).map(|node| BYTES_OF_NODE + (self.held)(node)).sum::<u64>();
        // All of them are one batch, so nobody needs to know which are joined.
        let forest = (most > self.batch_bytes).then(|| UnionForest::new(self.nodes));
        let store = ChunkStore::held();
        let chunks = self.find(&store, forest.as_ref(), u64::MAX, 0)?;
        let found = FoundBuckets { chunks, shelf: store.finish()? };

        let Some(forest) = forest else {
            let mut joined = NodeSet::new(self.nodes);
            for chunk in &found.chunks {
                records(&found.shelf.load(chunk)?).flatten().for_each(|node| joined.set(*node));
            }
            return Ok(self.one_batch(joined, found));
        };

        let numbered = forest.number();
        let sizes = self.sizes(&found, &numbered)?;
        let firsts = first_components(&sizes.bytes, self.batch_bytes);
        if firsts.len() <= 1 {
            return Ok(self.one_batch(numbered.joined, found));
        }
        self.dealt(found, numbered, &firsts, ChunkStore::held(), self.batch_bytes)
    }

    fn one_batch(&self, joined: NodeSet, found: FoundBuckets) -> Candidates {
        let FoundBuckets { chunks, shelf } = found;
        let batches = if chunks.is_empty() { Vec::new() } else { vec![chunks] };
        Candidates { nodes: self.nodes, joined, batches, shelf, stage: StageFile::Found }
    }

    fn within(&self, limit: &MemoryLimit) -> Result<Candidates> {
        // The union-find and the bitmap of joined nodes.
        let held = 4 * self.nodes as u64 + (self.nodes as u64).div_ceil(8);
        let memory = left(limit, held, LEAST)?;

        let forest = UnionForest::new(self.nodes);
        let store = ChunkStore::spilled(&limit.room, &StageFile::Found.file(&limit.name))?;
        let chunks = self.find(&store, Some(&forest), memory, held)?;
        let found = FoundBuckets { chunks, shelf: store.finish()? };

        let numbered = forest.number();
        let sizes = self.sizes(&found, &numbered)?;
        let firsts = first_components(&sizes.bytes, self.memory_of_batch(&sizes, limit)?);
        if firsts.len() <= 1 {
            return Ok(self.one_batch(numbered.joined, found));
        }

        // The batches are a second copy of the records: checked at once, rather than after half of it is written.
        limit.room.require(found.shelf.file.as_ref().map_or(0, |file| file.len()))?;
        let store = ChunkStore::spilled(&limit.room, &StageFile::Dealt.file(&limit.name))?;
        self.dealt(found, numbered, &firsts, store, memory)
    }

    /// The candidates in batches that begin with the components `firsts`, in `store`.
    fn dealt(
        &self,
        found: FoundBuckets,
        numbered: NumberedForest,
        firsts: &[u32],
        store: ChunkStore,
        memory: u64,
    ) -> Result<Candidates> {
        let batches = deal(&found, &numbered, firsts, &store, memory)?;
        let joined = numbered.joined;
        Ok(Candidates { nodes: self.nodes, joined, batches, shelf: store.finish()?, stage: StageFile::Dealt })
    }

    /// Searches every band, records the buckets in `store` and joins their members in `forest`. `memory` is for all
    /// threads; `held` bytes are taken already, and only errors mention them.
    fn find(
        &self,
        store: &ChunkStore,
        forest: Option<&UnionForest>,
        memory: u64,
        held: u64,
    ) -> Result<Vec<RecordChunk>> {
        let bands: Vec<usize> = (0..self.keys.bands()).collect();
        let share = memory / parallel::threads() as u64;
        let searched = parallel::map(&bands, RepeatFinder::default, |finder, band| {
            self.search_band(finder, *band, store, forest, share)
        });
        let (mut chunks, mut later) = (Vec::new(), Vec::new());
        for (band, outcome) in bands.iter().zip(searched) {
            let (found, searched) = outcome?;
            chunks.extend(found);
            if searched != BandSearch::Whole {
                later.push(*band);
            }
        }

        // A band with a key that very many nodes share is searched by itself, with all the memory.
        let mut finder = RepeatFinder::default();
        let mut needed = 0;
        for band in later {
            let (found, searched) = self.search_band(&mut finder, band, store, forest, memory)?;
            chunks.extend(found);
            if let BandSearch::Needs(bytes) = searched {
                needed = bytes.max(needed);
            }
        }
        if needed > 0 {
            // The search gets three quarters of the memory, so the floor is four thirds of its need.
            return Err(too_little(held + memory, held + needed + needed / 3 + 1, "a band key that many texts share"));
        }

        chunks.extend(self.record_extra(store, forest, memory)?);
        Ok(chunks)
    }

    /// Searches one band with `memory` bytes: a quarter for the records being written, the rest for the search.
    fn search_band(
        &self,
        finder: &mut RepeatFinder,
        band: usize,
        store: &ChunkStore,
        forest: Option<&UnionForest>,
        memory: u64,
    ) -> Result<(Vec<RecordChunk>, BandSearch)> {
        let rows = KeyRows { keys: self.keys, node_of_row: self.node_of_row, nodes: self.nodes };
        let mut writer = ChunkWriter::new(store, chunk_words(memory));

        let searched = finder.search(rows, band, memory - memory / 4, &mut |members| {
            if let Some(forest) = forest {
                forest.join_all(members);
            }
            writer.add(members)
        })?;

        writer.close()?;
        Ok((writer.chunks, searched))
    }

    /// Records the extra pairs as buckets of two nodes.
    fn record_extra(&self, store: &ChunkStore, forest: Option<&UnionForest>, memory: u64) -> Result<Vec<RecordChunk>> {
        let mut writer = ChunkWriter::new(store, chunk_words(memory));

        for (a, b) in self.extra.iter().filter(|(a, b)| a != b) {
            let members = [*a.min(b), *a.max(b)];
            if let Some(forest) = forest {
                forest.join_all(&members);
            }
            writer.add(&members)?;
        }

        writer.close()?;
        Ok(writer.chunks)
    }

    /// What each component takes while its batch is processed.
    fn sizes(&self, found: &FoundBuckets, numbered: &NumberedForest) -> Result<ComponentSizes> {
        let mut bytes = vec![BYTES_OF_COMPONENT; numbered.sets];
        let mut largest_node = vec![0; numbered.sets];
        let mut spilled = bytes.clone();
        for node in numbered.joined.iter() {
            let (set, held) = (numbered.set_of[node as usize] as usize, (self.held)(node));
            bytes[set] += BYTES_OF_NODE + held;
            spilled[set] += BYTES_OF_NODE + self.held_if_spilled;
            largest_node[set] = held.max(largest_node[set]);
        }
        for chunk in &found.chunks {
            for members in records(&found.shelf.load(chunk)?) {
                let set = numbered.set_of[members[0] as usize] as usize;
                bytes[set] += bytes_of_record(members.len());
                spilled[set] += bytes_of_record(members.len());
            }
        }
        Ok(ComponentSizes { bytes, spilled, largest_node })
    }

    /// The bytes that a batch may take under a limit.
    fn memory_of_batch(&self, sizes: &ComponentSizes, limit: &MemoryLimit) -> Result<u64> {
        let ComponentSizes { bytes, spilled, largest_node } = sizes;
        // A component cannot be split, so the largest one must fit, if need be with few of its nodes held at a time.
        let at_a_time = NODES_PER_THREAD * parallel::threads() as u64;
        let least = |set: usize| bytes[set].min(spilled[set] + at_a_time * largest_node[set]);
        let held = (self.nodes as u64).div_ceil(8) + bytes_of_all(self.nodes);
        let largest = (0..bytes.len()).map(least).fold(0, u64::max);
        left(limit, held, largest)
    }
}

/// What each component takes while its batch is processed, in bytes.
struct ComponentSizes {
    /// With the bytes that the caller holds of its nodes.
    bytes: Vec<u64>,
    /// With those that it holds if its nodes are spilled.
    spilled: Vec<u64>,
    /// The most that the caller holds of one node.
    largest_node: Vec<u64>,
}

/// Assigns components to batches: whole components, in order, as many as `memory` takes. Gives the first one of each batch,
/// ascending.
fn first_components(bytes: &[u64], memory: u64) -> Vec<u32> {
    // A full sum makes the first component begin the first batch.
    let (mut firsts, mut sum) = (Vec::new(), u64::MAX);
    for (set, bytes) in bytes.iter().enumerate() {
        sum = sum.saturating_add(*bytes);
        if sum > memory {
            firsts.push(set as u32);
            sum = *bytes;
        }
    }
    firsts
}

/// Words of a chunk that takes an eighth of `memory` at most.
fn chunk_words(memory: u64) -> usize {
    CHUNK_WORDS.min((memory / 32) as usize)
}

/// The bytes that a limit leaves on top of `held`: at least `least`.
fn left(limit: &MemoryLimit, held: u64, least: u64) -> Result<u64> {
    match limit.memory.checked_sub(held) {
        Some(memory) if memory >= least => Ok(memory),
        _ => Err(too_little(limit.memory, held + least, "looking for candidates")),
    }
}

fn too_little(given: u64, floor: u64, what: &str) -> crate::Error {
    ErrorKind::Memory { given, floor, what: what.to_owned() }.into()
}

/// Copies the records of each batch together. Where there are too many batches to write at once, each pass over the
/// records writes some of them.
fn deal(
    found: &FoundBuckets,
    numbered: &NumberedForest,
    firsts: &[u32],
    store: &ChunkStore,
    memory: u64,
) -> Result<Vec<Vec<RecordChunk>>> {
    let words = (memory / 16).clamp(1, CHUNK_WORDS as u64 / 4) as usize;
    let at_once = (memory / 8 / words as u64).max(1) as usize;
    let mut batches: Vec<Vec<RecordChunk>> = Vec::with_capacity(firsts.len());

    for start in (0..firsts.len()).step_by(at_once) {
        let here = start..firsts.len().min(start + at_once);
        let mut writers: Vec<ChunkWriter> = here.clone().map(|_| ChunkWriter::new(store, words)).collect();

        for chunk in &found.chunks {
            for members in records(&found.shelf.load(chunk)?) {
                // All members are in one component, so the first names the batch.
                let set = numbered.set_of[members[0] as usize];
                let batch = firsts.partition_point(|first| *first <= set) - 1;
                if here.contains(&batch) {
                    writers[batch - start].add(members)?;
                }
            }
        }

        for mut writer in writers {
            writer.close()?;
            batches.push(writer.chunks);
        }
    }
    Ok(batches)
}

impl Candidates {
    /// No candidates among `nodes` nodes.
    pub(crate) fn none(nodes: usize) -> Self {
        let (joined, shelf) = (NodeSet::new(nodes), ChunkShelf::default());
        Self { nodes, joined, batches: Vec::new(), shelf, stage: StageFile::Found }
    }

    /// Nodes with any candidate, ascending.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        self.joined.iter()
    }

    /// Bytes of the buckets in which they were found, in memory or on the disk.
    pub(crate) fn bucket_bytes(&self) -> u64 {
        self.batches.iter().flatten().map(RecordChunk::words).sum::<u64>() * size_of::<u32>() as u64
    }

    /// Number of batches.
    pub(crate) fn batches(&self) -> usize {
        self.batches.len()
    }

    /// Loads a batch. Batches ascend by their first nodes.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is damaged.
    pub(crate) fn batch(&self, number: usize) -> Result<ComponentBatch> {
        ComponentBatch::load(&self.batches[number], &self.shelf, self.nodes)
    }
}

#[cfg(test)]
mod tests;
