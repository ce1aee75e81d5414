//! What the vector kernels share: going through hashes in steps, and what is done one by one.

use super::{Rounds, lower};

/// Results of vectors that are buffered before they are gone through one by one.
pub(super) const MANY: usize = 64;

/// The most shingles of a step.
const WIDEST: usize = 16;

/// Hashes enough for a step: fewer are repeated in `few`. Repeats change nothing.
#[inline(always)]
pub(super) fn at_least<'a, const STEP: usize>(hashes: &'a [u64], few: &'a mut [u64; STEP]) -> &'a [u64] {
    if hashes.len() >= STEP {
        return hashes;
    }
    few.iter_mut().zip(hashes.iter().cycle()).for_each(|(few, hash)| *few = *hash);
    few
}

/// The steps through hashes enough for one, each with the number of its first hash. The last may overlap the one before.
#[inline(always)]
pub(super) fn steps<const STEP: usize>(hashes: &[u64]) -> impl Iterator<Item = (usize, &[u64; STEP])> {
    let last = hashes.len().saturating_sub(STEP);
    (0..hashes.len()).step_by(STEP).filter_map(move |start| {
        let start = start.min(last);
        Some((start, hashes.get(start..)?.first_chunk()?))
    })
}

/// For each mask of eight the numbers in `order` that stand where it has ones, a byte each from the low end.
pub(super) const fn lanes(order: [u64; 8]) -> [u64; 256] {
    let mut rows = [0; 256];
    let mut mask = 0;
    while mask < rows.len() {
        let (mut lane, mut found) = (0, 0);
        while lane < order.len() {
            if mask >> lane & 1 == 1 {
                rows[mask] |= order[lane] << (8 * found);
                found += 1;
            }
            lane += 1;
        }
        mask += 1;
    }
    rows
}

/// Takes the minimum of each score and what its place holds.
#[inline(always)]
pub(super) fn take(at: &[u32], scores: &[u32], places: &mut [u32]) {
    for (place, score) in at.iter().zip(scores) {
        if let Some(value) = places.get_mut(*place as usize) {
            *value = (*value).min(*score);
        }
    }
}

/// Numbers of the shingles that fall into empty places in a round after the first.
///
/// How many there are is the caller's variable: in here it would go through memory in every step.
pub(super) struct EmptyHits<'a> {
    rounds: &'a Rounds,
    round: usize,
    hashes: &'a [u64],
    numbers: [u32; MANY + WIDEST],
}

impl<'a> EmptyHits<'a> {
    #[inline(always)]
    pub(super) fn new(rounds: &'a Rounds, round: usize, hashes: &'a [u64]) -> Self {
        Self { rounds, round, hashes, numbers: [0; MANY + WIDEST] }
    }

    /// Where a step writes its numbers, of which those that count come first, after `length` others.
    #[inline(always)]
    pub(super) fn room<const STEP: usize>(&mut self, length: usize) -> Option<&mut [u32; STEP]> {
        self.numbers.get_mut(length..)?.first_chunk_mut()
    }

    /// Takes what there is if the room ends; the new length.
    #[inline(always)]
    pub(super) fn make_room(&self, length: usize, places: &mut [u32]) -> usize {
        if length <= MANY {
            return length;
        }
        self.take(length, places);
        0
    }

    /// Scores the first `length` of those shingles.
    #[inline(always)]
    pub(super) fn take(&self, length: usize, places: &mut [u32]) {
        let constants = self.rounds.constants[self.round];
        for number in self.numbers.iter().take(length) {
            if let Some(hash) = self.hashes.get(*number as usize) {
                lower(self.rounds, constants.rehash(*hash), self.round, places);
            }
        }
    }
}
