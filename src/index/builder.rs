//! The builder of an index: settings, validated once.

#[cfg(feature = "persistent")]
use std::hash::BuildHasher;
use std::sync::Arc;

use super::answer::Verify;
use super::memory_storage::MemoryStorage;
use super::search_keys::SearchBounds;
use super::settings::Settings;
use super::text_index::Index;
use crate::document::Window;
use crate::error::{Error, Result};
use crate::lsh::{Banding, BandingOverrides};
use crate::normalize::{Language, Profile};
use crate::page::{Boilerplate, BoilerplateRules};
use crate::pipeline::Options;
use crate::shingle::ShingleKind;
use crate::similarity::facts::Facts;
use crate::sketch::{MinHasher, SketchParams};
use crate::story::{RarityTable, StoryOptions};

/// Builds an [`Index`]. Every setting has a default.
#[derive(Debug, Clone, Default)]
pub struct IndexBuilder {
    threshold: Option<f64>,
    recall: Option<f64>,
    overrides: BandingOverrides,
    profile: Option<Profile>,
    language: Option<Language>,
    boilerplate: Option<Boilerplate>,
    rules: Option<Arc<BoilerplateRules>>,
    shingle: Option<ShingleKind>,
    facts: Option<Facts>,
    seed: Option<u64>,
    verify: Option<Verify>,
    window: Option<Window>,
    stories: Option<StoryOptions>,
    rarity: Option<Arc<RarityTable>>,
    #[cfg(feature = "persistent")]
    pub(super) budget: super::disk::DiskBudget,
}

impl Index {
    /// A builder with the default settings.
    #[must_use]
    pub fn builder() -> IndexBuilder {
        IndexBuilder::default()
    }
}

impl IndexBuilder {
    /// Smallest Jaccard of a duplicate, in (0, 1]. Default .6.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// Probability of finding a stored text exactly at the threshold, in (0, 1). Default .99.
    #[must_use]
    pub fn recall(mut self, recall: f64) -> Self {
        self.recall = Some(recall);
        self
    }

    /// Sets the signature length, bands or rows by hand.
    #[must_use]
    pub fn overrides(mut self, overrides: BandingOverrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// How strongly text is folded. Default `standard`.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// The language of all texts. Default: detected for each text.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }

    /// Whether boilerplate counts. Default `ignore`; `strip` has the same effect, because an index returns no text.
    #[must_use]
    pub fn boilerplate(mut self, boilerplate: Boilerplate) -> Self {
        self.boilerplate = Some(boilerplate);
        self
    }

    /// Learned boilerplate, which applies to texts by their [source](super::Item::source). Default: none.
    #[must_use]
    pub fn boilerplate_rules(mut self, rules: impl Into<Arc<BoilerplateRules>>) -> Self {
        self.rules = Some(rules.into());
        self
    }

    /// The unit and length of shingles. Default `word:3`.
    #[must_use]
    pub fn shingle(mut self, shingle: ShingleKind) -> Self {
        self.shingle = Some(shingle);
        self
    }

    /// Whether texts with the same template but other facts are distinguished from copies
    /// ([`facts`](crate::similarity::facts)). Default `guard`; with [`Verify::Estimate`] always `off`.
    #[must_use]
    pub fn facts(mut self, facts: Facts) -> Self {
        self.facts = Some(facts);
        self
    }

    /// Seed of all hashes. Default: 1 for an index in memory, so that its answers can be repeated; a random one for a new
    /// directory.
    ///
    /// Who knows the seed can write texts that share all keys of another text although they hardly resemble it, and so hide
    /// later copies of it. For an index in memory of texts that strangers write, give a seed that they cannot know.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How candidates are verified. Default: exactly.
    #[must_use]
    pub fn verify(mut self, verify: Verify) -> Self {
        self.verify = Some(verify);
        self
    }

    /// Largest distance in time between texts that repeat each other: by their dates, or else by when they were first
    /// seen. Default: any distance.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Tells stories, see [`Index::tell`]. Dates are those of the items, no later than when they were first seen; what happens to
    /// undated documents, and vectors, are not chosen here. Default: none.
    #[must_use]
    pub fn stories(mut self, stories: StoryOptions) -> Self {
        self.stories = Some(stories);
        self
    }

    /// The table of how rare words are that stories are told with. An index in a directory keeps a copy, and opens with it from
    /// then on. Default: the shipped table of Arabic, Persian and Urdu; to it, words of other languages are all equally rare.
    #[must_use]
    pub fn rarity(mut self, table: impl Into<Arc<RarityTable>>) -> Self {
        self.rarity = Some(table.into());
        self
    }

    /// An empty index in memory.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) names the first setting that is not valid and values that
    /// are.
    pub fn build(self) -> Result<Index> {
        Index::new(self.settings()?, Box::new(MemoryStorage::default()))
    }

    /// The builder of an index whose [`Settings::list`] gives these values, without learned boilerplate.
    #[cfg(feature = "persistent")]
    pub(super) fn stored<'a>(value: &impl Fn(&str) -> Option<&'a str>) -> Result<Self> {
        let get = |name: &'static str| {
            value(name).ok_or_else(|| Error::parameter(name, "missing", "set in the description of the index"))
        };
        fn number<T: std::str::FromStr>(name: &'static str, value: &str) -> Result<T> {
            value.parse().map_err(|_| Error::parameter(name, value, "a number"))
        }

        // Bands and rows are restored as they were, also if another version would choose others.
        let overrides = BandingOverrides {
            num_hashes: None,
            bands: Some(number("bands", get("bands")?)?),
            rows: Some(number("rows", get("rows")?)?),
        };
        let language = get("lang")?;
        let window = get("window")?;
        Ok(Self {
            threshold: Some(number("threshold", get("threshold")?)?),
            recall: Some(number("recall", get("recall")?)?),
            overrides,
            profile: Some(get("profile")?.parse()?),
            language: if language == "auto" { None } else { Some(language.parse()?) },
            boilerplate: Some(get("boilerplate")?.parse()?),
            rules: None,
            shingle: Some(get("shingle")?.parse()?),
            facts: Some(if get("facts")? == "guard" { Facts::Guard } else { Facts::Off }),
            seed: Some(number("seed", get("seed")?)?),
            verify: Some(if get("verify")? == "estimate" { Verify::Estimate } else { Verify::Exact }),
            window: if window == "none" { None } else { Some(window.parse()?) },
            // An index without stories, and one of an older version, does not name them.
            stories: match value("stories") {
                Some(given) => {
                    Some(stories_of(given).ok_or_else(|| Error::parameter("stories", given, "five numbers"))?)
                }
                None => None,
            },
            rarity: None,
            budget: super::disk::DiskBudget::default(),
        })
    }

    /// Without a given seed.
    #[cfg(feature = "persistent")]
    pub(super) fn without_seed(self) -> Self {
        Self { seed: None, ..self }
    }

    /// With a seed that nobody can foresee, if none was given.
    #[cfg(feature = "persistent")]
    pub(super) fn with_secret_seed(self) -> Self {
        // The keys of a `RandomState` come from the random numbers of the system.
        let secret = || std::collections::hash_map::RandomState::new().hash_one("seed");
        Self { seed: Some(self.seed.unwrap_or_else(secret)), ..self }
    }

    /// With the settings of another builder where none was given. Bands and rows are not taken: they follow from the
    /// others.
    #[cfg(feature = "persistent")]
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            threshold: self.threshold.or(other.threshold),
            recall: self.recall.or(other.recall),
            overrides: self.overrides,
            profile: self.profile.or(other.profile),
            language: self.language.or(other.language),
            boilerplate: self.boilerplate.or(other.boilerplate),
            rules: self.rules.or(other.rules),
            shingle: self.shingle.or(other.shingle),
            // With another `verify`, the stored facts setting may not fit.
            facts: self.facts.or(if self.verify.is_none() { other.facts } else { None }),
            seed: self.seed.or(other.seed),
            verify: self.verify.or(other.verify),
            window: self.window.or(other.window),
            stories: self.stories.or(other.stories),
            rarity: self.rarity.or(other.rarity),
            budget: self.budget,
        }
    }

    /// The names, as in [`Settings::list`], of the settings that were given.
    #[cfg(feature = "persistent")]
    pub(super) fn given(&self) -> Vec<&'static str> {
        let given = [
            ("threshold", self.threshold.is_some()),
            ("recall", self.recall.is_some()),
            ("bands", self.overrides != BandingOverrides::default()),
            ("rows", self.overrides != BandingOverrides::default()),
            ("profile", self.profile.is_some()),
            ("lang", self.language.is_some()),
            ("boilerplate", self.boilerplate.is_some()),
            ("boilerplate-rules", self.rules.is_some()),
            ("shingle", self.shingle.is_some()),
            ("facts", self.facts.is_some()),
            ("seed", self.seed.is_some()),
            ("verify", self.verify.is_some()),
            ("window", self.window.is_some()),
            ("stories", self.stories.is_some()),
            ("idf", self.rarity.is_some()),
        ];

        given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
    }

    /// All settings, with defaults for those that were not given.
    pub(super) fn settings(&self) -> Result<Settings> {
        let threshold = self.threshold.unwrap_or(Options::DEFAULT_THRESHOLD);
        let recall = self.recall.unwrap_or(Options::DEFAULT_RECALL);
        let seed = self.seed.unwrap_or(Options::DEFAULT_SEED);
        let (profile, shingle) = (self.profile.unwrap_or_default(), self.shingle.unwrap_or_default());
        let verify = self.verify.unwrap_or_default();

        // The facts guard compares words, and signatures have none.
        let facts = match (verify, self.facts) {
            (Verify::Exact, facts) => facts.unwrap_or_default(),
            (Verify::Estimate, None | Some(Facts::Off)) => Facts::Off,
            (Verify::Estimate, Some(Facts::Guard)) => {
                let expected = "off where verify is estimate: signatures contain no facts";
                return Err(Error::parameter("facts", "guard", expected));
            }
        };

        let stories = self.stories.as_ref().map(checked_stories).transpose()?;
        let rarity = match (&stories, &self.rarity) {
            (Some(_), given) => Some(given.clone().unwrap_or_else(|| Arc::new(RarityTable::built_in().clone()))),
            (None, None) => None,
            (None, Some(table)) => {
                let expected = "left out, or given together with stories";
                return Err(Error::parameter("idf", table.digest(), expected));
            }
        };

        let banding = Banding::choose(threshold, recall, self.overrides)?;
        let params = SketchParams::new(banding.num_hashes(), seed, shingle, profile)?;

        Ok(Settings {
            threshold,
            recall,
            profile,
            language: self.language,
            boilerplate: self.boilerplate.unwrap_or_default(),
            rules: self.rules.clone(),
            shingle,
            facts,
            seed,
            verify,
            window: self.window,
            stories,
            rarity,
            banding,
            hasher: MinHasher::new(params),
            bounds: SearchBounds::default(),
        })
    }
}

/// Stories of an index, without what it does not choose.
fn checked_stories(stories: &StoryOptions) -> Result<StoryOptions> {
    stories.validate()?;
    if let Some(field) = &stories.vector_field {
        return Err(Error::parameter("vector_field", field, "left out: an index compares stories by words alone"));
    }
    let default = StoryOptions::default();
    Ok(StoryOptions { undated: default.undated, vector_weight: default.vector_weight, ..stories.clone() })
}

/// The stories that [`Settings::list`] describes so.
#[cfg(feature = "persistent")]
fn stories_of(described: &str) -> Option<StoryOptions> {
    let mut values = described.split(' ');
    let mut next = || values.next();
    Some(StoryOptions {
        threshold: next()?.parse().ok()?,
        leader: next()?.parse().ok()?,
        window: next()?.parse().ok()?,
        span: next()?.parse().ok()?,
        least_words: next()?.parse().ok()?,
        ..StoryOptions::default()
    })
}
