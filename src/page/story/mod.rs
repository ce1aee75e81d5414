//! The lines of a page to stories, headlines and boilerplate: see [`super`]'s documentation.

mod assemble;
mod context;
mod costs;
mod dates;
mod features;
mod fields;
mod inside;
mod lexicon;
mod pieces;
mod reading;
mod roles;
mod rows;
mod shape;
mod words;

use super::hints::Marks;
use super::lines::Line;
use super::matcher::Matcher;
use crate::document::{Span, Unit};
pub use fields::StoryFields;

use features::Features;
use fields::{Begun, Page};
use pieces::Piece;
use roles::{Decoder, Role};

/// Cuts lines into units; holds the buffers that it reuses.
#[derive(Debug, Default)]
pub(super) struct Stories {
    parts: Vec<Span>,
    pieces: Vec<Piece>,
    features: Vec<Features>,
    roles: Vec<Role>,
    decoder: Decoder,
    begun: Vec<Begun>,
}

impl Stories {
    /// Appends the units of `lines`, whose roles as cues are settled, to `out`.
    pub(super) fn cut(
        &mut self,
        text: &str,
        lines: &[Line],
        marks: &[Marks],
        matcher: &mut Matcher,
        out: &mut Vec<Unit>,
    ) {
        pieces::split(text, lines, &mut self.parts, &mut self.pieces);
        features::measure(text, &self.pieces, marks, matcher, &mut self.features);
        self.decoder.decode(&self.pieces, &self.features, &mut self.roles);
        assemble::units(text, lines, &self.pieces, &self.features, &self.roles, &mut self.begun, out);
    }

    /// The fields of the stories of `text`, which was cut last.
    pub(super) fn fields(&self, text: &str, matcher: &mut Matcher) -> Vec<StoryFields> {
        let Self { pieces, features, roles, .. } = self;
        let page = Page { text, pieces, features, roles };
        self.begun.iter().map(|begun| page.fields(begun, matcher)).collect()
    }
}
