//! Groups of arguments that the commands of `mukarrar index`, and `mukarrar serve`, put together.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::groups::{InputArgs, OutputArgs, VerbosityArgs};
use crate::args::names::{BOILERPLATES, DATE_ORDERS, LANGUAGES, Names, PROFILES, SHINGLES};
use crate::args::values::{FactsChoice, LanguageChoice, language, size};
use crate::remedies::parse;
use mukarrar::document::{DateOrder, Window};
use mukarrar::error::Result;
use mukarrar::index::Verify;
use mukarrar::normalize::Profile;
use mukarrar::page::Boilerplate;
use mukarrar::pipeline::{Options, TitleField};
use mukarrar::shingle::ShingleKind;
use mukarrar::story::{RarityTable, StoryOptions};

#[derive(Debug, Args)]
pub(crate) struct DirectoryArgs {
    /// The directory of the index.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Memory for changes that are not yet merged, for filters and for records that were read: at least 4M. If not given, a
    /// thirty-second of the memory of the machine, from 256M to 1G.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Running")]
    pub(super) cache: Option<u64>,
    /// Commit after this many changes. A crash loses at most these.
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "Running")]
    pub(super) commit_every: usize,
}

/// Settings of an index. For an existing index, a given setting must be equal to that of the index.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings of a new index")]
pub(crate) struct SettingsArgs {
    /// Smallest Jaccard similarity of a duplicate.
    #[arg(short, long, value_name = "T", help = format!("Smallest Jaccard similarity of a duplicate: above 0, at most 1 [default: {}]", Options::DEFAULT_THRESHOLD))]
    pub(super) threshold: Option<f64>,
    /// Probability that a stored text exactly at the threshold is found.
    #[arg(long, value_name = "R", help = format!("Probability that a stored text exactly at the threshold is found: above 0, below 1 [default: {}]", Options::DEFAULT_RECALL))]
    pub(super) recall: Option<f64>,
    /// How strongly text is folded: none, light, standard or aggressive [default: standard].
    #[arg(long, value_name = "PROFILE", value_parser = Names::of(&PROFILES, parse::<Profile>), hide_possible_values = true)]
    pub(super) profile: Option<Profile>,
    /// Language whose folding table is used: ar, fa, ur, ckb, ps, ug or other; auto detects it for each text.
    #[arg(long, value_name = "LANG", default_value = "auto", value_parser = Names::of(&LANGUAGES, language), hide_possible_values = true)]
    pub(super) lang: LanguageChoice,
    /// Cue lines, datelines and bylines: keep compares them, ignore does not [default: ignore].
    #[arg(long, value_name = "WHAT", value_parser = Names::of(&BOILERPLATES, parse::<Boilerplate>), hide_possible_values = true)]
    pub(super) boilerplate: Option<Boilerplate>,
    /// Boilerplate of each source, in addition to the built-in rules: a file written by `mukarrar boilerplate`.
    #[arg(long, value_name = "FILE")]
    pub(super) boilerplate_rules: Option<PathBuf>,
    /// Shingles that are compared: word:N or char:N, N from 1 to 32 [default: word:3].
    #[arg(long, value_name = "SHINGLE", value_parser = Names::of(&SHINGLES, parse::<ShingleKind>), hide_possible_values = true)]
    pub(super) shingle: Option<ShingleKind>,
    /// Do not count texts of one template with other facts as duplicates: guard or off [default: guard].
    #[arg(long, value_enum, value_name = "SWITCH")]
    pub(super) facts: Option<FactsChoice>,
    /// exact stores the folded texts and gives exact scores; estimate stores only signatures, in less than half of the space,
    /// and gives estimates with their standard error [default: exact].
    #[arg(long, value_enum, value_name = "HOW")]
    pub(super) verify: Option<VerifyChoice>,
    /// Texts are duplicates only if their dates differ by at most this: 12h, 7d, 2w.
    #[arg(long, value_name = "TIME", value_parser = parse::<Window>)]
    pub(super) window: Option<Window>,
    /// Tell stories: which texts tell of one event in words of their own, above copies. Store texts in order of time.
    #[arg(long)]
    pub(super) stories: bool,
    #[command(flatten)]
    pub(super) telling: TellingSettingsArgs,
    /// Seed of every hash [default: random for a new index].
    #[arg(long, value_name = "SEED")]
    pub(super) seed: Option<u64>,
}

/// How an index with stories tells them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings of a new index")]
pub(super) struct TellingSettingsArgs {
    /// Table of how rare words are, written by `mukarrar idf`; the index keeps a copy. If not given, one of Arabic, Persian and Urdu
    /// news.
    #[arg(long, value_name = "FILE", requires = "stories")]
    idf: Option<PathBuf>,
    /// Least score at which a text joins a story.
    #[arg(long, value_name = "S", requires = "stories", help = format!("Least score at which a text joins a story: above 0, at most 1 [default: {}]", StoryOptions::default().threshold))]
    story_threshold: Option<f64>,
    /// Least cosine with the first text of the story.
    #[arg(long, value_name = "S", requires = "stories", help = format!("Least cosine with the first text of the story: above 0, at most 1 [default: {}]", StoryOptions::default().leader))]
    story_leader: Option<f64>,
    /// Days after its last text in which a story takes another one.
    #[arg(long, value_name = "DAYS", requires = "stories", help = format!("Days after its last text in which a story takes another one: at most 3650 [default: {}]", StoryOptions::default().window))]
    story_window: Option<u32>,
    /// Days after its first text in which a story takes another one.
    #[arg(long, value_name = "DAYS", requires = "stories", help = format!("Days after its first text in which a story takes another one: from --story-window to 3650 [default: {}]", StoryOptions::default().span))]
    story_span: Option<u32>,
    /// Texts with fewer words, title included, are in no story.
    #[arg(long, value_name = "N", requires = "stories", help = format!("Texts with fewer words, title included, are in no story [default: {}]", StoryOptions::default().least_words))]
    least_words: Option<usize>,
}

impl TellingSettingsArgs {
    /// The options of stories.
    pub(super) fn options(&self) -> StoryOptions {
        let mut options = StoryOptions::default();
        options.threshold = self.story_threshold.unwrap_or(options.threshold);
        options.leader = self.story_leader.unwrap_or(options.leader);
        options.window = self.story_window.unwrap_or(options.window);
        options.span = self.story_span.unwrap_or(options.span);
        options.least_words = self.least_words.unwrap_or(options.least_words);
        options
    }

    /// The table of rarity, if one is named.
    pub(super) fn table(&self) -> Result<Option<RarityTable>> {
        self.idf.as_deref().map(RarityTable::read).transpose()
    }
}

/// `--verify`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum VerifyChoice {
    Exact,
    Estimate,
}

impl From<VerifyChoice> for Verify {
    fn from(choice: VerifyChoice) -> Self {
        match choice {
            VerifyChoice::Exact => Self::Exact,
            VerifyChoice::Estimate => Self::Estimate,
        }
    }
}

/// Fields of records in addition to id and text.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct FieldsArgs {
    /// Field with the publication date of a record, for windows and `expire --window`.
    #[arg(long, value_name = "FIELD")]
    pub(super) date_field: Option<String>,
    /// Order of day and month in dates such as 3/4/2015: dmy or mdy. If not given, such dates are not read.
    #[arg(long, value_name = "ORDER", value_parser = Names::of(&DATE_ORDERS, parse::<DateOrder>), hide_possible_values = true, requires = "date_field")]
    pub(super) date_order: Option<DateOrder>,
    /// Field with the time when a record was first seen. If not given, now.
    #[arg(long, value_name = "FIELD")]
    pub(super) seen_field: Option<String>,
    /// Field with the source of a record, for boilerplate rules and stories. If not given, the host in the url field.
    #[arg(long, value_name = "FIELD")]
    pub(super) source_field: Option<String>,
    /// Field with the title of a record, for stories: usual takes title, headline or heading; none takes no title.
    #[arg(long, value_name = "FIELD", default_value = "usual", value_parser = parse::<TitleField>)]
    pub(super) title_field: TitleField,
}

/// An index, and the records to look up in it.
#[derive(Debug, Args)]
pub(crate) struct RecordsArgs {
    #[command(flatten)]
    pub(super) index: DirectoryArgs,
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) fields: FieldsArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// Exit with 2 if any record was rejected. The other records are still answered, and stored by the commands that store.
    #[arg(long, help_heading = "Running")]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
}
