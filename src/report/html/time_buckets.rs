//! Records by time: days, weeks, months or years, so that few bars show all of them.

use std::collections::BTreeMap;

use jiff::civil::Date as Day;
use jiff::{Timestamp, ToSpan, tz::Offset};

use crate::document::Date;

/// Most bars.
const MOST: usize = 60;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Records and copies by time.
#[derive(Debug, Default)]
pub(super) struct TimeBuckets {
    /// By day since 1970, until they are closed.
    days: BTreeMap<i64, [u64; 2]>,
    /// What a bar is.
    pub(super) unit: &'static str,
    /// The bars: name, records without a copy, records with a copy.
    pub(super) bars: Vec<(String, [u64; 2])>,
}

impl TimeBuckets {
    /// Adds a record.
    pub(super) fn add(&mut self, date: Date, has_copy: bool) {
        self.days.entry(date.seconds().div_euclid(DAY)).or_default()[usize::from(has_copy)] += 1;
    }

    /// Adds records without a copy.
    pub(super) fn add_many(&mut self, date: Date, records: u64) {
        self.days.entry(date.seconds().div_euclid(DAY)).or_default()[0] += records;
    }

    /// Makes the bars. A few dates far from the others share the first and the last bar, so that wrong years leave the
    /// chart readable.
    pub(super) fn close(&mut self) {
        let all: u64 = self.days.values().map(|[a, b]| a + b).sum();
        let (Some(first), Some(last)) = (self.quantile(all / 200), self.quantile(all - all / 200 - u64::from(all > 0)))
        else {
            return;
        };

        let unit = TimeUnit::ALL.into_iter().find(|unit| unit.count(first, last) <= MOST).unwrap_or(TimeUnit::Decade);
        self.unit = unit.name();
        let mut bars: BTreeMap<Day, [u64; 2]> = BTreeMap::new();
        for start in unit.starts(first, last) {
            bars.insert(start, [0; 2]);
        }
        for (day, counts) in &self.days {
            let bar = bars.entry(unit.start((*day).clamp(first, last))).or_default();
            for (sum, count) in bar.iter_mut().zip(counts) {
                *sum += count;
            }
        }

        self.bars = bars.into_iter().map(|(start, counts)| (unit.label(start), counts)).collect();
        let (earlier, later) =
            (self.days.range(..first).next().is_some(), self.days.range(last + 1..).next().is_some());
        if let Some(bar) = self.bars.first_mut().filter(|_| earlier) {
            bar.0 = format!("to {}", bar.0);
        }
        if let Some(bar) = self.bars.last_mut().filter(|_| later) {
            bar.0 = format!("from {}", bar.0);
        }
        self.days.clear();
    }

    /// The day of the record at `place`, by time.
    fn quantile(&self, place: u64) -> Option<i64> {
        let mut sum = 0;
        self.days.iter().find_map(|(day, [a, b])| {
            sum += a + b;
            (sum > place).then_some(*day)
        })
    }
}

#[derive(Debug, Clone, Copy)]
enum TimeUnit {
    Day,
    Week,
    Month,
    Year,
    Decade,
}

impl TimeUnit {
    const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Year, Self::Decade];

    const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Decade => "ten years",
        }
    }

    /// The first day of the time that holds a day.
    fn start(self, day: i64) -> Day {
        let day = civil(day);
        let start = match self {
            Self::Day => Ok(day),
            Self::Week => day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => Ok(day.first_of_month()),
            Self::Year => Ok(day.first_of_year()),
            Self::Decade => Day::new(day.year() - day.year().rem_euclid(10), 1, 1),
        };
        start.unwrap_or(day)
    }

    /// The first day of the next one; `None` at the end of the calendar.
    fn next(self, start: Day) -> Option<Day> {
        let span = match self {
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Year => 1.year(),
            Self::Decade => 10.years(),
        };
        start.checked_add(span).ok()
    }

    /// The starts from that of `first` to that of `last`.
    fn starts(self, first: i64, last: i64) -> impl Iterator<Item = Day> {
        let last = civil(last);
        std::iter::successors(Some(self.start(first)), move |start| self.next(*start))
            .take_while(move |start| *start <= last)
    }

    /// Their number, at most one more than [`MOST`].
    fn count(self, first: i64, last: i64) -> usize {
        self.starts(first, last).take(MOST + 1).count()
    }

    fn label(self, start: Day) -> String {
        match self {
            Self::Day | Self::Week => start.to_string(),
            Self::Month => format!("{:04}-{:02}", start.year(), start.month()),
            Self::Year | Self::Decade => format!("{:04}", start.year()),
        }
    }
}

/// The day with this number since 1970.
fn civil(day: i64) -> Day {
    let stamp = Timestamp::from_second(day.saturating_mul(DAY)).unwrap_or(Timestamp::UNIX_EPOCH);
    Offset::UTC.to_datetime(stamp).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(dates: &[(&str, usize)]) -> TimeBuckets {
        let mut buckets = TimeBuckets::default();
        for (date, count) in dates {
            (0..*count).for_each(|n| buckets.add(Date::read(date).unwrap(), n % 2 == 1));
        }
        buckets.close();
        buckets
    }

    #[test]
    fn the_unit_fits_the_time() {
        let found = buckets(&[("2015-07-21", 2), ("2015-07-23", 1)]);
        let bar = |name: &str, counts| (name.to_owned(), counts);
        assert_eq!(found.bars, [bar("2015-07-21", [1, 1]), bar("2015-07-22", [0, 0]), bar("2015-07-23", [1, 0])]);
        assert_eq!((buckets(&[("2015-01-01", 1), ("2015-12-31", 1)]).unit, "week"), ("week", "week"));
        assert_eq!(buckets(&[("2011-01-01", 1), ("2015-12-31", 1)]).unit, "month");
        assert_eq!(buckets(&[("1990-01-01", 1), ("2015-12-31", 1)]).unit, "year");
        assert!(buckets(&[]).bars.is_empty());
    }

    #[test]
    fn a_few_wrong_years_leave_the_chart_readable() {
        let found = buckets(&[("1601-01-01", 1), ("2015-07-21", 500), ("2015-07-22", 500), ("2090-01-01", 1)]);
        let names: Vec<&str> = found.bars.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["to 2015-07-21", "from 2015-07-22"]);
        let all: u64 = found.bars.iter().map(|(_, [a, b])| a + b).sum();
        assert_eq!(all, 1002);
    }
}
