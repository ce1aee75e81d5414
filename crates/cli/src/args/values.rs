//! Values of arguments, and the functions that parse them.

use std::fmt;

use clap::ValueEnum;

use crate::remedies::parse;
use mukarrar::normalize::Language;
use mukarrar::page::UnitLevel;
use mukarrar::similarity::facts::Facts;

/// A choice that may depend on whether the output is a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AutoChoice {
    Auto,
    Always,
    Never,
}

impl AutoChoice {
    /// Resolves the choice; `auto` is the value that [`AutoChoice::Auto`] stands for.
    pub(crate) const fn resolve(self, auto: bool) -> bool {
        match self {
            Self::Auto => auto,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnOff {
    On,
    Off,
}

/// The part of an HTML page that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HtmlChoice {
    Main,
    Raw,
    Lines,
}

/// `--facts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FactsChoice {
    Guard,
    Off,
}

impl From<FactsChoice> for Facts {
    fn from(choice: FactsChoice) -> Self {
        match choice {
            FactsChoice::Guard => Self::Guard,
            FactsChoice::Off => Self::Off,
        }
    }
}

/// `--lang`: a fixed language, or `None` to detect it for each document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LanguageChoice(pub(crate) Option<Language>);

/// `--containment`: a threshold, or `None` for off. The library checks its range together with all other parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ContainmentChoice(pub(crate) Option<f64>);

impl fmt::Display for ContainmentChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(threshold) => threshold.fmt(f),
            None => f.write_str("off"),
        }
    }
}

/// Parses `--lang`.
pub(crate) fn language(code: &str) -> Result<LanguageChoice, String> {
    if code == "auto" {
        return Ok(LanguageChoice(None));
    }
    parse(code).map(|language| LanguageChoice(Some(language)))
}

/// Parses `--containment`.
pub(crate) fn containment(text: &str) -> Result<ContainmentChoice, String> {
    if text == "off" {
        return Ok(ContainmentChoice(None));
    }
    text.parse().map(|value| ContainmentChoice(Some(value))).map_err(|_| "give a number, or off".to_owned())
}

/// Parses `--unit` of the commands that cannot compare passages.
pub(crate) fn unit(name: &str) -> Result<UnitLevel, String> {
    if name == "passage" {
        let expected = "expected document, story, paragraph or line; `dedup` removes passages, `passages` lists them";
        return Err(expected.to_owned());
    }
    parse(name)
}

/// Parses `--csv-delimiter`.
pub(crate) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] => Ok(*byte),
        _ => Err("give one ASCII character, or tab".to_owned()),
    }
}

/// Parses a size in bytes: a whole number, alone or with K, M or G (powers of 1,024).
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.char_indices().last() {
        Some((at, 'K' | 'k')) => (&text[..at], 10),
        Some((at, 'M' | 'm')) => (&text[..at], 20),
        Some((at, 'G' | 'g')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let number: Option<u64> = digits.parse().ok();

    number
        .and_then(|number| number.checked_mul(1 << shift))
        .ok_or_else(|| "give bytes as a whole number, alone or with K, M or G".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_help_shows_are_the_defaults_of_the_library() {
        assert_eq!(size("64M"), Ok(mukarrar::input::InputOptions::default().max_record_size));
        #[cfg(feature = "server")]
        {
            let limits = mukarrar_server::ServerLimits::default();
            assert_eq!((size("16M"), size("256M")), (Ok(limits.body as u64), Ok(limits.bodies as u64)));
        }
    }

    #[test]
    fn sizes_take_suffixes_and_refuse_what_does_not_fit() {
        assert_eq!((size("100"), size("2K"), size("64M"), size("1g")), (Ok(100), Ok(2048), Ok(64 << 20), Ok(1 << 30)));
        for wrong in ["", "M", "-1", "1.5M", "64MB", "99999999999G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
