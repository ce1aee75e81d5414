//! Records that cannot be read: where, why, and the remedy. They are counted and listed; the caller decides whether
//! they end the run.

use std::fmt;

use crate::document::RecordSource;
use crate::error::{Error, ErrorKind};

/// A record that could not be read. Shown as `PATH:LINE: reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where it is.
    pub source: RecordSource,
    /// Why it was rejected.
    pub reason: RejectReason,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.reason)
    }
}

impl std::error::Error for Reject {}

/// The error that ends a run whose record cannot be read again: mostly [`RejectReason::Lost`].
impl From<Reject> for Error {
    fn from(reject: Reject) -> Self {
        let Reject { source, reason } = reject;
        let (what, remedy) = match reason {
            RejectReason::Lost { what } => {
                (format!("can no longer be read: {what}"), "run again when nothing changes the input".to_owned())
            }
            reason => (format!("{} can no longer be read", source), reason.to_string()),
        };
        ErrorKind::Unreadable { path: source.path.to_path_buf(), what, remedy }.into()
    }
}

/// Why a record was rejected. [`code`](Self::code) is the short name under which it is counted; `Display` is a
/// sentence with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// The line is no JSON value, or more than one.
    #[error("invalid JSON at byte {offset} of the line ({what}); give one JSON object a line")]
    InvalidJson {
        /// Byte in the line, from 0.
        offset: usize,
        /// The expected or unexpected token.
        what: String,
    },
    /// The line is valid JSON, but no object.
    #[error("the line is not a JSON object; give one object with a text field a line")]
    NotAnObject,
    /// The text field is absent.
    #[error("there is no field {field:?}; name the field that holds the text with --text-field")]
    MissingText {
        /// The text field.
        field: String,
    },
    /// The text field is null.
    #[error("field {field:?} is null; give a string")]
    NullText {
        /// The text field.
        field: String,
    },
    /// The text field holds something else than a string.
    #[error("field {field:?} holds {found}, not a string")]
    TextNotAString {
        /// The text field.
        field: String,
        /// Its content, with an article.
        found: &'static str,
    },
    /// The id field holds neither a string nor an integer.
    #[error("field {field:?} holds {found}; an id is a string or an integer (--id-field names another field)")]
    IdNotAString {
        /// The id field.
        field: String,
        /// Its content, with an article.
        found: &'static str,
    },
    /// A field that is read occurs in the object more than once.
    #[error("field {field:?} stands in the object more than once, so its value is ambiguous")]
    DuplicateField {
        /// The field.
        field: String,
    },
    /// A record of CSV has more or fewer fields than the header.
    #[error(
        "the record has {found} fields, the header {expected}; quote fields that hold the delimiter or line breaks"
    )]
    FieldCount {
        /// Fields of the record.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// The quote that opens a CSV field is not closed before the end of the file.
    #[error("the quote that opens a field {} is not closed up to the end of the file; close it, or double it", below_here(*below))]
    UnclosedQuote {
        /// Number of lines between the first line of the record and the quote.
        below: u64,
    },
    /// The bytes are not UTF-8.
    #[error("invalid UTF-8 at byte {offset}; convert the input to UTF-8")]
    InvalidUtf8 {
        /// Byte in the record, from 0.
        offset: usize,
    },
    /// The bytes are no text in any encoding.
    #[error("no text: it is neither UTF-8 nor UTF-16 and holds control characters; name its encoding with --encoding")]
    NotText,
    /// A tag of a page has too many attributes.
    #[error("the tag at byte {offset} of the page has more than {most} attributes; this is no page, leave it out")]
    NoPage {
        /// Byte of the decoded page, from 0.
        offset: usize,
        /// Attributes that a tag may have.
        most: usize,
    },
    /// The body of an archived page cannot be decoded.
    #[error("the body of the record cannot be read: {what}; the other records are not concerned")]
    BrokenBody {
        /// The defect.
        what: String,
    },
    /// Bytes of an archive are no record.
    #[error("{what}; what follows was read, archive these pages again")]
    BrokenRecord {
        /// The defect, and the number of bytes that were skipped.
        what: String,
    },
    /// The record exceeds the largest size.
    #[error("the record has {size} bytes, more than {limit}; raise --max-record-size to read it")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// An earlier record has this id, and ids must be unique.
    #[error("id {id:?} stands at {first} already; without --unique-ids it would be kept under another name")]
    RepeatedId {
        /// The id.
        id: String,
        /// The first record that has it.
        first: RecordSource,
    },
    /// A file found in a directory could not be opened or read.
    #[error("cannot be read: {what}")]
    Unreadable {
        /// The error of the system, or the missing feature.
        what: String,
    },
    /// A compressed file is truncated or corrupt; the records before the damage were read.
    #[error("damaged from here on: {what}; the records before this one were read")]
    Damaged {
        /// The error of the decompressor.
        what: String,
    },
    /// A `.json` file that does not hold one object a line.
    #[error("holds {found}, not one JSON object a line; convert it to JSON Lines (`jq -c`)")]
    NotJsonLines {
        /// Its content, with an article.
        found: &'static str,
    },
    /// A record that was read before cannot be read again: its file changed meanwhile, or the disk refuses. Never
    /// occurs in the first pass.
    #[error("can no longer be read: {what}; run again when nothing changes the input")]
    Lost {
        /// The error of the system, or the change.
        what: String,
    },
    /// A text that was extracted from a page cannot be put back. Occurs only in writing.
    #[error("the text of a page cannot be put back into it; remove whole documents (--unit document)")]
    Extracted,
    /// The id is not in this corpus.
    #[error("no such record in this input")]
    NotInInput,
}

/// The place of a quote, relative to the line that the reject names.
fn below_here(lines: u64) -> String {
    match lines {
        0 => "here".to_owned(),
        lines => format!("{lines} lines below"),
    }
}

impl RejectReason {
    /// The short, stable name under which rejects of this kind are counted.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidJson { .. } => "invalid_json",
            Self::NotAnObject => "not_an_object",
            Self::MissingText { .. } => "missing_text",
            Self::NullText { .. } => "null_text",
            Self::TextNotAString { .. } => "text_not_a_string",
            Self::IdNotAString { .. } => "id_not_a_string",
            Self::DuplicateField { .. } => "duplicate_field",
            Self::FieldCount { .. } => "field_count",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::InvalidUtf8 { .. } => "invalid_utf8",
            Self::NoPage { .. } => "no_page",
            Self::BrokenBody { .. } => "broken_body",
            Self::BrokenRecord { .. } => "broken_record",
            Self::NotText => "not_text",
            Self::TooLarge { .. } => "too_large",
            Self::RepeatedId { .. } => "repeated_id",
            Self::Unreadable { .. } => "unreadable",
            Self::Damaged { .. } => "damaged",
            Self::NotJsonLines { .. } => "not_json_lines",
            Self::Lost { .. } => "lost",
            Self::Extracted => "extracted",
            Self::NotInInput => "not_in_input",
        }
    }
}
