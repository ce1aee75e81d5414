//! The slots of two texts of one template: the places where their tokens differ.
//!
//! Anchors are tokens that occur once in each text, with the same neighbours and in the same order. Between two anchors
//! the longest common run of tokens is matched, then recursively the longest before and after it (Ratcliff and
//! Metzener, "Pattern Matching: The Gestalt Approach", Dr. Dobb's Journal, 1988). Unlike a shortest edit script this
//! does not split a rewritten phrase at a common word such as "in". A stretch of more than 512 tokens of both texts has
//! no slots, so the time for n tokens is O(n log n + n · 512²) at worst, and near linear for similar texts.

use std::ops::Range;

use crate::similarity::token_gaps::{TokenSlot, longest_ascending, push_slots};

/// The slots of two texts whose tokens are numbers below `vocabulary`, in text order.
pub(super) fn slots(a: &[u32], b: &[u32], vocabulary: usize) -> Vec<TokenSlot> {
    // The common beginning and end need no alignment.
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (a_end, b_end) = (a.len() - tail, b.len() - tail);

    let mut found = Vec::new();
    let mut from = (head, head);
    for anchor in anchors(a, head..a_end, b, head..b_end, vocabulary).into_iter().chain([(a_end, b_end)]) {
        push_slots(a, from.0..anchor.0, b, from.1..anchor.1, &mut found);
        from = (anchor.0 + 1, anchor.1 + 1);
    }

    found
}

/// The places of the anchors in both texts, ascending: the most tokens that occur once in each range, between the same
/// neighbours, and in one order.
fn anchors(a: &[u32], in_a: Range<usize>, b: &[u32], in_b: Range<usize>, vocabulary: usize) -> Vec<(usize, usize)> {
    const NOWHERE: u32 = u32::MAX;
    const TWICE: u32 = u32::MAX - 1;

    // The place of each token of the vocabulary, unless it occurs never or several times.
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

    longest_ascending(&pairs)
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
        assert_eq!(found, [TokenSlot { a: 1..2, b: 1..2 }, TokenSlot { a: 4..5, b: 4..5 }]);
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
    }
}
