//! The moment that a line names: a day of the Gregorian or Solar Hijri calendar, in numbers or with the name of its month, and
//! a clock time.
//!
//! Days of the lunar calendar are not read: they have no exact Gregorian day. 3/4/2015 is the third of April, as in Arabic,
//! Persian and Urdu.

use super::lexicon::{LEXICON, WordSenses};
use super::reading::LineWords;
use crate::document::{Date, LAST_SOLAR_YEAR, MonthCalendar, from_lunar, from_solar};

/// A year, a month and a day of the Gregorian calendar.
type CalendarDay = (i64, u8, u8);

impl LineWords<'_> {
    /// The day that the line names, with its clock time, if any.
    pub(super) fn date(&self) -> Option<Date> {
        let (year, month, day) = (0..self.tokens.len()).find_map(|at| self.day_of(at))?;
        let time = self.time().map_or_else(String::new, |(hour, minute)| format!(" {hour:02}:{minute:02}"));
        Date::read(&format!("{year:04}-{month:02}-{day:02}{time}"))
    }

    /// The number of a token, with at most two letters behind it («13th»).
    fn value(&self, at: usize) -> Option<i64> {
        let token = std::str::from_utf8(self.tokens.get(at)?).ok()?;
        let digits = token.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        digits.parse().ok().filter(|_| token.len() - digits.len() <= 2)
    }

    /// The day whose first token is `at`.
    fn day_of(&self, at: usize) -> Option<CalendarDay> {
        if self.numeric_date(at).is_some() {
            let [a, b, c] = [self.value(at)?, self.value(at + 1)?, self.value(at + 2)?];
            // Year first, month first where the second number is no month, else day first.
            let (year, month, day) = if a > 31 {
                (a, b, c)
            } else if b > 12 {
                (c, a, b)
            } else {
                (c, b, a)
            };
            return civil(year, month, day);
        }
        self.before_month(at).or_else(|| self.behind_month(at))
    }

    /// «12 أبريل 2026», «13th, April 2026», «23 فروردین 1405», «12 نيسان / أبريل 2026».
    fn before_month(&self, at: usize) -> Option<CalendarDay> {
        let day = self.value(at).filter(|day| (1..=31).contains(day))?;

        // A word may separate them («of»), and the month may have two names.
        let from = if LEXICON.month(self.tokens, at + 1).is_some() { at + 1 } else { at + 2 };
        let (month, calendar, mut end) = LEXICON.month(self.tokens, from)?;
        if let Some((_, _, twice)) = LEXICON.month(self.tokens, end) {
            end = twice;
        }

        in_calendar(calendar, self.year(end)?, month, day)
    }

    /// «April 12, 2026».
    fn behind_month(&self, at: usize) -> Option<CalendarDay> {
        let (month, calendar, end) = LEXICON.month(self.tokens, at)?;
        let day = self.value(end).filter(|day| (1..=31).contains(day))?;
        in_calendar(calendar, self.year(end + 1)?, month, day)
    }

    fn year(&self, at: usize) -> Option<i64> {
        self.value(at).filter(|year| (1000..3000).contains(year))
    }

    /// The hour and minute of the first clock time on the line, in 24 hours.
    pub(super) fn time(&self) -> Option<(i64, i64)> {
        let at = (0..self.tokens.len()).find(|at| self.clock(*at).is_some())?;
        let (mut hour, minute) = (self.value(at)?, self.value(at + 1)?);

        // The half of the day is the last token of the clock time, if it has one, else the token behind it.
        let half = self.clock(at).map_or(at + 2, |end| end.saturating_sub(1).max(at + 2));
        if hour < 12 && self.is_afternoon(half) {
            hour += 12;
        } else if hour == 12 && self.is_forenoon(half) {
            hour = 0;
        }

        ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
    }

    fn is_afternoon(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| LEXICON.is_half(token, WordSenses::AFTERNOON))
    }

    fn is_forenoon(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| LEXICON.is_half(token, WordSenses::FORENOON))
    }
}

/// The day of three numbers. Years from 1300 on are of the Solar Hijri calendar, from 1411 to 1499 of the lunar one.
fn civil(year: i64, month: i64, day: i64) -> Option<CalendarDay> {
    let month = u8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    if (LAST_SOLAR_YEAR + 1..1500).contains(&year) {
        return from_lunar(year, month, day);
    }
    let solar = (1300..1500).contains(&year);
    in_calendar(if solar { MonthCalendar::Solar } else { MonthCalendar::Gregorian }, year, month, day)
}

/// The Gregorian day of a day of `calendar`; `None` outside the years that pages have, and for the lunar calendar.
fn in_calendar(calendar: MonthCalendar, year: i64, month: u8, day: i64) -> Option<CalendarDay> {
    match calendar {
        MonthCalendar::Gregorian => (1900..2200).contains(&year).then_some((year, month, day as u8)),
        MonthCalendar::Solar => (1300..1500).contains(&year).then(|| from_solar(year, month, day)),
        MonthCalendar::Lunar => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::lines::each_line;
    use crate::page::matcher::PhraseMatcher;

    fn date(text: &str) -> Option<String> {
        let mut found = None;
        let mut matcher = PhraseMatcher::default();
        each_line(text, |line| found = LineWords { tokens: matcher.fold(text, &line), text, line: &line }.date());
        found.map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_as_pages_write_them() {
        let table = [
            ("الأحد 12 أبريل 2026 | 10:15 ص", "2026-04-12T10:15:00Z"),
            ("نشر في بوابة الواحة يوم 12 - 04 - 2026", "2026-04-12T00:00:00Z"),
            ("تاريخ النشر: 13th, April 2026 GMT", "2026-04-13T00:00:00Z"),
            ("الإثنين 13 نيسان 2026 الساعة 7:05 م", "2026-04-13T19:05:00Z"),
            ("١٥ مايو ٢٠٢٤", "2024-05-15T00:00:00Z"),
            ("23 شوال 1436 هـ الموافق 8 أغسطس 2015", "2015-08-08T00:00:00Z"),
            ("تاریخ انتشار: ۲۳ فروردین ۱۴۰۵ - ۱۱:۲۰", "2026-04-12T11:20:00Z"),
            ("۱۴۰۳/۰۲/۱۱ - ۰۸:۳۰", "2024-04-30T08:30:00Z"),
            ("نشر في 05/10/1436", "2015-07-21T00:00:00Z"),
            ("۳۰ اسفند ۱۴۰۳", "2025-03-20T00:00:00Z"),
            ("12 کانون الثاني 2024", "2024-01-12T00:00:00Z"),
            ("اتوار 9 جون 2024", "2024-06-09T00:00:00Z"),
            ("April 12, 2026", "2026-04-12T00:00:00Z"),
            ("12 نيسان / أبريل 2026", "2026-04-12T00:00:00Z"),
        ];
        for (text, expected) in table {
            assert_eq!(date(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["23 شوال 1436 هـ", "قبل 3 ساعات", "10:15", "31/31/2020", "12 أبريل"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
