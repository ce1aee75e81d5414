//! The index and its public operations.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use super::answer::{Match, Rank, Verdict};
#[cfg(feature = "persistent")]
use super::disk::RecoveryReport;
use super::index_item::Item;
use super::own_process::OwnProcess;
use super::prepare::{PreparedText, TextPreparer};
use super::ranking::{rank, verdict};
use super::search_keys::FullKeys;
use super::settings::Settings;
use super::stats::{CompactionStats, Stats};
use super::storage::Storage;
use super::stories::{IndexStories, ToldVerdict};
use super::worker_pool::WorkerPool;
use crate::error::Result;
use crate::lsh::Banding;
use crate::parallel;
use crate::similarity::facts::{Facts, FactsGuard, WordFrequencies};

/// An index of texts, in memory or in a directory.
#[derive(Debug)]
pub struct Index {
    pub(super) settings: Settings,
    pub(super) storage: Box<dyn Storage>,
    /// Knows the words of some of the stored texts.
    pub(super) guard: Option<RwLock<FactsGuard>>,
    pub(super) process: OwnProcess,
    /// Held by the thread that changes the index.
    turn: Mutex<()>,
    pub(super) full_keys: FullKeys,
    /// `None` in an index that tells none.
    pub(super) stories: Option<IndexStories>,
    pub(super) workers: WorkerPool,
    pub(super) bounded_answers: AtomicU64,
    #[cfg(feature = "persistent")]
    pub(super) recovery: Option<RecoveryReport>,
}

/// What a check looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckScope {
    Copies,
    /// Copies, and the story that the text would join.
    Stories,
}

fn only_verdict(told: ToldVerdict) -> Verdict {
    told.verdict
}

/// Number of items of a batch that are prepared at once.
const BATCH: usize = 512;

impl Index {
    pub(super) fn new(settings: Settings, storage: Box<dyn Storage>) -> Result<Self> {
        let guard = (settings.facts == Facts::Guard).then(|| RwLock::new(FactsGuard::new(WordFrequencies::default())));
        let stories = settings.stories.as_ref().map(IndexStories::new);
        let index = Self {
            stories,
            settings,
            storage,
            guard,
            process: OwnProcess::this(),
            turn: Mutex::default(),
            full_keys: FullKeys::default(),
            workers: WorkerPool::default(),
            bounded_answers: AtomicU64::default(),
            #[cfg(feature = "persistent")]
            recovery: None,
        };

        index.learn_stored()?;
        Ok(index)
    }

    /// Refuses to work in a forked child. All operations do so first, but [`len`](Self::len) and the settings.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Forked`](crate::ErrorKind::Forked) if this process is a forked child of the one that opened the index.
    /// Dropping the index there changes nothing.
    pub fn require_own_process(&self) -> Result<()> {
        self.process.refusal().map_or(Ok(()), Err)
    }

    /// The answers to a batch in a forked child; `None` in the process that opened the index.
    fn refused<T>(&self, items: usize) -> Option<Vec<Result<T>>> {
        (0..items).map(|_| self.process.refusal().map(Err)).collect()
    }

    /// Whether `item` repeats a stored text. Stores nothing.
    ///
    /// # Errors
    ///
    /// An index on disk cannot be read or is damaged.
    pub fn check<'t>(&self, item: impl Into<Item<'t>>) -> Result<Verdict> {
        self.require_own_process()?;
        let item = item.into();
        self.workers.admit(&self.settings, |worker| self.check_with(worker, item, CheckScope::Copies)).map(only_verdict)
    }

    /// [`check`](Self::check) for many items, on all cores. Answers are in the order of the items.
    #[must_use]
    pub fn check_all(&self, items: &[Item<'_>]) -> Vec<Result<Verdict>> {
        self.check_all_in(items, CheckScope::Copies).into_iter().map(|checked| checked.map(only_verdict)).collect()
    }

    /// Checks many items, on all cores.
    pub(super) fn check_all_in(&self, items: &[Item<'_>], scope: CheckScope) -> Vec<Result<ToldVerdict>> {
        if let Some(refused) = self.refused(items.len()) {
            return refused;
        }

        let check = |(): &mut (), item: &Item<'_>| {
            self.workers.with(&self.settings, |worker| self.check_with(worker, *item, scope))
        };
        parallel::map(items, || (), check)
    }

    /// Checks an item.
    pub(super) fn check_with(
        &self,
        worker: &mut TextPreparer,
        item: Item<'_>,
        scope: CheckScope,
    ) -> Result<ToldVerdict> {
        let Some(text) = worker.prepare(&self.settings, &*self.storage, item)? else {
            return Ok(ToldVerdict { verdict: Verdict::Empty, story: None });
        };

        let found = self.candidate_snapshot(worker, &text)?;
        self.count(found.is_cut);
        let match_number = found.best.as_ref().map(|(number, _)| *number);
        let verdict = verdict(found.best, found.is_cut);
        let story = match scope {
            CheckScope::Copies => None,
            CheckScope::Stories => self.story_of_checked(&verdict, match_number, &text)?,
        };
        Ok(ToldVerdict { verdict, story })
    }

    /// Stores `item` under `key`, even if it repeats another text. An empty text is not stored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyExists`](crate::ErrorKind::KeyExists) if `key` is stored already. On disk, also errors of
    /// reading and writing: nothing of this call is stored then, and earlier changes are kept for the next attempt.
    pub fn insert<'t>(&self, key: &str, item: impl Into<Item<'t>>) -> Result<()> {
        self.require_own_process()?;
        let item = item.into();
        self.storage.make_room()?;

        self.workers.admit(&self.settings, |worker| {
            let text = worker.prepare(&self.settings, &*self.storage, item)?;
            self.insert_prepared(key, item, text)
        })
    }

    /// [`insert`](Self::insert) for many items: prepared on all cores, stored in the order given.
    #[must_use]
    pub fn insert_all(&self, items: &[(&str, Item<'_>)]) -> Vec<Result<()>> {
        if let Some(refused) = self.refused(items.len()) {
            return refused;
        }
        let prepare = |(): &mut (), (_, item): &(&str, Item<'_>)| self.prepare(*item);

        let mut answers = Vec::with_capacity(items.len());
        for batch in items.chunks(BATCH) {
            let texts = parallel::map(batch, || (), prepare);
            let insert = |((key, item), text): (&(&str, Item<'_>), Result<_>)| {
                let text = text?;
                self.storage.make_room()?;
                self.insert_prepared(key, *item, text)
            };
            answers.extend(batch.iter().zip(texts).map(insert));
        }
        answers
    }

    fn prepare(&self, item: Item<'_>) -> Result<Option<PreparedText>> {
        self.workers.with(&self.settings, |worker| worker.prepare(&self.settings, &*self.storage, item))
    }

    /// `text`, or `item` prepared again if its language is another one now. The caller has the turn.
    fn as_now(&self, item: Item<'_>, text: PreparedText) -> Result<Option<PreparedText>> {
        if self.has_language(&text)? { Ok(Some(text)) } else { self.prepare(item) }
    }

    /// Stores `item` as `text`. The caller has made room in the storage, outside the turn: that may commit, and other threads can
    /// change the index meanwhile.
    fn insert_prepared(&self, key: &str, item: Item<'_>, text: Option<PreparedText>) -> Result<()> {
        let _turn = self.turn();
        self.require_free(key)?;
        let text = text.map_or(Ok(None), |text| self.as_now(item, text))?;
        let Some(text) = text else { return Ok(()) };
        let further = self.further_keys(&text)?;
        self.store(key, text, &further, None).map(drop)
    }

    /// Checks `item` and stores it under `key` if it is new or a variant, in one step: if several threads insert equal
    /// texts at once, exactly one of them is new.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert).
    pub fn check_and_insert<'t>(&self, key: &str, item: impl Into<Item<'t>>) -> Result<Verdict> {
        self.require_own_process()?;
        self.tell_item(key, item.into()).map(|told| told.verdict)
    }

    pub(super) fn tell_item(&self, key: &str, item: Item<'_>) -> Result<ToldVerdict> {
        // Before the work: it may commit, and a call that waits for the disk needs no core.
        self.storage.make_room()?;

        self.workers.admit(&self.settings, |worker| {
            let text = worker.prepare(&self.settings, &*self.storage, item)?;
            // Most of the verification is done here, outside the turn; `decide` makes up for later changes.
            let before = text.as_ref().map(|text| self.candidate_snapshot(worker, text)).transpose()?;
            self.decide(worker, (key, item), text, before)
        })
    }

    /// [`check_and_insert`](Self::check_and_insert) for many items: prepared and checked on all cores, decided in the
    /// order given. The answers are those of one call after the other.
    #[must_use]
    pub fn check_and_insert_all(&self, items: &[(&str, Item<'_>)]) -> Vec<Result<Verdict>> {
        self.decide_all(items).into_iter().map(|told| told.map(|told| told.verdict)).collect()
    }

    pub(super) fn decide_all(&self, items: &[(&str, Item<'_>)]) -> Vec<Result<ToldVerdict>> {
        if let Some(refused) = self.refused(items.len()) {
            return refused;
        }

        let prepare = |(): &mut (), (_, item): &(&str, Item<'_>)| {
            self.workers.with(&self.settings, |worker| {
                let text = worker.prepare(&self.settings, &*self.storage, *item)?;
                let before = text.as_ref().map(|text| self.candidate_snapshot(worker, text)).transpose();
                before.map(|before| (text, before))
            })
        };

        let mut answers = Vec::with_capacity(items.len());
        for batch in items.chunks(BATCH) {
            let texts = parallel::map(batch, || (), prepare);
            self.workers.with(&self.settings, |worker| {
                answers.extend(batch.iter().zip(texts).map(|((key, item), prepared)| {
                    let (text, before) = prepared?;
                    self.storage.make_room()?;
                    self.decide(worker, (key, *item), text, before)
                }));
            });
        }
        answers
    }

    /// Stores `item` under `key`, in place of the text stored there, if any: a page that changed. Returns whether there
    /// was one. An empty text leaves nothing under the key.
    ///
    /// # Errors
    ///
    /// On disk, errors of reading and writing.
    pub fn replace<'t>(&self, key: &str, item: impl Into<Item<'t>>) -> Result<bool> {
        self.require_own_process()?;
        let item = item.into();
        self.storage.make_room()?;

        self.workers.admit(&self.settings, |worker| {
            let text = worker.prepare(&self.settings, &*self.storage, item)?;

            // One insert with `replaced`, not a removal and an insert: readers always see one of the two texts.
            let _turn = self.turn();
            let stored = self.storage.find(key)?;
            match text.map_or(Ok(None), |text| self.as_now(item, text))? {
                Some(text) => {
                    let further = self.further_keys(&text)?;
                    self.store(key, text, &further, stored)?;
                }
                None => drop(self.storage.remove(stored.as_slice())?),
            }
            Ok(stored.is_some())
        })
    }

    /// Up to `top` stored texts most similar to `item`, best first; ties: the earliest inserted.
    ///
    /// A text below the threshold is found with the probability that [`Banding::probability`] gives for its Jaccard. So
    /// a short text inside a long one is found only if their Jaccard is high enough.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn query<'t>(&self, item: impl Into<Item<'t>>, top: usize, by: Rank) -> Result<Vec<Match>> {
        self.require_own_process()?;
        let item = item.into();
        self.workers.admit(&self.settings, |worker| {
            let Some(text) = worker.prepare(&self.settings, &*self.storage, item)? else {
                return Ok(Vec::new());
            };

            // A reader of an index on disk sees new commits here.
            self.storage.version()?;
            self.learn_stored()?;

            let ranking = rank(&self.settings, &*self.storage, worker, &text, 0, &[])?;
            self.count(ranking.is_cut);
            let near = ranking.near(&self.settings, &*self.storage, &text)?;
            Ok(self.with_guard(|guard| ranking.top(&self.settings, guard, &text, near, (top, by))))
        })
    }

    /// Removes the text stored under `key`. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// On disk, errors of reading and writing.
    pub fn remove(&self, key: &str) -> Result<bool> {
        self.require_own_process()?;
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
        self.require_own_process()?;
        self.storage.version()?;
        Ok(self.storage.find(key)?.is_some())
    }

    /// Number of stored texts.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.storage.len()
    }

    /// Whether no text is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes all earlier answers durable. Does nothing for an index in memory.
    ///
    /// # Errors
    ///
    /// The changes cannot be written. They stay in memory, and the next commit tries again.
    pub fn commit(&self) -> Result<()> {
        self.require_own_process()?;
        self.storage.commit()
    }

    /// Commits, prepares the directory for a fast opening, and releases it. Dropping the index does the same, but
    /// cannot report an error.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub fn close(self) -> Result<()> {
        self.require_own_process()?;
        self.storage.close()
    }

    /// Frees the space of removed texts, on disk and in memory. O(size of the index).
    ///
    /// # Errors
    ///
    /// On disk, errors of reading and writing; the index stays valid.
    pub fn compact(&self) -> Result<CompactionStats> {
        self.compact_while(&|| true)
    }

    /// As [`compact`](Self::compact), as long as `goes_on` is true; it is asked many times a second. What was freed until then
    /// stays free.
    ///
    /// # Errors
    ///
    /// As [`compact`](Self::compact); [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted).
    pub fn compact_while(&self, goes_on: &dyn Fn() -> bool) -> Result<CompactionStats> {
        self.require_own_process()?;
        let _turn = self.turn();
        if let Some(stories) = &self.stories {
            self.storage.forget_tellings(stories.needed_from(&*self.storage)?)?;
        }
        self.storage.compact(goes_on)
    }

    /// Counts and sizes of the index.
    ///
    /// # Errors
    ///
    /// On disk, errors of reading.
    pub fn stats(&self) -> Result<Stats> {
        self.require_own_process()?;
        self.storage.version()?;
        Ok(Stats {
            documents: self.storage.len(),
            newest: self.storage.newest(),
            learned: self.learned() as u64,
            bounded_answers: self.bounded_answers.load(Ordering::Relaxed),
            storage: self.storage.stats()?,
        })
    }

    /// The settings that the index was made with.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Bands and rows in use.
    #[must_use]
    pub const fn banding(&self) -> Banding {
        self.settings.banding
    }

    /// The report of the recovery, if the index was not closed properly before it was opened.
    #[cfg(feature = "persistent")]
    #[must_use]
    pub const fn recovery(&self) -> Option<&RecoveryReport> {
        self.recovery.as_ref()
    }

    /// The exclusive right to change the index. Reads go on meanwhile.
    pub(super) fn turn(&self) -> std::sync::MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
