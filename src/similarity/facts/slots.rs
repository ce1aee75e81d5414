//! Where two texts of one template differ: the slots in which one has other tokens than the other.
//!
//! Tokens that stand once in each text, with the same neighbours and in the same order, are anchors. Between two anchors
//! the longest run of shared tokens is kept, then the longest before it and after it, and so on (Ratcliff and Metzener,
//! "Pattern Matching: The Gestalt Approach", Dr. Dobb's Journal, 1988): unlike a shortest edit script this does not tear a
//! rewritten phrase into pieces for the sake of a stray "in". A stretch between anchors that is longer than [`LONGEST_GAP`]
//! holds no slot of a template, so that the time for n tokens is O(n log n + n · [`LONGEST_GAP`]²) at worst, and near
//! linear for texts that are alike.

use std::ops::Range;

/// Longest stretch between two anchors, in tokens of both texts, that is aligned.
const LONGEST_GAP: usize = 512;

/// Tokens of one text that stand where the other has others; neither side is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// Its tokens in the first text.
    pub(super) a: Range<usize>,
    /// Its tokens in the second text.
    pub(super) b: Range<usize>,
}

/// The slots of two texts whose tokens are numbers below `vocabulary`, in text order.
pub(super) fn slots(a: &[u32], b: &[u32], vocabulary: usize) -> Vec<Slot> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (a_end, b_end) = (a.len() - tail, b.len() - tail);
    let mut found = Vec::new();
    let mut from = (head, head);
    for anchor in anchors(a, head..a_end, b, head..b_end, vocabulary).into_iter().chain([(a_end, b_end)]) {
        push_gap(a, from.0..anchor.0, b, from.1..anchor.1, &mut found);
        from = (anchor.0 + 1, anchor.1 + 1);
    }
    found
}

fn push_gap(a: &[u32], in_a: Range<usize>, b: &[u32], in_b: Range<usize>, found: &mut Vec<Slot>) {
    if in_a.is_empty() || in_b.is_empty() || in_a.len() + in_b.len() > LONGEST_GAP {
        return;
    }
    // Gaps that wait, the first on top, so that slots come in text order.
    let mut waiting = vec![(in_a, in_b)];
    while let Some((x, y)) = waiting.pop() {
        if x.is_empty() || y.is_empty() {
            continue;
        }
        let Some((at_a, at_b, length)) = longest_run(&a[x.clone()], &b[y.clone()]) else {
            found.push(Slot { a: x, b: y });
            continue;
        };
        let (from_a, from_b) = (x.start + at_a, y.start + at_b);
        waiting.push((from_a + length..x.end, from_b + length..y.end));
        waiting.push((x.start..from_a, y.start..from_b));
    }
}

/// Where the longest run of tokens of both begins in each, and its length; the first in `a`, then in `b`, of equal ones.
fn longest_run(a: &[u32], b: &[u32]) -> Option<(usize, usize, usize)> {
    // Length of the run that ends at each place of `b` and the place of `a` before.
    let mut ending = vec![0_usize; b.len() + 1];
    let mut best = None;
    let mut longest = 0;
    for (i, x) in a.iter().enumerate() {
        let mut before = 0;
        for (j, y) in b.iter().enumerate() {
            let run = if x == y { before + 1 } else { 0 };
            before = std::mem::replace(&mut ending[j + 1], run);
            if run > longest {
                longest = run;
                best = Some((i + 1 - run, j + 1 - run, run));
            }
        }
    }
    best
}

/// Places of the most tokens that stand once in each range, between the same neighbours, and in one order, ascending.
fn anchors(a: &[u32], in_a: Range<usize>, b: &[u32], in_b: Range<usize>, vocabulary: usize) -> Vec<(usize, usize)> {
    const NOWHERE: u32 = u32::MAX;
    const TWICE: u32 = u32::MAX - 1;
    let once = |text: &[u32], range: Range<usize>| {
        let mut places = vec![NOWHERE; vocabulary];
        for place in range {
            let known = &mut places[text[place] as usize];
            *known = if *known == NOWHERE { place as u32 } else { TWICE };
        }
        places
    };
    let (in_first, in_second) = (once(a, in_a.clone()), once(b, in_b));
    let pairs: Vec<(usize, usize)> = in_a
        .filter(|place| in_first[a[*place] as usize] < TWICE && in_second[a[*place] as usize] < TWICE)
        .map(|place| (place, in_second[a[place] as usize] as usize))
        .filter(|&(x, y)| x > 0 && y > 0 && a[x - 1] == b[y - 1] && a.get(x + 1) == b.get(y + 1))
        .collect();
    ascending(&pairs)
}

/// The longest subsequence of `pairs` whose second parts ascend, by patience sorting; the first parts ascend already.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair that ends the best run of each length, and the pair before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (place, (_, second)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *second);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(place);
        } else {
            ends[length] = place;
        }
    }
    let mut run: Vec<(usize, usize)> =
        std::iter::successors(ends.last().copied(), |place| before[*place]).map(|place| pairs[place]).collect();
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Length of the longest common subsequence, by the table.
    fn common(a: &[u32], b: &[u32]) -> usize {
        let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                rows[i + 1][j + 1] = if x == y { rows[i][j] + 1 } else { rows[i][j + 1].max(rows[i + 1][j]) };
            }
        }
        rows[a.len()][b.len()]
    }

    #[test]
    fn a_moved_word_does_not_hide_what_is_replaced_beside_it() {
        let found = slots(&[1, 2, 3, 4, 5, 6], &[1, 7, 3, 4, 8, 6], 9);
        assert_eq!(found, [Slot { a: 1..2, b: 1..2 }, Slot { a: 4..5, b: 4..5 }]);
        assert_eq!(slots(&[1, 2, 3], &[1, 2, 3], 4), []);
        assert_eq!(slots(&[], &[1, 2], 3), []);
        assert_eq!(slots(&[1, 2, 3, 4], &[1, 4], 5), [], "left out is not replaced");
    }

    #[test]
    fn long_unlike_texts_have_no_slots() {
        let a: Vec<u32> = (0..5000).map(|n| n % 2).collect();
        let b: Vec<u32> = (0..5000).map(|n| 2 + n % 2).collect();
        assert_eq!(slots(&a, &b, 4), []);
    }

    proptest! {
        #[test]
        fn slots_stand_in_order_and_leave_a_common_subsequence(
            a in prop::collection::vec(0_u32..6, 0..30), b in prop::collection::vec(0_u32..6, 0..30),
        ) {
            let found = slots(&a, &b, 6);
            let (mut at, mut bt) = (0, 0);
            for slot in &found {
                prop_assert!(!slot.a.is_empty() && !slot.b.is_empty());
                prop_assert!(slot.a.start >= at && slot.b.start >= bt);
                prop_assert!(slot.a.end <= a.len() && slot.b.end <= b.len());
                (at, bt) = (slot.a.end, slot.b.end);
            }
            let replaced: usize = found.iter().map(|slot| slot.a.len().min(slot.b.len())).sum();
            prop_assert!(replaced + common(&a, &b) <= 2 * a.len().min(b.len()));
        }

        #[test]
        fn the_run_of_anchors_is_a_longest_one(seconds in prop::collection::vec(0_usize..40, 0..12)) {
            let mut seen = std::collections::BTreeSet::new();
            let pairs: Vec<(usize, usize)> = seconds.into_iter().filter(|s| seen.insert(*s)).enumerate().collect();
            let run = ascending(&pairs);
            prop_assert!(run.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
            let longest = (0..1_u32 << pairs.len())
                .filter(|chosen| {
                    let kept: Vec<_> = pairs.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).collect();
                    kept.windows(2).all(|two| two[0].1.1 < two[1].1.1)
                })
                .map(u32::count_ones)
                .max();
            prop_assert_eq!(longest, Some(run.len() as u32));
        }
    }
}
