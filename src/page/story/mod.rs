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

use super::hints::LineMarks;
use super::lines::TextLine;
use super::matcher::PhraseMatcher;
use crate::document::{Span, Unit};
pub use fields::StoryFields;

use features::PieceFeatures;
use fields::{BegunStory, PiecePage};
use pieces::LinePiece;
use roles::{PieceRole, RoleDecoder};

/// Cuts lines into units; holds the buffers that it reuses.
#[derive(Debug, Default)]
pub(super) struct StoryCutter {
    parts: Vec<Span>,
    pieces: Vec<LinePiece>,
    features: Vec<PieceFeatures>,
    roles: Vec<PieceRole>,
    decoder: RoleDecoder,
    begun: Vec<BegunStory>,
}

impl StoryCutter {
    /// Appends the units of `lines`, whose roles as cues are settled, to `out`.
    pub(super) fn cut(
        &mut self,
        text: &str,
        lines: &[TextLine],
        marks: &[LineMarks],
        matcher: &mut PhraseMatcher,
        out: &mut Vec<Unit>,
    ) {
        pieces::split(text, lines, &mut self.parts, &mut self.pieces);
        features::measure(text, &self.pieces, marks, matcher, &mut self.features);
        self.decoder.decode(&self.pieces, &self.features, &mut self.roles);
        assemble::units(text, lines, &self.pieces, &self.features, &self.roles, &mut self.begun, out);
    }

    /// The fields of the stories of `text`, which was cut last.
    pub(super) fn fields(&self, text: &str, matcher: &mut PhraseMatcher) -> Vec<StoryFields> {
        let Self { pieces, features, roles, .. } = self;
        let page = PiecePage { text, pieces, features, roles };
        self.begun.iter().map(|begun| page.fields(begun, matcher)).collect()
    }
}
