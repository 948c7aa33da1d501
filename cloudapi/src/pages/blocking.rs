//! Lists for threads that wait.

use std::iter;
use std::task::Poll;

use super::Pages;
use crate::blocking;
use crate::error::Error;

impl<T> Pages<T> {
    /// The items, each of which is waited for on this thread: what
    /// [`next`](Self::next) is without `await`.
    ///
    /// It goes on any thread, as [`Call::wait`](crate::Call::wait) does, inside a tokio
    /// runtime too. A page is asked for when its first item is. The items end with the
    /// list, after an error, and at a [`limit`](Self::limit).
    ///
    /// ```no_run
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
    /// # fn main() -> Result<()> {
    /// let example = Example::new()?;
    /// for droplet in example.droplets().priority(Priority::Low).limit(100).blocking_iter() {
    ///     println!("{}", droplet?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// An item is an error if its page fails.
    ///
    /// # Panics
    ///
    /// In a simulation (feature `testing`), as `Simulation::run` does: inside a tokio
    /// runtime, and if nothing is ever due.
    #[must_use = "nothing is asked for until the items are"]
    pub fn blocking_iter(mut self) -> impl Iterator<Item = Result<T, Error>> {
        iter::from_fn(move || {
            match self.next_item(&mut |call| Ok(blocking::wait(call))) {
                Poll::Ready(item) => item,
                // It stays until the answer is there.
                Poll::Pending => None,
            }
        })
    }
}
