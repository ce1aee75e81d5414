//! Arabic words with a known meaning: weekdays, months, ordinals, words of time, and units.

use std::sync::LazyLock;

use ahash::AHashMap;

use crate::normalize::{Language, Normalizer, Profile};

/// The meaning of a word of time, order or measure. Words of one meaning have one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordMeaning {
    /// A day of the week.
    Weekday(u8),
    /// A month of a calendar, counted from 1; 0 if the word alone is ambiguous (تشرين). Months of two calendars are
    /// never compared, since copies translate dates.
    Month(DateCalendar, u8),
    /// First to tenth, from 0. Some are also part of names of months.
    Ordinal(u8),
    /// A word that only gives a relative time (today, last, morning).
    Time,
    /// A unit of measure or money.
    Unit(u8),
}

/// The calendar of a year or month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateCalendar {
    /// يناير or كانون الثاني.
    Gregorian,
    /// محرم.
    Hijri,
}

const WEEKDAYS: [&str; 7] =
    ["السبت", "الأحد الاحد", "الاثنين الإثنين الأثنين", "الثلاثاء", "الأربعاء الاربعاء الإربعاء", "الخميس", "الجمعة"];

const GREGORIAN: [&str; 12] = [
    "يناير جانفي",
    "فبراير فيفري شباط",
    "مارس آذار اذار",
    "أبريل ابريل إبريل أفريل نيسان",
    "مايو ماي أيار ايار",
    "يونيو يونيه جوان حزيران",
    "يوليو يوليه جويلية يوليوز تموز",
    "أغسطس اغسطس أوت غشت آب",
    "سبتمبر شتنبر أيلول ايلول",
    "أكتوبر اكتوبر",
    "نوفمبر نونبر",
    "ديسمبر دجنبر",
];

/// The first or the second of two months.
const GREGORIAN_PAIRS: &str = "كانون تشرين";

const HIJRI: [&str; 12] = ["محرم المحرم", "صفر", "", "", "", "", "رجب", "شعبان", "رمضان", "شوال", "القعدة", "الحجة"];

/// The first or the second of two months.
const HIJRI_PAIRS: &str = "ربيع جمادى جمادي";

/// One unit in each row; its first word is its plain name.
const UNITS: [&str; 14] = [
    "كم كلم كيلومتر كيلومترا كيلومترات الكيلومتر",
    "متر مترا أمتار امتار",
    "سم سنتيمتر سنتمتر سنتيمترا سنتيمترات",
    "ملم مليمتر مليمترا مليمترات",
    "كغ كجم كلغ كيلوغرام كيلوجرام كيلوغراما كيلوجراما كيلوغرامات كيلوجرامات",
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

const ORDINALS: [&str; 10] = [
    "الأول الأولى أول أولى الاول الاولى",
    "الثاني الثانية ثاني ثانية",
    "الثالث الثالثة ثالث ثالثة",
    "الرابع الرابعة رابع رابعة",
    "الخامس الخامسة خامس خامسة",
    "السادس السادسة سادس سادسة",
    "السابع السابعة سابع سابعة",
    "الثامن الثامنة ثامن ثامنة",
    "التاسع التاسعة تاسع تاسعة",
    "العاشر العاشرة عاشر عاشرة",
];

const TIME: &str = "اليوم أمس امس غد غدا الماضي الماضية المقبل المقبلة القادم القادمة مساء صباح ظهر فجر عصر ليلة يوم \
                    الجاري الجارية المنصرم الأسبوع الاسبوع الشهر ذو ذي مساءا صباحا";

static TABLE: LazyLock<AHashMap<String, WordMeaning>> = LazyLock::new(|| {
    let mut table = AHashMap::new();

    // A word keeps its first meaning, so the order of the rows below matters.
    let mut put = |words: &str, meaning: WordMeaning| {
        for word in words.split(' ').filter(|word| !word.is_empty()).flat_map(spellings) {
            table.entry(word).or_insert(meaning);
        }
    };

    let numbered = |rows: &'static [&'static str]| rows.iter().zip(0_u8..);

    numbered(&WEEKDAYS).for_each(|(words, number)| put(words, WordMeaning::Weekday(number)));
    GREGORIAN
        .iter()
        .zip(1..)
        .for_each(|(words, number)| put(words, WordMeaning::Month(DateCalendar::Gregorian, number)));
    HIJRI.iter().zip(1..).for_each(|(words, number)| put(words, WordMeaning::Month(DateCalendar::Hijri, number)));
    put(GREGORIAN_PAIRS, WordMeaning::Month(DateCalendar::Gregorian, 0));
    put(HIJRI_PAIRS, WordMeaning::Month(DateCalendar::Hijri, 0));
    numbered(&ORDINALS).for_each(|(words, number)| put(words, WordMeaning::Ordinal(number)));
    put(TIME, WordMeaning::Time);
    numbered(&UNITS).for_each(|(words, number)| put(words, WordMeaning::Unit(number)));

    table
});

/// The meaning of a folded word; `None` for most words.
pub(super) fn meaning(word: &str) -> Option<WordMeaning> {
    TABLE.get(word).copied()
}

/// The word itself, or the plain name of a unit for all its names and abbreviations.
pub(super) fn plain(word: &str) -> &str {
    match meaning(word) {
        Some(WordMeaning::Unit(number)) => UNITS[usize::from(number)].split(' ').next().unwrap_or(word),
        _ => word,
    }
}

/// The word as each profile folds it, since the guard does not know the profile of its texts.
pub(super) fn spellings(word: &str) -> impl Iterator<Item = String> {
    const PROFILES: [Profile; 4] = [Profile::None, Profile::Light, Profile::Standard, Profile::Aggressive];
    PROFILES.into_iter().map(move |profile| Normalizer::new(profile, Language::Ar).normalize(word))
}

#[cfg(test)]
mod tests {
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
        ] {
            assert_eq!(meaning(word), Some(expected), "{word}");
        }
        assert_eq!(meaning("كتاب"), None);
        assert_eq!((plain("كيلومترا"), plain("كلم"), plain("كتاب")), ("كم", "كم", "كتاب"));
    }
}
