//! Numbers for the ids of one comparison, from 0 on.

/// Numbers ids in the order in which they are met. A table with open addressing, which is made for one comparison.
#[derive(Debug)]
pub(super) struct IdTable {
    /// Ids with their numbers; [`FREE`] marks a free slot.
    slots: Vec<(u32, u32)>,
    shift: u32,
    len: usize,
}

/// No id has this value: it would take 4 billion words.
const FREE: u32 = u32::MAX;

impl IdTable {
    /// A table for at most `most` ids.
    pub(super) fn new(most: usize) -> Self {
        // At most half of the slots are used, so that a free one is near.
        let bits = (most.max(8) * 2).next_power_of_two().trailing_zeros();
        Self { slots: vec![(FREE, 0); 1 << bits], shift: 32 - bits, len: 0 }
    }

    /// The number of an id.
    pub(super) fn number(&mut self, id: u32) -> u32 {
        let place = self.place(id);
        if self.slots[place].0 == FREE {
            self.slots[place] = (id, self.len as u32);
            self.len += 1;
        }
        self.slots[place].1
    }

    /// Whether an id has a number.
    pub(super) fn contains(&self, id: u32) -> bool {
        self.slots[self.place(id)].0 == id
    }

    /// Number of ids.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The slot of an id, or the free one where it belongs.
    fn place(&self, id: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = (id.wrapping_mul(0x9E37_79B1) >> self.shift) as usize;
        while self.slots[place].0 != FREE && self.slots[place].0 != id {
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
        for (number, id) in (0..300).zip((0..300_u32).map(|n| n * 7919 % 100_003)) {
            assert_eq!(table.number(id), number);
        }
        assert_eq!((table.number(7919), table.len()), (1, 300));
        assert!(table.contains(0) && !table.contains(5));
    }
}
