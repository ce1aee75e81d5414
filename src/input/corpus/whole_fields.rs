//! All fields of a record, not only those that a run reads: for writing the record in another format.

use super::Corpus;
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Result};
use crate::input::json::{self, ValueKind};
use crate::input::{InputFormat, RejectReason};

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WholeField {
    pub(crate) name: String,
    pub(crate) value: WholeValue,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WholeValue {
    /// A text.
    Text(String),
    /// A missing value.
    Null,
    /// Any other value, as JSON in one line.
    Json(String),
}

impl Corpus {
    /// The fields of a record in their order. The text is `text` if that is given. A file or page that is one text has
    /// an id and a text.
    ///
    /// # Errors
    ///
    /// The record is rejected, or cannot be read again.
    pub(crate) fn whole_fields(&self, id: DocId, text: Option<&str>) -> Result<Vec<WholeField>> {
        let file = self.locate_or_refuse(id)?.file;
        match (file.format, &file.header) {
            (InputFormat::JsonLines | InputFormat::Json | InputFormat::Parquet | InputFormat::Arrow, _) => {
                self.json_fields(id, text)
            }
            (_, Some(header)) => {
                let cells =
                    header.cells(&self.raw(id)?, &self.options, text).map_err(|reason| self.reject(id, reason))?;
                let field =
                    |(name, cell): (&String, String)| WholeField { name: name.clone(), value: WholeValue::Text(cell) };
                Ok(header.names.iter().zip(cells).map(field).collect())
            }
            _ => {
                let record = self.read(id)?;
                let text = text.map_or_else(|| record.text.into_owned(), str::to_owned);
                let values = [(&self.options.id_field, record.id.into_owned()), (&self.options.text_field, text)];
                Ok(values.map(|(name, value)| WholeField { name: name.clone(), value: WholeValue::Text(value) }).into())
            }
        }
    }

    /// The fields of an object of JSON.
    fn json_fields(&self, id: DocId, text: Option<&str>) -> Result<Vec<WholeField>> {
        let bytes = match text {
            Some(text) => self.rewrite(id, text)?.into(),
            None => self.raw(id)?,
        };
        let line = std::str::from_utf8(&bytes).map_err(|_| Error::from(self.reject(id, RejectReason::NotInInput)))?;

        object_fields(line.trim_start_matches('\u{FEFF}')).map_err(|what| {
            let source = self.source(id);
            let what = format!("{source} cannot be converted: {what}");
            let remedy = "write the output in the format of the input".into();
            ErrorKind::Unreadable { path: source.path.to_path_buf(), what, remedy }.into()
        })
    }
}

/// The fields of an object of JSON, in their order. `NaN` and infinities are missing values; half a surrogate pair is
/// U+FFFD.
///
/// # Errors
///
/// What is no JSON in it.
pub(crate) fn object_fields(object: &str) -> std::result::Result<Vec<WholeField>, String> {
    // Values keep their places, so they are taken from the object as it was written.
    let halves = json::half_pairs::replaced(object);
    let whole = halves.as_deref().unwrap_or(object);
    let finite = json::not_finite::replaced(whole);
    let valid = finite.as_deref().unwrap_or(whole);

    let mut fields: Vec<WholeField> = Vec::new();
    let scanned = json::scan(valid, |name, found| {
        debug_assert!(object.get(found.range.clone()).is_some(), "replaced words keep the places of values");
        let raw = object.get(found.range.clone()).unwrap_or("");
        let is_finite = || json::not_finite::word(object.get(found.range.start..).unwrap_or("")).is_none();
        let value = match found.kind {
            ValueKind::String => match json::decode(whole, found.range) {
                Ok(text) => WholeValue::Text(text.into_owned()),
                Err(_) => WholeValue::Json(raw.to_owned()),
            },
            ValueKind::Integer if !is_finite() => WholeValue::Null,
            ValueKind::Null => WholeValue::Null,
            _ => WholeValue::Json(in_one_line(raw)),
        };

        // As in reading, the last of two fields with one name counts.
        match fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.value = value,
            None => fields.push(WholeField { name: name.into_owned(), value }),
        }
    });
    scanned.map(|_| fields).map_err(|invalid| invalid.what)
}

/// JSON without line breaks. Strings contain none, so every line break is white space.
fn in_one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}
