//! One record, read: the id, the text and the further fields.

use std::borrow::Cow;
use std::ops::Range;

use super::encoding::RecordDecoding;
use crate::document::PageLayout;
use crate::spill::{ByteDecoder, ByteEncoder};

/// A record that can be read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The id as given; `PATH:LINE` where the record gives none; the relative path of plain text. Not necessarily
    /// unique: see [`RepeatedIds`](super::RepeatedIds).
    pub id: Cow<'a, str>,
    /// The decoded text; borrowed from the corpus unless it has escapes.
    pub text: Cow<'a, str>,
    /// The further fields, in the order of [`InputOptions::fields`](super::InputOptions::fields); `None` for a field
    /// that is absent, or holds neither a string nor a finite number.
    pub fields: Vec<Option<FieldValue>>,
    /// The range of the text in the raw bytes: the JSON string with its quotes; plain text without its byte order
    /// mark; all bytes of a page whose text was extracted.
    pub text_value: Range<usize>,
    /// How the bytes became the text.
    pub decoding: RecordDecoding,
    /// HTML with [`InputOptions::html_lines`](super::InputOptions::html_lines): what the markup says of each line of
    /// the text.
    pub layout: Option<Box<PageLayout>>,
}

/// The value of a further field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// A finite number.
    Number(f64),
    /// A string.
    Text(String),
}

impl FieldValue {
    /// Appends a field, or its absence, to bytes that this program reads again.
    pub(crate) fn encode(field: Option<&Self>, out: &mut ByteEncoder) {
        match field {
            None => out.byte(0),
            Some(Self::Number(number)) => {
                out.byte(1);
                out.f64(*number);
            }
            Some(Self::Text(text)) => {
                out.byte(2);
                out.bytes(text.as_bytes());
            }
        }
    }

    /// The inverse of [`encode`](Self::encode); `None` if the bytes are no field.
    pub(crate) fn decode(from: &mut ByteDecoder<'_>) -> Option<Option<Self>> {
        Some(match from.byte()? {
            0 => None,
            1 => Some(Self::Number(from.f64()?)),
            2 => Some(Self::Text(String::from_utf8(from.bytes()?.to_vec()).ok()?)),
            _ => return None,
        })
    }
}

impl Record<'_> {
    /// The same record, which borrows nothing.
    pub(super) fn into_owned(self) -> Record<'static> {
        let Self { id, text, fields, text_value, decoding, layout } = self;
        Record { id: id.into_owned().into(), text: text.into_owned().into(), fields, text_value, decoding, layout }
    }
}
