//! What names a time in Arabic: weekdays, months, ordinals, and words that only place a text in time.

use std::sync::LazyLock;

use ahash::AHashMap;

use crate::normalize::{Language, Normalizer, Profile};

/// What a word says of time or order. Words that mean the same have the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A day of the week.
    Weekday(u8),
    /// A month. Copies put one calendar in another's place, so that months are told apart nowhere.
    Month,
    /// First to tenth. First and others stand in names of months, too.
    Ordinal(u8),
    /// Only places a text in time (today, last, morning).
    Time,
}

const WEEKDAYS: [&str; 7] =
    ["السبت", "الأحد الاحد", "الاثنين الإثنين الأثنين", "الثلاثاء", "الأربعاء الاربعاء الإربعاء", "الخميس", "الجمعة"];

const MONTHS: [&str; 3] = [
    "يناير جانفي فبراير فيفري مارس أبريل ابريل إبريل أفريل مايو ماي يونيو يونيه جوان يوليو يوليه جويلية يوليوز أغسطس \
     اغسطس أوت غشت سبتمبر شتنبر أكتوبر اكتوبر نوفمبر نونبر ديسمبر دجنبر",
    "كانون شباط آذار اذار نيسان أيار ايار حزيران تموز آب أيلول ايلول تشرين",
    "محرم المحرم صفر ربيع جمادى جمادي رجب شعبان رمضان شوال القعدة الحجة",
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

static TABLE: LazyLock<AHashMap<String, Meaning>> = LazyLock::new(|| {
    let mut table = AHashMap::new();
    let mut put = |words: &str, meaning: Meaning| {
        for word in words.split(' ').filter(|word| !word.is_empty()).flat_map(spellings) {
            table.entry(word).or_insert(meaning);
        }
    };
    let numbered = |rows: &'static [&'static str]| rows.iter().zip(0_u8..);
    numbered(&WEEKDAYS).for_each(|(words, number)| put(words, Meaning::Weekday(number)));
    MONTHS.iter().for_each(|words| put(words, Meaning::Month));
    numbered(&ORDINALS).for_each(|(words, number)| put(words, Meaning::Ordinal(number)));
    put(TIME, Meaning::Time);
    table
});

/// What a folded word says of time or order; nothing for most.
pub(super) fn meaning(word: &str) -> Option<Meaning> {
    TABLE.get(word).copied()
}

/// The word as each profile folds it, for the guard does not know which one folded its texts.
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
            ("الاحد", Meaning::Weekday(1)),
            ("الأحد", Meaning::Weekday(1)),
            ("الجمعه", Meaning::Weekday(6)),
            ("الجمعة", Meaning::Weekday(6)),
            ("اغسطس", Meaning::Month),
            ("شوال", Meaning::Month),
            ("الثالثه", Meaning::Ordinal(2)),
            ("اليوم", Meaning::Time),
        ] {
            assert_eq!(meaning(word), Some(expected), "{word}");
        }
        assert_eq!(meaning("كتاب"), None);
    }
}
