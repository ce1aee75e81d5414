//! The title and the byline of a page, which the extractor takes out of the main text.

use html5ever::{LocalName, local_name, ns};

use super::tags::{Tag, TagSet};
use super::text::{single_spaced, text_in};
use super::tree::{NodeId, ROOT, Tree};

/// Names of a title, the first that a page has.
const TITLES: [&str; 8] = [
    "dc:title",
    "dcterms:title",
    "og:title",
    "weibo:article:title",
    "weibo:webpage:title",
    "title",
    "twitter:title",
    "parsely-title",
];

const BYLINES: [&str; 4] = ["dc:creator", "dcterms:creator", "author", "parsely-author"];

const NAME_PREFIXES: [&str; 8] =
    ["article", "dc", "dcterms", "og", "twitter", "parsely", "weibo:article", "weibo:webpage"];

const NAME_KEYS: [&str; 6] = ["author", "creator", "pub-date", "description", "title", "site_name"];

const PROPERTY_PREFIXES: [&str; 5] = ["article", "dc", "dcterms", "og", "twitter"];

const PROPERTY_KEYS: [&str; 7] = ["author", "creator", "description", "published_time", "title", "site_name", "image"];

/// Between the parts of a title.
const SEPARATORS: [char; 8] = ['|', '-', '–', '—', '\\', '/', '>', '»'];

/// Those of them that stand between a part and the part above it.
const LEVELS: [char; 4] = ['\\', '/', '>', '»'];

const HEADINGS: TagSet = TagSet::of(&[Tag::H1, Tag::H2]);

/// Words of a class or an id that name a byline.
const BYLINE_SIGNS: [&str; 5] = ["byline", "author", "dateline", "writtenby", "p-author"];

/// What a page says of itself.
pub(super) struct PageHead {
    pub(super) title: String,
    /// Whether its `<meta>` elements name an author.
    pub(super) has_byline: bool,
}

impl PageHead {
    pub(super) fn of(tree: &Tree) -> Self {
        let values = meta_values(tree);
        let value = |name: &str| values.iter().rev().find(|(key, _)| key == name).map(|(_, value)| *value);

        let title = TITLES.iter().find_map(|name| value(name)).map(str::to_owned);
        let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| page_title(tree));
        let title = html_escape::decode_html_entities(&title).into_owned();

        let author = BYLINES.iter().any(|name| value(name).is_some());
        let has_byline = author || value("article:author").is_some_and(|author| !is_address(author));
        Self { title, has_byline }
    }
}

/// The values of the `<meta>` elements by name, in the order of the page: a later one outweighs.
fn meta_values(tree: &Tree) -> Vec<(String, &str)> {
    let mut values = Vec::new();
    for id in tree.descendants(ROOT).filter(|id| tree.tag(*id) == Tag::Meta) {
        let attributes = &tree.element(id).attributes;
        let content = local_name!("content");
        if !attributes.iter().any(|attribute| attribute.name.local == content && attribute.name.ns == ns!()) {
            continue;
        }
        let Some(value) = tree.attribute(id, &content).map(str::trim).filter(|value| !value.is_empty()) else {
            continue;
        };

        if let Some(property) = tree.attribute(id, &local_name!("property")) {
            if let Some(name) = property_name(&property.to_ascii_lowercase()) {
                values.push((name, value));
            }
        } else if let Some(name) = tree.attribute(id, &local_name!("name")) {
            let name = name.to_ascii_lowercase();
            if is_known_name(&name) {
                values.push((name.split_whitespace().collect::<String>().replace('.', ":"), value));
            }
        }
    }
    values
}

fn property_name(property: &str) -> Option<String> {
    property.split_whitespace().find_map(|part| {
        let (before, key) = part.rsplit_once(':')?;
        let start = before.find(':').map_or(0, |at| at + 1);
        let known = PROPERTY_KEYS.contains(&key) && PROPERTY_PREFIXES.contains(&&before[start..]);
        known.then(|| part[start..].to_owned())
    })
}

fn is_known_name(name: &str) -> bool {
    match name.split_once(['-', '.', ':']) {
        Some((prefix, key)) => NAME_PREFIXES.contains(&prefix) && NAME_KEYS.contains(&key),
        None => NAME_KEYS.contains(&name),
    }
}

/// Whether a text is a complete address.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
        && !rest.is_empty()
        && !text.ends_with("://")
}

/// The `<title>` of a page without the name of its site, or its heading.
fn page_title(tree: &Tree) -> String {
    let is_title = |id: &NodeId| {
        tree.tag(*id) == Tag::Title && tree.ancestors(*id).any(|ancestor| tree.tag(ancestor) == Tag::Head)
    };
    let title = tree.descendants(ROOT).find(is_title).map(|id| text_in(tree, id)).unwrap_or_default();
    let whole = title.trim();

    let part = title_part(tree, whole);
    let part = single_spaced(&part);

    // A part of a few words alone is too little, unless only one word was cut off behind a level.
    let words = part.split_whitespace().count();
    let all = whole.split(SEPARATORS).flat_map(str::split_whitespace).count();
    let is_part = words > 4 || whole.contains(LEVELS) && words + 1 == all;
    if is_part { part } else { whole.to_owned() }
}

fn title_part(tree: &Tree, whole: &str) -> String {
    let words = |text: &str| text.split_whitespace().count();

    if whole.contains(SEPARATORS) {
        let mut part = before_separator(whole).unwrap_or(whole);
        if words(part) < 3 {
            part = behind_separator(whole).unwrap_or(part);
        }
        return part.to_owned();
    }

    if whole.contains(": ") {
        let is_heading = tree.elements_of(ROOT, HEADINGS).iter().any(|id| text_in(tree, *id).trim() == whole);
        return if is_heading { whole } else { behind_colon(whole) }.to_owned();
    }

    if !(15..=150).contains(&whole.chars().count()) {
        let heading = tree.descendants(ROOT).find(|id| tree.tag(*id) == Tag::H1);
        if let Some(heading) = heading {
            return text_in(tree, heading);
        }
    }
    whole.to_owned()
}

fn behind_colon(whole: &str) -> &str {
    let (Some((_, last)), Some((first, rest))) = (whole.rsplit_once(':'), whole.split_once(':')) else {
        return whole;
    };
    let words = |text: &str| text.split_whitespace().count();
    if words(last.trim()) < 3 {
        return rest.trim();
    }
    // The colon belongs to the last word before it.
    if words(first) + usize::from(first.is_empty() || first.ends_with(char::is_whitespace)) > 5 {
        return whole;
    }
    last.trim()
}

/// What stands before the last separator, if a space follows that.
fn before_separator(title: &str) -> Option<&str> {
    let at = title.rfind(SEPARATORS)?;
    let (part, rest) = title.split_at(at);
    let mut rest = rest.chars();
    rest.next();
    (rest.next() == Some(' ')).then(|| part.trim())
}

/// What stands behind the first separator, if it begins with a space.
fn behind_separator(title: &str) -> Option<&str> {
    let (_, rest) = title.split_once(SEPARATORS)?;
    rest.starts_with(' ').then(|| rest.trim())
}

/// The element that names the author, if there is one of fewer than 100 characters.
pub(super) fn byline(tree: &Tree) -> Option<NodeId> {
    let child = |id, tag| tree.children(id).find(|child| tree.tag(*child) == tag);
    let body = child(child(ROOT, Tag::Html)?, Tag::Body)?;

    let mut next = tree.next_element_anywhere(body, true);
    while let Some(id) = next {
        if names_author(tree, id) && (1..100).contains(&length(tree, id)) {
            return Some(id);
        }
        next = tree.next_element_anywhere(id, true);
    }
    None
}

fn names_author(tree: &Tree, id: NodeId) -> bool {
    let element = tree.element(id);
    if element.attributes.is_empty() {
        return false;
    }

    let is_html = element.name.ns == ns!(html);
    let is_author = |value: &str| if is_html { value.eq_ignore_ascii_case("author") } else { value == "author" };
    if tree.attribute_matches(id, &local_name!("rel"), is_author)
        || tree.attribute_matches(id, &local_name!("itemprop"), |value| value.contains("author"))
    {
        return true;
    }
    let signs = signs(tree, id);
    BYLINE_SIGNS.iter().any(|sign| signs.contains(sign))
}

/// The classes and the id of an element in lower case, with a space behind each attribute.
pub(super) fn signs(tree: &Tree, id: NodeId) -> String {
    let is_sign = |name: &LocalName| *name == local_name!("class") || *name == local_name!("id");

    let mut signs = String::new();
    for attribute in tree.element(id).attributes.iter().filter(|attribute| is_sign(&attribute.name.local)) {
        signs.push_str(&attribute.value);
        signs.push(' ');
    }
    signs.make_ascii_lowercase();
    signs
}

/// Number of characters in an element without white space around them, 100 if there are more.
fn length(tree: &Tree, id: NodeId) -> usize {
    let (mut length, mut blanks) = (0, 0);
    for character in tree.descendants(id).flat_map(|id| tree.text_of(id).chars()) {
        if !character.is_whitespace() {
            length += blanks + 1;
            blanks = 0;
        } else if length > 0 {
            blanks += 1;
        }
        if length >= 100 {
            return 100;
        }
    }
    length
}
