//! A prefilter for cues and credits: from a few letters and signs of a line, whether it may be one.
//!
//! It has no false negatives (tests below and in `cutter.rs`) and rejects nine lines of ten. Folding the head of
//! every line instead would take a fifth of the time of a run of whole documents.

use crate::static_table::StaticTable;

use super::lines::{is_mark, is_word_char};
use super::{cues, matcher};

/// Letters of a word that are read: those of the article and of a key.
const LETTERS: usize = 7;
/// Letters of a key.
const KEY_LETTERS: usize = 5;

/// Bytes of the longest line that may be an agency's mark, which has at most 12 words.
const AGENCY_BYTES: usize = 240;

/// Bytes of the longest line that may be a cue of bounded length, which has at most 20 words.
const CUE_BYTES: usize = 500;

/// Bytes of a line's head in which a credit shows.
const CREDIT_BYTES: usize = 120;

/// Bytes of the longest line that may be a byline, which has at most six words.
const BYLINE_BYTES: usize = 140;

/// Most words before the colon of a credit.
const CREDIT_WORDS: usize = 10;

/// A set of keys as 4,096 bits. Keys may collide: the prefilter then only accepts more lines.
struct KeySet([u64; 64]);

impl KeySet {
    fn insert(&mut self, key: usize) {
        self.0[key / 64 % 64] |= 1 << (key % 64);
    }

    fn contains(&self, key: usize) -> bool {
        self.0[key / 64 % 64] >> (key % 64) & 1 == 1
    }
}

/// The keys of the words that cues begin with.
struct CueKeys {
    /// First words that are a cue alone, or before any word.
    alone: KeySet,
    /// First words before a certain second word.
    first: KeySet,
    /// Both words of those.
    pairs: KeySet,
}

impl CueKeys {
    fn new(words: impl Iterator<Item = (String, Option<String>)>) -> Self {
        let mut keys = Self { alone: KeySet([0; 64]), first: KeySet([0; 64]), pairs: KeySet([0; 64]) };
        for (first, second) in words {
            let key = begin_key(&codes(&first));
            match second {
                None => keys.alone.insert(key),
                Some(second) => {
                    keys.first.insert(key);
                    keys.pairs.insert(pair_key(key, begin_key(&codes(&second))));
                }
            }
        }
        keys
    }
}

/// The keys of the first words of cues and credits, and of the last words of agencies.
pub(super) struct CuePrefilter {
    /// First words of cues.
    first: CueKeys,
    /// First words of cues that lines of any length may be.
    first_long: CueKeys,
    /// Last words of agencies, read backwards.
    last: KeySet,
    agencies: KeySet,
    places: KeySet,
    labels: KeySet,
    dateline_word: usize,
}

/// The prefilter for the tables of [`cues`].
pub(super) static PREFILTER: StaticTable<CuePrefilter> = StaticTable::new(|| CuePrefilter {
    first: CueKeys::new(matcher::first_words(false)),
    first_long: CueKeys::new(matcher::first_words(true)),
    last: backward_keys(matcher::last_agency_words()),
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
fn backward_keys(words: impl Iterator<Item = String>) -> KeySet {
    let mut keys = KeySet([0; 64]);
    words.for_each(|word| keys.insert(key(&codes(&word.chars().rev().collect::<String>()))));
    keys
}

impl CuePrefilter {
    /// Whether `line` may be a cue. About 30 ns for a line of an article.
    pub(super) fn may_be_cue(&self, line: &str) -> bool {
        let first = if line.len() <= CUE_BYTES { &self.first } else { &self.first_long };
        Self::may_begin_cue(first, line) || (line.len() <= AGENCY_BYTES && self.may_end_with_agency(line))
    }

    /// Whether the first words of `line` may begin one of the phrases whose keys are `keys`.
    fn may_begin_cue(keys: &CueKeys, line: &str) -> bool {
        let mut rest = line.chars();
        let first = match LineWord::read(&mut rest, true) {
            LineWord::Key(key) => key,
            LineWord::Unknown => return true,
        };
        if keys.alone.contains(first) {
            return true;
        }
        if !keys.first.contains(first) {
            return false;
        }

        match LineWord::read(&mut rest, false) {
            LineWord::Key(second) => keys.pairs.contains(pair_key(first, second)),
            LineWord::Unknown => true,
        }
    }

    /// Whether the head of `line` may be a credit: an agency, place or byline label with a sign, names with a dash and
    /// a colon, or two dates. May report credits that are none, never miss one.
    pub(super) fn may_be_credit(&self, line: &str) -> bool {
        has_credit_sign(line) && self.reads_as_credit(line)
    }

    /// The same, after a first look at the bytes.
    fn reads_as_credit(&self, line: &str) -> bool {
        let (mut codes, mut count, mut words) = ([0; LETTERS], 0, 0);
        let (mut known, mut labelled, mut sign, mut dash, mut number) = (false, false, false, false, false);
        let mut before = ' ';

        for (at, c) in line.char_indices() {
            if at >= CREDIT_BYTES {
                break;
            }
            // A tatweel after white space is a dash; elsewhere it is a mark inside a word.
            if is_mark(c) && !(c == 'ـ' && before.is_whitespace()) {
                continue;
            }
            // Words: letters are collected until a character that is none ends the word.
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
            // Signs: a colon behind a dash decides at once.
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

    /// Whether the last word of `line` may end an agency's mark.
    fn may_end_with_agency(&self, line: &str) -> bool {
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
                // The end of an entity, which folds to other characters.
                return true;
            }
        }

        // `last` holds the keys of words that were read backwards, as this one was.
        let codes = &codes[..count];
        is_elongated(codes) || self.last.contains(key(codes))
    }
}

/// The next word of a line.
enum LineWord {
    /// The key of its first letters.
    Key(usize),
    /// There is none, or one whose folding is not certain.
    Unknown,
}

impl LineWord {
    /// Reads the next word from `rest`, which then begins behind it. Numbers before it are passed over if `after_numbers`.
    fn read(rest: &mut std::str::Chars<'_>, after_numbers: bool) -> Self {
        let mut codes = [0; LETTERS];
        let mut count = 0;

        for c in rest.by_ref() {
            if is_word_char(c) {
                let Some(code) = code(c) else {
                    match (is_digit(c), count) {
                        // Numbers may precede a phrase, and end a word.
                        (true, 0) if after_numbers => continue,
                        (true, 1..) => break,
                        // A letter whose folding this table does not know, or a number between the words of a phrase.
                        _ => return Self::Unknown,
                    }
                };
                // Letters behind those of a key do not count.
                if count < codes.len() {
                    codes[count] = code;
                    count += 1;
                }
            } else if count > 0 && !is_mark(c) {
                // An address or entity may begin in the word.
                if matches!(c, '@' | '/' | '&' | '.' | ':') && !after_numbers {
                    return Self::Unknown;
                }
                break;
            } else if matches!(c, '#' | '&' | '@') && (c != '@' || !after_numbers) {
                // Hashtags are keywords; entities fold to other characters, and mentions to none.
                return Self::Unknown;
            }
        }

        // Lines without words, a waw that belongs to the next word, and elongations, which folding shortens.
        let codes = &codes[..count];
        if count == 0 || codes == [WAW] || is_elongated(codes) { Self::Unknown } else { Self::Key(begin_key(codes)) }
    }
}

/// Whether the head of a line has a sign or digit, without which no line is a credit. By bytes, without a branch for each: the
/// compiler makes wide registers of it. May report lines that have none, never miss one.
fn has_credit_sign(line: &str) -> bool {
    // Dashes and the wide colon have three bytes, a tatweel ends in 0x80, and digits of Arabic script follow two leads.
    let sign = |byte: u8| {
        byte == b'-'
            || byte == b'/'
            || byte == b':'
            || byte == b'('
            || byte == b'['
            || byte == b'|'
            || byte == 0x80
            || byte == 0xE2
            || byte == 0xEF
            || byte.is_ascii_digit()
    };
    let digit = |lead: u8, byte: u8| {
        (lead == 0xD9 && (0xA0..=0xA9).contains(&byte)) || (lead == 0xDB && (0xB0..=0xB9).contains(&byte))
    };

    // The last character of the head may reach beyond it.
    let head = &line.as_bytes()[..line.len().min(CREDIT_BYTES + 3)];
    let signed = head.iter().fold(false, |found, byte| found | sign(*byte));
    signed
        || head
            .iter()
            .zip(head.get(1..).unwrap_or_default())
            .fold(false, |found, (lead, byte)| found | digit(*lead, *byte))
}

/// The digits of Arabic, Persian, Urdu and Latin texts; others count as letters that only the fold knows.
const fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}')
}

/// Whether a letter is written three times in a row: the fold shortens such runs.
fn is_elongated(codes: &[u16]) -> bool {
    codes.windows(3).any(|run| run[0] == run[1] && run[1] == run[2])
}

const ALEF: u16 = 0x27;
const LAM: u16 = 0x44;
const WAW: u16 = 0x48;

/// The code of a letter under an approximation of the `standard` fold. Letters that fold alike share a code, and others
/// may too. `None` for digits and for letters whose folding this table does not cover.
const fn code(c: char) -> Option<u16> {
    match c {
        // One code for both cases.
        'A'..='Z' => Some(c as u16 - 'A' as u16 + 1),
        'a'..='z' => Some(c as u16 - 'a' as u16 + 1),
        // Hamza, yeh, teh marbuta and kaf in all spellings that fold to one letter.
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

/// The key of the first letters of a word, without the article.
fn begin_key(codes: &[u16]) -> usize {
    match codes {
        [ALEF, LAM, rest @ ..] if !rest.is_empty() => key(rest) ^ 0x555,
        _ => key(codes),
    }
}

/// The key of two words.
fn pair_key(first: usize, second: usize) -> usize {
    (first.wrapping_mul(61) ^ second) & 0xFFF
}

fn key(codes: &[u16]) -> usize {
    let codes = &codes[..codes.len().min(KEY_LETTERS)];
    // Any multiplicative hash would do: 61 is an odd base, 0x9E37 the head of the golden ratio.
    let sum = codes.iter().fold(codes.len() as u64, |key, code| key.wrapping_mul(61).wrapping_add(u64::from(*code)));
    ((sum.wrapping_mul(0x9E37) >> 7) & 0xFFF) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_openings_of_sentences_are_rejected() {
        let openings =
            ["وقال الوزير إن", "وأضاف أن", "أكد رئيس", "كشفت مصادر", "وأوضح", "في الوقت", "من جهته", "وكانت"];
        let rejected =
            openings.iter().filter(|line| !PREFILTER.may_be_cue(&format!("{line} {}", "كلمة ".repeat(90)))).count();
        assert!(rejected >= 7, "{rejected}");
    }

    #[test]
    fn no_credit_lacks_a_sign() {
        let heads = [
            "الرياض - واس: قال",
            "الرياض – واس",
            "باريس (أ.ف.ب)",
            "كتب/ محمد",
            "جدة ـ قال",
            "الرياض ٢٦ شوال الموافق ١١ أغسطس",
            "تهران ۲۶ الموافق",
            "واس | الرياض",
            "جدة： قال",
            "الرياض",
            "وقال الوزير إن الأمر انتهى",
            "",
            "5 قتلى",
        ];
        for head in heads {
            for line in [head.to_owned(), format!("{head} {}", "كلمة ".repeat(40)), format!("{}{head}", "ك".repeat(59))]
            {
                assert!(!PREFILTER.reads_as_credit(&line) || has_credit_sign(&line), "{line}");
            }
        }
        assert!(!has_credit_sign("وقال الوزير إن الأمر انتهى"));
    }
}
