//! Records that cannot be read: where, why, and the remedy. They are counted and listed; the caller decides whether
//! they end the run.

use std::fmt;

use super::compression;
use crate::document::RecordSource;
use crate::error::{Error, ErrorKind, Phrasing, Remedy, RustPhrasing, with_remedy};
use crate::wording::counted;

/// A record that could not be read. Shown as `PATH:LINE: reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where it is.
    pub source: RecordSource,
    /// Why it was rejected.
    pub reason: RejectReason,
}

impl Reject {
    /// The reject as a line in the words of an interface.
    #[must_use]
    pub fn message(&self, phrasing: &dyn Phrasing) -> String {
        format!("{}: {}", self.source, self.reason.message(phrasing))
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(&RustPhrasing))
    }
}

impl std::error::Error for Reject {}

/// The error that ends a run whose record cannot be read again: mostly [`RejectReason::Lost`].
impl From<Reject> for Error {
    fn from(reject: Reject) -> Self {
        let Reject { source, reason } = reject;
        let remedy = reason.remedy().unwrap_or_else(unchanged_input);
        let what = match reason {
            RejectReason::Lost { what } => format!("can no longer be read: {what}"),
            reason => format!("{source} can no longer be read: {}", reason.problem()),
        };

        ErrorKind::Unreadable { path: source.path.to_path_buf(), what, remedy }.into()
    }
}

/// Why a record was rejected. [`code`](Self::code) is the stable name under which it is counted; `Display` is a sentence with
/// the remedy, and [`message`](Self::message) is that sentence in the words of another interface.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectReason {
    /// The record is not one JSON value.
    InvalidJson {
        /// Byte in the record, from 0.
        offset: usize,
        /// The expected or unexpected token.
        what: String,
    },
    /// The record is valid JSON, but not an object.
    NotAnObject,
    /// The text field is absent.
    MissingText {
        /// The text field.
        field: String,
    },
    /// The text field is null.
    NullText {
        /// The text field.
        field: String,
    },
    /// The text field holds neither a string nor a list of texts.
    TextNotAString {
        /// The text field.
        field: String,
        /// Its content, with an article.
        found: &'static str,
    },
    /// A field that is read occurs in the object more than once.
    DuplicateField {
        /// The field.
        field: String,
    },
    /// A record of CSV has more or fewer fields than the header.
    FieldCount {
        /// Fields of the record.
        found: usize,
        /// Columns of the header.
        expected: usize,
        /// Lines of the record.
        lines: u64,
        /// Whether it holds quotes after backslashes, as databases write them.
        escapes: bool,
    },
    /// A quote opens a field of CSV and is not closed in the record.
    UnclosedQuote {
        /// Number of lines between the first line of the record and the quote.
        below: u64,
        /// Lines of the record.
        lines: u64,
    },
    /// The bytes are not UTF-8.
    InvalidUtf8 {
        /// Byte in the record, from 0.
        offset: usize,
    },
    /// The bytes are not text in any encoding.
    NotText,
    /// A tag of a page has too many attributes.
    NoPage {
        /// Byte of the decoded page, from 0.
        offset: usize,
        /// Largest number of attributes of a tag.
        most: usize,
    },
    /// The body of an archived page cannot be decoded.
    BrokenBody {
        /// The defect.
        what: String,
    },
    /// Bytes of an archive are not a record, or those of a compressed file are lost; the records after them were read.
    BrokenRecord {
        /// The defect, and the number of bytes that were skipped.
        what: String,
    },
    /// The record exceeds the largest size.
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// An earlier record has this id, and ids must be unique.
    RepeatedId {
        /// The id.
        id: String,
        /// The first record that has it.
        first: RecordSource,
    },
    /// A file found in a directory could not be opened or read.
    Unreadable {
        /// The error of the system, or what is wrong with the file.
        what: String,
        /// What to do about it, if anything is known.
        remedy: Option<Remedy>,
    },
    /// A compressed file is truncated or corrupt; the records before the damage were read.
    Damaged {
        /// The error of the decompressor.
        what: String,
    },
    /// A `.json` file that holds no objects.
    NotJsonLines {
        /// Its content, with an article.
        found: &'static str,
    },
    /// A record that was read before cannot be read again: its file changed meanwhile, or the disk refuses. Never
    /// occurs in the first pass.
    Lost {
        /// The error of the system, or the change.
        what: String,
    },
    /// A text that was extracted from a page, or joined from a list, cannot be put back. Occurs only in writing.
    Extracted,
    /// The id is not in this corpus.
    NotInInput,
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(&RustPhrasing))
    }
}

impl std::error::Error for RejectReason {}

impl RejectReason {
    /// The reason and the remedy in the words of an interface.
    #[must_use]
    pub fn message(&self, phrasing: &dyn Phrasing) -> String {
        with_remedy(self.problem(), self.remedy().as_ref(), phrasing)
    }

    /// What the caller can do about it, if anything is known.
    #[must_use]
    pub fn remedy(&self) -> Option<Remedy> {
        let advice = match self {
            Self::MissingText { .. } => return Some(choose("name the field that holds the text", "text_field")),
            Self::FieldCount { escapes: true, .. } => {
                return Some(set("read backslashes as escapes", &[("csv_escape", "backslash")]));
            }
            Self::FieldCount { lines: 2.., .. } | Self::UnclosedQuote { .. } => {
                return Some(set("close the quotes, or read them as characters", &[("csv_quote", "none")]));
            }
            Self::TextNotAString { .. } => return Some(choose("name the field that holds the text", "text_field")),
            Self::NotText => return Some(choose("name its encoding", "encoding")),
            Self::TooLarge { .. } => return Some(choose("allow larger records", "max_record_size")),
            Self::RepeatedId { .. } => {
                return Some(Remedy::Omit { purpose: "keep it under another id", parameter: "unique_ids" });
            }
            Self::Extracted => {
                return Some(Remedy::Set { purpose: "remove whole documents", settings: &[("unit", "document")] });
            }
            Self::Unreadable { remedy, .. } => return remedy.clone(),
            Self::Lost { .. } => return Some(unchanged_input()),
            Self::InvalidJson { .. } => "give JSON objects, one per line or in an array",
            Self::NotAnObject => "give objects with a text field, one per line or in an array",
            Self::NullText { .. } => "give a string",
            Self::FieldCount { .. } => "quote fields that hold the delimiter or line breaks",
            Self::InvalidUtf8 { .. } => "convert the input to UTF-8",
            Self::NoPage { .. } => "leave it out",
            Self::BrokenRecord { what } if compression::is_passed_over(what) => "get the file again, or leave it out",
            Self::BrokenRecord { .. } => "archive these pages again",
            Self::NotJsonLines { .. } => "give objects, one per line or in an array",
            Self::DuplicateField { .. } | Self::BrokenBody { .. } | Self::Damaged { .. } | Self::NotInInput => {
                return None;
            }
        };
        Some(advice.into())
    }

    /// What is wrong, without the remedy.
    #[must_use]
    pub fn problem(&self) -> String {
        match self {
            Self::InvalidJson { offset, what } => format!("invalid JSON at byte {offset} of the record ({what})"),
            Self::NotAnObject => "the record is not a JSON object".to_owned(),
            Self::MissingText { field } => format!("there is no field {field:?}"),
            Self::NullText { field } => format!("field {field:?} is null"),
            Self::TextNotAString { field, found } => format!("field {field:?} holds {found}, not a string"),
            Self::DuplicateField { field } => {
                format!("field {field:?} occurs more than once in the object, so its value is ambiguous")
            }
            Self::FieldCount { found, expected, lines: 0 | 1, .. } => {
                format!("the record has {}, the header {expected}", fields(*found))
            }
            Self::FieldCount { found, expected, lines, .. } => {
                format!("the record has {}, the header {expected}; its quotes take {lines} lines", fields(*found))
            }
            Self::UnclosedQuote { below, lines } => {
                let place = below_here(*below);
                format!(
                    "the quote that opens a field {place} is not closed; the record takes {}",
                    counted(*lines, "line", "lines")
                )
            }
            Self::InvalidUtf8 { offset } => format!("invalid UTF-8 at byte {offset}"),
            Self::NotText => {
                "not text: neither UTF-8 nor UTF-16, and it contains zero bytes or control characters".to_owned()
            }
            Self::NoPage { offset, most } => {
                format!("the tag at byte {offset} of the page has more than {most} attributes; this is not a page")
            }
            Self::BrokenBody { what } => {
                format!("the body of the record cannot be read: {what}; other records are not affected")
            }
            Self::BrokenRecord { what } => format!("{what}; the records after it were read"),
            Self::TooLarge { size, limit } => format!("the record has {size} bytes, more than {limit}"),
            Self::RepeatedId { id, first } => format!("{first} has the id {id:?} already"),
            Self::Unreadable { what, .. } => format!("cannot be read: {what}"),
            Self::Damaged { what } => format!("damaged from here on: {what}; the records before this one were read"),
            Self::NotJsonLines { found } => format!("holds {found}"),
            Self::Lost { what } => format!("can no longer be read: {what}"),
            Self::Extracted => "a text from a page or a list cannot be put back into it".to_owned(),
            Self::NotInInput => "no such record in this input".to_owned(),
        }
    }

    /// The short, stable name under which rejects of this kind are counted.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidJson { .. } => "invalid_json",
            Self::NotAnObject => "not_an_object",
            Self::MissingText { .. } => "missing_text",
            Self::NullText { .. } => "null_text",
            Self::TextNotAString { .. } => "text_not_a_string",
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

fn fields(count: usize) -> String {
    counted(count as u64, "field", "fields")
}

const fn set(purpose: &'static str, settings: &'static [(&'static str, &'static str)]) -> Remedy {
    Remedy::Set { purpose, settings }
}

const fn choose(purpose: &'static str, parameter: &'static str) -> Remedy {
    Remedy::Choose { purpose, parameter }
}

fn unchanged_input() -> Remedy {
    "run again while no other program changes the input".into()
}

/// The line of a quote, relative to the line that the reject names.
fn below_here(lines: u64) -> String {
    match lines {
        0 => "here".to_owned(),
        lines => format!("{} below", counted(lines, "line", "lines")),
    }
}
