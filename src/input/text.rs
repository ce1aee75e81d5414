//! Plain text: the file is the document.

use std::borrow::Cow;

use super::InputOptions;
use super::encoding::{self, DecodedText, EncodingChoice, EncodingHints, RecordDecoding};
use super::record::Record;
use super::reject::RejectReason;

/// Reads a file as one document. `bom` tells that `raw` begins with the byte order mark of UTF-8, which is no part of
/// the text.
pub(super) fn record<'a>(
    raw: &'a [u8],
    bom: bool,
    id: Cow<'a, str>,
    options: &InputOptions,
) -> Result<Record<'a>, RejectReason> {
    let fields = vec![None; options.fields.len()];

    if options.encoding == EncodingChoice::Strict {
        if memchr::memchr(0, raw).is_some() {
            return Err(RejectReason::NotText);
        }

        // The mark is checked with the text, so that the offset in a reject counts from the first byte of the file.
        let whole = encoding::utf8(raw)?;
        let text = if bom { whole.strip_prefix('\u{FEFF}').unwrap_or(whole) } else { whole };
        let start = whole.len() - text.len();
        let decoding = RecordDecoding::default();
        return Ok(Record { id, text: text.into(), fields, text_value: start..raw.len(), decoding, layout: None });
    }

    // A mark found in the bytes counts, not the one found when the file was opened: it may be one of UTF-16.
    let DecodedText { text, bom, mut decoding } =
        encoding::decode_text(raw, EncodingHints::default(), options.encoding)?;
    let text = encoding::mend(text, options.encoding, &mut decoding);
    Ok(Record { id, text, fields, text_value: bom..raw.len(), decoding, layout: None })
}
