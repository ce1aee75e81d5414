//! `mukarrar boilerplate`.

use super::args::{LearnArgs, RulesFormat};
use super::console::{Console, failed};
use super::{Exit, job};
use mukarrar::error::Result;
use mukarrar::input::Holding;
use mukarrar::page::UnitLevel;
use mukarrar::report::output::Outputs;
use mukarrar::report::{self, Format};

pub(super) fn run(arguments: &LearnArgs, console: &Console) -> Result<Exit> {
    let LearnArgs { input, source, threads, format, output, progress } = arguments;
    let listed = job::input(&input.inputs, &input.reading, UnitLevel::Document, Vec::new())?;
    job::not_inputs([output], &listed)?;
    let rules = job::learn(input, source, Holding::default(), *threads, *progress)?;
    let to_stdout = output.as_os_str() == "-";
    let mut outputs = Outputs::new();
    match (format, to_stdout) {
        (RulesFormat::Jsonl, true) => console.print(|out| rules.write(out).map_err(failed))?,
        (RulesFormat::Jsonl, false) => job::file(output, &mut outputs, |out| rules.write(out))?,
        (RulesFormat::Text, true) => {
            console.print(|out| report::boilerplate(&rules, console.style(Format::Text), out).map_err(failed))?;
        }
        (RulesFormat::Text, false) => {
            job::file(output, &mut outputs, |out| report::boilerplate(&rules, Console::plain(Format::Text), out))?;
        }
    }
    outputs.commit()?;
    Ok(Exit::Done)
}
