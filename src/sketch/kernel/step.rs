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
pub(super) struct Hits<'a> {
    rounds: &'a Rounds,
    round: usize,
    hashes: &'a [u64],
    numbers: [u32; MANY + WIDEST],
    length: usize,
}

impl<'a> Hits<'a> {
    #[inline(always)]
    pub(super) fn new(rounds: &'a Rounds, round: usize, hashes: &'a [u64]) -> Self {
        Self { rounds, round, hashes, numbers: [0; MANY + WIDEST], length: 0 }
    }

    /// Appends the first `count` numbers that `store` writes. Takes what there is when the room ends.
    #[inline(always)]
    pub(super) fn push<const STEP: usize>(
        &mut self,
        count: u32,
        store: impl FnOnce(&mut [u32; STEP]),
        places: &mut [u32],
    ) {
        if let Some(room) = self.numbers.get_mut(self.length..).and_then(|room| room.first_chunk_mut()) {
            store(room);
        }
        self.length += count as usize;
        if self.length > MANY {
            self.take(places);
        }
    }

    /// Scores those shingles.
    #[inline(always)]
    pub(super) fn take(&mut self, places: &mut [u32]) {
        let constants = self.rounds.constants[self.round];
        for number in self.numbers.iter().take(self.length) {
            if let Some(hash) = self.hashes.get(*number as usize) {
                lower(self.rounds, constants.rehash(*hash), self.round, places);
            }
        }
        self.length = 0;
    }
}
