//! Numbers of folded texts: which tell something else, and which are the same written otherwise.
//!
//! Papers write one number in many ways: 10.7 is 7 ر 10 in one and 7.10, mirrored, in another; 25823 is 25 الفا و 823; 1103.25
//! is 1103 where it is rounded. So numbers are compared by their digits, in any order and without zeros: what differs even
//! then is another number.

use std::ops::Range;

use super::table::{DateCalendar, WordMeaning, meaning};

/// Longest slot, in tokens a side, in which numbers among words are set against one another.
const LONGEST_MIXED: usize = 12;

/// A day of a calendar that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedDate {
    calendar: DateCalendar,
    day: u32,
    /// 0 if it is not known.
    month: u32,
    /// Its tokens.
    at: Range<usize>,
}

impl NamedDate {
    /// Whether two may be one day.
    fn may_be(&self, other: &Self) -> bool {
        let same_month = self.month == other.month || self.month == 0 || other.month == 0;
        self.calendar == other.calendar && self.day == other.day && same_month
    }
}

/// Numbers that stand against other numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FigurePair {
    pub(super) all: usize,
    /// Those with a fraction on both sides, as prices have.
    pub(super) decimals: usize,
}

/// Whether a token is a number in digits.
pub(super) fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a slot holds nothing but numbers, as many on each side.
pub(super) fn are_other_numbers(a: &[&str], b: &[&str]) -> bool {
    let all = |words: &[&str]| words.iter().all(|word| is_number(word));
    a.len() == b.len() && all(a) && all(b)
}

/// Whether numbers of a slot can be set against those opposite: it is short, or holds nothing else.
pub(super) fn are_comparable(a: &[&str], b: &[&str]) -> bool {
    let all = |words: &[&str]| words.iter().all(|word| is_number(word));
    a.len().max(b.len()) <= LONGEST_MIXED || all(a) && all(b)
}

/// Numbers of a slot that stand against others: each against the one in its place where there are as many on both sides.
pub(super) fn figures(a: &[&str], b: &[&str]) -> FigurePair {
    let (a, b) = (in_digits(a), in_digits(b));
    if digits(&a) == digits(&b) {
        return FigurePair::default();
    }
    if a.len() != b.len() {
        return FigurePair { all: a.len().min(b.len()), decimals: 0 };
    }
    let differing = a.iter().zip(&b).filter(|(x, y)| digits(&[x]) != digits(&[y]) && !is_rounded(x, y));
    let decimal = |word: &str| word.contains('.');
    differing.fold(FigurePair::default(), |sum, (x, y)| FigurePair {
        all: sum.all + 1,
        decimals: sum.decimals + usize::from(decimal(x) && decimal(y)),
    })
}

fn in_digits<'a>(words: &[&'a str]) -> Vec<&'a str> {
    words.iter().copied().filter(|word| is_number(word)).collect()
}

/// The digits of numbers in one order, without zeros.
fn digits(numbers: &[&str]) -> Vec<u8> {
    let mut digits: Vec<u8> =
        numbers.iter().flat_map(|number| number.bytes()).filter(|b| (b'1'..=b'9').contains(b)).collect();
    digits.sort_unstable();
    digits
}

/// Whether one is the other without its fraction.
fn is_rounded(a: &str, b: &str) -> bool {
    let whole = |number: &str| number.split('.').next().map(str::to_owned);
    a.contains('.') != b.contains('.') && whole(a) == whole(b)
}

/// The calendar of a number that can be a year.
fn year(word: &str) -> Option<DateCalendar> {
    if word.len() != 4 {
        return None;
    }
    match word.parse().ok()? {
        1900..=2100_u32 => Some(DateCalendar::Gregorian),
        1300..=1500 => Some(DateCalendar::Hijri),
        _ => None,
    }
}

/// Whether a slot sets a year against another of the same calendar, neither of which the other text has.
pub(super) fn tells_other_year(a: &[&str], all_b: &[&str], b: &[&str], all_a: &[&str]) -> bool {
    let own = |words: &[&str], other: &[&str]| -> Vec<DateCalendar> {
        words.iter().filter_map(|word| year(word).filter(|_| !other.contains(word))).collect()
    };
    let (a, b) = (own(a, all_b), own(b, all_a));
    a.iter().any(|calendar| b.contains(calendar))
}

/// Whether slots `a` and `b` set a date against another of the same calendar, neither of which the other text has.
pub(super) fn tells_other_date(in_a: &[NamedDate], a: &Range<usize>, in_b: &[NamedDate], b: &Range<usize>) -> bool {
    let own = |dates: &[NamedDate], slot: &Range<usize>, other: &[NamedDate]| -> Vec<DateCalendar> {
        let touches = |date: &&NamedDate| date.at.start < slot.end && slot.start < date.at.end;
        let is_new = |date: &&NamedDate| !other.iter().any(|known| known.may_be(date));
        dates.iter().filter(touches).filter(is_new).map(|date| date.calendar).collect()
    };
    let (a, b) = (own(in_a, a, in_b), own(in_b, b, in_a));
    a.iter().any(|calendar| b.contains(calendar))
}

/// The dates of a text: 3 مارس, 3 من شهر رمضان, 3 7 2031, 2031 7 3.
pub(super) fn dates(words: &[&str]) -> Vec<NamedDate> {
    (0..words.len()).filter_map(|at| in_words(words, at).or_else(|| in_numbers(words, at))).collect()
}

/// A number up to `most`, of two digits at most.
fn small(word: &str, most: u32) -> Option<u32> {
    (word.len() <= 2).then(|| word.parse().ok()).flatten().filter(|number| (1..=most).contains(number))
}

fn in_words(words: &[&str], at: usize) -> Option<NamedDate> {
    let day = small(words[at], 31)?;
    let between = words[at + 1..].iter().take_while(|word| matches!(**word, "من" | "شهر")).count();
    let month = at + 1 + between;
    match meaning(words.get(month)?)? {
        WordMeaning::Month(calendar, number) => {
            Some(NamedDate { calendar, day, month: number.into(), at: at..month + 1 })
        }
        _ => None,
    }
}

fn in_numbers(words: &[&str], at: usize) -> Option<NamedDate> {
    let [first, month, last] = *words.get(at..at + 3)? else { return None };
    let (calendar, day) = match (year(last), year(first)) {
        (Some(calendar), _) => (calendar, small(first, 31)?),
        (None, Some(calendar)) => (calendar, small(last, 31)?),
        (None, None) => return None,
    };
    Some(NamedDate { calendar, day, month: small(month, 12)?, at: at..at + 3 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        text.split(' ').collect()
    }

    #[test]
    fn one_number_written_otherwise_is_no_other() {
        for (a, b, all) in [
            ("10.7", "7 ر 10", 0),
            ("10.7", "7.10", 0),
            ("0.5", "0 5", 0),
            ("25823", "25 الفا و 823", 0),
            ("110000", "110 الاف", 0),
            ("1103.25", "1103", 0),
            ("12", "15", 1),
            ("17.45", "17.52", 1),
            ("4 13", "4 15", 1),
            ("12 7", "15 9", 2),
            ("سبعه", "7", 0),
        ] {
            assert_eq!(figures(&split(a), &split(b)).all, all, "{a} / {b}");
            assert_eq!(figures(&split(b), &split(a)).all, all, "{b} / {a}");
        }
        assert_eq!(figures(&["17.45"], &["17.52"]).decimals, 1);
    }

    #[test]
    fn dates_of_one_calendar_are_told_apart() {
        let other = |a: &str, b: &str| {
            let (a, b) = (split(a), split(b));
            tells_other_date(&dates(&a), &(0..a.len()), &dates(&b), &(0..b.len()))
        };
        assert!(other("3 مارس", "19 مارس"));
        assert!(other("3 مارس", "3 يناير"));
        assert!(other("3 7 2031", "4 7 2031"));
        assert!(!other("26 يوليو", "10 شوال"), "one day in two calendars");
        assert!(!other("17 اكتوبر", "17 تشرين"));
        assert!(!other("3 7 2031", "3 يوليو"));
        assert!(!other("3 مارس", "3 اذار"));
        assert!(!other("3 كتب", "4 كتب"));
    }

    #[test]
    fn years_of_one_calendar_are_told_apart() {
        let other = |a: &str, b: &str| tells_other_year(&[a], &[b], &[b], &[a]);
        assert!(other("2041", "2042"));
        assert!(other("1446", "1447"));
        assert!(!other("1447", "2026"));
        assert!(!other("2041", "2041"));
        assert!(!other("700", "800"));
    }
}
