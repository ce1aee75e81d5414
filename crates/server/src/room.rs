//! Memory that is set aside for bodies, those of requests and those of answers: taken in shares, and given back when they go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many bytes, and how many of them are taken.
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

/// What one body takes.
#[derive(Debug)]
pub(super) struct BodyShare {
    room: Arc<BodyBudget>,
    bytes: usize,
}

impl BodyShare {
    /// A share of nothing yet.
    pub(super) fn new(room: &Arc<BodyBudget>) -> Self {
        Self { room: Arc::clone(room), bytes: 0 }
    }

    /// Makes it a share of `bytes`, which is no less than before; whether there was room for that.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        let fits = |taken: usize| taken.checked_add(more).filter(|taken| *taken <= self.room.size);
        let is_taken = self.room.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        if is_taken {
            self.bytes += more;
        }
        is_taken
    }

    /// The same, beyond the size of the room where it must be.
    pub(super) fn overdraw(&mut self, bytes: usize) {
        let more = bytes.saturating_sub(self.bytes);
        self.room.taken.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
    }

    /// Bytes of the whole room.
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
        assert!(!BodyShare::new(&room).grow(2));
        drop(second);
        assert!(BodyShare::new(&room).grow(10));
    }
}
