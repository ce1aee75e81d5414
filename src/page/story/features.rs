//! The evidence that the roles of pieces are decided by: words, shape, neighbours, what repeats on the page.

use super::reading::LineReading;
use super::vocabulary::WordingClass;
use crate::page::hints::LineMarks;

/// Most words of a short piece: a name, a label, a subheading.
pub(super) const SHORT: u32 = 3;
/// Pieces of more words are paragraphs.
pub(super) const LONG: u32 = 24;
/// The same in letters of headlines: what [`PieceFeatures::length`] counts.
pub(super) const LONG_LENGTH: i32 = 19;

/// What a piece looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PieceShape {
    /// One to three words.
    #[default]
    Short,
    /// A headline's length, and no full stop.
    Headline,
    /// A short sentence with its full stop.
    Sentence,
    /// A paragraph.
    Paragraph,
}

/// The evidence of one piece.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is evidence of its own")]
pub(super) struct PieceFeatures {
    pub(super) reading: LineReading,
    pub(super) marks: LineMarks,
    pub(super) shape: PieceShape,
    /// Words, weighed against letters: what people see as length.
    pub(super) length: i32,
    /// Whether it breaks off («…»).
    pub(super) teaser: bool,
    /// Headlines in a row with this one, what stands between them passed over.
    pub(super) run: u32,
    /// The same with nothing passed over.
    pub(super) pure: u32,
    /// Short lines in a row with this one.
    pub(super) shorts: u32,
    /// How often its text stands on the page.
    pub(super) repeats: u32,
    /// Whether the same text stood before it with nothing but headlines between.
    pub(super) echo: bool,
    /// Whether a line with a colon announces it and its neighbours.
    pub(super) announced: bool,
    /// Whether it is a question of an interview.
    pub(super) asks: bool,
    /// Whether pictures were named just before it.
    pub(super) pictured: bool,
    /// Whether it is a row of a table.
    pub(super) row: bool,
    /// Whether a paragraph follows it at once, and stands before it.
    pub(super) over: bool,
    pub(super) under: bool,
    /// Whether the page's paragraphs stand apart by blank lines, so that a blank line says nothing.
    pub(super) airy: bool,
    /// Whether it is names around a dash.
    pub(super) signed: bool,
    /// Whether it is the short last line of a list that was announced.
    pub(super) last: bool,
    /// Whether it stands between paragraphs and the one below goes on with what is above: against a title.
    pub(super) goes_on: bool,
    /// Whether the paragraph below says its words again: for a title.
    pub(super) told: bool,
    /// Whether the paragraph above ended with a full stop, and this does not.
    pub(super) unstopped: bool,
    /// Whether it is one of some short lines that a paragraph runs into and out of: verses, a dialogue.
    pub(super) inset: bool,
    /// Whether it is of Latin letters on a page of Arabic ones.
    pub(super) foreign: bool,
    /// Whether it ends with a colon and goes on with no paragraph.
    pub(super) heads: bool,
    /// Whether it is headlines that ran together.
    pub(super) glued: bool,
    /// Whether what opens lists stands just before it.
    pub(super) listed: bool,
    /// Whether it is a label that stands over several stories of the page.
    pub(super) label: bool,
    /// Whether the page's paragraphs end with full stops, so that what has none is no paragraph.
    pub(super) stopped: bool,
    /// Whether the byline's name stands alone again.
    pub(super) author: bool,
    pub(super) hash: u64,
}

impl PieceFeatures {
    /// Whether it may be one of several headlines in a row.
    pub(super) const fn is_headline(&self) -> bool {
        matches!(self.shape, PieceShape::Headline) && self.reading.class.is_none() && !self.reading.time && !self.row
    }

    /// Whether it may stand between two headlines of a list.
    pub(super) const fn is_between(&self) -> bool {
        self.reading.time
            || matches!(self.reading.class, Some(WordingClass::More | WordingClass::Stamp | WordingClass::Code))
    }

    pub(super) const fn is_short(&self) -> bool {
        matches!(self.shape, PieceShape::Short)
    }

    pub(super) fn is(&self, class: WordingClass) -> bool {
        self.reading.class == Some(class)
    }

    /// Whether no story goes on behind the piece.
    pub(super) fn closes_story(&self) -> bool {
        self.author || matches!(self.reading.class, Some(WordingClass::Border | WordingClass::Author))
    }
}
