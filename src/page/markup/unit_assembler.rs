//! Builds units from the judged lines of a page.

use std::collections::BTreeMap;
use std::ops::Range;

use super::judged_page::{JudgedPage, LineVerdict};
use crate::document::{Span, Unit, UnitKind};
use crate::page::lines::LineRole;

/// Builds the units, line by line.
struct UnitAssembler<'o> {
    out: &'o mut Vec<Unit>,
    /// The units by the text alone.
    base: &'o [Unit],
    /// The headline units, by the unit of `base` that they were.
    headlines: BTreeMap<usize, usize>,
    /// The title units, by line.
    lines: BTreeMap<usize, usize>,
    /// The title of the next story.
    title: Option<usize>,
    /// The article of the story below that title, once it has begun.
    over: Option<u32>,
    /// The last title of each article.
    titles: BTreeMap<u32, usize>,
    /// The article of the open story, which the next line may continue.
    open: Option<u32>,
}

/// Replaces `out` by the units of the judged lines. `titles` are the lines of their titles, `base` the units by the text alone.
pub(super) fn assemble(
    page: &JudgedPage<'_>,
    verdicts: &[LineVerdict],
    titles: &[Option<usize>],
    base: &[Unit],
    out: &mut Vec<Unit>,
) {
    out.clear();
    let mut units = UnitAssembler {
        out,
        base,
        headlines: BTreeMap::new(),
        lines: BTreeMap::new(),
        title: None,
        over: None,
        titles: BTreeMap::new(),
        open: None,
    };

    // The line where the story of the last title begins.
    let mut begins = 0;
    for (at, verdict) in verdicts.iter().enumerate() {
        let (line, article, range) = (&page.lines[at], page.hints[at].article, page.units[at].clone());
        if line.role == LineRole::Wordless {
            units.signs(line.span);
            continue;
        }
        match verdict {
            LineVerdict::Body => units.body(line.span, article, titles[at], range.start),
            LineVerdict::Title => {
                begins = page.story_below(at).unwrap_or(at);
                units.lines.insert(at, units.out.len());
                units.titled(line.span, page.hints[begins].article, range.start);
            }
            LineVerdict::Link => {
                // A second title comes between the first and its story; it does not end the first.
                if page.hints[at].is_link() || at >= begins {
                    units.title = None;
                }
                units.link(line.span, range);
            }
            LineVerdict::Border => {
                // What lies between a title and its story does not separate them.
                if at >= begins {
                    units.title = None;
                }
                units.push(UnitKind::Boilerplate, line.span);
            }
            LineVerdict::Interruption => units.push(UnitKind::Boilerplate, line.span),
        }
    }
}

impl UnitAssembler<'_> {
    /// Appends a unit that is no story, and closes the open one.
    fn push(&mut self, kind: UnitKind, span: Span) {
        self.out.push(Unit { kind, span, title: None });
        self.open = None;
    }

    /// Extends the open story.
    fn extend(&mut self, span: Span) {
        debug_assert!(self.open.is_some(), "a story is open");
        if let Some(story) = self.out.last_mut() {
            story.span.end = span.end;
        }
    }

    /// Adds a line without letters: it belongs to the open story, if any.
    fn signs(&mut self, span: Span) {
        if self.open.is_some() {
            self.extend(span);
        } else {
            self.push(UnitKind::Boilerplate, span);
        }
    }

    /// Adds the title of the story of `article`; `base` is its first unit by the text alone.
    fn titled(&mut self, span: Span, article: u32, base: usize) {
        let number = self.out.len();
        (self.title, self.over) = (Some(number), None);
        self.titles.insert(article, number);
        self.headlines.insert(base, number);
        self.push(UnitKind::Headline, span);
    }

    /// Adds a headline of another story, cut as by the text alone (without its rank or time) where that found a headline too;
    /// `range` are the units by the text alone on its line.
    fn link(&mut self, span: Span, range: Range<usize>) {
        let within = &self.base[range.clone()];
        let inside = |unit: &Unit| unit.span.start >= span.start && unit.span.end <= span.end;
        let known = within.iter().any(|unit| unit.kind == UnitKind::Headline) && within.iter().all(inside);
        if !known {
            return self.push(UnitKind::Headline, span);
        }

        // A story of the text that names the headline finds it by its number in `base`.
        for (number, unit) in range.zip(within) {
            self.headlines.insert(number, self.out.len());
            let kind = if unit.kind == UnitKind::Headline { UnitKind::Headline } else { UnitKind::Boilerplate };
            self.push(kind, unit.span);
        }
    }

    /// Adds a line of a story. `title` is the line of the title above it, `base` its first unit by the text alone.
    fn body(&mut self, span: Span, article: u32, title: Option<usize>, base: usize) {
        if self.open == Some(article) {
            return self.extend(span);
        }

        // Another article than the one whose title is open.
        if self.over.is_some_and(|over| over != article) {
            self.title = None;
        }

        // The title above, else the last one of the article. Outside of articles: the one by markup, else the one by text.
        if article > 0 {
            self.title = self.title.or_else(|| self.titles.get(&article).copied());
            self.titles.extend(self.title.map(|title| (article, title)));
        } else {
            let by_text = self.base.get(base).and_then(|unit| unit.title);
            self.title = self.title.or_else(|| self.lines.get(&title?).copied());
            self.title = self.title.or_else(|| self.headlines.get(&by_text?).copied());
        }

        self.over = Some(article);
        self.out.push(Unit { kind: UnitKind::Story, span, title: self.title });
        self.open = Some(article);
    }
}
