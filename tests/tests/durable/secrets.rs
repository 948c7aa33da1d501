//! No secret comes into a store.

use cloudapi::prelude::*;
use cloudapi::store::{Filter, Store};
use cloudapi::testing::Reply;

use crate::world::{TOKEN, World};

/// All that is kept, as it might lie on a disk.
fn kept(world: &World) -> String {
    let jobs = world.store.jobs(&Filter::default()).unwrap();
    let texts = jobs.iter().map(|job| {
        let bytes = [Some(&job.new.request), job.result.as_ref()];
        let bytes = bytes.into_iter().flatten();
        let bytes: String = bytes.map(|bytes| String::from_utf8_lossy(bytes)).collect();
        format!(
            "{} {} {} {:?} {bytes}",
            job.new.queue, job.new.endpoint, job.new.summary, job.reason
        )
    });
    texts.collect()
}

#[test]
fn the_credentials_of_the_client_are_in_no_job_and_no_result() {
    let world = World::new(|sent| match sent.number % 3 {
        0 => Reply::status(500),
        1 => Reply::failure(cloudapi::Failure::Interrupted),
        _ => Reply::json(&serde_json::json!({"droplet": {"name": "x"}}))
            .header("set-cookie", "session=c00kie")
            .header("x-auth-token", "t0ken"),
    });
    world.simulation.run(async {
        let client = world.client();
        for _ in 0..3 {
            client.create("a").enqueue().await.unwrap();
            client
                .keyed("a")
                .query("more", "1")
                .enqueue()
                .await
                .unwrap();
            client.droplet("a", Some("b")).enqueue().await.unwrap();
        }
        world.work().await;
    });
    let kept = kept(&world);
    assert!(
        kept.contains("droplet") && kept.contains("more=1"),
        "{kept}"
    );
    for secret in [TOKEN, "t0ps3cret", "c00kie", "t0ken", "Bearer"] {
        assert!(!kept.contains(secret), "{secret}: {kept}");
    }
}

#[test]
fn a_call_with_a_secret_is_refused() {
    let world = World::of_droplets();
    let client = world.client();
    let secret = Secret::new("0wn_s3cret");
    for (call, why) in [
        (client.secret_path(&secret), "the path or the query"),
        (client.secret_query(&secret), "the path or the query"),
        (client.fixed_query(), "the path or the query"),
        (client.secret_header(&secret), "the header `x-own`"),
        (
            client.delete("a").header("Authorization", "Bearer x"),
            "the header `authorization`",
        ),
        (
            client.delete("a").header("X-Api-Key", "x"),
            "the header `x-api-key`",
        ),
        (client.secret_json(&secret), "the body"),
        (client.secret_form(&secret), "the body"),
        (client.secret_part(&secret), "the body"),
        (client.fixed_json(), "the body"),
    ] {
        let error = world.simulation.run(call.enqueue()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        let text = format!("{error:?}");
        assert!(text.contains(why), "{text}");
        assert!(
            !text.contains("0wn_s3cret") && !text.contains(TOKEN),
            "{text}"
        );
    }
    assert!(kept(&world).is_empty());
}
