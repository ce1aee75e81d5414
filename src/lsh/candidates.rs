//! Band keys → candidates, in pieces that can be treated one after the other.
//!
//! Each band is searched by itself ([`super::find`]), several at a time; what it finds goes to records in no order, and
//! every order that shows is made when a batch is loaded, so neither threads nor memory show in a result. Without a limit
//! the records stay in memory and there is one batch. With one they go to disk, a union-find of 4 bytes a node joins their
//! members on the way, and components are then dealt to batches that fit the memory: a pass over the records counts,
//! another brings the records of each batch together.
//!
//! Memory for each of all nodes, under a limit: 4 bytes of union-find, 1 bit, and at most 4 bytes of counts while batches
//! are planned; afterwards 1 bit, and 1½ bits more while a batch is loaded. The nodes of rows are 4 bytes a row and the
//! caller's.

use super::Node;
use super::batch::{self, BYTES_OF_COMPONENT, BYTES_OF_NODE, ComponentBatch, bytes_of_record};
use super::bits::NodeSet;
use super::columns::{KeyColumns, MemoryLimit};
use super::find::{BandSearch, KeyRows, RepeatFinder};
use super::forest::{NumberedForest, UnionForest};
use super::records::{BLOCK, ChunkShelf, ChunkStore, ChunkWriter, RecordChunk, records};
use crate::error::{ErrorKind, Result};
use crate::parallel;

/// What candidates are found among.
pub(crate) struct CandidateSearch<'a> {
    /// The band keys of all rows.
    pub(crate) keys: &'a KeyColumns,
    /// The node of each row; [`NO_NODE`](super::NO_NODE) for a row that is not the one of its node.
    pub(crate) node_of_row: &'a [Node],
    /// Number of nodes.
    pub(crate) nodes: usize,
    /// Candidates whatever their keys. A pair may come several times; a node with itself is none.
    pub(crate) extra: &'a [(Node, Node)],
    /// Bytes that whoever treats a batch holds for a node of it. They count as memory of the batch.
    pub(crate) held: &'a (dyn Fn(Node) -> u64 + Sync),
}

/// Nodes that share a band, or stand in a pair that was given.
#[derive(Debug)]
pub(crate) struct Candidates {
    pub(super) nodes: usize,
    /// The nodes with candidates.
    pub(super) joined: NodeSet,
    pub(super) batches: Vec<Vec<RecordChunk>>,
    pub(super) shelf: ChunkShelf,
    pub(super) stage: StageFile,
}

/// Which of its files holds the records of the batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StageFile {
    /// The one that bands were searched into; all of it is one batch.
    Found,
    /// The one that batches were dealt to.
    Dealt,
}

impl StageFile {
    /// The name of the file, where files have names.
    pub(super) fn file(self, name: &str) -> String {
        match self {
            Self::Found => format!("{name}.buckets"),
            Self::Dealt => format!("{name}.batches"),
        }
    }
}

/// Buckets of all bands, as they were found.
struct FoundBuckets {
    blocks: Vec<RecordChunk>,
    shelf: ChunkShelf,
}

/// The most that candidates, their search and their one batch take for a key without a limit: a bucket of two at each
/// key, gathered, recorded, and loaded with its share of a component.
pub(crate) const MOST_BYTES_PER_KEY: u64 = 64;

/// Least memory for the search beside what each node takes.
const LEAST: u64 = 1 << 16;

impl CandidateSearch<'_> {
    /// Finds all candidates. The memory of `limit` is for the search and then for one batch with what its nodes hold;
    /// without a limit there is one batch, or none.
    ///
    /// # Errors
    ///
    /// The disk refuses or is too full, or the memory is less than the search or the largest component needs.
    pub(crate) fn candidates(&self, limit: Option<&MemoryLimit>) -> Result<Candidates> {
        match limit {
            None => self.in_memory(),
            Some(limit) => self.within(limit),
        }
    }

    fn in_memory(&self) -> Result<Candidates> {
        let store = ChunkStore::held();
        let blocks = self.find(&store, None, u64::MAX, 0)?;
        let mut joined = NodeSet::new(self.nodes);
        let shelf = store.finish()?;
        for block in &blocks {
            records(&shelf.load(block)?).flatten().for_each(|node| joined.set(*node));
        }
        Ok(self.one_batch(joined, FoundBuckets { blocks, shelf }))
    }

    fn one_batch(&self, joined: NodeSet, found: FoundBuckets) -> Candidates {
        let FoundBuckets { blocks, shelf } = found;
        let batches = if blocks.is_empty() { Vec::new() } else { vec![blocks] };
        Candidates { nodes: self.nodes, joined, batches, shelf, stage: StageFile::Found }
    }

    fn within(&self, limit: &MemoryLimit) -> Result<Candidates> {
        // Union-find and the bits of joined nodes.
        let held = 4 * self.nodes as u64 + (self.nodes as u64).div_ceil(8);
        let memory = left(limit, held, LEAST)?;
        let forest = UnionForest::new(self.nodes);
        let store = ChunkStore::spilled(&limit.room, &StageFile::Found.file(&limit.name))?;
        let blocks = self.find(&store, Some(&forest), memory, held)?;
        let found = FoundBuckets { blocks, shelf: store.finish()? };
        let numbered = forest.number();
        let BatchPlan { firsts } = self.plan(&found, &numbered, limit)?;
        if firsts.len() <= 1 {
            return Ok(self.one_batch(numbered.joined, found));
        }
        limit.room.require(found.shelf.file.as_ref().map_or(0, |file| file.len()))?;
        let store = ChunkStore::spilled(&limit.room, &StageFile::Dealt.file(&limit.name))?;
        let batches = deal(&found, &numbered, &firsts, &store, memory)?;
        let joined = numbered.joined;
        Ok(Candidates { nodes: self.nodes, joined, batches, shelf: store.finish()?, stage: StageFile::Dealt })
    }

    /// Searches every band, and joins what it finds in `forest`. `memory` is for all threads, `held` is taken beside it.
    fn find(
        &self,
        store: &ChunkStore,
        forest: Option<&UnionForest>,
        memory: u64,
        held: u64,
    ) -> Result<Vec<RecordChunk>> {
        let rows = KeyRows { keys: self.keys, node_of_row: self.node_of_row, nodes: self.nodes };
        let bands: Vec<usize> = (0..self.keys.bands()).collect();
        let search = |finder: &mut RepeatFinder, band: &usize, memory: u64| -> Result<(Vec<RecordChunk>, BandSearch)> {
            let mut writer = ChunkWriter::new(store, BLOCK.min((memory / 32) as usize));
            let searched = finder.search(rows, *band, memory - memory / 4, &mut |members| {
                if let Some(forest) = forest {
                    forest.join_all(members);
                }
                writer.add(members)
            })?;
            writer.close()?;
            Ok((writer.blocks, searched))
        };
        let share = memory / parallel::threads() as u64;
        let searched = parallel::map(&bands, RepeatFinder::default, |finder, band| search(finder, band, share));
        let (mut blocks, mut needed, mut later) = (Vec::new(), 0, Vec::new());
        for (band, outcome) in bands.iter().zip(searched) {
            let (found, searched) = outcome?;
            blocks.extend(found);
            if searched != BandSearch::Whole {
                later.push(*band);
            }
        }
        // A key that very many nodes share: alone, with all the memory.
        let mut finder = RepeatFinder::default();
        for band in later {
            let (found, searched) = search(&mut finder, &band, memory)?;
            blocks.extend(found);
            if let BandSearch::Needs(bytes) = searched {
                needed = bytes.max(needed);
            }
        }
        if needed > 0 {
            return Err(too_little(held + memory, held + needed + needed / 3 + 1, "a band key that many texts share"));
        }
        let mut writer = ChunkWriter::new(store, BLOCK.min((memory / 32) as usize));
        for (a, b) in self.extra.iter().filter(|(a, b)| a != b) {
            let members = [*a.min(b), *a.max(b)];
            if let Some(forest) = forest {
                forest.join_all(&members);
            }
            writer.add(&members)?;
        }
        writer.close()?;
        blocks.extend(writer.blocks);
        Ok(blocks)
    }

    /// Deals components to batches: whole ones, in order, as many as fit.
    fn plan(&self, found: &FoundBuckets, numbered: &NumberedForest, limit: &MemoryLimit) -> Result<BatchPlan> {
        let mut bytes = vec![BYTES_OF_COMPONENT; numbered.sets];
        for node in numbered.joined.iter() {
            bytes[numbered.set_of[node as usize] as usize] += BYTES_OF_NODE + (self.held)(node);
        }
        for block in &found.blocks {
            for members in records(&found.shelf.load(block)?) {
                bytes[numbered.set_of[members[0] as usize] as usize] += bytes_of_record(members.len());
            }
        }
        let held = (self.nodes as u64).div_ceil(8) + batch::bytes_of_all(self.nodes);
        let largest = bytes.iter().copied().max().unwrap_or(0);
        let memory = left(limit, held, largest)?;
        let (mut firsts, mut sum) = (Vec::new(), u64::MAX);
        for (set, bytes) in bytes.iter().enumerate() {
            sum = sum.saturating_add(*bytes);
            if sum > memory {
                firsts.push(set as u32);
                sum = *bytes;
            }
        }
        Ok(BatchPlan { firsts })
    }
}

/// The first component of each batch.
struct BatchPlan {
    firsts: Vec<u32>,
}

/// What a limit leaves beside `held` bytes.
fn left(limit: &MemoryLimit, held: u64, least: u64) -> Result<u64> {
    match limit.memory.checked_sub(held) {
        Some(memory) if memory >= least => Ok(memory),
        _ => Err(too_little(limit.memory, held + least, "looking for candidates")),
    }
}

fn too_little(given: u64, floor: u64, what: &str) -> crate::Error {
    ErrorKind::Memory { given, floor, what: what.to_owned() }.into()
}

/// Brings the records of each batch together.
fn deal(
    found: &FoundBuckets,
    numbered: &NumberedForest,
    firsts: &[u32],
    store: &ChunkStore,
    memory: u64,
) -> Result<Vec<Vec<RecordChunk>>> {
    let words = (memory / 16).clamp(1, BLOCK as u64 / 4) as usize;
    let at_once = (memory / 8 / words as u64).max(1) as usize;
    let mut batches: Vec<Vec<RecordChunk>> = Vec::with_capacity(firsts.len());
    for start in (0..firsts.len()).step_by(at_once) {
        let here = start..firsts.len().min(start + at_once);
        let mut writers: Vec<ChunkWriter> = here.clone().map(|_| ChunkWriter::new(store, words)).collect();
        for block in &found.blocks {
            for members in records(&found.shelf.load(block)?) {
                let set = numbered.set_of[members[0] as usize];
                let batch = firsts.partition_point(|first| *first <= set) - 1;
                if here.contains(&batch) {
                    writers[batch - start].add(members)?;
                }
            }
        }
        for mut writer in writers {
            writer.close()?;
            batches.push(writer.blocks);
        }
    }
    Ok(batches)
}

impl Candidates {
    /// Nodes with any candidate, ascending.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        self.joined.iter()
    }

    /// Number of batches.
    pub(crate) fn batches(&self) -> usize {
        self.batches.len()
    }

    /// Loads one of the batches, which ascend by the first node of each.
    ///
    /// # Errors
    ///
    /// The disk refuses, or what it holds is damaged.
    pub(crate) fn batch(&self, number: usize) -> Result<ComponentBatch> {
        ComponentBatch::load(&self.batches[number], &self.shelf, self.nodes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lsh::{BandBuckets, Buckets, Components, NO_NODE};
    use crate::spill::SpillDir;

    /// Keys of rows, the nodes of rows, pairs.
    #[derive(Debug, Clone)]
    struct Case {
        bands: usize,
        rows: Vec<Vec<u64>>,
        node_of_row: Vec<Node>,
        nodes: usize,
        extra: Vec<(Node, Node)>,
    }

    impl Case {
        /// `nodes` nodes of which so many in a hundred share some bands with an earlier one, in an order that is not the
        /// rows', and rows of no node among them.
        fn new(nodes: usize, bands: usize, copies: u64, seed: u64) -> Self {
            let mut case = Self { bands, rows: vec![], node_of_row: vec![], nodes, extra: vec![] };
            let mut random = seed;
            let mut next = move |below: u64| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 33) % below.max(1)
            };
            let mut free: Vec<Node> = (0..nodes as Node).collect();
            while !free.is_empty() {
                let earlier = next(case.rows.len() as u64) as usize;
                let copied = next(100) < copies && !case.rows.is_empty();
                let key = |band: usize, fresh: u64| match copied && fresh.is_multiple_of(3) {
                    true => case.rows[earlier][band],
                    false => crate::shingle::hash::finish(fresh << 8 | band as u64),
                };
                let row = (0..bands).map(|band| key(band, next(u64::MAX))).collect();
                let place = (next(8) as usize).min(free.len() - 1);
                let node = if next(10) == 0 { NO_NODE } else { free.remove(place) };
                case.rows.push(row);
                case.node_of_row.push(node);
            }
            case.extra = (0..nodes / 50).map(|_| (next(nodes as u64) as Node, next(nodes as u64) as Node)).collect();
            case
        }

        /// Components as the plain code has them: their nodes, and their buckets with the number of bands.
        fn plainly(&self) -> Vec<Treated> {
            let keyed = |band: usize| {
                let keys = self.rows.iter().map(|row| row[band]).zip(self.node_of_row.iter().copied());
                BandBuckets::new(keys.filter(|(_, node)| *node != NO_NODE).collect())
            };
            let mut bands: Vec<BandBuckets> = (0..self.bands).map(keyed).collect();
            bands.push(BandBuckets::of_pairs(self.extra.iter().copied().filter(|(a, b)| a != b)));
            let buckets = Buckets::assemble(&bands, self.nodes);
            let all: Vec<Node> = (0..self.nodes as Node).collect();
            treated(&all, &buckets, &buckets.components(self.nodes))
        }

        fn with<T>(&self, limit: Option<&MemoryLimit>, work: impl FnOnce(&CandidateSearch<'_>) -> T) -> T {
            let mut keys = KeyColumns::new(self.bands, limit.cloned());
            self.rows.iter().for_each(|row| keys.push(row).unwrap());
            let (node_of_row, extra) = (&self.node_of_row[..], &self.extra[..]);
            work(&CandidateSearch { keys: &keys, node_of_row, nodes: self.nodes, extra, held: &|_| 100 })
        }

        fn candidates(&self, limit: Option<&MemoryLimit>) -> Result<Candidates> {
            self.with(limit, |search| search.candidates(limit))
        }
    }

    /// Nodes of a component, and its buckets with the number of bands.
    type Treated = (Vec<Node>, Vec<(Vec<Node>, u32)>);

    fn treated(nodes: &[Node], buckets: &Buckets, components: &Components) -> Vec<Treated> {
        let global = |node: &Node| nodes[*node as usize];
        let of_component = |component: &crate::lsh::Component| {
            for (place, node) in component.nodes.iter().enumerate() {
                assert_eq!(components.place[*node as usize] as usize, place);
            }
            let bucket = |(place, bucket): (usize, &u32)| {
                assert_eq!(components.bucket_place[*bucket as usize] as usize, place);
                let members = buckets.members(*bucket);
                assert!(members.iter().all(|node| buckets.of(*node).contains(bucket)));
                (members.iter().map(global).collect(), buckets.bands_of(*bucket))
            };
            let nodes = component.nodes.iter().map(global).collect();
            (nodes, component.buckets.iter().enumerate().map(bucket).collect())
        };
        components.all.iter().map(of_component).collect()
    }

    fn all_batches(candidates: &Candidates) -> Vec<Treated> {
        let mut all = Vec::new();
        for number in 0..candidates.batches() {
            let batch = candidates.batch(number).unwrap();
            assert!(
                batch.nodes.is_sorted()
                    && batch.nodes.iter().all(|node| candidates.nodes().any(|other| other == *node))
            );
            all.extend(treated(&batch.nodes, &batch.buckets, &batch.components));
        }
        let mut nodes: Vec<Node> = all.iter().flat_map(|(nodes, _)| nodes.clone()).collect();
        nodes.sort_unstable();
        assert_eq!(candidates.nodes().collect::<Vec<_>>(), nodes);
        all
    }

    fn limit(home: &tempfile::TempDir, memory: u64) -> MemoryLimit {
        MemoryLimit { memory, room: SpillDir::temporary(home.path()), name: "x".to_owned() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn whatever_the_memory_it_is_what_the_plain_code_finds(
            nodes in 0_usize..3_000, bands in 0_usize..6, copies in 0_u64..60, seed: u64, threads in 1_usize..4,
        ) {
            let case = Case::new(nodes, bands, copies, seed);
            let plain = case.plainly();
            let home = tempfile::tempdir().unwrap();
            let threads = if cfg!(feature = "parallel") { threads } else { 1 };
            parallel::with_threads(Some(threads), || {
                assert_eq!(all_batches(&case.candidates(None).unwrap()), plain);
                for memory in [1 << 30, 1 << 21, 400_000, 200_000, 100_000] {
                    // A component may be larger than that; then the error names a memory that is enough.
                    let candidates = case.candidates(Some(&limit(&home, memory))).or_else(|error| match error.kind() {
                        ErrorKind::Memory { floor, .. } => case.candidates(Some(&limit(&home, *floor))),
                        _ => Err(error),
                    });
                    assert_eq!(all_batches(&candidates.unwrap()), plain, "{memory}");
                }
            }).unwrap();
        }
    }

    #[test]
    fn little_memory_makes_many_batches_and_is_refused_when_too_little() {
        let case = Case::new(20_000, 6, 20, 7);
        let home = tempfile::tempdir().unwrap();
        let roomy = case.candidates(Some(&limit(&home, 1 << 30))).unwrap();
        let tight = case.candidates(Some(&limit(&home, 400_000))).unwrap();
        assert_eq!(roomy.batches(), 1);
        assert!(tight.batches() > 5, "{}", tight.batches());
        assert_eq!(all_batches(&tight), all_batches(&roomy));
        let error = case.candidates(Some(&limit(&home, 1_000))).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Memory { given: 1_000, floor, .. } if *floor > 100_000), "{error}");
    }

    /// All nodes share one key: the piece it makes needs all the memory, and so does the component.
    #[test]
    fn a_key_of_very_many_nodes_is_found_or_names_its_floor() {
        let mut case = Case::new(30_000, 3, 0, 1);
        case.rows.iter_mut().for_each(|row| row[1] = 5);
        let home = tempfile::tempdir().unwrap();
        let plain = case.plainly();
        let ErrorKind::Memory { floor, .. } = *case.candidates(Some(&limit(&home, 300_000))).unwrap_err().kind() else {
            panic!("it needs 4 bytes for each of 30,000 nodes several times");
        };
        let mut memory = floor;
        // The floor of the search may lie below that of the component, which is known only then.
        let candidates = loop {
            match case.candidates(Some(&limit(&home, memory))) {
                Ok(candidates) => break candidates,
                Err(error) => match *error.kind() {
                    ErrorKind::Memory { floor, .. } if floor > memory => memory = floor,
                    _ => panic!("{error}"),
                },
            }
        };
        assert_eq!(all_batches(&candidates), plain);
    }

    #[test]
    fn saved_candidates_are_loaded_and_damaged_ones_are_not() {
        let case = Case::new(5_000, 6, 20, 3);
        let plain = case.plainly();
        let home = tempfile::tempdir().unwrap();
        let room = SpillDir::kept(home.path().join("work")).unwrap();
        assert!(Candidates::load(&room, "x").unwrap().is_none());
        for memory in [None, Some(1 << 30), Some(300_000)] {
            let limit = memory.map(|memory| MemoryLimit { memory, room: room.clone(), name: "x".to_owned() });
            case.candidates(limit.as_ref()).unwrap().save(&room, "x").unwrap();
            let loaded = Candidates::load(&room, "x").unwrap().unwrap();
            assert_eq!(all_batches(&loaded), plain, "{memory:?}");
        }
        let path = room.directory().join("x");
        let header = std::fs::read(&path).unwrap();
        for length in [0, 7, 8, 40, header.len() - 1] {
            std::fs::write(&path, &header[..length]).unwrap();
            assert!(Candidates::load(&room, "x").unwrap().is_none(), "{length} bytes");
        }
        for place in (0..header.len()).step_by(97) {
            let mut damaged = header.clone();
            damaged[place] ^= 4;
            std::fs::write(&path, damaged).unwrap();
            assert!(Candidates::load(&room, "x").unwrap().is_none(), "byte {place}");
        }
        std::fs::write(&path, &header).unwrap();
        let buckets = room.directory().join("x.batches");
        let mut bytes = std::fs::read(&buckets).unwrap();
        bytes[5] ^= 1;
        std::fs::write(&buckets, &bytes).unwrap();
        let loaded = Candidates::load(&room, "x").unwrap().unwrap();
        let outcomes = (0..loaded.batches()).map(|number| loaded.batch(number).is_err());
        assert_eq!(outcomes.filter(|failed| *failed).count(), 1, "only the batch of the damaged block");
        std::fs::write(&buckets, &bytes[1..]).unwrap();
        assert!(Candidates::load(&room, "x").unwrap().is_none(), "the file is shorter");
    }
}
