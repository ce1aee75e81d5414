//! The score of one candidate: exact on shingle sets, or estimated from signatures.

use std::sync::Arc;

use super::prepare::{PreparedText, TextPreparer};
use super::settings::Settings;
use super::stored_text::{InsertNumber, StoredBody, StoredText};
use crate::similarity::Score;

/// A verified candidate.
#[derive(Debug)]
pub(super) struct VerifiedCandidate {
    pub(super) doc: InsertNumber,
    pub(super) record: Arc<StoredText>,
    pub(super) score: Score,
    /// The standard error of an estimated Jaccard.
    pub(super) standard_error: Option<f64>,
    /// Whether the folded texts are equal.
    pub(super) is_exact: bool,
}

impl VerifiedCandidate {
    /// Scores a stored text against the text asked about.
    pub(super) fn of(
        settings: &Settings,
        worker: &mut TextPreparer,
        doc: InsertNumber,
        record: Arc<StoredText>,
        text: &PreparedText,
    ) -> Self {
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
            (StoredBody::Sketch { .. }, StoredBody::Text { .. })
            | (StoredBody::Text { .. }, StoredBody::Sketch { .. }) => {
                debug_assert!(false, "an index keeps one kind of body");
                (Score { jaccard: 0.0, containment: 0.0 }, None, false)
            }
        };

        Self { doc, record, score, standard_error, is_exact }
    }
}

/// The Jaccard that the share of equal slots indicates, with its standard error, and the containment that follows from
/// the sizes (Li and König, "b-Bit Minwise Hashing", WWW 2010: different values have b equal bits with probability
/// 2⁻ᵇ).
fn estimate(settings: &Settings, a: &[u8], b: &[u8], size_a: u32, size_b: u32, is_exact: bool) -> (Score, f64) {
    if is_exact {
        return (Score::SAME, 0.0);
    }
    debug_assert_eq!(a.len(), b.len(), "signatures of one index have one length");

    let width = settings.slot_bytes();
    let equal = a.chunks_exact(width).zip(b.chunks_exact(width)).filter(|(a, b)| a == b).count();
    let slots = (a.len() / width).max(1) as f64;
    let share = equal as f64 / slots;

    // The share of equal slots is J + (1 − J) · chance, with a binomial error.
    let chance = 0.5_f64.powi(8 * width as i32);
    let jaccard = ((share - chance) / (1.0 - chance)).clamp(0.0, 1.0);
    let error = (share * (1.0 - share) / slots).sqrt() / (1.0 - chance);

    // |A ∩ B| = J · (|A| + |B|) / (1 + J).
    let (size_a, size_b) = (f64::from(size_a), f64::from(size_b));
    let shared = jaccard * (size_a + size_b) / (1.0 + jaccard);
    let containment = (shared / size_a.min(size_b).max(1.0)).clamp(0.0, 1.0);
    (Score { jaccard, containment }, error)
}
