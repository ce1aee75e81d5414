//! `mukarrar compare`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::groups::{BoilerplateArgs, FoldingArgs, OutputArgs, ReadingArgs, ReportArgs, ShingleArgs};
use super::console::Console;
use super::exit::Exit;
use super::remedies::parse;
use super::text_finder::{FoundText, TextFinder};
use super::{addresses, finish, inputs, run_options};
use mukarrar::error::{Error, ErrorKind, Result};
use mukarrar::input::{Corpus, Reject};
use mukarrar::page::{SourceResolver, UnitLevel};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::{self as results, NamedText, ReportFormat};

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// The first text: a file or - for standard input, or an id with --in.
    a: String,
    /// The second text.
    b: String,
    /// A and B are ids of records, or of units (ID#N, with --unit), in this input. May be repeated.
    #[arg(long = "in", value_name = "INPUT")]
    within: Vec<PathBuf>,
    /// Unit that N counts in ID#N, with --in: document, story, paragraph or line.
    #[arg(long, value_name = "UNIT", default_value_t = UnitLevel::Story, value_parser = parse::<UnitLevel>)]
    unit: UnitLevel,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    folding: FoldingArgs,
    #[command(flatten)]
    boilerplate: BoilerplateArgs,
    #[command(flatten)]
    shingle: ShingleArgs,
    /// Smallest Jaccard similarity at which the texts count as copies: above 0, at most 1.
    #[arg(short, long, value_name = "T", default_value_t = Options::DEFAULT_THRESHOLD, help_heading = "Matching")]
    threshold: f64,
    #[command(flatten)]
    output: OutputArgs,
    /// Also write the comparison as a page for people: one HTML file with the differences marked in the texts.
    #[arg(long, value_name = "FILE", help_heading = "Showing")]
    report: Option<PathBuf>,
}

pub(super) fn run(arguments: &CompareArgs, console: &Console) -> Result<Exit> {
    let mut options = run_options::of_comparison(&arguments.folding, &arguments.boilerplate, &arguments.shingle)?;
    options.threshold = arguments.threshold;
    let pipeline = Pipeline::new(options)?;

    let format = arguments.output.report_format()?;
    if matches!(format, ReportFormat::Tsv | ReportFormat::Csv) {
        return Err(Error::parameter("format", format, "text, json or jsonl: a comparison is no table"));
    }

    let corpus = open(arguments)?;
    let report = ReportArgs { report: arguments.report.clone(), report_clusters: None };
    for path in std::iter::once(&arguments.output.output).chain(inputs::checked_report(&report)?) {
        inputs::refuse_over_files(path, corpus.files().iter().map(|file| &*file.path))?;
    }
    let (a, b) = find_texts(arguments, &corpus, pipeline.options())?;
    let found = a.compare(&b, pipeline.options());

    let (a, b) = (NamedText { id: &arguments.a, text: &a.text }, NamedText { id: &arguments.b, text: &b.text });
    let mut outputs = arguments.output.compression.outputs(None);
    finish::write_results(&arguments.output, &mut outputs, console, |style, out| {
        results::comparison(&found, a, b, style, out)
    })?;
    finish::write_report(&report, &mut outputs, |_, out| {
        results::html_comparison(&found, a, b, pipeline.options(), out)
    })?;
    outputs.commit()?;
    Ok(Exit::Done)
}

/// Reads the input that is named by `--in`, else A and B as files of one document each.
fn open(arguments: &CompareArgs) -> Result<Corpus> {
    let CompareArgs { a, b, within, unit, reading, boilerplate, .. } = arguments;
    if !within.is_empty() {
        return inputs::open_with_sources(within, reading, *unit, boilerplate);
    }

    let files = [a.into(), b.into()];
    inputs::open_with_sources(&files, reading, UnitLevel::Document, boilerplate)
}

fn find_texts(arguments: &CompareArgs, corpus: &Corpus, options: &Options) -> Result<(FoundText, FoundText)> {
    let CompareArgs { a, b, within, unit, boilerplate, .. } = arguments;
    let source_field = boilerplate.source.source_field.as_deref();

    if within.is_empty() {
        let sources = SourceResolver::new(corpus.options(), source_field);
        let is_same_file = a == b;
        let first = text_of_file(corpus, &sources, "a", a, is_same_file)?;
        return Ok((first, text_of_file(corpus, &sources, "b", b, is_same_file)?));
    }

    let texts = TextFinder::new(corpus, *unit, options, [&**a, &**b])?;
    Ok((texts.find(a)?, texts.find(b)?))
}

/// The text of the file at `path`, which must contain one record. `name` is the argument that gave the path.
fn text_of_file(
    corpus: &Corpus,
    sources: &SourceResolver,
    name: &'static str,
    path: &str,
    is_same_file: bool,
) -> Result<FoundText> {
    let fetched = addresses::fetched_inputs();
    let file = fetched.name_of(Path::new(path));
    let mut records = corpus.ids().filter(|id| *corpus.source(*id).path == *file);

    // If A and B are the same file, the input contains its one record twice.
    let id = match (records.next(), records.next()) {
        (Some(id), None) => Some(id),
        (Some(id), Some(_)) if is_same_file && corpus.len() == 2 => Some(id),
        _ => None,
    };
    let Some(id) = id else {
        return Err(Error::parameter(name, path, "it is not a file of one text; name records with --in INPUT"));
    };
    Ok(FoundText::document(corpus.read(id).map_err(unreadable)?, sources, None))
}

/// The error for a text that is a rejected record.
fn unreadable(reject: Reject) -> Error {
    let Reject { source, reason } = reject;
    let remedy = reason.remedy().unwrap_or_else(|| "compare another record".into());
    let what = format!("rejected: {}", reason.problem());

    ErrorKind::Unreadable { path: source.path.to_path_buf(), what, remedy }.into()
}
