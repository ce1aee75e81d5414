//! The features of a piece: the evidence that its role is decided by.

use super::reading::LineReading;
use super::vocabulary::WordingClass;
use crate::page::hints::LineMarks;

/// Most words of a short piece: a name, a label, a subheading.
pub(super) const SHORT: u32 = 3;
/// Most words of a headline; longer pieces are paragraphs.
pub(super) const LONG: u32 = 24;
/// The same bound for [`PieceFeatures::length`].
pub(super) const LONG_LENGTH: i32 = 19;

/// The shape of a piece, by its length and ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PieceShape {
    /// One to three words.
    #[default]
    Short,
    /// The length of a headline, without a full stop.
    Headline,
    /// A short sentence with its full stop.
    Sentence,
    /// A paragraph.
    Paragraph,
}

/// The features of one piece.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is evidence of its own")]
pub(super) struct PieceFeatures {
    pub(super) reading: LineReading,
    pub(super) marks: LineMarks,
    pub(super) shape: PieceShape,
    /// Its length as readers see it: words, corrected by their letters.
    pub(super) length: i32,
    /// Whether it is cut off («…»).
    pub(super) teaser: bool,
    /// Headlines in a row with it, ignoring times, «more» and section names between them.
    pub(super) run: u32,
    /// Headlines directly in a row with it.
    pub(super) pure: u32,
    /// Short lines in a row with it.
    pub(super) shorts: u32,
    /// The pieces of the page with its text.
    pub(super) repeats: u32,
    /// Whether the same text is before it, with only headlines between.
    pub(super) echo: bool,
    /// Whether a line with a colon announces it and its neighbours.
    pub(super) announced: bool,
    /// Whether it is a question of an interview.
    pub(super) asks: bool,
    /// Whether it is a caption, by the count of pictures before it.
    pub(super) pictured: bool,
    /// Whether it is a row of a table.
    pub(super) row: bool,
    /// Whether it is a row of a table that touches no paragraph.
    pub(super) apart: bool,
    /// Whether a paragraph is directly below it.
    pub(super) over: bool,
    /// Whether a paragraph is directly above it.
    pub(super) under: bool,
    /// Whether blank lines separate the paragraphs of the page, so that a blank line means nothing.
    pub(super) airy: bool,
    /// Whether it consists of names around a dash.
    pub(super) signed: bool,
    /// Whether it is the short last line of a list.
    pub(super) last: bool,
    /// Whether the text above continues below it, which speaks against a title.
    pub(super) goes_on: bool,
    /// Whether it begins with «and» right below a paragraph: a sentence of the text.
    pub(super) joins: bool,
    /// Whether the paragraph below repeats its words, which speaks for a title.
    pub(super) told: bool,
    /// Whether the paragraph below repeats its words, behind a time or byline and what else a page sets between a title and its text.
    pub(super) headed: bool,
    /// Whether a text goes on below it behind an interruption: a list, menu or control.
    pub(super) resumed: bool,
    /// Whether it is the subheading with which a text goes on there.
    pub(super) resumes: bool,
    /// Whether it has no full stop, but the paragraph above has.
    pub(super) unstopped: bool,
    /// Whether it belongs to an inset: short lines within a text, as verses and dialogues.
    pub(super) inset: bool,
    /// Whether it is a numbered point that continues the text above.
    pub(super) point: bool,
    /// Whether it is one of several numbered subheadings, or of those that a list above the text names.
    pub(super) numbered: bool,
    /// Whether it is a word for a poem above verses.
    pub(super) poem: bool,
    /// Whether it is one of those verses.
    pub(super) verse: bool,
    /// Whether it is the paragraph of an entry of a live report.
    pub(super) entry: bool,
    /// Whether it has Latin letters on a page of other letters.
    pub(super) foreign: bool,
    /// Whether it ends with a colon and does not follow a paragraph.
    pub(super) heads: bool,
    /// Whether it is headlines joined without spaces.
    pub(super) glued: bool,
    /// Whether the head of a list is directly above it.
    pub(super) listed: bool,
    /// Whether it is a label above several stories of the page.
    pub(super) label: bool,
    /// Whether the paragraphs of the page end with full stops, so that a piece without one is none.
    pub(super) stopped: bool,
    /// Whether it is the name of a byline that is repeated alone.
    pub(super) author: bool,
    /// Whether it is a headline of a list whose entries have one form of several lines.
    pub(super) named: bool,
    /// Whether a list of headlines with the names of their sections begins with it, below a table.
    pub(super) leaves_table: bool,
    /// Whether a line of signs sets it apart from what is above, as it does other headlines of the page.
    pub(super) ruled: bool,
    /// Whether it holds the name of the site.
    pub(super) names_site: bool,
    /// A hash of its folded words; 0 of a long piece.
    pub(super) hash: u64,
}

impl PieceFeatures {
    /// Whether it may be part of a row of headlines.
    pub(super) const fn is_headline(&self) -> bool {
        matches!(self.shape, PieceShape::Headline) && self.reading.class.is_none() && !self.reading.time && !self.row
    }

    /// Whether it may lie between two headlines of a list.
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

    /// Whether no story continues behind the piece.
    pub(super) fn closes_story(&self) -> bool {
        self.author || matches!(self.reading.class, Some(WordingClass::Border | WordingClass::Author))
    }
}
