//! Pages: a document's text cut into the [`Unit`]s that are compared.
//!
//! A scraped page holds several stories, titles, lists of links to other stories, source and keyword lines. Compared
//! whole it resembles nothing; cut into units it gives up its copies. [`UnitLevel`] says how fine to cut:
//!
//! | level | units |
//! |---|---|
//! | `document` | one unit, the whole text, white space at its ends included |
//! | `story` | stories, headlines and boilerplate (below) |
//! | `paragraph` | each line a `paragraph`, boilerplate lines marked |
//! | `line` | each line a `line`, boilerplate lines marked |
//!
//! Below the document the units stand in text order, do not overlap, begin and end with something other than white space,
//! and every line that is not blank lies in exactly one of them.
//!
//! ```
//! use mukarrar::document::Kind;
//! use mukarrar::page::{Cutter, UnitLevel};
//!
//! let page = "فتح المتحف أبوابه أمس بعد ترميم دام سنتين.\n\
//!     المصدر: صحيفة المدينة\n\
//!     مقالات مشابهة\n\
//!     • المتحف يستقبل أول زواره\n";
//! let mut units = Vec::new();
//! Cutter::new().cut(page, UnitLevel::Story, &mut units);
//! let kinds: Vec<Kind> = units.iter().map(|unit| unit.kind).collect();
//! assert_eq!(kinds, [Kind::Story, Kind::Boilerplate, Kind::Boilerplate, Kind::Headline]);
//! assert_eq!(units[3].span.of(page), "• المتحف يستقبل أول زواره");
//! ```
//!
//! # How a page is cut into stories
//!
//! What a line is, is seldom told by the line alone: «مطالب السكان» is a subheading between two paragraphs, a section over a
//! list, an entry of a menu. So evidence is gathered first, and decided on for the whole page at once:
//!
//! 1. **Cues** (`cues.rs`): lines that are surely boilerplate in any text (إقرأ أيضاً, المصدر:, كلمات دلالية: …). This much also
//!    holds for documents, paragraphs and lines; the rest for stories alone.
//! 2. **Pieces** (`story/pieces.rs`). A line that holds several headlines, parted by wide spaces, bars, bullets or by a site's
//!    name that returns behind each, is taken apart; a line that holds several short stories with one dateline too. Rows of
//!    tables and of menus stay whole.
//! 3. **Reading** (`story/reading.rs`, vocabulary in `story/words.rs`). What a piece says by its words: a section, the head of a
//!    list or of a widget, a control, «more», a date or relative time in Arabic, Persian or Urdu, a byline, a caption, the
//!    count of visits or pictures. What stands around a headline on its line (rank, time, «more») is told from it.
//! 4. **Features** (`story/features.rs`). Length, ending, runs of headlines and of short lines, rows of tables, lines that
//!    return on the page, lines that a colon announces, captions below the count of pictures, verses and dialogues between
//!    paragraphs, the byline's name that stands again in a box about the author; whether the paragraph below a short line tells
//!    it again (a title) or goes on from above (a subheading); whether blank lines and full stops mean anything on this page.
//! 5. **Roles** (`story/roles.rs`). Each piece gets one of ten roles: furniture, head of a list, item of a list, what stands
//!    between items, widget, title, further title, byline or date, paragraph, subheading. Each role costs what the evidence says
//!    against it, each step from one role to the next what the order says against it (a title is followed by its story; a list
//!    inside a story lets the story go on, keywords do not). The cheapest sequence is taken, so a line that is odd by itself
//!    does not break the page. Costs are set by hand: nothing is learned or random.
//! 6. **Units** (`story/assemble.rs`). Titles and items become `headline` units; a rank, a time and «more» beside a headline
//!    become `boilerplate` units of their own, so that the headline is compared without them. Paragraphs and subheadings that
//!    follow one another become one `story`, with its title's number as [`Unit::title`]; behind an interruption (a list of
//!    links, a share bar, an advertisement) a new unit begins with the same title. A line without letters belongs to the story
//!    around it, else it is boilerplate.
//!
//! [`Cutter::fields`] gives the date and byline of a story ([`StoryFields`]): what stands between the title and the text, else
//! just above the title.
//!
//! Where the markup of a text is known, [`Cutter::cut_marked`] takes [`MarkupHint`]s: they change the costs, and the same decision
//! follows.
//!
//! A run counts first on how many pages of its source each line stands (`returning.rs`). A short line that stands on many of
//! them is furniture. This too changes the costs, and no more.
//!
//! The walk is linear in the text: long paragraphs are measured and let go, lines of a headline's length are folded once.
mod boilerplate;
mod boilerplate_rules;
mod credits;
mod cue_prefilter;
mod cues;
mod cutter;
mod hints;
mod learn;
mod level;
mod line_parts;
mod lines;
mod markup;
mod matcher;
mod returning;
mod sieve;
mod sources;
mod story;

pub use boilerplate::{Boilerplate, SourcedText};
pub use boilerplate_rules::{BoilerplateRule, BoilerplateRules};
pub use cutter::Cutter;
pub use hints::{MarkupHint, MarkupMark};
pub(crate) use learn::{PartSampler, RuleLearner};
pub use level::UnitLevel;
pub use line_parts::RuleKind;
pub use markup::PageFields;
pub use returning::ReturningLines;
pub(crate) use returning::{LineCounter, PageLines};
pub use sieve::Sieve;
pub use sources::SourceResolver;
pub use story::StoryFields;
