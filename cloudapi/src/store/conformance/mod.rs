//! What each method of a [`Store`](super::Store) has to do, as a suite that every store
//! passes unchanged: those of this crate, and your own.
//!
//! A store is told apart by its [`Fixture`]. One that goes by a real clock has only to
//! say how it is opened:
//!
//! ```
//! use cloudapi::store::conformance::{self, Fixture};
//! use cloudapi::store::{MemoryStore, StoreHandle};
//!
//! struct InMemory(MemoryStore);
//!
//! impl Fixture for InMemory {
//!     fn open(&self) -> StoreHandle {
//!         self.0.clone().into()
//!     }
//!
//!     fn tells_closes(&self) -> bool {
//!         true
//!     }
//! }
//!
//! conformance::run(&InMemory(MemoryStore::new()));
//! ```
//!
//! Every property works on scopes and queues of new names, so one server serves them all
//! and may hold other things. What is checked of time holds on a machine that is busy:
//! lateness alone fails nothing.

mod calls;
mod closing;
mod ends;
mod leases;
mod listing;
mod order;
mod people;
mod slots;
mod time;
mod tools;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::StoreHandle;

/// A store that is to be checked.
pub trait Fixture: Sync {
    /// Another handle of the same store, as another process would have it.
    fn open(&self) -> StoreHandle;

    /// What time it is by the store's clock, from any origin. By default a real one.
    fn now(&self) -> Duration {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        ORIGIN.get_or_init(Instant::now).elapsed()
    }

    /// Lets so much time pass by the store's clock. By default it is waited.
    fn advance(&self, time: Duration) {
        std::thread::sleep(time);
    }

    /// The times in the suite are few times this one: as short as the store can tell
    /// apart, and as long as it takes for a few calls. 100 ms by default.
    fn unit(&self) -> Duration {
        Duration::from_millis(100)
    }

    /// Sets the machine's clock back, on which that of the store may stand; the time of
    /// [`now`](Self::now) goes on. Tells whether that was done: by default it cannot be.
    fn set_back(&self, by: Duration) -> bool {
        let _ = by;
        false
    }

    /// Whether the store calls [`CloseListener`](super::CloseListener)s. By default no.
    fn tells_closes(&self) -> bool {
        false
    }
}

/// Something that holds for every store.
#[derive(Clone, Copy)]
pub struct Property {
    name: &'static str,
    check: fn(&dyn Fixture),
}

impl Property {
    /// What holds: `first_come_first_served`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Checks it.
    ///
    /// # Panics
    ///
    /// If it does not hold.
    pub fn check(&self, fixture: &dyn Fixture) {
        (self.check)(fixture);
    }
}

impl fmt::Debug for Property {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// Checks all properties.
///
/// # Panics
///
/// With the names of those that do not hold, once all have been tried. Each has told
/// before what it found, as a failed test does.
pub fn run(fixture: &dyn Fixture) {
    let holds = |property: &&Property| {
        let check = AssertUnwindSafe(|| property.check(fixture));
        let holds = catch_unwind(check).is_ok();
        if !holds {
            eprintln!("the store does not have the property `{}`\n", property.name);
        }
        holds
    };
    let broken: Vec<_> = PROPERTIES.iter().filter(|one| !holds(one)).collect();
    assert!(
        broken.is_empty(),
        "{} of {} properties do not hold: {broken:?}",
        broken.len(),
        PROPERTIES.len()
    );
}

macro_rules! properties {
    ($($module:ident { $($name:ident,)* })*) => {
        /// All properties, for suites of their own: one test for each, or all but some.
        pub const PROPERTIES: &[Property] = &[
            $($(Property { name: stringify!($name), check: $module::$name },)*)*
        ];
    };
}

properties! {
    slots {
        slots_are_a_period_apart,
        a_slot_without_limits_is_due,
        the_slowest_limit_decides,
        a_burst_comes_at_once_and_is_paid_for,
        a_rest_gives_no_more_than_the_burst,
        another_number_of_calls_goes_on_from_the_last_slot,
        scopes_and_limits_are_apart,
        an_endpoints_limit_alone_takes_nothing_of_the_gate,
        no_window_has_more_than_its_share,
        more_processes_than_slots_wait_longer_than_a_window,
    }
    closing {
        a_closed_scope_gives_no_slot_to_anybody,
        a_closed_scope_takes_nothing,
        a_scope_opens_again,
        closing_only_ever_lengthens,
        closing_is_of_one_scope,
        a_scope_can_be_closed_for_good,
        who_wants_to_know_is_told,
    }
    order {
        first_come_first_served,
        an_urgent_job_overtakes_a_thousand_at_most,
        what_has_time_comes_after_the_usual,
        put_twice_is_one_job,
        each_job_is_claimed_once,
        queues_are_apart,
        what_has_to_wait_is_passed_over,
        what_failed_goes_to_the_back,
        what_is_untouched_keeps_its_place,
    }
    leases {
        a_lease_is_told,
        a_lease_in_force_is_not_taken_back,
        a_job_whose_lease_ran_out_waits_at_its_place,
        what_was_under_way_is_unknown,
        what_was_under_way_and_may_be_repeated_waits,
        what_was_answered_is_safe_again,
        a_lease_that_ran_out_is_good_for_nothing,
        a_lease_that_was_taken_back_is_good_for_nothing,
        a_lease_ends_with_the_job,
        a_heartbeat_sets_the_lease,
        a_lease_can_be_for_good,
        taking_back_is_of_one_queue,
        a_job_that_ends_its_workers_is_parked,
        a_job_that_comes_back_between_crashes_is_not_parked,
    }
    ends {
        what_is_finished_reads_back,
        a_job_ends_only_as_one_can_end,
        what_is_put_reads_back,
        great_things_read_back,
        attempts_are_counted,
    }
    people {
        a_job_is_cancelled_in_every_state,
        the_worker_is_told_that_its_job_is_cancelled,
        a_cancelled_job_ends_when_it_is_given_back,
        a_cancelled_job_ends_when_it_is_taken_back,
        retry_is_for_what_ended_without_success,
        what_is_retried_starts_afresh,
        settling_is_for_what_nobody_knows,
        what_is_not_there_is_not_found,
    }
    listing {
        jobs_are_listed_by_state_and_queue,
        pages_have_each_job_once,
        jobs_are_counted,
        what_is_over_is_forgotten,
        only_what_is_over_for_long_enough_is_forgotten,
    }
    time {
        times_are_the_present,
        a_clock_that_is_set_back_stops_nothing,
    }
}
