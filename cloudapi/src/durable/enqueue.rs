//! From a call to a job.

use std::sync::Arc;
use std::time::Duration;

use super::desk;
use super::request::StoredRequest;
use super::ticket::{Reader, Ticket};
use crate::call::Call;
use crate::decode::Read;
use crate::engine::{CallCell, Desk};
use crate::error::{Error, ErrorKind};
use crate::store::{JobId, NewJob, StoreError, StoreErrorKind};

/// How long a store that cannot be reached is given, and how often: it may be busy.
const PATIENCE: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
];

impl<T> Call<T> {
    #[doc = include_str!("../../docs/enqueue.md")]
    pub async fn enqueue(self) -> Result<Ticket<T>, Error> {
        let (cell, read) = self.into_draft()?;
        let Read::Whole(read) = read else {
            let problem = "its answer is read piece by piece, and a durable call keeps it whole: \
                           declare `cloudapi::Bytes` in place of `cloudapi::Body`";
            return Err(Error::request(problem.to_owned()).of_call(&cell));
        };
        let of_call = |problem| Error::request(problem).of_call(&cell);
        let desk = desk(&cell.client)?;
        if cell.client.closing().has_begun() {
            let message = "the client is shut down".to_owned();
            return Err(Error::durable(ErrorKind::Shutdown, message, None).of_call(&cell));
        }
        let job = job(&cell, &desk).map_err(of_call)?;
        let id = job.id;
        let put = put(&desk, job).await;
        put.map_err(|error| Error::of_store(error).of_call(&cell))?;
        let reader = Reader::of_call(read, cell.request.options.part);
        Ok(Ticket::new(Arc::clone(&cell.client), desk, id, reader))
    }
}

fn job(cell: &CallCell, desk: &Desk) -> Result<NewJob, String> {
    let CallCell {
        client, request, ..
    } = cell;
    let Some(endpoint) = request.template.endpoint.durable else {
        return Err(format!(
            "its calls cannot be enqueued, since no worker would know `{:?}`: mark the `impl` \
             block that declares it `#[rest_api(durable)]`",
            request.template
        ));
    };
    let stored = StoredRequest::of(client, request)?;
    let judgement = request.judgement(&request.method, client.terms().retry);
    // One beyond all times is none.
    let deadline = request.options.deadline;
    let deadline = deadline.and_then(|after| desk.clock().wall().checked_add(after));
    let queue = client.queue().map_err(|error| error.to_string())?;
    Ok(NewJob {
        id: JobId::random(),
        queue: queue.name.clone(),
        endpoint: endpoint.to_owned(),
        summary: format!("{:?}", request.template),
        request: stored.write()?,
        repeatable: judgement.idempotent,
        priority: request.options.priority.unwrap_or(client.terms().priority),
        deadline,
    })
}

/// A job that is put twice is one job, so where it is not known whether it has been taken
/// in, it is put again.
async fn put(desk: &Desk, job: NewJob) -> Result<(), StoreError> {
    let job = Arc::new(job);
    let mut patience = PATIENCE.into_iter();
    loop {
        let own = Arc::clone(&job);
        let put = desk.ask(move |store| store.put(&own)).await;
        match (put, patience.next()) {
            (Err(error), Some(wait)) if error.kind() == StoreErrorKind::Unavailable => {
                desk.sleep(wait).await;
            }
            (put, _) => return put,
        }
    }
}
