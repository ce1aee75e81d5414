//! Opens the input of a command as its arguments say.

use std::path::{Path, PathBuf};

use super::addresses;
use super::args::groups::{BoilerplateArgs, InputArgs, OutputArgs, ReadingArgs, ReportArgs};
use super::args::values::HtmlChoice;
use mukarrar::error::{Error, Result};
use mukarrar::input::{Corpus, Input, InputOptions};
use mukarrar::page::{SourceResolver, UnitLevel};
use mukarrar::pipeline::Pipeline;
use mukarrar::report::HtmlReport;
use mukarrar::report::output::refuse_over;
use mukarrar::report::output_name::OutputName;

/// Reads the whole input. If pages are cut into stories, records also give the fields that name their source.
pub(super) fn open_pages(
    inputs: &[PathBuf],
    reading: &ReadingArgs,
    unit: UnitLevel,
    source_field: Option<&str>,
) -> Result<Corpus> {
    let fields = SourceResolver::fields(source_field).filter(|_| unit == UnitLevel::Story);
    Corpus::open(inputs, input_options(reading, unit, fields.collect()))
}

/// Reads the whole input. If boilerplate rules, stories or the arguments ask for them, records also give the fields that name their source.
pub(super) fn open_with_sources(
    inputs: &[PathBuf],
    reading: &ReadingArgs,
    unit: UnitLevel,
    boilerplate: &BoilerplateArgs,
) -> Result<Corpus> {
    let field = boilerplate.source.source_field.as_deref();
    let is_asked = boilerplate.boilerplate_rules.is_some() || unit == UnitLevel::Story || field.is_some();
    let fields = SourceResolver::fields(field).filter(|_| is_asked);

    Corpus::open(inputs, input_options(reading, unit, fields.collect()))
}

/// Lists the files of the input. Records give `fields` in addition to id and text, and are read for units of `unit`.
pub(super) fn list(inputs: &[PathBuf], reading: &ReadingArgs, unit: UnitLevel, fields: Vec<String>) -> Result<Input> {
    Input::open(inputs, input_options(reading, unit, fields))
}

/// Lists the files of the input for a run of `pipeline`, whose records also give what a report shows, and the fields `asked`.
pub(super) fn list_for(
    pipeline: &Pipeline,
    input: &InputArgs,
    report: &ReportArgs,
    asked: impl IntoIterator<Item = String>,
) -> Result<Input> {
    let options = pipeline.options();
    let mut reading = input_options(&input.reading, options.unit, Vec::new());
    options.ask_for_fields(&mut reading);

    let of_report = report.report.is_some().then(|| HtmlReport::shown_fields(options));
    reading.ask_if_there(of_report.into_iter().flatten().chain(asked));
    Input::open(&input.inputs, reading)
}

pub(super) fn input_options(reading: &ReadingArgs, unit: UnitLevel, fields: Vec<String>) -> InputOptions {
    let default_html = if unit == UnitLevel::Story { HtmlChoice::Lines } else { HtmlChoice::Main };
    let html = reading.html.unwrap_or(default_html);

    let mut options = InputOptions::default();
    options.id_field.clone_from(&reading.id_field);
    options.text_field.clone_from(&reading.text_field);
    options.format = reading.input_format;
    options.encoding = reading.encoding;
    options.html_raw = html == HtmlChoice::Raw;
    options.html_lines = html == HtmlChoice::Lines;
    options.max_record_size = reading.max_record_size;
    options.csv_delimiter = reading.csv_delimiter;
    options.csv_quote = reading.csv_quote;
    options.csv_escape = reading.csv_escape;
    options.unique_ids = reading.unique_ids;
    options.fields = fields;
    options.fetched = addresses::fetched_inputs();
    options
}

/// Refuses, before anything is computed, results and a `summary` that cannot be written, or that would be written over an
/// input.
pub(super) fn check_outputs(output: &OutputArgs, summary: Option<&PathBuf>, input: &Input) -> Result<()> {
    output.report_format()?;
    summary.map_or(Ok(()), |summary| OutputName::of(summary).check_json())?;
    refuse_as_output([&output.output].into_iter().chain(summary), input)
}

/// Refuses, before anything is computed, a report that cannot be written, or that would be written over an input.
pub(super) fn check_report(report: &ReportArgs, input: &Input) -> Result<()> {
    refuse_as_output(checked_report(report)?, input)
}

/// Refuses, before anything is computed, a page that cannot be written.
pub(super) fn check_page(path: Option<&PathBuf>) -> Result<()> {
    let page = ReportArgs { report: path.cloned(), ..ReportArgs::default() };
    checked_report(&page).map(drop)
}

/// The path of the report, which must be that of a file of HTML.
pub(super) fn checked_report(report: &ReportArgs) -> Result<Option<&PathBuf>> {
    let Some(path) = &report.report else { return Ok(None) };
    if path.as_os_str() == "-" {
        return Err(Error::parameter("report", "-", "a file, such as report.html: results go to standard output"));
    }
    OutputName::of(path).check_html()?;
    Ok(Some(path))
}

/// Refuses output `paths` that are input files, or no paths of files.
pub(super) fn refuse_as_output<'p>(paths: impl IntoIterator<Item = &'p PathBuf>, input: &Input) -> Result<()> {
    paths.into_iter().try_for_each(|path| refuse_over_files(path, input.files().map(|(path, _)| path)))
}

/// Refuses the output `path` if it is one of the input `files`, or no path of a file.
pub(super) fn refuse_over_files<'p>(path: &Path, files: impl Iterator<Item = &'p Path>) -> Result<()> {
    if path.as_os_str() == "-" {
        return Ok(());
    }
    OutputName::of(path).check_sent()?;
    refuse_over(path, files)
}
