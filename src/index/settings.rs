//! The settings that an index was built with.

use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::answer::Verify;
use super::search_keys::SearchBounds;
use crate::document::Window;
use crate::lsh::Banding;
use crate::normalize::{FOLD_VERSION, Language, Profile};
use crate::page::{Boilerplate, BoilerplateRules};
use crate::shingle::ShingleKind;
use crate::similarity::facts::Facts;
use crate::sketch::MinHasher;
use crate::story::{RarityTable, StoryOptions};

/// How all texts of an index are folded, hashed and compared. Two indexes with equal settings give equal answers.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) threshold: f64,
    pub(super) recall: f64,
    pub(super) profile: Profile,
    pub(super) language: Option<Language>,
    pub(super) boilerplate: Boilerplate,
    pub(super) rules: Option<Arc<BoilerplateRules>>,
    pub(super) shingle: ShingleKind,
    pub(super) facts: Facts,
    pub(super) seed: u64,
    pub(super) verify: Verify,
    pub(super) window: Option<Window>,
    pub(super) stories: Option<StoryOptions>,
    /// The table of how rare words are, if stories are told.
    pub(super) rarity: Option<Arc<RarityTable>>,
    pub(super) banding: Banding,
    pub(super) hasher: MinHasher,
    /// Not part of the description of an index: another version may have others.
    pub(super) bounds: SearchBounds,
}

impl Settings {
    /// Smallest Jaccard of a duplicate, in (0, 1].
    #[must_use]
    pub const fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Largest distance in time between two texts that may repeat each other; `None` for any distance.
    #[must_use]
    pub const fn window(&self) -> Option<Window> {
        self.window
    }

    /// The settings of `self` and `other` that differ, but for what a copied text does not depend on: a text that is stored
    /// whole may be hashed with any seed.
    pub(super) fn difference(&self, other: impl Fn(&str) -> Option<String>) -> Option<(&'static str, String, String)> {
        // The list of an index without stories does not name them.
        let nothing = || "nothing".to_owned();
        if let (None, Some(theirs)) = (&self.stories, other("stories")) {
            return Some(("stories", nothing(), theirs));
        }
        let is_hashed_anew = |name: &str| name == "seed" && self.verify == Verify::Exact;
        self.list().into_iter().filter(|(name, _)| !is_hashed_anew(name)).find_map(|(name, mine)| {
            let theirs = other(name).unwrap_or_else(nothing);
            (mine != theirs).then_some((name, mine, theirs))
        })
    }

    /// How stories are told; `None` if none are.
    #[must_use]
    pub const fn stories(&self) -> Option<&StoryOptions> {
        self.stories.as_ref()
    }

    /// The table of how rare words are that stories are told with; `None` if none are.
    #[must_use]
    pub fn rarity(&self) -> Option<&RarityTable> {
        self.rarity.as_deref()
    }

    /// How candidates are verified.
    #[must_use]
    pub const fn verify(&self) -> Verify {
        self.verify
    }

    /// Bands and rows in use.
    #[must_use]
    pub const fn banding(&self) -> Banding {
        self.banding
    }

    /// Each setting as text, with its stored name, in a fixed order.
    #[must_use]
    pub fn list(&self) -> Vec<(&'static str, String)> {
        let language = self.language.map_or("auto", Language::code);
        let rules = self.rules.as_ref().map_or_else(|| "none".to_owned(), |rules| rules.digest());
        let window = self.window.map_or_else(|| "none".to_owned(), |window| window.to_string());

        // The names and values are part of the disk format and of exports. Stories are named only where they are told.
        let mut list = vec![
            ("fold", FOLD_VERSION.to_owned()),
            ("profile", self.profile.to_string()),
            ("lang", language.to_owned()),
            ("boilerplate", self.boilerplate.name().to_owned()),
            ("boilerplate-rules", rules),
            ("shingle", self.shingle.to_string()),
            ("threshold", self.threshold.to_string()),
            ("recall", self.recall.to_string()),
            ("bands", self.banding.bands().to_string()),
            ("rows", self.banding.rows().to_string()),
            ("seed", self.seed.to_string()),
            ("facts", if self.facts == Facts::Guard { "guard" } else { "off" }.to_owned()),
            ("verify", self.verify.name().to_owned()),
            ("window", window),
        ];
        list.extend(self.stories.as_ref().map(|stories| {
            let StoryOptions { threshold, leader, window, span, least_words, .. } = stories;
            ("stories", format!("{threshold} {leader} {window} {span} {least_words}"))
        }));
        list.extend(self.rarity.as_ref().map(|table| ("idf", table.digest())));
        list
    }

    /// Bytes per value of a stored signature: 1, or 2 if a band has fewer than four rows. Four rows of one byte
    /// distinguish bands as well as a 32-bit hash.
    pub(super) const fn slot_bytes(&self) -> usize {
        if self.banding.rows() < 4 { 2 } else { 1 }
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let list = self.list();
        let mut map = serializer.serialize_map(Some(list.len()))?;
        for (name, value) in list {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}
