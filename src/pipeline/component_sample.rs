//! A sample of the components of a corpus: texts that may be copies of each other are in the sample together, or none of them.
//!
//! A random sample of records would hold a pair of copies with the square of its share, so nothing could be told from it. Here the
//! first pass and the search for candidates go over all records, as in a run, and only what comes afterwards, the verification, is
//! left to a sample. Keepers take copies inside a component, so with the frequencies and languages of all records
//! ([`KnownOfCorpus`]) a sampled component gives what it gives in a run.
//!
//! A component is drawn with a chance that grows with its number of records, so that the largest ones are always there:
//! systematically, from an order that the seed gives. What a sampled component counts is weighted with the reciprocal of its
//! chance, so sums over the sample are unbiased.

use super::band::{self, BandedNodes};
use super::batch_run::BatchRun;
use super::clustering::Clustering;
use super::containment;
use super::context::{RunContext, RunStart};
use super::exact_verifier::ExactVerifier;
use super::first_pass::FirstPass;
use super::node_table::NodeTable;
use super::route::RouteId;
use super::run_task::RunTask;
use super::stage_clock::StageClock;
use super::{Pipeline, Progress, keeper_order, learn_frequencies, learned_codec};
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::Corpus;
use crate::lsh::{Candidates, NO_NODE, Node, UnionForest};
use crate::normalize::Language;
use crate::page::SourceNumbers;
use crate::parallel;
use crate::shingle::hash::{SeedStream, mixed};
use crate::similarity::facts::Facts;

/// If at most so many records may have copies, all are sampled: that costs little, and few removals are told exactly.
const SMALL_INPUT: u64 = 5000;

/// Fewest draws from a larger input. A component of more than one in so many of its records is always drawn.
const FEWEST_DRAWS: f64 = 1000.0;

/// What a sample is drawn of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SampleRequest {
    /// The share of the records with candidates that is sampled, above 0 and at most 1.
    pub(crate) share: f64,
    /// Whether texts inside others are in their components.
    pub(crate) joins_contained: bool,
}

/// What a sample must know of the whole corpus, so that its pairs are judged as in a run over all records.
pub(crate) struct KnownOfCorpus {
    /// The frequencies as bytes; `None` if the facts guard is off.
    frequencies: Option<Vec<u8>>,
    /// The records of the sample that take another language than their texts tell, ascending.
    pub(crate) settled: Vec<(DocId, Language)>,
}

/// A sampled component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SampledComponent {
    /// Number of its records.
    pub(crate) records: u32,
    /// How many components of its size it stands for: the reciprocal of its chance, from 1 on.
    pub(crate) weight: f64,
}

/// What the stages that went over all records did, and how much the others would have to do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WholeWork {
    /// Seconds of reading and folding, of banding, and of the search for contained texts.
    pub(crate) seconds: f64,
    /// Number of compared records.
    pub(crate) rows: u64,
    /// Bytes of the tables, without the sample of words.
    pub(crate) tables: u64,
    /// Bytes of the sample of words.
    pub(crate) words: u64,
    /// Bytes of the candidates and of the texts with candidates.
    pub(crate) joined: JoinedBytes,
    /// Bytes of the texts of the largest component, which are compared at once.
    pub(crate) largest: u64,
    /// Pairs of which one text may be inside the other, in two components.
    pub(crate) contained_apart: u64,
    /// Bytes of temporary files that the first pass wrote, that banding wrote, and that other searches wrote.
    pub(crate) spilled: [u64; 3],
}

/// Bytes that the candidates of a route take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct JoinedBytes {
    /// The buckets in which candidates were found.
    pub(crate) buckets: u64,
    /// The texts that have candidates, while they are compared.
    pub(crate) texts: u64,
}

impl JoinedBytes {
    /// Those of banded nodes.
    pub(super) fn of(context: &RunContext<'_>, id: RouteId, nodes: &NodeTable, candidates: &Candidates) -> Self {
        let held = |node: Node| ExactVerifier::usual_bytes(id, context.tables.units.tokens(nodes.first(node)));
        Self { buckets: candidates.bucket_bytes(), texts: candidates.nodes().map(held).sum() }
    }

    pub(super) fn add(&mut self, more: Self) {
        self.buckets += more.buckets;
        self.texts += more.texts;
    }
}

/// A sample of the components of a corpus, and what is known of all its records.
pub(crate) struct ComponentSample {
    /// The sampled components, in the order of their first nodes.
    pub(crate) components: Vec<SampledComponent>,
    /// The sampled records in input order, each with its place in `components`.
    pub(crate) records: Vec<(DocId, u32)>,
    /// The language of each record of the corpus; `None` for those that cannot be read.
    pub(crate) languages: Vec<Option<Language>>,
    /// The source of each record of the corpus.
    pub(crate) sources: SourceNumbers,
    /// What the sample must know. Its languages are still those that the caller finds.
    pub(crate) known: KnownOfCorpus,
    pub(crate) work: WholeWork,
}

impl Pipeline {
    /// Reads and bands all records of `corpus`, whole documents, and draws a sample of their components. The threshold of the
    /// options must be the lowest that the sample is used for; the options must note sources.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters).
    pub(crate) fn sample(
        &self,
        corpus: &Corpus,
        request: SampleRequest,
        progress: &dyn Progress,
    ) -> Result<ComponentSample> {
        debug_assert!(self.options.note_sources, "the sources of a sample are those that the first pass notes");
        self.over_corpus(RunTask::Clusters, corpus, progress, |start| sampled(start, request))
    }

    /// As [`clusters`](Self::clusters), over a sample of a corpus, with what is known of the whole.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters).
    pub(crate) fn clusters_of_sample(
        &self,
        corpus: &Corpus,
        known: &KnownOfCorpus,
        progress: &dyn Progress,
    ) -> Result<Clustering> {
        let decoded = |bytes: &Vec<u8>| {
            let frequencies = learned_codec::decoded(bytes, self.options.seed);
            frequencies.ok_or_else(|| Error::internal("the frequencies of a corpus cannot be read again"))
        };
        let learned = known.frequencies.as_ref().map(decoded).transpose()?;

        parallel::with_threads(self.options.threads, || {
            let clock = StageClock::new();
            let plan = self.plan()?;
            progress.begin("read", corpus.len() as u64);
            let pass = self.first_pass(RunTask::Clusters, &plan, progress);
            let (tables, names) = FirstPass { settled: Some(&known.settled), ..pass }.over_corpus(corpus)?;

            let setup = self.setup(corpus, progress, &plan, None);
            BatchRun::new(RunStart { setup, tables, names, clock }).knowing(learned).clusters()
        })?
    }
}

/// Bands all records, and draws the sample.
fn sampled(start: RunStart<'_>, request: SampleRequest) -> Result<ComponentSample> {
    let RunStart { setup, tables, names: _, mut clock } = start;
    let mut work = WholeWork { seconds: clock.lap(), ..WholeWork::default() };
    let (plan, route) = (setup.plan, &setup.routes.main);
    work.rows = tables.rows(RouteId::Main).len() as u64;
    work.spilled[0] = plan.spill_dir().written();

    let context = RunContext::new(setup, &tables, None);
    let (ranks, _) = keeper_order::ranks(setup.options, &tables, setup.corpus.references());
    let banded = band::band(&context, RouteId::Main, &ranks)?;
    work.seconds += clock.lap();
    work.spilled[1] = plan.spill_dir().written() - work.spilled[0];
    work.tables = tables.bytes() - tables.sampled.bytes() + banded.bytes();
    work.words = tables.sampled.bytes();
    work.joined = JoinedBytes::of(&context, RouteId::Main, &banded.nodes, &banded.candidates);

    let mut frequencies = None;
    if setup.options.facts == Facts::Guard {
        let trigrams = learn_frequencies::trigram_counts(&context, route, &banded)?;
        frequencies = Some(learned_codec::encoded(banded.nodes.len(), &tables.sampled, trigrams.as_ref()));
    }

    let (forest, largest) = joined(&context, &banded)?;
    work.largest = largest;
    if let Some(rule) = route.containment {
        // A run looks only for what no keeper took: about one text of each component.
        let takes_part = |node: Node| request.joins_contained || forest.root(node) == node;
        let candidates = containment::search(&context, rule, &banded, 0, &takes_part)?;
        let is_apart = |pair: &&(Node, Node)| forest.root(pair.0) != forest.root(pair.1);
        work.contained_apart = candidates.pairs.iter().filter(is_apart).count() as u64;
        if request.joins_contained {
            candidates.pairs.iter().for_each(|(small, large)| forest.join(*small, *large));
        }
    }
    work.seconds += clock.lap();
    work.spilled[2] = plan.spill_dir().written() - work.spilled[0] - work.spilled[1];

    let seed = setup.options.seed;
    let draw = Draw::new(&forest, &banded.nodes, request.share, seed);
    let (components, records) = draw.records(&banded.nodes, |unit| tables.units.document(unit));
    let known = KnownOfCorpus { frequencies, settled: Vec::new() };
    let (languages, sources) = (tables.languages, tables.noted_sources);
    Ok(ComponentSample { components, records, languages, sources, known, work })
}

/// The nodes with those that candidates connect joined, and the bytes of the texts of the largest component.
fn joined(context: &RunContext<'_>, banded: &BandedNodes) -> Result<(UnionForest, u64)> {
    let held = |node: &Node| {
        let unit = banded.nodes.first(*node);
        ExactVerifier::usual_bytes(RouteId::Main, context.tables.units.tokens(unit))
    };

    let forest = UnionForest::new(banded.nodes.len());
    let mut largest = 0;
    for number in 0..banded.candidates.batches() {
        let batch = banded.candidates.batch(number)?;
        for component in &batch.components.all {
            let nodes: Vec<Node> = component.nodes.iter().map(|node| batch.nodes[*node as usize]).collect();
            forest.join_all(&nodes);
            largest = nodes.iter().map(held).sum::<u64>().max(largest);
        }
    }
    Ok((forest, largest))
}

/// A component that copies may be in: it has two records at least.
#[derive(Debug, Clone, Copy)]
struct DrawnFrom {
    /// Its first node.
    root: Node,
    records: u32,
    /// Whether its records have one text, so that all but one of them are copies.
    is_one_text: bool,
}

/// Which components are drawn.
struct Draw {
    /// The component of each node, by its first node.
    roots: Vec<Node>,
    /// Those that are drawn, by their first nodes, ascending.
    drawn: Vec<(Node, SampledComponent)>,
}

impl Draw {
    /// Draws a `share` of the records of components.
    fn new(forest: &UnionForest, nodes: &NodeTable, share: f64, seed: u64) -> Self {
        let roots: Vec<Node> = (0..nodes.len() as Node).map(|node| forest.root(node)).collect();
        let mut records = vec![0; roots.len()];
        let mut is_one_text = vec![true; roots.len()];
        for (root, node) in roots.iter().zip(0..) {
            records[*root as usize] += nodes.units(node).len() as u32;
            is_one_text[*root as usize] &= *root == node;
        }

        let all = records.iter().zip(&is_one_text).zip(0..);
        let mut all: Vec<DrawnFrom> = all
            .map(|((records, is_one_text), root)| DrawnFrom { root, records: *records, is_one_text: *is_one_text })
            .filter(|component| component.records > 1)
            .collect();

        // Equal texts and others by themselves, so that each kind has its share.
        all.sort_by_key(|component| (component.is_one_text, mixed(seed ^ mixed(u64::from(component.root)))));
        Self { roots, drawn: drawn(&all, share, seed) }
    }

    /// The sampled components, and their records with the places of their components.
    fn records(
        &self,
        nodes: &NodeTable,
        document: impl Fn(crate::document::UnitId) -> DocId,
    ) -> (Vec<SampledComponent>, Vec<(DocId, u32)>) {
        let mut place_of = vec![NO_NODE; self.roots.len()];
        for ((root, _), place) in self.drawn.iter().zip(0..) {
            place_of[*root as usize] = place;
        }

        let mut records = Vec::new();
        for (root, node) in self.roots.iter().zip(0..) {
            let place = place_of[*root as usize];
            if place != NO_NODE {
                records.extend(nodes.units(node).iter().map(|unit| (document(*unit), place)));
            }
        }
        records.sort_unstable();
        (self.drawn.iter().map(|(_, component)| *component).collect(), records)
    }
}

/// A systematic sample: of all records in a row, every so many-th draws its component.
fn drawn(all: &[DrawnFrom], share: f64, seed: u64) -> Vec<(Node, SampledComponent)> {
    let records: u64 = all.iter().map(|component| u64::from(component.records)).sum();
    let step = if records <= SMALL_INPUT { 1.0 } else { step(all, share, records as f64 / FEWEST_DRAWS) };
    let start = SeedStream::new(seed).draw_unit() * step;

    let mut drawn = Vec::new();
    let mut sum = 0.0;
    for component in all {
        let marks = |records: f64| ((records - start) / step).ceil();
        let before = marks(sum);
        sum += f64::from(component.records);
        if marks(sum) > before {
            let weight = (step / f64::from(component.records)).max(1.0);
            drawn.push((component.root, SampledComponent { records: component.records, weight }));
        }
    }
    drawn.sort_by_key(|(root, _)| *root);
    drawn
}

/// After how many records one is drawn, so that the components that are drawn have about a `share` of all records; at most
/// `longest`.
fn step(all: &[DrawnFrom], share: f64, longest: f64) -> f64 {
    let records = |of: &DrawnFrom| f64::from(of.records);
    let wanted = all.iter().map(records).sum::<f64>() * share;
    let sampled = |step: f64| all.iter().map(|of| records(of) * (records(of) / step).min(1.0)).sum::<f64>();

    // The longer the step, the fewer records.
    let (mut short, mut long) = (1.0, longest.max(1.0));
    for _ in 0..40 {
        let middle = f64::midpoint(short, long);
        if sampled(middle) > wanted { short = middle } else { long = middle }
    }
    long
}

#[cfg(test)]
mod tests {
    use super::*;

    fn components() -> Vec<DrawnFrom> {
        let records = |n: u32| if n.is_multiple_of(1000) { 3000 } else { 2 + n % 9 };
        (0..9000).map(|n| DrawnFrom { root: n, records: records(n), is_one_text: false }).collect()
    }

    #[test]
    fn the_weights_of_a_sample_add_up_to_all_records_and_large_components_are_there() {
        let all = components();
        let records: f64 = all.iter().map(|component| f64::from(component.records)).sum();
        for seed in 0..20 {
            let found = drawn(&all, 0.6, seed);
            let weighted: f64 = found.iter().map(|(_, of)| f64::from(of.records) * of.weight).sum();
            assert!((weighted / records - 1.0).abs() < 0.01, "{weighted} for {records}");
            let sampled: u32 = found.iter().map(|(_, of)| of.records).sum();
            assert!((f64::from(sampled) / records - 0.6).abs() < 0.08, "{sampled} of {records}");
            let few: u32 = drawn(&all, 0.001, seed).iter().map(|(_, of)| of.records).sum();
            assert!(few < sampled, "{few}");
            assert_eq!(found.iter().filter(|(_, of)| of.records == 3000 && of.weight == 1.0).count(), 9);
        }
    }

    #[test]
    fn few_records_are_all_sampled() {
        let few = &components()[1..500];
        assert!(drawn(few, 0.01, 1).iter().all(|(_, of)| of.weight == 1.0));
        assert_eq!(drawn(few, 0.01, 1).len(), few.len());
        assert_eq!(drawn(&components(), 1.0, 1).len(), components().len());
    }
}
