//! How much memory a piece of work takes, counted and not timed: the same on every machine.
//!
//! Counts what Rust allocates on the thread that asks; OpenSSL's own allocations are not seen.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static COUNTING: Counting = Counting;

struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static TAKEN: Cell<usize> = const { Cell::new(0) };
    static TIMES: Cell<usize> = const { Cell::new(0) };
}

fn count(freed: usize, taken: usize) {
    let signed = |octets: usize| isize::try_from(octets).unwrap_or(isize::MAX);
    // A thread that ends has no counters any more.
    let _ = LIVE.try_with(|live| {
        live.set(live.get() - signed(freed) + signed(taken));
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
    if taken > 0 {
        let _ = TAKEN.try_with(|total| total.set(total.get() + taken));
        let _ = TIMES.try_with(|times| times.set(times.get() + 1));
    }
}

#[expect(unsafe_code, reason = "a global allocator is unsafe; each function hands its arguments on as they are")]
// SAFETY: every call goes to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(0, layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(0, layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(layout.size(), 0);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), size);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What a piece of work took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allocations {
    /// Octets held at once, at most, beyond those held before.
    pub(crate) peak: usize,
    /// Octets taken altogether.
    pub(crate) taken: usize,
    /// How many times.
    pub(crate) times: usize,
}

/// Does the work on this thread and counts.
pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> (T, Allocations) {
    let before = LIVE.get();
    PEAK.set(before);
    let (taken, times) = (TAKEN.get(), TIMES.get());
    let result = work();
    let peak = usize::try_from(PEAK.get() - before).unwrap_or_default();
    (result, Allocations { peak, taken: TAKEN.get() - taken, times: TIMES.get() - times })
}
