//! `mukarrar dedup`.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, FromArgMatches};

use super::args::groups::{
    BoilerplateModeArgs, FoldingArgs, InputArgs, KeepArgs, LengthArgs, MatchingArgs, MembershipArgs, ReportArgs,
    RunningArgs, SeedArgs, ShowingArgs,
};
use super::args::names::{DEDUP_UNITS, Names, REMOVED_RELATIONS};
use super::console::Console;
use super::dedup_files::{DedupFileArgs, DedupLists};
use super::dedup_run::{RunEnd, UnitDedup};
use super::exit::Exit;
use super::known_indexes::References;
use super::progress::StageBar;
use super::remedies::expectation;
use super::repetition::RepetitionArgs;
use super::run_options;
use super::telling::{self, StoryAnnotationArgs};
use super::{finish, inputs};
use mukarrar::error::{Error, Result};
use mukarrar::page::{Boilerplate, UnitLevel};
use mukarrar::pipeline::Pipeline;
use mukarrar::report::{CleanDestination, Cleaning};
use mukarrar::similarity::Relation;

pub(super) const EXAMPLES: &str =
    "CLEAN is one file, in the format (.jsonl, .json, .csv, .tsv) and compression (.gz, .zst, .bz2, .xz) of its name; records of \
several inputs are merged into it. A name with a slash at the end, or without such an extension if there are several inputs, is \
a directory with the same relative paths and compression. Kept records are copied byte for byte, unless the format is another.

Examples:
  mukarrar dedup news.jsonl -o clean.jsonl --removed removed.jsonl
  mukarrar dedup crawl/ -o clean/ --keep longest
  mukarrar dedup new.jsonl --against old/ -o clean.jsonl
  mukarrar dedup new.jsonl --against seen/ -o clean.jsonl   # seen/ is an index
  mukarrar dedup pages/ -o clean/ --unit story --removed removed.jsonl
  mukarrar dedup news.jsonl -o clean.jsonl --unit passage --removed removed.jsonl
  mukarrar dedup news.jsonl -o marked.jsonl --mark
  mukarrar dedup news.jsonl -o clean.jsonl --annotate --source-field site --date-field date
  mukarrar dedup news.jsonl -o clean.jsonl --annotate --stories --source-field site --date-field date
  mukarrar dedup news.jsonl -o clean.jsonl --lossless --losses losses.jsonl
  mukarrar dedup news.jsonl --dry-run --summary summary.json";

/// All arguments of the command. With `--unit passage` they are read as [`PassageDedupArgs`] instead.
#[derive(Debug, Args)]
pub(super) struct DedupArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Also remove copies of the texts in these files, directories or indexes, which are not changed. May be repeated.
    #[arg(long, value_name = "OLD", help_heading = "Input")]
    pub(super) against: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) files: DedupFileArgs,
    /// Write the clusters, in the format of the name: .jsonl, .json, .tsv, .csv or .txt.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) clusters: Option<PathBuf>,
    /// Remove nothing. Write every record with a new field: its cluster, the size and the keeper of the cluster, and its
    /// relation to the keeper. The default name of the field is mukarrar.
    #[arg(
        long,
        value_name = "FIELD",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "mukarrar",
        conflicts_with_all = ["removed", "check"],
        help_heading = "Output"
    )]
    pub(super) mark: Option<String>,
    /// Unit that is compared: document, story (stories and headlines of a page), paragraph, line, or passage, which removes
    /// repeated passages after their first occurrence.
    #[arg(long, value_name = "UNIT", default_value = "document", value_parser = Names::of(&DEDUP_UNITS, dedup_unit), hide_possible_values = true, help_heading = "Shape")]
    pub(super) unit: DedupUnit,
    #[command(flatten)]
    pub(super) matching: MatchingArgs,
    #[command(flatten)]
    pub(super) length: LengthArgs,
    #[command(flatten)]
    pub(super) keep: KeepArgs,
    #[command(flatten)]
    pub(super) remove: RemoveRelationsArgs,
    #[command(flatten)]
    pub(super) repetition: RepetitionArgs,
    #[command(flatten)]
    pub(super) stories: StoryAnnotationArgs,
    #[command(flatten)]
    pub(super) check: MembershipArgs,
    #[command(flatten)]
    pub(super) running: RunningArgs,
    #[command(flatten)]
    pub(super) report: ReportArgs,
    #[command(flatten)]
    pub(super) showing: ShowingArgs,
}

/// The arguments of `dedup --unit passage`: those of [`DedupArgs`] that mean something for passages. Passages are equal
/// runs of tokens, so there is no threshold, no shingle and no band.
#[derive(Debug, Args)]
struct PassageDedupArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    files: DedupFileArgs,
    #[arg(long, default_value = "passage", value_parser = Names::of(&DEDUP_UNITS, dedup_unit))]
    unit: DedupUnit,
    #[command(flatten)]
    folding: FoldingArgs,
    #[command(flatten)]
    boilerplate: BoilerplateModeArgs,
    #[command(flatten)]
    seed: SeedArgs,
    #[command(flatten)]
    length: LengthArgs,
    #[command(flatten)]
    keep: KeepArgs,
    #[command(flatten)]
    remove: RemoveRelationsArgs,
    #[command(flatten)]
    check: MembershipArgs,
    #[command(flatten)]
    running: RunningArgs,
    #[command(flatten)]
    showing: ShowingArgs,
}

#[derive(Debug, Args)]
pub(super) struct RemoveRelationsArgs {
    /// Copies that are removed: exact, near, contained, separated by commas. A text that contains another is never removed
    /// because of it.
    #[arg(long, value_name = "RELATIONS", value_delimiter = ',', default_value = "exact,near", value_parser = Names::of(&REMOVED_RELATIONS, removable), hide_possible_values = true)]
    pub(super) remove: Vec<Relation>,
}

/// `--unit`: a level at which pages are cut, or passages, which no cutting gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DedupUnit {
    Level(UnitLevel),
    Passage,
}

fn dedup_unit(name: &str) -> std::result::Result<DedupUnit, String> {
    if name == "passage" {
        return Ok(DedupUnit::Passage);
    }
    name.parse().map(DedupUnit::Level).map_err(|error| expectation(&error))
}

fn removable(name: &str) -> std::result::Result<Relation, String> {
    [Relation::Exact, Relation::Near, Relation::Contained]
        .into_iter()
        .find(|relation| relation.name() == name)
        .ok_or_else(|| "give exact, near or contained, or several of them separated by commas".to_owned())
}

/// Runs the command. `matches` are those of the whole command line.
pub(super) fn run(arguments: &DedupArgs, matches: &ArgMatches, console: &Console) -> Result<Exit> {
    let given = GivenArguments(matches.subcommand().map(|(_, of_command)| of_command));
    if arguments.mark.is_some() {
        check_mark(arguments)?;
    }

    match (arguments.unit, given.0) {
        (DedupUnit::Passage, Some(of_command)) => {
            given.refuse_outside_passages()?;
            let arguments = PassageDedupArgs::from_arg_matches(of_command)
                .map_err(|error| Error::parameter("unit", "passage", error.to_string()))?;
            check_passages(&arguments, &given)?;
            dedup_passages(&arguments, console)
        }
        (DedupUnit::Passage, None) => Err(Error::parameter("unit", "passage", "an argument of `dedup`")),
        (DedupUnit::Level(unit), _) => {
            if given.contains("min_tokens") {
                return Err(refused("min_tokens", "given", "only --unit passage has a shortest passage"));
            }
            dedup_units(arguments, unit, console)
        }
    }
}

/// The arguments that the user gave, as against those with default values.
struct GivenArguments<'a>(Option<&'a ArgMatches>);

impl GivenArguments<'_> {
    /// Whether the argument with this id of [`DedupArgs`] was given.
    fn contains(&self, id: &str) -> bool {
        self.0.and_then(|matches| matches.value_source(id)) == Some(ValueSource::CommandLine)
    }

    /// Refuses arguments of [`DedupArgs`] that [`PassageDedupArgs`] does not have.
    fn refuse_outside_passages(&self) -> Result<()> {
        let all = DedupArgs::augment_args(clap::Command::new("dedup"));
        let of_passages = PassageDedupArgs::augment_args(clap::Command::new("dedup"));
        let is_known = |id: &str| of_passages.get_arguments().any(|known| known.get_id() == id);

        let outside = all
            .get_arguments()
            .filter(|argument| !is_known(argument.get_id().as_str()))
            .find(|argument| self.contains(argument.get_id().as_str()));
        match outside {
            Some(argument) => {
                let name = argument.get_long().unwrap_or_else(|| argument.get_id().as_str());
                let expected =
                    format!("passages are only compared for equality, so leave out --{name} or give another unit");
                Err(refused("unit", "passage", &expected))
            }
            None => Ok(()),
        }
    }
}

fn refused(name: &'static str, value: &str, expected: &str) -> Error {
    Error::parameter(name, value, expected)
}

/// Refuses arguments that contradict `--mark`.
fn check_mark(arguments: &DedupArgs) -> Result<()> {
    if arguments.unit != DedupUnit::Level(UnitLevel::Document) {
        return Err(refused("mark", "given", "only whole records are marked; use --unit document"));
    }
    if arguments.matching.boilerplate.mode.boilerplate == Boilerplate::Strip {
        let expected = "--mark does not change texts; give keep or ignore, and strip in another run";
        return Err(refused("boilerplate", "strip", expected));
    }
    Ok(())
}

/// Refuses values that contradict `--unit passage`.
fn check_passages(arguments: &PassageDedupArgs, given: &GivenArguments<'_>) -> Result<()> {
    let boilerplate = arguments.boilerplate.boilerplate;
    if given.contains("boilerplate") && boilerplate != Boilerplate::Keep {
        return Err(refused("boilerplate", boilerplate.name(), "with --unit passage it is keep, or left out"));
    }
    if !arguments.remove.remove.contains(&Relation::Exact) {
        return Err(refused("remove", "near", "repeated passages are equal, so --unit passage needs exact"));
    }
    Ok(())
}

fn dedup_units(arguments: &DedupArgs, unit: UnitLevel, console: &Console) -> Result<Exit> {
    let DedupArgs { showing, .. } = arguments;
    let run = UnitDedup::new(arguments, unit)?;
    let pipeline = &run.pipeline;

    let against = References::of(&arguments.against);
    let known = against.open(pipeline, &arguments.remove.remove)?;
    let listed = run.listed(&against)?;
    let destination = run.destination(&listed)?;
    let telling = arguments.stories.inputs(&arguments.input.reading, pipeline)?;

    let bar = StageBar::over(showing.progress.progress, &listed);
    let (corpus, mut found) = match &known {
        Some(known) => pipeline.read_clusters_beside(listed, &**known, &bar)?,
        None => pipeline.read_clusters(listed, &bar)?,
    };
    let told = telling.map(|telling| telling.tell(pipeline, &corpus, &mut found, &bar)).transpose()?;
    bar.pause();
    if let Err(error) = finish::refuse_nothing_read(&corpus, &found.rejects, &showing.verbosity, console) {
        pipeline.forget_work()?;
        return Err(error);
    }
    if !against.files.is_empty() && corpus.references() == 0 {
        console.warning("--against has no record, so nothing was compared with it");
    }

    let exit = run.write((&corpus, &found, told.as_ref()), destination, &bar, console, |_| Ok(()))?;
    if let Some(told) = &told {
        telling::note_counted(told, &showing.verbosity, console);
    }
    Ok(exit)
}

fn dedup_passages(arguments: &PassageDedupArgs, console: &Console) -> Result<Exit> {
    let PassageDedupArgs { input, files, folding, seed, length, keep, running, showing, .. } = arguments;
    let mut options = run_options::over_passages(folding, length, running);
    options.seed = seed.seed;
    options.keep = keep.keep.clone();
    let pipeline = Pipeline::new(options)?;

    let listed = inputs::list(&input.inputs, &input.reading, UnitLevel::Document, Vec::new())?;
    let lists = DedupLists { files, clusters: None, report: None, repetition: None };
    let destination = lists.destination(input, showing, &listed)?;
    if destination.as_ref().is_some_and(CleanDestination::copies_tables) {
        listed.check_copies(pipeline.options().memory)?;
    }

    let bar = StageBar::over(showing.progress.progress, &listed);
    let (corpus, repeated) = pipeline.read_repeated(listed, &bar)?;
    bar.pause();
    finish::refuse_nothing_read(&corpus, &repeated.found.rejects, &showing.verbosity, console)?;
    let cleaning = Cleaning::of_passages(&repeated, &corpus, pipeline.options())?.with_progress(&bar);

    let mut outputs = files.compression.outputs(running.threads.threads);
    lists.write(&corpus, &repeated.found, &mut outputs)?;
    lists.write_clean(&cleaning, destination, &mut outputs, console)?;
    bar.pause();

    let mut summary = repeated.found.summary.clone();
    cleaning.account(&mut summary);
    let end = RunEnd { corpus: &corpus, rejects: &repeated.found.rejects, running, showing };
    end.finish(summary, outputs, arguments.check.check && !cleaning.is_empty(), console)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_of_passages_is_an_argument_of_the_command() {
        let all = DedupArgs::augment_args(clap::Command::new("dedup"));
        for argument in PassageDedupArgs::augment_args(clap::Command::new("dedup")).get_arguments() {
            assert!(all.get_arguments().any(|known| known.get_id() == argument.get_id()), "{}", argument.get_id());
        }
    }
}
