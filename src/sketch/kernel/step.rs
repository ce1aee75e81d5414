//! Shared by the vector kernels: stepping through the hashes, and the parts that are not vectorised.

use super::{Rounds, lower};

/// Results of vector steps that are buffered before they are applied one by one.
pub(super) const MANY: usize = 64;

/// Most shingles of a step.
const WIDEST: usize = 16;

/// At least a step of hashes: fewer are repeated in `few`, which changes nothing.
#[inline(always)]
pub(super) fn at_least<'a, const STEP: usize>(hashes: &'a [u64], few: &'a mut [u64; STEP]) -> &'a [u64] {
    if hashes.len() >= STEP {
        return hashes;
    }

    few.iter_mut().zip(hashes.iter().cycle()).for_each(|(few, hash)| *few = *hash);
    few
}

/// The steps through at least one step of hashes, each with the index of its first hash. The last may overlap the one
/// before.
#[inline(always)]
pub(super) fn steps<const STEP: usize>(hashes: &[u64]) -> Steps<'_, STEP> {
    debug_assert!(hashes.len() >= STEP, "`at_least` makes a whole step");
    Steps { hashes, start: 0, last: hashes.len().saturating_sub(STEP) }
}

/// The steps through hashes. Not composed of the iterators of the standard library: these are not inlined into a function that
/// enables instructions, if the compiler puts them into another unit.
pub(super) struct Steps<'h, const STEP: usize> {
    hashes: &'h [u64],
    start: usize,
    last: usize,
}

impl<'h, const STEP: usize> Iterator for Steps<'h, STEP> {
    type Item = (usize, &'h [u64; STEP]);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.start >= self.hashes.len() {
            return None;
        }

        let start = self.start.min(self.last);
        self.start += STEP;
        Some((start, self.hashes.get(start..)?.first_chunk()?))
    }
}

/// For each mask of eight bits, the numbers in `order` at its ones, one per byte from the low end.
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

/// Lowers each place to the score, if that is smaller.
#[inline(always)]
pub(super) fn take(at: &[u32], scores: &[u32], places: &mut [u32]) {
    for (place, score) in at.iter().zip(scores) {
        if let Some(value) = places.get_mut(*place as usize) {
            *value = (*value).min(*score);
        }
    }
}

/// Indices of the shingles that fall into empty places, in a round after the first.
///
/// Their number is a variable of the caller: as a field it would go through memory in every step.
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

    /// The place after `length` indices to which a step writes its own; those that count come first.
    #[inline(always)]
    pub(super) fn room<const STEP: usize>(&mut self, length: usize) -> Option<&mut [u32; STEP]> {
        self.numbers.get_mut(length..)?.first_chunk_mut()
    }

    /// Applies the indices if the buffer is full. Returns the new length.
    #[inline(always)]
    pub(super) fn make_room(&self, length: usize, places: &mut [u32], empty: &mut [u32]) -> usize {
        if length <= MANY {
            return length;
        }
        self.take(length, places, empty);
        0
    }

    /// Scores the shingles of the first `length` indices. Clears the bits of their places in `empty`; a kernel that makes its
    /// bitmap anew in each round passes none.
    #[inline(always)]
    pub(super) fn take(&self, length: usize, places: &mut [u32], empty: &mut [u32]) {
        let constants = self.rounds.constants[self.round];
        for number in self.numbers.iter().take(length) {
            if let Some(hash) = self.hashes.get(*number as usize) {
                let bits = constants.rehash(*hash);
                lower(self.rounds, bits, self.round, places);

                let place = self.rounds.place(bits);
                if let Some(word) = empty.get_mut(place / 32) {
                    *word &= !(1 << (place % 32));
                }
            }
        }
    }
}
