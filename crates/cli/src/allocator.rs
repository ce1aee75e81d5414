//! Settings of the allocator of glibc, which keep `--memory` true and a limited address space free.

/// Allocations from this size on, in bytes, have pages of their own, which go back to the system when they are freed.
const OWN_PAGES: i32 = 256 << 10;

/// Gives large allocations pages of their own, and threads no address space of their own where it is limited.
///
/// By itself, glibc raises the size from which on it does so to that of the largest block that was freed, up to 32 MiB. Blocks of
/// input are then carved out of the heap, and small tables that stay split it: a run over 73 MB of compressed records took 92
/// MB instead of 44.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "a function of C")]
pub(super) fn adjust() {
    /// `M_MMAP_THRESHOLD` of `malloc.h`.
    const MMAP_THRESHOLD: i32 = -3;
    /// `M_ARENA_MAX` of the same.
    const ARENA_MAX: i32 = -8;

    // SAFETY: the declaration is that of `malloc.h`; the function takes two numbers, and any value of them.
    unsafe extern "C" {
        safe fn mallopt(parameter: i32, value: i32) -> i32;
    }

    // If it is refused, memory is as the allocator decides.
    let _ = mallopt(MMAP_THRESHOLD, OWN_PAGES);

    // By itself, glibc reserves 64 MiB of address space for each thread. Where that is limited (`ulimit -v`), nothing would be
    // left to allocate, and a refused allocation ends the process.
    if rustix::process::getrlimit(rustix::process::Resource::As).current.is_some() {
        let _ = mallopt(ARENA_MAX, 1);
    }
}

/// Other allocators need no setting.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn adjust() {
    let _ = OWN_PAGES;
}
