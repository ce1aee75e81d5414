//! Gaps between two aligned token sequences: the tokens common to both, in one order, and the slots where they differ.

use std::ops::Range;

/// Longest gap that is examined, in tokens of both texts together.
const LONGEST_GAP: usize = 512;

/// A place where the texts have different tokens; neither side is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenSlot {
    /// Its tokens in the first text.
    pub(super) a: Range<usize>,
    /// Its tokens in the second text.
    pub(super) b: Range<usize>,
}

/// A piece of a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GapPiece {
    /// Both texts have these tokens: their places in the first.
    Both(Range<usize>),
    /// The texts differ.
    Slot(TokenSlot),
}

/// Visits the pieces of a gap, its slots in text order: the longest common run of tokens, then recursively the longest
/// before and after it (Ratcliff and Metzener, "Pattern Matching: The Gestalt Approach", Dr. Dobb's Journal, 1988). A
/// gap of more than 512 tokens has no pieces. O(n log n) for n tokens, and a step for each pair of equal tokens and each run.
pub(super) fn visit_gap<T: Ord>(
    a: &[T],
    in_a: Range<usize>,
    b: &[T],
    in_b: Range<usize>,
    mut visit: impl FnMut(GapPiece),
) {
    if in_a.is_empty() || in_b.is_empty() || in_a.len() + in_b.len() > LONGEST_GAP {
        return;
    }

    // Most gaps are one word for another.
    if in_a.len() == 1 && in_b.len() == 1 {
        let is_same = a[in_a.start] == b[in_b.start];
        visit(if is_same { GapPiece::Both(in_a) } else { GapPiece::Slot(TokenSlot { a: in_a, b: in_b }) });
        return;
    }

    // A stack of gaps with the first one on top, so that slots come in text order.
    let mut waiting = vec![(in_a.clone(), in_b.clone())];
    let mut table: Option<EqualTokens> = None;

    while let Some((x, y)) = waiting.pop() {
        if x.is_empty() || y.is_empty() {
            continue;
        }

        let of_small = |(at_a, at_b, length): (usize, usize, usize)| (x.start + at_a, y.start + at_b, length);
        let run = if x.len() * y.len() <= FEW_PAIRS {
            longest_run(&a[x.clone()], &b[y.clone()]).map(of_small)
        } else {
            let table = table.get_or_insert_with(|| EqualTokens::new(&a[in_a.clone()], &b[in_b.clone()]));
            let within = |range: &Range<usize>, start: usize| range.start - start..range.end - start;
            let run = table.longest_run(within(&x, in_a.start), within(&y, in_b.start));
            run.map(|(at_a, at_b, length)| (in_a.start + at_a, in_b.start + at_b, length))
        };
        let Some((from_a, from_b, length)) = run else {
            visit(GapPiece::Slot(TokenSlot { a: x, b: y }));
            continue;
        };

        visit(GapPiece::Both(from_a..from_a + length));
        waiting.push((from_a + length..x.end, from_b + length..y.end));
        waiting.push((x.start..from_a, y.start..from_b));
    }
}

/// Appends the slots of a gap, in text order; see [`visit_gap`].
pub(super) fn push_slots<T: Ord>(a: &[T], in_a: Range<usize>, b: &[T], in_b: Range<usize>, found: &mut Vec<TokenSlot>) {
    visit_gap(a, in_a, b, in_b, |piece| {
        if let GapPiece::Slot(slot) = piece {
            found.push(slot);
        }
    });
}

/// The longest common run of tokens: its places in `a` and `b`, and its length. Of equal ones the first in `a`, then in
/// `b`. `b` has at most [`FEW_PAIRS`] tokens.
fn longest_run<T: PartialEq>(a: &[T], b: &[T]) -> Option<(usize, usize, usize)> {
    // Length of the run that ends at each place of `b` and at the previous place of `a`.
    let mut ending = [0_usize; FEW_PAIRS + 1];
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

/// Most pairs of tokens that are all compared. More are worth a table of the equal ones.
const FEW_PAIRS: usize = 64;

/// The equal tokens of the two sides of a gap.
struct EqualTokens {
    /// For each token of the first side, the last equal one of the second.
    last: Vec<Option<u32>>,
    /// For each token of the second side, the equal one before it.
    before: Vec<Option<u32>>,
    /// For each token of the second side, the run of the row that was visited last.
    ending: Vec<EndingRun>,
    /// Number of rows that were visited.
    rows: u32,
}

/// A run that ends at a token of the second side and at the token of the first side that is its row.
#[derive(Clone, Copy, Default)]
struct EndingRun {
    row: u32,
    length: u32,
}

impl EqualTokens {
    fn new<T: Ord>(a: &[T], b: &[T]) -> Self {
        let mut ordered: Vec<u32> = (0..b.len() as u32).collect();
        ordered.sort_unstable_by(|x, y| b[*x as usize].cmp(&b[*y as usize]).then(x.cmp(y)));

        let mut before = vec![None; b.len()];
        for two in ordered.windows(2) {
            if b[two[0] as usize] == b[two[1] as usize] {
                before[two[1] as usize] = Some(two[0]);
            }
        }

        let last_of = |token: &T| {
            let behind = ordered.partition_point(|place| b[*place as usize] <= *token);
            let last = *ordered.get(behind.checked_sub(1)?)?;
            (b[last as usize] == *token).then_some(last)
        };
        Self { last: a.iter().map(last_of).collect(), before, ending: vec![EndingRun::default(); b.len()], rows: 0 }
    }

    /// [`longest_run`] of parts of the two sides.
    fn longest_run(&mut self, in_a: Range<usize>, in_b: Range<usize>) -> Option<(usize, usize, usize)> {
        let (mut longest, mut best, mut best_row) = (0, None, 0);
        // No run continues one of the last search.
        self.rows += 1;

        for i in in_a {
            self.rows += 1;
            let mut equal = self.last[i];
            while let Some(j) = equal.map(|place| place as usize).filter(|place| *place >= in_b.start) {
                equal = self.before[j];
                if j >= in_b.end {
                    continue;
                }

                // From the last token to the first, so that the runs of the row before are still there.
                let last = j.checked_sub(1).filter(|place| *place >= in_b.start).map(|place| self.ending[place]);
                let length = 1 + last.filter(|last| last.row + 1 == self.rows).map_or(0, |last| last.length);
                self.ending[j] = EndingRun { row: self.rows, length };

                // Of equally long runs of one row, the first counts.
                if length > longest || length == longest && best_row == self.rows {
                    (longest, best_row) = (length, self.rows);
                    let length = length as usize;
                    best = Some((i + 1 - length, j + 1 - length, length));
                }
            }
        }

        best
    }
}

/// The longest subsequence of `pairs` whose second parts ascend, by patience sorting; the first parts must ascend.
pub(super) fn longest_ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    debug_assert!(pairs.is_sorted_by_key(|pair| pair.0), "the first parts ascend");

    // The pair with the smallest second part that ends a run of each length, and the predecessor of each pair.
    let mut ends: Vec<usize> = Vec::with_capacity(pairs.len());
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());

    for (place, (_, second)) in pairs.iter().enumerate() {
        // Most pairs of similar texts ascend, and only lengthen the longest run.
        let lengthens = ends.last().is_none_or(|end| pairs[*end].1 < *second);
        let length = if lengthens { ends.len() } else { ends.partition_point(|end| pairs[*end].1 < *second) };
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));

        if length == ends.len() {
            ends.push(place);
        } else {
            ends[length] = place;
        }
    }

    // Back from the end of the longest run.
    let mut run: Vec<(usize, usize)> = Vec::with_capacity(ends.len());
    run.extend(std::iter::successors(ends.last().copied(), |place| before[*place]).map(|place| pairs[place]));
    run.reverse();

    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_table_of_equal_tokens_gives_the_run_that_all_pairs_give(
            a in prop::collection::vec(0_u8..5, 0..30), b in prop::collection::vec(0_u8..5, 0..30),
            edges in prop::array::uniform4(0_usize..31),
        ) {
            let mut table = EqualTokens::new(&a, &b);
            let part = |x: usize, y: usize, length: usize| x.min(y).min(length)..x.max(y).min(length);
            let [w, x, y, z] = edges;
            // Twice, since a search must not see the last one.
            for (in_a, in_b) in [(0..a.len(), 0..b.len()), (part(w, x, a.len()), part(y, z, b.len()))] {
                let of_pairs = longest_run(&a[in_a.clone()], &b[in_b.clone()]);
                let of_pairs = of_pairs.map(|(at_a, at_b, length)| (in_a.start + at_a, in_b.start + at_b, length));
                prop_assert_eq!(table.longest_run(in_a, in_b), of_pairs);
            }
        }

        #[test]
        fn the_run_is_a_longest_one(seconds in prop::collection::vec(0_usize..40, 0..12)) {
            let mut seen = std::collections::BTreeSet::new();
            let pairs: Vec<(usize, usize)> = seconds.into_iter().filter(|s| seen.insert(*s)).enumerate().collect();
            let run = longest_ascending(&pairs);
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
