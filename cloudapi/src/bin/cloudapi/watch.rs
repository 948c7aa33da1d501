//! Looks again and again.

use std::io::Write;
use std::thread;
use std::time::{Duration, SystemTime};

use cloudapi::store::{StoreErrorKind, StoreHandle};

use crate::Problem;
use crate::show::{self, Form};
use crate::told::complain;

/// Who asks all the time only slows the store down.
const LEAST: Duration = Duration::from_millis(100);

pub(crate) fn run(
    store: &StoreHandle,
    queue: Option<&str>,
    every: Duration,
    until_empty: bool,
    form: Form,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    let mut told = None;
    let mut is_away = false;
    loop {
        match store.counts(queue) {
            Ok(counts) => {
                if told != Some(counts) || is_away {
                    if let Form::Text = form {
                        let now = humantime::format_rfc3339_seconds(SystemTime::now());
                        write!(out, "{now}  ")?;
                    }
                    show::counts(&counts, form, out)?;
                    out.flush()?;
                    told = Some(counts);
                    is_away = false;
                }
                if until_empty && counts.open() == 0 {
                    return Ok(());
                }
            }
            // It may come back, and then the watch goes on.
            Err(error) if error.kind() == StoreErrorKind::Unavailable => {
                if !is_away {
                    complain(error);
                    is_away = true;
                }
            }
            Err(error) => return Err(error.into()),
        }
        thread::sleep(every.max(LEAST));
    }
}
