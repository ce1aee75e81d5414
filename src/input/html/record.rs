//! A page into a record.

use std::borrow::Cow;

use super::{HtmlPage, PageMetadata, charset, page};
use crate::document::PageLayout;
use crate::input::InputOptions;
use crate::input::encoding::{self, DecodedText, EncodingHints};
use crate::input::record::{FieldValue, Record};
use crate::input::reject::RejectReason;

/// Where a page came from, as far as that is known beside its bytes.
#[derive(Debug, Default)]
pub(in crate::input) struct PageOrigin<'o> {
    /// The encoding that a header declares; it outweighs what the page says.
    pub(in crate::input) charset: Option<&'o str>,
    pub(in crate::input) tld: Option<&'o str>,
}

/// Reads a page as one record.
pub(in crate::input) fn record<'a>(
    raw: &[u8],
    id: Cow<'a, str>,
    origin: &PageOrigin<'_>,
    options: &InputOptions,
) -> Result<Record<'a>, RejectReason> {
    let declared = charset::declared(raw);
    let hints = EncodingHints { declared: origin.charset.or(declared.as_deref()), tld: origin.tld };
    let DecodedText { text: html, mut decoding, .. } = encoding::decode(raw, hints, options.encoding)?;
    let HtmlPage { text, metadata, layout, all } = page(&html, options.html())?;
    decoding.all_text = all;
    let text = encoding::mend(Cow::Owned(text), options.encoding, &mut decoding);
    let fields = options.fields.iter().map(|name| field(&metadata, name, options)).collect();
    let layout = layout.map(|layout| Box::new(mended(layout, options))).filter(|layout| fits(layout, &text));
    Ok(Record { id, text, fields, text_value: 0..raw.len(), decoding, layout })
}

/// A field that a page gives.
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

fn mend(value: &str, options: &InputOptions) -> String {
    encoding::mend(Cow::Borrowed(value), options.encoding, &mut encoding::RecordDecoding::default()).into_owned()
}

/// The layout with its texts repaired as the page's was.
fn mended(mut layout: PageLayout, options: &InputOptions) -> PageLayout {
    for article in layout.articles.iter_mut().chain(&mut layout.described) {
        for value in [&mut article.title, &mut article.published, &mut article.byline].into_iter().flatten() {
            *value = mend(value, options);
        }
    }
    layout
}

/// Whether the lines are still those of the layout: a repair may change where lines end.
fn fits(layout: &PageLayout, text: &str) -> bool {
    let ends = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
    text.split(ends).filter(|line| !line.trim().is_empty()).count() == layout.lines.len()
}
