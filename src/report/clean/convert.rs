//! Writes records in another format than that of their file: as JSON objects, or as rows of a table.

use std::collections::BTreeMap;

use super::form::{CleanForm, TableShape, check_distinct};
use super::joined_pieces::JoinedPieces;
use crate::document::DocId;
use crate::error::Result;
use crate::input::{Corpus, InputFormat, WholeField, WholeValue};

/// Writes records of `corpus` in one form, which is not [`CleanForm::Copied`].
pub(super) struct RecordConverter<'a, 'o> {
    corpus: &'a Corpus,
    form: &'a CleanForm,
    out: JoinedPieces<'o>,
    /// Columns that the caller adds to a table.
    added: Vec<String>,
    /// The place of each column of a table.
    places: BTreeMap<&'a str, usize>,
    /// Whether a record was written.
    has_records: bool,
}

impl<'a, 'o> RecordConverter<'a, 'o> {
    /// Begins the output: writes what precedes the first record. A table gets the columns `added` at its end.
    ///
    /// # Errors
    ///
    /// The output fails; an input table has two columns of one name.
    pub(super) fn begin(
        corpus: &'a Corpus,
        form: &'a CleanForm,
        added: Vec<String>,
        out: JoinedPieces<'o>,
    ) -> Result<Self> {
        for file in corpus.cleaned_files() {
            file.header.as_ref().map_or(Ok(()), |header| check_distinct(file, &header.names))?;
        }

        let names = if let CleanForm::Table(table) = form { &table.names[..] } else { &[] };
        let places = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        let mut converter = Self { corpus, form, out, added, places, has_records: false };
        if let CleanForm::Table(table) = form {
            let header = [&table.names[..], &converter.added[..]].concat();
            converter.row(table, &header)?;
        }
        Ok(converter)
    }

    /// Writes a record; its text is `text` if that is given. `mark` changes a JSON object, `cells` follow the row of a
    /// table.
    ///
    /// # Errors
    ///
    /// The record cannot be read again; the output fails; the errors of `mark`.
    pub(super) fn record(
        &mut self,
        document: DocId,
        text: Option<&str>,
        mark: impl FnOnce(Vec<u8>) -> Result<Vec<u8>>,
        cells: &[String],
    ) -> Result<()> {
        match self.form {
            CleanForm::Table(table) => {
                let mut row = vec![String::new(); table.names.len()];
                for WholeField { name, value } in self.corpus.whole_fields(document, text)? {
                    if let Some(cell) = self.places.get(name.as_str()).and_then(|place| row.get_mut(*place)) {
                        *cell = match value {
                            WholeValue::Text(text) | WholeValue::Json(text) => text,
                            WholeValue::Null => String::new(),
                        };
                    }
                }
                row.extend_from_slice(cells);
                self.row(table, &row)
            }
            CleanForm::JsonArray => {
                let object = mark(self.object(document, text)?)?;
                self.out.bytes(if self.has_records { b",\n" } else { b"[\n" })?;
                self.has_records = true;
                self.out.bytes(&object)
            }
            CleanForm::JsonLines | CleanForm::Copied => {
                let object = mark(self.object(document, text)?)?;
                self.out.piece(&[&object, b"\n"])
            }
        }
    }

    /// Ends the output: writes what follows the last record.
    ///
    /// # Errors
    ///
    /// The output fails.
    pub(super) fn end(mut self) -> Result<()> {
        match (self.form, self.has_records) {
            (CleanForm::JsonArray, true) => self.out.bytes(b"\n]\n"),
            (CleanForm::JsonArray, false) => self.out.bytes(b"[]\n"),
            _ => Ok(()),
        }
    }

    /// The record as a JSON object in one line. One that is such an object stays byte for byte.
    fn object(&self, document: DocId, text: Option<&str>) -> Result<Vec<u8>> {
        let format = self.corpus.file_of(document).map(|file| self.corpus.files()[file.index()].format);
        if matches!(format, Some(InputFormat::JsonLines | InputFormat::Json)) {
            let raw = match text {
                Some(text) => self.corpus.rewrite(document, text)?.into(),
                None => self.corpus.raw(document)?,
            };
            // Strings contain no line breaks, so every line break is white space.
            return Ok(raw.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect());
        }

        let json = |text: &str| serde_json::Value::from(text).to_string();
        let field = |WholeField { name, value }: WholeField| match value {
            WholeValue::Text(text) => format!("{}: {}", json(&name), json(&text)),
            WholeValue::Null => format!("{}: null", json(&name)),
            WholeValue::Json(value) => format!("{}: {value}", json(&name)),
        };
        let fields: Vec<String> = self.corpus.whole_fields(document, text)?.into_iter().map(field).collect();
        Ok(format!("{{{}}}", fields.join(", ")).into_bytes())
    }

    /// Writes a row of a table.
    fn row(&mut self, table: &TableShape, cells: &[String]) -> Result<()> {
        let delimiter = char::from(table.delimiter);
        let special = |c: char| c == delimiter || matches!(c, '"' | '\r' | '\n');
        let cell = |text: &String| {
            // A row of one empty cell would be an empty line, which is no record.
            if text.contains(special) || text.is_empty() && cells.len() == 1 {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.clone()
            }
        };

        let row = cells.iter().map(cell).collect::<Vec<_>>().join(&delimiter.to_string());
        self.out.piece(&[row.as_bytes(), b"\n"])
    }
}
