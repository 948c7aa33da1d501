//! What an endpoint's declaration says, as a constant.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::schedule::{Priority, Rate, Retry};

/// An endpoint as declared.
#[derive(Debug)]
pub struct Endpoint {
    pub(crate) method: &'static str,
    /// The path template, for messages and for the size of the URL.
    pub(crate) path: &'static str,
    pub(crate) idempotent: bool,
    pub(crate) retry: Option<Retry>,
    pub(crate) request_timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) idempotency_key: Option<&'static str>,
    /// Limits besides those of the client.
    pub(crate) limits: &'static [Rate],
    pub(crate) priority: Option<Priority>,
    /// What a store knows it by; none, if its calls are not durable.
    #[cfg_attr(not(feature = "store"), allow(dead_code))]
    pub(crate) durable: Option<&'static str>,
}

impl Endpoint {
    /// An endpoint with nothing of its own.
    #[must_use]
    pub const fn new(method: &'static str, path: &'static str) -> Self {
        Self {
            method,
            path,
            idempotent: false,
            retry: None,
            request_timeout: None,
            deadline: None,
            idempotency_key: None,
            limits: &[],
            priority: None,
            durable: None,
        }
    }

    /// Its calls can be enqueued, and a store knows it by this name.
    #[must_use]
    pub const fn durable(mut self, name: &'static str) -> Self {
        self.durable = Some(name);
        self
    }

    /// Repeating the request does no harm, whatever its method.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// A retry rule of its own.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// A timeout of its own for each attempt.
    #[must_use]
    pub const fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = Some(timeout);
        self
    }

    /// A deadline for each call, counted from when it is made.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Limits of its own, besides those of the client.
    #[must_use]
    pub const fn limits(mut self, limits: &'static [Rate]) -> Self {
        self.limits = limits;
        self
    }

    /// How much its calls matter to those that wait with them.
    #[must_use]
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Sends a key in this header, made once for each call, by which the server
    /// knows a request that it has carried out already.
    #[must_use]
    pub const fn idempotency_key(mut self, header: &'static str) -> Self {
        self.idempotency_key = Some(header);
        self
    }
}

/// What all calls of an endpoint have in common, for those who watch: its method and
/// its path as declared, without any value.
#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) endpoint: &'static Endpoint,
    /// What the client puts before the path. A thin pointer, since a million calls
    /// may have one.
    pub(crate) prefix: Option<Arc<Box<str>>>,
}

impl Template {
    pub(crate) const fn method(&self) -> &'static str {
        self.endpoint.method
    }

    pub(crate) fn path(&self) -> Cow<'static, str> {
        let path = self.endpoint.path;
        match &self.prefix {
            None => path.into(),
            Some(prefix) if path.is_empty() => prefix.trim_end_matches('/').to_owned().into(),
            Some(prefix) => format!("{prefix}{path}").into(),
        }
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method(), self.path())
    }
}
