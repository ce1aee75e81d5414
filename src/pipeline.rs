//! The whole path, from an opened [`Corpus`] to verified pairs and clusters. The only file that knows every stage.
//!
//! ```
//! use mukarrar::input::Corpus;
//! use mukarrar::pipeline::{Options, Pipeline};
//!
//! let corpus = Corpus::from_texts([
//!     ("a", "أعلنت الوزارة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة"),
//!     ("b", "أعلنت الوزارة امس عن إفتتاح ثلاثة مراكز صحيّة جديدة في المدينه"),
//!     ("c", "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل"),
//! ]);
//! let found = Pipeline::new(Options::default())?.clusters(&corpus, &())?;
//! assert_eq!(found.clusters.len(), 1);
//! assert_eq!(found.clusters[0].size(), 2);
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! Stages, each a pass over what the one before left:
//!
//! 1. *read*: every record is read, cut into units, folded, shingled and sketched; only ids, spans, fingerprints and band
//!    keys stay.
//! 2. *group*: equal folded units become nodes.
//! 3. *band*: nodes that share a band become candidates ([`crate::lsh`]), in batches that fit the memory.
//! 4. *verify*: batch by batch, the shingle sets of nodes with candidates are made again, and every candidate is scored
//!    exactly: all of them for `pairs`, keepers first for `clusters`. The facts guard tells copies from siblings of one template.
//! 5. *contain*: units that stand inside larger ones, which no band shows, become candidates by sampled shingles and are verified
//!    likewise: among all nodes for `pairs`, among keepers for `clusters`.
//!
//! Under a memory limit, or with a work directory, the same code runs with files in place of memory; nothing else differs.

use std::time::Instant;

use crate::cluster::{self, Cluster, Removal, VerifiedLink};
use crate::document::{Date, DocId, Units};
use crate::error::{Error, Result};
use crate::input::{Corpus, Input, RepeatedIds};
use crate::lsh::{Banding, CandidateSearch, Candidates, ComponentBatch, MOST_BYTES_PER_KEY, NO_NODE, Node};
use crate::page::{SourceResolver, UnitLevel};
use crate::parallel;
use crate::similarity::Relation;

mod compare;
mod contained;
mod fields;
mod first_pass;
mod judge;
mod learn;
mod learned;
mod memory;
mod nodes;
mod options;
mod order;
mod pairs;
mod passages;
mod path;
mod progress;
mod refold;
mod related;
mod resemble;
mod returning;
mod scan;
mod scan_codec;
mod summary;
mod tables;
mod verify;
mod work;

pub use compare::{ComparedText, Comparison, compare};
pub use learn::learn;
pub use options::Options;
pub use pairs::PairList;
pub use passages::{PassageList, RepeatedPassages};
pub use progress::Progress;
pub use returning::PageCutter;
pub use summary::{ContainmentCounts, RecordCounts, ReferenceCounts, RunParameters, RunStage, Summary};

use first_pass::FirstPass;
use learned::LearnedFrequencies;
use memory::MemoryPlan;
use nodes::NodeTable;
use path::{Route, RouteId, RouteSet};
use refold::UnitRefolder;
use tables::RunTables;
use verify::ExactVerifier;
use work::{VerifiedBatch, WorkDir};

/// A validated batch run, ready for any number of corpora.
#[derive(Debug, Clone)]
pub struct Pipeline {
    options: Options,
    paths: RouteSet,
}

/// What [`Pipeline::clusters`] found.
#[derive(Debug)]
pub struct Clustering {
    /// Every unit of the run.
    pub units: Units,
    /// Which ids stand in the input more than once, and how they are shown.
    pub names: RepeatedIds,
    /// Largest first, then by the keeper's place.
    pub clusters: Vec<Cluster>,
    /// Places of the records that were rejected, ascending; [`Corpus::read`] says why.
    pub rejects: Vec<DocId>,
    /// When each record was published, if the run was asked to read that; else empty.
    pub dates: Vec<Option<Date>>,
    /// What names the sources of records.
    pub(crate) sources: SourceResolver,
    /// Cuts its pages again as they were cut.
    pub(crate) returning: PageCutter,
    /// The accounts of the run.
    pub summary: Summary,
    /// Threads that may write it down.
    pub(crate) threads: usize,
}

impl Clustering {
    /// The copies whose relation is among `remove`, in input order.
    #[must_use]
    pub fn removals(&self, remove: &[Relation]) -> Vec<Removal> {
        let mut removals: Vec<Removal> = self
            .clusters
            .iter()
            .flat_map(|cluster| cluster.members.iter().map(move |member| (cluster.keeper, member)))
            .filter_map(|(keeper, member)| {
                let relation = member.relation.filter(|relation| !member.attached && remove.contains(relation))?;
                Some(Removal { unit: member.unit, keeper, relation, score: member.score })
            })
            .collect();
        removals.sort_unstable_by_key(|removal| removal.unit);
        removals
    }
}

impl Pipeline {
    /// Validates `options` and derives the banding from threshold and recall.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) names the first option that cannot work and what would fit.
    pub fn new(options: Options) -> Result<Self> {
        let paths = RouteSet::new(&options)?;
        Ok(Self { options, paths })
    }

    /// Bands and rows of documents, stories and paragraphs.
    #[must_use]
    pub fn banding(&self) -> Banding {
        self.paths.main.banding
    }

    /// The options in use.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Clusters of copies in a corpus: each member verified against its keeper.
    ///
    /// # Errors
    ///
    /// What the machine refuses: threads, memory below the floor, disk. Records that cannot be read are in `rejects`.
    pub fn clusters(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<Clustering> {
        self.over_corpus(corpus, progress, |run| run.clusters())
    }

    /// All verified pairs of a corpus.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters).
    pub fn pairs(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<PairList> {
        self.over_corpus(corpus, progress, |run| run.pairs())
    }

    /// Reads an input and clusters it: the way for large ones. It is read once, block by block, and folded on the way; of
    /// compressed input and streams the corpus holds the decompressed bytes, of other files none.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters), and whatever keeps the input from being read.
    pub fn read_clusters(&self, input: Input, progress: &dyn Progress) -> Result<(Corpus, Clustering)> {
        self.over_input(RunTask::Clusters, input, progress, |run| run.clusters())
    }

    /// Reads an input and lists its verified pairs.
    ///
    /// # Errors
    ///
    /// As [`read_clusters`](Self::read_clusters).
    pub fn read_pairs(&self, input: Input, progress: &dyn Progress) -> Result<(Corpus, PairList)> {
        self.over_input(RunTask::Pairs, input, progress, |run| run.pairs())
    }

    /// Removes the work directory, once the outputs of the run are in place; nothing if there is none.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub fn forget_work(&self) -> Result<()> {
        self.options.work_dir.as_deref().map_or(Ok(()), WorkDir::remove)
    }

    fn over_corpus<T: Send>(
        &self,
        corpus: &Corpus,
        progress: &dyn Progress,
        finish: impl FnOnce(BatchRun<'_>) -> Result<T> + Send,
    ) -> Result<T> {
        if let Some(directory) = &self.options.work_dir {
            let expected = "left out here: only a run that reads its input itself can go on from there";
            return Err(Error::parameter("work_dir", directory.display(), expected));
        }
        parallel::with_threads(self.options.threads, || {
            let mut clock = StageClock::new();
            let plan = self.plan()?;
            progress.begin("read", corpus.len() as u64);
            let (tables, names) = self.first_pass(&plan, progress).over_corpus(corpus)?;
            let mut run = BatchRun::new(self, corpus, progress, plan, tables, names, None);
            clock.lap("read", corpus.bytes(), &mut run.summary);
            run.clock = clock;
            finish(run)
        })?
    }

    fn over_input<T: Send>(
        &self,
        task: RunTask,
        input: Input,
        progress: &dyn Progress,
        finish: impl FnOnce(BatchRun<'_>) -> Result<T> + Send,
    ) -> Result<(Corpus, T)> {
        if self.reads_first(&input) {
            progress.begin("read", 0);
            let corpus = self.read_whole(input)?;
            let found = self.over_corpus(&corpus, progress, finish)?;
            return Ok((corpus, found));
        }
        parallel::with_threads(self.options.threads, || {
            let mut clock = StageClock::new();
            let work = self.options.work_dir.as_deref();
            let work = work.map(|directory| WorkDir::open(directory, task, &self.options, &input)).transpose()?;
            let plan = self.plan()?;
            progress.begin("read", 0);
            let (corpus, tables, names) = self.first_pass(&plan, progress).over_input(input, work.as_ref())?;
            let mut run = BatchRun::new(self, &corpus, progress, plan, tables, names, work);
            clock.lap("read", corpus.bytes(), &mut run.summary);
            run.clock = clock;
            let found = finish(run)?;
            Ok((corpus, found))
        })?
    }

    /// Whether `input` is read whole before it is scanned: its pages are cut with what is known of all of them, and it cannot be
    /// read twice. With a work directory such an input is refused.
    fn reads_first(&self, input: &Input) -> bool {
        self.options.unit == UnitLevel::Story && self.options.work_dir.is_none() && input.again().is_none()
    }

    /// Reads an input and scans nothing; its bytes are held as in any run.
    fn read_whole(&self, input: Input) -> Result<Corpus> {
        parallel::with_threads(self.options.threads, || {
            let plan = self.plan()?;
            let holding = self.first_pass(&plan, &()).holding(&input, plan.room());
            Corpus::read_once(input, holding)
        })?
    }

    fn plan(&self) -> Result<MemoryPlan> {
        MemoryPlan::new(self.options.memory, parallel::threads(), self.options.room()?)
    }

    fn first_pass<'a>(&'a self, plan: &'a MemoryPlan, progress: &'a dyn Progress) -> FirstPass<'a> {
        FirstPass { options: &self.options, paths: &self.paths, plan, words: false, progress }
    }
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RunTask {
    Clusters,
    Pairs,
}

/// A run over one corpus, after the first pass.
struct BatchRun<'a> {
    pipeline: &'a Pipeline,
    corpus: &'a Corpus,
    progress: &'a dyn Progress,
    clock: StageClock,
    plan: MemoryPlan,
    tables: RunTables,
    names: RepeatedIds,
    work: Option<WorkDir>,
    summary: Summary,
    /// Tells copies from siblings of one template; made when there are candidates.
    learned: Option<LearnedFrequencies>,
}

/// What one path leaves to verify: nodes and their candidates.
struct BandedNodes {
    nodes: NodeTable,
    /// The node of each row; [`NO_NODE`] for a row that is not the one of its node.
    node_of_row: Vec<Node>,
    candidates: Candidates,
    /// Whether an earlier run found the candidates.
    resumed: bool,
}

/// Verifies a batch: the copies among its nodes, by place in the batch, and how many pairs a cap lost.
type BatchVerifier<'v> = &'v (dyn Fn(&Route, &ComponentBatch, &ExactVerifier<'_>) -> (Vec<VerifiedLink>, u64) + Sync);

impl<'a> BatchRun<'a> {
    fn new(
        pipeline: &'a Pipeline,
        corpus: &'a Corpus,
        progress: &'a dyn Progress,
        plan: MemoryPlan,
        tables: RunTables,
        names: RepeatedIds,
        work: Option<WorkDir>,
    ) -> Self {
        let mut summary = Summary::new(&pipeline.options, pipeline.banding());
        let boundary = DocId::new(corpus.references());
        let bad_references = tables.rejects.partition_point(|document| *document < boundary);
        let records = &mut summary.records;
        records.read = (tables.languages.len() - boundary.index()) as u64;
        records.rejected = tables.rejected.clone();
        for reject in corpus.rejected(&tables.rejects[..bad_references]) {
            records.reject_less(reject.reason.code());
        }
        records.kept = records.read - (tables.rejects.len() - bad_references) as u64;
        let rejected = bad_references as u64;
        let references = ReferenceCounts { read: boundary.index() as u64, rejected };
        summary.references = (references.read > 0).then_some(references);
        summary.note(&tables.noted, &tables.decoded);
        summary.repeated_ids = names.repeated() as u64;
        summary.skipped_files = corpus.skipped().total();
        summary.units = tables.units.len() as u64;
        summary.empty_units = tables.empty_units;
        if tables.crowded > 0 {
            summary.warnings.push(format!(
                "{} documents have more than {1} distinct headlines or lines; related ones were looked for among {1} \
                 neighbours",
                tables.crowded,
                resemble::WINDOW
            ));
        }
        Self { pipeline, corpus, progress, clock: StageClock::new(), plan, tables, names, work, summary, learned: None }
    }

    fn refold(&self) -> UnitRefolder<'_> {
        let RunTables { units, languages, dates, .. } = &self.tables;
        UnitRefolder { corpus: self.corpus, options: &self.pipeline.options, units, languages, dates }
    }

    /// Groups and bands one path.
    fn band(&mut self, id: RouteId, ranks: &[u32]) -> Result<BandedNodes> {
        self.progress.begin("band", 0);
        let dates = self.pipeline.options.window.map(|_| &self.tables.dates[..]);
        let (nodes, node_of_row) = NodeTable::new(self.tables.rows(id), ranks, &self.refold(), dates)?;
        let name = format!("candidates-{}", id.name());
        let found = self.resume_candidates(&name)?;
        let resumed = found.is_some();
        let candidates = match found {
            Some(candidates) => candidates,
            None => self.search(id, &nodes, &node_of_row, &name)?,
        };
        self.tables.rows_mut(id).forget();
        Ok(BandedNodes { nodes, node_of_row, candidates, resumed })
    }

    /// Finds the candidates of one path, and keeps them if there is a work directory.
    fn search(&self, id: RouteId, nodes: &NodeTable, node_of_row: &[Node], name: &str) -> Result<Candidates> {
        let extra = if id == RouteId::Short { self.likely_copies(nodes) } else { Vec::new() };
        let held = |node: Node| ExactVerifier::bytes(id, self.tables.units.tokens(nodes.first(node)));
        let keys = &self.tables.rows(id).keys;
        let search = CandidateSearch { keys, node_of_row, nodes: nodes.len(), extra: &extra, held: &held };
        let room = self.work.as_ref().map_or(self.plan.room(), WorkDir::room);
        let resident = self.tables.bytes() + nodes.bytes() + size_of_val(node_of_row) as u64 + keys.bytes();
        // Where even the worst case fits, nothing needs to go to the disk.
        let most = |node: Node| held(node) + keys.bands() as u64 * MOST_BYTES_PER_KEY;
        let worst: u64 = (0..nodes.len() as Node).map(most).sum();
        let limit = self.plan.work(resident, room, name).filter(|limit| limit.memory < worst);
        let needed = limit.as_ref().map_or(worst, |limit| limit.memory);
        let mut candidates = search.candidates(limit.as_ref()).map_err(|error| self.plan.widen(error, resident))?;
        if let Some(work) = &self.work {
            work.note_batches(name, needed)?;
            candidates.save(work.room(), name)?;
        }
        Ok(candidates)
    }

    /// The candidates that an earlier run found, unless their batches are much too large for the memory of this one.
    fn resume_candidates(&self, name: &str) -> Result<Option<Candidates>> {
        let Some(work) = &self.work else { return Ok(None) };
        let now = self.plan.work(self.tables.bytes(), work.room(), name).map_or(u64::MAX, |limit| limit.memory);
        match work.noted_batches(name) {
            Some(needed) if needed <= now.saturating_add(now / 4) => Candidates::load(work.room(), name),
            _ => Ok(None),
        }
    }

    /// Candidates among the short units of one document, which were all compared.
    fn likely_copies(&self, nodes: &NodeTable) -> Vec<(Node, Node)> {
        let of_units = nodes.of_units(self.tables.units.len());
        let pairs = self.tables.likely_copies.iter();
        let nodes = pairs.map(|(a, b)| (of_units[a.index()], of_units[b.index()]));
        nodes.filter(|(a, b)| a != b && *a != NO_NODE && *b != NO_NODE).collect()
    }

    fn ranks(&mut self) -> Vec<u32> {
        let keep = &self.pipeline.options.keep;
        let (ranks, lacking) = order::ranks(keep, &self.tables, self.corpus.references());
        if let (Some(field), true) = (keep.field(), lacking > 0) {
            let warning = format!("{lacking} records have no readable field `{field}`; they become keepers last");
            self.summary.warnings.push(warning);
        }
        self.warn_undated();
        ranks
    }

    fn warn_undated(&mut self) {
        let Some(field) = &self.pipeline.options.date_field else { return };
        let RunTables { dates, languages, .. } = &self.tables;
        let undated =
            dates.iter().zip(languages).filter(|(date, language)| date.is_none() && language.is_some()).count();
        if undated > 0 {
            let warning =
                format!("{undated} records have no readable date in `{field}`; they are near everything in time");
            self.summary.warnings.push(warning);
        }
    }

    /// Verifies the candidates of one path, batch by batch: copies by node, and how many pairs a cap lost. Batches that
    /// an earlier run finished are taken from the work directory.
    fn verify(
        &mut self,
        id: RouteId,
        path: &Route,
        banded: &BandedNodes,
        verify: BatchVerifier<'_>,
    ) -> Result<Vec<VerifiedLink>> {
        let BandedNodes { nodes, candidates, resumed, .. } = banded;
        if id == RouteId::Main && candidates.batches() > 0 {
            self.learn(path, banded)?;
        }
        self.progress.begin("verify", candidates.nodes().count() as u64);
        let journal = self.work.as_ref().map(|work| work.verified(id, *resumed)).transpose()?;
        let (mut journal, mut done) = journal.map_or((None, Vec::new()), |(journal, done)| (Some(journal), done));
        let mut found = 0;
        for number in 0..candidates.batches() {
            if done.iter().any(|verified| verified.batch == number as u32) {
                continue;
            }
            let batch = candidates.batch(number)?;
            let exact = ExactVerifier::new(id, path, nodes, &batch.nodes, &self.refold(), self.learned.as_ref())?;
            let exact = exact.joined(&batch.components);
            let (local, lost) = verify(path, &batch, &exact);
            let global = |node: Node| batch.nodes[node as usize];
            let global =
                |link: VerifiedLink| VerifiedLink { keeper: global(link.keeper), node: global(link.node), ..link };
            let links = local.into_iter().map(global).collect();
            let verified = VerifiedBatch { batch: number as u32, links, lost };
            if let Some(journal) = &mut journal {
                journal.append(&verified)?;
            }
            found += verified.links.len() as u64;
            let held = self.tables.bytes() + nodes.bytes() + found * BYTES_PER_PAIR;
            self.plan.require(held, "a result with so many pairs")?;
            done.push(verified);
        }
        self.summary.lost_pairs += done.iter().map(|verified| verified.lost).sum::<u64>();
        let mut links: Vec<VerifiedLink> = done.into_iter().flat_map(|verified| verified.links).collect();
        parallel::sort_by_key(&mut links, |link| (link.keeper, link.node));
        Ok(links)
    }

    fn clusters(mut self) -> Result<Clustering> {
        let ranks = self.ranks();
        let mut clusters = Vec::new();
        for (id, path) in self.pipeline.paths.iter() {
            let banded = self.band(id, &ranks)?;
            self.clock.lap("band", 0, &mut self.summary);
            let found = self.keepers(id, path, &banded)?;
            if id == RouteId::Short {
                clusters.extend(related::attach(&mut self, path, &banded.nodes, found)?);
            } else {
                clusters.extend(found);
            }
            self.clock.lap("verify", 0, &mut self.summary);
        }
        for cluster in &mut clusters {
            cluster.members.sort_unstable_by_key(|member| member.unit);
        }
        clusters.sort_unstable_by(Cluster::report_order);
        self.summary.clusters = clusters.len() as u64;
        let members = || clusters.iter().map(|cluster| cluster.members.len() as u64);
        let held = members().sum::<u64>() * BYTES_PER_MEMBER + members().max().unwrap_or(0) * BYTES_PER_ROW;
        self.plan.require(self.tables.bytes() + held, "a result with so many copies")?;
        self.end();
        let Self { tables, names, summary, corpus, pipeline, .. } = self;
        let threads = parallel::threads();
        let RunTables { units, rejects, dates, returning, .. } = tables;
        let source_field = pipeline.options.source_field.as_deref();
        let returning = PageCutter::new(corpus, returning, source_field);
        let sources = match pipeline.options.names_sources() {
            true => SourceResolver::new(corpus.options(), source_field),
            false => SourceResolver::default(),
        };
        Ok(Clustering { units, names, clusters, rejects, dates, sources, returning, summary, threads })
    }

    /// The clusters of one path, in no order.
    fn keepers(&mut self, id: RouteId, path: &Route, banded: &BandedNodes) -> Result<Vec<Cluster>> {
        let progress = self.progress;
        let links = self.verify(id, path, banded, &|path, batch, exact| {
            let ComponentBatch { buckets, components, .. } = batch;
            let outcomes = parallel::map(
                &components.all,
                || (),
                |(), component| {
                    let outcome = cluster::assign(component, components, buckets, exact, path.limits);
                    progress.advance(component.nodes.len() as u64, 0);
                    outcome
                },
            );
            let lost = outcomes.iter().map(|outcome| outcome.lost).sum();
            (outcomes.into_iter().flat_map(|outcome| outcome.links).collect(), lost)
        })?;
        self.clock.lap("verify", 0, &mut self.summary);
        let (taken, mut variants): (Vec<VerifiedLink>, Vec<VerifiedLink>) =
            links.into_iter().partition(|link| link.relation.is_copy());
        let contained = self.contained(path, banded, taken)?;
        variants.extend(contained.variants);
        self.summary.count_variants(variants.iter().map(|link| link.relation));
        Ok(self.gathered(path, &banded.nodes, &contained.taken, contained.hanging, &variants))
    }

    /// The clusters of one path, with what hangs on their keepers; in no order.
    fn gathered(
        &self,
        path: &Route,
        nodes: &NodeTable,
        taken: &[VerifiedLink],
        mut hanging: Vec<VerifiedLink>,
        variants: &[VerifiedLink],
    ) -> Vec<Cluster> {
        let refold = self.refold();
        let is_reference = |unit| refold.is_reference(unit);
        let mut clusters =
            cluster::gather(taken, nodes.len() as Node, path.shingle, |node| nodes.units(node), is_reference);
        let mut state = vec![NodeFate::Free; nodes.len()];
        for link in taken {
            state[link.keeper as usize] = NodeFate::Keeper;
            state[link.node as usize] = NodeFate::Taken;
        }
        hanging.iter().filter(|hanging| hanging.relation == Relation::Contained).for_each(|hanging| {
            state[hanging.node as usize] = NodeFate::Taken;
        });
        let free = |node: Node| {
            state[node as usize] == NodeFate::Free && nodes.units(node).len() == 1 && !is_reference(nodes.first(node))
        };
        hanging
            .extend(cluster::variants(variants.iter().copied(), free, |node| state[node as usize] != NodeFate::Taken));
        cluster::attach(&mut clusters, &hanging, path.shingle, |node| nodes.first(node));
        clusters
    }

    fn pairs(mut self) -> Result<PairList> {
        let ranks: Vec<u32> = (0..self.tables.units.len() as u32).collect();
        self.warn_undated();
        let mut found = Vec::new();
        for (id, path) in self.pipeline.paths.iter() {
            let banded = self.band(id, &ranks)?;
            self.clock.lap("band", 0, &mut self.summary);
            let progress = self.progress;
            let mut links = self.verify(id, path, &banded, &|path, batch, exact| {
                pairs::verify_all(batch, exact, path.limits, progress)
            })?;
            self.clock.lap("verify", 0, &mut self.summary);
            let holdings = self.holdings(path, &banded, &|_| true)?;
            links.extend(holdings.iter().map(cluster::ContainmentPair::link));
            parallel::sort_by_key(&mut links, |link| (link.keeper, link.node));
            self.summary.count_variants(links.iter().map(|link| link.relation));
            let nodes = banded.nodes;
            let mut related = Vec::new();
            if id == RouteId::Short {
                related = related::pairs(&mut self, path, &nodes, &links)?;
            }
            found.push(pairs::RoutePairs::new(path.shingle, nodes, self.tables.units.len(), &links, related));
            self.clock.lap("verify", 0, &mut self.summary);
        }
        self.end();
        let Self { tables, names, summary, .. } = self;
        let mut list = PairList { units: tables.units, names, rejects: tables.rejects, summary, found };
        list.summary.pairs = Some(list.count());
        Ok(list)
    }

    /// The last accounts.
    fn end(&mut self) {
        self.summary.spilled_bytes = self.plan.room().written();
        let unseen = self.summary.containment.unseen_units;
        if unseen > 0 {
            self.summary.warnings.push(format!(
                "{unseen} units share nearly all that was sampled of them with more than 50 others: nobody looked for what \
                 contains them"
            ));
        }
        let lost = self.summary.lost_pairs;
        if lost > 0 {
            let warning = format!(
                "up to {lost} candidate pairs were not verified: lines of one template beyond the nearest, or lists longer \
                 than the largest bucket (max_bucket)"
            );
            self.summary.warnings.push(warning);
        }
    }
}

/// What became of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NodeFate {
    Free,
    Keeper,
    Taken,
}

/// What a member of a cluster takes: itself, its share of the cluster, and what `dedup` notes of it.
const BYTES_PER_MEMBER: u64 = 200;

/// What a verified pair takes while pairs are put in order.
const BYTES_PER_PAIR: u64 = 96;

/// What a member takes while its cluster is written, all members of a cluster at once.
const BYTES_PER_ROW: u64 = 1000;

/// Times the stages.
struct StageClock(Instant);

impl StageClock {
    fn new() -> Self {
        Self(Instant::now())
    }

    /// Adds the time since the last lap to `stage`.
    fn lap(&mut self, stage: &'static str, bytes: u64, summary: &mut Summary) {
        let seconds = self.0.elapsed().as_secs_f64();
        self.0 = Instant::now();
        summary.add_stage(stage, seconds, bytes);
    }
}
