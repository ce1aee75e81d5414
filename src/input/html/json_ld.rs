//! JSON-LD: the articles that a page's scripts of structured data describe.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::dates;
use super::field_text::{introduced, is_name, tidy};
use crate::document::ArticleFields;

/// Largest script that is read, in bytes. Those of news pages have some thousand bytes, with the text of the article
/// some ten thousand.
const LARGEST: usize = 1 << 20;

/// Most articles of a page.
pub(super) const MAX_ARTICLES: usize = 256;

/// The key of a date of publication.
const PUBLISHED: &str = "\"datePublished\"";

/// Keys of the parts of an article, for example the entries of a live blog. Such a part is not an article of its own.
const PARTS: [&str; 5] = ["liveBlogUpdate", "comment", "comments", "review", "interactionStatistic"];

/// Keys whose values describe the same page as the object that has the key.
const SAME: [&str; 3] = ["@graph", "mainEntity", "mainEntityOfPage"];

/// An article of a script, or another thing with a date of publication.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ScriptArticle {
    pub(super) fields: ArticleFields,
    /// Its address, if the script names it.
    pub(super) address: Option<String>,
    /// Its type is a kind of article.
    pub(super) is_article: bool,
    /// It may be what the page is about: no other thing of the script holds it, such as a list of headlines.
    pub(super) is_first: bool,
}

/// The articles of a script, in its order; none if it is not valid JSON. Linear; the parser bounds the depth.
pub(super) fn articles(script: &str) -> Vec<ScriptArticle> {
    let mut found = Vec::new();
    if script.len() > LARGEST {
        return found;
    }
    let Some(root) = parse(script) else { return damaged(script).into_iter().collect() };
    let names = names_by_id(&root);

    // A stack in place of recursion; lists are pushed in reverse, so that their values come in order.
    let mut left = vec![(&root, true)];
    while let Some((value, is_first)) = left.pop().filter(|_| found.len() < MAX_ARTICLES) {
        match value {
            Value::Array(values) => left.extend(values.iter().rev().map(|value| (value, is_first))),
            Value::Object(object) => {
                found.extend(article(object, is_first, &names));
                let inner = object.iter().filter(|(key, _)| !PARTS.contains(&key.as_str()));
                let inner = inner.filter(|(_, value)| value.is_object() || value.is_array());
                left.extend(inner.map(|(key, value)| (value, is_first && SAME.contains(&key.as_str()))));
            }
            _ => {}
        }
    }

    found
}

/// The headline and the date of a script that is damaged elsewhere, as many are.
fn damaged(script: &str) -> Option<ScriptArticle> {
    let value = |key: &str| {
        let (_, after) = script.split_once(key)?;
        let value = after.trim_start().strip_prefix(':')?;
        serde_json::Deserializer::from_str(value).into_iter::<String>().next()?.ok()
    };
    let fields = ArticleFields {
        title: value("\"headline\"").map(|title| plain(&title)),
        published: Some(value(PUBLISHED)?),
        byline: None,
    };
    let is_first = !script.contains("itemListElement");
    Some(ScriptArticle { fields, address: None, is_article: true, is_first })
}

/// The names of the things of a script that others refer to.
fn names_by_id(root: &Value) -> BTreeMap<&str, &Value> {
    let mut names = BTreeMap::new();
    let mut left = vec![root];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(values) => left.extend(values),
            Value::Object(object) => {
                let id = object.get("@id").and_then(Value::as_str);
                names.extend(id.zip(object.get("name")));
                left.extend(object.values().filter(|value| value.is_object() || value.is_array()));
            }
            _ => {}
        }
    }
    names
}

/// Parses a script. Many pages leave line breaks inside strings, which JSON forbids; they become spaces.
fn parse(script: &str) -> Option<Value> {
    let script = script.trim().trim_end_matches(';');
    let clean = if script.contains(|c: char| c.is_ascii_control()) {
        Cow::Owned(script.replace(|c: char| c.is_ascii_control(), " "))
    } else {
        Cow::Borrowed(script)
    };

    serde_json::from_str(&clean).ok()
}

/// An object whose type is a kind of article and that has a headline, or another one that may be the page and has a date.
fn article(object: &Map<String, Value>, is_first: bool, names: &BTreeMap<&str, &Value>) -> Option<ScriptArticle> {
    let first = |key: &str| object.get(key).and_then(|value| texts(value).into_iter().next());
    let kinds = object.get("@type").map(texts).unwrap_or_default();
    let is_article = kinds.iter().any(|kind| is_article(kind));

    // `name` holds the headline where `headline` is left out.
    let title = first("headline").or_else(|| first("name")).map(|title| plain(&title));
    let published = first("datePublished").map(|date| dates::standard(&date).unwrap_or(date));
    let is_page = is_first && published.is_some();
    if !(is_article && title.is_some() || is_page) {
        return None;
    }

    let page = object.get("mainEntityOfPage");
    let page = page.and_then(|page| texts(page.get("@id").unwrap_or(page)).into_iter().next());
    let fields =
        ArticleFields { title, published, byline: object.get("author").and_then(|author| authors(author, names)) };
    Some(ScriptArticle { fields, address: first("url").or(page), is_article, is_first })
}

/// Whether a type of schema.org is a kind of article.
fn is_article(kind: &str) -> bool {
    kind.ends_with("Article") || kind.ends_with("BlogPosting") || kind.ends_with("Report")
}

/// A text without the character references that some systems leave in it.
fn plain(text: &str) -> String {
    tidy(&html_escape::decode_html_entities(text))
}

/// The strings of `value`, which is a string or a list, tidied; empty ones are left out.
fn texts(value: &Value) -> Vec<String> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };

    let texts = values.iter().filter_map(Value::as_str).map(tidy);
    texts.filter(|text| !text.is_empty()).collect()
}

/// The names of the authors, which are strings, objects with a name or the ids of such objects, joined by Arabic commas.
fn authors(value: &Value, names: &BTreeMap<&str, &Value>) -> Option<String> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };

    let named = |value: &Value| {
        let id = || value.get("@id").and_then(Value::as_str).and_then(|id| names.get(id));
        let name = value.get("name").or_else(|| id().copied()).unwrap_or(value);
        texts(name).into_iter().next().map(|name| introduced(&plain(&name)).to_owned())
    };
    let found: Vec<String> = values.iter().filter_map(named).filter(|name| is_name(name) && !name.is_empty()).collect();

    (!found.is_empty()).then(|| found.join("، "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(script: &str) -> (Option<String>, Option<String>, Option<String>) {
        let found = articles(script);
        assert_eq!(found.len(), 1, "{script}");
        let ArticleFields { title, published, byline } = found[0].fields.clone();
        (title, published, byline)
    }

    #[test]
    fn articles_are_found_wherever_they_stand() {
        let text = |value: &str| Some(value.to_owned());
        let whole = (text("فتح الجسر"), text("2026-04-12"), text("سمر"));
        let object = "{\"@type\":\"NewsArticle\",\"headline\":\"فتح\\n الجسر\",\"datePublished\":\"2026-04-12\",\
                       \"author\":{\"@type\":\"Person\",\"name\":\"سمر\"}}";
        assert_eq!(one(object), whole);
        assert_eq!(one(&format!("[{{\"@type\":\"WebSite\",\"name\":\"صحيفة\"}}, {object}]")), whole);
        assert_eq!(one(&format!("{{\"@graph\":[{object}]}};")), whole);
        assert_eq!(one(&object.replace("\\n", "\n")), whole);
        let listed = object.replace("\"NewsArticle\"", "[\"Thing\",\"LiveBlogPosting\"]");
        assert_eq!(one(&listed), whole);
        let authors = object.replace("{\"@type\":\"Person\",\"name\":\"سمر\"}", "[\"سمر\", {\"name\":\"علي\"}]");
        assert_eq!(one(&authors).2, text("سمر، علي"));
    }

    #[test]
    fn what_is_no_article_or_no_json_says_nothing() {
        for script in ["", "{", "{\"@type\":\"Person\",\"name\":\"x\"}", "{\"@type\":\"NewsArticle\"}", "[1, null]"] {
            assert_eq!(articles(script), [], "{script}");
        }
        assert_eq!(articles(&"[".repeat(1 << 19)), []);
    }

    #[test]
    fn entries_of_a_live_blog_are_no_articles_and_those_of_a_list_are_not_the_page() {
        let entry = "{\"@type\":\"BlogPosting\",\"headline\":\"إغلاق الميناء\",\"datePublished\":\"2026-04-12\"}";
        let live = format!("{{\"@type\":\"LiveBlogPosting\",\"headline\":\"العاصفة\",\"liveBlogUpdate\":[{entry}]}}");
        assert_eq!(one(&live).0.as_deref(), Some("العاصفة"));
        let list = format!("{{\"@type\":\"ItemList\",\"itemListElement\":[{entry}]}}");
        assert!(articles(&list).iter().all(|article| !article.is_first));
        assert!(articles(&format!("{{\"@graph\":[{entry}]}}"))[0].is_first);
    }

    #[test]
    fn an_author_is_found_by_its_id_and_character_references_are_read() {
        let script = "{\"@graph\":[{\"@type\":\"NewsArticle\",\"headline\":\"فتح &quot;الجسر&quot;\",\"author\":{\"@id\":\"#a\"}},\
                      {\"@type\":\"Person\",\"@id\":\"#a\",\"name\":\"سمر\"}]}";
        assert_eq!(one(script), (Some("فتح \"الجسر\"".to_owned()), None, Some("سمر".to_owned())));
    }
}
