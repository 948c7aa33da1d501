//! A call for a thread that waits.

use super::{Call, decode};
use crate::blocking;
use crate::error::Error;

impl<T> Call<T> {
    /// Waits for the answer on this thread: what `await` is where there is no runtime.
    ///
    /// It goes on any thread, inside a tokio runtime too, whose thread then stands still
    /// for so long. The attempts run on a runtime that the crate has for that.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use cloudapi::prelude::*;
    ///
    /// #[rest_api(baseurl = "https://api.example.com/")]
    /// struct Example;
    ///
    /// impl Example {
    ///     #[delete("droplets/{id}")]
    ///     fn delete(&self, id: u64) -> Call<()>;
    /// }
    ///
    /// # fn main() -> Result<()> {
    /// let example = Example::new()?;
    /// example.delete(7).deadline(Duration::from_secs(3600)).wait()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As when the call is awaited; and of the kind
    /// [`Settings`](crate::ErrorKind::Settings), if that runtime cannot be started.
    ///
    /// # Panics
    ///
    /// In a simulation (feature `testing`), as `Simulation::run` does: inside a tokio
    /// runtime, and if nothing is ever due.
    pub fn wait(self) -> Result<T, Error> {
        let (cell, answered) = blocking::wait(self.raw)?;
        decode(&cell, self.read, *answered)
    }
}
