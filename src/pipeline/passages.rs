//! Passages: what documents share, and what can go. A run of its own, as nothing is shingled, sketched or banded:
//!
//! 1. *read*: every record is read and folded; the hashes and places of its words stay, on disk beyond the limit.
//! 2. *seek*: windows of `min_tokens` words that stood before are found ([`crate::passage`]).
//! 3. *extend*: windows become maximal runs and passages, or cuts.

use std::borrow::Cow;

use super::first_pass::FirstPass;
use super::{BatchRun, Clustering, MemoryPlan, PageCutter, Pipeline, Progress, RunTables, StageClock, Summary};
use crate::cluster::Keep;
use crate::document::{DocId, Units};
use crate::error::{Error, Result};
use crate::input::{Corpus, Input, RepeatedIds};
use crate::page::SourceResolver;
use crate::parallel;
use crate::passage::{self, Passage, PassageRepeats, RepeatedSpan};

/// What [`Pipeline::passages`] found.
#[derive(Debug)]
pub struct PassageList {
    /// Every document of the run.
    pub units: Units,
    /// Which ids stand in the input more than once, and how they are shown.
    pub names: RepeatedIds,
    /// By the later place; of passages that begin together the longest first.
    pub passages: Vec<Passage>,
    /// Places of the records that were rejected, ascending.
    pub rejects: Vec<DocId>,
    /// The accounts of the run.
    pub summary: Summary,
}

/// What [`Pipeline::repeated`] found.
#[derive(Debug)]
pub struct RepeatedPassages {
    /// The documents, in no clusters.
    pub found: Clustering,
    /// Passages to remove, in input order, each with the occurrence that stays.
    pub spans: Vec<RepeatedSpan>,
}

impl Pipeline {
    /// The passages that stand at several places of a corpus.
    ///
    /// # Errors
    ///
    /// Lengths that cannot work; what the machine refuses: threads, memory below the floor, disk.
    pub fn passages(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<PassageList> {
        self.words_of_corpus(corpus, progress, |run| run.passages())
    }

    /// Reads an input, as [`read_clusters`](Self::read_clusters) does, and lists its passages.
    ///
    /// # Errors
    ///
    /// As [`passages`](Self::passages), and whatever keeps the input from being read.
    pub fn read_passages(&self, input: Input, progress: &dyn Progress) -> Result<(Corpus, PassageList)> {
        self.words_of_input(input, progress, |run| run.passages())
    }

    /// The repeated passages that a corpus can do without: of each the first occurrence stays.
    ///
    /// # Errors
    ///
    /// As [`passages`](Self::passages); [`Options::keep`](super::Options::keep) is not the first.
    pub fn repeated(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<RepeatedPassages> {
        self.first_stays()?;
        self.words_of_corpus(corpus, progress, |run| run.repeated())
    }

    /// Reads an input and finds the passages it can do without.
    ///
    /// # Errors
    ///
    /// As [`repeated`](Self::repeated), and whatever keeps the input from being read.
    pub fn read_repeated(&self, input: Input, progress: &dyn Progress) -> Result<(Corpus, RepeatedPassages)> {
        self.first_stays()?;
        self.words_of_input(input, progress, |run| run.repeated())
    }

    fn first_stays(&self) -> Result<()> {
        match &self.options.keep {
            Keep::First => Ok(()),
            keep => {
                Err(Error::parameter("keep", keep, "of a repeated passage the first occurrence stays, so give first"))
            }
        }
    }

    /// Checks what only passages ask for.
    fn check_words(&self) -> Result<()> {
        let options = &self.options;
        if let Some(directory) = &options.work_dir {
            let expected = "left out here: a run over passages does not go on where it was killed";
            return Err(Error::parameter("work_dir", directory.display(), expected));
        }
        passage::validate(options.min_tokens, options.max_gap)
    }

    fn words_of_corpus<T: Send>(
        &self,
        corpus: &Corpus,
        progress: &dyn Progress,
        finish: impl FnOnce(WordRun<'_>) -> Result<T> + Send,
    ) -> Result<T> {
        self.check_words()?;
        parallel::with_threads(self.options.threads, || {
            let clock = StageClock::new();
            let plan = self.plan()?;
            progress.begin("read", corpus.len() as u64);
            let (tables, names) = self.word_pass(&plan, progress).over_corpus(corpus)?;
            finish(WordRun(BatchRun { clock, ..BatchRun::new(self, corpus, progress, plan, tables, names, None) }))
        })?
    }

    fn words_of_input<T: Send>(
        &self,
        input: Input,
        progress: &dyn Progress,
        finish: impl FnOnce(WordRun<'_>) -> Result<T> + Send,
    ) -> Result<(Corpus, T)> {
        self.check_words()?;
        parallel::with_threads(self.options.threads, || {
            let clock = StageClock::new();
            let plan = self.plan()?;
            progress.begin("read", 0);
            let (corpus, tables, names) = self.word_pass(&plan, progress).over_input(input, None)?;
            let run = WordRun(BatchRun { clock, ..BatchRun::new(self, &corpus, progress, plan, tables, names, None) });
            let found = finish(run)?;
            Ok((corpus, found))
        })?
    }

    fn word_pass<'a>(&'a self, plan: &'a MemoryPlan, progress: &'a dyn Progress) -> FirstPass<'a> {
        FirstPass { words: true, ..self.first_pass(plan, progress) }
    }
}

/// A run over the words of one corpus, after the first pass.
struct WordRun<'a>(BatchRun<'a>);

/// What a passage or a cut takes, with what is noted beside it while more are found.
const BYTES_PER_PASSAGE: u64 = 2 * size_of::<Passage>() as u64;

impl WordRun<'_> {
    /// Seeks repeats, and hands them on with a check on how many results fit.
    fn find<T>(
        &mut self,
        extend: impl FnOnce(&PassageRepeats<'_>, &mut dyn FnMut(usize) -> Result<()>) -> Result<(Vec<T>, u64)>,
    ) -> Result<Vec<T>> {
        let run = &mut self.0;
        run.clock.lap("read", run.corpus.bytes(), &mut run.summary);
        run.progress.begin("seek", 0);
        run.tables.words.seal()?;
        let store = &run.tables.words;
        let held = run.tables.bytes() + store.bytes();
        let limit = run.plan.work(held, run.plan.room(), "links");
        let repeats = PassageRepeats::find(store, run.pipeline.options.min_tokens, limit.as_ref())?;
        run.clock.lap("seek", 0, &mut run.summary);
        run.progress.begin("extend", 0);
        let held = held + repeats.bytes();
        let (plan, mut checked) = (&run.plan, 0);
        let mut check = |found: usize| {
            // Now and then: the limit has room for as many.
            if found < checked + 1024 {
                return Ok(());
            }
            checked = found;
            plan.require(held + found as u64 * BYTES_PER_PASSAGE, "a result with so many passages")
        };
        let (found, lost) = extend(&repeats, &mut check)?;
        drop(repeats);
        run.clock.lap("extend", 0, &mut run.summary);
        run.summary.parameters.unit = "passage".to_owned();
        run.summary.parameters.min_tokens = Some(run.pipeline.options.min_tokens);
        run.summary.passages = Some(found.len() as u64);
        run.summary.lost_pairs = lost;
        run.summary.spilled_bytes = run.plan.room().written();
        if lost > 0 {
            let warning =
                format!("{lost} windows of tokens were not followed: their hashes are equal, their tokens not");
            run.summary.warnings.push(warning);
        }
        Ok(found)
    }

    fn passages(mut self) -> Result<PassageList> {
        let max_gap = self.0.pipeline.options.max_gap;
        let passages = self.find(|repeats, check| repeats.passages(max_gap, check))?;
        self.0.summary.parameters.max_gap = Some(max_gap);
        let BatchRun { tables: RunTables { units, rejects, .. }, names, summary, .. } = self.0;
        Ok(PassageList { units, names, passages, rejects, summary })
    }

    fn repeated(mut self) -> Result<RepeatedPassages> {
        let corpus = self.0.corpus;
        let mut read = |document: DocId| Ok(corpus.read(document).map(|record| record.text).map(Cow::into_owned)?);
        let spans = self.find(|repeats, check| repeats.cuts(&mut read, check))?;
        let BatchRun { tables: RunTables { units, rejects, dates, .. }, names, summary, .. } = self.0;
        let threads = parallel::threads();
        let found = Clustering {
            units,
            names,
            clusters: Vec::new(),
            rejects,
            dates,
            sources: SourceResolver::default(),
            returning: PageCutter::default(),
            summary,
            threads,
        };
        Ok(RepeatedPassages { found, spans })
    }
}
