//! Servers that count, and a client that listens: it is not refused.
//!
//! The client always wants to start. Its requests come in the order in which they
//! left, and the responses take any time. The first one goes alone, since before
//! it there is nothing to listen to.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::super::Time;
use super::super::super::properties::{SECOND, cases};
use super::super::{Pace, Start};
use super::{Budget, Refill, part, said, window};

/// Counts a request and says what is left, or refuses it.
trait Server {
    fn count(&mut self, at: Time, which: usize) -> Option<Budget>;
}

/// Resets are told in whole seconds, rounded up.
fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// A fixed window, of which others have used something, too. It has one count
/// for each resource.
struct Fixed {
    left: Vec<u64>,
    ends: Time,
}

impl Server for Fixed {
    fn count(&mut self, at: Time, which: usize) -> Option<Budget> {
        let which = which % self.left.len();
        let left = &mut self.left[which];
        if at < self.ends {
            *left = left.checked_sub(1)?;
        }
        let reset = whole_seconds(self.ends.since(at));
        Some(part(["core", "search"][which], window(*left, reset)))
    }
}

/// A bucket that refills evenly.
struct Bucket {
    limit: u64,
    step: u64,
    full: Time,
}

impl Server for Bucket {
    fn count(&mut self, at: Time, _: usize) -> Option<Budget> {
        let full = self.full.max(at).after_nanos(self.step);
        let missing = |full: Time| full.since(at).as_nanos().div_ceil(self.step.into()) as u64;
        let remaining = self.limit.checked_sub(missing(full))?;
        self.full = full;
        Some(Budget {
            limit: Some(self.limit),
            window: Some(Duration::from_nanos(self.step * self.limit)),
            refill: Refill::Steady,
            ..window(remaining, whole_seconds(full.since(at)))
        })
    }
}

/// Each request counts for a window of its own.
struct Log {
    limit: usize,
    length: Duration,
    counted: VecDeque<Time>,
}

impl Server for Log {
    fn count(&mut self, at: Time, _: usize) -> Option<Budget> {
        while self
            .counted
            .front()
            .is_some_and(|old| old.after(self.length) <= at)
        {
            self.counted.pop_front();
        }
        if self.counted.len() == self.limit {
            return None;
        }
        self.counted.push_back(at);
        let oldest = self.counted[0].after(self.length);
        Some(Budget {
            limit: Some(self.limit as u64),
            window: Some(self.length),
            refill: Refill::Log,
            ..window(
                (self.limit - self.counted.len()) as u64,
                whole_seconds(oldest.since(at)),
            )
        })
    }
}

/// How the client and the way to the server are.
#[derive(Clone, Debug)]
struct World {
    period: u64,
    way_there: u64,
    ways_back: Vec<u64>,
    which: Vec<usize>,
}

fn world(period: impl Strategy<Value = u64>, way_back: u64) -> impl Strategy<Value = World> {
    let ways_back = vec(0..=way_back, 1..10);
    (period, 0..=way_back, ways_back, vec(0..2_usize, 1..10)).prop_map(
        |(period, way_there, ways_back, which)| World {
            period,
            way_there,
            ways_back,
            which,
        },
    )
}

impl World {
    /// The times of all starts until then, none of which is refused.
    fn run(&self, server: &mut dyn Server, until: Time) -> Result<Vec<Time>, TestCaseError> {
        self.play(server, until).map(|(starts, _)| starts)
    }

    fn play(
        &self,
        server: &mut dyn Server,
        until: Time,
    ) -> Result<(Vec<Time>, Pace), TestCaseError> {
        let mut pace = Pace::default();
        let mut under_way: BinaryHeap<Reverse<(Time, Start, usize)>> = BinaryHeap::new();
        let mut answers: Vec<Budget> = Vec::new();
        let mut starts: Vec<Time> = Vec::new();
        let mut now = Time::ZERO;
        loop {
            let own = starts
                .last()
                .map_or(Time::ZERO, |last| last.after_nanos(self.period));
            let next = own.max(pace.earliest()).max(now);
            let answer = under_way.peek().map(|Reverse((at, ..))| *at);
            let waits_for_the_first = starts.len() == 1 && answer.is_some();
            if let Some(at) = answer.filter(|at| *at <= next || waits_for_the_first) {
                let Some(Reverse((_, start, answer))) = under_way.pop() else {
                    unreachable!("it was just there")
                };
                now = at;
                pace.heard(&said([answers[answer].clone()]), start, now);
                continue;
            }
            if next >= until || starts.len() > 5_000 {
                return Ok((starts, pace));
            }
            now = next;
            let start = pace.took(now);
            let arrives = now.after_nanos(self.way_there);
            let which = self.which[starts.len() % self.which.len()];
            let Some(budget) = server.count(arrives, which) else {
                return Err(TestCaseError::fail(format!(
                    "refused: {starts:?}, and {now:?}"
                )));
            };
            let back = self.ways_back[starts.len() % self.ways_back.len()];
            under_way.push(Reverse((arrives.after_nanos(back), start, answers.len())));
            answers.push(budget);
            starts.push(now);
        }
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_fixed_window_is_never_overdrawn(
        world in world(1..3 * SECOND, 3 * SECOND),
        left in 1..300_u64,
        ends in 1..100_u64,
    ) {
        let ends = Time::from_nanos(ends * SECOND);
        let mut server = Fixed { left: vec![left], ends };
        world.run(&mut server, ends)?;
    }

    /// Of two resources the first one is known from the first answer on. What is
    /// drawn on the other one does not make it go wrong.
    #[test]
    fn a_resource_is_never_overdrawn_whatever_is_drawn_on_another_one(
        mut world in world(1..3 * SECOND, 3 * SECOND),
        left in 1..300_u64,
        ends in 1..100_u64,
    ) {
        world.which[0] = 0;
        let ends = Time::from_nanos(ends * SECOND);
        let mut server = Fixed { left: vec![left, u64::MAX], ends };
        world.run(&mut server, ends)?;
    }

    /// All that is left is used, and evenly: being careful costs nothing where
    /// answers come at once.
    #[test]
    fn a_fixed_window_is_used_up_evenly(left in 1..300_u64, ends in 1..100_u64) {
        let ends = Time::from_nanos(ends * SECOND);
        let world = World { period: 1, way_there: 0, ways_back: vec![0], which: vec![0] };
        let mut server = Fixed { left: vec![left], ends };
        let starts = world.run(&mut server, ends)?;
        prop_assert_eq!(starts.len() as u64, left);
        let even = ends.since(Time::ZERO).as_nanos() as u64 / left;
        for pair in starts.windows(2) {
            let gap = pair[1].since(pair[0]).as_nanos() as u64;
            prop_assert!(gap.abs_diff(even) <= left, "{} {}", gap, even);
        }
    }

    /// Where answers come at once, all that is taken for the wrong resource is
    /// given back.
    #[test]
    fn what_is_left_of_each_of_two_resources_is_known(
        world in world(1..SECOND, 0),
        ends in 1..100_u64,
    ) {
        let ends = Time::from_nanos(ends * SECOND);
        let mut server = Fixed { left: vec![6_000, 6_001], ends };
        let (_, pace) = world.play(&mut server, ends)?;
        for bucket in &pace.buckets {
            let left = bucket.left() as u64;
            prop_assert!(server.left.contains(&left), "{} of {:?}", left, server.left);
        }
    }

    #[test]
    fn a_bucket_that_refills_is_never_overdrawn_and_never_idle(
        world in world(1_000_000..2 * SECOND, SECOND / 10),
        limit in 200..2_000_u64,
        used in 0..2_000_u64,
        step in 1_000_000..SECOND,
    ) {
        let used = used % limit;
        let full = Time::from_nanos(used * step);
        let mut server = Bucket { limit, step, full };
        let until = Time::from_nanos(3 * limit * step);
        let starts = world.run(&mut server, until)?;
        // As fast as it refills, or as the client would be, whichever is slower:
        // but for what is under way, and the time that answers take.
        let slowest = step.max(world.period);
        let expected = (3 * limit * step / slowest).min(5_000);
        let under_way = 2 * (SECOND / 5) / slowest + 2;
        prop_assert!(
            starts.len() as u64 + under_way + expected / 50 >= expected,
            "{} of {}", starts.len(), expected
        );
    }

    /// Others have used it in bursts; what that leaves is told with each answer.
    #[test]
    fn a_sliding_log_is_never_overdrawn(
        period in 1..SECOND,
        limit in 2..200_usize,
        length in 10..4_000_u64,
        others in vec(0..1_000_u64, 0..300),
    ) {
        let world = World { period, way_there: 0, ways_back: vec![0], which: vec![0] };
        let length = Duration::from_secs(length);
        // They were in the window before the client comes, which is at its end.
        let mut counted: Vec<Time> = others
            .into_iter()
            .take(limit - 1)
            .map(|part| Time::ZERO.after(length / 1_000 * part as u32))
            .collect();
        counted.sort();
        let mut server = Shifted(Log { limit, length, counted: counted.into() }, length);
        world.run(&mut server, Time::ZERO.after(length * 3))?;
    }
}

/// A log whose clock is ahead by some time.
struct Shifted(Log, Duration);

impl Server for Shifted {
    fn count(&mut self, at: Time, which: usize) -> Option<Budget> {
        self.0.count(at.after(self.1), which)
    }
}
