//! Without vectors.

use super::{EMPTY, Rounds, lower};

/// Shingles that are looked at before those that count are scored.
const BLOCK: usize = 128;

/// Rounds 0 to t − 1 until no place is empty; whether none is.
pub(super) fn minima(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    for hash in hashes {
        lower(rounds, *hash, 0, places);
    }
    for round in 1..rounds.length as usize {
        if !places.contains(&EMPTY) {
            return true;
        }
        later(rounds, round, hashes, places);
    }
    !places.contains(&EMPTY)
}

/// A round after the first. A value below the lowest score of this round was settled by an earlier one.
#[inline(always)]
fn later(rounds: &Rounds, round: usize, hashes: &[u64], places: &mut [u32]) {
    let constants = rounds.constants[round];
    let lowest = rounds.score(0, round);
    let mut hits = [0; BLOCK + 1];
    for block in hashes.chunks(BLOCK) {
        let mut hit = 0_u8;
        for hash in block {
            let bits = constants.rehash(*hash);
            hits[usize::from(hit)] = bits;
            hit += u8::from(places.get(rounds.place(bits)).is_some_and(|value| *value >= lowest));
        }
        for bits in &hits[..usize::from(hit)] {
            lower(rounds, *bits, round, places);
        }
    }
}
