//! Ways to a server on which nothing comes any more.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cloudapi::store::{RedisStore, Store, StoreErrorKind};

use super::servers::{Server, job, limit, of, until};

const HOUR: Duration = Duration::from_secs(3_600);

/// A way to a server. It is silent on the connections that were there when it was told so:
/// what is sent goes nowhere.
struct Way {
    address: String,
    silenced: Arc<AtomicU32>,
}

impl Way {
    fn new(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("redis://{}/", listener.local_addr().unwrap());
        let silenced = Arc::new(AtomicU32::new(0));
        let (port, all) = (server.port, Arc::clone(&silenced));
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let (silenced, since) = (Arc::clone(&all), all.load(Ordering::SeqCst));
                let is_silent = move || silenced.load(Ordering::SeqCst) != since;
                pass_on(&client, &server, is_silent.clone());
                pass_on(&server, &client, is_silent);
            }
        });
        Self { address, silenced }
    }

    fn silence(&self) {
        self.silenced.fetch_add(1, Ordering::SeqCst);
    }
}

fn pass_on(from: &TcpStream, to: &TcpStream, is_silent: impl Fn() -> bool + Send + 'static) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            if !is_silent() && to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
    });
}

/// As a load balancer does that has forgotten them: each would cost a timeout.
#[test]
fn connections_on_which_nothing_comes_any_more_are_met_once() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let way = Way::new(&server);
    let options = RedisStore::options(&way.address).timeout(Duration::from_secs(5));
    let store = options.connect().unwrap();
    let gate = [limit(1_000, HOUR)];
    // None is answered before each has a connection of its own.
    server.ask::<()>("CLIENT PAUSE 3600000 WRITE");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| store.reserve("scope", &of(&gate)).unwrap());
        }
        until("all are asked", || {
            let clients: String = server.ask("CLIENT LIST TYPE normal");
            clients.lines().count() > 4
        });
        server.ask::<()>("CLIENT UNPAUSE");
    });
    way.silence();
    let error = store.reserve("scope", &of(&gate)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    for _ in 0..4 {
        store.reserve("scope", &of(&gate)).unwrap();
    }
}
