//! Rules for whole Arabic words, on compact bytes: letter runs and the word-final hamza. Both are rare.

use super::alphabet::width;
use super::rules::{HAMZA, YEH};

/// Whether a word of compact bytes may need one of the rules of this module, or is a lone waw. Never says no wrongly.
///
/// `buffer` holds the word in its first `len` bytes; what stands behind them does not matter.
#[inline]
pub(super) fn is_suspicious(buffer: &[u8], len: usize, waw: u8) -> bool {
    let Some(word) = buffer.get(..len) else { return true };
    match word {
        [] => false,
        [letter] => *letter == waw,
        [_, _] => false,
        [.., YEH, HAMZA] => true,
        _ => has_triple(buffer, len),
    }
}

/// Whether three equal bytes stand together in the first `len >= 3` bytes.
#[inline]
fn has_triple(buffer: &[u8], len: usize) -> bool {
    match (buffer.first_chunk::<8>(), buffer.first_chunk::<16>()) {
        (Some(head), _) if len <= 8 => {
            let word = u64::from_le_bytes(*head);
            let pairs = word ^ (word >> 8);
            let triples = pairs | (pairs >> 8);
            // The lowest zero byte is found exactly; a false one can only stand above a true one.
            let zeros = triples.wrapping_sub(u64::MAX / 0xFF) & !triples & (u64::MAX / 0xFF << 7);
            zeros & (u64::MAX >> (64 - 8 * (len - 2))) != 0
        }
        (_, Some(head)) if len <= 16 => {
            let word = u128::from_le_bytes(*head);
            let pairs = word ^ (word >> 8);
            let triples = pairs | (pairs >> 8);
            let zeros = triples.wrapping_sub(u128::MAX / 0xFF) & !triples & (u128::MAX / 0xFF << 7);
            zeros & (u128::MAX >> (128 - 8 * (len - 2))) != 0
        }
        _ => buffer
            .get(..len)
            .is_none_or(|word| word.windows(3).any(|three| three[0] == three[1] && three[1] == three[2])),
    }
}

/// Cuts every run of three or more equal characters, in place: to one of the letters in `weak`, to two of any other.
/// Returns the new length.
pub(super) fn collapse_runs(word: &mut [u8], weak: &[u8; 4]) -> usize {
    let (mut from, mut to) = (0, 0);
    while from < word.len() {
        let wide = width(word[from]).min(word.len() - from);
        let mut end = from + wide;
        while end + wide <= word.len() && word[from..from + wide] == word[end..end + wide] {
            end += wide;
        }
        let count = (end - from) / wide;
        let keep = if count < 3 {
            count
        } else if weak.contains(&word[from]) {
            1
        } else {
            2
        };
        word.copy_within(from..from + keep * wide, to);
        to += keep * wide;
        from = end;
    }
    to
}

/// Collapses runs and drops the yeh before a word-final hamza, until nothing changes: شيء = شئ, الطوارىء = الطوارئ.
/// Returns the new length.
pub(super) fn settle(word: &mut [u8], weak: &[u8; 4]) -> usize {
    let mut len = word.len();
    loop {
        let before = len;
        len = collapse_runs(&mut word[..len], weak);
        if ends_with_yeh_hamza(&word[..len]) {
            len -= 1;
            word[len - 1] = HAMZA;
        }
        if len == before {
            return len;
        }
    }
}

/// Whether a word of three characters or more ends with yeh and hamza. Their codes also occur inside wider characters, so
/// the last two bytes alone do not tell.
fn ends_with_yeh_hamza(word: &[u8]) -> bool {
    let [before @ .., YEH, HAMZA] = word else { return false };
    let mut at = 0;
    while at < before.len() {
        at += width(before[at]);
    }
    at == before.len() && at > 0
}
