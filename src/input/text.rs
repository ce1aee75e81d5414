//! Plain text: the file is the document.

use std::borrow::Cow;

use super::corpus::Record;
use super::json_lines::utf8;
use super::reject::Reason;

/// The UTF-8 byte order mark.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Reads a file as one document. With `bom`, `raw` begins with a byte order mark, which is no part of the text.
pub(super) fn record<'a>(raw: &'a [u8], bom: bool, id: Cow<'a, str>, fields: usize) -> Result<Record<'a>, Reason> {
    let start = if bom { BOM.len() } else { 0 };
    let text = utf8(raw)?.get(start..).unwrap_or_default();
    Ok(Record { id, text: Cow::Borrowed(text), fields: vec![None; fields], text_value: start..raw.len() })
}
