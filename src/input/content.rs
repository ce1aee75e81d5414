//! The format of a file: by its name, then by its first bytes.

use std::path::Path;

use super::by_name::{ByName, by_name};
use super::encoding::BOM;
use super::slices::tail;
use super::{InputFormat, InputOptions, json};

/// Bytes within which content must begin; a file that is blank for longer counts as empty.
const HEAD: usize = 1 << 20;

/// The contents of a `.json` file that are no JSON Lines.
pub(super) const MISFITS: [&str; 3] =
    ["a JSON array", "something else than JSON objects", "JSON spread over several lines"];

/// The first and the last bytes of a Parquet file.
pub(super) const PARQUET: &[u8] = b"PAR1";

/// The first bytes of an ARC file.
const ARC: &[u8] = b"filedesc://";

/// Access to the beginning of a file.
pub(super) trait ContentHead {
    /// At least `length` bytes from the beginning, unless the file has fewer.
    fn peek(&mut self, length: usize) -> &[u8];
}

impl ContentHead for &[u8] {
    fn peek(&mut self, _: usize) -> &[u8] {
        self
    }
}

/// The format of a file, and for a `.json` file that holds something else, what it holds.
pub(super) fn format(
    path: &Path,
    head: &mut impl ContentHead,
    options: &InputOptions,
) -> (InputFormat, Option<&'static str>) {
    // A format that was asked for is not checked against name or content.
    if let Some(format) = options.format {
        return (format, None);
    }
    match by_name(path) {
        ByName::Known(format) => (format, None),
        ByName::Part | ByName::Bare | ByName::Archive => (by_content(head), None),
        ByName::Json => (InputFormat::JsonLines, misfit(head, options.max_record_size)),
        ByName::Unknown => (by_content(head), None),
    }
}

/// The format that the first bytes announce, if they are those of no plain text.
pub(super) fn announced(head: &mut impl ContentHead) -> Option<InputFormat> {
    // Without content nothing is announced, although an empty file counts as JSON Lines.
    first_byte(head)?;
    Some(by_content(head)).filter(|format| *format != InputFormat::Text)
}

/// Whether a file is an ARC, the predecessor of WARC.
pub(super) fn is_arc(head: &mut impl ContentHead) -> bool {
    head.peek(ARC.len()).starts_with(ARC)
}

/// The format that the first bytes announce: JSON Lines begin with `{`, HTML with its document type or root element,
/// WARC with its name; everything else is text. An input without content counts as JSON Lines, which then have no
/// records.
fn by_content(head: &mut impl ContentHead) -> InputFormat {
    if head.peek(PARQUET.len()).starts_with(PARQUET) {
        return InputFormat::Parquet;
    }

    match first_byte(head) {
        Some((_, b'{')) | None => InputFormat::JsonLines,
        Some((at, b'W')) if tail(head.peek(at + 8), at).starts_with(b"WARC/") => InputFormat::Warc,
        Some((at, b'<')) if is_html(tail(head.peek(at + 16), at)) => InputFormat::Html,
        Some(_) => InputFormat::Text,
    }
}

fn is_html(bytes: &[u8]) -> bool {
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|begin| bytes.get(..begin.len()).is_some_and(|found| found.eq_ignore_ascii_case(begin)))
}

/// The content of a `.json` file if it is no JSON Lines: then the first line is a JSON object by itself. A first line
/// larger than `limit` is not judged here, but rejected as a line.
fn misfit(head: &mut impl ContentHead, limit: u64) -> Option<&'static str> {
    let (start, first) = first_byte(head)?;
    match first {
        b'[' => return Some(MISFITS[0]),
        b'{' => {}
        _ => return Some(MISFITS[1]),
    }

    let limit = limit.saturating_add(1);
    let mut length = start + 4096;
    loop {
        let bytes = head.peek(length);
        let (ended, rest) = (bytes.len() < length, tail(bytes, start));
        match memchr::memchr(b'\n', rest) {
            Some(end) if end as u64 > limit => return None,
            // Two bytes more may be a line end; then the line is the last one.
            Some(end) if ended || start + end + 4 <= bytes.len() => return spread(rest, end),
            None if ended || rest.len() as u64 > limit => return None,
            Some(end) => length = start + end + 4,
            None => length *= 2,
        }
    }
}

/// Whether the object that begins in the line up to `end` goes on in other lines. A line with any other error is not
/// judged here, but rejected as a line.
fn spread(bytes: &[u8], end: usize) -> Option<&'static str> {
    let line = bytes.get(..end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);

    let is_unfinished = std::str::from_utf8(line)
        .is_ok_and(|line| json::scan(line, |_, _| {}).is_err_and(|invalid| invalid.unfinished));
    (bytes.len() > line.len() + 2 && is_unfinished).then_some(MISFITS[2])
}

/// The first byte after the byte order mark and white space, and its offset.
fn first_byte(head: &mut impl ContentHead) -> Option<(usize, u8)> {
    let mut length = 64;
    loop {
        let bytes = head.peek(length);
        let bytes = bytes.get(..HEAD).unwrap_or(bytes);
        let mark = if bytes.starts_with(BOM) { BOM.len() } else { 0 };

        // If all bytes are white space, four times as many are looked at.
        let content = bytes.iter().enumerate().skip(mark).find(|(_, byte)| !byte.is_ascii_whitespace());
        if content.is_some() || bytes.len() < length || length >= HEAD {
            return content.map(|(at, byte)| (at, *byte));
        }
        length *= 4;
    }
}
