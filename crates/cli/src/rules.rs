//! Boilerplate rules: read from a file, or learned from the input.

use std::sync::Arc;

use super::args::groups::{BoilerplateArgs, InputArgs, RunningArgs, SourceArgs};
use super::args::values::AutoChoice;
use super::inputs;
use super::progress::StageBar;
use mukarrar::error::{Error, Result};
use mukarrar::input::{Corpus, StoragePolicy};
use mukarrar::page::{Boilerplate, BoilerplateRules, SourceResolver, UnitLevel};
use mukarrar::pipeline;
use mukarrar::spill::SpillDir;

/// The value of `--boilerplate-rules` that asks to learn them.
const LEARN: &str = "learn";

/// The rules of a command that reads its input once and cannot learn from it.
pub(super) fn from_file(arguments: &BoilerplateArgs) -> Result<Option<Arc<BoilerplateRules>>> {
    let Some(path) = &arguments.boilerplate_rules else { return Ok(None) };
    if is_learn(arguments) {
        let expected = "this command reads its input once; give a rules file, written with `mukarrar boilerplate`";
        return Err(Error::parameter("boilerplate_rules", LEARN, expected));
    }

    BoilerplateRules::open(path).map(|rules| Some(Arc::new(rules)))
}

/// Refuses to learn rules in a run that has no process for all of its input.
pub(super) fn refuse_to_learn(arguments: &BoilerplateArgs) -> Result<()> {
    if is_learn(arguments) {
        let expected = "a rules file in a sharded run, written with `mukarrar boilerplate`";
        return Err(Error::parameter("boilerplate_rules", LEARN, expected));
    }
    Ok(())
}

/// The rules of a run, which may learn them from its input first.
pub(super) fn of_run(
    arguments: &BoilerplateArgs,
    input: &InputArgs,
    running: &RunningArgs,
    progress: AutoChoice,
) -> Result<Option<Arc<BoilerplateRules>>> {
    if arguments.mode.boilerplate == Boilerplate::Keep {
        return Ok(None);
    }
    if !is_learn(arguments) {
        return from_file(arguments);
    }

    // Half of the memory limit is for the bytes of the input.
    let temp_dir = running.limit.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
    let mut holding = StoragePolicy::default();
    holding.memory = running.limit.memory.map(|memory| memory / 2);
    holding.map = running.limit.memory.is_none();
    holding.room = Some(SpillDir::temporary(temp_dir));

    learn(input, &arguments.source, holding, running.threads.threads, progress).map(|rules| Some(Arc::new(rules)))
}

/// Learns rules from an input. `holding` says where the bytes of the input are kept.
pub(super) fn learn(
    input: &InputArgs,
    source: &SourceArgs,
    holding: StoragePolicy,
    threads: Option<usize>,
    progress: AutoChoice,
) -> Result<BoilerplateRules> {
    let source_field = source.source_field.as_deref();
    let fields = SourceResolver::fields(source_field).collect();
    let listed = inputs::list(&input.inputs, &input.reading, UnitLevel::Document, fields)?;
    let corpus = Corpus::read_once(listed, holding)?;
    corpus.refuse_unreadable()?;

    pipeline::learn(&corpus, source_field, threads, &StageBar::new(progress))
}

/// Refuses to learn from standard input, which cannot be read twice.
pub(super) fn refuse_to_learn_from_stdin(arguments: &BoilerplateArgs, input: &InputArgs) -> Result<()> {
    let reads_stdin = input.inputs.iter().any(|path| path.as_os_str() == "-");
    if is_learn(arguments) && reads_stdin {
        let expected = "standard input cannot be read twice; give a rules file, written with `mukarrar boilerplate`";
        return Err(Error::parameter("boilerplate_rules", LEARN, expected));
    }

    Ok(())
}

fn is_learn(arguments: &BoilerplateArgs) -> bool {
    arguments.boilerplate_rules.as_ref().is_some_and(|path| path.as_os_str() == LEARN)
}
