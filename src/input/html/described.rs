//! What the head of a page says of its articles, and which lines are their headlines.

use std::collections::BTreeSet;

use super::metadata::PageMetadata;
use crate::document::{ArticleFields, PageLayout, letters};

/// Fewest letters of a line that is a part of the title of a page.
const LETTERS: usize = 12;

/// Fills in what the head says, and marks the headlines among the lines of `text`.
pub(super) fn describe(layout: &mut PageLayout, text: &str, metadata: &PageMetadata) {
    layout.described = articles(metadata);
    let titles: BTreeSet<String> =
        layout.described.iter().filter_map(|article| article.title.as_deref()).map(letters).collect();
    let page = metadata.title.as_deref().map(letters).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    for (hint, line) in layout.lines.iter_mut().zip(lines) {
        // Longer lines than titles get need no look.
        if line.len() <= page.len().max(LONGEST) {
            let line = letters(line);
            hint.headline = titles.contains(&line) || names(&page, &line);
        }
    }
}

/// Bytes of a line that may be a headline.
const LONGEST: usize = 1024;

/// The articles of JSON-LD behind the one that the page as a whole is said to be.
fn articles(metadata: &PageMetadata) -> Vec<ArticleFields> {
    let PageMetadata { title, date, byline, shared, articles, .. } = metadata;
    let page = ArticleFields {
        title: shared.as_ref().or(title.as_ref()).cloned(),
        published: date.clone(),
        byline: byline.clone(),
    };
    let mut described = articles.clone();
    if let [only] = described.as_mut_slice() {
        only.published = only.published.take().or_else(|| page.published.clone());
        only.byline = only.byline.take().or_else(|| page.byline.clone());
    }
    described.push(page);
    described
}

/// Whether the title of a page is a line with the name of the site before or behind it.
fn names(page: &str, line: &str) -> bool {
    let long = line.chars().count() >= LETTERS && 2 * line.len() >= page.len();
    long && (page.starts_with(line) || page.ends_with(line))
}
