//! A line of a page while it is read: its words, and how many of its letters stand in links.

use crate::document::{LineHint, Zone};

/// What is known of a place on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineContext {
    pub(super) zone: Zone,
    /// The innermost article, from 1; 0 for none.
    pub(super) article: u32,
    /// The number of the innermost block, and of the one around it.
    pub(super) block: u32,
    pub(super) holder: u32,
    pub(super) heading: u8,
    pub(super) item: bool,
    pub(super) row: bool,
    pub(super) hidden: bool,
    pub(super) preformatted: bool,
}

/// What stands between the last word and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum WordGap {
    #[default]
    None,
    Space,
    Cell,
}

/// Letters and digits, by where they stand.
#[derive(Debug, Clone, Copy, Default)]
struct LineCounts {
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
pub(super) struct OpenLink {
    /// The part of the page that it is by itself.
    pub(super) zone: Option<Zone>,
    pub(super) hidden: bool,
}

/// A run of words that stand in one link, or in none.
#[derive(Debug, Clone, Copy)]
struct LinkSegment {
    start: usize,
    linked: bool,
    /// The part of the page that it belongs to.
    zone: Zone,
    words: u32,
    /// An element other than the link begins or ends before it.
    parted: bool,
}

/// Fewest words of a link from which labels beside it are parted.
const LINK_WORDS: u32 = 3;
/// Most words of such a label: a time, a rank, the name of a section, who pays.
const LABEL_WORDS: u32 = 6;

/// The line that is being read.
#[derive(Debug, Default)]
pub(super) struct PageLine {
    text: String,
    gap: WordGap,
    /// Of the block that it stands in.
    block: LineContext,
    /// Of the innermost element.
    inner: LineContext,
    /// The part of the page that inline elements on it belong to.
    apart: Zone,
    link: Option<OpenLink>,
    /// An inline element ended, and no character followed.
    ended: bool,
    /// An inline element other than a link began or ended since the last word.
    touched: bool,
    /// A link began since the last word.
    begun: bool,
    counts: LineCounts,
    segments: Vec<LinkSegment>,
    /// What stands in the byline.
    byline: String,
    cells: u32,
}

impl PageLine {
    /// Goes on inside another element.
    pub(super) fn enter(&mut self, context: LineContext, block: bool) {
        self.inner = context;
        if block {
            self.block = context;
        }
    }

    /// The article that the line stands in, from 1; 0 for none.
    pub(super) const fn article(&self) -> u32 {
        self.block.article
    }

    pub(super) fn space(&mut self) {
        self.gap = self.gap.max(WordGap::Space);
    }

    /// A cell of a table begins.
    pub(super) fn cell(&mut self) {
        if !self.text.is_empty() {
            self.gap = WordGap::Cell;
        }
    }

    pub(super) fn begin_link(&mut self, link: OpenLink) {
        (self.link, self.begun) = (Some(link), true);
    }

    pub(super) fn end_link(&mut self) {
        (self.link, self.touched) = (None, false);
    }

    /// An inline element that is no link begins or ends.
    pub(super) fn touch(&mut self) {
        self.touched = true;
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
            self.gap = WordGap::Space;
        }
        if !is_blank(characters.chars().next_back()) && self.gap == WordGap::Space && !characters.is_empty() {
            self.gap = WordGap::None;
        }
    }

    /// The part of the page that the next word belongs to.
    fn zone(&self) -> Zone {
        self.link.and_then(|link| link.zone).unwrap_or(self.inner.zone)
    }

    fn word(&mut self, word: &str) {
        match std::mem::take(&mut self.gap) {
            _ if self.text.is_empty() => {}
            WordGap::None => {}
            WordGap::Space => self.text.push(' '),
            WordGap::Cell => {
                self.text.push_str(" | ");
                self.cells += 1;
            }
        }
        self.segment(word);
        self.text.push_str(word);
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count() as u32;
        self.counts.all += letters;
        let zone = self.zone();
        let apart = zone != self.block.zone;
        if self.link.is_some() {
            self.counts.linked += letters;
        } else {
            let digits = word.chars().filter(|c| c.is_numeric()).count() as u32;
            self.counts.beside += if apart { letters } else { digits };
        }
        if zone == Zone::Byline {
            self.byline.push(' ');
            self.byline.push_str(word);
        }
        if apart {
            self.counts.apart += letters;
            self.apart = zone;
        }
    }

    /// Counts a word to the run that it belongs to.
    fn segment(&mut self, word: &str) {
        let linked = self.link.is_some();
        let (begun, parted) = (std::mem::take(&mut self.begun), std::mem::take(&mut self.touched));
        let goes_on = self.segments.last().is_some_and(|last| last.linked == linked && !(begun && linked));
        if !goes_on {
            let zone = self.zone();
            self.segments.push(LinkSegment { start: self.text.len(), linked, zone, words: 0, parted });
        }
        if let Some(last) = self.segments.last_mut() {
            last.words += u32::from(word.chars().any(char::is_alphanumeric));
        }
    }

    /// Whether the line is a row of links with arrows between them.
    fn is_path(&self) -> bool {
        let arrows = |at: usize| {
            let (segment, next) = (self.segments[at], self.segments.get(at + 1));
            let end = next.map_or(self.text.len(), |next| next.start);
            let between = self.text.get(segment.start..end).unwrap_or_default().trim();
            !between.is_empty() && between.chars().all(|c| matches!(c, '›' | '»' | '>' | '‹' | '«' | '→' | '←'))
        };
        let (links, rest): (Vec<usize>, Vec<usize>) =
            (0..self.segments.len()).partition(|at| self.segments[*at].linked);
        links.len() > 1 && !rest.is_empty() && rest.into_iter().all(arrows)
    }

    /// Whether each run is a line of its own: links in a row, or a headline that is a link and labels beside it.
    fn is_parted(&self) -> bool {
        let segments = &self.segments;
        if segments.len() < 2 || self.cells > 0 || self.counts.linked == 0 {
            return false;
        }
        let loose = |at: usize| {
            let after = segments.get(at + 1).is_none_or(|next| next.parted);
            segments[at].words == 0 || segments[at].words <= LABEL_WORDS && (at == 0 || segments[at].parted) && after
        };
        let labels = (0..segments.len()).all(|at| segments[at].linked || loose(at));
        let headline = segments.iter().any(|segment| segment.linked && segment.words >= LINK_WORDS);
        self.counts.linked == self.counts.all || labels && headline
    }

    /// Who wrote it, if the line says so.
    pub(super) fn byline(&mut self) -> Option<String> {
        let byline = std::mem::take(&mut self.byline);
        // The word that introduces a name ends in a colon.
        let name = byline.split_once(':').map(|(_, name)| name.trim()).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| byline.trim());
        (!name.is_empty() && super::metadata::is_name(name)).then(|| name.to_owned())
    }

    /// Gives what stands on the line, in pieces if it is a row of links, with the hint and the number of words of each; the next
    /// line begins.
    pub(super) fn finish(&mut self, mut found: impl FnMut(&str, LineHint, u32)) {
        let mut hint = self.hint();
        if self.is_path() {
            hint.zone = Zone::Path;
        }
        if self.is_parted() {
            for at in 0..self.segments.len() {
                self.piece(at, hint, &mut found);
            }
        } else if !self.text.trim().is_empty() {
            found(self.text.trim(), hint, self.segments.iter().map(|segment| segment.words).sum());
        }
        *self = Self {
            text: std::mem::take(&mut self.text),
            inner: self.inner,
            block: self.inner,
            link: self.link,
            ..Self::default()
        };
        self.text.clear();
    }

    /// Gives one of the runs, without what parts it from the next.
    fn piece(&self, at: usize, hint: LineHint, found: &mut impl FnMut(&str, LineHint, u32)) {
        let Some(segment) = self.segments.get(at) else { return };
        let end = self.segments.get(at + 1).map_or(self.text.len(), |next| next.start);
        let mut piece = self.text.get(segment.start..end).unwrap_or_default();
        if end < self.text.len() {
            piece = piece.trim_end_matches(is_separator);
        }
        if at > 0 {
            piece = piece.trim_start_matches(is_separator);
        }
        let zone = match (segment.linked, segment.zone) {
            (true, _) => hint.zone,
            // A label beside a link.
            (false, Zone::Open) => Zone::Time,
            (false, zone) => zone,
        };
        if !piece.trim().is_empty() {
            let linked = if segment.linked { 100 } else { 0 };
            found(piece.trim(), LineHint { zone, linked, ..hint }, segment.words);
        }
    }

    fn hint(&self) -> LineHint {
        let LineCounts { all, linked, apart, beside } = self.counts;
        let LineContext { zone, article, heading, item, row, holder, .. } = self.block;
        let zone = if all > 0 && apart == all { self.apart } else { zone };
        let counted = u64::from(all.saturating_sub(beside).max(linked));
        let linked = (100 * u64::from(linked)).checked_div(counted).unwrap_or(0) as u8;
        LineHint { zone, heading, article, linked, item, row: row && self.cells > 0, headline: false, holder }
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
