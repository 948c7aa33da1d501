//! Lists that come page by page.

mod adjust;
#[cfg(feature = "blocking")]
mod blocking;
mod by_page;
mod link;
mod paging;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

pub use self::by_page::PageByPage;
use self::by_page::{Wait, polling};
pub use self::paging::{Paged, Paging};
use crate::client::ClientCore;
use crate::error::Error;
use crate::request::Request;
use crate::response::Response;

/// The items of a list, over all its pages: what a method declared as
/// `fn -> Pages<T>` returns.
///
/// It is a [`Stream`]. A page is asked for when its first item is; each takes its
/// turn in the queue and pays for a slot, is retried as any call, and carries the
/// credentials. A next page on another server is an error and is not asked for,
/// as is one that was there before. An error ends the stream; [`Error::url`] is
/// then the page to [resume at](Self::resume_at).
///
/// Before it begins it can be adjusted as a [`Call`](crate::Call) can, for all of its
/// pages: [`deadline`](Self::deadline), [`request_timeout`](Self::request_timeout),
/// [`retry`](Self::retry), [`priority`](Self::priority), [`header`](Self::header),
/// [`query`](Self::query).
///
/// ```
/// use cloudapi::prelude::*;
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Droplet {
///     id: u64,
/// }
///
/// #[rest_api(baseurl = "https://api.digitalocean.com/v2/", callrateperhour = 5000)]
/// struct DigitalOcean;
///
/// impl DigitalOcean {
///     #[get("droplets", items = "droplets", next = "links.pages.next")]
///     fn droplets(&self, #[query] per_page: u32) -> Pages<Droplet>;
/// }
///
/// # async fn run() -> Result<()> {
/// let cloud = DigitalOcean::new()?;
/// let mut droplets = cloud.droplets(200);
/// while let Some(droplet) = droplets.next().await {
///     println!("{}", droplet?.id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked for until the items are"]
pub struct Pages<T> {
    pages: PageByPage<T>,
    /// The page that the items are taken from.
    page: Option<Response<std::vec::IntoIter<T>>>,
    /// How many more items are wanted.
    left: usize,
}

/// A type that the items of a list can be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an item of pages",
    label = "the items of this list",
    note = "items are read from JSON: add `#[derive(serde::Deserialize)]`"
)]
pub trait PageItem: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> PageItem for T {}

impl<T: PageItem> Pages<T> {
    pub(crate) fn new(
        client: Arc<ClientCore>,
        request: Request,
        paging: Paging,
        problem: Option<String>,
    ) -> Self {
        Self {
            pages: PageByPage::new(client, request, paging, problem),
            page: None,
            left: usize::MAX,
        }
    }
}

impl<T> Pages<T> {
    /// Ends after this many items. Pages that are not needed are not asked for.
    pub fn limit(mut self, items: usize) -> Self {
        self.left = items;
        self
    }

    /// Starts at the page with this URL and not at the first: at that of an
    /// error, for instance. The URL is taken as it is, whatever the query of the
    /// first page would be.
    ///
    /// A URL of another server ends the stream with an error.
    pub fn resume_at(mut self, url: &str) -> Self {
        self.pages.adjust(|_, start| {
            *start = Some(url.to_owned());
            Ok(())
        });
        self
    }

    /// The next item; `None` at the end of the list.
    ///
    /// The same as `StreamExt::next`, without a further crate.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| self.poll_item(context)).await
    }

    /// All items.
    ///
    /// # Errors
    ///
    /// If a page fails. The items before it are lost then: where those are worth
    /// something, take them one by one.
    pub async fn collect_all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    /// The list page by page, each with its status and headers.
    ///
    /// After [`next`](Self::next) it goes on behind the items that were taken: the first
    /// page is what is left of the last one. A [`limit`](Self::limit) holds for it too,
    /// and cuts the page that it ends in.
    pub fn pages(self) -> PageByPage<T> {
        let page = self.page.map(|page| page.map(Iterator::collect));
        self.pages.behind(page, self.left)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        self.next_item(&mut polling(context))
    }

    fn next_item(&mut self, wait: Wait<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            let page = self.page.as_mut();
            if let Some(item) = page.and_then(|page| page.value_mut().next()) {
                self.left -= 1;
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.next_page(wait)) {
                Some(Ok(page)) => self.page = Some(page.map(Vec::into_iter)),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Nothing in it is pinned.
impl<T> Unpin for Pages<T> {}

impl<T> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pages").finish_non_exhaustive()
    }
}
