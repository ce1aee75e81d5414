//! A check before parsing: HTML parsers compare each attribute of a tag with all attributes before it.

use crate::input::reject::RejectReason;
use crate::input::slices::tail;

/// Most attributes of a tag. Pages have some dozens.
const MOST: usize = 1024;

/// Elements whose content is not markup.
const RAW: [&[u8]; 2] = [b"script", b"style"];

/// Refuses a page with a tag of more than [`MOST`] attributes, which would take quadratic time to parse. Linear.
pub(super) fn check(html: &str) -> Result<(), RejectReason> {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'<', tail(bytes, at)) {
        let start = at + next;
        let rest = tail(bytes, start + 1);
        at = start + 1;

        if rest.starts_with(b"!--") {
            at += memchr::memmem::find(rest, b"-->").unwrap_or(rest.len());
        } else if rest.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/') {
            at += tag(rest).ok_or(RejectReason::NoPage { offset: start, most: MOST })?;

            // A `<` in a script begins no tag. Without an end tag the search goes on here: the parser may see tags.
            if is_raw(rest)
                && let Some(end) = memchr::memmem::find(tail(bytes, at), b"</")
            {
                at += end;
            }
        }
    }

    Ok(())
}

/// Whether a tag, from its name on, begins an element whose content is not markup.
fn is_raw(tag: &[u8]) -> bool {
    RAW.iter().any(|name| {
        let ends = tag.get(name.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        ends && tag.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    })
}

/// The length of a tag from its name to its `>`, or to the end of `bytes`; `None` if it has too many attributes.
fn tag(bytes: &[u8]) -> Option<usize> {
    // A count is enough: the cost of parsing depends on the number of attributes.
    let (mut count, mut between, mut at) = (0, false, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            // Quotes protect a `>` only in a value, that is after `=`.
            b'>' => return Some(at),
            b'"' | b'\'' if at > 0 && bytes.get(at - 1) == Some(&b'=') => {
                let rest = tail(bytes, at + 1);
                at += 1 + memchr::memchr(*byte, rest).unwrap_or(rest.len());
                between = true;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' => between = true,
            _ => {
                // Each first byte after a separator begins an attribute.
                count += usize::from(std::mem::replace(&mut between, false));
                if count > MOST {
                    return None;
                }
            }
        }
        at += 1;
    }
    Some(bytes.len())
}
