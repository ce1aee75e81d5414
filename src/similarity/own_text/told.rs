//! What the tokens of a short text tell by number: numbers in digits, as words and as ordinals, and the grammatical number of what
//! is counted. «غرفتين» and «غرفه» are two flats, as 2 and 1 are.

use crate::normalize::alphabet;
use crate::similarity::facts;
use crate::similarity::listed_words::listed_word;
use crate::similarity::titles::{TitleNumber, numbers_in};
use crate::similarity::word_forms::without_proclitic;
use crate::static_table::StaticTable;

/// Number words that mean nothing else, in the compact alphabet, with their digits.
static CARDINALS: StaticTable<Vec<(Vec<u8>, &'static [u8])>> = StaticTable::new(|| {
    let words =
        |(words, digits): (&'static str, &'static [u8])| words.split(' ').map(move |word| (listed_word(word), digits));
    CARDINAL_WORDS.into_iter().flat_map(words).collect()
});

/// In Arabic, Persian, Urdu, English, Pashto and Central Kurdish, folded.
const CARDINAL_WORDS: [(&str, &[u8]); 10] = [
    // The ground floor, below the first.
    ("الارضي ارضي همكف", b"0"),
    ("اثنان اثنين اثنتان اثنتين دو two دوه دوؤ دوو", b"2"),
    ("ثلاثه ثلاث سه تین تين three درې سێ", b"3"),
    ("اربعه اربع چهار چار four څلور چوار", b"4"),
    ("خمسه خمس پنج پانچ five پنځه پێنج", b"5"),
    ("سته شش چھ six شپږ شەش", b"6"),
    ("سبعه سبع هفت سات seven اووه حەوت", b"7"),
    ("ثمانيه ثماني ثمان هشت آٹھ eight اته ھەشت", b"8"),
    ("تسعه تسع nine نهه نۆ", b"9"),
    ("عشره عشر ten لس دە", b"10"),
];

/// Digits of ordinals, from the first.
const ORDINALS: [&[u8]; 20] = [
    b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9", b"10", b"11", b"12", b"13", b"14", b"15", b"16", b"17",
    b"18", b"19", b"20",
];

/// ال in the compact alphabet.
const ARTICLE: [u8; 2] = [alphabet::code('ا' as u32), alphabet::code('ل' as u32)];

/// Fewest letters before an ordinal that is written together with them.
const BEFORE: usize = 3;

/// Endings of words by what they count, in the compact alphabet. Without one a word is a singular or a broken plural.
static ENDINGS: StaticTable<[(Vec<u8>, CountForm); 4]> = StaticTable::new(|| {
    let endings =
        [("تين", CountForm::Dual), ("تان", CountForm::Dual), ("ات", CountForm::Plural), ("ه", CountForm::Single)];
    endings.map(|(ending, form)| (alphabet::to_compact(ending), form))
});

/// Fewest letters of a counted word before its ending.
const COUNTED_LETTERS: usize = 2;

/// The form of a counted word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CountForm {
    Single,
    Dual,
    Plural,
    /// No ending.
    Bare,
}

/// The digits of the numbers among tokens, also of those inside words, of those that words name and of ordinals.
pub(super) fn told_numbers<'t>(tokens: &[&'t [u8]]) -> Vec<&'t [u8]> {
    let named = |token: &[u8]| CARDINALS.iter().find(|(word, _)| word == token).map(|(_, digits)| *digits);
    let in_digits = numbers_in(tokens.iter().copied()).into_iter().filter_map(|number| match number {
        TitleNumber::Digits(digits) => Some(digits),
        TitleNumber::Ordinal(_) => None,
    });
    in_digits.chain(tokens.iter().filter_map(|token| named(token).or_else(|| ordinal(token)))).collect()
}

/// The digits of an ordinal, which may be written together with the word before it (بالدورالثالث).
fn ordinal(token: &[u8]) -> Option<&'static [u8]> {
    let glued = || {
        let starts =
            (BEFORE..token.len().saturating_sub(ARTICLE.len())).filter(|at| token[*at..].starts_with(&ARTICLE));
        starts.into_iter().find_map(|at| facts::ordinal(&token[at..]))
    };
    facts::ordinal(token).or_else(glued).and_then(|number| ORDINALS.get(usize::from(number)).copied())
}

/// The sorted digits of the numbers among tokens, without zeros, since papers write one number in many ways.
pub(super) fn digits(tokens: &[&[u8]]) -> Vec<u8> {
    let numbers = tokens.iter().filter(|token| alphabet::is_number(token));
    let mut digits: Vec<u8> =
        numbers.flat_map(|token| token.iter()).copied().filter(|byte| (b'1'..=b'9').contains(byte)).collect();
    digits.sort_unstable();

    digits
}

/// Whether one side of a slot has a dual for which the other has another form of the word; the other text has the dual nowhere.
pub(super) fn have_other_dual([a, b]: [&[&[u8]]; 2], [all_a, all_b]: [&[&[u8]]; 2]) -> bool {
    let has = |duals: &[&[u8]], others: &[&[u8]], all: &[&[u8]]| {
        let is_dual = |word: &&&[u8]| counted(word).1 == CountForm::Dual && !all.contains(*word);
        duals.iter().filter(is_dual).any(|dual| others.iter().any(|other| are_other_counts(dual, other)))
    };
    has(a, b, all_b) || has(b, a, all_a)
}

/// Words of a slot that the other side has in another form of number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CountedWords {
    /// Those with an ending on both sides.
    pub(super) clear: usize,
    /// Those of which one side may be a broken plural (غرفه, غرف).
    pub(super) likely: usize,
}

impl CountedWords {
    /// Adds the words of a slot.
    pub(super) fn add(&mut self, [a, b]: [&[&[u8]]; 2]) {
        for word in a {
            let other = b.iter().find(|other| are_other_counts(word, other));
            let Some(other) = other else { continue };
            match [counted(word).1, counted(other).1].contains(&CountForm::Bare) {
                true => self.likely += 1,
                false => self.clear += 1,
            }
        }
    }
}

/// Whether two words are one counted thing in two forms of number.
fn are_other_counts(a: &[u8], b: &[u8]) -> bool {
    let ((of_a, form_a), (of_b, form_b)) = (counted(a), counted(b));
    of_a == of_b && form_a != form_b
}

/// A word without its article or conjunction and its ending, and the form that the ending tells.
fn counted(word: &[u8]) -> (&[u8], CountForm) {
    let word = without_proclitic(word);
    let endings = ENDINGS.iter().filter_map(|(ending, form)| Some((word.strip_suffix(ending.as_slice())?, *form)));
    endings.into_iter().find(|(rest, _)| rest.len() >= COUNTED_LETTERS).unwrap_or((word, CountForm::Bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(words: &str) -> Vec<Vec<u8>> {
        words.split(' ').map(alphabet::to_compact).collect()
    }

    fn told(words: &str) -> Vec<String> {
        let words = compact(words);
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        told_numbers(&words).iter().map(|digits| String::from_utf8_lossy(digits).into_owned()).collect()
    }

    #[test]
    fn numbers_are_told_in_digits_as_words_and_as_ordinals() {
        assert_eq!(told("شقه 3 غرف"), ["3"]);
        assert_eq!(told("ثلاث غرف"), ["3"]);
        assert_eq!(told("بالدور الرابع"), ["4"]);
        assert_eq!(told("بالدورالثالث"), ["3"]);
        assert_eq!(told("الدور الارضي"), ["0"]);
        assert!(told("غرفه وصاله").is_empty());

        assert_eq!(told("دویمه خبري ګړۍ"), ["2"], "Pashto");
        assert_eq!(told("څلور ساعته"), ["4"]);
        assert_eq!(told("بەشی سێیەم"), ["3"], "Central Kurdish");
    }

    /// Whether the sides of a slot, which are the whole texts, have another dual; and their counted words.
    fn compared(a: &str, b: &str) -> (bool, CountedWords) {
        let [a, b] = [a, b].map(compact);
        let [a, b] = [&a, &b].map(|words| words.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let mut counted = CountedWords::default();
        counted.add([&a, &b]);
        (have_other_dual([&a, &b], [&a, &b]), counted)
    }

    #[test]
    fn forms_of_number_are_compared() {
        assert!(compared("غرفتين", "غرف مريحه").0);
        assert!(compared("ودورتين مياه", "ودوره مياه").0);
        assert!(!compared("غرفتين", "غرفتان").0, "two cases of one dual");
        assert!(!compared("غرفتين", "صاله").0, "two things");
        assert_eq!(compared("دورات", "دوره"), (false, CountedWords { clear: 1, likely: 0 }));
        assert_eq!(compared("غرف", "غرفه"), (false, CountedWords { clear: 0, likely: 1 }));
        assert_eq!(compared("موقف", "مواقف"), (false, CountedWords::default()), "another pattern");
    }
}
