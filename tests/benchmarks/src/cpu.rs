//! CPU time.

#![expect(unsafe_code, reason = "the clocks of processes are calls into libc")]

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

    /// What the processes that this one has waited for have taken so far.
    pub fn of_children() -> Duration {
        // SAFETY: all zeroes are a value of this struct of numbers.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: the pointer is to a live `rusage`.
        let result = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
        assert_eq!(result, 0, "the process has children");
        let time = |time: libc::timeval| {
            Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
        };
        time(usage.ru_utime) + time(usage.ru_stime)
    }
}
