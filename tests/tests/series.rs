//! When a failing call is tried again, to the second, in simulated time.

use std::time::{Duration, SystemTime};

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Error, ErrorKind, Failure, Retry};

#[rest_api(baseurl = "https://series.test/v1/")]
struct Api;

impl Api {
    #[get("things")]
    fn get(&self) -> Call<Response<String>>;

    #[post("things")]
    fn post(&self) -> Call<String>;

    #[get("patient", request_timeout = "2m")]
    fn patient(&self) -> Call<String>;
}

/// A client in a world of its own, and the server that it talks to.
struct World {
    simulation: Simulation,
    server: Server,
    api: Api,
}

/// The settings of a client.
type Settings = ApiBuilder<Api>;

impl World {
    fn new(
        settings: impl FnOnce(Settings) -> Settings,
        answer: impl FnMut(&Sent) -> Reply + Send + 'static,
    ) -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let api = settings(Api::builder())
            .simulation(&simulation)
            .transport(server.clone())
            .build()
            .unwrap();
        Self {
            simulation,
            server,
            api,
        }
    }

    /// With default settings.
    fn usual(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> Self {
        Self::new(|settings| settings, answer)
    }

    /// All requests so far, in seconds.
    fn times(&self) -> Vec<f64> {
        times(&self.server)
    }

    fn error<T: std::fmt::Debug>(&self, call: Call<T>) -> Error {
        self.simulation.run(call).unwrap_err()
    }
}

fn times(server: &Server) -> Vec<f64> {
    let sent = server.requests().into_iter();
    sent.map(|sent| sent.at.as_secs_f64()).collect()
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// What the clock on the wall says in a simulation that has just begun.
fn beginning() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800)
}

/// The attempts of a GET that always fails.
fn series(settings: impl FnOnce(Settings) -> Settings) -> Vec<f64> {
    let world = World::new(settings, |_| Reply::status(500));
    let error = world.error(world.api.get());
    let times = world.times();
    assert_eq!(error.attempts().len(), times.len());
    assert_eq!(error.kind(), ErrorKind::Status);
    times
}

#[test]
fn the_defaults_make_twelve_attempts_at_the_promised_times() {
    let world = World::usual(|sent| Reply::text(sent.number.to_string()).with_status(500));
    let error = world.error(world.api.get());
    let expected = [0, 20, 60, 140, 300, 620, 630, 650, 690, 770, 930, 1_250];
    assert_eq!(world.times(), expected.map(f64::from));
    let logged = error.attempts().iter().map(|attempt| attempt.at);
    assert!(logged.eq(expected.map(seconds)));
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status().unwrap(), 500);
    assert_eq!(error.response().unwrap().value(), "11", "the last response");
    assert_eq!(error.elapsed(), Some(seconds(1_250)));
    assert_eq!(error.method().unwrap(), "GET");
    assert_eq!(error.url(), Some("https://series.test/v1/things"));
}

#[test]
fn what_is_declared_on_the_struct_counts() {
    #[rest_api(
        baseurl = "https://declared.test/",
        callrateperhour = 3_600,
        geometric_delay_multiplier = 3,
        maximum_geometric_delay_multiplications = 2,
        maximum_failed_attempts = 2,
        minimum_delay = "4s",
        maximum_delay = "8s"
    )]
    struct Declared;

    impl Declared {
        #[get("things")]
        async fn get(&self) -> Result<String>;
    }

    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::status(502));
    let declared = Declared::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    simulation.run(declared.get()).unwrap_err();
    let expected = [0, 4, 12, 13, 17, 25, 26, 30, 38];
    assert_eq!(times(&server), expected.map(f64::from));
}

#[test]
fn a_multiplier_of_one_waits_one_period_each_time() {
    let expected: Vec<f64> = (0..12).map(|slot| f64::from(slot * 10)).collect();
    assert_eq!(series(|s| s.geometric_delay_multiplier(1.0)), expected);
}

#[test]
fn a_multiplier_may_be_a_fraction() {
    let times = series(|settings| {
        settings
            .geometric_delay_multiplier(1.5)
            .maximum_geometric_delay_multiplications(3)
            .maximum_failed_attempts(0)
    });
    assert_eq!(times, [0.0, 15.0, 37.5, 71.25]);
}

#[test]
fn without_multiplications_a_failed_call_goes_to_the_back_of_the_queue_at_once() {
    let times = series(|settings| {
        settings
            .maximum_geometric_delay_multiplications(0)
            .maximum_failed_attempts(3)
    });
    assert_eq!(times, [0.0, 10.0, 20.0, 30.0]);
}

#[test]
fn without_failed_attempts_one_series_is_all() {
    let times = series(|settings| settings.maximum_failed_attempts(0));
    assert_eq!(times, [0, 20, 60, 140, 300, 620].map(f64::from));
}

#[test]
fn with_neither_there_is_one_attempt() {
    let times = series(|settings| {
        settings
            .maximum_geometric_delay_multiplications(0)
            .maximum_failed_attempts(0)
    });
    assert_eq!(times, [0.0]);
}

#[test]
fn each_series_begins_anew() {
    let times = series(|settings| {
        settings
            .maximum_geometric_delay_multiplications(1)
            .maximum_failed_attempts(3)
    });
    assert_eq!(times, [0, 20, 30, 50, 60, 80, 90, 110].map(f64::from));
}

#[test]
fn delays_keep_to_their_bounds() {
    let lower = series(|s| s.minimum_delay(seconds(30)).maximum_failed_attempts(0));
    assert_eq!(lower, [0, 30, 70, 150, 310, 630].map(f64::from));
    let upper = series(|s| s.maximum_delay(seconds(60)).maximum_failed_attempts(0));
    assert_eq!(upper, [0, 20, 60, 120, 180, 240].map(f64::from));
    let below_the_period = series(|s| s.maximum_delay(seconds(1)).maximum_failed_attempts(0));
    let each_slot = [0, 10, 20, 30, 40, 50].map(f64::from);
    assert_eq!(below_the_period, each_slot, "an attempt needs a slot too");
}

#[test]
fn the_steepest_settings_overflow_nothing() {
    let times = series(|settings| {
        settings
            .callrateperhour(1)
            .geometric_delay_multiplier(1_000.0)
            .maximum_geometric_delay_multiplications(40)
            .maximum_failed_attempts(0)
    });
    assert_eq!(times.len(), 41);
    let year = f64::from(366 * 86_400);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= year));
}

#[test]
fn delays_count_from_the_moment_the_failure_is_known() {
    let world = World::usual(|sent| match sent.number {
        0 => Reply::status(500).after(seconds(5)),
        1 => Reply::never(),
        _ => Reply::text("at last"),
    });
    let response = world.simulation.run(world.api.get()).unwrap();
    assert_eq!(world.times(), [0.0, 25.0, 95.0], "5 + 20, and 30 + 40 more");
    assert_eq!(response.attempts(), 3);
    assert_eq!(response.elapsed(), seconds(95));
}

#[test]
fn after_a_success_nothing_more_is_sent_and_the_next_call_begins_anew() {
    let world = World::usual(|sent| match sent.number {
        3 | 4 => Reply::text("fine"),
        _ => Reply::status(500),
    });
    world.simulation.run(async {
        assert_eq!(world.api.get().await.unwrap().attempts(), 4);
        world.simulation.sleep(seconds(10_000)).await;
        assert_eq!(world.times(), [0.0, 20.0, 60.0, 140.0]);
        assert_eq!(world.api.get().await.unwrap().attempts(), 1);
        let error = world.api.get().await.unwrap_err();
        assert_eq!(error.attempts().len(), 12);
    });
}

mod retry_after {
    use super::*;

    /// When the second attempt comes, if the first is answered so.
    fn second(status: u16, headers: &[(&str, &str)]) -> f64 {
        let refused = headers
            .iter()
            .fold(Reply::status(status), |reply, (name, value)| {
                reply.header(name, value)
            });
        let mut first = Some(refused);
        let world = World::usual(move |_| first.take().unwrap_or_else(|| Reply::text("fine")));
        world.simulation.run(world.api.get()).unwrap();
        world.times()[1]
    }

    #[test]
    fn seconds_are_waited_for() {
        assert_eq!(second(429, &[("Retry-After", "100")]), 100.0);
        assert_eq!(second(503, &[("Retry-After", "7")]), 10.0, "a slot is due");
        assert_eq!(second(503, &[("Retry-After", "77")]), 77.0);
    }

    #[test]
    fn dates_are_read_in_all_three_forms() {
        for date in [
            "Wed, 01 Jan 2020 00:01:40 GMT",
            "Wednesday, 01-Jan-20 00:01:40 GMT",
            "Wed Jan  1 00:01:40 2020",
        ] {
            assert_eq!(second(429, &[("Retry-After", date)]), 100.0, "{date}");
        }
    }

    #[test]
    fn a_date_counts_from_the_servers_own_clock() {
        let slow_server = [
            ("Date", "Tue, 31 Dec 2019 22:00:00 GMT"),
            ("Retry-After", "Tue, 31 Dec 2019 22:00:50 GMT"),
        ];
        assert_eq!(second(429, &slow_server), 50.0);
    }

    #[test]
    fn without_a_usable_wait_the_gate_closes_by_the_series() {
        assert_eq!(second(429, &[]), 20.0);
        assert_eq!(second(429, &[("Retry-After", "0")]), 20.0);
        assert_eq!(second(429, &[("Retry-After", "soon")]), 20.0);
        assert_eq!(second(429, &[("Retry-After", "-5")]), 20.0);
        let past = ("Retry-After", "Tue, 31 Dec 2019 23:59:59 GMT");
        assert_eq!(second(429, &[past]), 20.0);
        let world = World::usual(|sent| match sent.number {
            0..4 => Reply::status(429),
            _ => Reply::text("fine"),
        });
        world.simulation.run(world.api.get()).unwrap();
        assert_eq!(world.times(), [0.0, 20.0, 60.0, 140.0, 300.0]);
    }

    #[test]
    fn waiting_out_spends_nothing_of_the_series() {
        let world = World::usual(|sent| match sent.number {
            0..3 => Reply::status(429).header("Retry-After", "100"),
            _ => Reply::status(500),
        });
        let error = world.error(world.api.get());
        assert_eq!(error.attempts().len(), 3 + 12);
        assert_eq!(&world.times()[..5], &[0.0, 100.0, 200.0, 300.0, 320.0]);
    }

    #[test]
    fn the_gate_closes_for_everybody_and_the_refused_call_goes_first() {
        let world = World::usual(|sent| match sent.number {
            0 => Reply::status(429).header("Retry-After", "300"),
            _ => Reply::text("fine"),
        });
        world.simulation.run(async {
            tokio::try_join!(
                world.api.get().query("call", 1),
                world.api.get().query("call", 2)
            )
            .unwrap();
        });
        assert_eq!(world.times(), [0.0, 300.0, 310.0]);
        let sent = world.server.requests();
        assert!(sent[1].url.ends_with("call=1"));
    }

    #[test]
    fn the_longest_wait_that_is_allowed_is_waited_for() {
        assert_eq!(second(429, &[("Retry-After", "3600")]), 3_600.0);
    }

    #[test]
    fn a_longer_wait_ends_the_call_with_the_time_to_come_back() {
        let world = World::usual(|_| Reply::status(429).header("Retry-After", "3601"));
        let error = world.error(world.api.get());
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert!(error.is_rate_limited() && error.is_retryable());
        assert_eq!(error.retry_at(), Some(beginning() + seconds(3_601)));
        assert_eq!(error.attempts().len(), 1);
        assert_eq!(error.status().unwrap(), 429);
        assert_eq!(world.simulation.now(), Duration::ZERO);
    }

    #[test]
    fn a_longer_wait_ends_those_who_wait_and_those_who_come() {
        let world = World::new(
            |settings| settings.maximum_retry_after(seconds(60)),
            |sent| match sent.number {
                0 => Reply::status(429).header("Retry-After", "100"),
                _ => Reply::text("fine"),
            },
        );
        world.simulation.run(async {
            let (first, second) = tokio::join!(world.api.get(), world.api.post());
            let third = world.api.get().await;
            for error in [
                first.map(drop).unwrap_err(),
                second.map(drop).unwrap_err(),
                third.map(drop).unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Throttled, "{error}");
                assert!(error.retry_at().is_some(), "{error}");
            }
            assert_eq!(world.server.requests().len(), 1);
            world.simulation.sleep(seconds(100)).await;
            world.api.get().await.unwrap();
        });
    }

    #[test]
    fn a_server_that_only_ever_throttles_is_not_asked_for_ever() {
        let world = World::usual(|_| Reply::status(429).header("Retry-After", "60"));
        let error = world.error(world.api.get());
        assert_eq!(error.kind(), ErrorKind::Throttled);
        assert_eq!(error.attempts().len(), world.times().len());
        assert!(error.attempts().len() > 10);
    }

    #[test]
    fn a_refused_post_was_not_processed_and_is_sent_again() {
        for status in [429, 503] {
            let world = World::usual(move |sent| match sent.number {
                0 => Reply::status(status).header("Retry-After", "30"),
                _ => Reply::text("made"),
            });
            let made = world.simulation.run(world.api.post().retry(Retry::Never));
            assert_eq!(made.unwrap(), "made");
            assert_eq!(world.times(), [0.0, 30.0]);
        }
    }
}

mod bounds {
    use super::*;

    #[test]
    fn a_deadline_that_a_retry_cannot_make_ends_the_call_before_it_waits() {
        let world = World::usual(|_| Reply::status(500));
        let error = world.error(world.api.get().deadline(seconds(19)));
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert!(error.is_timeout());
        assert_eq!(world.simulation.now(), Duration::ZERO);
        assert_eq!(error.retry_at(), Some(beginning() + seconds(20)));
        assert_eq!(error.status().unwrap(), 500, "what the last attempt said");
        assert_eq!(error.attempts().len(), 1);
    }

    #[test]
    fn a_retry_that_just_makes_its_deadline_is_made() {
        let world = World::usual(|_| Reply::status(500));
        let error = world.error(world.api.get().deadline(seconds(60)));
        assert_eq!(world.times(), [0.0, 20.0, 60.0]);
        assert_eq!(error.kind(), ErrorKind::Deadline);
    }

    #[test]
    fn a_turn_that_would_come_after_the_deadline_is_not_waited_for() {
        let world = World::usual(|_| Reply::text("fine"));
        world.simulation.run(async {
            world.api.get().await.unwrap();
            let error = world.api.get().deadline(seconds(9)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Deadline);
            assert_eq!(error.retry_at(), Some(beginning() + seconds(10)));
            assert!(error.attempts().is_empty());
            assert_eq!(world.simulation.now(), Duration::ZERO);
            world.api.get().deadline(seconds(10)).await.unwrap();
        });
        assert_eq!(world.times(), [0.0, 10.0]);
    }

    #[test]
    fn a_deadline_cuts_off_an_attempt_under_way() {
        let world = World::usual(|_| Reply::never());
        let error = world.error(world.api.get().deadline(seconds(12)));
        assert_eq!(world.simulation.now(), seconds(12));
        assert!(error.is_timeout());
        assert_eq!(error.elapsed(), Some(seconds(12)));
        let world = World::usual(|_| Reply::never());
        let error = world.error(world.api.post().deadline(seconds(12)));
        assert!(error.is_unknown_outcome(), "{error}");
    }

    #[test]
    fn a_throttled_call_whose_wait_goes_past_its_deadline_ends_at_once() {
        let world = World::usual(|_| Reply::status(429).header("Retry-After", "100"));
        let error = world.error(world.api.get().deadline(seconds(99)));
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert_eq!(error.retry_at(), Some(beginning() + seconds(100)));
        assert_eq!(world.simulation.now(), Duration::ZERO);
    }

    #[test]
    fn the_timeout_of_the_call_goes_before_the_endpoints_and_the_clients() {
        let never = || World::new(|s| s.retry(Retry::Never), |_| Reply::never());
        let took = |world: &World, error: Error| {
            assert_eq!(error.kind(), ErrorKind::Timeout);
            assert_eq!(error.attempts()[0].took, world.simulation.now());
            world.simulation.now().as_secs()
        };
        let world = never();
        assert_eq!(took(&world, world.error(world.api.get())), 30);
        let world = never();
        assert_eq!(took(&world, world.error(world.api.patient())), 120);
        let world = never();
        let call = world.api.patient().request_timeout(seconds(3));
        assert_eq!(took(&world, world.error(call)), 3);
        let world = World::new(
            |s| s.retry(Retry::Never).request_timeout(seconds(7)),
            |_| Reply::never(),
        );
        assert_eq!(took(&world, world.error(world.api.get())), 7);
    }

    #[test]
    fn an_endless_deadline_is_none() {
        let world = World::usual(|_| Reply::status(500));
        let error = world.error(world.api.get().deadline(Duration::MAX));
        assert_eq!(error.attempts().len(), 12);
    }
}

#[test]
fn a_failure_to_connect_runs_the_same_series_for_a_post() {
    let world = World::usual(|_| Reply::failure(Failure::NotSent));
    let error = world.error(world.api.post());
    let expected = [0, 20, 60, 140, 300, 620, 630, 650, 690, 770, 930, 1_250];
    assert_eq!(world.times(), expected.map(f64::from));
    assert!(error.is_connect());
}
