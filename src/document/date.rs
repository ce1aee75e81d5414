//! Dates of publication, as records give them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date as Day, DateTime, Time};
use jiff::tz::Offset;
use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

/// A moment: whole seconds since 1970 in UTC. Shown as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i64);

/// From here on numbers are milliseconds: as seconds they would be after the year 5138.
const MILLISECONDS: f64 = 1e11;

impl Date {
    /// The beginning of 1970.
    pub const EPOCH: Self = Self(0);

    /// Reads a date as records give it: RFC 3339 and ISO 8601 (`2015-07-21`, `2015-07-21 02:51:32`, with or without an
    /// offset), also with slashes for dashes; RFC 2822 (`Tue, 21 Jul 2015 02:51:32 +0300`); or a number of seconds or
    /// milliseconds since 1970. ASCII, Arabic and Persian digits are the same. Without an offset it is UTC. `None` for
    /// anything else: 3/4/2015 may be in March or in April.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().map(plain).collect();

        // Numbers first: one of eight digits may be a day, which `from_number` decides.
        if let Ok(number) = text.parse::<f64>() {
            return Self::from_number(number);
        }

        Self::read_moment(&text)
    }

    /// Reads a date that is not a number.
    fn read_moment(text: &str) -> Option<Self> {
        let stamp = text.parse::<Timestamp>().ok().map(Timestamp::as_second);
        let civil = |moment: DateTime| Offset::UTC.to_timestamp(moment).ok().map(Timestamp::as_second);

        // In order of precision: with an offset, with a time, with a day alone; then the form of mail and feeds.
        stamp
            .or_else(|| text.parse::<DateTime>().ok().and_then(civil))
            .or_else(|| text.parse::<Day>().ok().and_then(|day| civil(day.to_datetime(Time::midnight()))))
            .or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_second()))
            .map(Self)
    }

    /// A day as eight digits (20150721); otherwise seconds since 1970, or milliseconds if the seconds would be after
    /// the year
    /// 5138. `None` if there is no such moment.
    #[must_use]
    pub fn from_number(number: f64) -> Option<Self> {
        let is_day = (1e7..1e8).contains(&number) && number.fract() == 0.0;
        if let Some(day) = is_day.then(|| Self::read_moment(&format!("{number:.0}"))).flatten() {
            return Some(day);
        }

        // Eight digits that are no day are seconds.
        let seconds = if number.abs() < MILLISECONDS { number } else { number / 1000.0 };
        let seconds = seconds.floor();
        let fits = seconds.is_finite() && seconds.abs() < MILLISECONDS;
        fits.then_some(Self(seconds as i64))
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The moment `seconds` after the beginning of 1970.
    pub(crate) const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }
}

/// Arabic and Persian digits as ASCII, slashes as dashes.
fn plain(c: char) -> char {
    match c {
        '/' => '-',
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
        ];
        for (text, expected) in table {
            assert_eq!(Date::read(text).map(|date| date.to_string()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(Date::from_number(20_150_721.0), Date::read("2015-07-21"));
        assert_eq!(Date::from_number(99_999_999.0).map(Date::seconds), Some(99_999_999), "no day");
        for text in ["", "أمس", "3/4/2015", "2015-13-01", "NaN", "1e300", "inf", "٢١ يوليو"] {
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
