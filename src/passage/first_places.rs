//! A table of the first window of each hash.

/// The first window of each hash: a table with open addressing, at most three quarters full.
#[derive(Debug)]
pub(super) struct FirstPlaces {
    /// Hash and window; the window `NONE` marks a free slot.
    slots: Vec<(u64, u64)>,
    /// Slots in use.
    used: u64,
    /// Largest number of slots in use.
    pub(super) most: u64,
    /// Whether a hash found no slot since the last clear.
    pub(super) overflowed: bool,
}

/// No window has this number: a corpus has fewer words.
const NONE: u64 = u64::MAX;

impl FirstPlaces {
    /// A table for `windows` hashes in at most `memory` bytes, but 16 KiB at least.
    pub(super) fn new(windows: u64, memory: Option<u64>) -> Self {
        // Three quarters of the slots are used, and a power of two lets a mask find the slot.
        let wanted = (windows + windows / 3 + 4).next_power_of_two();
        let fitting = memory.map_or(u64::MAX, |bytes| bytes / 16).max(1024);
        let slots = wanted.min(1 << fitting.ilog2());

        Self { slots: vec![(0, NONE); slots as usize], used: 0, most: slots / 4 * 3, overflowed: false }
    }

    /// Removes all hashes; keeps the memory.
    pub(super) fn clear(&mut self) {
        if self.used > 0 {
            self.slots.fill((0, NONE));
        }
        (self.used, self.overflowed) = (0, false);
    }

    /// The first window with this `hash`, which is `window` itself if the hash is new; `None` if the table is full.
    pub(super) fn first(&mut self, hash: u64, window: u64) -> Option<u64> {
        debug_assert!(self.slots.len().is_power_of_two());
        let mask = self.slots.len() - 1;

        // Linear probing; it ends, as a quarter of the slots is always free.
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot.1 == NONE {
                if self.used == self.most {
                    self.overflowed = true;
                    return None;
                }
                self.slots[place] = (hash, window);
                self.used += 1;
                return Some(window);
            }

            if slot.0 == hash {
                return Some(slot.1);
            }
            place = (place + 1) & mask;
        }
    }
}
