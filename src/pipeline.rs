//! Batch runs: from an [`Input`] or an opened [`Corpus`] to verified clusters, pairs or passages.
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
//! [`Pipeline`] is the facade. `batch_run` and `passage_run` call the stages in order and add up what they return. A stage is
//! a function that reads a `RunContext` and returns values; it changes nothing.
//!
//! 1. *read* (`first_pass`): read every record, cut it into units, fold, shingle and sketch them. Ids, spans, fingerprints
//!    and band keys stay in memory (`run_tables`), the text does not. Records that do not tell their language take that of
//!    their source (`source_languages`) and are folded again (`again_folder`).
//! 2. *group* (`node_table`): units with equal folded text become one node.
//! 3. *band* (`band`): nodes that share a band key become candidates ([`crate::lsh`]), in batches that fit the memory.
//! 4. *verify* (`verify_batches`): make the shingle sets of each batch again and score its candidates exactly: all of them
//!    for pairs (`pair_candidates`), keepers first for clusters (`keeper_clusters`). The facts guard separates copies from
//!    texts that fill one template with other facts (`pair_judge`).
//! 5. *contain* (`containment`): find units inside larger units, which banding cannot find, by sampled shingles, and verify
//!    them too: among all nodes for pairs, among keepers for clusters (`contained_keepers`).
//!
//! With a memory limit or a work directory the same code runs on files instead of memory.

use crate::cluster::Keep;
use crate::error::{Error, Result};
use crate::input::{Corpus, Input};
use crate::lsh::Banding;
use crate::page::UnitLevel;
use crate::parallel;

mod accounts;
mod again_folder;
mod alarm;
mod band;
mod batch_run;
mod block_scanner;
mod clustering;
mod compare;
mod component_sample;
mod component_trigrams;
mod contained_keepers;
mod containment;
mod contamination_run;
mod context;
pub mod engine;
mod exact_verifier;
mod field_parts;
mod first_pass;
mod keeper_clusters;
mod keeper_order;
mod kept_spans;
mod kept_texts;
mod known_copies;
mod learn_boilerplate;
mod learn_frequencies;
mod learned_codec;
mod learned_frequencies;
mod memory_plan;
mod node_side;
mod node_table;
mod options;
mod page_cutter;
mod pair_candidates;
mod pair_judge;
mod pair_list;
mod passage_run;
mod progress;
mod record_headings;
mod refolder;
mod related_units;
mod route;
mod run_identity;
mod run_tables;
mod run_task;
mod scanned_block;
mod scanned_block_codec;
mod shard;
mod short_similarity;
mod source_languages;
mod spilled_texts;
mod stage_clock;
mod story_rarity;
mod story_reader;
mod story_records;
mod story_run;
mod summary;
mod text_source;
mod title_marks;
mod unit_places;
mod verified_batch;
mod verified_texts;
mod verify_batches;
mod whole_input;
mod word_sample;
mod work_dir;

pub use alarm::RunAlarm;
pub use clustering::{Clustering, HeldBackCopy};
pub use compare::{ComparedText, Comparison, compare, compare_as};
pub(crate) use component_sample::{
    ComponentSample, JoinedBytes, KnownOfCorpus, SampleRequest, SampledComponent, WholeWork,
};
pub use contamination_run::{Contamination, ContaminationCounts};
pub use known_copies::{KnownCopy, KnownCounts, KnownTexts};
pub use learn_boilerplate::learn;
pub(crate) use memory_plan::{BATCH_OF_TEXTS, GrownBytes, expected_bytes};
pub use options::{Options, PassageOptions, TitleField};
pub use page_cutter::PageCutter;
pub use pair_list::PairList;
pub use passage_run::{PassageList, RepeatedPassages};
pub use progress::Progress;
pub use shard::{PartFates, ShardPart, ShardRun, ShardSet, ShardStage};
pub use source_languages::CorpusLanguages;
pub use story_run::{Stories, ToldStories};
pub use summary::{ContainmentCounts, RecordCounts, ReferenceCounts, RunParameters, RunStage, Summary};

use batch_run::BatchRun;
use context::{RunSetup, RunStart};
use first_pass::FirstPass;
use memory_plan::MemoryPlan;
use passage_run::PassageRun;
use route::RouteSet;
use run_task::RunTask;
use stage_clock::StageClock;
use work_dir::WorkDir;

/// A validated batch run, ready for any number of corpora.
#[derive(Debug, Clone)]
pub struct Pipeline {
    options: Options,
    routes: RouteSet,
}

impl Pipeline {
    /// Validates `options` and derives the banding from threshold and recall.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) names an option that cannot work and says what would fit.
    pub fn new(options: Options) -> Result<Self> {
        options.validate()?;
        let routes = RouteSet::new(&options)?;
        Ok(Self { options, routes })
    }

    /// Bands and rows for documents, stories and paragraphs.
    #[must_use]
    pub fn banding(&self) -> Banding {
        self.routes.main.banding
    }

    /// The options in use.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Finds the clusters of copies in a corpus. Each member is verified against its keeper.
    ///
    /// # Errors
    ///
    /// The threads cannot be started, the memory limit is too low, or the disk fails. Records that cannot be read are no
    /// errors; they are in [`Clustering::rejects`].
    pub fn clusters(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<Clustering> {
        self.over_corpus(RunTask::Clusters, corpus, progress, |start| BatchRun::new(start).clusters())
    }

    /// Finds all verified pairs of a corpus.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters).
    pub fn pairs(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<PairList> {
        self.check_pairs()?;
        self.over_corpus(RunTask::Pairs, corpus, progress, |start| BatchRun::new(start).pairs())
    }

    /// Reads an input and finds its clusters. Use this for large inputs: each block is scanned as it is read, and only the
    /// decompressed bytes of compressed files and streams are stored, no bytes of other files.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters); the input cannot be read.
    pub fn read_clusters(&self, input: Input, progress: &dyn Progress) -> Result<(Corpus, Clustering)> {
        self.over_input(RunTask::Clusters, input, progress, |start| BatchRun::new(start).clusters())
    }

    /// As [`read_clusters`](Self::read_clusters), beside texts that are kept elsewhere: records that are copies of them are in
    /// [`Clustering::known`] and in no cluster. Only for units that are whole documents, and without a work directory.
    ///
    /// # Errors
    ///
    /// As [`read_clusters`](Self::read_clusters); the errors of `known`.
    pub fn read_clusters_beside(
        &self,
        input: Input,
        known: &dyn KnownTexts,
        progress: &dyn Progress,
    ) -> Result<(Corpus, Clustering)> {
        if self.options.unit != UnitLevel::Document {
            return Err(Error::parameter("unit", self.options.unit, "document: texts elsewhere are whole ones"));
        }
        if let Some(directory) = &self.options.work_dir {
            let expected = "left out here: the texts elsewhere may change while a run is interrupted";
            return Err(Error::parameter("work_dir", directory.display(), expected));
        }

        if self.options.across_sources {
            let expected = "left out beside an index, which is asked of texts of any source";
            return Err(Error::parameter("across_sources", "source", expected));
        }
        if self.options.lossless {
            let expected = "left out beside an index, which finds copies without asking what they lose";
            return Err(Error::parameter("lossless", "on", expected));
        }

        self.over_input(RunTask::Clusters, input, progress, |start| {
            let corpus = start.setup.corpus;
            let run = BatchRun::new(start);
            progress.begin("ask", (corpus.len() - corpus.references()) as u64);
            let copies = known.copies(corpus, progress)?;
            run.beside(known, copies).clusters()
        })
    }

    /// Reads an input and finds its verified pairs.
    ///
    /// # Errors
    ///
    /// As [`read_clusters`](Self::read_clusters).
    pub fn read_pairs(&self, input: Input, progress: &dyn Progress) -> Result<(Corpus, PairList)> {
        self.check_pairs()?;
        self.over_input(RunTask::Pairs, input, progress, |start| BatchRun::new(start).pairs())
    }

    /// Finds the passages that occur at more than one place of a corpus.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters); a length of [`Options::passages`] is out of its range, or the options name a work
    /// directory.
    pub fn passages(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<PassageList> {
        self.check_passages()?;
        self.over_corpus(RunTask::Passages, corpus, progress, |start| PassageRun::new(start).passages())
    }

    /// Reads an input, as [`read_clusters`](Self::read_clusters) does, and finds its passages.
    ///
    /// # Errors
    ///
    /// As [`passages`](Self::passages); the input cannot be read.
    pub fn read_passages(&self, input: Input, progress: &dyn Progress) -> Result<(Corpus, PassageList)> {
        self.check_passages()?;
        self.over_input(RunTask::Passages, input, progress, |start| PassageRun::new(start).passages())
    }

    /// Finds the repeated passages that can be removed from a corpus. The first occurrence of each stays.
    ///
    /// # Errors
    ///
    /// As [`passages`](Self::passages); [`Options::keep`] is not [`Keep::First`].
    pub fn repeated(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<RepeatedPassages> {
        self.check_first_stays()?;
        self.check_passages()?;
        self.over_corpus(RunTask::Passages, corpus, progress, |start| PassageRun::new(start).repeated())
    }

    /// Reads an input and finds the repeated passages that can be removed.
    ///
    /// # Errors
    ///
    /// As [`repeated`](Self::repeated); the input cannot be read.
    pub fn read_repeated(&self, input: Input, progress: &dyn Progress) -> Result<(Corpus, RepeatedPassages)> {
        self.check_first_stays()?;
        self.check_passages()?;
        self.over_input(RunTask::Passages, input, progress, |start| PassageRun::new(start).repeated())
    }

    /// Removes the work directory, once the outputs of the run are in place. Does nothing if the options name none.
    ///
    /// # Errors
    ///
    /// A file cannot be removed.
    pub fn forget_work(&self) -> Result<()> {
        self.options.work_dir.as_deref().map_or(Ok(()), WorkDir::remove)
    }

    /// Refuses options that only runs with keepers have.
    fn check_pairs(&self) -> Result<()> {
        if self.options.across_sources {
            return Err(Error::parameter(
                "across_sources",
                "source",
                "left out here: pairs are not told apart by source",
            ));
        }
        if self.options.lossless {
            return Err(Error::parameter(
                "lossless",
                "on",
                "left out here: pairs have no keeper, and nothing is removed",
            ));
        }
        Ok(())
    }

    fn check_first_stays(&self) -> Result<()> {
        match &self.options.keep {
            Keep::First => Ok(()),
            keep => {
                Err(Error::parameter("keep", keep, "of a repeated passage the first occurrence stays, so give first"))
            }
        }
    }

    /// Checks the options that only runs over passages restrict.
    fn check_passages(&self) -> Result<()> {
        if let Some(directory) = &self.options.work_dir {
            let expected = "left out here: a run over passages does not go on where it was killed";
            return Err(Error::parameter("work_dir", directory.display(), expected));
        }

        self.options.passages.validate()
    }

    /// Scans `corpus` and gives what the first pass leaves to `finish`, all on the threads of the run.
    fn over_corpus<T: Send>(
        &self,
        task: RunTask,
        corpus: &Corpus,
        progress: &dyn Progress,
        finish: impl FnOnce(RunStart<'_>) -> Result<T> + Send,
    ) -> Result<T> {
        if let Some(directory) = &self.options.work_dir {
            let expected = "left out here: only a run that reads its input itself can go on from there";
            return Err(Error::parameter("work_dir", directory.display(), expected));
        }

        parallel::with_threads(self.options.threads, || {
            let clock = StageClock::new();
            let plan = self.plan()?;

            progress.begin("read", corpus.len() as u64);
            let (tables, names) = self.first_pass(task, &plan, progress).over_corpus(corpus)?;

            let setup = self.setup(corpus, progress, &plan, None);
            finish(RunStart { setup, tables, names, clock })
        })?
    }

    /// Reads and scans `input`, then does as [`over_corpus`](Self::over_corpus).
    fn over_input<T: Send>(
        &self,
        task: RunTask,
        input: Input,
        progress: &dyn Progress,
        finish: impl FnOnce(RunStart<'_>) -> Result<T> + Send,
    ) -> Result<(Corpus, T)> {
        if self.reads_before_scanning(task, &input) {
            progress.begin("read", 0);
            let corpus = self.read_whole(task, input)?;
            let found = self.over_corpus(task, &corpus, progress, finish)?;
            return Ok((corpus, found));
        }

        parallel::with_threads(self.options.threads, || {
            let clock = StageClock::new();
            let work = self.options.work_dir.as_deref();
            let work = work.map(|directory| WorkDir::open(directory, task, &self.options, &input)).transpose()?;
            let plan = self.plan()?;

            progress.begin("read", 0);
            let (corpus, tables, names) = self.first_pass(task, &plan, progress).over_input(input, work.as_ref())?;

            let setup = self.setup(&corpus, progress, &plan, work.as_ref());
            let found = finish(RunStart { setup, tables, names, clock })?;
            Ok((corpus, found))
        })?
    }

    fn plan(&self) -> Result<MemoryPlan> {
        MemoryPlan::new(self.options.memory, parallel::threads(), self.options.spill_dir()?)
    }

    fn first_pass<'a>(&'a self, task: RunTask, plan: &'a MemoryPlan, progress: &'a dyn Progress) -> FirstPass<'a> {
        FirstPass { options: &self.options, routes: &self.routes, plan, task, progress, settled: None, titled: None }
    }

    fn setup<'a>(
        &'a self,
        corpus: &'a Corpus,
        progress: &'a dyn Progress,
        plan: &'a MemoryPlan,
        work: Option<&'a WorkDir>,
    ) -> RunSetup<'a> {
        RunSetup { options: &self.options, routes: &self.routes, corpus, progress, plan, work }
    }
}
