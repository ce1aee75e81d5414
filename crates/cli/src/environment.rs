//! Options in the environment: the variables `MUKARRAR_*`.

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Command};

/// What the names of the variables begin with.
const PREFIX: &str = "MUKARRAR_";

/// The variable with the path of a file of options.
pub(super) const FILE: &str = "MUKARRAR_CONFIG";

/// Variables that the program reads beside those of options.
const OTHERS: [&str; 3] = [FILE, "MUKARRAR_TOKEN", "MUKARRAR_RETRIES"];

/// Arguments that no variable sets: they are about this call alone, or select the file of options.
const NOT_SET: [&str; 3] = ["help", "version", "config"];

/// Changes of letters by which a name that somebody mistyped differs from the one that was meant, at most.
const SLIPS: usize = 2;

/// The name of the variable for an option.
pub(super) fn variable(long: &str) -> String {
    format!("{PREFIX}{}", long.replace('-', "_").to_ascii_uppercase())
}

/// The grammar in which every option of a command can come from the environment.
pub(super) fn with_environment(command: Command) -> Command {
    command.mut_subcommands(|command| {
        with_environment(command.mut_args(|argument| {
            let Some(long) = argument.get_long().filter(|long| !NOT_SET.contains(long)) else { return argument };

            let variable = variable(long);
            let is_switch = matches!(argument.get_action(), ArgAction::SetTrue);
            let argument = argument.env(variable).hide_env(true);
            if is_switch { argument.value_parser(BoolishValueParser::new()) } else { argument }
        }))
    })
}

/// The variables among `names` that nothing reads and that look like one that is read, each with that one: its name was
/// probably mistyped. Variables that look like none may belong to other programs. The grammar is made only if it is needed.
pub(super) fn misspelt(
    grammar: impl FnOnce() -> Command,
    names: impl Iterator<Item = String>,
) -> Vec<(String, String)> {
    let mut unread: Vec<String> = names.filter(|name| name.starts_with(PREFIX)).collect();
    if unread.is_empty() {
        return Vec::new();
    }

    let mut known = Vec::from(OTHERS.map(str::to_owned));
    collect_variables(&grammar(), &mut known);
    unread.retain(|name| !known.contains(name));
    unread.sort_unstable();

    let meant = |name: String| {
        let near = known.iter().map(|known| (strsim::osa_distance(known, &name), known));
        let (_, meant) = near.filter(|(slips, _)| *slips <= SLIPS).min()?;
        Some((name, meant.clone()))
    };
    unread.into_iter().filter_map(meant).collect()
}

/// Appends the variables of all commands below `command`.
fn collect_variables(command: &Command, known: &mut Vec<String>) {
    for command in command.get_subcommands() {
        let options = command.get_arguments().filter(|argument| argument.get_env().is_some());
        known.extend(options.filter_map(|argument| argument.get_long().map(variable)));
        collect_variables(command, known);
    }
}
