//! The grammar of the command line, and its help.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cluster::Keep;
use crate::document::Window;
use crate::evaluate::GoldKind;
use crate::input;
use crate::normalize::{Language, Profile};
use crate::page::{Boilerplate, UnitLevel};
use crate::report::Format;
use crate::shingle::ShingleKind;
use crate::similarity::Relation;

const EXAMPLES: &str = "Examples:
  mukarrar clusters news.jsonl                         list clusters of near-duplicates
  mukarrar dedup crawl/ -o clean/ --removed gone.jsonl write a folder without its copies
  mukarrar clusters page.txt --unit story              find repeated stories and headlines inside pages
  mukarrar compare a.txt b.txt                         how alike two texts are, and why

Exit codes: 0 done; 1 only with --check, when copies were found; 2 error; 130 interrupted.";

const CLUSTERS: &str = "Examples:
  mukarrar clusters news.jsonl.gz
  mukarrar clusters pages/ --unit story --format jsonl -o clusters.jsonl
  zcat news.jsonl.gz | mukarrar clusters - --threshold 0.8 --check";

const DEDUP: &str =
    "One input file gives one output file, compressed as its name says (.gz, .zst, .bz2, .xz). Several inputs, or a directory, \
give a directory with the same relative paths and compression. Records that stay are copied byte for byte.

Examples:
  mukarrar dedup news.jsonl -o clean.jsonl --removed removed.jsonl
  mukarrar dedup crawl/ -o clean/ --keep longest
  mukarrar dedup new.jsonl --against old/ -o clean.jsonl
  mukarrar dedup pages/ -o clean/ --unit story --removed removed.jsonl
  mukarrar dedup news.jsonl -o clean.jsonl --unit passage --removed removed.jsonl
  mukarrar dedup news.jsonl -o marked.jsonl --mark
  mukarrar dedup news.jsonl --dry-run --summary accounts.json";

const PASSAGES: &str = "Each place is listed with the first place in the input where its words stand, as long as they are equal. Spans count \
UTF-8 bytes of the text; `dedup --unit passage` removes what repeats.

Examples:
  mukarrar passages news.jsonl.gz --format jsonl -o passages.jsonl
  mukarrar passages crawl/ --min-tokens 50 --max-gap 0";

const NORMALIZE: &str = "Every line of output holds the folded tokens of one line of input, joined by one space: what is \
hashed when texts are compared; boilerplate, which is left out of that, gives empty lines. JSON Lines inputs give the lines of \
each record's text. All of standard input is read first, since language and boilerplate are those of the whole document; with a \
fixed --lang and --boilerplate keep it is read and written line by line.

Examples:
  echo 'مسؤولٌ كبيرٌ' | mukarrar normalize
  mukarrar normalize --lang ur --profile light news.txt";

const BOILERPLATE: &str =
    "Lines of at most 24 words, and the first and last five words of longer ones, that stand in at least \
20 and 2 % of the documents of a source with 200 or more; equal documents count once.

Examples:
  mukarrar boilerplate crawl.jsonl --source-field site -o rules.jsonl
  mukarrar dedup crawl.jsonl -o clean.jsonl --boilerplate-rules rules.jsonl --source-field site
  mukarrar boilerplate crawl.jsonl --format text";

const EVAL: &str =
    "Only ids in the gold are scored; an id in no cluster is its own label. With gold pairs, recall counts the \
listed pairs; precision counts found pairs that the gold connects or, if it lists negatives, the listed pairs alone.

With --pages: acc is the mean share of a line whose kind is right; headlines are found where unit and gold share .8 of their \
union; titled are the stories with their title; borders of stories count to within 4 letters; whole are parts of stories that \
one unit covers to .9; boilerplate counts by lines; pairs are those of repeated headlines and stories.

Examples:
  mukarrar eval corpus --gold corpus/gold.labels --format json
  mukarrar eval --pages corpus/.units";

const EVAL_USAGE: &str = "mukarrar eval [OPTIONS] --gold <GOLD> <INPUT>...
       mukarrar eval [OPTIONS] --pages <DIR>";

/// Finds near-duplicates in Arabic-script text, and removes them.
#[derive(Debug, Parser)]
#[command(name = "mukarrar", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Arguments {
    /// Colour: auto for terminals only (and never if NO_COLOR is set).
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(super) color: When,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List near-duplicate clusters.
    #[command(after_help = CLUSTERS)]
    Clusters(ClustersArgs),
    /// Write the corpus without its copies.
    #[command(after_help = DEDUP)]
    Dedup(DedupArgs),
    /// List verified pairs.
    Pairs(PairsArgs),
    /// List passages that stand in several places.
    #[command(after_help = PASSAGES)]
    Passages(PassagesArgs),
    /// Show how alike two texts are, and why.
    Compare(CompareArgs),
    /// Show how pages were cut: stories, headlines, paragraphs, boilerplate.
    Units(UnitsArgs),
    /// Fold text, line by line (a filter).
    #[command(after_help = NORMALIZE)]
    Normalize(NormalizeArgs),
    /// Score clusters, or how pages are cut, against gold.
    #[command(after_help = EVAL, override_usage = EVAL_USAGE)]
    Eval(EvalArgs),
    /// Learn the boilerplate of each source, and write it as a rules file.
    #[command(after_help = BOILERPLATE)]
    Boilerplate(LearnArgs),
    /// Keep an index of what was seen: build, add, check, query and more.
    #[cfg(feature = "persistent")]
    #[command(after_help = super::index::args::INDEX)]
    Index {
        /// What to do.
        #[command(subcommand)]
        command: super::index::args::IndexCommand,
    },
    /// Answer crawlers over HTTP from an index.
    #[cfg(feature = "server")]
    #[command(after_help = super::serve::EXAMPLES)]
    Serve(super::serve::ServeArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

/// A choice that a terminal decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

impl When {
    /// Whether it holds, given what `auto` comes to.
    pub(super) const fn holds(self, auto: bool) -> bool {
        match self {
            Self::Auto => auto,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct ClustersArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) matching: MatchingArgs,
    #[command(flatten)]
    pub(super) keep: KeepArgs,
    #[command(flatten)]
    pub(super) check: CheckArgs,
    #[command(flatten)]
    pub(super) running: RunningArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) showing: ShowingArgs,
}

#[derive(Debug, Args)]
pub(super) struct DedupArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Remove what stands in these files or directories too; they are only compared with, and stay as they are. May be
    /// repeated.
    #[arg(long, value_name = "OLD", help_heading = "Input")]
    pub(super) against: Vec<PathBuf>,
    /// Where the clean corpus goes: a file, a directory, or - for standard output.
    #[arg(short, long, value_name = "CLEAN", required_unless_present = "dry_run", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,
    /// Write what was removed, with keeper and score, as JSON Lines.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) removed: Option<PathBuf>,
    /// Write rejected records with place and reason as JSON Lines.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) rejected: Option<PathBuf>,
    /// Write the clusters as JSON Lines.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) clusters: Option<PathBuf>,
    /// Remove nothing; write every record with a field more, which says its cluster, the size of that, its keeper and its
    /// relation to it. The field is called mukarrar unless another name is given.
    #[arg(
        long,
        value_name = "FIELD",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "mukarrar",
        conflicts_with_all = ["removed", "check"],
        help_heading = "Output"
    )]
    pub(super) mark: Option<String>,
    /// Find and count everything, but write no clean corpus.
    #[arg(long, help_heading = "Output")]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) matching: MatchingArgs,
    #[command(flatten)]
    pub(super) length: LengthArgs,
    #[command(flatten)]
    pub(super) keep: KeepArgs,
    /// Which copies are removed; exact, near, contained with commas between them. What holds another is never removed for
    /// it.
    #[arg(long, value_name = "RELATIONS", value_delimiter = ',', default_value = "exact,near", value_parser = removable)]
    pub(super) remove: Vec<Relation>,
    #[command(flatten)]
    pub(super) check: CheckArgs,
    #[command(flatten)]
    pub(super) running: RunningArgs,
    #[command(flatten)]
    pub(super) showing: ShowingArgs,
}

#[derive(Debug, Args)]
pub(super) struct PairsArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) matching: MatchingArgs,
    /// List each exact copy once, against the first of its group, instead of every pair of the group.
    #[arg(long)]
    pub(super) no_expand_exact: bool,
    #[command(flatten)]
    pub(super) running: RunningArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) showing: ShowingArgs,
}

#[derive(Debug, Args)]
pub(super) struct PassagesArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) folding: FoldingArgs,
    #[command(flatten)]
    pub(super) length: LengthArgs,
    /// Show passages of the same two documents as one that at most so many words part on both sides: 0 to 10000.
    #[arg(long, value_name = "N", default_value_t = 4, help_heading = "Passages")]
    pub(super) max_gap: usize,
    #[command(flatten)]
    pub(super) running: RunningArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) showing: ShowingArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Passages")]
pub(super) struct LengthArgs {
    /// Shortest passage, in words: 2 to 10000.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(super) min_tokens: usize,
}

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// The first text: a file or - for standard input, or an id with --in.
    pub(super) a: String,
    /// The second text.
    pub(super) b: String,
    /// Take A and B as ids of records, or of units (ID#N, with --unit), in this input. May be repeated.
    #[arg(long = "in", value_name = "INPUT")]
    pub(super) within: Vec<PathBuf>,
    /// What ID#N numbers, with --in: document, story, paragraph or line.
    #[arg(long, value_name = "UNIT", default_value_t = UnitLevel::Story, value_parser = UnitLevel::from_str)]
    pub(super) unit: UnitLevel,
    #[command(flatten)]
    pub(super) reading: ReadingArgs,
    #[command(flatten)]
    pub(super) folding: FoldingArgs,
    #[command(flatten)]
    pub(super) boilerplate: BoilerplateArgs,
    #[command(flatten)]
    pub(super) shingle: ShingleArgs,
    /// From which Jaccard on the two count as copies: above 0, at most 1.
    #[arg(long, value_name = "T", default_value_t = 0.6, help_heading = "Matching")]
    pub(super) threshold: f64,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(super) struct UnitsArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// How documents are cut: document, story, paragraph or line.
    #[arg(long, value_name = "UNIT", default_value_t = UnitLevel::Story, value_parser = UnitLevel::from_str)]
    pub(super) unit: UnitLevel,
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// Exit with 2 if any record was rejected; results are still written.
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
}

#[derive(Debug, Args)]
pub(super) struct NormalizeArgs {
    /// Files, directories, or - for standard input.
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(super) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) reading: ReadingArgs,
    #[command(flatten)]
    pub(super) folding: FoldingArgs,
    #[command(flatten)]
    pub(super) boilerplate: BoilerplateArgs,
}

#[derive(Debug, Args)]
pub(super) struct LearnArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) source: SourceArgs,
    /// Number of threads, at least 1. One a core unless given. Results do not depend on it.
    #[arg(long, value_name = "N", help_heading = "Running")]
    pub(super) threads: Option<usize>,
    /// How rules are written: jsonl, a rules file, or text, to be read.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = RulesFormat::Jsonl, help_heading = "Showing")]
    pub(super) format: RulesFormat,
    /// Write the rules to this file, whole or not at all; - is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-", help_heading = "Showing")]
    pub(super) output: PathBuf,
    /// Progress on standard error: auto for terminals only.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto, help_heading = "Showing")]
    pub(super) progress: When,
}

/// How rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    Jsonl,
    Text,
}

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// The gold file: tab-separated, one entry a line.
    #[arg(long, value_name = "GOLD", required_unless_present = "pages")]
    pub(super) gold: Option<PathBuf>,
    /// What a line of the gold says: labels (ID, LABEL) or pairs (ID, ID; `non` or `0` in a third column for a pair that
    /// is none).
    #[arg(long, value_name = "KIND", default_value_t = GoldKind::Labels, value_parser = GoldKind::from_str)]
    pub(super) gold_kind: GoldKind,
    /// Score how pages are cut instead, and what is found repeated on them: a directory with pages/NAME.txt and
    /// gold/NAME.tsv (docs/FORMATS.md says what a row of gold holds).
    #[arg(long, value_name = "DIR", conflicts_with_all = ["inputs", "gold", "gold_kind", "unit", "boilerplate_rules"])]
    pub(super) pages: Option<PathBuf>,
    #[command(flatten)]
    pub(super) matching: MatchingArgs,
    #[command(flatten)]
    pub(super) keep: KeepArgs,
    #[command(flatten)]
    pub(super) running: RunningArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) showing: ShowingArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArgs {
    /// Files, directories (walked in sorted order), or - for standard input.
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) reading: ReadingArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(super) struct ReadingArgs {
    /// Read every input as jsonl, text, csv, tsv, parquet, html or warc, instead of going by extension, then by content.
    #[arg(long, value_name = "FORMAT", value_parser = input::Format::from_str)]
    pub(super) input_format: Option<input::Format>,
    /// The field or column that holds the id.
    #[arg(long, value_name = "FIELD", default_value = "id")]
    pub(super) id_field: String,
    /// The field or column that holds the text.
    #[arg(long, value_name = "FIELD", default_value = "text")]
    pub(super) text_field: String,
    /// The encoding of text: auto finds it and repairs mojibake, strict takes UTF-8 alone, or a name (windows-1256, cp720,
    /// …). JSON is always UTF-8.
    #[arg(long, value_name = "ENCODING", default_value_t = input::EncodingChoice::Auto, value_parser = input::EncodingChoice::from_str)]
    pub(super) encoding: input::EncodingChoice,
    /// CSV: what stands between fields, a character or the word tab, instead of what the header tells.
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub(super) csv_delimiter: Option<u8>,
    /// What is taken of a page of HTML, in WARC too: its main text, all of it, or all that it shows line by line with what
    /// its markup says of each line [default: lines with --unit story, else main].
    #[arg(long, value_enum, value_name = "TEXT")]
    pub(super) html: Option<Html>,
    /// Reject records whose id an earlier record has, instead of showing them as ID~2.
    #[arg(long)]
    pub(super) unique_ids: bool,
    /// Reject larger records: bytes, or with K, M or G; at most 4G less one byte.
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = size)]
    pub(super) max_record_size: u64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(super) struct FoldingArgs {
    /// How strongly text is folded: none, light, standard or aggressive.
    #[arg(long, value_name = "PROFILE", default_value_t = Profile::Standard, value_parser = Profile::from_str)]
    pub(super) profile: Profile,
    /// Whose table folds: ar, fa, ur, ckb, ps, ug or other; auto decides for each document.
    #[arg(long, value_name = "LANG", default_value = "auto", value_parser = language)]
    pub(super) lang: Lang,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(super) struct BoilerplateArgs {
    /// Cue lines, datelines and bylines: keep compares them, ignore leaves them out of what is compared, strip removes them
    /// from the output of dedup too.
    #[arg(long, value_name = "WHAT", default_value_t = Boilerplate::Ignore, value_parser = Boilerplate::from_str)]
    pub(super) boilerplate: Boilerplate,
    /// Boilerplate of each source beside the known: a file that `mukarrar boilerplate` wrote, or learn, to read the input
    /// once more before the run and learn it.
    #[arg(long, value_name = "FILE|learn")]
    pub(super) boilerplate_rules: Option<PathBuf>,
    #[command(flatten)]
    pub(super) source: SourceArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(super) struct SourceArgs {
    /// JSON Lines: the field that names the source of a record, for boilerplate rules and for lines that return on a source's
    /// pages. Unless given, the host of its url field, else the folder in its id.
    #[arg(long, value_name = "FIELD")]
    pub(super) source_field: Option<String>,
}

/// What is taken of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Html {
    Main,
    Raw,
    Lines,
}

/// `--lang`: fixed, or left to the gate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lang(pub(super) Option<Language>);

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(super) struct ShingleArgs {
    /// What is compared: word:N (N consecutive words) or char:N (N characters), N from 1 to 32.
    #[arg(long, value_name = "SHINGLE", default_value_t = ShingleKind::default(), value_parser = ShingleKind::from_str)]
    pub(super) shingle: ShingleKind,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Matching")]
pub(super) struct MatchingArgs {
    /// What is compared: document, story (stories and headlines of a page), paragraph or line; for dedup also passage
    /// (whatever stands twice goes the second time).
    #[arg(long, value_name = "UNIT", default_value = "document", value_parser = grain, help_heading = "Shape")]
    pub(super) unit: Grain,
    #[command(flatten)]
    pub(super) folding: FoldingArgs,
    #[command(flatten)]
    pub(super) boilerplate: BoilerplateArgs,
    #[command(flatten)]
    pub(super) shingle: ShingleArgs,
    /// Whether headlines and lines are compared by character trigrams, with a guard on numbers and words.
    #[arg(long, value_enum, value_name = "SWITCH", default_value_t = Switch::On, help_heading = "Shape")]
    pub(super) short: Switch,
    /// Smallest Jaccard similarity of a near copy: above 0, at most 1.
    #[arg(long, value_name = "T", default_value_t = 0.6, help_heading = "Matching")]
    pub(super) threshold: f64,
    /// Take Arabic texts that were edited throughout as near copies below the threshold too, from Jaccard .4 on, in inputs of
    /// 1,000 texts or more.
    #[arg(long, help_heading = "Matching")]
    pub(super) edited: bool,
    /// From which containment on a unit counts as standing inside a larger one: above 0, at most 1, or off.
    #[arg(long, value_name = "T", default_value = "0.8", value_parser = containment, help_heading = "Matching")]
    pub(super) containment: Containment,
    /// Whether pages that share furniture (sidebars, footers, forms) and siblings of one template that tell other facts (the
    /// weather of two days) are told from copies: guard or off.
    #[arg(long, value_enum, value_name = "SWITCH", default_value_t = Facts::Guard, help_heading = "Matching")]
    pub(super) facts: Facts,
    /// Chance that a pair exactly at the threshold is found: above 0, below 1. Bands and rows follow from it.
    #[arg(long, value_name = "R", default_value_t = 0.99, help_heading = "Matching")]
    pub(super) recall: f64,
    /// Length of a signature: bands × rows, from 1 to 4096. Chosen from the recall unless given.
    #[arg(long, value_name = "K", help_heading = "Matching")]
    pub(super) num_hashes: Option<usize>,
    /// Number of bands, from 1 to 4096. Chosen from the recall unless given.
    #[arg(long, value_name = "B", help_heading = "Matching")]
    pub(super) bands: Option<usize>,
    /// Rows of a band, from 1 to 4096. Chosen from the recall unless given.
    #[arg(long, value_name = "R", help_heading = "Matching")]
    pub(super) rows: Option<usize>,
    /// Seed of every hash; another finds other candidates below certainty.
    #[arg(long, value_name = "SEED", default_value_t = crate::pipeline::Options::DEFAULT_SEED, help_heading = "Matching")]
    pub(super) seed: u64,
    /// The field that says when a record was published: ISO 8601, RFC 2822, or seconds since 1970.
    #[arg(long, value_name = "FIELD", help_heading = "Matching")]
    pub(super) date_field: Option<String>,
    /// Compare only records that are at most so far apart by --date-field: 12h, 7d, 2w. Records without a date are compared
    /// with all.
    #[arg(long, value_name = "TIME", value_parser = Window::from_str, requires = "date_field", help_heading = "Matching")]
    pub(super) window: Option<Window>,
    /// Show headlines that only resemble each other across documents too, not only inside one.
    #[arg(long, help_heading = "Matching")]
    pub(super) related: bool,
    /// Split groups of candidates larger than this: at least 2.
    #[arg(long, value_name = "N", default_value_t = 10_000, help_heading = "Matching")]
    pub(super) max_bucket: usize,
}

/// `--containment`: `None` for off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Containment(pub(super) Option<f64>);

/// `--facts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Facts {
    Guard,
    Off,
}

/// `--unit`: a level of cutting, or passages, which no cutting finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    Level(UnitLevel),
    Passage,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Keeping")]
pub(super) struct KeepArgs {
    /// Which member of a cluster stays: first, last, longest, shortest (by words), earliest, latest (by --date-field),
    /// min:FIELD or max:FIELD of the records.
    #[arg(long, value_name = "POLICY", default_value_t = Keep::First, value_parser = Keep::from_str)]
    pub(super) keep: Keep,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(super) struct CheckArgs {
    /// Exit with 1 if copies were found.
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(super) struct RunningArgs {
    /// Number of threads, at least 1. One a core unless given. Results do not depend on it.
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
    /// Most memory the whole process may take, in bytes or with K, M, G; what does not fit is spilled to disk, with the
    /// same results. 70 % of what the machine has free unless given.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(super) memory: Option<u64>,
    /// Where to spill what does not fit in memory; the system's directory for temporary files unless given.
    #[arg(long, value_name = "DIR")]
    pub(super) temp_dir: Option<PathBuf>,
    /// Note here what is finished, so that the same command goes on from there if it is killed. Removed at the end.
    #[arg(long, value_name = "DIR")]
    pub(super) work_dir: Option<PathBuf>,
    /// Exit with 2 if any record was rejected or any candidate pair was lost; results are still written.
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Showing")]
pub(super) struct OutputArgs {
    /// How results are written: text, json, jsonl or tsv.
    #[arg(long, value_name = "FORMAT", default_value_t = Format::Text, value_parser = Format::from_str)]
    pub(super) format: Format,
    /// Write results to this file, whole or not at all; - is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(super) output: PathBuf,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Showing")]
pub(super) struct ShowingArgs {
    /// Write the accounts of the run to this file as JSON.
    #[arg(long, value_name = "FILE")]
    pub(super) summary: Option<PathBuf>,
    /// Progress on standard error: auto for terminals only.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    pub(super) progress: When,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Showing")]
pub(super) struct VerbosityArgs {
    /// No summary and no notes on rejected records; errors stay.
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// List rejected records and skipped files.
    #[arg(short, long, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

pub(super) fn language(code: &str) -> crate::Result<Lang> {
    if code == "auto" { Ok(Lang(None)) } else { code.parse().map(|language| Lang(Some(language))) }
}

/// A number, which is checked with all other parameters, or off.
fn containment(text: &str) -> Result<Containment, String> {
    match text {
        "off" => Ok(Containment(None)),
        _ => text.parse().map(|value| Containment(Some(value))).map_err(|_| "give a number, or off".to_owned()),
    }
}

fn grain(name: &str) -> crate::Result<Grain> {
    if name == "passage" { Ok(Grain::Passage) } else { name.parse().map(Grain::Level) }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] => Ok(*byte),
        _ => Err("give one ASCII character, or tab".to_owned()),
    }
}

fn removable(name: &str) -> Result<Relation, String> {
    [Relation::Exact, Relation::Near, Relation::Contained]
        .into_iter()
        .find(|relation| relation.name() == name)
        .ok_or_else(|| "give exact, near, contained, or some of them with commas between".to_owned())
}

/// Bytes: a whole number, alone or with K, M or G (powers of 1,024).
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.char_indices().last() {
        Some((at, 'K' | 'k')) => (&text[..at], 10),
        Some((at, 'M' | 'm')) => (&text[..at], 20),
        Some((at, 'G' | 'g')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let number: Option<u64> = digits.parse().ok();
    number
        .and_then(|number| number.checked_mul(1 << shift))
        .ok_or_else(|| "give bytes as a whole number, alone or with K, M or G".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes_take_suffixes_and_refuse_what_does_not_fit() {
        assert_eq!((size("100"), size("2K"), size("64M"), size("1g")), (Ok(100), Ok(2048), Ok(64 << 20), Ok(1 << 30)));
        for wrong in ["", "M", "-1", "1.5M", "64MB", "99999999999G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
