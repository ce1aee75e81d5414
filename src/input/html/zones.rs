//! The zone of the page that an element begins, by its name, role and classes.

use html5ever::tokenizer::Tag;

use super::walk::attribute;
use crate::document::Zone;

/// Words of classes, ids and roles, and the zone that they name. From the systems that most news sites use, and from
/// the sites' own names for such parts.
#[rustfmt::skip]
const ZONE_WORDS: &[(Zone, &[&str])] = &[
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

/// Words of a class that names something absent or adjacent, as in `has-sidebar` and `page-with-menu`.
const DENIES: [&str; 7] = ["has", "with", "without", "no", "not", "is", "hide"];

/// Words of a class of the element that holds the page, sidebar included.
const WRAPS: [&str; 4] = ["content", "main", "page", "layout"];

/// Classes of elements that only screen readers present.
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

/// Classes of the text of an article, without hyphens and the like.
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

/// The zone that an element begins, if any. `inside` tells that the element is in an article or the main part.
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

/// The zone that the attributes of an element name.
fn by_attributes(tag: &Tag) -> Option<Zone> {
    let words = |name: &str| attribute(tag, name).unwrap_or("").split_ascii_whitespace().take(MAX_WORDS);

    // `rel` says what a link is, so it outweighs classes.
    if words("rel").any(|rel| rel.eq_ignore_ascii_case("author")) {
        return Some(Zone::Byline);
    }
    if words("rel").any(|rel| rel.eq_ignore_ascii_case("tag")) {
        return Some(Zone::Tags);
    }

    // The standardised attributes come before the free ones.
    let mut named = words("role").chain(words("itemprop")).chain(words("class")).chain(words("id"));
    named.find_map(by_word)
}

/// Most words of an attribute that are looked at.
const MAX_WORDS: usize = 64;

/// Longest such word, in bytes.
const LONGEST_WORD: usize = 64;

/// The zone that a word of a class or id names, whole or by its parts.
fn by_word(word: &str) -> Option<Zone> {
    if word.len() > LONGEST_WORD {
        return None;
    }

    let word = word.to_ascii_lowercase();
    let parts = || word.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    if parts().any(|part| DENIES.contains(&part)) {
        return None;
    }

    let joined: String = parts().collect();
    // In the middle of a name, `widget` says what kind of element it is, not that the element is a sidebar's widget.
    let last = parts().count().saturating_sub(1);
    let names = |(at, part): (usize, &str), words: &[&str]| {
        words.contains(&part) && (part != "widget" || at == 0 || at == last)
    };
    let (zone, _) = ZONE_WORDS
        .iter()
        .find(|(_, words)| words.contains(&&*joined) || parts().enumerate().any(|part| names(part, words)))?;

    // `content-sidebar` and the like hold the page with its sidebar.
    let wraps = *zone == Zone::Aside && parts().any(|part| WRAPS.contains(&part));
    (!wraps).then_some(*zone)
}

/// Whether an element is hidden from readers.
pub(super) fn is_hidden(tag: &Tag) -> bool {
    match &*tag.name {
        // These hold the page itself: some sites hide them until a script has run.
        "html" | "body" | "main" | "article" => return false,
        "noscript" | "template" | "datalist" | "select" | "object" | "video" | "audio" | "canvas" | "svg" | "map" => {
            return true;
        }
        "dialog" if attribute(tag, "open").is_none() => return true,
        _ => {}
    }

    let is_unseen = || {
        let classes = attribute(tag, "class").unwrap_or("");
        classes.split_ascii_whitespace().any(|class| UNSEEN.iter().any(|word| class.eq_ignore_ascii_case(word)))
    };

    attribute(tag, "hidden").is_some()
        || attribute(tag, "aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || attribute(tag, "style").is_some_and(hides)
        || is_unseen()
}

/// Whether a style takes the element off the page.
fn hides(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(name, value)| {
        let (name, value) = (name.trim(), value.trim().trim_end_matches("!important").trim_end());
        name.eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none")
            || name.eq_ignore_ascii_case("visibility") && value.eq_ignore_ascii_case("hidden")
    })
}

/// The kinds of elements that hold articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ArticleScope {
    /// The main part of the page, which may hold many articles.
    Main,
    /// An article, or the card of one.
    Article,
    /// The text of one.
    Body,
}

/// The kind of article that an element begins, if any.
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

/// Whether a class or id is one of [`BODIES`].
fn is_body(class: &str) -> bool {
    let joined: String = class.chars().filter(char::is_ascii_alphanumeric).collect();
    BODIES.contains(&&*joined.to_ascii_lowercase())
}

/// The heading level of an element: 1 to 6, 7 if only its class calls it a title, 0 for an element that no heading
/// reaches into; `None` where that of the parent holds.
pub(super) fn heading(tag: &Tag) -> Option<u8> {
    match &*tag.name {
        "h1" => Some(1),
        "h2" => Some(2),
        "h3" => Some(3),
        "h4" => Some(4),
        "h5" => Some(5),
        "h6" => Some(6),
        // Text of its own inside a heading element is not a heading.
        "p" | "blockquote" | "li" | "td" | "figcaption" => Some(0),
        "div" | "section" => {
            let mut classes = attribute(tag, "class").unwrap_or("").split_ascii_whitespace();
            // `article-title` is a title, `title-bar` is not.
            let is_title = |class: &str| {
                class
                    .rsplit(|c: char| !c.is_ascii_alphanumeric())
                    .next()
                    .is_some_and(|last| last.eq_ignore_ascii_case("title") || last.eq_ignore_ascii_case("headline"))
            };
            classes.any(is_title).then_some(7)
        }
        _ => None,
    }
}
