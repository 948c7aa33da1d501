//! How a durable call ended, on its way into a store and back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderName, HeaderValue, Method, StatusCode, Version};
use serde::{Deserialize, Serialize};

use super::stored::{self, Encoded, Headers, VERSION};
use crate::client::ClientCore;
use crate::error::{AttemptOutcome, AttemptRecord, CallInfo, Error, ErrorKind};
use crate::redirect;
use crate::response::Response;
use crate::watch::names;

/// An answer or an error, as a store keeps it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredOutcome {
    version: u32,
    /// The answer, or the last response before the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<StoredResponse>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<StoredError>,
}

/// Times are in microseconds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredResponse {
    status: u16,
    http: String,
    headers: Headers,
    body: Encoded,
    attempts: u32,
    waited: u64,
    elapsed: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredError {
    kind: String,
    message: String,
    method: Option<String>,
    url: Option<String>,
    elapsed: Option<u64>,
    attempts: Vec<StoredAttempt>,
    /// Since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_at: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAttempt {
    at: u64,
    took: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl StoredOutcome {
    /// An answer, after so many attempts of others.
    pub(super) fn answer(response: &Response<Bytes>, before: u32) -> Self {
        let mut response = StoredResponse::of(response);
        response.attempts = response.attempts.saturating_add(before);
        Self {
            version: VERSION,
            response: Some(response),
            error: None,
        }
    }

    /// An answer that somebody knows of in another way.
    pub(super) fn found(body: &[u8]) -> Self {
        let json = HeaderValue::from_static("application/json");
        let headers = [(&CONTENT_TYPE, &json)];
        let response = StoredResponse {
            status: StatusCode::OK.as_u16(),
            http: format!("{:?}", Version::HTTP_11),
            headers: Headers::of(headers.into_iter()),
            body: Encoded::from(body),
            attempts: 0,
            waited: 0,
            elapsed: 0,
        };
        Self {
            version: VERSION,
            response: Some(response),
            error: None,
        }
    }

    pub(super) fn error(error: &Error) -> Self {
        Self {
            version: VERSION,
            response: error.response().map(StoredResponse::of),
            error: Some(StoredError::of(error)),
        }
    }

    pub(super) fn write(&self) -> Option<Vec<u8>> {
        // Nothing in it has no form in JSON.
        serde_json::to_vec(self).ok()
    }

    /// The answer or the error that a store has kept for a client.
    pub(super) fn read(json: &[u8], client: &ClientCore) -> Result<Response<Bytes>, Error> {
        let unreadable = |problem: String| Error::durable(ErrorKind::Store, problem, None);
        let stored: Self = stored::read("result", json).map_err(unreadable)?;
        let response = stored.response.as_ref().map(StoredResponse::decode);
        let response = response.transpose().map_err(unreadable)?;
        match (stored.error, response) {
            (Some(error), response) => Err(error.decode(response, client)),
            (None, Some(response)) => Ok(response),
            (None, None) => Err(unreadable("the result in the store is empty".to_owned())),
        }
    }
}

impl StoredResponse {
    fn of(response: &Response<Bytes>) -> Self {
        let is_open = |(name, value): &(&HeaderName, &HeaderValue)| {
            *name != SET_COOKIE && !value.is_sensitive() && !redirect::is_called_a_secret(name)
        };
        Self {
            status: response.status().as_u16(),
            http: format!("{:?}", response.version()),
            headers: Headers::of(response.headers().iter().filter(is_open)),
            body: Encoded::from(&**response.value()),
            attempts: response.attempts(),
            waited: micros(response.waited()),
            elapsed: micros(response.elapsed()),
        }
    }

    fn decode(&self) -> Result<Response<Bytes>, String> {
        let status = StatusCode::from_u16(self.status)
            .map_err(|_| format!("the status {} in the store is none", self.status))?;
        let versions = [
            Version::HTTP_09,
            Version::HTTP_10,
            Version::HTTP_2,
            Version::HTTP_3,
        ];
        let version = versions
            .into_iter()
            .find(|known| format!("{known:?}") == self.http);
        let version = version.unwrap_or(Version::HTTP_11);
        let (headers, body) = (self.headers.decode()?, self.body.decode()?);
        let mut response = Response::new(status, version, headers, body);
        let time = Duration::from_micros;
        response.set_history(self.attempts, time(self.waited), time(self.elapsed));
        Ok(response)
    }
}

impl StoredError {
    fn of(error: &Error) -> Self {
        Self {
            kind: names::of_kind(error.kind()).to_owned(),
            message: error.message().to_owned(),
            method: error.method().map(|method| method.as_str().to_owned()),
            url: error.url().map(str::to_owned),
            elapsed: error.elapsed().map(micros),
            attempts: error.attempts().iter().map(StoredAttempt::of).collect(),
            retry_at: error.retry_at().and_then(|at| {
                let since = at.duration_since(UNIX_EPOCH);
                since.ok().map(micros)
            }),
        }
    }

    fn decode(self, response: Option<Response<Bytes>>, client: &ClientCore) -> Error {
        let method = self
            .method
            .as_deref()
            .and_then(|method| method.parse::<Method>().ok());
        let call = method.zip(self.url).map(|(method, url)| {
            let elapsed = Duration::from_micros(self.elapsed.unwrap_or_default());
            CallInfo::new(method, url, elapsed)
        });
        let retry_at = self.retry_at.map(Duration::from_micros);
        let retry_at = retry_at.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since));
        let attempts = self.attempts.iter().filter_map(StoredAttempt::decode);
        // One of a kind that only a newer program knows.
        let kind = names::kind_called(&self.kind).unwrap_or(ErrorKind::Store);
        Error::durable(kind, self.message, call)
            .after(attempts.collect(), retry_at)
            .answered_by(response, client)
    }
}

impl StoredAttempt {
    fn of(record: &AttemptRecord) -> Self {
        let (status, failure) = match record.outcome {
            AttemptOutcome::Status(status) => (Some(status.as_u16()), None),
            AttemptOutcome::Failure(failure) => (None, Some(names::of_failure(failure).to_owned())),
        };
        Self {
            at: micros(record.at),
            took: micros(record.took),
            status,
            failure,
        }
    }

    fn decode(&self) -> Option<AttemptRecord> {
        let status = self
            .status
            .and_then(|status| StatusCode::from_u16(status).ok());
        let failure = || names::failure_called(self.failure.as_deref()?);
        let outcome = match status {
            Some(status) => AttemptOutcome::Status(status),
            None => AttemptOutcome::Failure(failure()?),
        };
        Some(AttemptRecord {
            at: Duration::from_micros(self.at),
            took: Duration::from_micros(self.took),
            outcome,
        })
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
