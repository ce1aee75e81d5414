//! Cuts the lines of a page into stories, headlines and boilerplate, in the steps that [`super`] describes.

mod assemble;
mod captions;
mod contents;
mod context;
mod costs;
mod dates;
mod decoder;
mod features;
mod inside;
mod interruptions;
mod lexicon;
mod line_pieces;
mod markdown;
mod measure;
mod moments;
mod points;
mod pull_quotes;
mod reading;
mod records;
mod roles;
mod separators;
mod shape;
mod story_fields;
mod table_rows;
mod text_tables;
mod verses;
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

/// Cuts lines into units; holds reusable buffers, and the evidence of the last page for its fields.
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
    /// Appends the units of `lines` to `out`; the cues among them must be settled.
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

        let page = PiecePage { text, pieces: &self.pieces, features: &self.features, roles: &self.roles };
        assemble::units(&page, lines, &mut self.begun, out);
    }

    /// The fields of the stories of `text`, which must be the text cut last.
    pub(super) fn fields(&self, text: &str, matcher: &mut PhraseMatcher) -> Vec<StoryFields> {
        let Self { pieces, features, roles, .. } = self;
        let page = PiecePage { text, pieces, features, roles };
        self.begun.iter().map(|begun| page.fields(begun, matcher)).collect()
    }
}
