//! What an attempt's outcome means for its call.

use std::time::Duration;

use http::StatusCode;

use super::signals::Said;
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
pub(crate) enum Answer<'a> {
    Response {
        status: StatusCode,
        /// What the vendor's profile makes of it.
        said: &'a Said,
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
    /// The same, but the server wants it to wait so long before (RFC 9110 10.2.3).
    AgainAfter(Duration),
    /// Try again after a delay.
    Failed,
    /// Nothing was sent, since the server could not be reached: try `again` after a
    /// delay, or not.
    Unreachable { again: bool },
    /// An error that trying again does not mend.
    Ends,
    /// The request may have taken effect; repeating it could do harm.
    Unknown,
}

/// What an attempt means for its call, and whether it tells anything of the way to
/// the server. What fails on our side does not, nor does what another server says
/// to which a redirect led.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub(crate) verdict: Verdict,
    pub(crate) tells: bool,
}

impl From<Verdict> for Report {
    fn from(verdict: Verdict) -> Self {
        let tells = true;
        Self { verdict, tells }
    }
}

impl Judgement {
    pub(crate) fn judge(self, answer: Answer<'_>) -> Verdict {
        match answer {
            Answer::Response { status, said } => self.judge_response(status, said),
            Answer::Failure(failure) => self.judge_failure(failure),
        }
    }

    fn judge_response(self, status: StatusCode, said: &Said) -> Verdict {
        // What the vendor says itself counts for more than the status.
        if said.should_retry == Some(false) && self.retry != Retry::Always {
            let never = Self {
                retry: Retry::Never,
                ..self
            };
            return never.judge_status(status);
        }
        if said.throttled {
            return Verdict::Throttled(said.asked());
        }
        match self.judge_status(status) {
            // It was refused and has had no effect, so nothing comes twice.
            Verdict::Ends if said.should_retry == Some(true) && self.retry != Retry::Never => {
                Verdict::Failed
            }
            verdict => verdict,
        }
    }

    fn judge_status(self, status: StatusCode) -> Verdict {
        match status.as_u16() {
            200..=299 => Verdict::Done,
            404 if self.optional => Verdict::Done,
            408 => self.may_have_happened(),
            500.. if !is_final(status) => self.may_have_happened(),
            _ if self.retry == Retry::Always => Verdict::Failed,
            _ => Verdict::Ends,
        }
    }

    fn judge_failure(self, failure: Failure) -> Verdict {
        match failure {
            Failure::NotSent => Verdict::Unreachable {
                again: self.retry != Retry::Never,
            },
            Failure::Refused => match self.retry {
                Retry::Never => Verdict::Ends,
                Retry::Standard | Retry::Always => Verdict::Failed,
            },
            Failure::Timeout | Failure::Interrupted => self.may_have_happened(),
            // A body over the limit will be over it again, but the request
            // was answered: its outcome is known.
            Failure::Tls | Failure::TooLarge | Failure::Unsendable => Verdict::Ends,
            // A request that came in part is not acted upon (RFC 9112 8), and
            // what the caller gives us another time does not mend.
            Failure::Body => Verdict::Ends,
            Failure::NoRuntime | Failure::Unmarked => Verdict::Ends,
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

/// Whether it is a server error that is registered as one that another attempt does not
/// mend. Any other is taken for a 500 where it is not known (RFC 9110 15), be it of a
/// proxy or beyond 599.
fn is_final(status: StatusCode) -> bool {
    matches!(status.as_u16(), 501 | 505..=508 | 510 | 511)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::schedule::signals::{ResponseView, Standard, VendorProfile};

    fn said(status: u16, headers: &[(&'static str, &'static str)]) -> Said {
        let status = StatusCode::from_u16(status).unwrap();
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let wall = std::time::SystemTime::UNIX_EPOCH;
        Standard.read(&ResponseView::new(status, &headers, b"", wall))
    }

    fn judge(retry: Retry, idempotent: bool, status: u16) -> Verdict {
        let judgement = Judgement {
            retry,
            idempotent,
            optional: false,
        };
        judgement.judge(Answer::Response {
            status: StatusCode::from_u16(status).unwrap(),
            said: &said(status, &[]),
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

    const NOT_REACHED: Verdict = Verdict::Unreachable { again: true };

    /// The table of the crate documentation, row by row.
    #[test]
    fn the_table_holds() {
        use Verdict::{Done, Ends, Failed, Throttled, Unknown};
        let rows: &[(&[u16], Verdict, Verdict)] = &[
            (&[200, 201, 202, 204, 206], Done, Done),
            (&[429], Throttled(None), Throttled(None)),
            (
                &[
                    408, 500, 502, 503, 504, 509, 520, 525, 527, 529, 530, 598, 599, 600, 999,
                ],
                Failed,
                Unknown,
            ),
            (
                &[
                    301, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 425, 501, 505, 506,
                    507, 508, 510, 511,
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
            (Failure::NotSent, NOT_REACHED, NOT_REACHED),
            (Failure::Refused, Failed, Failed),
            (Failure::Timeout, Failed, Unknown),
            (Failure::Interrupted, Failed, Unknown),
            (Failure::Tls, Ends, Ends),
            (Failure::TooLarge, Ends, Ends),
            (Failure::Unsendable, Ends, Ends),
            (Failure::Body, Ends, Ends),
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
        assert_eq!(fail(Retry::Never, false, Failure::Refused), Verdict::Ends);
        // It is a sign all the same.
        let not_reached = Verdict::Unreachable { again: false };
        assert_eq!(fail(Retry::Never, false, Failure::NotSent), not_reached);
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
            said: &said(503, &[("retry-after", "7")]),
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
            said: &said(404, &[]),
        });
        assert_eq!(verdict, Verdict::Done);
    }

    #[test]
    fn what_the_vendor_says_of_retries_counts_for_more_than_the_status() {
        use Verdict::{Done, Ends, Failed, Unknown};
        let judge = |retry, idempotent, status, should_retry| {
            let judgement = Judgement {
                retry,
                idempotent,
                optional: false,
            };
            let said = Said {
                throttled: status == 429,
                should_retry: Some(should_retry),
                ..Said::default()
            };
            let status = StatusCode::from_u16(status).unwrap();
            let said = &said;
            judgement.judge(Answer::Response { status, said })
        };
        for (idempotent, status, should_retry, verdict) in [
            (true, 500, false, Ends),
            (false, 500, false, Unknown),
            (true, 429, false, Ends),
            (true, 200, false, Done),
            (true, 409, true, Failed),
            (false, 409, true, Failed),
            // It may have had its effect, whatever the vendor hopes.
            (false, 500, true, Unknown),
            (true, 500, true, Failed),
        ] {
            let judged = judge(Retry::Standard, idempotent, status, should_retry);
            assert_eq!(judged, verdict, "{status} {should_retry}");
        }
        assert_eq!(judge(Retry::Never, true, 409, true), Ends);
        assert_eq!(judge(Retry::Always, true, 500, false), Failed);
    }
}
