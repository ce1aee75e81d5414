//! Pages of which the markup is known: what it says outweighs what the lines look like.
//!
//! The lines are cut as text first. Then each line of which the markup says something is judged anew, and the units are put
//! together from both. What the markup says:
//!
//! | a line | is |
//! |---|---|
//! | in a form, a share bar, comments, keywords, the path to the page; a caption, byline or time | boilerplate |
//! | that is all link, with the words of a headline | a headline, wherever it stands |
//! | that is all link and shorter, or in the page's head, foot, menus and margins | boilerplate |
//! | that is a heading over paragraphs | a title; below a title of a higher level, a part of its story |
//! | that is a heading over links | boilerplate, the name of a section |
//! | that stands in an article with paragraphs | story, however short |
//! | that is short and outside the articles of a page that has some | boilerplate |
//! | that is shaped like a headline and no link, where three headlines are links | boilerplate |
//! | that stands in the card of another article | boilerplate |
//!
//! A story that something interrupts goes on with its title as long as it stays in its article. Where the markup says nothing,
//! the text decides, so a text of plain paragraphs is cut like its lines.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use super::cues::CueFamily;
use super::lines::{self, LineEnding, LineRole, TextLine};
use super::{Cutter, SourceLines, UnitLevel};
use crate::document::{Date, LineHint, PageLayout, Unit, UnitKind, Zone};

mod fields;
mod judge;
mod marks;
mod units;

/// Fewest words of paragraphs that make an article.
const ARTICLE_WORDS: u32 = 25;
/// The same below a heading.
const BRIEF_WORDS: u32 = 8;
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
/// Most words of a link that its words alone tell to be a control of the page.
const CONTROL_WORDS: u32 = 14;
/// Percent of the letters of a label in links that make it a part of the page's own.
const MIXED: u8 = 40;
/// Headlines of a page that are links, so many that all are.
const MANY_LINKS: usize = 3;
/// The level of headings that only a class calls so.
const CLASS_LEVEL: u8 = 4;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineVerdict {
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

/// What an element that calls itself an article, or the main part, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ArticleKind {
    /// None: the rest of the page, and what the markup leaves open.
    Outside,
    /// A headline of another article, perhaps with its first words.
    Card,
    /// A list of headlines with text between them.
    List,
    /// An article.
    Story,
}

/// A page while it is judged.
struct JudgedPage<'p> {
    lines: &'p [TextLine],
    hints: &'p [LineHint],
    /// What each line is by its text.
    base: Vec<LineVerdict>,
    /// Which of the units that its text gives stand on each line.
    units: Vec<Range<usize>>,
    /// What each article is.
    articles: Vec<ArticleKind>,
    /// Headlines that are links.
    links: usize,
}

impl Cutter {
    /// Replaces `out` by the units of a text whose markup is known, as [`cut`](Self::cut) does for one whose markup is not. Below
    /// the story the markup does not matter; neither does a layout of another text.
    pub fn cut_page(&mut self, text: &str, layout: Option<&PageLayout>, level: UnitLevel, out: &mut Vec<Unit>) {
        self.cut_page_of(text, layout, level, None, out);
    }

    /// The same with `known`, the lines that return on other pages of its source.
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
        let hints = sane(&lines, &layout.lines);
        let articles = articles(&lines, &hints);
        let is_story = |article: u32| articles.get(article as usize) == Some(&ArticleKind::Story);
        let mut base = std::mem::take(&mut self.base);
        self.cut_known(text, level, &marks::marks(&lines, &hints, is_story), known, &mut base);
        let page = JudgedPage::new(&self.lines, &hints, &base, articles);
        let (verdicts, titles) = page.verdicts();
        units::assemble(&page, &verdicts, &titles, &base, out);
        self.base = base;
    }

    /// What the page says about each of `units`, which [`cut_page`](Self::cut_page) gave last, of this text, at the story level: by
    /// its markup, else by its text.
    pub fn page_fields(&mut self, text: &str, layout: Option<&PageLayout>, units: &[Unit]) -> Vec<PageFields> {
        let known = self.fields(text);
        let base = if self.base.is_empty() { units } else { &self.base };
        fields::fields(text, layout, units, base, &known)
    }
}

/// What a page says about one of its units: the title, date and author of a story, as far as they are found; of other units
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageFields {
    /// The title.
    pub title: Option<String>,
    /// When it was published.
    pub published: Option<Date>,
    /// Who wrote it.
    pub byline: Option<String>,
}

impl<'p> JudgedPage<'p> {
    fn new(lines: &'p [TextLine], hints: &'p [LineHint], units: &[Unit], articles: Vec<ArticleKind>) -> Self {
        let (base, units) = base(lines, units);
        let link = |(line, hint): &(&TextLine, &LineHint)| hint.is_link() && is_headline(line, LINK_WORDS);
        let links = lines.iter().zip(hints).filter(link).count();
        Self { lines, hints, base, units, articles, links }
    }

    /// What the article is that a line stands in.
    fn article(&self, at: usize) -> ArticleKind {
        self.articles.get(self.hints[at].article as usize).copied().unwrap_or(ArticleKind::Outside)
    }

    /// Whether a line stands in an article.
    fn in_article(&self, at: usize) -> bool {
        self.article(at) == ArticleKind::Story
    }
}

/// What each article is: a story has enough words of paragraphs, or some below a heading, and no more headlines of others than
/// paragraphs unless a first heading stands over them.
fn articles(lines: &[TextLine], hints: &[LineHint]) -> Vec<ArticleKind> {
    let most = hints.iter().map(|hint| hint.article).max().unwrap_or(0) as usize;
    let mut counts = vec![ArticleCounts::default(); most + 1];
    for (line, hint) in lines.iter().zip(hints).filter(|(_, hint)| hint.zone == Zone::Open) {
        if let Some(counts) = counts.get_mut(hint.article as usize) {
            counts.add(line, hint);
        }
    }
    let mut articles: Vec<ArticleKind> = counts.iter().map(ArticleCounts::article).collect();
    articles[0] = ArticleKind::Outside;
    articles
}

/// What stands in an article.
#[derive(Debug, Clone, Copy, Default)]
struct ArticleCounts {
    words: u32,
    paragraphs: u32,
    links: u32,
    /// It has a heading that is no link, and one of the first level.
    headed: bool,
    first: bool,
}

impl ArticleCounts {
    fn add(&mut self, line: &TextLine, hint: &LineHint) {
        if hint.is_link() {
            self.links += u32::from(is_headline(line, LINK_WORDS));
        } else if hint.heading > 0 {
            (self.headed, self.first) = (true, self.first || hint.heading == 1 || hint.headline);
        } else {
            self.words = self.words.saturating_add(line.words);
            self.paragraphs += u32::from(line.words > LABEL_WORDS || line.ending == LineEnding::Stop);
        }
    }

    fn article(&self) -> ArticleKind {
        let enough = self.words >= ARTICLE_WORDS || self.headed && self.words >= BRIEF_WORDS;
        match enough {
            true if self.first || self.links <= 2 * self.paragraphs => ArticleKind::Story,
            true => ArticleKind::List,
            false if self.links == 0 && self.words >= BRIEF_WORDS => ArticleKind::Outside,
            false => ArticleKind::Card,
        }
    }
}

/// The hints. Where menus, margins, head and foot hold more words of paragraphs than the rest of the page, the markup is broken or its
/// classes are no guide: then without the part that holds most of them.
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
    let wrong: Vec<Zone> = around.iter().filter(|(_, words)| 2 * words >= all).map(|(zone, _)| *zone).collect();
    let open =
        |hint: &LineHint| if wrong.contains(&hint.zone) { LineHint { zone: Zone::Open, ..*hint } } else { *hint };
    hints.iter().map(open).collect()
}

const fn is_around(zone: Zone) -> bool {
    matches!(zone, Zone::Navigation | Zone::Header | Zone::Footer | Zone::Aside)
}

/// Whether the markup has a line as a part of the text of its article.
fn is_paragraph(hint: &LineHint) -> bool {
    hint.zone == Zone::Open && hint.heading == 0 && !hint.is_link()
}

/// What the text alone says of each line, and which units stand on it.
fn base(lines: &[TextLine], units: &[Unit]) -> (Vec<LineVerdict>, Vec<Range<usize>>) {
    let mut titles = vec![false; units.len()];
    for title in units.iter().filter_map(|unit| unit.title) {
        if let Some(title) = titles.get_mut(title) {
            *title = true;
        }
    }
    let mut unit = 0;
    let verdict = |line: &TextLine| {
        while units.get(unit).is_some_and(|found| found.span.end <= line.span.start) {
            unit += 1;
        }
        let on_line = units[unit..].iter().take_while(|found| found.span.start < line.span.end).count();
        let range = unit..unit + on_line;
        let has = |kind: UnitKind| range.clone().find(|at| units[*at].kind == kind);
        let verdict = match (has(UnitKind::Headline), has(UnitKind::Story)) {
            (Some(at), _) if titles.get(at) == Some(&true) => LineVerdict::Title,
            (Some(_), _) => LineVerdict::Link,
            (None, Some(_)) => LineVerdict::Body,
            (None, None) if stands_inside(line) => LineVerdict::Interruption,
            (None, None) => LineVerdict::Border,
        };
        (verdict, range)
    };
    lines.iter().map(verdict).unzip()
}

/// Whether a boilerplate line may stand in the middle of a story.
const fn stands_inside(line: &TextLine) -> bool {
    match line.role {
        LineRole::Glued | LineRole::Wordless => true,
        LineRole::Cue { family: CueFamily::Agency | CueFamily::Share, .. } => true,
        LineRole::Cue { family: CueFamily::ReadAlso | CueFamily::Watch, alone } => !alone,
        _ => false,
    }
}

/// Whether a line is shaped like a headline.
fn is_headline(line: &TextLine, words: RangeInclusive<u32>) -> bool {
    words.contains(&line.words) && matches!(line.ending, LineEnding::Open | LineEnding::Asking)
}
