//! Cutting records off a stream of bytes.

use std::ops::Range;

use super::head::{HeadEnd, LONGEST, WarcHead, is_line_end};
use crate::input::byte_stream::CutOptions;

/// Bytes that are searched for a head at once, and that two searches share. Fixed, so that rejects do not depend on how a file is
/// read.
const SEARCHED: usize = 1 << 26;
const SHARED: usize = 1 << 12;

/// What is wrong with a record that the file does not hold whole.
pub(super) const CUT_OFF: &str = "the record is cut off";

/// Line ends after a record.
pub(super) const AFTER: usize = 4;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NextRecord {
    /// Whole records, so many bytes.
    Records(usize),
    /// A record of about so many bytes, of which fewer are at hand.
    Large(u64),
    /// So many bytes are needed to tell.
    Needs(usize),
    /// So many bytes are no record.
    Broken(usize, &'static str),
    /// The end.
    End,
}

/// What stands at the beginning of `bytes`: whole records, up to the size of a block if there are more. `ended` tells that nothing
/// follows the bytes.
pub(super) fn cut(bytes: &[u8], cutting: CutOptions, ended: bool) -> NextRecord {
    let mut done = 0;
    while done < cutting.size {
        let rest = bytes.get(done..).unwrap_or_default();
        if ended && rest.iter().all(|byte| is_line_end(*byte)) {
            return if bytes.is_empty() { NextRecord::End } else { NextRecord::Records(bytes.len()) };
        }
        match one(rest, cutting.most, ended) {
            NextRecord::Records(length) => done += length,
            _ if done > 0 => return NextRecord::Records(done),
            other => return other,
        }
    }
    NextRecord::Records(done)
}

fn one(bytes: &[u8], most: u64, ended: bool) -> NextRecord {
    let (end, head) = WarcHead::find(bytes);
    let block = match end {
        HeadEnd::At(end) => head.length().map(|length| (end, length)),
        HeadEnd::Later if !ended => return NextRecord::Needs(bytes.len() + LONGEST),
        HeadEnd::Later => return broken(bytes, ended, "the head of a record is cut off"),
        HeadEnd::None => return broken(bytes, ended, "no WARC record begins here"),
    };
    let Some((start, length)) = block else {
        return broken(bytes, ended, "the head of a record has no Content-Length");
    };
    let end = (start as u64).saturating_add(length);
    match usize::try_from(end).ok().filter(|end| *end <= bytes.len()) {
        Some(end) if ended || bytes.len() - end >= AFTER => {
            let after = bytes.get(end..).unwrap_or_default().iter().take(AFTER);
            NextRecord::Records(end + after.take_while(|byte| is_line_end(**byte)).count())
        }
        // A record that may be passed over cannot be searched.
        None if ended && end > most => NextRecord::Broken(bytes.len(), CUT_OFF),
        None if ended => broken(bytes, ended, CUT_OFF),
        _ => NextRecord::Large(end.saturating_add(AFTER as u64)),
    }
}

/// Bytes up to the next head.
fn broken(bytes: &[u8], ended: bool, what: &'static str) -> NextRecord {
    let window = bytes.get(..SEARCHED).unwrap_or(bytes);
    // The line ends before a head and the head itself are none of the next one.
    let first = window.iter().take_while(|byte| is_line_end(**byte)).count() + 1;
    for at in memchr::memmem::find_iter(window.get(first..).unwrap_or_default(), b"\nWARC/") {
        let at = first + at + 1;
        match begins(window.get(at..).unwrap_or_default()) {
            Some(true) => return NextRecord::Broken(at, what),
            Some(false) => {}
            None if !ended && window.len() < SEARCHED => return NextRecord::Needs(bytes.len() + SHARED),
            None => {}
        }
    }
    if window.len() == SEARCHED {
        return NextRecord::Broken(SEARCHED - SHARED, what);
    }
    if ended {
        NextRecord::Broken(window.len(), what)
    } else {
        NextRecord::Needs((2 * bytes.len()).clamp(1 << 16, SEARCHED))
    }
}

/// Whether a head begins here: a version, then a field of such heads; `None` if too little is at hand.
fn begins(bytes: &[u8]) -> Option<bool> {
    let window = bytes.get(..64).unwrap_or(bytes);
    let Some(end) = memchr::memchr(b'\n', window) else {
        return if window.len() < 64 { None } else { Some(false) };
    };
    let version = window.get(super::MAGIC.len()..end).unwrap_or_default().trim_ascii_end();
    let [major, b'.', minor @ ..] = version else { return Some(false) };
    if !major.is_ascii_digit() || minor.is_empty() || !minor.iter().all(u8::is_ascii_digit) {
        return Some(false);
    }
    let field = window.get(end + 1..).unwrap_or_default();
    let field = field.get(..8).or_else(|| (window.len() == 64).then_some(field));
    field.map(|field| {
        let starts = |name: &[u8]| field.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        starts(b"warc-") || starts(b"content-".get(..8.min(field.len())).unwrap_or_default())
    })
}

/// The records among bytes that hold nothing else.
pub(in crate::input) fn records(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| rest.iter().any(|byte| !is_line_end(*byte)))?;
        let NextRecord::Records(length) = one(rest, u64::MAX, true) else { return None };
        let range = at..at + length;
        at = range.end;
        Some(range)
    })
}
