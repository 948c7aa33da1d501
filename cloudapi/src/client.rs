//! One API's client: what all its calls share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};

use crate::engine::{Membership, Scope};
use crate::request::Request;
use crate::schedule::{Retry, Terms};
use crate::transport::{AnyTransport, Outgoing};

/// A struct that is marked [`#[rest_api]`](macro@crate::rest_api).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a cloudapi client",
    label = "its methods cannot be endpoints",
    note = "put `#[rest_api(baseurl = \"https://..\")]` on the struct `{Self}`"
)]
pub trait RestApi {
    #[doc(hidden)]
    fn __client(&self) -> &Client;
}

/// What the macro puts into the struct. A clone is the same client.
#[derive(Clone)]
pub struct Client(Arc<ClientCore>);

impl Client {
    pub(crate) fn new(core: ClientCore) -> Self {
        Self(Arc::new(core))
    }

    pub(crate) fn core(&self) -> &ClientCore {
        &self.0
    }

    pub(crate) fn into_core(self) -> Arc<ClientCore> {
        self.0
    }

    #[cfg(test)]
    pub(crate) fn shares_scope_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.0.scope(), other.0.scope())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Client")
            .field(&self.0.baseurl)
            .finish()
    }
}

#[derive(Debug)]
pub(crate) struct ClientCore {
    membership: Membership,
    transport: AnyTransport,
    baseurl: String,
    /// What is sent with every request, credentials included.
    headers: HeaderMap,
    terms: ClientTerms,
}

/// How the calls of a client are treated, unless they say otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientTerms {
    pub(crate) schedule: Terms,
    pub(crate) request_timeout: Duration,
    pub(crate) maximum_response_size: u64,
    pub(crate) retry: Retry,
}

impl ClientCore {
    pub(crate) const fn new(
        membership: Membership,
        transport: AnyTransport,
        baseurl: String,
        headers: HeaderMap,
        terms: ClientTerms,
    ) -> Self {
        Self {
            membership,
            transport,
            baseurl,
            headers,
            terms,
        }
    }

    pub(crate) const fn scope(&self) -> &Arc<Scope> {
        self.membership.scope()
    }

    pub(crate) const fn transport(&self) -> &AnyTransport {
        &self.transport
    }

    /// Ends with a slash.
    pub(crate) fn baseurl(&self) -> &str {
        &self.baseurl
    }

    pub(crate) const fn terms(&self) -> &ClientTerms {
        &self.terms
    }

    /// What goes out in one attempt. The request stays as it is for the next.
    pub(crate) fn outgoing(&self, request: &Request) -> Outgoing {
        let mut headers = self.headers.clone();
        if request.options.json {
            headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        }
        // What the call says itself replaces what is said for all.
        for name in request.headers.keys() {
            headers.remove(name);
        }
        for (name, value) in &request.headers {
            headers.append(name.clone(), value.clone());
        }
        Outgoing {
            method: request.method.clone(),
            url: request.url.as_str().to_owned(),
            headers,
            body: request.body.clone(),
        }
    }
}
