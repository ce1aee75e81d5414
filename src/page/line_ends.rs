//! Where the lines of a text end.

use std::ops::Range;

/// Calls `found` with the range of each line of `text`, without its end. Only `\n` and `\r` end a line here: a search for the
/// rare ends would take longer than all other work on a long line.
pub(super) fn each_range(text: &str, mut found: impl FnMut(Range<usize>)) {
    let mut start = 0;
    for end in memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()) {
        found(start..end);
        start = end + 1;
    }
    if start < text.len() {
        found(start..text.len());
    }
}

/// Calls `found` with the range of each line of `text`, without its end, as units are cut: every line end counts.
pub(super) fn each_line_range(text: &str, mut found: impl FnMut(Range<usize>)) {
    if !has_long_end(text) {
        return each_range(text, found);
    }

    let mut start = 0;
    while start < text.len() {
        let (end, next) = line_end(text, start);
        found(start..end);
        start = next;
    }
}

/// Whether a line end of `text` has more than one byte, which is rare. Quotation marks, which are not, have the same first bytes.
fn has_long_end(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(0xC2, 0xE2, bytes)
        .any(|at| matches!(bytes[at..], [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..]))
}

/// The end of the line that begins at `start`, and the beginning of the next.
fn line_end(text: &str, start: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut at = start;

    // The ends of two and three bytes are U+0085, U+2028 and U+2029.
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => return (at, at + 1),
            0xC2 if bytes.get(at + 1) == Some(&0x85) => return (at, at + 2),
            0xE2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => return (at, at + 3),
            _ => at += 1,
        }
    }
    (at, at)
}
