//! Builds units from pieces and their roles.

use super::features::PieceFeatures;
use super::inside::shares_words;
use super::line_pieces::{LinePiece, PieceGap};
use super::roles::PieceRole;
use super::story_fields::{BegunStory, PiecePage};
use crate::document::{Span, Unit, UnitKind};
use crate::page::lines::{self, TextLine};

/// Most pieces between the last headline of a list and the text that it is the title of.
const LISTED: usize = 9;
/// Most pieces between a title and its text.
const BETWEEN: usize = 12;
/// Most headlines of a block: a title and those that explain it.
const BLOCK: usize = 3;

/// Appends the units of `page` to `out`, and replaces `begun` by the stories among them. `lines` are the lines of the page.
/// A line without letters belongs to the story around it, else it is boilerplate.
pub(super) fn units(page: &PiecePage<'_>, lines: &[TextLine], begun: &mut Vec<BegunStory>, out: &mut Vec<Unit>) {
    begun.clear();
    let titles = titles(page);
    let numbers = vec![None; page.pieces.len()];
    let mut writer = UnitWriter { page, titles, numbers, out, begun, open: None, title: None, headed: None };

    let mut at = 0;
    for (number, line) in lines.iter().enumerate() {
        // Lines without letters have no pieces.
        if page.pieces.get(at).is_none_or(|piece| piece.number != number) {
            writer.wordless(at, line.span);
            continue;
        }

        // White space and signs between two pieces of a line belong to the first.
        let mut start = line.span.start;
        while page.pieces.get(at).is_some_and(|piece| piece.number == number) {
            let next = page.pieces.get(at + 1).filter(|next| next.number == number);
            let end = next.map_or(line.span.end, |next| next.line.span.start);
            writer.piece(at, trimmed(page.text, Span::new(start, end)));
            start = end;
            at += 1;
        }
    }
}

const fn is_story(role: PieceRole) -> bool {
    matches!(role, PieceRole::Body | PieceRole::Sub)
}

/// Whether a role may be between a title and its text.
const fn is_between(role: PieceRole) -> bool {
    matches!(role, PieceRole::Meta | PieceRole::Furniture | PieceRole::Between | PieceRole::Widget | PieceRole::Head)
}

/// Writes units, piece by piece.
struct UnitWriter<'a> {
    page: &'a PiecePage<'a>,
    /// The title of each piece that begins a part of a story: see [`titles`].
    titles: Vec<Option<Option<usize>>>,
    /// The number of the unit of each headline piece.
    numbers: Vec<Option<usize>>,
    out: &'a mut Vec<Unit>,
    begun: &'a mut Vec<BegunStory>,
    /// The story unit that the next piece may continue.
    open: Option<usize>,
    /// The headline unit of the next story.
    title: Option<usize>,
    /// Its piece, if any, and the first piece of its story.
    headed: Option<(Option<usize>, usize)>,
}

impl UnitWriter<'_> {
    /// Writes a line without letters before piece `at`.
    fn wordless(&mut self, at: usize, span: Span) {
        let roles = self.page.roles;
        let ends = || span.of(self.page.text).chars().all(|c| matches!(c, '.' | '۔' | '…' | '"' | '»'));
        let next = roles.get(at).copied().is_some_and(is_story);
        let inside = at > 0 && is_story(roles[at - 1]) && (next || ends());
        self.push(if inside { UnitKind::Story } else { UnitKind::Boilerplate }, span);
    }

    /// Writes piece `at`.
    fn piece(&mut self, at: usize, span: Span) {
        match self.page.roles[at] {
            PieceRole::Item | PieceRole::Title | PieceRole::Deck => self.headline(at, span),
            role if is_story(role) => self.story(at, span),
            _ => self.push(UnitKind::Boilerplate, span),
        }
    }

    fn headline(&mut self, at: usize, span: Span) {
        let PiecePage { text, pieces, features, .. } = *self.page;
        let (before, core, behind) = cores(text, span, &pieces[at], &features[at]);
        self.maybe(before);
        self.numbers[at] = Some(self.out.len());
        self.push(UnitKind::Headline, core);
        self.maybe(behind);
    }

    fn story(&mut self, at: usize, span: Span) {
        if let Some(title) = self.titles[at] {
            self.title = title.and_then(|title| self.numbers[title]);
            self.headed = Some((title, at));
        }

        // A part of a line, or a dateline, begins a story of its own.
        let piece = &self.page.pieces[at];
        if piece.gap == PieceGap::Same || piece.dateline {
            self.open = None;
        }

        let (unit, open) = (self.out.len(), self.open);
        self.push(UnitKind::Story, span);
        if open.is_none() {
            let (title, first) = self.headed.unwrap_or((None, at));
            self.begun.push(BegunStory { unit, title, first });
        }
    }

    /// Appends a unit, or extends the open story.
    fn push(&mut self, kind: UnitKind, span: Span) {
        // Signs that were cut off may leave nothing.
        if span.start >= span.end {
            return;
        }
        if kind != UnitKind::Story {
            self.open = None;
            self.out.push(Unit { kind, span, title: None });
            return;
        }

        if let Some(open) = self.open {
            self.out[open].span.end = span.end;
        } else {
            self.open = Some(self.out.len());
            self.out.push(Unit { kind, span, title: self.title });
        }
    }

    /// Appends what surrounds a headline, if anything.
    fn maybe(&mut self, span: Option<Span>) {
        if let Some(span) = span {
            self.push(UnitKind::Boilerplate, span);
        }
    }
}

fn trimmed(text: &str, span: Span) -> Span {
    let own = span.of(text);
    let start = span.start + (own.len() - own.trim_start().len());
    Span::new(start, start + own.trim().len())
}

/// A headline, and what surrounds it on its line: a rank, a time, «more», signs.
fn cores(text: &str, span: Span, piece: &LinePiece, features: &PieceFeatures) -> (Option<Span>, Span, Option<Span>) {
    let line = piece.line.span;
    let reading = &features.reading;
    let before = if reading.before == u32::MAX { first_word(text, line) } else { reading.before as usize };
    let start = if before == 0 { span.start } else { line.start + before };
    let end = line.end - reading.behind as usize;

    // Surroundings without letters stay with the headline, and a headline keeps at least a letter.
    let word = |span: Span| span.of(text).chars().any(lines::is_word_char);
    let (start, end) = if start < end && word(Span::new(start, end)) { (start, end) } else { (span.start, span.end) };
    let start = if word(Span::new(span.start, start)) { start } else { span.start };
    let end = if word(Span::new(end, span.end)) { end } else { span.end };

    let rest = |span: Span| {
        let span = trimmed(text, span);
        (span.start < span.end).then_some(span)
    };
    let core = trimmed(text, Span::new(start, end));
    (rest(Span::new(span.start, start)), core, rest(Span::new(end, span.end)))
}

/// The bytes of the first word of a line and of the white space behind it; 0 for a line of one word.
fn first_word(text: &str, line: Span) -> usize {
    let own = line.of(text);
    // A line of one word has no headline behind it.
    own.find(char::is_whitespace).map_or(0, |end| own.len() - own[end..].trim_start().len())
}

/// For each piece that begins a part of a story: its title, or `Some(None)` if it has none. `None` where the story before it
/// goes on.
fn titles(page: &PiecePage<'_>) -> Vec<Option<Option<usize>>> {
    let PiecePage { pieces, features, roles, .. } = *page;
    let mut titles = vec![None; roles.len()];
    // Whether a story is open that goes on behind an interruption.
    let mut open = false;

    for at in 0..roles.len() {
        open &= !pieces[at].dateline;
        let starts = is_story(roles[at]) && (at == 0 || !is_story(roles[at - 1]) || pieces[at].dateline);
        if starts {
            titles[at] = match heading_end(roles, at, open) {
                Some(end) => Some(page.title_of(at, end)),
                None if open => None,
                None => Some(None),
            };
            open = true;
        }

        if roles[at] == PieceRole::Title || features[at].closes_story() && !is_story(roles[at]) {
            open = false;
        }
    }
    titles
}

/// The end of the headlines above the story at `at`; `None` if none is near. The last item of a list counts only if no story is
/// `open`.
fn heading_end(roles: &[PieceRole], at: usize, open: bool) -> Option<usize> {
    let between = roles[..at].iter().rev().take(BETWEEN).take_while(|role| is_between(**role)).count();
    let headed = match roles[..at - between].last()? {
        PieceRole::Title | PieceRole::Deck => true,
        PieceRole::Item => !open && between <= LISTED,
        _ => false,
    };
    headed.then_some(at - between)
}

impl PiecePage<'_> {
    /// The title of the story at `story`, among the headlines that end before piece `end`.
    fn title_of(&self, story: usize, end: usize) -> Option<usize> {
        let title = self.told_title(self.displayed_title(end), story);

        // The last item of a list is a title only if a blank line, a byline or its own words tie it to the story.
        let tied = self.pieces[title].gap == PieceGap::Blank
            || end < story
            || !in_list(self.roles, title)
            || shares_words(self.piece_text(title), self.piece_text(story));
        tied.then_some(title)
    }

    fn piece_text(&self, at: usize) -> &str {
        self.pieces[at].line.span.of(self.text)
    }

    /// The title among the headlines that end before piece `end`: the last that is repeated, else the first of its block.
    fn displayed_title(&self, end: usize) -> usize {
        let Self { pieces, features, roles, .. } = *self;
        if roles[end - 1] == PieceRole::Item {
            return listed_title(roles, pieces, end);
        }

        // Upwards through titles and what may lie between them, up to a title behind a blank line.
        let mut first = end - 1;
        for at in (0..end).rev() {
            match roles[at] {
                PieceRole::Title => first = at,
                role if role == PieceRole::Deck || is_between(role) => continue,
                _ => break,
            }
            if features[at].echo {
                return at;
            }
            if pieces[at].gap == PieceGap::Blank {
                break;
            }
        }
        listed_title(roles, pieces, first + 1)
    }

    /// The first headline of the block from `title` on whose words the story at `story` repeats; else `title`.
    fn told_title(&self, title: usize, story: usize) -> usize {
        let is_headline = |at: &usize| matches!(self.roles[*at], PieceRole::Title | PieceRole::Deck | PieceRole::Item);
        let mut block = (title..story).take_while(is_headline).take(BLOCK);

        let body = self.piece_text(story);
        block.find(|&at| shares_words(self.piece_text(at), body)).unwrap_or(title)
    }
}

/// Whether the headline at `at` is behind several items of a list.
fn in_list(roles: &[PieceRole], at: usize) -> bool {
    at >= BLOCK && roles[at - BLOCK..at].iter().all(|role| *role == PieceRole::Item)
}

/// The title where a list ends before piece `end`: the first of its last block if that is short, else the last headline.
fn listed_title(roles: &[PieceRole], pieces: &[LinePiece], end: usize) -> usize {
    let mut first = end - 1;
    while first > 0 && pieces[first].gap != PieceGap::Blank && roles[first - 1] == PieceRole::Item {
        first -= 1;
    }

    if end - first <= BLOCK { first } else { end - 1 }
}
