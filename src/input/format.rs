//! The formats of files.

use std::fmt;
use std::str::FromStr;

use super::remedies;
use crate::error::{Error, Remedy, Result};

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFormat {
    /// One JSON object a line.
    JsonLines,
    /// The file is one document.
    Text,
    /// Comma-separated values, with a header.
    Csv,
    /// Tab-separated values, with a header.
    Tsv,
    /// Apache Parquet.
    Parquet,
    /// The file is one HTML page; its main text is the document.
    Html,
    /// Archived pages, WARC or WET, one document each.
    Warc,
    /// Apache Arrow: a stream of record batches, or a file of them.
    Arrow,
}

impl InputFormat {
    /// The name, in options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Text => "text",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
            Self::Html => "html",
            Self::Warc => "warc",
            Self::Arrow => "arrow",
        }
    }

    /// Whether the rows of a file are columns, which are written anew.
    pub(crate) const fn is_table(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }

    /// Whether a file is one record.
    pub(crate) const fn is_whole_file(self) -> bool {
        matches!(self, Self::Text | Self::Html)
    }

    /// Whether the text of a record is extracted from its bytes, so that no other text can be put in its place.
    pub(crate) const fn is_extracted(self) -> bool {
        matches!(self, Self::Html | Self::Warc)
    }

    /// For a format that this build does not read: what it is and the remedy.
    pub(super) fn missing(self) -> Option<(&'static str, Remedy)> {
        match self {
            Self::Html if cfg!(not(feature = "html")) => Some(("HTML, which this build lacks", remedies::BUILD_HTML)),
            Self::Warc if cfg!(not(feature = "warc")) => Some(("WARC, which this build lacks", remedies::BUILD_WARC)),
            _ => None,
        }
    }
}

/// Why Parquet is not read: what is wrong with it, and the remedy.
pub(super) const UNREAD_PARQUET: (&str, Remedy) = if cfg!(feature = "parquet") {
    ("is Parquet that is cut off, compressed as a whole, or no file", remedies::GIVE_WHOLE)
} else {
    ("is Parquet, which this build does not read", remedies::BUILD_PARQUET)
};

/// Why Arrow is not read: what is wrong with it, and the remedy.
pub(super) const UNREAD_ARROW: (&str, Remedy) = if cfg!(feature = "parquet") {
    ("is Arrow data in a stream, compressed as a whole or in an archive, or is none", remedies::GIVE_WHOLE)
} else {
    ("is Arrow data, which this build does not read", remedies::BUILD_PARQUET)
};

impl fmt::Display for InputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for InputFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        [Self::JsonLines, Self::Text, Self::Csv, Self::Tsv, Self::Parquet, Self::Html, Self::Warc, Self::Arrow]
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| {
                Error::parameter("input_format", name, "jsonl, text, csv, tsv, parquet, html, warc or arrow")
            })
    }
}
