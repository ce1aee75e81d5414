//! `mukarrar stories`.

use std::path::PathBuf;

use clap::Args;

use super::args::groups::{InputArgs, KeepArgs, MatchingArgs, OutputArgs, ReportArgs, RunningArgs, ShowingArgs};
use super::args::names::{Names, UNDATED};
use super::console::Console;
use super::exit::Exit;
use super::progress::StageBar;
use super::remedies::parse;
use super::run_options::UnitRun;
use super::{finish, inputs, summary};
use mukarrar::error::Result;
use mukarrar::input::Corpus;
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Pipeline, Stories};
use mukarrar::report::output_name::OutputName;
use mukarrar::report::{self, HtmlReport, ReportFormat};
use mukarrar::story::{RarityTable, StoryOptions, Undated};

pub(super) const EXAMPLES: &str =
    "Documents tell one story if they share names, places and numbers within some days, in words of their own. Copies are found \
first, as clusters does, and only shown. Nothing is removed.

Examples:
  mukarrar stories news.jsonl.gz --date-field date --source-field site
  mukarrar stories week/ --date-field date --archive last_month/ --format jsonl -o stories.jsonl
  mukarrar stories week/ --date-field date --places places.tsv --report stories.html";

#[derive(Debug, Args)]
pub(super) struct StoriesArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    telling: TellingArgs,
    #[command(flatten)]
    matching: MatchingArgs,
    #[command(flatten)]
    keep: KeepArgs,
    #[command(flatten)]
    running: RunningArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// Also write where each record is, one row for every record read, in the format of the name (.json, .jsonl, .tsv, .csv):
    /// told, alone, copy, short, undated or rejected.
    #[arg(long, value_name = "FILE", help_heading = "Showing")]
    places: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArgs,
    #[command(flatten)]
    showing: ShowingArgs,
}

/// Which documents tell one story.
#[derive(Debug, Args)]
#[command(next_help_heading = "Stories")]
struct TellingArgs {
    /// Earlier documents, files or directories with the same fields: a text of which the like is in them, older than the
    /// window, is a form that returns (the weather, prices) and not the story of days before. They are in no result. May be
    /// repeated. If not given, only the earlier days of the input tell.
    #[arg(long, value_name = "ARCHIVE")]
    archive: Vec<PathBuf>,
    /// Table of how rare words are, written by `mukarrar idf`. If not given, one of Arabic and Urdu news. Words of languages
    /// that the table lacks are counted in the input.
    #[arg(long, value_name = "FILE")]
    idf: Option<PathBuf>,
    /// Least score at which a document joins a story: above 0, at most 1.
    #[arg(long, value_name = "S", default_value_t = StoryOptions::default().threshold)]
    story_threshold: f64,
    /// Least cosine with the first document of the story: above 0, at most 1.
    #[arg(long, value_name = "S", default_value_t = StoryOptions::default().leader)]
    story_leader: f64,
    /// Days after its last document in which a story takes another one: at most 3650.
    #[arg(long, value_name = "DAYS", default_value_t = StoryOptions::default().window)]
    story_window: u32,
    /// Days after its first document in which a story takes another one: from --story-window to 3650.
    #[arg(long, value_name = "DAYS", default_value_t = StoryOptions::default().span)]
    story_span: u32,
    /// Documents with fewer words, title included, are in no story.
    #[arg(long, value_name = "N", default_value_t = StoryOptions::default().least_words)]
    least_words: usize,
    /// Documents without a date: apart leaves them out of all stories and counts them; together compares them with each other
    /// as if they were of one day.
    #[arg(long, value_name = "HOW", default_value_t = StoryOptions::default().undated, value_parser = Names::of(&UNDATED, parse::<Undated>), hide_possible_values = true)]
    undated: Undated,
}

impl TellingArgs {
    fn options(&self) -> StoryOptions {
        let mut options = StoryOptions::default();
        options.threshold = self.story_threshold;
        options.leader = self.story_leader;
        options.window = self.story_window;
        options.span = self.story_span;
        options.least_words = self.least_words;
        options.undated = self.undated;
        options
    }

    /// The table of rarity.
    fn table(&self) -> Result<RarityTable> {
        self.idf.as_deref().map_or_else(|| Ok(RarityTable::built_in().clone()), RarityTable::read)
    }
}

pub(super) fn run(arguments: &StoriesArgs, console: &Console) -> Result<Exit> {
    let StoriesArgs { input, telling, matching, keep, running, output, places, report, showing } = arguments;
    let progress = showing.progress.progress;

    // All errors in the arguments are reported before the input is read.
    let options = telling.options();
    options.validate()?;
    options.check_dates(matching.date_field.as_deref())?;
    let table = telling.table()?;
    let format = places.as_ref().map_or(Ok(None), |path| OutputName::of(path).report_format())?;

    let unit = UnitLevel::Document;
    let pipeline = UnitRun { unit, matching, keep: Some(keep), input, running, progress }.pipeline()?;
    let listed = inputs::list_for(&pipeline, input, report, pipeline.options().story_fields())?;
    inputs::check_outputs(output, showing.summary.as_ref(), &listed)?;
    inputs::check_report(report, &listed)?;
    inputs::refuse_as_output(places, &listed)?;
    let title = listed.title();
    let archive = (!telling.archive.is_empty()).then(|| open_archive(arguments, &pipeline)).transpose()?;

    let bar = StageBar::over(progress, &listed);
    let told = pipeline.read_stories(listed, archive.as_ref(), &table, &options, &bar);
    drop(bar);
    let (corpus, mut stories) = told?;
    let refused = finish::refuse_nothing_read(&corpus, &stories.found.rejects, &showing.verbosity, console);
    if let Err(error) = refused {
        pipeline.forget_work()?;
        return Err(error);
    }

    let mut outputs = output.compression.outputs(running.threads.threads);
    let run = pipeline.options();
    finish::write_results(output, &mut outputs, console, |style, out| {
        report::stories(&stories, &corpus, run, style, out)
    })?;
    if let Some(path) = places {
        let format = format.unwrap_or(ReportFormat::Jsonl);
        finish::write_file(path, &mut outputs, |out| report::story_places(&stories, &corpus, format, out))?;
    }
    if let Some(path) = &report.report {
        let most = report.report_clusters.unwrap_or(HtmlReport::DEFAULT_CLUSTERS);
        finish::write_file(path, &mut outputs, |out| report::html_stories(&stories, &corpus, run, &title, most, out))?;
    }

    let Stories { found, counted, .. } = &mut stories;
    summary::show_rejected(&corpus, &found.rejects, &found.summary.decoded, &showing.verbosity, console);
    finish::end_run(&mut found.summary, showing, outputs, console)?;
    pipeline.forget_work()?;
    if !counted.is_empty() && !showing.verbosity.quiet {
        let codes: Vec<&str> = counted.iter().map(|language| language.code()).collect();
        console.note(&format!("rare words of {} were counted in the input: the table lacks them", codes.join(", ")));
    }
    Ok(finish::exit_of(&found.summary, running.strict, false, console))
}

/// Reads the archive.
fn open_archive(arguments: &StoriesArgs, pipeline: &Pipeline) -> Result<Corpus> {
    let mut reading = inputs::input_options(&arguments.input.reading, UnitLevel::Document, Vec::new());
    pipeline.options().ask_for_archive(&mut reading);
    let archive = Corpus::open(&arguments.telling.archive, reading)?;
    archive.refuse_nothing_read(&[])?;
    Ok(archive)
}
