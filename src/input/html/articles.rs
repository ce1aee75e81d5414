//! The articles of a page while it is read, and which of them belong together.

use super::stack::DEEPEST;
use super::zones::ArticleScope;
use crate::document::{ArticleFields, LineHint, Zone};

/// Fewest words of a link that marks the article it begins as a card.
const CARD_WORDS: u32 = 4;

/// Most articles that are told apart; the lines of later ones count to the last.
const MOST_ARTICLES: usize = 100_000;

/// An article, as far as it was read.
#[derive(Debug)]
pub(super) struct OpenArticle {
    kind: ArticleScope,
    /// The enclosing article, from 1; 0 for none.
    parent: u32,
    /// Words outside links, headings and other zones.
    words: u32,
    /// It has a heading that is not a link.
    headed: bool,
    /// It has a first-level heading that is not a link.
    first: bool,
    /// It begins with a link to another article.
    card: bool,
    pub(super) time: Option<String>,
    pub(super) byline: Option<String>,
}

/// The articles of a page, in the order in which they begin. Their numbers count from 1.
#[derive(Debug, Default)]
pub(super) struct PageArticles(Vec<OpenArticle>);

impl PageArticles {
    /// Adds an article; returns its number.
    pub(super) fn begin(&mut self, kind: ArticleScope, parent: u32) -> u32 {
        if self.0.len() < MOST_ARTICLES {
            self.0.push(OpenArticle {
                kind,
                parent,
                words: 0,
                headed: false,
                first: false,
                card: false,
                time: None,
                byline: None,
            });
        }

        self.0.len() as u32
    }

    /// The article of a number; `None` for 0.
    pub(super) fn numbered(&mut self, number: u32) -> Option<&mut OpenArticle> {
        self.0.get_mut((number as usize).checked_sub(1)?)
    }

    /// Adds a line to the article that holds it. Lines of other zones do not count.
    pub(super) fn note(&mut self, hint: &LineHint, words: u32) {
        let Some(article) = self.numbered(hint.article) else { return };

        match hint.zone {
            // Only a link before any other text makes a card; short ones are labels.
            Zone::Open if hint.is_link() => {
                article.card |= article.words == 0 && (hint.heading > 0 || words >= CARD_WORDS);
            }
            Zone::Open if hint.heading > 0 => {
                (article.headed, article.first) = (true, article.first || hint.heading == 1);
            }
            Zone::Open => article.words += words,
            _ => {}
        }
    }

    /// The words of each article, outside links and headings.
    pub(super) fn words(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|article| article.words)
    }

    /// The number of each article's root; 0 if the root is a main part without a heading of its own, which does not
    /// tell where articles are.
    pub(super) fn roots(&self) -> Vec<u32> {
        let locates = |root: &OpenArticle| root.kind != ArticleScope::Main || root.headed;
        let number = |at: usize| {
            let root = self.root(at);
            if self.0.get(root).is_some_and(locates) { root as u32 + 1 } else { 0 }
        };
        (0..self.0.len()).map(number).collect()
    }

    /// The fields of each article.
    pub(super) fn into_fields(self) -> Vec<ArticleFields> {
        let fields =
            |article: OpenArticle| ArticleFields { title: None, published: article.time, byline: article.byline };
        self.0.into_iter().map(fields).collect()
    }

    /// The index of the article that the one at index `at` belongs to. An article takes in its text, the entries of a
    /// live page and other articles inside it, except cards. Articles in the main part stay separate, unless the first
    /// heading of the page is that of the whole main part.
    fn root(&self, at: usize) -> usize {
        let mut root = at;
        // Articles nest no deeper than the stack.
        for _ in 0..DEEPEST {
            let Some(article) = self.0.get(root) else { break };

            let parent = (article.parent as usize).checked_sub(1);
            let Some((next, around)) = parent.and_then(|next| Some((next, self.0.get(next)?))) else { break };

            let holds = match around.kind {
                ArticleScope::Main => around.first && !article.first,
                _ => around.words > 0 || around.headed,
            };

            let joins = article.kind == ArticleScope::Body || holds && !article.card;
            if !joins {
                break;
            }
            root = next;
        }

        root
    }
}
