//! A store that fails at random, and workers that die: nothing is lost, and nothing comes
//! twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cloudapi::store::{JobState, StoreError};
use cloudapi::testing::{Reply, Sent};
use cloudapi::{RestApi, Worker};
use proptest::prelude::*;

use crate::world::{Behind, Between, Droplet, World, away, droplet, seconds};

/// SplitMix64, and the chance of a failure in percent.
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

/// How often what was asked for may have been done, by the names of droplets.
type Effects = Arc<Mutex<HashMap<String, u32>>>;

fn name(sent: &Sent) -> String {
    serde_json::from_slice::<Droplet>(&sent.body).unwrap().name
}

fn world(seed: u64, effects: &Effects) -> World {
    let (chance, effects) = (Random(Mutex::new(seed), 0), Arc::clone(effects));
    World::new(move |sent| {
        let (reply, has_effect) = match chance.next() % 8 {
            0 => (Reply::status(500), true),
            1 => (Reply::failure(cloudapi::Failure::NotSent), false),
            2 => (Reply::status(429).header("retry-after", "3"), false),
            3 => (droplet(sent).after(seconds(20)), true),
            4 => (Reply::failure(cloudapi::Failure::Interrupted), true),
            _ => (droplet(sent), true),
        };
        if has_effect {
            *effects.lock().unwrap().entry(name(sent)).or_default() += 1;
        }
        reply
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(
        seed: u64,
        percent in 0_u64..40,
        deaths in 0_usize..4,
    ) {
        let effects = Effects::default();
        let world = world(seed, &effects);
        let (harmful, keyed) = world.simulation.run(async {
            let client = world.client();
            let (mut harmful, mut keyed) = (Vec::new(), Vec::new());
            for number in 0..6 {
                let name = format!("harmful {number}");
                let ticket = client.create(&name).enqueue().await.unwrap();
                harmful.push((name, ticket.id()));
                let name = format!("keyed {number}");
                let ticket = client.keyed(&name).enqueue().await.unwrap();
                keyed.push((name, ticket.id()));
            }
            let between = Arc::new(Random(Mutex::new(seed ^ 1), percent));
            for death in 0..deaths {
                let time = seconds(7 + 30 * death as u64);
                let trouble: Arc<dyn Between> = between.clone();
                let worker = |worker: Worker| worker.lease(seconds(20));
                world.work_badly_and_die(time, worker, Some(trouble)).await;
            }
            let client = world.client_of(Behind { store: world.store.clone(), between });
            client.work().until_empty().await.unwrap();
            (harmful, keyed)
        });
        let sent = world.server.requests();
        let effects = effects.lock().unwrap();
        let effects = |name: &str| effects.get(name).copied().unwrap_or(0);
        for (name, id) in harmful {
            let (job, effects) = (world.job(id), effects(&name));
            prop_assert!(effects <= 1, "{effects} times: {job:?}");
            match job.state {
                JobState::Done => prop_assert_eq!(effects, 1),
                JobState::Failed | JobState::Parked => prop_assert_eq!(effects, 0, "{:?}", job),
                JobState::Unknown => {}
                _ => prop_assert!(false, "lost: {job:?}"),
            }
        }
        for (name, id) in keyed {
            let job = world.job(id);
            match job.state {
                JobState::Done => prop_assert!(effects(&name) >= 1),
                JobState::Failed | JobState::Parked => {}
                _ => prop_assert!(false, "lost: {job:?}"),
            }
            let own = sent.iter().filter(|sent| self::name(sent) == name);
            let keys: Vec<_> = own.map(|sent| &sent.headers["idempotency-key"]).collect();
            prop_assert!(keys.windows(2).all(|keys| keys[0] == keys[1]));
        }
    }
}
