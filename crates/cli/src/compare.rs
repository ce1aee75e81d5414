//! `mukarrar compare`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::groups::{BoilerplateArgs, FoldingArgs, OutputArgs, ReadingArgs, ReportArgs, ShingleArgs};
use super::console::Console;
use super::exit::Exit;
use super::remedies::parse;
use super::{addresses, finish, inputs, rules, run_options};
use mukarrar::document::{DocId, UnitKind};
use mukarrar::error::{Error, ErrorKind, Result};
use mukarrar::input::{Corpus, Record, Reject};
use mukarrar::normalize::Language;
use mukarrar::page::{Cutter, SourceResolver, SourcedText, UnitLevel};
use mukarrar::pipeline::{self, CorpusLanguages, Options, PageCutter, Pipeline};
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
    let mut options = run_options::with_folding(&arguments.folding);
    options.source_field.clone_from(&arguments.boilerplate.source.source_field);
    options.boilerplate = arguments.boilerplate.mode.boilerplate;
    options.rules = rules::from_file(&arguments.boilerplate)?;
    options.shingle = arguments.shingle.shingle;
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
    let found = match (a.language, b.language) {
        (Some(of_a), Some(of_b)) => pipeline::compare_as([a.as_text(), b.as_text()], [of_a, of_b], pipeline.options()),
        _ => pipeline::compare(a.as_text(), b.as_text(), pipeline.options()),
    };

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

/// One of the two texts.
struct ComparedText {
    text: String,
    kind: UnitKind,
    source: String,
    /// That of its record in a run over the input; `None` if the two texts are the input.
    language: Option<Language>,
}

impl ComparedText {
    fn document(record: Record<'_>, sources: &SourceResolver, language: Option<Language>) -> Self {
        let source = sources.of(&record).into_owned();
        Self { text: record.text.into_owned(), kind: UnitKind::Document, source, language }
    }

    fn as_text(&self) -> SourcedText<'_> {
        SourcedText::new(&self.text).kind(self.kind).source(Some(&self.source))
    }
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

fn find_texts(arguments: &CompareArgs, corpus: &Corpus, options: &Options) -> Result<(ComparedText, ComparedText)> {
    let CompareArgs { a, b, within, unit, boilerplate, .. } = arguments;
    let source_field = boilerplate.source.source_field.as_deref();
    let sources = SourceResolver::new(corpus.options(), source_field);

    if within.is_empty() {
        let is_same_file = a == b;
        let first = text_of_file(corpus, &sources, "a", a, is_same_file)?;
        return Ok((first, text_of_file(corpus, &sources, "b", b, is_same_file)?));
    }

    // Pages are cut as a run over the input cuts them.
    let returning = PageCutter::learn(corpus, *unit, source_field)?;
    let languages = CorpusLanguages::learn(corpus, options, &())?;
    let pages = PageFinder { corpus, sources, returning, languages, level: *unit };
    Ok((pages.text_of_id(a)?, pages.text_of_id(b)?))
}

/// The text of the file at `path`, which must contain one record. `name` is the argument that gave the path.
fn text_of_file(
    corpus: &Corpus,
    sources: &SourceResolver,
    name: &'static str,
    path: &str,
    is_same_file: bool,
) -> Result<ComparedText> {
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
    Ok(ComparedText::document(corpus.read(id).map_err(unreadable)?, sources, None))
}

/// The records of an input, and what is needed to cut them into units.
struct PageFinder<'c> {
    corpus: &'c Corpus,
    sources: SourceResolver,
    returning: PageCutter,
    languages: CorpusLanguages,
    level: UnitLevel,
}

impl PageFinder<'_> {
    /// The text of the record with the shown id `id`, or of a unit of a record.
    fn text_of_id(&self, id: &str) -> Result<ComparedText> {
        // An id may itself contain #, so whole records go first.
        if let Some((document, record)) = self.record(id)? {
            let language = self.languages.of(document, &record.text);
            return Ok(ComparedText::document(record, &self.sources, Some(language)));
        }

        if let Some((document, number)) = id.rsplit_once('#')
            && let Some((document, page)) = self.record(document)?
            && let Some(unit) = self.unit(document, &page, number)
        {
            return Ok(unit);
        }
        Err(Error::parameter("id", id, "give the id of a readable record in the input, or ID#N of a unit of one"))
    }

    fn record(&self, wanted: &str) -> Result<Option<(DocId, Record<'_>)>> {
        let names = self.corpus.names()?;
        let record = self.corpus.ids().find_map(|document| {
            let record = self.corpus.read(document).ok()?;
            (names.shown(document, &record.id) == wanted).then_some((document, record))
        });
        Ok(record)
    }

    fn unit(&self, document: DocId, page: &Record<'_>, number: &str) -> Option<ComparedText> {
        let number: usize = number.parse().ok()?;
        let mut units = Vec::new();
        self.returning.cut(&mut Cutter::new(), self.corpus, (document, page), self.level, &mut units);

        let unit = units.get(number)?;
        let source = self.sources.of(page).into_owned();
        let language = Some(self.languages.of(document, &page.text));
        Some(ComparedText { text: unit.span.of(&page.text).to_owned(), kind: unit.kind, source, language })
    }
}

/// The error for a text that is a rejected record.
fn unreadable(reject: Reject) -> Error {
    let Reject { source, reason } = reject;
    let remedy = reason.remedy().unwrap_or_else(|| "compare another record".into());
    let what = format!("rejected: {}", reason.problem());

    ErrorKind::Unreadable { path: source.path.to_path_buf(), what, remedy }.into()
}
