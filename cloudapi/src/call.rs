//! A call that can be adjusted before it runs.

mod until;
#[cfg(feature = "blocking")]
mod wait;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use serde::Serialize;

use crate::body;
use crate::decode::Read;
#[cfg(feature = "blocking")]
use crate::engine::Clock;
use crate::engine::{Answered, CallCell, Handle};
use crate::error::Error;
use crate::request::Request;
use crate::schedule::{Priority, Retry};
use crate::value::ToPlain;
use crate::watch::{Link, Watch};

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
    raw: RawCall,
    read: Read<T>,
    value: PhantomData<fn() -> T>,
}

/// A call whose response has yet to be read.
pub(crate) struct RawCall {
    state: State,
    /// Where those look who watch the call.
    link: Option<Arc<Link>>,
}

/// The response, and the call that it answers.
pub(crate) type Answer = Result<(Arc<CallCell>, Box<Answered>), Error>;

enum State {
    Draft(Arc<CallCell>),
    /// The first problem found when the request was put together.
    Spoilt(Arc<CallCell>, String),
    Waiting(Handle),
    Over,
}

impl<T> Call<T> {
    pub(crate) fn new(cell: CallCell, read: Read<T>, problem: Option<String>) -> Self {
        Self {
            raw: RawCall::new(cell, problem),
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

    /// Says how much the call matters to those that wait with it.
    ///
    /// Default: the `priority` of the endpoint or the client.
    pub fn priority(self, priority: Priority) -> Self {
        self.adjust(|request| {
            request.options.priority = Some(priority);
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

    /// Sends a header, in place of any of the same name. The value is anything that
    /// implements `Display`, or a [`Secret`](crate::Secret), which is not shown.
    ///
    /// A name or a value that no header can have, and a header that the transport
    /// writes itself, such as `Host` or `Content-Length`, end the call with an error of
    /// the kind [`Request`](crate::ErrorKind::Request) when it is awaited. So does
    /// `Content-Type` for a form of several parts, whose boundary it names.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is given as it is at hand, a number for instance"
    )]
    pub fn header(self, name: &str, value: impl ToPlain) -> Self {
        self.adjust(|request| request.set_header(name, &value))
    }

    /// Adds a parameter to the query.
    ///
    /// A value that has no place in a query ends the call with an error of the
    /// kind [`Request`](crate::ErrorKind::Request) when it is awaited.
    pub fn query(self, name: &str, value: impl Serialize) -> Self {
        self.adjust(|request| request.url.add(name, &value))
    }

    /// Sends this key with every attempt, in place of one made for the call, and
    /// declares that repeating the request does no harm: the server sees to it.
    ///
    /// Default: as the endpoint declares; the header is `Idempotency-Key` if it
    /// declares none. What makes several calls, as [`until`](Self::until) does, takes
    /// no key: to all of them the server would say what it said to the first.
    pub fn idempotency_key(self, key: &str) -> Self {
        self.adjust(|request| {
            request.set_header(request.key_header(), &key)?;
            request.options.idempotent = true;
            Ok(())
        })
    }

    /// A view of the call for others, while it is awaited: its place in the line, its
    /// attempts so far, when the next one is.
    ///
    /// With [`until`](Self::until) and [`until_part`](Self::until_part) it is that of the
    /// call that is being made of all those. What is enqueued is not awaited here; its
    /// `Ticket` tells where it is.
    ///
    /// ```
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
    /// # let example = Example::new()?;
    /// let mut call = example.delete(7);
    /// let watch = call.watch();
    /// let answer = tokio::spawn(call);
    /// // `waiting, 3 before it; next attempt in 30.0 s`
    /// println!("{}", watch.status());
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(&mut self) -> Watch {
        Watch(Arc::clone(self.raw.link.get_or_insert_default()))
    }

    pub(crate) const fn cell(&self) -> Option<&Arc<CallCell>> {
        self.raw.cell()
    }

    /// What is to be sent, and how the answer is read; if the call has not begun.
    #[cfg(feature = "store")]
    pub(crate) fn into_draft(self) -> Result<(Arc<CallCell>, Read<T>), Error> {
        match self.raw.state {
            State::Draft(cell) => Ok((cell, self.read)),
            State::Spoilt(cell, problem) => Err(Error::request(problem).of_call(&cell)),
            State::Waiting(_) | State::Over => Err(Error::ended_already()),
        }
    }

    fn adjust(mut self, change: impl FnOnce(&mut Request) -> Result<(), String>) -> Self {
        self.raw.adjust(change);
        self
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let call = self.get_mut();
        let read = call.read;
        let answer = ready!(call.raw.poll(context));
        Poll::Ready(answer.and_then(|(cell, answered)| decode(&cell, read, *answered)))
    }
}

impl RawCall {
    pub(crate) fn new(cell: CallCell, problem: Option<String>) -> Self {
        let cell = Arc::new(cell);
        Self {
            state: match problem {
                None => State::Draft(cell),
                Some(problem) => State::Spoilt(cell, problem),
            },
            link: None,
        }
    }

    /// A call that has begun is no longer adjusted; it cannot be reached then
    /// without `Pin`, so that is no loss.
    fn adjust(&mut self, change: impl FnOnce(&mut Request) -> Result<(), String>) {
        if let State::Draft(cell) = &mut self.state
            && let Some(cell) = Arc::get_mut(cell)
            && let Err(problem) = change(&mut cell.request)
            && let State::Draft(cell) = std::mem::replace(&mut self.state, State::Over)
        {
            self.state = State::Spoilt(cell, problem);
        }
    }

    /// The time that the call runs in, until it has ended.
    #[cfg(feature = "blocking")]
    pub(crate) fn clock(&self) -> Option<&Clock> {
        self.cell().map(|cell| cell.client.scope().clock())
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Answer> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Draft(cell) => {
                // Before that the cell may have no other owner, not even a weak one.
                let handle = cell.submit(context.waker())?;
                if let Some(link) = &self.link {
                    link.lead_to(&handle.cell);
                }
                self.state = State::Waiting(handle);
                Poll::Pending
            }
            State::Spoilt(cell, problem) => {
                Poll::Ready(Err(Error::request(problem).of_call(&cell)))
            }
            State::Waiting(handle) => match handle.poll(context) {
                Poll::Pending => {
                    self.state = State::Waiting(handle);
                    Poll::Pending
                }
                Poll::Ready(answer) => {
                    Poll::Ready(answer.map(|answered| (Arc::clone(&handle.cell), answered)))
                }
            },
            State::Over => Poll::Ready(Err(Error::ended_already())),
        }
    }

    const fn cell(&self) -> Option<&Arc<CallCell>> {
        match &self.state {
            State::Draft(cell) | State::Spoilt(cell, _) => Some(cell),
            State::Waiting(handle) => Some(&handle.cell),
            State::Over => None,
        }
    }
}

fn decode<T>(cell: &CallCell, read: Read<T>, answered: Answered) -> Result<T, Error> {
    let Answered { response, body } = answered;
    match read {
        Read::Whole(read) => read(&response, cell.request.options.part)
            .map_err(|source| Error::decode(cell, std::any::type_name::<T>(), source, response)),
        Read::Streamed(read) => {
            let body = body.map(|body| {
                body.watched(|length| body::Watch::new(cell, response.clone(), length))
            });
            Ok(read(response.map(|_| body)))
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Call");
        if let Some(cell) = self.cell() {
            debug.field("method", &cell.request.method);
            debug.field("url", &cell.request.shown_url());
        }
        debug.finish_non_exhaustive()
    }
}
