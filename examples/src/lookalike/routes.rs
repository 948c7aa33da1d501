//! Which request does what: a pure function of an account and a request.

use std::borrow::Cow;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::json;
use url::form_urlencoded;

use super::answer::Answer;
use super::droplets::Droplets;

/// What a token opens.
#[derive(Debug)]
pub(super) struct Account {
    /// Counted from 1, to tell accounts apart.
    pub(super) number: usize,
    pub(super) droplets: Droplets,
}

/// A page of a list, as the query asks for it.
struct Page<'a> {
    number: usize,
    size: usize,
    tag: Option<Cow<'a, str>>,
}

pub(super) fn answer(account: &mut Account, baseurl: &str, head: &Parts, body: &[u8]) -> Answer {
    let Some(path) = head.uri.path().strip_prefix("/v2/") else {
        return Answer::not_found();
    };
    let segments: Vec<&str> = path.split('/').collect();
    match (segments.as_slice(), &head.method) {
        (["account"], &Method::GET) => show_account(account),
        (["account"], _) => Answer::not_allowed("GET"),
        (["droplets"], &Method::GET) => list(account, baseurl, head.uri.query().unwrap_or("")),
        (["droplets"], &Method::POST) => create(account, baseurl, head, body),
        (["droplets"], _) => Answer::not_allowed("GET, POST"),
        (["droplets", id], method) => match id.parse() {
            Ok(id) => one(account, method, id),
            Err(_) => Answer::not_found(),
        },
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

fn list(account: &Account, baseurl: &str, query: &str) -> Answer {
    let page = match Page::of(query) {
        Ok(page) => page,
        Err(message) => return Answer::unprocessable(message),
    };
    let total = account.droplets.tagged(page.tag.as_deref()).count();
    let droplets: Vec<_> = account
        .droplets
        .tagged(page.tag.as_deref())
        .skip((page.number - 1).saturating_mul(page.size))
        .take(page.size)
        .map(|droplet| droplet.json("active"))
        .collect();
    let last = total.div_ceil(page.size).max(1);
    let mut pages = serde_json::Map::new();
    let mut link = |name: &str, number: usize| {
        let url = page.url(baseurl, number);
        pages.insert(name.to_owned(), url.into());
    };
    if page.number > 1 {
        link("first", 1);
        link("prev", (page.number - 1).min(last));
    }
    if page.number < last {
        link("next", page.number + 1);
        link("last", last);
    }
    let links = if pages.is_empty() {
        json!({})
    } else {
        json!({ "pages": pages })
    };
    let body = json!({ "droplets": droplets, "links": links, "meta": { "total": total } });
    Answer::json(StatusCode::OK, &body)
}

fn create(account: &mut Account, baseurl: &str, head: &Parts, body: &[u8]) -> Answer {
    let kind = head.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if !kind.starts_with("application/json") {
        let message = "The body must be JSON, and its Content-Type say so.";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Answer::error(status, "unsupported_media_type", message);
    }
    let new = match serde_json::from_slice(body) {
        Ok(new) => new,
        Err(error) if error.is_data() => return Answer::unprocessable(&error.to_string()),
        Err(error) => return Answer::bad_request(&error.to_string()),
    };
    match account.droplets.create(new) {
        Ok(droplet) => {
            let href = format!("{baseurl}actions/{}", droplet.id());
            let links = json!({
                "actions": [{ "id": droplet.id(), "rel": "create", "href": href }],
            });
            let body = json!({ "droplet": droplet.json("new"), "links": links });
            Answer::json(StatusCode::ACCEPTED, &body)
        }
        Err(message) => Answer::unprocessable(message),
    }
}

fn one(account: &mut Account, method: &Method, id: u64) -> Answer {
    match *method {
        Method::GET => match account.droplets.get(id) {
            Some(droplet) => {
                let body = json!({ "droplet": droplet.json("active") });
                Answer::json(StatusCode::OK, &body)
            }
            None => Answer::not_found(),
        },
        Method::DELETE if account.droplets.remove(id) => Answer::no_content(),
        Method::DELETE => Answer::not_found(),
        _ => Answer::not_allowed("GET, DELETE"),
    }
}

impl<'a> Page<'a> {
    fn of(query: &'a str) -> Result<Self, &'static str> {
        let mut page = Self {
            number: 1,
            size: 20,
            tag: None,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = || value.parse().ok().filter(|number| *number >= 1);
            match &*name {
                "page" => page.number = number().ok_or("page must be at least 1")?,
                "per_page" => {
                    let size = number().filter(|size| *size <= 200);
                    page.size = size.ok_or("per_page must be between 1 and 200")?;
                }
                "tag_name" => page.tag = Some(value),
                _ => {}
            }
        }
        Ok(page)
    }

    fn url(&self, baseurl: &str, number: usize) -> String {
        let start = format!("{baseurl}droplets?");
        let at = start.len();
        let mut query = form_urlencoded::Serializer::for_suffix(start, at);
        query.append_pair("page", &number.to_string());
        query.append_pair("per_page", &self.size.to_string());
        if let Some(tag) = &self.tag {
            query.append_pair("tag_name", tag);
        }
        query.finish()
    }
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
