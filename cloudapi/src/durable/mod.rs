//! Calls that outlive the process that makes them.

mod bench;
mod enqueue;
mod errand;
mod jobs;
mod outcome;
mod report;
mod request;
mod rests;
mod shift;
mod step;
mod stored;
mod ticket;
mod watchman;
mod worker;

use bytes::Bytes;

pub use self::jobs::Jobs;
pub use self::report::WorkReport;
use self::request::StoredRequest;
pub use self::ticket::Ticket;
pub(crate) use self::ticket::ticket;
pub use self::worker::Worker;
pub(crate) use self::worker::worker;
use crate::client::{ClientCore, RestApi};
use crate::endpoint::Endpoint;
use crate::engine::Desk;
use crate::error::Error;
use crate::store::{Job, Settlement};

/// A client with endpoints whose calls can be [enqueued](crate::Call::enqueue): one that
/// has an `impl` block marked `#[rest_api(durable)]`.
///
/// What it declares is what [`RestApi::work`] can carry out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no durable endpoints",
    label = "nothing of it can be worked on",
    note = "mark the `impl` block that declares them `#[rest_api(durable)]`"
)]
pub trait DurableApi: RestApi {
    #[doc(hidden)]
    const __ENDPOINTS: &'static [&'static Endpoint];
}

impl Job {
    /// The body that the call sends, by which it can be told from others; `None`, if
    /// this program cannot read what is stored.
    #[must_use]
    pub fn body(&self) -> Option<Bytes> {
        StoredRequest::read(&self.new.request).ok()?.body().ok()
    }

    /// The path and the query that it asks for, after the base URL; `None`, if this
    /// program cannot read what is stored.
    #[must_use]
    pub fn path_and_query(&self) -> Option<String> {
        Some(StoredRequest::read(&self.new.request).ok()?.url)
    }
}

impl Settlement {
    /// It had taken effect, and this is the answer: `body` as the server would have sent
    /// it, in JSON, with all that the endpoint unwraps. `reason` says how that is known.
    ///
    /// ```
    /// use cloudapi::store::Settlement;
    ///
    /// let body = r#"{"droplet": {"id": 7}}"#;
    /// let settlement = Settlement::answered(body, "there is a droplet of this name");
    /// ```
    #[must_use]
    pub fn answered(body: impl AsRef<[u8]>, reason: impl Into<String>) -> Self {
        Self::Done {
            result: outcome::StoredOutcome::found(body.as_ref()).write(),
            reason: reason.into(),
        }
    }
}

/// Where the store of a client is asked.
fn desk(client: &ClientCore) -> Result<Desk, Error> {
    let store = client.queue()?.store.clone();
    Ok(Desk::new(store, client.scope().clock().clone()))
}
