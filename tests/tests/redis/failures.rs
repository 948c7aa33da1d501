//! Servers that are slow, gone, or not what they should be.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::{Duration, Instant};

use cloudapi::store::{Back, Finish, JobState, RedisStore, Store, StoreErrorKind};

use super::servers::{Server, job, limit, of, until};

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn a_server_that_hangs_holds_nobody_for_ever() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let timeout = Duration::from_millis(300);
    let store = server.options().timeout(timeout).connect().unwrap();
    let gate = [limit(10, HOUR)];
    store.reserve("scope", &of(&gate)).unwrap();
    server.pause();
    let started = Instant::now();
    let error = store.reserve("scope", &of(&gate)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("in time"), "{error}");
    assert!(started.elapsed() >= timeout, "it is not given up early");
    server.resume();
    let store = server.store();
    store.reserve("scope", &of(&gate)).unwrap();
}

#[test]
fn nobody_waits_for_what_others_ask() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let gate = [limit(10, HOUR)];
    // Longer than anybody waits.
    server.ask::<()>("CLIENT PAUSE 3600000 WRITE");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| store.reserve("scope", &of(&gate)).unwrap());
        }
        // None is answered, and each has been asked on a connection of its own.
        until("all are asked", || {
            let clients: String = server.ask("CLIENT LIST TYPE normal");
            clients.lines().count() > 8
        });
        server.ask::<()>("CLIENT UNPAUSE");
    });
}

#[test]
fn a_store_goes_on_once_the_server_answers_again() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server
        .options()
        .timeout(Duration::from_secs(5))
        .connect()
        .unwrap();
    store.put(&job("queue")).unwrap();
    server.pause();
    let error = store.put(&job("queue")).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    server.resume();
    // An answer that comes late is none to another question.
    for _ in 0..10 {
        assert!(store.gate("scope").unwrap().closed_for.is_zero());
    }
    store.put(&job("queue")).unwrap();
    assert!(store.counts(None).unwrap().of(JobState::Waiting) >= 2);
}

#[test]
fn connections_that_broke_are_replaced() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                start.wait();
                for _ in 0..20 {
                    store.put(&job("queue")).unwrap();
                }
            });
        }
    });
    let before = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    server.ask::<()>("CLIENT KILL TYPE normal SKIPME yes");
    // Of what must not be done twice, too: it is known before it is sent.
    store.mark_sent(&before).unwrap();
    assert!(store.claim("queue", "worker", HOUR).unwrap().is_some());
}

#[test]
fn a_host_that_is_not_there_is_told() {
    let quick = |address: &str| RedisStore::options(address).timeout(Duration::from_secs(5));
    for address in [
        "redis://127.0.0.1:1/",
        "redis://bulk:hunter2@no-such-host.invalid/",
    ] {
        let error = quick(address).connect().unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        let told = error.to_string();
        assert!(told.contains("cannot be reached"), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

/// A server that answers each command the same.
fn that_says(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("redis://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut buffer = [0; 4096];
            while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                let _ = stream.write_all(answer.as_bytes());
            }
        }
    });
    address
}

#[test]
fn a_server_that_is_too_old_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("redis://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        let mut asked = String::new();
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            asked.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            if asked.contains("NX\r\n") {
                asked.clear();
                stream.write_all(b"$-1\r\n+OK\r\n").unwrap();
            } else if asked.contains("server\r\n") {
                asked.clear();
                stream
                    .write_all(b"$22\r\nredis_version:6.0.16\r\n\r\n")
                    .unwrap();
            }
        }
    });
    let error = RedisStore::connect(&address).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unusable, "{error}");
    assert!(
        error.to_string().contains("6.0.16, and 6.2 or later"),
        "{error}"
    );
}

#[test]
fn what_is_no_redis_is_told() {
    for answer in [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
    ] {
        let error = RedisStore::connect(&that_says(answer)).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        assert!(
            error.to_string().contains("no answer of a Redis"),
            "{error}"
        );
    }
}

/// Redis repeats what it does not understand, and so do proxies.
#[test]
fn a_server_that_repeats_the_password_is_not_quoted() {
    for answer in [
        "-ERR unknown command 'AUTH', with args beginning with: 'bulk' 'hunter2'\r\n",
        "-ERR unknown command `AUTH`, with args beginning with: `bulk`, `hunter2`, \r\n",
        "-ERR syntax error near hunter2\r\n",
        "-PROXY no hunter2 here\r\n",
    ] {
        let address = that_says(answer).replace("://", "://bulk:hunter2@");
        let error = RedisStore::connect(&address).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Refused, "{error}");
        for told in [error.to_string(), format!("{error:?}")] {
            assert!(told.contains("AUTH"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
    // What has nothing to do with the password may help to try again.
    for answer in [
        "-LOADING Redis is loading the dataset in memory\r\n",
        "-ERR max number of clients reached\r\n",
    ] {
        let address = that_says(answer).replace("://", "://bulk:hunter2@");
        let error = RedisStore::connect(&address).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    }
}

/// Who does not want to give up waits for a long time, and not for ever.
#[test]
fn a_timeout_without_an_end_is_a_long_one() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let options = server.options().timeout(Duration::MAX);
    let store = options.connect().unwrap();
    store.put(&job("queue")).unwrap();
    assert_eq!(store.counts(None).unwrap().total(), 1);
}

#[test]
fn keys_that_are_not_ours_are_left_alone() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    server.ask::<()>("SET cloudapi:{s:scope} theirs");
    server.ask::<()>("SET cloudapi:{q:queue} theirs");
    let error = store.reserve("scope", &of(&[limit(1, HOUR)])).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unusable, "{error}");
    assert!(error.to_string().contains("`prefix`"), "{error}");
    let error = store.put(&job("queue")).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unusable, "{error}");
    assert_eq!(server.ask::<String>("GET cloudapi:{s:scope}"), "theirs");
    server.ask::<()>("SET cloudapi:format 2");
    let error = RedisStore::connect(&server.address()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unusable, "{error}");
    assert!(error.to_string().contains("the format 2"), "{error}");
}

#[test]
fn a_job_that_lost_its_pointer_is_found() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let new = job("queue");
    store.put(&new).unwrap();
    server.ask::<()>(&format!("DEL cloudapi:queue-of:{}", new.id));
    assert!(store.job(new.id).unwrap().is_some());
    assert_eq!(store.cancel(new.id).unwrap(), JobState::Waiting);
    // And a pointer without a job is no job.
    let other = job("queue");
    server.ask::<()>(&format!("SET cloudapi:queue-of:{} queue", other.id));
    assert_eq!(store.job(other.id).unwrap(), None);
    store.put(&other).unwrap();
    assert!(store.job(other.id).unwrap().is_some());
}

#[test]
fn a_job_that_was_thrown_away_stops_no_queue() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let (gone, next) = (job("queue"), job("queue"));
    store.put(&gone).unwrap();
    store.put(&next).unwrap();
    server.ask::<()>(&format!("DEL cloudapi:{{q:queue}}:job:{}", gone.id));
    let claimed = store.claim("queue", "worker", HOUR).unwrap().unwrap();
    assert_eq!(claimed.lease.job, next.id);
    assert_eq!(store.counts(None).unwrap().total(), 1);
}

/// A way to a server, which swallows the next answer and hangs up.
struct Cut {
    address: String,
    armed: Arc<AtomicBool>,
}

impl Cut {
    fn new(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("redis://{}/", listener.local_addr().unwrap());
        let armed = Arc::new(AtomicBool::new(false));
        let (port, is_armed) = (server.port, Arc::clone(&armed));
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let (mut from_client, mut to_server) = both(&client, &server);
                std::thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
                let (mut from_server, mut to_client) = both(&server, &client);
                let is_armed = Arc::clone(&is_armed);
                std::thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(read) = from_server.read(&mut buffer) {
                        if read == 0 || is_armed.swap(false, Ordering::SeqCst) {
                            break;
                        }
                        to_client.write_all(&buffer[..read]).unwrap();
                    }
                    let _ = to_client.shutdown(Shutdown::Both);
                    let _ = from_server.shutdown(Shutdown::Both);
                });
            }
        });
        Self { address, armed }
    }

    fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    fn has_cut(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }
}

fn both(one: &TcpStream, other: &TcpStream) -> (TcpStream, TcpStream) {
    (one.try_clone().unwrap(), other.try_clone().unwrap())
}

/// So that no lost answer only says that the server does not know a script.
fn know_the_scripts(store: &RedisStore) {
    store.put(&job("another queue")).unwrap();
    let not_before = Duration::ZERO;
    let claim = || {
        store
            .claim("another queue", "worker", HOUR)
            .unwrap()
            .unwrap()
    };
    let lease = claim().lease;
    store
        .requeue(&lease, &Back::Untouched { not_before })
        .unwrap();
    let lease = claim().lease;
    store.mark_sent(&lease).unwrap();
    store.heartbeat(&lease, HOUR).unwrap();
    let failed = Finish {
        state: JobState::Cancelled,
        result: None,
        reason: None,
    };
    store.finish(&lease, &failed).unwrap();
    assert_eq!(store.purge(None, Duration::ZERO).unwrap(), 1);
    store
        .reserve("another scope", &of(&[limit(10, HOUR)]))
        .unwrap();
}

#[test]
fn what_does_no_harm_twice_is_sent_again_when_its_answer_is_lost() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let cut = Cut::new(&server);
    let options = RedisStore::options(&cut.address).timeout(Duration::from_secs(20));
    let store = options.connect().unwrap();
    let gate = [limit(10, HOUR)];
    know_the_scripts(&store);

    cut.arm();
    store.reserve("scope", &of(&gate)).unwrap();
    let new = job("queue");
    cut.arm();
    store.put(&new).unwrap();
    assert_eq!(store.counts(None).unwrap().total(), 1);
    let lease = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    cut.arm();
    store.heartbeat(&lease, HOUR).unwrap();
    cut.arm();
    store.mark_answered(&lease).unwrap();
    // It was finished the first time, and so the lease is over the second.
    cut.arm();
    let done = Finish {
        state: JobState::Done,
        result: Some(b"done".to_vec()),
        reason: None,
    };
    store.finish(&lease, &done).unwrap();
    assert!(cut.has_cut());
    assert_eq!(store.job(new.id).unwrap().unwrap().result, done.result);
    // Without a lost answer it is over.
    let error = store.finish(&lease, &done).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::LeaseLost);
}

#[test]
fn what_must_not_be_done_twice_is_not_sent_again() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let cut = Cut::new(&server);
    let options = RedisStore::options(&cut.address).timeout(Duration::from_secs(20));
    let store = options.connect().unwrap();
    know_the_scripts(&store);
    let (first, second) = (job("queue"), job("queue"));
    store.put(&first).unwrap();
    store.put(&second).unwrap();
    cut.arm();
    let error = store.claim("queue", "worker", HOUR).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    let counts = store.counts(None).unwrap();
    assert_eq!(counts.of(JobState::Claimed), 1);
    let lease = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    assert_eq!(lease.job, second.id);
    cut.arm();
    let error = store.mark_sent(&lease).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert_eq!(store.job(second.id).unwrap().unwrap().attempts, 1);
    let back = Back::Failed {
        not_before: Duration::ZERO,
    };
    cut.arm();
    store.requeue(&lease, &back).unwrap_err();
    assert_eq!(store.job(second.id).unwrap().unwrap().failed_attempts, 1);
}

/// A way to a server, on which the next command stays until it is let go, though nobody
/// waits for its answer any more.
struct Late {
    address: String,
    armed: Arc<AtomicBool>,
    go: mpsc::Sender<()>,
    answered: mpsc::Receiver<()>,
}

impl Late {
    fn new(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("redis://{}/", listener.local_addr().unwrap());
        let armed = Arc::new(AtomicBool::new(false));
        let (go, goes) = mpsc::channel();
        let (answer, answered) = mpsc::channel();
        let goes = Arc::new(Mutex::new(goes));
        let (port, is_armed) = (server.port, Arc::clone(&armed));
        std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let (mut from_client, mut to_server) = both(&client, &server);
                let (mut from_server, mut to_client) = both(&server, &client);
                let (is_armed, goes) = (Arc::clone(&is_armed), Arc::clone(&goes));
                let answer = answer.clone();
                let is_late = Arc::new(AtomicBool::new(false));
                let was_late = Arc::clone(&is_late);
                std::thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(read @ 1..) = from_client.read(&mut buffer) {
                        if is_armed.swap(false, Ordering::SeqCst) {
                            is_late.store(true, Ordering::SeqCst);
                            goes.lock().unwrap().recv().unwrap();
                        }
                        to_server.write_all(&buffer[..read]).unwrap();
                    }
                });
                // On a thread of its own: an answer may come in several pieces.
                std::thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(read @ 1..) = from_server.read(&mut buffer) {
                        if was_late.load(Ordering::SeqCst) {
                            answer.send(()).unwrap();
                            break;
                        }
                        to_client.write_all(&buffer[..read]).unwrap();
                    }
                });
            }
        });
        Self {
            address,
            armed,
            go,
            answered,
        }
    }
}

/// Otherwise a job that is under way would be given to another worker if this one ends.
#[test]
fn what_comes_late_says_nothing_of_what_was_sent_since() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    // So that a script is known already, and one command is one piece.
    let direct = server.store();
    know_the_scripts(&direct);
    let late = Late::new(&server);
    let options = RedisStore::options(&late.address).timeout(Duration::from_secs(1));
    let impatient = options.connect().unwrap();
    let new = job("queue");
    direct.put(&new).unwrap();
    let lease = direct.claim("queue", "worker", HOUR);
    let lease = lease.unwrap().unwrap().lease;
    direct.mark_sent(&lease).unwrap();
    late.armed.store(true, Ordering::SeqCst);
    let error = impatient.mark_answered(&lease).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    direct.mark_sent(&lease).unwrap();
    late.go.send(()).unwrap();
    late.answered.recv().unwrap();
    let kept = direct.job(new.id).unwrap().unwrap();
    assert_eq!((kept.state, kept.attempts), (JobState::Sent, 2));
    // What is said in time counts.
    direct.mark_answered(&lease).unwrap();
    let kept = direct.job(new.id).unwrap().unwrap();
    assert_eq!(kept.state, JobState::Claimed);
}
