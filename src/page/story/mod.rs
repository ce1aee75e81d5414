//! The lines of a page to stories, headlines and boilerplate: see [`super`]'s documentation.

mod assemble;
mod context;
mod costs;
mod dates;
mod decoder;
mod features;
mod inside;
mod lexicon;
mod line_pieces;
mod measure;
mod reading;
mod roles;
mod shape;
mod story_fields;
mod table_rows;
mod vocabulary;

use super::hints::LineMarks;
use super::lines::TextLine;
use super::matcher::PhraseMatcher;
use crate::document::{Span, Unit};
pub use story_fields::StoryFields;

use decoder::RoleDecoder;
use features::PieceFeatures;
use line_pieces::LinePiece;
use roles::PieceRole;
use story_fields::{BegunStory, PiecePage};

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
        line_pieces::split(text, lines, &mut self.parts, &mut self.pieces);
        measure::measure(text, &self.pieces, marks, matcher, &mut self.features);
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
