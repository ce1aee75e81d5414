//! Writes records in another format than that of their file: as JSON objects, or as rows of a table.

use std::collections::BTreeMap;

#[cfg(feature = "parquet")]
use super::columnar::{ColumnKind, ParquetWriter};
#[cfg(feature = "parquet")]
use super::form::row_fields;
use super::form::{CleanForm, TableShape, check_distinct};
use super::joined_pieces::JoinedPieces;
use crate::document::DocId;
use crate::error::Result;
#[cfg(feature = "parquet")]
use crate::input::InputFile;
use crate::input::{AddedKind, Corpus, InputFormat, WholeField, WholeValue};

/// Writes records of `corpus` in one form, which is not [`CleanForm::Copied`].
pub(super) struct RecordConverter<'a, 'o> {
    corpus: &'a Corpus,
    form: &'a CleanForm,
    out: JoinedPieces<'o>,
    /// Columns that the caller adds to a table.
    added: Vec<AddedColumn>,
    /// The place of each column of a table.
    places: BTreeMap<&'a str, usize>,
    /// Whether a record was written.
    has_records: bool,
    #[cfg(feature = "parquet")]
    parquet: Option<ParquetWriter>,
}

/// A column that is added to a table.
#[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only columns of Parquet have types"))]
pub(super) struct AddedColumn {
    pub(super) name: String,
    pub(super) kind: AddedKind,
}

/// A record to convert.
#[derive(Clone, Copy)]
pub(super) enum ConvertedRecord<'r> {
    /// A record; its text is `text` if that is given.
    Document { document: DocId, text: Option<&'r str> },
    /// A row of a Parquet or Arrow file, as an object.
    #[cfg(feature = "parquet")]
    Row { file: &'r InputFile, object: &'r [u8] },
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
        added: Vec<AddedColumn>,
        out: JoinedPieces<'o>,
    ) -> Result<Self> {
        for file in corpus.cleaned_files() {
            file.header.as_ref().map_or(Ok(()), |header| check_distinct(file, &header.names))?;
        }

        let names = if let CleanForm::Table(table) = form { &table.names[..] } else { &[] };
        let places = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        let mut converter = Self {
            corpus,
            form,
            #[cfg(feature = "parquet")]
            parquet: parquet(form, &added, &out)?,
            out,
            added,
            places,
            has_records: false,
        };
        if let CleanForm::Table(table) = form {
            let added = converter.added.iter().map(|column| column.name.clone());
            let header: Vec<String> = table.names.iter().cloned().chain(added).collect();
            converter.row(table, &header)?;
        }
        Ok(converter)
    }

    /// Writes a record. `mark` changes a JSON object, `cells` are the values of the added columns of a table.
    ///
    /// # Errors
    ///
    /// The record cannot be read again; the output fails; the errors of `mark`.
    pub(super) fn record(
        &mut self,
        record: ConvertedRecord<'_>,
        mark: impl FnOnce(Vec<u8>) -> Result<Vec<u8>>,
        cells: &[String],
    ) -> Result<()> {
        match self.form {
            CleanForm::Table(table) => {
                let mut row = vec![String::new(); table.names.len()];
                for WholeField { name, value } in self.fields(record)? {
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
                let object = mark(self.object(record)?)?;
                self.out.bytes(if self.has_records { b",\n" } else { b"[\n" })?;
                self.has_records = true;
                self.out.bytes(&object)
            }
            #[cfg(feature = "parquet")]
            CleanForm::Parquet(_) => {
                let mut fields = self.fields(record)?;
                fields.extend(self.added.iter().zip(cells).map(|(column, cell)| column.field(cell)));
                self.parquet.as_mut().map_or(Ok(()), |parquet| parquet.row(fields, &mut self.out))
            }
            CleanForm::JsonLines | CleanForm::Copied => {
                let object = mark(self.object(record)?)?;
                self.out.piece(&[&object, b"\n"])
            }
        }
    }

    fn fields(&self, record: ConvertedRecord<'_>) -> Result<Vec<WholeField>> {
        match record {
            ConvertedRecord::Document { document, text } => self.corpus.whole_fields(document, text),
            #[cfg(feature = "parquet")]
            ConvertedRecord::Row { file, object } => row_fields(file, object),
        }
    }

    /// Ends the output: writes what follows the last record.
    ///
    /// # Errors
    ///
    /// The output fails.
    pub(super) fn end(mut self) -> Result<()> {
        #[cfg(feature = "parquet")]
        if let Some(parquet) = self.parquet.take() {
            return parquet.end(&mut self.out);
        }
        match (self.form, self.has_records) {
            (CleanForm::JsonArray, true) => self.out.bytes(b"\n]\n"),
            (CleanForm::JsonArray, false) => self.out.bytes(b"[]\n"),
            _ => Ok(()),
        }
    }

    /// The record as a JSON object in one line. One that is such an object stays byte for byte.
    fn object(&self, record: ConvertedRecord<'_>) -> Result<Vec<u8>> {
        let (document, text) = match record {
            ConvertedRecord::Document { document, text } => (document, text),
            #[cfg(feature = "parquet")]
            ConvertedRecord::Row { object, .. } => return Ok(object.to_vec()),
        };

        let format = self.corpus.file_of(document).map(|file| self.corpus.files()[file.index()].format);
        if matches!(format, Some(InputFormat::JsonLines | InputFormat::Json)) {
            let raw = match text {
                Some(text) => self.corpus.rewrite(document, text)?.into(),
                None => self.corpus.raw(document)?,
            };
            // Joined files may have a byte order mark before an object.
            let raw = raw.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(&raw);
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

/// The writer of a Parquet file; `None` for other forms.
#[cfg(feature = "parquet")]
fn parquet(form: &CleanForm, added: &[AddedColumn], out: &JoinedPieces<'_>) -> Result<Option<ParquetWriter>> {
    let CleanForm::Parquet(kinds) = form else { return Ok(None) };
    let mut kinds = kinds.clone();
    for column in added {
        let kind = match column.kind {
            AddedKind::Whole => ColumnKind::Integer { exact: true },
            AddedKind::Real => ColumnKind::Real,
            AddedKind::Text => ColumnKind::Text,
            AddedKind::Flag => ColumnKind::Bool,
        };
        kinds.add(&column.name, kind);
    }
    ParquetWriter::new(kinds, out.target()).map(Some)
}

#[cfg(feature = "parquet")]
impl AddedColumn {
    /// The value of the column that a cell of a table holds.
    fn field(&self, cell: &str) -> WholeField {
        let value = match cell {
            "" => WholeValue::Null,
            text if self.kind == AddedKind::Text => WholeValue::Text(text.to_owned()),
            value => WholeValue::Json(value.to_owned()),
        };
        WholeField { name: self.name.clone(), value }
    }
}
