//! What stands around a story's title: when it was published, who wrote it.

use super::features::{Features, Shape};
use super::pieces::Piece;
use super::reading::Words;
use super::roles::Role;
use super::words::Class;
use crate::document::{Date, Span};
use crate::page::matcher::Matcher;

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
pub(super) struct Begun {
    pub(super) unit: usize,
    pub(super) title: Option<usize>,
    pub(super) first: usize,
}

/// The pieces of a page.
pub(super) struct Page<'a> {
    pub(super) text: &'a str,
    pub(super) pieces: &'a [Piece],
    pub(super) features: &'a [Features],
    pub(super) roles: &'a [Role],
}

impl Page<'_> {
    /// The fields of a story: from between its title and its text, else from just before its title.
    pub(super) fn fields(&self, begun: &Begun, matcher: &mut Matcher) -> StoryFields {
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
        !matches!(self.roles[at], Role::Item | Role::Title | Role::Deck | Role::Body | Role::Sub)
    }

    fn date(&self, at: usize, matcher: &mut Matcher) -> Option<Date> {
        let (line, reading) = (&self.pieces[at].line, &self.features[at].reading);
        let dated = reading.time || matches!(reading.class, Some(Class::Stamp | Class::Byline));
        let read =
            |matcher: &mut Matcher| Words { tokens: matcher.fold(self.text, line), text: self.text, line }.date();
        dated.then(|| read(matcher)).flatten()
    }

    /// The byline at `at`, or the bare name that stands there.
    fn byline(&self, at: usize) -> Option<Span> {
        self.signed(at).or_else(|| {
            let features = &self.features[at];
            let words = self.pieces[at].line.words;
            let bare = features.shape == Shape::Short && features.reading.class.is_none() && !features.reading.time;
            (bare && words >= 2 && self.roles[at] == Role::Meta).then(|| self.pieces[at].line.span)
        })
    }

    fn signed(&self, at: usize) -> Option<Span> {
        let (features, line) = (&self.features[at], &self.pieces[at].line);
        let signed =
            features.is(Class::Byline) || features.signed && features.reading.class.is_none() && !features.reading.time;
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
