//! A store that fails at random: nothing is lost, and nothing comes twice.

use std::sync::{Arc, Mutex};

use cloudapi::RestApi;
use cloudapi::store::{JobState, StoreError};
use cloudapi::testing::Reply;
use proptest::prelude::*;

use crate::world::{Behind, Between, Droplet, World, away, droplet, seconds};

/// SplitMix64.
struct Random(Mutex<u64>, u64);

impl Random {
    fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn fails(&self) -> Result<(), StoreError> {
        match self.next() % 100 < self.1 {
            true => Err(away()),
            false => Ok(()),
        }
    }
}

/// Before anything is done, or after it: then the answer is lost.
impl Between for Random {
    fn before(&self, _: &'static str) -> Result<(), StoreError> {
        self.fails()
    }

    fn after(&self, _: &'static str) -> Result<(), StoreError> {
        self.fails()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(
        seed: u64,
        percent in 0_u64..40,
        deaths in 0_usize..4,
    ) {
        let chance = Random(Mutex::new(seed), 30);
        let world = World::new(move |sent| match chance.next() % 8 {
            0 => Reply::status(500),
            1 => Reply::failure(cloudapi::Failure::NotSent),
            2 => Reply::status(429).header("retry-after", "3"),
            3 => droplet(sent).after(seconds(20)),
            _ => droplet(sent),
        });
        let ids = world.simulation.run(async {
            let client = world.client();
            let mut ids = Vec::new();
            for number in 0..12 {
                let name = number.to_string();
                let ticket = client.create(&name).enqueue().await.unwrap();
                ids.push(ticket.id());
            }
            let between = Arc::new(Random(Mutex::new(seed ^ 1), percent));
            let store = || Behind { store: world.store.clone(), between: Arc::clone(&between) };
            for death in 0..deaths {
                world.work_and_die(seconds(7 + death as u64), |worker| worker).await;
            }
            let client = world.client_of(store());
            client.work().until_empty().await.unwrap();
            ids
        });
        let sent = world.server.requests();
        for (number, id) in ids.iter().enumerate() {
            let job = world.job(*id);
            prop_assert!(
                matches!(job.state, JobState::Done | JobState::Failed | JobState::Unknown | JobState::Parked),
                "{job:?}"
            );
            // What had an effect: all but refusals.
            let of_this = sent.iter().filter(|sent| {
                let droplet: Droplet = serde_json::from_slice(&sent.body).unwrap();
                droplet.name == number.to_string()
            });
            let count = of_this.count();
            prop_assert!(count <= 1 || job.attempts > 1, "{count} requests: {job:?}");
        }
    }
}
