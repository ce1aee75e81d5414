//! The options of a batch run.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use crate::cluster::Keep;
use crate::document::{DateOrder, Window};
use crate::error::{Error, Remedy, Result};
use crate::input::InputOptions;
use crate::lsh::{Banding, BandingOverrides};
use crate::normalize::{Language, Profile};
use crate::page::{Boilerplate, BoilerplateRules, Sieve, SourceResolver, UnitLevel};
use crate::passage;
use crate::shingle::ShingleKind;
use crate::similarity::facts::Facts;
use crate::similarity::own_text;
use crate::spill::SpillDir;
use crate::story::StoryOptions;

/// The threshold for which candidates are banded if edited copies are copies. It finds .98 of them.
const EDITED_BANDING: f64 = 0.5;

/// The options of a batch run. Start from [`Options::default`] and set the fields that differ.
/// [`Pipeline::new`](crate::pipeline::Pipeline::new) validates them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Which parts of a document are compared.
    pub unit: UnitLevel,
    /// How strongly text is folded.
    pub profile: Profile,
    /// The language of every document; `None` detects it for each.
    pub language: Option<Language>,
    /// How boilerplate is treated.
    pub boilerplate: Boilerplate,
    /// Learned boilerplate rules, by source as [`SourceResolver`](crate::page::SourceResolver) names it.
    pub rules: Option<Arc<BoilerplateRules>>,
    /// The field that names the source of a record; `None` for the host of its `url`, else its folder.
    pub source_field: Option<String>,
    /// The field with the title of a record. Two records of one source under titles that tell different things are variants
    /// (reason `titles`). Acts with the facts guard, on whole documents.
    pub title_field: TitleField,
    /// Whether records are read with what names their source, although no other option needs it.
    pub sources: bool,
    /// Whether only records of different sources are compared. Records without a source are compared with all.
    pub across_sources: bool,
    /// Whether the first pass notes the source of each record by name. [`RecordSources`](crate::report::RecordSources), and with
    /// it the alarms of a cleaning, need no further pass over the input then. 4 bytes a record.
    pub note_sources: bool,
    /// How texts are cut into shingles.
    pub shingle: ShingleKind,
    /// Whether headlines and lines are compared by the rules for short texts.
    pub short: bool,
    /// Smallest Jaccard of a `near` pair, in (0, 1].
    pub threshold: f64,
    /// Whether texts that were edited throughout are copies below the threshold, from Jaccard .4 on. Needs the facts guard and
    /// shingles of three words, and acts in runs of 1,000 distinct texts or more, on Arabic. `docs/FACTS.md` has the rule.
    pub edited: bool,
    /// Chance that a pair exactly at the threshold becomes a candidate, in (0, 1).
    pub recall: f64,
    /// Smallest containment of a `contained` pair, in (0, 1]; `None` does not search for contained units. The smaller unit needs
    /// 50 shingles (250 if shingles are characters).
    pub containment: Option<f64>,
    /// Whether contained units are copies: they leave their own clusters and join the cluster of their container. Otherwise
    /// they are attached to it: shown, never removed.
    pub contained_copies: bool,
    /// Whether texts that fill one template with other facts are variants, not copies (see [`crate::similarity::facts`]).
    pub facts: Facts,
    /// Signature length, bands and rows, if they are not to be derived.
    pub overrides: BandingOverrides,
    /// Seed of every hash. Another seed finds other candidates among pairs that are not certain to be found.
    pub seed: u64,
    /// Whether `related` headlines are searched across documents too.
    pub related: bool,
    /// Buckets of more units are searched by prefix and length filters; at least 2.
    pub max_bucket: usize,
    /// The field with the publication date of a record. It must be one that the input reads (see [`Options::fields`]).
    pub date_field: Option<String>,
    /// Order of day and month in dates such as 3/4/2015; `None` does not read such dates.
    pub date_order: Option<DateOrder>,
    /// Largest distance in time of records that are compared; needs `date_field`. A record without a readable date is compared
    /// with all.
    pub window: Option<Window>,
    /// Which member of a cluster stays.
    pub keep: Keep,
    /// Whether a unit is a copy only of a keeper that has all of its shingles, so that its removal loses nothing. Units with
    /// more tokens become keepers first; among units with equally many `keep` decides.
    pub lossless: bool,
    /// How stories are told of what a run finds; `None` tells none. Needs whole documents, and dates or
    /// [`Undated::Together`](crate::story::Undated::Together).
    pub stories: Option<StoryOptions>,
    /// Lengths of passages; only runs over passages use them.
    pub passages: PassageOptions,
    /// Number of threads, from 1 to [`MAX_THREADS`](Self::MAX_THREADS); `None` for one per core.
    pub threads: Option<usize>,
    /// Bytes that the whole process may take. Data that does not fit is spilled to `temp_dir`. `None` for no limit.
    pub memory: Option<u64>,
    /// Whether plain files are mapped into memory instead of being read block by block. This is faster, but the mapped pages
    /// count as memory of the process. Inputs of more than half of `memory` are never mapped.
    pub map: bool,
    /// Where to spill under a memory limit; `None` for the system's directory for temporary files.
    pub temp_dir: Option<PathBuf>,
    /// Where a run saves its progress, so that the same run continues there after it was killed.
    pub work_dir: Option<PathBuf>,
}

/// The field that holds the title of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TitleField {
    /// The first of the usual ones that a record has: `title`, `headline`, `heading`, also with a capital letter.
    #[default]
    Usual,
    /// This field.
    Named(String),
    /// None: titles are no evidence.
    Ignored,
}

impl TitleField {
    /// The fields that may hold the title, in the order in which they are tried.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        match self {
            Self::Usual => ["title", "headline", "heading", "Title", "Headline"].map(str::to_owned).into(),
            Self::Named(field) => vec![field.clone()],
            Self::Ignored => Vec::new(),
        }
    }
}

impl FromStr for TitleField {
    type Err = Error;

    /// The name of a field; `usual` and `none` are the other values.
    fn from_str(name: &str) -> Result<Self> {
        match name {
            "" => Err(Error::parameter("title_field", name, "the name of a field, usual or none")),
            "usual" => Ok(Self::Usual),
            "none" => Ok(Self::Ignored),
            _ => Ok(Self::Named(name.to_owned())),
        }
    }
}

impl fmt::Display for TitleField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Usual => "usual",
            Self::Named(field) => field,
            Self::Ignored => "none",
        })
    }
}

/// The fields that may hold the parts of a heading, each in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeadingFields {
    /// The title.
    pub(super) titles: Vec<String>,
    /// The name of the source.
    pub(super) sources: Vec<String>,
    /// The address of the page.
    pub(super) addresses: Vec<String>,
    /// When it appeared.
    pub(super) dates: Vec<String>,
}

/// The fields in which records usually tell when they appeared.
const DATES: [&str; 6] = ["date", "Date", "published", "published_at", "datetime", "timestamp"];

/// Lengths of passages, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PassageOptions {
    /// Shortest passage; from 2 to 10,000.
    pub min_tokens: usize,
    /// Neighbouring passages of the same two documents are shown as one if at most this many tokens separate them in both;
    /// from 0 to 10,000.
    pub max_gap: usize,
}

impl Default for PassageOptions {
    fn default() -> Self {
        Self { min_tokens: 30, max_gap: 4 }
    }
}

impl PassageOptions {
    /// Checks the lengths.
    ///
    /// # Errors
    ///
    /// The first length that is out of its range.
    pub(super) fn validate(self) -> Result<()> {
        passage::validate(self.min_tokens, self.max_gap)
    }
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
            title_field: TitleField::Usual,
            sources: false,
            across_sources: false,
            note_sources: false,
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
            date_order: None,
            window: None,
            keep: Keep::First,
            lossless: false,
            stories: None,
            passages: PassageOptions::default(),
            threads: None,
            memory: None,
            map: true,
            temp_dir: None,
            work_dir: None,
        }
    }
}

impl Options {
    /// Where to spill. A directory that the options name must exist now; the system's directory only when it is needed.
    ///
    /// # Errors
    ///
    /// No file can be made in the directory that the options name.
    pub(super) fn spill_dir(&self) -> Result<SpillDir> {
        match &self.temp_dir {
            Some(directory) => {
                let spill_dir = SpillDir::temporary(directory.clone());
                spill_dir.check()?;
                Ok(spill_dir)
            }
            None => Ok(SpillDir::temporary(std::env::temp_dir())),
        }
    }

    /// The fields that decide something in a run with these options, for [`InputOptions::fields`]. Prefer
    /// [`ask_for_fields`](Self::ask_for_fields), which also asks for headings.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let mut fields: Vec<String> = self.keep.field().map(str::to_owned).into_iter().collect();

        // Stories are cut with the lines that return on other pages of the same source.
        let needs_sources = self.names_sources() || self.unit == UnitLevel::Story;
        let sources = SourceResolver::fields(self.source_field.as_deref()).filter(|_| needs_sources);
        for field in self.date_field.clone().into_iter().chain(sources) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }

    /// Asks `input` for the fields that a run with these options reads. Those of the headings come last, as
    /// [`shown_fields`](InputOptions::shown_fields): a record may lack them.
    pub fn ask_for_fields(&self, input: &mut InputOptions) {
        input.fields = self.fields();
        input.shown_fields = 0;
        if self.takes_headings() {
            let HeadingFields { titles, sources, addresses, dates } = self.heading_fields();
            input.ask_if_there(titles.into_iter().chain(sources).chain(addresses).chain(dates));
        }
        if let Some(stories) = &self.stories {
            input.ask_if_there(self.story_fields().into_iter().chain(stories.vector_field.clone()));
            input.list_field.clone_from(&stories.vector_field);
        }
    }

    /// The fields of the headings of records.
    pub(super) fn heading_fields(&self) -> HeadingFields {
        let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let titles = self.title_field.fields();
        let sources =
            self.source_field.as_ref().map_or_else(|| named(&["source", "Source"]), |field| vec![field.clone()]);
        HeadingFields {
            titles,
            sources,
            addresses: named(&["url", "link", "URL", "Link", "source_url", "article_url"]),
            dates: self.date_field.as_ref().map_or_else(|| named(&DATES), |field| vec![field.clone()]),
        }
    }

    /// Whether outputs give the number of sources of a story.
    pub(super) fn names_sources(&self) -> bool {
        let is_asked = self.sources || self.across_sources;
        is_asked || self.rules.is_some() || self.source_field.is_some() || self.date_field.is_some()
    }

    /// The sieve that selects the part of a text that is compared.
    #[must_use]
    pub fn sieve(&self) -> Sieve {
        Sieve::new(self.boilerplate).with_rules(self.rules.clone())
    }

    /// Whether texts that were edited throughout are copies below the threshold.
    pub(super) fn takes_edited(&self) -> bool {
        self.edited && self.facts == Facts::Guard && self.shingle == own_text::MEASURE
    }

    /// The Jaccard at which candidates are found with the recall of the options.
    fn banded_threshold(&self) -> f64 {
        if self.takes_edited() { self.threshold.min(EDITED_BANDING) } else { self.threshold }
    }

    /// The largest number of threads. More never help, and a larger number is most likely a mistake.
    pub const MAX_THREADS: usize = 1024;

    /// The default seed of every hash.
    pub const DEFAULT_SEED: u64 = 1;

    /// The default of [`threshold`](Self::threshold).
    pub const DEFAULT_THRESHOLD: f64 = 0.6;

    /// The default of [`recall`](Self::recall).
    pub const DEFAULT_RECALL: f64 = 0.99;

    /// Bands and rows for these options.
    ///
    /// # Errors
    ///
    /// Threshold, recall or an override is out of its range, or no banding reaches the recall.
    pub fn banding(&self) -> Result<Banding> {
        Banding::choose(self.banded_threshold(), self.recall, self.overrides)
    }

    /// Checks every option that [`banding`](Self::banding) does not. The lengths of passages are checked when passages are
    /// asked for.
    ///
    /// # Errors
    ///
    /// The first option out of its range, or without another that it needs; the message says what would fit.
    pub fn validate(&self) -> Result<()> {
        if self.max_bucket < 2 {
            return Err(Error::parameter("max_bucket", self.max_bucket, "at least 2"));
        }
        if let Some(threads) = self.threads.filter(|threads| !(1..=Self::MAX_THREADS).contains(threads)) {
            let expected = format!("from 1 to {}; leave it out for one a core", Self::MAX_THREADS);
            return Err(Error::parameter("threads", threads, expected));
        }
        if self.edited && !self.takes_edited() {
            let needed: &[_] = &[("facts", "guard"), ("shingle", "word:3")];
            return Err(Error::parameter("edited", "on", "it needs the facts guard and shingles of three words")
                .with_remedy(Remedy::Set { purpose: "use it", settings: needed }));
        }
        if let Some(containment) = self.containment.filter(|value| !(*value > 0.0 && *value <= 1.0)) {
            return Err(Error::parameter("containment", containment, "above 0 and at most 1, or off"));
        }

        self.stories.as_ref().map_or(Ok(()), |stories| self.check_stories(stories))?;
        let by_date = [("window", self.window.is_some()), ("keep", self.keep.is_by_date())];
        if let (None, Some((name, _))) = (&self.date_field, by_date.iter().find(|(_, asks)| *asks)) {
            let window = self.window.map(|window| window.to_string());
            let given = window.filter(|_| *name == "window").unwrap_or_else(|| self.keep.to_string());
            let purpose = "name the field that holds the publication date";
            return Err(Error::parameter(name, given, "it compares dates, and no date field is given")
                .with_remedy(Remedy::Choose { purpose, parameter: "date_field" }));
        }
        Ok(())
    }

    /// Checks that stories can be told.
    fn check_stories(&self, stories: &StoryOptions) -> Result<()> {
        stories.validate()?;
        stories.check_dates(self.date_field.as_deref())?;
        match self.unit {
            UnitLevel::Document => Ok(()),
            unit => Err(Error::parameter("unit", unit, "document: stories are told by whole texts")),
        }
    }
}
