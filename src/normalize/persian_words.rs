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

static WORDS: StaticTable<[HashSet<&str>; 2]> =
    StaticTable::new(|| [PERSIAN, ARABIC].map(|list| list.split_ascii_whitespace().collect()));

/// With so many more words of one language the others of a text are not counted.
const CERTAIN: usize = 8;

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
        let mut counts = Self::default();
        let mut word = String::new();
        let mut words = 0;

        for character in text.chars().chain([' ']) {
            match class(u32::from(character)) {
                CharClass::Arabic => word.push(plain(character)),
                CharClass::Expands(parts) => {
                    word.extend(parts.iter().filter_map(|&part| char::from_u32(part)).map(plain))
                }
                CharClass::Mark | CharClass::Tatweel => {}
                CharClass::Deleted if u32::from(character) != ZWNJ => {}
                _ if word.is_empty() => {}
                _ => {
                    counts.add(&word);
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

    fn add(&mut self, word: &str) {
        let [persian, arabic] = &*WORDS;
        let is_short = word.len() < 2 * LONGEST;

        if is_short && persian.contains(word) {
            self.persian += 1;
        } else if word.ends_with('ة') || (is_short && arabic.contains(word)) {
            self.arabic += 1;
        } else if has_article(word) {
            self.arabic += 1;
            self.articles += 1;
        }
    }
}

/// One yeh and one kaf for all keyboards.
const fn plain(character: char) -> char {
    match character {
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        other => other,
    }
}

/// Whether a word of five letters or more begins with the Arabic article, after at most one prefix.
fn has_article(word: &str) -> bool {
    let bare = word.strip_prefix(['و', 'ف', 'ب', 'ک']).unwrap_or(word);
    let article = bare.starts_with("ال") || word.starts_with("لل");

    // البته, "of course", is Persian.
    article && word.chars().count() >= 5 && word != "البته"
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
