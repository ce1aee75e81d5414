//! Labels by people, and what they tell: pairs are drawn from a list, somebody says of each what it is, and estimates follow
//! for the whole list.
//!
//! 1. [`ListedPairs`] reads the pairs that a run wrote.
//! 2. [`Stratum`]: the pairs of one relation and of scores within a tenth. [`sample`] draws the same number of pairs from
//!    each, so that rare kinds are seen too.
//! 3. [`LabelFile`] stores an answer, a [`PairLabel`], as soon as it is given.
//! 4. [`estimate`] gives the precision of each stratum and relation, and precision and recall at higher thresholds, with
//!    intervals.

mod estimate;
mod intervals;
mod label_file;
mod listed_pairs;
mod pair_label;
mod sampling;
mod strata;

pub use estimate::{LabelCounts, PairEstimate, RelationEstimate, StratumEstimate, ThresholdEstimate, estimate};
pub use intervals::Interval;
pub use label_file::{LabelFile, LabelledPair};
pub use listed_pairs::{ListedPair, ListedPairs};
pub use pair_label::PairLabel;
pub use sampling::sample;
pub use strata::{ListedRelation, Stratum};
