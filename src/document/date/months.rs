//! The names of months, and the Solar Hijri calendar.

/// The names of months, with their number and calendar.
#[rustfmt::skip]
pub(crate) const MONTHS: &[(&[&str], u8, MonthCalendar)] = &[
    (&["يناير", "جانفي", "كانون الثاني", "كانون ثاني", "ژانویه", "جنوری", "January", "Jan"], 1, MonthCalendar::Gregorian),
    (&["فبراير", "فيفري", "شباط", "فوریه", "فروری", "February", "Feb"], 2, MonthCalendar::Gregorian),
    (&["مارس", "آذار", "اذار", "مارچ", "March", "Mar"], 3, MonthCalendar::Gregorian),
    (&["أبريل", "ابريل", "إبريل", "أفريل", "نيسان", "آوریل", "اپریل", "April", "Apr"], 4, MonthCalendar::Gregorian),
    (&["مايو", "ماي", "أيار", "ايار", "مه", "مئی", "May"], 5, MonthCalendar::Gregorian),
    (&["يونيو", "يونيه", "يونية", "جوان", "حزيران", "ژوئن", "جون", "June", "Jun"], 6, MonthCalendar::Gregorian),
    (&["يوليو", "يوليه", "يولية", "جويلية", "يوليوز", "تموز", "ژوئیه", "جولائی", "July", "Jul"], 7, MonthCalendar::Gregorian),
    (&["أغسطس", "اغسطس", "أوت", "غشت", "آب", "اوت", "اگست", "August", "Aug"], 8, MonthCalendar::Gregorian),
    (&["سبتمبر", "شتنبر", "أيلول", "ايلول", "سپتامبر", "ستمبر", "September", "Sep", "Sept"], 9, MonthCalendar::Gregorian),
    (&["أكتوبر", "اكتوبر", "تشرين الأول", "تشرين أول", "اکتبر", "اکتوبر", "October", "Oct"], 10, MonthCalendar::Gregorian),
    (&["نوفمبر", "نونبر", "تشرين الثاني", "تشرين ثاني", "نوامبر", "نومبر", "November", "Nov"], 11, MonthCalendar::Gregorian),
    (&["ديسمبر", "دجنبر", "كانون الأول", "كانون أول", "دسامبر", "دسمبر", "December", "Dec"], 12, MonthCalendar::Gregorian),
    (&["فروردین", "وری"], 1, MonthCalendar::Solar),
    (&["اردیبهشت", "غویی"], 2, MonthCalendar::Solar),
    (&["خرداد", "غبرګولی"], 3, MonthCalendar::Solar),
    (&["تیر", "چنګاښ"], 4, MonthCalendar::Solar),
    (&["مرداد", "زمری"], 5, MonthCalendar::Solar),
    (&["شهریور", "وږی"], 6, MonthCalendar::Solar),
    (&["مهر"], 7, MonthCalendar::Solar),
    (&["آبان", "لړم"], 8, MonthCalendar::Solar),
    (&["آذر", "لیندۍ"], 9, MonthCalendar::Solar),
    (&["دی", "مرغومی"], 10, MonthCalendar::Solar),
    (&["بهمن", "سلواغه"], 11, MonthCalendar::Solar),
    (&["اسفند"], 12, MonthCalendar::Solar),
    (&["محرم"], 1, MonthCalendar::Lunar),
    (&["صفر"], 2, MonthCalendar::Lunar),
    (&["ربيع الأول"], 3, MonthCalendar::Lunar),
    (&["ربيع الآخر", "ربيع الثاني"], 4, MonthCalendar::Lunar),
    (&["جمادى الأولى"], 5, MonthCalendar::Lunar),
    (&["جمادى الآخرة", "جمادى الثانية"], 6, MonthCalendar::Lunar),
    (&["رجب"], 7, MonthCalendar::Lunar),
    (&["شعبان"], 8, MonthCalendar::Lunar),
    (&["رمضان"], 9, MonthCalendar::Lunar),
    (&["شوال"], 10, MonthCalendar::Lunar),
    (&["ذو القعدة", "ذي القعدة", "ذوالقعدة"], 11, MonthCalendar::Lunar),
    (&["ذو الحجة", "ذي الحجة", "ذوالحجة"], 12, MonthCalendar::Lunar),
];

/// The calendar of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MonthCalendar {
    /// January to December.
    Gregorian,
    /// Farvardin to Esfand.
    Solar,
    /// Muharram to Dhu al-Hijja.
    Lunar,
}

/// The last year of a day in numbers alone that may be of the Solar Hijri calendar: it ends in March 2032. Years of the
/// lunar calendar from the next one on began in 1990.
pub(crate) const LAST_SOLAR_YEAR: i64 = 1410;

/// The Gregorian day of a day of the Solar Hijri calendar, by the cycle of 33 years, which is exact from 1244 to 1530.
pub(crate) fn from_solar(year: i64, month: u8, day: i64) -> (i64, u8, u8) {
    debug_assert!((1244..=1530).contains(&year), "year {year} is outside the cycle");

    // Days since 31 December of the year 0. The first six months have 31 days, the others 30.
    let month = i64::from(month);
    let year = year + 1595;
    let months = if month < 8 { (month - 1) * 31 } else { (month - 7) * 30 + 186 };
    let mut days = -355_668 + 365 * year + (year / 33) * 8 + ((year % 33) + 3) / 4 + day + months;

    // Whole cycles of 400, 100 and 4 years, then years.
    let mut gregorian = 400 * (days / 146_097);
    days %= 146_097;
    if days > 36_524 {
        days -= 1;
        gregorian += 100 * (days / 36_524);
        days %= 36_524;
        if days >= 365 {
            days += 1;
        }
    }
    gregorian += 4 * (days / 1461);
    days %= 1461;
    if days > 365 {
        gregorian += (days - 1) / 365;
        days = (days - 1) % 365;
    }

    // The month, from the day of the year.
    let leap = gregorian % 4 == 0 && gregorian % 100 != 0 || gregorian % 400 == 0;
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut day = days + 1;
    let mut month = 1;
    for length in lengths {
        if day <= length {
            break;
        }
        day -= length;
        month += 1;
    }
    (gregorian, month, day as u8)
}
