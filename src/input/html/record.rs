//! A page into a record.

use std::borrow::Cow;

use super::{Metadata, Page, charset, page};
use crate::input::InputOptions;
use crate::input::corpus::{FieldValue, Record};
use crate::input::encoding::{self, Hints, Text};
use crate::input::reject::Reason;

/// Where a page came from, as far as that is known beside its bytes.
#[derive(Debug, Default)]
pub(in crate::input) struct Origin<'o> {
    /// The encoding that a header declares; it outweighs what the page says.
    pub(in crate::input) charset: Option<&'o str>,
    pub(in crate::input) tld: Option<&'o str>,
}

/// Reads a page as one record.
pub(in crate::input) fn record<'a>(
    raw: &[u8],
    id: Cow<'a, str>,
    origin: &Origin<'_>,
    options: &InputOptions,
) -> Result<Record<'a>, Reason> {
    let declared = charset::declared(raw);
    let hints = Hints { declared: origin.charset.or(declared.as_deref()), tld: origin.tld };
    let Text { text: html, mut decoding, .. } = encoding::decode(raw, hints, options.encoding)?;
    let Page { text, metadata, all } = page(&html, options.html_raw)?;
    decoding.all_text = all;
    let text = encoding::mend(Cow::Owned(text), options.encoding, &mut decoding);
    let fields = options.fields.iter().map(|name| field(&metadata, name, options)).collect();
    Ok(Record { id, text, fields, text_value: 0..raw.len(), decoding })
}

/// A field that a page gives.
fn field(metadata: &Metadata, name: &str, options: &InputOptions) -> Option<FieldValue> {
    let value = match name {
        "title" => &metadata.title,
        "date" => &metadata.date,
        "url" => &metadata.url,
        _ => return None,
    };
    let mended = encoding::mend(Cow::Borrowed(value.as_deref()?), options.encoding, &mut encoding::Decoding::default());
    Some(FieldValue::Text(mended.into_owned()))
}
