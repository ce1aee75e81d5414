//! A record as bytes, which this process reads again. How it was decoded is kept beside them.

use std::borrow::Cow;

use super::encoding::RecordDecoding;
use super::record::{FieldValue, Record};
use crate::document::{ArticleFields, LineHint, PageLayout, Zone};
use crate::spill::{ByteDecoder, ByteEncoder};

/// All zones, in the order of their numbers.
const ZONES: [Zone; 12] = [
    Zone::Open,
    Zone::Navigation,
    Zone::Path,
    Zone::Header,
    Zone::Footer,
    Zone::Aside,
    Zone::Controls,
    Zone::Comments,
    Zone::Tags,
    Zone::Caption,
    Zone::Byline,
    Zone::Time,
];

/// Bits of a line's hint.
const ITEM: u8 = 1;
const ROW: u8 = 2;
const HEADLINE: u8 = 4;

/// The record as bytes, without its decoding.
pub(super) fn write(record: &Record<'_>) -> Vec<u8> {
    let mut out = ByteEncoder::default();
    out.bytes(record.id.as_bytes());
    out.bytes(record.text.as_bytes());
    out.u64(record.text_value.start as u64);
    out.u64(record.text_value.end as u64);

    out.u64(record.fields.len() as u64);
    for field in &record.fields {
        FieldValue::encode(field.as_ref(), &mut out);
    }

    out.byte(record.layout.is_some().into());
    if let Some(layout) = &record.layout {
        write_layout(layout, &mut out);
    }
    out.finish()
}

fn write_layout(layout: &PageLayout, out: &mut ByteEncoder) {
    out.u64(layout.lines.len() as u64);
    for hint in &layout.lines {
        let LineHint { zone, heading, article, linked, item, row, headline, holder } = *hint;
        let flag = |is_set, bit| if is_set { bit } else { 0 };
        out.byte(zone as u8);
        out.byte(heading);
        out.byte(linked);
        out.byte(flag(item, ITEM) | flag(row, ROW) | flag(headline, HEADLINE));
        out.u32(article);
        out.u32(holder);
    }

    for articles in [&layout.articles, &layout.described] {
        out.u64(articles.len() as u64);
        for ArticleFields { title, published, byline } in articles {
            for text in [title, published, byline] {
                out.byte(text.is_some().into());
                out.bytes(text.as_deref().unwrap_or("").as_bytes());
            }
        }
    }
}

/// The inverse of [`write`]; `None` if the bytes are no record.
pub(super) fn read(bytes: &[u8], decoding: RecordDecoding) -> Option<Record<'static>> {
    let mut bytes = ByteDecoder::new(bytes);
    let (id, text) = (text(&mut bytes)?, text(&mut bytes)?);
    let text_value = usize::try_from(bytes.u64()?).ok()?..usize::try_from(bytes.u64()?).ok()?;

    let count = bytes.count(1)?;
    let fields = (0..count).map(|_| FieldValue::decode(&mut bytes)).collect::<Option<_>>()?;
    let layout = match bytes.byte()? {
        0 => None,
        _ => Some(Box::new(read_layout(&mut bytes)?)),
    };
    Some(Record { id: Cow::Owned(id), text: Cow::Owned(text), fields, text_value, decoding, layout })
}

fn text(bytes: &mut ByteDecoder<'_>) -> Option<String> {
    std::str::from_utf8(bytes.bytes()?).ok().map(str::to_owned)
}

fn read_layout(bytes: &mut ByteDecoder<'_>) -> Option<PageLayout> {
    let count = bytes.count(12)?;
    let lines = (0..count).map(|_| read_hint(bytes)).collect::<Option<_>>()?;
    Some(PageLayout { lines, articles: read_articles(bytes)?, described: read_articles(bytes)? })
}

fn read_hint(bytes: &mut ByteDecoder<'_>) -> Option<LineHint> {
    let zone = *ZONES.get(usize::from(bytes.byte()?))?;
    let (heading, linked, flags) = (bytes.byte()?, bytes.byte()?, bytes.byte()?);
    let (article, holder) = (bytes.u32()?, bytes.u32()?);
    let has = |bit| flags & bit != 0;
    Some(LineHint { zone, heading, article, linked, item: has(ITEM), row: has(ROW), headline: has(HEADLINE), holder })
}

fn read_articles(bytes: &mut ByteDecoder<'_>) -> Option<Vec<ArticleFields>> {
    let count = bytes.count(3)?;
    let mut field = || {
        let is_some = bytes.byte()? != 0;
        let text = text(bytes)?;
        Some(is_some.then_some(text))
    };
    let mut article = || Some(ArticleFields { title: field()?, published: field()?, byline: field()? });
    (0..count).map(|_| article()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let hint = |at: usize| LineHint {
            zone: ZONES[at % ZONES.len()],
            heading: (at % 8) as u8,
            article: at as u32 * 77,
            linked: (at % 101) as u8,
            item: at.is_multiple_of(2),
            row: at.is_multiple_of(3),
            headline: at.is_multiple_of(5),
            holder: u32::MAX - at as u32,
        };
        for (at, zone) in ZONES.iter().enumerate() {
            assert_eq!(*zone as usize, at);
        }
        let article =
            ArticleFields { title: Some("عنوان".to_owned()), published: None, byline: Some(String::new()) };
        let layout = PageLayout {
            lines: (0..60).map(hint).collect(),
            articles: vec![article.clone(), ArticleFields::default()],
            described: vec![article],
        };
        let fields = vec![None, Some(FieldValue::Number(-0.5)), Some(FieldValue::Text("قيمة".to_owned()))];
        let decoding = RecordDecoding { lossy: true, ..RecordDecoding::default() };
        for layout in [None, Some(Box::new(layout))] {
            let (id, text) = (Cow::Borrowed("id"), Cow::Borrowed("نص\nثان"));
            let record = Record { id, text, fields: fields.clone(), text_value: 3..99, decoding, layout };
            let bytes = write(&record);
            assert_eq!(read(&bytes, decoding), Some(record));
            assert!((0..bytes.len()).all(|end| read(&bytes[..end], decoding).is_none()));
        }
    }
}
