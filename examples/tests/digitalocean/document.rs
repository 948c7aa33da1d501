//! The vendor's own description of the API, an OpenAPI document, where it lies
//! beside the workspace.

use std::path::Path;

use cloudapi::testing::Sent;
use serde_json::{Value, json};
use yaml_rust2::{Yaml, YamlLoader};

use crate::schema;

pub(crate) struct Document(Value);

impl Document {
    pub(crate) fn find() -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
        let path = root.join("../shared/specs/digitalocean.yaml");
        let text = std::fs::read_to_string(path).ok()?;
        let mut documents = YamlLoader::load_from_str(&text).expect("the document is YAML");
        Some(Self(to_json(documents.remove(0))))
    }

    /// The method, the path and the rest of the operation with this id.
    pub(crate) fn operation(&self, id: &str) -> Option<(String, String, &Value)> {
        let paths = self.0["paths"].as_object()?;
        paths.iter().find_map(|(path, methods)| {
            let mut methods = methods.as_object()?.iter();
            let (method, described) = methods.find(|(_, one)| one["operationId"] == id)?;
            Some((method.to_uppercase(), path.clone(), described))
        })
    }

    /// What a request has that the document does not know, or lacks.
    pub(crate) fn problems(&self, operation: &Value, request: &Sent) -> Vec<String> {
        let mut problems = Vec::new();
        let url = url::Url::parse(&request.url).expect("a URL was sent");
        let sent: Vec<String> = url
            .query_pairs()
            .map(|(name, _)| name.into_owned())
            .collect();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters: Vec<&Value> = parameters.map(|one| self.follow(one)).collect();
        for name in &sent {
            if !parameters
                .iter()
                .any(|one| one["in"] == "query" && one["name"] == name.as_str())
            {
                problems.push(format!("there is no query parameter `{name}`"));
            }
        }
        for one in parameters.iter().filter(|one| one["required"] == true) {
            let name = one["name"].as_str().unwrap_or_default();
            let is_there = match one["in"].as_str() {
                Some("query") => sent.iter().any(|sent| sent == name),
                Some("header") => request.headers.contains_key(name),
                _ => true,
            };
            if !is_there {
                problems.push(format!("`{name}` is required"));
            }
        }
        let described = &operation["requestBody"]["content"]["application/json"];
        match (described.is_null(), request.body.is_empty()) {
            (true, true) => {}
            (true, false) => problems.push("it has a body".to_owned()),
            (false, true) => problems.push("it has no body".to_owned()),
            (false, false) => {
                let body = serde_json::from_slice(&request.body).expect("JSON was sent");
                problems.extend(self.body_problems(described, &body));
            }
        }
        problems
    }

    fn body_problems(&self, described: &Value, body: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        let schema = &described["schema"];
        if let Err(problem) = schema::check(self, schema, body) {
            problems.push(format!("the body {body}: {problem}"));
        }
        // Some fields are only in the examples.
        let examples = self.examples(described);
        for name in body.as_object().into_iter().flat_map(|body| body.keys()) {
            let in_example = examples.iter().any(|example| example.get(name).is_some());
            if !in_example && !schema::knows(self, schema, name) {
                problems.push(format!("the body has no field `{name}`"));
            }
        }
        problems
    }

    /// The answers that the document shows or describes, without further pages.
    pub(crate) fn answers(&self, operation: &Value) -> Vec<Value> {
        let responses = operation["responses"].as_object().into_iter().flatten();
        let good = responses.filter(|(status, _)| status.starts_with('2'));
        let contents = good.map(|(_, one)| &self.follow(one)["content"]["application/json"]);
        let mut answers: Vec<Value> = contents
            .filter(|content| !content.is_null())
            .flat_map(|content| match self.examples(content) {
                none if none.is_empty() => vec![schema::example(self, &content["schema"])],
                examples => examples,
            })
            .collect();
        for answer in &mut answers {
            if let Some(links) = answer.get_mut("links") {
                *links = json!({});
            }
        }
        answers
    }

    fn examples(&self, content: &Value) -> Vec<Value> {
        let named = content["examples"].as_object().into_iter().flatten();
        let named = named.map(|(_, example)| self.follow(example)["value"].clone());
        named.chain(content.get("example").cloned()).collect()
    }

    /// What a `$ref` leads to.
    pub(crate) fn follow<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let there = self.0.pointer(reference.trim_start_matches('#'));
            value = there.unwrap_or_else(|| panic!("{reference} leads nowhere"));
        }
        value
    }
}

fn to_json(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Real(text) => text.parse::<f64>().map_or(Value::Null, Value::from),
        Yaml::Integer(number) => number.into(),
        Yaml::String(text) => text.into(),
        Yaml::Boolean(truth) => truth.into(),
        Yaml::Array(items) => items.into_iter().map(to_json).collect(),
        Yaml::Hash(pairs) => {
            let pairs = pairs.into_iter().map(|(key, value)| {
                let key = match to_json(key) {
                    Value::String(text) => text,
                    key => key.to_string(),
                };
                (key, to_json(value))
            });
            Value::Object(pairs.collect())
        }
        Yaml::Alias(_) | Yaml::Null | Yaml::BadValue => Value::Null,
    }
}
