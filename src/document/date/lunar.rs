//! The lunar Hijri calendar, as Saudi Arabia's Umm al-Qura calendar counts it.

use jiff::Span;
use jiff::civil::Date as Day;

/// The first year of the table.
const FIRST_YEAR: i64 = 1300;
/// The first day of that year.
const FIRST_DAY: Day = Day::constant(1882, 11, 12);

/// The months of 30 days of each year, the first month in the lowest bit; the others have 29. As Unicode's ICU 78 has
/// them under the name `islamic-umalqura`.
#[rustfmt::skip]
const LONG_MONTHS: [u16; 201] = [
    0x555, 0x2AB, 0x937, 0x2B6, 0x576, 0x36C, 0xB55, 0xAAA, 0x956, 0x49E, 0x95D, 0x2BA, 0x5B5, 0x3AA,
    0xB4B, 0xA96, 0x52E, 0x2AD, 0x56D, 0xB5A, 0x752, 0xF25, 0xE8A, 0xD16, 0xA56, 0xAB5, 0x6B4, 0xDA9,
    0xB92, 0xB25, 0x64B, 0xA9B, 0x35A, 0x6D9, 0x5D4, 0xDA5, 0xD4A, 0xA95, 0x536, 0x975, 0x2F4, 0x6E9,
    0x6D4, 0x6A9, 0x535, 0x25D, 0x4BD, 0x9BA, 0x3B4, 0xB69, 0xB2A, 0xA55, 0x4AD, 0xA5D, 0x2DA, 0x6D9,
    0xEAA, 0xE94, 0xD2A, 0xC56, 0x4AE, 0xA6D, 0x56A, 0xD55, 0xD4A, 0xA93, 0x52B, 0xA5B, 0x53A, 0x6B5,
    0xEA9, 0xD52, 0xD29, 0xA55, 0x4AD, 0x56D, 0xAEA, 0x6E4, 0xED1, 0xDA2, 0xAAA, 0x95A, 0x2DA, 0x5B9,
    0xBB2, 0x764, 0x6C9, 0x555, 0x2AB, 0x4DB, 0xABA, 0x5B4, 0xDA9, 0xD52, 0xAA5, 0x92D, 0x26D, 0x8ED,
    0x2DA, 0xAD5, 0xAA5, 0xA4B, 0x497, 0x937, 0x2B6, 0x975, 0xD69, 0xD52, 0xC95, 0x92B, 0x25B, 0x4DB,
    0x9D5, 0x5D2, 0xDA5, 0xD4A, 0xA95, 0x54D, 0xAAD, 0x3AA, 0xBD2, 0xBC4, 0xB89, 0xA95, 0x52D, 0x5AD,
    0xB6A, 0x6D4, 0xDC9, 0xD92, 0xAA6, 0x956, 0x2AE, 0x56D, 0x36A, 0xB55, 0xAAA, 0x94D, 0x49D, 0x95D,
    0x2BA, 0x5B5, 0x5AA, 0xD55, 0xA9A, 0x92E, 0x26E, 0x55D, 0xADA, 0x6D4, 0x6A5, 0xB27, 0xA4D, 0x4AD,
    0x56D, 0xB5A, 0x754, 0xF49, 0xE92, 0xD26, 0xA56, 0x356, 0x6B5, 0xBAA, 0xB92, 0xB25, 0x68B, 0xA9B,
    0x55A, 0xADA, 0x5B4, 0xDA9, 0xB52, 0xA9A, 0x536, 0x276, 0x575, 0xAF2, 0x6D4, 0x6A9, 0x555, 0x2AD,
    0x4BD, 0x9BA, 0x574, 0xB69, 0xB52, 0xA95, 0x52D, 0xA5D, 0x4DA, 0xAD9, 0x6B2, 0xE95, 0xE2A, 0xC96,
    0x92E, 0xAAD, 0x56A, 0xD65, 0xD4A,
];

/// The Gregorian day (year, month, day) of a day of the years 1300 to 1500; `None` outside of them, and for a day that no
/// month has. A 30th of a month of 29 days is the next day: where the moon is watched, months may be a day longer.
pub(crate) fn from_lunar(year: i64, month: u8, day: i64) -> Option<(i64, u8, u8)> {
    let place = usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?;
    let of_year = *LONG_MONTHS.get(place)?;
    if !(1..=12).contains(&month) || !(1..=30).contains(&day) {
        return None;
    }

    // Whole years, then whole months, then days.
    let years: i64 = LONG_MONTHS[..place].iter().map(|months| days(*months, 12)).sum();
    let passed = years + days(of_year, month - 1) + day - 1;
    let found = FIRST_DAY.checked_add(Span::new().try_days(passed).ok()?).ok()?;
    Some((i64::from(found.year()), u8::try_from(found.month()).ok()?, u8::try_from(found.day()).ok()?))
}

/// The days of the first `count` months of a year.
fn days(months: u16, count: u8) -> i64 {
    let first = months & ((1 << count) - 1);
    29 * i64::from(count) + i64::from(first.count_ones())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_umm_al_qura() {
        // Days of the table and holidays of these years.
        let table = [
            ((1300, 1, 1), (1882, 11, 12)),
            ((1436, 10, 5), (2015, 7, 21)),
            ((1436, 10, 23), (2015, 8, 8)),
            ((1445, 9, 1), (2024, 3, 11)),
            ((1446, 1, 1), (2024, 7, 7)),
            ((1446, 12, 10), (2025, 6, 6)),
        ];
        for ((year, month, day), expected) in table {
            assert_eq!(from_lunar(year, month, day), Some(expected), "{year}/{month}/{day}");
        }
        // The last year of the table ends on a day.
        assert!(from_lunar(1500, 12, 29).is_some());
        for (year, month, day) in [(1299, 1, 1), (1501, 1, 1), (1436, 0, 1), (1436, 13, 1), (1436, 1, 0), (1436, 1, 31)]
        {
            assert_eq!(from_lunar(year, month, day), None, "{year}/{month}/{day}");
        }
    }
}
