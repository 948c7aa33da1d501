//! The CPU time of the process.

#![expect(unsafe_code, reason = "the clock of the process is a call into libc")]

use std::time::Duration;

/// A point in the CPU time of the process, all its threads together.
#[derive(Clone, Copy, Debug)]
pub struct CpuTime(Duration);

impl CpuTime {
    /// This point.
    pub fn now() -> Self {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: the pointer is to a live `timespec`.
        let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
        assert_eq!(result, 0, "the process has a clock");
        Self(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
    }

    /// The CPU time spent since.
    pub fn elapsed(self) -> Duration {
        Self::now().0 - self.0
    }
}
