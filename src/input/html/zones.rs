//! The zone of the page that an element begins, by its name, role and classes.

use foldhash::HashMap;
use html5ever::tokenizer::Tag;

use super::walk::attribute;
use crate::document::Zone;
use crate::static_table::StaticTable;

/// A zone that an element names, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NamedZone {
    pub(super) zone: Zone,
    pub(super) source: ZoneSource,
}

/// How an element names a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ZoneSource {
    /// By being a form or part of one. Some systems put one around the whole page.
    Form,
    /// By a word of a class or an id that the element around the page may have, too.
    Word,
    /// In a way that the element around the page has only if the page has a heading or an article in it.
    Part,
}

/// Words of classes, ids and roles, and the zone that they name. From the systems that most news sites use, and from
/// the sites' own names for such parts.
#[rustfmt::skip]
const ZONE_WORDS: &[(Zone, &[&str])] = &[
    (
        Zone::Navigation,
        &[
            "nav", "navbar", "navigation", "menu", "submenu", "menubar", "topmenu", "mainmenu",
            "pagination", "pager", "paging", "pagenavi", "topbar", "offcanvas", "hamburger", "toolbar", "popupmenu",
            "popupbody",
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
            "popup", "copyright", "copyrights", "authorbox", "aboutauthor", "twittertweet", "instagrammedia", "tiktokembed",
            "fbpost", "telegrampost",
        ],
    ),
    (Zone::Comments, &["comment", "comments", "commentlist", "disqus", "respond", "replies"]),
    (Zone::Tags, &["tags", "tagcloud", "keywords", "hashtags", "taglist"]),
    (Zone::Caption, &["caption", "figcaption", "imagecaption", "photocaption", "credit", "photocredit"]),
    (Zone::Byline, &["byline", "author", "authors", "authorname", "writer", "reporter", "nevisande", "lblauthor", "lblwriter"]),
    (
        Zone::Time,
        &[
            "date", "time", "datetime", "timestamp", "timeago", "published", "publishdate", "postdate", "postmeta",
            "entrymeta", "articlemeta", "newsmeta", "meta", "dateline", "updated", "lbldate", "lbltime", "lblnewsdate",
            "newsdate", "articledate", "pubdate", "pdate",
        ],
    ),
];

/// The first row of [`ZONE_WORDS`] that has a word.
static ZONES_BY_WORD: StaticTable<HashMap<&'static str, usize>> = StaticTable::new(|| {
    let mut rows = HashMap::default();
    for (row, (_, words)) in ZONE_WORDS.iter().enumerate() {
        words.iter().for_each(|word| {
            rows.entry(*word).or_insert(row);
        });
    }
    rows
});

/// Words of a class that names something absent or adjacent, as in `has-sidebar` and `page-with-menu`, or tells where an
/// element is shown, as in `hidden-print` and `d-print-none`.
const DENIES: [&str; 10] = ["has", "with", "without", "no", "not", "is", "hide", "hidden", "visible", "d"];

/// Words at the end of a class that tell a state of the page, as in `modal-open` and `comments-closed`.
#[rustfmt::skip]
const STATES: [&str; 16] = [
    "open", "opened", "closed", "on", "off", "enabled", "disabled", "active", "inactive", "accepted", "allowed",
    "collapsed", "expanded", "loaded", "ready", "shown",
];

/// Words at the beginning of a class that is one of a post's keywords, categories and the like, as WordPress writes
/// them: `tag-print`, `category-comments`, `post-author-hala`.
const POST_FACTS: [&[&str]; 7] =
    [&["tag"], &["category"], &["cat"], &["format"], &["status"], &["post", "author"], &["post", "tag"]];

/// Classes of an element that holds a post.
const POSTS: [&str; 6] = ["post", "hentry", "h-entry", "entry", "article", "page"];

/// Words of [`Zone::Controls`] that name a notice or a form. An element around the page has such a name only by chance.
#[rustfmt::skip]
const NOTICES: [&str; 24] = [
    "newsletter", "subscribe", "subscription", "cookie", "cookies", "consent", "gdpr", "sponsor", "sponsored", "poll",
    "vote", "survey", "search", "searchform", "login", "copyright", "copyrights", "authorbox", "aboutauthor",
    "twittertweet", "instagrammedia", "tiktokembed", "fbpost", "telegrampost",
];

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

/// Longest class that may be one of them, in bytes.
const LONGEST_BODY: usize = 32;

/// Classes of the posts of a thread, of the systems that most forums use.
const THREAD_POSTS: [&str; 7] =
    ["postcontainer", "postbitlegacy", "message--post", "topic-post", "post_wrapper", "has-profile", "cPost"];

/// Whether an element is a post of a thread in a forum: its opening post or a reply.
pub(super) fn is_thread_post(tag: &Tag) -> bool {
    let mut classes = attribute(tag, "class").unwrap_or("").split_ascii_whitespace().take(MAX_WORDS);
    classes.any(|class| THREAD_POSTS.contains(&class))
}

/// The zone that an element names, if any. `inside` tells that the element is in an article or the main part.
pub(super) fn zone(tag: &Tag, inside: bool) -> Option<NamedZone> {
    let part = |zone| Some(NamedZone { zone, source: ZoneSource::Part });
    let by_name = match &*tag.name {
        "nav" | "menu" => part(Zone::Navigation),
        "header" if !inside => part(Zone::Header),
        "footer" => part(Zone::Footer),
        "aside" => part(Zone::Aside),
        "form" | "button" | "label" | "fieldset" | "legend" => {
            Some(NamedZone { zone: Zone::Controls, source: ZoneSource::Form })
        }
        "dialog" => part(Zone::Controls),
        // Posts of other sites.
        "amp-twitter" | "amp-instagram" | "amp-facebook" | "amp-tiktok" | "amp-social-share" | "amp-ad" => {
            part(Zone::Controls)
        }
        "figcaption" => part(Zone::Caption),
        "address" => part(Zone::Byline),
        "time" => part(Zone::Time),
        "html" | "head" | "body" | "main" | "article" => return None,
        _ => None,
    };
    by_name.or_else(|| by_attributes(tag))
}

/// The zone that the attributes of an element name.
fn by_attributes(tag: &Tag) -> Option<NamedZone> {
    let words = |name: &str| attribute(tag, name).unwrap_or("").split_ascii_whitespace().take(MAX_WORDS);
    let part = |zone| Some(NamedZone { zone, source: ZoneSource::Part });

    // `rel` says what a link is, so it outweighs classes.
    if words("rel").any(|rel| rel.eq_ignore_ascii_case("author")) {
        return part(Zone::Byline);
    }
    if words("rel").any(|rel| rel.eq_ignore_ascii_case("tag")) {
        return part(Zone::Tags);
    }

    // The standardised attributes come before the free ones.
    let words = || words("role").chain(words("itemprop")).chain(words("class")).chain(words("id"));
    let mut named = words().filter_map(|word| by_word(word).filter(|_| !(is_fact_of_post(word) && is_post(tag))));
    let first = named.next()?;

    // A line of dates and names may have the class of the lines around it: `news_nav news_pdate_c`.
    let is_datum = |named: &NamedZone| matches!(named.zone, Zone::Time | Zone::Byline);
    let datum = (first.zone == Zone::Navigation).then(|| named.find(is_datum)).flatten();
    Some(datum.unwrap_or(first))
}

/// Whether an element holds a post, by its classes.
fn is_post(tag: &Tag) -> bool {
    let mut classes = attribute(tag, "class").unwrap_or("").split_ascii_whitespace().take(MAX_WORDS);
    classes.any(|class| {
        let begins = |start: &str| class.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
        let numbered = begins("post-") && class[5..].bytes().all(|byte| byte.is_ascii_digit());
        numbered || begins("type-") || POSTS.iter().any(|post| class.eq_ignore_ascii_case(post))
    })
}

/// Whether a class of a post is one of its keywords and the like.
fn is_fact_of_post(class: &str) -> bool {
    POST_FACTS.iter().any(|fact| {
        let mut parts = class.split('-');
        fact.iter().all(|word| parts.next().is_some_and(|part| part.eq_ignore_ascii_case(word)))
            && parts.next().is_some()
    })
}

/// Most words of an attribute that are looked at.
const MAX_WORDS: usize = 64;

/// Longest such word, in bytes.
const LONGEST_WORD: usize = 64;

/// The zone that a word of a class or id names, whole or by its parts.
fn by_word(word: &str) -> Option<NamedZone> {
    if word.len() > LONGEST_WORD {
        return None;
    }

    let word = word.to_ascii_lowercase();
    let parts = || word.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    if parts().any(|part| DENIES.contains(&part)) || parts().skip(1).last().is_some_and(|last| STATES.contains(&last)) {
        return None;
    }

    let joined: String = parts().collect();
    let last = parts().count().saturating_sub(1);
    let listed = |name: &str| ZONES_BY_WORD.get(name).copied();
    // In the middle of a name, `widget` says what kind of element it is, not that the element is a sidebar's widget.
    let of_part = |(at, part): (usize, &str)| listed(part).filter(|_| part != "widget" || at == 0 || at == last);
    // The first zone of the list counts.
    let row = parts().enumerate().filter_map(of_part).chain(listed(&joined)).min()?;
    let (zone, _) = &ZONE_WORDS[row];

    // `content-sidebar` and the like hold the page with its sidebar.
    let wraps = *zone == Zone::Aside && parts().any(|part| WRAPS.contains(&part));
    let source = match zone {
        Zone::Controls if parts().any(|part| NOTICES.contains(&part)) || NOTICES.contains(&&*joined) => {
            ZoneSource::Part
        }
        Zone::Controls | Zone::Tags | Zone::Path | Zone::Caption | Zone::Time => ZoneSource::Word,
        _ => ZoneSource::Part,
    };
    (!wraps).then_some(NamedZone { zone: *zone, source })
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

    attribute(tag, "hidden").is_some()
        || attribute(tag, "style").is_some_and(hides)
        || attribute(tag, "layout").is_some_and(|layout| layout.eq_ignore_ascii_case("nodisplay"))
        // What an element of AMP shows where it cannot be shown itself.
        || attribute(tag, "fallback").is_some()
        || is_unseen(attribute(tag, "class").unwrap_or(""))
        || attribute(tag, "aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true")) && is_shut(tag)
}

/// Whether an element that screen readers leave out is unseen by others, too: an icon, or a window that is not open.
fn is_shut(tag: &Tag) -> bool {
    let mut classes = attribute(tag, "class").unwrap_or("").split_ascii_whitespace().take(MAX_WORDS);
    let is_part = |part: &str| SHUT.iter().any(|word| part.eq_ignore_ascii_case(word));
    &*tag.name == "i"
        || attribute(tag, "tabindex").is_some_and(|index| index.trim() == "-1")
        || attribute(tag, "role").is_some_and(|role| role.to_ascii_lowercase().contains("dialog"))
        || classes.any(|class| class.split(|c: char| !c.is_ascii_alphanumeric()).any(is_part))
}

/// Parts of the classes of icons and of windows that open over the page.
const SHUT: [&str; 14] = [
    "icon",
    "icons",
    "fa",
    "fas",
    "fab",
    "glyphicon",
    "material",
    "modal",
    "popup",
    "offcanvas",
    "drawer",
    "dialog",
    "overlay",
    "lightbox",
];

/// Whether classes take an element off the page.
fn is_unseen(classes: &str) -> bool {
    let words = || classes.split_ascii_whitespace().take(MAX_WORDS);
    let is = |class: &str, names: &[&str]| names.iter().any(|name| class.eq_ignore_ascii_case(name));

    // Most elements have no such class at all.
    let mut found = words().filter(|class| is(class, &GONE) || is(class, &UNSEEN));
    let Some(first) = found.next() else { return false };
    if is(first, &UNSEEN) || found.any(|class| is(class, &UNSEEN)) {
        return true;
    }

    // On some widths it may be shown, as by `d-none d-md-block` and `hidden md:block`.
    let shows = |class: &str| {
        let value = class.rsplit(['-', ':']).next().unwrap_or_default();
        let starts = class.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("d-")) || class.contains(':');
        starts && is(value, &SHOWN)
    };
    let has = |name: &str| words().any(|class| class.eq_ignore_ascii_case(name));
    let gone = (has("d-none") || has("hidden")) && !words().any(shows);
    // The menu of a page may be shut on narrow screens only.
    let shut = has("collapse") && !has("show") && !has("in") && !has("navbar-collapse");
    gone || shut
}

/// Classes by which an element is not shown, unless another one shows it.
const GONE: [&str; 3] = ["d-none", "hidden", "collapse"];

/// How an element may be shown.
const SHOWN: [&str; 10] = ["block", "inline", "flex", "grid", "table", "row", "cell", "contents", "initial", "visible"];

/// Whether a style takes the element off the page.
fn hides(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(name, value)| {
        let (name, value) = (name.trim(), value.trim().trim_end_matches("!important").trim_end());
        let is = |own: &str, hidden: &str| name.eq_ignore_ascii_case(own) && value.eq_ignore_ascii_case(hidden);
        let number = || value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').parse::<f64>().ok();

        is("display", "none")
            || is("visibility", "hidden")
            || (name.eq_ignore_ascii_case("opacity") || name.eq_ignore_ascii_case("font-size")) && number() == Some(0.0)
            // Moved out of the page to the side.
            || name.eq_ignore_ascii_case("text-indent") && number().is_some_and(|indent| indent <= -999.0)
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

    let words = |name: &str| attribute(tag, name).unwrap_or("").split_ascii_whitespace().take(MAX_WORDS);
    let is = |word: &str, names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
    if words("role").any(|role| is(role, &["main"])) {
        return Some(ArticleScope::Main);
    }
    let is_post = || words("class").any(|class| is(class, &["hentry", "h-entry"]));
    if words("role").any(|role| is(role, &["article"])) || is_typed(tag) || is_post() {
        return Some(ArticleScope::Article);
    }

    let body = words("itemprop").any(|name| is(name, &["articleBody"]))
        || words("class").any(is_body)
        || words("id").any(is_body);
    body.then_some(ArticleScope::Body)
}

/// Whether an element holds an article of schema.org.
fn is_typed(tag: &Tag) -> bool {
    let kind = attribute(tag, "itemtype").unwrap_or("").trim();
    ["Article", "BlogPosting", "LiveBlogPosting"].iter().any(|end| kind.ends_with(end))
}

/// Whether a class or id is one of [`BODIES`].
fn is_body(class: &str) -> bool {
    // Longer than any of them with its hyphens.
    if class.len() > LONGEST_BODY {
        return false;
    }
    let joined: String = class.chars().filter(char::is_ascii_alphanumeric).collect();
    BODIES.contains(&&*joined.to_ascii_lowercase())
}

/// A number for the name and the classes of an element, 0 without classes; and whether a class is that of the title of a
/// post.
pub(super) fn title_class(tag: &Tag) -> (u32, bool) {
    let Some(classes) = attribute(tag, "class").filter(|classes| !classes.is_empty()) else { return (0, false) };

    let title =
        classes.split_ascii_whitespace().any(|class| POST_TITLES.iter().any(|own| class.eq_ignore_ascii_case(own)));
    // FNV-1a.
    let bytes = tag.name.bytes().chain(std::iter::once(b' ')).chain(classes.bytes());
    let hash = bytes.fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash.max(1), title)
}

/// Classes of the title of a post, which may lead to the page that it is on.
const POST_TITLES: [&str; 4] = ["post-title", "entry-title", "p-name", "article-title"];

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
