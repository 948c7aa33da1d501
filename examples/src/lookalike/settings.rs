//! How a look-alike behaves.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::{Exchange, Faults};

type Watcher = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// How a look-alike behaves: whom it lets in, how often, and what it breaks.
///
/// Without further ado it accepts the token `lookalike`, has five droplets,
/// allows what DigitalOcean allows, 5,000 requests an hour, and never fails.
#[derive(Clone)]
pub struct Settings {
    pub(super) tokens: Vec<String>,
    pub(super) droplets: usize,
    pub(super) booting: u32,
    pub(super) limit: usize,
    pub(super) period: Duration,
    pub(super) latency: Duration,
    pub(super) faults: Faults,
    pub(super) watcher: Option<Watcher>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tokens: vec!["lookalike".to_owned()],
            droplets: 5,
            booting: 0,
            limit: 5_000,
            period: Duration::from_secs(3_600),
            latency: Duration::ZERO,
            faults: Faults::new(),
            watcher: None,
        }
    }
}

impl Settings {
    /// The settings above.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tokens it accepts. Each is an account with droplets and a limit of
    /// its own.
    #[must_use]
    pub fn tokens<T: Into<String>>(mut self, tokens: impl IntoIterator<Item = T>) -> Self {
        self.tokens = tokens.into_iter().map(Into::into).collect();
        self
    }

    /// How many droplets each account has to begin with.
    #[must_use]
    pub fn droplets(mut self, number: usize) -> Self {
        self.droplets = number;
        self
    }

    /// How often a droplet that was created shows itself as `new` before it is
    /// `active`.
    #[must_use]
    pub fn booting(mut self, looks: u32) -> Self {
        self.booting = looks;
        self
    }

    /// For each token, at most `requests` in any `period`; what is more gets a
    /// 429, which does not count.
    #[must_use]
    pub fn limit(mut self, requests: usize, period: Duration) -> Self {
        self.limit = requests;
        self.period = period;
        self
    }

    /// How long each answer takes.
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// What goes wrong on purpose.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Calls `watcher` for each request, just before it is answered. The
    /// server waits for it.
    #[must_use]
    pub fn watch(mut self, watcher: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Arc::new(watcher));
        self
    }

    pub(super) fn check(&self) -> io::Result<()> {
        let problem = if self.tokens.is_empty() {
            "a look-alike needs a token to accept"
        } else if self.limit == 0 || self.period.is_zero() {
            "a look-alike's limit is at least one request in some time"
        } else {
            return Ok(());
        };
        Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("tokens", &self.tokens.len())
            .field("droplets", &self.droplets)
            .field("booting", &self.booting)
            .field("limit", &self.limit)
            .field("period", &self.period)
            .field("latency", &self.latency)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
