//! From candidates to matches: every score verified, in an order that depends on the insertions alone.

use std::sync::Arc;

use super::answer::{Match, Rank, Verdict};
use super::candidate::VerifiedCandidate;
use super::candidate_judge::CandidateJudge;
use super::prepare::{PreparedText, TextPreparer};
use super::search_keys::{self, FoundCandidates};
use super::settings::Settings;
use super::storage::Storage;
use super::stored_text::{InsertNumber, StoredText};
use crate::error::Result;
use crate::shingle::hash::finish;
use crate::similarity::facts::{Facts, FactsGuard};
use crate::similarity::{Relation, Score};

/// With a window of time: how many candidates are read for each one that may be verified.
const READ_FOR_WINDOW: usize = 4;

/// Number of candidates among which common text is counted where not all are verified.
const COUNTED: usize = 128;

/// Verified candidates, best first.
#[derive(Debug)]
pub(super) struct CandidateRanking {
    found: Vec<VerifiedCandidate>,
    /// Whether a bound left candidates out.
    pub(super) is_cut: bool,
    /// Number of candidates, before the bound.
    pub(super) candidates: usize,
    /// If not all candidates are verified: some of all, among which common text is counted. Those that are verified resemble the
    /// text most, so they lack the words that it lacks, and these words would seem to be rare.
    sample: Option<Vec<InsertNumber>>,
    /// The places of the full band keys.
    pub(super) full: Vec<usize>,
}

/// Verifies the candidates of a text that are numbered `since` or later. Highest Jaccard first; ties: the earliest. `full` holds
/// the places of the band keys that an earlier search found full.
pub(super) fn rank(
    settings: &Settings,
    storage: &dyn Storage,
    worker: &mut TextPreparer,
    text: &PreparedText,
    since: InsertNumber,
    full: &[usize],
) -> Result<CandidateRanking> {
    let FoundCandidates { docs, is_cut, full } = search_keys::find(settings, storage, text, since, full)?;
    let (candidates, most) = (docs.len(), settings.bounds.verified);
    // With a window, as many texts outside it are passed over.
    let read = if settings.window.is_some() { READ_FOR_WINDOW * most } else { most };

    let (mut found, mut left) = (Vec::new(), candidates);
    for doc in docs.iter().copied().take(read) {
        if found.len() == most {
            break;
        }
        left -= 1;
        // Removed since its number was read.
        let Some(record) = storage.record(doc)? else { continue };
        if is_near_in_time(settings, text, &record) {
            found.push(VerifiedCandidate::of(settings, worker, doc, record, text));
        }
    }
    let is_cut = is_cut || left > 0;

    found.sort_unstable_by(|a, b| b.score.jaccard.total_cmp(&a.score.jaccard).then(a.doc.cmp(&b.doc)));
    let sample = (left > 0).then(|| sampled(docs));
    Ok(CandidateRanking { found, is_cut, candidates, sample, full })
}

/// Whether a stored text lies in the window of time around a text.
fn is_near_in_time(settings: &Settings, text: &PreparedText, record: &StoredText) -> bool {
    settings.window.is_none_or(|window| window.holds(Some(text.moment()), Some(record.moment())))
}

/// [`COUNTED`] of the candidates, drawn by hash: how much they share with the text does not count.
fn sampled(mut docs: Vec<InsertNumber>) -> Vec<InsertNumber> {
    if docs.len() > COUNTED {
        docs.select_nth_unstable_by_key(COUNTED, |doc| finish(u64::from(*doc)));
        docs.truncate(COUNTED);
    }
    docs
}

impl CandidateRanking {
    /// The copy with the highest Jaccard, or else the variant with the highest Jaccard. `near` as [`near`](Self::near) gives it.
    pub(super) fn best(
        &self,
        settings: &Settings,
        guard: Option<&FactsGuard>,
        text: &PreparedText,
        near: Vec<Arc<StoredText>>,
    ) -> Option<(InsertNumber, Match)> {
        let judge = CandidateJudge::new(settings, guard, text, near);

        // Best first, so the first copy ends the search, and the first variant is the best one.
        let mut variant = None;
        for found in self.likely(settings) {
            let named = named(found, settings, &judge);
            if !matches!(named.relation, Some(Relation::Variant(_))) {
                return Some((found.doc, named));
            }
            variant = variant.or(Some((found.doc, named)));
        }
        variant
    }

    /// The candidates that are copies or variants.
    fn likely(&self, settings: &Settings) -> &[VerifiedCandidate] {
        let end = self.found.partition_point(|found| found.score.jaccard >= settings.threshold);
        &self.found[..end]
    }

    /// Whether the best candidate is an equal text, which needs no judgement.
    pub(super) fn is_exact(&self) -> bool {
        self.found.first().is_some_and(|best| best.is_exact)
    }

    /// The texts among which common text is counted; none if there is nothing to judge.
    pub(super) fn near(
        &self,
        settings: &Settings,
        storage: &dyn Storage,
        text: &PreparedText,
    ) -> Result<Vec<Arc<StoredText>>> {
        let likely = self.likely(settings);
        if settings.facts == Facts::Off || likely.is_empty() {
            return Ok(Vec::new());
        }
        let records = |found: &[VerifiedCandidate]| found.iter().map(|found| found.record.clone()).collect();
        let Some(sample) = &self.sample else { return Ok(records(&self.found)) };

        let mut near: Vec<Arc<StoredText>> = records(likely);
        for doc in sample.iter().filter(|doc| likely.iter().all(|found| found.doc != **doc)) {
            // `None`: removed since its number was read.
            near.extend(storage.record(*doc)?.filter(|record| is_near_in_time(settings, text, record)));
        }
        Ok(near)
    }

    /// The first `top` matches in the order of `by`. `near` as [`near`](Self::near) gives it.
    pub(super) fn top(
        mut self,
        settings: &Settings,
        guard: Option<&FactsGuard>,
        text: &PreparedText,
        near: Vec<Arc<StoredText>>,
        (top, by): (usize, Rank),
    ) -> Vec<Match> {
        if by == Rank::Containment {
            // Stable: equal containments stay in the order of Jaccard.
            self.found.sort_by(|a, b| b.score.containment.total_cmp(&a.score.containment));
        }

        // A text that shares a band by chance alone is no match.
        let judge = CandidateJudge::new(settings, guard, text, near);
        let alike = self.found.iter().filter(|found| found.score.jaccard > 0.0);
        alike.take(top).map(|found| named(found, settings, &judge)).collect()
    }
}

/// The match that a verified candidate is.
fn named(found: &VerifiedCandidate, settings: &Settings, judge: &CandidateJudge<'_>) -> Match {
    let Score { jaccard, containment } = found.score;
    let relation = if found.is_exact {
        Some(Relation::Exact)
    } else if jaccard < settings.threshold {
        None
    } else {
        let reason = judge.reason(&found.record.body, found.score);
        Some(reason.map_or(Relation::Near, Relation::Variant))
    };

    let reason = relation.and_then(Relation::reason);
    let (key, seen) = (found.record.key.to_string(), found.record.seen);
    Match { key, jaccard, containment, relation, reason, seen, standard_error: found.standard_error }
}

/// The better of an earlier and a later best match: a copy before a variant, then the higher Jaccard, then the earlier.
pub(super) fn better(
    before: Option<(InsertNumber, Match)>,
    since: Option<(InsertNumber, Match)>,
) -> Option<(InsertNumber, Match)> {
    match (before, since) {
        (Some(before), Some(since)) => {
            let is_copy = |found: &Match| !matches!(found.relation, Some(Relation::Variant(_)));
            let is_better =
                is_copy(&since.1).cmp(&is_copy(&before.1)).then(since.1.jaccard.total_cmp(&before.1.jaccard)).is_gt();
            Some(if is_better { since } else { before })
        }
        (before, since) => before.or(since),
    }
}

/// The verdict that follows from the best match. `is_cut`: a bound left candidates out.
pub(super) fn verdict(best: Option<(InsertNumber, Match)>, is_cut: bool) -> Verdict {
    let certain = !is_cut;
    match best {
        Some((_, found)) if matches!(found.relation, Some(Relation::Variant(_))) => Verdict::Variant { found, certain },
        Some((_, found)) => Verdict::Duplicate(found),
        None => Verdict::New { certain },
    }
}
