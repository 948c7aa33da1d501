//! Which request does what: a pure function of an account and a request.

use std::collections::BTreeSet;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::answer::Answer;
use super::droplets::{Droplet, Droplets};
use super::pages::Page;
use super::{catalogue, tags};

/// What a token opens.
#[derive(Debug)]
pub(super) struct Account {
    /// Counted from 1, to tell accounts apart.
    number: usize,
    pub(super) droplets: Droplets,
    /// Those that were made, and perhaps are on nothing.
    pub(super) tags: BTreeSet<String>,
}

impl Account {
    pub(super) fn new(number: usize, droplets: Droplets) -> Self {
        let tags = droplets.tags().map(str::to_owned).collect();
        Self {
            number,
            droplets,
            tags,
        }
    }
}

/// What can be listed, and mostly is not there.
const LISTS: [&str; 11] = [
    "account/keys",
    "domains",
    "firewalls",
    "images",
    "projects",
    "regions",
    "reserved_ips",
    "sizes",
    "snapshots",
    "tags",
    "volumes",
];

pub(super) fn answer(account: &mut Account, baseurl: &str, head: &Parts, body: &[u8]) -> Answer {
    let Some(path) = head.uri.path().strip_prefix("/v2/") else {
        return Answer::not_found();
    };
    let segments: Vec<&str> = path.split('/').collect();
    let query = head.uri.query().unwrap_or("");
    match (segments.as_slice(), &head.method) {
        (["account"], &Method::GET) => show_account(account),
        (["account"], _) => Answer::not_allowed("GET"),
        (["droplets"], &Method::GET) => list(account, baseurl, path, query),
        (["droplets"], &Method::POST) => create(account, baseurl, head, body),
        (["droplets"], _) => Answer::not_allowed("GET, POST"),
        (["droplets", id], method) => match id.parse() {
            Ok(id) => one(account, method, id),
            Err(_) => Answer::not_found(),
        },
        (["tags", ..], _) if path != "tags" || head.method != Method::GET => {
            tags::answer(account, &segments[1..], head, body)
        }
        (_, &Method::GET) if LISTS.contains(&path) => list(account, baseurl, path, query),
        (_, _) if LISTS.contains(&path) => Answer::not_allowed("GET"),
        _ => Answer::not_found(),
    }
}

fn show_account(account: &Account) -> Answer {
    let number = account.number;
    let account = json!({
        "droplet_limit": 25, "floating_ip_limit": 5, "email_verified": true,
        "name": format!("Sammy the Shark {number}"),
        "email": format!("sammy-{number}@example.com"),
        "uuid": format!("b6fr89dbf6d9156cace5f3c78dc9851d957381{number:02x}"),
        "status": "active", "status_message": "",
        "team": { "uuid": "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", "name": "My Team" },
    });
    Answer::json(StatusCode::OK, &json!({ "account": account }))
}

/// A page of the list of this name.
fn list(account: &Account, baseurl: &str, path: &str, query: &str) -> Answer {
    let page = match Page::of(query) {
        Ok(page) => page,
        Err(message) => return Answer::unprocessable(message),
    };
    let all = match path {
        "droplets" => {
            let droplets = account.droplets.tagged(page.tag.as_deref());
            droplets.map(Droplet::json).collect()
        }
        "tags" => tags::all(account),
        "images" => catalogue::images(),
        "regions" => catalogue::regions(),
        "sizes" => catalogue::sizes(),
        _ => Vec::new(),
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = if name == "keys" { "ssh_keys" } else { name };
    page.answer(&format!("{baseurl}{path}"), name, &all)
}

fn create(account: &mut Account, baseurl: &str, head: &Parts, body: &[u8]) -> Answer {
    let new = match read(head, body) {
        Ok(new) => new,
        Err(answer) => return *answer,
    };
    match account.droplets.create(new) {
        Ok(droplet) => {
            let href = format!("{baseurl}actions/{}", droplet.id());
            let links = json!({
                "actions": [{ "id": droplet.id(), "rel": "create", "href": href }],
            });
            let body = json!({ "droplet": droplet.with_status("new"), "links": links });
            Answer::json(StatusCode::ACCEPTED, &body)
        }
        Err(message) => Answer::unprocessable(message),
    }
}

/// The body as what it should be, or what is answered if it is not.
pub(super) fn read<T: DeserializeOwned>(head: &Parts, body: &[u8]) -> Result<T, Box<Answer>> {
    let kind = head.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if !kind.starts_with("application/json") {
        let message = "The body must be JSON, and its Content-Type say so.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Box::new(Answer::error(
            status,
            "unsupported_media_type",
            message,
        )));
    }
    serde_json::from_slice(body).map_err(|error| {
        Box::new(match error.is_data() {
            true => Answer::unprocessable(&error.to_string()),
            false => Answer::bad_request(&error.to_string()),
        })
    })
}

fn one(account: &mut Account, method: &Method, id: u64) -> Answer {
    match *method {
        Method::GET => match account.droplets.look(id) {
            Some(droplet) => Answer::json(StatusCode::OK, &json!({ "droplet": droplet })),
            None => Answer::not_found(),
        },
        Method::DELETE if account.droplets.remove(id) => Answer::no_content(),
        Method::DELETE => Answer::not_found(),
        _ => Answer::not_allowed("GET, DELETE"),
    }
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
