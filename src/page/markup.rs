//! Pages whose markup is known: its evidence outweighs that of words and shape.
//!
//! The lines are cut as text first. Each line that the markup describes is then judged anew, and the units are built from both
//! judgements:
//!
//! | a line | becomes |
//! |---|---|
//! | in a form, a share bar, comments, keywords, the path to the page; a caption, byline or time | boilerplate |
//! | that is all link, with the words of a headline | a headline, anywhere on the page |
//! | that is all link and shorter, or in the page's head, foot, menus and margins | boilerplate |
//! | that is a heading over paragraphs | a title; below a title of a higher level, a part of its story |
//! | that is a heading over links | boilerplate, the name of a section |
//! | in an article with paragraphs | part of a story, even if short |
//! | that is short and outside the articles of a page that has some | boilerplate |
//! | that has the shape of a headline and is no link, on a page where three headlines are links | boilerplate |
//! | in the card of another article | boilerplate |
//!
//! An interrupted story keeps its title within its article. Lines that the markup does not describe are judged by their text,
//! so that a page of plain paragraphs is cut like a text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cutter::Cutter;
use super::level::UnitLevel;
use super::lines::{self, TextLine};
use super::returning::SourceLines;
use crate::document::{LineHint, PageLayout, Unit, Zone};

mod hint_marks;
mod judged_page;
mod page_fields;
mod unit_assembler;
mod verdicts;

pub use page_fields::PageFields;

use judged_page::{ArticleKind, JudgedPage, LABEL_WORDS, articles};

impl Cutter {
    /// Replaces `out` by the units of `text`, like [`cut`](Self::cut), but with the markup in `layout`. Only the story level
    /// uses it; a layout of another text is ignored.
    pub fn cut_page(&mut self, text: &str, layout: Option<&PageLayout>, level: UnitLevel, out: &mut Vec<Unit>) {
        self.cut_page_of(text, layout, level, None, out);
    }

    /// The same with `known`, the lines that return on other pages of the source.
    pub(crate) fn cut_page_of(
        &mut self,
        text: &str,
        layout: Option<&PageLayout>,
        level: UnitLevel,
        known: Option<SourceLines<'_>>,
        out: &mut Vec<Unit>,
    ) {
        self.base.clear();
        let speaks = |layout: &&PageLayout| level == UnitLevel::Story && !layout.lines.iter().all(LineHint::is_silent);
        let Some(layout) = layout.filter(speaks) else { return self.cut_known(text, level, &[], known, out) };

        let mut lines = Vec::with_capacity(layout.lines.len());
        lines::each_line(text, |line| lines.push(line));
        if lines.len() != layout.lines.len() {
            return self.cut_known(text, level, &[], known, out);
        }

        // First as text, with the markup as evidence.
        let hints = sane(&lines, &layout.lines);
        let articles = articles(&lines, &hints);
        let is_story = |article: u32| articles.get(article as usize) == Some(&ArticleKind::Story);
        let mut base = std::mem::take(&mut self.base);
        self.cut_known(text, level, &hint_marks::marks(&lines, &hints, is_story), known, &mut base);

        // Then by the markup. `base` stays for `page_fields`, whose fields are numbered by it.
        let page = JudgedPage::new(&self.lines, &hints, &base, articles);
        let (verdicts, titles) = page.verdicts();
        unit_assembler::assemble(&page, &verdicts, &titles, &base, out);
        self.base = base;
    }

    /// The title, date and author of each of `units`, by the markup, else by the text. `units` must be those that
    /// [`cut_page`](Self::cut_page) gave last, for this text at the story level.
    pub fn page_fields(&mut self, text: &str, layout: Option<&PageLayout>, units: &[Unit]) -> Vec<PageFields> {
        let known = self.fields(text);
        let base = if self.base.is_empty() { units } else { &self.base };
        page_fields::fields(text, layout, units, base, &known)
    }
}

/// The hints that can be trusted. If menus, margins, head and foot hold more words of paragraphs than the rest of the page, the
/// markup is broken or its class names mislead: then the zone with most of these words counts as open.
fn sane<'h>(lines: &[TextLine], hints: &'h [LineHint]) -> Cow<'h, [LineHint]> {
    let mut words: BTreeMap<Zone, u64> = BTreeMap::new();
    for (line, hint) in lines.iter().zip(hints).filter(|(line, hint)| line.words > LABEL_WORDS && !hint.is_link()) {
        *words.entry(hint.zone).or_default() += u64::from(line.words);
    }

    let (around, rest): (Vec<_>, Vec<_>) = words.into_iter().partition(|(zone, _)| is_around(*zone));
    let sum = |zones: &[(Zone, u64)]| zones.iter().map(|(_, words)| words).sum::<u64>();
    let all = sum(&around);
    if all <= sum(&rest) {
        return Cow::Borrowed(hints);
    }

    // A menu that is intact stays one.
    let wrong: Vec<Zone> = around.iter().filter(|(_, words)| 2 * words >= all).map(|(zone, _)| *zone).collect();
    let open =
        |hint: &LineHint| if wrong.contains(&hint.zone) { LineHint { zone: Zone::Open, ..*hint } } else { *hint };
    hints.iter().map(open).collect()
}

const fn is_around(zone: Zone) -> bool {
    matches!(zone, Zone::Navigation | Zone::Header | Zone::Footer | Zone::Aside)
}
