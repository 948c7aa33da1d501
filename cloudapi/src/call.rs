//! A call that can be adjusted before it runs.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::engine::{CallCell, Handle};
use crate::error::Error;
use crate::outcome::BoxError;
use crate::query;
use crate::request::Request;
use crate::response::Response;
use crate::schedule::Retry;
use crate::value::{Plain, header};

type Read<T> = fn(&Response<Bytes>) -> Result<T, BoxError>;

/// A call of an endpoint: what a method declared as `fn -> Call<T>` returns.
///
/// Nothing happens until it is awaited; then it joins the queue. Before that it
/// can be adjusted. Dropping it while it waits takes it out of the queue, and
/// costs nothing; dropping it while its attempt is under way stops the attempt,
/// though the server may have the request already.
///
/// ```
/// use std::time::Duration;
///
/// use cloudapi::prelude::*;
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// impl Example {
///     #[delete("droplets/{id}")]
///     fn delete(&self, id: u64) -> Call<()>;
/// }
///
/// # async fn run() -> Result<()> {
/// let example = Example::new()?;
/// example.delete(7).deadline(Duration::from_secs(3600)).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is made when it is awaited"]
pub struct Call<T> {
    state: State,
    read: Read<T>,
    value: PhantomData<fn() -> T>,
}

enum State {
    Draft(Arc<CallCell>),
    /// The first problem found when the request was put together.
    Spoilt(Arc<CallCell>, String),
    Waiting(Handle),
    Over,
}

impl<T> Call<T> {
    pub(crate) fn new(cell: CallCell, read: Read<T>, problem: Option<String>) -> Self {
        let cell = Arc::new(cell);
        Self {
            state: match problem {
                None => State::Draft(cell),
                Some(problem) => State::Spoilt(cell, problem),
            },
            read,
            value: PhantomData,
        }
    }

    /// Ends the call, whatever it is doing, once this much time has passed since
    /// it was awaited. A call that cannot have its turn before that fails at
    /// once, and its error says when it could ([`Error::retry_at`]).
    ///
    /// Default: none.
    pub fn deadline(self, after: Duration) -> Self {
        self.adjust(|request| {
            request.options.deadline = Some(after);
            Ok(())
        })
    }

    /// Gives each attempt this much time, from its slot to the end of the
    /// response.
    ///
    /// Default: the `request_timeout` of the endpoint or the client.
    pub fn request_timeout(self, timeout: Duration) -> Self {
        self.adjust(|request| {
            request.options.request_timeout = Some(timeout);
            Ok(())
        })
    }

    /// Decides which failed attempts are tried again.
    ///
    /// Default: the `retry` of the endpoint or the client.
    pub fn retry(self, retry: Retry) -> Self {
        self.adjust(|request| {
            request.options.retry = Some(retry);
            Ok(())
        })
    }

    /// Declares that repeating this request does no harm, whatever its method.
    pub fn idempotent(self) -> Self {
        self.adjust(|request| {
            request.options.idempotent = true;
            Ok(())
        })
    }

    /// Sends a header, in place of any of the same name.
    ///
    /// A name or a value that no header can have ends the call with an error of
    /// the kind [`Request`](crate::ErrorKind::Request) when it is awaited.
    pub fn header(self, name: &str, value: impl fmt::Display) -> Self {
        self.adjust(|request| {
            let (name, value) = header(name, Plain::Shown(&value))?;
            request.headers.insert(name, value);
            Ok(())
        })
    }

    /// Adds a parameter to the query.
    ///
    /// A value that has no place in a query ends the call with an error of the
    /// kind [`Request`](crate::ErrorKind::Request) when it is awaited.
    pub fn query(self, name: &str, value: impl Serialize) -> Self {
        self.adjust(|request| {
            request
                .url
                .query(false, |target| query::append(target, name, &value))
                .map_err(|error| {
                    format!("the query parameter `{name}` cannot be written into a URL: {error}")
                })
        })
    }

    /// A call that has begun is no longer adjusted; it cannot be reached then
    /// without `Pin`, so that is no loss.
    fn adjust(mut self, change: impl FnOnce(&mut Request) -> Result<(), String>) -> Self {
        if let State::Draft(cell) = &mut self.state
            && let Some(cell) = Arc::get_mut(cell)
            && let Err(problem) = change(&mut cell.request)
            && let State::Draft(cell) = std::mem::replace(&mut self.state, State::Over)
        {
            self.state = State::Spoilt(cell, problem);
        }
        self
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let call = self.get_mut();
        loop {
            match std::mem::replace(&mut call.state, State::Over) {
                State::Draft(cell) => call.state = State::Waiting(cell.submit()?),
                State::Spoilt(cell, problem) => {
                    return Poll::Ready(Err(Error::request(problem).of_call(&cell)));
                }
                State::Waiting(handle) => match handle.poll(context) {
                    Poll::Pending => {
                        call.state = State::Waiting(handle);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Ready(Ok(response)) => {
                        return Poll::Ready(decode(&handle.cell, call.read, *response));
                    }
                },
                State::Over => return Poll::Ready(Err(Error::ended_already())),
            }
        }
    }
}

fn decode<T>(cell: &CallCell, read: Read<T>, response: Response<Bytes>) -> Result<T, Error> {
    read(&response).map_err(|source| {
        Error::decode(cell, std::any::type_name::<T>(), source).with_response(response)
    })
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = match &self.state {
            State::Draft(cell) | State::Spoilt(cell, _) => Some(&cell.request),
            State::Waiting(handle) => Some(&handle.cell.request),
            State::Over => None,
        };
        let mut debug = formatter.debug_struct("Call");
        if let Some(request) = request {
            debug.field("method", &request.method);
            debug.field("url", &request.shown_url());
        }
        debug.finish_non_exhaustive()
    }
}
