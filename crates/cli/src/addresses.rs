//! Finds addresses of other machines (`s3://…`) among the arguments: inputs are fetched before a command runs, outputs are sent by
//! it, and every other argument refuses them.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::ArgMatches;

use super::exit::Exit;
use mukarrar::error::{Error, ErrorKind, Remedy, Result};
use mukarrar::input::{CompressionOptions, FetchedInputs};
use mukarrar::report::output::Outputs;
use mukarrar::report::output_name::is_address;

#[cfg(feature = "remote")]
use super::{
    args::values::AutoChoice,
    progress::StageBar,
    remote::{RemoteFiles, RemoteSettings},
};

/// The arguments that are inputs.
const INPUTS: [&str; 5] = ["inputs", "against", "within", "tests", "archive"];

/// The arguments that are outputs.
const OUTPUTS: [&str; 11] = [
    "output",
    "removed",
    "rejected",
    "clusters",
    "summary",
    "report",
    "weights",
    "source_graph",
    "losses",
    "hits",
    "places",
];

/// The arguments of `compare` that are inputs without `--in`, and ids with it.
const TEXTS: [&str; 2] = ["a", "b"];

/// Files of other machines that the command of this process reads and writes.
static OPEN: Mutex<Option<OpenFiles>> = Mutex::new(None);

#[cfg(feature = "remote")]
type OpenFiles = RemoteFiles;

#[cfg(not(feature = "remote"))]
type OpenFiles = std::convert::Infallible;

/// The inputs that were fetched.
pub(super) fn fetched_inputs() -> FetchedInputs {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    #[cfg(feature = "remote")]
    return open.as_ref().map(|files| files.inputs.clone()).unwrap_or_default();
    #[cfg(not(feature = "remote"))]
    open.as_ref().map_or_else(FetchedInputs::default, |never| match *never {})
}

/// No outputs yet. Those with a compression will be compressed with these options; those with an address are sent when
/// they are committed.
pub(super) fn outputs(compression: CompressionOptions) -> Outputs {
    let outputs = Outputs::compressed(compression);
    #[cfg(feature = "remote")]
    if let Some(store) =
        OPEN.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|files| files.outputs.clone())
    {
        return outputs.with_store(store);
    }
    outputs
}

/// The addresses among the arguments.
#[derive(Default)]
struct FoundAddresses {
    inputs: Vec<PathBuf>,
    outputs: Vec<PathBuf>,
}

/// Fetches the inputs that have an address, and checks the outputs.
///
/// # Errors
///
/// The first address that cannot be used, or that is given where no address is taken.
pub(super) fn open(matches: &ArgMatches) -> Result<()> {
    let mut found = FoundAddresses::default();
    let matches = find(matches, &mut found)?;
    let Some(first) = found.inputs.first().or(found.outputs.first()) else { return Ok(()) };

    #[cfg(feature = "remote")]
    {
        let _ = first;
        let files = fetched(matches, &found)?;
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(files);
        Ok(())
    }
    #[cfg(not(feature = "remote"))]
    {
        let _ = matches;
        files_only(first)
    }
}

/// Refuses an address in a build that has no remote paths.
#[cfg(not(feature = "remote"))]
fn files_only(path: &Path) -> Result<()> {
    let what = "is an address of another machine, and this build reads and writes files only".to_owned();
    Err(ErrorKind::Unreadable { path: path.to_owned(), what, remedy: Remedy::Rebuild { feature: "remote" } }.into())
}

/// Fetches the inputs of a sharded run that have an address into `directory`, where they stay for its later stages. `matches` are
/// those of its `dedup`.
///
/// # Errors
///
/// The first address that cannot be used, or that is given where no address is taken; the disk refuses.
pub(super) fn open_for_shards(matches: &ArgMatches, directory: &Path) -> Result<()> {
    let mut found = FoundAddresses::default();
    let matches = find(matches, &mut found)?;
    // Several processes write them.
    if let Some(path) = found.outputs.first() {
        let expected = "a path of the file system that all parts see; send it afterwards";
        return Err(Error::parameter("output", path.display(), expected));
    }
    let Some(first) = found.inputs.first() else { return Ok(()) };

    #[cfg(feature = "remote")]
    {
        let _ = first;
        let files = RemoteFiles::keep(&found.inputs, directory, settings(matches), &bar(matches))?;
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(files);
        Ok(())
    }
    #[cfg(not(feature = "remote"))]
    {
        let _ = (matches, directory);
        files_only(first)
    }
}

/// Opens what [`open_for_shards`] fetched into `directory`, without the network.
///
/// # Errors
///
/// It cannot be read.
pub(super) fn reopen_for_shards(directory: &Path) -> Result<()> {
    #[cfg(feature = "remote")]
    if let Some(files) = RemoteFiles::reopen(directory)? {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(files);
    }
    #[cfg(not(feature = "remote"))]
    let _ = directory;
    Ok(())
}

/// Ends a command. What was fetched into a work directory stays if the same command can go on with it.
pub(super) fn close(ended: &Result<Exit>) {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner).take();
    #[cfg(feature = "remote")]
    if let Some(files) = open {
        let is_over = match ended {
            Ok(_) => true,
            Err(error) => matches!(error.kind(), ErrorKind::NothingRead { .. }),
        };
        files.end(is_over);
    }
    #[cfg(not(feature = "remote"))]
    let _ = (open, ended);
}

/// Collects the addresses of the command that `matches` are of; returns the matches of that command.
fn find<'m>(matches: &'m ArgMatches, found: &mut FoundAddresses) -> Result<&'m ArgMatches> {
    for id in matches.ids() {
        // Other values than paths, and groups, have another type.
        let Ok(Some(paths)) = matches.try_get_many::<PathBuf>(id.as_str()) else { continue };

        for path in paths.filter(|path| is_address(path)) {
            match id.as_str() {
                id if INPUTS.contains(&id) => found.inputs.push(path.clone()),
                id if OUTPUTS.contains(&id) => found.outputs.push(path.clone()),
                id => return refuse(path, id),
            }
        }
    }

    let has_inputs = matches.try_contains_id("within").is_ok_and(|_| matches.get_many::<PathBuf>("within").is_none());
    if has_inputs {
        let texts = TEXTS.iter().filter_map(|id| matches.try_get_one::<String>(id).ok().flatten());
        found.inputs.extend(texts.map(PathBuf::from).filter(|path| is_address(path)));
    }
    matches.subcommand().map_or(Ok(matches), |(_, of_command)| find(of_command, found))
}

/// Refuses an address as the value of the argument `id`.
fn refuse<T>(path: &Path, id: &str) -> Result<T> {
    let name = match id {
        // Arguments without a name, as usage shows them.
        "directory" | "file" | "other" => id.to_uppercase(),
        _ => format!("--{}", id.replace('_', "-")),
    };
    let what = format!("is an address of another machine, and {name} is a path of this one");
    let remedy = match id {
        // What is written, or made anew.
        "directory" | "work_dir" | "temp_dir" | "dir" => "give a path of this machine",
        _ => "copy it to this machine first",
    };
    let remedy = Remedy::from(remedy);
    Err(ErrorKind::Unreadable { path: path.to_owned(), what, remedy }.into())
}

#[cfg(feature = "remote")]
fn fetched(matches: &ArgMatches, found: &FoundAddresses) -> Result<RemoteFiles> {
    RemoteFiles::open(&found.inputs, &found.outputs, &settings(matches), &bar(matches))
}

/// What the options of a command say of its files. Each command has some of these options.
#[cfg(feature = "remote")]
fn settings(matches: &ArgMatches) -> RemoteSettings {
    let path = |id: &str| matches.try_get_one::<PathBuf>(id).ok().flatten().cloned();
    RemoteSettings {
        temp_dir: path("temp_dir").unwrap_or_else(std::env::temp_dir),
        work_dir: path("work_dir"),
        format: matches.try_get_one("input_format").ok().flatten().copied(),
    }
}

/// Shows how much was fetched, as the options of a command ask for it.
#[cfg(feature = "remote")]
fn bar(matches: &ArgMatches) -> StageBar {
    let progress = matches.try_get_one::<AutoChoice>("progress").ok().flatten().copied();
    StageBar::new(progress.unwrap_or(AutoChoice::Never))
}
