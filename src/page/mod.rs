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
mod credits;
mod cues;
mod gate;
mod hints;
mod learn;
mod lines;
mod markup;
mod matcher;
mod probe;
mod returning;
mod rules;
mod sieve;
mod sources;
mod story;

use std::fmt;
use std::str::FromStr;

use crate::document::{Span, Unit, UnitKind};
use crate::error::{Error, Result};

pub use boilerplate::{Boilerplate, SourcedText};
pub use hints::{MarkupHint, MarkupMark};
pub(crate) use learn::{PartSampler, RuleLearner};
pub use markup::PageFields;
pub use probe::RuleKind;
pub use returning::ReturningLines;
pub(crate) use returning::{LineCounter, PageLines, SourceLines};
pub use rules::{BoilerplateRule, BoilerplateRules};
pub use sieve::Sieve;
pub use sources::SourceResolver;
pub use story::StoryFields;

use cues::CueFamily;
use gate::GATE;
use lines::{LineEnding, LineRole, TextLine};
use matcher::PhraseMatcher;

/// How finely documents are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UnitLevel {
    /// The whole document is one unit.
    #[default]
    Document,
    /// Stories, headlines and boilerplate.
    Story,
    /// Every line is a paragraph.
    Paragraph,
    /// Every line is a line, compared on the short path.
    Line,
}

impl UnitLevel {
    /// All levels, coarse to fine.
    pub const ALL: [Self; 4] = [Self::Document, Self::Story, Self::Paragraph, Self::Line];

    /// The name, in options and in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Story => "story",
            Self::Paragraph => "paragraph",
            Self::Line => "line",
        }
    }
}

impl fmt::Display for UnitLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for UnitLevel {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) for any other name.
    fn from_str(name: &str) -> Result<Self> {
        let level = Self::ALL.into_iter().find(|level| level.name() == name);
        level.ok_or_else(|| Error::parameter("unit", name, "one of document, story, paragraph, line"))
    }
}

/// Cuts texts into units; holds the buffers that it reuses from text to text. One for each thread.
#[derive(Debug, Default)]
pub struct Cutter {
    matcher: PhraseMatcher,
    lines: Vec<TextLine>,
    weak: Vec<usize>,
    marks: Vec<hints::LineMarks>,
    stories: story::StoryCutter,
    /// The units that the text of a page gives by itself, if its markup says more.
    base: Vec<Unit>,
}

impl Cutter {
    /// A cutter with empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces `out` by the units of `text` at `level`, in text order; a unit's number is its index. Only at
    /// `document` level does a text of white space alone have a unit. Linear in the text's length.
    pub fn cut(&mut self, text: &str, level: UnitLevel, out: &mut Vec<Unit>) {
        self.cut_marked(text, level, &[], out);
    }

    /// The same for a text of which markup says more than its lines show; only the story level looks at `hints`.
    pub fn cut_marked(&mut self, text: &str, level: UnitLevel, hints: &[MarkupHint], out: &mut Vec<Unit>) {
        self.cut_known(text, level, hints, None, out);
    }

    /// The same, with what the source's other pages say of its lines.
    fn cut_known(
        &mut self,
        text: &str,
        level: UnitLevel,
        hints: &[MarkupHint],
        known: Option<SourceLines<'_>>,
        out: &mut Vec<Unit>,
    ) {
        out.clear();
        let kind = match level {
            UnitLevel::Document => {
                out.push(Unit { kind: UnitKind::Document, span: Span::new(0, text.len()), title: None });
                return;
            }
            UnitLevel::Story => None,
            UnitLevel::Paragraph => Some(UnitKind::Paragraph),
            UnitLevel::Line => Some(UnitKind::Line),
        };
        self.read(text);
        match kind {
            Some(kind) => out.extend(self.lines.iter().map(|line| {
                let kind = if line.role.is_boilerplate() { UnitKind::Boilerplate } else { kind };
                Unit { kind, span: line.span, title: None }
            })),
            None => {
                hints::spread(&self.lines, hints, &mut self.marks);
                if let Some(known) = known {
                    returning::mark(text, &self.lines, known, &mut self.marks);
                }
                self.stories.cut(text, &self.lines, &self.marks, &mut self.matcher, out);
            }
        }
    }

    /// What the page says about each of its stories: a date, a byline. `text` is the one that was cut last, at the story
    /// level; a story's title is [`Unit::title`].
    pub fn fields(&mut self, text: &str) -> Vec<StoryFields> {
        self.stories.fields(text, &mut self.matcher)
    }

    /// Measures the lines of `text` and finds its boilerplate.
    fn read(&mut self, text: &str) {
        self.lines.clear();
        self.weak.clear();
        lines::each_line(text, |line| {
            self.judge(text, line);
        });
        self.settle_weak();
        self.settle_tags();
    }

    /// Finds the cues and keywords among the lines of `text`, as [`read`](Self::read) does, without measuring lines that
    /// cannot be either.
    fn skim(&mut self, text: &str) {
        self.lines.clear();
        self.weak.clear();
        let mut under_tags = false;
        lines::each_range(text, |range| {
            let Some(line) = lines::unmeasured(text, range) else { return };
            if !under_tags && !GATE.opens(line.span.of(text)) {
                self.lines.push(line);
                return;
            }
            let Some(line) = lines::measure(text, line.span.start..line.span.end) else { return };
            under_tags = match self.judge(text, line) {
                LineRole::Cue { family: CueFamily::Tags, alone: true } => true,
                // A weak cue may turn out to be text.
                LineRole::Text | LineRole::Cue { .. } => under_tags && (line.words <= KEYWORD_WORDS || line.commas > 1),
                LineRole::Wordless => under_tags,
                _ => false,
            };
        });
        self.settle_weak();
        self.settle_tags();
    }

    /// Appends a line with the role that it has by itself; gives that role.
    fn judge(&mut self, text: &str, mut line: TextLine) -> LineRole {
        if line.role != LineRole::Wordless
            && GATE.opens(line.span.of(text))
            && let Some(cue) = self.matcher.find(text, &line)
        {
            if cue.weak {
                self.weak.push(self.lines.len());
            }
            line.role = LineRole::Cue { family: cue.family, alone: cue.alone };
        }
        self.lines.push(line);
        line.role
    }

    /// Turns weak cues back into text unless a cue, or the page's end, is next to them.
    fn settle_weak(&mut self) {
        let roles: Vec<LineRole> =
            self.weak.iter().filter_map(|&at| self.lines.get(at).map(|line| line.role)).collect();
        for &at in &self.weak {
            self.lines[at].role = LineRole::Text;
        }
        let is_cue =
            |lines: &[TextLine], at: usize| lines.get(at).is_some_and(|line| matches!(line.role, LineRole::Cue { .. }));
        for (&at, &role) in self.weak.iter().zip(&roles).rev() {
            if at + 1 == self.lines.len() && at > 0 || is_cue(&self.lines, at + 1) {
                self.lines[at].role = role;
            }
        }
        for (&at, &role) in self.weak.iter().zip(&roles) {
            if at > 0 && is_cue(&self.lines, at - 1) {
                self.lines[at].role = role;
            }
        }
    }

    /// Marks the keywords below a keywords cue that stands alone: lines of few words, or the one line of a list
    /// with commas.
    fn settle_tags(&mut self) {
        let mut below = None;
        for line in &mut self.lines {
            below = match (line.role, below) {
                (LineRole::Cue { family: CueFamily::Tags, alone: true }, _) => Some(0),
                (LineRole::Text, Some(seen)) if is_keyword(line, seen) => {
                    line.role = LineRole::Tags;
                    Some(seen + 1)
                }
                (LineRole::Wordless, below) => below,
                _ => None,
            };
        }
    }
}

/// Most words of a keyword that has a line to itself.
const KEYWORD_WORDS: u32 = 4;

/// Whether `line`, with `seen` keyword lines before it, is one too.
fn is_keyword(line: &TextLine, seen: u32) -> bool {
    let short = line.words <= KEYWORD_WORDS && matches!(line.ending, LineEnding::Open | LineEnding::Leading);
    let list = seen == 0 && line.commas >= 2 && line.words <= 5 * line.commas && line.ending != LineEnding::Stop;
    short || list
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lines of every sort, cues in spellings that fold alike, sentences.
    const LINES: [&str; 22] = [
        "المصدر: صحيفة المدينة",
        "الْمَصْدَر",
        "اقرأوا ايضا: الأرصاد تحذر",
        "٣ تعليقات",
        "© 2024 جميع الحقوق محفوظة",
        "&laquo; شاهد أيضا",
        "كلمات دلالية",
        "سمات",
        "الدفاع المدني",
        "حريق",
        "ناد، ملعب، كأس، جمهور",
        "***",
        "",
        "#خبر #عاجل",
        "(أ ف ب)",
        "الرياض - واس",
        "الرياض 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس",
        "// انتهى //",
        "التالي",
        "وقال الوزير إن العمل في المراكز الجديدة يبدأ مطلع الشهر المقبل بعد تأخير دام عامين.",
        "و قد يهمك",
        "Most read",
    ];

    proptest! {
        #[test]
        fn skimming_finds_the_cues_that_reading_finds(picks in prop::collection::vec(0..LINES.len(), 0..12)) {
            let text = picks.iter().map(|pick| LINES[*pick]).collect::<Vec<_>>().join("\n");
            let is_cue = |line: &&TextLine| matches!(line.role, LineRole::Cue { .. } | LineRole::Tags);
            let found = |cutter: &Cutter| cutter.lines.iter().filter(is_cue).map(|line| line.span).collect::<Vec<_>>();
            let (mut read, mut skimmed) = (Cutter::new(), Cutter::new());
            read.read(&text);
            skimmed.skim(&text);
            prop_assert_eq!(found(&read), found(&skimmed), "{}", text);
        }
    }

    #[test]
    fn no_cue_is_sent_by() {
        let agencies = cues::AGENCIES.iter().map(|agency| format!("الرياض - {agency}"));
        let agencies = agencies.chain(cues::AGENCIES.iter().map(|agency| (*agency).to_owned()));
        for line in matcher::readable().map(|(_, _, phrase)| phrase.replace(['*', '…'], "")).chain(agencies) {
            assert!(GATE.opens(&line), "{line}");
        }
    }
}
