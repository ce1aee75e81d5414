//! Markup hints: what the markup says of the lines of a text, as evidence for the cutter.
//!
//! A [`MarkupHint`] marks a stretch of text as a heading, a link, navigation and so on. The cutter adds it to the evidence of
//! words and shape, with more weight. Only the story level uses hints; a text without any is cut by its lines alone.

use super::lines::TextLine;
use crate::document::Span;

/// A stretch of a text and what the markup says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkupHint {
    /// The bytes of the text; a line has the mark if its first character that is not white space lies in them.
    pub span: Span,
    /// The mark.
    pub mark: MarkupMark,
}

/// A property of a line by its markup. A line may have several: a link in a list in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MarkupMark {
    /// The page's own title (`h1`, `itemprop=headline`).
    Title,
    /// A lesser heading (`h2` to `h6`).
    Heading,
    /// The line is all one link.
    Link,
    /// A list item (`li`), a card, or one of several equal elements in a row.
    ListItem,
    /// Navigation, menus, breadcrumbs, page headers (`nav`, `header` of the page).
    Navigation,
    /// Outside the main content (`aside`, sidebars, related and most read boxes).
    Aside,
    /// The page's foot (`footer`).
    Footer,
    /// Forms, buttons, comments, share rows.
    Control,
    /// A time (`time`, `itemprop=datePublished`).
    Time,
    /// An author (`rel=author`, `itemprop=author`).
    Byline,
    /// The caption of a picture (`figcaption`).
    Caption,
    /// Main content (`article`, `main`, `itemprop=articleBody`).
    Article,
    /// A paragraph (`p`) that is no link.
    Paragraph,
    /// A row of a table that holds data.
    TableRow,
    /// Not from markup: a short line that many pages of its source share.
    Furniture,
    /// Not from markup: a short line that nearly all pages of its source share.
    Everywhere,
}

impl MarkupMark {
    const fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// The marks of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineMarks(u32);

impl LineMarks {
    pub(super) const fn has(self, mark: MarkupMark) -> bool {
        self.0 & mark.bit() != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn add(&mut self, mark: MarkupMark) {
        self.0 |= mark.bit();
    }
}

/// Replaces `marks` by the marks of each line. Linear in lines and hints, as long as hints of one mark do not overlap.
pub(super) fn spread(lines: &[TextLine], hints: &[MarkupHint], marks: &mut Vec<LineMarks>) {
    marks.clear();
    marks.resize(lines.len(), LineMarks::default());

    for hint in hints {
        let first = lines.partition_point(|line| line.span.start < hint.span.start);
        let inside = lines[first..].iter().take_while(|line| line.span.start < hint.span.end).count();
        marks[first..first + inside].iter_mut().for_each(|marks| marks.add(hint.mark));
    }
}
