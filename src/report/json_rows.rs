//! Rows as JSON: one array, or JSON Lines.

use std::io::{self, Write};

use serde::Serialize;

/// Writes `rows` as one JSON array, a row a line.
pub(super) fn write_json_array<T: Serialize>(
    out: &mut dyn Write,
    rows: impl Iterator<Item = io::Result<T>>,
) -> io::Result<()> {
    let mut is_empty = true;
    for row in rows {
        out.write_all(if is_empty { b"[\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &row?)?;
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
        serde_json::to_writer(&mut *out, &row?)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
