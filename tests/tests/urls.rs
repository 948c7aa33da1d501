//! What arrives on the wire, byte for byte.

use std::collections::BTreeMap;
use std::fmt;

use cloudapi::prelude::*;
use cloudapi::{Bytes, ErrorKind, Secret};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use serde::Serialize;
use tests::faults::{Answer, FaultServer, Received};

#[rest_api(
    baseurl = "http://urls.test/",
    callrateperhour = 4_000_000_000,
    headers("X-Client" = "client", "X-Account" = "{account}", "User-Agent" = "urls/1")
)]
#[derive(Clone)]
struct Api {
    account: String,
    r#type: u8,
}

#[derive(Clone, Copy, Serialize)]
struct Number(u32);

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Sort {
    NewestFirst,
    #[serde(rename = "by name")]
    Name,
}

#[derive(Clone, Serialize)]
struct Filter<'a> {
    tag: Option<&'a str>,
    ids: Vec<u32>,
    page: Option<u32>,
    #[serde(rename = "per_page")]
    size: u32,
}

/// An identifier of its own with a form in text.
struct Id(u32);

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "id/{}", self.0)
    }
}

impl Api {
    #[get("things/{id}")]
    fn segment(&self, id: &str) -> Call<()>;
    #[get("things/{id}/parts/{part}.json")]
    fn segments(&self, id: Id, part: u8) -> Call<()>;
    #[get("files/{rest*}")]
    fn rest(&self, rest: &str) -> Call<()>;
    #[get("{rest*}/meta")]
    fn rest_first(&self, rest: &str) -> Call<()>;
    #[get("{self.account}/{self.type}")]
    fn fields(&self) -> Call<()>;
    #[get("")]
    fn root(&self) -> Call<()>;
    #[get("with/slash/")]
    fn slash(&self) -> Call<()>;
    #[get("a%20b/{id}")]
    fn encoded(&self, id: u8) -> Call<()>;
    #[get("%2e{id}")]
    fn disguised(&self, id: &str) -> Call<()>;
    #[get("{a}{b}")]
    fn joined(&self, a: &str, b: &str) -> Call<()>;
    #[get("{first}-{second}")]
    fn pair(&self, first: char, second: bool) -> Call<()>;

    #[get("q")]
    fn text(&self, #[query] q: &str) -> Call<()>;
    #[get("q")]
    #[allow(clippy::too_many_arguments)]
    fn query(
        &self,
        #[query] number: u64,
        #[query("per_page")] size: Option<u32>,
        #[query] none: Option<&str>,
        #[query] slice: &[&str],
        #[query("ids[]")] vec: Vec<u32>,
        #[query] maybe: Option<Vec<u32>>,
        #[query] newtype: Number,
        #[query] sort: Sort,
        #[query] flag: bool,
        #[query] float: f64,
    ) -> Call<()>;
    #[get("q")]
    fn filter(&self, #[query] filter: &Filter<'_>, #[query] more: Option<Filter<'_>>) -> Call<()>;
    #[get("q")]
    fn map(&self, #[query] map: &BTreeMap<&str, u32>) -> Call<()>;
    #[get("q")]
    fn sorts(&self, #[query] sort: &[Sort]) -> Call<()>;
    #[get("q")]
    fn nested(&self, #[query] nested: &[Filter<'_>]) -> Call<()>;
    #[get("q/{id}")]
    fn both(&self, #[query] z: u8, id: u8, #[query] a: u8) -> Call<()>;
    #[delete("q")]
    fn delete(&self, #[query] force: bool) -> Call<()>;

    #[post("body")]
    fn nothing(&self) -> Call<()>;
    #[put("body")]
    fn put_nothing(&self) -> Call<()>;
    #[patch("body")]
    fn patch_nothing(&self) -> Call<()>;
    #[post("body")]
    fn json(&self, #[json] value: &Filter<'_>) -> Call<()>;
    #[patch("body")]
    fn patch(&self, #[json] value: Vec<u8>) -> Call<()>;
    #[post("body")]
    fn form(&self, #[form] value: &Filter<'_>) -> Call<()>;
    #[put("body")]
    fn body_text(&self, #[body] text: &str) -> Call<()>;
    #[put("body")]
    fn body_bytes(&self, #[body] bytes: Bytes) -> Call<()>;
    #[put("body")]
    fn body_typed(&self, #[header("Content-Type")] kind: &str, #[body] text: String) -> Call<()>;
    #[put("body")]
    fn json_typed(&self, #[json] value: u8, #[header("Content-Type")] kind: &str) -> Call<()>;
    #[delete("body")]
    fn delete_with_body(&self, #[json] value: u8) -> Call<()>;

    #[get("headers")]
    fn headers(
        &self,
        #[header("X-Text")] text: &str,
        #[header("X-Number")] number: u8,
        #[header("X-None")] none: Option<&str>,
        #[header("X-Some")] some: Option<Id>,
        #[header("X-Client")] client: Option<&str>,
    ) -> Call<()>;
    #[get("wants/json")]
    fn wants_json(&self) -> Call<Vec<u8>>;
    #[get("wants/json")]
    fn maybe_json(&self) -> Call<Option<Response<Vec<u8>>>>;
    #[get("wants/text")]
    fn wants_text(&self) -> Call<String>;
    #[get("wants/json")]
    fn wants_otherwise(&self, #[header("Accept")] accept: &str) -> Call<Vec<u8>>;
    #[head("head")]
    fn head(&self) -> Call<Response<()>>;
    #[options("options")]
    fn options(&self) -> Call<Response<()>>;
    #[get("repeated")]
    fn repeated(&self) -> Call<Response<String>>;
}

fn api(url: String) -> Api {
    Api::builder()
        .account("me & you".to_owned())
        .r#type(7)
        .baseurl(url)
        .build()
        .unwrap()
}

/// A server that says yes to everything, and its client.
struct World {
    server: FaultServer,
    api: Api,
    runtime: tokio::runtime::Runtime,
}

impl World {
    fn new() -> Self {
        Self::under("")
    }

    fn under(prefix: &str) -> Self {
        let server = FaultServer::answering([Answer::ok("[]")]);
        Self {
            api: api(format!("{}{prefix}", server.url())),
            runtime: tests::current_thread(),
            server,
        }
    }

    /// What arrived of a call.
    #[track_caller]
    fn arrived<T: fmt::Debug>(&self, call: Call<T>) -> Received {
        let before = self.server.received().len();
        self.runtime.block_on(call).unwrap();
        let received = self.server.received();
        assert_eq!(received.len(), before + 1);
        received[before].clone()
    }

    #[track_caller]
    fn target<T: fmt::Debug>(&self, call: Call<T>) -> String {
        self.arrived(call).target
    }

    /// That nothing arrived of a call, and why.
    #[track_caller]
    fn refused<T: fmt::Debug>(&self, call: Call<T>) -> String {
        let before = self.server.received().len();
        let error = self.runtime.block_on(call).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        assert!(error.attempts().is_empty());
        assert_eq!(self.server.received().len(), before, "nothing is sent");
        error.to_string()
    }
}

mod paths {
    use super::*;

    #[test]
    fn a_value_stays_in_its_segment() {
        let world = World::new();
        for (value, segment) in [
            ("7", "7"),
            ("a/b", "a%2Fb"),
            ("../admin", "..%2Fadmin"),
            ("../../admin?x=1#", "..%2F..%2Fadmin%3Fx%3D1%23"),
            ("%2F", "%252F"),
            ("%2e%2e", "%252e%252e"),
            ("%", "%25"),
            ("?", "%3F"),
            ("#", "%23"),
            ("a b", "a%20b"),
            ("a+b", "a%2Bb"),
            (";v=1", "%3Bv%3D1"),
            ("a:b@c", "a%3Ab%40c"),
            ("{id}", "%7Bid%7D"),
            ("...", "..."),
            (".hidden", ".hidden"),
            ("\\", "%5C"),
            ("\r\n", "%0D%0A"),
            ("\0", "%00"),
            ("~-_.", "~-_."),
            ("日本", "%E6%97%A5%E6%9C%AC"),
            ("é", "%C3%A9"),
            ("\u{1F600}", "%F0%9F%98%80"),
        ] {
            let target = world.target(world.api.segment(value));
            assert_eq!(target, format!("/things/{segment}"), "{value:?}");
        }
    }

    #[test]
    fn a_segment_that_would_be_resolved_is_refused() {
        let world = World::new();
        for value in ["", ".", ".."] {
            let why = world.refused(world.api.segment(value));
            assert!(why.contains("`id`"), "{why}");
        }
        world.refused(world.api.joined(".", "."));
        world.refused(world.api.joined("", ""));
        assert_eq!(world.target(world.api.joined("", "a")), "/a");
    }

    #[test]
    fn a_declared_dot_does_not_make_two_with_a_value() {
        let world = World::new();
        world.refused(world.api.disguised("."));
        world.refused(world.api.disguised(""));
        assert_eq!(world.target(world.api.disguised("a")), "/%2ea");
    }

    #[test]
    fn displayed_values_parts_of_segments_and_fields() {
        let world = World::new();
        let target = world.target(world.api.segments(Id(3), 4));
        assert_eq!(target, "/things/id%2F3/parts/4.json");
        assert_eq!(world.target(world.api.pair('/', true)), "/%2F-true");
        assert_eq!(world.target(world.api.fields()), "/me%20%26%20you/7");
        assert_eq!(world.target(world.api.encoded(1)), "/a%20b/1");
    }

    #[test]
    fn the_rest_is_several_segments() {
        let world = World::new();
        for (value, segments) in [
            ("a", "a"),
            ("a/b/c.txt", "a/b/c.txt"),
            ("a b/ü?#/%2F", "a%20b/%C3%BC%3F%23/%252F"),
        ] {
            let target = world.target(world.api.rest(value));
            assert_eq!(target, format!("/files/{segments}"));
            let target = world.target(world.api.rest_first(value));
            assert_eq!(target, format!("/{segments}/meta"));
        }
        for value in ["", "/", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/."] {
            world.refused(world.api.rest(value));
            world.refused(world.api.rest_first(value));
        }
    }

    #[test]
    fn paths_continue_the_base_url_with_and_without_a_slash() {
        for prefix in ["", "v2", "v2/", "api/v2.1/", "a%20b/~me"] {
            let world = World::under(prefix);
            let base = match prefix.trim_end_matches('/') {
                "" => String::new(),
                prefix => format!("/{prefix}"),
            };
            assert_eq!(world.target(world.api.root()), format!("{base}/"));
            let target = world.target(world.api.slash());
            assert_eq!(target, format!("{base}/with/slash/"));
            let target = world.target(world.api.segment("7"));
            assert_eq!(target, format!("{base}/things/7"));
        }
    }
}

mod queries {
    use super::*;

    #[test]
    fn text_is_encoded() {
        let world = World::new();
        for (value, encoded) in [
            ("", ""),
            ("a b", "a%20b"),
            ("a+b", "a%2Bb"),
            ("a&b=c", "a%26b%3Dc"),
            ("?#/%", "%3F%23%2F%25"),
            ("%20", "%2520"),
            (";", "%3B"),
            ("ü", "%C3%BC"),
            ("a\nb", "a%0Ab"),
        ] {
            let target = world.target(world.api.text(value));
            assert_eq!(target, format!("/q?q={encoded}"), "{value:?}");
        }
    }

    #[test]
    fn every_shape_in_the_order_of_declaration() {
        let world = World::new();
        let all = world.api.query(
            7,
            Some(50),
            None,
            &["a", "b c"],
            vec![1, 2],
            Some(vec![3, 4]),
            Number(5),
            Sort::NewestFirst,
            true,
            0.5,
        );
        assert_eq!(
            world.target(all),
            "/q?number=7&per_page=50&slice=a&slice=b%20c&ids%5B%5D=1&ids%5B%5D=2&maybe=3&maybe=4\
             &newtype=5&sort=newest-first&flag=true&float=0.5"
        );
        let few = world.api.query(
            0,
            None,
            Some(""),
            &[],
            vec![],
            None,
            Number(0),
            Sort::Name,
            false,
            -1.0,
        );
        assert_eq!(
            world.target(few),
            "/q?number=0&none=&newtype=0&sort=by%20name&flag=false&float=-1.0"
        );
    }

    #[test]
    fn a_struct_or_a_map_gives_its_own_names() {
        let world = World::new();
        let filter = Filter {
            tag: Some("a&b"),
            ids: vec![1, 2],
            page: None,
            size: 20,
        };
        let target = world.target(world.api.filter(&filter, None));
        assert_eq!(target, "/q?tag=a%26b&ids=1&ids=2&per_page=20");
        let empty = Filter {
            tag: None,
            ids: vec![],
            page: Some(2),
            size: 1,
        };
        let target = world.target(world.api.filter(&filter, Some(empty)));
        assert_eq!(
            target,
            "/q?tag=a%26b&ids=1&ids=2&per_page=20&page=2&per_page=1"
        );
        let map = BTreeMap::from([("b", 2), ("a", 1)]);
        assert_eq!(world.target(world.api.map(&map)), "/q?a=1&b=2");
        let target = world.target(world.api.sorts(&[Sort::Name, Sort::NewestFirst]));
        assert_eq!(target, "/q?sort=by%20name&sort=newest-first");
    }

    #[test]
    fn one_that_comes_out_empty_leaves_no_question_mark() {
        let world = World::new();
        assert_eq!(world.target(world.api.sorts(&[])), "/q");
        assert_eq!(world.target(world.api.map(&BTreeMap::new())), "/q");
    }

    #[test]
    fn what_has_no_place_in_a_query_is_told() {
        let world = World::new();
        let filter = Filter {
            tag: None,
            ids: vec![],
            page: None,
            size: 1,
        };
        let why = world.refused(world.api.nested(&[filter.clone(), filter]));
        assert!(why.contains("`nested`"), "{why}");
        let why = world.refused(world.api.root().query("deep", [[1]]));
        assert!(why.contains("`deep`"), "{why}");
    }

    #[test]
    fn a_call_may_add_to_its_query() {
        let world = World::new();
        let call = world.api.both(1, 2, 3);
        assert_eq!(
            world.target(call.query("x y", "ä").query("z", [1, 2])),
            "/q/2?z=1&a=3&x%20y=%C3%A4&z=1&z=2"
        );
        assert_eq!(world.target(world.api.root().query("a", 1)), "/?a=1");
        assert_eq!(world.target(world.api.delete(true)), "/q?force=true");
    }
}

mod bodies {
    use super::*;

    fn filter() -> Filter<'static> {
        Filter {
            tag: Some("a&ü"),
            ids: vec![1, 2],
            page: None,
            size: 20,
        }
    }

    #[track_caller]
    fn assert_body(request: &Received, kind: &str, body: &[u8]) {
        assert_eq!(request.header("content-type"), [kind]);
        assert_eq!(request.header("content-length"), [body.len().to_string()]);
        assert_eq!(request.body, body);
    }

    #[test]
    fn json() {
        let world = World::new();
        let arrived = world.arrived(world.api.json(&filter()));
        let json = r#"{"tag":"a&ü","ids":[1,2],"page":null,"per_page":20}"#;
        assert_body(&arrived, "application/json", json.as_bytes());
        assert_eq!(arrived.method, "POST");
        let arrived = world.arrived(world.api.patch(vec![1, 2]));
        assert_body(&arrived, "application/json", b"[1,2]");
        assert_eq!(arrived.method, "PATCH");
        let arrived = world.arrived(world.api.delete_with_body(1));
        assert_body(&arrived, "application/json", b"1");
        assert_eq!(arrived.method, "DELETE");
    }

    #[test]
    fn forms() {
        let world = World::new();
        let arrived = world.arrived(world.api.form(&filter()));
        let kind = "application/x-www-form-urlencoded";
        assert_body(&arrived, kind, b"tag=a%26%C3%BC&ids=1&ids=2&per_page=20");
    }

    #[test]
    fn text_and_bytes() {
        let world = World::new();
        let arrived = world.arrived(world.api.body_text("zwölf\r\n"));
        assert_body(
            &arrived,
            "text/plain; charset=utf-8",
            "zwölf\r\n".as_bytes(),
        );
        let all: Vec<u8> = (0..=255).collect();
        let arrived = world.arrived(world.api.body_bytes(Bytes::from(all.clone())));
        assert_body(&arrived, "application/octet-stream", &all);
        let large = Bytes::from(vec![b'x'; 1_000_000]);
        let arrived = world.arrived(world.api.body_bytes(large.clone()));
        assert_body(&arrived, "application/octet-stream", &large);
    }

    #[test]
    fn the_media_type_may_be_given_before_and_after_the_body() {
        let world = World::new();
        let arrived = world.arrived(world.api.body_typed("text/csv", "a,b".to_owned()));
        assert_body(&arrived, "text/csv", b"a,b");
        let arrived = world.arrived(world.api.json_typed(1, "application/vnd.x+json"));
        assert_body(&arrived, "application/vnd.x+json", b"1");
        let call = world.api.json_typed(1, "a/b").header("Content-Type", "c/d");
        assert_body(&world.arrived(call), "c/d", b"1");
    }

    #[test]
    fn no_body_has_length_zero_where_one_is_expected() {
        let world = World::new();
        for (call, length) in [
            (world.api.nothing(), &["0"][..]),
            (world.api.put_nothing(), &["0"]),
            (world.api.patch_nothing(), &["0"]),
            (world.api.delete(true), &[]),
            (world.api.root(), &[]),
        ] {
            let arrived = world.arrived(call);
            let method = &arrived.method;
            assert_eq!(arrived.header("content-length"), length, "{method}");
            assert!(arrived.header("content-type").is_empty(), "{method}");
            assert!(arrived.header("transfer-encoding").is_empty(), "{method}");
            assert!(arrived.body.is_empty(), "{method}");
        }
    }

    #[test]
    fn an_empty_body_keeps_its_media_type() {
        let world = World::new();
        let arrived = world.arrived(world.api.body_text(""));
        assert_body(&arrived, "text/plain; charset=utf-8", b"");
        let arrived = world.arrived(world.api.body_bytes(Bytes::new()));
        assert_body(&arrived, "application/octet-stream", b"");
    }
}

mod headers {
    use super::*;

    #[test]
    fn are_those_that_were_declared() {
        let world = World::new();
        let call = world
            .api
            .headers("a, b; c=\"d\"", 7, None, Some(Id(1)), None);
        let arrived = world.arrived(call);
        assert_eq!(arrived.header("x-text"), ["a, b; c=\"d\""]);
        assert_eq!(arrived.header("x-number"), ["7"]);
        assert!(arrived.header("x-none").is_empty());
        assert_eq!(arrived.header("x-some"), ["id/1"]);
        assert_eq!(arrived.header("x-client"), ["client"]);
        assert_eq!(arrived.header("x-account"), ["me & you"]);
        assert_eq!(arrived.header("user-agent"), ["urls/1"]);
        let host = world.server.url();
        let host = host.trim_start_matches("http://").trim_end_matches('/');
        assert_eq!(arrived.header("host"), [host]);
    }

    #[test]
    fn the_parameter_goes_before_the_client_and_the_call_before_both() {
        let world = World::new();
        let call = || world.api.headers("a", 1, None, None, Some("mine"));
        assert_eq!(world.arrived(call()).header("x-client"), ["mine"]);
        let arrived = world.arrived(call().header("x-CLIENT", 3).header("X-New", "n"));
        assert_eq!(arrived.header("x-client"), ["3"]);
        assert_eq!(arrived.header("x-new"), ["n"]);
    }

    #[test]
    fn a_value_that_no_header_can_have_is_refused() {
        let world = World::new();
        for value in ["a\nb", "a\r\nX-Evil: 1", "\0"] {
            let why = world.refused(world.api.headers(value, 1, None, None, None));
            assert!(
                why.contains("`X-Text`") || why.contains("`x-text`"),
                "{why}"
            );
            world.refused(world.api.root().header("X-Added", value));
        }
        world.refused(world.api.root().header("X Name", "a"));
    }

    #[test]
    fn json_is_asked_for_where_json_is_read() {
        let world = World::new();
        let arrived = world.arrived(world.api.wants_json());
        assert_eq!(arrived.header("accept"), ["application/json"]);
        let arrived = world.arrived(world.api.maybe_json());
        assert_eq!(arrived.header("accept"), ["application/json"]);
        let arrived = world.arrived(world.api.wants_otherwise("application/vnd.x+json"));
        assert_eq!(arrived.header("accept"), ["application/vnd.x+json"]);
        let arrived = world.arrived(world.api.wants_text());
        assert_eq!(arrived.header("accept"), ["*/*"]);
    }

    #[test]
    fn there_is_a_user_agent_in_any_case() {
        #[rest_api(baseurl = "http://agent.test/", callrateperhour = 4_000_000_000)]
        struct Plain;

        impl Plain {
            #[get("")]
            fn get(&self) -> Call<()>;
        }

        let world = World::new();
        let plain = Plain::builder()
            .baseurl(world.server.url())
            .build()
            .unwrap();
        let agent = world.arrived(plain.get()).header("user-agent").join("");
        assert!(agent.starts_with("cloudapi/"), "{agent}");
    }

    #[test]
    fn all_of_a_repeated_response_header_are_there() {
        let answer = Answer::new(
            201,
            &[
                ("Set-Cookie", "a=1"),
                ("Link", "<x>; rel=next"),
                ("set-cookie", "b=2"),
            ],
            "made",
        );
        let server = FaultServer::answering([answer]);
        let call = api(server.url()).repeated();
        let response = tests::current_thread().block_on(call).unwrap();
        assert_eq!(response.status(), 201);
        let cookies = response.headers().get_all("set-cookie");
        assert!(cookies.iter().eq(["a=1", "b=2"]));
        assert_eq!(response.headers()["link"], "<x>; rel=next");
        assert_eq!(response.value(), "made");
    }

    #[test]
    fn head_and_options_bring_them_alone() {
        let head = Answer::raw("HTTP/1.1 200 OK\r\nX-A: 1\r\ncontent-length: 99\r\n\r\n");
        let options = Answer::new(204, &[("Allow", "GET, HEAD")], "");
        let server = FaultServer::answering([head, options]);
        let api = api(server.url());
        let runtime = tests::current_thread();
        let response = runtime.block_on(api.head()).unwrap();
        assert_eq!(response.headers()["x-a"], "1");
        let response = runtime.block_on(api.options()).unwrap();
        assert_eq!(response.headers()["allow"], "GET, HEAD");
        let methods: Vec<String> = server.received().into_iter().map(|r| r.method).collect();
        assert_eq!(methods, ["HEAD", "OPTIONS"]);
    }
}

#[test]
fn every_retry_sends_the_same_again() {
    let server = FaultServer::answering([
        Answer::status(503),
        Answer::raw("").then(tests::faults::Then::Reset),
        Answer::ok(""),
    ]);
    let api = Api::builder()
        .account("me".to_owned())
        .r#type(1)
        .baseurl(server.url())
        .build()
        .unwrap();
    let body = Bytes::from_static(b"all of it");
    let call = api.body_bytes(body).header("X-Own", "1").query("a", "b");
    tests::current_thread().block_on(call).unwrap();
    let received = server.received();
    assert_eq!(received.len(), 3);
    for request in &received {
        assert_eq!(request.text(), "all of it");
        assert_eq!(request.target, "/body?a=b");
        assert_eq!(request.headers, received[0].headers);
        assert_eq!(request.header("x-own"), ["1"]);
    }
}

#[test]
fn secrets_arrive_like_everything_else() {
    #[rest_api(baseurl = "http://secret.test/", callrateperhour = 4_000_000_000)]
    struct Plain;

    impl Plain {
        #[get("bot{token}/{token_again}")]
        fn get(&self, token: &Secret, token_again: Secret, #[query] key: &Secret) -> Call<()>;
    }

    let world = World::new();
    let plain = Plain::builder()
        .baseurl(world.server.url())
        .build()
        .unwrap();
    let secret = Secret::new("1:a/b c");
    assert_eq!(
        world.target(plain.get(&secret, secret.clone(), &secret)),
        "/bot1%3Aa%2Fb%20c/1%3Aa%2Fb%20c?key=1%3Aa%2Fb%20c"
    );
}

/// Any text, those that mean something in a URL more often than others.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -~]{0,4}",
        2 => any::<char>().prop_map(String::from),
        1 => proptest::sample::select(vec!["..", ".", "/", "%2e", "%2F", "\\", "?", "#", "%", "+"])
            .prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

#[test]
fn any_value_arrives_as_one_segment_and_one_parameter_that_decode_to_it() {
    let world = World::under("v1/");
    proptest!(ProptestConfig::with_cases(256), |(path in any_text(), query in any_text())| {
        let call = world.api.segment(&path).query("q", &query).query("last", 1);
        if matches!(path.as_str(), "" | "." | "..") {
            world.refused(call);
        } else {
            let target = world.target(call);
            prop_assert!(target.is_ascii());
            let (sent_path, sent_query) = target.split_once('?').unwrap();
            let segments: Vec<&str> = sent_path.split('/').collect();
            prop_assert_eq!(&segments[..3], &["", "v1", "things"]);
            prop_assert_eq!(segments.len(), 4);
            prop_assert_eq!(decoded(segments[3]), path);
            let value = sent_query.strip_prefix("q=").unwrap();
            let value = value.strip_suffix("&last=1").unwrap();
            prop_assert!(!value.contains(['&', '#', '+', '=', ' ']), "{}", value);
            prop_assert_eq!(decoded(value), query);
        }
    });
}

#[test]
fn any_several_segments_arrive_as_those() {
    let world = World::new();
    let segments = proptest::collection::vec(any_text(), 1..5);
    proptest!(ProptestConfig::with_cases(128), |(segments in segments)| {
        let rest = segments.join("/");
        let call = world.api.rest(&rest);
        let resolved = |segment: &str| matches!(segment, "" | "." | "..");
        if rest.split('/').any(resolved) {
            world.refused(call);
        } else {
            let target = world.target(call);
            let arrived: Vec<String> = target.split('/').skip(2).map(decoded).collect();
            prop_assert_eq!(arrived.join("/"), rest);
        }
    });
}
