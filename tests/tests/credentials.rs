//! Credentials that end: obtained once for all, renewed on a refusal, paid for
//! with slots, and never shown.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{BoxError, Credential, CredentialFuture, Credentials, Error};

#[rest_api(baseurl = "https://credentials.test/", callrateperhour = 3600)]
#[derive(Clone, Debug)]
struct Api;

impl Api {
    #[get("things")]
    fn get(&self) -> Call<Response<String>>;

    #[post("things")]
    fn post(&self) -> Call<Response<String>>;

    #[get("moved")]
    fn moved(&self) -> Call<String>;
}

/// Gives `token-1`, `token-2`, .., each after a time.
#[derive(Clone)]
struct Tokens {
    simulation: Simulation,
    given: Arc<AtomicUsize>,
    takes: Duration,
    valid_for: Option<Duration>,
}

impl Credentials for Tokens {
    fn obtain(&self) -> CredentialFuture<'_> {
        Box::pin(async move {
            let number = 1 + self.given.fetch_add(1, Ordering::SeqCst);
            self.simulation.sleep(self.takes).await;
            let credential = Credential::bearer(format!("token-{number}"));
            Ok(match self.valid_for {
                Some(time) => credential.valid_for(time),
                None => credential,
            })
        })
    }
}

struct World {
    simulation: Simulation,
    server: Server,
    tokens: Tokens,
    api: Api,
}

impl World {
    fn new(
        adjust: impl FnOnce(&mut Tokens),
        answer: impl FnMut(&Sent) -> Reply + Send + 'static,
    ) -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let mut tokens = Tokens {
            simulation: simulation.clone(),
            given: Arc::default(),
            takes: Duration::from_millis(300),
            valid_for: None,
        };
        adjust(&mut tokens);
        let api = api(&simulation, &server, tokens.clone());
        Self {
            simulation,
            server,
            tokens,
            api,
        }
    }

    fn given(&self) -> usize {
        self.tokens.given.load(Ordering::SeqCst)
    }

    /// When each request came, in seconds, and with which token.
    fn sent(&self) -> Vec<(f64, String)> {
        let sent = self.server.requests().into_iter();
        sent.map(|sent| (sent.at.as_secs_f64(), token(&sent)))
            .collect()
    }

    /// Runs that many calls that are made at once.
    fn run_all(&self, calls: usize) -> Vec<Result<Response<String>>> {
        let api = self.api.clone();
        self.simulation.run(async move {
            let calls: Vec<_> = (0..calls).map(|_| tokio::spawn(into(api.get()))).collect();
            let mut answers = Vec::new();
            for call in calls {
                answers.push(call.await.unwrap());
            }
            answers
        })
    }
}

async fn into(call: Call<Response<String>>) -> Result<Response<String>> {
    call.await
}

fn api(simulation: &Simulation, server: &Server, credentials: impl Credentials) -> Api {
    Api::builder()
        .simulation(simulation)
        .transport(server.clone())
        .credentials(credentials)
        .build()
        .unwrap()
}

fn token(sent: &Sent) -> String {
    match sent.headers.get("authorization") {
        None => String::new(),
        Some(value) => {
            assert!(value.is_sensitive());
            let text = value.to_str().unwrap();
            text.strip_prefix("Bearer ").unwrap().to_owned()
        }
    }
}

/// Accepts only that token.
fn only(accepted: &'static str) -> impl FnMut(&Sent) -> Reply + Send {
    move |sent| match token(sent) == accepted {
        true => Reply::text("fine"),
        false => Reply::status(401),
    }
}

#[test]
fn they_are_obtained_once_for_all_before_the_first_request() {
    let world = World::new(|_| {}, only("token-1"));
    for answer in world.run_all(50) {
        assert_eq!(answer.unwrap().attempts(), 1);
    }
    assert_eq!(world.given(), 1);
    let sent = world.sent();
    // The first goes as soon as they are there, and the slots follow from it.
    for (number, (at, _)) in sent.iter().enumerate() {
        assert!((at - (0.3 + number as f64)).abs() < 1e-9, "{at}");
    }
}

#[test]
fn a_refusal_renews_them_once_for_all_and_each_call_pays_another_slot() {
    let mut accepted = 0;
    let world = World::new(
        |tokens| tokens.takes = Duration::from_millis(2_500),
        // The first token works for three requests.
        move |sent| {
            accepted += usize::from(token(sent) == "token-1");
            match token(sent).as_str() {
                "token-1" if accepted <= 3 => Reply::text("fine"),
                "token-2" => Reply::text("fine"),
                _ => Reply::status(401),
            }
            // Two more are on their way before the refusal is known.
            .after(Duration::from_millis(2_200))
        },
    );
    let answers = world.run_all(20);
    let attempts: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.unwrap().attempts())
        .collect();
    assert_eq!(
        attempts.iter().filter(|attempts| **attempts == 2).count(),
        3,
        "{attempts:?}"
    );
    assert!(attempts.iter().all(|attempts| *attempts <= 2));
    assert_eq!(world.given(), 2);
    let sent = world.sent();
    assert_eq!(sent.len(), 23, "each refused request was sent once more");
    for two in sent.windows(2) {
        assert!(
            two[1].0 - two[0].0 >= 1.0 - 1e-9,
            "each pays a slot: {two:?}"
        );
    }
    // The calls that were refused go first again.
    assert_eq!(sent[6].1, "token-2");
}

#[test]
fn a_call_is_sent_again_once_and_then_ends_with_the_refusal() {
    let world = World::new(|_| {}, |_| Reply::status(401));
    let error = world.simulation.run(world.api.post()).unwrap_err();
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(error.attempts().len(), 2, "{error:?}");
    assert_eq!(world.given(), 2);
    assert_eq!(world.sent().len(), 2);
}

#[test]
fn a_post_that_was_refused_is_sent_again() {
    let world = World::new(|_| {}, only("token-2"));
    let answer = world.simulation.run(world.api.post()).unwrap();
    assert_eq!(answer.attempts(), 2);
}

#[test]
fn a_late_refusal_of_old_ones_does_not_renew_the_new_ones() {
    let world = World::new(
        |_| {},
        |sent| match (sent.number, token(sent).as_str()) {
            // Comes back after the second has been refused and all is renewed.
            (0, _) => Reply::status(401).after(Duration::from_secs(10)),
            (_, "token-1") => Reply::status(401),
            _ => Reply::text("fine"),
        },
    );
    for answer in world.run_all(3) {
        answer.unwrap();
    }
    assert_eq!(world.given(), 2);
}

#[test]
fn they_are_renewed_ahead_of_their_end_and_nobody_waits_for_that() {
    let world = World::new(
        |tokens| tokens.valid_for = Some(Duration::from_secs(100)),
        |_| Reply::text("fine"),
    );
    let answers = world.run_all(150);
    assert!(
        answers
            .into_iter()
            .all(|answer| answer.unwrap().attempts() == 1)
    );
    assert_eq!(world.given(), 2);
    let sent = world.sent();
    for two in sent.windows(2) {
        assert!(
            (two[1].0 - two[0].0 - 1.0).abs() < 1e-9,
            "nobody waited: {two:?}"
        );
    }
    let first_new = sent.iter().find(|(_, token)| token == "token-2").unwrap();
    // The last tenth begins at 90.3 s; the one at 91.3 s finds that out.
    assert!((first_new.0 - 91.3).abs() < 1.1, "{first_new:?}");
}

#[test]
fn ones_that_have_ended_are_not_sent() {
    let world = World::new(
        |tokens| tokens.valid_for = Some(Duration::from_secs(100)),
        |_| Reply::text("fine"),
    );
    world.simulation.run(async {
        world.api.get().await.unwrap();
        world.simulation.sleep(Duration::from_secs(1_000)).await;
        world.api.get().await.unwrap();
    });
    let tokens: Vec<_> = world.sent().into_iter().map(|sent| sent.1).collect();
    assert_eq!(tokens, ["token-1", "token-2"]);
}

#[test]
fn ones_that_come_with_nothing_left_go_once_with_what_waited_for_them() {
    let world = World::new(
        |tokens| {
            tokens.takes = Duration::from_millis(10);
            tokens.valid_for = Some(Duration::ZERO);
        },
        |_| Reply::text("fine"),
    );
    for answer in world.run_all(3) {
        assert_eq!(answer.unwrap().attempts(), 1);
    }
    // Each slot finds those of the last one at their end.
    assert_eq!(world.given(), 3);
}

#[test]
fn ones_with_nothing_left_are_not_asked_for_at_each_slot_of_a_fast_gate() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let given = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&given);
    let api = Api::builder()
        .callrateperhour(36_000)
        .simulation(&simulation)
        .transport(server)
        .credentials(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, BoxError>(Credential::bearer("t").valid_for(Duration::ZERO)) }
        })
        .build()
        .unwrap();
    simulation.run(async {
        for _ in 0..50 {
            api.get().await.unwrap();
        }
    });
    // Fifty calls take five seconds.
    assert_eq!(given.load(Ordering::SeqCst), 5);
}

#[test]
fn if_they_cannot_be_had_all_that_wait_end_and_the_next_asks_anew() {
    #[derive(Debug)]
    struct Sealed;

    impl std::fmt::Display for Sealed {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("the vault is sealed")
        }
    }

    impl std::error::Error for Sealed {}

    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let api = api(&simulation, &server, move || {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                0 => Err(BoxError::from(Sealed)),
                _ => Ok(Credential::header("X-Auth-Token", "s3cr3t")),
            }
        }
    });
    simulation.run(async {
        let (a, b) = tokio::join!(api.get(), api.post());
        for error in [a.unwrap_err(), b.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(error.to_string().contains("the vault is sealed"), "{error}");
            assert!(has_cause::<Sealed>(&error), "{error:?}");
        }
        api.get().await.unwrap();
    });
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(server.requests()[0].headers["x-auth-token"], "s3cr3t");
}

fn has_cause<E: std::error::Error + 'static>(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[test]
fn a_provider_that_hangs_holds_nobody_up_for_ever() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let api = api(
        &simulation,
        &server,
        std::future::pending::<Result<Credential, BoxError>>,
    );
    let error = simulation.run(api.get()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(error.elapsed().unwrap(), Duration::from_secs(60));
}

#[test]
fn a_deadline_holds_while_a_call_waits_for_them() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let api = api(
        &simulation,
        &server,
        std::future::pending::<Result<Credential, BoxError>>,
    );
    let call = api.get().deadline(Duration::from_secs(5));
    let error = simulation.run(call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(error.elapsed().unwrap().as_secs(), 5);
}

#[test]
fn a_provider_that_panics_ends_the_call_that_asked() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let api = api(&simulation, &server, || async {
        panic!("a fault of the provider")
    });
    simulation.run(async {
        let (a, b) = tokio::join!(api.get(), api.get());
        for error in [a.unwrap_err(), b.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Credentials);
        }
    });
}

#[test]
fn a_runtime_that_has_ended_hands_over_to_the_next_caller() {
    let world = World::new(
        |tokens| tokens.takes = Duration::from_secs(5),
        |_| Reply::text("fine"),
    );
    let ending = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut orphans: Vec<_> = {
        let _entered = ending.enter();
        let calls = (0..1_000).map(|_| Box::pin(world.api.get()));
        calls.collect()
    };
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for call in &mut orphans {
        let _entered = ending.enter();
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    drop(ending);
    world.simulation.run(async {
        world.api.get().await.unwrap();
        for call in orphans {
            let kind = call.await.unwrap_err().kind();
            assert!(
                matches!(kind, ErrorKind::Credentials | ErrorKind::Runtime),
                "{kind:?}"
            );
        }
    });
}

/// Whatever is polled on it has begun, and goes no further.
#[test]
fn a_runtime_that_stands_still_hands_over_to_a_caller_on_another() {
    let world = World::new(
        |tokens| tokens.takes = Duration::from_secs(5),
        |_| Reply::text("fine"),
    );
    let still = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut stuck = [Box::pin(world.api.get()), Box::pin(world.api.get())];
    let entered = still.enter();
    for call in &mut stuck {
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    drop(entered);
    world.simulation.run(async {
        let answer = world.api.get().await.unwrap();
        assert_eq!(answer.attempts(), 1);
        // A minute is what getting them may take, and one more second is for a runtime that
        // is late; then it is begun anew.
        assert_eq!(world.simulation.now().as_secs(), 66);
        for call in stuck {
            assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Credentials);
        }
    });
    // What the first runtime was at comes too late.
    still.block_on(tokio::task::yield_now());
    world.simulation.run(async {
        world.api.get().await.unwrap();
    });
    let tokens: Vec<_> = world.sent().into_iter().map(|sent| sent.1).collect();
    assert_eq!(tokens, ["token-1"; 2]);
}

#[test]
fn they_do_not_go_to_another_server_and_its_refusal_does_not_renew_them() {
    let world = World::new(
        |_| {},
        |sent| match sent.url.contains("credentials.test") {
            true => Reply::status(307).header("Location", "https://elsewhere.test/"),
            false => {
                assert!(!sent.headers.contains_key("authorization"));
                Reply::status(401)
            }
        },
    );
    let error = world.simulation.run(world.api.moved()).unwrap_err();
    assert_eq!(error.status().unwrap(), 401);
    assert_eq!(world.given(), 1);
    assert_eq!(world.sent().len(), 2);
}

#[test]
fn what_a_call_says_itself_stands() {
    let world = World::new(|_| {}, |_| Reply::status(401));
    let call = world.api.get().header("Authorization", "Bearer own");
    let error = world.simulation.run(call).unwrap_err();
    assert_eq!(error.attempts().len(), 1);
    assert_eq!(
        world.server.requests()[0].headers["authorization"],
        "Bearer own"
    );
    assert_eq!(world.given(), 1, "its refusal says nothing of ours");
}

#[test]
fn a_client_on_the_same_gate_may_get_them() {
    #[rest_api(baseurl = "https://credentials.test/", callrateperhour = 3600)]
    #[derive(Clone)]
    struct Login;

    impl Login {
        #[post("login")]
        async fn login(&self) -> Result<String>;
    }

    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| match sent.url.ends_with("login") {
        true => Reply::text("token-1"),
        false => Reply::text("fine"),
    });
    let login = Login::builder()
        .simulation(&simulation)
        .transport(server.clone());
    let login = login.build().unwrap();
    let api = api(&simulation, &server, move || {
        let login = login.clone();
        async move { Ok(Credential::bearer(login.login().await?)) }
    });
    simulation.run(async {
        let (a, b) = tokio::join!(api.get(), api.get());
        a.unwrap();
        b.unwrap();
    });
    let times: Vec<_> = server
        .requests()
        .iter()
        .map(|sent| sent.at.as_secs())
        .collect();
    assert_eq!(times, [0, 1, 2], "it pays a slot too");
}

#[test]
fn a_credential_that_cannot_be_sent_is_told_without_being_shown() {
    let broken: [fn() -> Credential; 4] = [
        || Credential::bearer("s3cr3t\nt0k3n"),
        || Credential::bearer(" "),
        || Credential::basic("a:b", "s3cr3t"),
        || Credential::header("no name", "s3cr3t"),
    ];
    for make in broken {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |_| Reply::text("fine"));
        let api = api(&simulation, &server, move || async move { Ok(make()) });
        let error = simulation.run(api.get()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        for shown in [
            format!("{error} {error:?}"),
            format!("{:?}", make()),
            format!("{api:?}"),
        ] {
            assert!(!shown.contains("s3cr3t"), "{shown}");
        }
    }
}

#[test]
fn they_and_a_bearer_token_exclude_each_other() {
    #[rest_api(baseurl = "https://credentials.test/", bearer = "{token}")]
    struct Both {
        token: Secret,
    }

    let error = Both::builder()
        .token("token".into())
        .credentials(|| async { Ok(Credential::bearer("other")) })
        .build()
        .map(|both| both.token)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Settings);
    assert!(error.to_string().contains("`bearer`"), "{error}");
}

#[test]
fn a_field_of_the_client_may_give_them() {
    #[rest_api(baseurl = "https://credentials.test/", credentials = "{login}")]
    struct Declared {
        login: Tokens,
    }

    impl Declared {
        #[get("things")]
        async fn get(&self) -> Result<String>;
    }

    let world = World::new(|_| {}, |_| Reply::text("fine"));
    let simulation = Simulation::new();
    let seen = Arc::new(Mutex::new(String::new()));
    let noted = Arc::clone(&seen);
    let server = Server::new(&simulation, move |sent| {
        *noted.lock().unwrap() = token(sent);
        Reply::text("fine")
    });
    let tokens = Tokens {
        simulation: simulation.clone(),
        ..world.tokens
    };
    let declared = Declared::builder()
        .login(tokens)
        .simulation(&simulation)
        .transport(server)
        .build()
        .unwrap();
    simulation.run(declared.get()).unwrap();
    assert_eq!(*seen.lock().unwrap(), "token-1");
    assert_eq!(declared.login.given.load(Ordering::SeqCst), 1);
}
