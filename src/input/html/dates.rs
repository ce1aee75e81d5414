//! The dates of a page: which of the moments that it names is that of publication, and how it is written.

use html5ever::tokenizer::Tag;

use super::walk::attribute;
use crate::document::{Date, DateOrder, is_of_change};

/// How sure it is that a moment is that of publication. The surest wins, of equals the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MomentRank {
    /// The markup says so.
    Published,
    /// A time in a form for machines.
    Marked,
    /// The text of an element that is called a date.
    Written,
}

/// The attributes of an element of time that may hold its moment.
const MOMENTS: [&str; 9] = [
    "datetime",
    "content",
    "title",
    "data-date",
    "data-time",
    "data-timestamp",
    "data-datetime",
    "data-published",
    "data-utime",
];

/// Words of classes and `itemprop` by which a moment is that of the last change.
const CHANGED: [&str; 6] = ["updated", "update", "modified", "datemodified", "lastmodified", "lastupdated"];

/// Words of them by which a moment is that of publication.
const PUBLISHED: [&str; 4] = ["published", "datepublished", "pubdate", "publishdate"];

/// The moment in the attributes of an element, if it can be that of publication. `timed` tells that the element is a time
/// by its name or class.
pub(super) fn moment(tag: &Tag, timed: bool) -> Option<(MomentRank, String)> {
    let says = |words: &[&str]| {
        let named = |name: &str| attribute(tag, name).unwrap_or("").split_ascii_whitespace();
        named("itemprop").chain(named("class")).any(|word| {
            let joined: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            let mut parts = word.split(|c: char| !c.is_ascii_alphanumeric());
            let is = |part: &str| words.iter().any(|word| part.eq_ignore_ascii_case(word));
            is(&joined) || parts.any(is)
        })
    };

    let marked = attribute(tag, "itemprop")
        .is_some_and(|name| name.split_ascii_whitespace().any(|name| name.eq_ignore_ascii_case("datePublished")));
    let timed = timed || matches!(&*tag.name, "time" | "abbr");
    if !marked && !timed {
        return None;
    }
    let published = marked || says(&PUBLISHED);
    if !published && says(&CHANGED) {
        return None;
    }

    let rank = if published { MomentRank::Published } else { MomentRank::Marked };
    let values =
        MOMENTS.iter().filter_map(|name| attribute(tag, name)).map(str::trim).filter(|value| !value.is_empty());
    let mut readable = values.filter_map(standard);
    readable.next().map(|moment| (rank, moment))
}

/// The moment that the text of an element of time names. In the text of pages, the day comes before the month.
pub(super) fn written(text: &str) -> Option<String> {
    if is_of_change(text) {
        return None;
    }
    let text =
        text.split_once(':').filter(|(label, _)| !label.contains(char::is_numeric)).map_or(text, |(_, rest)| rest);
    standard(text).or_else(|| Date::read_in(text.trim(), Some(DateOrder::DayFirst)).map(|date| date.to_string()))
}

/// A date of the markup, as it is written if every reader understands it, else as RFC 3339: days of the Solar Hijri
/// calendar in Latin digits, and numbers of which only one can be the month. `None` if it cannot be read.
pub(super) fn standard(text: &str) -> Option<String> {
    let text = text.trim();
    if Date::read(text).is_some() {
        return Some(text.to_owned());
    }

    // Markup with years of that calendar has no other digits, where text has Persian ones.
    let solar: String = text.chars().map(persian).collect();
    let is_solar = solar.contains("۱۳") || solar.contains("۱۴");
    let orders = [DateOrder::DayFirst, DateOrder::MonthFirst].map(|order| Date::read_in(text, Some(order)));
    let date = match orders {
        [Some(first), Some(other)] => Some(first).filter(|first| *first == other),
        [first, other] => first.or(other),
    };
    let date = date.or_else(|| Date::read(&solar).filter(|_| is_solar));
    date.map(|date| date.to_string())
}

/// A Latin digit as the Persian one.
fn persian(c: char) -> char {
    let digit = c.to_digit(10).filter(|_| c.is_ascii_digit());
    digit.and_then(|digit| char::from_u32(0x6F0 + digit)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_markup_are_read_where_they_tell_one_day() {
        let table = [
            ("2025-11-05T10:00:00+03:00", Some("2025-11-05T10:00:00+03:00")),
            ("1404-08-15T09:15:00", Some("2025-11-06T09:15:00Z")),
            ("1404-08-15T09:15:00+03:30", Some("2025-11-06T05:45:00Z")),
            ("1404/08/15 09:15", Some("2025-11-06T09:15:00Z")),
            ("1404/08/15", Some("2025-11-06T00:00:00Z")),
            ("22/11/2025", Some("2025-11-22T00:00:00Z")),
            ("11/22/2025", Some("2025-11-22T00:00:00Z")),
            ("11/11/2025", Some("2025-11-11T00:00:00Z")),
            ("05/11/2025", None),
            ("0001-01-01T00:00:00", None),
            ("أمس", None),
        ];
        for (text, expected) in table {
            assert_eq!(standard(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_text_of_a_date_names_the_day_first_and_a_change_is_no_publication() {
        assert_eq!(written("09-11-2025, 06:41 PM").as_deref(), Some("2025-11-09T18:41:00Z"));
        assert_eq!(written("نشر في: 5 نوفمبر 2025").as_deref(), Some("5 نوفمبر 2025"));
        for text in ["آخر تحديث: 6 نوفمبر 2025", "به‌روزرسانی: ۱۵ آبان ۱۴۰۴", "Updated 6 November 2025"]
        {
            assert_eq!(written(text), None, "{text}");
        }
    }
}
