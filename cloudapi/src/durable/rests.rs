//! When a queue is left alone.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::report::Ended;
use crate::schedule::Time;

/// The shortest and the longest rest.
const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(10);

/// The queues of which jobs come back untouched: there are no credentials, or the server
/// does not want to be asked for a long time. The next ones would come back as well, so
/// they are not all claimed to find that out.
#[derive(Debug, Default)]
pub(super) struct Rests(Mutex<HashMap<String, Rest>>);

#[derive(Clone, Copy, Debug)]
struct Rest {
    time: Duration,
    until: Time,
}

impl Rests {
    /// A job of the queue has ended.
    pub(super) fn note(&self, queue: &str, ended: Ended, now: Time) {
        let mut rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Ended::Untouched => {
                let time = rests
                    .get(queue)
                    .map_or(SHORT, |rest| rest.time * 2)
                    .min(LONG);
                let until = now.after(time);
                rests.insert(queue.to_owned(), Rest { time, until });
            }
            Ended::As(_) | Ended::PutBack => drop(rests.remove(queue)),
            // It says nothing of the others.
            Ended::Lost => {}
        }
    }

    pub(super) fn holds(&self, queue: &str, now: Time) -> bool {
        let rests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rests.get(queue).is_some_and(|rest| now < rest.until)
    }
}
