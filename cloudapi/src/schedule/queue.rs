//! Calls that wait: by priority, then by seniority, and nobody for ever.

use super::line::{Line, Place, Seniority};
use super::priority::{OVERTAKING, Priority};

/// One line for each priority.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    lines: [Line; Priority::COUNT],
    /// In all lines together.
    waiting: usize,
    turns: Turns,
}

/// Counts how many calls in a row have overtaken the most senior one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turns(u8);

impl Turns {
    /// Whether it is the turn of the most senior call, whatever its priority.
    #[inline]
    pub(super) const fn is_of_the_most_senior(self) -> bool {
        self.0 >= OVERTAKING
    }

    #[inline]
    pub(super) const fn taken(&mut self, by_the_most_senior: bool) {
        self.0 = if by_the_most_senior { 0 } else { self.0 + 1 };
    }

    /// The call whose turn it is among the heads of several queues.
    #[inline]
    pub(super) fn next_of<L: Copy + PartialEq>(
        &mut self,
        heads: impl Iterator<Item = (L, Head)> + Clone,
    ) -> Option<(L, Head)> {
        let senior = heads.clone().min_by_key(|(_, head)| head.place)?;
        let next = if self.is_of_the_most_senior() {
            senior
        } else {
            heads.min_by_key(|(_, head)| (head.rank, head.place))?
        };
        self.taken(next.0 == senior.0);
        Some(next)
    }
}

/// The call whose turn it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) rank: usize,
    pub(super) place: Place,
    is_most_senior: bool,
}

impl Queue {
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.waiting
    }

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// How many a call of this priority would have before it if it joined.
    pub(super) fn ahead_of(&self, priority: Priority) -> usize {
        self.lines[..=priority.rank()].iter().map(Line::len).sum()
    }

    /// Whether nobody overtakes anybody.
    pub(super) fn is_of_one_priority(&self) -> bool {
        self.lines.iter().any(|line| line.len() == self.waiting)
    }

    /// The call whose turn it is, if any waits.
    #[inline]
    pub(super) fn head(&self) -> Option<Head> {
        if self.waiting == 0 {
            return None;
        }
        let rank = Priority::Normal.rank();
        if self.lines[rank].len() == self.waiting {
            // Nearly always so.
            return Some(Head {
                rank,
                place: self.lines[rank].head()?,
                is_most_senior: true,
            });
        }
        self.head_of_several()
    }

    fn head_of_several(&self) -> Option<Head> {
        let heads = self.lines.iter().enumerate();
        let mut heads = heads.filter_map(|(rank, line)| Some((rank, line.head()?)));
        let highest = heads.next()?;
        let senior = heads.fold(
            highest,
            |senior, other| {
                if other.1 < senior.1 { other } else { senior }
            },
        );
        let (rank, place) = if self.turns.is_of_the_most_senior() {
            senior
        } else {
            highest
        };
        Some(Head {
            rank,
            place,
            is_most_senior: place == senior.1,
        })
    }

    /// Takes that call out. `holds` tells whether a place is still held.
    #[inline]
    pub(super) fn take(&mut self, head: Head, holds: impl Fn(Place) -> bool) -> u32 {
        self.turns.taken(head.is_most_senior);
        self.lines[head.rank].take_head(holds);
        self.waiting -= 1;
        head.place.1
    }

    /// Takes any call out.
    pub(super) fn take_any(&mut self, holds: impl Fn(Place) -> bool) -> Option<u32> {
        let mut lines = self.lines.iter_mut();
        let taken = lines.find_map(|line| line.take_head(&holds))?;
        self.waiting -= 1;
        Some(taken)
    }

    /// The most senior call of that priority of which `is_eligible` holds.
    pub(super) fn most_senior(
        &self,
        priority: Priority,
        is_eligible: impl Fn(Place) -> bool,
    ) -> Option<Place> {
        self.lines[priority.rank()].most_senior(is_eligible)
    }

    /// A call gave up its place; `holds` no longer says so.
    pub(super) fn leave(&mut self, priority: Priority, holds: impl Fn(Place) -> bool) {
        self.waiting -= 1;
        self.lines[priority.rank()].leave(holds);
    }

    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.lines.iter().map(Line::places).sum()
    }

    #[inline]
    pub(super) fn join(&mut self, priority: Priority, seniority: Seniority, key: u32) {
        self.waiting += 1;
        self.lines[priority.rank()].join(seniority, key);
    }

    pub(super) fn come_back(&mut self, priority: Priority, seniority: Seniority, key: u32) {
        self.waiting += 1;
        self.lines[priority.rank()].come_back(seniority, key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(queue: &mut Queue, count: usize) -> Vec<u32> {
        let next = || {
            let head = queue.head()?;
            Some(queue.take(head, |_| true))
        };
        std::iter::from_fn(next).take(count).collect()
    }

    #[test]
    fn the_higher_priority_goes_first_and_each_is_in_order() {
        let mut queue = Queue::default();
        for (n, priority) in [
            Priority::Low,
            Priority::Normal,
            Priority::High,
            Priority::Low,
            Priority::High,
            Priority::Normal,
        ]
        .into_iter()
        .enumerate()
        {
            queue.join(priority, Seniority(n as u64), n as u32);
        }
        assert!(!queue.is_of_one_priority());
        assert_eq!(queue.ahead_of(Priority::High), 2);
        assert_eq!(queue.ahead_of(Priority::Low), 6);
        assert_eq!(order(&mut queue, 6), [2, 4, 1, 5, 0, 3]);
    }

    #[test]
    fn nine_in_a_row_overtake_and_then_it_is_the_turn_of_the_most_senior() {
        let mut queue = Queue::default();
        queue.join(Priority::Low, Seniority(0), 1_000);
        queue.join(Priority::Normal, Seniority(1), 1_001);
        for n in 2..32 {
            queue.join(Priority::High, Seniority(n), n as u32);
        }
        let order = order(&mut queue, 32);
        let at = |call| order.iter().position(|other| *other == call).unwrap();
        assert_eq!((at(1_000), at(1_001)), (9, 19));
        // From then on they are all alike.
        assert_eq!(order[20..], (20..32).collect::<Vec<_>>());
    }

    #[test]
    fn the_turn_of_the_most_senior_is_over_once_it_had_one() {
        let mut queue = Queue::default();
        queue.join(Priority::Low, Seniority(0), 0);
        for n in 1..=5 {
            queue.join(Priority::High, Seniority(n), n as u32);
        }
        assert_eq!(order(&mut queue, 6), [1, 2, 3, 4, 5, 0]);
        assert_eq!(queue.turns.0, 0);
    }

    #[test]
    fn in_a_queue_of_one_priority_nobody_overtakes() {
        let mut queue = Queue::default();
        assert!(queue.is_of_one_priority());
        queue.join(Priority::Low, Seniority(0), 0);
        queue.join(Priority::Low, Seniority(1), 1);
        assert!(queue.is_of_one_priority());
        queue.join(Priority::High, Seniority(2), 2);
        assert!(!queue.is_of_one_priority());
    }
}
