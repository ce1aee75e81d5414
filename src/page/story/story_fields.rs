//! The date and byline of a story, from the pieces around its title.

use super::features::{PieceFeatures, PieceShape};
use super::line_pieces::LinePiece;
use super::reading::LineWords;
use super::roles::PieceRole;
use super::vocabulary::WordingClass;
use crate::document::{Date, Span};
use crate::page::matcher::PhraseMatcher;

/// Pieces before a title that may hold its date and byline.
const BEFORE: usize = 4;
/// Most words of a byline.
const BYLINE: u32 = 9;

/// The date and byline of a story, as far as the page gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoryFields {
    /// The number of the story unit.
    pub unit: usize,
    /// The time of publication.
    pub published: Option<Date>,
    /// The author in the words of the page, without the label before the name.
    pub byline: Option<Span>,
}

/// A story unit, with its title piece and its first piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct BegunStory {
    pub(super) unit: usize,
    pub(super) title: Option<usize>,
    pub(super) first: usize,
}

/// The pieces of a page with their features and roles, one of each for each piece.
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

        // Before the title a bare name could be of anything, so only signed ones count there.
        let inside = || title + 1..begun.first;
        let before = || (title.saturating_sub(BEFORE)..title).rev().take_while(|&at| self.is_furniture(at));
        StoryFields {
            unit: begun.unit,
            published: inside().chain(before()).find_map(|at| self.date(at, matcher)),
            byline: inside().find_map(|at| self.byline(at)).or_else(|| before().find_map(|at| self.signed(at))),
        }
    }

    /// Whether a piece is neither a headline nor text.
    fn is_furniture(&self, at: usize) -> bool {
        !matches!(
            self.roles[at],
            PieceRole::Item | PieceRole::Title | PieceRole::Deck | PieceRole::Body | PieceRole::Sub
        )
    }

    fn date(&self, at: usize, matcher: &mut PhraseMatcher) -> Option<Date> {
        let (line, reading) = (&self.pieces[at].line, &self.features[at].reading);
        let dated = reading.time || matches!(reading.class, Some(WordingClass::Stamp | WordingClass::Byline));
        if !dated {
            return None;
        }
        LineWords { tokens: matcher.fold(self.text, line), text: self.text, line }.date()
    }

    /// The byline or bare name at `at`.
    fn byline(&self, at: usize) -> Option<Span> {
        self.signed(at).or_else(|| self.bare_name(at))
    }

    /// A piece of two or three words between title and text, of which nothing else is known.
    fn bare_name(&self, at: usize) -> Option<Span> {
        let (features, line) = (&self.features[at], &self.pieces[at].line);
        let bare = features.shape == PieceShape::Short && features.reading.class.is_none() && !features.reading.time;
        (bare && line.words >= 2 && self.roles[at] == PieceRole::Meta).then_some(line.span)
    }

    /// The byline at `at`, by its label or its dash.
    fn signed(&self, at: usize) -> Option<Span> {
        let (features, line) = (&self.features[at], &self.pieces[at].line);
        let signed = features.is(WordingClass::Byline)
            || features.signed && features.reading.class.is_none() && !features.reading.time;

        // «قبل 3 ساعات - الرياض» is a time.
        let timed = features.reading.numbers > 0 || features.reading.ago;
        if !signed || timed || line.words > BYLINE || !self.is_furniture(at) {
            return None;
        }
        Some(name(self.text, line.span))
    }
}

/// A byline without its label: «كتب: حسام فوزي».
fn name(text: &str, line: Span) -> Span {
    let own = line.of(text);
    let sign = own.char_indices().find(|(_, c)| matches!(c, ':' | '/' | '：')).map(|(at, c)| at + c.len_utf8());
    let behind = sign.and_then(|at| own.get(at..)).map(str::trim).filter(|name| !name.is_empty());
    match behind {
        Some(name) => Span::new(line.end - name.len(), line.end),
        None => Span::new(line.start, line.start + own.trim_end_matches([':', ' ', '،', '-', '/']).len()),
    }
}
