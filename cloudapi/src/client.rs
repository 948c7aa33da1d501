//! One API's client: what all its calls share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::auth::Text;
use crate::body::Source;
use crate::details::{self, Details, ReadDetails};
use crate::endpoint::{Endpoint, Template};
use crate::engine::{Membership, Renewal, Scope};
use crate::redirect::Hop;
use crate::request::Request;
use crate::response::Response;
use crate::schedule::{Priority, Retry, Terms, VendorProfile};
use crate::transport::{AnyTransport, Outgoing};
use crate::url_text::UrlText;
use crate::watch::{Closing, Events, How, Shutdown, Status};

/// A struct that is marked [`#[rest_api]`](macro@crate::rest_api).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a cloudapi client",
    label = "not marked `#[rest_api]`",
    note = "put `#[rest_api(baseurl = \"https://..\")]` on the struct `{Self}`"
)]
pub trait RestApi {
    #[doc(hidden)]
    fn __client(&self) -> &Client;

    /// How the gate of this client and its queue are doing, with the calls of all
    /// clients that share them: who waits, since when nothing goes, when all will be
    /// done.
    ///
    /// ```
    /// use cloudapi::prelude::*;
    ///
    /// #[rest_api(baseurl = "https://api.example.com/")]
    /// struct Example;
    ///
    /// # fn main() -> Result<()> {
    /// let example = Example::new()?;
    /// // `12 waiting, 3 backing off, 2 in flight; next slot in 4.2 s; done in about 2 min`
    /// println!("{}", example.status());
    /// # Ok(())
    /// # }
    /// ```
    fn status(&self) -> Status {
        self.__client().core().scope().status()
    }

    /// What happens from now on to the calls of the gate, of all clients that share
    /// it.
    ///
    /// Where nobody listens, nothing is made for it.
    fn events(&self) -> Events {
        self.__client().core().scope().events()
    }

    /// Takes no more calls, and waits for all that were made to end as they do, with
    /// their retries.
    ///
    /// It holds for this client, its clones, and the structs that `extends` it; other
    /// clients of the same gate go on. A call that is made then ends at once with an
    /// error of the kind [`Shutdown`](crate::ErrorKind::Shutdown). It cannot be undone:
    /// make a new client.
    ///
    /// The future needs no tokio runtime, and may be dropped: what it began goes on.
    fn drain(&self) -> Shutdown {
        Shutdown::new(self.__client().core().clone(), How::Drain)
    }

    /// Takes no more calls, and ends those that were made: each is answered, once.
    ///
    /// What waits ends at once, with an error of the kind
    /// [`Shutdown`](crate::ErrorKind::Shutdown). An attempt that is under way may take
    /// as long as `grace`; it is not retried. What is under way after that is stopped:
    /// its call ends with such an error too, or, if it may have taken effect and
    /// repeating it could do harm, with one of the kind
    /// [`UnknownOutcome`](crate::ErrorKind::UnknownOutcome).
    ///
    /// It holds for this client, its clones, and the structs that `extends` it; other
    /// clients of the same gate go on. It may be called again, also after
    /// [`drain`](Self::drain): the shortest time counts, and each gets the report of
    /// all. It cannot be undone: make a new client.
    ///
    /// The future needs no tokio runtime, and may be dropped: what it began goes on.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudapi::prelude::*;
    ///
    /// #[rest_api(baseurl = "https://api.example.com/")]
    /// struct Example;
    ///
    /// # async fn run() -> Result<()> {
    /// let example = Example::new()?;
    /// let report = example.shutdown(Duration::from_secs(10)).await;
    /// eprintln!("{report}");
    /// # Ok(())
    /// # }
    /// ```
    fn shutdown(&self, grace: Duration) -> Shutdown {
        Shutdown::new(self.__client().core().clone(), How::Shutdown(grace))
    }

    /// A worker for the durable calls of this client, which others or an earlier run of
    /// the program have [enqueued](crate::Call::enqueue). It works once it is awaited.
    ///
    /// It knows the endpoints of this struct. Those that `extends` it, and the one that it
    /// extends, have the same queue and endpoints of their own: give it all of them by
    /// [`also`](crate::Worker::also), else their calls are parked.
    #[cfg(feature = "store")]
    fn work(&self) -> crate::Worker
    where
        Self: crate::DurableApi + Sized,
    {
        crate::durable::worker(self)
    }

    /// The durable calls of this client: those that wait, and what became of the others.
    ///
    /// # Errors
    ///
    /// Of the kind [`Settings`](crate::ErrorKind::Settings), if the client has no store.
    #[cfg(feature = "store")]
    fn jobs(&self) -> crate::error::Result<crate::Jobs> {
        crate::Jobs::of(self.__client().core())
    }

    /// The ticket of a durable call that was enqueued before, perhaps in another run of the
    /// program.
    ///
    /// The answer is read as JSON, of which `T` is what the endpoint declares, without what
    /// it unwraps; as `()` it is not read at all. Where there is none, as after a 204 or a
    /// 404, it is read as null, which `Option` can be. For anything else there is
    /// [`Ticket::response`](crate::Ticket::response).
    ///
    /// ```
    /// use cloudapi::prelude::*;
    /// use cloudapi::store::JobId;
    ///
    /// # #[derive(serde::Deserialize)]
    /// # struct Droplet;
    /// # async fn run(example: &impl RestApi) -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// let id: JobId = std::env::args().nth(1).unwrap_or_default().parse()?;
    /// let droplet = example.ticket::<Droplet>(id)?.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Of the kind [`Settings`](crate::ErrorKind::Settings), if the client has no store.
    /// Whether the store knows the call is found out when the ticket is used.
    #[cfg(feature = "store")]
    fn ticket<T: serde::de::DeserializeOwned>(
        &self,
        id: crate::store::JobId,
    ) -> crate::error::Result<crate::Ticket<T>> {
        crate::durable::ticket(self.__client().core(), id)
    }

    /// Draws on stderr how far the calls of the gate are, until the guard is dropped:
    /// a bar, and what the calls wait for; plain lines where stderr is no terminal.
    #[cfg(feature = "progress")]
    fn progress(&self) -> crate::Progress {
        crate::Progress::start(self.__client().core().scope())
    }
}

/// What the macro puts into the struct. A clone is the same client.
#[derive(Clone)]
pub struct Client {
    core: Arc<ClientCore>,
    /// Between the base URL and the paths of the endpoints; none, or with a slash at
    /// its end.
    path: Option<Arc<Box<str>>>,
}

impl Client {
    pub(crate) fn new(core: ClientCore) -> Self {
        Self {
            core: Arc::new(core),
            path: None,
        }
    }

    /// A part of another client's API: the same in all but the path.
    #[must_use]
    pub fn extend(parent: &Self, path: &str) -> Self {
        let path = format!("{}{path}", parent.path()).into_boxed_str();
        Self {
            core: Arc::clone(&parent.core),
            path: (!path.is_empty()).then(|| Arc::new(path)),
        }
    }

    pub(crate) const fn core(&self) -> &Arc<ClientCore> {
        &self.core
    }

    pub(crate) fn path(&self) -> &str {
        self.path.as_ref().map_or("", |path| path)
    }

    pub(crate) fn template(&self, endpoint: &'static Endpoint) -> Template {
        let prefix = self.path.clone();
        Template { endpoint, prefix }
    }

    #[cfg(test)]
    pub(crate) fn shares_scope_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.core.scope(), other.core.scope())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = format!("{}{}", self.core.baseurl, self.path());
        formatter.debug_tuple("Client").field(&url).finish()
    }
}

#[derive(Debug)]
pub(crate) struct ClientCore {
    membership: Membership,
    transport: AnyTransport,
    /// Ends with a slash.
    baseurl: Url,
    /// What is sent with every request, credentials included.
    headers: HeaderMap,
    /// The same, for requests that ask for JSON.
    json_headers: HeaderMap,
    /// Those that say nothing of who we are, for other servers.
    open_headers: HeaderMap,
    /// Query parameters that are sent with every request.
    query: Vec<(&'static str, Text)>,
    terms: ClientTerms,
    reading: Reading,
    renewal: Option<Renewal>,
    closing: Closing,
    #[cfg(feature = "store")]
    queue: Option<Queue>,
}

/// Where the durable calls of a client wait.
#[cfg(feature = "store")]
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) store: crate::store::StoreHandle,
    pub(crate) name: String,
}

/// What all requests of a client have in common.
#[derive(Debug, Default)]
pub(crate) struct Common {
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(&'static str, Text)>,
}

/// What responses mean, where servers differ in it.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) details: Option<ReadDetails>,
    pub(crate) vendor: Arc<dyn VendorProfile>,
}

/// How the calls of a client are treated, unless they say otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientTerms {
    pub(crate) schedule: Terms,
    pub(crate) request_timeout: Duration,
    pub(crate) maximum_response_size: u64,
    pub(crate) retry: Retry,
    pub(crate) priority: Priority,
}

impl ClientCore {
    pub(crate) fn new(
        membership: Membership,
        transport: AnyTransport,
        baseurl: Url,
        common: Common,
        terms: ClientTerms,
        reading: Reading,
        renewal: Option<Renewal>,
    ) -> Self {
        let Common { headers, query } = common;
        let mut json_headers = headers.clone();
        json_headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let open_headers = [USER_AGENT, ACCEPT]
            .into_iter()
            .filter_map(|name| {
                let value = json_headers.get(&name)?.clone();
                Some((name, value))
            })
            .collect();
        Self {
            membership,
            transport,
            baseurl,
            headers,
            json_headers,
            open_headers,
            query,
            terms,
            reading,
            renewal,
            closing: Closing::default(),
            #[cfg(feature = "store")]
            queue: None,
        }
    }

    /// The same with a queue for durable calls.
    #[cfg(feature = "store")]
    pub(crate) fn with_queue(mut self, queue: Option<Queue>) -> Self {
        self.queue = queue;
        self
    }

    #[cfg(feature = "store")]
    pub(crate) fn queue(&self) -> Result<&Queue, crate::error::Error> {
        self.queue.as_ref().ok_or_else(|| {
            crate::error::Error::settings(
                "this client has no store: give its builder one of `cloudapi::store`, as in \
                 `.store(SqliteStore::open(\"calls.db\")?)`"
                    .to_owned(),
            )
        })
    }

    /// Whether it takes calls.
    pub(crate) const fn closing(&self) -> &Closing {
        &self.closing
    }

    /// Adds the query parameters of all requests, unless a URL that came from
    /// the server has them already.
    pub(crate) fn add_query(&self, url: &mut UrlText) -> Result<(), String> {
        for (name, text) in &self.query {
            if !url.has(name) {
                text.append_to(url, name)?;
            }
        }
        Ok(())
    }

    /// Those parameters as they stand in a URL.
    #[cfg(feature = "store")]
    pub(crate) fn common_query(&self) -> Vec<String> {
        let pairs = self.query.iter().filter_map(|(name, text)| {
            let mut pair = String::new();
            let text = text.finish().ok()?;
            crate::query::append(&mut pair, name, text).ok()?;
            Some(pair)
        });
        pairs.collect()
    }

    /// What the vendor says in the body of an error response.
    pub(crate) fn details(&self, response: &Response<Bytes>) -> Option<Box<dyn Details>> {
        let read = self.reading.details?;
        details::unless_it_panics(|| read(response.value())).flatten()
    }

    pub(crate) const fn scope(&self) -> &Arc<Scope> {
        self.membership.scope()
    }

    /// The credentials, if they are such as are renewed.
    pub(crate) const fn renewal(&self) -> Option<&Renewal> {
        self.renewal.as_ref()
    }

    /// How the responses are read.
    pub(crate) fn vendor(&self) -> &dyn VendorProfile {
        &*self.reading.vendor
    }

    pub(crate) const fn transport(&self) -> &AnyTransport {
        &self.transport
    }

    /// Ends with a slash.
    pub(crate) const fn baseurl(&self) -> &Url {
        &self.baseurl
    }

    pub(crate) const fn terms(&self) -> &ClientTerms {
        &self.terms
    }

    /// What goes out in an attempt.
    pub(crate) fn outgoing<'a>(&'a self, request: &'a Request) -> Outgoing<'a> {
        Outgoing {
            method: &request.method,
            baseurl: &self.baseurl,
            url: request.url.as_str(),
            common_headers: self.common_headers(request),
            headers: &request.headers,
            credential: None,
            body: &request.body,
            maximum_response_size: self.terms.maximum_response_size,
        }
    }

    /// What goes out in an attempt after a redirect. The credentials of the
    /// client stay with its server.
    pub(crate) fn outgoing_to<'a>(&'a self, hop: &'a Hop, request: &'a Request) -> Outgoing<'a> {
        static NO_BODY: Source = Source::EMPTY;
        Outgoing {
            method: &hop.method,
            baseurl: &hop.url,
            url: hop.url.as_str(),
            common_headers: if hop.is_at_home {
                self.common_headers(request)
            } else {
                &self.open_headers
            },
            headers: &hop.headers,
            credential: None,
            body: if hop.has_body {
                &request.body
            } else {
                &NO_BODY
            },
            maximum_response_size: self.terms.maximum_response_size,
        }
    }

    fn common_headers(&self, request: &Request) -> &HeaderMap {
        if request.options.json {
            &self.json_headers
        } else {
            &self.headers
        }
    }
}
