//! `mukarrar contaminated`.

use std::path::PathBuf;

use clap::Args;

use super::args::groups::{
    CompressionArgs, FoldingArgs, InputArgs, MembershipArgs, MemoryArgs, ShowingArgs, ThreadsArgs,
};
use super::args::names::{Names, REPORT_FORMATS};
use super::console::{Console, stdout_error};
use super::exit::Exit;
use super::progress::StageBar;
use super::remedies::parse;
use super::{finish, inputs, run_options, summary};
use mukarrar::contamination::{ContaminationOptions, TestItems};
use mukarrar::error::{Error, Result};
use mukarrar::input::Corpus;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::Pipeline;
use mukarrar::report::output_name::OutputName;
use mukarrar::report::{self, CleanDestination, Cleaning, ReportFormat};

pub(super) const EXAMPLES: &str =
    "An item is a record of the tests; of plain texts each line. Items of at least --ngram tokens count where they share so many \
tokens in a row with a document; shorter items if the document contains all of their tokens in a row; items of fewer than --least-tokens if they are a \
line of their own.

Examples:
  mukarrar contaminated corpus.jsonl.gz --tests benchmarks/
  mukarrar contaminated corpus/ --tests exam.jsonl --test-text-field question --format tsv
  mukarrar contaminated corpus.jsonl --tests exam.jsonl -o clean.jsonl --hits hits.jsonl";

#[derive(Debug, Args)]
pub(super) struct ContaminatedArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The tests: files or directories. May be repeated.
    #[arg(long, value_name = "TESTS", required = true, help_heading = "Tests")]
    tests: Vec<PathBuf>,
    /// Field or column of the tests with the text of an item. If not given, that of --text-field.
    #[arg(long, value_name = "FIELD", help_heading = "Tests")]
    test_text_field: Option<String>,
    /// Field or column of the tests with the id of an item. If not given, that of --id-field.
    #[arg(long, value_name = "FIELD", help_heading = "Tests")]
    test_id_field: Option<String>,
    /// Length of a run of tokens that an item and a document share: 2 to 1000.
    #[arg(long, value_name = "N", default_value_t = ContaminationOptions::default().ngram, help_heading = "Tests")]
    ngram: usize,
    /// Items of fewer tokens count only as a line of their own: 1 to --ngram.
    #[arg(long, value_name = "N", default_value_t = ContaminationOptions::default().least_tokens, help_heading = "Tests")]
    least_tokens: usize,
    /// Count items of any length only if the document contains them as a whole.
    #[arg(long, help_heading = "Tests")]
    whole: bool,
    /// Write the corpus without the documents that contain an item: a file in the format of its name, a directory (with a
    /// slash at the end), or - for standard output, which needs --hits.
    #[arg(short, long, value_name = "CLEAN", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Write the places of the items to this file, in the format of its name (.json, .jsonl, .tsv, .csv, .txt). If not given,
    /// standard output.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    hits: Option<PathBuf>,
    /// Format of the list of places: text, json, jsonl, tsv or csv. If not given, that of the name of the file, else text.
    #[arg(short, long, value_name = "FORMAT", value_parser = Names::of(&REPORT_FORMATS, parse::<ReportFormat>), hide_possible_values = true, help_heading = "Output")]
    format: Option<ReportFormat>,
    #[command(flatten)]
    compression: CompressionArgs,
    #[command(flatten)]
    folding: FoldingArgs,
    #[command(flatten)]
    check: MembershipArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    limit: MemoryArgs,
    #[command(flatten)]
    showing: ShowingArgs,
}

pub(super) fn run(arguments: &ContaminatedArgs, console: &Console) -> Result<Exit> {
    let ContaminatedArgs { input, folding, showing, .. } = arguments;
    let mut wanted = ContaminationOptions::default();
    (wanted.ngram, wanted.least_tokens, wanted.whole) = (arguments.ngram, arguments.least_tokens, arguments.whole);
    wanted.validate()?;
    let mut options = run_options::with_folding(folding);
    options.threads = arguments.threads.threads;
    run_options::set_limit(&arguments.limit, &mut options);
    let pipeline = Pipeline::new(options)?;

    // All names are checked before anything is read.
    let listed = inputs::list(&input.inputs, &input.reading, UnitLevel::Document, Vec::new())?;
    inputs::refuse_as_output(arguments.hits.iter().chain(&showing.summary), &listed)?;
    showing.summary.as_ref().map_or(Ok(()), |summary| OutputName::of(summary).check_json())?;
    let format = arguments.format()?;
    let destination = arguments.output.as_ref().map(|clean| CleanDestination::sent(clean, &input.inputs, &listed));
    let destination = destination.transpose()?;
    let items = arguments.items()?;

    let bar = StageBar::over(showing.progress.progress, &listed);
    let corpus = pipeline.read(listed, &bar)?;
    let contamination = pipeline.contaminated(&corpus, items, wanted, &bar)?;
    bar.pause();
    let found = &contamination.found;
    finish::refuse_nothing_read(&corpus, &found.rejects, &showing.verbosity, console)?;

    let mut outputs = arguments.compression.outputs(arguments.threads.threads);
    match &arguments.hits {
        Some(path) => {
            let style = Console::file_style(format);
            finish::write_file(path, &mut outputs, |out| report::contamination(&contamination, &corpus, style, out))?;
        }
        None => {
            let style = console.stdout_style(format);
            console.print(|out| report::contamination(&contamination, &corpus, style, out).map_err(stdout_error))?;
        }
    }

    let mut totals = found.summary.clone();
    if let Some(destination) = &destination {
        let cleaning = Cleaning::of_contaminated(&contamination, &corpus, pipeline.options()).with_progress(&bar);
        console.print(|out| cleaning.write(destination, &mut outputs, out))?;
        bar.pause();
        cleaning.account(&mut totals);
    }

    summary::show_rejected(&corpus, &found.rejects, &totals.decoded, &showing.verbosity, console);
    totals.contaminated = Some(contamination.counts());
    finish::end_run(&mut totals, showing, outputs, console)?;
    Ok(finish::exit_of(&totals, false, arguments.check.check && !contamination.hits.is_empty(), console))
}

impl ContaminatedArgs {
    /// The format of the list of places.
    fn format(&self) -> Result<ReportFormat> {
        if self.hits.is_none() && self.output.as_ref().is_some_and(|clean| clean.as_os_str() == "-") {
            let expected = "a file, or give a file for the list of places, which goes to standard output";
            return Err(Error::parameter("output", "-", expected)
                .with_remedy(mukarrar::error::Remedy::Choose { purpose: "name that file", parameter: "hits" }));
        }
        if self.hits.as_ref().is_some_and(|path| path.as_os_str() == "-") {
            return Err(Error::parameter("hits", "-", "a file; without it the list goes to standard output"));
        }
        let of_name = self.hits.as_ref().map_or(Ok(None), |path| OutputName::of(path).report_format())?;
        Ok(self.format.or(of_name).unwrap_or_default())
    }

    /// Reads the items of the tests.
    fn items(&self) -> Result<TestItems> {
        let mut options = inputs::input_options(&self.input.reading, UnitLevel::Document, Vec::new());
        if let Some(field) = &self.test_text_field {
            options.text_field.clone_from(field);
        }
        if let Some(field) = &self.test_id_field {
            options.id_field.clone_from(field);
        }
        // What the corpus is says nothing of the tests.
        options.format = None;

        let tests = Corpus::open(&self.tests, options)?;
        let rejects: Vec<_> = tests.ids().filter(|document| tests.read(*document).is_err()).collect();
        tests.refuse_nothing_read(&rejects)?;
        TestItems::read(&tests)
    }
}
