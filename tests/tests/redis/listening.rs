//! Who waits hears at once of a scope that somebody closes.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use cloudapi::store::{RedisStore, Store};

use super::servers::{LOG, Server, until};

const HOUR: Duration = Duration::from_secs(3_600);
/// What does not come within that never comes.
const LONG: Duration = Duration::from_secs(30);

/// What is heard for as long as the listener is kept.
struct Heard {
    waits: mpsc::Receiver<Duration>,
    _listener: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Heard {
    fn next(&self) -> Duration {
        self.waits.recv_timeout(LONG).unwrap()
    }
}

fn listen(store: &RedisStore, scope: &str) -> Heard {
    let (sender, waits) = mpsc::channel();
    let listener: Arc<dyn Fn(Duration) + Send + Sync> = Arc::new(move |wait| {
        let _ = sender.send(wait);
    });
    store.on_close(scope, Arc::downgrade(&listener)).unwrap();
    Heard {
        waits,
        _listener: listener,
    }
}

#[test]
fn a_scope_that_another_process_closes_is_heard_of() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let (store, other) = (server.store(), server.store());
    let heard = listen(&store, "scope");
    let apart = listen(&store, "another scope");
    other.close("scope", HOUR).unwrap();
    let wait = heard.next();
    assert!(wait > HOUR / 2 && wait <= HOUR);
    other.close("another scope", HOUR * 9).unwrap();
    assert!(apart.next() > HOUR);
    // What is closed while a store begins to listen may be told twice.
    let is_own = heard.waits.try_iter().all(|wait| wait <= HOUR);
    assert!(is_own, "each scope is heard of alone");
}

#[test]
fn what_was_closed_while_nobody_could_hear_is_told() {
    let Some(mut server) = Server::start(&LOG) else {
        return;
    };
    let store = server.store();
    // Closed before anybody listened.
    store.close("before", HOUR).unwrap();
    let before = listen(&store, "before");
    before.next();
    let heard = listen(&store, "scope");
    until("it is subscribed", || subscribers(&server) == 1);
    // The state is there when the server comes back, and no message tells of it.
    server.ask::<()>("HSET cloudapi:{s:scope} closed 4102444800000000");
    server.kill();
    assert!(server.start_again());
    assert!(heard.next() > HOUR);
    until("it is subscribed again", || subscribers(&server) == 1);
    while heard.waits.try_recv().is_ok() {}
    store.close("scope", HOUR).unwrap();
    heard.next();
}

fn subscribers(server: &Server) -> i64 {
    let (_, count): (String, i64) = server.ask("PUBSUB NUMSUB cloudapi:closed:0");
    count
}

#[test]
fn a_store_that_is_dropped_listens_no_more() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let heard = listen(&store, "scope");
    let clone = store.clone();
    until("it is subscribed", || subscribers(&server) == 1);
    drop(store);
    clone.close("scope", HOUR).unwrap();
    heard.next();
    drop(clone);
    until("the connection is closed", || subscribers(&server) == 0);
}

#[test]
fn a_store_to_which_nobody_listens_any_more_has_no_connection_for_it() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let (heard, other) = (listen(&store, "scope"), listen(&store, "another scope"));
    until("it is subscribed", || subscribers(&server) == 1);
    drop(heard);
    store.close("scope", HOUR).unwrap();
    store.close("another scope", HOUR).unwrap();
    other.next();
    assert_eq!(subscribers(&server), 1);
    drop(other);
    // It looks when something comes, or has not come for long.
    store.close("scope", HOUR).unwrap();
    until("the connection is closed", || subscribers(&server) == 0);
    // And whoever listens from now on is told.
    let heard = listen(&store, "a new scope");
    store.close("a new scope", HOUR).unwrap();
    heard.next();
}
