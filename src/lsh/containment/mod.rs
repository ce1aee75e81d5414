//! Candidates for containment: a small text inside a large one, which banding cannot find.
//!
//! Sets of very different size have a low Jaccard even if the larger contains the smaller, so they share no band. Hash
//! sampling finds them (Broder, "On the resemblance and containment of documents", 1997). The *sample* of a unit is its
//! shingle hashes below a bound, which is the same for all units. The *probes* of a unit are the smallest hashes of its
//! sample, at most 16 for a unit of any length (a bottom-k sketch; Cohen and Kaplan, PODC 2007). If a unit contains a
//! smaller one, its sample contains the probes of the smaller one. Two units are candidates if the sample of the larger
//! contains at least half of the probes of the smaller.
//!
//! A hash that more than 50 units share is evidence for no pair and would cost a quadratic number of comparisons, so it
//! is skipped. A unit with too few probes left is not searched for, and is counted.

mod count;
mod deal;
mod probes;
mod sample;
mod search;

pub(crate) use count::{HashCounts, counted_bound, counts};
pub(crate) use sample::{RowSamples, SamplePlan};
pub(crate) use search::{ContainmentCandidates, ContainmentSearch, candidates};
