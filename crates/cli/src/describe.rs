//! `mukarrar describe`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::args::groups::{InputArgs, ProgressArgs, SourceArgs, ThreadsArgs, VerbosityArgs};
use super::args::names::{DATE_ORDERS, Names};
use super::console::{Console, stdout_error};
use super::exit::Exit;
use super::progress::StageBar;
use super::remedies::parse;
use super::{addresses, finish, inputs};
use mukarrar::describe::{DescribeOptions, Description, describe};
use mukarrar::document::DateOrder;
use mukarrar::error::{Error, Result};
use mukarrar::input::CompressionOptions;
use mukarrar::page::UnitLevel;
use mukarrar::report::{self, ReportFormat, output_name::OutputName};

pub(super) const EXAMPLES: &str = "Examples:
  mukarrar describe news.jsonl.gz --date-field date
  mukarrar describe crawl/ --source-field site --report crawl.html
  mukarrar describe crawl/ --format json -o crawl.json";

#[derive(Debug, Args)]
pub(super) struct DescribeArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    source: SourceArgs,
    /// Field with the publication date of a record: ISO 8601, RFC 2822, as news and tweets write it (21 July 2015), or
    /// seconds since 1970. If not given, no dates are read.
    #[arg(long, value_name = "FIELD", help_heading = "Input")]
    date_field: Option<String>,
    /// Order of day and month in dates such as 3/4/2015: dmy or mdy. If not given, such dates are not read.
    #[arg(long, value_name = "ORDER", value_parser = Names::of(&DATE_ORDERS, parse::<DateOrder>), hide_possible_values = true, requires = "date_field", help_heading = "Input")]
    date_order: Option<DateOrder>,
    #[command(flatten)]
    threads: ThreadsArgs,
    /// Format of the description: text, json or html. If not given, that of the name of the output (.json, .html), else text.
    #[arg(short, long, value_enum, value_name = "FORMAT", hide_possible_values = true, help_heading = "Showing")]
    format: Option<PageFormat>,
    /// Write the description to this file; it appears only when complete. - is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-", help_heading = "Showing")]
    output: PathBuf,
    /// Also write the description as a page for a browser: one HTML file that loads nothing.
    #[arg(long, value_name = "FILE", help_heading = "Showing")]
    report: Option<PathBuf>,
    #[command(flatten)]
    progress: ProgressArgs,
    #[command(flatten)]
    verbosity: VerbosityArgs,
}

/// The format of a result that can also be a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PageFormat {
    Text,
    Json,
    Html,
}

impl PageFormat {
    /// The format that was asked for, else the one that the name of the output has, else text.
    pub(super) fn of(asked: Option<Self>, output: &Path) -> Result<Self> {
        let name = OutputName::of(output);
        match asked {
            Some(format) => Ok(format),
            None if output.as_os_str() != "-" && name.check_html().is_ok() => Ok(Self::Html),
            None => match name.report_format()?.unwrap_or_default() {
                ReportFormat::Text => Ok(Self::Text),
                ReportFormat::Json => Ok(Self::Json),
                other => Err(Error::parameter("format", other, "text, json or html")),
            },
        }
    }

    /// The format of the results that are not written as a page.
    pub(super) const fn of_results(self) -> ReportFormat {
        match self {
            Self::Text | Self::Html => ReportFormat::Text,
            Self::Json => ReportFormat::Json,
        }
    }
}

pub(super) fn run(arguments: &DescribeArgs, console: &Console) -> Result<Exit> {
    let DescribeArgs { input, source, date_field, date_order, threads, output, report, progress, verbosity, .. } =
        arguments;
    let format = PageFormat::of(arguments.format, output)?;
    let mut options = DescribeOptions::default();
    options.source_field.clone_from(&source.source_field);
    options.date_field.clone_from(date_field);
    options.date_order = *date_order;
    options.threads = threads.threads;

    let listed = inputs::list(&input.inputs, &input.reading, UnitLevel::Document, options.fields())?;
    inputs::refuse_as_output([output].into_iter().chain(report), &listed)?;
    inputs::check_page(report.as_ref())?;
    let title = listed.title();

    let bar = StageBar::over(progress.progress, &listed);
    let found = describe(listed, &options, &bar)?;
    drop(bar);

    write(&found, &title, arguments, format, console)?;
    if !verbosity.quiet {
        let rejected = found.records.rejected.values().sum();
        finish::warn_of_rejects(rejected, found.records.read, console);
    }
    Ok(Exit::Done)
}

fn write(
    found: &Description,
    title: &str,
    arguments: &DescribeArgs,
    format: PageFormat,
    console: &Console,
) -> Result<()> {
    let DescribeArgs { output, report, threads, .. } = arguments;
    let mut outputs = addresses::outputs(CompressionOptions { level: None, threads: threads.threads });

    if let Some(report) = report {
        finish::write_file(report, &mut outputs, |out| report::html_description(found, title, out))?;
    }
    let results = |style, out: &mut dyn std::io::Write| match format {
        PageFormat::Html => report::html_description(found, title, out),
        _ => report::description(found, style, out),
    };
    if output.as_os_str() == "-" {
        let style = console.stdout_style(format.of_results());
        console.print(|out| results(style, out).map_err(stdout_error))?;
    } else {
        finish::write_file(output, &mut outputs, |out| results(Console::file_style(format.of_results()), out))?;
    }
    outputs.commit()
}
