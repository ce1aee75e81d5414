//! Numbers for the ids of one comparison, from 0 on.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

/// Numbers ids in the order in which they are met. A table with open addressing, which is made for one comparison.
#[derive(Debug)]
pub(super) struct IdTable {
    /// Numbers; [`FREE`] marks a free slot.
    slots: Vec<u32>,
    shift: u32,
    /// A random odd number: texts cannot be written to make ids meet in one place.
    multiplier: u64,
    /// The ids by number.
    ids: Vec<u64>,
}

/// No number is so large.
const FREE: u32 = u32::MAX;

impl IdTable {
    /// A table for at most `most` ids.
    pub(super) fn new(most: usize) -> Self {
        // At most half of the slots are used, so that a free one is near.
        let bits = (most.max(8) * 2).next_power_of_two().trailing_zeros();
        Self {
            slots: vec![FREE; 1 << bits],
            shift: u64::BITS - bits,
            multiplier: RandomState::default().hash_one(most) | 1,
            ids: Vec::with_capacity(most),
        }
    }

    /// The number of an id.
    pub(super) fn number(&mut self, id: u64) -> u32 {
        let place = self.place(id);
        if self.slots[place] == FREE {
            self.slots[place] = self.ids.len() as u32;
            self.ids.push(id);
        }
        self.slots[place]
    }

    /// Whether an id has a number.
    pub(super) fn contains(&self, id: u64) -> bool {
        self.slots[self.place(id)] != FREE
    }

    /// Number of ids.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The slot of an id, or the free one where it belongs.
    fn place(&self, id: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = (id.wrapping_mul(self.multiplier) >> self.shift) as usize;
        while self.slots[place] != FREE && self.ids[self.slots[place] as usize] != id {
            place = (place + 1) & mask;
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbered_in_the_order_they_are_met() {
        let mut table = IdTable::new(300);
        for (number, id) in (0..300).zip((0..300_u64).map(|n| n * 7919 % 100_003)) {
            assert_eq!(table.number(id), number);
        }
        assert_eq!((table.number(7919), table.len()), (1, 300));
        assert!(table.contains(0) && !table.contains(5));
    }
}
