//! The format of a file, by its name, then by its first bytes.

use std::path::Path;

use super::encoding::BOM;
use super::files::{self, ByName};
use super::{InputFormat, InputOptions, json};

/// Content must begin within so many bytes; what is blank for longer counts as empty.
const HEAD: usize = 1 << 20;

/// What a `.json` file may hold instead of JSON Lines.
pub(super) const MISFITS: [&str; 3] =
    ["a JSON array", "something else than JSON objects", "JSON spread over several lines"];

/// The beginning of a file, as much of it as is asked for.
pub(super) trait ContentHead {
    /// At least `length` bytes from the beginning, unless the file has fewer.
    fn peek(&mut self, length: usize) -> &[u8];
}

impl ContentHead for &[u8] {
    fn peek(&mut self, _: usize) -> &[u8] {
        self
    }
}

/// The format of a file, and for a `.json` file what else than JSON Lines it holds.
pub(super) fn format(
    path: &Path,
    head: &mut impl ContentHead,
    options: &InputOptions,
) -> (InputFormat, Option<&'static str>) {
    if let Some(format) = options.format {
        return (format, None);
    }
    match files::by_name(path.file_name().unwrap_or_default()) {
        ByName::Known(format) => (format, None),
        ByName::Json => (InputFormat::JsonLines, misfit(head, options.max_record_size)),
        ByName::Unknown => (by_content(head), None),
    }
}

/// What Parquet begins and ends with.
pub(super) const PARQUET: &[u8] = b"PAR1";

/// JSON Lines begin with `{`; so does an input without any content, which then has no records. HTML begins with its document
/// type or its root, WARC with its name. All else is text.
fn by_content(head: &mut impl ContentHead) -> InputFormat {
    if head.peek(PARQUET.len()).starts_with(PARQUET) {
        return InputFormat::Parquet;
    }
    match first_byte(head) {
        Some((_, b'{')) | None => InputFormat::JsonLines,
        Some((at, b'W')) if head.peek(at + 8).get(at..).is_some_and(|bytes| bytes.starts_with(b"WARC/")) => {
            InputFormat::Warc
        }
        Some((at, b'<')) if is_html(head.peek(at + 16).get(at..).unwrap_or_default()) => InputFormat::Html,
        Some(_) => InputFormat::Text,
    }
}

fn is_html(bytes: &[u8]) -> bool {
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|begin| bytes.get(..begin.len()).is_some_and(|found| found.eq_ignore_ascii_case(begin)))
}

/// Whether a file is an ARC, the forerunner of WARC.
pub(super) fn is_arc(head: &mut impl ContentHead) -> bool {
    head.peek(ARC.len()).starts_with(ARC)
}

/// The first bytes of an ARC file.
const ARC: &[u8] = b"filedesc://";

/// What a `.json` file holds, if not JSON Lines: its first line must be a JSON value by itself, and no array. A first line
/// larger than records may be is rejected as a line.
fn misfit(head: &mut impl ContentHead, limit: u64) -> Option<&'static str> {
    let (start, first) = first_byte(head)?;
    match first {
        b'[' => return Some(MISFITS[0]),
        b'{' => {}
        _ => return Some(MISFITS[1]),
    }
    let mut length = start + 4096;
    loop {
        let bytes = head.peek(length);
        let (ended, rest) = (bytes.len() < length, bytes.get(start..).unwrap_or_default());
        match memchr::memchr(b'\n', rest) {
            Some(end) if end as u64 > limit.saturating_add(1) => return None,
            // Two bytes more may be a line end; then the line is the last one.
            Some(end) if ended || start + end + 4 <= bytes.len() => return spread(rest, end),
            None if ended || rest.len() as u64 > limit.saturating_add(1) => return None,
            Some(end) => length = start + end + 4,
            None => length *= 2,
        }
    }
}

/// Whether the line that a line feed ends at `end` is the beginning of an object that other lines go on with. A line that
/// is wrong in itself is rejected as a line.
fn spread(bytes: &[u8], end: usize) -> Option<&'static str> {
    let line = bytes.get(..end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let open = std::str::from_utf8(line)
        .is_ok_and(|line| json::scan(line, |_, _| {}).is_err_and(|invalid| invalid.unfinished));
    (bytes.len() > line.len() + 2 && open).then_some(MISFITS[2])
}

/// The first byte that is neither of the byte order mark nor white space, and where it stands.
fn first_byte(head: &mut impl ContentHead) -> Option<(usize, u8)> {
    let mut length = 64;
    loop {
        let bytes = head.peek(length);
        let bytes = bytes.get(..HEAD).unwrap_or(bytes);
        let blank = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let content = bytes.iter().enumerate().skip(blank).find(|(_, byte)| !byte.is_ascii_whitespace());
        if content.is_some() || bytes.len() < length || length >= HEAD {
            return content.map(|(at, byte)| (at, *byte));
        }
        length *= 4;
    }
}
