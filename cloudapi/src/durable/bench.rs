//! What a worker knows of: clients, and the endpoints that they declare.

use std::sync::Arc;

use super::request::StoredRequest;
use crate::client::{Client, ClientCore, Queue};
use crate::endpoint::{Endpoint, Template};
use crate::request::Request;
use crate::schedule::LaneId;

/// A client at which durable calls are carried out.
#[derive(Clone, Debug)]
pub(super) struct Bench {
    client: Client,
    endpoints: &'static [&'static Endpoint],
}

/// An endpoint of a client.
#[derive(Debug)]
pub(super) struct Declared<'a> {
    pub(super) client: &'a Arc<ClientCore>,
    pub(super) template: Template,
    prefix: &'a str,
}

impl Bench {
    pub(super) fn new(client: &Client, endpoints: &'static [&'static Endpoint]) -> Self {
        Self {
            client: client.clone(),
            endpoints,
        }
    }

    pub(super) const fn core(&self) -> &Arc<ClientCore> {
        self.client.core()
    }

    fn declared(&self) -> impl Iterator<Item = Declared<'_>> {
        self.endpoints.iter().map(|endpoint| Declared {
            client: self.core(),
            template: self.client.template(endpoint),
            prefix: match endpoint.path {
                "" => self.client.path().trim_end_matches('/'),
                _ => self.client.path(),
            },
        })
    }

    fn has(&self, queue: &str) -> bool {
        let own = self.core().queue();
        own.is_ok_and(|own: &Queue| own.name == queue)
    }
}

/// The endpoint that made a request, or what has become of it. Several clients of one
/// queue may have one of this name.
pub(super) fn find<'a>(
    benches: &'a [Bench],
    queue: &str,
    name: &str,
    stored: &StoredRequest,
) -> Result<Declared<'a>, String> {
    let of_queue = benches.iter().filter(|bench| bench.has(queue));
    let called = of_queue
        .flat_map(Bench::declared)
        .filter(|declared| declared.template.endpoint.durable == Some(name));
    let mut other = None;
    for declared in called {
        let Declared { template, .. } = &declared;
        if template.method() == stored.method && *template.path() == *stored.template {
            return Ok(declared);
        }
        other = Some(declared.template);
    }
    Err(match other {
        None => format!(
            "no client of the worker declares the endpoint `{name}`: it was renamed or removed, or \
             the worker was not given its client with `also`"
        ),
        Some(now) => format!(
            "the endpoint `{name}` was `{} {}`, and the worker's client declares it as `{now:?}`: \
             it was changed, or the worker was not given its client with `also`",
            stored.method, stored.template
        ),
    })
}

impl Declared<'_> {
    /// The request as it is sent now.
    pub(super) fn resume(&self, stored: &StoredRequest) -> Result<Request, String> {
        let endpoint = self.template.endpoint;
        let lane = match endpoint.limits {
            [] => LaneId::MAIN,
            rates => {
                let scope = self.client.scope();
                scope.lane(endpoint.method, [self.prefix, endpoint.path], rates)
            }
        };
        stored.resume(self, lane)
    }
}
