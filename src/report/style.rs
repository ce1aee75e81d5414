//! The formats of reports, and the options of the text format.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportFormat {
    /// Plain text for a reader.
    #[default]
    Text,
    /// One JSON value.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Tab-separated values with a header.
    Tsv,
    /// Comma-separated values with a header.
    Csv,
}

impl ReportFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Text, Self::Json, Self::Jsonl, Self::Tsv, Self::Csv];

    /// The name, in options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Tsv => "tsv",
            Self::Csv => "csv",
        }
    }
}

impl fmt::Display for ReportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ReportFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let format = Self::ALL.into_iter().find(|format| format.name() == name);
        format.ok_or_else(|| Error::parameter("format", name, "text, json, jsonl, tsv or csv"))
    }
}

/// Format and presentation of a report.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportStyle {
    /// The format.
    pub format: ReportFormat,
    /// Text format: wrap ids and snippets in direction isolates, for terminals that support them.
    pub isolate: bool,
    /// Text format: use colours.
    pub color: bool,
}
