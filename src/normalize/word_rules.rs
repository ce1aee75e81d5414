//! Rules for whole Arabic words, on compact bytes: letter runs and the word-final hamza. Few words need them.

use super::alphabet::width;
use super::rules::{HAMZA, WAW, YEH};

/// Whether a word of compact bytes may need a rule of this module, or is a lone waw. Never says no wrongly.
///
/// `buffer` holds the word in its first `len > 0` bytes; the bytes after them do not matter. A word of up to eight
/// bytes, as nearly all are, is tested as one integer without a branch.
#[inline]
pub(super) fn is_suspicious(buffer: &[u8], len: usize) -> bool {
    match buffer.first_chunk::<8>() {
        Some(head) if len <= 8 => {
            let word = u64::from_le_bytes(*head);
            // The word alone, its last letter in the top byte.
            let aligned = word << ((64 - 8 * len) & 63);
            let lone_waw = aligned == (WAW as u64) << 56;
            let final_hamza = aligned >> 48 == (HAMZA as u64) << 8 | YEH as u64;
            lone_waw | final_hamza | (triples(word) & ((1 << (8 * len.saturating_sub(2))) - 1) != 0)
        }
        _ => is_suspicious_long(buffer, len),
    }
}

/// Marks each byte that begins three equal ones. The lowest mark is exact; a false mark only occurs above a true one.
#[inline]
const fn triples(word: u64) -> u64 {
    let pairs = word ^ (word >> 8);
    let equal = pairs | (pairs >> 8);

    // The classic search for a zero byte.
    equal.wrapping_sub(u64::MAX / 0xFF) & !equal & ((u64::MAX / 0xFF) << 7)
}

/// As [`is_suspicious`], for words of nine bytes and more; up to fourteen bytes as two integers that overlap.
fn is_suspicious_long(buffer: &[u8], len: usize) -> bool {
    let Some(word) = buffer.get(..len) else { return true };

    let triple = match (word.first_chunk::<8>(), word.last_chunk::<8>()) {
        (Some(head), Some(tail)) if len <= 14 => {
            // Only the first six bytes of each integer can begin a run inside it.
            let six = (1 << 48) - 1;
            (triples(u64::from_le_bytes(*head)) | triples(u64::from_le_bytes(*tail))) & six != 0
        }
        _ => word.windows(3).any(|three| three[0] == three[1] && three[1] == three[2]),
    };

    triple || word.ends_with(&[YEH, HAMZA])
}

/// Cuts every run of three or more equal characters, in place: to one of the letters in `weak`, to two of any other.
/// Returns the new length.
pub(super) fn collapse_runs(word: &mut [u8], weak: &[u8; 4]) -> usize {
    debug_assert!(!weak.iter().any(|&letter| letter != 0 && width(letter) != 1), "weak letters take one byte");
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

        // `to` never passes `from`, so nothing unread is overwritten.
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

        // A dropped yeh may uncover another one, or join hamzas to a run.
        if len == before {
            return len;
        }
    }
}

/// Whether a word of three characters or more ends with yeh and hamza. Their codes also occur inside wider characters,
/// so the word is read from its start.
fn ends_with_yeh_hamza(word: &[u8]) -> bool {
    let [before @ .., YEH, HAMZA] = word else { return false };
    let mut at = 0;
    while at < before.len() {
        at += width(before[at]);
    }
    at == before.len() && at > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of up to 20 letters with a run of three at every place, and without one.
    #[test]
    fn the_quick_test_sees_every_run_of_three_and_little_else() {
        for len in 1..=20_usize {
            let plain: Vec<u8> = (0..len).map(|place| [b'a', b'b'][place % 2]).collect();
            // Stale bytes behind the word must not matter.
            let tested = |word: &[u8]| {
                let mut buffer = [b'z'; 64];
                buffer[..len].copy_from_slice(word);
                is_suspicious(&buffer, len)
            };
            assert!(!tested(&plain), "{len}");
            for at in 0..len.saturating_sub(2) {
                let mut word = plain.clone();
                word[at..at + 3].fill(b'x');
                assert!(tested(&word), "{len} {at}");
                word[at] = b'y';
                assert!(!tested(&word), "a run of two: {len} {at}");
            }
        }
    }

    #[test]
    fn lone_waw_and_final_hamza_are_seen() {
        for len in 2..=20 {
            let mut buffer = [b'z'; 64];
            buffer[..len].copy_from_slice(&(0..len).map(|place| [b'a', b'b'][place % 2]).collect::<Vec<u8>>());
            buffer[len - 2..len].copy_from_slice(&[YEH, HAMZA]);
            assert!(is_suspicious(&buffer, len), "{len}");
        }
        assert!(is_suspicious(&[WAW; 64], 1));
        assert!(!is_suspicious(&[HAMZA; 64], 1));
        assert!(!is_suspicious(&[WAW; 64], 2), "two letters are no run");
    }

    #[test]
    fn runs_are_cut_to_one_or_two_whatever_the_width() {
        let mut word = "aaabbcccc\u{301}\u{301}\u{301}d".as_bytes().to_vec();
        let len = collapse_runs(&mut word, b"a\0\0\0");
        assert_eq!(word[..len], *"abbcc\u{301}\u{301}d".as_bytes());
    }
}
