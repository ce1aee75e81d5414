//! The next record at the beginning of some bytes: where it ends, or how many bytes are none.

use std::ops::Range;

use super::head::{HeadEnd, LONGEST, WarcHead, is_line_end};
use crate::input::byte_stream::CutOptions;
use crate::input::slices::tail;

/// Bytes that are searched for a head at once. Fixed, so that rejects do not depend on how a file is read.
const SEARCHED: usize = 1 << 26;

/// Bytes that two searches share, so that a head at their border is found.
const SHARED: usize = 1 << 12;

/// The error of a record that the file does not hold as a whole.
pub(super) const CUT_OFF: &str = "the record is cut off";

/// Most bytes of line ends after a record.
pub(super) const AFTER: usize = 4;

/// The next part of an archive. Numbers are in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NextRecord {
    /// Whole records of this length.
    Records(usize),
    /// A record of about this length, of which fewer bytes are at hand.
    Large(u64),
    /// This many bytes are needed to decide.
    Needs(usize),
    /// Bytes of this number that are no record, and why.
    Broken(usize, &'static str),
    /// The end.
    End,
}

/// The part at the beginning of `bytes`: whole records, as many as a block takes. `ended` tells that nothing follows
/// the bytes.
pub(super) fn cut(bytes: &[u8], cutting: CutOptions, ended: bool) -> NextRecord {
    let mut done = 0;
    while done < cutting.size {
        let rest = tail(bytes, done);

        // Line ends alone belong to the last record.
        if ended && rest.iter().all(|byte| is_line_end(*byte)) {
            return if bytes.is_empty() { NextRecord::End } else { NextRecord::Records(bytes.len()) };
        }

        match one(rest, cutting.most, ended) {
            NextRecord::Records(length) => done += length,
            // Anything else than a record begins the next part.
            _ if done > 0 => return NextRecord::Records(done),
            other => return other,
        }
    }

    NextRecord::Records(done)
}

/// One record at the beginning of `bytes`; `most` is the largest that may be searched for heads if it is cut off.
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
        // Whole only if the line ends after it are at hand too.
        Some(end) if ended || bytes.len() - end >= AFTER => {
            let after = tail(bytes, end).iter().take(AFTER);
            NextRecord::Records(end + after.take_while(|byte| is_line_end(**byte)).count())
        }
        // A record that may have been skipped in a stream cannot be searched for heads, so it is not searched here
        // either.
        None if ended && end > most => NextRecord::Broken(bytes.len(), CUT_OFF),
        None if ended => broken(bytes, ended, CUT_OFF),
        _ => NextRecord::Large(end.saturating_add(AFTER as u64)),
    }
}

/// The bytes up to the next head, as no record.
fn broken(bytes: &[u8], ended: bool, what: &'static str) -> NextRecord {
    let window = bytes.get(..SEARCHED).unwrap_or(bytes);

    // Skip the head that begins here, with the line ends before it.
    let line_ends = window.iter().take_while(|byte| is_line_end(**byte)).count();
    let first = (line_ends + 1).min(window.len());
    for at in memchr::memmem::find_iter(tail(window, first), b"\nWARC/") {
        let at = first + at + 1;
        match begins_head(tail(window, at)) {
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

/// Whether a head begins here: a version, then a field of such heads. `None` if too few bytes are at hand.
fn begins_head(bytes: &[u8]) -> Option<bool> {
    let window = bytes.get(..64).unwrap_or(bytes);
    let Some(end) = memchr::memchr(b'\n', window) else {
        return if window.len() < 64 { None } else { Some(false) };
    };

    // `WARC/`, a digit, a point, digits.
    let Some(version) = window.get(super::MAGIC.len()..end) else { return Some(false) };
    let [major, b'.', minor @ ..] = version.trim_ascii_end() else { return Some(false) };
    if !major.is_ascii_digit() || minor.is_empty() || !minor.iter().all(u8::is_ascii_digit) {
        return Some(false);
    }

    // Eight bytes decide between field names, fewer only where the window is full.
    let field = tail(window, end + 1);
    if field.len() < 8 && window.len() < 64 {
        return None;
    }
    let field = field.get(..8).unwrap_or(field);
    let is_field = |name: &[u8]| name.iter().zip(field).all(|(name, byte)| byte.eq_ignore_ascii_case(name));
    Some(field.len() >= 5 && is_field(b"warc-") || is_field(b"content-"))
}

/// The ranges of the records in bytes that hold whole records only.
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
