//! Pages of which the markup is known: what it says outweighs what the lines look like.
//!
//! The lines are cut as text first. Then each line of which the markup says something is judged anew, and the units are put
//! together from both. What the markup says:
//!
//! | a line | is |
//! |---|---|
//! | in a form, a share bar, comments, keywords; a caption, byline or time | boilerplate |
//! | that is all link, with the words of a headline | a headline, wherever it stands |
//! | that is all link and shorter, or in the page's head, foot, menus and margins | boilerplate |
//! | that is a heading over paragraphs | a title; below a title of a higher level, a part of its story |
//! | that is a heading over links | boilerplate, the name of a section |
//! | that stands in an article with paragraphs | story, however short |
//! | that is short and outside the articles of a page that has some | boilerplate |
//!
//! A story that something interrupts goes on with its title as long as it stays in its article. Where the markup says nothing,
//! the text decides, so a text of plain paragraphs is cut like its lines.

use std::ops::{Range, RangeInclusive};

use super::lines::{self, Ending, Line, Role};
use super::{Cutter, UnitLevel};
use crate::document::{ArticleFields, Kind, Layout, LineHint, Span, Unit, Zone};

mod fields;
mod judge;
mod marks;
mod units;

/// Fewest words of paragraphs that make an article.
const ARTICLE_WORDS: u32 = 25;
/// Fewest and most words of a headline that is a link.
const LINK_WORDS: RangeInclusive<u32> = 4..=20;
/// The same in the foot of a page, where links to terms and contacts have some words too.
const FOOT_WORDS: u32 = 6;
/// Most words of a line that is a label rather than a paragraph.
const LABEL_WORDS: u32 = 14;
/// Most words of a byline or a time.
const CREDIT_WORDS: u32 = 20;
/// Lines below a heading among which its story begins.
const BELOW: usize = 16;
/// Labels among them that nothing tells to be any: the name of a section, a date, points of the story.
const LABELS: usize = 3;
/// The same below a first heading, which is no name of a section.
const LABELS_BELOW_FIRST: usize = 10;
/// Fewest words of a title that is no first heading.
const TITLE_WORDS: u32 = 3;
/// The level of headings that only a class calls so.
const CLASS_LEVEL: u8 = 4;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Part of a story.
    Body,
    /// The title of the story below.
    Title,
    /// A headline of another story.
    Link,
    /// Boilerplate that ends what stands before it.
    Border,
    /// Boilerplate inside a story.
    Interruption,
}

/// A page while it is judged.
struct Page<'p> {
    lines: &'p [Line],
    hints: &'p [LineHint],
    /// What each line is by its text.
    base: Vec<Verdict>,
    /// Which of the units that its text gives stand on each line.
    units: Vec<Range<usize>>,
    /// Words of the paragraphs of each article.
    words: Vec<u32>,
}

impl Cutter {
    /// Replaces `out` by the units of a text whose markup is known, as [`cut`](Self::cut) does for one whose markup is not. Below
    /// the story the markup does not matter; neither does a layout of another text.
    pub fn cut_page(&mut self, text: &str, layout: Option<&Layout>, level: UnitLevel, out: &mut Vec<Unit>) {
        let speaks = |layout: &&Layout| level == UnitLevel::Story && !layout.lines.iter().all(LineHint::is_silent);
        let Some(layout) = layout.filter(speaks) else { return self.cut(text, level, out) };
        let mut lines = Vec::with_capacity(layout.lines.len());
        lines::each_line(text, |line| lines.push(line));
        if lines.len() != layout.lines.len() {
            return self.cut(text, level, out);
        }
        let words = words(&lines, &layout.lines);
        let is_large = |article: u32| article > 0 && words.get(article as usize).is_some_and(|words| *words >= ARTICLE_WORDS);
        let spans: Vec<Span> = lines.iter().map(|line| line.span).collect();
        let mut base = Vec::new();
        self.cut_marked(text, level, &marks::marks(&spans, layout, is_large), &mut base);
        let page = Page::new(&self.lines, &layout.lines, &base, words);
        let verdicts = page.verdicts();
        units::assemble(&page, &verdicts, &base, out);
    }
}

/// What a page says of each of the units that [`Cutter::cut_page`] gives of it: the title, date and author of stories, as far as
/// they are found; of other units nothing.
#[must_use]
pub fn fields(text: &str, layout: Option<&Layout>, units: &[Unit]) -> Vec<ArticleFields> {
    fields::fields(text, layout, units)
}

impl<'p> Page<'p> {
    fn new(lines: &'p [Line], hints: &'p [LineHint], units: &[Unit], words: Vec<u32>) -> Self {
        let (base, units) = base(lines, units);
        Self { lines, hints, base, units, words }
    }

    /// Whether a line stands in an article that holds paragraphs.
    fn in_article(&self, at: usize) -> bool {
        let article = self.hints[at].article;
        article > 0 && self.is_large(article)
    }

    fn is_large(&self, article: u32) -> bool {
        self.words.get(article as usize).is_some_and(|words| *words >= ARTICLE_WORDS)
    }
}

/// The words of the paragraphs of each article.
fn words(lines: &[Line], hints: &[LineHint]) -> Vec<u32> {
    let most = hints.iter().map(|hint| hint.article).max().unwrap_or(0) as usize;
    let mut words = vec![0_u32; most + 1];
    for (line, hint) in lines.iter().zip(hints).filter(|(_, hint)| is_paragraph(hint)) {
        words[hint.article as usize] = words[hint.article as usize].saturating_add(line.words);
    }
    words
}

/// Whether the markup has a line as a part of the text of its article.
fn is_paragraph(hint: &LineHint) -> bool {
    hint.zone == Zone::Open && hint.heading == 0 && !hint.is_link()
}

/// What the text alone says of each line, and which units stand on it.
fn base(lines: &[Line], units: &[Unit]) -> (Vec<Verdict>, Vec<Range<usize>>) {
    let mut titles = vec![false; units.len()];
    for title in units.iter().filter_map(|unit| unit.title) {
        if let Some(title) = titles.get_mut(title) {
            *title = true;
        }
    }
    let mut unit = 0;
    let verdict = |line: &Line| {
        while units.get(unit).is_some_and(|found| found.span.end <= line.span.start) {
            unit += 1;
        }
        let on_line = units[unit..].iter().take_while(|found| found.span.start < line.span.end).count();
        let range = unit..unit + on_line;
        let has = |kind: Kind| range.clone().find(|at| units[*at].kind == kind);
        let verdict = match (has(Kind::Headline), has(Kind::Story)) {
            (Some(at), _) if titles.get(at) == Some(&true) => Verdict::Title,
            (Some(_), _) => Verdict::Link,
            (None, Some(_)) => Verdict::Body,
            (None, None) if stands_inside(line) => Verdict::Interruption,
            (None, None) => Verdict::Border,
        };
        (verdict, range)
    };
    lines.iter().map(verdict).unzip()
}

/// Whether a boilerplate line may stand in the middle of a story.
const fn stands_inside(line: &Line) -> bool {
    match line.role {
        Role::Glued | Role::Wordless => true,
        Role::Cue { family, alone } => family.stands_inside(alone),
        _ => false,
    }
}

/// Whether a line is shaped like a headline.
fn is_headline(line: &Line, words: RangeInclusive<u32>) -> bool {
    words.contains(&line.words) && matches!(line.ending, Ending::Open | Ending::Asking)
}
