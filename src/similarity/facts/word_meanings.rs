//! Words with a known meaning: weekdays, months and ordinals of six languages, Arabic words of time, and units.

use crate::static_table::StaticTable;

use foldhash::{HashMap, HashSet};

use super::time_words::{LANGUAGES, TimeWords};
use crate::document::Span;
use crate::normalize::{FoldScratch, Language, Normalizer, Profile, TokenSink, alphabet};

/// The meaning of a word of time, order or measure. Words of one meaning have one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordMeaning {
    /// A day of the week.
    Weekday(u8),
    /// A month of a calendar, counted from 1; 0 if the word alone is ambiguous (تشرين). Months of two calendars are
    /// never compared, since copies translate dates.
    Month(DateCalendar, u8),
    /// First to twentieth, from 0. Some are also part of names of months.
    Ordinal(u8),
    /// A word that only gives a relative time (today, last, morning).
    Time,
    /// A unit of measure or money.
    Unit(u8),
}

/// The calendar of a year or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateCalendar {
    /// يناير or كانون الثاني.
    Gregorian,
    /// محرم.
    Hijri,
    /// فروردین.
    SolarHijri,
}

/// The first or the second of two months.
const GREGORIAN_PAIRS: &str = "كانون تشرين";

/// The first or the second of two months.
const HIJRI_PAIRS: &str = "ربيع جمادى جمادي";

/// One unit in each row; its first word is its plain name.
const UNITS: [&str; 14] = [
    "كم كلم كيلومتر كيلومترا كيلومترات الكيلومتر",
    "متر مترا أمتار امتار",
    "سم سنتيمتر سنتمتر سنتيمترا سنتيمترات",
    "ملم مليمتر مليمترا مليمترات",
    "كغ كجم كلغ كلغم كيلوغرام كيلوجرام كيلوغراما كيلوجراما كيلوغرامات كيلوجرامات",
    "غرام جرام غراما جراما غرامات جرامات",
    "طن طنا أطنان",
    "لتر ليتر لترا ليترا لترات ليترات",
    "هكتار هكتارا هكتارات",
    "دولار دولارا دولارات",
    "ريال ريالا ريالات",
    "درهم درهما دراهم",
    "دينار دينارا دنانير",
    "جنيه جنيها جنيهات",
];

const TIME: &str = "اليوم أمس امس غد غدا الماضي الماضية المقبل المقبلة القادم القادمة مساء صباح ظهر فجر عصر ليلة يوم \
                    الجاري الجارية المنصرم الأسبوع الاسبوع الشهر ذو ذي مساءا صباحا";

/// Meanings by words in the compact alphabet.
static TABLE: StaticTable<HashMap<Vec<u8>, WordMeaning>> = StaticTable::new(|| {
    let listed = listed();
    let lines: Vec<&str> = listed.iter().map(|(word, _)| *word).collect();
    let lines = lines.join("\n");
    let mut folded = Vec::new();
    for normalizer in foldings() {
        let words = FoldedLines::new(normalizer, &lines);
        folded.extend(words.each().map(|(line, word)| (line, word.to_vec())));
    }
    // Stable is not needed: all foldings of a word have its meaning.
    folded.sort_unstable();

    // A word keeps its first meaning.
    let mut table = HashMap::default();
    for (line, word) in folded {
        table.entry(word).or_insert(listed[line].1);
    }
    table
});

/// All words with their meanings. Their order matters where two fold alike: Arabic is the first language.
fn listed() -> Vec<(&'static str, WordMeaning)> {
    let mut listed = Vec::new();
    let mut put = |words: &'static str, meaning: WordMeaning| {
        listed.extend(words.split(' ').filter(|word| !word.is_empty()).map(|word| (word, meaning)));
    };

    let numbered = |rows: &'static [&'static str]| rows.iter().zip(0_u8..);

    for TimeWords { weekdays, gregorian, other_months, ordinals } in &LANGUAGES {
        numbered(weekdays).for_each(|(words, number)| put(words, WordMeaning::Weekday(number)));

        for (calendar, months) in [(DateCalendar::Gregorian, gregorian)]
            .into_iter()
            .chain(other_months.iter().map(|(calendar, months)| (*calendar, months)))
        {
            months.iter().zip(1..).for_each(|(words, number)| put(words, WordMeaning::Month(calendar, number)));
        }

        numbered(ordinals).for_each(|(words, number)| put(words, WordMeaning::Ordinal(number)));
    }

    put(GREGORIAN_PAIRS, WordMeaning::Month(DateCalendar::Gregorian, 0));
    put(HIJRI_PAIRS, WordMeaning::Month(DateCalendar::Hijri, 0));
    put(TIME, WordMeaning::Time);
    numbered(&UNITS).for_each(|(words, number)| put(words, WordMeaning::Unit(number)));
    listed
}

/// Bits of [`SIGNATURES`].
const SIGNATURE_BITS: usize = 1 << 16;

/// The [`signature`]s of all words of the table, as bits.
static SIGNATURES: StaticTable<[u64; SIGNATURE_BITS / 64]> = StaticTable::new(|| {
    let mut bits = [0; SIGNATURE_BITS / 64];
    #[allow(clippy::iter_over_hash_type, reason = "bits do not depend on the order")]
    for word in TABLE.keys() {
        let signature = signature(word);
        bits[signature / 64] |= 1 << (signature % 64);
    }
    bits
});

/// A number below [`SIGNATURE_BITS`] that tells most words apart: from the length and three letters.
fn signature(word: &[u8]) -> usize {
    let letter = |place: Option<&u8>| place.copied().map_or(0, u32::from);
    let (first, middle, last) = (word.first(), word.get(word.len() / 2), word.last());
    let mixed = letter(first) | letter(middle) << 8 | letter(last) << 16 | (word.len() as u32) << 24;
    (mixed.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

/// The meaning of a folded word, in the compact alphabet; `None` for most words.
pub(super) fn meaning(word: &[u8]) -> Option<WordMeaning> {
    // Nearly all words are told by their signature.
    let signature = signature(word);
    if SIGNATURES[signature / 64] >> (signature % 64) & 1 == 0 {
        return None;
    }
    TABLE.get(word).copied()
}

/// Whether a folded word is a word of time or a unit; ordinals are not.
pub(crate) fn tells_time_or_unit(word: &[u8]) -> bool {
    meaning(word).is_some_and(is_time_or_unit)
}

/// Which ordinal a folded word is, from 0 for first to 19 for twentieth, in the compact alphabet; `None` for other words.
pub(crate) fn ordinal(word: &[u8]) -> Option<u8> {
    match meaning(word)? {
        WordMeaning::Ordinal(number) => Some(number),
        _ => None,
    }
}

/// The month that a folded word names, in the compact alphabet, if the word alone is clear.
pub(crate) fn month(word: &[u8]) -> Option<(DateCalendar, u8)> {
    match meaning(word)? {
        WordMeaning::Month(calendar, number @ 1..) => Some((calendar, number)),
        _ => None,
    }
}

/// Whether a word of this meaning is a word of time or a unit.
pub(super) fn is_time_or_unit(meaning: WordMeaning) -> bool {
    !matches!(meaning, WordMeaning::Ordinal(_))
}

/// The plain names of the units, in the compact alphabet.
static PLAIN_NAMES: StaticTable<[Vec<u8>; UNITS.len()]> =
    StaticTable::new(|| UNITS.map(|names| alphabet::to_compact(names.split(' ').next().unwrap_or_default())));

/// The plain name of a unit for all its names and abbreviations, in the compact alphabet; `None` for other meanings.
pub(super) fn plain_name(meaning: WordMeaning) -> Option<&'static [u8]> {
    let WordMeaning::Unit(number) = meaning else { return None };
    PLAIN_NAMES.get(usize::from(number)).map(Vec::as_slice)
}

const PROFILES: [Profile; 4] = [Profile::None, Profile::Light, Profile::Standard, Profile::Aggressive];

/// Arabic words as each profile folds them, since the guard does not know the profile of its texts; one word a line. In the
/// compact alphabet.
pub(super) fn spellings(lines: &str) -> HashSet<Vec<u8>> {
    let mut spellings = HashSet::default();
    // Most words have one spelling.
    spellings.reserve(memchr::memchr_iter(b'\n', lines.as_bytes()).count());
    for profile in PROFILES {
        let words = FoldedLines::new(Normalizer::new(profile, Language::Ar), lines);
        for (_, word) in words.each() {
            if !spellings.contains(word) {
                spellings.insert(word.to_vec());
            }
        }
    }
    spellings
}

/// What folds a word as each profile and language does, since short texts are folded by the rules of another language.
fn foldings() -> impl Iterator<Item = Normalizer> {
    const LANGUAGES: [Language; 4] = [Language::Ar, Language::Fa, Language::Ur, Language::Other];
    PROFILES.into_iter().flat_map(|profile| LANGUAGES.into_iter().map(move |of| Normalizer::new(profile, of)))
}

/// Lines as they are folded, but for those that fold to nothing.
struct FoldedLines {
    /// The ends of the lines, the last one left out.
    ends: Vec<usize>,
    /// The number of the line that came last.
    line: usize,
    /// The tokens of each line, joined by one space, one line behind the other.
    bytes: Vec<u8>,
    /// The number of each line, and where its tokens end.
    folded: Vec<(usize, usize)>,
}

impl FoldedLines {
    fn new(normalizer: Normalizer, lines: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', lines.as_bytes()).collect();
        let mut folded = Self { ends, line: 0, bytes: Vec::new(), folded: Vec::new() };
        // No rule looks across a line break, so all lines are folded together.
        normalizer.fold(lines, &mut FoldScratch::default(), &mut folded);
        folded
    }

    /// The lines with their numbers.
    fn each(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let mut start = 0;
        self.folded.iter().map(move |(line, end)| (*line, &self.bytes[std::mem::replace(&mut start, *end)..*end]))
    }
}

impl TokenSink for FoldedLines {
    fn token(&mut self, token: &[u8], span: Span) {
        // Tokens come in the order of the text.
        while self.ends.get(self.line).is_some_and(|end| *end < span.start) {
            self.line += 1;
        }

        let start = self.folded.len().checked_sub(2).map_or(0, |before| self.folded[before].1);
        let bytes = &mut self.bytes;
        match self.folded.last_mut() {
            Some((last, end)) if *last == self.line => {
                if *end > start {
                    bytes.push(b' ');
                }
                bytes.extend_from_slice(token);
                *end = bytes.len();
            }
            _ => {
                bytes.extend_from_slice(token);
                self.folded.push((self.line, bytes.len()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word as it is folded alone.
    fn compact(normalizer: Normalizer, word: &str) -> Vec<u8> {
        alphabet::to_compact(&normalizer.normalize(word))
    }

    #[test]
    fn every_spelling_of_a_profile_is_known() {
        for (word, expected) in [
            ("الاحد", WordMeaning::Weekday(1)),
            ("الأحد", WordMeaning::Weekday(1)),
            ("الجمعه", WordMeaning::Weekday(6)),
            ("الجمعة", WordMeaning::Weekday(6)),
            ("اغسطس", WordMeaning::Month(DateCalendar::Gregorian, 8)),
            ("تموز", WordMeaning::Month(DateCalendar::Gregorian, 7)),
            ("تشرين", WordMeaning::Month(DateCalendar::Gregorian, 0)),
            ("شوال", WordMeaning::Month(DateCalendar::Hijri, 10)),
            ("كلم", WordMeaning::Unit(0)),
            ("الثالثه", WordMeaning::Ordinal(2)),
            ("اليوم", WordMeaning::Time),
            ("سومین", WordMeaning::Ordinal(2)),
            ("سومين", WordMeaning::Ordinal(2)),
            ("خرداد", WordMeaning::Month(DateCalendar::SolarHijri, 3)),
            ("یکشنبه", WordMeaning::Weekday(1)),
            ("پانچویں", WordMeaning::Ordinal(4)),
            ("جولائی", WordMeaning::Month(DateCalendar::Gregorian, 7)),
            ("wednesday", WordMeaning::Weekday(4)),
        ] {
            assert_eq!(meaning(&alphabet::to_compact(word)), Some(expected), "{word}");
        }
        assert_eq!(meaning(&alphabet::to_compact("كتاب")), None);
        let plain = |word: &str| plain_name(meaning(&alphabet::to_compact(word))?).map(alphabet::to_utf8);
        assert_eq!([plain("كيلومترا"), plain("كلم")], ["كم", "كم"].map(|name| Some(name.to_owned())));
        assert_eq!([plain("كتاب"), plain("الاحد")], [None, None]);
    }

    #[test]
    fn lists_are_spelled_as_their_words_are() {
        let list = include_str!("frequent.txt");
        let together = spellings(list);
        let alone =
            list.lines().flat_map(|word| PROFILES.map(|profile| compact(Normalizer::new(profile, Language::Ar), word)));
        assert_eq!(together, alone.collect());
    }

    #[test]
    fn words_of_all_languages_fold_together_as_each_does_alone() {
        let mut alone = HashMap::default();
        for (word, meaning) in listed() {
            for normalizer in foldings() {
                alone.entry(compact(normalizer, word)).or_insert(meaning);
            }
        }
        assert_eq!(*TABLE, alone);
    }
}
