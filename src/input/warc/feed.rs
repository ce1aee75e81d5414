//! The next whole records of an archive, from bytes at hand or a stream.

use std::ops::Range;

use super::PREFIX;
use super::cut::{AFTER, CUT_OFF, NextRecord, cut};
use super::head::is_line_end;
use crate::input::byte_stream::{ByteStream, CutKind, CutOptions, NextCut};
use crate::input::held::HeldBytes;

/// The next part of bytes that are all at hand.
pub(in crate::input) fn whole(bytes: &[u8], at: usize, cutting: CutOptions) -> Option<(Range<usize>, CutKind)> {
    match cut(bytes.get(at..)?, cutting, true) {
        NextRecord::Records(length) => Some((at..at + length, CutKind::Whole)),
        NextRecord::Broken(length, what) => Some((at..at + length, CutKind::Broken(what))),
        // Nothing is asked for where nothing can follow.
        NextRecord::End | NextRecord::Large(_) | NextRecord::Needs(_) => None,
    }
}

/// The next part of a stream. `pass` is given the bytes that are passed over: those of records larger than the limit.
pub(in crate::input) fn stream<E>(
    stream: &mut ByteStream,
    cutting: CutOptions,
    pass: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<Option<NextCut>, E> {
    stream.fill(cutting.size);
    loop {
        // After an error the last record is not whole, and what is behind it is unknown.
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

/// Passes over a record that is too large; its head stays at hand, to tell what it is.
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
        // What follows a record is some line ends, which need not all be there.
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
    if left > AFTER as u64 {
        return Ok(done(stream.take_error().map_or(CutKind::Broken(CUT_OFF), CutKind::Rest), left));
    }
    let size = length - left;
    Ok(done(CutKind::Oversized { size, carriage_return: false, lines: 0 }, left))
}
