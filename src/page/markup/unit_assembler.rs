//! The judged lines of a page to units.

use std::collections::BTreeMap;

use super::judged_page::{JudgedPage, LineVerdict};
use crate::document::{Span, Unit, UnitKind};
use crate::page::lines::LineRole;

/// Units as they are put together.
struct UnitAssembler<'o> {
    out: &'o mut Vec<Unit>,
    /// The units that the text alone gives, and what has become of those that are headlines.
    base: &'o [Unit],
    headlines: BTreeMap<usize, usize>,
    /// The titles, by line.
    lines: BTreeMap<usize, usize>,
    /// The title of what comes.
    title: Option<usize>,
    /// The article of the story that it stands over, as soon as that began.
    over: Option<u32>,
    /// The last title of each article.
    titles: BTreeMap<u32, usize>,
    /// The article of the story that the last line belongs to; `None` if it belongs to none.
    open: Option<u32>,
}

/// The units of the judged lines; `base` are those that the text alone gives.
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
                // A second title stands between the first and its story.
                if page.hints[at].is_link() || at >= begins {
                    units.title = None;
                }
                units.link(line.span, range);
            }
            LineVerdict::Border => {
                // What stands between a title and its story does not part them.
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
    fn push(&mut self, kind: UnitKind, span: Span) {
        self.out.push(Unit { kind, span, title: None });
        self.open = None;
    }

    fn extend(&mut self, span: Span) {
        if let Some(story) = self.out.last_mut() {
            story.span.end = span.end;
        }
    }

    /// A line without letters.
    fn signs(&mut self, span: Span) {
        if self.open.is_some() {
            self.extend(span);
        } else {
            self.push(UnitKind::Boilerplate, span);
        }
    }

    fn titled(&mut self, span: Span, article: u32, base: usize) {
        let number = self.out.len();
        (self.title, self.over) = (Some(number), None);
        self.titles.insert(article, number);
        self.headlines.insert(base, number);
        self.push(UnitKind::Headline, span);
    }

    /// A headline as the text has it, apart from its rank or time; else the whole line.
    fn link(&mut self, span: Span, range: std::ops::Range<usize>) {
        let base = self.base;
        let within = base.get(range.clone()).unwrap_or_default();
        let inside = |unit: &Unit| unit.span.start >= span.start && unit.span.end <= span.end;
        let known = within.iter().any(|unit| unit.kind == UnitKind::Headline) && within.iter().all(inside);
        if !known {
            return self.push(UnitKind::Headline, span);
        }
        for (number, unit) in range.zip(within) {
            self.headlines.insert(number, self.out.len());
            let kind = if unit.kind == UnitKind::Headline { UnitKind::Headline } else { UnitKind::Boilerplate };
            self.push(kind, unit.span);
        }
    }

    /// A line of a story; `title` is the line of the title over it, `base` the unit that the text alone gives.
    fn body(&mut self, span: Span, article: u32, title: Option<usize>, base: usize) {
        if self.open == Some(article) {
            return self.extend(span);
        }
        if self.over.is_some_and(|over| over != article) {
            self.title = None;
        }
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
