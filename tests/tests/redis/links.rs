//! Ways to a server that are slow, or on which nothing comes any more.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cloudapi::store::{RedisStore, Store, StoreErrorKind};

use super::servers::{Server, job, limit, of, until};

const HOUR: Duration = Duration::from_secs(3_600);

/// A way to a server, on which each piece of 64 KiB takes its time. It is silent on the
/// connections that were there when it was told so: what is sent goes nowhere.
struct Way {
    address: String,
    silenced: Arc<AtomicU32>,
}

impl Way {
    fn new(server: &Server, pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("redis://{}/", listener.local_addr().unwrap());
        let silenced = Arc::new(AtomicU32::new(0));
        let (port, all) = (server.port, Arc::clone(&silenced));
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let (silenced, since) = (Arc::clone(&all), all.load(Ordering::SeqCst));
                let is_silent = move || silenced.load(Ordering::SeqCst) != since;
                pass_on(&client, &server, pause, is_silent.clone());
                pass_on(&server, &client, pause, is_silent);
            }
        });
        Self { address, silenced }
    }

    fn silence(&self) {
        self.silenced.fetch_add(1, Ordering::SeqCst);
    }
}

fn pass_on(
    from: &TcpStream,
    to: &TcpStream,
    pause: Duration,
    is_silent: impl Fn() -> bool + Send + 'static,
) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            std::thread::sleep(pause);
            if !is_silent() && to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
    });
}

/// As an answer of 64 MiB is on many networks. Otherwise its worker would send it again and
/// again.
#[test]
fn what_is_large_may_take_longer_than_the_timeout() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    // 4 MiB a second at most, so three times the timeout.
    let way = Way::new(&server, Duration::from_micros(15_625));
    let options = RedisStore::options(&way.address).timeout(Duration::from_secs(1));
    let store = options.connect().unwrap();
    let mut large = job("queue");
    large.request = vec![7; 12 << 20];
    store.put(&large).unwrap();
    let claimed = store.claim("queue", "worker", HOUR).unwrap().unwrap();
    assert_eq!(claimed.job.new.request.len(), large.request.len());
}

#[test]
fn a_server_that_lets_single_bytes_through_holds_nobody_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("redis://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"$100000000\r\n").unwrap();
        while stream.write_all(b"1").is_ok() {
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    let options = RedisStore::options(&address).timeout(Duration::from_millis(300));
    let error = options.connect().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("in time"), "{error}");
}

/// As a load balancer does that has forgotten them: each would cost a timeout.
#[test]
fn connections_on_which_nothing_comes_any_more_are_met_once() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let way = Way::new(&server, Duration::ZERO);
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
