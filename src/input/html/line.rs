//! A line of a page while it is read: its words, and the share of its letters that are links.
//!
//! Which zone a word is in is known behind the last line of the page only. Until then a line keeps the places of its words,
//! from which its hint is made at last.

use super::dates;
use super::field_text::{introduced, introduction};
use super::places::{PlaceLine, SettledPlace, settled_place};
use crate::document::{LineHint, Zone, is_alphanumeric, is_of_change};

/// The markup around a place on a page: the combined hints of the open elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineContext {
    /// The innermost element that names a zone or holds an article, by its number among the places of the page.
    pub(super) place: u32,
    /// The zone that it names, true or not.
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
    /// In a paragraph of its own element.
    pub(super) paragraph: bool,
    pub(super) hidden: bool,
    pub(super) preformatted: bool,
    /// A number for the name and the classes of the innermost block; 0 without classes.
    pub(super) class: u32,
    /// The class of the innermost block is that of the title of a post.
    pub(super) post_title: bool,
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
}

/// Words in a row that are all in one place, and all in links or all outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct WordRun {
    place: u32,
    linked: bool,
    letters: u32,
    digits: u32,
}

/// A line that was read, before it is known which zones its words are in.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineDraft {
    /// The place of its block.
    pub(super) place: u32,
    pub(super) heading: u8,
    pub(super) holder: u32,
    /// Its block.
    pub(super) block: u32,
    item: bool,
    row: bool,
    /// Whether it is the path to the page.
    path: bool,
    /// The link or the label that it is, where links and labels in a row are lines.
    piece: Option<LinePiece>,
    /// Whether most of its letters are links.
    pub(super) is_link: bool,
    /// Whether a link in it leads to a file.
    file: bool,
    /// The number of the address that the heading leads to, from 1; 0 for none.
    pub(super) address: u32,
    /// As in [`LineContext`].
    pub(super) class: u32,
    pub(super) post_title: bool,
    pub(super) words: u32,
}

#[derive(Debug, Clone, Copy)]
struct LinePiece {
    place: u32,
    linked: bool,
}

impl LineDraft {
    /// The zone of the whole line, and the percentage of its letters that are links. `runs` are those of the line, `places`
    /// all places of the page.
    pub(super) fn whole(&self, runs: &[WordRun], places: &[SettledPlace]) -> (Zone, u8) {
        let block = settled_place(places, self.place).zone;

        let (mut all, mut linked, mut apart, mut beside) = (0, 0, 0, 0);
        let mut other = block;
        for run in runs {
            let zone = settled_place(places, run.place).zone;
            all += run.letters;
            // A link counts as such in every zone; outside links, a zone of its own makes a word a label.
            match (run.linked, zone != block) {
                (true, _) => linked += run.letters,
                (false, true) => beside += run.letters,
                (false, false) => beside += run.digits,
            }
            if zone != block {
                apart += run.letters;
                other = zone;
            }
        }

        // A line whose letters are all in one other zone belongs to that zone.
        let zone = match self.path {
            true => Zone::Path,
            false if all > 0 && apart == all => other,
            false => block,
        };
        // Ranks, times and the like next to a link do not make the line less of a link.
        let counted = u64::from(all.saturating_sub(beside).max(linked));
        let linked = (100 * u64::from(linked)).checked_div(counted).map_or(0, |percent| percent as u8);
        (zone, linked)
    }

    /// The hint of the line. `whole` is the [`whole`](Self::whole) of the line that it was read in.
    pub(super) fn hint(&self, whole: (Zone, u8), places: &[SettledPlace]) -> LineHint {
        let (zone, linked) = match self.piece {
            // What can be downloaded stands below a text, or between its paragraphs.
            _ if self.file && self.words <= PARAGRAPH_WORDS => (Zone::Controls, whole.1),
            None => whole,
            Some(LinePiece { linked: true, .. }) => (whole.0, 100),
            // A label that names no zone itself: mostly a time or a rank.
            Some(LinePiece { place, .. }) => match settled_place(places, place).zone {
                Zone::Open => (Zone::Time, 0),
                zone => (zone, 0),
            },
        };

        let Self { heading, holder, item, row, .. } = *self;
        let article = settled_place(places, self.place).article;
        LineHint { zone, heading, article, linked, item, row, headline: false, holder }
    }

    /// What the line, which is `text`, adds to its place.
    pub(super) fn content(&self, text: &str) -> PlaceLine {
        let stops = text.trim_end_matches(['»', '"', '”', ')']).ends_with(['.', '؟', '?', '!', '۔', '…']);
        match *self {
            Self { is_link: true, words, .. } if words > LINK_WORDS => PlaceLine::Link,
            Self { is_link: true, .. } | Self { heading: 1.., .. } => PlaceLine::Other,
            Self { words, .. } if words > PARAGRAPH_WORDS || words > LINK_WORDS && stops => PlaceLine::Paragraph(words),
            _ => PlaceLine::Other,
        }
    }
}

/// A line of more words is a paragraph, also if no sign ends it.
const PARAGRAPH_WORDS: u32 = 14;

/// The link that is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenLink {
    /// The place that the link itself is, with the zone that it names.
    pub(super) place: Option<(u32, Zone)>,
    pub(super) hidden: bool,
    /// It leads to a file.
    pub(super) file: bool,
    /// The number of its address, from 1; 0 if that does not matter.
    pub(super) address: u32,
}

/// A run of words in one link, or outside links.
#[derive(Debug, Clone, Copy)]
struct LinkSegment {
    /// Where it begins in the text of the line.
    start: usize,
    linked: bool,
    place: u32,
    words: u32,
    /// Another element than the link begins or ends before it.
    parted: bool,
}

/// Fewest words of a link that is a headline, from which labels are separated.
const LINK_WORDS: u32 = 3;

/// Most words of such a label: a time, a rank, the name of a section, a sponsor.
const LABEL_WORDS: u32 = 6;

/// Longest text of an element of time that may be a date, in bytes.
const LONGEST_DATE: usize = 160;

/// Longest text before a moment that tells of what it is, in bytes.
const LONGEST_LABEL: usize = 120;

/// The line that is being read.
#[derive(Debug, Default)]
pub(super) struct PageLine {
    text: String,
    gap: WordGap,
    /// The context of the block that holds the line.
    block: LineContext,
    /// The context of the innermost element.
    inner: LineContext,
    link: Option<OpenLink>,
    /// An inline element ended, and no character followed.
    ended: bool,
    /// Since the last word, an inline element other than a link began or ended.
    touched: bool,
    /// Since the last word, a link began.
    begun: bool,
    counts: LineCounts,
    segments: Vec<LinkSegment>,
    runs: Vec<WordRun>,
    /// Words in a byline, and its place.
    byline: String,
    signed: u32,
    /// Words in an element of time, and its place.
    time: String,
    timed: u32,
    /// A link in the line leads to a file.
    file: bool,
    address: u32,
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

    /// The place of the next word, and the zone that it names: the link itself, or the innermost element.
    fn place(&self) -> (u32, Zone) {
        self.link.and_then(|link| link.place).unwrap_or((self.inner.place, self.inner.zone))
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

        let letters = word.chars().filter(|c| is_alphanumeric(*c)).count() as u32;
        let digits = word.chars().filter(|c| c.is_numeric()).count() as u32;
        self.counts.all += letters;
        if self.link.is_some() {
            self.counts.linked += letters;
        }

        let (place, zone) = self.place();
        self.run(WordRun { place, linked: self.link.is_some(), letters, digits });

        match zone {
            Zone::Byline => {
                self.byline.push(' ');
                self.byline.push_str(word);
                self.signed = place;
            }
            Zone::Time => {
                self.time.push(' ');
                self.time.push_str(word);
                self.timed = place;
            }
            _ => {}
        }
        if let Some(link) = self.link {
            self.file |= link.file;
            self.address = self.address.max(link.address);
        }
    }

    /// Adds a word to the run that it continues, or begins one.
    fn run(&mut self, word: WordRun) {
        match self.runs.last_mut() {
            Some(run) if run.place == word.place && run.linked == word.linked => {
                run.letters += word.letters;
                run.digits += word.digits;
            }
            _ => self.runs.push(word),
        }
    }

    /// Counts a word to its segment, which it may begin. Consecutive links are separate segments.
    fn segment(&mut self, word: &str) {
        let linked = self.link.is_some();
        let (begun, parted) = (std::mem::take(&mut self.begun), std::mem::take(&mut self.touched));

        let goes_on = self.segments.last().is_some_and(|last| last.linked == linked && !(begun && linked));
        if !goes_on {
            let (place, _) = self.place();
            self.segments.push(LinkSegment { start: self.text.len(), linked, place, words: 0, parted });
        }

        if let Some(last) = self.segments.last_mut() {
            last.words += u32::from(word.chars().any(is_alphanumeric));
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
        // Cells that are all links, outside articles, are a menu.
        let is_table = self.cells > 0 && (self.block.article > 0 || self.counts.linked < self.counts.all);
        if segments.len() < 2 || is_table || self.counts.linked == 0 {
            return false;
        }
        // «كتب: رائد الدهمان»: the name is a link, no headline.
        if introduction(&self.text).is_some() && segments.len() == 2 {
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

    /// The number of the block that holds the line.
    pub(super) const fn block(&self) -> u32 {
        self.block.block
    }

    /// The last words of the line so far.
    pub(super) fn last_words(&self) -> &str {
        let start = self.text.len().saturating_sub(LONGEST_LABEL);
        let start = (start..self.text.len()).find(|at| self.text.is_char_boundary(*at));
        start.and_then(|start| self.text.get(start..)).unwrap_or_default()
    }

    /// The name in the byline of the line and the place of that, if there is one; the byline is taken. Without an element
    /// that is called a byline, words may introduce a name: «كتب: رائد الدهمان».
    pub(super) fn byline(&mut self) -> Option<(u32, String)> {
        let byline = std::mem::take(&mut self.byline);
        if byline.is_empty() {
            let short = self.block.heading == 0
                && self.segments.iter().map(|segment| segment.words).sum::<u32>() <= LABEL_WORDS;
            let name = introduction(&self.text).filter(|name| short && !name.ends_with(['.', '؟', '!', '۔']))?;
            let is_name = !name.trim().is_empty() && super::field_text::is_name(name);
            return is_name.then(|| (self.block.place, name.trim().to_owned()));
        }

        let name = introduced(&byline);
        (!name.is_empty() && super::field_text::is_name(name)).then(|| (self.signed, name.to_owned()))
    }

    /// The moment that an element of time in the line names with its text, and the place of that.
    pub(super) fn moment(&self) -> Option<(u32, String)> {
        let may_be_date = self.time.len() <= LONGEST_DATE && self.time.contains(char::is_numeric);
        let moment = may_be_date.then(|| dates::written(self.time.trim())).flatten()?;
        if is_of_change(&self.text) {
            return None;
        }
        Some((self.timed, moment))
    }

    /// Calls `emit` with the trimmed text of the line and its draft, once for each segment if the line is parted and never
    /// if it is blank. Then begins the next line. The runs of the line are appended to `runs`.
    pub(super) fn finish(&mut self, runs: &mut Vec<WordRun>, mut emit: impl FnMut(&str, LineDraft)) {
        let draft = self.draft();

        if self.is_parted() {
            for at in 0..self.segments.len() {
                self.piece(at, draft, &mut emit);
            }
        } else if !self.text.trim().is_empty() {
            emit(self.text.trim(), draft);
        }
        runs.append(&mut self.runs);

        // The next line keeps the place on the page and the open link, and reuses the buffers.
        *self = Self {
            text: std::mem::take(&mut self.text),
            runs: std::mem::take(&mut self.runs),
            inner: self.inner,
            block: self.inner,
            link: self.link,
            ..Self::default()
        };
        self.text.clear();
    }

    /// Calls `emit` with one segment, without the separators at its sides.
    fn piece(&self, at: usize, line: LineDraft, emit: &mut impl FnMut(&str, LineDraft)) {
        let Some(segment) = self.segments.get(at) else { return };
        let mut piece = self.segment_text(at);
        // A separator at the ends of the line belongs to its text.
        if at + 1 < self.segments.len() {
            piece = piece.trim_end_matches(is_separator);
        }
        if at > 0 {
            piece = piece.trim_start_matches(is_separator);
        }

        if !piece.trim().is_empty() {
            let LinkSegment { linked, place, words, .. } = *segment;
            emit(piece.trim(), LineDraft { piece: Some(LinePiece { place, linked }), is_link: linked, words, ..line });
        }
    }

    /// The draft of the whole line.
    fn draft(&self) -> LineDraft {
        let LineContext { place, heading, item, row, holder, block, article, paragraph, class, post_title, .. } =
            self.block;
        let LineCounts { all, linked } = self.counts;
        let words = self.segments.iter().map(|segment| segment.words).sum();
        // Tables of an article may have a paragraph in each cell. Elsewhere tables lay out the page.
        let is_cell = paragraph && article > 0 && words <= PARAGRAPH_WORDS && linked == 0;
        LineDraft {
            place,
            heading,
            holder,
            block,
            item,
            row: row && (self.cells > 0 || is_cell),
            path: self.is_path(),
            piece: None,
            is_link: linked > 0 && 4 * u64::from(linked) >= 3 * u64::from(all),
            file: self.file,
            address: self.address,
            class,
            post_title,
            words,
        }
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
