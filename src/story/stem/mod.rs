//! Light stems: what is left of a word without the endings and beginnings that change from sentence to sentence.
//!
//! ```
//! use mukarrar::normalize::Language;
//! use mukarrar::story::stem;
//!
//! assert_eq!(stem("وبالوزارات", Language::Ar), stem("الوزاره", Language::Ar));
//! assert_eq!(stem("کتابهایشان", Language::Fa), "کتاب");
//! assert_eq!(stem("حکومتوں", Language::Ur), "حکومت");
//! ```
//!
//! A stem is no dictionary form and need not be a word: forms of one word should meet, and different words should not. So
//! each language has a list of affixes, tried in order, and a least number of letters that stay. Stems are made of folded
//! tokens ([`crate::normalize`]), whose letters are single bytes of the compact alphabet. Words with other characters, numbers,
//! and words of other languages are their own stems.
//!
//! The tables are those of `arabic`, `persian` and `urdu`; `tests/data/stem_vectors.tsv` fixes what they give. The stems
//! reach files, as hashes in tables of rarity, so a change of a rule changes [`STEM_VERSION`].

mod arabic;
mod persian;
mod urdu;

use crate::normalize::{Language, alphabet};

/// The version of the stems. It changes with every change of a stem; a table of rarity made under another version is refused.
pub const STEM_VERSION: u8 = 1;

/// Letters of the compact alphabet, in whose single bytes affixes are written.
type Affix = &'static [u8];

/// The compact form of an affix that holds only letters with a code. Evaluated when the program is compiled.
pub(super) const fn letters<const N: usize>(affix: &str) -> [u8; N] {
    let bytes = affix.as_bytes();
    assert!(bytes.len() == 2 * N, "an affix is made of letters of two bytes");

    let mut codes = [0; N];
    let mut place = 0;
    while place < N {
        let letter = ((bytes[2 * place] as u32 & 0x1F) << 6) | (bytes[2 * place + 1] as u32 & 0x3F);
        codes[place] = alphabet::code(letter);
        assert!(codes[place] != 0, "every letter of an affix has a code");
        place += 1;
    }
    codes
}

/// A list of affixes in compact letters.
macro_rules! affixes {
    ($($affix:literal),+ $(,)?) => {
        &[$({
            const CODES: [u8; $affix.len() / 2] = $crate::story::stem::letters::<{ $affix.len() / 2 }>($affix);
            &CODES
        }),+]
    };
}
pub(super) use affixes;

/// The stem of a folded word of `language`, in ordinary text. For readers and tests; runs use `stem_of`.
#[must_use]
pub fn stem(word: &str, language: Language) -> String {
    alphabet::to_utf8(stem_of(&alphabet::to_compact(word), language))
}

/// The stem of a folded token: a part of it. Takes time linear in the token.
pub(super) fn stem_of(token: &[u8], language: Language) -> &[u8] {
    if !token.iter().all(|byte| is_letter(*byte)) {
        return token;
    }
    match language {
        Language::Ar => arabic::stem(token),
        Language::Fa => persian::stem(token),
        Language::Ur => urdu::stem(token),
        Language::Ckb | Language::Ps | Language::Ug | Language::Other => token,
    }
}

/// Whether a byte of the compact alphabet is a letter of the Arabic script.
const fn is_letter(byte: u8) -> bool {
    matches!(byte, 0x80..=0xC1 | 0xF5..=0xFD)
}

/// The word without the first of `affixes` that it begins with, if `least` letters stay; `None` if it begins with none.
fn without_prefix<'w>(word: &'w [u8], affixes: &[Affix], least: usize) -> Option<&'w [u8]> {
    affixes.iter().find_map(|affix| word.strip_prefix(*affix).filter(|rest| rest.len() >= least))
}

/// The word without the first of `affixes` that it ends with, if `least` letters stay; `None` if it ends with none.
fn without_suffix<'w>(word: &'w [u8], affixes: &[Affix], least: usize) -> Option<&'w [u8]> {
    affixes.iter().find_map(|affix| word.strip_suffix(*affix).filter(|rest| rest.len() >= least))
}
