//! Ten thousand calls from several runtimes through a storm of faults.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, ErrorKind, Failure};
use tests::current_thread;
use tests::faults::{Answer, FaultServer, Received, Then};

const CALLS: usize = 10_000;
const THREADS: usize = 4;

#[rest_api(
    baseurl = "http://threads.test/",
    callrateperhour = 4_000_000_000,
    maximum_in_flight = 64,
    maximum_delay = "1ms",
    maximum_geometric_delay_multiplications = 2,
    request_timeout = "10m"
)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("{id}")]
    fn get(&self, id: usize) -> Call<Response<String>>;
    #[post("{id}")]
    fn post(&self, id: usize) -> Call<Response<String>>;
}

/// The same storm in every run, whoever comes when.
fn answer(request: &Received) -> Answer {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    let chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel";
    match request.number * 7_919 % 100 {
        0..5 => Answer::raw("").then(Then::Close),
        5..10 => Answer::raw("").then(Then::Reset),
        10..15 => Answer::raw(half).then(Then::Close),
        15..20 => Answer::raw(chunk).then(Then::Reset),
        20..30 => Answer::status(500),
        30..35 => Answer::status(404),
        35..38 => Answer::status(429),
        38..40 => Answer::new(503, &[("Retry-After", "0")], ""),
        40..42 => Answer::ok([0xFF]),
        42..44 => Answer::raw("nonsense\r\n\r\n").then(Then::Close),
        _ => Answer::ok(request.target.trim_start_matches('/')),
    }
}

/// How a call ended: after how many attempts, and whether each of them reached
/// the server.
struct Ended {
    id: usize,
    attempts: usize,
    unsent: usize,
    repeated: bool,
}

fn ended(id: usize, result: Result<Response<String>>) -> Ended {
    let (attempts, log) = match &result {
        Ok(response) => {
            assert_eq!(response.value(), &id.to_string(), "its own answer");
            (response.attempts() as usize, &[][..])
        }
        Err(error) if error.kind() == ErrorKind::Decode => {
            (error.response().unwrap().attempts() as usize, &[][..])
        }
        Err(error) => (error.attempts().len(), error.attempts()),
    };
    let unsent = |outcome| outcome == AttemptOutcome::Failure(Failure::NotSent);
    let refused = |outcome| match outcome {
        AttemptOutcome::Status(status) => status == 429 || status == 503,
        AttemptOutcome::Failure(failure) => failure == Failure::NotSent,
        _ => false,
    };
    let before_the_last = log.len().saturating_sub(1);
    Ended {
        id,
        attempts,
        unsent: log.iter().filter(|a| unsent(a.outcome)).count(),
        repeated: log[..before_the_last].iter().any(|a| !refused(a.outcome)),
    }
}

#[test]
fn each_of_ten_thousand_calls_in_a_storm_ends_once_and_is_accounted_for() {
    let server = Arc::new(FaultServer::new(answer));
    let api = Api::builder().baseurl(server.url()).build().unwrap();
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let api = api.clone();
            thread::spawn(move || {
                current_thread().block_on(async {
                    let calls: Vec<_> = (number..CALLS)
                        .step_by(THREADS)
                        .map(|id| {
                            let call = if id % 3 == 0 { api.post(id) } else { api.get(id) };
                            (id, tokio::spawn(call))
                        })
                        .collect();
                    let mut all = Vec::new();
                    for (id, call) in calls {
                        all.push(ended(id, call.await.unwrap()));
                    }
                    all
                })
            })
        })
        .collect();
    let ended: Vec<Ended> = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(ended.len(), CALLS);

    let mut received: HashMap<usize, usize> = HashMap::new();
    for request in server.received() {
        let id = request.target.trim_start_matches('/').parse().unwrap();
        *received.entry(id).or_default() += 1;
    }
    for call in &ended {
        let received = received.get(&call.id).copied().unwrap_or(0);
        assert_eq!(received, call.attempts - call.unsent, "call {}", call.id);
        let is_post = call.id % 3 == 0;
        assert!(!(is_post && call.repeated), "call {} again", call.id);
    }
    let attempts: usize = ended.iter().map(|call| call.attempts).sum();
    assert!(attempts > CALLS, "it was a storm");
}
