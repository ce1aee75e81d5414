//! The articles that the head of a page describes, and the lines that are their headlines.

use std::collections::BTreeSet;

use super::metadata::PageMetadata;
use crate::document::{ArticleFields, is_alphanumeric, letters};

/// Fewest letters of a line that counts as a part of the page's title.
const LETTERS: usize = 12;

/// The headlines that the head of a page names.
#[derive(Debug, Default)]
pub(super) struct Headlines {
    /// The letters of each.
    titles: BTreeSet<String>,
    /// Those of the headline that the page is about.
    own: BTreeSet<String>,
    /// Those of the title of the page, often with the name of the site.
    page: String,
    /// Those of its longest part, which a line may have more of: some systems cut titles.
    part: String,
    /// The first letters of all of these.
    begins: BTreeSet<Option<char>>,
}

impl Headlines {
    pub(super) fn of(metadata: &PageMetadata) -> Self {
        let titles = metadata.articles.iter().filter_map(|article| article.title.as_deref());
        let own = [&metadata.shared, &metadata.title, &metadata.own_headline].into_iter().flatten();
        let own: BTreeSet<String> = own.map(|title| letters(title)).filter(|title| !title.is_empty()).collect();
        let titles: BTreeSet<String> =
            titles.map(letters).filter(|title| !title.is_empty()).chain(own.iter().cloned()).collect();
        let page = metadata.title.as_deref().map_or_else(String::new, letters);
        let part = metadata.title.as_deref().map_or_else(String::new, longest_part);
        let begins = titles.iter().chain([&page, &part]).map(|title| title.chars().next()).collect();
        Self { titles, own, page, part, begins }
    }

    /// Whether a line is one of them, and whether it is that of the page.
    pub(super) fn names(&self, line: &str) -> Option<NamedHeadline> {
        // No headline is longer; this bounds the work for pages with huge lines.
        if line.len() > self.page.len().max(LONGEST) {
            return None;
        }
        // Most lines begin with another letter than all titles, and end with another than that of the page.
        let first = line.chars().find(|c| is_alphanumeric(*c));
        let begins =
            first.is_none_or(|first| first.to_lowercase().next().is_some_and(|c| self.begins.contains(&Some(c))));
        let last = line.chars().rev().find(|c| is_alphanumeric(*c)).and_then(|last| last.to_lowercase().last());
        if !begins && last != self.page.chars().next_back() {
            return None;
        }
        let line = letters(line);

        let cut = !self.part.is_empty() && line.starts_with(&self.part) && line.len() <= 2 * self.part.len();
        if self.own.contains(&line) || is_part_of_title(&self.page, &line) || cut {
            return Some(NamedHeadline::OfPage);
        }
        self.titles.contains(&line).then_some(NamedHeadline::OfOther)
    }
}

/// A headline that the head of a page names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedHeadline {
    /// That of what the page is about.
    OfPage,
    /// That of another article.
    OfOther,
}

/// Longest line that may be a headline, in bytes.
const LONGEST: usize = 1024;

/// The articles of JSON-LD, followed by the page itself as an article.
pub(super) fn articles(metadata: &PageMetadata) -> Vec<ArticleFields> {
    let PageMetadata { title, date, byline, shared, articles, .. } = metadata;
    let page = ArticleFields {
        title: shared.as_ref().or(title.as_ref()).cloned(),
        published: date.clone(),
        byline: byline.clone(),
    };

    // What the page is about completes its description in JSON-LD.
    let mut described = articles.clone();
    let letters_of = |article: &ArticleFields| article.title.as_deref().map(letters);
    for own in described.iter_mut().filter(|article| letters_of(article) == letters_of(&page)) {
        own.published = own.published.take().or_else(|| page.published.clone());
        own.byline = own.byline.take().or_else(|| page.byline.clone());
    }

    described.push(page);
    described
}

/// The longest part of a title, where that is not most of it: «صحيفة المدينة - افتتاح الجسر»; empty if it is short, or the
/// name of the site.
fn longest_part(title: &str) -> String {
    let separators = ['|', '-', '–', '—', '»', '«', '•', '·', ':'];
    let parts = title.split(separators).filter(|part| part.split_whitespace().count() >= PART_WORDS);
    parts.map(letters).max_by_key(|part| part.len()).unwrap_or_default()
}

/// Fewest words of a part of a title that is the headline.
const PART_WORDS: usize = 4;

/// Whether `line` is the page's title without the site's name before or after it. Both are [`letters`] alone.
pub(super) fn is_part_of_title(page: &str, line: &str) -> bool {
    // A line of less than half of the title is rather the name of the site.
    let long = line.chars().count() >= LETTERS && 2 * line.len() >= page.len();
    long && (page.starts_with(line) || page.ends_with(line))
}
