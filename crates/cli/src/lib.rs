//! The command line: parses arguments, calls the library, prints results.
//!
//! Results go to standard output, everything else to standard error. Each command has a file with its arguments and its
//! `run`; arguments that several commands share are in `args`. This module contains no algorithm.
//!
//! The program `mukarrar` and the command of the Python package both call [`main`].

use std::ffi::OsString;
use std::io;

use clap::error::ErrorKind as UsageErrorKind;
use clap::{ArgMatches, FromArgMatches};

use mukarrar::error::{Error, ErrorKind, Result};

mod addresses;
mod alarms;
mod allocator;
mod args;
mod boilerplate;
mod clusters;
mod command;
mod compare;
mod config;
mod console;
mod contaminated;
mod dedup;
mod dedup_files;
mod dedup_run;
mod describe;
mod environment;
mod estimate;
mod eval;
mod exit;
mod finish;
mod generate;
mod idf;
#[cfg(feature = "persistent")]
mod index;
mod inputs;
mod known_indexes;
#[cfg(feature = "server")]
mod label;
mod manual;
mod mapped_input;
mod memory;
mod normalize;
mod pairs;
mod passages;
mod preview;
mod progress;
mod remedies;
#[cfg(feature = "remote")]
mod remote;
mod repetition;
mod rules;
mod run_options;
#[cfg(feature = "server")]
mod serve;
mod shard;
mod short_help;
mod stories;
mod summary;
mod telling;
mod text_finder;
mod tips;
mod units;
mod version;

use command::{Arguments, ToolCommand, command};
use console::Console;
use exit::Exit;
use remedies::CommandLinePhrasing;

/// The memory limit of a run if none is given, in bytes: 70 % of the free memory of the machine or of the control group of the
/// process. `None` if the system reports neither.
#[must_use]
pub fn default_memory_limit() -> Option<u64> {
    memory::default_limit()
}

/// Runs the command in `arguments`, whose first item is the name of the program, and returns the exit code of the process:
/// 0, 1, 2 or 130, as `--help` lists them.
///
/// For the `main` of a process that does nothing else. It sets the allocator, installs handlers of signals and panics and raises the limit of open
/// files; an interrupt during the run ends the process.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    allocator::adjust();
    exit::on_interrupt();
    mapped_input::tell_of_shrinking_files();
    #[cfg(unix)]
    raise_open_file_limit();
    #[cfg(feature = "parquet")]
    silence_decoder_panics();

    run(arguments).code()
}

/// Prints no panic message for a decoder that fails on a damaged file: the library reports it as a rejected record.
#[cfg(feature = "parquet")]
fn silence_decoder_panics() {
    let default_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !mukarrar::input::is_guarded() {
            default_hook(panic);
        }
    }));
}

/// Raises the soft limit of open files to the hard limit: an index keeps hundreds of files open, a server as many
/// connections, and shells often start processes with a soft limit of 1,024.
#[cfg(unix)]
fn raise_open_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);

    // If the system refuses, the old limit stays.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Runs the command in `arguments`, whose first item is the name of the program.
fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let (arguments, matches) = match parse(arguments.into_iter().collect()) {
        Ok(parsed) => parsed,
        Err(usage) => return print_usage(&usage),
    };

    let console = Console::new(arguments.color);
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for (name, meant) in environment::misspelt(command, variables) {
        console.warning(&format!("{name} is no variable of mukarrar, so it sets nothing; perhaps {meant} is meant"));
    }

    let ended = addresses::open(&matches).and_then(|()| dispatch(arguments.command, &matches, &console));
    addresses::close(&ended);
    match ended {
        Ok(exit) => exit,
        Err(error) if is_broken_pipe(&error) => Exit::Done,
        Err(error) => {
            console.error(&error.message(&CommandLinePhrasing));
            Exit::Error
        }
    }
}

/// The arguments as a struct, and as matches that say which of them the user gave.
fn parse(arguments: Vec<OsString>) -> std::result::Result<(Arguments, ArgMatches), clap::Error> {
    let grammar = if short_help::is_asked(&arguments) { short_help::shortened(command()) } else { command() };
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();

    let arguments = config::with_file(&grammar, arguments)
        .map_err(|error| config::usage_error(&grammar, &error.message(&CommandLinePhrasing)))?;
    let matches = grammar.try_get_matches_from(arguments).map_err(|error| tips::with_tip(error, &command(), &words))?;
    let arguments = Arguments::from_arg_matches(&matches)?;

    Ok((arguments, matches))
}

fn dispatch(command: ToolCommand, matches: &ArgMatches, console: &Console) -> Result<Exit> {
    match command {
        ToolCommand::Clusters(arguments) => clusters::run(&arguments, console),
        ToolCommand::Dedup(arguments) => dedup::run(&arguments, matches, console),
        ToolCommand::Shard { command } => shard::run(&command, console),
        ToolCommand::Pairs(arguments) => pairs::run(&arguments, console),
        ToolCommand::Passages(arguments) => passages::run(&arguments, console),
        ToolCommand::Contaminated(arguments) => contaminated::run(&arguments, console),
        ToolCommand::Stories(arguments) => stories::run(&arguments, console),
        ToolCommand::Compare(arguments) => compare::run(&arguments, console),
        ToolCommand::Describe(arguments) => describe::run(&arguments, console),
        ToolCommand::Preview(arguments) => preview::run(&arguments, console),
        ToolCommand::Units(arguments) => units::run(&arguments, console),
        ToolCommand::Normalize(arguments) => normalize::run(&arguments, console),
        ToolCommand::Eval(arguments) => eval::run(&arguments, console),
        #[cfg(feature = "server")]
        ToolCommand::Label(arguments) => label::run(&arguments, console),
        ToolCommand::Estimate(arguments) => estimate::run(&arguments, console),
        ToolCommand::Boilerplate(arguments) => boilerplate::run(&arguments, console),
        ToolCommand::Idf(arguments) => idf::run(&arguments, console),
        #[cfg(feature = "persistent")]
        ToolCommand::Index { command } => index::run(&command, console),
        #[cfg(feature = "server")]
        ToolCommand::Serve(arguments) => serve::run(&arguments, console),
        ToolCommand::Completions { shell } => generate::completions(shell, console),
        ToolCommand::Man(arguments) => generate::man(&arguments, console),
    }
}

/// Prints help, version or a usage error. Help and version are results and exit with 0.
fn print_usage(usage: &clap::Error) -> Exit {
    let printed = usage.print();

    match usage.kind() {
        UsageErrorKind::DisplayHelp | UsageErrorKind::DisplayVersion => match printed {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Error,
            _ => Exit::Done,
        },
        _ => Exit::Error,
    }
}

/// Whether the reader of standard output closed it. The command then ends without an error.
fn is_broken_pipe(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Io { path, source, .. } => path.as_os_str() == "-" && source.kind() == io::ErrorKind::BrokenPipe,
        _ => false,
    }
}
