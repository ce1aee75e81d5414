//! The format of a file: by its name, then by its first bytes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::IgnoredAny;

use super::by_name::{ByName, by_name};
use super::encoding::BOM;
use super::json::values::JsonScanner;
use super::slices::{slice, tail};
use super::{InputFormat, InputOptions};

/// Bytes within which content must begin; a file that is blank for longer counts as empty.
const HEAD: usize = 1 << 20;

/// The contents of a `.json` file that are no JSON objects.
pub(super) const MISFITS: [&str; 1] = ["something else than JSON objects"];

/// Bytes after the first line that are looked at for how an object goes on.
const AFTER_LINE: usize = 1 << 12;

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

/// The format of a file, and for a `.json` file that holds no objects, what it holds.
pub(super) fn format(
    path: &Path,
    head: &mut impl ContentHead,
    options: &InputOptions,
) -> (InputFormat, Option<&'static str>) {
    // A format that was asked for is not checked against name or content; JSON Lines may still be an array.
    if let Some(format) = options.format {
        return match (format, first_byte(head)) {
            (InputFormat::JsonLines, Some((_, b'['))) => (InputFormat::Json, None),
            _ => (format, None),
        };
    }
    match by_name(path) {
        ByName::Known(InputFormat::JsonLines) => (json(head, options.max_record_size).0, None),
        ByName::Known(InputFormat::Text) => (of_text(head, options), None),
        ByName::Known(format) => (format, None),
        ByName::Json => json(head, options.max_record_size),
        ByName::Part | ByName::Bare | ByName::Archive | ByName::Unknown => {
            match by_content(head, options.max_record_size) {
                InputFormat::Text => (of_text(head, options), None),
                format => (format, None),
            }
        }
    }
}

/// The format that the first bytes announce, if they are those of no plain text.
pub(super) fn announced(head: &mut impl ContentHead, most: u64) -> Option<InputFormat> {
    // Without content nothing is announced, although an empty file counts as JSON Lines.
    first_byte(head)?;
    Some(by_content(head, most)).filter(|format| *format != InputFormat::Text)
}

/// Whether the content begins as a JSON array does.
pub(super) fn is_array(head: &mut impl ContentHead) -> bool {
    matches!(first_byte(head), Some((_, b'[')))
}

/// Whether a file is an ARC, the predecessor of WARC.
pub(super) fn is_arc(head: &mut impl ContentHead) -> bool {
    head.peek(ARC.len()).starts_with(ARC)
}

/// The format that the first bytes announce: JSON begins with `{`, or with `[` and an object, HTML with its document type or root element,
/// WARC with its name; everything else is text. An input without content counts as JSON Lines, which then have no
/// records.
fn by_content(head: &mut impl ContentHead, limit: u64) -> InputFormat {
    if head.peek(PARQUET.len()).starts_with(PARQUET) {
        return InputFormat::Parquet;
    }

    match first_byte(head) {
        None => InputFormat::JsonLines,
        Some((_, b'{')) => json(head, limit).0,
        Some((at, b'[')) if opens_object(head, at) => InputFormat::Json,
        Some((at, b'W')) if tail(head.peek(at + 8), at).starts_with(b"WARC/") => InputFormat::Warc,
        Some((at, b'<')) if is_html(tail(head.peek(at + 16), at)) => InputFormat::Html,
        Some(_) => InputFormat::Text,
    }
}

pub(super) fn is_html(bytes: &[u8]) -> bool {
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|begin| bytes.get(..begin.len()).is_some_and(|found| found.eq_ignore_ascii_case(begin)))
}

/// The format of a file that is text by its name or its first bytes: JSON if it begins with an object that is one, a table if
/// its first line names the column of the text.
fn of_text(head: &mut impl ContentHead, options: &InputOptions) -> InputFormat {
    let Some((start, first)) = first_byte(head) else { return InputFormat::Text };
    if first == b'{' || first == b'[' && opens_object(head, start) {
        let bytes = head.peek(HEAD);
        let bytes = tail(bytes.get(..HEAD).unwrap_or(bytes), start);
        let bytes = if first == b'[' { tail(bytes, 1) } else { bytes };
        return if begins_object(bytes) { by_content(head, options.max_record_size) } else { InputFormat::Text };
    }

    let bytes = tail(head.peek(start + AFTER_LINE), start);
    let Some(end) = memchr::memchr(b'\n', bytes) else { return InputFormat::Text };
    let Ok(line) = std::str::from_utf8(slice(bytes, 0..end)) else { return InputFormat::Text };
    let cell = |cell: &str| cell.trim().trim_matches('"') == options.text_field;
    let has_column = |delimiter: char| line.contains(delimiter) && line.split(delimiter).any(cell);
    match [',', ';', '|'].iter().any(|delimiter| has_column(*delimiter)) {
        true => InputFormat::Csv,
        false if has_column('\t') => InputFormat::Tsv,
        false => InputFormat::Text,
    }
}

/// Whether bytes begin with a whole object of JSON that has a field.
fn begins_object(bytes: &[u8]) -> bool {
    let mut scan = JsonScanner::new();
    let Some(end) = scan.take(bytes) else { return false };
    let object = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(slice(bytes, 0..end));
    object.is_ok_and(|fields| !fields.is_empty())
}

/// Whether an object follows the bracket at `at`.
fn opens_object(head: &mut impl ContentHead, at: usize) -> bool {
    let bytes = head.peek(at + AFTER_LINE);
    bytes.iter().skip(at + 1).find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// The format of JSON, and what a file holds that has no objects: lines if its first line is an object by itself. A
/// first line larger than `limit`, or than a mebibyte, is not judged here, but read as a line.
fn json(head: &mut impl ContentHead, limit: u64) -> (InputFormat, Option<&'static str>) {
    let lines = (InputFormat::JsonLines, None);
    let Some((start, first)) = first_byte(head) else { return lines };
    match first {
        b'[' => return (InputFormat::Json, None),
        b'{' => {}
        _ => return (InputFormat::JsonLines, Some(MISFITS[0])),
    }

    let of_line = |line: &[u8]| if holds_several(line) { (InputFormat::Json, None) } else { lines };

    // The head is held in memory, so it stays small whatever the limit of a record is.
    let limit = limit.min(HEAD as u64).saturating_add(1);
    let mut length = start + 4096;
    loop {
        let bytes = head.peek(length);
        let (ended, rest) = (bytes.len() < length, tail(bytes, start));
        match memchr::memchr(b'\n', rest) {
            Some(end) if end as u64 > limit => return of_line(rest),
            Some(end) if ended || start + end + AFTER_LINE <= bytes.len() => {
                let is_json = is_spread(rest, end) || holds_several(rest.get(..end).unwrap_or(rest));
                return if is_json { (InputFormat::Json, None) } else { lines };
            }
            None if ended || rest.len() as u64 > limit => return of_line(rest),
            Some(end) => length = start + end + AFTER_LINE,
            None => length *= 2,
        }
    }
}

/// Whether the object that begins in the line up to `end` goes on in other lines. A line with any other error is not
/// judged here, but rejected as a line.
fn is_spread(bytes: &[u8], end: usize) -> bool {
    let Some((line, after)) = bytes.split_at_checked(end + 1) else { return false };
    let mut scan = JsonScanner::new();
    let goes_on = scan.take(line).is_none() && scan.in_value();

    // A line that begins with an object follows one that was cut off.
    let next = after.iter().find(|byte| !byte.is_ascii_whitespace());
    goes_on && next.is_some_and(|next| *next != b'{')
}

/// Whether another object follows the first one in its line, with nothing but white space and a comma between them; or whether a
/// comma ends the line, as in an array without its brackets.
fn holds_several(line: &[u8]) -> bool {
    let mut scan = JsonScanner::new();
    let Some(end) = scan.take(line) else { return false };

    let after = tail(line, end).trim_ascii();
    let after = after.strip_prefix(b",").map_or(after, <[u8]>::trim_ascii_start);
    after.first() == Some(&b'{') || tail(line, end).trim_ascii() == b","
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
