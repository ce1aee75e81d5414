//! Records inside of another value of JSON: an answer of an interface, a table by columns, objects by their keys.
//!
//! Such a file is valid, and its one record has no text. What it is tells how to take the records out.

use serde_json::{Map, Value};

use super::json::texts;

/// Levels of objects in which a list of records is looked for.
const DEEPEST: usize = 4;

/// Fields of messages that name who speaks.
const SPEAKERS: [&str; 2] = ["role", "from"];

/// The remedy for tables that pandas wrote in another orientation.
const PANDAS: &str = "write it as records first (pandas: to_json(orient=\"records\", lines=True, force_ascii=False))";

/// What a line is around its records, and the remedy; `None` if nothing tells. `wanted` is the field of the text. An object is
/// taken for a frame only if it is the `only` record of the input. A list or a string is none of the records anywhere.
pub(super) fn of(line: &str, wanted: &str, only: bool) -> Option<(String, String)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let fields = match &value {
        Value::String(_) => {
            return Some(("is a string".to_owned(), "make objects first (jq -c '{text: .}')".to_owned()));
        }
        Value::Array(values) if matches!(values.first(), Some(Value::Object(_))) => {
            return Some(("is a list inside of a list".to_owned(), "flatten it first (jq -c '.[][]')".to_owned()));
        }
        Value::Array(_) => return Some(("is a row without names of its fields".to_owned(), PANDAS.to_owned())),
        Value::Object(fields) if only => fields,
        _ => return None,
    };

    // Tables: {"columns": […], "data": [[…]]}, {"text": {"0": …}}.
    let is_list = |name: &str| fields.get(name).is_some_and(Value::is_array);
    let is_number = |key: &String| key.bytes().all(|byte| byte.is_ascii_digit());
    let is_column = |column: &Map<String, Value>| !column.is_empty() && column.keys().all(is_number);
    let has_column = fields.get(wanted).and_then(Value::as_object).is_some_and(is_column);
    if is_list("columns") && is_list("data") || has_column {
        return Some(("is a table by columns".to_owned(), PANDAS.to_owned()));
    }

    if let Some((own, path)) = list_of_records(&value, wanted) {
        let (names, path) = (path.join("."), jq_path(&path));
        let what = match own {
            true => format!("has no field {wanted:?}, but a list of objects with it in {names:?}"),
            false => format!("has no field {wanted:?}, but a list of objects in {names:?}"),
        };
        return Some((what, format!("take them out of it first (jq -c '{path}[]')")));
    }

    // {"a": {"text": …}, "b": {"text": …}}.
    let has_text = |value: &Value| value.get(wanted).is_some_and(Value::is_string);
    (fields.len() > 1 && fields.values().all(has_text)).then(|| {
        (
            format!("has objects with the field {wanted:?} by their keys"),
            "take them out of it first (jq -c '.[]')".to_owned(),
        )
    })
}

/// The path to a list of records: to the first list whose first object has the field `wanted`, which the boolean tells; else to
/// the first list whose first object holds an object with that field. A list of messages is no list of records: its parts are
/// one text.
fn list_of_records(value: &Value, wanted: &str) -> Option<(bool, Vec<String>)> {
    let mut found: Option<(bool, Vec<String>)> = None;
    visit(value, &mut Vec::new(), &mut |at, first| {
        let is_nested = || first.values().any(|inner| inner.get(wanted).is_some_and(Value::is_string));
        let own = first.contains_key(wanted);
        if (own || is_nested()) && found.as_ref().is_none_or(|(known, _)| own && !*known) {
            found = Some((own, at.to_vec()));
        }
    });
    found
}

/// What is called with the path to a list and its first object.
type ListVisitor<'a> = dyn FnMut(&[String], &Map<String, Value>) + 'a;

/// Calls `each` with the path and the first object of every list of objects in `value`, those of outer objects first.
fn visit(value: &Value, path: &mut Vec<String>, each: &mut ListVisitor<'_>) {
    let Value::Object(fields) = value else { return };
    for (name, inner) in fields {
        path.push(name.clone());
        if let Some(first) = inner.get(0).and_then(Value::as_object) {
            let is_messages =
                texts::FIELDS.contains(&name.as_str()) || SPEAKERS.iter().any(|speaker| first.contains_key(*speaker));
            if !is_messages {
                each(path, first);
            }
        }
        path.pop();
    }

    if path.len() < DEEPEST {
        for (name, inner) in fields {
            path.push(name.clone());
            visit(inner, path, each);
            path.pop();
        }
    }
}

/// A path as jq writes it.
fn jq_path(path: &[String]) -> String {
    let is_plain = |name: &str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    let parts = path.iter().map(|name| if is_plain(name) { format!(".{name}") } else { format!(".[{name:?}]") });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_around_records_is_named_with_the_way_out() {
        let table = [
            (r#"{"articles":[{"text":"نص"}]}"#, "jq -c '.articles[]'"),
            (r#"{"data":{"the items":[{"text":"نص"}]}}"#, "jq -c '.data.[\"the items\"][]'"),
            (r#"{"hits":{"total":1,"hits":[{"_id":"1","_source":{"text":"نص"}}]}}"#, "jq -c '.hits.hits[]'"),
            (r#"{"a":{"text":"نص"},"b":{"text":"نص"}}"#, "jq -c '.[]'"),
            (r#"{"columns":["id","text"],"index":[0],"data":[["a","نص"]]}"#, "orient=\"records\""),
            (r#"{"id":{"0":"a"},"text":{"0":"نص"}}"#, "orient=\"records\""),
            (r#"["a","نص"]"#, "orient=\"records\""),
            (r#"[{"text":"نص"}]"#, "jq -c '.[][]'"),
            (r#""نص""#, "jq -c '{text: .}'"),
        ];
        for (line, remedy) in table {
            let (what, found) = of(line, "text", true).unwrap_or_else(|| panic!("{line}"));
            assert!(found.contains(remedy), "{line}: {what}; {found}");
        }
    }

    #[test]
    fn a_record_is_no_frame() {
        for line in
            [r#"{"id":1}"#, r#"{"messages":[{"role":"user","text":"نص"}]}"#, r#"{"content":[{"text":"نص"}]}"#, "{", "1"]
        {
            assert_eq!(of(line, "text", true), None, "{line}");
        }
        assert_eq!(of(r#"{"articles":[{"text":"نص"}]}"#, "text", false), None);
    }
}
