//! The words of times at the edges of lines, and a test of which first and last words may belong to one.

use crate::static_table::StaticTable;
use std::borrow::Cow;

use foldhash::HashSet;

use super::matcher;

/// Words before a relative time.
const BEFORE: &str = "منذ قبل";

/// Words behind a relative time.
const AFTER: &str = "پیش قبل پہلے ago مضت";

/// Words that make a number uncertain.
const ABOUT: &str = "حوالي نحو قرابة تقریبا حدود تقریباً about over almost";

/// Units of time, the longer ones in [`LONG_UNITS`] too.
const UNITS: &str = "ثانية ثانیہ ثانيتين ثوان ثواني ثوانٍ لحظة لحظات لحظاتی دقيقة دقيقتين دقيقتان دقائق دقیقه دقایق دقایقی ساعة \
                     ساعتين ساعتان ساعات ساعت ساعتی يوم يومين يومان أيام يوما روز روزی أسبوع أسبوعين أسبوعان أسابيع هفته \
                     هفتہ ہفتے ہفتوں شهر شهرين شهران أشهر شهور شهرا ماه ماہ مہینے مہینہ سنة سنتين سنتان سنوات سال عام عامين \
                     عامان أعوام عاما قليل سیکنڈ سیکنڈز منٹ منٹوں گھنٹہ گھنٹے گھنٹوں دن دنوں second seconds sec secs s minute \
                     minutes min mins m hour hours hr hrs h day days d week weeks w month months mo year years yr yrs y";

/// Units of weeks and more. Behind a headline without a sign, such a time is part of the sentence.
const LONG_UNITS: &str = "أسبوع أسبوعين أسبوعان أسابيع هفته هفتہ ہفتے ہفتوں شهر شهرين شهران أشهر شهور شهرا ماه ماہ مہینے مہینہ \
                          سنة سنتين سنتان سنوات سال عام عامين عامان أعوام عاما week weeks w month months mo year years yr \
                          yrs y";

const NUMBERS: &str = "واحد واحدة اثنين ثلاث ثلاثة أربع أربعة خمس خمسة ست ستة سبع سبعة ثمان ثماني ثمانية تسع تسعة عشر عشرة \
                       عشرين ثلاثين أربعين خمسين بضع بضعة عدة یک دو سه چهار پنج شش هفت هشت نه ده چند بیست سی ایک تین چار \
                       پانچ چھ سات آٹھ نو دس بیس تیس کچھ a an one two three four five six seven eight nine ten few";

/// Words of the half of a day, behind a clock time.
const HALVES: &str = "ص م صباحا مساء صباحاً مساءً ظهرا am pm";

/// The folded words of a list.
fn folded(words: &str) -> HashSet<String> {
    words.split_whitespace().map(|word| matcher::normalizer().normalize(word)).collect()
}

/// The folded words of times.
pub(super) struct TimeWords {
    pub(super) before: HashSet<String>,
    pub(super) after: HashSet<String>,
    pub(super) about: HashSet<String>,
    pub(super) units: HashSet<String>,
    pub(super) long_units: HashSet<String>,
    pub(super) numbers: HashSet<String>,
    pub(super) halves: HashSet<String>,
}

/// The folded lists.
pub(super) static WORDS: StaticTable<TimeWords> = StaticTable::new(|| TimeWords {
    before: folded(BEFORE),
    after: folded(AFTER),
    about: folded(ABOUT),
    units: folded(UNITS),
    long_units: folded(LONG_UNITS),
    numbers: folded(NUMBERS),
    halves: folded(HALVES),
});

/// The last and the first words, unfolded, of lines that may have a time at that end. A cheap test.
static EDGE_WORDS: StaticTable<HashSet<String>> = StaticTable::new(|| edge_words().collect());

/// The first two letters of the edge words, as bits. A cheaper test: most words begin otherwise.
static EDGE_BEGINNINGS: StaticTable<[u64; 64]> = StaticTable::new(|| {
    let mut bits = [0; 64];
    for word in edge_words() {
        if let Some(key) = beginning(&word) {
            bits[key / 64] |= 1 << (key % 64);
        }
    }
    bits
});

fn edge_words() -> impl Iterator<Item = String> {
    let words = [BEFORE, AFTER, UNITS, NUMBERS, ABOUT, HALVES].into_iter().flat_map(str::split_whitespace);
    // Keyboards and fonts write some letters in two ways.
    words.flat_map(|word| {
        let bare = word.replace(['أ', 'إ'], "ا").replace(['\u{64B}', '\u{64D}'], "");
        let arabic = bare.replace('ی', "ي").replace('ک', "ك");
        [word.to_owned(), bare.replace('ة', "ه"), bare.replace('ي', "ی"), arabic.replace('ہ', "ه"), bare, arabic]
    })
}

/// One of 4,096 numbers for the first two letters of a word, in any case; `None` if it has fewer, or marks among them.
fn beginning(word: &str) -> Option<usize> {
    let mut characters = word.chars();
    let [first, second] = [characters.next()?, characters.next()?];
    let is_plain = !is_mark(first) && !is_mark(second);
    let [first, second] = [first, second].map(|c| u32::from(c.to_ascii_lowercase()));
    is_plain.then_some(((first << 6 ^ second) % 4096) as usize)
}

/// Whether a word may be one of [`EDGE_WORDS`], by its beginning.
fn may_be_edge_word(word: &str) -> bool {
    beginning(word).is_none_or(|key| EDGE_BEGINNINGS[key / 64] >> (key % 64) & 1 == 1)
}

/// Whether a word may open a time.
pub(super) fn may_open_time(word: &str) -> bool {
    may_be_edge_word(word) && EDGE_WORDS.contains(&*bare(word))
}

/// Whether a word, in letters of any case, may close a time.
pub(super) fn may_close_time(word: &str) -> bool {
    if !may_be_edge_word(word) {
        return false;
    }

    let word = bare(word);
    // Most words have no letters of two cases, and are not copied.
    match word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => EDGE_WORDS.contains(&word.to_ascii_lowercase()),
        false => EDGE_WORDS.contains(&*word),
    }
}

/// A word without its marks.
fn bare(word: &str) -> Cow<'_, str> {
    if word.chars().any(is_mark) { word.chars().filter(|c| !is_mark(*c)).collect() } else { word.into() }
}

/// Whether a character is a mark of a letter, or the stroke that lengthens words.
pub(super) const fn is_mark(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6ED}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_edge_word_is_passed_over_by_its_beginning() {
        for word in edge_words() {
            assert!(may_be_edge_word(&word) && may_be_edge_word(&word.to_ascii_uppercase()), "{word}");
        }
        assert!(!["قال", "وأعلنت", "The", "محكمة"].into_iter().all(may_be_edge_word));
    }
}
