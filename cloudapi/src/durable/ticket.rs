//! What is left in the caller's hands of a durable call.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::Deserializer;
use serde::de::{DeserializeOwned, Visitor};

use super::outcome::StoredOutcome;
use super::request::StoredRequest;
use crate::client::ClientCore;
use crate::engine::Desk;
use crate::error::{CallInfo, Error, ErrorKind};
use crate::json;
use crate::outcome::BoxError;
use crate::response::Response;
use crate::store::{Job, JobId, JobState, StoreError, StoreErrorKind};

/// The store is asked for the first time after this, and then less and less often.
const SOON: Duration = Duration::from_millis(10);
const SELDOM: Duration = Duration::from_secs(1);

/// So often in a row a store may be out of reach while a result is waited for.
const MISSES: u32 = 30;

/// A durable call that has been stored: what [`Call::enqueue`](crate::Call::enqueue)
/// returns, and [`RestApi::ticket`](crate::RestApi::ticket) in another run of the program.
///
/// Awaiting it waits for its result, however long that takes, and for ever where no worker
/// runs; so does [`result`](Self::result), which leaves the ticket. Dropping it changes
/// nothing: the call is in the store. A clone is a ticket for the same call.
pub struct Ticket<T> {
    client: Arc<ClientCore>,
    desk: Desk,
    id: JobId,
    reader: Reader<T>,
}

/// How the answer is read.
pub(super) struct Reader<T> {
    read: fn(&Response<Bytes>, &str) -> Result<T, BoxError>,
    /// The part of the answer that is wanted; where the call is not known, the store has
    /// it.
    part: Option<&'static str>,
}

impl<T> Reader<T> {
    pub(super) fn of_call(
        read: fn(&Response<Bytes>, &str) -> Result<T, BoxError>,
        part: &'static str,
    ) -> Self {
        let part = Some(part);
        Self { read, part }
    }
}

impl<T: DeserializeOwned> Reader<T> {
    /// As JSON. Where there is nothing it is null, which `()` and `Option` can be. Who
    /// wants nothing is not bothered by what is there, as with the call itself.
    fn of_json() -> Self {
        Self {
            read: |response, part| {
                if let Ok(nothing) = T::deserialize(Unread) {
                    return Ok(nothing);
                }
                let is_nothing = response.is_absent() || response.value().is_empty();
                let (body, part) = match is_nothing {
                    true => (&b"null"[..], ""),
                    false => (&**response.value(), part),
                };
                Ok(json::read(body, part)?)
            },
            part: None,
        }
    }
}

/// What only `()` can be read from.
struct Unread;

impl<'de> Deserializer<'de> for Unread {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("there is more to it"))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

// Derived, it would demand the same of `T`.
impl<T> Clone for Ticket<T> {
    fn clone(&self) -> Self {
        let Reader { read, part } = self.reader;
        Self {
            client: Arc::clone(&self.client),
            desk: self.desk.clone(),
            id: self.id,
            reader: Reader { read, part },
        }
    }
}

impl<T> Ticket<T> {
    pub(super) const fn new(
        client: Arc<ClientCore>,
        desk: Desk,
        id: JobId,
        reader: Reader<T>,
    ) -> Self {
        Self {
            client,
            desk,
            id,
            reader,
        }
    }

    /// The name of the call, by which it is found again: `api.ticket(id)`.
    #[must_use]
    pub const fn id(&self) -> JobId {
        self.id
    }

    /// Waits for the result, asking the store once a second at last.
    ///
    /// # Errors
    ///
    /// That of the call, if it failed; its attempts are those of its last series.
    /// Otherwise by its kind: [`UnknownOutcome`](ErrorKind::UnknownOutcome) and
    /// [`Parked`](ErrorKind::Parked), if a person has to look at it, after which it can be
    /// asked for once more; [`Cancelled`](ErrorKind::Cancelled);
    /// [`Decode`](ErrorKind::Decode), if the answer cannot be read, or if a person has
    /// settled the call as done, when nobody has it;
    /// [`Store`](ErrorKind::Store), if the store cannot be reached for about half a
    /// minute, or has forgotten the call, which it does some days after it ended.
    pub async fn result(&self) -> Result<T, Error> {
        let job = self.ended().await?;
        let response = self.answer(&job)?;
        let stored = StoredRequest::read(&job.new.request).ok();
        let part = self
            .reader
            .part
            .or(stored.as_ref().map(|stored| &*stored.part));
        let read = (self.reader.read)(&response, part.unwrap_or_default());
        read.map_err(|source| {
            let wanted = std::any::type_name::<T>();
            Error::misread(wanted, source, response, self.call(&job))
        })
    }

    /// Waits for the answer, and leaves it as the server sent it, without its cookies.
    ///
    /// # Errors
    ///
    /// As [`result`](Self::result), but that it is not read.
    pub async fn response(&self) -> Result<Response<Bytes>, Error> {
        let job = self.ended().await?;
        self.answer(&job)
    }

    /// Where the call is now.
    ///
    /// # Errors
    ///
    /// Of the kind [`Store`](ErrorKind::Store), if the store cannot be reached, or has
    /// forgotten the call.
    pub async fn status(&self) -> Result<Job, Error> {
        self.job().await.map_err(Error::of_store)
    }

    /// Cancels the call, unless it is over. One that a worker has sent ends as the server
    /// answers, and is only not tried again. Tells the state in which it was.
    ///
    /// # Errors
    ///
    /// Of the kind [`Store`](ErrorKind::Store), if the call is over, and as
    /// [`status`](Self::status).
    pub async fn cancel(&self) -> Result<JobState, Error> {
        let id = self.id;
        let cancelled = self.desk.ask(move |store| store.cancel(id)).await;
        cancelled.map_err(Error::of_store)
    }

    async fn job(&self) -> Result<Job, StoreError> {
        let id = self.id;
        let job = self.desk.ask(move |store| store.job(id)).await?;
        job.ok_or_else(|| StoreError::not_found(id))
    }

    /// The job, once no worker has to do with it any more.
    async fn ended(&self) -> Result<Job, Error> {
        let (mut wait, mut misses) = (SOON, 0);
        loop {
            match self.job().await {
                Ok(job) if !is_open(job.state) => return Ok(job),
                Ok(_) => misses = 0,
                Err(error) if error.kind() == StoreErrorKind::Unavailable && misses < MISSES => {
                    misses += 1;
                }
                Err(error) => return Err(Error::of_store(error)),
            }
            if tokio::runtime::Handle::try_current().is_err() {
                return Err(Error::no_runtime_to_wait_on());
            }
            self.desk.sleep(wait).await;
            wait = (wait * 2).min(SELDOM);
        }
    }

    fn answer(&self, job: &Job) -> Result<Response<Bytes>, Error> {
        if let (JobState::Done | JobState::Failed | JobState::Unknown, Some(result)) =
            (job.state, &job.result)
        {
            return StoredOutcome::read(result, &self.client);
        }
        let reason = job.reason.as_deref().unwrap_or("nobody has said why");
        let (kind, message) = match job.state {
            JobState::Done => (
                ErrorKind::Decode,
                format!("it is done, and its answer is not known: {reason}"),
            ),
            JobState::Unknown => (ErrorKind::UnknownOutcome, reason.to_owned()),
            JobState::Parked => (ErrorKind::Parked, format!("no worker can do it: {reason}")),
            JobState::Failed => (
                ErrorKind::Cancelled,
                format!("it has had no effect, and shall have none: {reason}"),
            ),
            _ => (ErrorKind::Cancelled, "it was cancelled".to_owned()),
        };
        Err(Error::durable(kind, message, self.call(job)))
    }

    /// The call, for errors.
    fn call(&self, job: &Job) -> Option<CallInfo> {
        let stored = StoredRequest::read(&job.new.request).ok()?;
        let method = Method::from_bytes(stored.method.as_bytes()).ok()?;
        let elapsed = job.changed.duration_since(job.created).unwrap_or_default();
        Some(CallInfo::new(
            method,
            stored.shown_url(&self.client),
            elapsed,
        ))
    }
}

/// A ticket for a call of another run, whose answer is read as JSON.
pub(crate) fn ticket<T: DeserializeOwned>(
    client: &Arc<ClientCore>,
    id: JobId,
) -> Result<Ticket<T>, Error> {
    let desk = super::desk(client)?;
    Ok(Ticket::new(Arc::clone(client), desk, id, Reader::of_json()))
}

/// Whether a worker has yet to do with it.
const fn is_open(state: JobState) -> bool {
    matches!(
        state,
        JobState::Waiting | JobState::Claimed | JobState::Sent
    )
}

impl<T: 'static> IntoFuture for Ticket<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.result().await })
    }
}

impl<T> fmt::Debug for Ticket<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Ticket").field(&self.id).finish()
    }
}
