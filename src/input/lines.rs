//! Text with one document a line.

use std::borrow::Cow;

use super::InputOptions;
use super::encoding::{self, DecodedText, EncodingChoice, EncodingHints};
use super::record::Record;
use super::reject::RejectReason;

/// Reads a line as one document without an id of its own. `is_narrowed` tells that it was UTF-16 and is UTF-8 now.
pub(super) fn record<'a>(raw: &'a [u8], is_narrowed: bool, options: &InputOptions) -> Result<Record<'a>, RejectReason> {
    let choice = if is_narrowed { EncodingChoice::Auto } else { options.encoding };
    let DecodedText { text, bom, mut decoding } = encoding::decode(raw, EncodingHints::default(), choice)?;
    let text = encoding::mend(text, choice, &mut decoding);

    let fields = vec![None; options.fields.len()];
    Ok(Record { id: Cow::Borrowed(""), text, fields, text_value: bom..raw.len(), decoding, layout: None })
}
