//! The third stage: the components of one part, verified with the texts of their nodes.

use super::column_codec::decode_u32s;
use super::file::{self, FileDigest, ShardReader, ShardWriter};
use super::set::{ShardRun, ShardSet, ShardStage};
use super::work::{BLOCK, COMPONENTS, NODES};
use crate::cluster::VerifiedLink;
use crate::document::UnitId;
use crate::error::{Error, Result};
use crate::input::{BlockIndex, Corpus};
use crate::lsh::{ComponentBatch, Node};
use crate::parallel;
use crate::pipeline::context::RunContext;
use crate::pipeline::exact_verifier::ExactVerifier;
use crate::pipeline::keeper_clusters;
use crate::pipeline::learned_frequencies::LearnedFrequencies;
use crate::pipeline::memory_plan::MemoryPlan;
use crate::pipeline::node_table::NodeTable;
use crate::pipeline::route::{Route, RouteId};
use crate::pipeline::run_tables::RunTables;
use crate::pipeline::run_task::RunTask;
use crate::pipeline::scanned_block::ScannedBlock;
use crate::pipeline::verified_batch::VerifiedBatch;
use crate::pipeline::word_sample::SampleBound;
use crate::pipeline::{Pipeline, Progress};
use crate::spill::{ByteDecoder, ByteEncoder};

impl ShardRun<'_> {
    /// Verifies the components that the part `part`, from 1, was dealt, and leaves their verified pairs. Reads the texts of
    /// these components, wherever in the input they are; holds nothing of others.
    ///
    /// # Errors
    ///
    /// There is no such part, the merge is missing or stale, a record cannot be read again, the memory limit is too low, or
    /// the disk refuses.
    pub fn verify(self, part: usize) -> Result<ShardStage> {
        let part = self.set.part(part)?;
        let sketches = self.set.sketches()?;
        let name = self.set.verified(part, sketches)?;
        if file::is_whole(&self.set.directory, name)? {
            return Ok(ShardStage::WasThere);
        }

        let Self { set, pipeline, input, progress } = self;
        parallel::with_threads(pipeline.options.threads, || {
            let plan = pipeline.plan()?;
            progress.begin("read", 0);
            let learned = set.learned(sketches, pipeline.options.seed)?;

            let mut work = DealtWork::default();
            let bound = SampleBound::default();
            let pass = pipeline.first_pass(RunTask::Clusters, &plan, progress);
            let stored = |each: &mut dyn FnMut(_, _) -> Result<()>| set.dealt(part, &mut work, each);
            let (corpus, mut tables) = pass.over_stored(input, &bound, stored)?;
            tables.finish(&bound)?;
            let unit_places = work.unit_places();

            let mut writer = ShardWriter::new(&set.directory, name)?;
            let verification = PartVerification { pipeline, plan: &plan, progress, corpus: &corpus, tables: &tables };
            let joined: usize = work.routes.iter().map(|route| route.nodes.len()).sum();
            progress.begin("verify", joined as u64);
            for (id, route) in pipeline.routes.iter() {
                let dealt = &work.routes[id.index()];
                let verified = verification.route(id, route, dealt, &unit_places, learned.as_ref())?;
                let mut entry = ByteEncoder::default();
                entry.bytes(&verified.encode());
                writer.entry(&entry.finish())?;
            }
            writer.finish()?;
            Ok(ShardStage::Made)
        })?
    }
}

/// What a part of a verification reads.
struct PartVerification<'a> {
    pipeline: &'a Pipeline,
    plan: &'a MemoryPlan,
    progress: &'a dyn Progress,
    /// The records of the part alone.
    corpus: &'a Corpus,
    tables: &'a RunTables,
}

/// What a part was dealt, by route.
#[derive(Debug, Default)]
struct DealtWork {
    routes: [DealtRoute; 2],
}

/// The nodes and buckets of one route, in numbers of the run.
#[derive(Debug, Default)]
struct DealtRoute {
    /// Ascending.
    nodes: Vec<Node>,
    /// The first unit of each node.
    units: Vec<u32>,
    texts: Vec<u32>,
    /// Components as they are stored.
    components: Vec<u32>,
}

impl DealtWork {
    /// The units of all nodes in input order: their places are their numbers in the part.
    fn unit_places(&self) -> Vec<u32> {
        let mut units: Vec<u32> = self.routes.iter().flat_map(|route| &route.units).copied().collect();
        units.sort_unstable();
        units
    }

    /// Takes an entry that is no block; `None` if it is damaged.
    fn take(&mut self, entry: &[u8]) -> Option<()> {
        let mut from = ByteDecoder::new(entry);
        let what = from.byte()?;
        let route = &mut self.routes[RouteId::ALL.get(usize::from(from.byte()?))?.index()];
        match what {
            COMPONENTS => route.components.extend(decode_u32s(&mut from)?),
            NODES => {
                let [nodes, units, texts] = [decode_u32s(&mut from)?, decode_u32s(&mut from)?, decode_u32s(&mut from)?];
                (nodes.len() == units.len() && nodes.len() == texts.len()).then_some(())?;
                route.nodes.extend(nodes);
                route.units.extend(units);
                route.texts.extend(texts);
            }
            _ => return None,
        }
        (from.is_empty() && route.nodes.is_sorted()).then_some(())
    }
}

impl ShardSet {
    /// Reads what `part` was dealt: nodes and buckets into `work`, blocks to `each`.
    fn dealt(
        &self,
        part: u32,
        work: &mut DealtWork,
        each: &mut dyn FnMut(BlockIndex, ScannedBlock) -> Result<()>,
    ) -> Result<()> {
        let (mut reader, mut entry) = (ShardReader::open(&self.directory, self.work(part)?)?, Vec::new());
        while reader.next(&mut entry)? {
            if entry.first() != Some(&BLOCK) {
                work.take(&entry).ok_or_else(|| reader.damaged())?;
                continue;
            }
            let (index, scanned) = decoded_block(&entry).ok_or_else(|| reader.damaged())?;
            each(index, scanned)?;
        }
        Ok(())
    }

    /// The verified pairs of all parts of a merge of `sketches`, by route.
    ///
    /// # Errors
    ///
    /// A file is missing, stale or damaged.
    pub(super) fn verified_pairs(&self, sketches: FileDigest) -> Result<[VerifiedBatch; 2]> {
        let none = |batch| VerifiedBatch { batch, links: Vec::new(), lost: 0 };
        let mut all = [none(0), none(1)];
        let mut entry = Vec::new();
        for part in self.all_parts() {
            let mut reader = ShardReader::open(&self.directory, self.verified(part, sketches)?)?;
            while reader.next(&mut entry)? {
                let mut from = ByteDecoder::new(&entry);
                let batch = from.bytes().and_then(VerifiedBatch::decode);
                let batch = batch.filter(|batch| from.is_empty() && batch.batch < 2);
                let VerifiedBatch { batch, links, lost } = batch.ok_or_else(|| reader.damaged())?;
                all[batch as usize].links.extend(links);
                all[batch as usize].lost += lost;
            }
        }

        // As in one process: the order of parts is not that of keepers.
        for verified in &mut all {
            parallel::sort_by_key(&mut verified.links, |link| (link.keeper, link.node));
        }
        Ok(all)
    }
}

fn decoded_block(entry: &[u8]) -> Option<(BlockIndex, ScannedBlock)> {
    let mut from = ByteDecoder::new(entry);
    from.byte()?;
    let index = BlockIndex::from_bytes(from.bytes()?).ok()?;
    let scanned = ScannedBlock::decode(&mut from)?;
    (from.is_empty() && index.records() == scanned.records.len()).then_some((index, scanned))
}

impl PartVerification<'_> {
    /// Verifies the components of one route, as many at a time as fit the memory.
    fn route(
        &self,
        id: RouteId,
        route: &Route,
        dealt: &DealtRoute,
        unit_places: &[u32],
        learned: Option<&LearnedFrequencies>,
    ) -> Result<VerifiedBatch> {
        let setup = self.pipeline.setup(self.corpus, self.progress, self.plan, None);
        let context = RunContext::new(setup, self.tables, learned);
        let nodes = dealt.table(unit_places).ok_or_else(|| Error::internal("a dealt node has no unit"))?;
        let components = dealt.components().ok_or_else(|| Error::internal("a dealt component has another node"))?;
        let mut components = components.into_iter().peekable();

        let held = self.tables.bytes() + nodes.bytes() + 3 * size_of_val(&dealt.components[..]) as u64;
        let limit = self.plan.work(held, self.plan.spill_dir(), "texts");
        let memory = limit.as_ref().map_or(u64::MAX, |limit| limit.memory);
        let text = |node: Node| ExactVerifier::bytes(id, self.tables.units.tokens(nodes.first(node)));

        let mut verified = VerifiedBatch { batch: id as u32, links: Vec::new(), lost: 0 };
        while let Some(words) = fitting(&mut components, memory, text) {
            let batch = ComponentBatch::of_records(words, nodes.len());
            let exact = ExactVerifier::new(&context, id, route, &nodes, &batch.nodes, limit.as_ref())?;
            let exact = exact.joined(&batch.components);
            let (links, lost) = keeper_clusters::verify_batch(&batch, &exact, route.limits, self.progress);
            exact.check()?;

            let of_run = |place: Node| dealt.nodes[batch.nodes[place as usize] as usize];
            verified.links.extend(links.into_iter().map(|link| VerifiedLink {
                keeper: of_run(link.keeper),
                node: of_run(link.node),
                ..link
            }));
            verified.lost += lost;
        }
        Ok(verified)
    }
}

impl DealtRoute {
    /// The nodes of the part, each with its first unit; `None` if a unit is not in the part.
    fn table(&self, unit_places: &[u32]) -> Option<NodeTable> {
        let place = |unit: &u32| unit_places.binary_search(unit).ok().map(|place| UnitId(place as u32).0);
        let units = self.units.iter().map(place).collect::<Option<Vec<u32>>>()?;
        let starts = (0..=units.len() as u32).collect();
        NodeTable::of_columns([units, starts, self.texts.clone()])
    }

    /// The components in numbers of the part; `None` if the words are none, or a member is no node of the part.
    fn components(&self) -> Option<Vec<DealtComponent>> {
        let (mut components, mut rest) = (Vec::new(), &self.components[..]);
        while let Some((buckets, following)) = rest.split_first() {
            rest = following;
            let mut component = DealtComponent::default();
            for _ in 0..*buckets {
                let [bands, count, following @ ..] = rest else { return None };
                let (members, following) = following.split_at_checked(*count as usize)?;
                rest = following;
                component.add(*bands, members.iter().map(|node| self.place(*node)).collect::<Option<_>>()?)?;
            }
            component.nodes.sort_unstable();
            component.nodes.dedup();
            components.push(component);
        }
        Some(components)
    }

    fn place(&self, node: Node) -> Option<Node> {
        self.nodes.binary_search(&node).ok().map(|place| place as Node)
    }
}

/// A component of a part.
#[derive(Debug, Default)]
struct DealtComponent {
    /// Ascending.
    nodes: Vec<Node>,
    /// Its buckets, each once for each band.
    records: Vec<u32>,
}

impl DealtComponent {
    /// Adds a bucket; `None` if it is none.
    fn add(&mut self, bands: u32, members: Vec<Node>) -> Option<()> {
        (members.len() > 1 && members.is_sorted_by(|a, b| a < b)).then_some(())?;
        for _ in 0..bands {
            self.records.push(members.len() as u32);
            self.records.extend(&members);
        }
        self.nodes.extend(members);
        Some(())
    }

    /// About how many bytes it takes while it is verified; `text` are those of a node.
    fn bytes(&self, text: impl Fn(Node) -> u64) -> u64 {
        let texts: u64 = self.nodes.iter().map(|node| text(*node) + BYTES_PER_NODE).sum();
        texts + self.records.len() as u64 * BYTES_PER_WORD
    }
}

/// Bytes of a node of a batch, its text left out.
const BYTES_PER_NODE: u64 = 200;

/// Bytes of a word of a record, while a batch is made of it and processed.
const BYTES_PER_WORD: u64 = 32;

/// The records of the first components that fit `memory`, at least of one, which are taken out of `components`. `None` if none
/// are left.
fn fitting(
    components: &mut std::iter::Peekable<std::vec::IntoIter<DealtComponent>>,
    memory: u64,
    text: impl Fn(Node) -> u64,
) -> Option<Vec<u32>> {
    let first = components.next()?;
    let mut sum = first.bytes(&text);
    let mut records = first.records;
    let mut fits = |component: &DealtComponent| {
        sum = sum.saturating_add(component.bytes(&text));
        sum <= memory
    };
    while let Some(component) = components.next_if(&mut fits) {
        records.extend(component.records);
    }
    Some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealt(components: Vec<u32>) -> DealtRoute {
        DealtRoute { nodes: vec![3, 5, 8, 9], components, ..DealtRoute::default() }
    }

    #[test]
    fn components_are_renumbered_and_broken_words_give_none() {
        let words = vec![2, 1, 2, 3, 8, 2, 2, 5, 8, 1, 1, 2, 5, 9];
        let found = dealt(words.clone()).components().unwrap();
        assert_eq!(found.iter().map(|component| &component.nodes[..]).collect::<Vec<_>>(), [&[0, 1, 2][..], &[1, 3]]);
        assert_eq!(found[0].records, [2, 0, 2, 2, 1, 2, 2, 1, 2]);
        for end in (1..words.len()).filter(|end| *end != 9) {
            assert!(dealt(words[..end].to_vec()).components().is_none(), "{end}");
        }
        for wrong in [vec![1, 1, 2, 3, 4], vec![1, 1, 2, 8, 3], vec![1, 1, 1, 3], vec![1, 1, u32::MAX, 3]] {
            assert!(dealt(wrong).components().is_none());
        }
    }

    #[test]
    fn components_are_taken_while_they_fit_and_never_none() {
        let mut components = dealt(vec![1, 1, 2, 3, 5, 1, 1, 2, 8, 9]).components().unwrap().into_iter().peekable();
        assert_eq!(fitting(&mut components, 1, |_| 100).unwrap(), [2, 0, 1]);
        assert_eq!(fitting(&mut components, u64::MAX, |_| 100).unwrap(), [2, 2, 3]);
        assert!(fitting(&mut components, u64::MAX, |_| 100).is_none());
    }
}
