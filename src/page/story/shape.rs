//! What a line looks like: its length as people see it, how it breaks off, what runs together in it, whether it is a credit,
//! an address, a verse.

use super::features::{LONG, LONG_LENGTH};
use crate::page::lines;

/// A headline's length as people see it: words, with words of many or few letters counted as more or less.
pub(super) fn length(line: &str, words: u32) -> i32 {
    if words > LONG {
        return 2 * LONG_LENGTH;
    }
    let ascii = line.bytes().filter(u8::is_ascii_alphanumeric).count();
    let wide = line.bytes().filter(|byte| *byte >= 0x80).count() / 2;
    (words as i32 + ((ascii + wide) * 10 / 52) as i32) / 2
}

/// Whether words ran together in a line as where headlines were joined without a space: behind a letter that ends words.
pub(super) fn is_glued(line: &str) -> bool {
    let mut before = ' ';
    line.chars().filter(|c| !lines::is_mark(*c)).any(|c| {
        let glued = matches!(before, 'ة' | 'ى') && matches!(c, 'ء'..='غ' | 'ف'..='و');
        before = c;
        glued
    })
}

/// Whether a line is a question or an answer by the word before it.
pub(super) fn is_answer(line: &str) -> bool {
    let label = line.split([':', '/']).next().filter(|label| label.len() < line.len()).unwrap_or("").trim();
    matches!(
        label,
        "س" | "ج"
            | "سؤال"
            | "السؤال"
            | "جواب"
            | "الجواب"
            | "پرسش"
            | "پاسخ"
            | "سوال"
            | "جواب۔"
            | "Q"
            | "A"
    )
}

/// Whether a line is a name with a place in brackets behind it: «سالم الكردي (الجبل)».
pub(super) fn is_placed(line: &str) -> bool {
    let place = line.strip_suffix(')').and_then(|line| line.rsplit_once(" (")).map(|(_, place)| place);
    place.is_some_and(|place| {
        place.split_whitespace().count() <= 2 && place.chars().all(|c| c.is_alphabetic() || c == ' ')
    })
}

/// Whether a line is written as verse: vowel marks all over it, or stars between its halves.
pub(super) fn is_verse(line: &str) -> bool {
    let marks = line.chars().filter(|c| matches!(c, '\u{64B}'..='\u{652}')).count();
    marks * 7 > line.chars().count() || line.contains("**")
}

pub(super) fn breaks_off(line: &str) -> bool {
    let end = line.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ']' | ')' | '}' | '»' | '"'));
    end.ends_with('…') || end.ends_with("...") || end.ends_with("..")
}

/// Whether a line is one address or account: «https://…», «@name».
pub(super) fn is_address(line: &str) -> bool {
    let one = !line.contains(char::is_whitespace);
    one && (line.starts_with('@')
        || line.contains("://")
        || line.starts_with("www.")
        || line.contains('@') && line.contains('.'))
}

/// Words of credits in brackets at the end of a caption.
const CREDITS: &[&str] = &[
    "صور",
    "عدسة",
    "فوٹو",
    "فائل",
    "تصویر",
    "عکس",
    "أرشيف",
    "ارشيف",
    "رويترز",
    "أ ف ب",
    "أ.ف.ب",
    "الفرنسية",
    "غيتي",
    "جيتي",
    "Getty",
    "AFP",
    "Reuters",
    "آرشیو",
    "تصوير",
    "الأناضول",
    "أسوشيتد",
    "AP",
    "صورة",
    "شترستوك",
    "وكالات",
    "مواقع التواصل",
    "انترنت",
    "إنترنت",
];

/// Whether a line is a caption with its credit: «… (رويترز)», «… © هدى سليم».
pub(super) fn is_credited(line: &str, words: u32) -> bool {
    if words > 40 {
        return false;
    }
    if line.char_indices().any(|(at, c)| c == '©' && at > 0) {
        return true;
    }
    let end = line.trim_end_matches(|c: char| c.is_whitespace() || c == '.' || c == '۔');
    let inner = end.strip_suffix([')', ']']).and_then(|rest| rest.rsplit_once(['(', '[']));
    inner.is_some_and(|(before, credit)| {
        !before.trim().is_empty()
            && credit.split_whitespace().count() <= 5
            && CREDITS.iter().any(|known| credit.contains(known))
    })
}

/// Full stops inside a line.
pub(super) fn inner_stops(line: &str) -> u32 {
    let mut stops = 0;
    let mut before = [' '; 2];
    for c in line.chars() {
        let ended = matches!(before[0], '.' | '۔' | '؟' | '!') && !matches!(before[1], '.' | ' ') && c.is_whitespace();
        stops += u32::from(ended && (before[0] == '.' || before[0] == '۔'));
        before = [c, before[0]];
    }
    // The last one ends the line.
    stops
}
