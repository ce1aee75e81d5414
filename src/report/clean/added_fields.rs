//! Fields that an output adds to records: one object at the end of a JSON object, a column for each value in tables.

use std::collections::BTreeMap;

use serde::Serialize;

use super::convert::AddedColumn;
use super::joined_pieces::JoinedPieces;
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Remedy, Result};
use crate::input::{AddedKind, Corpus, InputFile, InputFormat, valid_json};

/// The values of a record for its added fields.
pub(super) trait AddedValues: Serialize {
    /// A cell for each column of [`AddedFields`]; a missing value is empty.
    fn cells(&self) -> Vec<String>;
}

/// The added fields of an output.
#[derive(Clone, Copy)]
pub(super) struct AddedFields<'a> {
    pub(super) corpus: &'a Corpus,
    /// The name of the object, and the beginning of the names of columns: `FIELD_cluster`.
    pub(super) field: &'a str,
    pub(super) columns: &'static [(&'static str, AddedKind)],
    /// The parameter that names the field.
    pub(super) parameter: &'static str,
    /// Whether rows of Parquet and Arrow get the columns too, where they are copied.
    pub(super) extends_tables: bool,
}

impl AddedFields<'_> {
    fn column(&self, name: &str) -> String {
        format!("{}_{name}", self.field)
    }

    /// The columns for a table.
    pub(super) fn added_columns(&self) -> Vec<AddedColumn> {
        let column = |(name, kind): &(&str, AddedKind)| AddedColumn { name: self.column(name), kind: *kind };
        self.columns.iter().map(column).collect()
    }

    /// The columns for a table of Parquet or Arrow that is copied.
    #[cfg(feature = "parquet")]
    pub(super) fn table_columns(&self) -> Vec<(String, AddedKind)> {
        self.columns.iter().map(|(name, kind)| (self.column(name), *kind)).collect()
    }

    /// Checks that no column of a table has the name of a new one.
    ///
    /// # Errors
    ///
    /// The first that has.
    pub(super) fn check_columns<'n>(
        &self,
        file: &InputFile,
        names: impl IntoIterator<Item = &'n String>,
    ) -> Result<()> {
        let is_taken = |name: &&String| self.columns.iter().any(|(column, _)| **name == self.column(column));
        match names.into_iter().find(is_taken) {
            Some(name) => Err(self.has_field(file, format!("has a column {name:?} already"))),
            None => Ok(()),
        }
    }

    /// Checks, before anything is written, that files that are copied have fields, and that no column has the name of a new
    /// one.
    ///
    /// # Errors
    ///
    /// The first file that has not, or does.
    pub(super) fn check_files(&self) -> Result<()> {
        for file in self.corpus.cleaned_files() {
            if !self.takes_fields(file.format) && !file.records.is_empty() && !file.is_failed {
                let what = format!("is {}, to which no field can be added", file.format);
                let remedy = "give the output the extension .jsonl, .json, .csv or .tsv".into();
                return Err(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into());
            }
            if let Some(header) = &file.header {
                self.check_columns(file, &header.names)?;
            }
            #[cfg(feature = "parquet")]
            if file.is_table() {
                self.check_columns(file, &crate::input::table_names(file, self.corpus.options())?)?;
            }
        }
        Ok(())
    }

    fn takes_fields(&self, format: InputFormat) -> bool {
        match format {
            InputFormat::JsonLines | InputFormat::Json | InputFormat::Csv | InputFormat::Tsv => true,
            InputFormat::Parquet | InputFormat::Arrow => self.extends_tables,
            _ => false,
        }
    }

    /// Writes the header of a CSV file with the new columns.
    pub(super) fn head(&self, file: &InputFile, out: &mut JoinedPieces<'_>) -> Result<()> {
        let Some(header) = &file.header else { return Ok(()) };

        // The line end of the header stays at its end.
        let (body, line_end) = header.raw.split_at(header.raw.trim_ascii_end().len());
        let names: String = self
            .columns
            .iter()
            .flat_map(|(column, _)| [header.delimiter().to_string(), header.encode(&self.column(column))])
            .collect();
        out.piece(&[body, names.as_bytes(), line_end])
    }

    /// A record of `file` with its values: a row of CSV, or an object of JSON.
    ///
    /// # Errors
    ///
    /// An object has the field already.
    pub(super) fn extended<V: AddedValues>(
        &self,
        file: &InputFile,
        document: DocId,
        raw: &[u8],
        values: &V,
    ) -> Result<Vec<u8>> {
        let Some(header) = &file.header else { return self.object(file, document, raw, values) };

        let delimiter = header.delimiter().to_string();
        let cells: String = values.cells().iter().flat_map(|cell| [delimiter.clone(), header.encode(cell)]).collect();
        Ok([raw, cells.as_bytes()].concat())
    }

    /// An object of JSON with its values.
    ///
    /// # Errors
    ///
    /// It has the field already.
    pub(super) fn object<V: AddedValues>(
        &self,
        file: &InputFile,
        document: DocId,
        object: &[u8],
        values: &V,
    ) -> Result<Vec<u8>> {
        inserted(object, self.field, values)?.ok_or_else(|| self.has_field_already(file, document))
    }

    /// Checks that an object of JSON does not have the field.
    ///
    /// # Errors
    ///
    /// It has.
    pub(super) fn check_object(&self, file: &InputFile, document: DocId, raw: &[u8]) -> Result<()> {
        if fields_of(raw)?.contains_key(self.field) {
            return Err(self.has_field_already(file, document));
        }
        Ok(())
    }

    fn has_field_already(&self, file: &InputFile, document: DocId) -> Error {
        let what = format!("{} has a field {:?} already", self.corpus.source(document), self.field);
        self.has_field(file, what)
    }

    fn has_field(&self, file: &InputFile, what: String) -> Error {
        let remedy = Remedy::Choose { purpose: "name another field", parameter: self.parameter };
        ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into()
    }
}

/// The fields of an object.
fn fields_of(raw: &[u8]) -> Result<BTreeMap<String, serde::de::IgnoredAny>> {
    serde_json::from_str(&valid_json(raw)).map_err(|error| Error::io("write", "-", error.into()))
}

/// The object in `raw` with the new field at its end; `None` if it has the field already.
fn inserted(raw: &[u8], field: &str, values: &impl Serialize) -> Result<Option<Vec<u8>>> {
    let refused = |source: serde_json::Error| Error::io("write", "-", source.into());
    // A record is an object, so its last brace ends it.
    let object = fields_of(raw)?;
    let Some(end) = raw.iter().rposition(|byte| *byte == b'}').filter(|_| !object.contains_key(field)) else {
        return Ok(None);
    };

    // The bytes of the other fields do not change.
    let (body, rest) = raw.split_at(end);
    let body = body.trim_ascii_end();

    let mut out = body.to_vec();
    // An empty object has no field to separate from.
    if !object.is_empty() {
        out.extend_from_slice(b", ");
    }
    serde_json::to_writer(&mut out, field).map_err(refused)?;
    out.extend_from_slice(b": ");
    serde_json::to_writer(&mut out, values).map_err(refused)?;
    out.extend_from_slice(rest);
    Ok(Some(out))
}
