//! A list page by page: how the pages are asked for and read.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::PageItem;
use super::paging::{Course, Paging};
use crate::call::{Answer, RawCall};
use crate::client::ClientCore;
use crate::engine::CallCell;
use crate::error::Error;
use crate::json;
use crate::request::Request;
use crate::response::Response;

/// Reads the items that are there in a body. They may be null.
type ReadItems<T> = fn(&[u8], &str) -> Result<Option<Option<Vec<T>>>, json::JsonError>;

/// How a call is waited for. Whoever does not stay until the answer is there gives the
/// call back.
pub(super) type Wait<'a> = &'a mut dyn FnMut(RawCall) -> Result<Answer, RawCall>;

/// Waits as a future does.
pub(super) fn polling(context: &mut Context<'_>) -> impl FnMut(RawCall) -> Result<Answer, RawCall> {
    |mut call| match call.poll(context) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err(call),
    }
}

/// A list page by page, each with its status and headers: what
/// [`Pages::pages`](crate::Pages::pages) returns.
#[must_use = "nothing is asked for until the pages are"]
pub struct PageByPage<T> {
    client: Arc<ClientCore>,
    course: Course,
    state: State,
    read: ReadItems<T>,
    /// What is left of a page whose first items were taken one by one.
    begun: Option<Response<Vec<T>>>,
    /// How many more items are wanted.
    left: usize,
}

enum State {
    /// Nothing was asked for yet. The first page may be another than the declared
    /// one.
    New(Option<String>),
    Ready(Result<Box<Request>, Error>),
    Asking(RawCall),
    Over,
}

impl<T: PageItem> PageByPage<T> {
    pub(super) fn new(
        client: Arc<ClientCore>,
        request: Request,
        paging: Paging,
        problem: Option<String>,
    ) -> Self {
        Self {
            state: match problem {
                None => State::New(None),
                Some(problem) => State::Ready(Err(Error::request(problem))),
            },
            client,
            course: Course::new(paging, request),
            read: json::find,
            begun: None,
            left: usize::MAX,
        }
    }
}

impl<T> PageByPage<T> {
    /// Goes on behind items that were taken one by one.
    pub(super) fn behind(mut self, begun: Option<Response<Vec<T>>>, left: usize) -> Self {
        self.begun = begun.filter(|page| !page.value().is_empty());
        self.left = left;
        self
    }

    /// Changes the request that all pages continue, or where the first is.
    pub(super) fn adjust(
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
        self.next_page(&mut polling(context))
    }

    /// The next page, as far as it is wanted.
    pub(super) fn next_page(
        &mut self,
        wait: Wait<'_>,
    ) -> Poll<Option<Result<Response<Vec<T>>, Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let page = match self.begun.take() {
            Some(page) => Some(Ok(page)),
            None => ready!(self.ask(wait)),
        };
        Poll::Ready(page.map(|page| {
            page.map(|page| {
                page.map(|mut items| {
                    items.truncate(self.left);
                    self.left -= items.len();
                    items
                })
            })
        }))
    }

    fn ask(&mut self, wait: Wait<'_>) -> Poll<Option<Result<Response<Vec<T>>, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::New(start) => self.state = State::Ready(self.begin(start.as_deref())),
                State::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                State::Ready(Ok(request)) => {
                    let cell = CallCell::new(Arc::clone(&self.client), *request);
                    self.state = State::Asking(RawCall::new(cell, None));
                }
                State::Asking(call) => match wait(call) {
                    Ok(answer) => {
                        return Poll::Ready(Some(
                            answer.and_then(|(cell, answered)| self.page(&cell, answered.response)),
                        ));
                    }
                    Err(call) => {
                        self.state = State::Asking(call);
                        return Poll::Pending;
                    }
                },
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

// Nothing in it is pinned.
impl<T> Unpin for PageByPage<T> {}

impl<T> Stream for PageByPage<T> {
    type Item = Result<Response<Vec<T>>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

impl<T> fmt::Debug for PageByPage<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PageByPage").finish_non_exhaustive()
    }
}
