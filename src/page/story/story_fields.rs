//! What stands around a story's title: when it was published, who wrote it.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::LinePiece;
use super::reading::LineWords;
use super::roles::PieceRole;
use super::vocabulary::WordingClass;
use crate::document::{Date, Span};
use crate::page::matcher::PhraseMatcher;

/// Pieces before a title in which its date and byline may stand.
const BEFORE: usize = 4;
/// Most words of a byline.
const BYLINE: u32 = 9;

/// What a page says about one of its stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoryFields {
    /// The number of the story unit.
    pub unit: usize,
    /// When it was published.
    pub published: Option<Date>,
    /// Who wrote it, as the page says it; the word that introduces the name is left out.
    pub byline: Option<Span>,
}

/// A story unit, the piece that is its title, and the piece that it begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct BegunStory {
    pub(super) unit: usize,
    pub(super) title: Option<usize>,
    pub(super) first: usize,
}

/// The pieces of a page.
pub(super) struct PiecePage<'a> {
    pub(super) text: &'a str,
    pub(super) pieces: &'a [LinePiece],
    pub(super) features: &'a [PieceFeatures],
    pub(super) roles: &'a [PieceRole],
}

impl PiecePage<'_> {
    /// The fields of a story: from between its title and its text, else from just before its title.
    pub(super) fn fields(&self, begun: &BegunStory, matcher: &mut PhraseMatcher) -> StoryFields {
        let Some(title) = begun.title else { return StoryFields { unit: begun.unit, ..StoryFields::default() } };
        let inside = || title + 1..begun.first;
        let before = || (title.saturating_sub(BEFORE)..title).rev().take_while(|&at| self.is_furniture(at));
        StoryFields {
            unit: begun.unit,
            published: inside().chain(before()).find_map(|at| self.date(at, matcher)),
            byline: inside().find_map(|at| self.byline(at)).or_else(|| before().find_map(|at| self.signed(at))),
        }
    }

    fn is_furniture(&self, at: usize) -> bool {
        !matches!(
            self.roles[at],
            PieceRole::Item | PieceRole::Title | PieceRole::Deck | PieceRole::Body | PieceRole::Sub
        )
    }

    fn date(&self, at: usize, matcher: &mut PhraseMatcher) -> Option<Date> {
        let (line, reading) = (&self.pieces[at].line, &self.features[at].reading);
        let dated = reading.time || matches!(reading.class, Some(WordingClass::Stamp | WordingClass::Byline));
        let read = |matcher: &mut PhraseMatcher| {
            LineWords { tokens: matcher.fold(self.text, line), text: self.text, line }.date()
        };
        dated.then(|| read(matcher)).flatten()
    }

    /// The byline at `at`, or the bare name that stands there.
    fn byline(&self, at: usize) -> Option<Span> {
        self.signed(at).or_else(|| {
            let features = &self.features[at];
            let words = self.pieces[at].line.words;
            let bare =
                features.shape == PieceShape::Short && features.reading.class.is_none() && !features.reading.time;
            (bare && words >= 2 && self.roles[at] == PieceRole::Meta).then(|| self.pieces[at].line.span)
        })
    }

    fn signed(&self, at: usize) -> Option<Span> {
        let (features, line) = (&self.features[at], &self.pieces[at].line);
        let signed = features.is(WordingClass::Byline)
            || features.signed && features.reading.class.is_none() && !features.reading.time;
        let timed = features.reading.numbers > 0 || features.reading.ago;
        if !signed || timed || line.words > BYLINE || !self.is_furniture(at) {
            return None;
        }
        Some(name(self.text, line.span))
    }
}

/// A byline without the word that introduces it: «كتب: حسام فوزي».
fn name(text: &str, line: Span) -> Span {
    let own = line.of(text);
    let sign = own.char_indices().find(|(_, c)| matches!(c, ':' | '/' | '：')).map(|(at, c)| at + c.len_utf8());
    let behind = sign.and_then(|at| own.get(at..)).map(str::trim).filter(|name| !name.is_empty());
    match behind {
        Some(name) => {
            let start = line.start + (own.len() - own.trim_end().len()) + own.trim_end().len() - name.len();
            Span::new(start.min(line.end), line.end)
        }
        None => Span::new(line.start, line.start + own.trim_end_matches([':', ' ', '،', '-', '/']).len()),
    }
}
