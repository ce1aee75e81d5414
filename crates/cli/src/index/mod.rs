//! `mukarrar index`: the commands that keep and query an index.

mod answers;
pub(super) mod args;
mod lookup;
pub(super) mod opening;
mod stories;
mod top;
mod transfer;
mod upkeep;

use clap::Subcommand;

use super::console::Console;
use super::exit::Exit;
use args::DirectoryArgs;
use lookup::{AddArgs, BuildArgs, CheckArgs, QueryArgs};
use mukarrar::error::Result;
use stories::StoriesArgs;
use top::TopArgs;
use transfer::{ExportArgs, ImportArgs, MergeArgs, SnapshotArgs};
use upkeep::{ExpireArgs, RemoveArgs, StatsArgs};

pub(super) const EXAMPLES: &str =
    "DIR is the directory of the index. One process at a time can write it; any number can read it meanwhile.

Examples:
  mukarrar index build seen/ news.jsonl.gz              make an index of the keepers of a corpus
  mukarrar index add seen/ today.jsonl --format jsonl   classify each record as new or not, and store it
  mukarrar index check seen/ page.txt                   classify without storing
  mukarrar index query seen/ page.txt --top 5           list the most similar stored texts
  mukarrar index top seen/ -k 20                        see what comes again and again
  mukarrar index stories seen/ --since 2d               what several texts tell, if it was built with --stories
  mukarrar index expire seen/ --age 30d
  mukarrar index snapshot seen/ backup/2026-11-29       back it up while it is written
  mukarrar index export seen/ -o seen.jsonl             move it to another version or machine";

#[derive(Debug, Subcommand)]
pub(super) enum IndexCommand {
    /// Make an index, and store every text of an input that is not a duplicate of an earlier one.
    Build(BuildArgs),
    /// Store every text of an input that is not a duplicate, and classify each text.
    Add(AddArgs),
    /// Classify every text of an input, and store nothing.
    Check(CheckArgs),
    /// List the stored texts that are most similar to those of an input.
    Query(QueryArgs),
    /// List the stories of an index that tells them: texts of one event, in words of their own.
    Stories(StoriesArgs),
    /// Remove texts by their keys.
    Remove(RemoveArgs),
    /// Remove texts by their age.
    Expire(ExpireArgs),
    /// Show the content, size and settings of an index.
    Stats(StatsArgs),
    /// Show which texts are repeated most, and which forms most texts share.
    Top(TopArgs),
    /// Free the space of removed texts.
    Compact(DirectoryArgs),
    /// Copy an index to a new directory, as of its last commit, while another process may write it.
    Snapshot(SnapshotArgs),
    /// Write every stored text as JSON Lines.
    Export(ExportArgs),
    /// Store the texts of an export in an index. If there is no index, make one with the settings of the export.
    Import(ImportArgs),
    /// Store every text of another index that is not a duplicate. Both indexes must have the same settings.
    Merge(MergeArgs),
}

pub(super) fn run(command: &IndexCommand, console: &Console) -> Result<Exit> {
    match command {
        IndexCommand::Build(arguments) => lookup::build(arguments, console),
        IndexCommand::Add(arguments) => lookup::add(arguments, console),
        IndexCommand::Check(arguments) => lookup::check(arguments, console),
        IndexCommand::Query(arguments) => lookup::query(arguments, console),
        IndexCommand::Stories(arguments) => stories::stories(arguments, console),
        IndexCommand::Remove(arguments) => upkeep::remove(arguments, console),
        IndexCommand::Expire(arguments) => upkeep::expire(arguments, console),
        IndexCommand::Stats(arguments) => upkeep::stats(arguments, console),
        IndexCommand::Top(arguments) => top::top(arguments, console),
        IndexCommand::Compact(arguments) => upkeep::compact(arguments, console),
        IndexCommand::Snapshot(arguments) => transfer::snapshot(arguments, console),
        IndexCommand::Export(arguments) => transfer::export(arguments, console),
        IndexCommand::Import(arguments) => transfer::import(arguments, console),
        IndexCommand::Merge(arguments) => transfer::merge(arguments, console),
    }
}
