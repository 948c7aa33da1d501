//! A global allocator that counts.

#![expect(unsafe_code, reason = "a global allocator is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[global_allocator]
static COUNTING: Counting = Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: everything is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        LIVE.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        LIVE.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        LIVE.fetch_add(size, Relaxed);
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// The allocations of the process so far; one that grows counts again.
#[derive(Clone, Copy, Debug)]
pub struct Allocations {
    /// How many there were.
    pub count: usize,
    /// The bytes that are in use.
    pub live: usize,
}

impl Allocations {
    /// Those up to now.
    pub fn now() -> Self {
        Self {
            count: COUNT.load(Relaxed),
            live: LIVE.load(Relaxed),
        }
    }

    /// What has come since, per operation.
    pub fn count_per(self, operations: usize) -> f64 {
        (Self::now().count - self.count) as f64 / operations as f64
    }

    /// What has come to stay since, per operation.
    pub fn live_per(self, operations: usize) -> f64 {
        (Self::now().live as f64 - self.live as f64) / operations as f64
    }
}
