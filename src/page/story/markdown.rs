//! The marks of Markdown on a line, as scrapers that keep structure write it: headings, links that are all of a line, pictures.

use super::vocabulary::WordingClass;
use crate::page::hints::{LineMarks, MarkupMark};

/// Adds to `marks` what the signs of Markdown say of a line.
pub(super) fn add_marks(line: &str, marks: &mut LineMarks) {
    let heading = line.trim_start_matches('#');
    if (1..=6).contains(&(line.len() - heading.len())) && heading.starts_with(' ') {
        marks.add(MarkupMark::Heading);
    }

    let item = line.strip_prefix(['*', '-', '+']).map_or(line, str::trim_start);
    if is_link(item) {
        marks.add(MarkupMark::Link);
        if item.len() < line.len() {
            marks.add(MarkupMark::ListItem);
        }
    }
}

/// The class of a line that is one picture: `![what it shows](address)`.
pub(super) fn picture(line: &str) -> Option<WordingClass> {
    line.strip_prefix('!').is_some_and(is_link).then_some(WordingClass::Caption)
}

/// Whether a text is one link and nothing else: `[text](address)`.
fn is_link(text: &str) -> bool {
    let Some((shown, address)) = text.strip_prefix('[').and_then(|rest| rest.split_once("](")) else { return false };
    let address = address.strip_suffix(')');
    !shown.trim().is_empty() && address.is_some_and(|address| !address.contains([' ', ')']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(line: &str) -> [bool; 3] {
        let mut marks = LineMarks::default();
        add_marks(line, &mut marks);
        [MarkupMark::Heading, MarkupMark::Link, MarkupMark::ListItem].map(|mark| marks.has(mark))
    }

    #[test]
    fn headings_and_links_that_are_all_of_a_line_are_marked() {
        assert_eq!(marks("## جدول التنفيذ"), [true, false, false]);
        assert_eq!(marks("[كل الأخبار](/ar/news)"), [false, true, false]);
        assert_eq!(marks("* [إغلاق شارع الميناء](/ar/news/1)"), [false, true, true]);
        for plain in ["#السدود", "انظر [الخبر](/ar/1) هنا", "[1] مقابلة", "* نقطة", "[نص](عنوان آخر)"]
        {
            assert_eq!(marks(plain), [false; 3], "{plain}");
        }
    }

    #[test]
    fn a_picture_alone_is_a_caption() {
        assert_eq!(picture("![حي الروضة](/a.jpg)"), Some(WordingClass::Caption));
        assert_eq!(picture("[حي الروضة](/a.jpg)"), None);
    }
}
