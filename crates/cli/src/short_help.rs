//! The short help, `-h`: the options that are used most, a line each. The full help is `--help`.

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::{Arg, Command};

/// The arguments that the short help of a command shows, if the command has them.
#[rustfmt::skip]
const SHOWN: &[&str] = &[
    "inputs", "a", "b", "keys", "directory", "part", "parts", "dedup", "file", "other", "shell", "within",
    "input_format", "id_field", "text_field", "against",
    "output", "removed", "rejected", "clusters", "mark", "dry_run", "format", "report",
    "unit", "lang", "boilerplate_rules", "threshold", "date_field", "window",
    "min_tokens", "max_gap", "keep", "remove", "top", "by", "gold", "gold_kind", "pages", "age", "replace", "sample",
    "threads", "memory", "work_dir", "check", "strict", "summary", "quiet", "verbose",
    "listen", "token_file", "read_only", "create", "max_body", "max_requests", "config",
];

/// Longest help of an option, in characters; longer ones end where their first part ends.
const LINE: usize = 55;

/// Whether the short help is asked for.
pub(super) fn is_asked(arguments: &[OsString]) -> bool {
    arguments.iter().take_while(|argument| *argument != "--").any(|argument| argument == "-h")
}

/// The grammar with short help in all its commands.
pub(super) fn shortened(command: Command) -> Command {
    command.mut_args(shortened_argument).mut_subcommands(|command| {
        let is_leaf = command.get_subcommands().next().is_none();
        let command = shortened(command);
        if is_leaf { command.after_help("All options and examples: --help instead of -h.") } else { command }
    })
}

fn shortened_argument(argument: Arg) -> Arg {
    let is_shown = SHOWN.contains(&argument.get_id().as_str());
    let help = argument.get_help().map(|help| first_part(&help.to_string())).unwrap_or_default();

    // One list without headings, which cost two lines each.
    let takes_values = argument.get_action().takes_values();
    let argument = argument.help(help).hide(!is_shown).help_heading(Resettable::Reset);
    if takes_values { argument.hide_possible_values(true) } else { argument }
}

/// The first sentence of a help, or the first part of a long one.
fn first_part(help: &str) -> String {
    let sentence = help.split(". ").next().unwrap_or(help).split(" [").next().unwrap_or(help);
    let is_long = sentence.chars().count() > LINE;
    let part = if is_long { sentence.split([':', ';', '(']).next().unwrap_or(sentence) } else { sentence };
    part.trim_end_matches([' ', '.', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::command;

    /// Checks the short help of every command below `command`.
    fn check(command: &mut Command) {
        let name = command.get_name().to_owned();
        let help = command.clone().term_width(100).render_help().to_string();
        assert!(help.lines().count() <= 45, "{name}: {} lines\n{help}", help.lines().count());
        command.get_subcommands_mut().for_each(check);
    }

    #[test]
    fn short_help_has_at_most_45_lines() {
        let mut grammar = shortened(command());
        grammar.build();
        check(&mut grammar);
    }

    #[test]
    fn every_shown_argument_is_one_of_some_command() {
        fn has(command: &Command, id: &str) -> bool {
            command.get_arguments().any(|argument| argument.get_id() == id)
                || command.get_subcommands().any(|command| has(command, id))
        }
        let grammar = command();
        for id in SHOWN {
            assert!(has(&grammar, id), "{id}");
        }
    }
}
