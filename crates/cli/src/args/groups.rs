//! Groups of arguments that commands put together.

use std::path::PathBuf;

use clap::Args;

use super::names::{
    BOILERPLATES, DATE_ORDERS, ENCODINGS, INPUT_FORMATS, KEEPS, LANGUAGES, Names, PROFILES, REPORT_FORMATS, SHINGLES,
    UNITS,
};
use super::values::{
    AutoChoice, ContainmentChoice, FactsChoice, HtmlChoice, LanguageChoice, OnOff, containment, delimiter, language,
    report_clusters, size, unit,
};
use crate::addresses;
use crate::remedies::parse;
use mukarrar::cluster::Keep;
use mukarrar::document::{DateOrder, Window};
use mukarrar::error::Result;
use mukarrar::input::{self, CompressionOptions};
use mukarrar::normalize::Profile;
use mukarrar::page::{Boilerplate, UnitLevel};
use mukarrar::pipeline::{Options, TitleField};
use mukarrar::report::ReportFormat;
use mukarrar::report::output::Outputs;
use mukarrar::report::output_name::OutputName;
use mukarrar::shingle::ShingleKind;

#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Files, directories or - for standard input. Directories are read in sorted order. Also addresses: s3://, gs://,
    /// az://, https:// and hf://datasets/.
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct ReadingArgs {
    /// Format of every input: jsonl, json (arrays, or objects over several lines), lines (text with one document a line),
    /// text, csv, tsv, parquet, html, warc or arrow; directories are then read whatever the extension. If not given, the
    /// extension decides, then the content.
    #[arg(long, value_name = "FORMAT", value_parser = Names::of(&INPUT_FORMATS, parse::<input::InputFormat>), hide_possible_values = true)]
    pub(crate) input_format: Option<input::InputFormat>,
    /// Field or column with the id. In JSON and Parquet, a.b is also the field b inside of a.
    #[arg(long, value_name = "FIELD", default_value = "id")]
    pub(crate) id_field: String,
    /// Field or column with the text: a string, or a list of strings or messages. a.b as above.
    #[arg(long, value_name = "FIELD", default_value = "text")]
    pub(crate) text_field: String,
    /// Encoding of text: auto detects it and repairs mojibake, strict accepts only UTF-8, or a name (windows-1256, cp720,
    /// …). JSON is always UTF-8.
    #[arg(long, value_name = "ENCODING", default_value_t = input::EncodingChoice::Auto, value_parser = Names::of(&ENCODINGS, parse::<input::EncodingChoice>), hide_possible_values = true)]
    pub(crate) encoding: input::EncodingChoice,
    /// CSV: the delimiter, one character or the word tab. If not given, it is detected from the header.
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub(crate) csv_delimiter: Option<u8>,
    /// CSV: the quote, one character, or none if quotes are characters of the text. auto is ", without those that swallow
    /// other records.
    #[arg(long, value_name = "CHAR", default_value_t = input::CsvSign::Auto, value_parser = parse::<input::CsvSign>)]
    pub(crate) csv_quote: input::CsvSign,
    /// CSV: the character that escapes the next one, or none. auto takes the backslash if more records fit the header then.
    #[arg(long, value_name = "CHAR", default_value_t = input::CsvSign::Auto, value_parser = parse::<input::CsvSign>)]
    pub(crate) csv_escape: input::CsvSign,
    /// Part of an HTML page (also in WARC) to read: its main text, all text (raw), or all visible lines with the role of
    /// each line in the markup [default: lines with --unit story, else main].
    #[arg(long, value_enum, value_name = "TEXT")]
    pub(crate) html: Option<HtmlChoice>,
    /// Reject a record whose id an earlier record has. If not given, it is shown as ID~2.
    #[arg(long)]
    pub(crate) unique_ids: bool,
    /// Reject larger records: bytes, or a number with K, M or G; at most 4G less one byte.
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = size)]
    pub(crate) max_record_size: u64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(crate) struct FoldingArgs {
    /// How strongly text is folded: none, light, standard or aggressive.
    #[arg(long, value_name = "PROFILE", default_value_t = Options::default().profile, value_parser = Names::of(&PROFILES, parse::<Profile>), hide_possible_values = true)]
    pub(crate) profile: Profile,
    /// Language whose folding table is used: ar, fa, ur, ckb, ps, ug or other; auto detects it for each document.
    #[arg(long, value_name = "LANG", default_value = "auto", value_parser = Names::of(&LANGUAGES, language), hide_possible_values = true)]
    pub(crate) lang: LanguageChoice,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(crate) struct BoilerplateArgs {
    #[command(flatten)]
    pub(crate) mode: BoilerplateModeArgs,
    /// Boilerplate of each source, in addition to the built-in rules: a file written by `mukarrar boilerplate`, or learn to
    /// learn it from the input first, which reads the input twice.
    #[arg(long, value_name = "FILE|learn")]
    pub(crate) boilerplate_rules: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(crate) struct BoilerplateModeArgs {
    /// Cue lines, datelines and bylines: keep compares them, ignore does not compare them, strip also removes them from the
    /// output of dedup.
    #[arg(long, value_name = "WHAT", default_value_t = Options::default().boilerplate, value_parser = Names::of(&BOILERPLATES, parse::<Boilerplate>), hide_possible_values = true)]
    pub(crate) boilerplate: Boilerplate,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(crate) struct SourceArgs {
    /// JSON Lines: field with the source of a record, for boilerplate rules, for lines that return on pages of a source, and
    /// for texts that do not tell their language. If not given, the host in the url field, else the folder in the id; for
    /// languages the file.
    #[arg(long, value_name = "FIELD")]
    pub(crate) source_field: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(crate) struct UnitArgs {
    /// Unit that is compared: document, story (stories and headlines of a page), paragraph or line.
    #[arg(long, value_name = "UNIT", default_value_t = Options::default().unit, value_parser = Names::of(&UNITS, unit), hide_possible_values = true)]
    pub(crate) unit: UnitLevel,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Shape")]
pub(crate) struct ShingleArgs {
    /// Shingles that are compared: word:N (N consecutive words) or char:N (N characters), N from 1 to 32.
    #[arg(long, value_name = "SHINGLE", default_value_t = Options::default().shingle, value_parser = Names::of(&SHINGLES, parse::<ShingleKind>), hide_possible_values = true)]
    pub(crate) shingle: ShingleKind,
}

/// How units are folded, which pairs are candidates, and which candidates are copies.
#[derive(Debug, Args)]
#[command(next_help_heading = "Matching")]
pub(crate) struct MatchingArgs {
    #[command(flatten)]
    pub(crate) folding: FoldingArgs,
    #[command(flatten)]
    pub(crate) boilerplate: BoilerplateArgs,
    #[command(flatten)]
    pub(crate) shingle: ShingleArgs,
    /// Compare headlines and lines by character trigrams, and check their numbers and words.
    #[arg(long, value_enum, value_name = "SWITCH", default_value_t = OnOff::On, help_heading = "Shape")]
    pub(crate) short: OnOff,
    #[command(flatten)]
    pub(crate) threshold: ThresholdArgs,
    /// Also accept Arabic texts that were edited throughout as near copies, from Jaccard .4 on. Only in inputs of 1,000
    /// texts or more.
    #[arg(long, help_heading = "Matching")]
    pub(crate) edited: bool,
    /// Smallest containment at which a unit counts as part of a larger one: above 0, at most 1, or off.
    #[arg(long, value_name = "T", default_value_t = ContainmentChoice(Options::default().containment), value_parser = containment, help_heading = "Matching")]
    pub(crate) containment: ContainmentChoice,
    /// Do not count as copies: pages that share only their furniture (sidebars, footers, forms), and texts of one template
    /// with other facts (the weather of two days). guard or off.
    #[arg(long, value_enum, value_name = "SWITCH", default_value_t = FactsChoice::Guard, help_heading = "Matching")]
    pub(crate) facts: FactsChoice,
    /// Field with the title of a record. Two records of one source whose titles tell different things are not copies. The
    /// source is the --source-field, else the field source, else the host in url or link. usual: title or headline; none: ignore
    /// titles.
    #[arg(long, value_name = "FIELD", default_value_t = TitleField::Usual, value_parser = parse::<TitleField>, help_heading = "Matching")]
    pub(crate) title_field: TitleField,
    /// Probability that a pair exactly at the threshold is found: above 0, below 1. It determines bands and rows.
    #[arg(long, value_name = "R", default_value_t = Options::DEFAULT_RECALL, help_heading = "Matching")]
    pub(crate) recall: f64,
    /// Length of a signature: bands × rows, from 1 to 4096. If not given, the recall determines it.
    #[arg(long, value_name = "K", help_heading = "Matching")]
    pub(crate) num_hashes: Option<usize>,
    /// Number of bands, from 1 to 4096. If not given, the recall determines it.
    #[arg(long, value_name = "B", help_heading = "Matching")]
    pub(crate) bands: Option<usize>,
    /// Rows of a band, from 1 to 4096. If not given, the recall determines it.
    #[arg(long, value_name = "R", help_heading = "Matching")]
    pub(crate) rows: Option<usize>,
    #[command(flatten)]
    pub(crate) seed: SeedArgs,
    /// Field with the publication date of a record: ISO 8601, RFC 2822, as news and tweets write it (21 July 2015), or
    /// seconds since 1970.
    #[arg(long, value_name = "FIELD", help_heading = "Matching")]
    pub(crate) date_field: Option<String>,
    /// Order of day and month in dates such as 3/4/2015: dmy or mdy. If not given, such dates are not read.
    #[arg(long, value_name = "ORDER", value_parser = Names::of(&DATE_ORDERS, parse::<DateOrder>), hide_possible_values = true, requires = "date_field", help_heading = "Matching")]
    pub(crate) date_order: Option<DateOrder>,
    /// Compare only records whose --date-field differs by at most this: 12h, 7d, 2w. Records without a date are compared
    /// with all.
    #[arg(long, value_name = "TIME", value_parser = parse::<Window>, requires = "date_field", help_heading = "Matching")]
    pub(crate) window: Option<Window>,
    /// Also show related headlines of different documents. If not given, only those of one document are shown.
    #[arg(long, help_heading = "Matching")]
    pub(crate) related: bool,
    /// Split groups of candidates larger than this: at least 2.
    #[arg(long, value_name = "N", default_value_t = Options::default().max_bucket, help_heading = "Matching")]
    pub(crate) max_bucket: usize,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Matching")]
pub(crate) struct ThresholdArgs {
    /// Smallest Jaccard similarity of a near copy: above 0, at most 1.
    #[arg(short, long, value_name = "T", default_value_t = Options::DEFAULT_THRESHOLD)]
    pub(crate) threshold: f64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Matching")]
pub(crate) struct SeedArgs {
    /// Seed of every hash. Another seed may find other candidates.
    #[arg(long, value_name = "SEED", default_value_t = Options::DEFAULT_SEED)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Passages")]
pub(crate) struct LengthArgs {
    /// Shortest passage, in tokens: 2 to 10000.
    #[arg(long, value_name = "N", default_value_t = Options::default().passages.min_tokens)]
    pub(crate) min_tokens: usize,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Keeping")]
pub(crate) struct KeepArgs {
    /// Member of a cluster that is kept: first, last, longest, shortest (by words), earliest, latest (by --date-field),
    /// min:FIELD or max:FIELD of the records.
    #[arg(long, value_name = "POLICY", default_value_t = Options::default().keep, value_parser = Names::of(&KEEPS, parse::<Keep>), hide_possible_values = true)]
    pub(crate) keep: Keep,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(crate) struct MembershipArgs {
    /// Exit with 1 if copies were found.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(crate) struct RunningArgs {
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) limit: MemoryArgs,
    /// Directory for finished parts of the work: if the command is killed, the same command continues from them. They are
    /// removed at the end.
    #[arg(long, value_name = "DIR")]
    pub(crate) work_dir: Option<PathBuf>,
    /// Exit with 2 if any record was rejected or any candidate pair was lost; results are still written. Alarms of dedup and
    /// preview are errors too, and dedup then writes nothing.
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(crate) struct MemoryArgs {
    /// Memory limit of the whole process: 4G or 4GiB, 4GB, or bytes. Data beyond it goes to disk; results are the same. If
    /// not given, 70 % of the free memory of the machine.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<u64>,
    /// Directory for temporary files. If not given, that of the system.
    #[arg(long, value_name = "DIR")]
    pub(crate) temp_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(crate) struct ThreadsArgs {
    /// Number of threads, from 1 to 1024. If not given, one for each core. Results do not depend on it.
    #[arg(short = 'j', long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Showing")]
pub(crate) struct OutputArgs {
    /// Format of the results: text, json, jsonl, tsv or csv. If not given, that of the name of the output, else text.
    #[arg(short, long, value_name = "FORMAT", value_parser = Names::of(&REPORT_FORMATS, parse::<ReportFormat>), hide_possible_values = true)]
    pub(crate) format: Option<ReportFormat>,
    /// Write the results to this file, in the format (.json, .jsonl, .tsv, .csv, .txt) and compression (.gz, .zst, .bz2,
    /// .xz) of its name; it appears only when complete. - is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) compression: CompressionArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompressionArgs {
    /// How hard compressed outputs are compressed, from 1 to 12 (.gz), 22 (.zst) or 9 (.bz2, .xz); higher levels are the
    /// highest. If not given, 1 for .gz, 3 for .zst, 9 for .bz2, 6 for .xz.
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u32).range(1..=22))]
    pub(crate) compression_level: Option<u32>,
}

impl CompressionArgs {
    /// No outputs yet, with this level. `threads` are those of the run.
    pub(crate) fn outputs(&self, threads: Option<usize>) -> Outputs {
        addresses::outputs(CompressionOptions { level: self.compression_level, threads })
    }
}

impl OutputArgs {
    /// The format of the results: the one that was asked for, else that of the output's name, else text.
    ///
    /// # Errors
    ///
    /// The name asks for a format that results do not have.
    pub(crate) fn report_format(&self) -> Result<ReportFormat> {
        match self.format {
            Some(format) => Ok(format),
            None => Ok(OutputName::of(&self.output).report_format()?.unwrap_or_default()),
        }
    }
}

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Showing")]
pub(crate) struct ReportArgs {
    /// Also write a report for people: one HTML file with the numbers of the run as charts, and the texts with their
    /// differences marked. It opens in every browser and loads nothing.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Most clusters or pairs in the report, 0 to 100000: the largest, those nearest to the threshold, and a random sample
    /// by --seed. The numbers count all [default: 500].
    #[arg(long, value_name = "N", requires = "report", value_parser = report_clusters)]
    pub(crate) report_clusters: Option<usize>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Showing")]
pub(crate) struct ShowingArgs {
    /// Write the counts, times and parameters of the run to this file as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) progress: ProgressArgs,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Showing")]
pub(crate) struct ProgressArgs {
    /// Show progress on standard error; auto: only on a terminal.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = AutoChoice::Auto)]
    pub(crate) progress: AutoChoice,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Showing")]
pub(crate) struct VerbosityArgs {
    /// Print errors only: no summary, no rejected records.
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// List rejected records and skipped files.
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}
