//! Words to text: punctuation, paragraphs, quotes, and the other spelling of respelled copies; and to a line of JSON.

use crate::plan::NUMBER;
use crate::rng::{Rng, mix};
use crate::words::Vocabulary;

/// Appends the record of a document: its id and its text.
pub(crate) fn record(id: &str, words: &[u32], vocabulary: &Vocabulary, respell: Option<Rng>, out: &mut String) {
    out.push_str("{\"id\":\"");
    out.push_str(id);
    out.push_str("\",\"text\":\"");
    body(words, respell, vocabulary, &MARKS, out);
    out.push_str("\"}\n");
}

/// How a format writes what has another form there.
pub(crate) struct Marks {
    /// A full stop at the end of a paragraph.
    pub(crate) line: &'static str,
    pub(crate) opening: &'static str,
    pub(crate) closing: &'static str,
}

/// In a JSON string.
const MARKS: Marks = Marks { line: ".\\n", opening: " \\\"", closing: "\\\" " };

/// Appends the text of a document.
pub(crate) fn body(words: &[u32], respell: Option<Rng>, vocabulary: &Vocabulary, marks: &Marks, out: &mut String) {
    match respell {
        None => spaced(words, marks, |number, out| plain(number, vocabulary, out), out),
        Some(mut rng) => spaced(words, marks, |number, out| respelled(number, vocabulary, &mut rng, out), out),
    }
}

/// Words with white space and punctuation, which depend on the words beside them alone: an edit changes no other place.
fn spaced(words: &[u32], marks: &Marks, mut write: impl FnMut(u32, &mut String), out: &mut String) {
    for (place, &number) in words.iter().enumerate() {
        write(number, out);
        let Some(&next) = words.get(place + 1) else { break };
        out.push_str(match mix(u64::from(number) << 32 | u64::from(next)) & 0xFF {
            0..16 => "، ",
            16..28 => ". ",
            28..32 => marks.line,
            32 => marks.opening,
            33 => marks.closing,
            34 => " (",
            35 => ") ",
            _ => " ",
        });
    }
    out.push('.');
}

fn plain(number: u32, vocabulary: &Vocabulary, out: &mut String) {
    match number.checked_sub(NUMBER) {
        None => out.push_str(vocabulary.word(number)),
        Some(value) => digits(value, '0', out),
    }
}

/// The word with marks, without hamza, with Persian letters or stretched; numbers in Arabic digits.
fn respelled(number: u32, vocabulary: &Vocabulary, rng: &mut Rng, out: &mut String) {
    if let Some(value) = number.checked_sub(NUMBER) {
        return digits(value, '\u{0660}', out);
    }
    let bits = rng.next();
    let mut letters = vocabulary.word(number).chars().enumerate().peekable();
    while let Some((place, letter)) = letters.next() {
        let (last, bits) = (letters.peek().is_none(), bits >> (place % 16 * 4));
        out.push(other_letter(letter, last, bits));
        if bits & 12 == 12 && !last && letter != 'ا' {
            out.push(['\u{064E}', '\u{064F}', '\u{0650}', '\u{0640}'][(bits >> 16 & 3) as usize]);
        }
    }
}

/// Another spelling of a letter that folds to the same.
fn other_letter(letter: char, last: bool, bits: u64) -> char {
    match (letter, bits & 1) {
        ('أ' | 'إ', 1) => 'ا',
        ('ا', 1) if bits & 2 == 2 => 'أ',
        ('ة', 1) => 'ه',
        ('ي', 1) if last => 'ى',
        ('ى', 1) => 'ي',
        ('ك', 1) => 'ک',
        ('ي', 0) if bits & 2 == 2 => 'ی',
        _ => letter,
    }
}

/// Appends a number in the digits that begin with `zero`.
fn digits(value: u32, zero: char, out: &mut String) {
    for digit in value.to_string().bytes() {
        out.extend(char::from_u32(u32::from(zero) + u32::from(digit - b'0')));
    }
}
