//! `mukarrar boilerplate`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::groups::{InputArgs, ProgressArgs, SourceArgs, ThreadsArgs};
use super::console::{Console, stdout_error};
use super::exit::Exit;
use super::{addresses, finish, inputs, rules};
use mukarrar::error::Result;
use mukarrar::input::{CompressionOptions, StoragePolicy};
use mukarrar::page::{BoilerplateRules, UnitLevel};
use mukarrar::report::{self, ReportFormat, ReportStyle};

pub(super) const EXAMPLES: &str =
    "A rule is a line of at most 24 words, or the first or last five words of a longer line, that occurs \
in at least 20 documents and in 2 % of the documents of a source with 200 documents or more. Equal documents count once.

Examples:
  mukarrar boilerplate crawl.jsonl --source-field site -o rules.jsonl
  mukarrar dedup crawl.jsonl -o clean.jsonl --boilerplate-rules rules.jsonl --source-field site
  mukarrar boilerplate crawl.jsonl --format text";

#[derive(Debug, Args)]
pub(super) struct LearnArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    /// Format of the rules: jsonl, a rules file, or text, for people.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = RulesFormat::Jsonl, help_heading = "Showing")]
    format: RulesFormat,
    /// Write the rules to this file; it appears only when complete. - is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-", help_heading = "Showing")]
    output: PathBuf,
    #[command(flatten)]
    progress: ProgressArgs,
}

/// The format in which rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RulesFormat {
    Jsonl,
    Text,
}

pub(super) fn run(arguments: &LearnArgs, console: &Console) -> Result<Exit> {
    let LearnArgs { input, source, threads, format, output, progress } = arguments;
    let listed = inputs::list(&input.inputs, &input.reading, UnitLevel::Document, Vec::new())?;
    inputs::refuse_as_output([output], &listed)?;

    let rules = rules::learn(input, source, StoragePolicy::default(), threads.threads, progress.progress)?;

    if output.as_os_str() == "-" {
        let style = console.stdout_style(ReportFormat::Text);
        console.print(|out| write(&rules, *format, style, out).map_err(stdout_error))?;
        return Ok(Exit::Done);
    }
    let mut outputs = addresses::outputs(CompressionOptions::default());
    let style = Console::file_style(ReportFormat::Text);
    finish::write_file(output, &mut outputs, |out| write(&rules, *format, style, out))?;
    outputs.commit()?;
    Ok(Exit::Done)
}

fn write(rules: &BoilerplateRules, format: RulesFormat, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    match format {
        RulesFormat::Jsonl => rules.write(out),
        RulesFormat::Text => report::boilerplate(rules, style, out),
    }
}
