//! The whole path, from an opened [`Corpus`] to verified pairs and clusters. The only file that knows every stage.

use std::collections::BTreeMap;

use crate::cluster::{Cluster, Removal};
use crate::document::Units;
use crate::error::Result;
use crate::input::{Corpus, Reject};
use crate::lsh::Banding;
use crate::similarity::{Pair, Relation};

mod options;
mod progress;
mod summary;

pub use options::Options;
pub use progress::Progress;
pub use summary::{Parameters, Records, Stage, Summary};

/// A validated batch run, ready for any number of corpora.
#[derive(Debug, Clone)]
pub struct Pipeline {
    options: Options,
    banding: Banding,
}

/// What [`Pipeline::clusters`] found.
#[derive(Debug)]
pub struct Clustering {
    /// Every unit of the run.
    pub units: Units,
    /// The id shown for each document, by place; `None` for a rejected record.
    pub names: Vec<Option<String>>,
    /// Largest first, then by the keeper's place.
    pub clusters: Vec<Cluster>,
    /// Records that could not be read, in input order.
    pub rejects: Vec<Reject>,
    /// The accounts of the run.
    pub summary: Summary,
}

impl Clustering {
    /// The copies whose relation is among `remove`, in input order.
    #[must_use]
    pub fn removals(&self, _remove: &[Relation]) -> Vec<Removal> {
        Vec::new()
    }
}

/// What [`Pipeline::pairs`] found.
#[derive(Debug)]
pub struct PairList {
    /// Every unit of the run.
    pub units: Units,
    /// The id shown for each document, by place; `None` for a rejected record.
    pub names: Vec<Option<String>>,
    /// Records that could not be read, in input order.
    pub rejects: Vec<Reject>,
    /// The accounts of the run.
    pub summary: Summary,
}

impl PairList {
    /// The pairs, `a` before `b` in input order, sorted so. With `expand`, every pair of an exact group and every pair
    /// across two near groups is listed; without, each exact copy once against the first of its group, and other pairs
    /// between the firsts.
    pub fn iter(&self, _expand: bool) -> impl Iterator<Item = Pair> + '_ {
        std::iter::empty()
    }
}

impl Pipeline {
    /// Validates `options` and derives the banding from threshold and recall.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) names the first option that cannot work and what would fit.
    pub fn new(options: Options) -> Result<Self> {
        let banding = options.banding()?;
        Ok(Self { options, banding })
    }

    /// Bands and rows in use.
    #[must_use]
    pub fn banding(&self) -> Banding {
        self.banding
    }

    /// The options in use.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Clusters of copies: each member verified against its keeper.
    ///
    /// # Errors
    ///
    /// Only what the machine refuses (threads); records that cannot be read are in `rejects`.
    pub fn clusters(&self, _corpus: &Corpus, _progress: &dyn Progress) -> Result<Clustering> {
        let summary = Summary::new(&self.options, self.banding);
        let _: BTreeMap<String, u64> = BTreeMap::new();
        Ok(Clustering {
            units: Units::default(),
            names: Vec::new(),
            clusters: Vec::new(),
            rejects: Vec::new(),
            summary,
        })
    }

    /// All verified pairs.
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters).
    pub fn pairs(&self, _corpus: &Corpus, _progress: &dyn Progress) -> Result<PairList> {
        let summary = Summary::new(&self.options, self.banding);
        Ok(PairList { units: Units::default(), names: Vec::new(), rejects: Vec::new(), summary })
    }
}
