//! Waits made longer at random, so that many processes that failed together do not
//! all come back together.

use std::time::Duration;

/// A source of waits that are longer than asked for, and never shorter: a server
/// that says "in 600 s" has not been understood by a client that comes after 580.
///
/// It draws nothing where there is no jitter.
#[derive(Clone, Debug)]
pub(super) struct Jitter {
    state: u64,
}

impl Jitter {
    /// The same seed gives the same waits.
    pub(super) const fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Longer by 0 to `fraction` of itself, but not by this beyond `most`.
    pub(super) fn lengthen(&mut self, wait: Duration, fraction: f64, most: Duration) -> Duration {
        if fraction > 0.0 {
            lengthened(wait, fraction, self.next()).min(most).max(wait)
        } else {
            wait
        }
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
    /// generators, 2014). It is good for any seed, zero too, and nobody has
    /// anything from guessing it.
    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// `random` of 0 adds nothing, and `u64::MAX` almost all that may be added.
fn lengthened(wait: Duration, fraction: f64, random: u64) -> Duration {
    let most = wait.as_nanos() as f64 * fraction.min(1.0);
    let extra = most * (random as f64 / 2_f64.powi(64));
    // A cast from a float saturates.
    wait.saturating_add(Duration::from_nanos(extra as u64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::properties::cases;
    use super::*;

    fn any_wait() -> impl Strategy<Value = Duration> {
        prop_oneof![
            Just(Duration::ZERO),
            Just(Duration::MAX),
            (0..100_000_000_000_u64).prop_map(Duration::from_nanos),
            any::<u64>().prop_map(Duration::from_nanos),
        ]
    }

    proptest! {
        #![proptest_config(cases(1_000))]

        #[test]
        fn a_wait_never_gets_shorter_and_never_longer_than_it_may(
            wait in any_wait(),
            fraction in 0.0..=1.0_f64,
            most in any_wait(),
            seed in any::<u64>(),
        ) {
            let mut jitter = Jitter::seeded(seed);
            let longer = jitter.lengthen(wait, fraction, most);
            prop_assert!(longer >= wait);
            prop_assert!(longer <= most.max(wait));
            // As exact as a float of such a size is.
            let extra = (longer - wait).as_secs_f64();
            prop_assert!(extra <= wait.as_secs_f64() * fraction * 1.000_001 + 1e-9);
        }

        #[test]
        fn a_seed_gives_the_same_waits_again(seed in any::<u64>(), wait in any_wait()) {
            let mut one = Jitter::seeded(seed);
            let mut other = one.clone();
            for _ in 0..5 {
                let same = other.lengthen(wait, 0.5, Duration::MAX);
                prop_assert_eq!(one.lengthen(wait, 0.5, Duration::MAX), same);
            }
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        let wait = Duration::from_secs(10);
        assert_eq!(lengthened(wait, 1.0, 0), wait);
        let most = lengthened(wait, 0.5, u64::MAX);
        assert!(most > wait.mul_f64(1.499) && most <= wait.mul_f64(1.5));
        assert_eq!(lengthened(Duration::ZERO, 1.0, u64::MAX), Duration::ZERO);
        assert!(lengthened(Duration::MAX, 1.0, u64::MAX) <= Duration::MAX);
    }

    #[test]
    fn without_jitter_nothing_is_drawn() {
        let mut jitter = Jitter::seeded(7);
        let wait = Duration::from_secs(10);
        assert_eq!(jitter.lengthen(wait, 0.0, Duration::MAX), wait);
        assert_eq!(jitter.state, 7);
    }

    /// Twenty processes whose calls failed at the same time come back at twenty
    /// times, over the whole of what is added.
    #[test]
    fn processes_that_failed_together_come_apart() {
        let wait = Duration::from_secs(100);
        let mut times: Vec<_> = (0..20)
            .map(|seed| Jitter::seeded(seed).lengthen(wait, 0.5, Duration::MAX))
            .collect();
        times.sort();
        assert!(times[0] < wait + Duration::from_secs(10));
        assert!(times[19] > wait + Duration::from_secs(40));
        let closest = times.windows(2).map(|pair| pair[1] - pair[0]).min();
        assert!(closest > Some(Duration::ZERO));
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // The first numbers of SplitMix64 from the seed 1234567.
        let mut jitter = Jitter::seeded(1_234_567);
        let numbers = [jitter.next(), jitter.next(), jitter.next()];
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
            ]
        );
    }
}
