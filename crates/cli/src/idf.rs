//! `mukarrar idf`.

use std::path::PathBuf;

use clap::Args;

use super::args::groups::{InputArgs, ProgressArgs, ThreadsArgs, VerbosityArgs};
use super::args::names::{LANGUAGES, Names};
use super::args::values::{LanguageChoice, language};
use super::console::Console;
use super::exit::Exit;
use super::progress::StageBar;
use super::{addresses, finish, inputs};
use mukarrar::error::{Error, Result};
use mukarrar::input::{CompressionOptions, Corpus, StoragePolicy};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};

pub(super) const EXAMPLES: &str = "Examples:
  mukarrar idf archive/ -o words.idf
  mukarrar stories today.jsonl --date-field date --idf words.idf";

#[derive(Debug, Args)]
pub(super) struct IdfArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Language of every document: ar, fa, ur, ckb, ps, ug or other; auto detects it for each.
    #[arg(long, value_name = "LANG", default_value = "auto", value_parser = Names::of(&LANGUAGES, language), hide_possible_values = true, help_heading = "Shape")]
    lang: LanguageChoice,
    /// Most words of a language in the table, from 1 to 1000000: the most frequent ones. The others count as rarest. 6 bytes
    /// each.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "Output")]
    most: u32,
    /// Write the table to this file.
    #[arg(short, long, value_name = "FILE", required = true, help_heading = "Output")]
    output: PathBuf,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    progress: ProgressArgs,
    #[command(flatten)]
    verbosity: VerbosityArgs,
}

pub(super) fn run(arguments: &IdfArgs, console: &Console) -> Result<Exit> {
    let IdfArgs { input, lang, most, output, threads, progress, verbosity } = arguments;
    if output.as_os_str() == "-" {
        return Err(Error::parameter("output", "-", "a file: a table is no text"));
    }
    let mut options = Options::default();
    options.language = lang.0;
    options.threads = threads.threads;
    let pipeline = Pipeline::new(options)?;

    let mut reading = inputs::input_options(&input.reading, UnitLevel::Document, Vec::new());
    pipeline.options().ask_for_archive(&mut reading);
    let listed = mukarrar::input::Input::open(&input.inputs, reading)?;
    inputs::refuse_as_output([output], &listed)?;

    let bar = StageBar::over(progress.progress, &listed);
    let corpus = Corpus::read_once(listed, StoragePolicy::default())?;
    let rejects: Vec<_> = corpus.ids().filter(|document| corpus.read(*document).is_err()).collect();
    finish::refuse_nothing_read(&corpus, &rejects, verbosity, console)?;
    let table = pipeline.rarity(&corpus, *most as usize, &bar)?;
    drop(bar);

    let mut outputs = addresses::outputs(CompressionOptions { level: None, threads: threads.threads });
    finish::write_file(output, &mut outputs, |out| out.write_all(&table.to_bytes()))?;
    outputs.commit()?;
    if !verbosity.quiet {
        for (language, documents, stems) in table.languages() {
            console.note(&format!("{} words of {documents} documents: {}", stems, language.code()));
        }
        finish::warn_of_rejects(rejects.len() as u64, corpus.len() as u64, console);
    }
    Ok(Exit::Done)
}
