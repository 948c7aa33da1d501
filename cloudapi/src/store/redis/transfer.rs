//! How long an exchange with a server may take, whatever its size. Decides; `link.rs` waits.

use std::time::{Duration, Instant};

/// So much time each byte may take, which is 256 KiB a second: who sends less than that is
/// of no use, and one that lets single bytes through must hold nobody for ever.
const PER_BYTE: Duration = Duration::from_nanos(1_000_000_000 / (256 << 10));

/// So many bytes that were sent may still be on their way, in the buffers of the system and
/// of proxies, which tell nobody how far they are.
const BUFFERED: u64 = 4 << 20;

/// The time that so many bytes may take, besides what they would if there were none.
pub(super) fn time_for(bytes: u64) -> Duration {
    PER_BYTE.saturating_mul(u32::try_from(bytes).unwrap_or(u32::MAX))
}

/// One exchange: what was to be sent, and how far it is.
pub(super) struct Transfer {
    /// So long nothing may be sent or received.
    timeout: Duration,
    /// When it would have to have ended if it had no size.
    end: Instant,
    /// When something was last sent or received.
    moved: Instant,
    sent: u64,
    /// What was to be sent, and what was received.
    size: u64,
}

impl Transfer {
    pub(super) const fn new(end: Instant, timeout: Duration, now: Instant) -> Self {
        Self {
            timeout,
            end,
            moved: now,
            sent: 0,
            size: 0,
        }
    }

    /// So many more bytes are to be sent.
    pub(super) const fn is_to_send(&mut self, bytes: usize) {
        self.size += bytes as u64;
    }

    pub(super) const fn has_sent(&mut self, bytes: usize, now: Instant) {
        self.sent += bytes as u64;
        self.moved = now;
    }

    pub(super) const fn has_received(&mut self, bytes: usize, now: Instant) {
        self.size += bytes as u64;
        self.moved = now;
    }

    /// When it is over if nothing more is sent or received until then.
    pub(super) fn end(&self) -> Instant {
        let stalled = self.moved + self.timeout + time_for(self.sent.min(BUFFERED));
        stalled.min(self.end + time_for(self.size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(2);
    const MIB: usize = 1 << 20;

    fn begun() -> (Transfer, Instant) {
        let now = Instant::now();
        (Transfer::new(now + TIMEOUT, TIMEOUT, now), now)
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn what_is_small_has_the_timeout() {
        let (mut transfer, now) = begun();
        assert_eq!(transfer.end(), now + TIMEOUT);
        transfer.is_to_send(200);
        transfer.has_sent(200, now + seconds(1.9));
        transfer.has_received(5, now + seconds(1.99));
        let over = transfer.end() - (now + TIMEOUT);
        assert!(over < seconds(0.001), "{over:?}");
    }

    #[test]
    fn what_is_large_goes_on_while_it_moves() {
        let (mut transfer, now) = begun();
        transfer.is_to_send(64 * MIB);
        // Two MiB each second.
        for second in 1..=32 {
            let later = now + Duration::from_secs(second);
            assert!(transfer.end() > later, "after {second} s");
            transfer.has_sent(2 * MIB, later);
        }
    }

    #[test]
    fn what_is_large_ends_when_it_stands_still() {
        let (mut transfer, now) = begun();
        transfer.is_to_send(64 * MIB);
        assert_eq!(transfer.end(), now + TIMEOUT);
        transfer.has_sent(MIB, now + seconds(1.0));
        // What was sent last may be on its way for four seconds.
        let stalled = now + seconds(1.0) + TIMEOUT + time_for(MIB as u64);
        assert_eq!(transfer.end(), stalled);
        transfer.has_sent(63 * MIB, now + seconds(2.0));
        let buffered = time_for(BUFFERED);
        assert_eq!(transfer.end(), now + seconds(2.0) + TIMEOUT + buffered);
        assert!(buffered < seconds(16.1));
    }

    #[test]
    fn single_bytes_hold_nobody_for_ever() {
        let (mut transfer, now) = begun();
        let mut later = now;
        while transfer.end() > later {
            later += seconds(0.1);
            assert!(later < now + seconds(2.2), "it goes on");
            transfer.has_received(1, later);
        }
    }

    #[test]
    fn a_long_answer_goes_on_while_it_comes() {
        let (mut transfer, now) = begun();
        for second in 1..=100 {
            let later = now + Duration::from_secs(second);
            assert!(transfer.end() > later, "after {second} s");
            transfer.has_received(MIB, later);
        }
        assert_eq!(transfer.end(), now + seconds(102.0));
    }
}
