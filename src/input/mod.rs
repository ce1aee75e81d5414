//! Bytes to documents: files, directories, standard input; JSON Lines, CSV, TSV, Parquet and plain text; gzip, zstd, bzip2, xz.
//!
//! ```
//! use mukarrar::document::DocId;
//! use mukarrar::input::{Corpus, InputOptions};
//!
//! let lines = "{\"id\": 7, \"text\": \"مرحبا\"}\nnot JSON\n";
//! let corpus = Corpus::from_reader("-", lines.as_bytes(), InputOptions::default())?;
//! assert_eq!(corpus.len(), 2);
//! let record = corpus.read(DocId::new(0)).expect("a good line");
//! assert_eq!((&*record.id, &*record.text), ("7", "مرحبا"));
//! let reject = corpus.read(DocId::new(1)).expect_err("a bad line");
//! assert_eq!(reject.reason.code(), "invalid_json");
//! assert_eq!(reject.source.to_string(), "-:2");
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! An [`Input`] is what was asked for. It is read once, in blocks of whole records: a serial part cuts the next block
//! off, any thread parses it, and where its records stand comes back in input order. What is left is a [`Corpus`]: a
//! table with 8 bytes a record, and the bytes, mapped, in memory or on the disk as [`StoragePolicy`] says. It keeps no decoded
//! text. [`Corpus::read`] parses a record anew at every call, so that a run can fold all records once and read again only
//! those that have a candidate.
//!
//! Every record has a slot, its [`DocId`](crate::document::DocId), whether it can be read or not. What cannot be read
//! (a line, or the rest of a damaged file) answers each `read` with the same [`Reject`]; so the records kept, removed
//! and rejected always add up to [`Corpus::len`], and nothing is lost silently. A record that could be read once and cannot
//! be read again, as its file changed or the disk failed, is [`RejectReason::Lost`], which ends a run.
//!
//! JSON is UTF-8 by its standard. Other text may be in any encoding ([`EncodingChoice`]), and in every format text that was
//! decoded wrongly before is repaired; each record says so in its [`RecordDecoding`].
//!
//! JSON Lines as in <https://jsonlines.org>, JSON as in RFC 8259; half a surrogate pair, which JSON can escape though it is no
//! character, is refused in keys, ids and texts.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Remedy, Result};

mod block;
mod compression;
mod content;
mod corpus;
mod csv;
mod encoding;
mod feed;
mod files;
mod held;
#[cfg(feature = "html")]
mod html;
mod index;
mod json;
mod json_lines;
mod names;
mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod reader;
mod reject;
mod remedies;
mod text;
#[cfg(feature = "warc")]
mod warc;

pub use compression::{Compression, CompressionWriter};
pub use corpus::{Corpus, FieldValue, FileId, InputFile, Record};
pub use encoding::mojibake::{MisreadEncoding, MojibakeRepair};
pub use encoding::{DecodingNote, Encoding, EncodingChoice, RecordDecoding};
pub use files::SkippedFiles;
pub use names::{RepeatedIds, RepeatedIdsBuilder};
pub use open::{Input, StoragePolicy};
#[cfg(feature = "parquet")]
pub use parquet::is_guarded;
#[cfg(feature = "parquet")]
pub(crate) use parquet::{RowFate, copy};
pub use reject::{Reject, RejectReason};
#[allow(unused_imports, reason = "for the pipeline")]
pub(crate) use {
    block::{ReadScratch, RecordBlock},
    corpus::CorpusBlocks,
    index::BlockIndex,
    names::IdHashes,
    reader::BlockReader,
};

/// The largest `max_record_size`: 4 GiB less one byte.
pub const MAX_RECORD_SIZE: u64 = u32::MAX as u64;

/// How input is read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InputOptions {
    /// The field or column that holds the id. Default `id`.
    pub id_field: String,
    /// The field or column that holds the text. Default `text`.
    pub text_field: String,
    /// The format of every file; `None`, the default, goes by extension, then by content.
    pub format: Option<InputFormat>,
    /// Larger records are rejected without being parsed; in bytes, 1 to [`MAX_RECORD_SIZE`]. Default 64 MiB.
    pub max_record_size: u64,
    /// Reject every record whose id an earlier record has. Costs one more pass over the input. Default `false`.
    pub unique_ids: bool,
    /// How the encoding of text is found, and whether mojibake is repaired. Default [`EncodingChoice::Auto`].
    pub encoding: EncodingChoice,
    /// HTML: take all text of a page instead of its main text. Default `false`.
    pub html_raw: bool,
    /// HTML: take all that a page shows line by line, with what its markup says of each line ([`Record::layout`]), for
    /// cutting it into stories. Weighs more than `html_raw`. Default `false`.
    pub html_lines: bool,
    /// JSON Lines, CSV and Parquet: further top-level fields or columns wanted; HTML: `title`, `date`, `byline` or `url`, as
    /// the page gives them; WARC: `warc_date`, `warc_record_id` and `content_type` too. Answered in this order by [`Record::fields`].
    pub fields: Vec<String>,
    /// CSV and TSV: what stands between fields, an ASCII character. `None`, the default: a tab in TSV; in CSV a comma, or
    /// `;`, `|` or a tab where the header has its columns only so.
    pub csv_delimiter: Option<u8>,
}

impl Default for InputOptions {
    fn default() -> Self {
        Self {
            id_field: "id".to_owned(),
            text_field: "text".to_owned(),
            format: None,
            max_record_size: 64 << 20,
            unique_ids: false,
            encoding: EncodingChoice::Auto,
            html_raw: false,
            html_lines: false,
            fields: Vec::new(),
            csv_delimiter: None,
        }
    }
}

/// What is taken of a page of HTML.
#[cfg(feature = "html")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HtmlText {
    /// The main text.
    Main,
    /// All of it.
    All,
    /// All of it line by line, with what the markup says.
    Lines,
}

impl InputOptions {
    /// What is taken of a page of HTML.
    #[cfg(feature = "html")]
    const fn html(&self) -> HtmlText {
        match (self.html_lines, self.html_raw) {
            (true, _) => HtmlText::Lines,
            (false, true) => HtmlText::All,
            (false, false) => HtmlText::Main,
        }
    }

    /// Checks the ranges.
    fn validate(&self) -> Result<()> {
        if let Some(wrong) = self.csv_delimiter.filter(|byte| !byte.is_ascii() || matches!(byte, b'"' | b'\r' | b'\n'))
        {
            let given = char::from(wrong).escape_default();
            return Err(Error::parameter("csv_delimiter", given, "one ASCII character that is no quote or line break"));
        }
        if (1..=MAX_RECORD_SIZE).contains(&self.max_record_size) {
            return Ok(());
        }
        Err(Error::parameter("max_record_size", self.max_record_size, format!("from 1 to {MAX_RECORD_SIZE} bytes")))
    }
}

/// How records stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFormat {
    /// One JSON object a line.
    JsonLines,
    /// The file is one document.
    Text,
    /// Comma-separated values, with a header.
    Csv,
    /// The same, separated by tabs.
    Tsv,
    /// Apache Parquet.
    Parquet,
    /// The file is one page of HTML: its main text is the document.
    Html,
    /// Archived pages, WARC or WET: a document each.
    Warc,
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
        }
    }

    /// Whether a file is one record.
    pub(crate) const fn is_whole_file(self) -> bool {
        matches!(self, Self::Text | Self::Html)
    }

    /// Whether the text of a record is made from its bytes, so that another text cannot be put in its place.
    pub(crate) const fn is_extracted(self) -> bool {
        matches!(self, Self::Html | Self::Warc)
    }

    /// For a format that this build does not read: what it is and the remedy.
    fn missing(self) -> Option<(&'static str, Remedy)> {
        match self {
            Self::Html if cfg!(not(feature = "html")) => Some(("HTML, which this build lacks", remedies::BUILD_HTML)),
            Self::Warc if cfg!(not(feature = "warc")) => Some(("WARC, which this build lacks", remedies::BUILD_WARC)),
            _ => None,
        }
    }
}

impl fmt::Display for InputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for InputFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        [Self::JsonLines, Self::Text, Self::Csv, Self::Tsv, Self::Parquet, Self::Html, Self::Warc]
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| Error::parameter("input_format", name, "jsonl, text, csv, tsv, parquet, html or warc"))
    }
}

#[cfg(test)]
mod tests;
