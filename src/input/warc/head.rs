//! The head of a WARC record: a version line and fields, up to a blank line.

/// The largest head, of WARC or HTTP.
pub(in crate::input) const LONGEST: usize = 1 << 16;

/// A head, split off its record.
#[derive(Debug, Clone, Copy)]
pub(super) struct WarcHead<'a> {
    /// The field lines.
    lines: &'a [u8],
}

/// Where a head ends.
pub(super) enum HeadEnd {
    /// After so many bytes.
    At(usize),
    /// Not in these bytes.
    Later,
    /// These bytes begin no head.
    None,
}

impl<'a> WarcHead<'a> {
    /// The head at the beginning of `bytes`, after line ends that may stand before it, and the length of both.
    pub(super) fn find(bytes: &'a [u8]) -> (HeadEnd, Self) {
        let none = Self { lines: &[] };
        let before = bytes.iter().take_while(|byte| is_line_end(**byte)).count();
        let rest = bytes.get(before..).unwrap_or_default();
        if !rest.starts_with(super::MAGIC) {
            let begins = super::MAGIC.starts_with(rest);
            return (if begins { HeadEnd::Later } else { HeadEnd::None }, none);
        }
        let window = rest.get(..LONGEST).unwrap_or(rest);
        let mut start = None;
        for end in memchr::memchr_iter(b'\n', window) {
            let Some(lines) = start else {
                start = Some(end + 1);
                continue;
            };
            let line = window.get(..end).unwrap_or_default();
            let blank = line.ends_with(b"\n") || line.ends_with(b"\n\r");
            if blank {
                let lines = window.get(lines..end).unwrap_or_default();
                return (HeadEnd::At(before + end + 1), Self { lines });
            }
        }
        (if window.len() < LONGEST { HeadEnd::Later } else { HeadEnd::None }, none)
    }

    /// The head of a whole record, and its block.
    pub(super) fn split(record: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (HeadEnd::At(end), head) = Self::find(record) else { return None };
        let length = usize::try_from(head.length()?).ok()?;
        // Of a record that is passed over only the beginning is at hand.
        let rest = record.get(end..)?;
        Some((head, rest.get(..length).unwrap_or(rest)))
    }

    /// The value of a field.
    fn field(&self, name: &str) -> Option<&'a [u8]> {
        self.lines.split(|byte| *byte == b'\n').find_map(|line| {
            let (found, value) = line.split_at_checked(memchr::memchr(b':', line)?)?;
            found
                .trim_ascii()
                .eq_ignore_ascii_case(name.as_bytes())
                .then(|| value.get(1..).unwrap_or_default().trim_ascii())
        })
    }

    /// The value of a field as text; `None` for an empty one.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let value = String::from_utf8_lossy(self.field(name)?).into_owned();
        (!value.is_empty()).then_some(value)
    }

    /// Bytes of the block.
    pub(super) fn length(&self) -> Option<u64> {
        std::str::from_utf8(self.field("Content-Length")?).ok()?.parse().ok()
    }

    /// Whether the block is an HTTP message; old writers left the type out.
    pub(super) fn is_http(&self) -> bool {
        self.text("Content-Type").is_none_or(|kind| kind.to_ascii_lowercase().starts_with("application/http"))
            && self.text("WARC-Target-URI").is_none_or(|uri| !uri.trim_start_matches('<').starts_with("dns:"))
    }
}

pub(super) const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
