//! All cells of a CSV record, for writing it in another format.

use super::CsvHeader;
use crate::input::slices::slice;
use crate::input::{InputOptions, RejectReason};

impl CsvHeader {
    /// The cells of a record, decoded; the cell of the text column is `text` if that is given.
    ///
    /// # Errors
    ///
    /// The record is in no encoding that `options` allows.
    pub(in crate::input) fn cells(
        &self,
        raw: &[u8],
        options: &InputOptions,
        text: Option<&str>,
    ) -> Result<Vec<String>, RejectReason> {
        let dialect = self.shape.dialect;
        let (_, encoding) = self.decoding(raw, options.encoding)?;
        let cell = |(place, range)| match text {
            Some(text) if place == self.text => text.to_owned(),
            _ => dialect.decode(&encoding.decode(slice(raw, range)).0).into_owned(),
        };

        Ok(dialect.fields(raw).map(|field| field.range).enumerate().map(cell).collect())
    }
}
