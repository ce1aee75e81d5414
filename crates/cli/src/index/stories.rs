//! `mukarrar index stories`.

use clap::Args;

use super::args::DirectoryArgs;
use super::opening::builder_for;
use super::transfer::refuse_inside_index;
use super::upkeep::now;
use crate::args::groups::OutputArgs;
use crate::console::Console;
use crate::exit::Exit;
use crate::finish;
use mukarrar::document::{Date, Window};
use mukarrar::error::Result;
use mukarrar::report;

#[derive(Debug, Args)]
pub(crate) struct StoriesArgs {
    #[command(flatten)]
    index: DirectoryArgs,
    /// Only stories whose latest text was published then or later: a date such as 2024-03-05, or an age such as 12h, 7d or 2w.
    #[arg(long, value_name = "WHEN", value_parser = moment, help_heading = "Showing")]
    since: Option<Date>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Reads a date, or an age before now.
fn moment(text: &str) -> std::result::Result<Date, String> {
    let aged = || text.parse::<Window>().ok().map(|window| window.before(now()));
    Date::read(text)
        .or_else(aged)
        .ok_or_else(|| "a date such as 2024-03-05, or an age such as 12h, 7d or 2w".to_owned())
}

pub(super) fn stories(arguments: &StoriesArgs, console: &Console) -> Result<Exit> {
    let StoriesArgs { index, since, output } = arguments;
    refuse_inside_index(&output.output, &index.directory)?;
    let opened = builder_for(index).open_read_only(&index.directory)?;
    let stories = opened.stories(*since)?;

    let mut outputs = output.compression.outputs(None);
    finish::write_results(output, &mut outputs, console, |style, out| report::index_stories(&stories, style, out))?;
    outputs.commit()?;
    Ok(Exit::Done)
}
