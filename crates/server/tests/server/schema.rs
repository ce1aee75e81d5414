//! As much of JSON Schema as the server's OpenAPI document uses.

use serde_json::Value;

/// Why `value` is not what `schema` describes; references are looked up in `document`.
pub fn check(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let known = [
        "$ref",
        "type",
        "enum",
        "const",
        "oneOf",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "minimum",
        "maximum",
        "minLength",
        "description",
        "format",
        "default",
        "examples",
    ];
    let schema = schema.as_object().ok_or("a schema is an object")?;
    if let Some(unknown) = schema.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("this check does not know {unknown}"));
    }
    let fail = |what: &str| Err(format!("{value} {what}"));
    if let Some(reference) = schema.get("$ref") {
        let place = reference.as_str().unwrap().strip_prefix('#').unwrap();
        let target = document.pointer(place).ok_or_else(|| format!("{place} is not in the document"))?;
        check(document, target, value)?;
    }
    if let Some(types) = schema.get("type") {
        let is = |name: &Value| match name.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.is_u64() || value.is_i64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("no type {other}"),
        };
        if !types.as_array().map_or_else(|| is(types), |types| types.iter().any(is)) {
            return fail(&format!("is no {types}"));
        }
    }
    if schema.get("enum").is_some_and(|allowed| !allowed.as_array().unwrap().contains(value)) {
        return fail("is not one of the values");
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return fail("is not the value");
    }
    if let Some(choices) = schema.get("oneOf") {
        let results: Vec<_> = choices.as_array().unwrap().iter().map(|choice| check(document, choice, value)).collect();
        if results.iter().filter(|result| result.is_ok()).count() != 1 {
            return fail(&format!("fits not exactly one: {results:?}"));
        }
    }
    for required in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if value.get(required.as_str().unwrap()).is_none() {
            return fail(&format!("is without {required}"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        match schema.get("properties").and_then(|properties| properties.get(name)) {
            Some(property) => check(document, property, inner)?,
            None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                return fail(&format!("has {name}"));
            }
            None => {}
        }
    }
    if let Some(items) = schema.get("items") {
        value.as_array().into_iter().flatten().try_for_each(|item| check(document, items, item))?;
    }
    let number = value.as_f64();
    let beyond = |bound: &str, is: fn(f64, f64) -> bool| match (number, schema.get(bound).and_then(Value::as_f64)) {
        (Some(number), Some(bound)) => is(number, bound),
        _ => false,
    };
    if beyond("minimum", |number, bound| number < bound) || beyond("maximum", |number, bound| number > bound) {
        return fail("is out of range");
    }
    Ok(())
}
