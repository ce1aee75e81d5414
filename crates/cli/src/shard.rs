//! `mukarrar shard`: the stages of a run of `dedup` in processes of their own, over parts of the input.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Subcommand};

use super::args::groups::{ProgressArgs, ThreadsArgs, VerbosityArgs};
use super::args::values::size;
use super::command::{Arguments, ToolCommand, command};
use super::console::Console;
use super::dedup::{DedupArgs, DedupUnit};
use super::dedup_run::UnitDedup;
use super::exit::Exit;
use super::known_indexes::References;
use super::progress::StageBar;
use super::{addresses, config, finish, rules};
use mukarrar::error::{Error, Result};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{ShardRun, ShardSet, ShardStage};
use mukarrar::report::{CleanDestination, Cleaning};

pub(super) const EXAMPLES: &str =
    "SHARDS is a directory that all processes share, like the input. The stages in order: plan, sketch for each part, merge, \
verify for each part, settle, apply for each part. Parts count from 1, and those of a stage may run in any order and at the same \
time. A stage that is done is not done again, so a part that was killed is simply run again.

Examples:
  mukarrar shard plan run/ --parts 8 -- crawl/ -o clean/ --removed removed.jsonl --summary summary.json
  mukarrar shard sketch run/ 1        # … to 8
  mukarrar shard merge run/
  mukarrar shard verify run/ 1        # … to 8
  mukarrar shard settle run/
  mukarrar shard apply run/ 1         # … to 8";

#[derive(Debug, Subcommand)]
pub(super) enum ShardCommand {
    /// Divide an input into parts, and note how dedup is to be run.
    Plan(PlanArgs),
    /// Scan one part of the input.
    Sketch(PartArgs),
    /// Merge the sketches of all parts, and deal what is to be verified to the parts.
    Merge(WholeArgs),
    /// Verify what one part was dealt.
    Verify(PartArgs),
    /// Find the clusters, and write all outputs but the clean corpus.
    Settle(WholeArgs),
    /// Write the clean corpus of one part.
    Apply(PartArgs),
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Directory for the files of the run; it must be new or empty.
    #[arg(value_name = "SHARDS")]
    directory: PathBuf,
    /// Number of parts. A part is one file or more, all of about equal size.
    #[arg(long, value_name = "N")]
    parts: usize,
    /// The arguments of dedup, behind --.
    #[arg(last = true, required = true, value_name = "DEDUP")]
    dedup: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(super) struct PartArgs {
    #[command(flatten)]
    whole: WholeArgs,
    /// The part, from 1.
    #[arg(value_name = "PART")]
    part: usize,
}

#[derive(Debug, Args)]
pub(super) struct WholeArgs {
    /// Directory with the plan of the run.
    #[arg(value_name = "SHARDS")]
    directory: PathBuf,
    #[command(flatten)]
    threads: ThreadsArgs,
    /// Memory limit of this process, as of dedup.
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Running")]
    memory: Option<u64>,
    /// Directory for temporary files of this process. If not given, that of the system.
    #[arg(long, value_name = "DIR", help_heading = "Running")]
    temp_dir: Option<PathBuf>,
    #[command(flatten)]
    progress: ProgressArgs,
    #[command(flatten)]
    verbosity: VerbosityArgs,
}

pub(super) fn run(command: &ShardCommand, console: &Console) -> Result<Exit> {
    match command {
        ShardCommand::Plan(arguments) => plan(arguments, console),
        ShardCommand::Sketch(arguments) => of_part(arguments, "sketch", console, |run, part| run.sketch(part)),
        ShardCommand::Merge(arguments) => {
            let run = PlannedRun::open(arguments)?;
            run.stage(|run| run.merge()).map(|stage| noted(arguments, "merge", stage, console))
        }
        ShardCommand::Verify(arguments) => of_part(arguments, "verify", console, |run, part| run.verify(part)),
        ShardCommand::Settle(arguments) => settle(arguments, console),
        ShardCommand::Apply(arguments) => apply(arguments, console),
    }
}

fn plan(arguments: &PlanArgs, console: &Console) -> Result<Exit> {
    let PlanArgs { directory, parts, dedup } = arguments;
    let words = with_config(dedup)?;
    let (dedup, matches) = parsed(&words)?;
    let unit = checked(&dedup)?;
    addresses::open_for_shards(&matches, &directory.join(ShardSet::FETCHED))?;

    let run = UnitDedup::new(&dedup, unit)?;
    let listed = run.listed(&references(&dedup)?)?;
    match run.destination(&listed)? {
        Some(CleanDestination::File(path)) => {
            let expected = "a directory in a sharded run, with a slash at its end: each part writes its own files";
            return Err(Error::parameter("output", path.display(), expected));
        }
        Some(CleanDestination::Stream) => {
            return Err(Error::parameter("output", "-", "a directory in a sharded run, with a slash at its end"));
        }
        Some(CleanDestination::Directory(_)) | None => {}
    }

    let set = ShardSet::plan(directory, &run.pipeline, &listed, *parts, words)?;
    if !dedup.showing.verbosity.quiet {
        console.note(&format!("planned {} parts in {}", set.parts(), directory.display()));
    }
    Ok(Exit::Done)
}

/// A stage of one part.
fn of_part(
    arguments: &PartArgs,
    name: &str,
    console: &Console,
    stage: impl FnOnce(ShardRun<'_>, usize) -> Result<ShardStage>,
) -> Result<Exit> {
    let run = PlannedRun::open(&arguments.whole)?;
    let done = run.stage(|run| stage(run, arguments.part))?;
    Ok(noted(&arguments.whole, &format!("{name} {}", arguments.part), done, console))
}

fn noted(arguments: &WholeArgs, stage: &str, done: ShardStage, console: &Console) -> Exit {
    if !arguments.verbosity.quiet {
        console.note(&match done {
            ShardStage::Made => format!("{stage}: done"),
            ShardStage::WasThere => format!("{stage}: was done before"),
        });
    }
    Exit::Done
}

fn settle(arguments: &WholeArgs, console: &Console) -> Result<Exit> {
    let planned = PlannedRun::open(arguments)?;
    let run = UnitDedup::new(&planned.dedup, planned.unit)?;
    let listed = run.listed(&references(&planned.dedup)?)?;
    let bar = StageBar::over(arguments.progress.progress, &listed);

    let (corpus, found) = planned.set.run(&run.pipeline, listed, &bar)?.settle()?;
    bar.pause();
    finish::refuse_nothing_read(&corpus, &found.rejects, &planned.dedup.showing.verbosity, console)?;
    run.write((&corpus, &found, None), None, &bar, console, |cleaning| {
        planned.set.write_fates(|records| cleaning.fates(records))
    })
}

fn apply(arguments: &PartArgs, console: &Console) -> Result<Exit> {
    let planned = PlannedRun::open(&arguments.whole)?;
    let files = &planned.dedup.files;
    let Some(clean) = files.output.as_ref().filter(|_| !files.dry_run) else {
        return Err(Error::parameter("dry_run", "given", "left out of the plan of a run that is applied"));
    };

    let run = UnitDedup::new(&planned.dedup, planned.unit)?;
    let listed = run.listed(&references(&planned.dedup)?)?;
    let bar = StageBar::over(arguments.whole.progress.progress, &listed);
    let part = planned.set.run(&run.pipeline, listed, &bar)?.apply(arguments.part)?;

    let cleaning = Cleaning::of_part(&part, run.pipeline.options()).with_progress(&bar);
    // Other parts write there too, so it may have files.
    let destination = CleanDestination::Directory(clean.clone());
    let mut outputs = files.compression.outputs(planned.dedup.running.threads.threads);
    console.print(|out| cleaning.write(&destination, &mut outputs, out))?;
    outputs.commit()?;
    bar.pause();
    Ok(noted(&arguments.whole, &format!("apply {}", arguments.part), ShardStage::Made, console))
}

/// A plan, with its arguments of `dedup` read again.
struct PlannedRun<'a> {
    arguments: &'a WholeArgs,
    set: ShardSet,
    dedup: Box<DedupArgs>,
    unit: UnitLevel,
}

impl<'a> PlannedRun<'a> {
    fn open(arguments: &'a WholeArgs) -> Result<Self> {
        let set = ShardSet::open(&arguments.directory)?;
        let (mut dedup, _) = parsed(set.arguments())?;
        addresses::reopen_for_shards(&arguments.directory.join(ShardSet::FETCHED))?;
        let unit = checked(&dedup)?;

        // What this process may use is its own affair: results do not depend on it.
        let running = &mut dedup.running;
        running.threads.threads = arguments.threads.threads.or(running.threads.threads);
        running.limit.memory = arguments.memory.or(running.limit.memory);
        running.limit.temp_dir = arguments.temp_dir.clone().or(running.limit.temp_dir.take());
        dedup.showing.verbosity.quiet |= arguments.verbosity.quiet;
        Ok(Self { arguments, set, dedup, unit })
    }

    fn stage(&self, stage: impl FnOnce(ShardRun<'_>) -> Result<ShardStage>) -> Result<ShardStage> {
        let run = UnitDedup::new(&self.dedup, self.unit)?;
        let listed = run.listed(&references(&self.dedup)?)?;
        let bar = StageBar::over(self.arguments.progress.progress, &listed);
        let done = stage(self.set.run(&run.pipeline, listed, &bar)?);
        bar.pause();
        done
    }
}

/// The arguments of `dedup` with those of the file that they name with `--config`, which later stages need not have.
fn with_config(dedup: &[OsString]) -> Result<Vec<String>> {
    let words = ["mukarrar", "dedup"].into_iter().map(OsString::from).chain(dedup.iter().cloned());
    let words = config::with_file(&command(), words.collect())?;

    let (mut kept, mut words) = (Vec::new(), words.into_iter().skip(2));
    while let Some(word) = words.next() {
        let word = word.into_string().map_err(|word| {
            Error::parameter("inputs", word.display(), "text in UTF-8: a plan keeps its arguments as JSON")
        })?;
        if word == "--config" {
            words.next();
        } else if !word.starts_with("--config=") {
            kept.push(word);
        }
    }
    Ok(kept)
}

/// The arguments of `dedup` that these words are, as a struct and as matches.
fn parsed(words: &[String]) -> Result<(Box<DedupArgs>, ArgMatches)> {
    let words = ["mukarrar", "dedup"].into_iter().chain(words.iter().map(String::as_str));
    let wrong = |what: String| Error::parameter("dedup", "given", what);
    let refused = |error: clap::Error| wrong(error.to_string().trim_end().to_owned());
    let matches = command().try_get_matches_from(words).map_err(refused)?;
    match Arguments::from_arg_matches(&matches).map_err(refused)?.command {
        ToolCommand::Dedup(arguments) => Ok((arguments, matches)),
        _ => Err(wrong("arguments of dedup".to_owned())),
    }
}

/// Refuses, by name, what a sharded run cannot do; returns the unit.
fn checked(dedup: &DedupArgs) -> Result<UnitLevel> {
    let left_out = |name, expected: &str| Err(Error::parameter(name, "given", expected));
    if dedup.mark.is_some() {
        return left_out("mark", "left out in a sharded run, whose parts know no clusters when they are written");
    }
    if dedup.repetition.annotate.is_some() {
        return left_out("annotate", "left out in a sharded run, whose parts know no clusters when they are written");
    }
    rules::refuse_to_learn(&dedup.matching.boilerplate)?;
    references(dedup)?;
    match dedup.unit {
        DedupUnit::Level(unit) => Ok(unit),
        DedupUnit::Passage => Err(Error::parameter("unit", "passage", "document, paragraph or line in a sharded run")),
    }
}

/// The references, which must be files.
fn references(dedup: &DedupArgs) -> Result<References> {
    let against = References::of(&dedup.against);
    match against.first_index() {
        Some(index) => {
            let expected = "files in a sharded run: an index may change between its stages";
            Err(Error::parameter("against", index.display(), expected))
        }
        None => Ok(against),
    }
}
