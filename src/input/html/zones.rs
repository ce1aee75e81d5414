//! What elements, roles and classes say of the part of a page that they hold.

use html5ever::tokenizer::Tag;

use super::walk::attribute;
use crate::document::Zone;

/// Words of classes, ids and roles, and the part that they name. Those of the systems that most news sites are made with, and
/// what sites call such parts themselves.
#[rustfmt::skip]
const WORDS: &[(Zone, &[&str])] = &[
    (
        Zone::Navigation,
        &[
            "nav", "navbar", "navigation", "menu", "submenu", "menubar", "topmenu", "mainmenu",
            "pagination", "pager", "paging", "pagenavi", "topbar", "offcanvas", "hamburger", "toolbar",
        ],
    ),
    (Zone::Path, &["breadcrumb", "breadcrumbs", "crumb", "crumbs"]),
    (Zone::Header, &["masthead", "banner", "siteheader", "hdr"]),
    (Zone::Footer, &["footer", "contentinfo", "siteinfo", "colophon", "ftr"]),
    (
        Zone::Aside,
        &[
            "sidebar", "complementary", "widget", "widgets", "related", "relatedposts", "relatednews", "recommended",
            "recommendation", "recommendations", "mostread", "mostviewed", "popular", "trending", "taboola", "outbrain",
            "weather", "prayer", "prayers", "currency", "currencies", "exchange", "standings", "ticker", "newsticker",
            "readalso", "readmore", "seealso", "alsoread",
        ],
    ),
    (
        Zone::Controls,
        &[
            "share", "sharing", "sharer", "sharebar", "social", "addthis", "addtoany", "sharedaddy", "newsletter", "subscribe",
            "subscription", "cookie", "cookies", "consent", "gdpr", "ad", "ads", "advert", "advertisement", "adsbygoogle",
            "sponsor", "sponsored", "poll", "vote", "survey", "search", "searchform", "login", "print", "tools", "modal",
            "popup", "copyright", "copyrights", "authorbox", "aboutauthor",
        ],
    ),
    (Zone::Comments, &["comment", "comments", "commentlist", "disqus", "respond", "replies"]),
    (Zone::Tags, &["tags", "tagcloud", "keywords", "hashtags", "taglist"]),
    (Zone::Caption, &["caption", "figcaption", "imagecaption", "photocaption", "credit", "photocredit"]),
    (Zone::Byline, &["byline", "author", "authors", "authorname", "writer", "reporter", "nevisande"]),
    (
        Zone::Time,
        &[
            "date", "time", "datetime", "timestamp", "timeago", "published", "publishdate", "postdate", "postmeta",
            "entrymeta", "articlemeta", "newsmeta", "meta", "dateline", "updated",
        ],
    ),
];

/// Words of a class that says what is *not* there, or that something stands beside: `has-sidebar`, `page-with-menu`.
const DENIES: [&str; 7] = ["has", "with", "without", "no", "not", "is", "hide"];

/// Words of a class of what holds the page, sidebar included.
const WRAPS: [&str; 4] = ["content", "main", "page", "layout"];

/// Words that name what is hidden from the eye.
const UNSEEN: [&str; 8] = [
    "sr-only",
    "sr_only",
    "visually-hidden",
    "visuallyhidden",
    "screen-reader-text",
    "element-invisible",
    "screenreader",
    "a11y-hidden",
];

/// Classes that name the text of an article, without hyphens and the like.
const BODIES: [&str; 15] = [
    "articlebody",
    "articlecontent",
    "articletext",
    "bodytext",
    "entrycontent",
    "newsbody",
    "newscontent",
    "newstext",
    "postbody",
    "postcontent",
    "singlecontent",
    "storybody",
    "storycontent",
    "storytext",
    "thecontent",
];

/// The part that an element begins; `None` if it begins none. `inside` tells that it stands in an article or the main part.
pub(super) fn zone(tag: &Tag, inside: bool) -> Option<Zone> {
    let by_name = match &*tag.name {
        "nav" | "menu" => Some(Zone::Navigation),
        "header" if !inside => Some(Zone::Header),
        "footer" => Some(Zone::Footer),
        "aside" => Some(Zone::Aside),
        "form" | "button" | "label" | "fieldset" | "legend" | "dialog" => Some(Zone::Controls),
        "figcaption" => Some(Zone::Caption),
        "address" => Some(Zone::Byline),
        "time" => Some(Zone::Time),
        "html" | "head" | "body" | "main" | "article" => return None,
        _ => None,
    };
    by_name.or_else(|| by_attributes(tag))
}

fn by_attributes(tag: &Tag) -> Option<Zone> {
    let words = |name: &str| attribute(tag, name).unwrap_or_default().split_ascii_whitespace().take(MOST_WORDS);
    if words("rel").any(|rel| rel.eq_ignore_ascii_case("author")) {
        return Some(Zone::Byline);
    }
    if words("rel").any(|rel| rel.eq_ignore_ascii_case("tag")) {
        return Some(Zone::Tags);
    }
    let mut named = words("role").chain(words("itemprop")).chain(words("class")).chain(words("id"));
    named.find_map(by_word)
}

/// Words of an attribute that are looked at, and their bytes.
const MOST_WORDS: usize = 64;
const LONGEST: usize = 64;

/// The part that a class or id names.
fn by_word(word: &str) -> Option<Zone> {
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let parts = || word.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    if parts().any(|part| DENIES.contains(&part)) {
        return None;
    }
    let joined: String = parts().collect();
    // A widget in the middle is one of many words for a thing.
    let last = parts().count().saturating_sub(1);
    let named = |(at, part): (usize, &str), words: &[&str]| {
        words.contains(&part) && (part != "widget" || at == 0 || at == last)
    };
    let found =
        WORDS.iter().find(|(_, words)| words.contains(&&*joined) || parts().enumerate().any(|part| named(part, words)));
    let (zone, _) = found?;
    let wraps = *zone == Zone::Aside && parts().any(|part| WRAPS.contains(&part));
    (!wraps).then_some(*zone)
}

/// Whether an element is not shown.
pub(super) fn is_hidden(tag: &Tag) -> bool {
    match &*tag.name {
        "html" | "body" | "main" | "article" => return false,
        "noscript" | "template" | "datalist" | "select" | "object" | "video" | "audio" | "canvas" | "svg" | "map" => {
            return true;
        }
        "dialog" if attribute(tag, "open").is_none() => return true,
        _ => {}
    }
    let unseen = || {
        let classes = attribute(tag, "class").unwrap_or_default();
        classes.split_ascii_whitespace().any(|class| UNSEEN.iter().any(|word| class.eq_ignore_ascii_case(word)))
    };
    attribute(tag, "hidden").is_some()
        || attribute(tag, "aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || attribute(tag, "style").is_some_and(hides)
        || unseen()
}

/// Whether a style takes the element off the page.
fn hides(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(name, value)| {
        let (name, value) = (name.trim(), value.trim().trim_end_matches("!important").trim_end());
        name.eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none")
            || name.eq_ignore_ascii_case("visibility") && value.eq_ignore_ascii_case("hidden")
    })
}

/// What kind of article an element begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ArticleScope {
    /// The main part of the page, which may hold many articles.
    Main,
    /// An article, or the card of one.
    Article,
    /// The text of one.
    Body,
}

/// The article that an element begins.
pub(super) fn scope(tag: &Tag) -> Option<ArticleScope> {
    match &*tag.name {
        "main" => return Some(ArticleScope::Main),
        "article" => return Some(ArticleScope::Article),
        "html" | "body" => return None,
        _ => {}
    }
    let is = |name: &str, value: &str| {
        attribute(tag, name)
            .is_some_and(|found| found.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(value)))
    };
    if is("role", "main") {
        return Some(ArticleScope::Main);
    }
    if is("role", "article") {
        return Some(ArticleScope::Article);
    }
    let named = |name: &str| attribute(tag, name).is_some_and(|found| found.split_ascii_whitespace().any(is_body));
    let body = is("itemprop", "articleBody") || named("class") || named("id");
    body.then_some(ArticleScope::Body)
}

fn is_body(class: &str) -> bool {
    let joined: String = class.chars().filter(char::is_ascii_alphanumeric).collect();
    BODIES.contains(&&*joined.to_ascii_lowercase())
}

/// The level of a heading that an element is: 7 if only its class says so.
pub(super) fn heading(tag: &Tag) -> Option<u8> {
    match &*tag.name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        "h5" => Some(5),
        "h6" => Some(6),
        "p" | "blockquote" | "li" | "td" | "figcaption" => Some(0),
        "div" | "section" => {
            let mut classes = attribute(tag, "class").unwrap_or_default().split_ascii_whitespace();
            let titled = |class: &str| {
                let last = class.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                last.eq_ignore_ascii_case("title") || last.eq_ignore_ascii_case("headline")
            };
            classes.any(titled).then_some(7)
        }
        _ => None,
    }
}
