//! The articles that the head of a page describes, and the lines that are their headlines.

use std::collections::BTreeSet;

use super::metadata::PageMetadata;
use crate::document::{ArticleFields, PageLayout, letters};

/// Fewest letters of a line that counts as a part of the page's title.
const LETTERS: usize = 12;

/// Fills in `layout.described`, and marks the headlines among the lines of `text`.
pub(super) fn describe(layout: &mut PageLayout, text: &str, metadata: &PageMetadata) {
    layout.described = articles(metadata);

    let titles: BTreeSet<String> =
        layout.described.iter().filter_map(|article| article.title.as_deref()).map(letters).collect();
    let page = metadata.title.as_deref().map_or_else(String::new, letters);

    // The layout has one hint for each line that is not blank.
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    for (hint, line) in layout.lines.iter_mut().zip(lines) {
        // No headline is longer; this bounds the work for pages with huge lines.
        if line.len() <= page.len().max(LONGEST) {
            let line = letters(line);
            hint.headline = titles.contains(&line) || is_part_of_title(&page, &line);
        }
    }
}

/// Longest line that may be a headline, in bytes.
const LONGEST: usize = 1024;

/// The articles of JSON-LD, followed by the page itself as an article.
fn articles(metadata: &PageMetadata) -> Vec<ArticleFields> {
    let PageMetadata { title, date, byline, shared, articles, .. } = metadata;
    let page = ArticleFields {
        title: shared.as_ref().or(title.as_ref()).cloned(),
        published: date.clone(),
        byline: byline.clone(),
    };

    let mut described = articles.clone();
    // A single article is the page's own, so the head completes it.
    if let [only] = described.as_mut_slice() {
        only.published = only.published.take().or_else(|| page.published.clone());
        only.byline = only.byline.take().or_else(|| page.byline.clone());
    }

    described.push(page);
    described
}

/// Whether `line` is the page's title without the site's name before or after it. Both are [`letters`] alone.
fn is_part_of_title(page: &str, line: &str) -> bool {
    // A line of less than half of the title is rather the name of the site.
    let long = line.chars().count() >= LETTERS && 2 * line.len() >= page.len();
    long && (page.starts_with(line) || page.ends_with(line))
}
