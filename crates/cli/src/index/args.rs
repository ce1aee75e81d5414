//! The grammar of `mukarrar index`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};

use crate::args::{InputArgs, Lang, OutputArgs, VerbosityArgs, language, size};
use mukarrar::document::Window;
use mukarrar::index::{Rank, Verify};
use mukarrar::normalize::Profile;
use mukarrar::page::Boilerplate;
use mukarrar::shingle::ShingleKind;
use mukarrar::similarity::facts::Facts;

pub(crate) const INDEX: &str =
    "DIR is the directory of the index. One process writes it, any number read it beside that.

Examples:
  mukarrar index build seen/ news.jsonl.gz              make an index of the keepers of a corpus
  mukarrar index add seen/ today.jsonl --format jsonl   say of each record whether it is new, and remember it
  mukarrar index check seen/ page.txt                   say so without remembering
  mukarrar index query seen/ page.txt --top 5           the stored texts most like it
  mukarrar index expire seen/ --age 30d
  mukarrar index export seen/ -o seen.jsonl             move it to another version or machine";

#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Make an index, and store of an input every text that repeats none before it.
    Build(BuildArgs),
    /// Store every text of an input that repeats none before it; say of each what it is.
    Add(AddArgs),
    /// Say of every text of an input what it is, and store nothing.
    Check(CheckArgs),
    /// List the stored texts most like those of an input.
    Query(QueryArgs),
    /// Forget texts by their keys.
    Remove(RemoveArgs),
    /// Forget texts by their age.
    Expire(ExpireArgs),
    /// Show what an index holds and takes, and what it was made with.
    Stats(StatsArgs),
    /// Give back what removed texts take.
    Compact(DirectoryArgs),
    /// Write every stored text as JSON Lines.
    Export(ExportArgs),
    /// Store what `export` wrote in an index, which is made with the settings of the export if there is none.
    Import(ImportArgs),
    /// Store every text of another index that repeats none; both must have been made with the same settings.
    Merge(MergeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DirectoryArgs {
    /// The directory of the index.
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// Memory for what is not yet merged, and for records that were read: at least 4M.
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = size, help_heading = "Running")]
    pub(super) cache: u64,
    /// Commit after so many changes: a crash loses no more than these.
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "Running")]
    pub(super) commit_every: usize,
}

/// What an index is made with; a setting that is given for one that is there must be its own.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings of a new index")]
pub(crate) struct SettingsArgs {
    /// Smallest Jaccard similarity of a duplicate: above 0, at most 1 [default: 0.6].
    #[arg(long, value_name = "T")]
    pub(super) threshold: Option<f64>,
    /// Chance that a stored text exactly at the threshold is found: above 0, below 1 [default: 0.99].
    #[arg(long, value_name = "R")]
    pub(super) recall: Option<f64>,
    /// How strongly text is folded: none, light, standard or aggressive [default: standard].
    #[arg(long, value_name = "PROFILE", value_parser = Profile::from_str)]
    pub(super) profile: Option<Profile>,
    /// Whose table folds: ar, fa, ur, ckb, ps, ug or other; auto decides for each text.
    #[arg(long, value_name = "LANG", default_value = "auto", value_parser = language)]
    pub(super) lang: Lang,
    /// Cue lines, datelines and bylines: keep compares them, ignore leaves them out [default: ignore].
    #[arg(long, value_name = "WHAT", value_parser = Boilerplate::from_str)]
    pub(super) boilerplate: Option<Boilerplate>,
    /// Boilerplate of each source beside the known: a file that `mukarrar boilerplate` wrote.
    #[arg(long, value_name = "FILE")]
    pub(super) boilerplate_rules: Option<PathBuf>,
    /// What is compared: word:N or char:N, N from 1 to 32 [default: word:3].
    #[arg(long, value_name = "SHINGLE", value_parser = ShingleKind::from_str)]
    pub(super) shingle: Option<ShingleKind>,
    /// Whether texts of one template that tell other facts are told from copies [default: guard].
    #[arg(long, value_enum, value_name = "SWITCH")]
    pub(super) facts: Option<FactsSwitch>,
    /// exact keeps the folded texts and gives exact scores; estimate keeps signatures alone, in less than half of the room, and gives
    /// estimates with their standard error [default: exact].
    #[arg(long, value_enum, value_name = "HOW")]
    pub(super) verify: Option<VerifyChoice>,
    /// Texts repeat each other only if they are at most so far apart in time: 12h, 7d, 2w.
    #[arg(long, value_name = "TIME", value_parser = Window::from_str)]
    pub(super) window: Option<Window>,
    /// Seed of every hash [default: 1].
    #[arg(long, value_name = "SEED")]
    pub(super) seed: Option<u64>,
}

/// `--facts`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FactsSwitch {
    Guard,
    Off,
}

impl From<FactsSwitch> for Facts {
    fn from(switch: FactsSwitch) -> Self {
        match switch {
            FactsSwitch::Guard => Self::Guard,
            FactsSwitch::Off => Self::Off,
        }
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

/// What is known of records beside id and text.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct FieldsArgs {
    /// The field that says when a record was published: windows and `expire --window` go by it.
    #[arg(long, value_name = "FIELD")]
    pub(super) date_field: Option<String>,
    /// The field that says when a record was first seen, instead of now.
    #[arg(long, value_name = "FIELD")]
    pub(super) seen_field: Option<String>,
    /// The field that names the source of a record, for boilerplate rules. Unless given, the host of its url field.
    #[arg(long, value_name = "FIELD")]
    pub(super) source_field: Option<String>,
}

/// An index, and the records that it is asked about.
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
    /// Exit with 2 if any record was rejected; the others are answered, and stored where they are to be.
    #[arg(long, help_heading = "Running")]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(super) records: RecordsArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    pub(super) records: RecordsArgs,
    /// Store a text whose key is there already in place of that: a page that changed. It is not checked. A text without tokens
    /// leaves nothing under its key, and is told to be empty.
    #[arg(long, help_heading = "Running")]
    pub(super) replace: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(super) records: RecordsArgs,
    /// Exit with 1 if a duplicate was found.
    #[arg(long, help_heading = "Running")]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    #[command(flatten)]
    pub(super) records: RecordsArgs,
    /// How many stored texts are listed for each record, at most; more than 256 never are, since no more are verified.
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Matching")]
    pub(super) top: usize,
    /// What ranks them: jaccard or containment.
    #[arg(long, value_name = "SCORE", default_value_t = Rank::Jaccard, value_parser = Rank::from_str, help_heading = "Matching")]
    pub(super) by: Rank,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    pub(super) index: DirectoryArgs,
    /// Keys, or - for one a line on standard input.
    #[arg(required = true, value_name = "KEY")]
    pub(super) keys: Vec<String>,
}

#[derive(Debug, Args)]
#[group(id = "expiry", required = true, multiple = false)]
pub(crate) struct ExpiryArgs {
    /// Forget texts that were first seen so long ago or earlier: 12h, 7d, 2w.
    #[arg(long, value_name = "TIME", value_parser = Window::from_str, group = "expiry")]
    pub(super) age: Option<Window>,
    /// Forget texts that lie outside the window of the index, seen from its newest text.
    #[arg(long, group = "expiry")]
    pub(super) window: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExpireArgs {
    #[command(flatten)]
    pub(super) index: DirectoryArgs,
    #[command(flatten)]
    pub(super) expiry: ExpiryArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// The directory of the index.
    #[arg(value_name = "DIR")]
    pub(super) directory: PathBuf,
    /// How they are written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = StatsFormat::Text, help_heading = "Showing")]
    pub(super) format: StatsFormat,
}

/// How stats are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StatsFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The directory of the index.
    #[arg(value_name = "DIR")]
    pub(super) directory: PathBuf,
    /// Write to this file, whole or not at all; - is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-", help_heading = "Showing")]
    pub(super) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub(super) index: DirectoryArgs,
    /// What `export` wrote, or - for standard input.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    #[command(flatten)]
    pub(super) index: DirectoryArgs,
    /// The directory of the other index, which is only read.
    #[arg(value_name = "OTHER")]
    pub(super) other: PathBuf,
}
