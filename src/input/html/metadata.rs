//! The metadata of a page: title, date, author, canonical address.

use std::collections::BTreeSet;

use super::dates::{self, MomentRank};
use super::described::is_part_of_title;
use super::field_text::{introduced, is_name, tidy};
use super::json_ld::{self, ScriptArticle};
use crate::document::{ArticleFields, letters};

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
    /// The headline of the one that the page is about.
    pub(super) own_headline: Option<String>,
    /// The date that the head of the page tells, with its rank, apart from the elements of the page itself.
    pub(super) dated: Option<(usize, String)>,
}

/// The best candidate so far for each field, with its rank: 0 is the best.
#[derive(Debug, Default)]
pub(super) struct MetadataCandidates {
    title: Option<(usize, String)>,
    date: Option<(usize, String)>,
    url: Option<(usize, String)>,
    byline: Option<(usize, String)>,
    shared: Option<(usize, String)>,
    /// The best date of an element of the page.
    moment: Option<(usize, String)>,
    articles: Vec<ScriptArticle>,
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

/// Rank of a date of JSON-LD among them, and of the moments that elements of the page name.
const JSON_LD: usize = 1;
const MARKED: usize = DATES.len();
const WRITTEN: usize = DATES.len() + 1;
/// What is added to the rank of a date that cannot be read.
const UNREAD: usize = 100;

/// Puts `value` into `slot` if its rank is better than that of the value in it; the first of equals wins.
fn put_better(slot: &mut Option<(usize, String)>, rank: usize, value: &str) {
    let value = value.trim();

    if !value.is_empty() && slot.as_ref().is_none_or(|(other, _)| rank < *other) {
        *slot = Some((rank, tidy(value)));
    }
}

/// The same for a date, which counts less if it cannot be read.
fn put_date(slot: &mut Option<(usize, String)>, rank: usize, value: &str) {
    match dates::standard(value) {
        Some(date) => put_better(slot, rank, &date),
        None => put_better(slot, rank + UNREAD, value),
    }
}

/// The rank of a moment among the dates of the head.
const fn rank_of(moment: MomentRank) -> usize {
    match moment {
        MomentRank::Published => JSON_LD,
        MomentRank::Marked => MARKED,
        MomentRank::Written => WRITTEN,
    }
}

impl PageMetadata {
    /// Takes the moment that the elements of the page tell, if the head of the page tells none that is better.
    pub(super) fn set_moment(&mut self, moment: Option<(MomentRank, String)>) {
        let moment = moment.map(|(rank, moment)| (rank_of(rank), moment));
        let best = self.dated.iter().chain(&moment).min_by_key(|(rank, _)| *rank);
        self.date = best.map(|(_, date)| date.clone());
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
                    put_date(&mut self.date, rank, content);
                }

                // `author` often holds the address of a profile.
                if let Some(rank) = AUTHORS.iter().position(|author| *author == name).filter(|_| is_name(content)) {
                    put_better(&mut self.byline, rank, introduced(content));
                }
            }
        }
    }

    pub(super) fn canonical(&mut self, address: &str) {
        put_better(&mut self.url, 0, address);
    }

    /// Takes a moment that an element of the page names.
    pub(super) fn moment(&mut self, rank: MomentRank, moment: &str) {
        put_date(&mut self.moment, rank_of(rank), moment);
    }

    /// Takes a script of JSON-LD.
    pub(super) fn json_ld(&mut self, script: &str) {
        let left = json_ld::MAX_ARTICLES.saturating_sub(self.articles.len());
        self.articles.extend(json_ld::articles(script).into_iter().take(left));
    }

    /// The article of JSON-LD that the page is about: one with its title or its address, else the only one, if nothing speaks
    /// against it. Articles of other headlines, as lists and boxes of related stories have them, do not speak for the page.
    fn own_article(&self) -> Option<&ScriptArticle> {
        let value = |slot: &Option<(usize, String)>| slot.as_ref().map(|(_, value)| value.clone());
        let titles: Vec<String> = [value(&self.shared), value(&self.title)].into_iter().flatten().collect();
        let page: Vec<String> = titles.iter().map(|title| letters(title)).collect();
        let url = value(&self.url);

        let is_named = |article: &&ScriptArticle| {
            let title = article.fields.title.as_deref().map(letters).unwrap_or_default();
            !title.is_empty() && page.iter().any(|page| *page == title || is_part_of_title(page, &title))
        };
        let is_here = |article: &&ScriptArticle| {
            article.address.as_deref().zip(url.as_deref()).is_some_and(|(own, page)| is_same_address(own, page))
        };
        let is_possible = |article: &&ScriptArticle| {
            let elsewhere = article.address.is_some() && url.is_some() && !is_here(article);
            let title = article.fields.title.as_deref();
            let alike = title.is_none_or(|title| titles.is_empty() || titles.iter().any(|page| is_alike(page, title)));
            alike && !elsewhere
        };

        let first = || self.articles.iter().filter(|article| article.is_first);
        let articles = || first().filter(|article| article.is_article);
        let only = || articles().next().filter(|_| articles().nth(1).is_none()).filter(is_possible);
        let page = || first().find(|article| !article.is_article && is_possible(article));
        articles().find(is_named).or_else(|| articles().find(is_here)).or_else(only).or_else(page)
    }

    pub(super) fn finish(mut self) -> PageMetadata {
        // Behind all scripts and titles: which article is the page's own depends on its title.
        let own = self.own_article().cloned();
        if let Some(own) = &own {
            own.fields.published.iter().for_each(|date| put_date(&mut self.date, JSON_LD, date));
            own.fields.byline.iter().for_each(|byline| put_better(&mut self.byline, AUTHORS.len(), byline));
        }

        let Self { title, date: dated, url, byline, shared, moment, articles } = self;
        let value = |slot: Option<(usize, String)>| slot.map(|(_, value)| value);
        let date = dated.iter().chain(&moment).min_by_key(|(rank, _)| *rank).cloned();
        let articles = articles.into_iter().filter(|article| article.is_article && article.fields.title.is_some());

        PageMetadata {
            title: value(title),
            date: value(date),
            url: value(url),
            byline: value(byline),
            shared: value(shared),
            articles: articles.map(|article| article.fields).collect(),
            own_headline: own.filter(|own| own.is_article).and_then(|own| own.fields.title),
            dated,
        }
    }
}

/// Whether two addresses lead to the same page, with or without their host; the first page of a site is none.
pub(super) fn is_same_address(one: &str, other: &str) -> bool {
    let [one, other] = [path(one), path(other)];
    !one.is_empty() && one == other
}

/// The path and the query of an address, without slashes around them.
fn path(address: &str) -> &str {
    let address = address.trim().split('#').next().unwrap_or_default();
    let behind = address.split_once("://").map(|(_, rest)| rest).or_else(|| address.strip_prefix("//"));
    let path = behind.map_or(address, |rest| rest.split_once('/').map_or("", |(_, path)| path));
    path.trim_matches('/')
}

/// Whether two headlines may be of one article: half of the words of the shorter one are in both, and at least two.
fn is_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        // Short words are those between the others.
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2).map(letters).collect()
    };
    let (one, other) = (words(one), words(other));
    let common = one.intersection(&other).count();
    2 * common >= one.len().min(other.len()).max(4)
}
