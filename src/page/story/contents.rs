//! The list of its own subheadings that a page has above a text.

use foldhash::HashMap;

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::{LinePiece, PieceGap};
use super::vocabulary::WordingClass;

/// What such a list is called: the whole line.
const HEADS: [&str; 11] = [
    "محتويات المقال",
    "محتوى المقال",
    "محتويات الموضوع",
    "محتويات الصفحة",
    "جدول المحتويات",
    "فهرس المحتويات",
    "في هذا المقال",
    "فهرست مطالب",
    "فهرست مطالب این مقاله",
    "فہرست مضامین",
    "Table of contents",
];

/// How the name of such a list begins.
const BEGINNINGS: [&str; 14] = [
    "آنچه در این",
    "در این مطلب می‌خوانید",
    "در این مقاله می‌خوانید",
    "در این گزارش می‌خوانید",
    "در این بررسی می‌خوانید",
    "ماذا ستقرأ في",
    "ستقرأ في هذا",
    "تقرأ في هذا",
    "تقرؤون في هذا",
    "ما ستجده في هذا",
    "في هذا الموضوع",
    "في هذا التقرير ستقرأ",
    "اس مضمون میں",
    "اس تحریر میں",
];

/// Words of such a name.
const WORDS: std::ops::RangeInclusive<u32> = 2..=7;

/// Makes the list and its head controls, and those of its entries that return below subheadings, if there are any.
pub(super) fn contents(text: &str, pieces: &[LinePiece], all: &mut [PieceFeatures]) {
    let own = |at: usize| pieces[at].line.span.of(text).trim_matches(|c: char| !c.is_alphanumeric());
    let may_be_head = |at: &usize| WORDS.contains(&pieces[*at].line.words);
    let is_head = |at: &usize| {
        HEADS.iter().any(|head| own(*at).eq_ignore_ascii_case(head))
            || BEGINNINGS.iter().any(|begin| own(*at).starts_with(begin))
    };
    let Some(head) = (0..all.len()).filter(may_be_head).find(is_head) else { return };

    let is_entry = |at: usize| {
        matches!(all[at].shape, PieceShape::Headline | PieceShape::Short) && pieces[at].gap != PieceGap::Blank
    };
    let end = (head + 1..all.len()).find(|at| !is_entry(*at)).unwrap_or(all.len());
    let headings: HashMap<&str, usize> =
        (end..all.len()).filter(|at| all[*at].over).map(|at| (without_number(own(at)), at)).collect();
    let returning: Vec<usize> =
        (head + 1..end).filter_map(|at| headings.get(without_number(own(at))).copied()).collect();
    if returning.is_empty() {
        return;
    }

    all[head..end].iter_mut().for_each(|features| features.reading.class = Some(WordingClass::Control));
    returning.into_iter().for_each(|at| all[at].numbered = true);
}

/// An entry without the number of its place.
fn without_number(entry: &str) -> &str {
    entry.trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | ')' | '-' | ' '))
}
