//! The options of reading.

use super::fetched::FetchedInputs;
use super::{CsvSign, EncodingChoice, InputFormat};
use crate::error::{Error, Result};

/// The largest `max_record_size`: 4 GiB less one byte.
pub const MAX_RECORD_SIZE: u64 = u32::MAX as u64;

/// How input is read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InputOptions {
    /// The field or column that holds the id. Default `id`. In JSON and Parquet, `meta.id` is also the field `id` inside of
    /// `meta`, if there is no field of that name; the same holds for `text_field` and `fields`.
    pub id_field: String,
    /// The field or column that holds the text. Default `text`.
    pub text_field: String,
    /// The format of every file. `None`, the default: by extension, then by content.
    pub format: Option<InputFormat>,
    /// Larger records are rejected without being parsed; in bytes, 1 to [`MAX_RECORD_SIZE`]. Default 64 MiB.
    pub max_record_size: u64,
    /// Reject every record whose id an earlier record has. Costs one more pass over the input. Default `false`.
    pub unique_ids: bool,
    /// How the encoding of text is found, and whether mojibake is repaired. Default [`EncodingChoice::Auto`].
    pub encoding: EncodingChoice,
    /// HTML: take all text of a page instead of its main text. Default `false`.
    pub html_raw: bool,
    /// HTML: take all visible text line by line, with what the markup says of each line
    /// ([`Record::layout`](super::Record::layout)), for cutting it into stories. Takes precedence over `html_raw`.
    /// Default `false`.
    pub html_lines: bool,
    /// Further fields to read, in the order of [`Record::fields`](super::Record::fields). JSON, CSV and
    /// Parquet: fields or columns. HTML: `title`, `date`, `byline` or `url`. WARC: also `warc_date`,
    /// `warc_record_id` and `content_type`.
    pub fields: Vec<String>,
    /// How many of the last of `fields` are only shown, or evidence where they are there: a record or a header that lacks one
    /// of them, or has it twice, is read all the same. Default 0.
    pub shown_fields: usize,
    /// The one of `fields` that may hold a list, which is then read as its JSON; columns of Parquet and Arrow that hold bytes are
    /// read as base64. Default: none.
    pub list_field: Option<String>,
    /// CSV and TSV: the delimiter, an ASCII character. `None`, the default: a tab in TSV; in CSV a comma, or the only
    /// one of `;`, `|` and tab with which the header has the text column. A first line `sep=;` names it too.
    pub csv_delimiter: Option<u8>,
    /// CSV and TSV: the quote. [`CsvSign::Auto`], the default: `"`; a quote that swallows whole records is a character.
    pub csv_quote: CsvSign,
    /// CSV and TSV: the character that takes the meaning from the next one. [`CsvSign::Auto`], the default: a backslash
    /// if more records of the first MiB have the right fields with it, else none.
    pub csv_escape: CsvSign,
    /// Inputs that are no files of this machine, and where they were fetched to. Default: none.
    pub fetched: FetchedInputs,
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
            shown_fields: 0,
            list_field: None,
            csv_delimiter: None,
            csv_quote: CsvSign::Auto,
            csv_escape: CsvSign::Auto,
            fetched: FetchedInputs::default(),
        }
    }
}

/// Which text of an HTML page is taken.
#[cfg(feature = "html")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HtmlText {
    /// The main text.
    Main,
    /// All text.
    All,
    /// All text line by line, with the layout of each line.
    Lines,
}

impl InputOptions {
    /// Also reads `fields`, as [`shown_fields`](Self::shown_fields), unless they are read already.
    pub fn ask_if_there(&mut self, fields: impl IntoIterator<Item = String>) {
        for field in fields {
            if !self.fields.contains(&field) {
                self.shown_fields += 1;
                self.fields.push(field);
            }
        }
    }

    /// How many of the first of `fields` decide something.
    pub(super) fn decisive_fields(&self) -> usize {
        self.fields.len().saturating_sub(self.shown_fields)
    }

    /// Which text of an HTML page is taken.
    #[cfg(feature = "html")]
    pub(super) const fn html(&self) -> HtmlText {
        // Lines contain all text, so they take precedence.
        match (self.html_lines, self.html_raw) {
            (true, _) => HtmlText::Lines,
            (false, true) => HtmlText::All,
            (false, false) => HtmlText::Main,
        }
    }

    /// Checks the ranges.
    pub(super) fn validate(&self) -> Result<()> {
        // Quotes and line breaks have a meaning of their own in CSV.
        let is_wrong = |byte: &u8| !byte.is_ascii() || matches!(byte, b'"' | b'\r' | b'\n');
        if let Some(wrong) = self.csv_delimiter.filter(is_wrong) {
            let given = char::from(wrong).escape_default();
            return Err(Error::parameter("csv_delimiter", given, "one ASCII character that is no quote or line break"));
        }

        self.validate_signs()?;
        if (1..=MAX_RECORD_SIZE).contains(&self.max_record_size) {
            return Ok(());
        }
        Err(Error::parameter("max_record_size", self.max_record_size, format!("from 1 to {MAX_RECORD_SIZE} bytes")))
    }

    /// Checks that quote, escape and delimiter differ.
    fn validate_signs(&self) -> Result<()> {
        let byte = |sign| match sign {
            CsvSign::Byte(byte) => Some(byte),
            CsvSign::Auto | CsvSign::None => None,
        };
        let quote = if self.csv_quote == CsvSign::Auto { Some(b'"') } else { byte(self.csv_quote) };
        let escape = byte(self.csv_escape);

        for (name, sign) in [("csv_quote", byte(self.csv_quote)), ("csv_escape", escape)] {
            let Some(sign) = sign else { continue };
            let is_taken = Some(sign) == self.csv_delimiter || (name == "csv_escape" && Some(sign) == quote);
            if is_taken || !sign.is_ascii_punctuation() {
                let expected = "one ASCII sign that is neither the delimiter nor the quote";
                return Err(Error::parameter(name, char::from(sign).escape_default(), expected));
            }
        }
        Ok(())
    }
}
