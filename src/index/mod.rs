//! The crawler's index: have I seen this story?
//!
//! ```
//! use mukarrar::{Index, Verdict};
//!
//! let seen = Index::builder().threshold(0.6).build()?;
//! let first = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس";
//! let again = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز جديدة في المدينة أمس";
//! assert!(matches!(seen.check_and_insert("https://a.example/1", first)?, Verdict::New));
//! match seen.check_and_insert("https://b.example/7", again)? {
//!     Verdict::Duplicate(found) => assert_eq!((&*found.key, found.jaccard), ("https://a.example/1", 1.0)),
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! Every verdict is verified: candidates come from banding with the recall that was asked for, the score is exact (unless
//! [`Verify::Estimate`] was chosen, and then the verdict says so). A text that repeats another is not stored by
//! [`Index::check_and_insert`]: what is stored are keepers, so copies of copies never drift away from the text they are measured
//! against. A text that tells other facts in the template of a stored one is a variant, and stored. Answers depend on the
//! order of insertion alone, and are the same in memory and on disk. The index takes `&self`; folding, sketching and most of the
//! verification run outside its lock.
//!
//! # On disk
//!
//! [`Index::open`] keeps the index in a directory. One process writes it; any number read it beside that
//! ([`IndexBuilder::open_read_only`]) and see each commit. **After [`Index::commit`] nothing that was answered before is lost**,
//! whatever happens to the process; the change that follows [`commit_every`](IndexBuilder::commit_every) others commits them first.
//! `docs/INDEX.md` tells the files, what is guaranteed, and what it costs.
//!
//! # Bounds
//!
//! However pages are crafted, an answer looks at no more than the earliest 1,000 documents of each band key and verifies no more than
//! 256, those that share most bands. [`Stats::bounded_answers`] counts where that left something out. With a window of time what lies
//! outside it counts among the 1,000 until it is [expired](Index::expire).
//!
//! Files: `item` what is asked, `verdict` what is answered, `settings` and `builder` with what, `prepare` from text to bands,
//! `verify` from candidates to the one that is named, `storage` what a place to keep texts must do, `memory` (with `postings`) and `disk` the
//! two there are, `life` export, import and merge.

mod builder;
#[cfg(feature = "persistent")]
mod disk;
mod item;
mod judge;
mod life;
mod memory;
mod postings;
mod prepare;
mod record;
mod settings;
mod stats;
mod storage;
mod verdict;
mod verify;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

pub use builder::IndexBuilder;
#[cfg(feature = "persistent")]
pub use disk::RecoveryReport;
pub use item::Item;
pub use life::Expiry;
pub use settings::Settings;
pub use stats::{CompactionStats, MergeStats, Stats, StorageStats};
pub use verdict::{Match, Rank, Verdict, Verify};

use crate::error::{ErrorKind, Result};
use crate::lsh::Banding;
use crate::normalize::alphabet;
use crate::parallel;
use crate::similarity::Relation;
use crate::similarity::facts::{Facts, FactsGuard, WordFrequencies};
use prepare::{PreparedText, TextPreparer, WorkerPool};
use record::{InsertNumber, StoredBody};
use storage::{Storage, StorageVersion};
use verify::{MOST_VERIFIED, better, rank};

/// Texts seen so far, in memory or in a directory.
#[derive(Debug)]
pub struct Index {
    settings: Settings,
    storage: Box<dyn Storage>,
    /// Knows the words of the texts that [`is_learned`] names.
    guard: Option<RwLock<FactsGuard>>,
    /// Held by whoever changes the index.
    turn: Mutex<()>,
    workers: WorkerPool,
    bounded_answers: AtomicU64,
    #[cfg(feature = "persistent")]
    recovery: Option<RecoveryReport>,
}

/// What was found of a text at some moment, and what it hung on.
#[derive(Debug)]
struct CandidateSnapshot {
    version: StorageVersion,
    learned: usize,
    best: Option<(InsertNumber, Match)>,
    /// Number of candidates.
    candidates: usize,
    /// Candidates were left out for a bound.
    is_cut: bool,
}

/// Items of a batch that are prepared at once.
const BATCH: usize = 512;

impl Index {
    /// A builder with the default settings.
    #[must_use]
    pub fn builder() -> IndexBuilder {
        IndexBuilder::default()
    }

    /// The index in a directory, to read and to write: opened with the settings it was made with, or made with the defaults.
    ///
    /// # Errors
    ///
    /// Another process writes it ([`ErrorKind::Index`]); its files are damaged ([`ErrorKind::Damaged`]) or cannot be read.
    #[cfg(feature = "persistent")]
    pub fn open(directory: impl AsRef<std::path::Path>) -> Result<Self> {
        Self::builder().open(directory)
    }

    fn new(settings: Settings, storage: Box<dyn Storage>) -> Result<Self> {
        let guard = (settings.facts == Facts::Guard).then(|| RwLock::new(FactsGuard::new(WordFrequencies::default())));
        let index = Self {
            settings,
            storage,
            guard,
            turn: Mutex::default(),
            workers: WorkerPool::default(),
            bounded_answers: AtomicU64::default(),
            #[cfg(feature = "persistent")]
            recovery: None,
        };
        index.learn_stored()?;
        Ok(index)
    }

    /// Whether a stored text is repeated by `item`. Stores nothing.
    ///
    /// # Errors
    ///
    /// An index on disk that cannot be read, or is damaged.
    pub fn check<'t>(&self, item: impl Into<Item<'t>>) -> Result<Verdict> {
        let item = item.into();
        self.workers.with(&self.settings, |worker| self.check_with(worker, item))
    }

    /// [`check`](Self::check) for many, on all cores; answers in the order of the items.
    #[must_use]
    pub fn check_all(&self, items: &[Item<'_>]) -> Vec<Result<Verdict>> {
        let check =
            |(): &mut (), item: &Item<'_>| self.workers.with(&self.settings, |worker| self.check_with(worker, *item));
        parallel::map(items, || (), check)
    }

    fn check_with(&self, worker: &mut TextPreparer, item: Item<'_>) -> Result<Verdict> {
        match worker.prepare(&self.settings, item) {
            Some(text) => {
                let found = self.snapshot(worker, &text)?;
                self.count(found.is_cut);
                Ok(verdict(found.best))
            }
            None => Ok(Verdict::Empty),
        }
    }

    /// Stores `item` under `key`, whether it repeats another or not; an empty text is not stored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyExists`] if `key` is stored already. On disk also what writing can meet; then nothing of this call is stored, and
    /// what was stored before is kept for the next attempt.
    pub fn insert<'t>(&self, key: &str, item: impl Into<Item<'t>>) -> Result<()> {
        let item = item.into();
        let text = self.workers.with(&self.settings, |worker| worker.prepare(&self.settings, item));
        self.insert_prepared(key, text)
    }

    /// [`insert`](Self::insert) for many, prepared on all cores and stored in the order given.
    #[must_use]
    pub fn insert_all(&self, items: &[(&str, Item<'_>)]) -> Vec<Result<()>> {
        let prepare = |(): &mut (), (_, item): &(&str, Item<'_>)| {
            self.workers.with(&self.settings, |worker| worker.prepare(&self.settings, *item))
        };
        let mut answers = Vec::with_capacity(items.len());
        for batch in items.chunks(BATCH) {
            let texts = parallel::map(batch, || (), prepare);
            answers.extend(batch.iter().zip(texts).map(|((key, _), text)| self.insert_prepared(key, text)));
        }
        answers
    }

    fn insert_prepared(&self, key: &str, text: Option<PreparedText>) -> Result<()> {
        self.storage.make_room()?;
        let _turn = self.turn();
        self.free(key)?;
        text.map_or(Ok(()), |text| self.store(key, text, None))
    }

    /// Checks `item` and stores it under `key` if it is new or a variant, in one step: of equal texts inserted at once by several
    /// threads exactly one is new.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert).
    pub fn check_and_insert<'t>(&self, key: &str, item: impl Into<Item<'t>>) -> Result<Verdict> {
        let item = item.into();
        self.workers.with(&self.settings, |worker| {
            let text = worker.prepare(&self.settings, item);
            let before = text.as_ref().map(|text| self.snapshot(worker, text)).transpose()?;
            self.decide(worker, key, text, before)
        })
    }

    /// [`check_and_insert`](Self::check_and_insert) for many: prepared and checked on all cores, decided in the order given, so that
    /// the answers are those of one call after the other.
    #[must_use]
    pub fn check_and_insert_all(&self, items: &[(&str, Item<'_>)]) -> Vec<Result<Verdict>> {
        let mut answers = Vec::with_capacity(items.len());
        for batch in items.chunks(BATCH) {
            let prepare = |(): &mut (), (_, item): &(&str, Item<'_>)| {
                self.workers.with(&self.settings, |worker| {
                    let text = worker.prepare(&self.settings, *item);
                    let before = text.as_ref().map(|text| self.snapshot(worker, text)).transpose();
                    before.map(|before| (text, before))
                })
            };
            let texts = parallel::map(batch, || (), prepare);
            self.workers.with(&self.settings, |worker| {
                answers.extend(batch.iter().zip(texts).map(|((key, _), prepared)| {
                    let (text, before) = prepared?;
                    self.decide(worker, key, text, before)
                }));
            });
        }
        answers
    }

    /// Answers for a text of which something is known already, and stores it if nothing repeats it.
    fn decide(
        &self,
        worker: &mut TextPreparer,
        key: &str,
        text: Option<PreparedText>,
        before: Option<CandidateSnapshot>,
    ) -> Result<Verdict> {
        self.storage.make_room()?;
        let _turn = self.turn();
        self.free(key)?;
        let (Some(text), Some(before)) = (text, before) else {
            return Ok(Verdict::Empty);
        };
        let verdict = verdict(self.settle(worker, &text, before)?);
        if matches!(verdict, Verdict::New | Verdict::Variant(_)) {
            self.store(key, text, None)?;
        }
        Ok(verdict)
    }

    /// Stores `item` under `key` in place of the text that stands there, if one does: a page that changed. Whether one did. An empty
    /// text leaves nothing under the key.
    ///
    /// # Errors
    ///
    /// On disk what writing can meet.
    pub fn replace<'t>(&self, key: &str, item: impl Into<Item<'t>>) -> Result<bool> {
        let item = item.into();
        let text = self.workers.with(&self.settings, |worker| worker.prepare(&self.settings, item));
        self.storage.make_room()?;
        let _turn = self.turn();
        let stored = self.storage.find(key)?;
        match text {
            Some(text) => self.store(key, text, stored)?,
            None => drop(self.storage.remove(stored.as_slice())?),
        }
        Ok(stored.is_some())
    }

    /// Up to `top` stored texts most like `item`, best first, ties: the earliest inserted. Texts below the threshold are
    /// among them where banding proposed them, with the chance that [`Banding::probability`] tells; so a short text that stands
    /// inside a long one is found only where their Jaccard is high enough for that.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn query<'t>(&self, item: impl Into<Item<'t>>, top: usize, by: Rank) -> Result<Vec<Match>> {
        let item = item.into();
        self.workers.with(&self.settings, |worker| {
            let Some(text) = worker.prepare(&self.settings, item) else {
                return Ok(Vec::new());
            };
            self.storage.version()?;
            self.learn_stored()?;
            let ranking = rank(&self.settings, &*self.storage, worker, &text, 0)?;
            self.count(ranking.is_cut);
            Ok(self.with_guard(|guard| ranking.top(&self.settings, guard, &text, top, by)))
        })
    }

    /// Forgets the text stored under `key`; whether there was one.
    ///
    /// # Errors
    ///
    /// On disk what writing can meet.
    pub fn remove(&self, key: &str) -> Result<bool> {
        self.storage.make_room()?;
        let _turn = self.turn();
        let stored = self.storage.find(key)?;
        Ok(self.storage.remove(stored.as_slice())? > 0)
    }

    /// Whether a text is stored under `key`.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn contains(&self, key: &str) -> Result<bool> {
        self.storage.version()?;
        Ok(self.storage.find(key)?.is_some())
    }

    /// Number of stored texts.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.storage.len()
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes everything that was answered so far durable. In memory: nothing to do.
    ///
    /// # Errors
    ///
    /// It cannot be written. Nothing is lost by that: what was not yet durable stays in memory, and the next commit tries again.
    pub fn commit(&self) -> Result<()> {
        self.storage.commit()
    }

    /// Commits, leaves the directory as it opens fastest, and lets go of it. Dropping the index does the same, but cannot say what
    /// went wrong.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub fn close(self) -> Result<()> {
        self.storage.close()
    }

    /// Gives back what removed texts take, on disk and in memory. O(size of the index).
    ///
    /// # Errors
    ///
    /// On disk what reading and writing can meet; the index is as it was then.
    pub fn compact(&self) -> Result<CompactionStats> {
        let _turn = self.turn();
        self.storage.compact()
    }

    /// What the index holds and takes.
    ///
    /// # Errors
    ///
    /// On disk what reading can meet.
    pub fn stats(&self) -> Result<Stats> {
        self.storage.version()?;
        Ok(Stats {
            documents: self.storage.len(),
            newest: self.storage.newest(),
            learned: self.learned() as u64,
            bounded_answers: self.bounded_answers.load(Ordering::Relaxed),
            storage: self.storage.stats()?,
        })
    }

    /// What the index was made with.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Bands and rows in use.
    #[must_use]
    pub const fn banding(&self) -> Banding {
        self.settings.banding
    }

    /// What opening found to mend, if the index was not closed in order.
    #[cfg(feature = "persistent")]
    #[must_use]
    pub const fn recovery(&self) -> Option<&RecoveryReport> {
        self.recovery.as_ref()
    }

    fn snapshot(&self, worker: &mut TextPreparer, text: &PreparedText) -> Result<CandidateSnapshot> {
        let version = self.storage.version()?;
        self.learn_stored()?;
        let learned = self.learned();
        let ranking = rank(&self.settings, &*self.storage, worker, text, 0)?;
        let best = self.with_guard(|guard| ranking.best(&self.settings, guard, text));
        Ok(CandidateSnapshot { version, learned, best, candidates: ranking.candidates, is_cut: ranking.is_cut })
    }

    /// What holds of a text now, by what was found before.
    fn settle(
        &self,
        worker: &mut TextPreparer,
        text: &PreparedText,
        before: CandidateSnapshot,
    ) -> Result<Option<(InsertNumber, Match)>> {
        let found = self.settled(worker, text, before)?;
        self.count(found.is_cut);
        Ok(found.best)
    }

    fn settled(
        &self,
        worker: &mut TextPreparer,
        text: &PreparedText,
        before: CandidateSnapshot,
    ) -> Result<CandidateSnapshot> {
        let version = self.storage.version()?;
        let guard_holds = before.best.is_none() || before.learned == self.learned();
        if version.removals != before.version.removals || !guard_holds {
            return self.snapshot(worker, text);
        }
        if version.next == before.version.next {
            return Ok(before);
        }
        let since = rank(&self.settings, &*self.storage, worker, text, before.version.next)?;
        let is_judged = self.guard.is_some();
        if since.candidates > 0 && (is_judged || before.candidates + since.candidates > MOST_VERIFIED) {
            // Asked at once, others would have been verified, and what is common would have been counted among all.
            return self.snapshot(worker, text);
        }
        let best = self.with_guard(|guard| since.best(&self.settings, guard, text));
        Ok(CandidateSnapshot { best: better(before.best, best), is_cut: before.is_cut || since.is_cut, ..before })
    }

    /// Stores a text in one's turn.
    fn store(&self, key: &str, text: PreparedText, replaced: Option<InsertNumber>) -> Result<()> {
        let number = self.storage.version()?.next;
        let words = match (&self.guard, &text.body) {
            (Some(_), StoredBody::Text { folded, .. }) if is_learned(number) => Some(alphabet::to_utf8(folded)),
            _ => None,
        };
        let (record, bands) = text.into_record(key);
        self.storage.insert(record, &bands, replaced, words.is_some())?;
        if let (Some(guard), Some(words)) = (&self.guard, words) {
            guard.write().unwrap_or_else(PoisonError::into_inner).learn(&words);
        }
        Ok(())
    }

    fn free(&self, key: &str) -> Result<()> {
        match self.storage.find(key)? {
            Some(_) => Err(ErrorKind::KeyExists { key: key.to_owned() }.into()),
            None => Ok(()),
        }
    }

    fn turn(&self) -> std::sync::MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, is_cut: bool) {
        self.bounded_answers.fetch_add(is_cut.into(), Ordering::Relaxed);
    }

    fn with_guard<T>(&self, work: impl FnOnce(Option<&FactsGuard>) -> T) -> T {
        match &self.guard {
            Some(guard) => work(Some(&guard.read().unwrap_or_else(PoisonError::into_inner))),
            None => work(None),
        }
    }

    /// How many documents the guard knows.
    fn learned(&self) -> usize {
        self.with_guard(|guard| guard.map_or(0, FactsGuard::documents))
    }

    /// Teaches the guard what an index on disk learned before, or another process since.
    fn learn_stored(&self) -> Result<()> {
        let Some(guard) = &self.guard else { return Ok(()) };
        self.storage.learned(&mut |text| {
            guard.write().unwrap_or_else(PoisonError::into_inner).learn(&alphabet::to_utf8(text));
        })
    }
}

fn verdict(best: Option<(InsertNumber, Match)>) -> Verdict {
    match best {
        Some((_, found)) if matches!(found.relation, Some(Relation::Variant(_))) => Verdict::Variant(found),
        Some((_, found)) => Verdict::Duplicate(found),
        None => Verdict::New,
    }
}

/// Whether the guard learns the words of this insert: of the first 4,096, then of 2,048 at even distances in each doubling of
/// the index. What words are rare is told well by that, and costs next to nothing.
fn is_learned(number: InsertNumber) -> bool {
    let stride = (number / 2048).max(1).ilog2();
    number.trailing_zeros() >= stride
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learning_thins_out_as_the_index_grows() {
        let learned = |range: std::ops::Range<InsertNumber>| range.filter(|number| is_learned(*number)).count();
        assert_eq!(learned(0..4096), 4096);
        assert_eq!((learned(4096..8192), learned(1 << 20..1 << 21)), (2048, 2048));
    }
}
