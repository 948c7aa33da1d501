//! What is purged from a cluster, and what of it is elsewhere.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudapi::store::{JobId, RedisStore, Store, StoreErrorKind};
use redis::{Parser, Value};

/// A cluster of one server, which has this to purge, and answers what removes the pointers
/// to it only once all of that has come.
struct Purged {
    port: u16,
    rest: Mutex<Vec<usize>>,
    answer: &'static str,
}

impl Purged {
    fn start(rest: &[usize], answer: &'static str) -> (Arc<Self>, RedisStore) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let rest = Mutex::new(rest.iter().rev().copied().collect());
        let server = Arc::new(Self { port, rest, answer });
        let own = Arc::clone(&server);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let own = Arc::clone(&own);
                std::thread::spawn(move || own.serve(stream));
            }
        });
        let address = format!("redis+cluster://127.0.0.1:{port}");
        let options = RedisStore::options(&address).timeout(Duration::from_secs(5));
        (server, options.connect().unwrap())
    }

    fn serve(&self, mut commands: TcpStream) {
        let mut answers = commands.try_clone().unwrap();
        let mut parser = Parser::new();
        let (mut removed, mut purged) = (0, 0);
        while let Ok(Value::Array(words)) = parser.parse_value(&mut commands) {
            let word = |at: usize| match &words[at] {
                Value::BulkString(word) => String::from_utf8_lossy(word).into_owned(),
                other => panic!("{other:?}"),
            };
            let answer = match word(0).as_str() {
                "CLUSTER" => format!(
                    "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:{}\r\n",
                    self.port
                ),
                "GET" => "$1\r\n1\r\n".to_owned(),
                "SET" => "$-1\r\n".to_owned(),
                "INFO" => "$19\r\nredis_version:7.0.0\r\n".to_owned(),
                "EVALSHA" => {
                    purged = self.rest.lock().unwrap().pop().unwrap_or(0);
                    removed = 0;
                    ids(purged)
                }
                "DEL" => {
                    removed += 1;
                    match removed == purged {
                        true => self.answer.repeat(purged),
                        false => continue,
                    }
                }
                other => panic!("{other}"),
            };
            answers.write_all(answer.as_bytes()).unwrap();
        }
    }

    fn is_done(&self) -> bool {
        self.rest.lock().unwrap().is_empty()
    }
}

fn ids(count: usize) -> String {
    let mut answer = format!("*{count}\r\n");
    for _ in 0..count {
        let id = JobId::random().to_string();
        write!(answer, "${}\r\n{id}\r\n", id.len()).unwrap();
    }
    answer
}

/// Otherwise five hundred trips would have the time of one call.
#[test]
fn pointers_are_removed_in_one_trip_to_each_server() {
    let (_, store) = Purged::start(&[500, 500, 3], ":1\r\n");
    assert_eq!(store.purge(Some("queue"), Duration::ZERO).unwrap(), 1_003);
}

#[test]
fn pointers_that_cannot_be_removed_keep_no_job() {
    let (server, store) = Purged::start(&[500, 3], "-CLUSTERDOWN The cluster is down\r\n");
    let error = store.purge(Some("queue"), Duration::ZERO).unwrap_err();
    assert!(server.is_done(), "it goes on with the next");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    let told = error.to_string();
    assert!(told.contains("503 jobs are purged"), "{told}");
    assert!(told.contains("CLUSTERDOWN"), "{told}");
}
