//! A page whose markup is known, ready to be judged: its lines, their hints, and the kinds of its articles.

use std::ops::{Range, RangeInclusive};

use crate::document::{LineHint, Unit, UnitKind, Zone};
use crate::page::cues::CueFamily;
use crate::page::lines::{LineEnding, LineRole, TextLine};

/// Fewest words of paragraphs that make an article.
pub(super) const ARTICLE_WORDS: u32 = 25;
/// The same below a heading.
pub(super) const BRIEF_WORDS: u32 = 8;
/// Fewest and most words of a headline that is a link.
pub(super) const LINK_WORDS: RangeInclusive<u32> = 4..=20;
/// The same in the foot of a page, where links to terms and contacts have some words too.
pub(super) const FOOT_WORDS: u32 = 6;
/// Most words of a line that is a label rather than a paragraph.
pub(super) const LABEL_WORDS: u32 = 14;
/// Most words of a byline or a time.
pub(super) const CREDIT_WORDS: u32 = 20;
/// Lines below a heading among which its story begins.
pub(super) const BELOW: usize = 16;
/// Labels among them that nothing tells to be any: the name of a section, a date, points of the story.
pub(super) const LABELS: usize = 3;
/// The same below a first heading, which is no name of a section.
pub(super) const LABELS_BELOW_FIRST: usize = 10;
/// Fewest words of a title that is no first heading.
pub(super) const TITLE_WORDS: u32 = 3;
/// Most words of a link that its words alone tell to be a control of the page.
pub(super) const CONTROL_WORDS: u32 = 14;
/// Percent of the letters of a label in links that make it a part of the page's own.
pub(super) const MIXED: u8 = 40;
/// Headlines of a page that are links, so many that all are.
pub(super) const MANY_LINKS: usize = 3;
/// The level of headings that only a class calls so.
pub(super) const CLASS_LEVEL: u8 = 4;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineVerdict {
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
pub(super) enum ArticleKind {
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
pub(super) struct JudgedPage<'p> {
    pub(super) lines: &'p [TextLine],
    pub(super) hints: &'p [LineHint],
    /// What each line is by its text.
    pub(super) base: Vec<LineVerdict>,
    /// Which of the units that its text gives stand on each line.
    pub(super) units: Vec<Range<usize>>,
    /// What each article is.
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
        let (base, units) = base(lines, units);
        let link = |(line, hint): &(&TextLine, &LineHint)| hint.is_link() && is_headline(line, LINK_WORDS);
        let links = lines.iter().zip(hints).filter(link).count();
        Self { lines, hints, base, units, articles, links }
    }

    /// What the article is that a line stands in.
    pub(super) fn article(&self, at: usize) -> ArticleKind {
        self.articles.get(self.hints[at].article as usize).copied().unwrap_or(ArticleKind::Outside)
    }

    /// Whether a line stands in an article.
    pub(super) fn in_article(&self, at: usize) -> bool {
        self.article(at) == ArticleKind::Story
    }
}

/// What each article is: a story has enough words of paragraphs, or some below a heading, and no more headlines of others than
/// paragraphs unless a first heading stands over them.
pub(super) fn articles(lines: &[TextLine], hints: &[LineHint]) -> Vec<ArticleKind> {
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

/// Whether the markup has a line as a part of the text of its article.
pub(super) fn is_paragraph(hint: &LineHint) -> bool {
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
pub(super) fn is_headline(line: &TextLine, words: RangeInclusive<u32>) -> bool {
    words.contains(&line.words) && matches!(line.ending, LineEnding::Open | LineEnding::Asking)
}
