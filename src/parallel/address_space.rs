//! How many threads fit in a limited address space.

/// Bytes of address space for each thread of the pool: its stack, the stack of one helper thread, and the blocks of both.
#[cfg(unix)]
const PER_THREAD: u64 = 32 << 20;

/// Bytes of address space for all else that is allocated.
#[cfg(unix)]
const RESERVE: u64 = 96 << 20;

/// The largest number of threads, at least one; `None` if the address space is not limited.
#[cfg(unix)]
pub(super) fn most_threads() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current?;
    Some(fitting(limit, used()))
}

/// Other systems do not limit it.
#[cfg(not(unix))]
pub(super) fn most_threads() -> Option<usize> {
    None
}

/// How many threads fit in `limit` bytes of which `used` are taken.
#[cfg(unix)]
fn fitting(limit: u64, used: u64) -> usize {
    let threads = limit.saturating_sub(used).saturating_sub(RESERVE) / PER_THREAD;
    usize::try_from(threads.max(1)).unwrap_or(usize::MAX)
}

/// Bytes of address space that the process has taken: the first number of the file, in pages of at least 4 KiB. 0 where the
/// system does not tell, so that only the reserve is left free.
#[cfg(unix)]
fn used() -> u64 {
    let told = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = told.and_then(|told| told.split_whitespace().next()?.parse::<u64>().ok());
    pages.map_or(0, |pages| pages.saturating_mul(4096))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn threads_fit_beside_what_is_taken_and_there_is_always_one() {
        assert_eq!(fitting(RESERVE + 4 * PER_THREAD, 0), 4);
        assert_eq!(fitting(RESERVE + 4 * PER_THREAD, PER_THREAD + 1), 2);
        assert_eq!(fitting(0, 1 << 40), 1);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_address_space_of_this_process_is_known() {
        assert!(used() > 1 << 20);
    }
}
