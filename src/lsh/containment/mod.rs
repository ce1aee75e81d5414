//! Candidates for containment: a small text inside a large one, which banding cannot see.
//!
//! Two sets of unlike size have a small Jaccard however much of the smaller lies in the larger, so they agree in no band.
//! Hash sampling finds them (Broder, "On the resemblance and containment of documents", 1997): of all shingle hashes those
//! below a bound are the *sample* of a unit, the same part of the hash space for every unit. The least hashes of a sample are
//! its *probes*, so many for a long unit as for a short one (a bottom-k sketch; Cohen and Kaplan, PODC 2007). Where the
//! smaller unit lies in the larger, so do its probes in the larger one's sample. Two units are candidates if half of the
//! smaller one's probes are found.
//!
//! A hash that more than [`CAP`] units share says little of any two of them and would cost a square: it is passed over, and
//! a unit that has too few probes left by that is counted.

mod count;
mod deal;
mod sample;
mod search;

pub(crate) use count::counts;
pub(crate) use sample::{RowSamples, SamplePlan};
pub(crate) use search::{ContainmentCandidates, ContainmentSearch, candidates};

/// Units that may share a sampled hash before it is passed over. On 31,030 news articles, lists up to 50 found what lists up to 200
/// did, at a quarter of the candidates.
pub(super) const CAP: usize = 50;

/// Probes of a unit with as many sampled hashes.
pub(super) const PROBES: usize = 16;

/// A unit with fewer probes left than this, of more than as many, was not looked for.
pub(super) const FEWEST_PROBES: u8 = 3;
