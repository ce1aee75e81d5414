//! The compact alphabet: UTF-8 with one byte for each Arabic-script letter that matters.
//!
//! UTF-8 never begins a character with the 77 byte values 0x80–0xC1 and 0xF5–0xFF. Here 75 of them encode one letter
//! each; two are reserved. All other characters stay ordinary UTF-8, so the first byte of a character gives its width,
//! no character is a prefix of another, and no token holds a zero byte. A common Arabic word is half as long as in
//! UTF-8, and folding a letter is one table lookup. The stable token hash is defined over these bytes: **the table is
//! frozen**, a letter may only be added in a reserved place.

use std::cmp::Ordering;

/// The letters in the order of their codes: 0x80–0xC1, then 0xF5–0xFD. 0xFE and 0xFF are reserved.
pub(crate) const LETTERS: [char; 75] = [
    'ء', 'آ', 'أ', 'ؤ', 'إ', 'ئ', 'ا', 'ب', 'ة', 'ت', 'ث', 'ج', 'ح', 'خ', 'د', 'ذ', //
    'ر', 'ز', 'س', 'ش', 'ص', 'ض', 'ط', 'ظ', 'ع', 'غ', 'ف', 'ق', 'ك', 'ل', 'م', 'ن', //
    'ه', 'و', 'ى', 'ي', // Arabic
    'پ', 'چ', 'ژ', 'گ', 'ک', 'ی', 'ڤ', 'ٱ', // Persian, and letters that Arabic borrows
    'ٹ', 'ڈ', 'ڑ', 'ں', 'ہ', 'ھ', 'ۃ', 'ۂ', 'ے', 'ۓ', // Urdu
    'ە', 'ێ', 'ۆ', 'ڕ', 'ڵ', // Central Kurdish
    'ڭ', 'ۇ', 'ۈ', 'ۋ', 'ې', // Uyghur
    'ښ', 'ځ', 'څ', 'ډ', 'ړ', 'ڼ', 'ږ', 'ۍ', 'ګ', 'ټ', // Pashto
    'ۀ',
];

/// Letters whose codes lie in 0x80–0xC1; the rest lie from 0xF5 on.
const LOW_CODES: usize = 0xC2 - 0x80;

/// The code of the letter in place `place` of [`LETTERS`].
#[expect(clippy::cast_possible_truncation, reason = "places are below 77")]
const fn code_at(place: usize) -> u8 {
    if place < LOW_CODES { 0x80 + place as u8 } else { 0xF5 + (place - LOW_CODES) as u8 }
}

/// Codes of U+0600–U+06FF; 0 where a character has none.
static CODES: [u8; 256] = codes();

const fn codes() -> [u8; 256] {
    let mut codes = [0; 256];
    let mut place = 0;
    while place < LETTERS.len() {
        codes[LETTERS[place] as usize - 0x600] = code_at(place);
        place += 1;
    }
    codes
}

/// The one-byte code of `letter`, or 0 if it has none.
#[must_use]
pub(crate) const fn code(letter: u32) -> u8 {
    if letter >= 0x600 && letter < 0x700 { CODES[letter as usize - 0x600] } else { 0 }
}

/// Letters of the codes 0x80–0xFF; NUL for a byte that is no code.
static DECODED: [char; 128] = decoded();

const fn decoded() -> [char; 128] {
    let mut letters = ['\0'; 128];
    let mut place = 0;
    while place < LETTERS.len() {
        letters[code_at(place) as usize - 0x80] = LETTERS[place];
        place += 1;
    }
    letters
}

/// Appends the UTF-8 form of `compact` to `out`. Bytes that occur in no token become U+FFFD.
#[inline]
pub fn push_utf8(compact: &[u8], out: &mut String) {
    let mut rest = compact;
    while let [lead, ..] = rest {
        let (character, tail) = rest.split_at(width(*lead).min(rest.len()));
        rest = tail;

        match *lead {
            0..=0x7F => out.push(char::from(*lead)),
            // Tokens hold whole characters; other bytes must not panic.
            0xC2..=0xF4 => out.push_str(std::str::from_utf8(character).unwrap_or("\u{FFFD}")),
            code => out.push(match DECODED[usize::from(code) - 0x80] {
                '\0' => '\u{FFFD}',
                letter => letter,
            }),
        }
    }
}

/// The UTF-8 form of `compact`.
#[must_use]
pub fn to_utf8(compact: &[u8]) -> String {
    // Arabic letters take two bytes in UTF-8.
    let mut text = String::with_capacity(compact.len() * 2);
    push_utf8(compact, &mut text);
    text
}

/// Appends the compact form of `text` to `out`: the reverse of [`push_utf8`].
pub fn push_compact(text: &str, out: &mut Vec<u8>) {
    for character in text.chars() {
        match code(u32::from(character)) {
            0 => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            code => out.push(code),
        }
    }
}

/// The compact form of `text`.
#[must_use]
pub fn to_compact(text: &str) -> Vec<u8> {
    let mut compact = Vec::with_capacity(text.len());
    push_compact(text, &mut compact);
    compact
}

/// The order of the UTF-8 forms of two texts in the compact alphabet.
pub(crate) fn cmp_utf8(a: &[u8], b: &[u8]) -> Ordering {
    let equal = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    if equal == a.len() || equal == b.len() {
        return a.len().cmp(&b.len());
    }

    // The order of UTF-8 is that of characters, so the first characters that differ decide. They may begin before the
    // bytes that differ.
    let inside = |back: usize| equal.checked_sub(back).is_some_and(|lead| width(a[lead]) > back);
    let start = equal - (1..=3).find(|back| inside(*back)).unwrap_or(0);
    let [a, b] = [a, b].map(|text| to_utf8(&text[start..(start + width(text[start])).min(text.len())]));
    a.cmp(&b)
}

/// Bytes of the character that begins with compact byte `lead`: 1 for table letters and ASCII, 2 to 4 for all others.
#[must_use]
pub const fn width(lead: u8) -> usize {
    match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    }
}

/// Whether a token is a number: only ASCII digits and `.` (every decimal digit folds to an ASCII digit, except under
/// the profile `none`).
#[must_use]
pub fn is_number(compact: &[u8]) -> bool {
    !compact.is_empty() && compact.iter().all(|&byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_ordered_as_their_utf8_forms(a in "[ء-يښaz€é\u{10900} ]{0,6}", b in "[ء-يښaz€é\u{10900} ]{0,6}") {
            prop_assert_eq!(cmp_utf8(&to_compact(&a), &to_compact(&b)), a.cmp(&b));
            let (x, y) = (format!("{a}{b}"), format!("{a}{a}"));
            prop_assert_eq!(cmp_utf8(&to_compact(&x), &to_compact(&y)), x.cmp(&y));
        }
    }

    /// Frozen: hashes of stored signatures are defined over these codes.
    #[test]
    fn every_code_stands_for_its_letter_for_ever() {
        let frozen: [(u8, &str); 3] = [
            (0x80, "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگکیڤٱٹڈڑںہھۃۂےۓەێۆڕڵڭۇۈۋېښځ"),
            (0xF5, "څډړڼږۍګټۀ"),
            (0xFE, "\u{FFFD}\u{FFFD}"),
        ];
        let mut seen = 0;
        for (first, letters) in frozen {
            for (code, letter) in (first..=0xFF).zip(letters.chars()) {
                assert_eq!(to_utf8(&[code]), letter.to_string(), "{code:#04X}");
                seen += 1;
            }
        }
        assert_eq!(seen, 77);
    }

    #[test]
    fn letters_take_one_byte_and_everything_else_stays_utf8() {
        let text = "ab1. é ٠ ـ ݣ € 𐤀 مكة پښتو";
        let mut compact = Vec::new();
        push_compact(text, &mut compact);
        assert_eq!(to_utf8(&compact), text);
        assert_eq!(compact.len(), 4 + 1 + 2 + 1 + 2 + 1 + 2 + 1 + 2 + 1 + 3 + 1 + 4 + 1 + 3 + 1 + 4);
    }

    #[test]
    fn the_first_byte_tells_the_width() {
        let mut compact = Vec::new();
        push_compact("aمé€𐤀", &mut compact);
        let mut widths = Vec::new();
        let mut at = 0;
        while at < compact.len() {
            widths.push(width(compact[at]));
            at += width(compact[at]);
        }
        assert_eq!(widths, [1, 1, 2, 3, 4]);
    }

    #[test]
    fn cut_or_foreign_bytes_decode_without_panic() {
        assert_eq!(to_utf8(&[0xC3]), "\u{FFFD}");
        assert_eq!(to_utf8(&[b'a', 0xF0, 0x90]), "a\u{FFFD}");
        assert_eq!(to_utf8(&[0xC3, 0x28]), "\u{FFFD}");
    }

    #[test]
    fn numbers_are_digits_and_stops() {
        assert!(is_number(b"1436") && is_number(b"12.5.2015"));
        assert!(!is_number(b"") && !is_number(b"g20") && !is_number("٣".as_bytes()));
    }
}
