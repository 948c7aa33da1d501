//! How one page leads to the next.

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::link;
use crate::client::ClientCore;
use crate::json;
use crate::outcome::BoxError;
use crate::request::Request;
use crate::response::Response;

/// So many empty pages in a row are taken for a server that never ends.
const EMPTY_PAGES: u32 = 100;

/// What the declaration says of the pages.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// Where the items are in the body.
    pub(super) items: &'static str,
    /// A page may leave an empty list out.
    pub(super) items_optional: bool,
    way: Way,
}

/// A client that declares how its lists lead from page to page, as the client
/// `Asks` sees it, which is itself or extends it.
///
/// Whatever extends a client is one of these if that one is. To say so of a type
/// that is known and may be none, its condition has to have a parameter, or it is
/// refused where it stands and not where it is used: so there is `Asks`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares no `pages(..)`",
    label = "how is the next page found?",
    note = "say `next`, `page` or `cursor` here, or add `pages(next = \"..\")` to the `#[rest_api]` \
            of `{Self}`",
    note = "to read one list without pages, write `unwrap` in place of `items`"
)]
pub trait Paged<Asks> {
    /// What is declared; where the items are, each endpoint says.
    const PAGING: Paging;
}

#[derive(Clone, Copy, Debug)]
enum Way {
    /// The body has the URL of the next page.
    Url(&'static str),
    /// The Link header has it.
    Link,
    /// Pages are counted, from 1.
    Number(&'static str),
    /// The body has what is sent as this parameter to get the next page.
    Cursor(&'static str, &'static str),
}

impl Paging {
    /// Pages that have their items there in the body, and lead nowhere yet.
    #[must_use]
    pub const fn new(items: &'static str) -> Self {
        Self {
            items,
            items_optional: false,
            way: Way::Link,
        }
    }

    /// Pages that have their items there in the body, and lead on as the client
    /// declares.
    #[must_use]
    pub const fn of<A: Paged<A>>(items: &'static str) -> Self {
        Self { items, ..A::PAGING }
    }

    /// The endpoint sends this query parameter.
    ///
    /// # Panics
    ///
    /// With the message, if the pages have it for themselves. It is called in
    /// constants, so that it fails as it compiles.
    #[must_use]
    #[track_caller]
    pub const fn beside(self, parameter: &str, message: &str) -> Self {
        if let Way::Number(own) | Way::Cursor(own, _) = self.way
            && same(own, parameter)
        {
            panic!("{}", message);
        }
        self
    }

    /// A page without the items has none.
    #[must_use]
    pub const fn items_optional(self) -> Self {
        let items_optional = true;
        Self {
            items_optional,
            ..self
        }
    }

    /// The URL of the next page is there in the body.
    #[must_use]
    pub const fn next(self, path: &'static str) -> Self {
        let way = Way::Url(path);
        Self { way, ..self }
    }

    /// The URL of the next page is in the Link header.
    #[must_use]
    pub const fn link(self) -> Self {
        let way = Way::Link;
        Self { way, ..self }
    }

    /// The pages are counted by this query parameter.
    #[must_use]
    pub const fn page(self, parameter: &'static str) -> Self {
        let way = Way::Number(parameter);
        Self { way, ..self }
    }

    /// What is there in the body is sent as this query parameter.
    #[must_use]
    pub const fn cursor(self, parameter: &'static str, path: &'static str) -> Self {
        let way = Way::Cursor(parameter, path);
        Self { way, ..self }
    }
}

/// Equality, for constants.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut position = 0;
    while position < one.len() {
        if one[position] != other[position] {
            return false;
        }
        position += 1;
    }
    true
}

/// Where in the pages we are.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) paging: Paging,
    /// The request as declared and adjusted, which each page continues.
    pub(super) first: Request,
    number: u64,
    empty: u32,
    seen: HashSet<String>,
}

impl Course {
    pub(super) fn new(paging: Paging, first: Request) -> Self {
        Self {
            paging,
            first,
            number: 0,
            empty: 0,
            seen: HashSet::new(),
        }
    }

    pub(super) fn start(&mut self) -> Result<Request, String> {
        self.number = 1;
        let mut request = self.first.clone();
        self.is_free(&request)?;
        if let Way::Number(parameter) = self.paging.way {
            request.url.add(parameter, &self.number)?;
        }
        self.seen.insert(request.url.as_str().to_owned());
        Ok(request)
    }

    /// Whether nobody else sends the query parameter that the pages have for
    /// themselves: of two values a server takes either, and might never get to the
    /// end.
    fn is_free(&self, request: &Request) -> Result<(), String> {
        match self.paging.way {
            Way::Number(parameter) | Way::Cursor(parameter, _) if request.url.has(parameter) => {
                Err(format!(
                    "the query parameter `{parameter}` leads from page to page, and cannot be \
                     sent besides"
                ))
            }
            _ => Ok(()),
        }
    }

    /// Starts at a page that a former run came to.
    pub(super) fn start_at(&mut self, client: &ClientCore, url: &str) -> Result<Request, BoxError> {
        self.is_free(&self.first)?;
        if let Way::Number(parameter) = self.paging.way {
            let url = Url::parse(url)?;
            let mut pairs = url.query_pairs();
            let page = pairs.find(|pair| pair.0 == parameter).map(|pair| pair.1);
            self.number = page
                .ok_or_else(|| format!("the URL has no `{parameter}`"))?
                .parse()?;
        }
        self.there(client, client.baseurl().as_str(), url)
    }

    /// The request for the page after this one, if there is one.
    pub(super) fn next(
        &mut self,
        client: &ClientCore,
        request: &Request,
        response: &Response<Bytes>,
        items: usize,
    ) -> Result<Option<Request>, BoxError> {
        self.empty = if items == 0 { self.empty + 1 } else { 0 };
        if self.empty > EMPTY_PAGES {
            return Err(format!("{EMPTY_PAGES} pages in a row are empty").into());
        }
        let body = response.value();
        let next = match self.paging.way {
            Way::Url(path) => match json::find::<Option<String>>(body, path)?.flatten() {
                Some(url) if !url.is_empty() => self.there(client, request.url.as_str(), &url)?,
                _ => return Ok(None),
            },
            Way::Link => match link::next(response.headers()) {
                Some(url) => self.there(client, request.url.as_str(), &url)?,
                None => return Ok(None),
            },
            Way::Number(_) if items == 0 => return Ok(None),
            Way::Number(parameter) => {
                self.number += 1;
                let mut next = self.first.clone();
                next.url.add(parameter, &self.number)?;
                next
            }
            Way::Cursor(parameter, path) => {
                let Some(cursor) = json::find::<Value>(body, path)?.and_then(cursor) else {
                    return Ok(None);
                };
                let mut next = self.first.clone();
                next.url.add(parameter, &cursor)?;
                next
            }
        };
        if !self.seen.insert(next.url.as_str().to_owned()) {
            return Err("it leads back to a page that was there before".into());
        }
        Ok(Some(next))
    }

    /// A request to the URL that a server gave, if it is one of the same server:
    /// the credentials go with it.
    fn there(&self, client: &ClientCore, from: &str, url: &str) -> Result<Request, BoxError> {
        let there = Url::parse(from)?.join(url)?;
        if there.origin() != client.baseurl().origin() {
            let origin = there.origin().ascii_serialization();
            return Err(format!(
                "it leads to `{origin}`, which is another server than that of the API; the \
                 credentials do not go there"
            )
            .into());
        }
        let mut request = self.first.clone();
        request.url.go_to(there);
        client.add_query(&mut request.url)?;
        Ok(request)
    }
}

/// A cursor as it is sent. Null, empty and false say that there is none.
fn cursor(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
