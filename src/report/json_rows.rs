//! Rows as JSON: one array, or JSON Lines.
//!
//! Control and bidi characters are escaped (`\u202e`), so that a row can be shown on a terminal. A JSON parser gives
//! the original text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::text::is_unsafe;

/// Writes `rows` as one JSON array, a row a line.
pub(super) fn write_json_array<T: Serialize>(
    out: &mut dyn Write,
    rows: impl Iterator<Item = io::Result<T>>,
) -> io::Result<()> {
    let mut is_empty = true;
    for row in rows {
        out.write_all(if is_empty { b"[\n" } else { b",\n" })?;
        write_json(&mut *out, &row?)?;
        is_empty = false;
    }

    out.write_all(if is_empty { b"[]\n" } else { b"\n]\n" })
}

/// Writes `rows` as JSON Lines.
pub(super) fn write_json_lines<T: Serialize>(
    out: &mut dyn Write,
    rows: impl Iterator<Item = io::Result<T>>,
) -> io::Result<()> {
    for row in rows {
        write_json(&mut *out, &row?)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes `value` as JSON in one line, with control and bidi characters escaped.
///
/// # Errors
///
/// The writer fails.
pub fn write_json<T: Serialize>(out: impl Write, value: &T) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(out, SafeFormatter);
    Ok(value.serialize(&mut serializer)?)
}

/// Escapes the characters that could rewrite or reorder a terminal. `serde_json` itself escapes only those below U+0020.
struct SafeFormatter;

impl Formatter for SafeFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        write_fragment(writer, fragment, is_unsafe)
    }
}

/// Writes a fragment of a string of JSON; each character for which `is_escaped` holds becomes `\uXXXX`.
pub(super) fn write_fragment<W: ?Sized + Write>(
    writer: &mut W,
    fragment: &str,
    is_escaped: impl Fn(char) -> bool,
) -> io::Result<()> {
    let mut rest = fragment;
    while let Some(at) = rest.find(&is_escaped) {
        let (before, from) = rest.split_at(at);
        writer.write_all(before.as_bytes())?;

        let mut characters = from.chars();
        for unit in characters.next().into_iter().flat_map(utf16) {
            write!(writer, "\\u{unit:04x}")?;
        }
        rest = characters.as_str();
    }
    writer.write_all(rest.as_bytes())
}

/// The UTF-16 code units of a character, as JSON escapes them.
fn utf16(character: char) -> Vec<u16> {
    character.encode_utf16(&mut [0; 2]).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_characters_are_escaped_and_come_back() {
        let text = "أ\u{202e}ب\u{7f}\u{85}\u{2028}\u{200f}\t\"می‌روم";
        let mut out = Vec::new();
        write_json(&mut out, &text).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out, "\"أ\\u202eب\\u007f\\u0085\\u2028\\u200f\\t\\\"می‌روم\"");
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }
}
