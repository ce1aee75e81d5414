//! JSON values as they are written, opened one level at a time.

use std::borrow::Cow;

use serde::de::{MapAccess, Visitor};

/// A JSON value; lists and objects are opened by [`items`] and [`fields`].
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RawValue<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
    List,
    Object,
    /// What no type holds without loss: larger numbers, half a surrogate pair; or what is no JSON.
    Other,
}

/// A text that borrows where it can.
#[derive(serde::Deserialize)]
struct RawText<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> RawValue<'a> {
    /// The value that `json` holds.
    pub(super) fn of(json: &'a str) -> Self {
        let json = json.trim_ascii();
        match json.as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::List,
            Some(b'"') => serde_json::from_str(json).map_or(Self::Other, |text: RawText<'_>| Self::Text(text.0)),
            _ => match json {
                "null" => Self::Null,
                "true" => Self::Bool(true),
                "false" => Self::Bool(false),
                number => Self::of_number(number),
            },
        }
    }

    fn of_number(number: &str) -> Self {
        // What `f64` parses beyond JSON, such as `inf`, begins with no digit.
        let is_number = number.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit());
        if !is_number {
            return Self::Other;
        }
        if !number.contains(['.', 'e', 'E']) {
            return number.parse().map_or(Self::Other, Self::Integer);
        }
        number.parse().ok().filter(|number: &f64| number.is_finite()).map_or(Self::Other, Self::Real)
    }
}

/// The items of a list; `None` if it is no JSON.
pub(super) fn items(list: &str) -> Option<Vec<&str>> {
    let items: Vec<&serde_json::value::RawValue> = serde_json::from_str(list).ok()?;
    Some(items.into_iter().map(serde_json::value::RawValue::get).collect())
}

/// The fields of an object in their order, each name once with its last value; `None` if it is no JSON.
pub(super) fn fields(object: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let mut json = serde_json::Deserializer::from_str(object);
    serde::Deserializer::deserialize_map(&mut json, FieldList).ok()
}

/// Makes the list of [`fields`].
struct FieldList;

impl<'a> Visitor<'a> for FieldList {
    type Value = Vec<(Cow<'a, str>, &'a str)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut list: Self::Value = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        while let Some(RawText(name)) = map.next_key()? {
            let value = map.next_value::<&'a serde_json::value::RawValue>()?.get();
            match places.get(&name).and_then(|place: &usize| list.get_mut(*place)) {
                Some((_, known)) => *known = value,
                None => {
                    places.insert(name.clone(), list.len());
                    list.push((name, value));
                }
            }
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_by_how_they_are_written() {
        let table = [
            ("null", RawValue::Null),
            (" -7 ", RawValue::Integer(-7)),
            ("1.50", RawValue::Real(1.5)),
            ("1E3", RawValue::Real(1000.0)),
            ("1e999", RawValue::Other),
            ("99999999999999999999", RawValue::Other),
            ("NaN", RawValue::Other),
            ("inf", RawValue::Other),
            (r#""a\nb""#, RawValue::Text("a\nb".into())),
            (r#""\ud800""#, RawValue::Other),
            ("[1]", RawValue::List),
        ];
        for (json, value) in table {
            assert_eq!(RawValue::of(json), value, "{json}");
        }
        assert_eq!(items("[1, [2, 3], \"x\"]"), Some(vec!["1", "[2, 3]", "\"x\""]));
        assert_eq!(fields(r#"{"b": 1, "a": {}, "b": 2}"#), Some(vec![("b".into(), "2"), ("a".into(), "{}")]));
        assert_eq!((items("[NaN]"), fields("{\"a\": NaN}")), (None, None));
    }
}
