//! What a batch run is asked to do.

use crate::cluster::Keep;
use crate::error::{Error, Result};
use crate::lsh::{Banding, Overrides};
use crate::normalize::{Language, Profile};
use crate::page::UnitLevel;
use crate::shingle::ShingleKind;

/// The options of a batch run. Start from [`Options::default`], set what differs; [`Pipeline::new`](super::Pipeline::new)
/// validates.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// What is compared.
    pub unit: UnitLevel,
    /// How strongly text is folded.
    pub profile: Profile,
    /// The language of every document; `None` lets the gate decide for each.
    pub language: Option<Language>,
    /// What one shingle is.
    pub shingle: ShingleKind,
    /// Whether headlines and lines take the short path.
    pub short: bool,
    /// Smallest Jaccard of a `near` pair, in (0, 1].
    pub threshold: f64,
    /// Chance that a pair exactly at the threshold becomes a candidate, in (0, 1).
    pub recall: f64,
    /// Signature length, bands and rows, where the rule is not to choose them.
    pub overrides: Overrides,
    /// Seed of every hash. Other seeds find other candidates among pairs below certainty.
    pub seed: u64,
    /// Whether `related` headlines are looked for across documents too.
    pub related: bool,
    /// Buckets of more units than this are split.
    pub max_bucket: usize,
    /// Which member of a cluster stays.
    pub keep: Keep,
    /// Number of threads; `None` for one a core.
    pub threads: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            unit: UnitLevel::Document,
            profile: Profile::Standard,
            language: None,
            shingle: ShingleKind::default(),
            short: true,
            threshold: 0.6,
            recall: 0.99,
            overrides: Overrides::default(),
            seed: Self::DEFAULT_SEED,
            related: false,
            max_bucket: 10_000,
            keep: Keep::First,
            threads: None,
        }
    }
}

impl Options {
    /// The seed unless another is given.
    pub const DEFAULT_SEED: u64 = 1;

    /// Bands and rows for these options, everything validated.
    ///
    /// # Errors
    ///
    /// The first option out of its range, with what would fit.
    pub fn banding(&self) -> Result<Banding> {
        if self.max_bucket < 2 {
            return Err(Error::parameter("max-bucket", self.max_bucket, "at least 2"));
        }
        if self.threads == Some(0) {
            return Err(Error::parameter("threads", 0, "at least 1; leave it out for one a core"));
        }
        Banding::choose(self.threshold, self.recall, self.overrides)
    }
}
