//! Plain text: the file is the document.

use std::borrow::Cow;

use super::InputOptions;
use super::corpus::Record;
use super::encoding::{self, BOM, DecodedText, EncodingChoice, EncodingHints, RecordDecoding};
use super::json_lines::utf8;
use super::reject::RejectReason;

/// Reads a file as one document. With `bom`, `raw` begins with the byte order mark of UTF-8; no such mark is part of the
/// text.
pub(super) fn record<'a>(
    raw: &'a [u8],
    bom: bool,
    id: Cow<'a, str>,
    options: &InputOptions,
) -> Result<Record<'a>, RejectReason> {
    if options.encoding == EncodingChoice::Strict {
        let start = if bom { BOM.len() } else { 0 };
        let text = Cow::Borrowed(utf8(raw)?.get(start..).unwrap_or_default());
        let (fields, decoding) = (vec![None; options.fields.len()], RecordDecoding::default());
        return Ok(Record { id, text, fields, text_value: start..raw.len(), decoding, layout: None });
    }
    let DecodedText { text, bom, mut decoding } = encoding::decode(raw, EncodingHints::default(), options.encoding)?;
    let text = encoding::mend(text, options.encoding, &mut decoding);
    Ok(Record {
        id,
        text,
        fields: vec![None; options.fields.len()],
        text_value: bom..raw.len(),
        decoding,
        layout: None,
    })
}
