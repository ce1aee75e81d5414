//! The gate before cues and credits: from a line's letters and signs, whether it may be one.
//!
//! Folding the head of every line would cost a run of whole documents a fifth of its time. A look at a few letters of
//! the first word, and for short lines of the last, sends nine lines of ten by; it never sends a cue by (see the test).

use std::sync::LazyLock;

use super::lines::{is_mark, is_word_char};
use super::{cues, matcher};

/// Letters that are looked at: an article and those of a key.
const LETTERS: usize = 7;
const KEY_LETTERS: usize = 5;

/// Longer lines are no agency's mark: at most 12 words.
const AGENCY_BYTES: usize = 240;

/// Longer lines are no cues but those of any length: others have at most 20 words.
const CUE_BYTES: usize = 500;

/// Bytes in which a credit shows that it may be one.
const CREDIT_BYTES: usize = 120;

/// Longer lines are no bylines: at most six words.
const BYLINE_BYTES: usize = 140;

/// Most words before the colon of a credit.
const CREDIT_WORDS: usize = 10;

/// A set of keys: 4,096 bits.
struct KeySet([u64; 64]);

impl KeySet {
    fn insert(&mut self, key: usize) {
        self.0[key / 64 % 64] |= 1 << (key % 64);
    }

    fn contains(&self, key: usize) -> bool {
        self.0[key / 64 % 64] >> (key % 64) & 1 == 1
    }
}

/// What cues and credits begin with, and what agencies end with.
pub(super) struct CuePrefilter {
    first: KeySet,
    /// Of cues of any length.
    first_long: KeySet,
    last: KeySet,
    agencies: KeySet,
    places: KeySet,
    labels: KeySet,
    dateline_word: usize,
}

/// The gate of the tables in `cues.rs`.
pub(super) static PREFILTER: LazyLock<CuePrefilter> = LazyLock::new(|| CuePrefilter {
    first: keys(matcher::first_words(false)),
    first_long: keys(matcher::first_words(true)),
    last: {
        let mut last = KeySet([0; 64]);
        for word in matcher::last_agency_words() {
            last.insert(key(&codes(&word.chars().rev().collect::<String>())));
        }
        last
    },
    agencies: keys(matcher::first_agency_words()),
    places: keys(cues::PLACES.iter().map(|place| (*place).to_owned())),
    labels: keys(cues::BYLINE_LABELS.iter().map(|label| (*label).to_owned())),
    dateline_word: begin_key(&codes(cues::DATELINE_WORD)),
});

/// The codes of the letters of a word, or of the first word of a phrase.
fn codes(word: &str) -> Vec<u16> {
    word.chars().filter(|c| !is_mark(*c)).map_while(code).take(LETTERS).collect()
}

fn keys(words: impl Iterator<Item = String>) -> KeySet {
    let mut keys = KeySet([0; 64]);
    words.for_each(|word| keys.insert(begin_key(&codes(&word))));
    keys
}

impl CuePrefilter {
    /// Whether `line` may be a cue. In most lines of articles it cannot: about 30 ns.
    pub(super) fn opens(&self, line: &str) -> bool {
        let first = if line.len() <= CUE_BYTES { &self.first } else { &self.first_long };
        Self::opens_first(first, line) || (line.len() <= AGENCY_BYTES && self.opens_last(line))
    }

    fn opens_first(first: &KeySet, line: &str) -> bool {
        let mut codes = [0; LETTERS];
        let mut count = 0;
        for c in line.chars() {
            if is_word_char(c) {
                let Some(code) = code(c) else {
                    match (is_digit(c), count) {
                        // Numbers may stand before a phrase, and end a word.
                        (true, 0) => continue,
                        (true, _) => break,
                        // It folds in a way that only the fold knows.
                        _ => return true,
                    }
                };
                if count == codes.len() {
                    break;
                }
                codes[count] = code;
                count += 1;
            } else if count > 0 && !is_mark(c) {
                break;
            } else if matches!(c, '#' | '&') {
                // Hashtags, entities.
                return true;
            }
        }
        // A line without words, a detached waw, elongations.
        let codes = &codes[..count];
        count == 0 || codes == [WAW] || is_elongated(codes) || first.contains(begin_key(codes))
    }

    /// Whether the head of `line` may be a credit: an agency, a place or a byline with its sign, names with a dash and a
    /// colon behind them, two dates.
    pub(super) fn opens_credit(&self, line: &str) -> bool {
        let (mut codes, mut count, mut words) = ([0; LETTERS], 0, 0);
        let (mut known, mut labelled, mut sign, mut dash, mut number) = (false, false, false, false, false);
        let mut before = ' ';
        for (at, c) in line.char_indices() {
            if at >= CREDIT_BYTES {
                break;
            }
            if is_mark(c) && !(c == 'ـ' && before.is_whitespace()) {
                continue;
            }
            match code(c) {
                Some(code) => {
                    if count < codes.len() {
                        codes[count] = code;
                    }
                    count += 1;
                }
                None if count > 0 => {
                    let key = begin_key(&codes[..count.min(codes.len())]);
                    words += 1;
                    known |= self.agencies.contains(key) || (words == 1 && self.places.contains(key));
                    labelled |= words == 1 && self.labels.contains(key);
                    if number && key == self.dateline_word {
                        return true;
                    }
                    count = 0;
                }
                None => {}
            }
            match c {
                '-' | '–' | '—' | 'ـ' => dash = true,
                ':' | '：' if dash && words <= CREDIT_WORDS => return true,
                ':' | '：' | '(' | '[' | '/' | '|' => sign = true,
                _ => number |= is_digit(c),
            }
            before = c;
        }
        let signed = dash || sign;
        (known && signed) || (line.len() <= BYLINE_BYTES && (dash || labelled && sign))
    }

    fn opens_last(&self, line: &str) -> bool {
        let mut codes = [0; LETTERS];
        let mut count = 0;
        for c in line.chars().rev() {
            if is_word_char(c) {
                let Some(code) = code(c) else { return !is_digit(c) };
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
        is_elongated(codes) || self.last.contains(key(codes))
    }
}

/// The digits of Arabic texts; others are letters that only the fold knows.
const fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}')
}

/// Whether a letter is written three times: folding cuts that.
fn is_elongated(codes: &[u16]) -> bool {
    codes.windows(3).any(|run| run[0] == run[1] && run[1] == run[2])
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

/// The key of a word's first letters, the article aside.
fn begin_key(codes: &[u16]) -> usize {
    match codes {
        [ALEF, LAM, rest @ ..] if !rest.is_empty() => key(rest) ^ 0x555,
        _ => key(codes),
    }
}

fn key(codes: &[u16]) -> usize {
    let codes = &codes[..codes.len().min(KEY_LETTERS)];
    let sum = codes.iter().fold(codes.len() as u64, |key, code| key.wrapping_mul(61).wrapping_add(u64::from(*code)));
    ((sum.wrapping_mul(0x9E37) >> 7) & 0xFFF) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_openings_of_sentences_are_sent_by() {
        let openings =
            ["وقال الوزير إن", "وأضاف أن", "أكد رئيس", "كشفت مصادر", "وأوضح", "في الوقت", "من جهته", "وكانت"];
        let sent_by =
            openings.iter().filter(|line| !PREFILTER.opens(&format!("{line} {}", "كلمة ".repeat(90)))).count();
        assert!(sent_by >= 7, "{sent_by}");
    }
}
