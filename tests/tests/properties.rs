//! What holds whatever the calls, the settings and the server do: random worlds
//! in simulated time, seen from outside only.

use std::collections::HashMap;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Error, Failure, Retry};
use proptest::prelude::*;

#[rest_api(baseurl = "https://properties.test/")]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("{id}")]
    fn get(&self, id: usize) -> Call<Response<String>>;
    #[post("{id}")]
    fn post(&self, id: usize) -> Call<Response<String>>;
}

#[derive(Clone, Debug)]
struct Settings {
    callrateperhour: u32,
    multiplier: f64,
    multiplications: u16,
    failed_attempts: u16,
    in_flight: u32,
    maximum_delay: Duration,
    retry: Retry,
}

#[derive(Clone, Debug)]
struct Caller {
    arrives: Duration,
    post: bool,
    /// How long until it loses its patience, if it does.
    leaves: Option<Duration>,
    deadline: Option<Duration>,
    timeout: Duration,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Status(u16),
    RetryAfter(u16, u16),
    Failure(Failure),
    Never,
}

/// What the server does with one request after the other.
#[derive(Clone, Copy, Debug)]
struct Deed {
    /// `None` is an answer.
    fault: Option<Fault>,
    after: Duration,
}

impl Deed {
    fn reply(self) -> Reply {
        let reply = match self.fault {
            None => Reply::text("fine"),
            Some(Fault::Status(status)) => Reply::status(status),
            Some(Fault::RetryAfter(status, wait)) => {
                Reply::status(status).header("Retry-After", &wait.to_string())
            }
            Some(Fault::Failure(failure)) => Reply::failure(failure),
            Some(Fault::Never) => return Reply::never(),
        };
        reply.after(self.after)
    }
}

fn settings() -> impl Strategy<Value = Settings> {
    (
        prop_oneof![Just(360_u32), Just(3_600), Just(36_000), Just(7), Just(999)],
        prop_oneof![Just(1.0), Just(1.5), Just(2.0), Just(3.0)],
        0..4_u16,
        0..3_u16,
        prop_oneof![3 => Just(u32::MAX), 1 => 1..4_u32],
        prop_oneof![
            Just(Duration::from_secs(5)),
            Just(Duration::from_secs(86_400))
        ],
        prop_oneof![4 => Just(Retry::Standard), 1 => Just(Retry::Always), 1 => Just(Retry::Never)],
    )
        .prop_map(
            |(
                callrateperhour,
                multiplier,
                multiplications,
                failed_attempts,
                in_flight,
                maximum_delay,
                retry,
            )| Settings {
                callrateperhour,
                multiplier,
                multiplications,
                failed_attempts,
                in_flight,
                maximum_delay,
                retry,
            },
        )
}

/// A whole number of milliseconds.
fn millis(range: std::ops::Range<u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_millis)
}

/// Never the moment at which something else happens.
fn patience() -> impl Strategy<Value = Duration> {
    millis(0..300_000).prop_map(|time| time + Duration::from_micros(500))
}

fn caller() -> impl Strategy<Value = Caller> {
    (
        prop_oneof![Just(Duration::ZERO), millis(0..200_000)],
        any::<bool>(),
        proptest::option::weighted(0.2, patience()),
        proptest::option::weighted(0.2, patience()),
        prop_oneof![Just(Duration::from_secs(30)), millis(1..20_000)],
    )
        .prop_map(|(arrives, post, leaves, deadline, timeout)| Caller {
            arrives,
            post,
            leaves,
            deadline,
            timeout,
        })
}

fn deed() -> impl Strategy<Value = Deed> {
    let status = proptest::sample::select(vec![201_u16, 302, 404, 408, 429, 500, 501, 503]);
    let failure = proptest::sample::select(vec![
        Failure::NotSent,
        Failure::Interrupted,
        Failure::Tls,
        Failure::TooLarge,
    ]);
    let fault = prop_oneof![
        4 => status.prop_map(Fault::Status),
        1 => (prop_oneof![Just(429_u16), Just(503)], 0..5_000_u16)
            .prop_map(|(status, wait)| Fault::RetryAfter(status, wait)),
        3 => failure.prop_map(Fault::Failure),
        1 => Just(Fault::Never),
    ];
    let after = prop_oneof![2 => Just(Duration::ZERO), 1 => millis(0..40_000)];
    (proptest::option::weighted(0.6, fault), after).prop_map(|(fault, after)| Deed { fault, after })
}

/// How a call ended that its caller waited for.
struct Ended {
    caller: usize,
    result: Result<Response<String>>,
    at: Duration,
}

impl Ended {
    fn attempts(&self) -> usize {
        match &self.result {
            Ok(response) => response.attempts() as usize,
            Err(error) => error.attempts().len(),
        }
    }
}

struct History {
    sent: Vec<Sent>,
    ended: Vec<Ended>,
}

fn caller_of(sent: &Sent) -> usize {
    sent.url.rsplit('/').next().unwrap().parse().unwrap()
}

/// Runs a world until every caller has its answer or has left.
fn history(settings: &Settings, callers: &[Caller], deeds: Vec<Deed>) -> History {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, move |sent| {
        deeds
            .get(sent.number % (deeds.len() + 1))
            .map_or_else(|| Reply::text("fine"), |deed| deed.reply())
    });
    let api = Api::builder()
        .callrateperhour(settings.callrateperhour)
        .geometric_delay_multiplier(settings.multiplier)
        .maximum_geometric_delay_multiplications(settings.multiplications)
        .maximum_failed_attempts(settings.failed_attempts)
        .maximum_in_flight(settings.in_flight)
        .maximum_delay(settings.maximum_delay)
        .retry(settings.retry)
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    let ended = simulation.run(async {
        let tasks: Vec<_> = callers
            .iter()
            .cloned()
            .enumerate()
            .map(|(id, caller)| {
                let (api, simulation) = (api.clone(), simulation.clone());
                tokio::spawn(async move {
                    simulation.sleep(caller.arrives).await;
                    let call = if caller.post {
                        api.post(id)
                    } else {
                        api.get(id)
                    };
                    let mut call = call.request_timeout(caller.timeout);
                    if let Some(deadline) = caller.deadline {
                        call = call.deadline(deadline);
                    }
                    let result = match caller.leaves {
                        None => call.await,
                        Some(leaves) => tokio::select! {
                            biased;
                            result = call => result,
                            () = simulation.sleep(leaves) => return None,
                        },
                    };
                    let at = simulation.now();
                    Some(Ended {
                        caller: id,
                        result,
                        at,
                    })
                })
            })
            .collect();
        let mut ended = Vec::new();
        for task in tasks {
            ended.extend(task.await.unwrap());
        }
        ended
    });
    History {
        sent: server.requests(),
        ended,
    }
}

/// No more than N in any hour, and that by one in each period.
fn assert_limit(settings: &Settings, sent: &[Sent]) -> Result<(), TestCaseError> {
    let rate = settings.callrateperhour as usize;
    let hour = Duration::from_secs(3_600);
    for two in sent.windows(2) {
        let apart = two[1].at - two[0].at;
        prop_assert!(apart * settings.callrateperhour >= hour, "{apart:?} apart");
    }
    for (first, last) in sent.iter().zip(sent.iter().skip(rate)) {
        prop_assert!(last.at - first.at >= hour);
    }
    Ok(())
}

/// What its log says of a call is what the server saw of it.
fn assert_log(caller: &Caller, error: &Error, seen: &[Duration]) -> Result<(), TestCaseError> {
    let logged: Vec<Duration> = error
        .attempts()
        .iter()
        .map(|attempt| caller.arrives + attempt.at)
        .collect();
    prop_assert_eq!(&logged, seen, "{}", error);
    Ok(())
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_happens(
        settings in settings(),
        callers in proptest::collection::vec(caller(), 1..30),
        deeds in proptest::collection::vec(deed(), 0..20),
    ) {
        let History { sent, ended } = history(&settings, &callers, deeds);
        assert_limit(&settings, &sent)?;

        // Everybody who did not leave has one answer.
        let mut answered: Vec<usize> = ended.iter().map(|ended| ended.caller).collect();
        answered.dedup();
        prop_assert_eq!(answered.len(), ended.len());
        for (id, caller) in callers.iter().enumerate() {
            prop_assert!(caller.leaves.is_some() || answered.contains(&id));
        }

        // Those who have not been tried yet go in the order in which they came.
        let mut seen: HashMap<usize, Vec<Duration>> = HashMap::new();
        let mut firsts = Vec::new();
        for request in &sent {
            let times = seen.entry(caller_of(request)).or_default();
            if times.is_empty() {
                firsts.push(callers[caller_of(request)].arrives);
            }
            times.push(request.at);
        }
        prop_assert!(firsts.is_sorted(), "{firsts:?}");

        // Every request is an attempt that its call knows of.
        for ended in &ended {
            let caller = &callers[ended.caller];
            let seen = seen.remove(&ended.caller).unwrap_or_default();
            prop_assert_eq!(seen.len(), ended.attempts(), "call {}", ended.caller);
            if let Err(error) = &ended.result {
                assert_log(caller, error, &seen)?;
                prop_assert_eq!(error.elapsed(), Some(ended.at - caller.arrives));
            }
            if let Some(deadline) = caller.deadline {
                // A turn at the very deadline would still have been taken.
                let over = caller.arrives + deadline + Duration::from_nanos(1);
                prop_assert!(ended.at <= over);
            }
            let most = usize::from(settings.multiplications + 1)
                * usize::from(settings.failed_attempts + 1);
            let throttled = sent.iter().filter(|s| caller_of(s) == ended.caller).count();
            prop_assert!(ended.attempts() <= most + throttled);
        }
        // What is left was sent for those who left.
        for id in seen.into_keys() {
            prop_assert!(callers[id].leaves.is_some(), "call {id}");
        }
    }

    /// Where nothing fails, what happens can be told beforehand: each call goes
    /// in its turn, as early as the limit allows, and who leaves before that
    /// takes no slot along.
    #[test]
    fn no_slot_is_lost_to_those_who_leave(
        rate in prop_oneof![Just(360_u32), Just(3_600), Just(7_200)],
        callers in proptest::collection::vec((millis(0..100_000), proptest::option::of(patience())), 1..60),
    ) {
        let mut callers: Vec<Caller> = callers
            .into_iter()
            .map(|(arrives, leaves)| Caller {
                arrives,
                post: false,
                leaves,
                deadline: None,
                timeout: Duration::from_secs(30),
            })
            .collect();
        callers.sort_by_key(|caller| caller.arrives);
        let settings = Settings {
            callrateperhour: rate,
            multiplier: 2.0,
            multiplications: 5,
            failed_attempts: 1,
            in_flight: u32::MAX,
            maximum_delay: Duration::from_secs(86_400),
            retry: Retry::Standard,
        };
        let History { sent, ended } = history(&settings, &callers, Vec::new());

        let period = Duration::from_secs(3_600) / rate;
        let mut next = Duration::ZERO;
        let mut expected = Vec::new();
        for (id, caller) in callers.iter().enumerate() {
            let start = next.max(caller.arrives);
            if caller.leaves.is_none_or(|leaves| caller.arrives + leaves > start) {
                expected.push((id, start));
                next = start + period;
            }
        }
        let arrived: Vec<_> = sent.iter().map(|s| (caller_of(s), s.at)).collect();
        prop_assert_eq!(arrived, expected);
        prop_assert!(ended.iter().all(|ended| ended.result.is_ok()));
    }
}
