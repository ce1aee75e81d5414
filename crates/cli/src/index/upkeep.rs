//! `mukarrar index remove`, `expire`, `stats` and `compact`.

use std::io::{self, BufRead};
use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, ValueEnum};

use super::args::DirectoryArgs;
use super::opening::open_existing;
use crate::console::{Console, stdout_error};
use crate::exit::Exit;
use crate::remedies::parse;
use mukarrar::Index;
use mukarrar::document::{Date, Window};
use mukarrar::error::{Error, Result};
use mukarrar::index::Expiry;
use mukarrar::wording::counted;

#[derive(Debug, Args)]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    index: DirectoryArgs,
    /// Keys, or - to read one key per line from standard input.
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
}

#[derive(Debug, Args)]
#[group(id = "expiry", required = true, multiple = false)]
pub(crate) struct ExpiryArgs {
    /// Remove texts that were first seen at least this long ago: 12h, 7d, 2w.
    #[arg(long, value_name = "TIME", value_parser = parse::<Window>, group = "expiry")]
    age: Option<Window>,
    /// Remove texts that are older than the newest text by more than the window of the index.
    #[arg(long, group = "expiry")]
    window: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExpireArgs {
    #[command(flatten)]
    index: DirectoryArgs,
    #[command(flatten)]
    expiry: ExpiryArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// The directory of the index.
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Format of the output.
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = IndexFormat::Text, help_heading = "Showing")]
    format: IndexFormat,
}

/// Format of what an index tells of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum IndexFormat {
    Text,
    Json,
}

pub(super) fn remove(arguments: &RemoveArgs, console: &Console) -> Result<Exit> {
    let RemoveArgs { index, keys } = arguments;
    let index = open_existing(index, console)?;
    let (mut removed, mut unknown) = (0_u64, 0_u64);

    let mut forget = |key: &str| -> Result<()> {
        *if index.remove(key)? { &mut removed } else { &mut unknown } += 1;
        Ok(())
    };

    for key in keys {
        if key == "-" {
            for line in io::stdin().lock().lines() {
                forget(&line.map_err(|source| Error::io("read", "-", source))?)?;
            }
        } else {
            forget(key)?;
        }
    }

    // Closing commits, so the note comes after it.
    index.close()?;
    console.note(&format!("removed {removed}, not there {unknown}"));
    Ok(Exit::Done)
}

pub(super) fn expire(arguments: &ExpireArgs, console: &Console) -> Result<Exit> {
    let ExpireArgs { index, expiry } = arguments;
    let index = open_existing(index, console)?;

    let expiry = match expiry.age {
        Some(age) => Expiry::SeenBefore(age.before(now())),
        None => Expiry::OutsideWindow,
    };

    let expired = index.expire(expiry)?;
    index.close()?;
    console.note(&format!("expired {expired}"));
    Ok(Exit::Done)
}

pub(super) fn stats(arguments: &StatsArgs, console: &Console) -> Result<Exit> {
    let index = Index::builder().open_read_only(&arguments.directory)?;
    let stats = index.stats()?;

    // The text shows the same names and values as the JSON.
    let json = serde_json::json!({ "settings": index.settings(), "stats": stats });
    console.print(|out| {
        if arguments.format == IndexFormat::Json {
            return writeln!(out, "{json}").map_err(stdout_error);
        }

        for part in ["stats", "settings"] {
            for (name, value) in json[part].as_object().into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                writeln!(out, "{name:<18} {value}").map_err(stdout_error)?;
            }
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

pub(super) fn compact(arguments: &DirectoryArgs, console: &Console) -> Result<Exit> {
    let index = open_existing(arguments, console)?;

    let compacted = index.compact()?;
    index.close()?;

    let (before, after) = (compacted.bytes_before, compacted.bytes_after);
    console.note(&format!(
        "{}, {before} bytes before, {after} after",
        counted(compacted.documents as u64, "document", "documents")
    ));
    Ok(Exit::Done)
}

/// The current time. A clock before 1970 counts as 1970, before which no text was seen.
pub(super) fn now() -> Date {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.ok().and_then(|since| Date::from_number(since.as_secs_f64())).unwrap_or(Date::EPOCH)
}
