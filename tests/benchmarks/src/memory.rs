//! The memory of the process.

#![expect(unsafe_code, reason = "the allocator's own memory is a matter of libc")]

/// The bytes of it that are in RAM; `None` where there is no `/proc`.
pub fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1_024)
}

/// Gives what is free back to the system, where the allocator can.
pub fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes a number and touches nothing that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}
