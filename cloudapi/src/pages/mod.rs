//! Lists that come page by page.

mod adjust;
mod link;
mod paging;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use self::paging::Course;
pub use self::paging::{Paged, Paging};
use crate::call::RawCall;
use crate::client::ClientCore;
use crate::engine::CallCell;
use crate::error::Error;
use crate::json;
use crate::request::Request;
use crate::response::Response;

/// The items of a list, over all its pages: what a method declared as
/// `fn -> Pages<T>` returns.
///
/// It is a [`Stream`]. A page is asked for when its first item is; each takes its
/// turn in the queue and pays for a slot, is retried as any call, and carries the
/// credentials. A next page on another server is an error and is not asked for,
/// as is one that was there before. An error ends the stream; [`Error::url`] is
/// then the page to [resume at](Self::resume_at).
///
/// Before it begins it can be adjusted as a [`Call`](crate::Call) can, for all of its
/// pages: [`deadline`](Self::deadline), [`request_timeout`](Self::request_timeout),
/// [`retry`](Self::retry), [`header`](Self::header), [`query`](Self::query).
///
/// ```
/// use cloudapi::prelude::*;
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Droplet {
///     id: u64,
/// }
///
/// #[rest_api(baseurl = "https://api.digitalocean.com/v2/", callrateperhour = 5000)]
/// struct DigitalOcean;
///
/// impl DigitalOcean {
///     #[get("droplets", items = "droplets", next = "links.pages.next")]
///     fn droplets(&self, #[query] per_page: u32) -> Pages<Droplet>;
/// }
///
/// # async fn run() -> Result<()> {
/// let cloud = DigitalOcean::new()?;
/// let mut droplets = cloud.droplets(200);
/// while let Some(droplet) = droplets.next().await {
///     println!("{}", droplet?.id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked for until the items are"]
pub struct Pages<T> {
    pages: PageByPage<T>,
    items: std::vec::IntoIter<T>,
    /// How many more items are wanted.
    left: usize,
}

/// Reads the items that are there in a body. They may be null.
type ReadItems<T> = fn(&[u8], &str) -> Result<Option<Option<Vec<T>>>, json::JsonError>;

/// A list page by page, each with its status and headers: what
/// [`Pages::pages`] returns.
#[must_use = "nothing is asked for until the pages are"]
pub struct PageByPage<T> {
    client: Arc<ClientCore>,
    course: Course,
    state: State,
    read: ReadItems<T>,
}

/// A type that the items of a list can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an item of pages",
    label = "the items of this list",
    note = "items are read from JSON: add `#[derive(serde::Deserialize)]`"
)]
pub trait PageItem: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> PageItem for T {}

enum State {
    /// Nothing was asked for yet. The first page may be another than the declared
    /// one.
    New(Option<String>),
    Ready(Result<Box<Request>, Error>),
    Asking(RawCall),
    Over,
}

impl<T: PageItem> Pages<T> {
    pub(crate) fn new(
        client: Arc<ClientCore>,
        request: Request,
        paging: Paging,
        problem: Option<String>,
    ) -> Self {
        Self {
            pages: PageByPage {
                state: match problem {
                    None => State::New(None),
                    Some(problem) => State::Ready(Err(Error::request(problem))),
                },
                client,
                course: Course::new(paging, request),
                read: json::find,
            },
            items: Vec::new().into_iter(),
            left: usize::MAX,
        }
    }
}

impl<T> Pages<T> {
    /// Ends after this many items. Pages that are not needed are not asked for.
    pub fn limit(mut self, items: usize) -> Self {
        self.left = items;
        self
    }

    /// Starts at the page with this URL and not at the first: at that of an
    /// error, for instance. The URL is taken as it is, whatever the query of the
    /// first page would be.
    ///
    /// A URL of another server ends the stream with an error.
    pub fn resume_at(mut self, url: &str) -> Self {
        self.pages.adjust(|_, start| {
            *start = Some(url.to_owned());
            Ok(())
        });
        self
    }

    /// The next item; `None` at the end of the list.
    ///
    /// The same as `StreamExt::next`, without a further crate.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    /// All items.
    ///
    /// # Errors
    ///
    /// If a page fails. The items before it are lost then: where those are worth
    /// something, take them one by one.
    pub async fn collect_all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    /// The list page by page, each with its status and headers.
    pub fn pages(self) -> PageByPage<T> {
        self.pages
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            if let Some(item) = self.items.next() {
                self.left -= 1;
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(page)) => self.items = page.into_value().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> PageByPage<T> {
    /// Changes the request that all pages continue, or where the first is.
    fn adjust(
        &mut self,
        change: impl FnOnce(&mut Request, &mut Option<String>) -> Result<(), String>,
    ) {
        let adjusted = match &mut self.state {
            State::New(start) => change(&mut self.course.first, start),
            // What was wrong before comes first.
            State::Ready(Err(_)) | State::Over => Ok(()),
            State::Ready(Ok(_)) | State::Asking(_) => Err(String::from(
                "the list has begun, and is adjusted only before that",
            )),
        };
        if let Err(problem) = adjusted {
            self.state = State::Ready(Err(Error::request(problem)));
        }
    }

    /// The request for the first page.
    fn begin(&mut self, start: Option<&str>) -> Result<Box<Request>, Error> {
        let first = match start {
            None => self.course.start().map_err(Error::request),
            Some(url) => self.course.start_at(&self.client, url).map_err(|problem| {
                Error::request(format!("the list cannot be resumed: {problem}"))
            }),
        };
        first.map(Box::new)
    }

    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Response<Vec<T>>, Error>> {
        poll_fn(|context| self.poll_page(context)).await
    }

    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Response<Vec<T>>, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::New(start) => self.state = State::Ready(self.begin(start.as_deref())),
                State::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                State::Ready(Ok(request)) => {
                    let cell = CallCell::new(Arc::clone(&self.client), *request);
                    self.state = State::Asking(RawCall::new(cell, None));
                }
                State::Asking(mut call) => {
                    let Poll::Ready(answer) = call.poll(context) else {
                        self.state = State::Asking(call);
                        return Poll::Pending;
                    };
                    return Poll::Ready(Some(
                        answer.and_then(|(cell, answered)| self.page(&cell, answered.response)),
                    ));
                }
            }
        }
    }

    fn items(&self, body: &[u8]) -> Result<Vec<T>, json::JsonError> {
        let paging = &self.course.paging;
        match (self.read)(body, paging.items)? {
            // Null is what some servers make of an empty list.
            Some(items) => Ok(items.unwrap_or_default()),
            None if paging.items_optional => Ok(Vec::new()),
            // Were it an empty list, a path that is spelt wrong would look like one.
            None => {
                let problem = format!(
                    "there is no `{}`; if the server leaves an empty list out, declare \
                     `items_optional`",
                    paging.items
                );
                Err(json::missing(body, &problem))
            }
        }
    }

    /// Reads a page, and finds the way to the next.
    fn page(
        &mut self,
        cell: &CallCell,
        response: Response<bytes::Bytes>,
    ) -> Result<Response<Vec<T>>, Error> {
        let items = match self.items(response.value()) {
            Ok(items) => items,
            Err(source) => {
                let wanted = "a page of the declared items";
                return Err(Error::decode(cell, wanted, source.into(), response));
            }
        };
        let next = self
            .course
            .next(&self.client, &cell.request, &response, items.len());
        match next {
            Ok(Some(request)) => self.state = State::Ready(Ok(Box::new(request))),
            Ok(None) => self.state = State::Over,
            // The items of this page are good, so the error comes after them.
            Err(problem) => {
                let error = Error::pages(cell, problem).with_response(response.clone());
                self.state = State::Ready(Err(error));
            }
        }
        Ok(response.map(|_| items))
    }
}

// Nothing in them is pinned.
impl<T> Unpin for Pages<T> {}

impl<T> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }
}

impl<T> Stream for PageByPage<T> {
    type Item = Result<Response<Vec<T>>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pages").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for PageByPage<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PageByPage").finish_non_exhaustive()
    }
}
