//! Credentials that end, and how they are renewed.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

use crate::auth::{Authorization, Secret, Text};
use crate::error::Error;
use crate::header;
use crate::outcome::BoxError;

/// What [`Credentials::obtain`] returns.
pub type CredentialFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Credential, BoxError>> + Send + 'a>>;

/// Where a client's credentials come from if they do not last: an OAuth token
/// of an hour, a key that a vault rotates.
///
/// They are asked for before the first call goes out, when the last ones have
/// come to their end ([`Credential::valid_for`]), and when the server refuses
/// them (401). However many calls need them, they are asked for once: the calls
/// wait aside meanwhile, keep their places in the queue, and take no slots. A
/// call whose request was refused is sent again once, with the new ones and for
/// another slot; if it is refused again, it ends with that answer.
///
/// If they cannot be had, every call that waits for them ends with an error of
/// the kind [`Credentials`](crate::ErrorKind::Credentials), and the next call
/// asks anew. Ask again yourself where that may help; best of all with a client
/// of this crate, whose calls are retried.
///
/// A closure will do:
///
/// ```
/// use std::time::Duration;
///
/// use cloudapi::prelude::*;
/// use cloudapi::{BoxError, Credential};
///
/// #[derive(serde::Deserialize)]
/// struct Token {
///     access_token: Secret,
///     expires_in: u64,
/// }
///
/// #[rest_api(baseurl = "https://login.example.com/", callrateperhour = 3600)]
/// #[derive(Clone)]
/// struct Login {
///     id: String,
///     secret: Secret,
/// }
///
/// impl Login {
///     #[post("oauth/token", headers("X-Client" = "{self.id}", "X-Secret" = "{self.secret}"))]
///     async fn token(&self) -> Result<Token>;
/// }
///
/// #[rest_api(baseurl = "https://api.example.com/", callrateperhour = 5000)]
/// struct Example;
///
/// # fn main() -> Result<()> {
/// let login = Login::new("me".to_owned(), Secret::new("s3cret"))?;
/// let example = Example::builder()
///     .credentials(move || {
///         let login = login.clone();
///         async move {
///             let token = login.token().await?;
///             let lasts = Duration::from_secs(token.expires_in);
///             Ok::<_, BoxError>(Credential::bearer(token.access_token).valid_for(lasts))
///         }
///     })
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// A type of its own can be a field, and be named in the declaration:
/// `credentials = "{login}"`. It is cloned into the client.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not give credentials",
    label = "not `cloudapi::Credentials`",
    note = "implement `cloudapi::Credentials` for it; closures that return a future of a \
            `Result<cloudapi::Credential, cloudapi::BoxError>` have it",
    note = "a token that never changes needs none of this: declare `bearer = \"{{token}}\"`"
)]
pub trait Credentials: Send + Sync + 'static {
    /// Gets new credentials.
    ///
    /// It runs as a task on the tokio runtime of the call that first needed
    /// them. Calls that it makes must not be of the client whose credentials it
    /// is to get, since those wait for it.
    fn obtain(&self) -> CredentialFuture<'_>;

    /// How long getting them may take. Default: one minute.
    fn maximum_time(&self) -> Duration {
        Duration::from_secs(60)
    }
}

#[diagnostic::do_not_recommend]
impl<F, A> Credentials for F
where
    F: Fn() -> A + Send + Sync + 'static,
    A: Future<Output = Result<Credential, BoxError>> + Send + 'static,
{
    fn obtain(&self) -> CredentialFuture<'_> {
        Box::pin(self())
    }
}

impl<C: Credentials + ?Sized> Credentials for Arc<C> {
    fn obtain(&self) -> CredentialFuture<'_> {
        (**self).obtain()
    }

    fn maximum_time(&self) -> Duration {
        (**self).maximum_time()
    }
}

/// What goes with each request to say who calls. It is shown nowhere.
#[derive(Clone)]
pub struct Credential {
    way: Way,
    valid_for: Option<Duration>,
}

#[derive(Clone)]
enum Way {
    Bearer(Secret),
    Basic(String, Secret),
    Header(String, Secret),
}

impl Credential {
    /// `Authorization: Bearer ..` (RFC 6750).
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self::new(Way::Bearer(token.into()))
    }

    /// `Authorization: Basic ..` (RFC 7617).
    pub fn basic(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::new(Way::Basic(user.into(), password.into()))
    }

    /// A header of the API's own, such as `X-Auth-Token`.
    pub fn header(name: impl Into<String>, value: impl Into<Secret>) -> Self {
        Self::new(Way::Header(name.into(), value.into()))
    }

    /// How long it can be used from now: what OAuth calls `expires_in` (RFC 6749
    /// 5.1). It is renewed a little earlier, while it still goes with requests: in
    /// the last tenth of that time, and at most half a minute before its end. For the
    /// first second it is used in any case, so that one with nothing left goes with the
    /// calls that waited for it, and the server says what it thinks of it.
    ///
    /// Default: until the server refuses it.
    #[must_use]
    pub const fn valid_for(mut self, time: Duration) -> Self {
        self.valid_for = Some(time);
        self
    }

    const fn new(way: Way) -> Self {
        let valid_for = None;
        Self { way, valid_for }
    }

    pub(crate) const fn lasts(&self) -> Option<Duration> {
        self.valid_for
    }

    /// The header that it is sent in.
    pub(crate) fn sent_as(&self) -> Result<(HeaderName, HeaderValue), Error> {
        let text = |secret: &Secret| Text::new().value("credential", secret);
        match &self.way {
            Way::Bearer(token) => {
                let value = Authorization::Bearer(text(token)).header_value()?;
                Ok((AUTHORIZATION, value))
            }
            Way::Basic(user, password) => {
                let user = Text::new().literal(user);
                let value = Authorization::Basic(user, text(password)).header_value()?;
                Ok((AUTHORIZATION, value))
            }
            Way::Header(name, value) => {
                let header = header::name(name).map_err(Error::settings)?;
                Ok((header, text(value).header_value(name)?))
            }
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credential(..)")
    }
}

/// Why no credentials could be had; all calls that waited for them tell it.
#[derive(Clone)]
pub(crate) struct Refused(Arc<dyn StdError + Send + Sync>);

impl Refused {
    pub(crate) fn new(cause: BoxError) -> Self {
        Self(Arc::from(cause))
    }

    pub(crate) fn cause(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the credentials could not be had")
    }
}

impl StdError for Refused {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.cause())
    }
}
