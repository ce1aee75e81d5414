//! Titles of parts of one work: «Insolvency Act – article 46». A site prints all articles of a law, all chapters of a book or all
//! episodes on one page, so one address and one form of words do not say that two parts are one record.

use super::facts;
use super::listed_words::listed_word;
use super::word_forms::stem;
use crate::normalize::alphabet;
use crate::static_table::StaticTable;

/// Words for parts, as they are folded.
const PARTS: [&str; 28] = [
    "الماده",
    "ماده",
    "الفصل",
    "فصل",
    "الباب",
    "باب",
    "الجزء",
    "جزء",
    "الحلقه",
    "حلقه",
    "القسم",
    "قسم",
    "الفقره",
    "فقره",
    "البند",
    "بند",
    "الدرس",
    "درس",
    "المساله",
    "السوال",
    "الحديث",
    "تبصره",
    "بخش",
    "قسمت",
    "دفعه",
    "article",
    "chapter",
    "episode",
];

/// Words of numbers that are no ordinals up to twentieth, as they are folded: tens, hundreds, and the words between them.
const NUMBERS: [&str; 23] = [
    "عشر",
    "عشره",
    "عشرون",
    "عشرين",
    "ثلاثون",
    "ثلاثين",
    "اربعون",
    "اربعين",
    "خمسون",
    "خمسين",
    "ستون",
    "ستين",
    "سبعون",
    "سبعين",
    "ثمانون",
    "ثمانين",
    "تسعون",
    "تسعين",
    "مايه",
    "ميه",
    "الف",
    "بعد",
    "مكرر",
];

static PART_STEMS: StaticTable<Vec<Vec<u8>>> = StaticTable::new(|| stems(&PARTS));
static NUMBER_STEMS: StaticTable<Vec<Vec<u8>>> = StaticTable::new(|| stems(&NUMBERS));

fn stems(words: &[&str]) -> Vec<Vec<u8>> {
    words.iter().map(|word| stem(&listed_word(word)).to_vec()).collect()
}

/// A part that a title names.
struct TitlePart<'t> {
    /// The words before it: the work.
    work: &'t [&'t [u8]],
    word: &'t [u8],
    /// The words of its number.
    number: &'t [&'t [u8]],
}

/// Whether two titles, as tokens in the compact alphabet, name two parts of one work. Symmetric. O(n) for n tokens.
pub(super) fn are_other_parts(a: &[&[u8]], b: &[&[u8]]) -> bool {
    let (Some(a), Some(b)) = (part_of(a), part_of(b)) else { return false };
    a.work == b.work && stem(a.word) == stem(b.word) && a.number != b.number
}

/// The last part that a title names with a number.
fn part_of<'t>(title: &'t [&'t [u8]]) -> Option<TitlePart<'t>> {
    let parts = (0..title.len()).rev().filter(|at| is_one_of(&PART_STEMS, title[*at]));
    parts.into_iter().find_map(|at| {
        let behind = &title[at + 1..];
        let length = behind.iter().take_while(|word| is_number_word(word)).count();
        (length > 0).then(|| TitlePart { work: &title[..at], word: title[at], number: &behind[..length] })
    })
}

fn is_one_of(stems: &[Vec<u8>], word: &[u8]) -> bool {
    stems.iter().any(|known| known == stem(word))
}

fn is_number_word(word: &[u8]) -> bool {
    alphabet::is_number(word) || facts::ordinal(word).is_some() || is_one_of(&NUMBER_STEMS, word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::{FoldScratch, Language, Normalizer, Profile};

    /// Whether two titles, as they are printed, name two parts.
    fn differ(a: &str, b: &str) -> bool {
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        let [a, b] =
            [a, b].map(|title| alphabet::to_compact(&normalizer.normalize_in(title, &mut FoldScratch::default())));
        let [a, b] = [&a, &b].map(|title| crate::similarity::word_forms::words(title).collect::<Vec<_>>());
        assert_eq!(are_other_parts(&a, &b), are_other_parts(&b, &a), "symmetric");
        are_other_parts(&a, &b)
    }

    #[test]
    fn two_numbers_of_one_work_are_two_parts() {
        assert!(differ("نظام الإفلاس - المادة السادسة والأربعون", "نظام الإفلاس - المادة السابعة والأربعون بعد المائة"));
        assert!(differ("نظام الرهن - المادة العاشرة", "نظام الرهن - المادة الثامنة والعشرون: الإلغاء"));
        assert!(differ("قانون العمل مادة 12", "قانون العمل مادة 13"));
        assert!(differ("مسلسل الجيران الحلقة الثالثة", "مسلسل الجيران الحلقة الثالثة عشرة"));
        assert!(differ("قانون مدنی ماده ۵", "قانون مدنی ماده ۶"));
    }

    #[test]
    fn one_part_and_numbers_of_news_are_none() {
        assert!(!differ("نظام الإفلاس - المادة العاشرة", "نظام الإفلاس - المادة العاشرة: معدلة"));
        assert!(!differ("نظام الإفلاس - المادة العاشرة", "نظام الشركات - المادة الحادية عشرة"), "two works");
        assert!(!differ("مقتل 12 شخصا في فيضان", "مقتل 15 شخصا في فيضان"));
        assert!(!differ("المادة الدراسية الجديدة", "المادة الخام الجديدة"));
    }
}
