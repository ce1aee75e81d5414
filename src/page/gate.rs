//! The gate before the cues: from a line's first and last letters, whether it may be one.
//!
//! Folding the head of every line would cost a run of whole documents a fifth of its time. A look at up to five letters of
//! the first word, and for short lines of the last, sends nine lines of ten by; it never sends a cue by (see the test).

use std::sync::LazyLock;

use super::lines::{is_mark, is_word_char};

/// Longer lines are no agency's mark: at most 12 words, marks on every letter included.
const AGENCY_BYTES: usize = 400;

/// A set of keys: 4,096 bits.
struct Keys([u64; 64]);

impl Keys {
    fn insert(&mut self, key: usize) {
        self.0[key / 64 % 64] |= 1 << (key % 64);
    }

    fn contains(&self, key: usize) -> bool {
        self.0[key / 64 % 64] >> (key % 64) & 1 == 1
    }
}

/// What cues begin with and what agencies end with.
pub(super) struct Gate {
    first: Keys,
    last: Keys,
}

/// A gate that knows the folded first words of all phrases and the last ones of all agencies.
pub(super) static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let mut gate = Gate { first: Keys([0; 64]), last: Keys([0; 64]) };
    let codes = |word: &str| -> Option<Vec<u16>> { word.chars().map(code).collect() };
    for word in super::matcher::first_words() {
        gate.first.insert(codes(&word).map_or(0, |codes| begin_key(&codes)));
    }
    for word in super::matcher::last_agency_words() {
        gate.last.insert(codes(&word).map_or(0, |mut codes| {
            codes.reverse();
            key(&codes)
        }));
    }
    gate
});

impl Gate {
    /// Whether `line` may be a cue. In most lines of articles it cannot: about 30 ns.
    pub(super) fn opens(&self, line: &str) -> bool {
        self.opens_first(line) || (line.len() <= AGENCY_BYTES && self.opens_last(line))
    }

    fn opens_first(&self, line: &str) -> bool {
        let mut codes = [0; 5];
        let mut count = 0;
        for c in line.chars() {
            if is_word_char(c) {
                // Numbers may stand before a phrase; what has no code folds in ways that only the fold knows.
                let Some(code) = code(c) else { return true };
                if count < codes.len() {
                    codes[count] = code;
                    count += 1;
                } else {
                    break;
                }
            } else if count > 0 && !is_mark(c) {
                break;
            } else if matches!(c, '#' | '&') {
                // Hashtags, entities.
                return true;
            }
        }
        // A line without words; a detached waw; a letter that is written twice or more.
        let codes = &codes[..count];
        count == 0 || codes == [WAW] || codes.windows(2).any(|pair| pair[0] == pair[1]) || {
            self.first.contains(begin_key(codes))
        }
    }

    fn opens_last(&self, line: &str) -> bool {
        let mut codes = [0; 3];
        let mut count = 0;
        for c in line.chars().rev() {
            if is_word_char(c) {
                let Some(code) = code(c) else { return !c.is_numeric() };
                if count == codes.len() {
                    break;
                }
                codes[count] = code;
                count += 1;
            } else if count > 0 && !is_mark(c) {
                break;
            } else if c == ';' {
                return true;
            }
        }
        let codes = &codes[..count];
        codes.windows(2).any(|pair| pair[0] == pair[1]) || self.last.contains(key(codes))
    }
}

const ALEF: u16 = 0x27;
const LAM: u16 = 0x44;
const WAW: u16 = 0x48;

/// A letter as `standard` folds it, roughly; letters that fold alike have one code, others may share one. Nothing for
/// digits and for letters that fold in other ways.
const fn code(c: char) -> Option<u16> {
    match c {
        'A'..='Z' => Some(c as u16 - 'A' as u16 + 1),
        'a'..='z' => Some(c as u16 - 'a' as u16 + 1),
        'أ' | 'إ' | 'آ' | 'ٱ' | 'ا' => Some(ALEF),
        'ؤ' | 'ئ' | 'ء' => Some(0x21),
        'ى' | 'ی' | 'ې' | 'ے' | 'ي' => Some(0x4A),
        'ة' | 'ہ' | 'ھ' | 'ە' | 'ه' => Some(0x47),
        'ک' | 'ڪ' | 'ك' => Some(0x43),
        'ب'..='غ' | 'ف' | 'ق' | 'ل'..='ن' | 'و' => Some(c as u16 - 0x600),
        'پ' => Some(0x5B),
        'چ' => Some(0x5C),
        'گ' => Some(0x5D),
        'ڑ' => Some(0x5E),
        'ژ' => Some(0x5F),
        _ => None,
    }
}

/// The key of a word's first letters: three, the article aside.
fn begin_key(codes: &[u16]) -> usize {
    match codes {
        [ALEF, LAM, rest @ ..] if !rest.is_empty() => key(rest) ^ 0x555,
        _ => key(codes),
    }
}

fn key(codes: &[u16]) -> usize {
    codes.iter().take(3).fold(codes.len().min(3), |key, code| key * 61 + usize::from(*code)) & 0xFFF
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_openings_of_sentences_are_sent_by() {
        let openings =
            ["وقال الوزير إن", "وأضاف أن", "أكد رئيس", "كشفت مصادر", "وأوضح", "في الوقت", "من جهته", "وكانت"];
        let sent_by = openings.iter().filter(|line| !GATE.opens(&format!("{line} {}", "كلمة ".repeat(90)))).count();
        assert!(sent_by >= 7, "{sent_by}");
    }
}
