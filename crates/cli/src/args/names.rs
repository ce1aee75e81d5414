//! Values that have names: parsed by the library, and completed by the shell.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;

pub(crate) const INPUT_FORMATS: [&str; 7] = ["jsonl", "text", "csv", "tsv", "parquet", "html", "warc"];
pub(crate) const REPORT_FORMATS: [&str; 5] = ["text", "json", "jsonl", "tsv", "csv"];
pub(crate) const PROFILES: [&str; 4] = ["none", "light", "standard", "aggressive"];
pub(crate) const LANGUAGES: [&str; 8] = ["auto", "ar", "fa", "ur", "ckb", "ps", "ug", "other"];
pub(crate) const BOILERPLATES: [&str; 3] = ["keep", "ignore", "strip"];
pub(crate) const UNITS: [&str; 4] = ["document", "story", "paragraph", "line"];
pub(crate) const DEDUP_UNITS: [&str; 5] = ["document", "story", "paragraph", "line", "passage"];
pub(crate) const UNDATED: [&str; 2] = ["apart", "together"];
pub(crate) const DATE_ORDERS: [&str; 2] = ["dmy", "mdy"];
pub(crate) const REMOVED_RELATIONS: [&str; 3] = ["exact", "near", "contained"];
/// Prefixes and examples of values, for options whose values are not a fixed list.
pub(crate) const KEEPS: [&str; 8] = ["first", "last", "longest", "shortest", "earliest", "latest", "min:", "max:"];
pub(crate) const SHINGLES: [&str; 6] = ["word:2", "word:3", "word:5", "char:5", "char:8", "char:12"];
pub(crate) const ENCODINGS: [&str; 8] =
    ["auto", "strict", "utf-8", "utf-16le", "windows-1256", "iso-8859-6", "cp720", "mac_arabic"];

/// Parses a value with a function, and offers names to the shell.
#[derive(Clone)]
pub(crate) struct Names<T> {
    names: &'static [&'static str],
    parse: fn(&str) -> Result<T, String>,
}

impl<T> Names<T> {
    /// A parser that offers `names`. `parse` decides which values are allowed.
    pub(crate) const fn of(names: &'static [&'static str], parse: fn(&str) -> Result<T, String>) -> Self {
        Self { names, parse }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Names<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, argument, value)?;

        (self.parse)(&text).map_err(|expectation| {
            let argument = argument.map_or_else(|| "...".to_owned(), ToString::to_string);
            let message = format!("invalid value '{text}' for '{argument}': {expectation}");
            // An error with a message of its own has no footer.
            let footer = "For more information, try '--help'.";
            clap::Error::raw(ErrorKind::ValueValidation, format!("{message}\n\n{footer}\n")).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().map(|name| PossibleValue::new(*name))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::values::language;
    use crate::remedies::parse;

    fn accepts<T>(names: &[&str], parse: fn(&str) -> Result<T, String>) {
        for name in names {
            assert!(parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn every_name_that_the_shell_offers_is_a_value() {
        accepts(&INPUT_FORMATS, parse::<mukarrar::input::InputFormat>);
        accepts(&REPORT_FORMATS, parse::<mukarrar::report::ReportFormat>);
        accepts(&PROFILES, parse::<mukarrar::normalize::Profile>);
        accepts(&LANGUAGES, language);
        accepts(&UNDATED, parse::<mukarrar::story::Undated>);
        accepts(&BOILERPLATES, parse::<mukarrar::page::Boilerplate>);
        accepts(&UNITS, parse::<mukarrar::page::UnitLevel>);
        accepts(&DATE_ORDERS, parse::<mukarrar::document::DateOrder>);
        accepts(&ENCODINGS, parse::<mukarrar::input::EncodingChoice>);
        accepts(&SHINGLES, parse::<mukarrar::shingle::ShingleKind>);
        accepts(&KEEPS[..6], parse::<mukarrar::cluster::Keep>);
        accepts(&["min:score", "max:score"], parse::<mukarrar::cluster::Keep>);
    }
}
