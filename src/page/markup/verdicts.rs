//! The verdict of each line, by its markup and its text.

use std::collections::BTreeMap;

use super::judged_page::{
    ARTICLE_WORDS, ArticleKind, BELOW, CLASS_LEVEL, CONTROL_WORDS, CREDIT_WORDS, FOOT_WORDS, JudgedPage, LABEL_WORDS,
    LABELS, LABELS_BELOW_FIRST, LINK_WORDS, LineVerdict, MANY_LINKS, MIXED, TITLE_WORDS, is_headline, is_paragraph,
};
use crate::document::Zone;
use crate::page::lines::{LineEnding, LineRole};

/// The title whose story the following lines may belong to.
#[derive(Debug, Clone, Copy)]
struct TitleAbove {
    level: u8,
    article: u32,
    /// Its line.
    line: usize,
    /// Whether its story has begun.
    begun: bool,
}

impl JudgedPage<'_> {
    /// The verdict of each line, and the line of the title that it would belong to as part of a story.
    pub(super) fn verdicts(&self) -> (Vec<LineVerdict>, Vec<Option<usize>>) {
        let mut verdicts = Vec::with_capacity(self.lines.len());
        let mut titles = Vec::with_capacity(self.lines.len());
        let mut above: Option<TitleAbove> = None;
        // The titles of the paragraphs outside articles, by the element that holds them.
        let mut held: BTreeMap<u32, TitleAbove> = BTreeMap::new();
        // In text order: what a heading is depends on the title above it.
        for at in 0..self.lines.len() {
            let verdict = self.verdict(at, above);
            above = self.goes_on(at, verdict, above);

            // Behind a list in the middle of a story the story goes on, if the same element holds its paragraphs.
            let hint = &self.hints[at];
            if verdict == LineVerdict::Body && hint.article == 0 && hint.holder > 0 && is_paragraph(hint) {
                above = above.or_else(|| held.get(&hint.holder).copied());
                held.extend(above.map(|above| (hint.holder, above)));
            }
            verdicts.push(verdict);
            titles.push(above.map(|above| above.line));
        }

        // Corrections that need the verdicts of the whole page. Labels look at titles, rows at the paragraphs that remain.
        self.settle_titles(&mut verdicts);
        self.settle_labels(&mut verdicts);
        self.settle_rows(&mut verdicts);
        (verdicts, titles)
    }

    /// The title whose story the lines behind the line at `at` may belong to.
    fn goes_on(&self, at: usize, verdict: LineVerdict, above: Option<TitleAbove>) -> Option<TitleAbove> {
        let hint = &self.hints[at];
        match (verdict, above) {
            // A line that the head of the page names is one of the first level.
            (LineVerdict::Title, _) if hint.heading > 0 || hint.headline => {
                let level = self.level(at).max(1);
                Some(TitleAbove { level, article: self.story_of(at), line: at, begun: false })
            }
            (LineVerdict::Body, Some(above)) => Some(TitleAbove { begun: true, ..above }),
            // Where no article bounds a story, a list or a section name ends it.
            (LineVerdict::Link, Some(above))
                if above.begun && above.article == 0 && hint.is_link() && hint.zone == Zone::Open =>
            {
                None
            }
            (LineVerdict::Border, Some(above)) if above.begun && above.article == 0 && hint.zone == Zone::Open => None,
            _ => above,
        }
    }

    /// The article of the story whose title is at `at`.
    fn story_of(&self, at: usize) -> u32 {
        self.hints[self.story_below(at).unwrap_or(at)].article
    }

    /// The level of a heading: 1 to 6, 0 of other lines.
    fn level(&self, at: usize) -> u8 {
        match self.hints[at].heading {
            7 => CLASS_LEVEL,
            level => level,
        }
    }

    /// The verdict of a line; `above` is the title above it.
    fn verdict(&self, at: usize, above: Option<TitleAbove>) -> LineVerdict {
        let (line, hint) = (&self.lines[at], &self.hints[at]);
        if line.role == LineRole::Wordless {
            return self.base[at];
        }

        if hint.is_silent() {
            return self.by_text(at);
        }
        if hint.heading > 0 && !hint.zone.is_sealed() && self.is_title(at, above) {
            return LineVerdict::Title;
        }

        // The part of the page says more than the shape of the line.
        if let Some(verdict) = self.by_zone(at) {
            return verdict;
        }

        if hint.is_link() {
            return self.link(at);
        }
        match hint.heading {
            0 => self.paragraph(at),
            _ => self.heading(at, above),
        }
    }

    /// The verdict by the text. Where headlines are links, other lines of their shape are labels.
    fn by_text(&self, at: usize) -> LineVerdict {
        match self.base[at] {
            LineVerdict::Link if self.links >= MANY_LINKS && !self.hints[at].headline => LineVerdict::Border,
            base => base,
        }
    }

    /// The verdict by the part of the page that a line is in; `None` where that leaves it open.
    fn by_zone(&self, at: usize) -> Option<LineVerdict> {
        let (line, hint) = (&self.lines[at], &self.hints[at]);
        let link = hint.is_link() && is_headline(line, LINK_WORDS);
        match hint.zone {
            Zone::Open => None,
            // These may lie within a story.
            Zone::Controls | Zone::Caption => Some(LineVerdict::Interruption),
            Zone::Path | Zone::Comments | Zone::Tags => Some(LineVerdict::Border),
            Zone::Byline | Zone::Time if hint.heading > 0 || line.words > CREDIT_WORDS || link => None,
            Zone::Byline | Zone::Time => Some(LineVerdict::Interruption),
            // Headlines are headlines everywhere, but the foot has longer links of its own.
            Zone::Footer if link && line.words >= FOOT_WORDS => Some(LineVerdict::Link),
            Zone::Navigation | Zone::Header | Zone::Aside if link => Some(LineVerdict::Link),
            _ => Some(LineVerdict::Border),
        }
    }

    /// The verdict of a line that is one link.
    fn link(&self, at: usize) -> LineVerdict {
        let line = &self.lines[at];
        let base = self.base[at];

        // Words of the page, not of news.
        let control = base == LineVerdict::Border && self.hints[at].heading == 0 && line.words <= CONTROL_WORDS;
        // A headline by other evidence may be one word shorter.
        let known = self.hints[at].heading > 0 || base == LineVerdict::Link;
        let least = if known { *LINK_WORDS.start() - 1 } else { *LINK_WORDS.start() };

        match base {
            _ if is_headline(line, least..=*LINK_WORDS.end()) && !self.is_cue(at) && !control => LineVerdict::Link,
            LineVerdict::Body if self.in_article(at) && line.words > *LINK_WORDS.end() => LineVerdict::Body,
            LineVerdict::Border | LineVerdict::Interruption => base,
            _ if self.in_article(at) => LineVerdict::Interruption,
            _ => LineVerdict::Border,
        }
    }

    fn is_cue(&self, at: usize) -> bool {
        matches!(self.lines[at].role, LineRole::Cue { .. } | LineRole::Tags)
    }

    /// The verdict of a line of text that is no heading.
    fn paragraph(&self, at: usize) -> LineVerdict {
        let (line, hint, base) = (&self.lines[at], &self.hints[at], self.base[at]);
        let label = line.words <= LABEL_WORDS && line.ending != LineEnding::Stop;
        if hint.headline && label && line.words >= TITLE_WORDS && self.story_below(at).is_some() {
            return LineVerdict::Title;
        }

        match base {
            // A sentence in an article is no label.
            LineVerdict::Border | LineVerdict::Interruption if self.in_article(at) && self.is_sentence(at) => {
                LineVerdict::Body
            }
            LineVerdict::Border | LineVerdict::Interruption => base,
            _ if self.in_article(at) => LineVerdict::Body,
            // The path to the page, or page numbers.
            _ if label && hint.linked >= MIXED => LineVerdict::Border,
            // The text of a card.
            _ if self.article(at) == ArticleKind::Card && hint.zone == Zone::Open => LineVerdict::Border,
            _ => self.by_text(at),
        }
    }

    fn is_sentence(&self, at: usize) -> bool {
        let line = &self.lines[at];
        line.role == LineRole::Text
            && line.words >= TITLE_WORDS
            && matches!(line.ending, LineEnding::Stop | LineEnding::Asking)
    }

    /// The verdict of a heading that is no title.
    fn heading(&self, at: usize, above: Option<TitleAbove>) -> LineVerdict {
        let article = self.hints[at].article;
        let inside = above.is_some_and(|above| above.article == article) || self.in_article(at);

        let goes_on = self.story_below(at).is_some_and(|below| self.hints[below].article == article);

        match self.base[at] {
            // A second title; a short one is the name of what is below.
            _ if above.is_some_and(|above| !above.begun) && goes_on => match self.lines[at].words {
                TITLE_WORDS.. => LineVerdict::Link,
                _ => LineVerdict::Interruption,
            },
            _ if inside && goes_on => LineVerdict::Body,
            LineVerdict::Interruption => LineVerdict::Interruption,
            _ => LineVerdict::Border,
        }
    }

    /// Whether a heading is the title of what is below, rather than part of the story above.
    fn is_title(&self, at: usize, above: Option<TitleAbove>) -> bool {
        let hint = &self.hints[at];
        let Some(below) = self.story_below(at).filter(|_| !self.is_cue(at)) else { return false };
        let (here, there) = (hint.article, self.hints[below].article);

        let around = matches!(hint.zone, Zone::Aside | Zone::Footer | Zone::Navigation)
            || hint.zone == Zone::Header && !hint.headline;
        if around {
            return false;
        }

        // A linked heading belongs to a card, unless an article is below it.
        let over = self.in_article(at) || here == 0 && self.words_below(below) >= ARTICLE_WORDS;
        if hint.is_link() && !(here == there && over) {
            return false;
        }

        if self.article(at) == ArticleKind::Card && here != there {
            return false;
        }

        match above {
            Some(above) if !hint.headline && above.article == there => {
                self.level(at) <= above.level
                    || there == 0 && above.begun && self.lines[at].words >= TITLE_WORDS && self.moves(at, below)
            }
            // Shorter ones name a section, above the titles of its articles.
            _ => hint.headline || hint.heading == 1 || self.lines[at].words >= TITLE_WORDS,
        }
    }

    /// The first line of the story below the heading at `at`, past credits, captions, controls and a few labels; `None` if
    /// something else comes first.
    pub(super) fn story_below(&self, at: usize) -> Option<usize> {
        let level = self.level(at);
        let most = if level == 1 || self.hints[at].headline { LABELS_BELOW_FIRST } else { LABELS };
        let own = self.hints[at].headline && self.in_article(at);
        let mut labels = 0;

        for below in (at + 1..self.lines.len()).take(BELOW) {
            let (line, hint) = (&self.lines[below], &self.hints[below]);

            let passed = matches!(hint.zone, Zone::Caption | Zone::Byline | Zone::Time | Zone::Controls | Zone::Tags);
            // A box of related stories right below the title of an article.
            let boxed = hint.zone == Zone::Aside && self.in_article(at);
            if passed || boxed || line.role == LineRole::Wordless || self.base[below] == LineVerdict::Interruption {
                continue;
            }
            // Links to other stories right below the title of an article that the head of the page names.
            if own && hint.is_link() && hint.article == self.hints[at].article {
                continue;
            }
            // The headline that the head of the page names is the title of its own text.
            if hint.heading > 0 && hint.headline && !self.hints[at].headline {
                return None;
            }
            // A subheading at the beginning of the story.
            if hint.heading > 0 && level > 0 && self.level(below) > level && !hint.is_link() {
                continue;
            }
            // Another heading, or another part of the page.
            if hint.heading > 0 || hint.zone != Zone::Open {
                return None;
            }
            // A list of links.
            if hint.is_link() && line.words >= *LINK_WORDS.start() || labels > most {
                return None;
            }

            let paragraph =
                line.words > LABEL_WORDS || line.ending == LineEnding::Stop || line.ending == LineEnding::Leading;
            // In the article of the heading even a short line is text.
            let same = self.in_article(below) && hint.article == self.hints[at].article;
            if !hint.is_link() && (paragraph || same) {
                return Some(below);
            }
            labels += 1;
        }
        None
    }

    /// The words of the paragraphs from `below` to the next line that is none.
    fn words_below(&self, below: usize) -> u32 {
        let lines = self.lines[below..].iter().zip(&self.hints[below..]).take(BELOW);
        lines.take_while(|(_, hint)| is_paragraph(hint)).map(|(line, _)| line.words).sum()
    }

    /// Whether a line is a paragraph of some length.
    fn is_text(&self, at: usize) -> bool {
        is_paragraph(&self.hints[at]) && !self.hints[at].row && self.lines[at].words > LABEL_WORDS
    }

    /// Whether the heading at `at` and the story below it are in other elements than the story above.
    fn moves(&self, at: usize, below: usize) -> bool {
        let paragraphs = (0..at).rev().take(BELOW).filter(|before| self.is_text(*before));
        let mut holders = paragraphs.map(|before| self.hints[before].holder);
        let Some(above) = holders.next() else { return true };

        let alike = holders.next().is_none_or(|before| before == above);
        alike && above != self.hints[at].holder && above != self.hints[below].holder
    }

    /// Where headings are titles, a line that only has the shape of one is part of its story.
    fn settle_titles(&self, verdicts: &mut [LineVerdict]) {
        // Without titles by heading, the shape of lines is the only evidence.
        let marked = |at: usize| self.hints[at].heading > 0 || self.hints[at].headline;
        if !(0..verdicts.len()).any(|at| verdicts[at] == LineVerdict::Title && marked(at)) {
            return;
        }

        for (at, verdict) in verdicts.iter_mut().enumerate() {
            if *verdict == LineVerdict::Title && !marked(at) {
                *verdict = LineVerdict::Body;
            }
        }
    }

    /// Table rows between paragraphs of a story are part of it.
    fn settle_rows(&self, verdicts: &mut [LineVerdict]) {
        let mut at = 0;
        while at < verdicts.len() {
            let rows = self.hints[at..].iter().take_while(|hint| hint.row && hint.zone == Zone::Open).count();
            let (above, below) = (verdicts[..at].iter().rev(), verdicts[at + rows..].iter());
            if rows > 0 && is_next_body(above) && is_next_body(below) {
                verdicts[at..at + rows].fill(LineVerdict::Body);
            }
            at += rows.max(1);
        }
    }

    /// Turns labels into boilerplate: short lines outside the articles of a page with articles, and above the title in one.
    fn settle_labels(&self, verdicts: &mut [LineVerdict]) {
        // Collected from the end, so that the first title of an article stays.
        let titled = (0..verdicts.len()).filter(|at| verdicts[*at] == LineVerdict::Title);
        let first_title: BTreeMap<u32, usize> = titled.map(|at| (self.hints[at].article, at)).rev().collect();
        let any = self.articles.contains(&ArticleKind::Story);

        for (at, verdict) in verdicts.iter_mut().enumerate() {
            let (line, hint) = (&self.lines[at], &self.hints[at]);
            let short = line.words <= LABEL_WORDS && line.ending != LineEnding::Stop;

            if *verdict != LineVerdict::Body || !short || line.role == LineRole::Wordless {
                continue;
            }

            // The name of the section, the share bar above an article, and the like.
            let outside = any && !self.in_article(at) && is_paragraph(hint);
            let over = self.in_article(at) && first_title.get(&hint.article).is_some_and(|title| at < *title);
            if outside || over {
                *verdict = LineVerdict::Border;
            }
        }
    }
}
/// Whether the nearest of `verdicts` that is no interruption is part of a story.
fn is_next_body<'v>(verdicts: impl Iterator<Item = &'v LineVerdict>) -> bool {
    verdicts.take(BELOW).find(|verdict| **verdict != LineVerdict::Interruption) == Some(&LineVerdict::Body)
}
