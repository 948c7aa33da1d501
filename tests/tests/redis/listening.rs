//! Who waits hears at once of a scope that somebody closes.

use std::sync::mpsc;
use std::time::Duration;

use cloudapi::store::{RedisStore, Store};

use super::servers::{LOG, Server, until};

const HOUR: Duration = Duration::from_secs(3_600);
/// What does not come within that never comes.
const LONG: Duration = Duration::from_secs(30);

fn listen(store: &RedisStore, scope: &str) -> mpsc::Receiver<Duration> {
    let (sender, receiver) = mpsc::channel();
    let listener = Box::new(move |wait| sender.send(wait).is_ok());
    store.on_close(scope, listener).unwrap();
    receiver
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
    let wait = heard.recv_timeout(LONG).unwrap();
    assert!(wait > HOUR / 2 && wait <= HOUR);
    other.close("another scope", HOUR * 9).unwrap();
    assert!(apart.recv_timeout(LONG).unwrap() > HOUR);
    // What is closed while a store begins to listen may be told twice.
    let is_own = heard.try_iter().all(|wait| wait <= HOUR);
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
    before.recv_timeout(LONG).unwrap();
    let heard = listen(&store, "scope");
    until("it is subscribed", || subscribers(&server) == 1);
    // The state is there when the server comes back, and no message tells of it.
    server.ask::<()>("HSET cloudapi:{s:scope} closed 4102444800000000");
    server.kill();
    assert!(server.start_again());
    assert!(heard.recv_timeout(LONG).unwrap() > HOUR);
    until("it is subscribed again", || subscribers(&server) == 1);
    while heard.try_recv().is_ok() {}
    store.close("scope", HOUR).unwrap();
    heard.recv_timeout(LONG).unwrap();
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
    heard.recv_timeout(LONG).unwrap();
    drop(clone);
    // The thread has ended once nobody has the listener any more.
    let ended = loop {
        // It may be told once more of what was closed as it began to listen.
        match heard.recv_timeout(LONG) {
            Ok(_) => {}
            Err(ended) => break ended,
        }
    };
    assert_eq!(ended, mpsc::RecvTimeoutError::Disconnected);
    until("the connection is closed", || subscribers(&server) == 0);
}
