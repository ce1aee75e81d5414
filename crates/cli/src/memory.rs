//! The default memory limit.

use sysinfo::{MemoryRefreshKind, System};

/// Share of the free memory that a run may use.
const SHARE: f64 = 0.7;

/// 70 % of the free memory in bytes: the smaller of the machine's available memory and the limit of this process's control
/// group. `None` if the system reports neither.
pub(super) fn default_limit() -> Option<u64> {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());

    let group = system.cgroup_limits().map(|limits| limits.total_memory).filter(|limit| *limit > 0);
    let available = Some(system.available_memory()).filter(|free| *free > 0);
    let least = group.into_iter().chain(available).min()?;

    Some((least as f64 * SHARE) as u64)
}
