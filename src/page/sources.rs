//! The source of a record: the site, paper or folder that it came from.

use std::borrow::Cow;

use crate::document::DocId;
use crate::input::{Corpus, FieldValue, InputOptions, Record};
use crate::shingle::hash::HashKeys;

/// The field with the address of a record's page.
const URL: &str = "url";

/// In place of the key of a source without a name.
pub(crate) const UNNAMED_SOURCE: u64 = 0;

/// The key of a source, from its name. Stored by indexes, so it never changes.
pub(crate) fn source_key(name: &str) -> u64 {
    if name.is_empty() {
        return UNNAMED_SOURCE;
    }

    // One of 2⁶⁴ names has the key that stands for no name.
    HashKeys::new(1).bytes(name.as_bytes()).max(UNNAMED_SOURCE + 1)
}

/// Finds the source of a record: the value of its source field; without such a field the host of its `url`; else the folder
/// in its id, which for plain texts is the path below the directory that was read.
#[derive(Debug, Clone, Default)]
pub struct SourceResolver {
    field: Option<usize>,
    url: Option<usize>,
}

impl SourceResolver {
    /// The fields that records must be read with, in addition to others.
    pub fn fields(source_field: Option<&str>) -> impl Iterator<Item = String> {
        std::iter::once(source_field.unwrap_or(URL).to_owned())
    }

    /// A resolver for records that are read with `options`.
    #[must_use]
    pub fn new(options: &InputOptions, source_field: Option<&str>) -> Self {
        let place = |name: &str| options.fields.iter().position(|field| field == name);
        Self { field: source_field.and_then(place), url: if source_field.is_none() { place(URL) } else { None } }
    }

    /// Whether a field names the sources. A folder in the id often is none.
    #[must_use]
    pub fn are_named(&self) -> bool {
        self.field.is_some() || self.url.is_some()
    }

    /// The source of a record; empty if nothing names one.
    #[must_use]
    pub fn of<'r>(&self, record: &'r Record<'_>) -> Cow<'r, str> {
        self.named(record).unwrap_or_else(|| Cow::Borrowed(folder(record)))
    }

    /// The source of a record of `corpus`, the same as when records are read in blocks: an id that is only the place of its
    /// record has no folder.
    pub(crate) fn in_corpus<'r>(&self, corpus: &Corpus, id: DocId, record: &'r Record<'_>) -> Cow<'r, str> {
        let placed = || {
            let place = corpus.source(id);
            (place.line.is_some() || place.offset.is_some()) && place.to_string() == record.id
        };
        self.named(record).unwrap_or_else(|| Cow::Borrowed(if placed() { "" } else { folder(record) }))
    }

    /// The source that a field names.
    fn named<'r>(&self, record: &'r Record<'_>) -> Option<Cow<'r, str>> {
        let value = |place: Option<usize>| record.fields.get(place?)?.as_ref();
        match (value(self.field), value(self.url)) {
            (Some(FieldValue::Text(name)), _) => Some(Cow::Borrowed(name)),
            (Some(FieldValue::Number(number)), _) => Some(Cow::Owned(number.to_string())),
            (None, Some(FieldValue::Text(url))) => host(url).map(Cow::Borrowed),
            _ => None,
        }
    }
}

/// The folder in the id of a record.
fn folder<'r>(record: &'r Record<'_>) -> &'r str {
    record.id.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The host of an address, without `www.` and port; `None` for a path, and for a number or code of the record, which has neither a
/// scheme nor a dot in the place of a host.
pub(crate) fn host(url: &str) -> Option<&str> {
    let has_scheme = url.contains("://");
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end]);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let host = rest.split_once(':').map_or(rest, |(host, _)| host);
    let is_host = !host.is_empty() && (has_scheme || host.contains('.'));
    is_host.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn hosts_are_what_stands_between_slashes() {
        for (url, expected) in [
            ("https://www.okaz.com.sa/new/1", Some("okaz.com.sa")),
            ("http://a.example:8080?x", Some("a.example")),
            ("sabq.org/x", Some("sabq.org")),
            ("http://localhost/x", Some("localhost")),
            ("dkp-8366616", None),
            ("news/8366616", None),
            ("/news/1", None),
            ("", None),
        ] {
            assert_eq!(host(url), expected);
        }
    }
}
