//! WARC and WET: archived pages, one record each.
//!
//! Format: ISO 28500, WARC 1.0 and 1.1 (<https://iipc.github.io/warc-specifications/>), and the drafts 0.17 and 0.18. Documents
//! are the `response`, `resource` and `conversion` records that hold HTML or plain text; a response with another status than
//! 2xx is no document. Whatever is no document is passed over and counted.
//!
//! Records are cut off here and not by a crate for three reasons: the readers there are (`warc` 0.4 among them) read forward only,
//! while a corpus reads a record again by its place; they give up at the first damage; and none says where a record stands.
//! HTTP heads are parsed by `httparse`.
//!
//! Where no record begins, a reject covers the bytes up to the next head: a line `WARC/N.N`, then a line with a field of such
//! a head. Compressed archives are read through their members; damage inside one ends the file.

use std::borrow::Cow;

use super::InputOptions;
use super::encoding::{self, DecodedText, EncodingHints};
use super::html::{self, PageOrigin};
use super::record::{FieldValue, Record};
use super::reject::RejectReason;

mod body;
mod cut;
mod feed;
mod head;

pub(super) use cut::records;
pub(super) use feed::{stream, whole};

use body::HttpHead;
use head::{LONGEST, WarcHead};

/// The first bytes of every record.
pub(super) const MAGIC: &[u8] = b"WARC/";

/// The beginning of a record that tells what it is.
pub(super) const PREFIX: usize = 2 * LONGEST;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordClass {
    Document,
    /// Counted under this name.
    Passed(&'static str),
}

/// How the text of a document stands in its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyMedia {
    Html,
    Text,
}

impl BodyMedia {
    /// What a Content-Type means; without one, what the body looks like.
    fn of(content_type: Option<&str>, body: &[u8]) -> Option<Self> {
        let Some(content_type) = content_type else {
            return body.trim_ascii_start().starts_with(b"<").then_some(Self::Html);
        };
        let media = content_type.split(';').next().unwrap_or_default().trim();
        let is = |names: &[&str]| names.iter().any(|name| media.eq_ignore_ascii_case(name));
        if is(&["text/html", "application/xhtml+xml", "application/xhtml"]) {
            return Some(Self::Html);
        }
        is(&["text/plain"]).then_some(Self::Text)
    }
}

/// What a record is, by its head and the beginning of its block: needs no more than [`PREFIX`] bytes.
pub(super) fn classify(record: &[u8]) -> RecordClass {
    let Some((head, block)) = WarcHead::split(record) else { return RecordClass::Passed("record without head") };
    let block = block.get(..LONGEST).unwrap_or(block);
    let content_type = head.text("Content-Type");
    let media = |content_type: Option<&str>, body| match BodyMedia::of(content_type, body) {
        Some(_) => RecordClass::Document,
        None => RecordClass::Passed("other content type"),
    };
    match head.text("WARC-Type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "response" if head.is_http() => match HttpHead::split(block) {
            Ok((http, _)) if !(200..300).contains(&http.status) => RecordClass::Passed("status other than 2xx"),
            Ok((http, body)) => media(http.content_type.as_deref(), body),
            // Its rejection says why.
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

/// Reads a document.
pub(super) fn record<'a>(raw: &[u8], options: &InputOptions) -> Result<Record<'a>, RejectReason> {
    let broken = |what: &str| RejectReason::BrokenBody { what: what.to_owned() };
    let (size, limit) = (raw.len() as u64, options.max_record_size);
    if size > limit {
        return Err(RejectReason::TooLarge { size, limit });
    }
    let (head, block) = WarcHead::split(raw).ok_or_else(|| broken("its head is broken"))?;
    let target = head.text("WARC-Target-URI").map(|uri| uri.trim_matches(['<', '>']).to_owned());
    let response = head.text("WARC-Type").is_some_and(|kind| kind.eq_ignore_ascii_case("response")) && head.is_http();
    let (content_type, body) = if response {
        let (http, body) = HttpHead::split(block)?;
        let body = http.decoded(body, limit)?;
        (http.content_type, body)
    } else {
        (head.text("Content-Type"), Cow::Borrowed(block))
    };
    let media = BodyMedia::of(content_type.as_deref(), &body).unwrap_or(BodyMedia::Text);
    let id = target.clone().or_else(|| head.text("WARC-Record-ID")).unwrap_or_default();
    let charset = content_type.as_deref().and_then(html::of_content_type);
    let tld = target.as_deref().and_then(tld);
    let mut record = match media {
        BodyMedia::Html => {
            let origin = PageOrigin { charset: charset.as_deref(), tld: tld.as_deref() };
            html::record(&body, Cow::Owned(id), &origin, options)?
        }
        BodyMedia::Text => {
            let hints = EncodingHints { declared: charset.as_deref(), tld: tld.as_deref() };
            let DecodedText { text, mut decoding, .. } = encoding::decode(&body, hints, options.encoding)?;
            let text = encoding::mend(text, options.encoding, &mut decoding).into_owned();
            let fields = vec![None; options.fields.len()];
            Record { id: Cow::Owned(id), text: Cow::Owned(text), fields, text_value: 0..0, decoding, layout: None }
        }
    };
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
    Ok(record)
}

/// The last label of an address's host.
fn tld(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.split(':').next()?;
    Some(host.trim_end_matches('.').rsplit('.').next()?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
