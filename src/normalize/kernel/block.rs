//! The source blocks of the compact pass: the helpers that the vector kernels share.

use super::super::compact_tables::CompactTables;
use super::super::{alphabet, rules};
use super::stream::BLOCK;

pub(super) const HEH: u8 = alphabet::code(0x647);
pub(super) const HAMZA: u8 = rules::HAMZA;
pub(super) const WAW: u8 = rules::WAW;
pub(super) const YEH: u8 = rules::YEH;

/// The block at `at` after the two bytes before it. At the ends of the source it is a copy in `room`, filled with
/// zeros.
#[inline(always)]
pub(super) fn surroundings<'s>(source: &'s [u8], at: usize, room: &'s mut [u8; BLOCK + 2]) -> &'s [u8; BLOCK + 2] {
    let whole = at.checked_sub(2).and_then(|from| source.get(from..at + BLOCK)).and_then(|part| part.first_chunk());
    match whole {
        Some(whole) => whole,
        None => {
            pad(source, at, room);
            room
        }
    }
}

/// Copies the part of the block that the source has, at its place in `room`.
#[cold]
fn pad(source: &[u8], at: usize, room: &mut [u8; BLOCK + 2]) {
    room.fill(0);

    let from = at.saturating_sub(2);
    let part = &source[from..source.len().min(at + BLOCK)];
    // The first block has fewer than two bytes before it.
    let shift = 2 - (at - from);
    room[shift..shift + part.len()].copy_from_slice(part);
}

/// The `N` bytes of `bytes` from `from` on, which must exist.
#[inline(always)]
pub(super) fn part<const N: usize>(bytes: &[u8], from: usize) -> &[u8; N] {
    let part = bytes.get(from..from + N).and_then(|part| part.first_chunk());
    debug_assert!(part.is_some(), "callers ask for parts of arrays");
    part.unwrap_or(&[0; N])
}

/// Those of the tatweels that end at the bits of `tatweels`, counted from `at`, that cannot be dashes in a number.
#[cold]
pub(super) fn plain_tatweels(tables: &CompactTables, source: &[u8], at: usize, tatweels: u64) -> u64 {
    let mut plain = tatweels;
    let mut rest = tatweels;

    while rest != 0 {
        let bit = rest.trailing_zeros();
        rest &= rest - 1;
        // Those after a possible digit keep their code, which sends the word to the walk.
        if tables.may_follow_digit(source, at + bit as usize) {
            plain &= !(1 << bit);
        }
    }

    plain
}
