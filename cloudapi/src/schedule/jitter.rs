//! Waits made longer at random, so that many clients that were told the same
//! time do not all come at that time.

use std::time::Duration;

/// A wait is made longer by less than this, however long it is.
const MOST: Duration = Duration::from_secs(5);

/// A source of waits that are longer than asked for by 0 to 10 %, and by less
/// than five seconds.
///
/// Only ever longer: a server that says "in 600 s" has not been understood by a
/// client that comes after 580.
#[derive(Clone, Debug)]
pub(crate) struct Jitter {
    state: u64,
}

impl Jitter {
    /// The same seed gives the same waits.
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn lengthen(&mut self, wait: Duration) -> Duration {
        lengthened(wait, self.next())
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
fn lengthened(wait: Duration, random: u64) -> Duration {
    let most = (wait / 10).min(MOST).as_nanos();
    // `most` has 33 bits at the most, so the product fits.
    let extra = (most * u128::from(random)) >> 64;
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
            (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(s, n)| Duration::new(s, n)),
        ]
    }

    proptest! {
        #![proptest_config(cases(1_000))]

        #[test]
        fn a_wait_never_gets_shorter_and_never_much_longer(
            wait in any_wait(),
            random in any::<u64>(),
        ) {
            let longer = lengthened(wait, random);
            prop_assert!(longer >= wait);
            prop_assert!(longer - wait <= wait / 10);
            prop_assert!(longer - wait <= MOST);
        }

        #[test]
        fn more_random_is_longer(
            wait in any_wait(),
            one in any::<u64>(),
            other in any::<u64>(),
        ) {
            let (less, more) = (one.min(other), one.max(other));
            prop_assert!(lengthened(wait, less) <= lengthened(wait, more));
        }

        #[test]
        fn a_seed_gives_the_same_waits_again(seed in any::<u64>(), wait in any_wait()) {
            let mut one = Jitter::seeded(seed);
            let mut other = one.clone();
            for _ in 0..5 {
                prop_assert_eq!(one.lengthen(wait), other.lengthen(wait));
            }
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        let wait = Duration::from_secs(10);
        assert_eq!(lengthened(wait, 0), wait);
        let most = Duration::from_secs(1);
        assert_eq!(
            lengthened(wait, u64::MAX),
            wait + most - Duration::from_nanos(1)
        );
        let hour = Duration::from_secs(3_600);
        assert_eq!(
            lengthened(hour, u64::MAX),
            hour + MOST - Duration::from_nanos(1)
        );
        assert_eq!(lengthened(Duration::ZERO, u64::MAX), Duration::ZERO);
    }

    /// Twenty clients that were all told 600 s (the case that this is for) come
    /// at twenty times, spread over the whole of the five seconds.
    #[test]
    fn clients_that_were_told_the_same_come_apart() {
        let wait = Duration::from_secs(600);
        let mut times: Vec<_> = (0..20)
            .map(|client| Jitter::seeded(client).lengthen(wait))
            .collect();
        times.sort();
        assert!(times[0] < wait + Duration::from_secs(1));
        assert!(times[19] > wait + Duration::from_secs(4));
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
