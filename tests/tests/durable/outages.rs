//! A service that is away for long.

use cloudapi::prelude::*;
use cloudapi::store::JobState;
use cloudapi::testing::Reply;

use crate::world::{World, droplet, seconds};

/// Few calls fail each for itself, and many open the circuit.
#[test]
fn an_outage_of_the_service_spends_nothing() {
    for (hours, calls) in [(1, 2), (1, 40)] {
        let world = World::new(move |sent| match sent.at < seconds(hours * 3_600) {
            true => Reply::failure(cloudapi::Failure::NotSent),
            false => droplet(sent),
        });
        world.simulation.run(async {
            let client = world.client();
            let mut ids = Vec::new();
            for number in 0..calls {
                let call = client.create(&number.to_string());
                ids.push(call.enqueue().await.unwrap().id());
            }
            let report = client.work().until_empty().await.unwrap();
            assert_eq!(report.done, calls, "{report}");
            for id in ids {
                let job = world.job(id);
                let found = (job.state, job.failed_attempts);
                assert_eq!(found, (JobState::Done, 0), "{:?}", job.reason);
            }
        });
        // The service is looked for, and not run down.
        let in_vain = world.server.requests().len() - calls;
        assert!(in_vain < 2_000 * hours as usize, "{in_vain}");
        let late = world.simulation.now() - seconds(hours * 3_600);
        assert!(late < seconds(120), "{late:?}");
    }
}

#[test]
fn a_deadline_ends_the_waiting_for_the_service() {
    let world = World::new(|_| Reply::failure(cloudapi::Failure::NotSent));
    world.simulation.run(async {
        let call = world.client().create("web").deadline(seconds(3_600));
        let ticket = call.enqueue().await.unwrap();
        world.work().await;
        let error = ticket.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
    });
    assert!(world.simulation.now() < seconds(3_700));
}
