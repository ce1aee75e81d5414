//! Values of arguments, and the functions that parse them.

use std::fmt;

use clap::ValueEnum;

use crate::remedies::parse;
use mukarrar::normalize::Language;
use mukarrar::page::UnitLevel;
use mukarrar::report::HtmlReport;
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

/// The values of `--csv-delimiter`.
const DELIMITERS: &str = "give one ASCII character, tab, or a number such as \\x01";

/// Parses `--csv-delimiter`.
pub(crate) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        // A control character by its number: `\x01`, as Hive separates columns.
        [b'\\', b'x', high, low] => {
            let digit = |digit: u8| char::from(digit).to_digit(16);
            let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { return Err(DELIMITERS.to_owned()) };
            u8::try_from(16 * high + low).ok().filter(u8::is_ascii).ok_or_else(|| DELIMITERS.to_owned())
        }
        [byte] => Ok(*byte),
        _ => Err(DELIMITERS.to_owned()),
    }
}

/// The units of sizes: K, M, G and T, also as KiB and so on, are powers of 1,024; KB and so on are powers of 1,000.
const SIZES: [(&str, u64); 13] = [
    ("", 1),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
];

/// Parses a size in bytes: a number, alone or with a unit of [`SIZES`] in letters of any case. A fraction needs a unit.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_end();
    let unit = text.get(digits.len()..).unwrap_or("").trim().to_ascii_lowercase();

    let bytes = SIZES.iter().find(|(name, _)| *name == unit).and_then(|(_, unit)| times(digits, *unit));
    bytes.ok_or_else(|| "give a number of bytes, or a number with K, M or G, as in 64M, 4GiB, 4GB".to_owned())
}

/// `digits`, which may have a fraction, times `unit`, without what is less than a byte.
fn times(digits: &str, unit: u64) -> Option<u64> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((whole, fraction)) = digits.split_once('.') else {
        return digits.parse::<u64>().ok().filter(|_| is_number(digits))?.checked_mul(unit);
    };
    if unit == 1 || !is_number(whole) || !is_number(fraction) || fraction.len() > 9 {
        return None;
    }

    // At most nine decimals of less than 2^41: the product fits 128 bits.
    let scale = 10_u128.pow(fraction.len() as u32);
    let scaled = whole.parse::<u128>().ok()?.checked_mul(scale)?.checked_add(fraction.parse().ok()?)?;
    u64::try_from(scaled.checked_mul(u128::from(unit))? / scale).ok()
}

/// Reads a share: a number above 0 and at most 1, or a percentage.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let share = number.parse().ok().map(|number: f64| number / whole);
    let share = share.filter(|share| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| "give a share above 0 and at most 1, such as 1% or 0.01".to_owned())
}

/// Reads `--report-clusters`.
pub(crate) fn report_clusters(text: &str) -> Result<usize, String> {
    let most = HtmlReport::MOST_CLUSTERS;
    let number = text.parse().ok().filter(|number| *number <= most);
    number.ok_or_else(|| format!("give a number from 0 to {most}"))
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
        assert_eq!((size("4GB"), size("4GiB"), size("4gib")), (Ok(4_000_000_000), Ok(4 << 30), Ok(4 << 30)));
        assert_eq!((size("64 MB"), size("1.5G"), size("0.5k")), (Ok(64_000_000), Ok(3 << 29), Ok(512)));
        for wrong in ["", "M", "-1", "+1", "1.5", ".5M", "1.M", "64MBs", "1e9", "99999999999G", "٤G", "4 0G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
