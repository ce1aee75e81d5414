//! Without vectors: the definition, except the rounds that would change nothing.

use super::{EMPTY, Rounds, lower};

/// Rounds 0 to t − 1, until no place is empty. Returns whether none is.
pub(super) fn minima(rounds: &Rounds, hashes: &[u64], places: &mut [u32]) -> bool {
    for hash in hashes {
        lower(rounds, *hash, 0, places);
    }

    for round in 1..rounds.length as usize {
        if !places.contains(&EMPTY) {
            return true;
        }

        for hash in hashes {
            lower(rounds, rounds.constants[round].rehash(*hash), round, places);
        }
    }

    !places.contains(&EMPTY)
}
