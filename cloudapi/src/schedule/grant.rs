//! What is asked of a store that several processes share, and what it answers.
#![cfg_attr(not(feature = "store"), allow(dead_code))]

use std::time::Duration;

use super::LaneId;

/// A slot that is used later than this after it was due is lost: the store's own
/// `GRACE`.
pub(crate) const GRACE: Duration = Duration::from_millis(10);

/// What the scheduler asks of the store. There is one question at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A slot, under the limits of the gate and of this lane.
    Slot(LaneId),
    /// Whether somebody has closed the gate since the slot was granted.
    Gate,
}

/// What a store answers that is asked for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// The slot is ours, once so much time has passed.
    Slot { wait: Duration },
    /// Nothing is reserved, nor will be before so much time has passed: for nobody,
    /// or because of the limits of the lane alone.
    Later { wait: Duration, closed: bool },
}

/// What a gate does that shares its limits through a store, while the store cannot be
/// asked. It never goes on without a limit.
///
/// The store is asked again all the while, at intervals that grow from a second to a
/// minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreDown {
    /// Nothing starts, since nobody knows what the other processes do. The calls wait;
    /// one that has a deadline ends when it cannot be kept.
    #[default]
    Stop,
    /// Of each limit this part is used: of a thousand an hour, with `Share(8)`, 125,
    /// evenly spaced and without a burst. The number is that of the processes which
    /// share the limit, at least 1.
    ///
    /// Together they keep to the limit as long as none of them reaches the store. While
    /// some do and others do not, those that do may use all of it, and the others their
    /// shares besides.
    Share(u32),
}
