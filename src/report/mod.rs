//! Results to bytes: clusters, pairs, units and comparisons as text, JSON, JSON Lines or TSV; the cleaned corpus.
//!
//! Order and field names are a contract; fields may be added. Numbers have six decimals in TSV and the shortest form
//! that reads back as the same `f64` in JSON. JSON holds raw text, escaped as JSON demands; the text format is for a
//! person's terminal: control and bidi characters in it are escaped, and right-to-left pieces are isolated on request
//! ([`text`]). Folded text appears nowhere; every snippet is original.
//!
//! Files appear whole or not at all ([`output`]).

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use serde::Serialize;

use crate::document::{UnitId, Units};
use crate::error::{Error, Result};
use crate::input::Corpus;

mod clean;
mod clusters;
mod compare;
mod cut;
pub mod output;
mod pairs;
mod score;
pub mod text;

pub use clean::{Cleaning, Destination, write_rejected};
pub use clusters::clusters;
pub use compare::{Named, comparison};
pub use cut::cut;
pub use pairs::{ExactGroups, pairs};
pub use score::evaluation;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For reading.
    #[default]
    Text,
    /// One JSON value.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Tab-separated, with a header.
    Tsv,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Text, Self::Json, Self::Jsonl, Self::Tsv];

    /// The name used on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Tsv => "tsv",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let format = Self::ALL.into_iter().find(|format| format.name() == name);
        format.ok_or_else(|| Error::parameter("format", name, "text, json, jsonl or tsv"))
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// The format.
    pub format: Format,
    /// Text format: wrap ids and snippets in direction isolates, for a terminal that understands them.
    pub isolate: bool,
    /// Text format: colour.
    pub color: bool,
}

/// The units of a run, their shown ids and their original text.
pub(crate) struct Shown<'a> {
    pub(crate) corpus: &'a Corpus,
    pub(crate) units: &'a Units,
    pub(crate) names: &'a [Option<String>],
}

impl Shown<'_> {
    /// The id shown for a unit.
    pub(crate) fn id(&self, unit: UnitId) -> String {
        let name = self.names.get(self.units.document(unit).index()).and_then(Option::as_deref);
        self.units.shown_id(unit, name.unwrap_or_default())
    }

    /// The id shown for the document that a unit belongs to.
    pub(crate) fn document_id(&self, unit: UnitId) -> String {
        self.names.get(self.units.document(unit).index()).cloned().flatten().unwrap_or_default()
    }

    /// The first characters of a unit's original text.
    ///
    /// # Errors
    ///
    /// The record cannot be read again.
    pub(crate) fn preview(&self, unit: UnitId) -> io::Result<String> {
        let record = self.corpus.read(self.units.document(unit)).map_err(io::Error::other)?;
        Ok(text::preview(self.units.span(unit).of(&record.text)))
    }

    /// Where a unit's record stands.
    pub(crate) fn source(&self, unit: UnitId) -> String {
        self.corpus.source(self.units.document(unit)).to_string()
    }
}

/// Writes `rows` as one JSON array (a row a line) or as JSON Lines.
fn write_json<T: Serialize>(
    out: &mut dyn Write,
    array: bool,
    rows: impl Iterator<Item = io::Result<T>>,
) -> io::Result<()> {
    if !array {
        for row in rows {
            serde_json::to_writer(&mut *out, &row?)?;
            out.write_all(b"\n")?;
        }
        return Ok(());
    }
    let mut before: &[u8] = b"[\n";
    for row in rows {
        out.write_all(before)?;
        serde_json::to_writer(&mut *out, &row?)?;
        before = b",\n";
    }
    out.write_all(if before == b",\n" { b"\n]\n" } else { b"[]\n" })
}
