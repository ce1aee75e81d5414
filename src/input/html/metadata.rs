//! What a page says of itself: title, date, author, canonical address.

use super::json_ld;
use crate::document::ArticleFields;

/// A page's fields, as they are written there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PageMetadata {
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) url: Option<String>,
    pub(super) byline: Option<String>,
    /// What Open Graph calls the page: seldom with the name of the site, which most titles have.
    pub(super) shared: Option<String>,
    /// The articles that JSON-LD tells of.
    pub(super) articles: Vec<ArticleFields>,
}

/// Candidates, each with how little it is worth: 0 is the best.
#[derive(Debug, Default)]
pub(super) struct MetadataCandidates {
    title: Option<(usize, String)>,
    date: Option<(usize, String)>,
    url: Option<(usize, String)>,
    byline: Option<(usize, String)>,
    shared: Option<(usize, String)>,
    articles: Vec<ArticleFields>,
}

/// Names of `<meta>` that hold an author, best first.
const AUTHORS: [&str; 6] =
    ["author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "article:author_name"];

/// Names of `<meta>` that hold a date, best first: what Open Graph, schema.org, Dublin Core and the common systems write.
const DATES: [&str; 14] = [
    "article:published_time",
    "datepublished",
    "og:article:published_time",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "sailthru.date",
    "parsely-pub-date",
];

/// Where a date of JSON-LD stands among them, and one of `<time>`.
const JSON_LD: usize = 1;
const TIME: usize = DATES.len();

/// The key of a date in JSON-LD.
const PUBLISHED: &str = "\"datePublished\"";

/// `text` with single spaces.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `text` can be a name: no address, and not longer than names get.
pub(super) fn is_name(text: &str) -> bool {
    !text.contains("://") && text.split_whitespace().count() <= NAME_WORDS
}

/// Most words of a name, or of the names of some authors.
const NAME_WORDS: usize = 12;

fn better(slot: &mut Option<(usize, String)>, worth: usize, value: &str) {
    let value = value.trim();
    if !value.is_empty() && slot.as_ref().is_none_or(|(other, _)| worth < *other) {
        *slot = Some((worth, tidy(value)));
    }
}

impl MetadataCandidates {
    pub(super) fn title(&mut self, title: &str) {
        better(&mut self.title, 0, title);
    }

    /// A `<meta>` with a name, property or itemprop in lower case.
    pub(super) fn meta(&mut self, name: &str, content: &str) {
        match name {
            "og:title" => {
                better(&mut self.title, 1, content);
                better(&mut self.shared, 0, content);
            }
            "og:url" => better(&mut self.url, 1, content),
            name => {
                if let Some(worth) = DATES.iter().position(|date| *date == name) {
                    better(&mut self.date, worth, content);
                }
                if let Some(worth) = AUTHORS.iter().position(|author| *author == name).filter(|_| is_name(content)) {
                    better(&mut self.byline, worth, content);
                }
            }
        }
    }

    pub(super) fn canonical(&mut self, address: &str) {
        better(&mut self.url, 0, address);
    }

    pub(super) fn time(&mut self, published: bool, datetime: &str) {
        better(&mut self.date, if published { JSON_LD } else { TIME }, datetime);
    }

    /// A script of JSON-LD: its articles, and the first date of publication even if it is no whole JSON.
    pub(super) fn json_ld(&mut self, script: &str) {
        let left = json_ld::MOST.saturating_sub(self.articles.len());
        self.articles.extend(json_ld::articles(script).into_iter().take(left));
        let Some((_, after)) = script.split_once(PUBLISHED) else { return };
        let value = after.trim_start().strip_prefix(':').unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
        if let Some(Ok(date)) = values.next() {
            better(&mut self.date, JSON_LD, &date);
        }
    }

    pub(super) fn finish(self) -> PageMetadata {
        let value = |slot: Option<(usize, String)>| slot.map(|(_, value)| value);
        let Self { title, date, url, byline, shared, articles } = self;
        PageMetadata {
            title: value(title),
            date: value(date),
            url: value(url),
            byline: value(byline),
            shared: value(shared),
            articles,
        }
    }
}
