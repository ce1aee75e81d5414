//! The look of a line: its length, and whether it is cut off, glued, a credit, an address or a verse.

use super::features::{LONG, LONG_LENGTH};
use crate::page::lines;

/// The length of a headline as readers see it: the mean of its words and of its letters over the usual length of a word.
pub(super) fn length(line: &str, words: u32) -> i32 {
    if words > LONG {
        return 2 * LONG_LENGTH;
    }

    // A word has 5.2 letters on average; letters of Arabic script have two bytes.
    let ascii = line.bytes().filter(u8::is_ascii_alphanumeric).count();
    let wide = line.bytes().filter(|byte| *byte >= 0x80).count() / 2;
    (words as i32 + ((ascii + wide) * 10 / 52) as i32) / 2
}

/// Whether two words of a line run together, behind a letter that only ends words.
pub(super) fn is_glued(line: &str) -> bool {
    let mut before = ' ';
    line.chars().filter(|c| !lines::is_mark(*c)).any(|c| {
        let glued = matches!(before, 'ة' | 'ى') && matches!(c, 'ء'..='غ' | 'ف'..='و');
        before = c;
        glued
    })
}

/// Most letters and blanks of such a label and its sign.
const LABEL: usize = 12;

/// Whether a label makes a line a question or an answer: «س: …».
pub(super) fn is_answer(line: &str) -> bool {
    // Question and answer in Arabic, Persian, Urdu and English.
    let Some((end, _)) = line.char_indices().take(LABEL).find(|(_, c)| matches!(c, ':' | '/')) else { return false };
    matches!(
        line[..end].trim(),
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

/// Whether a line is set as verse: a vowel mark on each seventh character or more, or stars between its halves.
pub(super) fn is_verse(line: &str) -> bool {
    let marks = line.chars().filter(|c| matches!(c, '\u{64B}'..='\u{652}')).count();
    marks * 7 > line.chars().count() || line.trim_matches(|c: char| c == '*' || c.is_whitespace()).contains("**")
}

/// Whether a line ends with dots, which a page puts where it cuts a text off.
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

/// Most words of a link to a file.
const FILE: u32 = 9;
/// How such a link names the format of the file. Headlines name formats without brackets.
const FILES: &[&str] = &["(PDF", "[PDF", "بصيغة PDF", "(ZIP", "(DOCX", "(XLSX"];

/// Whether a short line offers a file: «the plan (PDF, 4.2 MB)».
pub(super) fn names_file(line: &str, words: u32) -> bool {
    words <= FILE && FILES.iter().any(|format| line.contains(format))
}

/// Fewest entries of a menu in brackets.
const BRACKETED: usize = 3;

/// Whether a line is a menu with each entry in brackets: «[News] [Sport] [Weather]».
pub(super) fn is_bracketed_menu(line: &str) -> bool {
    let line = line.trim();
    let Some(inner) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) else { return false };
    let mut entries = 0;
    let are_apart = inner.split(']').all(|entry| {
        entries += 1;
        entries == 1 && !entry.contains('[') || entry.trim_start().starts_with('[')
    });
    are_apart && entries >= BRACKETED
}

/// Words of the credit in brackets at the end of a caption.
const CREDITS: &[&str] = &[
    "صور",
    "عدسة",
    "فوٹو",
    "فائل",
    "تصویر",
    "عکس",
    "المصدر",
    "منبع",
    "وثيقة",
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

/// Words in brackets behind a headline, with which the page announces pictures.
const MEDIA: &[&str] =
    &["صور", "صورة", "فيديو", "بالصور", "بالفيديو", "عکس", "تصاویر", "تصویر", "فیلم", "ویدیو", "ویدئو", "ویڈیو"];

/// Whether brackets hold nothing but the kind of the pictures and their number: «(صور)», «(7 صور)», «(فيديو وصور)».
fn announces_pictures(inner: &str) -> bool {
    let known = |word: &str| MEDIA.contains(&word) || word.strip_prefix('و').is_some_and(|word| MEDIA.contains(&word));
    inner.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).all(known)
}

/// Credits of pictures behind a comma.
const ARCHIVED: &[&str] = &[
    "صورة من الأرشيف",
    "صورة أرشيفية",
    "صورة تعبيرية",
    "من الأرشيف",
    "أرشيفية",
    "عکس آرشیوی",
    "عکس از آرشیو",
    "عکس تزئینی است",
    "فائل فوٹو",
];

/// Words before the name of a photographer.
const PHOTOGRAPHERS: &[&str] = &["فوٹو", "تصوير", "تصویر", "عدسة", "عکس", "عکاس", "وێنە", "Photo"];

/// Whether a text is a photographer's name behind a word for it.
fn names_photographer(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let labelled = words.next().is_some_and(|word| PHOTOGRAPHERS.contains(&word.trim_end_matches(':')));
    labelled && (1..=4).contains(&words.filter(|word| word.contains(char::is_alphabetic)).count())
}

/// Whether a line is a caption with its credit: «… (رويترز)», «… © هدى سليم».
pub(super) fn is_credited(line: &str, words: u32) -> bool {
    if words > 40 {
        return false;
    }
    // A sign at the beginning is a legal note instead. Some pages put the label behind the text without a space.
    if line.char_indices().any(|(at, c)| c == '©' && at > 0) || line.find("Credit:").is_some_and(|at| at > 0) {
        return true;
    }

    // «…، صورة من الأرشيف».
    let credit = line.rsplit_once(['،', ',']).map(|(_, behind)| behind.trim().trim_end_matches('.'));
    if credit.is_some_and(|credit| ARCHIVED.contains(&credit)) {
        return true;
    }

    // «… – photo: Salim».
    let parts = line.rsplit_once(['-', '–', '—']);
    if parts.is_some_and(|(before, behind)| before.ends_with(' ') && names_photographer(behind)) {
        return true;
    }

    // «… Photo: Salim».
    let is_label = |at: usize, word: &str| line[..at].ends_with(' ') && line[at + word.len()..].starts_with(':');
    let label = |word: &&str| line.rmatch_indices(*word).map(|(at, _)| at).find(|at| is_label(*at, word));
    if PHOTOGRAPHERS.iter().filter_map(label).max().is_some_and(|at| names_photographer(&line[at..])) {
        return true;
    }

    let end = line.trim_end_matches(|c: char| c.is_whitespace() || c == '.' || c == '۔');
    let inner = end.strip_suffix([')', ']']).and_then(|rest| rest.rsplit_once(['(', '[']));
    inner.is_some_and(|(before, credit)| {
        !before.trim().is_empty()
            && credit.split_whitespace().count() <= 5
            && CREDITS.iter().any(|known| credit.contains(known))
            // A word for a picture alone is the name of a magazine as well.
            && credit != "عدسة"
            && !announces_pictures(credit)
    })
}

/// The full stops inside a line; one at its end does not count.
pub(super) fn inner_stops(line: &str) -> u32 {
    let mut stops = 0;
    // The last two characters, nearest first.
    let mut before = [' '; 2];

    for c in line.chars() {
        let ended = matches!(before[0], '.' | '۔' | '؟' | '!') && !matches!(before[1], '.' | ' ') && c.is_whitespace();
        stops += u32::from(ended && (before[0] == '.' || before[0] == '۔'));
        before = [c, before[0]];
    }
    stops
}
