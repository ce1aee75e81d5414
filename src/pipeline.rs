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
//! 3. *band*: nodes that share a band become candidates ([`crate::lsh`]).
//! 4. *sets*: the shingle sets of nodes with candidates are made again.
//! 5. *verify*: every candidate is scored exactly: all of them for `pairs`, keepers first for `clusters`.

use std::time::Instant;

use crate::cluster::{self, Cluster, Removal, Taken};
use crate::document::{DocId, UnitId, Units};
use crate::error::Result;
use crate::input::{Corpus, FieldValue, Names, Reject};
use crate::lsh::{Banding, Batch, KeyColumns, Node, Search};
use crate::normalize::Language;
use crate::parallel;
use crate::similarity::{Relation, Score, short};

mod compare;
mod nodes;
mod options;
mod order;
mod pairs;
mod path;
mod progress;
mod refold;
mod related;
mod resemble;
mod scan;
mod summary;
mod verify;

pub use compare::{Compared, Comparison, compare};
pub use options::Options;
pub use pairs::PairList;
pub use progress::Progress;
pub use summary::{Parameters, Records, Stage, Summary};

use nodes::{Nodes, ScannedUnits};
use path::{Path, PathId, Paths};
use refold::Refold;
use scan::{Scanned, Scanner, Sketched};
use verify::Exact;

/// A validated batch run, ready for any number of corpora.
#[derive(Debug, Clone)]
pub struct Pipeline {
    options: Options,
    paths: Paths,
}

/// What [`Pipeline::clusters`] found.
#[derive(Debug)]
pub struct Clustering {
    /// Every unit of the run.
    pub units: Units,
    /// The id shown for each document, by place; `None` for a rejected record.
    pub names: Vec<Option<String>>,
    /// Largest first, then by the keeper's place.
    pub clusters: Vec<Cluster>,
    /// Records that could not be read, in input order.
    pub rejects: Vec<Reject>,
    /// The accounts of the run.
    pub summary: Summary,
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
                let relation = member.relation.filter(|relation| relation.is_copy() && remove.contains(relation))?;
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
        let paths = Paths::new(&options)?;
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

    /// Clusters of copies: each member verified against its keeper.
    ///
    /// # Errors
    ///
    /// Only what the machine refuses (threads); records that cannot be read are in `rejects`.
    pub fn clusters(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<Clustering> {
        parallel::with_threads(self.options.threads, || Run::new(self, corpus, progress).clusters())?
    }

    /// All verified pairs.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters).
    pub fn pairs(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<PairList> {
        parallel::with_threads(self.options.threads, || Run::new(self, corpus, progress).pairs())?
    }
}

/// A run over one corpus, after the first pass.
struct Run<'a> {
    pipeline: &'a Pipeline,
    corpus: &'a Corpus,
    progress: &'a dyn Progress,
    clock: Clock,
    /// Records that could be read, with their place.
    scanned: Vec<(DocId, Scanned)>,
    languages: Vec<Option<Language>>,
    fields: Vec<Option<FieldValue>>,
    units: Units,
    names: Vec<Option<String>>,
    rejects: Vec<Reject>,
    summary: Summary,
}

/// What one path leaves to assemble: nodes and their candidates, all in one batch if there are any.
struct Banded {
    nodes: Nodes,
    batch: Option<Batch>,
}

impl<'a> Run<'a> {
    /// The first pass and its accounts.
    fn new(pipeline: &'a Pipeline, corpus: &'a Corpus, progress: &'a dyn Progress) -> Self {
        let mut clock = Clock::new();
        let options = &pipeline.options;
        progress.begin("read", corpus.len() as u64);
        let places: Vec<usize> = (0..corpus.len()).collect();
        let sketched = Sketched::new();
        let scanner = || Scanner::new(corpus, options, &pipeline.paths, &sketched, progress);
        let outcomes = parallel::map(&places, scanner, |scanner, place| scanner.scan(DocId::new(*place)));
        let mut run = Self {
            pipeline,
            corpus,
            progress,
            scanned: Vec::with_capacity(outcomes.len()),
            languages: vec![None; outcomes.len()],
            fields: (0..outcomes.len()).map(|_| None).collect(),
            units: Units::default(),
            names: Vec::new(),
            rejects: Vec::new(),
            summary: Summary::new(options, pipeline.banding()),
            clock: Clock::new(),
        };
        run.sort_out(outcomes);
        clock.lap("read", corpus.bytes(), &mut run.summary);
        run.clock = clock;
        run
    }

    /// Readable records here, rejects there; names and accounts.
    fn sort_out(&mut self, outcomes: Vec<std::result::Result<Scanned, Reject>>) {
        self.summary.records.read = outcomes.len() as u64;
        for (place, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Ok(mut scanned) => {
                    self.languages[place] = Some(scanned.language);
                    self.fields[place] = scanned.rank.take();
                    self.scanned.push((DocId::new(place), scanned));
                }
                Err(reject) => {
                    *self.summary.records.rejected.entry(reject.reason.code().to_owned()).or_default() += 1;
                    self.rejects.push(reject);
                }
            }
        }
        let ids: Vec<(DocId, &str)> = self.scanned.iter().map(|(id, scanned)| (*id, &*scanned.id)).collect();
        let shown = Names::assign(&ids);
        self.names = vec![None; self.languages.len()];
        for (id, given) in &ids {
            self.names[id.index()] = Some(shown.shown(*id, given).into_owned());
        }
        self.units = nodes::table(self.scanned.iter().map(|(id, scanned)| (*id, scanned)));
        self.summary.records.kept = self.scanned.len() as u64;
        self.summary.repeated_ids = shown.repeated() as u64;
        self.summary.skipped_files = self.corpus.skipped().total();
        self.summary.units = self.units.len() as u64;
        let compared = self.scanned.iter().flat_map(|(_, scanned)| &scanned.units);
        self.summary.empty_units = compared.filter(|unit| unit.is_empty()).count() as u64;
        let crowded = self.scanned.iter().filter(|(_, scanned)| scanned.crowded).count();
        if crowded > 0 {
            self.summary.warnings.push(format!(
                "{crowded} documents have more than {0} distinct headlines or lines; related ones were looked for among \
                 {0} neighbours",
                resemble::WINDOW
            ));
        }
    }

    fn refold(&self) -> Refold<'_> {
        Refold { corpus: self.corpus, options: &self.pipeline.options, units: &self.units, languages: &self.languages }
    }

    /// Groups and bands one path; `resembling` are pairs of units known to resemble.
    fn band(
        &mut self,
        id: PathId,
        path: &Path,
        ranks: &[u32],
        resembling: &[(UnitId, UnitId, Score)],
    ) -> Result<Banded> {
        self.progress.begin("band", 0);
        let scan = ScannedUnits::new(self.scanned.iter().map(|(_, scanned)| scanned));
        let mut keys = KeyColumns::new(path.banding.bands(), None);
        let nodes = Nodes::new(id, &mut keys, &scan, ranks, &self.refold())?;
        let extra = match id {
            PathId::Short => self.resembling_copies(&nodes, &scan, resembling),
            PathId::Main => Vec::new(),
        };
        let node_of_row: Vec<Node> = (0..nodes.len() as Node).collect();
        let search = Search { keys: &keys, node_of_row: &node_of_row, nodes: nodes.len(), extra: &extra, held: &|_| 0 };
        let candidates = search.candidates(None)?;
        let batch = (candidates.batches() > 0).then(|| candidates.batch(0)).transpose()?;
        Ok(Banded { nodes, batch })
    }

    /// Candidates among the short units of one document, which were all compared: those alike enough for copies, with
    /// the same numbers.
    fn resembling_copies(
        &self,
        nodes: &Nodes,
        scan: &ScannedUnits<'_>,
        resembling: &[(UnitId, UnitId, Score)],
    ) -> Vec<(Node, Node)> {
        let of_units = nodes.of_units(scan.len());
        let node = |unit: UnitId| of_units[unit.index()];
        resembling
            .iter()
            .filter(|(a, b, score)| score.jaccard >= short::COPY && scan.numbers(*a) == scan.numbers(*b))
            .filter_map(|(a, b, _)| node(*a).zip(node(*b)))
            .collect()
    }

    /// Pairs of short units in one document that resemble, in input order.
    fn resembling_units(&self) -> Vec<(UnitId, UnitId, Score)> {
        let mut first = 0;
        let mut pairs = Vec::new();
        for (_, scanned) in &self.scanned {
            let unit = |number: usize| UnitId(first + number as u32);
            pairs.extend(scanned.resemblances.iter().map(|pair| (unit(pair.a), unit(pair.b), pair.score)));
            first += scanned.units.len() as u32;
        }
        pairs
    }

    fn ranks(&mut self) -> Vec<u32> {
        let keep = &self.pipeline.options.keep;
        let (ranks, lacking) = order::ranks(keep, &self.units, &self.fields);
        if let (Some(field), true) = (keep.field(), lacking > 0) {
            let warning = format!("{lacking} records have no readable field `{field}`; they become keepers last");
            self.summary.warnings.push(warning);
        }
        ranks
    }

    fn clusters(mut self) -> Result<Clustering> {
        let ranks = self.ranks();
        let resembling = self.resembling_units();
        let mut clusters = Vec::new();
        for (id, path) in self.pipeline.paths.iter() {
            let banded = self.band(id, path, &ranks, &resembling)?;
            self.clock.lap("band", 0, &mut self.summary);
            let found = self.keepers(id, path, &banded);
            if id == PathId::Short {
                clusters.extend(related::attach(&mut self, path, &banded.nodes, resembling.clone(), found));
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
        self.warn_of_loss();
        let Self { units, names, rejects, summary, .. } = self;
        Ok(Clustering { units, names, clusters, rejects, summary })
    }

    /// The clusters of one path, in no order.
    fn keepers(&mut self, id: PathId, path: &Path, banded: &Banded) -> Vec<Cluster> {
        let Banded { nodes, batch } = banded;
        let taken = batch.as_ref().map_or_else(Vec::new, |batch| self.taken(id, path, nodes, batch));
        cluster::gather(taken, nodes.len() as Node, path.shingle, |node| nodes.units(node))
    }

    /// What the keepers of a batch took.
    fn taken(&mut self, id: PathId, path: &Path, nodes: &Nodes, batch: &Batch) -> Vec<Taken> {
        let exact = Exact::new(id, path, nodes, &batch.nodes, &self.refold());
        let Batch { buckets, components, .. } = batch;
        self.progress.begin("verify", components.all.len() as u64);
        let outcomes = parallel::map(
            &components.all,
            || (),
            |(), component| {
                let outcome = cluster::assign(component, components, buckets, &exact, path.limits);
                self.progress.advance(1, 0);
                outcome
            },
        );
        self.summary.lost_pairs += outcomes.iter().map(|outcome| outcome.lost).sum::<u64>();
        let global = |node: Node| batch.nodes[node as usize];
        let taken = outcomes.into_iter().flat_map(|outcome| outcome.taken);
        taken.map(|taken| Taken { node: global(taken.node), keeper: global(taken.keeper), ..taken }).collect()
    }

    /// The pairs of one path by node, sorted.
    fn near(&mut self, id: PathId, path: &Path, banded: &Banded) -> Vec<(Node, Node, Score)> {
        let Banded { nodes, batch: Some(batch) } = banded else {
            return Vec::new();
        };
        let exact = Exact::new(id, path, nodes, &batch.nodes, &self.refold());
        self.progress.begin("verify", batch.nodes.len() as u64);
        let (near, lost) = pairs::verify_all(batch.nodes.len(), &batch.buckets, &exact, path.limits, self.progress);
        self.summary.lost_pairs += lost;
        let global = |node: Node| batch.nodes[node as usize];
        near.into_iter().map(|(a, b, score)| (global(a), global(b), score)).collect()
    }

    fn pairs(mut self) -> Result<PairList> {
        let ranks: Vec<u32> = (0..self.units.len() as u32).collect();
        let resembling = self.resembling_units();
        let mut found = Vec::new();
        for (id, path) in self.pipeline.paths.iter() {
            let banded = self.band(id, path, &ranks, &resembling)?;
            self.clock.lap("band", 0, &mut self.summary);
            let near = self.near(id, path, &banded);
            let nodes = banded.nodes;
            let mut related = Vec::new();
            if id == PathId::Short {
                related = related::pairs(&mut self, path, &nodes, resembling.clone(), &near);
            }
            found.push(pairs::Found::new(path.shingle, nodes, self.units.len(), &near, related));
            self.clock.lap("verify", 0, &mut self.summary);
        }
        self.warn_of_loss();
        let Self { units, names, rejects, summary, .. } = self;
        let mut list = PairList { units, names, rejects, summary, found };
        list.summary.pairs = Some(list.count());
        Ok(list)
    }

    fn warn_of_loss(&mut self) {
        let lost = self.summary.lost_pairs;
        if lost > 0 {
            let warning = format!(
                "up to {lost} candidate pairs were not verified: lines of one template beyond the nearest, or lists longer \
                 than --max-bucket"
            );
            self.summary.warnings.push(warning);
        }
    }
}

/// Times the stages.
struct Clock(Instant);

impl Clock {
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
