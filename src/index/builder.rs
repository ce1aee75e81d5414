//! Settings of an index, validated once.

use std::sync::{Arc, Mutex, RwLock};

use super::store::Store;
use super::{Index, Settings};
use crate::error::Result;
use crate::lsh::{Banding, Overrides};
use crate::normalize::{Language, Profile};
use crate::page::{Boilerplate, Rules};
use crate::shingle::ShingleKind;
use crate::similarity::facts::Facts;
use crate::sketch::{MinHasher, SketchParams};

/// Builds an [`Index`]. Every setting has the default of the command line.
#[derive(Debug, Clone)]
pub struct IndexBuilder {
    threshold: f64,
    recall: f64,
    overrides: Overrides,
    profile: Profile,
    language: Option<Language>,
    boilerplate: Boilerplate,
    rules: Option<Arc<Rules>>,
    shingle: ShingleKind,
    facts: Facts,
    seed: u64,
}

impl Default for IndexBuilder {
    fn default() -> Self {
        Self {
            threshold: 0.6,
            recall: 0.99,
            overrides: Overrides::default(),
            profile: Profile::default(),
            language: None,
            boilerplate: Boilerplate::default(),
            rules: None,
            shingle: ShingleKind::default(),
            facts: Facts::default(),
            seed: 1,
        }
    }
}

impl IndexBuilder {
    /// Smallest Jaccard of a duplicate, in (0, 1]. Default .6.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Chance that a stored text exactly at the threshold is found, in (0, 1). Default .99.
    #[must_use]
    pub fn recall(mut self, recall: f64) -> Self {
        self.recall = recall;
        self
    }

    /// Signature length, bands or rows by hand.
    #[must_use]
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// How strongly text is folded. Default `standard`.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The language of every text. Without it the gate decides for each.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// Whether boilerplate counts. Default `ignore`; `strip` is the same here, since no text is given back.
    #[must_use]
    pub fn boilerplate(mut self, boilerplate: Boilerplate) -> Self {
        self.boilerplate = boilerplate;
        self
    }

    /// Learned boilerplate. It goes by the source that a text is given with: [`Text::source`](crate::page::Text::source).
    #[must_use]
    pub fn boilerplate_rules(mut self, rules: impl Into<Arc<Rules>>) -> Self {
        self.rules = Some(rules.into());
        self
    }

    /// What one shingle is. Default `word:3`.
    #[must_use]
    pub fn shingle(mut self, shingle: ShingleKind) -> Self {
        self.shingle = shingle;
        self
    }

    /// Whether texts of one template that tell other facts are told apart from copies
    /// ([`facts`](crate::similarity::facts)). Default `guard`, for which the index holds each folded text: a byte a letter,
    /// most often less than the shingle set takes.
    #[must_use]
    pub fn facts(mut self, facts: Facts) -> Self {
        self.facts = facts;
        self
    }

    /// Seed of every hash. Default 1.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The index, empty.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) names the first setting that cannot work and what would fit.
    pub fn build(self) -> Result<Index> {
        let banding = Banding::choose(self.threshold, self.recall, self.overrides)?;
        let params = SketchParams::new(banding.num_hashes(), self.seed, self.shingle, self.profile)?;
        let settings = Settings {
            threshold: self.threshold,
            profile: self.profile,
            language: self.language,
            boilerplate: self.boilerplate,
            rules: self.rules,
            shingle: self.shingle,
            facts: self.facts,
            seed: self.seed,
            banding,
            hasher: MinHasher::new(params),
        };
        Ok(Index { settings, store: RwLock::new(Store::new(self.facts)), workers: Mutex::default() })
    }
}
