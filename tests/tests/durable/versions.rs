//! What an older or a newer program, or somebody else, has left in the store.

use cloudapi::prelude::*;
use cloudapi::store::{JobId, JobState, NewJob, Store};
use cloudapi::testing::Reply;

use crate::world::{Example, TOKEN, World, droplet, seconds};

mod old {
    use super::*;

    #[rest_api(
        baseurl = "https://api.example.com/v2/",
        bearer = "{token}",
        callratepersecond = 1
    )]
    pub(super) struct Example {
        token: Secret,
    }

    #[rest_api(durable)]
    impl Example {
        #[post("droplets")]
        pub(super) fn make(&self) -> Call<()>;

        #[post("v1/droplets")]
        pub(super) fn create(&self) -> Call<()>;
    }
}

fn old(world: &World) -> old::Example {
    old::Example::builder()
        .token(Secret::new(TOKEN))
        .simulation(&world.simulation)
        .transport(world.server.clone())
        .store(world.store.clone())
        .build()
        .unwrap()
}

#[test]
fn an_endpoint_that_is_gone_or_another_is_parked_with_the_reason() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let old = old(&world);
        let gone = old.make().enqueue().await.unwrap();
        let other = old.create().enqueue().await.unwrap();
        // Of other limits, so that the older one has to end first.
        let (gone, other) = (gone.id(), other.id());
        drop(old);
        world.simulation.sleep(seconds(10)).await;
        let client = world.client();
        let report = client.work().until_empty().await.unwrap();
        assert_eq!(report.parked, 2, "{report}");
        for (id, why) in [
            (
                gone,
                "no client of the worker declares the endpoint `make`: it was renamed or removed, \
                 or the worker was not given its client with `also`",
            ),
            (
                other,
                "the endpoint `create` was `POST v1/droplets`, and the worker's client declares it \
                 as `POST droplets`",
            ),
        ] {
            let error = client.ticket::<()>(id).unwrap().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Parked);
            assert!(error.to_string().contains(why), "{error}");
        }
    });
    assert!(world.server.requests().is_empty());
}

#[test]
fn what_is_no_request_of_ours_is_parked() {
    let world = World::of_droplets();
    let good = br#"{"version":1,"method":"GET","template":"droplets/{name}","url":"droplets/x"}"#;
    let requests: [(&[u8], &str); 8] = [
        (good, ""),
        (b"", "not one of ours"),
        (b"\xff\x00", "not one of ours"),
        (br#"{"version":2}"#, "has the version 2"),
        (br#"{"version":1}"#, "cannot be read"),
        (
            br#"{"version":1,"method":"GET","template":"droplets/{name}","url":"../admin"}"#,
            "does not continue",
        ),
        (
            br#"{"version":1,"method":"GET","template":"droplets/{name}","url":"x","body":"%"}"#,
            "damaged",
        ),
        (
            br#"{"version":1,"method":"GET","template":"droplets/{name}","url":"x","more":1}"#,
            "cannot be read",
        ),
    ];
    world.simulation.run(async {
        let client = world.client();
        let queue = {
            let id = client.delete("x").enqueue().await.unwrap().id();
            client.jobs().unwrap().cancel(id).await.unwrap();
            world.job(id).new.queue
        };
        let mut jobs = Vec::new();
        for (request, why) in requests {
            let id = JobId::random();
            let job = NewJob {
                id,
                queue: queue.clone(),
                endpoint: "droplet".to_owned(),
                summary: String::new(),
                request: request.to_vec(),
                repeatable: true,
                priority: Priority::Normal,
                deadline: None,
            };
            world.store.put(&job).unwrap();
            jobs.push((id, why));
        }
        world.work().await;
        for (id, why) in jobs {
            let job = world.job(id);
            let state = if why.is_empty() {
                JobState::Done
            } else {
                JobState::Parked
            };
            assert_eq!(job.state, state, "{why}: {job:?}");
            let reason = job.reason.unwrap_or_default();
            assert!(reason.contains(why), "{reason}");
        }
    });
    assert_eq!(world.server.requests().len(), 1);
}

#[rest_api(extends = Example, path = "volumes", accessor = volumes)]
struct Volumes;

#[rest_api(durable)]
impl Volumes {
    #[post("")]
    fn create(&self, #[json("name")] name: &str) -> Call<()>;
}

/// Two parts of one API have one queue, and both may have an endpoint of one name.
#[test]
fn a_worker_knows_the_clients_that_it_was_given() {
    let world = World::new(|sent| match sent.url.contains("volumes") {
        true => Reply::status(204),
        false => droplet(sent),
    });
    world.simulation.run(async {
        let client = world.client();
        client.create("a").enqueue().await.unwrap();
        client.volumes().create("a").enqueue().await.unwrap();
        let report = client
            .work()
            .also(&client.volumes())
            .until_empty()
            .await
            .unwrap();
        assert_eq!((report.done, report.parked), (2, 0), "{report}");
    });
    assert_eq!(world.paths(), ["droplets", "volumes"]);
}
