//! As much of JSON Schema as the vendor's document needs.

use serde_json::{Map, Value};

use crate::document::Document;

fn all<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema[key].as_array().map_or(&[], Vec::as_slice)
}

/// Whether a value is what the schema describes, as far as types, enumerations
/// and required fields go.
pub(crate) fn check(document: &Document, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = document.follow(schema);
    if value.is_null() && schema["nullable"] == true {
        return Ok(());
    }
    for part in all(schema, "allOf") {
        check(document, part, value)?;
    }
    for key in ["oneOf", "anyOf"] {
        let mut choices = all(schema, key)
            .iter()
            .map(|choice| check(document, choice, value));
        if let Some(first) = choices.next()
            && first.is_err()
            && !choices.any(|choice| choice.is_ok())
        {
            return first;
        }
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    if !fits {
        return Err(format!("{value} is no {}", schema["type"]));
    }
    let choices = all(schema, "enum");
    if !choices.is_empty() && !choices.contains(value) {
        return Err(format!("{value} is not one of {}", schema["enum"]));
    }
    for name in all(schema, "required").iter().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            return Err(format!("`{name}` is required"));
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(field) = value.get(name) {
            check(document, property, field).map_err(|problem| format!("{name}: {problem}"))?;
        }
    }
    for item in value.as_array().into_iter().flatten() {
        check(document, &schema["items"], item)?;
    }
    Ok(())
}

/// Whether the schema has a field of this name, in whatever alternative.
pub(crate) fn knows(document: &Document, schema: &Value, name: &str) -> bool {
    let schema = document.follow(schema);
    let parts = ["allOf", "oneOf", "anyOf"].map(|key| all(schema, key));
    schema["properties"].get(name).is_some()
        || parts
            .into_iter()
            .flatten()
            .any(|part| knows(document, part, name))
}

/// A value that the schema describes, of the examples in it.
pub(crate) fn example(document: &Document, schema: &Value) -> Value {
    let schema = document.follow(schema);
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(first) = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| all(schema, key).first())
    {
        return example(document, first);
    }
    let mut fields = Map::new();
    for part in all(schema, "allOf") {
        match example(document, part) {
            Value::Object(more) => fields.extend(more),
            Value::Null => {}
            scalar => return scalar,
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        fields.insert(name.clone(), example(document, property));
    }
    if !fields.is_empty() {
        return Value::Object(fields);
    }
    match (all(schema, "enum").first(), schema["type"].as_str()) {
        (Some(first), _) => first.clone(),
        (_, Some("array")) => Value::Array(vec![example(document, &schema["items"])]),
        (_, Some("integer")) => 7.into(),
        (_, Some("number")) => 2.5.into(),
        (_, Some("boolean")) => true.into(),
        (_, Some("string")) => "text".into(),
        _ => Value::Null,
    }
}
