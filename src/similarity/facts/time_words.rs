//! Weekdays, months and ordinals of each language, as they are written.
//!
//! A row holds the spellings and forms of one meaning, separated by spaces. A word that often means something else is
//! left out: Urdu ہفتہ (Saturday, week) and پیر (Monday, saint), Persian مه (May, fog).

use super::word_meanings::DateCalendar;

/// The words of time of one language. An empty row has no word that is clear enough.
pub(super) struct TimeWords {
    /// From Saturday.
    pub(super) weekdays: [&'static str; 7],
    /// January to December.
    pub(super) gregorian: [&'static str; 12],
    /// The months of its second calendar, if any.
    pub(super) other_months: Option<(DateCalendar, [&'static str; 12])>,
    /// First to tenth.
    pub(super) ordinals: [&'static str; 10],
}

/// Arabic, Persian, Urdu and English.
pub(super) const LANGUAGES: [TimeWords; 4] = [
    // Arabic.
    TimeWords {
        weekdays: [
            "السبت",
            "الأحد الاحد",
            "الاثنين الإثنين الأثنين",
            "الثلاثاء",
            "الأربعاء الاربعاء الإربعاء",
            "الخميس",
            "الجمعة",
        ],
        gregorian: [
            "يناير جانفي",
            "فبراير فيفري شباط",
            "مارس آذار اذار",
            "أبريل ابريل إبريل أفريل نيسان",
            "مايو ماي أيار ايار",
            "يونيو يونيه جوان حزيران",
            "يوليو يوليه جويلية يوليوز تموز",
            "أغسطس اغسطس أوت غشت آب",
            "سبتمبر شتنبر أيلول ايلول",
            "أكتوبر اكتوبر",
            "نوفمبر نونبر",
            "ديسمبر دجنبر",
        ],
        other_months: Some((
            DateCalendar::Hijri,
            ["محرم المحرم", "صفر", "", "", "", "", "رجب", "شعبان", "رمضان", "شوال", "القعدة", "الحجة"],
        )),
        ordinals: [
            "الأول الأولى أول أولى الاول الاولى",
            "الثاني الثانية ثاني ثانية",
            "الثالث الثالثة ثالث ثالثة",
            "الرابع الرابعة رابع رابعة",
            "الخامس الخامسة خامس خامسة",
            "السادس السادسة سادس سادسة",
            "السابع السابعة سابع سابعة",
            "الثامن الثامنة ثامن ثامنة",
            "التاسع التاسعة تاسع تاسعة",
            "العاشر العاشرة عاشر عاشرة",
        ],
    },
    // Persian.
    TimeWords {
        // Sunday to Thursday are also written in two words, of which the first is a number.
        weekdays: ["", "یکشنبه", "دوشنبه", "سهشنبه سه‌شنبه", "چهارشنبه", "پنجشنبه پنج‌شنبه", ""],
        gregorian: [
            "ژانویه",
            "فوریه",
            "مارس",
            "آوریل",
            "",
            "ژوئن",
            "ژوئیه جولای",
            "اوت آگوست",
            "سپتامبر",
            "اکتبر",
            "نوامبر",
            "دسامبر",
        ],
        other_months: Some((
            DateCalendar::SolarHijri,
            [
                "فروردین",
                "اردیبهشت",
                "خرداد",
                "تیر تیرماه",
                "مرداد مردادماه",
                "شهریور",
                "مهر مهرماه",
                "آبان آبان‌ماه",
                "آذر آذرماه",
                "دی دی‌ماه",
                "بهمن بهمن‌ماه",
                "اسفند اسفندماه",
            ],
        )),
        ordinals: [
            "اول اولین نخست نخستین یکم",
            "دوم دومین",
            "سوم سومین",
            "چهارم چهارمین",
            "پنجم پنجمین",
            "ششم ششمین",
            "هفتم هفتمین",
            "هشتم هشتمین",
            "نهم نهمین",
            "دهم دهمین",
        ],
    },
    // Urdu.
    TimeWords {
        weekdays: ["", "اتوار", "سوموار", "منگل", "بدھ", "جمعرات", "جمعہ"],
        gregorian: [
            "جنوری",
            "فروری",
            "مارچ",
            "اپریل",
            "مئی",
            "جون",
            "جولائی",
            "اگست",
            "ستمبر",
            "اکتوبر",
            "نومبر",
            "دسمبر",
        ],
        other_months: None,
        ordinals: [
            "پہلا پہلی",
            "دوسری",
            "تیسرا تیسری تیسرے",
            "چوتھا چوتھی چوتھے",
            "پانچواں پانچویں",
            "چھٹا چھٹی چھٹے",
            "ساتواں ساتویں",
            "آٹھواں آٹھویں",
            "نواں نویں",
            "دسواں دسویں",
        ],
    },
    // English.
    TimeWords {
        weekdays: ["saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"],
        gregorian: [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        other_months: None,
        ordinals: ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"],
    },
];
