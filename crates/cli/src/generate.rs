//! `mukarrar completions` and `mukarrar man`: generated from the same clap command as the help.

use std::path::{Path, PathBuf};

use clap::Args;

use super::command::command;
use super::console::{Console, stdout_error};
use super::exit::Exit;
use super::{finish, manual};
use mukarrar::error::{Error, Result};
use mukarrar::report::output::Outputs;

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The command whose page is printed, as in `man dedup` or `man index build`. If not given, all pages.
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write each page as a file NAME.1 to this directory.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

pub(super) fn completions(shell: clap_complete::Shell, console: &Console) -> Result<Exit> {
    let mut script = Vec::new();

    clap_complete::generate(shell, &mut command(), "mukarrar", &mut script);
    console.print(|out| out.write_all(&script).map_err(stdout_error))?;
    Ok(Exit::Done)
}

/// Prints the page of a command, or the page of the tool and then one for each command, or writes them as files.
pub(super) fn man(arguments: &ManArgs, console: &Console) -> Result<Exit> {
    let pages = manual::pages(command()).map_err(stdout_error)?;
    if let Some(directory) = &arguments.dir {
        write_pages(&pages, directory)?;
        return Ok(Exit::Done);
    }

    let name = [&["mukarrar".to_owned()][..], &arguments.command[..]].concat().join("-");
    let is_asked = |page: &str| arguments.command.is_empty() || page == name;
    let asked: Vec<&[u8]> = pages.iter().filter(|(page, _)| is_asked(page)).map(|(_, text)| &text[..]).collect();
    if asked.is_empty() {
        return Err(Error::parameter(
            "command",
            arguments.command.join(" "),
            "there is no such command; `mukarrar --help` lists them",
        ));
    }
    console.print(|out| asked.iter().try_for_each(|page| out.write_all(page).map_err(stdout_error)))?;
    Ok(Exit::Done)
}

fn write_pages(pages: &[(String, Vec<u8>)], directory: &Path) -> Result<()> {
    let mut outputs = Outputs::new();
    for (name, text) in pages {
        finish::write_file(&directory.join(format!("{name}.1")), &mut outputs, |out| out.write_all(text))?;
    }
    outputs.commit()
}
