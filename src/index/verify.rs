//! From candidates to the one that is named: every score verified, in an order that depends on the insertions alone.

use std::sync::Arc;

use super::judge::CandidateJudge;
use super::prepare::{PreparedText, TextPreparer};
use super::record::{InsertNumber, StoredBody, StoredText};
use super::storage::Storage;
use super::{Match, Rank, Settings};
use crate::error::Result;
use crate::similarity::facts::FactsGuard;
use crate::similarity::{Relation, Score};

/// Of all candidates so many are verified: those that share most bands, ties: the earliest; with a window of time the latest, as the
/// earliest of a text that comes again and again lie outside it.
pub(super) const MOST_VERIFIED: usize = 256;

/// A verified candidate.
#[derive(Debug)]
pub(super) struct VerifiedCandidate {
    doc: InsertNumber,
    record: Arc<StoredText>,
    score: Score,
    standard_error: Option<f64>,
    is_exact: bool,
}

/// Candidates, best first.
#[derive(Debug)]
pub(super) struct CandidateRanking {
    found: Vec<VerifiedCandidate>,
    /// Candidates were left out for a bound.
    pub(super) is_cut: bool,
    /// How many there were.
    pub(super) candidates: usize,
}

/// Verifies the candidates of a text, those numbered `since` and later; highest Jaccard first, ties: the earliest.
pub(super) fn rank(
    settings: &Settings,
    storage: &dyn Storage,
    worker: &mut TextPreparer,
    text: &PreparedText,
    since: InsertNumber,
) -> Result<CandidateRanking> {
    let mut docs = Vec::new();
    let mut is_cut = storage.candidates(&text.bands, since, &mut docs)?;
    let docs = most_shared(docs, settings.window.is_some());
    let candidates = docs.len();
    is_cut |= candidates > MOST_VERIFIED;
    let mut found = Vec::new();
    for doc in docs.into_iter().take(MOST_VERIFIED) {
        let Some(record) = storage.record(doc)? else { continue };
        if settings.window.is_none_or(|window| window.holds(Some(text.moment()), Some(record.moment()))) {
            found.push(verified(settings, worker, doc, record, text));
        }
    }
    found.sort_unstable_by(|a, b| b.score.jaccard.total_cmp(&a.score.jaccard).then(a.doc.cmp(&b.doc)));
    Ok(CandidateRanking { found, is_cut, candidates })
}

/// Each document once, most repeated first; ties: the earliest, or the latest.
fn most_shared(mut docs: Vec<InsertNumber>, latest_first: bool) -> Vec<InsertNumber> {
    docs.sort_unstable();
    let mut counted: Vec<(usize, InsertNumber)> = docs.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0])).collect();
    counted.sort_unstable_by(|(a, x), (b, y)| b.cmp(a).then(if latest_first { y.cmp(x) } else { x.cmp(y) }));
    counted.into_iter().map(|(_, doc)| doc).collect()
}

fn verified(
    settings: &Settings,
    worker: &mut TextPreparer,
    doc: InsertNumber,
    record: Arc<StoredText>,
    text: &PreparedText,
) -> VerifiedCandidate {
    let (score, standard_error, is_exact) = match (&record.body, &text.body) {
        (StoredBody::Text { folded, .. }, StoredBody::Text { folded: asked, .. }) if folded == asked => {
            (Score::SAME, None, true)
        }
        (StoredBody::Text { folded, set }, StoredBody::Text { folded: asked, set: asked_set }) => {
            let stored = set.get_or_init(|| worker.set(folded));
            (Score::of(stored, asked_set.get_or_init(|| worker.set(asked))), None, false)
        }
        (
            StoredBody::Sketch { fingerprint, shingles, slots },
            StoredBody::Sketch { fingerprint: asked, shingles: size, slots: values },
        ) => {
            let is_exact = fingerprint == asked;
            let (score, error) = estimate(settings, slots, values, *shingles, *size, is_exact);
            (score, Some(error), is_exact)
        }
        // One index holds one kind.
        (StoredBody::Sketch { .. }, StoredBody::Text { .. }) | (StoredBody::Text { .. }, StoredBody::Sketch { .. }) => {
            (Score { jaccard: 0.0, containment: 0.0 }, None, false)
        }
    };
    VerifiedCandidate { doc, record, score, standard_error, is_exact }
}

/// The Jaccard that the share of equal slots tells, its standard error, and the containment that follows from the sizes (Li and
/// König, "b-Bit Minwise Hashing", WWW 2010: unlike values are equal in b bits once in 2ᵇ).
fn estimate(settings: &Settings, a: &[u8], b: &[u8], size_a: u32, size_b: u32, is_exact: bool) -> (Score, f64) {
    if is_exact {
        return (Score::SAME, 0.0);
    }
    let width = settings.slot_bytes();
    let equal = a.chunks_exact(width).zip(b.chunks_exact(width)).filter(|(a, b)| a == b).count();
    let slots = (a.len() / width).max(1) as f64;
    let chance = 0.5_f64.powi(8 * width as i32);
    let share = equal as f64 / slots;
    let jaccard = ((share - chance) / (1.0 - chance)).clamp(0.0, 1.0);
    let error = (share * (1.0 - share) / slots).sqrt() / (1.0 - chance);
    let (size_a, size_b) = (f64::from(size_a), f64::from(size_b));
    let shared = jaccard * (size_a + size_b) / (1.0 + jaccard);
    let containment = (shared / size_a.min(size_b).max(1.0)).clamp(0.0, 1.0);
    (Score { jaccard, containment }, error)
}

impl CandidateRanking {
    /// The copy of highest Jaccard; without one, the variant of highest Jaccard.
    pub(super) fn best(
        &self,
        settings: &Settings,
        guard: Option<&FactsGuard>,
        text: &PreparedText,
    ) -> Option<(InsertNumber, Match)> {
        let judge = CandidateJudge::new(settings, guard, text, &self.found);
        let likely = self.found.iter().take_while(|found| found.score.jaccard >= settings.threshold);
        let mut variant = None;
        for found in likely {
            let named = found.named(settings, &judge);
            if !matches!(named.relation, Some(Relation::Variant(_))) {
                return Some((found.doc, named));
            }
            variant = variant.or(Some((found.doc, named)));
        }
        variant
    }

    /// The first `top` by a rank.
    pub(super) fn top(
        mut self,
        settings: &Settings,
        guard: Option<&FactsGuard>,
        text: &PreparedText,
        top: usize,
        by: Rank,
    ) -> Vec<Match> {
        if by == Rank::Containment {
            self.found.sort_by(|a, b| b.score.containment.total_cmp(&a.score.containment));
        }
        let judge = CandidateJudge::new(settings, guard, text, &self.found);
        // What shares a band by chance alone is nobody's match.
        let alike = self.found.iter().filter(|found| found.score.jaccard > 0.0);
        alike.take(top).map(|found| found.named(settings, &judge)).collect()
    }
}

impl VerifiedCandidate {
    /// The folded text, if it is another than the one asked about.
    pub(super) fn other_text(&self) -> Option<&[u8]> {
        match &self.record.body {
            StoredBody::Text { folded, .. } if !self.is_exact => Some(folded),
            _ => None,
        }
    }

    fn named(&self, settings: &Settings, judge: &CandidateJudge<'_>) -> Match {
        let Score { jaccard, containment } = self.score;
        let relation = if self.is_exact {
            Some(Relation::Exact)
        } else if jaccard < settings.threshold {
            None
        } else {
            let reason = judge.reason(&self.record.body, self.score);
            Some(reason.map_or(Relation::Near, Relation::Variant))
        };
        let reason = relation.and_then(Relation::reason);
        let (key, seen) = (self.record.key.to_string(), self.record.seen);
        Match { key, jaccard, containment, relation, reason, seen, standard_error: self.standard_error }
    }
}

/// The better of what was found before and since: a copy before a variant, then the higher Jaccard, then the earlier.
pub(super) fn better(
    before: Option<(InsertNumber, Match)>,
    since: Option<(InsertNumber, Match)>,
) -> Option<(InsertNumber, Match)> {
    match (before, since) {
        (Some(before), Some(since)) => {
            let rank = |found: &Match| !matches!(found.relation, Some(Relation::Variant(_)));
            let is_better =
                rank(&since.1).cmp(&rank(&before.1)).then(since.1.jaccard.total_cmp(&before.1.jaccard)).is_gt();
            Some(if is_better { since } else { before })
        }
        (before, since) => before.or(since),
    }
}
