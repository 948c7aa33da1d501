//! The operations as they should be.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What the vendor offers.
pub(crate) struct Operation {
    pub(crate) method: String,
    /// With `{..}` where a value goes.
    pub(crate) path: String,
    /// A body to answer with, if there is any.
    pub(crate) answer: Option<Value>,
}

/// The operations by the names of their calls.
pub(crate) fn operations() -> BTreeMap<String, Operation> {
    let samples: Value = serde_json::from_str(include_str!("samples.json")).expect("JSON");
    let lines = include_str!("operations.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let [name, method, path, answer] = columns[..] else {
                panic!("not four columns: {line}");
            };
            let operation = Operation {
                method: method.to_owned(),
                path: path.to_owned(),
                answer: body(answer, &samples),
            };
            (name.to_owned(), operation)
        })
        .collect()
}

fn body(text: &str, samples: &Value) -> Option<Value> {
    let (name, sample) = text.split_once('=')?;
    let of = |sample: &str| {
        let sample = samples.get(sample);
        sample
            .unwrap_or_else(|| panic!("no sample for {text}"))
            .clone()
    };
    let inner = |left, right| sample.strip_prefix(left)?.strip_suffix(right);
    let value = match (inner('[', ']'), inner('{', '}')) {
        (Some(item), _) => json!([of(item), of(item)]),
        (_, Some(item)) => json!({ "7": of(item) }),
        _ => of(sample),
    };
    Some(match name {
        "" => value,
        name => json!({ name: value, "links": {}, "meta": { "total": 2 } }),
    })
}

impl Operation {
    /// Whether a URL is one of the operation's path.
    pub(crate) fn is_at(&self, url: &str) -> bool {
        let Some(rest) = url.strip_prefix("https://api.digitalocean.com/") else {
            return false;
        };
        let path = rest.split('?').next().unwrap_or_default();
        let sent: Vec<&str> = path.split('/').collect();
        let wanted: Vec<&str> = self.path.trim_start_matches('/').split('/').collect();
        sent.len() == wanted.len()
            && sent.iter().zip(&wanted).all(|(sent, wanted)| {
                sent == wanted || (wanted.starts_with('{') && !sent.is_empty())
            })
    }

    /// Whether it reads one thing that may not be there.
    pub(crate) fn is_of_one_thing(&self) -> bool {
        let ends = [
            "}",
            "/policy",
            "/destroy_with_associated_resources",
            "/status",
        ];
        self.method == "GET" && ends.iter().any(|end| self.path.ends_with(end))
    }

    /// Whether an answer has what this one has, under the same name.
    pub(crate) fn has_shape_of(&self, other: &Value) -> bool {
        let own = self.answer.as_ref().and_then(Value::as_object);
        let mut names = own.into_iter().flat_map(|own| own.keys());
        names.any(|name| name != "links" && name != "meta" && other.get(name).is_some())
    }
}
