//! Errors of the library in the words of the command line: parameters as options, operations as commands.

use std::str::FromStr;

use mukarrar::error::{Error, ErrorKind, Operation, Phrasing};

/// The names of the command line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommandLinePhrasing;

impl Phrasing for CommandLinePhrasing {
    fn parameter(&self, name: &'static str) -> Option<String> {
        Some(match name {
            // Arguments without a name, as usage shows them.
            "inputs" => "INPUT".to_owned(),
            "a" => "A".to_owned(),
            "b" => "B".to_owned(),
            "id" => "id".to_owned(),
            "command" => "COMMAND".to_owned(),

            // Options with another name than the field of the library.
            "language" => "--lang".to_owned(),
            "cache_size" => "--cache".to_owned(),
            "token" => "--token-file or MUKARRAR_TOKEN".to_owned(),
            "mark" => "--mark=FIELD".to_owned(),
            "annotate" => "--annotate=FIELD".to_owned(),
            "across_sources" => "--across".to_owned(),

            // Commands of `index`, named as parameters by the functions behind them.
            "expire" | "merge" | "insert" => name.to_owned(),

            name => format!("--{}", name.replace('_', "-")),
        })
    }

    fn setting(&self, name: &'static str, value: &str) -> Option<String> {
        self.parameter(name).map(|option| format!("{option} {value}"))
    }

    fn subject(&self, name: &'static str) -> String {
        match name {
            // The token may also come from the environment.
            "token" => "token".to_owned(),
            "mark" => "--mark".to_owned(),
            "annotate" => "--annotate".to_owned(),
            name => self.parameter(name).unwrap_or_else(|| name.to_owned()),
        }
    }

    fn rebuild(&self, feature: &'static str) -> String {
        format!("rebuild with --features {feature}")
    }

    fn operation(&self, operation: Operation) -> Option<String> {
        let command = match operation {
            Operation::BuildIndex => "`mukarrar index build`",
            Operation::CheckIndex => "`mukarrar index check`",
            Operation::ExportIndex => "`mukarrar index export`",
            Operation::ImportIndex => "`mukarrar index import`",
            Operation::LearnBoilerplate => "`mukarrar boilerplate`",
            Operation::SketchShard => "`mukarrar shard sketch`",
            Operation::MergeShards => "`mukarrar shard merge`",
            Operation::VerifyShard => "`mukarrar shard verify`",
            Operation::SettleShards => "`mukarrar shard settle`",
            _ => return None,
        };
        Some(command.to_owned())
    }
}

/// Parses the value of an option. The message says only which values are allowed: the parser of the command line names the
/// option and the value itself.
pub(crate) fn parse<T: FromStr<Err = Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error| expectation(&error))
}

/// Which values are allowed, of an error about a parameter; of any other error, the whole message.
pub(crate) fn expectation(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Parameter { expected, .. } => format!("expected {expected}"),
        _ => error.message(&CommandLinePhrasing),
    }
}

#[cfg(test)]
mod tests {
    use mukarrar::error::Remedy;

    use super::*;

    #[test]
    fn parameters_are_options_and_operations_are_commands() {
        let shown = |remedy: Remedy| remedy.describe(&CommandLinePhrasing).unwrap();
        let field = Remedy::Choose { purpose: "name the field that holds the text", parameter: "text_field" };
        assert_eq!(shown(field), "name the field that holds the text with --text-field");
        assert_eq!(shown(Remedy::Rebuild { feature: "xz" }), "rebuild with --features xz");
        assert_eq!(shown(Remedy::Raise { parameter: "memory", least: 7 }), "give --memory 7 or more");
        let learn = Remedy::Run { purpose: "write it", operations: &[Operation::LearnBoilerplate] };
        assert_eq!(shown(learn), "write it with `mukarrar boilerplate`");

        let error = Error::parameter("language", "xx", "one of ar, fa");
        assert_eq!(error.message(&CommandLinePhrasing), "--lang cannot be xx: one of ar, fa");
        assert_eq!(expectation(&error), "expected one of ar, fa");
    }
}
