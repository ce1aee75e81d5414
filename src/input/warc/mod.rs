//! WARC and WET: archived pages, one record each.
//!
//! Format: ISO 28500, WARC 1.0 and 1.1 (<https://iipc.github.io/warc-specifications/>), and the drafts 0.17 and 0.18.
//! Documents are the `response`, `resource` and `conversion` records that hold HTML or plain text, except responses
//! with a status other than 2xx. All other records are skipped and counted.
//!
//! No crate is used to separate records, for three reasons: the existing readers (`warc` 0.4 among them) read forward
//! only, while a corpus reads a record again by its position; they stop at the first damage; and none tells the
//! position of a record. `httparse` parses HTTP heads.
//!
//! Between records, a reject covers the bytes up to the next head: a line `WARC/N.N`, then a line with a field of such
//! a head. Compressed archives are read through their members; damage inside a member ends the file.

use std::borrow::Cow;

use super::InputOptions;
use super::encoding::{self, DecodedText, EncodingHints};
use super::html::{self, PageOrigin};
use super::record::{FieldValue, Record};
use super::reject::RejectReason;

mod body;
mod head;
mod next_record;
mod parts;

pub(super) use next_record::records;
pub(super) use parts::{stream, whole};

use body::HttpHead;
use head::{LONGEST, WarcHead};

/// The first bytes of every record.
pub(super) const MAGIC: &[u8] = b"WARC/";

/// Length of the beginning of a record that [`classify`] needs, in bytes.
pub(super) const PREFIX: usize = 2 * LONGEST;

/// The class of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordClass {
    Document,
    /// Skipped, and counted under this name.
    Passed(&'static str),
}

/// The media type of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyMedia {
    Html,
    Text,
}

impl BodyMedia {
    /// The media type that a Content-Type names; without one, the one that the body looks like. `None` for any other.
    fn of(content_type: Option<&str>, body: &[u8]) -> Option<Self> {
        let Some(content_type) = content_type else {
            return body.trim_ascii_start().starts_with(b"<").then_some(Self::Html);
        };

        let media = content_type.split_once(';').map_or(content_type, |(media, _)| media).trim();
        let is = |names: &[&str]| names.iter().any(|name| media.eq_ignore_ascii_case(name));
        if is(&["text/html", "application/xhtml+xml", "application/xhtml"]) {
            return Some(Self::Html);
        }
        is(&["text/plain"]).then_some(Self::Text)
    }
}

/// The class of a record, by its head and the beginning of its block. Needs its first [`PREFIX`] bytes.
pub(super) fn classify(record: &[u8]) -> RecordClass {
    let Some((head, block)) = WarcHead::split(record) else { return RecordClass::Passed("record without head") };

    let block = block.get(..LONGEST).unwrap_or(block);
    let content_type = head.text("Content-Type");
    let media = |content_type: Option<&str>, body| match BodyMedia::of(content_type, body) {
        Some(_) => RecordClass::Document,
        None => RecordClass::Passed("other content type"),
    };

    let kind = head.text("WARC-Type").map_or_else(String::new, |kind| kind.to_ascii_lowercase());
    match kind.as_str() {
        "response" if head.is_http() => match HttpHead::split(block) {
            Ok((http, _)) if !(200..300).contains(&http.status) => RecordClass::Passed("status other than 2xx"),
            Ok((http, body)) => media(http.content_type.as_deref(), body),
            // As a document it is rejected, with the reason.
            Err(_) => RecordClass::Document,
        },
        "response" | "resource" | "conversion" => media(content_type.as_deref(), block),
        "request" => RecordClass::Passed("request"),
        "warcinfo" => RecordClass::Passed("warcinfo"),
        "metadata" => RecordClass::Passed("metadata"),
        "revisit" => RecordClass::Passed("revisit"),
        "continuation" => RecordClass::Passed("continuation"),
        _ => RecordClass::Passed("record of another type"),
    }
}

/// Reads a document: its text, and the fields that the options ask for. Returns whether it is a page of HTML.
///
/// # Errors
///
/// The record is larger than the limit, its body cannot be decoded, or its text cannot be read.
pub(super) fn record<'a>(raw: &[u8], options: &InputOptions) -> Result<(Record<'a>, bool), RejectReason> {
    let broken = |what: &str| RejectReason::BrokenBody { what: what.to_owned() };
    let (size, limit) = (raw.len() as u64, options.max_record_size);
    if size > limit {
        return Err(RejectReason::TooLarge { size, limit });
    }

    let (head, block) = WarcHead::split(raw).ok_or_else(|| broken("its head is broken"))?;
    let target = head.text("WARC-Target-URI").map(|uri| uri.trim_matches(['<', '>']).to_owned());
    let response = head.text("WARC-Type").is_some_and(|kind| kind.eq_ignore_ascii_case("response")) && head.is_http();

    // Step 1: the body, without HTTP head, chunks and compression.
    let (content_type, body) = if response {
        let (http, body) = HttpHead::split(block)?;
        let body = http.decoded(body, limit)?;
        (http.content_type, body)
    } else {
        (head.text("Content-Type"), Cow::Borrowed(block))
    };

    // A body whose type is unknown is read as text, which fails if it is binary.
    let media = BodyMedia::of(content_type.as_deref(), &body).unwrap_or(BodyMedia::Text);

    // Step 2: the id and hints for the encoding.

    let id = target.clone().or_else(|| head.text("WARC-Record-ID")).map_or(Cow::Borrowed(""), Cow::Owned);
    let charset = content_type.as_deref().and_then(html::of_content_type);
    let tld = target.as_deref().and_then(tld);

    // Step 3: the text.
    let mut record = match media {
        BodyMedia::Html => {
            let origin = PageOrigin { charset: charset.as_deref(), tld: tld.as_deref() };
            html::record(&body, id, &origin, options)?
        }
        BodyMedia::Text => {
            let hints = EncodingHints { declared: charset.as_deref(), tld: tld.as_deref() };
            let DecodedText { text, mut decoding, .. } = encoding::decode_text(&body, hints, options.encoding)?;
            let text = encoding::mend(text, options.encoding, &mut decoding).into_owned();
            let fields = vec![None; options.fields.len()];

            Record { id, text: Cow::Owned(text), fields, text_value: 0..0, decoding, layout: None }
        }
    };

    // Step 4: the range of the record in the archive, and the fields of its head. The canonical address of a page
    // outweighs its target.
    record.text_value = 0..raw.len();
    for (name, slot) in options.fields.iter().zip(&mut record.fields) {
        let value = match name.as_str() {
            "warc_date" => head.text("WARC-Date"),
            "warc_record_id" => head.text("WARC-Record-ID"),
            "content_type" => content_type.clone(),
            "url" if slot.is_none() => target.clone(),
            _ => continue,
        };
        *slot = value.map(FieldValue::Text);
    }

    Ok((record, media == BodyMedia::Html))
}

/// The last label of the host of an address, in lower case.
fn tld(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.split(':').next()?;

    Some(host.trim_end_matches('.').rsplit('.').next()?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
