//! Jobs as text and as JSON.

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use cloudapi::store::{Counts, Job, JobState};
use serde_json::{Value, json};

#[derive(Clone, Copy)]
pub(crate) enum Form {
    Text,
    Json,
}

pub(crate) fn counts(counts: &Counts, form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Json => {
            let states = JobState::ALL.map(|state| (state.word().to_owned(), counts.of(state)));
            let states: serde_json::Map<_, _> = states
                .into_iter()
                .map(|(word, count)| (word, count.into()))
                .collect();
            json_line(&Value::Object(states), out)
        }
        Form::Text => writeln!(out, "{}", line(counts)),
    }
}

/// `3 waiting, 1 sent, 40 done`.
pub(crate) fn line(counts: &Counts) -> String {
    let there = JobState::ALL.into_iter().filter_map(|state| {
        let count = counts.of(state);
        (count > 0).then(|| format!("{count} {state}"))
    });
    let there: Vec<_> = there.collect();
    if there.is_empty() {
        return "no jobs".to_owned();
    }
    there.join(", ")
}

/// Jobs line by line, however many. The columns are as wide as those first added need.
pub(crate) struct Table {
    form: Form,
    widths: Option<(usize, usize)>,
}

impl Table {
    pub(crate) const fn new(form: Form) -> Self {
        Self { form, widths: None }
    }

    pub(crate) fn add(&mut self, jobs: &[Job], out: &mut dyn Write) -> io::Result<()> {
        if let Form::Json = self.form {
            return jobs.iter().try_for_each(|job| json_line(&brief(job), out));
        }
        let (endpoint, request) = match self.widths {
            Some(widths) => widths,
            None => *self.widths.insert(head(jobs, out)?),
        };
        for job in jobs {
            let line = format!(
                "{}  {:9}  {:>8}  {}  {:endpoint$}  {:request$}  {}",
                job.new.id,
                job.state,
                job.attempts,
                time(job.changed),
                printable(&job.new.endpoint),
                printable(&job.new.summary),
                printable(job.reason.as_deref().unwrap_or_default()),
            );
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// Says whether there were any, and whether there are more.
    pub(crate) fn end(self, has_more: bool, out: &mut dyn Write) -> io::Result<()> {
        match (self.form, self.widths) {
            (Form::Json, _) => Ok(()),
            (Form::Text, None) => writeln!(out, "no jobs"),
            (Form::Text, Some(_)) if has_more => {
                writeln!(out, "there are more: `--limit 0` lists all")
            }
            (Form::Text, Some(_)) => Ok(()),
        }
    }
}

fn head(jobs: &[Job], out: &mut dyn Write) -> io::Result<(usize, usize)> {
    let width = |of: fn(&Job) -> &str, title: &str| {
        let widths = jobs.iter().map(|job| of(job).chars().count());
        widths.max().unwrap_or(0).max(title.len())
    };
    let endpoint = width(|job| &job.new.endpoint, "endpoint");
    let request = width(|job| &job.new.summary, "request");
    writeln!(
        out,
        "{:32}  {:9}  {:>8}  {:20}  {:endpoint$}  {:request$}  reason",
        "job", "state", "attempts", "since", "endpoint", "request"
    )?;
    Ok((endpoint, request))
}

/// All that is known of a job.
pub(crate) fn whole(job: &Job, form: Form, out: &mut dyn Write) -> io::Result<()> {
    let mut all = brief(job);
    all["request_body"] = body(Some(&job.new.request));
    all["result"] = body(job.result.as_deref());
    match form {
        Form::Json => json_line(&all, out),
        Form::Text => {
            let Value::Object(fields) = all else {
                return Ok(());
            };
            let width = fields.keys().map(String::len).max().unwrap_or(0);
            // What is long stands below what is not.
            let (long, short): (Vec<_>, Vec<_>) = fields
                .into_iter()
                .partition(|(_, value)| value.is_object() || value.is_array());
            for (name, value) in short {
                match value {
                    Value::Null => {}
                    Value::String(text) => writeln!(out, "{name:width$}  {}", printable(&text))?,
                    value => writeln!(out, "{name:width$}  {value}")?,
                }
            }
            for (name, value) in long {
                writeln!(out, "{name}")?;
                for line in format!("{value:#}").lines() {
                    writeln!(out, "{}", printable(line))?;
                }
            }
            Ok(())
        }
    }
}

fn brief(job: &Job) -> Value {
    json!({
        "id": job.new.id.to_string(),
        "state": job.state.word(),
        "queue": job.new.queue,
        "endpoint": job.new.endpoint,
        "request": job.new.summary,
        "repeatable": job.new.repeatable,
        "place": job.place,
        "attempts": job.attempts,
        "failed_attempts": job.failed_attempts,
        "crashes": job.crashes,
        "cancel_requested": job.cancel_requested,
        "worker": job.worker,
        "lease_left": job.lease_left.map(|left| left.as_secs_f64()),
        "created": time(job.created),
        "changed": time(job.changed),
        "not_before": job.not_before.map(time),
        "deadline": job.new.deadline.map(time),
        "reason": job.reason,
    })
}

/// What cloudapi keeps is JSON. Anything else is told by its length.
fn body(bytes: Option<&[u8]>) -> Value {
    let Some(bytes) = bytes else {
        return Value::Null;
    };
    let value = serde_json::from_slice(bytes).map(readable);
    value.unwrap_or_else(|_| json!(format!("{} bytes", bytes.len())))
}

/// Bodies are in Base64, that of a request and that of a response in a result; what is
/// text in them is shown as such.
fn readable(mut value: Value) -> Value {
    use base64::prelude::{BASE64_STANDARD, Engine as _};

    if let Some(response) = value.get_mut("response") {
        *response = readable(response.take());
    }
    if let Value::Object(fields) = &mut value {
        let text = fields.get("body").and_then(Value::as_str);
        let bytes = text.and_then(|text| BASE64_STANDARD.decode(text).ok());
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(text) = text {
            let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
            fields.insert("body".to_owned(), body);
        }
    }
    value
}

/// The first second of the year 10,000, since 1970.
const NO_MORE_YEARS: u64 = 253_402_300_800;

/// Seconds will do, and sort. A deadline may be anywhere, and the format ends somewhere.
fn time(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH);
    let time = match since {
        Ok(since) if since.as_secs() >= NO_MORE_YEARS => return "after the year 9999".to_owned(),
        Ok(_) => time,
        Err(_) => UNIX_EPOCH,
    };
    humantime::format_rfc3339_seconds(time).to_string()
}

/// What came from a server must not move the cursor of a terminal, nor turn the order of
/// what stands in its line.
pub(crate) fn printable(text: &str) -> String {
    let shown = |char| if is_control(char) { ' ' } else { char };
    text.chars().map(shown).collect()
}

/// Here too. JSON itself asks for that below U+0020 only.
fn json_line(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for char in value.to_string().chars() {
        // What is no ASCII stands in strings only.
        match is_control(char) {
            true => line.push_str(&format!("\\u{:04x}", u32::from(char))),
            false => line.push(char),
        }
    }
    writeln!(out, "{line}")
}

/// Moves the cursor, breaks the line or turns its direction.
fn is_control(char: char) -> bool {
    let breaks_or_turns = matches!(
        char,
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    );
    char.is_control() || breaks_or_turns
}
