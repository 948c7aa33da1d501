//! Thousands of calls through a storm of faults, on real sockets: each ends
//! exactly once, and the server's count of what it received agrees with what the
//! calls say of their attempts.
//!
//! What the server does with a request depends on a seed, the call's number and
//! how often that call was there before, and on nothing else. So what has to come
//! of each call is known beforehand, whoever comes when and however busy the
//! machine is. A failure shows the seed; `CLOUDAPI_SEED` makes the same storm.

use std::collections::HashMap;
use std::env;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Error, ErrorKind, Failure, http};
use tests::current_thread;
use tests::faults::{Answer, ClosedPort, FaultServer, Received, Then};

#[rest_api(
    baseurl = "http://storm.test/",
    callrateperhour = 4_000_000_000,
    maximum_in_flight = 64,
    maximum_delay = "1ms",
    maximum_geometric_delay_multiplications = 2,
    request_timeout = "10m"
)]
#[derive(Clone)]
struct Api;

/// Two series of a first attempt and two retries.
const ALL: usize = 6;

impl Api {
    #[get("{id}")]
    fn get(&self, id: usize) -> Call<Response<String>>;
    #[post("{id}")]
    fn post(&self, id: usize) -> Call<Response<String>>;
    #[put("{id}")]
    fn put(&self, id: usize) -> Call<Response<String>>;

    fn call(&self, id: usize) -> Call<Response<String>> {
        match verb(id) {
            Verb::Get => self.get(id),
            Verb::Post => self.post(id),
            Verb::Put => self.put(id),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Get,
    Post,
    Put,
}

fn verb(id: usize) -> Verb {
    [Verb::Get, Verb::Post, Verb::Put][id % 3]
}

/// What the random choices of this run begin with.
fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| {
        let seed = match env::var("CLOUDAPI_SEED") {
            Ok(seed) => seed.parse().expect("CLOUDAPI_SEED is a number"),
            Err(_) => RandomState::new().hash_one("storm"),
        };
        // Shown if the test fails.
        println!("CLOUDAPI_SEED={seed}");
        seed
    })
}

/// A number below a hundred for the request of a call with so many before it
/// (SplitMix64).
fn chance(seed: u64, id: usize, before: usize) -> u64 {
    let mut state = seed ^ ((id as u64) << 20) ^ before as u64;
    for _ in 0..2 {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        state ^= state >> 31;
    }
    state % 100
}

/// What the server does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Fine,
    /// Fine, in small pieces.
    Slow,
    /// Refused unprocessed.
    Refused(u16, Option<&'static str>),
    Status(u16),
    Closed,
    Reset,
    HalfABody,
    HalfAChunk,
    NoHttp,
    NoText,
    /// Nothing comes, and the connection stays.
    Hangs,
}

fn fate(seed: u64, id: usize, before: usize) -> Fate {
    if hangs(id) {
        return match before {
            0 => Fate::Hangs,
            _ => Fate::Fine,
        };
    }
    match chance(seed, id, before) {
        0..5 => Fate::Closed,
        5..10 => Fate::Reset,
        10..14 => Fate::HalfABody,
        14..18 => Fate::HalfAChunk,
        18..20 => Fate::NoHttp,
        20..24 => Fate::Status(500),
        24..28 => Fate::Status(503),
        28..30 => Fate::Status(404),
        30..33 => Fate::Refused(429, None),
        33..35 => Fate::Refused(429, Some("0")),
        35..37 => Fate::Refused(503, Some("0")),
        37..39 => Fate::NoText,
        39..44 => Fate::Slow,
        _ if id % 5_000 == 1 && before == 0 => Fate::Refused(429, Some("1")),
        _ => Fate::Fine,
    }
}

impl Fate {
    fn answer(self, id: usize) -> Answer {
        let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
        let chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel";
        match self {
            Self::Fine => Answer::ok(id.to_string()),
            Self::Slow => Answer::ok(id.to_string()).slowly(20, Duration::from_millis(1)),
            Self::Refused(status, None) | Self::Status(status) => Answer::status(status),
            Self::Refused(status, Some(wait)) => Answer::new(status, &[("Retry-After", wait)], ""),
            Self::Closed => Answer::raw("").then(Then::Close),
            Self::Reset => Answer::raw("").then(Then::Reset),
            Self::HalfABody => Answer::raw(half).then(Then::Close),
            Self::HalfAChunk => Answer::raw(chunk).then(Then::Reset),
            Self::NoHttp => Answer::raw("nonsense\r\n\r\n").then(Then::Close),
            Self::NoText => Answer::ok([0xFF]),
            Self::Hangs => Answer::raw("").then(Then::Silence),
        }
    }

    /// What the call has to say of it.
    fn outcome(self) -> AttemptOutcome {
        let status = |status| AttemptOutcome::Status(http::StatusCode::from_u16(status).unwrap());
        match self {
            Self::Fine | Self::Slow | Self::NoText => status(200),
            Self::Refused(code, _) | Self::Status(code) => status(code),
            Self::Hangs => AttemptOutcome::Failure(Failure::Timeout),
            _ => AttemptOutcome::Failure(Failure::Interrupted),
        }
    }
}

/// How a call has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Fine,
    Kind(ErrorKind),
}

/// The table of the crate documentation, told once more and otherwise: what has
/// to be seen of a call from its first request to its last.
fn expected(seed: u64, id: usize) -> (Vec<Fate>, End) {
    let (mut fates, mut failures) = (Vec::new(), 0);
    loop {
        let fate = fate(seed, id, fates.len());
        fates.push(fate);
        let end = match fate {
            Fate::Fine | Fate::Slow => End::Fine,
            Fate::NoText => End::Kind(ErrorKind::Decode),
            Fate::Status(404) => End::Kind(ErrorKind::Status),
            Fate::Refused(..) => continue,
            _ if verb(id) == Verb::Post => End::Kind(ErrorKind::UnknownOutcome),
            _ => {
                failures += 1;
                if failures < ALL {
                    continue;
                }
                match fate {
                    Fate::Status(_) => End::Kind(ErrorKind::Status),
                    _ => End::Kind(ErrorKind::Interrupted),
                }
            }
        };
        return (fates, end);
    }
}

/// The calls that the server lets hang at first, and that have little patience.
fn hangs(id: usize) -> bool {
    id % 200 == 7
}

/// A server of the storm, which counts by call.
fn storm(port: ClosedPort, seed: u64) -> FaultServer {
    let seen: Mutex<HashMap<usize, usize>> = Mutex::default();
    port.open(
        |_| Then::Serve,
        move |request| {
            let id = id_of(request);
            let mut seen = seen.lock().unwrap();
            let before = seen.entry(id).or_default();
            *before += 1;
            fate(seed, id, *before - 1).answer(id)
        },
    )
}

fn id_of(request: &Received) -> usize {
    request.target.trim_start_matches('/').parse().unwrap()
}

/// The numbers of the calls whose requests were received, each with how many
/// there were.
fn counts(received: &[Received]) -> HashMap<usize, usize> {
    let mut counts = HashMap::new();
    for request in received {
        let id = id_of(request);
        let method = format!("{:?}", verb(id)).to_uppercase();
        assert_eq!(request.method, method, "call {id}");
        *counts.entry(id).or_default() += 1;
    }
    counts
}

type Ended = (usize, Result<Response<String>>);

/// Makes calls with these numbers from several runtimes at once, and waits for
/// all of them.
fn all_of(
    ids: std::ops::Range<usize>,
    call: impl Fn(usize) -> Call<Response<String>> + Sync,
) -> Vec<Ended> {
    const THREADS: usize = 3;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (ids, call) = (ids.clone(), &call);
                scope.spawn(move || {
                    current_thread().block_on(async {
                        let calls: Vec<_> = ids
                            .skip(number)
                            .step_by(THREADS)
                            .map(|id| (id, tokio::spawn(call(id))))
                            .collect();
                        let mut ended = Vec::with_capacity(calls.len());
                        for (id, call) in calls {
                            ended.push((id, call.await.unwrap()));
                        }
                        ended
                    })
                })
            })
            .collect();
        let ended = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap());
        ended.collect()
    })
}

/// How many attempts there were.
fn attempts(result: &Result<Response<String>>) -> usize {
    match result {
        Ok(response) => response.attempts() as usize,
        Err(error) if error.kind() == ErrorKind::Decode => {
            error.response().unwrap().attempts() as usize
        }
        Err(error) => error.attempts().len(),
    }
}

fn outcomes(error: &Error) -> Vec<AttemptOutcome> {
    error
        .attempts()
        .iter()
        .map(|attempt| attempt.outcome)
        .collect()
}

#[test]
fn each_of_twelve_thousand_calls_in_a_storm_ends_once_and_as_it_has_to() {
    const CALLS: usize = 12_000;
    const EARLY: usize = 600;
    const SHORT: Duration = Duration::from_millis(150);
    let seed = seed();
    let port = ClosedPort::new().unwrap();
    // Each call goes through all of its series, in real time.
    let api = Api::builder()
        .baseurl(port.url())
        .circuit_threshold(0)
        .retry_budget(None)
        .build()
        .unwrap();

    // Nobody listens yet: even a POST is tried again, and nothing of these calls
    // may ever arrive.
    for (id, result) in all_of(0..EARLY, |id| api.call(id)) {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "call {id}: {error}");
        let refused = AttemptOutcome::Failure(Failure::NotSent);
        assert_eq!(outcomes(&error), [refused; ALL], "call {id}");
    }

    let server = storm(port, seed);
    let ended = all_of(EARLY..CALLS, |id| match hangs(id) {
        true => api.call(id).request_timeout(SHORT),
        false => api.call(id),
    });
    assert_eq!(ended.len(), CALLS - EARLY);
    let received = counts(&server.received());
    assert!((0..EARLY).all(|id| !received.contains_key(&id)));

    let (mut requests, mut fine) = (0, 0);
    for (id, result) in &ended {
        let arrived = received.get(id).copied().unwrap_or(0);
        requests += arrived;
        fine += usize::from(result.is_ok());
        if let Ok(response) = result {
            assert_eq!(response.value(), &id.to_string(), "its own answer");
        }
        if hangs(*id) {
            assert_ends_although_it_hung(*id, result, arrived);
            continue;
        }
        let (fates, end) = expected(seed, *id);
        assert_eq!(arrived, fates.len(), "call {id}: {result:?}, {fates:?}");
        assert_eq!(
            attempts(result),
            fates.len(),
            "call {id}: {result:?}, {fates:?}"
        );
        match (result, end) {
            (Ok(_), End::Fine) => {}
            (Err(error), End::Kind(kind)) => {
                assert_eq!(error.kind(), kind, "call {id}: {error:?}, {fates:?}");
                if kind != ErrorKind::Decode {
                    let told: Vec<_> = fates.iter().map(|fate| fate.outcome()).collect();
                    assert_eq!(outcomes(error), told, "call {id}");
                }
            }
            _ => panic!("call {id} ended so: {result:?}, and should so: {end:?}"),
        }
    }
    assert!(requests > ended.len(), "it was a storm");
    assert!(fine > ended.len() / 2, "and most came through it");
    // What a call has not told of has not come either, now or after its end.
    assert_eq!(server.count(), requests);
}

/// An attempt that ran out of time may or may not have arrived, since on a busy
/// machine the time may be over before anything was sent. All others have.
fn assert_ends_although_it_hung(id: usize, result: &Result<Response<String>>, arrived: usize) {
    let made = attempts(result);
    assert!(arrived <= made, "call {id}: {arrived} of {made}");
    match result {
        Ok(_) => {
            assert_ne!(verb(id), Verb::Post, "its first request was lost");
            assert!(arrived >= 2, "call {id}: the first was not answered");
        }
        Err(error) => {
            let timeout = AttemptOutcome::Failure(Failure::Timeout);
            assert!(
                outcomes(error).iter().all(|outcome| *outcome == timeout),
                "{error:?}"
            );
            match verb(id) {
                Verb::Post => {
                    assert!(error.is_unknown_outcome(), "call {id}: {error}");
                    assert_eq!(made, 1, "call {id}");
                }
                _ => assert_eq!(made, ALL, "call {id}: {error:?}"),
            }
        }
    }
}

/// Patient enough for a server that is away for whatever time.
fn patient(url: String) -> Api {
    Api::builder()
        .baseurl(url)
        .maximum_delay(Duration::from_millis(20))
        .maximum_geometric_delay_multiplications(1)
        .maximum_failed_attempts(u16::MAX)
        .retry_budget(None)
        .build()
        .unwrap()
}

/// What has to hold of every call of a job, whatever the server did: those that
/// may be repeated all end well, and a POST arrives at most once, and its error
/// says so if it may have.
///
/// An attempt that was interrupted may or may not have arrived, one that was
/// refused has not, and one that was answered has.
fn assert_nothing_is_lost_or_doubled(ended: &[Ended], received: &HashMap<usize, usize>) {
    for (id, result) in ended {
        let arrived = received.get(id).copied().unwrap_or(0);
        assert!(arrived <= attempts(result), "call {id}: {result:?}");
        match result {
            Ok(response) => {
                assert_eq!(response.value(), &id.to_string(), "its own answer");
                assert!(arrived >= 1, "call {id}");
                assert!(
                    verb(*id) != Verb::Post || arrived == 1,
                    "call {id}: {arrived}"
                );
            }
            Err(error) => {
                assert_eq!(verb(*id), Verb::Post, "call {id}: {error:?}");
                assert!(error.is_unknown_outcome(), "call {id}: {error:?}");
                assert!(arrived <= 1, "call {id}: {arrived}");
                let outcomes = outcomes(error);
                let (last, before) = outcomes.split_last().unwrap();
                assert_eq!(*last, AttemptOutcome::Failure(Failure::Interrupted));
                let refused = AttemptOutcome::Failure(Failure::NotSent);
                assert!(
                    before.iter().all(|outcome| *outcome == refused),
                    "{error:?}"
                );
            }
        }
    }
}

#[test]
fn a_server_that_is_killed_and_started_again_costs_a_job_no_call() {
    const CALLS: usize = 3_000;
    const KILLS: usize = 3;
    let port = ClosedPort::new().unwrap();
    let api = patient(port.url());
    let fine = |request: &Received| Answer::ok(id_of(request).to_string());
    let mut received = Vec::new();

    let (ended, server) = thread::scope(|scope| {
        let mut server = port.open(|_| Then::Serve, fine);
        let job = scope.spawn(|| all_of(0..CALLS, |id| api.call(id)));
        for kill in 1..=KILLS {
            while server.count() < CALLS / (KILLS + 2) {
                assert!(
                    !job.is_finished(),
                    "kill {kill} comes in the middle of the job"
                );
                // Looks again; nothing depends on how long this is.
                thread::sleep(Duration::from_millis(1));
            }
            let (port, before) = server.kill();
            received.extend(before);
            // It stays away until it has been missed.
            let probe = api.put(CALLS + 2).retry(cloudapi::Retry::Never);
            // Where the circuit is open already, it is first to find out.
            let probe = probe.priority(cloudapi::Priority::High);
            let missed = current_thread().block_on(probe).unwrap_err();
            let failures = [ErrorKind::Connect, ErrorKind::Interrupted];
            assert!(failures.contains(&missed.kind()), "{missed:?}");
            server = port.open(|_| Then::Serve, fine);
        }
        (job.join().unwrap(), server)
    });
    received.extend(server.received());
    assert_eq!(ended.len(), CALLS);
    assert_nothing_is_lost_or_doubled(&ended, &counts(&received));
}

#[test]
fn bursts_of_resets_cost_a_job_no_call() {
    const CALLS: usize = 3_000;
    let port = ClosedPort::new().unwrap();
    let api = patient(port.url());
    // Every connection that is made, for a while, and after a while again; and
    // those that were good are closed after some answers, so that there are new
    // ones to be made.
    let server = port.open(
        |number| match number % 100 {
            0..40 => Then::Reset,
            _ => Then::Serve,
        },
        |request| {
            let answer = Answer::ok(id_of(request).to_string());
            match request.number % 7 {
                0 => answer.then(Then::Reset),
                1 => answer.then(Then::Close),
                _ => answer,
            }
        },
    );
    let ended = all_of(0..CALLS, |id| api.call(id));
    assert_eq!(ended.len(), CALLS);
    assert_nothing_is_lost_or_doubled(&ended, &counts(&server.received()));
    let attempts: usize = ended.iter().map(|(_, result)| attempts(result)).sum();
    let lost = ended.iter().filter(|(_, result)| result.is_err()).count();
    assert!(attempts - CALLS + lost > 20, "the resets were real");
}

/// What the tests above stand on.
#[test]
fn a_killed_server_keeps_its_port_and_refuses() {
    let server = FaultServer::new(|_| Answer::ok("0"));
    let url = server.url();
    let api = Api::builder().baseurl(url.clone()).build().unwrap();
    let get = || current_thread().block_on(api.get(0).retry(cloudapi::Retry::Never));
    assert!(get().is_ok());
    let (port, received) = server.kill();
    assert_eq!(received.len(), 1);
    assert!(get().unwrap_err().is_connect());
    assert_eq!(port.url(), url);
    let server = port.open(|_| Then::Serve, |_| Answer::ok("0"));
    assert!(get().is_ok());
    assert_eq!(server.count(), 1);
}
