//! The byte strings of which each tail of a credit holds one: a look at the bytes of a line that rules most lines out.

#![allow(unsafe_code, reason = "the call of a function that needs instructions the processor was seen to have")]

use crate::kernel::{InstructionSet, in_kernel};

/// Words of which each tail holds one, in any spelling, if it has no [`TAIL_SIGN`].
const TAIL_WORDS: [&str; 7] = ["رابط", "سمات", "وسوم", "دلالي", "مفتاحي", "للتواصل", "للكاتب"];

const TAIL_SIGN: &str = "//";

/// The second bytes of the first three letters of these words. The first bytes are 0xD8 or 0xD9 and tell little.
const TAIL_LETTERS: [[u8; 3]; TAIL_WORDS.len()] = {
    let mut letters = [[0; 3]; TAIL_WORDS.len()];
    let mut at = 0;
    while at < letters.len() {
        let bytes = TAIL_WORDS[at].as_bytes();
        letters[at] = [bytes[1], bytes[3], bytes[5]];
        at += 1;
    }
    letters
};

/// All byte strings.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    TAIL_WORDS.into_iter().chain([TAIL_SIGN])
}

/// Whether a text may hold one of them. May report texts that hold none, never miss one.
pub(super) fn may_have_any(text: &[u8]) -> bool {
    in_kernel!(InstructionSet::best(), find_any(text: &[u8]) -> bool)
}

/// Whether a text may hold one of [`TAIL_WORDS`], or [`TAIL_SIGN`].
#[inline(always)]
fn find_any(text: &[u8]) -> bool {
    let behind = |place: usize| text.get(place..).unwrap_or_default();
    let slashes = text.iter().zip(behind(1)).fold(false, |found, (one, next)| found | (*one == b'/') & (*next == b'/'));

    // Without a branch for each byte: the compiler makes wide registers of it.
    let [a, b, c, d, e, f, g] = TAIL_LETTERS;
    let letters = behind(1).iter().zip(behind(3)).zip(behind(5));
    letters.fold(slashes, |found, ((first, second), third)| {
        let is = |word: [u8; 3]| (*first == word[0]) & (*second == word[1]) & (*third == word[2]);
        found | is(a) | is(b) | is(c) | is(d) | is(e) | is(f) | is(g)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_tails_are_seen_at_every_place() {
        for word in all() {
            for before in 0..70 {
                let text = format!("{}{word}", "-".repeat(before));
                assert!(may_have_any(text.as_bytes()), "{word} behind {before}");
            }
        }
        assert!(!may_have_any("وصل الوفد إلى المدينة / اليوم".as_bytes()) && !may_have_any(b""));
    }
}
