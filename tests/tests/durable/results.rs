//! What comes back, and by which ticket.

use cloudapi::prelude::*;
use cloudapi::store::JobState;
use cloudapi::testing::Reply;
use http::StatusCode;

use crate::world::{Droplet, TOKEN, World, seconds};
use cloudapi::http;

fn named(name: &str) -> Droplet {
    Droplet {
        name: name.to_owned(),
    }
}

#[test]
fn a_call_is_made_by_a_worker_and_its_result_is_typed() {
    let world = World::of_droplets();
    let (ticket, report) = world.simulation.run(async {
        let client = world.client();
        let ticket = client.create("web").enqueue().await.unwrap();
        assert_eq!(ticket.status().await.unwrap().state, JobState::Waiting);
        assert!(world.server.requests().is_empty());
        (ticket, world.work().await)
    });
    assert_eq!(report.done, 1, "{report}");
    let droplet = world.simulation.run(ticket.result()).unwrap();
    assert_eq!(droplet, named("web"));
    let sent = &world.server.requests()[0];
    assert_eq!(sent.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(sent.headers["content-type"], "application/json");
    assert_eq!(sent.headers["accept"], "application/json");
    let url = format!("https://api.example.com/v2/droplets?key={TOKEN}");
    assert_eq!(sent.url, url);
}

#[test]
fn the_request_is_the_one_that_would_have_been_sent_at_once() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        let call = || {
            client
                .droplet("a b/ü", Some("x&y"))
                .header("x-own", "7 ü")
                .query("n", 5)
        };
        call().await.unwrap();
        call().enqueue().await.unwrap();
        world.work().await;
    });
    let sent = world.server.requests();
    let sorted = |url: &str| {
        let (path, query) = url.split_once('?').unwrap();
        let mut query: Vec<_> = query.split('&').map(str::to_owned).collect();
        query.sort();
        (path.to_owned(), query)
    };
    assert_eq!(sorted(&sent[0].url), sorted(&sent[1].url));
    assert_eq!(sent[0].headers, sent[1].headers);
    assert_eq!(sent[0].method, sent[1].method);
}

#[test]
fn another_run_of_the_program_need_not_read_an_answer_either() {
    let world = World::new(|_| Reply::json(&serde_json::json!({"status": "deleted"})));
    let (ticket, id) = world.simulation.run(async {
        let ticket = world.client().delete("web").enqueue().await.unwrap();
        let id = ticket.id();
        world.work().await;
        (ticket, id)
    });
    world.simulation.run(ticket.result()).unwrap();
    let later = world.client();
    let ticket = later.ticket::<()>(id).unwrap();
    world.simulation.run(ticket.result()).unwrap();
    // Who wants something is told that it is something else.
    let ticket = later.ticket::<Option<Vec<u8>>>(id).unwrap();
    let error = world.simulation.run(ticket.result()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[test]
fn another_run_of_the_program_has_the_result_by_the_ticket() {
    let world = World::of_droplets();
    let id = world.simulation.run(async {
        let client = world.client();
        let id = client.create("web").enqueue().await.unwrap().id();
        client.delete("web").enqueue().await.unwrap();
        id
    });
    world.simulation.run(world.work());
    let later = world.client();
    world.simulation.run(async {
        let ticket = later
            .ticket::<Droplet>(id.to_string().parse().unwrap())
            .unwrap();
        assert_eq!(ticket.clone().await.unwrap(), named("web"));
        let response = ticket.response().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(&response.value()[..], br#"{"droplet":{"name":"web"}}"#);
        let wrong = later.ticket::<u64>(id).unwrap().await.unwrap_err();
        assert_eq!(wrong.kind(), ErrorKind::Decode);
        assert!(
            wrong
                .to_string()
                .starts_with("POST https://api.example.com/v2/droplets: ")
        );
    });
}

#[test]
fn nothing_is_an_answer_where_the_type_says_so() {
    let world = World::new(|sent| match sent.method.as_str() {
        "DELETE" => Reply::status(204),
        _ => Reply::status(404),
    });
    world.simulation.run(async {
        let client = world.client();
        let perhaps = client.perhaps("web").enqueue().await.unwrap();
        let deleted = client.delete("web").enqueue().await.unwrap();
        let missing = client.droplet("web", None).enqueue().await.unwrap();
        world.work().await;
        assert_eq!(perhaps.result().await.unwrap(), None);
        assert_eq!(
            client
                .ticket::<Option<Droplet>>(perhaps.id())
                .unwrap()
                .await
                .unwrap(),
            None
        );
        deleted.result().await.unwrap();
        client.ticket::<()>(deleted.id()).unwrap().await.unwrap();
        let error = missing.result().await.unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::NOT_FOUND));
    });
}

#[test]
fn a_ticket_waits_for_a_worker() {
    let world = World::of_droplets();
    let waited = world.simulation.run(async {
        let client = world.client();
        let ticket = client.create("web").enqueue().await.unwrap();
        let waits = tokio::spawn(ticket.into_future());
        world.simulation.sleep(seconds(5_000)).await;
        world.work().await;
        waits.await.unwrap().unwrap();
        world.simulation.now()
    });
    assert!(waited <= seconds(5_001), "{waited:?}");
}

#[test]
fn what_a_response_was_like_is_kept() {
    let world = World::new(|sent| match sent.number {
        0 => Reply::status(500),
        _ => Reply::text("all of it")
            .header("x-a", "1")
            .header("x-a", "2")
            .after(seconds(3)),
    });
    let response = world.simulation.run(async {
        let ticket = world.client().whole("x").enqueue().await.unwrap();
        world.work().await;
        ticket.await.unwrap()
    });
    let values: Vec<_> = response.headers().get_all("x-a").iter().collect();
    assert_eq!(values, ["1", "2"]);
    assert_eq!(&response.value()[..], b"all of it");
    assert_eq!((response.attempts(), response.took()), (2, seconds(3)));
}

#[test]
fn an_error_is_the_one_that_the_call_would_have_ended_with() {
    let answer = |_: &cloudapi::testing::Sent| {
        Reply::text("no such image")
            .with_status(422)
            .header("x-request-id", "r-7")
    };
    let world = World::new(answer);
    let (now, stored) = world.simulation.run(async {
        let client = world.client();
        let now = client.create("web").await.unwrap_err();
        world.simulation.sleep(seconds(2)).await;
        let ticket = client.create("web").enqueue().await.unwrap();
        world.work().await;
        (now, ticket.await.unwrap_err())
    });
    assert_eq!(stored.kind(), now.kind());
    assert_eq!(stored.to_string(), now.to_string());
    assert_eq!(stored.status(), now.status());
    assert_eq!(stored.attempts(), now.attempts());
    assert_eq!(stored.request_id(), Some("r-7"));
    assert_eq!(&stored.response().unwrap().value()[..], b"no such image");
}

#[test]
fn a_ticket_that_the_store_has_forgotten_says_so() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        let ticket = client.create("web").enqueue().await.unwrap();
        world.work().await;
        world.simulation.sleep(seconds(8 * 86_400)).await;
        world.work().await;
        let error = ticket.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        assert!(error.to_string().contains("purged"), "{error}");
    });
}
