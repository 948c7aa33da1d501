//! One attempt goes ahead of the others when the gate opens again.

use super::{CallId, Time};

/// After a refusal, or while a service cannot be reached, a whole queue that is
/// let loose at once learns no more than a single attempt does.
#[derive(Clone, Debug, Default)]
pub(super) enum Probe {
    #[default]
    Needless,
    /// The next attempt is the probe. The others wait for what it brings, but no
    /// longer than this, in nanoseconds.
    Due(u64),
    UnderWay {
        id: CallId,
        patience: u64,
        until: Time,
    },
}

impl Probe {
    /// The gate was closed: the next attempt is a probe.
    pub(super) fn demand(&mut self, patience: u64) {
        let patience = match self {
            Self::Due(other) => patience.max(*other),
            Self::Needless | Self::UnderWay { .. } => patience,
        };
        *self = Self::Due(patience);
    }

    /// An attempt starts.
    pub(super) fn started(&mut self, id: CallId, now: Time) {
        *self = match *self {
            Self::Due(patience) => Self::UnderWay {
                id,
                patience,
                until: now.after_nanos(patience),
            },
            // The patience with the probe is at its end.
            Self::Needless | Self::UnderWay { .. } => Self::Needless,
        };
    }

    /// An attempt has come to an end, whatever it is. If it was the probe, the
    /// others may go, unless a new one is demanded.
    pub(super) fn ended(&mut self, id: CallId) {
        if self.is(id) {
            *self = Self::Needless;
        }
    }

    /// An attempt was given up, and says nothing. If it was the probe, the next
    /// one is.
    pub(super) fn given_up(&mut self, id: CallId) {
        if let Self::UnderWay { patience, .. } = *self
            && self.is(id)
        {
            *self = Self::Due(patience);
        }
    }

    /// Before then no other attempt starts, unless the probe ends first.
    pub(super) const fn holds_until(&self) -> Time {
        match self {
            Self::Needless | Self::Due(_) => Time::ZERO,
            Self::UnderWay { until, .. } => *until,
        }
    }

    fn is(&self, other: CallId) -> bool {
        matches!(self, Self::UnderWay { id, .. } if *id == other)
    }
}
