//! What other declarative clients were seen to do wrong, one test each.
//!
//! What is a matter of compiling is tested in `ui`:
//!
//! * a placeholder without a parameter, sent as `%7Bid%7D` elsewhere:
//!   `ui/fail/path/placeholder_without_a_parameter.rs`;
//! * a parameter without a use, dropped silently: `ui/fail/parameters/without_a_use.rs`;
//! * a leading slash that loses the prefix of the base URL:
//!   `ui/fail/path/starts_with_a_slash.rs`;
//! * two bodies of which one is dropped: `ui/fail/body/two.rs`;
//! * unknown keys that are ignored: `ui/fail/keys`;
//! * an unannotated method that is deleted: `ui/fail/signature/not_annotated.rs`;
//! * mistakes that are told one at a time: `ui/fail/many`;
//! * generics that are dropped: `accepted/generics.rs`;
//! * a trait or a crate that has to be in scope or among the dependencies:
//!   `accepted/no_imports.rs`;
//! * macros that panic at what they do not expect: `ui/fail/baseurl`, `ui/fail/client`.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Error, ErrorKind, Failure};
use serde::{Deserialize, Serialize};

#[rest_api(
    baseurl = "https://peers.test/v2",
    bearer = "{token}",
    headers("X-List" = "a, b, c")
)]
struct Api {
    token: Secret,
}

#[derive(Debug, Deserialize, Serialize)]
struct Thing {
    id: u64,
}

#[derive(Serialize)]
struct Number(u32);

impl Api {
    #[get("things/{id}")]
    fn thing(&self, id: &str) -> Call<Thing>;
    #[get("files/{path_map}/{params}")]
    fn odd_names(
        &self,
        path_map: &str,
        params: &str,
        #[query] query_map: &str,
        #[header("X-Client")] client: &str,
    ) -> Call<()>;
    #[get("things")]
    fn list(
        &self,
        #[query] zulu: &[&str],
        #[query] alpha: Option<Vec<u32>>,
        #[query] mike: Number,
        #[query] bravo: bool,
    ) -> Call<()>;
    #[get("slow", request_timeout = "2s")]
    fn slow(&self, #[query] page: u32) -> Call<()>;
    #[get("listed")]
    fn listed(&self, #[header("X-Own")] own: &str) -> Call<()>;
    #[post("things")]
    fn create(&self, #[json] new: &Thing) -> Call<Thing>;
    #[post("things", idempotent)]
    fn create_once(&self, #[json] new: &Thing) -> Call<Thing>;
    #[post("things", retry = "always")]
    fn create_anyway(&self, #[json] new: &Thing) -> Call<Thing>;
    #[delete("things/{id}")]
    async fn delete(&self, id: u64) -> Result<()>;
    #[get("things/{id}")]
    async fn typed(&self, id: u64) -> Result<Thing, VendorError>;
    #[get("pages")]
    fn page(&self) -> Call<Response<Vec<Thing>>>;
}

/// What a vendor says of an error.
#[derive(Debug, Deserialize)]
struct Reason {
    code: String,
}

#[derive(Debug)]
struct VendorError {
    code: Option<String>,
    request: Option<String>,
}

impl From<Error> for VendorError {
    fn from(error: Error) -> Self {
        let response = error.response();
        let reason = response.map(|response| serde_json::from_slice::<Reason>(response.value()));
        let id = response.and_then(|response| response.headers().get("x-request-id"));
        Self {
            code: reason.and_then(Result::ok).map(|reason| reason.code),
            request: id.map(|id| id.to_str().unwrap().to_owned()),
        }
    }
}

struct World {
    simulation: Simulation,
    server: Server,
    api: Api,
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> World {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = Api::builder()
        .token("t0ken".into())
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    World {
        simulation,
        server,
        api,
    }
}

impl World {
    fn only_url(&self) -> String {
        let sent = self.server.requests();
        assert_eq!(sent.len(), 1);
        sent[0].url.clone()
    }

    fn seconds(&self) -> Vec<u64> {
        let sent = self.server.requests();
        sent.iter().map(|sent| sent.at.as_secs()).collect()
    }
}

#[test]
fn a_value_reaches_no_other_resource() {
    for (value, segment) in [
        ("../../admin?x=1#", "..%2F..%2Fadmin%3Fx%3D1%23"),
        ("a/b", "a%2Fb"),
        ("{id}", "%7Bid%7D"),
    ] {
        let world = world(|_| Reply::json(&Thing { id: 7 }));
        world.simulation.run(world.api.thing(value)).unwrap();
        let expected = format!("https://peers.test/v2/things/{segment}");
        assert_eq!(world.only_url(), expected);
    }
    let world = world(|_| Reply::json(&Thing { id: 7 }));
    let error = world.simulation.run(world.api.thing("..")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(world.server.requests().is_empty());
}

#[test]
fn the_prefix_of_the_base_url_is_kept_without_a_slash_at_its_end() {
    let world = world(|_| Reply::status(204));
    world.simulation.run(world.api.delete(7)).unwrap();
    assert_eq!(world.only_url(), "https://peers.test/v2/things/7");
}

#[test]
fn a_post_is_not_repeated_after_a_server_error() {
    let world = world(|_| Reply::status(500));
    let error = world.simulation.run(world.api.create(&Thing { id: 7 }));
    assert!(error.unwrap_err().is_unknown_outcome());
    assert_eq!(world.server.requests().len(), 1);
}

#[test]
fn retries_are_spaced_and_each_takes_a_slot() {
    let world = world(|_| Reply::status(500));
    world.simulation.run(world.api.thing("7")).unwrap_err();
    assert!(world.seconds().windows(2).all(|two| two[1] - two[0] >= 10));
}

#[test]
fn the_retry_rule_is_one_of_the_endpoint() {
    let thing = Thing { id: 7 };
    for (calls, sent) in [
        (Api::create as fn(&Api, &Thing) -> Call<Thing>, 1),
        (Api::create_once, 12),
        (Api::create_anyway, 12),
    ] {
        let world = world(|_| Reply::status(502));
        world.simulation.run(calls(&world.api, &thing)).unwrap_err();
        assert_eq!(world.server.requests().len(), sent);
    }
}

#[test]
fn an_error_of_ones_own_is_made_from_body_and_headers() {
    let world = world(|_| {
        Reply::json(&serde_json::json!({ "code": "gone" }))
            .with_status(410)
            .header("X-Request-Id", "r7")
    });
    let error = world.simulation.run(world.api.typed(7)).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("gone"));
    assert_eq!(error.request.as_deref(), Some("r7"));
}

#[test]
fn repeated_response_headers_and_those_for_paging_are_there() {
    let world = world(|_| {
        Reply::json(&[Thing { id: 1 }])
            .header("Link", "<https://peers.test/v2/pages?page=2>; rel=\"next\"")
            .header("X-Warning", "one")
            .header("X-Warning", "two")
    });
    let page = world.simulation.run(world.api.page()).unwrap();
    assert!(page.headers()["link"].to_str().unwrap().contains("page=2"));
    let warnings = page.headers().get_all("x-warning");
    assert!(warnings.iter().eq(["one", "two"]));
    assert_eq!(page.value()[0].id, 1);
}

#[test]
fn slices_optional_lists_and_newtypes_are_queries_in_their_order() {
    let world = world(|_| Reply::status(204));
    let call = world
        .api
        .list(&["y", "x"], Some(vec![2, 1]), Number(3), true);
    world.simulation.run(call).unwrap();
    assert_eq!(
        world.only_url(),
        "https://peers.test/v2/things?zulu=y&zulu=x&alpha=2&alpha=1&mike=3&bravo=true"
    );
}

#[test]
fn a_comma_in_a_header_is_a_comma() {
    let world = world(|_| Reply::status(204));
    world.simulation.run(world.api.listed("1, 2")).unwrap();
    let sent = &world.server.requests()[0];
    assert_eq!(sent.headers["x-list"], "a, b, c");
    assert_eq!(sent.headers["x-own"], "1, 2");
}

#[test]
fn a_timeout_of_the_endpoint_counts_though_there_is_a_query() {
    let world = world(|_| Reply::never());
    let call = world.api.slow(1).retry(cloudapi::Retry::Never);
    let error = world.simulation.run(call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(world.simulation.now(), Duration::from_secs(2));
}

#[test]
fn parameters_may_have_any_name() {
    let world = world(|_| Reply::status(204));
    let call = world.api.odd_names("a", "b", "c", "d");
    world.simulation.run(call).unwrap();
    let expected = "https://peers.test/v2/files/a/b?query_map=c";
    assert_eq!(world.only_url(), expected);
}

#[test]
fn no_content_is_no_error_where_none_is_declared() {
    let world = world(|_| Reply::status(204));
    world.simulation.run(world.api.delete(7)).unwrap();
}

#[test]
fn the_status_is_looked_at_before_the_body() {
    let world = world(|_| Reply::json(&Thing { id: 7 }).with_status(404));
    let error = world.simulation.run(world.api.thing("7")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
}

#[test]
fn nothing_panics_at_what_is_known_only_at_run_time() {
    let world = world(|_| Reply::text("not JSON"));
    world.simulation.run(async {
        world.api.thing("").await.unwrap_err();
        world.api.thing("7").await.unwrap_err();
        world.api.listed("line\nbreak").await.unwrap_err();
    });
    let builder = || Api::builder().token("t0ken".into());
    builder().baseurl("nonsense").build().map(drop).unwrap_err();
    builder().callrateperhour(0).build().map(drop).unwrap_err();
    let not_a_number = builder().geometric_delay_multiplier(f64::NAN);
    not_a_number.build().map(drop).unwrap_err();
    Api::new("line\nbreak".into()).map(drop).unwrap_err();
}

#[test]
fn a_repeated_request_has_its_body_and_its_credentials() {
    let world = world(|sent| match sent.number {
        0 => Reply::failure(Failure::NotSent),
        1 => Reply::status(429),
        2 => Reply::status(503).header("Retry-After", "1"),
        _ => Reply::json(&Thing { id: 7 }),
    });
    let call = world.api.create(&Thing { id: 7 });
    world.simulation.run(call).unwrap();
    let sent = world.server.requests();
    assert_eq!(sent.len(), 4);
    for request in sent {
        assert_eq!(request.body, r#"{"id":7}"#);
        assert_eq!(request.headers["authorization"], "Bearer t0ken");
        assert_eq!(request.headers["content-type"], "application/json");
    }
}

#[test]
fn a_server_is_left_alone_as_long_as_its_429_says() {
    let world = world(|sent| match sent.number {
        0 => Reply::status(429).header("Retry-After", "77"),
        _ => Reply::json(&Thing { id: 7 }),
    });
    world.simulation.run(world.api.thing("7")).unwrap();
    assert_eq!(world.seconds(), [0, 77]);
}

#[test]
fn an_error_shows_no_credentials() {
    let world = world(|_| Reply::status(401));
    let error = world.simulation.run(world.api.thing("7")).unwrap_err();
    assert!(!tests::everything_shown(&error).contains("t0ken"));
}
