//! The command line: typed arguments, resolved into a library call, its results printed.
//!
//! No algorithm lives here. Results go to standard output, everything else to standard error. Arguments and help stand in
//! `args`; each command has a file of its own.

use std::ffi::OsString;
use std::io;

use clap::error::ErrorKind as Usage;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use mukarrar::error::{Error, ErrorKind, Result};

mod args;
mod boilerplate;
mod clusters;
mod compare;
mod console;
mod dedup;
mod eval;
mod exit;
mod generate;
#[cfg(feature = "persistent")]
mod index;
mod job;
mod memory;
mod normalize;
mod pairs;
mod passages;
mod progress;
#[cfg(feature = "server")]
mod serve;
mod summary;
mod units;

use args::{Arguments, Command};
use console::Console;
use exit::Exit;

fn main() -> std::process::ExitCode {
    exit::on_interrupt();
    #[cfg(unix)]
    take_open_files();
    #[cfg(feature = "parquet")]
    quiet_decoders();
    run(std::env::args_os()).into()
}

/// A decoder that gives up on a damaged file is told as a reject, not as a panic.
#[cfg(feature = "parquet")]
fn quiet_decoders() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !mukarrar::input::is_guarded() {
            told(panic);
        }
    }));
}

/// Takes as many open files as the system grants: an index keeps hundreds open, a server as many connections, and shells start
/// processes with a soft limit of 1,024.
#[cfg(unix)]
fn take_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it is refused, what was granted before must do.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// The whole grammar of the command line: what help, completions and the man page are made from.
fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the command that `arguments` spell, the program's name first.
fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let parsed = command().try_get_matches_from(arguments);
    let parsed = parsed.and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, matches)));
    let (arguments, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(usage) => return refuse(&usage),
    };
    let mut console = Console::new(arguments.color);
    match dispatch(arguments.command, &matches, &mut console) {
        Ok(exit) => exit,
        Err(error) if is_broken_pipe(&error) => Exit::Done,
        Err(error) => {
            console.error(&error.to_string());
            Exit::Error
        }
    }
}

/// `matches` tell what was given from what is there by default.
fn dispatch(command: Command, matches: &ArgMatches, console: &mut Console) -> Result<Exit> {
    match command {
        Command::Clusters(arguments) => clusters::run(&arguments, console),
        Command::Dedup(arguments) => dedup::run(&arguments, &given(matches), console),
        Command::Pairs(arguments) => pairs::run(&arguments, console),
        Command::Passages(arguments) => passages::run(&arguments, console),
        Command::Compare(arguments) => compare::run(&arguments, console),
        Command::Units(arguments) => units::run(&arguments, console),
        Command::Normalize(arguments) => normalize::run(&arguments, console),
        Command::Eval(arguments) => eval::run(&arguments, console),
        Command::Boilerplate(arguments) => boilerplate::run(&arguments, console),
        #[cfg(feature = "persistent")]
        Command::Index { command } => index::run(&command, console),
        #[cfg(feature = "server")]
        Command::Serve(arguments) => serve::run(&arguments, console),
        Command::Completions { shell } => generate::completions(shell, console),
        Command::Man => generate::man(console),
    }
}

/// Whether an argument of the command, by its long name, stands on the command line.
fn given(matches: &ArgMatches) -> impl Fn(&str) -> bool + '_ {
    let of_command = matches.subcommand().map(|(_, of_command)| of_command);
    move |name| {
        of_command.and_then(|matches| matches.value_source(&name.replace('-', "_"))) == Some(ValueSource::CommandLine)
    }
}

/// Help and version are results; all else is an error.
fn refuse(usage: &clap::Error) -> Exit {
    let written = usage.print();
    match usage.kind() {
        Usage::DisplayHelp | Usage::DisplayVersion => match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Exit::Error,
            _ => Exit::Done,
        },
        _ => Exit::Error,
    }
}

/// Whether the reader of standard output went away, which is its right.
fn is_broken_pipe(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Io { path, source, .. } => path.as_os_str() == "-" && source.kind() == io::ErrorKind::BrokenPipe,
        _ => false,
    }
}
