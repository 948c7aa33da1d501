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

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use indicatif::InMemoryTerm;

    use super::*;
    use crate::Waits;
    use crate::settings::Setup;

    /// A status after so many calls that are done.
    fn status(waiting: usize, done: u64) -> Status {
        Status {
            at: SystemTime::UNIX_EPOCH,
            waiting,
            outside: 0,
            backing_off: 0,
            put_off: 0,
            held: 0,
            in_flight: 0,
            calls: done + waiting as u64,
            done,
            failed: 0,
            cancelled: 0,
            attempts: done,
            retries: 0,
            requeues: 0,
            throttles: 0,
            next_slot: Duration::from_millis(4_200),
            eta: Duration::from_secs(120),
            pace: 1.0,
            waits: if waiting > 0 {
                Waits::ForSlot
            } else {
                Waits::Idle
            },
            outage: None,
            store_outage: None,
        }
    }

    #[test]
    fn a_bar_is_drawn_on_a_terminal() {
        let terminal = InMemoryTerm::new(5, 100);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        // What was done before does not count.
        let mut drawing = Drawing::bar(&status(0, 40), target);
        drawing.draw(&status(12, 44));
        let shown = terminal.contents();
        assert!(
            shown.ends_with(" 4/16 12 waiting; next slot in 4.2 s; done in about 2 min"),
            "{shown}"
        );
        let bar = shown.split(' ').next().unwrap();
        assert_eq!(bar.chars().filter(|drawn| *drawn == '█').count(), 6);

        let last = Status {
            failed: 2,
            retries: 3,
            requeues: 1,
            ..status(0, 54)
        };
        drawing.end(&last);
        let shown = terminal.contents();
        assert!(
            shown.ends_with(" 16/16 nobody waits; 2 failed; 3 retried; 1 requeued"),
            "{shown}"
        );
        assert_eq!(shown.lines().count(), 1);
    }

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Written {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    #[test]
    fn elsewhere_a_line_is_written_when_something_has_changed() {
        let written = Written::default();
        let mut drawing = Drawing::lines(&status(0, 0), Box::new(written.clone()));
        drawing.draw(&status(2, 0));
        drawing.draw(&status(2, 0));
        drawing.draw(&status(1, 1));
        drawing.end(&status(0, 2));
        assert_eq!(
            written.text(),
            "0/2 2 waiting; next slot in 4.2 s; done in about 2 min\n\
             1/2 1 waiting; next slot in 4.2 s; done in about 2 min\n\
             2/2 nobody waits\n"
        );
    }

    #[test]
    fn dropping_the_guard_ends_the_thread_after_a_last_look() {
        let client = Setup::new("https://progress.test/").into_client().unwrap();
        let scope = client.core().scope();
        let written = Written::default();
        let drawing = Drawing::lines(&scope.status(), Box::new(written.clone()));
        // It would look again in an hour.
        let progress = Progress::run(scope, drawing, Duration::from_secs(3_600));
        assert_eq!(written.text(), "");
        drop(progress);
        assert_eq!(written.text(), "0/0 nobody waits\n");
    }
}
