//! JSON-LD: the articles that a page's scripts of structured data describe.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::document::ArticleFields;

/// Largest script that is read, in bytes. Those of news pages have some thousand bytes, with the text of the article
/// some ten thousand.
const LARGEST: usize = 1 << 20;

/// Most articles of a page.
pub(super) const MAX_ARTICLES: usize = 256;

/// The articles of a script, in its order; none if it is not valid JSON. Linear; the parser bounds the depth.
pub(super) fn articles(script: &str) -> Vec<ArticleFields> {
    let mut found = Vec::new();
    if script.len() > LARGEST {
        return found;
    }
    let Some(root) = parse(script) else { return found };

    // A stack in place of recursion; lists are pushed in reverse, so that their values come in order.
    let mut left = vec![&root];
    while let Some(value) = left.pop().filter(|_| found.len() < MAX_ARTICLES) {
        match value {
            Value::Array(values) => left.extend(values.iter().rev()),
            Value::Object(object) => {
                found.extend(article(object));
                left.extend(object.values().filter(|value| value.is_object() || value.is_array()));
            }
            _ => {}
        }
    }

    found
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

/// The fields of an object whose type is a kind of article and that has a headline.
fn article(object: &Map<String, Value>) -> Option<ArticleFields> {
    let kinds = texts(object.get("@type")?);
    // `name` holds the headline where `headline` is left out.
    let title = texts(object.get("headline").or_else(|| object.get("name"))?).into_iter().next()?;

    kinds.iter().any(|kind| is_article(kind)).then(|| ArticleFields {
        title: Some(title),
        published: object.get("datePublished").and_then(|date| texts(date).into_iter().next()),
        byline: object.get("author").and_then(names),
    })
}

/// Whether a type of schema.org is a kind of article.
fn is_article(kind: &str) -> bool {
    kind.ends_with("Article") || kind.ends_with("BlogPosting") || kind.ends_with("Report")
}

/// The strings of `value`, which is a string or a list, tidied; empty ones are left out.
fn texts(value: &Value) -> Vec<String> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };

    let texts = values.iter().filter_map(Value::as_str).map(super::metadata::tidy);
    texts.filter(|text| !text.is_empty()).collect()
}

/// The names of the authors, which are strings or objects with a name, joined by Arabic commas.
fn names(value: &Value) -> Option<String> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };

    let name = |value: &Value| texts(value.get("name").unwrap_or(value)).into_iter().next();
    let names: Vec<String> = values.iter().filter_map(name).filter(|name| super::metadata::is_name(name)).collect();

    (!names.is_empty()).then(|| names.join("، "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(script: &str) -> (Option<String>, Option<String>, Option<String>) {
        let found = articles(script);
        assert_eq!(found.len(), 1, "{script}");
        let ArticleFields { title, published, byline } = found[0].clone();
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
}
