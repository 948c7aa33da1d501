//! A server on this machine that looks like DigitalOcean's API.
//!
//! It speaks the shapes of API v2 for the account, for droplets and for tags, has
//! nothing of what else can be listed, wants a bearer token, keeps a rate limit for
//! each token and fails on purpose as told, so that a client can be seen to cope. It
//! keeps everything in memory and checks only what a client can get wrong.
//! [`Settings`] says how it behaves:
//!
//! ```
//! use std::time::Duration;
//! use examples::lookalike::{Fault, Faults, Lookalike, Settings};
//!
//! # fn main() -> std::io::Result<()> {
//! let server = Lookalike::start(
//!     Settings::new()
//!         .limit(5, Duration::from_secs(1))
//!         .faults(Faults::new().at(2, Fault::Status(500)).every(10, Fault::Closed)),
//! )?;
//! assert!(server.baseurl().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.seen().requests, 0);
//! # Ok(())
//! # }
//! ```
//!
//! It has a thread and a runtime of its own: it works from blocking code too,
//! and lives until it is dropped, whatever becomes of the caller's runtime.

mod answer;
mod catalogue;
mod droplets;
mod faults;
mod limiter;
mod listen;
mod pages;
mod routes;
mod service;
mod settings;
mod tags;
mod world;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use faults::{Fault, Faults};
pub use settings::Settings;
pub use world::{Exchange, Seen};

use world::World;

/// A running look-alike. Dropping it lets what is being answered finish, for
/// a second at most, and frees the port.
#[derive(Debug)]
pub struct Lookalike {
    baseurl: String,
    world: Arc<World>,
    /// Dropping it is the signal to stop.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lookalike {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Errors
    ///
    /// If the settings make no sense (no token, a limit of nothing), or the
    /// system gives no port or no thread.
    pub fn start(settings: Settings) -> io::Result<Self> {
        settings.check()?;
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        listener.set_nonblocking(true)?;
        let baseurl = format!("http://{}/v2/", listener.local_addr()?);
        let world = Arc::new(World::new(settings, &baseurl));
        let (running, stop) = oneshot::channel();
        let (ready, begun) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("lookalike".to_owned())
            .spawn({
                let world = Arc::clone(&world);
                move || listen::run(listener, &world, stop, &ready)
            })?;
        begun
            .recv()
            .unwrap_or_else(|_| Err(io::Error::other("the look-alike's thread ended")))?;
        Ok(Self {
            baseurl,
            world,
            running: Some(running),
            thread: Some(thread),
        })
    }

    /// Where it is, as a client wants it: `http://127.0.0.1:PORT/v2/`.
    #[must_use]
    pub fn baseurl(&self) -> String {
        self.baseurl.clone()
    }

    /// A token that it accepts, the first of its settings.
    #[must_use]
    pub fn token(&self) -> &str {
        self.world.token()
    }

    /// What it has seen so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.world.seen()
    }
}

impl Drop for Lookalike {
    fn drop(&mut self) {
        self.running = None;
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed already, and must not become one here.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
