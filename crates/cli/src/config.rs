//! Options in a file, `--config`.
//!
//! The command line comes first, then the environment, then the file, then the defaults. The file is TOML: `threshold = 0.7`,
//! for every command that has the option, or below `[dedup]` for one command. The file of `--summary` is read as well: its
//! parameters are used again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Command;
use clap::error::ErrorKind as UsageErrorKind;
use serde_json::{Map, Value};

use mukarrar::error::{Error, ErrorKind, Result};
use mukarrar::input::is_address;

use crate::environment::{FILE, variable};

/// Parameters of a summary that are results, and set nothing.
const DERIVED: [&str; 2] = ["s_curve", "boilerplate_rules"];

/// The arguments of the command line with those of the file behind the command, if there is a file.
///
/// # Errors
///
/// The file cannot be read, is neither TOML nor a summary, or sets something that is not an option.
pub(super) fn with_file(command: &Command, arguments: Vec<OsString>) -> Result<Vec<OsString>> {
    let Some(path) = file(&arguments) else { return Ok(arguments) };
    let Some((asked, place)) = asked_command(command, &arguments) else { return Ok(arguments) };
    let options = FileOptions::open(&path)?;

    let mut added = Vec::new();
    for (name, value) in options.for_command(command, asked)? {
        let Some(argument) = asked.get_arguments().find(|argument| argument.get_long() == Some(name.as_str())) else {
            continue;
        };

        // What the user gave, here or in the environment, comes first, and so does what contradicts it.
        let is_given = |argument: &clap::Arg| is_given(argument, asked, &arguments);
        let conflicts = asked.get_arg_conflicts_with(argument);
        if is_given(argument) || conflicts.into_iter().any(is_given) {
            continue;
        }
        added.extend(words(argument, &name, &value).map_err(|expected| options.wrong(&name, &expected))?);
    }

    let mut joined = arguments;
    joined.splice(place..place, added);
    Ok(joined)
}

/// The file that the command line or the environment names.
fn file(arguments: &[OsString]) -> Option<PathBuf> {
    let mut words = arguments.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == "--config" {
            return words.next().map(PathBuf::from);
        }
        if let Some(path) = word.to_str().and_then(|word| word.strip_prefix("--config=")) {
            return Some(PathBuf::from(path));
        }
    }

    std::env::var_os(FILE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The command that the arguments name, and the place behind its name.
fn asked_command<'c>(command: &'c Command, arguments: &[OsString]) -> Option<(&'c Command, usize)> {
    let (mut asked, mut end) = (command, None);
    for (place, word) in arguments.iter().enumerate().skip(1) {
        if let Some(found) = asked.get_subcommands().find(|known| known.get_name() == word) {
            (asked, end) = (found, Some(place + 1));
            if asked.get_subcommands().next().is_none() {
                break;
            }
        }
    }
    end.map(|end| (asked, end))
}

/// Whether the user gave an option, on the command line or in the environment.
fn is_given(argument: &clap::Arg, command: &Command, arguments: &[OsString]) -> bool {
    let long = argument.get_long().unwrap_or("");
    if std::env::var_os(variable(long)).is_some() {
        return true;
    }

    let words = arguments.iter().take_while(|word| *word != "--").filter_map(|word| word.to_str());
    words.into_iter().any(|word| match (word.strip_prefix("--"), word.strip_prefix('-')) {
        (Some(word), _) => word.split('=').next() == Some(long),
        (None, Some(cluster)) => in_cluster(argument.get_short(), cluster, command),
        _ => false,
    })
}

/// Whether a cluster such as `qj4` has the letter of an option. What follows an option with a value is the value.
fn in_cluster(short: Option<char>, cluster: &str, command: &Command) -> bool {
    for letter in cluster.chars() {
        if Some(letter) == short {
            return true;
        }
        let known = command.get_arguments().find(|argument| argument.get_short() == Some(letter));
        if known.is_none_or(|known| known.get_action().takes_values()) {
            return false;
        }
    }
    false
}

/// An option of a file as words of the command line.
///
/// # Errors
///
/// What was expected instead.
fn words(argument: &clap::Arg, name: &str, value: &Value) -> std::result::Result<Vec<OsString>, String> {
    if !argument.get_action().takes_values() {
        return match value {
            Value::Bool(true) => Ok(vec![format!("--{name}").into()]),
            Value::Bool(false) | Value::Null => Ok(Vec::new()),
            _ => Err("true or false".to_owned()),
        };
    }

    let word = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        // The options with two values are on and off.
        Value::Bool(value) => Ok(if *value { "on" } else { "off" }.to_owned()),
        _ => Err("a text, a number, true or false, or a list of them".to_owned()),
    };
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(values) => values.iter().map(|value| Ok(format!("--{name}={}", word(value)?).into())).collect(),
        value => Ok(vec![format!("--{name}={}", word(value)?).into()]),
    }
}

/// The options of a file.
struct FileOptions {
    path: PathBuf,
    options: Map<String, Value>,
    /// Whether they are the parameters of a summary, which name more than one command has.
    is_summary: bool,
}

impl FileOptions {
    fn open(path: &Path) -> Result<Self> {
        if is_address(path) {
            let what = "is an address of another machine, and --config is a path of this one".to_owned();
            let remedy = "copy it to this machine first".into();
            return Err(ErrorKind::Unreadable { path: path.to_owned(), what, remedy }.into());
        }
        let text = std::fs::read_to_string(path).map_err(|source| Error::io("read", path, source))?;

        if text.trim_start().starts_with('{') {
            let value = serde_json::from_str(&text).map_err(|error| unreadable(path, &error.to_string()))?;
            return Self::of_summary(path, value);
        }
        let document: toml_edit::DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| unreadable(path, error.to_string().trim_end()))?;
        let options = document.iter().filter_map(|(name, item)| Some((name.to_owned(), json(item)?))).collect();
        Ok(Self { path: path.to_owned(), options, is_summary: false })
    }

    /// The parameters in a summary, or parameters alone.
    fn of_summary(path: &Path, value: Value) -> Result<Self> {
        let Value::Object(mut summary) = value else { return Err(unreadable(path, "it is no object of JSON")) };
        let mut options = match summary.remove("parameters") {
            Some(Value::Object(parameters)) => parameters,
            _ => summary,
        };

        // In a summary: the fold behind the profile, and `null` for off.
        if let Some(Value::String(profile)) = options.get_mut("profile") {
            *profile = profile_name(profile);
        }
        if options.get("containment") == Some(&Value::Null) {
            options.insert("containment".to_owned(), Value::from("off"));
        }
        options.retain(|name, value| !DERIVED.contains(&name.as_str()) && !value.is_null());
        Ok(Self { path: path.to_owned(), options, is_summary: true })
    }

    /// The options for the command `asked`, by their names on the command line. Those of its table come last and win.
    ///
    /// # Errors
    ///
    /// A name is that of no option and no command.
    fn for_command(&self, command: &Command, asked: &Command) -> Result<Vec<(String, Value)>> {
        let mut options: Map<String, Value> = Map::new();
        let mut tables = Vec::new();

        for (name, value) in &self.options {
            let long = name.replace('_', "-");
            match value {
                Value::Object(table) if find(command, name).is_some() => {
                    if asked.get_name() == name {
                        tables.push(table);
                    }
                    let of_table = find(command, name).into_iter();
                    for (inner, _) in table {
                        self.check(inner, of_table.clone().any(|command| has(command, &inner.replace('_', "-"))))?;
                    }
                }
                value => {
                    self.check(name, self.is_summary || anywhere(command, &long))?;
                    options.insert(long, value.clone());
                }
            }
        }

        if self.is_summary && !options.is_empty() && !options.keys().any(|long| anywhere(command, long)) {
            return Err(unreadable(&self.path, "it holds no parameters of a summary"));
        }

        for (name, value) in tables.into_iter().flatten() {
            options.insert(name.replace('_', "-"), value.clone());
        }
        Ok(options.into_iter().collect())
    }

    fn check(&self, name: &str, is_known: bool) -> Result<()> {
        if is_known {
            Ok(())
        } else {
            Err(unreadable(&self.path, &format!("{name:?} is no option of the command line")))
        }
    }

    fn wrong(&self, name: &str, expected: &str) -> Error {
        unreadable(&self.path, &format!("the value of {name:?} should be {expected}"))
    }
}

/// The name of a profile without the version of the fold: `standard` of `ar-standard-1`.
fn profile_name(text: &str) -> String {
    let names = ["none", "light", "standard", "aggressive"];
    names.iter().find(|name| text.contains(*name)).map_or_else(|| text.to_owned(), |name| (*name).to_owned())
}

/// The command, or command of `index`, with this name.
fn find<'c>(command: &'c Command, name: &str) -> Option<&'c Command> {
    command
        .get_subcommands()
        .find_map(|command| if command.get_name() == name { Some(command) } else { find(command, name) })
}

fn has(command: &Command, long: &str) -> bool {
    command.get_arguments().any(|argument| argument.get_long() == Some(long)) || anywhere(command, long)
}

/// Whether some command has the option.
fn anywhere(command: &Command, long: &str) -> bool {
    command.get_subcommands().any(|command| has(command, long))
}

/// A TOML value as JSON; `None` for an item without a value.
fn json(item: &toml_edit::Item) -> Option<Value> {
    match item {
        toml_edit::Item::Value(value) => Some(json_value(value)),
        toml_edit::Item::Table(table) => {
            Some(table.iter().filter_map(|(name, item)| Some((name.to_owned(), json(item)?))).collect())
        }
        toml_edit::Item::None | toml_edit::Item::ArrayOfTables(_) => None,
    }
}

fn json_value(value: &toml_edit::Value) -> Value {
    use toml_edit::Value as Toml;
    match value {
        Toml::String(text) => Value::from(text.value().as_str()),
        Toml::Integer(number) => Value::from(*number.value()),
        Toml::Float(number) => Value::from(*number.value()),
        Toml::Boolean(value) => Value::from(*value.value()),
        Toml::Datetime(moment) => Value::from(moment.value().to_string()),
        Toml::Array(values) => values.iter().map(json_value).collect(),
        Toml::InlineTable(table) => table.iter().map(|(name, value)| (name.to_owned(), json_value(value))).collect(),
    }
}

fn unreadable(path: &Path, what: &str) -> Error {
    let remedy = "write options as in TOML, such as threshold = 0.7, or give a file of --summary".into();
    ErrorKind::Unreadable { path: path.to_owned(), what: format!("cannot be used as --config: {what}"), remedy }.into()
}

/// A usage error for a file of options that cannot be used.
pub(super) fn usage_error(command: &Command, message: &str) -> clap::Error {
    clap::Error::raw(UsageErrorKind::Io, format!("{message}\n")).with_cmd(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(file: &str, arguments: &[&str]) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("options");
        std::fs::write(&path, file).unwrap();
        let mut words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        words.push(format!("--config={}", path.display()).into());
        let words = with_file(&crate::command::command(), words).unwrap();
        words
            .iter()
            .map(|word| word.to_str().unwrap().to_owned())
            .filter(|word| !word.starts_with("--config"))
            .collect()
    }

    #[test]
    fn options_of_a_file_stand_behind_the_command_unless_they_are_given() {
        let file =
            "threshold = 0.7\nstrict = true\nmax_bucket = 50\n[dedup]\nagainst = [\"a\", \"b\"]\nthreshold = 0.8\n";
        assert_eq!(
            joined(file, &["mukarrar", "clusters", "x", "--max-bucket", "9"]),
            ["mukarrar", "clusters", "--strict", "--threshold=0.7", "x", "--max-bucket", "9"]
        );
        assert_eq!(
            joined(file, &["mukarrar", "dedup", "x", "-qt0.9", "-o", "y"]),
            [
                "mukarrar",
                "dedup",
                "--against=a",
                "--against=b",
                "--max-bucket=50",
                "--strict",
                "x",
                "-qt0.9",
                "-o",
                "y"
            ]
        );
    }

    #[test]
    fn parameters_of_a_summary_are_options() {
        let summary = r#"{"parameters": {"profile": "ar-standard-1", "short": true, "containment": null, "edited": false,
            "s_curve": [[0.3, 0.1]], "keep": "first", "window": null, "seed": 7}}"#;
        assert_eq!(
            joined(summary, &["mukarrar", "pairs", "x"]),
            ["mukarrar", "pairs", "--containment=off", "--profile=standard", "--seed=7", "--short=on", "x"]
        );
    }

    #[test]
    fn unknown_options_of_a_file_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("options");
        for (file, wrong) in
            [("treshold = 1\n", "treshold"), ("[dedup]\nfoo = 1\n", "foo"), ("a = \n", "config"), ("[x]\n", "x")]
        {
            std::fs::write(&path, file).unwrap();
            let words = ["mukarrar", "dedup", "--config"].map(OsString::from).into_iter();
            let words = words.chain([path.clone().into()]).collect();
            let error = with_file(&crate::command::command(), words).unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }
}
