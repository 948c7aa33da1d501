//! A real limiter, and a server that breaks off: what nginx does, and what it saw.

use std::time::{Duration, SystemTime};

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Failure};
use serde::Deserialize;
use tests::contract::{server, unique};

#[rest_api(baseurl = "http://nginx.test/", bearer = "{token}", scope = "{token}")]
#[derive(Clone, Debug)]
struct Nginx {
    token: String,
}

impl Nginx {
    /// Ten a second, and ten more at once; then 429 and `Retry-After: 1`.
    #[get("limited", query("key" = "{self.token}"))]
    fn limited(&self) -> Call<Response<Fine>>;

    /// Ten a second and no more: whoever is faster by a twentieth is refused.
    #[get("exact", query("key" = "{self.token}"))]
    fn exact(&self) -> Call<Response<Fine>>;

    #[post("exact", query("key" = "{self.token}"))]
    fn post_exact(&self) -> Call<Response<Fine>>;

    #[post("limited", query("key" = "{self.token}"))]
    fn post_limited(&self) -> Call<Response<Fine>>;

    /// The same with two more at once, and without `Retry-After`.
    #[get("untold", query("key" = "{self.token}"))]
    fn untold(&self) -> Call<Response<Fine>>;

    /// One a second; then 503 and nothing more.
    #[get("default", query("key" = "{self.token}"))]
    fn default(&self) -> Call<Response<Fine>>;

    #[post("default", query("key" = "{self.token}"))]
    fn post_default(&self) -> Call<Response<Fine>>;

    /// Two at a time; then 429 and `Retry-After: 1`.
    #[get("together", query("key" = "{self.token}"))]
    fn together(&self) -> Call<Response<Fine>>;

    #[get("break/{how}/{times}", query("key" = "{self.token}"))]
    fn get_broken(&self, how: &str, times: u32) -> Call<Response<Fine>>;

    #[post("break/{how}/{times}", query("key" = "{self.token}"))]
    fn post_broken(&self, how: &str, times: u32) -> Call<Response<Fine>>;

    #[post("break/{how}/{times}", query("key" = "{self.token}"), idempotency_key)]
    fn post_with_key(&self, how: &str, times: u32) -> Call<Response<Fine>>;
}

/// Asks the server what it saw, apart from the calls that are tested.
#[rest_api(
    baseurl = "http://nginx.test/",
    callrateperhour = 4_000_000_000,
    scope = "observer"
)]
struct Observer;

impl Observer {
    #[get("count")]
    async fn answers(&self, #[query("of")] token: &str, #[query] status: u16) -> Result<usize>;

    #[get("seen")]
    async fn seen(&self, #[query("of")] token: &str) -> Result<usize>;
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Fine {
    ok: bool,
}

struct World {
    url: String,
    token: String,
    observer: Observer,
}

impl World {
    fn new(name: &str) -> Option<Self> {
        let url = server("CLOUDAPI_NGINX")?;
        let observer = Observer::builder().baseurl(url.as_str()).build().unwrap();
        let token = unique(name);
        Some(Self {
            url,
            token,
            observer,
        })
    }

    /// A client of so many calls an hour. Its token is its own, and so are its gate
    /// and its limits at the server.
    fn api(&self, callrateperhour: u32) -> Nginx {
        Nginx::builder()
            .baseurl(self.url.as_str())
            .token(self.token.clone())
            .callrateperhour(callrateperhour)
            .build()
            .unwrap()
    }

    /// A client that loses no time with itself.
    fn quick(&self) -> Nginx {
        Nginx::builder()
            .baseurl(self.url.as_str())
            .token(self.token.clone())
            .callrateperhour(4_000_000_000)
            .maximum_delay(Duration::from_millis(1))
            .build()
            .unwrap()
    }

    /// How many answers of this status the server gave.
    async fn answers(&self, status: u16) -> usize {
        self.observer.answers(&self.token, status).await.unwrap()
    }

    /// How many of the requests that were to go wrong arrived.
    async fn seen(&self) -> usize {
        self.observer.seen(&self.token).await.unwrap()
    }
}

/// Makes so many calls at once, which all have to bring what was asked for.
/// Returns how many attempts they took together.
async fn all_succeed(calls: impl IntoIterator<Item = Call<Response<Fine>>>) -> usize {
    let tasks: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
    let mut attempts = 0;
    for task in tasks {
        let response = task.await.unwrap().unwrap();
        assert!(response.value().ok);
        attempts += response.attempts() as usize;
    }
    attempts
}

/// Ten a second, as the server allows.
const ALLOWED: u32 = 36_000;
/// Five times as much.
const TOO_MUCH: u32 = 180_000;

mod limits {
    use super::*;

    #[tokio::test]
    async fn at_the_rate_of_the_server_there_is_never_one_429() {
        let Some(world) = World::new("allowed") else {
            return;
        };
        let api = world.api(ALLOWED);
        assert_eq!(all_succeed((0..80).map(|_| api.exact())).await, 80);
        assert_eq!(world.answers(200).await, 80);
        assert_eq!(world.answers(429).await, 0);
    }

    /// A setting that is ten times too high is no disaster: the server's refusals
    /// are waited out, and each brings the others of its kind with it.
    #[tokio::test]
    async fn a_rate_that_is_set_ten_times_too_high_recovers() {
        let Some(world) = World::new("ten-times") else {
            return;
        };
        let api = world.api(10 * ALLOWED);
        let gets = (0..15).map(|_| api.exact());
        let posts = (0..15).map(|_| api.post_exact());
        let attempts = all_succeed(gets.chain(posts)).await;
        let refused = world.answers(429).await;
        assert!(refused > 0, "the limit is real");
        assert_eq!(world.answers(200).await, 30, "each took effect once");
        assert_eq!(attempts, 30 + refused);
    }

    /// Also when the calls come from clients that know nothing of each other.
    #[tokio::test]
    async fn nor_with_five_clients_of_one_account() {
        let Some(world) = World::new("account") else {
            return;
        };
        let clients: Vec<Nginx> = (0..5).map(|_| world.api(ALLOWED)).collect();
        let calls = (0..40).map(|number| clients[number % 5].limited());
        assert_eq!(all_succeed(calls).await, 40);
        assert_eq!(world.answers(429).await, 0);
    }

    #[tokio::test]
    async fn above_the_rate_of_the_server_every_call_succeeds_all_the_same() {
        let Some(world) = World::new("too-much") else {
            return;
        };
        let api = world.api(TOO_MUCH);
        let gets = (0..20).map(|_| api.limited());
        // A refused POST was not processed, so it is repeated as well.
        let posts = (0..20).map(|_| api.post_limited());
        let attempts = all_succeed(gets.chain(posts)).await;
        let refused = world.answers(429).await;
        assert!(refused > 0, "the limit is real");
        assert_eq!(world.answers(200).await, 40);
        assert_eq!(attempts, 40 + refused, "and each attempt was a request");
        assert!(refused < 40, "the gate closes for all: {refused}");
    }

    #[tokio::test]
    async fn also_where_the_server_does_not_say_when_to_come_back() {
        let Some(world) = World::new("untold") else {
            return;
        };
        let api = world.api(TOO_MUCH);
        let attempts = all_succeed((0..20).map(|_| api.untold())).await;
        let refused = world.answers(429).await;
        assert!(refused > 0, "the limit is real");
        assert_eq!(world.answers(200).await, 20);
        assert_eq!(attempts, 20 + refused);
    }

    #[tokio::test]
    async fn nginx_as_it_comes_says_503_which_is_tried_again() {
        let Some(world) = World::new("default") else {
            return;
        };
        let api = world.api(TOO_MUCH);
        let attempts = all_succeed((0..3).map(|_| api.default())).await;
        assert!(attempts > 3, "the limit is real");
        assert_eq!(world.answers(200).await, 3);
    }

    /// Whether a 503 was processed, nobody can tell.
    #[tokio::test]
    async fn but_not_of_a_post() {
        let Some(world) = World::new("default-post") else {
            return;
        };
        let api = world.api(TOO_MUCH);
        let posts: Vec<_> = (0..10).map(|_| tokio::spawn(api.post_default())).collect();
        let mut unknown = 0;
        for post in posts {
            if let Err(error) = post.await.unwrap() {
                assert!(error.is_unknown_outcome(), "{error}");
                assert_eq!(error.status().unwrap(), 503);
                assert_eq!(error.attempts().len(), 1);
                unknown += 1;
            }
        }
        assert!(unknown > 0, "the limit is real");
        assert_eq!(world.answers(503).await, unknown);
        assert_eq!(world.answers(200).await, 10 - unknown);
    }

    #[tokio::test]
    async fn two_at_a_time_are_never_more() {
        let Some(world) = World::new("together") else {
            return;
        };
        let api = Nginx::builder()
            .baseurl(world.url.as_str())
            .token(world.token.clone())
            .callrateperhour(4_000_000_000)
            .maximum_in_flight(2)
            .build()
            .unwrap();
        assert_eq!(all_succeed((0..20).map(|_| api.together())).await, 20);
        assert_eq!(world.answers(429).await, 0);
    }

    #[tokio::test]
    async fn more_than_two_at_a_time_are_refused_and_succeed() {
        let Some(world) = World::new("crowd") else {
            return;
        };
        let api = world.quick();
        let attempts = all_succeed((0..6).map(|_| api.together())).await;
        let refused = world.answers(429).await;
        assert!(refused > 0, "the limit is real");
        assert_eq!(attempts, 6 + refused);
    }
}

mod retry_after {
    use super::*;

    #[tokio::test]
    async fn a_date_is_waited_for() {
        let Some(world) = World::new("date") else {
            return;
        };
        // A POST too: the server says that it wants it later.
        let response = world.quick().post_broken("date", 1).await.unwrap();
        assert_eq!(response.attempts(), 2);
        assert!(response.elapsed() >= Duration::from_secs(2), "not earlier");
        assert_eq!(world.answers(503).await, 1);
        assert_eq!(world.answers(200).await, 1);
    }

    #[tokio::test]
    async fn a_date_that_has_passed_is_no_invitation_to_ask_at_once() {
        let Some(world) = World::new("past") else {
            return;
        };
        let api = world.api(ALLOWED);
        let response = api.get_broken("past", 2).await.unwrap();
        assert_eq!(response.attempts(), 3);
        let own = Duration::from_millis(200 + 400);
        assert!(response.elapsed() >= own, "{:?}", response.elapsed());
    }

    #[tokio::test]
    async fn next_week_ends_the_call_and_says_so() {
        let Some(world) = World::new("next-week") else {
            return;
        };
        let api = world.quick();
        let error = api.get_broken("next-week", 1).await.unwrap_err();
        assert!(error.is_rate_limited(), "{error}");
        assert_eq!(error.attempts().len(), 1);
        let wait = error.retry_at().unwrap().duration_since(SystemTime::now());
        let days = wait.unwrap().as_secs() / 86_400;
        assert!((6..=7).contains(&days), "{days}");
        // Nobody asks again, not even with another call.
        let error = api.get_broken("next-week", 1).await.unwrap_err();
        assert!(error.is_rate_limited(), "{error}");
        assert!(error.attempts().is_empty());
        assert_eq!(world.seen().await, 1);
    }

    #[tokio::test]
    async fn a_429_with_the_new_fields_only_is_waited_out() {
        let Some(world) = World::new("fields") else {
            return;
        };
        let response = world.quick().post_broken("fields", 3).await.unwrap();
        assert_eq!(response.attempts(), 4);
        assert_eq!(world.answers(429).await, 3);
    }
}

/// In every such way an answer is lost. What is harmless is asked again on a new
/// connection; a POST arrives exactly once, whatever the HTTP stack would like.
mod lost_answers {
    use super::*;

    async fn a_get_recovers(how: &str) {
        let Some(world) = World::new(how) else { return };
        let response = world.quick().get_broken(how, 3).await.unwrap();
        assert!(response.value().ok);
        assert_eq!(response.attempts(), 4);
        assert_eq!(world.seen().await, 4);
    }

    async fn a_post_arrives_once(how: &str) {
        let Some(world) = World::new(how) else { return };
        let api = world.quick();
        // On a connection that is kept from before: that is where stacks repeat
        // requests by themselves.
        api.limited().await.unwrap();
        let error = api.post_broken(how, 3).await.unwrap_err();
        assert!(error.is_unknown_outcome(), "{error}");
        let [attempt] = error.attempts() else {
            panic!("made once: {error:?}")
        };
        let interrupted = AttemptOutcome::Failure(Failure::Interrupted);
        assert_eq!(attempt.outcome, interrupted);
        assert_eq!(world.seen().await, 1);
        // The server is all right otherwise.
        api.limited().await.unwrap();
    }

    async fn a_post_with_a_key_recovers(how: &str) {
        let Some(world) = World::new(how) else { return };
        let response = world.quick().post_with_key(how, 3).await.unwrap();
        assert_eq!(response.attempts(), 4);
        assert_eq!(world.seen().await, 4);
    }

    #[tokio::test]
    async fn closed_connections() {
        a_get_recovers("close").await;
        a_post_arrives_once("close").await;
        a_post_with_a_key_recovers("close").await;
    }

    #[tokio::test]
    async fn bodies_that_break_off() {
        a_get_recovers("truncate").await;
        a_post_arrives_once("truncate").await;
        a_post_with_a_key_recovers("truncate").await;
    }

    #[tokio::test]
    async fn chunked_bodies_that_break_off() {
        a_get_recovers("truncate-chunked").await;
        a_post_arrives_once("truncate-chunked").await;
        a_post_with_a_key_recovers("truncate-chunked").await;
    }

    /// A body of twenty seconds, of which some comes all the time.
    #[tokio::test]
    async fn bodies_that_take_too_long() {
        let Some(world) = World::new("slow-post") else {
            return;
        };
        let short = Duration::from_millis(500);
        let post = world.quick().post_broken("slow", 1).request_timeout(short);
        let error = post.await.unwrap_err();
        assert!(error.is_unknown_outcome(), "{error}");
        let timeout = AttemptOutcome::Failure(Failure::Timeout);
        assert_eq!(error.attempts()[0].outcome, timeout);
        assert_eq!(world.seen().await, 1);

        let Some(world) = World::new("slow-get") else {
            return;
        };
        // As often as it can be, on a machine that is that busy.
        let get = world.quick().get_broken("slow", 1).request_timeout(short);
        assert!(get.await.unwrap().attempts() >= 2);
    }
}
