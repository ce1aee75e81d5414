//! A page with known markup, ready to be judged: its lines, their hints, and the kinds of its articles.

use std::ops::{Range, RangeInclusive};

use crate::document::{LineHint, Unit, UnitKind, Zone};
use crate::page::cues::CueFamily;
use crate::page::lines::{LineEnding, LineRole, TextLine};

/// Fewest words of paragraphs in an article.
pub(super) const ARTICLE_WORDS: u32 = 25;
/// The same below a heading.
pub(super) const BRIEF_WORDS: u32 = 8;
/// Fewest and most words of a headline that is a link.
pub(super) const LINK_WORDS: RangeInclusive<u32> = 4..=20;
/// Fewest in the foot of a page, where links to terms and contacts have several words too.
pub(super) const FOOT_WORDS: u32 = 6;
/// Most words of a label; longer lines are paragraphs.
pub(super) const LABEL_WORDS: u32 = 14;
/// Most words of a byline or a time.
pub(super) const CREDIT_WORDS: u32 = 20;
/// Lines below a heading within which its story begins.
pub(super) const BELOW: usize = 16;
/// Labels among them that the markup does not declare as such: a section name, a date, points of the story.
pub(super) const LABELS: usize = 3;
/// The same below a first heading, which is never a section name.
pub(super) const LABELS_BELOW_FIRST: usize = 10;
/// Fewest words of a title that is no first heading.
pub(super) const TITLE_WORDS: u32 = 3;
/// Most words of a link that is a control of the page by its words alone.
pub(super) const CONTROL_WORDS: u32 = 14;
/// Percentage of the letters of a label that are links, from which it belongs to the page.
pub(super) const MIXED: u8 = 40;
/// Headlines that are links, from which all headlines of a page are taken to be links.
pub(super) const MANY_LINKS: usize = 3;
/// The level of headings that are marked by a class name only.
pub(super) const CLASS_LEVEL: u8 = 4;

/// The judgement of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineVerdict {
    /// Part of a story.
    Body,
    /// The title of the story below.
    Title,
    /// A headline of another story.
    Link,
    /// Boilerplate that ends the story before it.
    Border,
    /// Boilerplate inside a story, which goes on behind it.
    Interruption,
}

/// The kind of an element that is declared as an article or main part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArticleKind {
    /// No article: the rest of the page, and elements of which the markup says too little.
    Outside,
    /// A headline of another article, perhaps with its first words.
    Card,
    /// A list of headlines with text between them.
    List,
    /// An article.
    Story,
}

/// A page that is being judged. `lines`, `hints`, `base` and `units` have one entry for each line.
pub(super) struct JudgedPage<'p> {
    pub(super) lines: &'p [TextLine],
    pub(super) hints: &'p [LineHint],
    /// The verdict by the text alone.
    pub(super) base: Vec<LineVerdict>,
    /// The units by the text alone that touch the line.
    pub(super) units: Vec<Range<usize>>,
    /// The kind of each article of the page.
    pub(super) articles: Vec<ArticleKind>,
    /// Headlines that are links.
    pub(super) links: usize,
}

impl<'p> JudgedPage<'p> {
    pub(super) fn new(
        lines: &'p [TextLine],
        hints: &'p [LineHint],
        units: &[Unit],
        articles: Vec<ArticleKind>,
    ) -> Self {
        debug_assert_eq!(lines.len(), hints.len(), "one hint for each line");
        let (base, units) = base(lines, units);
        let link = |(line, hint): &(&TextLine, &LineHint)| hint.is_link() && is_headline(line, LINK_WORDS);
        let links = lines.iter().zip(hints).filter(link).count();
        Self { lines, hints, base, units, articles, links }
    }

    /// The kind of the article of a line.
    pub(super) fn article(&self, at: usize) -> ArticleKind {
        self.articles.get(self.hints[at].article as usize).copied().unwrap_or(ArticleKind::Outside)
    }

    /// Whether a line belongs to an article with a story.
    pub(super) fn in_article(&self, at: usize) -> bool {
        self.article(at) == ArticleKind::Story
    }
}

/// The kind of each article. A story has enough words of paragraphs, or some below a heading; and no more than twice as many
/// headlines of others as paragraphs, unless it has a first heading.
pub(super) fn articles(lines: &[TextLine], hints: &[LineHint]) -> Vec<ArticleKind> {
    let most = hints.iter().map(|hint| hint.article as usize).fold(0, usize::max);
    let mut counts = vec![ArticleCounts::default(); most + 1];

    for (line, hint) in lines.iter().zip(hints).filter(|(_, hint)| hint.zone == Zone::Open) {
        if let Some(counts) = counts.get_mut(hint.article as usize) {
            counts.add(line, hint);
        }
    }

    // Article 0 is the rest of the page.
    let mut articles: Vec<ArticleKind> = counts.iter().map(ArticleCounts::kind).collect();
    articles[0] = ArticleKind::Outside;
    articles
}

/// The contents of an article.
#[derive(Debug, Clone, Copy, Default)]
struct ArticleCounts {
    words: u32,
    paragraphs: u32,
    links: u32,
    /// Whether it has a heading that is no link.
    headed: bool,
    /// Whether it has one of the first level.
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

    fn kind(&self) -> ArticleKind {
        let enough = self.words >= ARTICLE_WORDS || self.headed && self.words >= BRIEF_WORDS;
        match enough {
            true if self.first || self.links <= 2 * self.paragraphs => ArticleKind::Story,
            true => ArticleKind::List,
            false if self.links == 0 && self.words >= BRIEF_WORDS => ArticleKind::Outside,
            false => ArticleKind::Card,
        }
    }
}

/// Whether the markup makes a line part of the text of its article.
pub(super) fn is_paragraph(hint: &LineHint) -> bool {
    hint.zone == Zone::Open && hint.heading == 0 && !hint.is_link()
}

/// The verdict of each line by the text alone, and the units that touch it.
fn base(lines: &[TextLine], units: &[Unit]) -> (Vec<LineVerdict>, Vec<Range<usize>>) {
    let mut is_title = vec![false; units.len()];
    for title in units.iter().filter_map(|unit| unit.title) {
        debug_assert!(title < units.len(), "a title is a unit of the page");
        is_title[title] = true;
    }

    // Lines and units are both in text order, so one pass over the units serves all lines.
    let mut first = 0;
    let of_line = |line: &TextLine| {
        first += units[first..].iter().take_while(|unit| unit.span.end <= line.span.start).count();
        let touching = units[first..].iter().take_while(|unit| unit.span.start < line.span.end).count();
        let range = first..first + touching;
        (text_verdict(line, range.clone(), units, &is_title), range)
    };
    lines.iter().map(of_line).unzip()
}

/// The verdict of a line that the units in `range` touch.
fn text_verdict(line: &TextLine, mut range: Range<usize>, units: &[Unit], is_title: &[bool]) -> LineVerdict {
    let headline = range.clone().find(|at| units[*at].kind == UnitKind::Headline);
    let story = range.any(|at| units[at].kind == UnitKind::Story);
    match headline {
        Some(at) if is_title[at] => LineVerdict::Title,
        Some(_) => LineVerdict::Link,
        None if story => LineVerdict::Body,
        None if may_interrupt(line) => LineVerdict::Interruption,
        None => LineVerdict::Border,
    }
}

/// Whether a line of boilerplate may lie in the middle of a story.
const fn may_interrupt(line: &TextLine) -> bool {
    match line.role {
        LineRole::Glued | LineRole::Wordless => true,
        LineRole::Cue { family: CueFamily::Agency | CueFamily::Share, .. } => true,
        LineRole::Cue { family: CueFamily::ReadAlso | CueFamily::Watch, alone } => !alone,
        _ => false,
    }
}

/// Whether a line is shaped like a headline.
pub(super) fn is_headline(line: &TextLine, words: RangeInclusive<u32>) -> bool {
    words.contains(&line.words) && matches!(line.ending, LineEnding::Open | LineEnding::Asking)
}
