#![doc = include_str!("../docs/crate.md")]

mod auth;
mod baseurl;
#[cfg(feature = "blocking")]
mod blocking;
mod body;
mod call;
mod client;
mod credentials;
mod decode;
mod details;
#[cfg(feature = "store")]
mod durable;
mod endpoint;
mod engine;
mod error;
mod fields;
mod header;
mod json;
mod outcome;
mod pages;
mod query;
mod redirect;
mod request;
mod response;
mod returns;
mod schedule;
mod setters;
mod settings;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
mod url_text;
mod value;
mod watch;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use bytes::Bytes;
pub use http;

#[doc = include_str!("../docs/rest_api.md")]
pub use cloudapi_derive::rest_api;

/// Re-exports an endpoint macro with its documentation.
macro_rules! endpoint_macro {
    ($($verb:ident: $($summary:literal)+;)*) => {$(
        $(#[doc = $summary])+
        #[doc = ""]
        #[doc = include_str!("../docs/endpoint.md")]
        pub use cloudapi_derive::$verb;
    )*};
}

endpoint_macro! {
    get: "Declares an endpoint that is asked with GET: it reads, and can be repeated without harm.";
    post: "Declares an endpoint that is asked with POST: it does something, and is not repeated \
           unless it is declared `idempotent` or was certainly not processed.";
    put: "Declares an endpoint that is asked with PUT: it replaces, and can be repeated without \
          harm.";
    patch: "Declares an endpoint that is asked with PATCH: it changes a part, and is not repeated \
            unless it is declared `idempotent` or was certainly not processed.";
    delete: "Declares an endpoint that is asked with DELETE: it removes, and can be repeated \
             without harm.";
    head: "Declares an endpoint that is asked with HEAD: a GET without the body.";
    options: "Declares an endpoint that is asked with OPTIONS.";
}

pub use crate::auth::Secret;
pub use crate::body::{Body, Multipart, Part, RequestBody};
pub use crate::call::Call;
pub use crate::client::RestApi;
pub use crate::credentials::{Credential, CredentialFuture, Credentials};
pub use crate::details::ErrorBody;
#[cfg(feature = "store")]
pub use crate::durable::{DurableApi, Jobs, Ticket, WorkReport, Worker};
pub use crate::error::{AttemptOutcome, AttemptRecord, Error, ErrorKind, Result};
pub use crate::outcome::{BoxError, Failure, TransportError};
pub use crate::pages::{PageByPage, Pages};
pub use crate::response::{FromResponse, Response};
pub use crate::schedule::{Priority, Rate, Retry, StoreDown, WhenFull};
#[cfg(feature = "tower")]
pub use crate::transport::Tower;
pub use crate::transport::{Transport, TransportFuture};
pub use crate::value::IntoBody;
#[cfg(feature = "progress")]
pub use crate::watch::Progress;
pub use crate::watch::{
    CallPhase, CallStatus, Event, EventKind, Events, Outage, Shutdown, ShutdownReport, Status,
    StoreOutage, Waits, Watch,
};

/// What servers say about the pace, and how vendors differ in saying it.
///
/// `#[rest_api(vendor = "github", ..)]` reads responses as GitHub means them; so
/// for `digitalocean`, `cloudflare`, `hetzner` and `stripe`. Without it the
/// standards count: `Retry-After`, 429, `RateLimit` and the fields of its older
/// drafts. What a server says only ever slows a client down.
///
/// A profile of your own overrides what its vendor does differently:
///
/// ```
/// use cloudapi::prelude::*;
/// use cloudapi::vendor::{ResetUnit, ResponseView, VendorProfile};
///
/// /// Refuses with a 420, and counts resets in milliseconds.
/// #[derive(Debug)]
/// struct Calm;
///
/// impl VendorProfile for Calm {
///     fn is_refusal(&self, response: &ResponseView<'_>) -> bool {
///         response.status().as_u16() == 420
///     }
///
///     fn reset_unit(&self) -> ResetUnit {
///         ResetUnit::Milliseconds
///     }
/// }
///
/// #[rest_api(baseurl = "https://api.example.com/", vendor = Calm)]
/// struct Example;
/// # fn main() -> Result<()> {
/// # Example::new()?;
/// # Ok(())
/// # }
/// ```
pub mod vendor {
    pub use crate::schedule::{
        Budget, Cloudflare, DigitalOcean, GitHub, Hetzner, Partition, Refill, ResetUnit,
        ResponseView, Said, Standard, Stripe, Unreadable, VendorProfile,
    };
}

/// What a declaration needs, in one line: `use cloudapi::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Call, ErrorKind, Pages, Priority, Response, RestApi, Result, Retry, Secret, delete, get,
        head, options, patch, post, put, rest_api,
    };
}
