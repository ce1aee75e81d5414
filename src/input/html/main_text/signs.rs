//! What the classes and the id of an element say of its content.

use html5ever::local_name;

use super::title::signs;
use super::tree::{NodeId, Tree};

const UNLIKELY: [&str; 31] = [
    "-ad-",
    "ai2html",
    "banner",
    "breadcrumbs",
    "combx",
    "comment",
    "community",
    "cover-wrap",
    "disqus",
    "extra",
    "footer",
    "gdpr",
    "header",
    "legends",
    "menu",
    "related",
    "remark",
    "replies",
    "rss",
    "shoutbox",
    "sidebar",
    "skyscraper",
    "social",
    "sponsor",
    "supplemental",
    "ad-break",
    "agegate",
    "pagination",
    "pager",
    "popup",
    "yom-remote",
];

/// Outweighs what makes an element unlikely.
const MAYBE: [&str; 9] = ["and", "article", "body", "column", "content", "layout", "main", "mathjax", "shadow"];

const NEGATIVE: [&str; 24] = [
    "-ad-",
    "hidden",
    "banner",
    "combx",
    "comment",
    "com-",
    "contact",
    "footer",
    "gdpr",
    "masthead",
    "media",
    "meta",
    "outbrain",
    "promo",
    "related",
    "scroll",
    "share",
    "shoutbox",
    "sidebar",
    "skyscraper",
    "sponsor",
    "shopping",
    "tags",
    "widget",
];

const POSITIVE: [&str; 12] =
    ["article", "body", "content", "entry", "hentry", "h-entry", "main", "page", "post", "text", "blog", "story"];

/// Bytes that a text holds, to rule most words out without a search.
struct Letters([bool; 256]);

impl Letters {
    fn of(text: &str) -> Self {
        let mut letters = [false; 256];
        for byte in text.bytes() {
            letters[usize::from(byte)] = true;
        }
        Self(letters)
    }

    fn hold_any(&self, text: &str, words: &[&str]) -> bool {
        let holds = |word: &&str| word.bytes().all(|byte| self.0[usize::from(byte)]) && text.contains(word);
        words.iter().any(holds)
    }
}

/// Whether an element says of itself that it is no main text.
pub(super) fn is_unlikely(tree: &Tree, id: NodeId) -> bool {
    let signs = signs(tree, id);
    let letters = Letters::of(&signs);
    !signs.is_empty() && letters.hold_any(&signs, &UNLIKELY) && !letters.hold_any(&signs, &MAYBE)
}

/// What the classes and the id of an element add to its score.
pub(super) fn weight(tree: &Tree, id: NodeId) -> f32 {
    let names = [local_name!("class"), local_name!("id")];
    names.iter().filter_map(|name| tree.attribute(id, name)).map(weight_of).sum()
}

fn weight_of(value: &str) -> f32 {
    let value = value.to_ascii_lowercase();
    let letters = Letters::of(&value);

    let mut weight = 0.0;
    if letters.hold_any(&value, &NEGATIVE) || value.split_whitespace().any(|word| word == "hid") {
        weight -= 25.0;
    }
    if letters.hold_any(&value, &POSITIVE) {
        weight += 25.0;
    }
    weight
}

/// Whether a class or an id names buttons for sharing.
pub(super) fn names_sharing(value: &str) -> bool {
    let is_sharing = |part: &str| part.eq_ignore_ascii_case("share") || part.eq_ignore_ascii_case("sharedaddy");
    value.split([' ', '_']).any(is_sharing)
}
