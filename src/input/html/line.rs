//! A line of a page while it is read: its words, and the share of its letters that are links.

use crate::document::{LineHint, Zone};

/// The markup around a place on a page: the combined hints of the open elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineContext {
    pub(super) zone: Zone,
    /// The innermost article, from 1; 0 for none.
    pub(super) article: u32,
    /// The number of the innermost block.
    pub(super) block: u32,
    /// The number of the block around that.
    pub(super) holder: u32,
    /// As in [`LineHint::heading`].
    pub(super) heading: u8,
    pub(super) item: bool,
    pub(super) row: bool,
    pub(super) hidden: bool,
    pub(super) preformatted: bool,
}

/// The gap between the last word and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum WordGap {
    #[default]
    None,
    Space,
    /// A cell of a table ended.
    Cell,
}

/// Numbers of letters and digits.
#[derive(Debug, Clone, Copy, Default)]
struct LineCounts {
    all: u32,
    /// In links.
    linked: u32,
    /// In inline elements of another zone than the line's, mostly times and bylines.
    apart: u32,
    /// Outside links, those that do not make a line less of a link: letters apart, and digits, which are ranks and
    /// times.
    beside: u32,
}

/// The link that is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenLink {
    /// The zone that the link itself names.
    pub(super) zone: Option<Zone>,
    pub(super) hidden: bool,
}

/// A run of words in one link, or outside links.
#[derive(Debug, Clone, Copy)]
struct LinkSegment {
    /// Where it begins in the text of the line.
    start: usize,
    linked: bool,
    zone: Zone,
    words: u32,
    /// Another element than the link begins or ends before it.
    parted: bool,
}

/// Fewest words of a link that is a headline, from which labels are separated.
const LINK_WORDS: u32 = 3;

/// Most words of such a label: a time, a rank, the name of a section, a sponsor.
const LABEL_WORDS: u32 = 6;

/// The line that is being read.
#[derive(Debug, Default)]
pub(super) struct PageLine {
    text: String,
    gap: WordGap,
    /// The context of the block that holds the line.
    block: LineContext,
    /// The context of the innermost element.
    inner: LineContext,
    /// The zone of the last word that belongs to another zone than the line.
    apart: Zone,
    link: Option<OpenLink>,
    /// An inline element ended, and no character followed.
    ended: bool,
    /// Since the last word, an inline element other than a link began or ended.
    touched: bool,
    /// Since the last word, a link began.
    begun: bool,
    counts: LineCounts,
    segments: Vec<LinkSegment>,
    /// Words in the byline zone.
    byline: String,
    cells: u32,
}

impl PageLine {
    /// Continues inside another element.
    pub(super) fn enter(&mut self, context: LineContext, block: bool) {
        self.inner = context;
        if block {
            self.block = context;
        }
    }

    /// The article that holds the line, from 1; 0 for none.
    pub(super) const fn article(&self) -> u32 {
        self.block.article
    }

    pub(super) fn space(&mut self) {
        self.gap = self.gap.max(WordGap::Space);
    }

    /// Begins a cell of a table.
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

    /// Notes that an inline element other than a link begins or ends.
    pub(super) fn touch(&mut self) {
        self.touched = true;
    }

    /// Ends an inline element that pages usually style as a block of its own.
    pub(super) fn end_inline(&mut self) {
        self.ended = true;
    }

    /// Begins such an element; a space separates it from one that ended right before.
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

        // The words left a gap behind them; without white space at the end there is none.
        if !is_blank(characters.chars().next_back()) && self.gap == WordGap::Space && !characters.is_empty() {
            self.gap = WordGap::None;
        }
    }

    /// The zone of the next word: the link's own, or that of the innermost element.
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

        // The segment begins where the word will be, so it is noted before the word is added.
        self.segment(word);
        self.text.push_str(word);

        let letters = word.chars().filter(|c| c.is_alphanumeric()).count() as u32;
        self.counts.all += letters;

        let zone = self.zone();

        // A link counts as such in every zone; outside links, a zone of its own makes a word a label.
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

    /// Counts a word to its segment, which it may begin. Consecutive links are separate segments.
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

    /// The text of a segment, with the separators behind it.
    fn segment_text(&self, at: usize) -> &str {
        let end = self.segments.get(at + 1).map_or(self.text.len(), |next| next.start);
        let text = self.segments.get(at).and_then(|segment| self.text.get(segment.start..end));
        debug_assert!(text.is_some(), "segments begin at words of the line");
        text.unwrap_or("")
    }

    /// Whether the line is a breadcrumb path: links with arrows between them.
    fn is_path(&self) -> bool {
        let is_arrows = |at: usize| {
            let between = self.segment_text(at).trim();
            !between.is_empty() && between.chars().all(|c| matches!(c, '›' | '»' | '>' | '‹' | '«' | '→' | '←'))
        };

        let (links, rest): (Vec<usize>, Vec<usize>) =
            (0..self.segments.len()).partition(|at| self.segments[*at].linked);
        links.len() > 1 && !rest.is_empty() && rest.into_iter().all(is_arrows)
    }

    /// Whether each segment becomes a line: links in a row, or a headline that is a link with labels next to it.
    fn is_parted(&self) -> bool {
        let segments = &self.segments;
        if segments.len() < 2 || self.cells > 0 || self.counts.linked == 0 {
            return false;
        }
        // A label is short, and elements separate it from its neighbours; separators alone have no words.

        let is_label = |at: usize| {
            let after = segments.get(at + 1).is_none_or(|next| next.parted);
            segments[at].words == 0 || segments[at].words <= LABEL_WORDS && (at == 0 || segments[at].parted) && after
        };

        let labels = (0..segments.len()).all(|at| segments[at].linked || is_label(at));
        let headline = segments.iter().any(|segment| segment.linked && segment.words >= LINK_WORDS);

        self.counts.linked == self.counts.all || labels && headline
    }

    /// The name in the byline of the line, if there is one; the byline is taken.
    pub(super) fn byline(&mut self) -> Option<String> {
        let byline = std::mem::take(&mut self.byline);
        // A colon ends the word that introduces a name, such as "by:".

        let name = byline.split_once(':').map(|(_, name)| name.trim()).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| byline.trim());

        (!name.is_empty() && super::metadata::is_name(name)).then(|| name.to_owned())
    }

    /// Calls `emit` with the trimmed text of the line, its hint and its number of words, once for each segment if the
    /// line is parted and never if it is blank. Then begins the next line.
    pub(super) fn finish(&mut self, mut emit: impl FnMut(&str, LineHint, u32)) {
        let mut hint = self.hint();
        if self.is_path() {
            hint.zone = Zone::Path;
        }

        if self.is_parted() {
            for at in 0..self.segments.len() {
                self.piece(at, hint, &mut emit);
            }
        } else if !self.text.trim().is_empty() {
            emit(self.text.trim(), hint, self.segments.iter().map(|segment| segment.words).sum());
        }

        // The next line keeps the place on the page and the open link, and reuses the buffer.
        *self = Self {
            text: std::mem::take(&mut self.text),
            inner: self.inner,
            block: self.inner,
            link: self.link,
            ..Self::default()
        };
        self.text.clear();
    }

    /// Calls `emit` with one segment, without the separators at its sides.
    fn piece(&self, at: usize, hint: LineHint, emit: &mut impl FnMut(&str, LineHint, u32)) {
        let Some(segment) = self.segments.get(at) else { return };
        let mut piece = self.segment_text(at);
        // A separator at the ends of the line belongs to its text.
        if at + 1 < self.segments.len() {
            piece = piece.trim_end_matches(is_separator);
        }
        if at > 0 {
            piece = piece.trim_start_matches(is_separator);
        }

        let zone = match (segment.linked, segment.zone) {
            (true, _) => hint.zone,
            // A label that names no zone itself: mostly a time or a rank.
            (false, Zone::Open) => Zone::Time,
            (false, zone) => zone,
        };

        if !piece.trim().is_empty() {
            let linked = if segment.linked { 100 } else { 0 };
            emit(piece.trim(), LineHint { zone, linked, ..hint }, segment.words);
        }
    }

    /// The hint of the whole line.
    fn hint(&self) -> LineHint {
        let LineCounts { all, linked, apart, beside } = self.counts;
        let LineContext { zone, article, heading, item, row, holder, .. } = self.block;

        // A line whose letters are all in one other zone belongs to that zone.
        let zone = if all > 0 && apart == all { self.apart } else { zone };

        // Ranks, times and the like next to a link do not make the line less of a link.
        let counted = u64::from(all.saturating_sub(beside).max(linked));
        let linked = (100 * u64::from(linked)).checked_div(counted).map_or(0, |percent| percent as u8);

        LineHint { zone, heading, article, linked, item, row: row && self.cells > 0, headline: false, holder }
    }
}

/// Whether a character is white space between words. As in plain text, a no-break space is not.
fn is_blank(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_whitespace() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}'))
}

/// Whether a character separates links in a row.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '|' | '·' | '•' | '/' | '-' | '–' | '»' | '›' | '«' | '‹' | '>' | '،' | ',' | ':')
}
