//! Lists over several pages, in simulated time.

use serde_json::json;

use super::tests::{Api, api, times};
use super::{Reply, Sent, Server, Simulation};
use crate::__private::{Draft, Endpoint, Paging};
use crate::{ErrorKind, Pages};

impl Api {
    fn pages(&self, paging: Paging) -> Pages<u32> {
        Draft::new(self, const { &Endpoint::new("GET", "things") })
            .literal("things")
            .query("per_page", &2)
            .pages(paging)
    }
}

const BY_URL: Paging = Paging::new("things").next("links.pages.next");

fn served(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = api(&simulation, &server);
    (simulation, server, api)
}

fn by_url(sent: &Sent) -> Reply {
    let number = u32::try_from(sent.number).unwrap();
    let links = match number {
        2 => json!({}),
        _ => json!({"pages": {"next": format!("/v2/things?page={}&per_page=2", number + 2)}}),
    };
    let things = [2 * number, 2 * number + 1];
    Reply::json(&json!({"things": things, "links": links}))
}

fn urls(server: &Server) -> Vec<String> {
    let sent = server.requests().into_iter();
    sent.map(|sent| sent.url.replace("https://simulated.test/v2/", ""))
        .collect()
}

#[test]
fn each_page_follows_the_url_in_the_one_before_and_pays_for_a_slot() {
    let (simulation, server, api) = served(by_url);
    let all = simulation.run(api.pages(BY_URL).collect_all()).unwrap();
    assert_eq!(all, [0, 1, 2, 3, 4, 5]);
    assert_eq!(times(&server), [0, 10, 20]);
    assert_eq!(
        urls(&server),
        [
            "things?per_page=2",
            "things?page=2&per_page=2",
            "things?page=3&per_page=2"
        ]
    );
}

#[test]
fn pages_that_are_not_needed_are_not_asked_for() {
    let (simulation, server, api) = served(by_url);
    let some = simulation.run(api.pages(BY_URL).limit(3).collect_all());
    assert_eq!(some.unwrap(), [0, 1, 2]);
    assert_eq!(server.requests().len(), 2);
    let none = simulation.run(api.pages(BY_URL).limit(0).collect_all());
    assert!(none.unwrap().is_empty());
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn the_link_header_leads_on_too() {
    let (simulation, server, api) = served(|sent| {
        let page = Reply::json(&json!([sent.number]));
        match sent.number {
            0 => page.header(
                "Link",
                "<things?page=2>; rel=\"next\", <things?page=2>; rel=last",
            ),
            _ => page.header("Link", "<things?page=1>; rel=\"first\""),
        }
    });
    let paging = Paging::new("").link();
    let all = simulation.run(api.pages(paging).collect_all()).unwrap();
    assert_eq!(all, [0, 1]);
    assert_eq!(urls(&server), ["things?per_page=2", "things?page=2"]);
}

#[test]
fn pages_are_counted_until_one_is_empty() {
    let (simulation, server, api) = served(|sent| {
        let things: &[usize] = if sent.number < 2 { &[7] } else { &[] };
        Reply::json(&json!({"things": things}))
    });
    let paging = Paging::new("things").page("page");
    let all = simulation.run(api.pages(paging).collect_all()).unwrap();
    assert_eq!(all, [7, 7]);
    let pages = ["page=1", "page=2", "page=3"].map(|page| format!("things?per_page=2&{page}"));
    assert_eq!(urls(&server), pages);
}

#[test]
fn a_cursor_is_sent_as_it_came() {
    let (simulation, server, api) = served(|sent| {
        let next = [json!("a b/="), json!(17), json!(null)][sent.number].clone();
        Reply::json(&json!({"things": [sent.number], "meta": {"next": next}}))
    });
    let paging = Paging::new("things").cursor("after", "meta.next");
    let all = simulation.run(api.pages(paging).collect_all()).unwrap();
    assert_eq!(all, [0, 1, 2]);
    assert_eq!(
        urls(&server),
        [
            "things?per_page=2",
            "things?per_page=2&after=a%20b%2F%3D",
            "things?per_page=2&after=17"
        ]
    );
}

#[test]
fn another_server_a_circle_and_endless_empty_pages_end_the_list_after_the_items_that_came() {
    for (next, requests, problem) in [
        ("https://evil.test/v2/things", 1, "https://evil.test"),
        ("http://simulated.test/v2/things", 1, "another server"),
        ("/v2/things?per_page=2", 1, "was there before"),
        ("https://", 1, "no way to the next page"),
    ] {
        let (simulation, server, api) = served(move |_| {
            Reply::json(&json!({"things": [1], "links": {"pages": {"next": next}}}))
        });
        let mut pages = api.pages(BY_URL);
        simulation.run(async {
            assert_eq!(pages.next().await.unwrap().unwrap(), 1);
            let error = pages.next().await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Pages);
            assert!(error.to_string().contains(problem), "{error}");
            assert!(pages.next().await.is_none(), "the stream is over");
        });
        assert_eq!(server.requests().len(), requests, "{next}");
    }
    let (simulation, server, api) = served(|sent| {
        let next = format!("/v2/things?page={}", sent.number);
        Reply::json(&json!({"things": [], "links": {"pages": {"next": next}}}))
    });
    let error = simulation.run(api.pages(BY_URL).collect_all()).unwrap_err();
    assert!(error.to_string().contains("empty"), "{error}");
    assert_eq!(server.requests().len(), 101);
}

#[test]
fn a_list_that_is_not_there_is_an_error_unless_the_server_may_leave_it_out() {
    let ask = |body: &'static str, paging| {
        let (simulation, _, api) = served(move |_| Reply::text(body));
        simulation.run(api.pages(paging).collect_all())
    };
    for body in [
        r#"{}"#,
        r#"{"thing": [1]}"#,
        r#"{"things": {}}"#,
        r#"{"data": null}"#,
        "null",
    ] {
        for items in ["things", "data.things"] {
            let error = ask(body, Paging::new(items)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
            assert_eq!(error.response().unwrap().value(), body);
        }
    }
    let error = ask(r#"{"thing": [1]}"#, Paging::new("things")).unwrap_err();
    for part in ["GET https", "there is no `things`", "`items_optional`"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    for (body, items) in [
        (r#"{"things": null}"#, "things"),
        (r#"{"data": {"things": null}}"#, "data.things"),
        ("null", ""),
    ] {
        assert!(ask(body, Paging::new(items)).unwrap().is_empty(), "{body}");
    }
    for body in [r#"{}"#, r#"{"data": {}}"#, r#"{"data": null}"#, "null"] {
        let optional = Paging::new("data.things").items_optional();
        assert!(ask(body, optional).unwrap().is_empty(), "{body}");
    }
    let wrong = ask(r#"{"things": 7}"#, Paging::new("things").items_optional());
    assert_eq!(wrong.unwrap_err().kind(), ErrorKind::Decode);
}

#[test]
fn a_page_without_items_leads_on_where_the_server_leaves_empty_lists_out() {
    let (simulation, server, api) = served(|sent| {
        Reply::json(&match sent.number {
            0 => json!({"meta": {"next": 1}}),
            1 => json!({"things": [7], "meta": {"next": 2}}),
            _ => json!({}),
        })
    });
    let paging = Paging::new("things").items_optional();
    let pages = api.pages(paging.cursor("after", "meta.next"));
    assert_eq!(simulation.run(pages.collect_all()).unwrap(), [7]);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_list_is_resumed_where_it_failed() {
    let (simulation, server, api) = served(|sent| match sent.number {
        1 => Reply::status(401),
        _ => Reply::json(&json!({"things": [sent.number], "links": {"pages":
            {"next": (sent.number < 3).then(|| format!("/v2/things?page={}", sent.number + 2))}}})),
    });
    simulation.run(async {
        let mut pages = api.pages(BY_URL);
        assert_eq!(pages.next().await.unwrap().unwrap(), 0);
        let error = pages.next().await.unwrap().unwrap_err();
        assert!(pages.next().await.is_none());
        let again = api.pages(BY_URL).resume_at(error.url().unwrap());
        assert_eq!(again.collect_all().await.unwrap(), [2, 3]);
    });
    assert_eq!(urls(&server)[1..3], ["things?page=2", "things?page=2"]);
    let elsewhere = api.pages(BY_URL).resume_at("https://evil.test/");
    let error = simulation.run(elsewhere.collect_all()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
}
