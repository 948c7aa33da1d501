//! A limit that a store keeps for several processes, as one of them sees it.
#![cfg_attr(not(feature = "store"), allow(dead_code))]

use std::time::Duration;

use super::grant::{Asked, GRACE, StoreDown};
use super::{LaneId, Time};

/// A slot that is due later than this after it was asked for is used only if the gate
/// is open still: not every store can tell, and what it tells may be lost.
const CHECKED_FROM: Duration = Duration::from_millis(50);

/// So long before its slot, or twice the time that the store took last, for a slot or
/// to look at the gate.
const CHECKED_BEFORE: Duration = Duration::from_millis(20);

/// So long before a slot that is waited for, whoever is first is to be ready for it: to
/// get credentials takes longer than a slot may be late. In nanoseconds.
const READIED_BEFORE: u64 = 10_000_000_000;

/// A store that has not answered for so long is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// A store that is away is asked again after this, and then after twice as long each
/// time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What stands in place of the limits where a store has them.
///
/// At most one question is under way and one slot is held that is not used yet. So a
/// process that ends takes one slot with it at most.
#[derive(Clone, Debug)]
pub(super) struct Share {
    down: StoreDown,
    asked: Option<(Asked, Time)>,
    slot: Option<Slot>,
    away: Option<Away>,
    /// The next slot of our part of the limits, if that was used until now.
    not_before: Time,
    /// Since when our part gives slots; that of the latest start by it, if there was
    /// one. None once a slot of the store's was used.
    part_since: Option<Time>,
    /// How long the last slot took and the last look at the gate, with what had to wait
    /// until the store was free to be asked.
    slot_took: Duration,
    look_took: Duration,
}

/// A slot that was granted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// The lane under whose limits it is.
    lane: LaneId,
    at: Time,
    /// Later it is lost.
    until: Time,
    /// From then on the store is to be asked whether the gate is open still.
    check_from: Option<Time>,
    /// From then on somebody is to be made ready for it.
    ready_from: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Away {
    since: Time,
    pauses: u32,
    ask_again: Time,
}

impl Share {
    pub(super) const fn new(down: StoreDown) -> Self {
        Self {
            down,
            asked: None,
            slot: None,
            away: None,
            not_before: Time::ZERO,
            part_since: None,
            slot_took: Duration::ZERO,
            look_took: Duration::ZERO,
        }
    }

    /// The store is away, and our part of the limits counts.
    pub(super) const fn is_local(&self) -> bool {
        matches!((self.away, self.down), (Some(_), StoreDown::Share(_)))
    }

    /// How many processes share the limits while the store is away, if they do.
    pub(super) const fn processes(&self) -> Option<u32> {
        match self.down {
            StoreDown::Stop => None,
            StoreDown::Share(processes) => Some(processes),
        }
    }

    /// Since when the store is away, and what is done about it.
    pub(super) fn outage(&self) -> Option<(Time, StoreDown)> {
        Some((self.away?.since, self.down))
    }

    /// Nothing starts before then, where the gate is closed until `closed`. It may
    /// be later than that, since others want slots too.
    pub(super) fn opens_at(&self, closed: Time) -> Time {
        let closed = closed.max(self.not_before);
        match (self.slot, self.away) {
            (Some(slot), _) if closed <= slot.until => closed.max(slot.at),
            (_, Some(away)) if self.asked.is_none() => closed.max(away.ask_again),
            _ => closed,
        }
    }

    /// Whether the slot that is held may be given to a call of that lane.
    pub(super) fn serves(&self, lane: LaneId) -> bool {
        let slot = self.slot.as_ref();
        slot.is_none_or(|slot| lane == LaneId::MAIN || lane == slot.lane)
    }

    /// The same, for a call that does not start before `opens`.
    pub(super) fn serves_from(&self, lane: LaneId, opens: Time) -> bool {
        let is_late = self.slot.is_some_and(|slot| opens > slot.until);
        self.serves(lane) && !is_late
    }

    /// Whether a slot may be used now.
    pub(super) fn is_due(&self, now: Time) -> bool {
        let slot = self.slot.as_ref();
        slot.is_some_and(|slot| (slot.at..=slot.until).contains(&now) && slot.is_checked())
    }

    pub(super) const fn has_slot(&self) -> bool {
        self.slot.is_some()
    }

    /// An attempt starts now, in a slot of the store's or of our part.
    pub(super) const fn starts(&mut self, now: Time) {
        self.part_since = match self.is_local() {
            true => Some(now),
            false => None,
        };
        self.slot = None;
    }

    /// From now on our part of the limits counts, as if it had been used then: now, as a
    /// rule. But where it was waited for, the store came back meanwhile and fails as
    /// soon as it is asked again, the wait counts: such a store would else leave us
    /// neither its slots nor our own. For a lane that is open from `opened` on.
    pub(super) fn part_since(&mut self, opened: Time, now: Time) -> Time {
        let due = self.not_before.max(opened).after(FIRST_PAUSE);
        let was_waited_for = self.asked.is_some_and(|(_, at)| at <= due);
        let since = self.part_since.filter(|_| was_waited_for).unwrap_or(now);
        self.part_since = Some(since);
        since
    }

    /// The lane that a slot was asked for.
    pub(super) const fn asked_for(&self) -> LaneId {
        match self.asked {
            Some((Asked::Slot(lane), _)) => lane,
            _ => LaneId::MAIN,
        }
    }

    /// Nobody can use the slot.
    pub(super) const fn drop_slot(&mut self) {
        self.slot = None;
    }

    /// Drops a slot that cannot be used any more where nothing starts before
    /// `earliest`.
    pub(super) fn drop_late_slot(&mut self, earliest: Time) {
        let earliest = earliest.max(self.not_before);
        if self.slot.is_some_and(|slot| earliest > slot.until) {
            self.slot = None;
        }
    }

    pub(super) const fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// Whether the store is to be asked about the slot that is held, which is used
    /// then.
    pub(super) fn wants_check(&self, used: Time, now: Time) -> bool {
        self.slot.is_some_and(|slot| {
            used <= slot.until && slot.check_from.is_some_and(|from| from <= now)
        })
    }

    /// When the slot is for which somebody is to be made ready now, if one is used
    /// then. It is told once.
    pub(super) fn readies(&mut self, used: Time, now: Time) -> Option<Time> {
        let slot = self.slot.as_mut().filter(|slot| used <= slot.until)?;
        let from = slot.ready_from.filter(|from| *from <= now);
        from.map(|_| {
            slot.ready_from = None;
            slot.at
        })
    }

    pub(super) const fn ask(&mut self, asked: Asked, now: Time) {
        self.asked = Some((asked, now));
    }

    /// Whether it is time to ask a store again that is away.
    pub(super) fn asks_again(&self, now: Time) -> bool {
        self.asked.is_none() && self.away.is_some_and(|away| away.ask_again <= now)
    }

    /// Takes what was asked, which the store has answered.
    pub(super) fn answered(&mut self, now: Time) -> Option<Asked> {
        let (asked, at) = self.asked.take()?;
        match asked {
            Asked::Slot(_) => self.slot_took = now.since(at),
            Asked::Gate => self.look_took = now.since(at),
        }
        Some(asked)
    }

    /// The store is there. Says whether it was not.
    pub(super) const fn is_back(&mut self) -> bool {
        self.away.take().is_some()
    }

    /// Whether it remembers nothing of our part of the limits that the store does not.
    pub(super) fn is_neutral(&self, now: Time) -> bool {
        self.not_before <= now
    }

    /// Nothing more starts by our part of the limits; the next slot of that is then.
    pub(super) fn goes_on_from(&mut self, next: Time) {
        self.not_before = self.not_before.max(next);
    }

    /// A slot of the store's, of which it was asked at `sent`.
    ///
    /// When within that time the store looked at its clock is not known. So the slot
    /// is counted from the answer, which is never too early; and its end from the
    /// question, which is never too late. Where a store takes longer than the one
    /// leaves to the other, half the grace is left all the same.
    pub(super) fn granted(&mut self, lane: LaneId, wait: Duration, sent: Time, now: Time) {
        let at = now.after(wait);
        let took = self.slot_took.max(self.look_took);
        let checked_before = CHECKED_BEFORE.max(took.saturating_mul(2));
        let before = u64::try_from(checked_before.as_nanos()).unwrap_or(u64::MAX);
        self.slot = Some(Slot {
            lane,
            at,
            until: sent.after(wait).after(GRACE).max(at.after(GRACE / 2)),
            check_from: (wait > CHECKED_FROM).then(|| at.before_nanos(before)),
            ready_from: (wait > CHECKED_FROM).then(|| at.before_nanos(READIED_BEFORE)),
        });
    }

    /// The store has said whether the gate is open.
    pub(super) const fn checked(&mut self) {
        if let Some(slot) = &mut self.slot {
            slot.check_from = None;
        }
    }

    /// The store has failed. Says whether that is new. What was asked stays asked.
    pub(super) fn failed(&mut self, now: Time) -> bool {
        self.slot = None;
        let pauses = self.away.map_or(0, |away| away.pauses);
        let pause = FIRST_PAUSE.saturating_mul(1 << pauses.min(16));
        let away = Away {
            since: self.away.map_or(now, |away| away.since),
            pauses: pauses.saturating_add(1),
            ask_again: now.after(pause.min(LONGEST_PAUSE)),
        };
        self.away.replace(away).is_none()
    }

    /// Loses patience with a store that does not answer. Says whether that is new;
    /// what was asked stays asked.
    pub(super) fn loses_patience(&mut self, now: Time) -> bool {
        match self.asked {
            Some((_, at)) if self.away.is_none() && at.after(PATIENCE) <= now => {
                self.slot = None;
                self.away = Some(Away {
                    since: at,
                    pauses: 0,
                    ask_again: now,
                });
                true
            }
            _ => false,
        }
    }

    /// When there is something to do, where a call could start at `opens`, and
    /// `in_line` tells whether any waits.
    pub(super) fn wake(&self, opens: Option<Time>, in_line: bool) -> Option<Time> {
        if let Some((_, at)) = self.asked {
            let patience = at.after(PATIENCE);
            let patience = self.away.is_none().then_some(patience);
            let opens = opens.filter(|_| self.is_local());
            return patience.into_iter().chain(opens).min();
        }
        let Some(opens) = opens.filter(|_| !self.is_local()) else {
            let again = self.away.filter(|_| self.is_local() && in_line);
            let again = again.map(|away| away.ask_again);
            return again.into_iter().chain(opens).min();
        };
        let slot = self.slot.filter(|slot| opens <= slot.until);
        let before = slot.map(|slot| [slot.check_from, slot.ready_from]);
        let before = before.into_iter().flatten().flatten();
        Some(before.fold(opens, Time::min))
    }
}

impl Slot {
    const fn is_checked(&self) -> bool {
        self.check_from.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_slot_that_is_waited_for_long_is_checked() {
        let mut share = Share::new(StoreDown::Stop);
        let wait = CHECKED_FROM;
        share.granted(LaneId::MAIN, wait, Time::ZERO, Time::ZERO);
        let due = Time::ZERO.after(wait);
        assert!(share.is_due(due));
        assert_eq!(share.readies(due, due), None);
        let wait = CHECKED_FROM + Duration::from_nanos(1);
        share.granted(LaneId::MAIN, wait, Time::ZERO, Time::ZERO);
        let due = Time::ZERO.after(wait);
        assert!(!share.is_due(due) && share.wants_check(due, due));
        assert_eq!(share.readies(due, due), Some(due));
    }

    #[test]
    fn a_slot_serves_until_the_very_end_of_its_grace() {
        let mut share = Share::new(StoreDown::Stop);
        share.granted(LaneId::MAIN, Duration::ZERO, Time::ZERO, Time::ZERO);
        let end = Time::ZERO.after(GRACE);
        assert!(share.is_due(end) && share.serves_from(LaneId::MAIN, end));
        let late = end.after_nanos(1);
        assert!(!share.is_due(late) && !share.serves_from(LaneId::MAIN, late));
    }
}
