//! What the commands share: arguments to options, opening the input, results to their place, the end of a run.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{
    self, BoilerplateArgs, FoldingArgs, Grain, Html, InputArgs, LengthArgs, MatchingArgs, OutputArgs, ReadingArgs,
    RunningArgs, ShowingArgs, SourceArgs, Switch, When,
};
use super::console::{Console, failed};
use super::progress::Bar;
use super::{Exit, memory, summary};
use crate::cluster::Keep;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Compression, Corpus, Holding, Input, InputOptions};
use crate::lsh::Overrides;
use crate::page::{Boilerplate, Rules, Sources, UnitLevel};
use crate::pipeline::{self, Options, Pipeline, Summary};
use crate::report::Style;
use crate::report::output::{Outputs, resolved};
use crate::similarity::facts::Facts;
use crate::spill::Room;

/// Reads the whole input, with what names the sources of pages that are cut into stories.
pub(super) fn open_pages(
    inputs: &[PathBuf],
    reading: &ReadingArgs,
    unit: UnitLevel,
    source_field: Option<&str>,
) -> Result<Corpus> {
    let fields = Sources::fields(source_field).filter(|_| unit == UnitLevel::Story);
    Corpus::open(inputs, options(reading, unit, fields.collect()))
}

/// The same, with the fields that name the sources of records if rules or stories ask for them.
pub(super) fn open_with(
    inputs: &[PathBuf],
    reading: &ReadingArgs,
    unit: UnitLevel,
    rules: &BoilerplateArgs,
) -> Result<Corpus> {
    let asks = rules.boilerplate_rules.is_some() || unit == UnitLevel::Story;
    let fields = Sources::fields(rules.source.source_field.as_deref()).filter(|_| asks);
    Corpus::open(inputs, options(reading, unit, fields.collect()))
}

/// Lists the input, whose records give `fields` beside id and text and are cut at `unit`.
pub(super) fn input(inputs: &[PathBuf], reading: &ReadingArgs, unit: UnitLevel, fields: Vec<String>) -> Result<Input> {
    Input::open(inputs, options(reading, unit, fields))
}

fn options(reading: &ReadingArgs, unit: UnitLevel, fields: Vec<String>) -> InputOptions {
    let html = reading.html.unwrap_or(if unit == UnitLevel::Story { Html::Lines } else { Html::Main });
    let mut options = InputOptions::default();
    options.id_field.clone_from(&reading.id_field);
    options.text_field.clone_from(&reading.text_field);
    options.format = reading.input_format;
    options.encoding = reading.encoding;
    options.html_raw = html == Html::Raw;
    options.html_lines = html == Html::Lines;
    options.max_record_size = reading.max_record_size;
    options.csv_delimiter = reading.csv_delimiter;
    options.unique_ids = reading.unique_ids;
    options.fields = fields;
    options
}

/// What `--boilerplate-rules` takes beside files.
const LEARN: &str = "learn";

fn learns(arguments: &BoilerplateArgs) -> bool {
    arguments.boilerplate_rules.as_ref().is_some_and(|path| path.as_os_str() == LEARN)
}

/// The learned boilerplate that a command goes by which reads its input but once.
pub(super) fn rules(arguments: &BoilerplateArgs) -> Result<Option<Arc<Rules>>> {
    let Some(path) = &arguments.boilerplate_rules else { return Ok(None) };
    if learns(arguments) {
        let expected = "a rules file here; write one with `mukarrar boilerplate`";
        return Err(Error::parameter("boilerplate-rules", LEARN, expected));
    }
    Rules::open(path).map(|rules| Some(Arc::new(rules)))
}

/// The same for a run, which may learn from its input first.
fn rules_of_run(
    arguments: &BoilerplateArgs,
    input: &InputArgs,
    running: &RunningArgs,
    progress: When,
) -> Result<Option<Arc<Rules>>> {
    if arguments.boilerplate == Boilerplate::Keep {
        return Ok(None);
    }
    if !learns(arguments) {
        return rules(arguments);
    }
    let temp_dir = running.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    let holding = Holding {
        memory: running.memory.map(|memory| memory / 2),
        map: running.memory.is_none(),
        room: Some(Room::temporary(temp_dir)),
        ..Holding::default()
    };
    learn(input, &arguments.source, holding, running.threads, progress).map(|rules| Some(Arc::new(rules)))
}

/// Learns boilerplate from an input.
pub(super) fn learn(
    input: &InputArgs,
    source: &SourceArgs,
    holding: Holding,
    threads: Option<usize>,
    progress: When,
) -> Result<Rules> {
    let options =
        options(&input.reading, UnitLevel::Document, Sources::fields(source.source_field.as_deref()).collect());
    let corpus = Corpus::read_once(Input::open(&input.inputs, options)?, holding)?;
    pipeline::learn(&corpus, source.source_field.as_deref(), threads, &Bar::new(progress))
}

/// Refuses to learn from what cannot be read twice.
fn not_standard_input(arguments: &BoilerplateArgs, input: &InputArgs) -> Result<()> {
    if learns(arguments) && input.inputs.iter().any(|path| path.as_os_str() == "-") {
        let expected =
            "a rules file for standard input, which cannot be read twice; write one with `mukarrar boilerplate`";
        return Err(Error::parameter("boilerplate-rules", LEARN, expected));
    }
    Ok(())
}

/// A validated run.
pub(super) fn pipeline(
    matching: &MatchingArgs,
    keep: Option<&Keep>,
    input: &InputArgs,
    running: &RunningArgs,
    progress: When,
) -> Result<Pipeline> {
    Pipeline::new(run_options(matching, keep, input, running, progress)?)
}

/// What a run is asked to do; boilerplate is learned on the way, if it is to be.
pub(super) fn run_options(
    matching: &MatchingArgs,
    keep: Option<&Keep>,
    input: &InputArgs,
    running: &RunningArgs,
    progress: When,
) -> Result<Options> {
    not_standard_input(&matching.boilerplate, input)?;
    let mut options = folding(&matching.folding);
    options.unit = match matching.unit {
        Grain::Level(level) => level,
        Grain::Passage => return Err(Error::parameter("unit", "passage", WHERE_PASSAGES)),
    };
    options.boilerplate = matching.boilerplate.boilerplate;
    options.shingle = matching.shingle.shingle;
    options.short = matching.short == Switch::On;
    options.threshold = matching.threshold;
    options.edited = matching.edited;
    options.recall = matching.recall;
    options.containment = matching.containment.0;
    options.facts = match matching.facts {
        args::Facts::Guard => Facts::Guard,
        args::Facts::Off => Facts::Off,
    };
    options.overrides = Overrides { num_hashes: matching.num_hashes, bands: matching.bands, rows: matching.rows };
    options.seed = matching.seed;
    options.related = matching.related;
    options.date_field.clone_from(&matching.date_field);
    options.window = matching.window;
    options.max_bucket = matching.max_bucket;
    run_with(running, &mut options);
    if let Some(keep) = keep {
        options.keep = keep.clone();
    }
    options.source_field.clone_from(&matching.boilerplate.source.source_field);
    // What cannot work is refused before anything is learned.
    Pipeline::new(options.clone())?;
    options.rules = rules_of_run(&matching.boilerplate, input, running, progress)?;
    Ok(options)
}

/// The options of a run over passages.
pub(super) fn passages(folding: &FoldingArgs, length: &LengthArgs, running: &RunningArgs) -> Options {
    let mut options = self::folding(folding);
    options.min_tokens = length.min_tokens;
    run_with(running, &mut options);
    options
}

/// Where `--unit passage` is understood.
const WHERE_PASSAGES: &str = "document, story, paragraph or line here; `dedup` removes passages, `passages` lists them";

fn run_with(running: &RunningArgs, options: &mut Options) {
    options.threads = running.threads;
    options.memory = running.memory.or_else(memory::default_limit);
    options.map = running.memory.is_none();
    options.temp_dir.clone_from(&running.temp_dir);
    options.work_dir.clone_from(&running.work_dir);
}

/// Options with the folding asked for and defaults for the rest.
pub(super) fn folding(arguments: &FoldingArgs) -> Options {
    Options { profile: arguments.profile, language: arguments.lang.0, ..Options::default() }
}

/// Writes results where the user wants them; files are put in place by the end of the run.
pub(super) fn results(
    arguments: &OutputArgs,
    outputs: &mut Outputs,
    console: &Console,
    write: impl FnOnce(Style, &mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    if arguments.output.as_os_str() == "-" {
        return console.print(|out| write(console.style(arguments.format), out).map_err(failed));
    }
    file(&arguments.output, outputs, |out| write(Console::plain(arguments.format), out))
}

/// Writes one file beside the results.
pub(super) fn file(
    path: &Path,
    outputs: &mut Outputs,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let mut output = outputs.create(path, Compression::None)?;
    write(&mut output).map_err(|source| Error::io("write", path, source))?;
    outputs.finish(output)
}

/// Refuses to write any of `paths` over an input.
pub(super) fn not_inputs<'p>(paths: impl IntoIterator<Item = &'p PathBuf>, input: &Input) -> Result<()> {
    paths.into_iter().filter(|path| path.as_os_str() != "-").try_for_each(|path| not_an_input(path, input))
}

fn not_an_input(path: &Path, input: &Input) -> Result<()> {
    let place = resolved(path);
    if input.files().all(|(input, _)| resolved(input) != place) {
        return Ok(());
    }
    let (what, remedy) = ("is an input".to_owned(), "write somewhere else; inputs are never changed".to_owned());
    Err(ErrorKind::Output { path: path.to_owned(), what, remedy }.into())
}

/// Ends a run: the summary file, every output in its place, the summary on standard error.
pub(super) fn finish(
    accounts: &mut Summary,
    showing: &ShowingArgs,
    mut outputs: Outputs,
    console: &Console,
) -> Result<()> {
    accounts.add_stage("write", outputs.elapsed().as_secs_f64(), 0);
    accounts.peak_rss_bytes = summary::peak_rss_bytes();
    if let Some(path) = &showing.summary {
        file(path, &mut outputs, |out| {
            serde_json::to_writer_pretty(&mut *out, accounts)?;
            writeln!(out)
        })?;
    }
    outputs.commit()?;
    if !showing.verbosity.quiet {
        summary::show(accounts, console);
    }
    Ok(())
}

/// How a finished run exits: errors before findings.
pub(super) fn exit(accounts: &Summary, strict: bool, check: bool, console: &Console) -> Exit {
    let references = accounts.references.map_or(0, |references| references.rejected);
    let rejected: u64 = accounts.records.rejected.values().sum::<u64>() + references;
    let (lost, unseen) = (accounts.lost_pairs, accounts.containment.unseen_units);
    if strict && (rejected > 0 || lost > 0 || unseen > 0) {
        let unseen = if unseen > 0 { format!(", {unseen} units not looked for in others") } else { String::new() };
        console.error(&format!(
            "--strict: {rejected} records rejected, {lost} candidate pairs lost{unseen}; results were written"
        ));
        return Exit::Error;
    }
    if check { Exit::CopiesFound } else { Exit::Done }
}
