//! Fields inside of objects, named by a path: `page.body` is the field `body` of the object `page`.
//!
//! A key may have dots itself. At each level the longest key that begins the path is taken, so a literal dotted name
//! comes before every path.

use std::ops::Range;

use super::{JsonValue, ValueKind, fast, scan};

/// The rest of `path` behind `key`, if `key` is its beginning.
pub(in crate::input) fn behind<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    path.strip_prefix(key)?.strip_prefix('.')
}

/// A value at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::input) struct FoundValue {
    pub(in crate::input) value: JsonValue,
    /// Whether a key on its path occurs twice in its object, so that the value is uncertain.
    pub(in crate::input) is_twice: bool,
}

/// The value at `path` in the object at `range` of a valid `line`; `None` if there is none, or no object is there.
/// Linear in the object times the number of keys in `path`.
pub(in crate::input) fn find(line: &str, range: Range<usize>, path: &str) -> Option<FoundValue> {
    let object = line.get(range.clone())?;
    if ValueKind::of(object) != ValueKind::Object {
        return None;
    }

    // Keys that begin the path, with the rest of the path behind each; the whole path leaves no rest.
    let mut keys: Vec<(String, Option<&str>, FoundValue)> = Vec::new();
    fields(object, |key, value| {
        let rest = if key == path { None } else { Some(behind(path, key)) };
        if rest.is_some_and(|rest| rest.is_none()) {
            return;
        }

        let range = range.start + value.start..range.start + value.end;
        let kind = line.get(range.clone()).map_or(ValueKind::Null, ValueKind::of);
        let mut found = FoundValue { value: JsonValue { kind, range }, is_twice: false };
        match keys.iter_mut().find(|(known, ..)| known == key) {
            // As in the line itself, the last one counts.
            Some(known) => {
                found.is_twice = true;
                known.2 = found;
            }
            None => keys.push((key.to_owned(), rest.flatten(), found)),
        }
    });

    keys.sort_unstable_by_key(|(key, ..)| std::cmp::Reverse(key.len()));
    keys.into_iter().find_map(|(_, rest, found)| match rest {
        None => Some(found),
        Some(rest) => {
            let inner = find(line, found.value.range, rest)?;
            Some(FoundValue { is_twice: inner.is_twice || found.is_twice, ..inner })
        }
    })
}

/// Calls `field` with each key of a valid object and the range of its value.
fn fields(object: &str, mut field: impl FnMut(&str, Range<usize>)) {
    // The whole line was checked before, escapes included.
    let mut seen = Vec::new();
    let quick = fast::scan(object, |key, range| {
        seen.push((key, range));
        true
    });

    match quick {
        Some(()) => seen.into_iter().for_each(|(key, range)| field(key, range)),
        // An error cannot occur in a valid line.
        None => drop(scan(object, |key, value| field(&key, value.range))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'l>(line: &'l str, path: &str) -> Option<&'l str> {
        find(line, 0..line.len(), path).map(|found| &line[found.value.range])
    }

    #[test]
    fn the_longest_key_that_begins_the_path_is_taken() {
        let line = r#"{"a": {"b": {"c": 1, "c.d": [2]}, "b.c": {"d": 3}}, "a.b": {"c": {"d": 4}}, "x": null}"#;
        assert_eq!(at(line, "a.b.c"), Some(r#"{"d": 4}"#));
        assert_eq!(at(line, "a.b.c.d"), Some("4"));
        assert_eq!(at(r#"{"a": {"b": {"c": 1, "c.d": [2]}, "b.c": {"d": 3}}}"#, "a.b.c.d"), Some("3"));
        assert_eq!(at(r#"{"a": {"b": {"c": 1, "c.d": [2]}, "b.c": 5}}"#, "a.b.c.d"), Some("[2]"));
        assert_eq!(at(r#"{"a": {"b": 1}, "a.b": 2}"#, "a.b"), Some("2"));
        assert_eq!(at(r#"{"a.b": 2, "a": {"b": 1}}"#, "a.b"), Some("2"));
        assert_eq!(at(line, "x.y"), None);
        assert_eq!(at(line, "a.q"), None);
        assert_eq!(at("[1]", "a"), None);
        assert_eq!(at(r#"{"\u0061": {"b": 7}}"#, "a.b"), Some("7"));
    }

    #[test]
    fn a_key_that_occurs_twice_on_the_path_is_told() {
        let twice = |line: &str| find(line, 0..line.len(), "a.b").unwrap().is_twice;
        assert!(twice(r#"{"a": {"b": 1, "b": 2}}"#));
        assert!(twice(r#"{"a": {"b": 1}, "a": {"b": 2}}"#));
        assert!(!twice(r#"{"a": {"b": 1, "c": 2, "c": 3}, "d": 1, "d": 2}"#));
    }
}
