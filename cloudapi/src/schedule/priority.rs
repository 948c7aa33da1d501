//! Which of the waiting calls matter more.

/// How much a call matters to those who wait with it.
///
/// Of the calls that wait, those of a higher priority go first, and those of one
/// priority in the order in which they came. At most nine calls in a row overtake
/// the one that has waited longest: then that one goes, so bulk work of a low
/// priority gets at least a tenth of the slots and never starves. A call thus
/// waits at most ten slots for itself and for each call that was there before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Priority {
    /// Somebody is waiting for it.
    High,
    /// As calls are.
    #[default]
    Normal,
    /// It has time: bulk work, say.
    Low,
}

impl Priority {
    /// How many there are.
    pub(super) const COUNT: usize = 3;

    pub(super) const FROM_LOWEST: [Self; Self::COUNT] = [Self::Low, Self::Normal, Self::High];

    /// From the highest, which is 0.
    pub(super) const fn rank(self) -> usize {
        self as usize
    }
}

/// So many calls in a row may overtake the most senior one.
pub(super) const OVERTAKING: u8 = 9;
