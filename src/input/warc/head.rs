//! The head of a WARC record: a version line and fields, up to an empty line.

use crate::input::slices::tail;

/// Length of the longest head of WARC or HTTP, in bytes.
pub(in crate::input) const LONGEST: usize = 1 << 16;

/// The head of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct WarcHead<'a> {
    /// The field lines.
    lines: &'a [u8],
}

/// Where a head ends.
pub(super) enum HeadEnd {
    /// After this many bytes.
    At(usize),
    /// Beyond these bytes.
    Later,
    /// Nowhere: these bytes begin no head.
    None,
}

impl<'a> WarcHead<'a> {
    /// The head at the beginning of `bytes`, and where it ends. Line ends may precede it.
    pub(super) fn find(bytes: &'a [u8]) -> (HeadEnd, Self) {
        let none = Self { lines: &[] };
        let before = bytes.iter().take_while(|byte| is_line_end(**byte)).count();
        let rest = tail(bytes, before);

        if !rest.starts_with(super::MAGIC) {
            // A part of the magic number may be all that is at hand.
            let begins = super::MAGIC.starts_with(rest);
            return (if begins { HeadEnd::Later } else { HeadEnd::None }, none);
        }

        // The version line ends first; then an empty line ends the fields.
        let window = rest.get(..LONGEST).unwrap_or(rest);
        let (mut lines, mut line_start) = (None, 0);
        for end in memchr::memchr_iter(b'\n', window) {
            let line = window.get(line_start..end);
            line_start = end + 1;
            match lines {
                None => lines = Some(line_start),
                Some(lines) if matches!(line, Some(b"" | b"\r")) => {
                    let lines = window.get(lines..end).unwrap_or(&[]);
                    return (HeadEnd::At(before + line_start), Self { lines });
                }
                Some(_) => {}
            }
        }

        (if window.len() < LONGEST { HeadEnd::Later } else { HeadEnd::None }, none)
    }

    /// The head of a whole record, and its block. Of a record that was skipped, only the beginning of the block.
    pub(super) fn split(record: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (HeadEnd::At(end), head) = Self::find(record) else { return None };
        let length = usize::try_from(head.length()?).ok()?;
        // Of a skipped record only the beginning is at hand.

        let rest = record.get(end..)?;

        Some((head, rest.get(..length).unwrap_or(rest)))
    }

    /// The value of a field; the first one counts.
    fn field(&self, name: &str) -> Option<&'a [u8]> {
        self.lines.split(|byte| *byte == b'\n').find_map(|line| {
            let colon = memchr::memchr(b':', line)?;
            let is_named = line.get(..colon)?.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
            is_named.then_some(line.get(colon + 1..)?.trim_ascii())
        })
    }

    /// The value of a field as text; `None` if it is empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let value = String::from_utf8_lossy(self.field(name)?).into_owned();
        (!value.is_empty()).then_some(value)
    }

    /// Length of the block in bytes.
    pub(super) fn length(&self) -> Option<u64> {
        std::str::from_utf8(self.field("Content-Length")?).ok()?.parse().ok()
    }

    /// Whether the block is an HTTP message. Old writers omit the type, also of answers to DNS queries.
    pub(super) fn is_http(&self) -> bool {
        self.text("Content-Type").is_none_or(|kind| kind.to_ascii_lowercase().starts_with("application/http"))
            && self.text("WARC-Target-URI").is_none_or(|uri| !uri.trim_start_matches('<').starts_with("dns:"))
    }
}

pub(super) const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
