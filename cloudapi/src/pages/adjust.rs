//! How the calls for the pages of a list differ from what is declared.

use std::time::Duration;

use serde::Serialize;

use super::Pages;
use crate::request::Request;
use crate::schedule::{Priority, Retry};
use crate::value::ToPlain;

impl<T> Pages<T> {
    /// Ends the call for a page, whatever it is doing, once this much time has
    /// passed since that page was asked for. The time of the others does not count,
    /// nor that between them. A page that cannot have its turn before that fails at
    /// once, and its error says when it could ([`Error::retry_at`](crate::Error::retry_at)).
    ///
    /// As the other adjustments, it holds for every page, and is made before the
    /// first is asked for; later it ends the list with an error of the kind
    /// [`Request`](crate::ErrorKind::Request).
    ///
    /// Default: none.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudapi::prelude::*;
    ///
    /// #[rest_api(baseurl = "https://api.example.com/")]
    /// struct Example;
    ///
    /// impl Example {
    ///     #[get("droplets", items = "droplets", next = "links.pages.next")]
    ///     fn droplets(&self) -> Pages<String>;
    /// }
    ///
    /// # async fn run() -> Result<()> {
    /// let example = Example::new()?;
    /// let droplets = example.droplets().deadline(Duration::from_secs(600)).query("per_page", 200);
    /// let droplets = droplets.collect_all().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn deadline(self, after: Duration) -> Self {
        self.adjust(|request| {
            request.options.deadline = Some(after);
            Ok(())
        })
    }

    /// Gives each attempt this much time, from its slot to the end of the
    /// response.
    ///
    /// Default: the `request_timeout` of the endpoint or the client.
    pub fn request_timeout(self, timeout: Duration) -> Self {
        self.adjust(|request| {
            request.options.request_timeout = Some(timeout);
            Ok(())
        })
    }

    /// Says how much the pages matter to the calls that wait with them.
    ///
    /// Default: the `priority` of the endpoint or the client.
    pub fn priority(self, priority: Priority) -> Self {
        self.adjust(|request| {
            request.options.priority = Some(priority);
            Ok(())
        })
    }

    /// Decides which failed attempts are tried again.
    ///
    /// Default: the `retry` of the endpoint or the client.
    pub fn retry(self, retry: Retry) -> Self {
        self.adjust(|request| {
            request.options.retry = Some(retry);
            Ok(())
        })
    }

    /// Sends a header with every page's request, in place of any of the same name. The
    /// value is anything that implements `Display`, or a [`Secret`](crate::Secret), which
    /// is not shown.
    ///
    /// A name or a value that no header can have, and a header that the transport
    /// writes itself, such as `Host` or `Content-Length`, end the list with an error of
    /// the kind [`Request`](crate::ErrorKind::Request).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "it is given as it is at hand, a number for instance"
    )]
    pub fn header(self, name: &str, value: impl ToPlain) -> Self {
        self.adjust(|request| request.set_header(name, &value))
    }

    /// Adds a parameter to the query of every page. Only where the server names the
    /// next page by its URL, that is taken as it is: the server puts into it what
    /// belongs there, and may refuse more.
    ///
    /// A value that has no place in a query, and the parameter that leads from page
    /// to page, end the list with an error of the kind
    /// [`Request`](crate::ErrorKind::Request).
    pub fn query(self, name: &str, value: impl Serialize) -> Self {
        self.adjust(|request| request.url.add(name, &value))
    }

    fn adjust(mut self, change: impl FnOnce(&mut Request) -> Result<(), String>) -> Self {
        self.pages.adjust(|request, _| change(request));
        self
    }
}
