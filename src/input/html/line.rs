//! A line of a page while it is read: its words, and how many of its letters stand in links.

use crate::document::{LineHint, Zone};

/// What is known of a place on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Context {
    pub(super) zone: Zone,
    /// The innermost article, from 1; 0 for none.
    pub(super) article: u32,
    pub(super) heading: u8,
    pub(super) item: bool,
    pub(super) row: bool,
    pub(super) hidden: bool,
    pub(super) preformatted: bool,
}

/// What stands between the last word and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Gap {
    #[default]
    None,
    Space,
    Cell,
}

/// Letters and digits, by where they stand.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    all: u32,
    /// In links.
    linked: u32,
    /// In inline elements that belong to another part of the page, times and bylines above all.
    apart: u32,
    /// Outside links what may stand beside one: of the above, and digits, which are ranks and times.
    beside: u32,
}

/// The link that is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// The part of the page that it is by itself.
    pub(super) zone: Option<Zone>,
    pub(super) hidden: bool,
}

/// The line that is being read.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: String,
    gap: Gap,
    /// Of the block that it stands in.
    block: Context,
    /// Of the innermost element.
    inner: Context,
    /// The part of the page that inline elements on it belong to.
    apart: Zone,
    link: Option<Link>,
    /// An inline element ended, and no character followed.
    ended: bool,
    counts: Counts,
    /// Where links begin that follow on links alone.
    cuts: Vec<usize>,
    cells: u32,
}

impl Line {
    /// Goes on inside another element.
    pub(super) fn enter(&mut self, context: Context, block: bool) {
        self.inner = context;
        if block {
            self.block = context;
        }
    }

    pub(super) fn space(&mut self) {
        self.gap = self.gap.max(Gap::Space);
    }

    /// A cell of a table begins.
    pub(super) fn cell(&mut self) {
        if !self.text.is_empty() {
            self.gap = Gap::Cell;
        }
    }

    pub(super) fn begin_link(&mut self, link: Link) {
        let Counts { all, linked, .. } = self.counts;
        if all > 0 && linked == all && self.gap != Gap::Cell {
            self.cuts.push(self.text.len());
        }
        self.link = Some(link);
    }

    pub(super) fn end_link(&mut self) {
        self.link = None;
    }

    /// An inline element ends that styles set apart from what follows.
    pub(super) fn end_inline(&mut self) {
        self.ended = true;
    }

    /// An inline element begins: a space parts it from one that ended right before.
    pub(super) fn begin_inline(&mut self) {
        if std::mem::take(&mut self.ended) {
            self.space();
        }
    }

    pub(super) fn characters(&mut self, characters: &str) {
        if self.inner.hidden || self.link.is_some_and(|link| link.hidden) {
            return;
        }
        self.ended = false;
        if is_blank(characters.chars().next()) {
            self.space();
        }
        for word in characters.split(|c| is_blank(Some(c))).filter(|word| !word.is_empty()) {
            self.word(word);
            self.gap = Gap::Space;
        }
        if !is_blank(characters.chars().next_back()) && self.gap == Gap::Space && !characters.is_empty() {
            self.gap = Gap::None;
        }
    }

    fn word(&mut self, word: &str) {
        let gap = std::mem::take(&mut self.gap);
        match gap {
            _ if self.text.is_empty() => {}
            Gap::None => {}
            Gap::Space => self.text.push(' '),
            Gap::Cell => {
                self.text.push_str(" | ");
                self.cells += 1;
            }
        }
        self.text.push_str(word);
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count() as u32;
        self.counts.all += letters;
        let zone = self.link.and_then(|link| link.zone).unwrap_or(self.inner.zone);
        let apart = zone != self.block.zone;
        if self.link.is_some() {
            self.counts.linked += letters;
        } else {
            let digits = word.chars().filter(|c| c.is_numeric()).count() as u32;
            self.counts.beside += if apart { letters } else { digits };
        }
        if apart {
            self.counts.apart += letters;
            self.apart = zone;
        }
    }

    /// Gives what stands on the line, in pieces if it is a row of links, with the hint and the number of words of each; the next
    /// line begins.
    pub(super) fn finish(&mut self, mut found: impl FnMut(&str, LineHint, u32)) {
        let hint = self.hint();
        if self.counts.linked < self.counts.all {
            self.cuts.clear();
        }
        let mut start = 0;
        for end in self.cuts.drain(..).chain([self.text.len()]) {
            let piece = self.text.get(start..end).unwrap_or_default();
            let piece = if end < self.text.len() { piece.trim_end_matches(is_separator) } else { piece };
            let piece = if start > 0 { piece.trim_start_matches(is_separator) } else { piece };
            start = end;
            let piece = piece.trim();
            if !piece.is_empty() {
                let words = piece.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
                found(piece, hint, words as u32);
            }
        }
        *self = Self { text: std::mem::take(&mut self.text), inner: self.inner, block: self.inner, link: self.link, ..Self::default() };
        self.text.clear();
    }

    fn hint(&self) -> LineHint {
        let Counts { all, linked, apart, beside } = self.counts;
        let Context { zone, article, heading, item, row, .. } = self.block;
        let zone = if all > 0 && apart == all { self.apart } else { zone };
        let counted = u64::from(all.saturating_sub(beside).max(linked));
        let linked = (100 * u64::from(linked)).checked_div(counted).unwrap_or(0) as u8;
        LineHint { zone, heading, article, linked, item, row: row && self.cells > 0, headline: false }
    }
}

/// White space that parts words; a space that does not break is part of one, as in plain text.
fn is_blank(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_whitespace() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}'))
}

/// What stands between the links of a row.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '|' | '·' | '•' | '/' | '-' | '–' | '»' | '›' | '«' | '‹' | '>' | '،' | ',' | ':')
}
