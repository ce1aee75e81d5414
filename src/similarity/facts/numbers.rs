//! Numbers and dates of folded texts: which ones differ, and which are one number in two notations.
//!
//! Papers write one number in many ways: 10.7 as 7 ر 10 or, mirrored, as 7.10; 25823 as 25 الفا و 823; 1103.25
//! rounded as 1103. So numbers are compared by their digits, in any order and without zeros; numbers that differ even
//! then are different.

use std::ops::Range;

use super::word_meanings::{DateCalendar, WordMeaning, meaning};
use crate::normalize::alphabet;

/// Longest slot with numbers and words whose numbers are compared, in tokens of a side.
const LONGEST_MIXED: usize = 12;

/// من in the compact alphabet.
const FROM: [u8; 2] = [alphabet::code('م' as u32), alphabet::code('ن' as u32)];

/// شهر in the compact alphabet.
const MONTH: [u8; 3] = [alphabet::code('ش' as u32), alphabet::code('ه' as u32), alphabet::code('ر' as u32)];

/// A day of a calendar that occurs in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedDate {
    pub(super) calendar: DateCalendar,
    day: u32,
    /// 1 to 12; 0 if it is not known.
    month: u32,
    /// Its tokens.
    at: Range<usize>,
}

impl NamedDate {
    /// Whether both can be the same day.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        let same_month = self.month == other.month || self.month == 0 || other.month == 0;
        self.calendar == other.calendar && self.day == other.day && same_month
    }
}

/// Numbers of replaced numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct FigurePair {
    pub(super) all: usize,
    /// Those with a fraction on both sides, as in prices.
    pub(super) decimals: usize,
}

/// Whether a token is a number in digits.
pub(super) fn is_number(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_digit)
}

/// Whether a slot has only numbers, as many on each side.
pub(super) fn are_other_numbers(a: &[&[u8]], b: &[&[u8]]) -> bool {
    let all = |words: &[&[u8]]| words.iter().all(|word| is_number(word));
    a.len() == b.len() && all(a) && all(b)
}

/// Whether the numbers of the two sides of a slot can be compared: the slot is short, or has only numbers.
pub(super) fn are_comparable(a: &[&[u8]], b: &[&[u8]]) -> bool {
    let all = |words: &[&[u8]]| words.iter().all(|word| is_number(word));
    a.len().max(b.len()) <= LONGEST_MIXED || all(a) && all(b)
}

/// The replaced numbers of a slot: if both sides have as many, each is compared with the one in its place.
pub(super) fn figures(a: &[&[u8]], b: &[&[u8]]) -> FigurePair {
    let (a, b) = (in_digits(a), in_digits(b));
    if digits(&a) == digits(&b) {
        return FigurePair::default();
    }

    // Without a counterpart for each number none can be a rounding or a decimal.
    if a.len() != b.len() {
        return FigurePair { all: a.len().min(b.len()), decimals: 0 };
    }

    let differing = a.iter().zip(&b).filter(|(x, y)| digits(&[x]) != digits(&[y]) && !is_rounded(x, y));
    let decimal = |word: &[u8]| word.contains(&b'.');

    differing.fold(FigurePair::default(), |sum, (x, y)| FigurePair {
        all: sum.all + 1,
        decimals: sum.decimals + usize::from(decimal(x) && decimal(y)),
    })
}

/// The numbers among the words.
fn in_digits<'a>(words: &[&'a [u8]]) -> Vec<&'a [u8]> {
    words.iter().copied().filter(|word| is_number(word)).collect()
}

/// The sorted digits of numbers, without zeros.
fn digits(numbers: &[&[u8]]) -> Vec<u8> {
    let mut digits: Vec<u8> =
        numbers.iter().flat_map(|number| number.iter().copied()).filter(|b| (b'1'..=b'9').contains(b)).collect();
    digits.sort_unstable();

    digits
}

/// Whether one number is the other without its fraction.
fn is_rounded(a: &[u8], b: &[u8]) -> bool {
    let point = |number: &[u8]| number.iter().position(|byte| *byte == b'.');
    match (point(a), point(b)) {
        (Some(point), None) => a[..point] == *b,
        (None, Some(point)) => *a == b[..point],
        _ => false,
    }
}

/// The value of a word of digits.
fn value(word: &[u8]) -> Option<u32> {
    // Nearly all words are none. A sign may stand before the digits.
    if !matches!(word.first(), Some(b'0'..=b'9' | b'+')) {
        return None;
    }
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// The calendar of a number that can be a year.
pub(super) fn year(word: &[u8]) -> Option<DateCalendar> {
    if word.len() != 4 {
        return None;
    }

    // No number: no year.
    match value(word)? {
        1900..=2100 => Some(DateCalendar::Gregorian),
        1300..=1500 => Some(DateCalendar::Hijri),
        _ => None,
    }
}

/// Whether a slot replaces a year by another of the same calendar, and the other text lacks each.
pub(super) fn tells_other_year(a: &[&[u8]], all_b: &[&[u8]], b: &[&[u8]], all_a: &[&[u8]]) -> bool {
    let own = |words: &[&[u8]], other: &[&[u8]]| -> Vec<DateCalendar> {
        words.iter().filter_map(|word| year(word).filter(|_| !other.contains(word))).collect()
    };
    let (a, b) = (own(a, all_b), own(b, all_a));

    a.iter().any(|calendar| b.contains(calendar))
}

/// Whether the sides `a` and `b` of a slot replace a date by another of the same calendar, and the other text lacks
/// each. Dates of two calendars are never compared, since copies translate them.
pub(super) fn tells_other_date(in_a: &[NamedDate], a: &Range<usize>, in_b: &[NamedDate], b: &Range<usize>) -> bool {
    let own = |dates: &[NamedDate], slot: &Range<usize>, other: &[NamedDate]| -> Vec<DateCalendar> {
        // A slot may hold the day of a date alone.
        let touches = |date: &&NamedDate| date.at.start < slot.end && slot.start < date.at.end;
        let is_new = |date: &&NamedDate| !other.iter().any(|known| known.may_be(date));
        dates.iter().filter(touches).filter(is_new).map(|date| date.calendar).collect()
    };
    let (a, b) = (own(in_a, a, in_b), own(in_b, b, in_a));

    a.iter().any(|calendar| b.contains(calendar))
}

/// The dates of a text: 3 مارس, 3 من شهر رمضان, june 20, 3 7 2031, 2031 7 3.
pub(super) fn dates(words: &[&[u8]]) -> Vec<NamedDate> {
    let date = |at| in_words(words, at).or_else(|| in_english(words, at)).or_else(|| in_numbers(words, at));
    (0..words.len()).filter_map(date).collect()
}

/// The number of a word of at most two characters, if it is from 1 to `most`.
fn small(word: &[u8], most: u32) -> Option<u32> {
    (word.len() <= 2).then(|| value(word)).flatten().filter(|number| (1..=most).contains(number))
}

/// The date at a place whose month is a name.
fn in_words(words: &[&[u8]], at: usize) -> Option<NamedDate> {
    let day = small(words[at], 31)?;

    // 3 من شهر رمضان.
    let between = words[at + 1..].iter().take_while(|word| **word == FROM || **word == MONTH).count();
    let month = at + 1 + between;

    match meaning(words.get(month)?)? {
        WordMeaning::Month(calendar, number) => {
            Some(NamedDate { calendar, day, month: number.into(), at: at..month + 1 })
        }
        _ => None,
    }
}

/// The date at a place whose month is a name before the day: june 20, but not 2 june 20.
fn in_english(words: &[&[u8]], at: usize) -> Option<NamedDate> {
    let month = words[at];
    let day = small(words.get(at + 1)?, 31)?;
    let has_day_before = at > 0 && small(words[at - 1], 31).is_some();

    match meaning(month)? {
        WordMeaning::Month(calendar, number) if month.is_ascii() && !has_day_before => {
            Some(NamedDate { calendar, day, month: number.into(), at: at..at + 2 })
        }
        _ => None,
    }
}

/// The date at a place that is three numbers, the year first or last.
fn in_numbers(words: &[&[u8]], at: usize) -> Option<NamedDate> {
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

    /// The words of a text in the compact alphabet.
    fn split(text: &str) -> Vec<Vec<u8>> {
        text.split(' ').map(alphabet::to_compact).collect()
    }

    fn slices(words: &[Vec<u8>]) -> Vec<&[u8]> {
        words.iter().map(Vec::as_slice).collect()
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
            let (x, y) = (split(a), split(b));
            assert_eq!(figures(&slices(&x), &slices(&y)).all, all, "{a} / {b}");
            assert_eq!(figures(&slices(&y), &slices(&x)).all, all, "{b} / {a}");
        }
        assert_eq!(figures(&[b"17.45"], &[b"17.52"]).decimals, 1);
    }

    #[test]
    fn dates_of_one_calendar_are_told_apart() {
        let other = |a: &str, b: &str| {
            let (a, b) = (split(a), split(b));
            tells_other_date(&dates(&slices(&a)), &(0..a.len()), &dates(&slices(&b)), &(0..b.len()))
        };
        assert!(other("3 مارس", "19 مارس"));
        assert!(other("3 مارس", "3 يناير"));
        assert!(other("3 7 2031", "4 7 2031"));
        assert!(!other("26 يوليو", "10 شوال"), "one day in two calendars");
        assert!(!other("17 اكتوبر", "17 تشرين"));
        assert!(!other("3 7 2031", "3 يوليو"));
        assert!(!other("3 مارس", "3 اذار"));
        assert!(!other("3 كتب", "4 كتب"));
        assert!(other("5 خرداد", "5 شهریور"));
        assert!(other("june 20", "september 21"));
        assert!(!other("june 20", "20 june"));
        assert!(!other("2 june 20 people", "2 june 21 people"));
    }

    #[test]
    fn years_of_one_calendar_are_told_apart() {
        let other = |a: &str, b: &str| {
            let (a, b) = (&[a.as_bytes()], &[b.as_bytes()]);
            tells_other_year(a, b, b, a)
        };
        assert!(other("2041", "2042"));
        assert!(other("1446", "1447"));
        assert!(!other("1447", "2026"));
        assert!(!other("2041", "2041"));
        assert!(!other("700", "800"));
    }
}
