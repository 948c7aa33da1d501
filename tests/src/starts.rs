//! When attempts started, told from outside and yet exactly enough.
//!
//! An attempt's own record counts from the moment its call was submitted, which
//! happens when the call is first polled. So with the clock read before and
//! after that poll, the start lies between two known times, and what is found
//! too close together was so beyond doubt, however busy the machine was.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::{Duration, Instant};

use cloudapi::Error;

/// The times between which a call was submitted.
#[derive(Clone, Copy, Debug)]
pub struct Submitted {
    pub earliest: Instant,
    pub latest: Instant,
}

impl Submitted {
    /// Runs a call, and takes the times of its submission.
    pub async fn watch<F: Future>(call: F) -> (Self, F::Output) {
        let mut call = pin!(call);
        let earliest = Instant::now();
        let first = poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context))).await;
        let submitted = Self {
            earliest,
            latest: Instant::now(),
        };
        match first {
            std::task::Poll::Ready(output) => (submitted, output),
            std::task::Poll::Pending => (submitted, call.await),
        }
    }

    /// When the attempts of the call started that an error tells of.
    pub fn starts(self, error: &Error) -> impl Iterator<Item = Start> {
        error.attempts().iter().map(move |attempt| Start {
            earliest: self.earliest + attempt.at,
            latest: self.latest + attempt.at,
        })
    }
}

/// The times between which an attempt started.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub earliest: Instant,
    pub latest: Instant,
}

/// Panics if more than `most` attempts started within some `window`.
///
/// # Panics
///
/// See above.
#[track_caller]
pub fn assert_limit(starts: &mut [Start], most: usize, window: Duration) {
    starts.sort_by_key(|start| start.earliest);
    for some in starts.windows(most + 1) {
        let last = some.iter().map(|start| start.latest).max();
        let took = last.unwrap_or(some[0].latest) - some[0].earliest;
        assert!(
            took >= window,
            "{} attempts started within {took:?}, and {most} may in {window:?}",
            most + 1
        );
    }
}
