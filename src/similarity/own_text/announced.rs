//! The number that a decree, a law or a notice announces at its beginning: «قرار رقم 18 لسنة 2014». It tells which one it is, so two
//! texts are enough.

use super::wording::tokens;
use crate::normalize::alphabet;
use crate::similarity::listed_words::listed_word;
use crate::static_table::StaticTable;

/// First tokens of a text, among which its number is sought behind any word that announces one.
const HEAD: usize = 20;

/// Words that announce the number of a document, in the compact alphabet.
static ANNOUNCES: StaticTable<[Vec<u8>; 7]> =
    StaticTable::new(|| ["رقم", "برقم", "شماره", "شمارہ", "نمبر", "number", "no"].map(listed_word));

/// First tokens of a decree with its long title, among which its number is sought behind the kind of the document.
const TITLE: usize = 64;

/// Kinds of documents with numbers, in the compact alphabet.
static INSTRUMENTS: StaticTable<[Vec<u8>; 21]> = StaticTable::new(|| {
    [
        "مرسوم",
        "قرار",
        "ظهير",
        "قانون",
        "نظام",
        "امر",
        "لائحه",
        "منشور",
        "تعميم",
        "مقرر",
        "مصوبه",
        "بخشنامه",
        "تصویب",
        "تصویبنامه",
        "آییننامه",
        "دستورالعمل",
        "فرمان",
        "آرڈیننس",
        "ایکٹ",
        "نوٹیفکیشن",
        "حکم",
    ]
    .map(listed_word)
});

/// Words between the number of a document and its date, in the compact alphabet.
static DATED: StaticTable<[Vec<u8>; 10]> = StaticTable::new(|| {
    ["صادر", "الصادر", "بتاريخ", "وتاريخ", "تاريخ", "تاریخ", "بتاریخ", "لسنه", "مورخ", "مورخه"].map(listed_word)
});

/// Words between the number of a document and its year, in the compact alphabet.
static OF_YEAR: StaticTable<[Vec<u8>; 8]> =
    StaticTable::new(|| ["لسنه", "سنه", "لعام", "عام", "لسال", "سال", "مجریه", "مجریہ"].map(listed_word));

/// Tokens of a year and of the word before it.
const YEAR_PARTS: usize = 2;

/// Digits of a year.
const YEAR: usize = 4;

/// Most tokens between the kind of a document and «number».
const KIND: usize = 6;

/// First tokens of a text, among which the kind of a document tells that the text begins with its title.
const BEGINS: usize = 2;

/// Greatest distance of the number from such a word, in tokens (رقم م 12).
const BEHIND: usize = 2;

/// Most tokens by which the number of a copy moves.
const MOVED: usize = 3;

/// Most tokens of such a number (1444 1 504, as 1444/1/504 is folded).
const NUMBER_PARTS: usize = 4;

/// Whether each of two folded texts announces a number at its beginning that the other text lacks. Of a number with
/// several parts one part is enough: 1444/1/504 and 1444/1/505 are two decrees.
///
/// Numbers begin again with each year, so a year behind the number is a part of it: رقم 4 لسنة 2003.
///
/// A long text may have any number somewhere. So it is enough too that both announce their number at one place, that neither
/// number is a part of the other, and that no word at the beginning of the other text announces it: reports of a decree that changes
/// another may name either of them first. Decrees themselves begin with their own title, so there the first number is enough.
pub(crate) fn have_other_numbers(a: &[u8], b: &[u8]) -> bool {
    let (Some(of_a), Some(of_b)) = (announced(a), announced(b)) else { return false };

    let has_all = |of: &[&[u8]], parts: &[&[u8]]| parts.iter().all(|part| of.contains(part));
    let differ = !has_all(&of_a.parts, &of_b.parts) && !has_all(&of_b.parts, &of_a.parts);
    let are_titled = of_a.is_titled && of_b.is_titled;
    // The spaces within a number may be lost where pages were read by machine.
    if of_a.parts.concat() == of_b.parts.concat() {
        return false;
    }

    let looked_at = if of_a.place.max(of_b.place) < HEAD { HEAD } else { TITLE };
    let are_two = || {
        of_a.is_own && of_b.is_own
            || (are_titled || of_a.place.abs_diff(of_b.place) <= MOVED)
                && !announces(b, &of_a.parts, looked_at)
                && !announces(a, &of_b.parts, looked_at)
    };
    differ && are_two() || lacks_a_part(b, &of_a.parts) && lacks_a_part(a, &of_b.parts)
}

/// Whether a word among the first tokens of a folded text announces all of these numbers.
fn announces(text: &[u8], parts: &[&[u8]], first: usize) -> bool {
    let all: Vec<&[u8]> = tokens(text).take(first).collect();
    let is_it = |word: usize| {
        let behind = (word + 1..all.len()).take(BEHIND).find(|place| alphabet::is_number(all[*place]));
        behind.is_some_and(|first| {
            parts
                .iter()
                .all(|part| all[first..].iter().take(NUMBER_PARTS + YEAR_PARTS).any(|token| is_part(token, part)))
        })
    };
    (0..all.len()).filter(|word| is_announcer(all[*word])).any(is_it)
}

fn is_announcer(token: &[u8]) -> bool {
    ANNOUNCES.iter().any(|word| word == token)
}

/// Whether a folded text has one of these numbers nowhere.
fn lacks_a_part(text: &[u8], parts: &[&[u8]]) -> bool {
    parts.iter().any(|part| !tokens(text).any(|token| is_part(token, part)))
}

/// Whether a token is this part of a number, a year with a letter for its calendar too.
fn is_part(token: &[u8], part: &[u8]) -> bool {
    token == part || year(token) == Some(part)
}

/// The number that a folded text announces.
struct AnnouncedNumber<'t> {
    /// The place of its first token.
    place: usize,
    parts: Vec<&'t [u8]>,
    /// Whether the kind of a document is before it and its date behind it.
    is_titled: bool,
    /// Whether the text also begins with the kind of the document, and its year is known.
    is_own: bool,
}

/// The first number of a folded text that a word announces, or that stands between the kind of a document and its year.
fn announced(folded: &[u8]) -> Option<AnnouncedNumber<'_>> {
    let head: Vec<&[u8]> = tokens(folded).take(TITLE).collect();

    (0..head.len()).find_map(|word| {
        let is_announced = is_announcer(head[word]);
        let place = match is_announced {
            true => (word + 1..head.len()).take(BEHIND).find(|place| alphabet::is_number(head[*place]))?,
            false if alphabet::is_number(head[word]) => word,
            false => return None,
        };
        let parts = head[place..].iter().copied().take_while(|token| alphabet::is_number(token));
        let mut parts: Vec<&[u8]> = parts.take(NUMBER_PARTS).collect();

        let behind = place + parts.len();
        let kind = (word.saturating_sub(KIND)..word).find(|kind| is_one_of(&*INSTRUMENTS, head[*kind]));
        let is_titled = kind.is_some() && head.get(behind).is_some_and(|token| is_one_of(&*DATED, token));

        let year =
            head.get(behind).filter(|token| is_one_of(&*OF_YEAR, token)).and_then(|_| year(head.get(behind + 1)?));
        parts.extend(year);
        let is_own = year.is_some() && kind.is_some_and(|kind| kind < BEGINS);

        (is_announced && (place < HEAD || is_titled) || is_own).then_some(AnnouncedNumber {
            place,
            parts,
            is_titled,
            is_own,
        })
    })
}

/// The year that a token is: four digits, with a letter for the calendar behind them or without (2013م).
fn year(token: &[u8]) -> Option<&[u8]> {
    let digits = token.get(..YEAR).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let calendar = &token[YEAR..];
    (calendar.len() <= 1 && !calendar.iter().any(u8::is_ascii_digit)).then_some(digits)
}

fn is_one_of(known: &[Vec<u8>], token: &[u8]) -> bool {
    known.iter().any(|word| word == token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::{FoldScratch, Language, Normalizer, Profile};

    /// Whether two texts, as they are printed, announce other numbers.
    fn differ(a: &str, b: &str) -> bool {
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        let [a, b] =
            [a, b].map(|text| alphabet::to_compact(&normalizer.normalize_in(text, &mut FoldScratch::default())));
        assert_eq!(have_other_numbers(&a, &b), have_other_numbers(&b, &a), "symmetric");
        have_other_numbers(&a, &b)
    }

    /// A decree with a title of more than twenty words before its number.
    fn decree(subject: &str, number: &str) -> String {
        format!(
            "مرسوم بالموافقة على ترويج قطع نقدية فضية من فئة مئة وخمسين درهما في جميع أنحاء المملكة {subject} مرسوم {number} \
             بالموافقة على ترويج القطع المذكورة"
        )
    }

    #[test]
    fn the_number_behind_a_long_title_tells_which_decree_it_is() {
        let (port, bridge) = ("تخليدا لذكرى افتتاح الميناء الكبير", "بمناسبة مطلع القرن الجديد وافتتاح الجسر المعلق");
        assert!(differ(&decree(port, "رقم 2.81.116 صادر في"), &decree(bridge, "رقم 2.81.117 صادر في")));
        assert!(!differ(&decree(port, "رقم 2.81.116 صادر في"), &decree(port, "رقم 2.81.116 صادر في")));
        assert!(!differ(&decree(port, "رقم 2.84.341 صادر في"), &decree(port, "رقم 2.84 .341 صادر في")), "spaces");
    }

    #[test]
    fn the_year_is_a_part_of_the_number() {
        let board = "بتشكيل مجلس إدارة مؤسسة الطب";
        assert!(differ(&format!("قرار رقم (4) لسنة 2003 {board}"), &format!("قرار رقم (4) لسنة 2001 {board}")));
        assert!(!differ(&format!("قرار رقم (4) لسنة 2003 {board}"), &format!("قرار رقم (4) لسنة 2003م {board}")));
        assert!(!differ(&format!("قرار رقم (4) لسنة 2003 {board}"), &format!("قرار رقم (4) {board}")), "not told");
        assert!(differ(
            &format!("قرار الوزير رقم (95) لسنة 2011م {board}"),
            &format!("قرار الوزير (146) لسنة 2013م {board}")
        ));
    }

    #[test]
    fn a_decree_that_begins_with_its_title_is_not_the_one_that_it_changes() {
        let old = "قرار مجلس الوزراء رقم (36) لسنة 2008 بتشكيل اللجان";
        let new = "قرار مجلس الوزراء رقم (42) لسنة 2009 بتعديل القرار رقم (36) لسنة 2008 بتشكيل اللجان";
        assert!(differ(old, new));
        let report = "صدر قرار مجلس الوزراء رقم (36) لسنة 2008 بتشكيل اللجان المعدل بالقرار رقم (42) لسنة 2009";
        assert!(!differ(report, &format!("أعلن اليوم {new}")), "reports name both");
    }

    #[test]
    fn a_number_behind_the_beginning_without_a_date_tells_nothing() {
        let port = "تخليدا لذكرى افتتاح الميناء الكبير";
        assert!(!differ(&decree(port, "رقم 116 المتعلق"), &decree(port, "رقم 117 المتعلق")));
    }
}
