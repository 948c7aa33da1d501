//! A bar for people, drawn beside the calls and never in their way.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Status;
use crate::engine::Scope;

/// On a terminal the status is looked at this often.
const LOOK: Duration = Duration::from_millis(100);

/// Elsewhere there is a line this often, if anything has changed.
const LINE: Duration = Duration::from_secs(10);

/// Draws how far the calls are, until it is dropped: what
/// [`RestApi::progress`](crate::RestApi::progress) returns.
///
/// On a terminal that is a bar on stderr with what was done since and what is left,
/// who waits and for what, and when all will be done. Elsewhere it is a line every
/// ten seconds, if anything has changed. It is drawn by a thread of its own, which
/// looks at the [status](crate::RestApi::status), so it slows no call.
///
/// ```
/// use cloudapi::prelude::*;
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// impl Example {
///     #[delete("droplets/{id}")]
///     async fn delete(&self, id: u64) -> Result<()>;
/// }
///
/// # async fn run() -> Result<()> {
/// let example = Example::new()?;
/// let progress = example.progress();
/// for id in 1..=100 {
///     example.delete(id).await?;
/// }
/// drop(progress);
/// # Ok(())
/// # }
/// ```
#[must_use = "it is drawn until it is dropped"]
pub struct Progress {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Progress {
    pub(crate) fn start(scope: &Arc<Scope>) -> Self {
        let first = scope.status();
        if io::stderr().is_terminal() {
            let drawing = Drawing::bar(&first, ProgressDrawTarget::stderr());
            Self::run(scope, drawing, LOOK)
        } else {
            Self::run(scope, Drawing::lines(&first, Box::new(io::stderr())), LINE)
        }
    }

    fn run(scope: &Arc<Scope>, mut drawing: Drawing, every: Duration) -> Self {
        let stop = Arc::new(Stop::default());
        let (scope, stopped) = (Arc::clone(scope), Arc::clone(&stop));
        let thread = thread::Builder::new().name("cloudapi-progress".to_owned());
        let thread = thread.spawn(move || {
            while !stopped.within(every) {
                drawing.draw(&scope.status());
            }
            drawing.end(&scope.status());
        });
        Self {
            stop,
            // Without a thread nothing is drawn, and the calls go on.
            thread: thread.ok(),
        }
    }
}

impl Stop {
    /// Whether it is to stop, which is waited for as long.
    fn within(&self, time: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(stopped, time, |stopped| !*stopped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        *self
            .stop
            .stopped
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // Were it to panic, the panic hook has told.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Progress").finish_non_exhaustive()
    }
}

/// What is drawn, counted from the status that there was first.
struct Drawing {
    first: Status,
    on: On,
}

enum On {
    Terminal(ProgressBar),
    Lines {
        out: Box<dyn Write + Send>,
        last: String,
    },
}

impl Drawing {
    fn bar(first: &Status, target: ProgressDrawTarget) -> Self {
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {wide_msg}");
        let bar = ProgressBar::with_draw_target(Some(0), target)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self {
            first: first.clone(),
            on: On::Terminal(bar),
        }
    }

    fn lines(first: &Status, out: Box<dyn Write + Send>) -> Self {
        let last = String::new();
        Self {
            first: first.clone(),
            on: On::Lines { out, last },
        }
    }

    fn draw(&mut self, status: &Status) {
        let ended = ended(status) - ended(&self.first);
        let all = ended + status.open() as u64;
        let text = self.text(status);
        match &mut self.on {
            On::Terminal(bar) => {
                bar.set_length(all);
                bar.set_position(ended);
                bar.set_message(text);
            }
            On::Lines { out, last } => {
                let line = format!("{ended}/{all} {text}");
                if line != *last {
                    // Nobody reads it any more; that is no trouble of the calls.
                    let _ = writeln!(out, "{line}");
                    *last = line;
                }
            }
        }
    }

    fn end(mut self, status: &Status) {
        self.draw(status);
        if let On::Terminal(bar) = self.on {
            bar.abandon();
        }
    }

    /// What is said beside the numbers.
    fn text(&self, status: &Status) -> String {
        let mut text = if status.open() > 0 {
            status.to_string()
        } else {
            "nobody waits".to_owned()
        };
        for (count, first, what) in [
            (status.failed, self.first.failed, "failed"),
            (status.retries, self.first.retries, "retried"),
            (status.requeues, self.first.requeues, "requeued"),
        ] {
            if count > first {
                text.push_str(&format!("; {} {what}", count - first));
            }
        }
        text
    }
}

const fn ended(status: &Status) -> u64 {
    status.done + status.failed + status.cancelled
}
