//! What is called how in a Redis.
//!
//! All of a scope, and all of a queue, has one hash tag (`{..}`) and so is on one server
//! of a cluster. The letter in it keeps it from being empty, which would be no tag.

use crate::store::JobId;

pub(super) struct Keys {
    pub(super) prefix: String,
    /// The channel on which the closing of scopes is told. Channels know no databases.
    pub(super) channel: String,
}

impl Keys {
    pub(super) fn new(prefix: String, database: u32) -> Self {
        let channel = format!("{prefix}:closed:{database}");
        Self { prefix, channel }
    }

    pub(super) fn scope(&self, scope: &str) -> String {
        format!("{}:{{s:{scope}}}", self.prefix)
    }

    /// Of a queue's counters; its other keys begin with it (`lua/queue.lua`).
    pub(super) fn queue(&self, queue: &str) -> String {
        format!("{}:{{q:{queue}}}", self.prefix)
    }

    /// The queue of a job that is known by its id alone.
    pub(super) fn queue_of(&self, id: JobId) -> String {
        format!("{}:queue-of:{id}", self.prefix)
    }

    /// All queues that ever had a job.
    pub(super) fn queues(&self) -> String {
        format!("{}:queues", self.prefix)
    }

    /// How many jobs have come: the last [`NewJob::place`](crate::store::NewJob::place).
    pub(super) fn number(&self) -> String {
        format!("{}:number", self.prefix)
    }

    /// The version of all this.
    pub(super) fn format(&self) -> String {
        format!("{}:format", self.prefix)
    }
}

/// The slot of a cluster that a key is in: CRC16 (XMODEM) of its tag, modulo 16,384.
pub(super) fn slot(key: &str) -> u16 {
    let tag = key
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'));
    let hashed = match tag {
        Some((tag, _)) if !tag.is_empty() => tag,
        _ => key,
    };
    let crc = hashed.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x1021
            }
        })
    });
    crc % 16_384
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_specification() {
        // The check value of the polynomial, and what `CLUSTER KEYSLOT` says.
        assert_eq!(slot("123456789"), 0x31c3);
        assert_eq!(slot("foo"), 12_182);
        assert_eq!(slot("{foo}:bar"), slot("foo"));
        assert_eq!(slot("a{foo}{bar}"), slot("foo"));
        assert_eq!(slot("foo{}{bar}"), slot("foo{}{bar}"));
        assert_ne!(slot("foo{}{bar}"), slot("bar"));
    }

    #[test]
    fn all_of_a_queue_is_in_one_slot_whatever_it_is_called() {
        let keys = Keys::new("cloudapi".to_owned(), 0);
        for name in ["", "}", "{", "{}", "}{", "https://api.example.com/{a}/#b"] {
            let queue = keys.queue(name);
            assert_eq!(slot(&format!("{queue}:ready")), slot(&queue), "{name}");
            assert_eq!(slot(&format!("{queue}:job:{{x}}")), slot(&queue), "{name}");
        }
    }
}
