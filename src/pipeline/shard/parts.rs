//! Divides files into parts, and components among parts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How many consecutive files each of `parts` parts has, about equal in bytes. Each part has a file; `sizes` has at least as
/// many entries as there are parts.
pub(super) fn divided(sizes: &[u64], parts: usize) -> Vec<usize> {
    debug_assert!(parts > 0 && parts <= sizes.len(), "{parts} parts of {} files", sizes.len());

    let total: u128 = sizes.iter().map(|size| u128::from(*size)).sum();
    let (mut counts, mut taken, mut sum) = (Vec::with_capacity(parts), 0, 0_u128);
    for part in 1..=parts {
        // The parts behind need a file each.
        let most = sizes.len() - (parts - part);
        let goal = total * part as u128 / parts as u128;
        let first = taken;
        while taken < most && (taken == first || part == parts || sum + u128::from(sizes[taken]) / 2 < goal) {
            sum += u128::from(sizes[taken]);
            taken += 1;
        }
        counts.push(taken - first);
    }
    counts
}

/// The part, from 0, of each piece of work with these costs: the largest first, each to the part with the least. The result
/// depends on the costs alone.
pub(super) fn dealt(costs: &[u64], parts: usize) -> Vec<u32> {
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by_key(|piece| (Reverse(costs[*piece]), *piece));

    let mut loads: BinaryHeap<Reverse<(u64, u32)>> = (0..parts as u32).map(|part| Reverse((0, part))).collect();
    let mut part_of = vec![0; costs.len()];
    for piece in order {
        let Some(Reverse((load, part))) = loads.pop() else { break };
        part_of[piece] = part;
        loads.push(Reverse((load.saturating_add(costs[piece]), part)));
    }
    part_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_files_and_about_its_share_of_the_bytes() {
        assert_eq!(divided(&[1; 8], 8), [1; 8]);
        assert_eq!(divided(&[1; 9], 3), [3; 3]);
        assert_eq!(divided(&[100, 1, 1, 1], 2), [1, 3]);
        assert_eq!(divided(&[1, 1, 1, 100], 3), [2, 1, 1]);
        assert_eq!(divided(&[0, 0, 0], 2).iter().sum::<usize>(), 3);
    }

    #[test]
    fn work_is_dealt_evenly_and_large_pieces_first() {
        assert_eq!(dealt(&[1, 9, 4, 5], 2), [0, 0, 1, 1]);
        let part_of = dealt(&[3; 10], 4);
        let most = (0..4).map(|part| part_of.iter().filter(|found| **found == part).count()).max();
        assert_eq!(most, Some(3));
    }
}
