//! Lists that come page by page.

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
pub use self::paging::Paging;
use crate::call::RawCall;
use crate::client::ClientCore;
use crate::engine::CallCell;
use crate::error::Error;
use crate::json;
use crate::request::Request;
use crate::response::Response;
use crate::schedule::Priority;

/// The items of a list, over all its pages: what a method declared as
/// `fn -> Pages<T>` returns.
///
/// It is a [`Stream`]. A page is asked for when its first item is; each takes its
/// turn in the queue and pays for a slot, is retried as any call, and carries the
/// credentials. A next page on another server is an error and is not asked for,
/// as is one that was there before. An error ends the stream; [`Error::url`] is
/// then the page to [resume at](Self::resume_at).
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

/// Reads the items that are there in a body.
type ReadItems<T> = fn(&[u8], &str) -> Result<Option<Vec<T>>, json::JsonError>;

/// A list page by page, each with its status and headers: what
/// [`Pages::pages`] returns.
#[must_use = "nothing is asked for until the pages are"]
pub struct PageByPage<T> {
    client: Arc<ClientCore>,
    course: Course,
    state: State,
    items: &'static str,
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
        let mut course = Course::new(paging, request);
        let first = match problem {
            None => course.start(),
            Some(problem) => Err(problem),
        };
        Self {
            pages: PageByPage {
                state: State::Ready(first.map(Box::new).map_err(Error::request)),
                client,
                course,
                items: paging.items,
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

    /// Says how much the pages matter to the calls that wait with them.
    ///
    /// Default: the `priority` of the endpoint or the client.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.pages.course.set_priority(priority);
        if let State::Ready(Ok(request)) = &mut self.pages.state {
            request.options.priority = Some(priority);
        }
        self
    }

    /// Starts at the page with this URL and not at the first: at that of an
    /// error, for instance.
    ///
    /// A URL of another server ends the stream with an error.
    pub fn resume_at(mut self, url: &str) -> Self {
        let pages = &mut self.pages;
        if let State::Ready(Ok(_)) = pages.state {
            let there = pages.course.start_at(&pages.client, url);
            pages.state = State::Ready(there.map(Box::new).map_err(|problem| {
                Error::request(format!("the list cannot be resumed: {problem}"))
            }));
        }
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
                        answer.and_then(|(cell, response)| self.page(&cell, *response)),
                    ));
                }
            }
        }
    }

    /// Reads a page, and finds the way to the next.
    fn page(
        &mut self,
        cell: &CallCell,
        response: Response<bytes::Bytes>,
    ) -> Result<Response<Vec<T>>, Error> {
        let items = match (self.read)(response.value(), self.items) {
            Ok(Some(items)) => items,
            // Some servers leave an empty list out.
            Ok(None) => Vec::new(),
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
