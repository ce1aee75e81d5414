//! Found clusters against gold: pairwise and B-cubed precision, recall and F1, and the adjusted Rand index. Cut pages
//! against pages that people cut: [`evaluate_pages`].
//!
//! Only ids that stand in the gold are scored; one that was put into no cluster is its own label. Everything is counted
//! from a contingency table of gold labels against found labels, sorted instead of compared pair by pair, so that a
//! million ids take O(n log n) time.
//!
//! | gold | precision | recall | B-cubed, ARI |
//! |---|---|---|---|
//! | labels | found pairs that share a label / found pairs | pairs that share a label and were found / pairs that share a label | over all labelled ids |
//! | pairs, no negatives | found pairs that the gold connects, also through other pairs / found pairs | listed pairs found / listed pairs | over the groups that the pairs connect |
//! | pairs and negatives | listed positives found / listed pairs found | listed positives found / listed positives | not defined: most pairs are unknown |
//!
//! A share of nothing is 1: who claims no pair makes no mistake, and where there is no pair to find, none is missed.
//! F1 is 0 where precision and recall are both 0.
//!
//! References: Bagga and Baldwin, "Algorithms for scoring coreference chains", LREC 1998 (B-cubed); Hubert and Arabie,
//! "Comparing partitions", Journal of Classification 2, 1985 (adjusted Rand index).

mod gold;
mod measures;
mod pages;
mod predictions;

pub use gold::{Gold, GoldKind};
pub use measures::{Evaluation, Rates, adjusted_rand_index, b_cubed, pairwise};
pub use pages::{GoldPages, HitCount, PageScores, PageShares, PagesEvaluation, evaluate_pages};
pub use predictions::Predictions;

use crate::error::Result;

/// Scores `found` against `gold`. O(n log n) in the ids of the gold.
///
/// # Errors
///
/// [`ErrorKind::Gold`](crate::ErrorKind::Gold) names the line of the first gold id that is not in the input.
pub fn evaluate(gold: &Gold, found: &Predictions) -> Result<Evaluation> {
    gold.score(found)
}
