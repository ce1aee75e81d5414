//! The cutter: measures the lines of a text, finds the boilerplate among them, and gives the units of each level.

use std::ops::Range;

use super::cue_prefilter::PREFILTER;
use super::cues::CueFamily;
use super::glue;
use super::hints::{self, LineMarks, MarkupHint};
use super::level::UnitLevel;
use super::line_ends;
use super::lines::{self, LineEnding, LineRole, TextLine};
use super::matcher::PhraseMatcher;
use super::returning::{self, SourceLines};
use super::story::{StoryCutter, StoryFields};
use super::wrapped;
use crate::document::{Span, Unit, UnitKind};

/// Cuts texts into units; holds the buffers that it reuses from text to text. One for each thread.
#[derive(Debug, Default)]
pub struct Cutter {
    matcher: PhraseMatcher,
    pub(super) lines: Vec<TextLine>,
    /// Places of the lines that are cues only next to another cue.
    weak: Vec<usize>,
    marks: Vec<LineMarks>,
    stories: StoryCutter,
    /// The units by the text alone, if the last page was cut by its markup; else empty.
    pub(super) base: Vec<Unit>,
}

impl Cutter {
    /// A cutter with empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces `out` by the units of `text` at `level`, in text order; a unit's number is its index. A text of white
    /// space alone has a unit at the `document` level only. Linear in the length of the text.
    pub fn cut(&mut self, text: &str, level: UnitLevel, out: &mut Vec<Unit>) {
        self.cut_marked(text, level, &[], out);
    }

    /// The same with the markup's `hints`, which only the story level uses.
    pub fn cut_marked(&mut self, text: &str, level: UnitLevel, hints: &[MarkupHint], out: &mut Vec<Unit>) {
        self.cut_known(text, level, hints, None, out);
    }

    /// The same with `known`, the lines of `text` that return on other pages of its source.
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
        match kind {
            Some(_) => self.read_roles(text),
            None => self.read(text),
        }

        match kind {
            Some(kind) => out.extend(self.lines.iter().map(|line| line_unit(line, kind))),
            None => {
                // Markup has its own lines.
                if hints.is_empty() {
                    wrapped::join(text, &mut self.lines);
                }

                // Marks of both origins are only evidence: the story cutter weighs them with the lines.
                hints::spread(&self.lines, hints, &mut self.marks);
                if let Some(known) = known {
                    returning::mark(text, &self.lines, known, &mut self.marks);
                }

                self.stories.cut(text, &self.lines, &self.marks, &mut self.matcher, out);
            }
        }
    }

    /// The date and byline of each story of `text`, which must be the text cut last, at the story level.
    pub fn fields(&mut self, text: &str) -> Vec<StoryFields> {
        self.stories.fields(text, &mut self.matcher)
    }

    /// Measures the lines of `text` and settles which of them are boilerplate.
    fn read(&mut self, text: &str) {
        self.begin();
        lines::each_line(text, |line| {
            self.judge(text, line);
        });
        self.settle();
    }

    /// Settles which lines of `text` are boilerplate as [`read`](Self::read) does, but measures few lines.
    fn read_roles(&mut self, text: &str) {
        self.begin();
        let mut under_tags = false;
        line_ends::each_line_range(text, |range| under_tags = self.skim_line(text, range, under_tags));
        self.settle();

        for line in self.lines.iter_mut().filter(|line| line.is_unmeasured()) {
            let text = line.span.of(text);
            let may_be_glued = glue::may_be_glued(text);
            let measured = may_be_glued.then(|| lines::measure(text, 0..text.len())).flatten();
            if measured.is_some_and(|measured| measured.role == LineRole::Glued) {
                line.role = LineRole::Glued;
            }
        }
    }

    /// Finds the same cues and keywords as [`read`](Self::read), without measuring lines that can be neither.
    pub(super) fn skim(&mut self, text: &str) {
        self.begin();
        let mut under_tags = false;
        line_ends::each_range(text, |range| under_tags = self.skim_line(text, range, under_tags));
        self.settle();
    }

    fn begin(&mut self) {
        self.lines.clear();
        self.weak.clear();
    }

    /// Settles what the neighbours of a line decide, once all lines are judged.
    fn settle(&mut self) {
        // Weak cues first: a keyword list may only follow a cue that holds.
        self.settle_weak();
        self.settle_tags();
    }

    /// Skims one line; whether keywords may follow it. `under_tags`: whether it may be a keyword itself.
    fn skim_line(&mut self, text: &str, range: Range<usize>, under_tags: bool) -> bool {
        let Some(line) = lines::unmeasured(text, range) else { return under_tags };
        if !under_tags && (!PREFILTER.may_be_cue(line.span.of(text)) || self.is_long_text(line.span.of(text))) {
            self.lines.push(line);
            return false;
        }

        let Some(line) = lines::measure(text, line.span.start..line.span.end) else { return under_tags };
        match self.judge(text, line) {
            LineRole::Cue { family: CueFamily::Tags, alone: true } => true,
            // A weak cue may turn out to be text.
            LineRole::Text | LineRole::Cue { .. } => under_tags && (line.words <= KEYWORD_WORDS || line.commas > 1),
            LineRole::Wordless => under_tags,
            _ => false,
        }
    }

    /// Whether a line is surely longer than its head, and text: no phrase begins it, and it is neither hashtags nor glued. `false`
    /// tells nothing.
    fn is_long_text(&mut self, line: &str) -> bool {
        let Some(head) = lines::head_of_long(line) else { return false };
        !head.contains('#') && !glue::may_be_glued(line) && !self.matcher.may_begin(head)
    }

    /// Appends a line with its role before its neighbours are considered; returns that role.
    fn judge(&mut self, text: &str, mut line: TextLine) -> LineRole {
        if line.role != LineRole::Wordless
            && PREFILTER.may_be_cue(line.span.of(text))
            && let Some(cue) = self.matcher.find(text, &line)
        {
            // Whether it holds is settled when its neighbours are known.
            if cue.weak {
                self.weak.push(self.lines.len());
            }
            line.role = LineRole::Cue { family: cue.family, alone: cue.alone };
        }

        self.lines.push(line);
        line.role
    }

    /// Turns weak cues back into text unless a cue or the end of the page is next to them.
    fn settle_weak(&mut self) {
        let roles: Vec<LineRole> = self.weak.iter().map(|&at| self.lines[at].role).collect();

        // Each starts as text, so that two weak cues do not confirm each other.
        for &at in &self.weak {
            self.lines[at].role = LineRole::Text;
        }

        // From below, then from above: a confirmed cue confirms the weak one next to it.
        for (&at, &role) in self.weak.iter().zip(&roles).rev() {
            if at + 1 == self.lines.len() && at > 0 || self.is_cue(at + 1) {
                self.lines[at].role = role;
            }
        }

        for (&at, &role) in self.weak.iter().zip(&roles) {
            if at > 0 && self.is_cue(at - 1) {
                self.lines[at].role = role;
            }
        }
    }

    fn is_cue(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| matches!(line.role, LineRole::Cue { .. }))
    }

    /// Marks the keywords below a keywords cue that stands alone: short lines, or one line that is a list with commas.
    fn settle_tags(&mut self) {
        // Keyword lines seen below the cue; `None` where no list is open.
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

/// The unit of one line below the story level.
const fn line_unit(line: &TextLine, kind: UnitKind) -> Unit {
    let kind = if line.role.is_boilerplate() { UnitKind::Boilerplate } else { kind };
    Unit { kind, span: line.span, title: None }
}

/// Whether `line` is a keyword line; `seen` counts those directly above it.
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

    /// What ends a line.
    const ENDS: [&str; 5] = ["\n", "\r\n", "\u{85}", "\u{2028}", "\u{2029}"];

    /// Lines of every sort, cues in spellings that fold alike, sentences.
    const LINES: [&str; 29] = [
        "الحرارة تنخفض في الجبال العاليةمدير المدرسة يكرم المتفوقين في كلياتهاالبلدية تزرع ألف شجرة جديدة",
        "الحرارةُ تنخفض في الجبال العاليةِمدير المدرسة يكرم المتفوقين المصدر: كلياتهاَالبلدية تزرع ألف شجرة جديدة",
        "هذا السطر الطويل من عناوين الصفحة ينتهي دون نقطة ولا يلتصق فيه شيء بشيء أبدا",
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
        "المصدر الذي تحدث إلى الصحيفة قال إن العمل في المراكز الجديدة يبدأ مطلع الشهر المقبل بعد تأخير دام عامين كاملين بسبب نقص \
         المواد والعمال في المدن الصغيرة.",
        "المصدر: صحيفة المدينة التي قالت إن العمل في المراكز الجديدة يبدأ مطلع الشهر المقبل بعد تأخير دام عامين كاملين بسبب نقص \
         المواد والعمال في المدن الصغيرة",
        "اقرأ أيضا 2 تعليقات الحرارة تنخفض في الجبال العاليةمدير المدرسة يكرم المتفوقين في كلياتهاالبلدية تزرع ألف شجرة جديدة في \
         حديقة الحي وتفتح بابها للزوار من اليوم",
        "#خبر #عاجل #خبر #عاجل #خبر #عاجل #خبر #عاجل #خبر #عاجل #خبر #عاجل #خبر #عاجل #خبر #عاجل #خبر #عاجل #خبر #عاجل #خبر \
         #عاجل #خبر #عاجل #خبر #عاجل",
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

    proptest! {
        #[test]
        fn units_are_the_same_whether_all_lines_are_measured_or_few(
            picks in prop::collection::vec((0..LINES.len(), 0..ENDS.len()), 0..12)
        ) {
            let text: String = picks.iter().flat_map(|(line, end)| [LINES[*line], ENDS[*end]]).collect();
            let units = |cutter: &Cutter| cutter.lines.iter().map(|line| line_unit(line, UnitKind::Line)).collect::<Vec<_>>();
            let (mut read, mut few) = (Cutter::new(), Cutter::new());
            read.read(&text);
            few.read_roles(&text);
            prop_assert_eq!(units(&read), units(&few), "{}", text);
        }
    }

    #[test]
    fn no_cue_is_rejected() {
        let agencies = cues::AGENCIES.iter().map(|agency| format!("الرياض - {agency}"));
        let agencies = agencies.chain(cues::AGENCIES.iter().map(|agency| (*agency).to_owned()));
        for line in matcher::readable().map(|(_, _, phrase)| phrase.replace(['*', '…'], "")).chain(agencies) {
            assert!(PREFILTER.may_be_cue(&line), "{line}");
        }
    }
}
