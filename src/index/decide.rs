//! Decisions: what is answered for a text, and what is stored.
//!
//! A text is verified outside the turn first ([`CandidateSnapshot`]). In its turn only the changes since then are
//! considered, so that inserting threads rarely wait for a verification.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::answer::{Match, Verdict};
use super::copy_counts::CopyCount;
use super::index_item::Item;
use super::prepare::{PreparedText, TextPreparer, ToldLanguage};
use super::ranking::{CandidateRanking, better, rank, verdict};
use super::storage::{InsertNotes, StorageVersion};
use super::stored_text::{InsertNumber, StoredBody};
use super::stories::{TextStory, ToldVerdict};
use super::text_index::Index;
use crate::error::{ErrorKind, Result};
use crate::similarity::facts::FactsGuard;
use crate::story::StoredTelling;

/// The best match of a text at some moment, and everything that it depends on.
#[derive(Debug)]
pub(super) struct CandidateSnapshot {
    version: StorageVersion,
    /// Number of documents that the facts guard had learned.
    learned: usize,
    pub(super) best: Option<(InsertNumber, Match)>,
    /// Number of candidates.
    candidates: usize,
    /// Whether a bound left candidates out.
    pub(super) is_cut: bool,
    /// The places of the full band keys.
    full: Vec<usize>,
}

impl Index {
    /// The verdict for a text with the stored texts as they are now.
    pub(super) fn candidate_snapshot(
        &self,
        worker: &mut TextPreparer,
        text: &PreparedText,
    ) -> Result<CandidateSnapshot> {
        // The version is read first: a change during the search then makes the snapshot old, never wrong.
        let version = self.storage.version()?;
        self.learn_stored()?;
        let learned = self.learned();

        let ranking = rank(&self.settings, &*self.storage, worker, text, 0, &[])?;
        let best = self.best_of(&ranking, text)?;
        let CandidateRanking { candidates, is_cut, full, .. } = ranking;
        Ok(CandidateSnapshot { version, learned, best, candidates, is_cut, full })
    }

    /// The best of the candidates of a text. The guard is not held while the storage is read.
    fn best_of(&self, ranking: &CandidateRanking, text: &PreparedText) -> Result<Option<(InsertNumber, Match)>> {
        let near = match ranking.is_exact() {
            true => Vec::new(),
            false => ranking.near(&self.settings, &*self.storage, text)?,
        };
        Ok(self.with_guard(|guard| ranking.best(&self.settings, guard, text, near)))
    }

    /// Answers for a text that was verified `before`, and stores it if it is new or a variant. The caller has made room in the
    /// storage.
    pub(super) fn decide(
        &self,
        worker: &mut TextPreparer,
        (key, item): (&str, Item<'_>),
        text: Option<PreparedText>,
        before: Option<CandidateSnapshot>,
    ) -> Result<ToldVerdict> {
        let _turn = self.turn();
        self.require_free(key)?;
        let (Some(mut text), Some(mut before)) = (text, before) else {
            return Ok(ToldVerdict { verdict: Verdict::Empty, story: None });
        };
        if !self.has_language(&text)? {
            let Some(again) = worker.prepare(&self.settings, &*self.storage, item)? else {
                return Ok(ToldVerdict { verdict: Verdict::Empty, story: None });
            };
            before = self.candidate_snapshot(worker, &again)?;
            text = again;
        }

        let found = self.renewed(worker, &text, before)?;
        self.count(found.is_cut);
        let match_number = found.best.as_ref().map(|(number, _)| *number);
        let verdict = verdict(found.best, found.is_cut);
        if let (Verdict::Duplicate(_), Some(number)) = (&verdict, match_number) {
            self.storage.add_copies(number, CopyCount::one(text.seen))?;
        }

        let story = if matches!(verdict, Verdict::New { .. } | Verdict::Variant { .. }) {
            // The search has looked at the band keys already: usually none is full, and there are no further keys.
            let further = if found.full.is_empty() { Vec::new() } else { self.further_keys(&text)? };
            self.store(key, text, &further, None)?
        } else {
            match_number.map_or(Ok(None), |number| self.story_of_text(number))?
        };
        Ok(ToldVerdict { verdict, story })
    }

    /// The snapshot that would be taken now, from an earlier one where that is enough. The caller has the turn.
    fn renewed(
        &self,
        worker: &mut TextPreparer,
        text: &PreparedText,
        before: CandidateSnapshot,
    ) -> Result<CandidateSnapshot> {
        // A removal may have taken the best match, and a guard that has learned more may judge it differently.
        let version = self.storage.version()?;
        let guard_holds = before.best.is_none() || before.learned == self.learned();
        if version.removals != before.version.removals || !guard_holds {
            return self.candidate_snapshot(worker, text);
        }

        if version.next == before.version.next {
            return Ok(before);
        }

        // Only the documents inserted since are verified, if that gives the answer of one search over all: the search
        // would verify others beyond the bound, and the guard counts common text among all candidates.
        let since = rank(&self.settings, &*self.storage, worker, text, before.version.next, &before.full)?;
        let is_many = before.candidates + since.candidates > self.settings.bounds.verified;
        // A band key that has become full has further keys looked up, also for the documents before.
        let is_fuller = since.full != before.full;
        if is_fuller || since.candidates > 0 && (self.guard.is_some() || is_many) {
            return self.candidate_snapshot(worker, text);
        }

        let best = self.best_of(&since, text)?;
        Ok(CandidateSnapshot { best: better(before.best, best), is_cut: before.is_cut || since.is_cut, ..before })
    }

    /// Whether a text was folded with the language that it has now: texts stored since then may have given its source
    /// another one. The caller has the turn.
    pub(super) fn has_language(&self, text: &PreparedText) -> Result<bool> {
        match text.told {
            ToldLanguage::Unsure { source, taken } => Ok(self.storage.unsure_language(source)? == taken),
            ToldLanguage::Vote(_) | ToldLanguage::NotAsked => Ok(true),
        }
    }

    /// The further keys under which a text is to be stored. The caller has the turn.
    pub(super) fn further_keys(&self, text: &PreparedText) -> Result<Vec<u64>> {
        self.full_keys.further_keys(&self.settings, &*self.storage, text)
    }

    /// Stores a text under its keys and `further` ones, in place of an earlier document if one is given, and tells its story. The
    /// caller has the turn.
    pub(super) fn store(
        &self,
        key: &str,
        mut text: PreparedText,
        further: &[u64],
        replaced: Option<InsertNumber>,
    ) -> Result<Option<TextStory>> {
        let number = self.storage.version()?.next;
        let telling = match (&self.stories, text.story.take()) {
            (Some(stories), Some(story)) => stories.tell(&*self.storage, number, key, &story)?,
            _ => None,
        };
        self.store_told(key, text, (further, replaced), telling.as_ref()).inspect_err(|_| {
            // It was told, and is not stored.
            if let Some(stories) = &self.stories {
                stories.forget();
            }
        })?;
        Ok(telling.as_ref().map(TextStory::of))
    }

    /// As [`store`](Self::store), with what is told of the text.
    pub(super) fn store_told(
        &self,
        key: &str,
        text: PreparedText,
        (further, replaced): (&[u64], Option<InsertNumber>),
        telling: Option<&StoredTelling>,
    ) -> Result<()> {
        let number = self.storage.version()?.next;
        let words = match (&self.guard, &text.body) {
            (Some(_), StoredBody::Text { folded, .. }) if is_learned(number) => Some(folded.clone()),
            _ => None,
        };

        // The guard learns only what is stored: a failed insert leaves it as it was.
        let vote = match text.told {
            ToldLanguage::Vote(vote) => Some(vote),
            ToldLanguage::Unsure { .. } | ToldLanguage::NotAsked => None,
        };
        let (record, hashes) = text.into_record(key, further);
        let telling = telling.map(|telling| telling.to_bytes().into());
        self.storage.insert(record, &hashes, replaced, InsertNotes { is_learned: words.is_some(), vote, telling })?;
        if let (Some(guard), Some(words)) = (&self.guard, words) {
            guard.write().unwrap_or_else(PoisonError::into_inner).learn_compact(&words);
        }
        Ok(())
    }

    /// An error if a text is stored under `key`.
    pub(super) fn require_free(&self, key: &str) -> Result<()> {
        match self.storage.find(key)? {
            Some(_) => Err(ErrorKind::KeyExists { key: key.to_owned() }.into()),
            None => Ok(()),
        }
    }

    /// Counts an answer that a bound affected.
    pub(super) fn count(&self, is_cut: bool) {
        self.bounded_answers.fetch_add(is_cut.into(), Ordering::Relaxed);
    }

    pub(super) fn with_guard<T>(&self, work: impl FnOnce(Option<&FactsGuard>) -> T) -> T {
        match &self.guard {
            Some(guard) => work(Some(&guard.read().unwrap_or_else(PoisonError::into_inner))),
            None => work(None),
        }
    }

    /// Number of documents that the guard has learned.
    pub(super) fn learned(&self) -> usize {
        self.with_guard(|guard| guard.map_or(0, FactsGuard::documents))
    }

    /// Teaches the guard the documents that an index on disk learned before, or that another process added since.
    pub(super) fn learn_stored(&self) -> Result<()> {
        let Some(guard) = &self.guard else { return Ok(()) };

        self.storage.learned(&mut |text| {
            guard.write().unwrap_or_else(PoisonError::into_inner).learn_compact(text);
        })
    }
}

/// Whether the guard learns the words of this insert: of the first 4,096, then of 2,048 at even distances in each
/// doubling of the index. That is enough to tell which words are rare, and costs next to nothing.
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
