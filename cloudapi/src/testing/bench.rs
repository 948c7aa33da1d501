//! What the benchmarks of this project reach into the engine for; nobody else
//! should.

use std::sync::Arc;
use std::time::Duration;

use crate::call::Call;
use crate::engine::CallCell;
use crate::schedule::CallId;

/// A gate that is always open, and a call that passes it.
#[derive(Clone, Debug)]
pub struct Gate(Arc<CallCell>);

/// The call has its slot.
#[derive(Clone, Copy, Debug)]
pub struct Passed(CallId);

impl Gate {
    /// Opens the gate of a call that has not begun, for all calls.
    pub fn of<T>(call: &Call<T>) -> Option<Self> {
        let cell = Arc::clone(call.cell()?);
        cell.client.scope().open_wide();
        Some(Self(cell))
    }

    /// All that happens to the call from its submission to its slot.
    #[must_use]
    pub fn pass(&self) -> Passed {
        Passed(self.0.client.scope().pass(&self.0))
    }

    /// All that happens at the gate once the attempt has brought the answer.
    pub fn finish(&self, passed: Passed) {
        let client = &self.0.client;
        let terms = &client.terms().schedule;
        client.scope().passed(&self.0, passed.0, terms);
    }
}

/// The bytes that the request of a call takes by itself.
pub fn request_memory<T>(call: &Call<T>) -> Option<usize> {
    let request = &call.cell()?.request;
    Some(size_of_val(request) + request.url.memory() + request.body.memory())
}

/// When the latest slots of the gate were given, by a clock of its own; for a
/// limit that is fast.
pub fn recent_slots<T>(call: &Call<T>) -> Option<Vec<Duration>> {
    Some(call.cell()?.client.scope().recent_slots())
}
