//! Evaluation of clusters against gold: pairwise and B-cubed precision, recall and F1, and the adjusted Rand index; and of cut
//! pages against pages cut by hand: [`evaluate_pages`].
//!
//! Only ids of the gold are scored; an id in no cluster has a label of its own. All measures come from a contingency table of
//! gold and found labels, which is sorted rather than compared pair by pair: O(n log n) in the ids.
//!
//! | gold | precision | recall | B-cubed, ARI |
//! |---|---|---|---|
//! | labels | found pairs that share a label / found pairs | pairs that share a label and were found / pairs that share a label | over all labelled ids |
//! | pairs, no negatives | found pairs that the gold connects, also through other pairs / found pairs | listed pairs found / listed pairs | over the groups that the pairs connect |
//! | pairs and negatives | listed positives found / listed pairs found | listed positives found / listed positives | not defined: most pairs are unknown |
//!
//! A share of nothing is 1: without claimed pairs there is no error, and without pairs to find there is no miss. F1 is 0 where
//! precision and recall are both 0.
//!
//! References: Bagga and Baldwin, "Algorithms for scoring coreference chains", LREC 1998 (B-cubed); Hubert and Arabie,
//! "Comparing partitions", Journal of Classification 2, 1985 (adjusted Rand index).

mod gold;
mod measures;
mod pages;
mod predictions;

pub(crate) use gold::unescape;
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
