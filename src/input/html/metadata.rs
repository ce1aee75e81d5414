//! The metadata of a page: title, date, author, canonical address.

use super::json_ld;
use crate::document::ArticleFields;

/// The fields of a page, as written in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PageMetadata {
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) url: Option<String>,
    pub(super) byline: Option<String>,
    /// The Open Graph title. Unlike most `<title>`s it seldom holds the name of the site.
    pub(super) shared: Option<String>,
    /// The articles that JSON-LD describes.
    pub(super) articles: Vec<ArticleFields>,
}

/// The best candidate so far for each field, with its rank: 0 is the best.
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

/// Names of `<meta>` that hold a date, best first: what Open Graph, schema.org, Dublin Core and the common systems
/// write.
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

/// Rank of a date of JSON-LD among them, and of a `<time>`.
const JSON_LD: usize = 1;
const TIME: usize = DATES.len();

/// The key of a date in JSON-LD.
const PUBLISHED: &str = "\"datePublished\"";

/// `text` with single spaces.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `text` can be a name: no address, and at most [`NAME_WORDS`] words.
pub(super) fn is_name(text: &str) -> bool {
    !text.contains("://") && text.split_whitespace().count() <= NAME_WORDS
}

/// Most words of a name, or of the names of several authors.
const NAME_WORDS: usize = 12;

/// Puts `value` into `slot` if its rank is better than that of the value in it; the first of equals wins.
fn put_better(slot: &mut Option<(usize, String)>, rank: usize, value: &str) {
    let value = value.trim();

    if !value.is_empty() && slot.as_ref().is_none_or(|(other, _)| rank < *other) {
        *slot = Some((rank, tidy(value)));
    }
}

impl MetadataCandidates {
    pub(super) fn title(&mut self, title: &str) {
        put_better(&mut self.title, 0, title);
    }

    /// Takes a `<meta>`; `name` is its name, property or itemprop in lower case.
    pub(super) fn meta(&mut self, name: &str, content: &str) {
        match name {
            "og:title" => {
                put_better(&mut self.title, 1, content);
                put_better(&mut self.shared, 0, content);
            }
            "og:url" => put_better(&mut self.url, 1, content),
            name => {
                if let Some(rank) = DATES.iter().position(|date| *date == name) {
                    put_better(&mut self.date, rank, content);
                }

                // `author` often holds the address of a profile.
                if let Some(rank) = AUTHORS.iter().position(|author| *author == name).filter(|_| is_name(content)) {
                    put_better(&mut self.byline, rank, content);
                }
            }
        }
    }

    pub(super) fn canonical(&mut self, address: &str) {
        put_better(&mut self.url, 0, address);
    }

    /// Takes the `datetime` of a `<time>`; `published` if it is marked as the date of publication.
    pub(super) fn time(&mut self, published: bool, datetime: &str) {
        put_better(&mut self.date, if published { JSON_LD } else { TIME }, datetime);
    }

    /// Takes a script of JSON-LD: its articles, and its first date of publication even if it is not valid JSON.
    pub(super) fn json_ld(&mut self, script: &str) {
        let left = json_ld::MAX_ARTICLES.saturating_sub(self.articles.len());
        self.articles.extend(json_ld::articles(script).into_iter().take(left));

        // The date is read by itself, since many scripts are damaged elsewhere.
        let Some((_, after)) = script.split_once(PUBLISHED) else { return };
        let Some(value) = after.trim_start().strip_prefix(':') else { return };
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
        if let Some(Ok(date)) = values.next() {
            put_better(&mut self.date, JSON_LD, &date);
        }
    }

    pub(super) fn finish(self) -> PageMetadata {
        let Self { title, date, url, byline, shared, articles } = self;
        let value = |slot: Option<(usize, String)>| slot.map(|(_, value)| value);

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
