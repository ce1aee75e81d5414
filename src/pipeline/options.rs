//! What a batch run is asked to do.

use std::path::PathBuf;
use std::sync::Arc;

use crate::cluster::Keep;
use crate::document::Window;
use crate::error::{Error, Remedy, Result};
use crate::lsh::{Banding, BandingOverrides};
use crate::normalize::{Language, Profile};
use crate::page::{Boilerplate, BoilerplateRules, Sieve, SourceResolver, UnitLevel};
use crate::shingle::ShingleKind;
use crate::similarity::facts::Facts;
use crate::similarity::own_text;
use crate::spill::SpillDir;

/// Where edited copies are taken, candidates are looked for as if this were the threshold: it finds .98 of them.
const EDITED_BANDING: f64 = 0.5;

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
    /// What becomes of boilerplate.
    pub boilerplate: Boilerplate,
    /// Learned boilerplate; its sources are those that [`SourceResolver`](crate::page::SourceResolver) names.
    pub rules: Option<Arc<BoilerplateRules>>,
    /// The field that names the source of a record; `None` for the host of its `url`, else its folder.
    pub source_field: Option<String>,
    /// What one shingle is.
    pub shingle: ShingleKind,
    /// Whether headlines and lines take the short path.
    pub short: bool,
    /// Smallest Jaccard of a `near` pair, in (0, 1].
    pub threshold: f64,
    /// Whether texts that were edited throughout are copies below the threshold, from Jaccard .4 on. Needs the facts guard and
    /// shingles of three words, and acts in runs of 1,000 distinct texts or more, on Arabic. `docs/FACTS.md` has the rule.
    pub edited: bool,
    /// Chance that a pair exactly at the threshold becomes a candidate, in (0, 1).
    pub recall: f64,
    /// Smallest containment of a `contained` pair, in (0, 1]; `None` looks for none. Asks for 50 shingles at least on the
    /// smaller side (250 where shingles are characters).
    pub containment: Option<f64>,
    /// Whether contained units count as copies: they leave their own clusters and gather around what holds them. Otherwise
    /// they are shown beside it.
    pub contained_copies: bool,
    /// Whether siblings of one template that tell other facts are variants, not copies (see [`crate::similarity::facts`]).
    pub facts: Facts,
    /// Signature length, bands and rows, where the rule is not to choose them.
    pub overrides: BandingOverrides,
    /// Seed of every hash. Other seeds find other candidates among pairs below certainty.
    pub seed: u64,
    /// Whether `related` headlines are looked for across documents too.
    pub related: bool,
    /// Buckets of more units than this are split.
    pub max_bucket: usize,
    /// The field that says when a record was published, among those that the input reads (see [`Options::fields`]).
    pub date_field: Option<String>,
    /// Compares only records that are at most so far apart; needs `date_field`. A record without a readable date is compared
    /// with all.
    pub window: Option<Window>,
    /// Which member of a cluster stays.
    pub keep: Keep,
    /// Shortest passage, in tokens; from 2 to 10,000.
    pub min_tokens: usize,
    /// Passages that at most so many tokens part on both sides are shown as one.
    pub max_gap: usize,
    /// Number of threads; `None` for one a core.
    pub threads: Option<usize>,
    /// Bytes that the whole process may take; what does not fit is spilled to `temp_dir`. `None`: as much as it needs.
    pub memory: Option<u64>,
    /// Whether plain files are mapped into memory instead of being read block by block: faster, but the pages that the
    /// system keeps count as memory of the process. Files of more than half of `memory` are never mapped.
    pub map: bool,
    /// Where to spill under a memory limit; `None` for the system's directory for temporary files.
    pub temp_dir: Option<PathBuf>,
    /// Where a run notes what it has finished, so that the same run goes on from there after it was killed.
    pub work_dir: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            unit: UnitLevel::Document,
            profile: Profile::Standard,
            language: None,
            boilerplate: Boilerplate::default(),
            rules: None,
            source_field: None,
            shingle: ShingleKind::default(),
            short: true,
            threshold: Self::DEFAULT_THRESHOLD,
            edited: false,
            recall: Self::DEFAULT_RECALL,
            containment: Some(0.8),
            contained_copies: false,
            facts: Facts::Guard,
            overrides: BandingOverrides::default(),
            seed: Self::DEFAULT_SEED,
            related: false,
            max_bucket: 10_000,
            date_field: None,
            window: None,
            keep: Keep::First,
            min_tokens: 30,
            max_gap: 4,
            threads: None,
            memory: None,
            map: true,
            temp_dir: None,
            work_dir: None,
        }
    }
}

impl Options {
    /// Where to spill. A directory that was named must be there; another is only missed when it is needed.
    ///
    /// # Errors
    ///
    /// No file can be made in the directory that was named.
    pub(super) fn room(&self) -> Result<SpillDir> {
        let room = SpillDir::temporary(self.temp_dir.clone().unwrap_or_else(std::env::temp_dir));
        if self.temp_dir.is_some() {
            room.check()?;
        }
        Ok(room)
    }

    /// The fields of records that a run with these options reads, for
    /// [`InputOptions::fields`](crate::input::InputOptions::fields).
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let mut fields: Vec<String> = self.keep.field().map(str::to_owned).into_iter().collect();
        let sources = self.names_sources() || self.unit == UnitLevel::Story;
        let sources = SourceResolver::fields(self.source_field.as_deref()).filter(|_| sources);
        for field in self.date_field.clone().into_iter().chain(sources) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }

    /// Whether outputs say how many sources a story has.
    pub(super) fn names_sources(&self) -> bool {
        self.rules.is_some() || self.source_field.is_some() || self.date_field.is_some()
    }

    /// What says which part of a text is compared.
    #[must_use]
    pub fn sieve(&self) -> Sieve {
        Sieve::new(self.boilerplate).with_rules(self.rules.clone())
    }

    /// Whether texts that were edited throughout are copies below the threshold.
    pub(super) fn takes_edited(&self) -> bool {
        self.edited && self.facts == Facts::Guard && self.shingle == own_text::MEASURE
    }

    /// The Jaccard for which candidates are looked for with the recall that was asked for.
    fn banded(&self) -> f64 {
        if self.takes_edited() { self.threshold.min(EDITED_BANDING) } else { self.threshold }
    }

    /// The default seed of every hash.
    pub const DEFAULT_SEED: u64 = 1;

    /// The default of [`threshold`](Self::threshold).
    pub const DEFAULT_THRESHOLD: f64 = 0.6;

    /// The default of [`recall`](Self::recall).
    pub const DEFAULT_RECALL: f64 = 0.99;

    /// Bands and rows for these options, everything validated.
    ///
    /// # Errors
    ///
    /// The first option out of its range, with what would fit.
    pub fn banding(&self) -> Result<Banding> {
        if self.max_bucket < 2 {
            return Err(Error::parameter("max_bucket", self.max_bucket, "at least 2"));
        }
        if self.threads == Some(0) {
            return Err(Error::parameter("threads", 0, "at least 1; leave it out for one a core"));
        }
        if self.edited && !self.takes_edited() {
            let needed: &[_] = &[("facts", "guard"), ("shingle", "word:3")];
            return Err(Error::parameter("edited", "on", "it needs the facts guard and shingles of three words")
                .with_remedy(Remedy::Set { purpose: "use it", settings: needed }));
        }
        if let Some(containment) = self.containment.filter(|value| !(*value > 0.0 && *value <= 1.0)) {
            return Err(Error::parameter("containment", containment, "above 0 and at most 1, or off"));
        }
        let by_date = [("window", self.window.is_some()), ("keep", self.keep.is_by_date())];
        if let (None, Some((name, _))) = (&self.date_field, by_date.iter().find(|(_, asks)| *asks)) {
            let window = self.window.map(|window| window.to_string());
            let given = window.filter(|_| *name == "window").unwrap_or_else(|| self.keep.to_string());
            let purpose = "name the field that holds the publication date";
            return Err(Error::parameter(name, given, "it compares dates, and no date field is given")
                .with_remedy(Remedy::Choose { purpose, parameter: "date_field" }));
        }
        Banding::choose(self.banded(), self.recall, self.overrides)
    }
}
