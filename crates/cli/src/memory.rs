//! The memory limit unless one is given.

use sysinfo::{MemoryRefreshKind, System};

/// Share of what is free that a run may take.
const SHARE: f64 = 0.7;

/// 70 % of the smaller of what this process's control group may still take and what the machine has available; `None`
/// where the system tells neither.
pub(super) fn default_limit() -> Option<u64> {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let group = system.cgroup_limits().map(|limits| limits.total_memory).filter(|limit| *limit > 0);
    let free = Some(system.available_memory()).filter(|free| *free > 0);
    let least = group.into_iter().chain(free).min()?;
    Some((least as f64 * SHARE) as u64)
}
