//! Many jobs, of which some are in memory at a time.

use std::collections::HashMap;
use std::iter;

use cloudapi::Priority;
use cloudapi::store::{Filter, Job, StoreError, StoreHandle};

/// So many jobs are there at once: each comes with its request and its result.
const AT_ONCE: usize = 100;

/// The jobs of the filter in parts of its maximum, or of a usual size.
pub(crate) fn pages(
    store: &StoreHandle,
    mut filter: Filter,
) -> impl Iterator<Item = Result<Vec<Job>, StoreError>> {
    filter.maximum = match filter.maximum {
        0 => AT_ONCE,
        maximum => maximum.min(AT_ONCE),
    };
    iter::from_fn(move || match store.jobs(&filter) {
        // One that has moved meanwhile may make a part short that is not the last.
        Ok(jobs) => {
            filter.after = Some(jobs.last()?.place);
            Some(Ok(jobs))
        }
        Err(error) => Some(Err(error)),
    })
}

/// Where the jobs of each priority ended at some moment. One that is retried goes to the
/// back and may be met there again; a place at the back is behind all others of its
/// priority, and not behind all.
pub(crate) struct Ends(HashMap<Priority, i64>);

impl Ends {
    pub(crate) fn of(store: &StoreHandle, filter: &Filter) -> Result<Self, StoreError> {
        let mut ends = HashMap::new();
        for page in pages(store, filter.clone()) {
            for job in page? {
                let end = ends.entry(job.new.priority).or_insert(job.place);
                *end = job.place.max(*end);
            }
        }
        Ok(Self(ends))
    }

    /// Whether the job was there.
    pub(crate) fn hold(&self, job: &Job) -> bool {
        let end = self.0.get(&job.new.priority);
        end.is_some_and(|end| job.place <= *end)
    }

    /// Whether none that was there comes behind this job.
    pub(crate) fn are_reached(&self, job: &Job) -> bool {
        self.0.values().all(|end| *end <= job.place)
    }
}
