//! All cells of a CSV record, for writing it in another format.

use super::{CsvHeader, decode, fields};
use crate::input::encoding::Encoding;
use crate::input::slices::slice;

impl CsvHeader {
    /// The cells of a record, decoded as `encoding`; the cell of the text column is `text` if that is given.
    pub(in crate::input) fn cells(&self, raw: &[u8], encoding: Encoding, text: Option<&str>) -> Vec<String> {
        let cell = |(place, range)| match text {
            Some(text) if place == self.text => text.to_owned(),
            _ => decode(&encoding.decode(slice(raw, range)).0).into_owned(),
        };

        fields(raw, self.delimiter).enumerate().map(cell).collect()
    }
}
