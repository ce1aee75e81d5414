//! A check before parsing: parsers compare each attribute of a tag with all before it.

use crate::input::reject::RejectReason;

/// Attributes that a tag may have. Pages have some dozens at most.
const MOST: usize = 1024;

/// Elements whose content is no markup.
const RAW: [&[u8]; 2] = [b"script", b"style"];

/// Refuses a page with a tag of so many attributes that comparing them all would take forever. Linear.
pub(super) fn check(html: &str) -> Result<(), RejectReason> {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()) {
        let start = at + next;
        let rest = bytes.get(start + 1..).unwrap_or_default();
        at = start + 1;
        if rest.starts_with(b"!--") {
            at += memchr::memmem::find(rest, b"-->").unwrap_or(rest.len());
        } else if rest.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/') {
            at += tag(rest).ok_or(RejectReason::NoPage { offset: start, most: MOST })?;
            let raw = RAW.iter().find(|name| {
                let end = rest.get(name.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric());
                end && rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
            });
            if raw.is_some() {
                at += memchr::memmem::find(bytes.get(at..).unwrap_or_default(), b"</").unwrap_or(0);
            }
        }
    }
    Ok(())
}

/// The length of a tag, from its name to its end; `None` if it has too many attributes.
fn tag(bytes: &[u8]) -> Option<usize> {
    let (mut count, mut between, mut at) = (0, false, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => return Some(at),
            b'"' | b'\'' if at > 0 && bytes.get(at - 1) == Some(&b'=') => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                at += 1 + memchr::memchr(*byte, rest).unwrap_or(rest.len());
                between = true;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' => between = true,
            _ => {
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
