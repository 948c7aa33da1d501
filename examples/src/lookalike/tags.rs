//! Tags, which here only droplets can have.

use http::request::Parts;
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::routes::{Account, read};

#[derive(Deserialize)]
struct NewTag {
    name: String,
}

#[derive(Deserialize)]
struct Resources {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    resource_id: Value,
    resource_type: String,
}

/// The answer to what is asked of the path below `tags`.
pub(super) fn answer(account: &mut Account, path: &[&str], head: &Parts, body: &[u8]) -> Answer {
    let name = path
        .first()
        .map(|name| percent_decode_str(name).decode_utf8_lossy());
    let name = name.as_deref().unwrap_or_default();
    match (path, &head.method) {
        ([], &Method::POST) => create(account, head, body),
        ([], _) => Answer::not_allowed("GET, POST"),
        _ if !account.tags.contains(name) => Answer::not_found(),
        ([_], &Method::GET) => Answer::json(StatusCode::OK, &json!({ "tag": show(account, name) })),
        ([_], &Method::DELETE) => {
            account.droplets.untag(name);
            account.tags.remove(name);
            Answer::no_content()
        }
        ([_], _) => Answer::not_allowed("GET, DELETE"),
        ([_, "resources"], &Method::POST) => assign(account, name, true, head, body),
        ([_, "resources"], &Method::DELETE) => assign(account, name, false, head, body),
        ([_, "resources"], _) => Answer::not_allowed("POST, DELETE"),
        _ => Answer::not_found(),
    }
}

/// All tags, as the API shows them.
pub(super) fn all(account: &Account) -> Vec<Value> {
    account
        .tags
        .iter()
        .map(|name| show(account, name))
        .collect()
}

fn show(account: &Account, name: &str) -> Value {
    let count = account.droplets.tagged(Some(name)).count();
    json!({ "name": name, "resources": { "count": count, "droplets": { "count": count } } })
}

fn create(account: &mut Account, head: &Parts, body: &[u8]) -> Answer {
    let NewTag { name } = match read(head, body) {
        Ok(new) => new,
        Err(answer) => return *answer,
    };
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_');
    if name.is_empty() || name.len() > 255 || !name.bytes().all(fine) {
        let message = "Tags may contain letters, numbers, colons, dashes, and underscores.";
        return Answer::unprocessable(message);
    }
    account.tags.insert(name.clone());
    let body = json!({ "tag": show(account, &name) });
    Answer::json(StatusCode::CREATED, &body)
}

/// Tags the resources, or takes the tag off them. Those before one that is not
/// there have it then.
fn assign(account: &mut Account, tag: &str, has: bool, head: &Parts, body: &[u8]) -> Answer {
    let Resources { resources } = match read(head, body) {
        Ok(resources) => resources,
        Err(answer) => return *answer,
    };
    for Resource {
        resource_id,
        resource_type,
    } in resources
    {
        if resource_type != "droplet" {
            return Answer::unprocessable("Here only droplets can be tagged.");
        }
        let id = match &resource_id {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64(),
        };
        if !id.is_some_and(|id| account.droplets.tag(id, tag, has)) {
            return Answer::not_found();
        }
    }
    Answer::no_content()
}
