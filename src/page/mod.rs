//! Pages: a document's text cut into the [`Unit`](crate::document::Unit)s that are compared.
//!
//! A scraped page holds several stories, titles, links to other stories, source and keyword lines. As a whole it resembles
//! no other page; its units do resemble their copies. [`UnitLevel`] says how finely to cut:
//!
//! | level | units |
//! |---|---|
//! | `document` | one unit: the whole text, with the white space at its ends |
//! | `story` | stories, headlines and boilerplate (below) |
//! | `paragraph` | each line is a `paragraph` or boilerplate |
//! | `line` | each line is a `line` or boilerplate |
//!
//! Below the document the units are in text order, do not overlap, and neither begin nor end with white space. Every line
//! that is not blank belongs to exactly one unit, or to several at the story level.
//!
//! ```
//! use mukarrar::document::UnitKind;
//! use mukarrar::page::{Cutter, UnitLevel};
//!
//! let page = "فتح المتحف أبوابه أمس بعد ترميم دام سنتين.\n\
//!     المصدر: صحيفة المدينة\n\
//!     مقالات مشابهة\n\
//!     • المتحف يستقبل أول زواره\n";
//! let mut units = Vec::new();
//! Cutter::new().cut(page, UnitLevel::Story, &mut units);
//! let kinds: Vec<UnitKind> = units.iter().map(|unit| unit.kind).collect();
//! assert_eq!(kinds, [UnitKind::Story, UnitKind::Boilerplate, UnitKind::Boilerplate, UnitKind::Headline]);
//! assert_eq!(units[3].span.of(page), "• المتحف يستقبل أول زواره");
//! ```
//!
//! # How a page is cut into stories
//!
//! A line alone seldom tells its role: «مطالب السكان» is a subheading between two paragraphs, a section name over a list, or
//! an entry of a menu. Evidence is therefore gathered first, then the roles of the whole page are decided together:
//!
//! 1. **Cues** (`cues.rs`): lines that are boilerplate in any text (إقرأ أيضاً, المصدر:, كلمات دلالية: …). This step is shared
//!    with the other levels; the following ones belong to the story level.
//! 2. **Pieces** (`story/line_pieces.rs`): a line with several headlines, separated by wide spaces, bars, bullets or a site
//!    name behind each, is split; so is a line with several short stories under one dateline. Rows of tables and menus stay
//!    whole.
//! 3. **Reading** (`story/reading.rs`, vocabulary in `story/vocabulary.rs`): the class of a piece by its words (a section, the
//!    head of a list or widget, a control, «more», a date or relative time in Arabic, Persian or Urdu, a byline, a caption,
//!    a count), and the rank, time or «more» around a headline on its line.
//! 4. **Features** (`story/measure.rs`): length, ending, runs of headlines and short lines, table rows, repeated lines,
//!    announced lists, captions, verses and dialogues, the author's name in a box of its own; whether the paragraph below a
//!    short line repeats its words (a title) or continues the text above (a subheading); whether blank lines and full stops
//!    carry meaning on this page.
//! 5. **Roles** (`story/decoder.rs`): each piece gets one of ten roles. A role costs what the evidence says against it, a step
//!    between two roles what their order says against it (a title is followed by its story; a list inside a story lets the
//!    story go on, keywords do not). The cheapest sequence wins, so that one odd line does not break the page. Costs are
//!    set by hand: nothing is learned or random.
//! 6. **Units** (`story/assemble.rs`): titles and items become `headline` units; a rank, a time and «more» next to one become
//!    `boilerplate` units of their own. Consecutive paragraphs and subheadings become one `story`, with the number of its
//!    title in [`Unit::title`](crate::document::Unit::title); behind an interruption (links, a share bar, an advertisement) a
//!    new unit begins with the same title. A line without letters belongs to the story around it, else it is boilerplate.
//!
//! [`Cutter::fields`] gives the date and byline of a story ([`StoryFields`]): those between title and text, else those just
//! above the title.
//!
//! Two further sources of evidence change the costs and nothing else: [`MarkupHint`]s, where the markup of a text is known
//! ([`Cutter::cut_marked`]), and the lines that return on many pages of a source, which a run counts first
//! (`returning.rs`).
//!
//! Cutting is linear in the text.

mod boilerplate;
mod boilerplate_rules;
mod credit_gap;
mod credits;
mod cue_prefilter;
mod cues;
mod cutter;
pub(crate) mod field_list;
mod glue;
mod hints;
mod learn;
mod level;
mod line_ends;
mod line_parts;
mod lines;
mod markup;
mod matcher;
mod relative_times;
mod returning;
mod sieve;
mod source_numbers;
mod sources;
mod story;
mod tail_signs;
mod time_words;
mod wrapped;

pub use boilerplate::{Boilerplate, SourcedText};
pub use boilerplate_rules::{BoilerplateRule, BoilerplateRules};
pub use cutter::Cutter;
pub use hints::{MarkupHint, MarkupMark};
pub(crate) use learn::{PartSampler, RuleLearner};
pub use level::UnitLevel;
pub use line_parts::RuleKind;
pub use markup::PageFields;
pub(crate) use relative_times::TimeFinder;
pub use returning::ReturningLines;
pub(crate) use returning::{LineCounter, LineHasher, PageLines};
pub use sieve::Sieve;
pub(crate) use source_numbers::{SourceNumber, SourceNumbers};
pub use sources::SourceResolver;
pub(crate) use sources::{UNNAMED_SOURCE, host, source_key};
pub use story::StoryFields;
