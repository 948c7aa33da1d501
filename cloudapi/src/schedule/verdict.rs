//! What an attempt's outcome means for its call.

use std::time::Duration;

use http::StatusCode;

use crate::outcome::Failure;

/// Which failed attempts are tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// What can be repeated without harm: see the table in the
    /// [crate documentation](crate#what-happens-to-a-failing-call).
    #[default]
    Standard,
    /// Every error that a server or the network may mend, also of a POST and
    /// also a 4xx, as the Python package did. Not: TLS, and a body that is too
    /// large.
    /// A request whose answer was lost may then take effect twice.
    Always,
    /// No failure. Throttling (429) is still waited out: a refused request was
    /// not processed.
    Never,
}

/// What came of an attempt, as far as judging needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Response {
        status: StatusCode,
        /// What Retry-After says, if there is one that can be read.
        retry_after: Option<Duration>,
    },
    Failure(Failure),
}

/// The rules an outcome is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judgement {
    pub(crate) retry: Retry,
    /// Repeating the request does no harm (RFC 9110 9.2.2, or as declared).
    pub(crate) idempotent: bool,
    /// A 404 is an answer, not an error.
    pub(crate) optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Verdict {
    /// The answer the caller asked for.
    Done,
    /// The server refused unprocessed: the gate closes, nothing is spent.
    Throttled(Option<Duration>),
    /// The call goes on in the next slot, and spends nothing: the server sends it
    /// elsewhere, or wants other credentials.
    Again,
    /// Try again after a delay.
    Failed,
    /// An error that trying again does not mend.
    Ends,
    /// The request may have taken effect; repeating it could do harm.
    Unknown,
}

impl Judgement {
    pub(crate) fn judge(self, answer: Answer) -> Verdict {
        match answer {
            Answer::Response {
                status,
                retry_after,
            } => self.judge_response(status, retry_after),
            Answer::Failure(failure) => self.judge_failure(failure),
        }
    }

    fn judge_response(self, status: StatusCode, retry_after: Option<Duration>) -> Verdict {
        match status.as_u16() {
            200..=299 => Verdict::Done,
            404 if self.optional => Verdict::Done,
            429 => Verdict::Throttled(retry_after),
            503 if retry_after.is_some() => Verdict::Throttled(retry_after),
            // 520 to 524 are Cloudflare's: its edge got no usable answer.
            408 | 500 | 502 | 503 | 504 | 520..=524 => self.may_have_happened(),
            _ if self.retry == Retry::Always => Verdict::Failed,
            _ => Verdict::Ends,
        }
    }

    fn judge_failure(self, failure: Failure) -> Verdict {
        match failure {
            Failure::NotSent => match self.retry {
                Retry::Never => Verdict::Ends,
                Retry::Standard | Retry::Always => Verdict::Failed,
            },
            Failure::Timeout | Failure::Interrupted => self.may_have_happened(),
            // A body over the limit will be over it again, but the request
            // was answered: its outcome is known.
            Failure::Tls | Failure::TooLarge | Failure::Unsendable => Verdict::Ends,
            Failure::NoRuntime => Verdict::Ends,
            // There is no runtime left to try again on.
            Failure::Abandoned | Failure::Stopped if self.idempotent => Verdict::Ends,
            Failure::Abandoned | Failure::Stopped => Verdict::Unknown,
        }
    }

    fn may_have_happened(self) -> Verdict {
        match (self.retry, self.idempotent) {
            (Retry::Always, _) | (Retry::Standard, true) => Verdict::Failed,
            (Retry::Never, true) => Verdict::Ends,
            (Retry::Standard | Retry::Never, false) => Verdict::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(retry: Retry, idempotent: bool, status: u16) -> Verdict {
        let judgement = Judgement {
            retry,
            idempotent,
            optional: false,
        };
        judgement.judge(Answer::Response {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
        })
    }

    fn fail(retry: Retry, idempotent: bool, failure: Failure) -> Verdict {
        let judgement = Judgement {
            retry,
            idempotent,
            optional: false,
        };
        judgement.judge(Answer::Failure(failure))
    }

    /// The table of the crate documentation, row by row.
    #[test]
    fn the_table_holds() {
        use Verdict::{Done, Ends, Failed, Throttled, Unknown};
        let rows: &[(&[u16], Verdict, Verdict)] = &[
            (&[200, 201, 202, 204, 206], Done, Done),
            (&[429], Throttled(None), Throttled(None)),
            (
                &[408, 500, 502, 503, 504, 520, 521, 522, 523, 524],
                Failed,
                Unknown,
            ),
            (
                &[
                    301, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 425, 501, 505, 525,
                ],
                Ends,
                Ends,
            ),
        ];
        for (statuses, idempotent, post) in rows {
            for &status in *statuses {
                assert_eq!(
                    judge(Retry::Standard, true, status),
                    *idempotent,
                    "{status}"
                );
                assert_eq!(judge(Retry::Standard, false, status), *post, "{status}");
            }
        }
        let rows = [
            (Failure::NotSent, Failed, Failed),
            (Failure::Timeout, Failed, Unknown),
            (Failure::Interrupted, Failed, Unknown),
            (Failure::Tls, Ends, Ends),
            (Failure::TooLarge, Ends, Ends),
            (Failure::Unsendable, Ends, Ends),
            (Failure::Abandoned, Ends, Unknown),
            (Failure::NoRuntime, Ends, Ends),
        ];
        for (failure, idempotent, post) in rows {
            assert_eq!(
                fail(Retry::Standard, true, failure),
                idempotent,
                "{failure:?}"
            );
            assert_eq!(fail(Retry::Standard, false, failure), post, "{failure:?}");
        }
    }

    #[test]
    fn always_repeats_a_post_and_a_4xx() {
        for status in [400, 404, 500, 501] {
            assert_eq!(judge(Retry::Always, false, status), Verdict::Failed);
        }
        assert_eq!(
            fail(Retry::Always, false, Failure::Timeout),
            Verdict::Failed
        );
    }

    #[test]
    fn never_still_says_when_an_outcome_is_unknown() {
        assert_eq!(judge(Retry::Never, true, 500), Verdict::Ends);
        assert_eq!(judge(Retry::Never, false, 500), Verdict::Unknown);
        assert_eq!(fail(Retry::Never, false, Failure::NotSent), Verdict::Ends);
        assert_eq!(judge(Retry::Never, false, 429), Verdict::Throttled(None));
    }

    #[test]
    fn a_503_with_retry_after_is_throttling() {
        let wait = Some(Duration::from_secs(7));
        let judgement = Judgement {
            retry: Retry::Standard,
            idempotent: false,
            optional: false,
        };
        let verdict = judgement.judge(Answer::Response {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: wait,
        });
        assert_eq!(verdict, Verdict::Throttled(wait));
    }

    #[test]
    fn not_found_is_an_answer_where_the_value_is_optional() {
        let judgement = Judgement {
            retry: Retry::Always,
            idempotent: true,
            optional: true,
        };
        let verdict = judgement.judge(Answer::Response {
            status: StatusCode::NOT_FOUND,
            retry_after: None,
        });
        assert_eq!(verdict, Verdict::Done);
    }
}
