//! The headers of gzip members (RFC 1952).

use std::io::{self, BufRead, Read};

use flate2::{Decompress, FlushDecompress, Status};

/// Bits of the flag byte (RFC 1952, section 2.3.1).
const HEADER_SUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;

/// Compressed bytes that must decompress for a member to be believed after damage.
pub(super) const TRIAL: usize = 1 << 14;

/// Reads the header of a member (RFC 1952). Returns how many bytes of the member follow, if its extra field tells.
pub(super) fn header(reader: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut fixed = [0; 10];
    exactly(reader, &mut fixed)?;
    let [0x1F, 0x8B, 8, flags, ..] = fixed else {
        return Err(invalid("bytes that are no gzip member follow the last one"));
    };

    let mut length = fixed.len();
    let mut size = None;

    if flags & EXTRA != 0 {
        let mut extra_length = [0; 2];
        exactly(reader, &mut extra_length)?;
        let mut extra = vec![0; usize::from(u16::from_le_bytes(extra_length))];
        exactly(reader, &mut extra)?;
        length += 2 + extra.len();
        size = member_size(&extra);
    }

    // A name or comment of more than 64 KiB is damage, not a name; the body then does not decompress.
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            length += reader.by_ref().take(1 << 16).read_until(0, &mut Vec::new())?;
        }
    }

    if flags & HEADER_SUM != 0 {
        exactly(reader, &mut [0; 2])?;
        length += 2;
    }

    // No member is shorter than its trailer, so such a size is damage; it is then not relied on.
    Ok(size.and_then(|size: usize| size.checked_sub(length)).filter(|left| *left > 8))
}

/// The size of a whole member, from the subfield `BC` of the extra field, where BGZF writers note it less one.
fn member_size(mut extra: &[u8]) -> Option<usize> {
    while let [first, second, low, high, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let value = rest.get(..length)?;

        if let ([b'B', b'C'], [low, high]) = ([*first, *second], value) {
            return Some(usize::from(u16::from_le_bytes([*low, *high])) + 1);
        }

        extra = rest.get(length..)?;
    }
    None
}

/// Whether bytes that begin as a member does are one: its header is sane, and its body decompresses as far as it is at
/// hand.
pub(super) fn is_member(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let Some(8) = bytes.get(2) else { return false };
    // Reserved flags are zero, and the compressor names itself in few ways.
    if bytes.get(3).is_none_or(|flags| flags & 0xE0 != 0)
        || bytes.get(8).is_none_or(|extra| !matches!(extra, 0 | 2 | 4))
    {
        return false;
    }
    if header(&mut rest).is_err() {
        return false;
    }

    let mut inflate = Decompress::new(false);
    let mut out = vec![0; 2 * TRIAL];
    match inflate.decompress(rest, &mut out, FlushDecompress::None) {
        Ok(Status::StreamEnd) => true,
        Ok(_) => inflate.total_out() > 0,
        Err(_) => false,
    }
}

/// Fills `bytes`, or fails as a truncated stream.
pub(super) fn exactly(reader: &mut impl BufRead, bytes: &mut [u8]) -> io::Result<()> {
    reader.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => truncated(),
        _ => error,
    })
}

pub(super) fn is_truncation(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

pub(super) fn truncated() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the gzip stream ends too early")
}

pub(super) fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
