//! The words that tell Persian from Arabic, for texts whose letters do not.
//!
//! Many short Persian texts have none of the letters پ چ ژ گ. Their function words (که از را است) are no Arabic words,
//! and Arabic text has its article, its ة and في. Both are counted in the first words of a text.

use crate::static_table::StaticTable;

use foldhash::HashSet;

use super::class::{CharClass, class};
use super::rules::ZWNJ;

/// Words that are counted. A longer text shows its language in its first words.
const COUNTED: usize = 256;

/// Words of this many letters or more are in no list.
const LONGEST: usize = 12;

/// Persian function words that are no Arabic words, with ی and ک.
const PERSIAN: &str = "که از را این است می در برای های هایی شد شده نیز بود شود دارد دارند هستند باشد کرده کردند نمی کنند \
                       کند نیست داد اند باید خواهد خواهند داشت شدند دیگر همه خود هر میشود میکند میکنند نمیشود میتواند \
                       میباشد";

/// Arabic function words that are no Persian words, with ی and ک.
const ARABIC: &str = "فی إلی إلیه أن إن التی الذی هذا هذه عن لم لن کان کانت";

static WORDS: StaticTable<FunctionWords> = StaticTable::new(FunctionWords::new);

/// With so many more words of one language the others of a text are not counted.
const CERTAIN: usize = 8;

const TEH_MARBUTA: u8 = letter('ة' as u32);

/// The listed words of both languages, in letters of a byte each ([`letter`]).
#[derive(Debug)]
struct FunctionWords {
    persian: HashSet<Box<[u8]>>,
    arabic: HashSet<Box<[u8]>>,
    /// For each first letter: a bit for each length that a listed word has. Most words of a text are in no list, and one
    /// look here tells.
    lengths: [u16; 256],
}

impl FunctionWords {
    fn new() -> Self {
        let words = |list: &'static str| list.split_ascii_whitespace().map(letters);
        let mut lengths = [0; 256];
        for word in words(PERSIAN).chain(words(ARABIC)) {
            lengths[usize::from(word[0])] |= 1 << word.len();
        }
        Self { persian: words(PERSIAN).collect(), arabic: words(ARABIC).collect(), lengths }
    }

    /// Whether a word may be in a list.
    fn may_hold(&self, word: &[u8]) -> bool {
        let lengths = word.first().map_or(0, |first| self.lengths[usize::from(*first)]);
        word.len() < LONGEST && lengths >> word.len() & 1 == 1
    }
}

/// A letter of U+0600–U+06FF as the low byte of its code point, with one yeh and one kaf for all keyboards; zero for any
/// other.
const fn letter(code_point: u32) -> u8 {
    match code_point {
        // ي and ى are ی, and ك is ک.
        0x64A | 0x649 => 0xCC,
        0x643 => 0xA9,
        0x600..=0x6FF => code_point as u8,
        _ => 0,
    }
}

fn letters(word: &str) -> Box<[u8]> {
    word.chars().map(|character| letter(u32::from(character))).collect()
}

/// What a code point is in a word.
#[derive(Debug, Clone, Copy)]
enum WordPart {
    Letter,
    /// Passed over.
    Mark,
    /// The end of the word.
    End,
    /// Several letters.
    Expands,
}

/// The parts of the code points up to U+06FF: nearly all of most texts.
static PARTS: [WordPart; 0x700] = {
    let mut parts = [WordPart::End; 0x700];
    let mut place = 0;
    while place < parts.len() {
        parts[place] = part(place as u32);
        place += 1;
    }
    parts
};

const fn part(code_point: u32) -> WordPart {
    match class(code_point) {
        CharClass::Arabic => WordPart::Letter,
        CharClass::Expands(_) => WordPart::Expands,
        CharClass::Mark | CharClass::Tatweel => WordPart::Mark,
        CharClass::Deleted if code_point != ZWNJ => WordPart::Mark,
        _ => WordPart::End,
    }
}

/// The words of a text that are evidence.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordCounts {
    /// Persian function words.
    pub(super) persian: usize,
    /// Arabic function words, and words with the article or ة.
    pub(super) arabic: usize,
    /// Those of `arabic` that have the article and no ة, as Arabic names in Persian text do.
    pub(super) articles: usize,
}

impl WordCounts {
    /// Counts the first words of `text`. Linear, and bounded by [`COUNTED`] words.
    pub(super) fn of(text: &str) -> Self {
        let listed = &*WORDS;
        let mut counts = Self::default();
        let mut word = Vec::new();
        let mut words = 0;

        for character in text.chars().chain([' ']) {
            let code_point = u32::from(character);
            let part = PARTS.get(code_point as usize).map_or_else(|| part(code_point), |part| *part);

            match part {
                WordPart::Letter => word.push(letter(code_point)),
                WordPart::Expands => {
                    if let CharClass::Expands(parts) = class(code_point) {
                        word.extend(parts.iter().map(|&part| letter(part)));
                    }
                }
                WordPart::Mark => {}
                WordPart::End if word.is_empty() => {}
                WordPart::End => {
                    counts.add(listed, &word);
                    word.clear();
                    words += 1;
                    if words == COUNTED || counts.persian.abs_diff(counts.arabic) == CERTAIN {
                        break;
                    }
                }
            }
        }

        counts
    }

    fn add(&mut self, listed: &FunctionWords, word: &[u8]) {
        let may_hold = listed.may_hold(word);

        if may_hold && listed.persian.contains(word) {
            self.persian += 1;
        } else if word.last() == Some(&TEH_MARBUTA) || (may_hold && listed.arabic.contains(word)) {
            self.arabic += 1;
        } else if has_article(word) {
            self.arabic += 1;
            self.articles += 1;
        }
    }
}

/// Whether a word of five letters or more begins with the Arabic article, after at most one prefix.
fn has_article(word: &[u8]) -> bool {
    const ALEF: u8 = letter('ا' as u32);
    const LAM: u8 = letter('ل' as u32);
    const PREFIXES: [u8; 4] = [letter('و' as u32), letter('ف' as u32), letter('ب' as u32), letter('ک' as u32)];
    // البته, "of course", is Persian.
    const OF_COURSE: [u8; 5] = [ALEF, LAM, letter('ب' as u32), letter('ت' as u32), letter('ه' as u32)];

    let bare = match word.split_first() {
        Some((first, rest)) if PREFIXES.contains(first) => rest,
        _ => word,
    };
    let article = bare.starts_with(&[ALEF, LAM]) || word.starts_with(&[LAM, LAM]);
    article && word.len() >= 5 && word != OF_COURSE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_words() {
        for (text, persian, arabic, articles) in [
            ("دبیر فدراسیون در نشست خبری اعلام کرد که مسابقات انجام خواهد شد", 4, 0, 0),
            ("دبير فدراسيون در نشست خبري اعلام كرد كه مسابقات انجام خواهد شد", 4, 0, 0),
            ("می\u{200C}شود و می شود و میشود", 5, 0, 0),
            ("قال الوزیر فی المؤتمر إن الاتفاقیة جاهزة", 0, 6, 2),
            ("وزير المالية البته", 0, 1, 0),
            ("", 0, 0, 0),
        ] {
            assert_eq!(WordCounts::of(text), WordCounts { persian, arabic, articles }, "{text}");
        }
    }
}
