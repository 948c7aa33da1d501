use super::VendorProfile;
use crate::schedule::signals::{ResponseView, Unreadable};

/// Stripe, as its API reference has it ("Rate limits", and "Advanced error
/// handling" on `Stripe-Should-Retry`).
///
/// `Stripe-Should-Retry` says whether to try again, and overrides the status: a
/// 409 may be worth it, and a 500 may not. What remains of a limit is not told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stripe;

const SHOULD_RETRY: &str = "stripe-should-retry";

impl VendorProfile for Stripe {
    fn should_retry(&self, response: &ResponseView<'_>) -> Result<Option<bool>, Unreadable> {
        match response.text(SHOULD_RETRY)? {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Unreadable {
                field: SHOULD_RETRY,
                reason: "it is neither `true` nor `false`",
            }),
        }
    }
}
