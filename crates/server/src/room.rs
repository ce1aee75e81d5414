//! A budget of memory for the bodies of requests and answers. Each body takes a share and returns it when it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The size of the budget in bytes, and how much of it is taken.
#[derive(Debug)]
pub(super) struct BodyBudget {
    size: usize,
    taken: AtomicUsize,
}

impl BodyBudget {
    pub(super) fn new(size: usize) -> Arc<Self> {
        Arc::new(Self { size, taken: AtomicUsize::default() })
    }
}

/// The share of one body.
#[derive(Debug)]
pub(super) struct BodyShare {
    room: Arc<BodyBudget>,
    bytes: usize,
}

impl BodyShare {
    /// An empty share.
    pub(super) fn new(room: &Arc<BodyBudget>) -> Self {
        Self { room: Arc::clone(room), bytes: 0 }
    }

    /// Enlarges the share to `bytes`. Returns `false`, and changes nothing, if the budget does not have them.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        let fits = |taken: usize| taken.checked_add(more).filter(|taken| *taken <= self.room.size);

        // The counter guards no other memory, so the order against other memory does not matter.
        let is_taken = self.room.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        if is_taken {
            self.bytes += more;
        }
        is_taken
    }

    /// Enlarges the share to `bytes`, if necessary beyond the size of the budget.
    pub(super) fn overdraw(&mut self, bytes: usize) {
        let more = bytes.saturating_sub(self.bytes);
        self.room.taken.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
    }

    /// Reduces the share to `bytes`, if it is larger.
    pub(super) fn shrink(&mut self, bytes: usize) {
        let less = self.bytes.saturating_sub(bytes);
        self.room.taken.fetch_sub(less, Ordering::Relaxed);
        self.bytes -= less;
    }

    /// Size of the whole budget in bytes.
    pub(super) fn most(&self) -> usize {
        self.room.size
    }
}

impl Drop for BodyShare {
    fn drop(&mut self) {
        self.room.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_room_is_free_again_when_the_shares_are_gone() {
        let room = BodyBudget::new(10);
        let [mut first, mut second] = std::array::from_fn(|_| BodyShare::new(&room));
        assert!(first.grow(6) && !second.grow(5) && second.grow(4) && !first.grow(7));
        second.overdraw(9);
        drop(first);
        second.shrink(11);
        assert!(!BodyShare::new(&room).grow(2));
        drop(second);
        assert!(BodyShare::new(&room).grow(10));
    }
}
