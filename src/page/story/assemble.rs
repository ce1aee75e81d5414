//! Pieces with their roles to units.

use super::features::PieceFeatures;
use super::inside::shares_words;
use super::line_pieces::{LinePiece, PieceGap};
use super::roles::PieceRole;
use super::story_fields::BegunStory;
use crate::document::{Span, Unit, UnitKind};
use crate::page::lines::{self, TextLine};

/// Most pieces between the last headline of a list and the text under it.
const LISTED: usize = 9;
/// Most pieces between a title and its text.
const BETWEEN: usize = 12;

/// Appends the units to `out`. Lines of signs alone belong to the story around them, else they are boilerplate.
pub(super) fn units(
    text: &str,
    lines: &[TextLine],
    pieces: &[LinePiece],
    features: &[PieceFeatures],
    roles: &[PieceRole],
    begun: &mut Vec<BegunStory>,
    out: &mut Vec<Unit>,
) {
    let titles = titles(text, features, roles, pieces);
    let mut writer = UnitWriter { out, open: None, title: None };
    let mut numbers: Vec<Option<usize>> = vec![None; pieces.len()];
    let mut headed: Option<(Option<usize>, usize)> = None;
    begun.clear();
    let mut at = 0;
    for (number, line) in lines.iter().enumerate() {
        if pieces.get(at).is_none_or(|piece| piece.number != number) {
            let ends = || line.span.of(text).chars().all(|c| matches!(c, '.' | '۔' | '…' | '"' | '»'));
            let next = roles.get(at).copied().is_some_and(is_story);
            let goes_on = at > 0 && is_story(roles[at - 1]) && (next || ends());
            writer.push(if goes_on { UnitKind::Story } else { UnitKind::Boilerplate }, line.span);
            continue;
        }
        let mut start = line.span.start;
        while let Some(piece) = pieces.get(at).filter(|piece| piece.number == number) {
            let last = pieces.get(at + 1).is_none_or(|next| next.number != number);
            let end = if last { line.span.end } else { pieces[at + 1].line.span.start };
            let span = trimmed(text, Span::new(start, end));
            start = end;
            match roles[at] {
                PieceRole::Item | PieceRole::Title | PieceRole::Deck => {
                    let (before, core, behind) = cores(text, span, piece, &features[at]);
                    writer.maybe(before);
                    numbers[at] = Some(writer.out.len());
                    writer.push(UnitKind::Headline, core);
                    writer.maybe(behind);
                }
                role if is_story(role) => {
                    if let Some(title) = titles[at] {
                        writer.title = title.and_then(|title| numbers[title]);
                        headed = Some((title, at));
                    }
                    if piece.gap == PieceGap::Same || piece.dateline {
                        writer.open = None;
                    }
                    let (unit, before) = (writer.out.len(), writer.open);
                    writer.push(UnitKind::Story, span);
                    if before.is_none() {
                        let (title, first) = headed.unwrap_or((None, at));
                        begun.push(BegunStory { unit, title, first });
                    }
                }
                _ => writer.push(UnitKind::Boilerplate, span),
            }
            at += 1;
        }
    }
}

const fn is_story(role: PieceRole) -> bool {
    matches!(role, PieceRole::Body | PieceRole::Sub)
}

/// Whether a role may stand between a title and its text.
const fn is_between(role: PieceRole) -> bool {
    matches!(role, PieceRole::Meta | PieceRole::Furniture | PieceRole::Between | PieceRole::Widget | PieceRole::Head)
}

/// Pushes units.
struct UnitWriter<'a> {
    out: &'a mut Vec<Unit>,
    /// The story that goes on.
    open: Option<usize>,
    title: Option<usize>,
}

impl UnitWriter<'_> {
    fn push(&mut self, kind: UnitKind, span: Span) {
        if span.start >= span.end {
            return;
        }
        if kind == UnitKind::Story {
            if let Some(story) = self.open.and_then(|open| self.out.get_mut(open)) {
                story.span.end = span.end;
                return;
            }
            self.open = Some(self.out.len());
            self.out.push(Unit { kind, span, title: self.title });
            return;
        }
        self.open = None;
        self.out.push(Unit { kind, span, title: None });
    }

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

/// A headline, and what stands before and behind it on its line: a rank, a time, «more», signs.
fn cores(text: &str, span: Span, piece: &LinePiece, features: &PieceFeatures) -> (Option<Span>, Span, Option<Span>) {
    let line = piece.line.span;
    let reading = &features.reading;
    let before = if reading.before == u32::MAX { first_word(text, line) } else { reading.before as usize };
    let start = if before == 0 { span.start } else { line.start + before };
    let end = line.end - reading.behind as usize;
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

/// The bytes of the first word of a line and of the white space behind it.
fn first_word(text: &str, line: Span) -> usize {
    let own = line.of(text);
    let word = own.find(char::is_whitespace).unwrap_or(0);
    word + own[word..].len() - own[word..].trim_start().len()
}

/// For each piece that begins a story's part: its title, none if it has none; and nothing where the story before goes on.
fn titles(
    text: &str,
    features: &[PieceFeatures],
    roles: &[PieceRole],
    pieces: &[LinePiece],
) -> Vec<Option<Option<usize>>> {
    let mut titles = vec![None; roles.len()];
    let mut open = false;
    for at in 0..roles.len() {
        open &= !pieces[at].dateline;
        let starts = is_story(roles[at]) && (at == 0 || !is_story(roles[at - 1]) || pieces[at].dateline);
        if starts {
            let before = at - roles[..at].iter().rev().take(BETWEEN).take_while(|role| is_between(**role)).count();
            let headed = before > 0
                && match roles[before - 1] {
                    PieceRole::Title | PieceRole::Deck => true,
                    PieceRole::Item => !open && at - before <= LISTED,
                    _ => false,
                };
            if headed {
                let title = told_title(text, roles, pieces, title(features, roles, pieces, before), at);
                let tells = pieces[title].gap == PieceGap::Blank
                    || before < at
                    || !in_list(roles, title)
                    || shares_words(pieces[title].line.span.of(text), pieces[at].line.span.of(text));
                titles[at] = Some(Some(title).filter(|_| tells));
            } else if !open {
                titles[at] = Some(None);
            }
            open = true;
        }
        if roles[at] == PieceRole::Title || features[at].closes_story() && !is_story(roles[at]) {
            open = false;
        }
    }
    titles
}

/// The title among the headlines that end before piece `end`: the last that is said twice, else the first of its block.
fn title(features: &[PieceFeatures], roles: &[PieceRole], pieces: &[LinePiece], end: usize) -> usize {
    if roles[end - 1] == PieceRole::Item {
        return listed_title(roles, pieces, end);
    }
    let stack = (0..end)
        .rev()
        .take_while(|&at| matches!(roles[at], PieceRole::Title | PieceRole::Deck) || is_between(roles[at]));
    let mut first = end - 1;
    for at in stack {
        if roles[at] == PieceRole::Title {
            first = at;
            if features[at].echo {
                return at;
            }
        }
        if pieces[at].gap == PieceGap::Blank && roles[at] == PieceRole::Title {
            break;
        }
    }
    listed_title(roles, pieces, first + 1)
}

/// Among the headlines of the block that begins with the one at `title`, the first that the story at `story` tells.
fn told_title(text: &str, roles: &[PieceRole], pieces: &[LinePiece], title: usize, story: usize) -> usize {
    let displayed = |at: &usize| matches!(roles[*at], PieceRole::Title | PieceRole::Deck | PieceRole::Item);
    let block = || (title..story).take_while(displayed).take(BLOCK);
    let body = pieces[story].line.span.of(text);
    block().find(|&at| shares_words(pieces[at].line.span.of(text), body)).unwrap_or(title)
}

/// Whether the headline at `at` ends a list.
fn in_list(roles: &[PieceRole], at: usize) -> bool {
    at >= BLOCK && roles[at - BLOCK..at].iter().all(|role| *role == PieceRole::Item)
}

/// Most headlines of a block that is a title with what explains it.
const BLOCK: usize = 3;

/// The title where a list ends before piece `end`: the first of its last block, if that is short.
fn listed_title(roles: &[PieceRole], pieces: &[LinePiece], end: usize) -> usize {
    let mut first = end - 1;
    while first > 0 && pieces[first].gap != PieceGap::Blank && roles[first - 1] == PieceRole::Item {
        first -= 1;
    }
    if end - first <= BLOCK { first } else { end - 1 }
}
