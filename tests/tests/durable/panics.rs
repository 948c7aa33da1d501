//! What is the user's may panic while a call is under way.

use std::fmt;

use cloudapi::prelude::*;
use cloudapi::store::JobState;
use cloudapi::testing::Reply;
use cloudapi::vendor::{ResponseView, VendorProfile};
use serde::Deserialize;

use crate::world::{World, seconds};

#[derive(Debug)]
struct Nervous;

impl VendorProfile for Nervous {
    fn is_refusal(&self, _: &ResponseView<'_>) -> bool {
        panic!("the vendor panics")
    }
}

#[rest_api(baseurl = "https://nervous.example.com/", vendor = Nervous)]
struct Api;

#[rest_api(durable)]
impl Api {
    #[post("things")]
    fn make(&self) -> Call<()>;
}

#[derive(Debug, Deserialize)]
struct Unspeakable {}

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("the error panics")
    }
}

#[rest_api(baseurl = "https://unspeakable.example.com/", error = Unspeakable)]
struct Unspoken;

#[rest_api(durable)]
impl Unspoken {
    #[post("things")]
    fn make(&self) -> Call<()>;
}

#[test]
fn a_call_whose_response_makes_a_profile_panic_ends() {
    let world = World::new(|_| Reply::status(204));
    let builder = Api::builder().simulation(&world.simulation);
    let builder = builder.transport(world.server.clone());
    let api = builder.store(world.store.clone()).build().unwrap();
    world.simulation.run(async {
        let ticket = api.make().enqueue().await.unwrap();
        tokio::select! {
            report = api.work().until_empty().into_future() => drop(report.unwrap()),
            () = world.simulation.sleep(seconds(1_000)) => {}
        }
        assert_eq!(world.state(ticket.id()), JobState::Done);
    });
}

#[test]
fn a_call_whose_error_panics_ends() {
    let world = World::new(|_| Reply::text("{}").with_status(404));
    let builder = Unspoken::builder().simulation(&world.simulation);
    let builder = builder.transport(world.server.clone());
    let api = builder.store(world.store.clone()).build().unwrap();
    world.simulation.run(async {
        let ticket = api.make().enqueue().await.unwrap();
        tokio::select! {
            report = api.work().until_empty().into_future() => drop(report.unwrap()),
            () = world.simulation.sleep(seconds(1_000)) => {}
        }
        assert_eq!(world.state(ticket.id()), JobState::Failed);
    });
}
