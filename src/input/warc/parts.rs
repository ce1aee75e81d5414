//! The next part of an archive, from bytes in memory or from a stream.

use std::ops::Range;

use super::PREFIX;
use super::head::is_line_end;
use super::next_record::{AFTER, CUT_OFF, NextRecord, cut};
use crate::input::byte_stream::{ByteStream, CutKind, CutOptions, NextCut};
use crate::input::held::HeldBytes;

/// The next part of an archive that is in memory as a whole.
pub(in crate::input) fn whole(bytes: &[u8], at: usize, cutting: CutOptions) -> Option<(Range<usize>, CutKind)> {
    match cut(bytes.get(at..)?, cutting, true) {
        NextRecord::Records(length) => Some((at..at + length, CutKind::Whole)),
        NextRecord::Broken(length, what) => Some((at..at + length, CutKind::Broken(what))),
        // With the end at hand, no more bytes can be needed.
        NextRecord::End | NextRecord::Large(_) | NextRecord::Needs(_) => None,
    }
}

/// The next part of a stream. A record larger than the limit is skipped; `pass` gets its bytes.
///
/// # Errors
///
/// Those of `pass`.
pub(in crate::input) fn stream<E>(
    stream: &mut ByteStream,
    cutting: CutOptions,
    pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<Option<NextCut>, E> {
    stream.fill(cutting.size);
    loop {
        // After a read error the last record may be cut off, and what follows it is unknown: that is no end of the
        // file.
        match cut(stream.carry(), cutting, stream.ended() && !stream.failed()) {
            NextRecord::Records(length) => return Ok(stream.front(length)),
            NextRecord::Broken(length, what) => {
                return Ok(stream.front(length).map(|cut| NextCut { what: CutKind::Broken(what), ..cut }));
            }
            NextRecord::End => return Ok(None),
            NextRecord::Large(_) | NextRecord::Needs(_) if stream.ended() => return Ok(stream.last()),
            NextRecord::Needs(length) => stream.fill(length),
            NextRecord::Large(length)
                if cutting.limit.is_some_and(|limit| length > limit.saturating_add(AFTER as u64)) =>
            {
                return large(stream, length, cutting, pass).map(Some);
            }
            NextRecord::Large(length) => stream.fill(usize::try_from(length).unwrap_or(usize::MAX)),
        }
    }
}

/// Skips a record that is too large. Its head is kept, so that it can be classified.
fn large<E>(
    stream: &mut ByteStream,
    length: u64,
    cutting: CutOptions,
    pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<NextCut, E> {
    stream.fill(PREFIX);
    let head = stream.carry().get(..PREFIX).unwrap_or(stream.carry()).to_vec();

    let mut left = length;
    let done = |what, left: u64| NextCut { what, bytes: HeldBytes::from(head.clone()), length: length - left };

    while left > 0 {
        stream.fill(cutting.size.max(1 << 16));
        // The line ends after a record need not all be there.
        let wanted = usize::try_from(left).unwrap_or(usize::MAX);
        let take = if left <= AFTER as u64 {
            stream.carry().iter().take(wanted).take_while(|byte| is_line_end(**byte)).count()
        } else {
            stream.carry().len().min(wanted.saturating_sub(AFTER))
        };

        if take == 0 {
            break;
        }

        let bytes = stream.split(take);
        pass(&bytes)?;
        left -= bytes.len() as u64;
    }

    // The end of the file, or a read error, inside the record.
    if left > AFTER as u64 {
        return Ok(done(stream.take_error().map_or(CutKind::Broken(CUT_OFF), CutKind::Rest), left));
    }

    let size = length - left;
    Ok(done(CutKind::Oversized { size, carriage_return: false, lines: 0, before: (0, 0) }, left))
}
