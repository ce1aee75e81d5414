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

/// Places of a text that are looked at together: as many as a register has bytes.
const BLOCK: usize = 32;

/// Bytes of a block: the last byte string that begins in it ends behind it.
const BLOCK_BYTES: usize = BLOCK + 5;

/// Whether a text may hold one of [`TAIL_WORDS`], or [`TAIL_SIGN`].
#[inline(always)]
fn find_any(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk::<BLOCK_BYTES>() else {
        // None of the byte strings has a zero.
        let mut padded = [0; BLOCK + BLOCK_BYTES];
        padded[..text.len()].copy_from_slice(text);
        return is_in_a_block(&padded);
    };

    // The sign is shorter than the words, so it may begin behind the last block.
    let ends_with_sign = last[BLOCK..].windows(2).any(|two| two == TAIL_SIGN.as_bytes());
    ends_with_sign || is_in_block(last) || is_in_a_block(text)
}

/// Whether one of the byte strings may begin in a block of `text` that is whole.
#[inline(always)]
fn is_in_a_block(text: &[u8]) -> bool {
    text.windows(BLOCK_BYTES).step_by(BLOCK).filter_map(<[u8]>::first_chunk).any(is_in_block)
}

/// Whether one of the byte strings may begin in a block.
#[inline(always)]
fn is_in_block(block: &[u8; BLOCK_BYTES]) -> bool {
    // Without a branch for each byte: the compiler makes wide registers of it.
    let [a, b, c, d, e, f, g] = TAIL_LETTERS;
    (0..BLOCK).fold(false, |found, at| {
        let is = |word: [u8; 3]| (block[at + 1] == word[0]) & (block[at + 3] == word[1]) & (block[at + 5] == word[2]);
        let is_sign = (block[at] == b'/') & (block[at + 1] == b'/');
        found | is_sign | is(a) | is(b) | is(c) | is(d) | is(e) | is(f) | is(g)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_tails_are_seen_at_every_place() {
        for word in all() {
            for (before, behind) in (0..110).flat_map(|before| [0, 1, 3, 40].map(|behind| (before, behind))) {
                let text = format!("{}{word}{}", "-".repeat(before), "-".repeat(behind));
                assert!(may_have_any(text.as_bytes()), "{word} behind {before}, before {behind}");
            }
        }
        assert!(!may_have_any("وصل الوفد إلى المدينة / اليوم".as_bytes()) && !may_have_any(b""));
    }
}
