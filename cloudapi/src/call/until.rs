//! A call that is made until what it asks for is so.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::{Call, RawCall, State, decode};
use crate::engine::{Answered, CallCell};
use crate::error::Error;
use crate::json;

impl<T> Call<T> {
    /// Makes the call again and again, until `done` says of its value that it is
    /// what was waited for: a droplet that is active, an action that is complete.
    ///
    /// Each time is a call of its own, which takes its turn in the queue and pays
    /// for its slots; the next follows `every` after the answer. Adjustments of
    /// this call hold for all of them, and a [`watch`](Self::watch) of it shows the
    /// one that is being made. An idempotency key is made for each of them, so that the
    /// server does not give the first answer again.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudapi::prelude::*;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Action {
    ///     status: String,
    /// }
    ///
    /// #[rest_api(baseurl = "https://api.example.com/", callrateperhour = 5000)]
    /// struct Example;
    ///
    /// impl Example {
    ///     #[get("actions/{id}", unwrap = "action")]
    ///     fn action(&self, id: u64) -> Call<Action>;
    /// }
    ///
    /// # async fn run() -> Result<()> {
    /// let example = Example::new()?;
    /// let (every, within) = (Duration::from_secs(5), Duration::from_secs(600));
    /// let action = example.action(7);
    /// let action = action.until(every, within, |action| action.status == "completed").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If one of the calls fails for good; of the kind
    /// [`Deadline`](crate::ErrorKind::Deadline), if the next one would come later
    /// than `within` after the first; and of the kind
    /// [`Request`](crate::ErrorKind::Request), if the call was given an
    /// [idempotency key](Self::idempotency_key).
    pub async fn until(
        self,
        every: Duration,
        within: Duration,
        mut done: impl FnMut(&T) -> bool,
    ) -> Result<T, Error> {
        let read = self.read;
        self.repeat(every, within, |cell, answered| {
            let value = decode(cell, read, answered)?;
            Ok(Some(value).filter(|value| done(value)))
        })
        .await
    }

    /// Makes the call again and again, until the part of the JSON body that
    /// `path` leads to is `value`. It is what [`until`](Self::until) does, for an
    /// answer whose state stands outside the declared value, or has no type.
    ///
    /// `path` leads from the top of the body, whatever the endpoint unwraps: keys
    /// with dots, as in `action.status`, or a JSON Pointer, as in
    /// `/action/status` ([RFC 6901]). A part that is not there is not `value`
    /// yet. `value` is compared as JSON; if it is a list, each of its items will
    /// do: `["done", "failed"]` ends with a failure, too. Only the answer that has
    /// it is read as the declared value, and may be the first that can be.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudapi::prelude::*;
    ///
    /// #[rest_api(baseurl = "https://api.example.com/", callrateperhour = 5000)]
    /// struct Example;
    ///
    /// impl Example {
    ///     // {"state": "running"}, and at last {"state": "done", "backup": {"url": ".."}}
    ///     #[get("jobs/{id}", unwrap = "backup.url")]
    ///     fn backup(&self, id: u64) -> Call<String>;
    /// }
    ///
    /// # async fn run() -> Result<()> {
    /// let example = Example::new()?;
    /// let (every, within) = (Duration::from_secs(5), Duration::from_secs(600));
    /// let url = example.backup(7).until_part(every, within, "state", "done").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901
    ///
    /// # Errors
    ///
    /// As [`until`](Self::until); of the kind
    /// [`Decode`](crate::ErrorKind::Decode), if a body is there and is not JSON;
    /// and of the kind [`Request`](crate::ErrorKind::Request), if `value` cannot
    /// be written as JSON.
    pub async fn until_part(
        self,
        every: Duration,
        within: Duration,
        path: &str,
        value: impl Serialize,
    ) -> Result<T, Error> {
        let wanted = serde_json::to_value(value).map_err(|error| {
            let problem = format!("the value to wait for cannot be written as JSON: {error}");
            let error = Error::request(problem);
            match self.cell() {
                Some(cell) => error.of_call(cell),
                None => error,
            }
        })?;
        let read = self.read;
        self.repeat(every, within, |cell, answered| {
            let response = &answered.response;
            // Whatever an answer says that there is nothing with, it is not that.
            if response.is_absent() || response.value().is_empty() {
                return Ok(None);
            }
            match json::find_any(response.value(), path) {
                Ok(Some(part)) if is_wanted(&part, &wanted) => {
                    decode(cell, read, answered).map(Some)
                }
                Ok(_) => Ok(None),
                Err(problem) => {
                    let response = answered.response;
                    Err(Error::decode(cell, "JSON", problem.into(), response))
                }
            }
        })
        .await
    }

    /// Makes the call until an answer has a value.
    async fn repeat(
        self,
        every: Duration,
        within: Duration,
        mut value_of: impl FnMut(&CallCell, Answered) -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        let link = self.raw.link;
        let first = match self.raw.state {
            State::Draft(cell) => cell,
            State::Spoilt(cell, problem) => return Err(Error::request(problem).of_call(&cell)),
            State::Waiting(_) | State::Over => return Err(Error::ended_already()),
        };
        let clock = first.client.scope().clock();
        let end = clock.now().after(within);
        if let Some(link) = &link {
            link.lead_to_calls_like(&first);
        }
        let mut calls = 0_u64;
        loop {
            let request = first.request.for_another_call();
            let mut request = request.map_err(|problem| Error::request(problem).of_call(&first))?;
            request.body = request.body.afresh();
            let left = end.since(clock.now());
            let deadline = request.options.deadline.map_or(left, |own| own.min(left));
            request.options.deadline = Some(deadline);
            let mut call = RawCall::new(CallCell::new(Arc::clone(&first.client), request), None);
            call.link.clone_from(&link);
            let answer = poll_fn(|context| call.poll(context)).await?;
            calls += 1;
            // In a block, so that the answer is not kept while nothing happens.
            let value = {
                let (cell, answered) = answer;
                value_of(&cell, *answered)?
            };
            if let Some(value) = value {
                return Ok(value);
            }
            let next = clock.now().after(every);
            if next > end {
                return Err(Error::not_done(calls, within).of_call(&first));
            }
            clock.sleep_until(next).await;
        }
    }
}

/// Whether a part is what is waited for, or one of it.
fn is_wanted(part: &Value, wanted: &Value) -> bool {
    let one_of = |wanted: &Vec<Value>| wanted.contains(part);
    part == wanted || wanted.as_array().is_some_and(one_of)
}
