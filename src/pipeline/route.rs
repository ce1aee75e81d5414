//! The two routes on which units are compared: the main route, with the shingles that the options choose, and the short
//! route for headlines and lines.

use crate::document::UnitKind;
use crate::error::Result;
use crate::lsh::containment::SamplePlan;
use crate::lsh::{Banding, CandidateLimits};
use crate::shingle::ShingleKind;
use crate::similarity::facts::Facts;
use crate::similarity::own_text::{self, EditedVerdict};
use crate::similarity::short;
use crate::sketch::{MinHasher, SketchParams};

use super::options::Options;

/// How the units of one route are shingled, sketched and banded.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) shingle: ShingleKind,
    /// Smallest Jaccard of a copy.
    pub(super) threshold: f64,
    /// Smallest Jaccard of a pair that is judged. Below the threshold if edited copies are copies.
    pub(super) least: f64,
    pub(super) banding: Banding,
    pub(super) hasher: MinHasher,
    pub(super) limits: CandidateLimits,
    /// `None` if the run does not search for contained units.
    pub(super) containment: Option<ContainmentRule>,
    /// Which shingles are sampled, for containment and to count in how many texts they occur; `None` for neither.
    pub(super) sampling: Option<SamplePlan>,
}

/// When a unit counts as contained in another.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContainmentRule {
    /// Smallest containment, in (0, 1].
    pub(super) least: f64,
    /// Which shingles candidates are found by, and how many a unit needs.
    pub(super) sampling: SamplePlan,
}

/// Longest signature of the short route. Arabic has few trigrams, so unrelated long lines share a quarter of them, and
/// bands need many rows to separate those: at Jaccard .25 eight rows propose 1 pair in 800, the five rows of
/// [`Banding::LONGEST`] 1 in 40.
const LONGEST_SHORT: usize = 640;

/// Most comparisons of one headline or line that come to nothing. Lines made from one template all resemble each other, and
/// the word guard refuses them all, so prefix filters cannot separate them. Each is compared with the nearest ones; the
/// others are counted as lost.
const REFUSALS: usize = 250;

impl Route {
    /// The route of documents, stories and paragraphs.
    ///
    /// # Errors
    ///
    /// No banding reaches the recall, or a signature parameter is out of its range.
    pub(super) fn main(options: &Options) -> Result<Self> {
        // On this route a bucket has a cap, and a node may be refused by any number of others.
        let limits = CandidateLimits { max_bucket: options.max_bucket, refusals: usize::MAX };
        let sampling = SamplePlan::new(options.shingle);
        let containment = options.containment.map(|least| ContainmentRule { least, sampling });

        // The own-text rule counts trigrams in the same samples.
        let counts_trigrams = options.facts == Facts::Guard && options.shingle == own_text::MEASURE;
        let sampling = (counts_trigrams || containment.is_some()).then_some(sampling);

        let mut route = Self::new(options, options.shingle, options.threshold, options.banding()?, limits)?;
        if options.takes_edited() {
            route.least = options.threshold.min(EditedVerdict::LEAST);
        }
        Ok(Self { containment, sampling, ..route })
    }

    /// The route of headlines and lines: shingles of three characters, copies from [`short::COPY`] on, the same recall.
    ///
    /// # Errors
    ///
    /// As [`main`](Self::main).
    pub(super) fn short(options: &Options) -> Result<Self> {
        let banding = Banding::within(short::COPY, options.recall, LONGEST_SHORT)?;
        // On this route it is the other way round: lines of one template make long buckets that are all refused.
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

/// Both routes of a run.
#[derive(Debug, Clone)]
pub(super) struct RouteSet {
    pub(super) main: Route,
    pub(super) short: Option<Route>,
}

/// The route that a unit takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum RouteId {
    Main,
    Short,
}

impl RouteId {
    /// Both routes.
    pub(super) const ALL: [Self; 2] = [Self::Main, Self::Short];

    /// The name in file names of a run.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Short => "short",
        }
    }

    /// The place in arrays that hold one item for each route.
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

impl RouteSet {
    /// The routes that `options` ask for.
    ///
    /// # Errors
    ///
    /// As [`Route::main`].
    pub(super) fn new(options: &Options) -> Result<Self> {
        let short = if options.short { Some(Route::short(options)?) } else { None };
        Ok(Self { main: Route::main(options)?, short })
    }

    /// The route of units of `kind`; `None` for boilerplate, which is never compared.
    pub(super) fn of(&self, kind: UnitKind) -> Option<(RouteId, &Route)> {
        match (kind, &self.short) {
            (UnitKind::Boilerplate, _) => None,
            (kind, Some(short)) if kind.is_short() => Some((RouteId::Short, short)),
            _ => Some((RouteId::Main, &self.main)),
        }
    }

    /// The routes in use, the main one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (RouteId, &Route)> {
        std::iter::once((RouteId::Main, &self.main)).chain(self.short.iter().map(|route| (RouteId::Short, route)))
    }
}
