//! `mukarrar completions` and `mukarrar man`: generated from the same clap command as the help.

use std::io::{self, Write};

use clap_mangen::Man;

use super::command::command;
use super::console::{Console, stdout_error};
use super::exit::Exit;
use mukarrar::error::Result;

pub(super) fn completions(shell: clap_complete::Shell, console: &Console) -> Result<Exit> {
    let mut script = Vec::new();

    clap_complete::generate(shell, &mut command(), "mukarrar", &mut script);
    console.print(|out| out.write_all(&script).map_err(stdout_error))?;
    Ok(Exit::Done)
}

/// Prints the page of the tool, then a page for each command.
pub(super) fn man(console: &Console) -> Result<Exit> {
    let mut pages = Vec::new();
    render(&mut pages).map_err(stdout_error)?;
    console.print(|out| out.write_all(&pages).map_err(stdout_error))?;
    Ok(Exit::Done)
}

fn render(pages: &mut dyn Write) -> io::Result<()> {
    let mut root = command();
    root.build();

    Man::new(root.clone()).render(pages)?;
    for page in root.get_subcommands().filter(|page| page.get_name() != "help") {
        Man::new(page.clone()).render(pages)?;
    }
    Ok(())
}
