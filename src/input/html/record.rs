//! One page as one record.

use std::borrow::Cow;

use super::{HtmlPage, PageMetadata, charset, page};
use crate::document::PageLayout;
use crate::input::InputOptions;
use crate::input::encoding::{self, DecodedText, EncodingHints};
use crate::input::record::{FieldValue, Record};
use crate::input::reject::RejectReason;

/// Where a page came from, as far as that is known apart from its bytes.
#[derive(Debug, Default)]
pub(in crate::input) struct PageOrigin<'o> {
    /// The encoding that an HTTP header declares; it outweighs the page's own declaration.
    pub(in crate::input) charset: Option<&'o str>,
    /// The top-level domain.
    pub(in crate::input) tld: Option<&'o str>,
}

/// Reads a page as one record.
pub(in crate::input) fn record<'a>(
    raw: &[u8],
    id: Cow<'a, str>,
    origin: &PageOrigin<'_>,
    options: &InputOptions,
) -> Result<Record<'a>, RejectReason> {
    // Step 1: bytes to HTML.
    let declared = charset::declared(raw);
    let hints = EncodingHints { declared: origin.charset.or(declared.as_deref()), tld: origin.tld };
    let DecodedText { text: html, mut decoding, .. } = encoding::decode(raw, hints, options.encoding)?;

    // Step 2: HTML to text.
    let HtmlPage { text, metadata, layout, all } = page(&html, options.html())?;
    decoding.all_text = all;

    // Step 3: mojibake is repaired in the text and in all fields alike. A repair can change where lines end, and a
    // layout of other lines would be wrong, so it is dropped then.
    let text = encoding::mend(Cow::Owned(text), options.encoding, &mut decoding);
    let fields = options.fields.iter().map(|name| field(&metadata, name, options)).collect();
    let layout = layout.map(|layout| Box::new(mended(layout, options))).filter(|layout| fits(layout, &text));

    Ok(Record { id, text, fields, text_value: 0..raw.len(), decoding, layout })
}

/// A field of the page by its name, repaired; `None` for other names.
fn field(metadata: &PageMetadata, name: &str, options: &InputOptions) -> Option<FieldValue> {
    let value = match name {
        "title" => &metadata.title,
        "date" => &metadata.date,
        "url" => &metadata.url,
        "byline" => &metadata.byline,
        _ => return None,
    };

    value.as_deref().map(|value| FieldValue::Text(mend(value, options)))
}

/// Repairs a field; only the text's decoding is reported.
fn mend(value: &str, options: &InputOptions) -> String {
    encoding::mend(Cow::Borrowed(value), options.encoding, &mut encoding::RecordDecoding::default()).into_owned()
}

/// Repairs the texts of a layout.
fn mended(mut layout: PageLayout, options: &InputOptions) -> PageLayout {
    for article in layout.articles.iter_mut().chain(&mut layout.described) {
        for value in [&mut article.title, &mut article.published, &mut article.byline].into_iter().flatten() {
            *value = mend(value, options);
        }
    }
    layout
}

/// Whether the layout has one hint for each line of `text` that is not blank.
fn fits(layout: &PageLayout, text: &str) -> bool {
    let ends = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
    text.split(ends).filter(|line| !line.trim().is_empty()).count() == layout.lines.len()
}
