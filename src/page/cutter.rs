//! The cutter: reads the lines of a text, finds its cues, and gives its units at each level.

use super::cue_prefilter::PREFILTER;
use super::cues::CueFamily;
use super::hints::{self, LineMarks, MarkupHint};
use super::level::UnitLevel;
use super::lines::{self, LineEnding, LineRole, TextLine};
use super::matcher::PhraseMatcher;
use super::returning::{self, SourceLines};
use super::story::{StoryCutter, StoryFields};
use crate::document::{Span, Unit, UnitKind};

/// Cuts texts into units; holds the buffers that it reuses from text to text. One for each thread.
#[derive(Debug, Default)]
pub struct Cutter {
    matcher: PhraseMatcher,
    pub(super) lines: Vec<TextLine>,
    weak: Vec<usize>,
    marks: Vec<LineMarks>,
    stories: StoryCutter,
    /// The units that the text of a page gives by itself, if its markup says more.
    pub(super) base: Vec<Unit>,
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
    pub(super) fn cut_known(
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
    pub(super) fn skim(&mut self, text: &str) {
        self.lines.clear();
        self.weak.clear();
        let mut under_tags = false;
        lines::each_range(text, |range| {
            let Some(line) = lines::unmeasured(text, range) else { return };
            if !under_tags && !PREFILTER.opens(line.span.of(text)) {
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
            && PREFILTER.opens(line.span.of(text))
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
    use crate::page::{cues, matcher};

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
            assert!(PREFILTER.opens(&line), "{line}");
        }
    }
}
