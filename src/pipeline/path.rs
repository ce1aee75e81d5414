//! The two paths on which units are compared: word (or character) shingles as asked for, and the short path.

use crate::document::UnitKind;
use crate::error::Result;
use crate::lsh::containment::SamplePlan;
use crate::lsh::{Banding, CandidateLimits};
use crate::shingle::ShingleKind;
use crate::similarity::facts::Facts;
use crate::similarity::own_text::{self, EditedVerdict};
use crate::similarity::short;
use crate::sketch::{MinHasher, SketchParams};

use super::Options;

/// How units of one sort are shingled, sketched and banded.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) shingle: ShingleKind,
    /// Smallest Jaccard of a copy.
    pub(super) threshold: f64,
    /// Smallest Jaccard of a pair that is looked at: less than the threshold where edited copies are taken.
    pub(super) least: f64,
    pub(super) banding: Banding,
    pub(super) hasher: MinHasher,
    pub(super) limits: CandidateLimits,
    /// Smallest containment of a contained unit, and what such units are sampled by; `None` if nobody asks.
    pub(super) containment: Option<(f64, SamplePlan)>,
    /// What shingles are sampled, for containment or to count how many texts have them; `None` if nobody asks.
    pub(super) sampling: Option<SamplePlan>,
}

/// Longest signature of the short path. Trigrams of Arabic are few, so unrelated long lines share a quarter of them;
/// it takes many rows to keep those apart: at Jaccard .25 eight rows propose 1 pair in 800, where the five rows of
/// [`Banding::LONGEST`] propose 1 in 40.
const LONGEST_SHORT: usize = 640;

/// Comparisons that one headline or line may lose. Lines made from one template all resemble and are all refused by the
/// word guard, so that prefix filters cannot keep them apart; each meets the nearest of them, and the rest is counted.
const REFUSALS: usize = 250;

impl Route {
    /// The path of documents, stories and paragraphs.
    pub(super) fn main(options: &Options) -> Result<Self> {
        let limits = CandidateLimits { max_bucket: options.max_bucket, refusals: usize::MAX };
        let sampling = SamplePlan::new(options.shingle);
        let containment = options.containment.map(|least| (least, sampling));
        let counts = options.facts == Facts::Guard && options.shingle == own_text::MEASURE;
        let sampling = (counts || containment.is_some()).then_some(sampling);
        let least =
            if options.takes_edited() { options.threshold.min(EditedVerdict::LEAST) } else { options.threshold };
        Ok(Self {
            containment,
            sampling,
            least,
            ..Self::new(options, options.shingle, options.threshold, options.banding()?, limits)?
        })
    }

    /// The path of headlines and lines: char:3, copies from [`short::COPY`] on, the same recall.
    pub(super) fn short(options: &Options) -> Result<Self> {
        let banding = Banding::within(short::COPY, options.recall, LONGEST_SHORT)?;
        let limits = CandidateLimits { max_bucket: usize::MAX, refusals: REFUSALS };
        Self::new(options, ShingleKind::SHORT, short::COPY, banding, limits)
    }

    fn new(
        options: &Options,
        shingle: ShingleKind,
        threshold: f64,
        banding: Banding,
        limits: CandidateLimits,
    ) -> Result<Self> {
        let params = SketchParams::new(banding.num_hashes(), options.seed, shingle, options.profile)?;
        Ok(Self {
            shingle,
            threshold,
            least: threshold,
            banding,
            hasher: MinHasher::new(params),
            limits,
            containment: None,
            sampling: None,
        })
    }
}

/// Both paths of a run.
#[derive(Debug, Clone)]
pub(super) struct RouteSet {
    pub(super) main: Route,
    pub(super) short: Option<Route>,
}

/// Which path a unit takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum RouteId {
    Main,
    Short,
}

impl RouteId {
    /// Both paths.
    pub(super) const ALL: [Self; 2] = [Self::Main, Self::Short];

    /// The name that files of a run go by.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Short => "short",
        }
    }

    /// For indexing what is held for both paths.
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

impl RouteSet {
    pub(super) fn new(options: &Options) -> Result<Self> {
        let short = if options.short { Some(Route::short(options)?) } else { None };
        Ok(Self { main: Route::main(options)?, short })
    }

    /// The path of a unit of this kind; `None` for boilerplate, which is never compared.
    pub(super) fn of(&self, kind: UnitKind) -> Option<(RouteId, &Route)> {
        match (kind, &self.short) {
            (UnitKind::Boilerplate, _) => None,
            (kind, Some(short)) if kind.is_short() => Some((RouteId::Short, short)),
            _ => Some((RouteId::Main, &self.main)),
        }
    }

    /// Each path with its name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (RouteId, &Route)> {
        std::iter::once((RouteId::Main, &self.main)).chain(self.short.iter().map(|path| (RouteId::Short, path)))
    }
}
