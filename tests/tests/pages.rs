//! Lists over several pages: how the next one is found where only the client says
//! it, and what can be adjusted for all of them, from outside and in simulated time.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use serde_json::json;

#[rest_api(baseurl = "https://pages.test/v2/", pages(next = "links.next"))]
#[derive(Clone, Debug)]
struct Cloud;

impl Cloud {
    #[get("droplets", items = "droplets")]
    fn droplets(&self, #[query] tag: Option<&str>) -> Pages<u64>;

    #[get("images", items = "images", cursor("after" = "meta.next"))]
    fn images(&self) -> Pages<u64>;
}

#[rest_api(extends = Cloud, path = "volumes")]
struct Volumes;

#[rest_api(extends = Volumes, path = "keys", pages(page = "page"))]
struct Keys;

#[rest_api(extends = Keys)]
struct OldKeys;

impl Volumes {
    #[get("", items = "volumes")]
    fn list(&self) -> Pages<u64>;
}

impl Keys {
    #[get("all", items = "keys")]
    fn list(&self, #[query] filter: &Filter<'_>) -> Pages<u64>;
}

impl OldKeys {
    #[get("old", items = "keys")]
    fn list(&self) -> Pages<u64>;
}

#[derive(Default, serde::Serialize)]
struct Filter<'a> {
    name: Option<&'a str>,
    page: Option<u64>,
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Cloud) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let cloud = Cloud::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .build();
    (simulation, server, cloud.unwrap())
}

/// Three pages, whichever way leads through them.
fn three_pages(sent: &Sent) -> Reply {
    let number = sent.number as u64;
    let (items, next) = match number {
        0 | 1 => (vec![number], json!(format!("/v2/next?n={}", number + 1))),
        _ => (vec![], json!(null)),
    };
    Reply::json(&json!({
        "droplets": items, "images": items, "volumes": items, "keys": items,
        "links": {"next": next},
        "meta": {"next": next.as_str().map(|_| number)},
    }))
}

fn urls(server: &Server) -> Vec<String> {
    let sent = server.requests().into_iter();
    sent.map(|sent| sent.url.replace("https://pages.test/v2/", ""))
        .collect()
}

fn seconds(server: &Server) -> Vec<u64> {
    let sent = server.requests();
    sent.iter().map(|sent| sent.at.as_secs()).collect()
}

#[test]
fn a_list_leads_on_as_its_client_declares() {
    let (simulation, server, cloud) = world(three_pages);
    let all = simulation.run(cloud.droplets(Some("web")).collect_all());
    assert_eq!(all.unwrap(), [0, 1]);
    assert_eq!(urls(&server), ["droplets?tag=web", "next?n=1", "next?n=2"]);
}

#[test]
fn what_an_endpoint_says_itself_comes_first() {
    let (simulation, server, cloud) = world(three_pages);
    simulation.run(cloud.images().collect_all()).unwrap();
    assert_eq!(
        urls(&server),
        ["images", "images?after=0", "images?after=1"]
    );
}

#[test]
fn a_client_that_extends_another_reads_lists_as_that_one_or_in_its_own_way() {
    let (simulation, server, cloud) = world(three_pages);
    let volumes = Volumes::new(&cloud);
    simulation.run(volumes.list().collect_all()).unwrap();
    assert_eq!(urls(&server), ["volumes", "next?n=1", "next?n=2"]);

    let (simulation, server, cloud) = world(three_pages);
    let keys = Keys::new(&Volumes::new(&cloud));
    let list = keys.list(&Filter::default()).collect_all();
    simulation.run(list).unwrap();
    let pages = ["1", "2", "3"].map(|page| format!("volumes/keys/all?page={page}"));
    assert_eq!(urls(&server), pages);

    let (simulation, server, cloud) = world(three_pages);
    let keys = OldKeys::new(&Keys::new(&Volumes::new(&cloud)));
    simulation.run(keys.list().collect_all()).unwrap();
    let pages = ["1", "2", "3"].map(|page| format!("volumes/keys/old?page={page}"));
    assert_eq!(urls(&server), pages);
}

#[test]
fn headers_and_parameters_are_sent_with_every_page() {
    let (simulation, server, cloud) = world(three_pages);
    let list = cloud.images().header("X-Trace", 7).query("per_page", 200);
    simulation
        .run(list.query("q", "a b").collect_all())
        .unwrap();
    let pages =
        ["", "&after=0", "&after=1"].map(|cursor| format!("images?per_page=200&q=a%20b{cursor}"));
    assert_eq!(urls(&server), pages);
    for sent in server.requests() {
        assert_eq!(sent.headers["x-trace"], "7");
    }
}

#[test]
fn a_page_that_the_server_names_is_asked_for_by_that_url_with_the_headers() {
    let (simulation, server, cloud) = world(three_pages);
    let list = cloud.droplets(None).header("X-Trace", 7);
    simulation
        .run(list.query("per_page", 200).collect_all())
        .unwrap();
    assert_eq!(
        urls(&server),
        ["droplets?per_page=200", "next?n=1", "next?n=2"]
    );
    for sent in server.requests() {
        assert_eq!(sent.headers["x-trace"], "7");
    }
    // In whatever order it is said.
    let url = "https://pages.test/v2/next?n=5";
    for list in [
        cloud
            .droplets(None)
            .resume_at(url)
            .query("a", 1)
            .header("X-Trace", 7),
        cloud
            .droplets(None)
            .query("a", 1)
            .header("X-Trace", 7)
            .resume_at(url),
    ] {
        simulation.run(list.collect_all()).unwrap();
        let last = server.requests().pop().unwrap();
        assert_eq!(last.url, url);
        assert_eq!(last.headers["x-trace"], "7");
    }
}

#[test]
fn a_deadline_is_that_of_each_page() {
    // One slot every ten seconds, so that the list takes longer than a page may.
    let (simulation, server, cloud) = world(three_pages);
    let list = cloud.droplets(None).deadline(Duration::from_secs(15));
    assert_eq!(simulation.run(list.collect_all()).unwrap(), [0, 1]);
    assert_eq!(seconds(&server), [0, 10, 20]);

    let (simulation, server, cloud) = world(three_pages);
    let mut list = cloud.droplets(None).deadline(Duration::from_secs(5));
    simulation.run(async {
        assert_eq!(list.next().await.unwrap().unwrap(), 0);
        let error = list.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert_eq!(error.url(), Some("https://pages.test/v2/next?n=1"));
        assert!(error.retry_at().is_some());
    });
    assert_eq!(seconds(&server), [0]);
}

#[test]
fn timeouts_and_retries_are_those_of_each_page() {
    let (simulation, server, cloud) = world(|sent| match sent.number {
        1 => Reply::never(),
        _ => three_pages(sent),
    });
    let list = cloud.droplets(None).request_timeout(Duration::from_secs(3));
    let mut list = list.retry(Retry::Never).pages();
    simulation.run(async {
        assert!(list.next().await.unwrap().is_ok());
        let error = list.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(list.next().await.is_none());
    });
    assert_eq!(simulation.now(), Duration::from_secs(13));
    assert_eq!(seconds(&server), [0, 10]);
}

#[test]
fn what_cannot_be_sent_ends_the_list_before_anything_is() {
    let (simulation, server, cloud) = world(three_pages);
    let keys = Keys::new(&Volumes::new(&cloud));
    let (none, page) = (
        Filter::default(),
        Filter {
            page: Some(7),
            name: Some("a"),
        },
    );
    for (list, why) in [
        (cloud.images().header("X Y", "a"), "X Y"),
        (cloud.images().header("X-Y", "a\nb"), "X-Y"),
        (
            cloud.images().query("after", 1),
            "`after` leads from page to page",
        ),
        (
            keys.list(&none).query("page", 1),
            "`page` leads from page to page",
        ),
        (keys.list(&page), "`page` leads from page to page"),
        (
            keys.list(&none).query("a", [[1]]),
            "the query parameter `a`",
        ),
        // The first problem is the one that is told.
        (
            cloud
                .images()
                .header("X Y", "a")
                .query("after", 1)
                .resume_at("x"),
            "X Y",
        ),
    ] {
        let error = simulation.run(list.collect_all()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_list_that_has_begun_is_adjusted_no_more() {
    let (simulation, server, cloud) = world(three_pages);
    simulation.run(async {
        let mut list = cloud.droplets(None);
        assert_eq!(list.next().await.unwrap().unwrap(), 0);
        let mut list = list.header("X-Late", 1);
        let error = list.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains("has begun"), "{error}");
        assert!(list.next().await.is_none());
        // Once it is over there is nothing that it could hold for.
        assert!(list.retry(Retry::Never).next().await.is_none());
    });
    assert_eq!(server.requests().len(), 1);
}

/// Two items a page, without end.
fn pairs(sent: &Sent) -> Reply {
    let number = sent.number as u64;
    let next = format!("/v2/next?n={}", number + 1);
    let body = json!({"droplets": [2 * number, 2 * number + 1], "links": {"next": next}});
    Reply::json(&body).header("X-Page", &number.to_string())
}

#[test]
fn a_limit_holds_for_the_pages_too_and_cuts_the_last_one() {
    for (limit, expected) in [
        (0, vec![]),
        (2, vec![vec![0, 1]]),
        (3, vec![vec![0, 1], vec![2]]),
    ] {
        let (simulation, server, cloud) = world(pairs);
        let mut list = cloud.droplets(None).limit(limit).pages();
        simulation.run(async {
            for page in &expected {
                assert_eq!(list.next().await.unwrap().unwrap().value(), page);
            }
            assert!(list.next().await.is_none());
        });
        assert_eq!(server.requests().len(), expected.len(), "limit {limit}");
    }
}

#[test]
fn the_pages_go_on_behind_the_items_that_were_taken() {
    let (simulation, server, cloud) = world(pairs);
    simulation.run(async {
        let mut list = cloud.droplets(None).limit(5);
        assert_eq!(list.next().await.unwrap().unwrap(), 0);
        let mut list = list.pages();
        for (items, number) in [(vec![1], "0"), (vec![2, 3], "1"), (vec![4], "2")] {
            let page = list.next().await.unwrap().unwrap();
            assert_eq!(
                (page.value(), &page.headers()["x-page"]),
                (&items, &number.parse().unwrap())
            );
        }
        assert!(list.next().await.is_none());
    });
    assert_eq!(server.requests().len(), 3);

    // Nothing is left of the page.
    let (simulation, _, cloud) = world(pairs);
    simulation.run(async {
        let mut list = cloud.droplets(None);
        for item in [0, 1] {
            assert_eq!(list.next().await.unwrap().unwrap(), item);
        }
        let page = list.pages().next().await.unwrap().unwrap();
        assert_eq!(page.into_value(), [2, 3]);
    });
}

#[test]
fn a_thread_that_waits_goes_over_a_list_as_a_task_does() {
    let (_, server, cloud) = world(three_pages);
    let list = cloud.droplets(None).header("X-Trace", 7).blocking_iter();
    let items: Vec<u64> = list.map(Result::unwrap).collect();
    assert_eq!(items, [0, 1]);
    assert_eq!(urls(&server), ["droplets", "next?n=1", "next?n=2"]);
    assert_eq!(server.requests()[2].headers["x-trace"], "7");

    let (_, server, cloud) = world(pairs);
    assert_eq!(cloud.droplets(None).limit(3).blocking_iter().count(), 3);
    assert_eq!(server.requests().len(), 2);

    let (_, _, cloud) = world(|sent| match sent.number {
        0 => pairs(sent),
        _ => Reply::status(404),
    });
    let mut list = cloud.droplets(None).blocking_iter();
    assert_eq!(list.by_ref().take(2).filter(Result::is_ok).count(), 2);
    assert_eq!(list.next().unwrap().unwrap_err().kind(), ErrorKind::Status);
    assert!(list.next().is_none());
}
