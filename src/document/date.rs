//! Dates of publication, as records give them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date as Day, DateTime, Time};
use jiff::tz::Offset;
use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

mod changes;
mod lunar;
mod months;
mod written;

pub(crate) use changes::{before_change, is_of_change};
pub(crate) use lunar::from_lunar;
pub(crate) use months::{LAST_SOLAR_YEAR, MONTHS, MonthCalendar, from_solar};

/// A moment: whole seconds since 1970 in UTC. Shown as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i64);

/// From here on numbers are in a smaller unit: as seconds they would be after the year 5138.
const MILLISECONDS: f64 = 1e11;
/// The smallest number that is read as seconds.
const SMALLEST: f64 = 1e8;
/// The first moment that is read, in seconds since 1970: the beginning of the year 1600.
const FIRST: i64 = -11_676_096_000;
/// The last moment that is read from digits alone or from a number: the end of the year 2100.
const LAST_OF_DIGITS: i64 = 4_133_980_799;
/// The smallest number of seconds that ten digits of a day and an hour may be: in March 2030.
const FIRST_OF_HOURS: f64 = 1.9e9;

/// The order of day and month in dates that give both as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// The day first: 3/4/2015 is in April.
    DayFirst,
    /// The month first: 3/4/2015 is in March.
    MonthFirst,
}

impl DateOrder {
    /// The name, in options: `dmy` or `mdy`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
        }
    }
}

impl fmt::Display for DateOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for DateOrder {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let order = [Self::DayFirst, Self::MonthFirst].into_iter().find(|order| order.name() == name);
        order.ok_or_else(|| Error::parameter("date_order", name, "dmy (day, month, year) or mdy (month, day, year)"))
    }
}

impl Date {
    /// The beginning of 1970.
    pub const EPOCH: Self = Self(0);

    /// Reads a date as records give it: RFC 3339 and ISO 8601 (`2015-07-21`, `2015-07-21 02:51:32`, with or without an
    /// offset or UTC), also with slashes for dashes; RFC 2822 (`Tue, 21 Jul 2015 02:51:32 +0300`); as tweets, news and
    /// pages write it (`Tue Jul 21 02:51:32 +0000 2015`, `الثلاثاء ٢١ يوليو 2015`, `July 21, 2015 2:51 PM`); a number
    /// ([`from_number`](Self::from_number)) or a moment as 10 to 17 digits (`20150721025132`). ASCII, Arabic and
    /// Persian digits are the same. Without an offset it is UTC. Days of the Hijri calendars are read with the name of
    /// their month or calendar; in numbers alone, years from 1411 on are of the lunar one (Umm al-Qura), earlier ones of the
    /// solar one if their digits are Persian. `None` for anything else, and for a date that names
    /// no day: a year or month alone, and 3/4/2015, which may be in March or in April ([`read_in`](Self::read_in)).
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::read_in(text, None)
    }

    /// As [`read`](Self::read), where day and month of a date such as 3/4/2015 are in this order.
    #[must_use]
    pub fn read_in(text: &str, order: Option<DateOrder>) -> Option<Self> {
        let plain: String = text.trim().chars().map(to_ascii_digit).collect();

        // Numbers first: one of 8 to 17 digits may be a day or a moment.
        let is_digits = plain.bytes().all(|byte| byte.is_ascii_digit());
        if let (true, Some(moment)) = (is_digits, Self::from_digits(&plain)) {
            return Some(moment);
        }
        if let Ok(number) = plain.parse::<f64>() {
            return Self::from_number(number);
        }

        Self::read_moment(&plain).or_else(|| written::read(text, order).map(Self))
    }

    /// Reads a date in one of the standard forms.
    fn read_moment(text: &str) -> Option<Self> {
        let text = text.replace('/', "-");
        let text = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")).unwrap_or(&text);
        // A moment with an offset is longer than a day alone.
        let may_be_stamp = text.len() > "2015-07-21".len();
        let stamp = may_be_stamp.then(|| text.parse::<Timestamp>().ok().map(Timestamp::as_second)).flatten();
        let civil = |moment: DateTime| Offset::UTC.to_timestamp(moment).ok().map(Timestamp::as_second);

        // In order of precision: with an offset, with a time, with a day alone; then the form of mail and feeds.
        let seconds = stamp
            .or_else(|| text.parse::<DateTime>().ok().and_then(civil))
            .or_else(|| text.parse::<Day>().ok().and_then(|day| civil(day.to_datetime(Time::midnight()))))
            .or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_second()))?;

        // Earlier years are of another calendar, or stand for no date (0001-01-01).
        (seconds >= FIRST).then_some(Self(seconds))
    }

    /// The day or moment that 8, 10, 12, 14, 16 or 17 digits name: `20150721`, `2015072102`, `201507210251`,
    /// `20150721025132`, and the last with hundredths or thousandths of a second.
    fn from_digits(digits: &str) -> Option<Self> {
        let (day, time) = digits.split_at_checked(8)?;
        if !matches!(time.len(), 0 | 2 | 4 | 6 | 8 | 9) {
            return None;
        }

        let [year, month, day] = [day.get(..4)?, day.get(4..6)?, day.get(6..)?];
        let part = |range| time.get(range).unwrap_or("00");
        let [hour, minute, second] = [part(0..2), part(2..4), part(4..6)];
        let moment = format!("{year}-{month}-{day} {hour}:{minute}:{second}");
        Self::read_moment(&moment).filter(|date| date.0 <= LAST_OF_DIGITS)
    }

    /// A number of eight digits that are a day (20150721), or of 10, 12, 14, 16 or 17 digits that are a moment; otherwise
    /// seconds since 1970, or milliseconds, microseconds or nanoseconds if the larger unit would be after the year 5138.
    /// `None` if there is no such moment before the year 2101, and for a number too small to be one, such as the year
    /// 2025.
    #[must_use]
    pub fn from_number(number: f64) -> Option<Self> {
        if number.fract() == 0.0 && (1e7..1e17).contains(&number) {
            let digits = format!("{number:.0}");
            // Ten digits are seconds, unless those are of a far year and the digits are of a nearer hour.
            let may_be_digits = digits.len() != 10 || number >= FIRST_OF_HOURS;
            if let Some(moment) = Self::from_digits(&digits).filter(|_| may_be_digits) {
                return Some(moment);
            }
            // As milliseconds, 14 digits would be after the year 2286.
            if digits.len() == 14 {
                return None;
            }
        }

        // Smaller numbers are years, months and placeholders; as seconds they would be before March 1973.
        if !number.is_finite() || number.abs() < SMALLEST {
            return None;
        }
        // Milliseconds, microseconds or nanoseconds.
        let mut seconds = number;
        for _ in 0..3 {
            if seconds.abs() >= MILLISECONDS {
                seconds /= 1000.0;
            }
        }
        // A far year is that of another number: an id, or digits of a day that there is not.
        let fits = (FIRST as f64..=LAST_OF_DIGITS as f64).contains(&seconds);
        fits.then_some(Self(seconds.floor() as i64))
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The moment `seconds` after the beginning of 1970.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }
}

/// Arabic and Persian digits as ASCII.
pub(crate) fn to_ascii_digit(c: char) -> char {
    match c {
        '\u{660}'..='\u{669}' => digit(c, 0x660),
        '\u{6F0}'..='\u{6F9}' => digit(c, 0x6F0),
        other => other,
    }
}

/// The ASCII digit of `c`, one of the ten digits from `zero` on.
fn digit(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.0) {
            Ok(stamp) => write!(f, "{stamp}"),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The largest distance in time of two records that are compared. Read from a whole number with a unit: `90s`, `30m`,
/// `12h`, `7d`, `2w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    seconds: u64,
}

impl Window {
    /// A window of this many seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// The first and the last moment inside the window around `date`.
    pub(crate) const fn around(self, date: Date) -> (Date, Date) {
        (Date(date.0.saturating_sub_unsigned(self.seconds)), Date(date.0.saturating_add_unsigned(self.seconds)))
    }

    /// The moment one window before `date`.
    #[must_use]
    pub const fn before(self, date: Date) -> Date {
        self.around(date).0
    }

    /// Whether two moments are inside one window. A record without a date is near every other.
    #[must_use]
    pub fn holds(self, a: Option<Date>, b: Option<Date>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => a.0.abs_diff(b.0) <= self.seconds,
            _ => true,
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The largest unit that divides it; zero is divisible by all, and shown in seconds.
        let unit = UNITS.iter().rev().find(|(_, length)| self.seconds.is_multiple_of(*length) && self.seconds > 0);

        let (name, length) = unit.unwrap_or(&UNITS[0]);
        write!(f, "{}{name}", self.seconds / length)
    }
}

const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];

impl FromStr for Window {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let read = || {
            let (end, unit) = text.char_indices().next_back()?;
            let (_, length) = UNITS.iter().find(|(name, _)| *name == unit)?;
            text[..end].parse::<u64>().ok()?.checked_mul(*length)
        };
        let expected = "a whole number of seconds, minutes, hours, days or weeks, as in 90s, 30m, 12h, 7d, 2w";
        read().map(Self::seconds).ok_or_else(|| Error::parameter("window", text, expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_records_give_them() {
        let table = [
            ("2015-07-21", "2015-07-21T00:00:00Z"),
            ("20150721", "2015-07-21T00:00:00Z"),
            ("2015/07/21 02:51", "2015-07-21T02:51:00Z"),
            ("2015-07-21 02:51:32", "2015-07-21T02:51:32Z"),
            (" 2023-01-30T23:00:00+02:00 ", "2023-01-30T21:00:00Z"),
            ("2023-01-30T23:00:00.75Z", "2023-01-30T23:00:00Z"),
            ("Tue, 21 Jul 2015 02:51:32 +0300", "2015-07-20T23:51:32Z"),
            ("٢٠١٥-٠٧-٢١", "2015-07-21T00:00:00Z"),
            ("۲۰۱۵/۰۷/۲۱", "2015-07-21T00:00:00Z"),
            ("1437447092", "2015-07-21T02:51:32Z"),
            ("1437447092123", "2015-07-21T02:51:32Z"),
            ("1437447092123456", "2015-07-21T02:51:32Z"),
            ("1437447092123456789", "2015-07-21T02:51:32Z"),
            ("1437447092.5", "2015-07-21T02:51:32Z"),
            ("20250402141000", "2025-04-02T14:10:00Z"),
            ("202504021410", "2025-04-02T14:10:00Z"),
            ("2025040214", "2025-04-02T14:00:00Z"),
            ("20250402141000123", "2025-04-02T14:10:00Z"),
            ("2025040214100012", "2025-04-02T14:10:00Z"),
            ("2025130214", "2034-03-05T00:10:14Z"),
            ("1900000000", "2030-03-17T17:46:40Z"),
            ("2025-04-02T14:10:00.123456Z", "2025-04-02T14:10:00Z"),
            ("2025-04-02 14:10:00.123456 UTC", "2025-04-02T14:10:00Z"),
            ("2025-04-02 14:10:00 UTC", "2025-04-02T14:10:00Z"),
            ("Wed Apr 02 14:10:00 +0000 2025", "2025-04-02T14:10:00Z"),
        ];
        for (text, expected) in table {
            assert_eq!(Date::read(text).map(|date| date.to_string()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(Date::from_number(20_150_721.0), Date::read("2015-07-21"));
        assert_eq!(Date::from_number(20_250_402_141_000.0), Date::read("2025-04-02 14:10"));
        for number in [0.0, 1.0, 2025.0, 202_504.0, 99_999_999.0, 20_259_902_141_000.0, 2e16, f64::NAN, f64::INFINITY] {
            assert_eq!(Date::from_number(number), None, "{number}");
        }
        let unread = [
            "",
            "أمس",
            "3/4/2015",
            "2015-13-01",
            "NaN",
            "1e300",
            "inf",
            "٢١ يوليو",
            "2025",
            "2025-04",
            "202504",
            "0001-01-01T00:00:00Z",
            "1394/04/30",
            "1410-10-05",
            "05/10/1436",
            "20251302141000123",
            "14374968001234567890",
            "99999999999",
        ];
        for text in unread {
            assert_eq!(Date::read(text), None, "{text}");
        }
    }

    #[test]
    fn windows_read_back_what_they_show() {
        for text in ["90s", "30m", "12h", "6d", "2w", "0s"] {
            assert_eq!(text.parse::<Window>().unwrap().to_string(), text);
        }
        for text in ["", "7", "d", "-1d", "1.5d", "7days", "99999999999999999w"] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
        let window = Window::seconds(60);
        let at = |seconds| Some(Date::from_seconds(seconds));
        assert!(window.holds(at(0), at(60)) && window.holds(at(60), at(0)) && window.holds(None, at(9_000)));
        assert!(!window.holds(at(0), at(61)) && !window.holds(at(i64::MIN), at(i64::MAX)));
    }
}
