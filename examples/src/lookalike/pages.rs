//! Lists, a page at a time.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::answer::Answer;

/// A page of a list, as the query asks for it.
pub(super) struct Page<'a> {
    number: usize,
    size: usize,
    pub(super) tag: Option<Cow<'a, str>>,
}

impl<'a> Page<'a> {
    pub(super) fn of(query: &'a str) -> Result<Self, &'static str> {
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

    /// The page of what is there at a URL, under its name.
    pub(super) fn answer(&self, url: &str, name: &str, all: &[Value]) -> Answer {
        let items: Vec<_> = all
            .iter()
            .skip((self.number - 1).saturating_mul(self.size))
            .take(self.size)
            .collect();
        let last = all.len().div_ceil(self.size).max(1);
        let mut pages = serde_json::Map::new();
        let mut link = |name: &str, number: usize| {
            pages.insert(name.to_owned(), self.url(url, number).into());
        };
        if self.number > 1 {
            link("first", 1);
            link("prev", (self.number - 1).min(last));
        }
        if self.number < last {
            link("next", self.number + 1);
            link("last", last);
        }
        let links = if pages.is_empty() {
            json!({})
        } else {
            json!({ "pages": pages })
        };
        let body = json!({ name: items, "links": links, "meta": { "total": all.len() } });
        Answer::json(StatusCode::OK, &body)
    }

    fn url(&self, url: &str, number: usize) -> String {
        let start = format!("{url}?");
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
