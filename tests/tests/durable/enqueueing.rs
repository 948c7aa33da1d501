//! What can be enqueued, and what cannot.

use cloudapi::prelude::*;
use cloudapi::store::{Filter, Store};
use cloudapi::{Body, BoxError, RequestBody};

use crate::world::{Script, World};

fn refused<T: std::fmt::Debug>(world: &World, call: Call<T>, why: &str) {
    let error = world.simulation.run(call.enqueue()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    assert!(error.to_string().contains(why), "{error}");
    assert!(world.store.jobs(&Filter::default()).unwrap().is_empty());
}

#[test]
fn a_call_that_is_no_request_is_refused_as_when_it_is_awaited() {
    let world = World::of_droplets();
    let client = world.client();
    refused(
        &world,
        client.droplet("..", None),
        "`name` makes a path segment",
    );
    refused(&world, client.create("a").header("x", "a\nb"), "line break");
}

#[test]
fn an_endpoint_that_no_worker_would_know_is_refused() {
    let world = World::of_droplets();
    refused(
        &world,
        world.client().not_durable(),
        "mark the `impl` block",
    );
}

#[test]
fn what_cannot_be_kept_is_refused() {
    let world = World::of_droplets();
    let client = world.client();
    refused(&world, client.streamed(), "declare `cloudapi::Bytes`");
    let file = RequestBody::file("Cargo.toml");
    refused(&world, client.upload(file), "the body is a file");
    let made = RequestBody::from_factory(async || Ok::<_, BoxError>(Body::from("x")));
    refused(&world, client.upload(made), "what a function makes");
    refused(
        &world,
        client.upload(RequestBody::from("x").with_length(2)),
        "another length",
    );
}

#[test]
fn bytes_are_kept_whatever_they_are() {
    let world = World::new(|_| cloudapi::testing::Reply::status(204));
    let bytes: Vec<u8> = (0..=255).collect();
    world.simulation.run(async {
        let client = world.client();
        client
            .upload(RequestBody::from(&bytes))
            .enqueue()
            .await
            .unwrap();
        let exactly = RequestBody::from("x").with_length(1).media_type("text/x");
        client.upload(exactly).enqueue().await.unwrap();
        world.work().await;
    });
    let sent = world.server.requests();
    assert_eq!(sent[0].body, bytes);
    assert_eq!(sent[0].headers["content-type"], "application/octet-stream");
    assert_eq!(sent[1].body, "x");
    assert_eq!(sent[1].headers["content-type"], "text/x");
}

#[test]
fn a_store_that_was_away_for_a_moment_has_the_call_once() {
    let world = World::of_droplets();
    let script = Script::failing(&[("put", 3)]);
    world.simulation.run(async {
        let client = world.client_of(script.before(&world.store));
        let ticket = client.create("a").enqueue().await.unwrap();
        world.work().await;
        ticket.await.unwrap();
    });
    assert_eq!(world.server.requests().len(), 1);
    assert_eq!(world.store.jobs(&Filter::default()).unwrap().len(), 1);
}

#[test]
fn a_store_that_stays_away_is_told() {
    let world = World::of_droplets();
    let script = Script::failing(&[("put", 100)]);
    let client = world.client_of(script.before(&world.store));
    let error = world
        .simulation
        .run(client.create("a").enqueue())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(
        error.to_string().contains("?***: the store is away"),
        "{error}"
    );
}

#[test]
fn a_client_that_is_shut_down_takes_nothing() {
    let world = World::of_droplets();
    let client = world.client();
    world.simulation.run(async {
        client.drain().await;
        let error = client.create("a").enqueue().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Shutdown);
    });
}
