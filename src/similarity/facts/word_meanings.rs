//! Words with a known meaning: weekdays, months and ordinals of four languages, Arabic words of time, and units.

use crate::static_table::StaticTable;

use foldhash::HashMap;

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
    let mut table = HashMap::default();

    // A word keeps its first meaning, so the order of the rows below matters: Arabic is the first language.
    let mut put = |words: &str, meaning: WordMeaning| {
        for word in words.split(' ').filter(|word| !word.is_empty()).flat_map(foldings) {
            table.entry(word).or_insert(meaning);
        }
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

    table
});

/// The meaning of a folded word, in the compact alphabet; `None` for most words.
pub(super) fn meaning(word: &[u8]) -> Option<WordMeaning> {
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

/// The plain name of a unit for all its names and abbreviations, in the compact alphabet; `None` for other meanings.
pub(super) fn plain_name(meaning: WordMeaning) -> Option<Vec<u8>> {
    let WordMeaning::Unit(number) = meaning else { return None };
    UNITS[usize::from(number)].split(' ').next().map(alphabet::to_compact)
}

const PROFILES: [Profile; 4] = [Profile::None, Profile::Light, Profile::Standard, Profile::Aggressive];

/// Arabic words as each profile folds them, since the guard does not know the profile of its texts; one word a line. In the
/// compact alphabet, in no useful order.
pub(super) fn spellings(lines: &str) -> impl Iterator<Item = Vec<u8>> {
    // No rule looks across a line break, so all lines are folded together.
    PROFILES.into_iter().flat_map(move |profile| {
        let mut words = LineSink { ends: line_ends(lines), folded: vec![(0, Vec::new())] };
        Normalizer::new(profile, Language::Ar).fold(lines, &mut FoldScratch::default(), &mut words);
        words.folded.into_iter().map(|(_, word)| word).filter(|word| !word.is_empty())
    })
}

fn line_ends(lines: &str) -> Vec<usize> {
    memchr::memchr_iter(b'\n', lines.as_bytes()).collect()
}

/// Joins the tokens of each line by one space.
struct LineSink {
    /// The ends of the lines, the last one left out.
    ends: Vec<usize>,
    /// The number of a line, and its tokens.
    folded: Vec<(usize, Vec<u8>)>,
}

impl TokenSink for LineSink {
    fn token(&mut self, token: &[u8], span: Span) {
        let line = self.ends.partition_point(|end| *end < span.start);
        match self.folded.last_mut() {
            Some((last, word)) if *last == line => {
                if !word.is_empty() {
                    word.push(b' ');
                }
                word.extend_from_slice(token);
            }
            _ => self.folded.push((line, token.to_vec())),
        }
    }
}

/// A word as each profile and language folds it, since short texts are folded by the rules of another language.
fn foldings(word: &str) -> impl Iterator<Item = Vec<u8>> {
    const LANGUAGES: [Language; 4] = [Language::Ar, Language::Fa, Language::Ur, Language::Other];
    PROFILES.into_iter().flat_map(move |profile| LANGUAGES.into_iter().map(move |of| compact(profile, of, word)))
}

fn compact(profile: Profile, language: Language, word: &str) -> Vec<u8> {
    alphabet::to_compact(&Normalizer::new(profile, language).normalize(word))
}

#[cfg(test)]
mod tests {
    use foldhash::HashSet;

    use super::*;

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
        let plain = |word: &str| plain_name(meaning(&alphabet::to_compact(word))?).map(|name| alphabet::to_utf8(&name));
        assert_eq!([plain("كيلومترا"), plain("كلم")], ["كم", "كم"].map(|name| Some(name.to_owned())));
        assert_eq!([plain("كتاب"), plain("الاحد")], [None, None]);
    }

    #[test]
    fn lists_are_spelled_as_their_words_are() {
        let list = include_str!("frequent.txt");
        let together: HashSet<Vec<u8>> = spellings(list).collect();
        let alone = list.lines().flat_map(|word| PROFILES.map(|profile| compact(profile, Language::Ar, word)));
        assert_eq!(together, alone.collect());
    }
}
