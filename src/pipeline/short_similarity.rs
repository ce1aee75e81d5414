//! Finds short units that resemble each other: all pairs of Jaccard [`short::RESEMBLES`] or more, in one document or across.

use crate::lsh::{Node, PrefixIndex};
use crate::shingle::{SetBits, ShingleSet, sort_hashed};
use crate::similarity::{Score, short};

/// Largest distance of two units of one document that are compared, counted in distinct short units. Pages hold a few
/// hundred of them; without this limit a file of a million lines would take a million times a million steps.
pub(super) const WINDOW: usize = 1000;

/// Most earlier units of its document that a unit is paired with. A list of lines made from one template would have a
/// thousand pairs for each line, many times the memory of its text.
const MOST_RELATED: usize = 32;

/// The most similar of these; the others are preferably units that resemble no earlier one, since only those are never
/// attached to another and so stay as keepers.
const MOST_SIMILAR: usize = 16;

/// With at most this many units, all pairs of a document are compared: each unit costs less than the search for its partners.
const FEW_UNITS: usize = 24;

/// The pairs inside one document, by place, sorted; and how many were passed over because a unit had [`MOST_RELATED`] already.
pub(super) fn within_document<K>(sets: &[(K, ShingleSet)]) -> (Vec<(Node, Node, Score)>, u64) {
    let (mut pairs, mut lost) = (Vec::new(), 0);
    if sets.len() < 2 {
        return (pairs, lost);
    }

    let mut search = match sets.len() > FEW_UNITS {
        true => EarlierUnits::Counted(SharedShingles::new(sets)),
        false => EarlierUnits::Compared(sets.iter().map(|(_, set)| SetBits::of(set)).collect()),
    };
    // Of each unit, whether it resembles no earlier one.
    let mut is_first = Vec::with_capacity(sets.len());
    let mut found = Vec::new();

    for node in 0..sets.len() {
        match &mut search {
            EarlierUnits::Counted(shared) => shared.resembling(sets, node, &mut found),
            EarlierUnits::Compared(bits) => compare_all(sets, bits, node, &mut found),
        }

        is_first.push(found.is_empty());
        lost += keep_nearest(&mut found, &is_first);
        pairs.extend(found.drain(..).map(|(other, score)| (other, node as Node, score)));
    }

    pairs.sort_unstable_by_key(|(a, b, _)| (*a, *b));
    (pairs, lost)
}

/// How the earlier units of a document that a unit resembles are found.
enum EarlierUnits {
    /// By counts of shared shingles.
    Counted(SharedShingles),
    /// Each by itself. Holds the bits of all units.
    Compared(Vec<SetBits>),
}

/// Appends the earlier units that unit `node` resembles. O(shingles of all), and far less for units that share little.
fn compare_all<K>(sets: &[(K, ShingleSet)], bits: &[SetBits], node: usize, found: &mut Vec<(Node, Score)>) {
    let (set, its_bits) = (&sets[node].1, &bits[node]);
    for (other, ((_, earlier), bits)) in sets[..node].iter().zip(bits).enumerate() {
        // Rules nearly all pairs out.
        let most = SetBits::most_shared((earlier, bits), (set, its_bits));
        if Score::from_counts(most, earlier.len(), set.len()).jaccard < short::RESEMBLES {
            continue;
        }

        let score = Score::of(earlier, set);
        found.extend((score.jaccard >= short::RESEMBLES).then_some((other as Node, score)));
    }
}

/// Counts the shingles that units of one document share. At this low threshold that is faster than a prefix filter.
struct SharedShingles {
    /// Each shingle with its units, ascending.
    entries: Vec<(u64, Node)>,
    /// The places of the shingles of all units in `entries`, unit by unit.
    places: Vec<u32>,
    /// The end of each unit in `places`.
    ends: Vec<usize>,
    /// Shingles that the current unit shares with each earlier one. All zero between two units.
    shared: Vec<u32>,
    met: Vec<Node>,
}

impl SharedShingles {
    /// O(n log n) for n shingles.
    fn new<K>(sets: &[(K, ShingleSet)]) -> Self {
        let mut ends = Vec::with_capacity(sets.len());
        let mut entries = Vec::with_capacity(sets.iter().map(|(_, set)| set.len()).sum());
        for (node, (_, set)) in sets.iter().enumerate() {
            entries.extend(set.hashes().iter().map(|hash| (*hash, node as Node)));
            ends.push(entries.len());
        }
        // Units come in order, and those of one shingle stay in it.
        sort_hashed(&mut entries, |(hash, _)| *hash);

        // Filled from the end of each unit down to that of the unit before it.
        let (mut places, mut free) = (vec![0; entries.len()], ends.clone());
        for ((_, node), place) in entries.iter().zip(0..) {
            free[*node as usize] -= 1;
            places[free[*node as usize]] = place;
        }
        Self { entries, places, ends, shared: vec![0; sets.len()], met: Vec::new() }
    }

    /// Appends the units up to [`WINDOW`] before unit `node` that it resembles. O(shingles · units that have them in the window).
    fn resembling<K>(&mut self, sets: &[(K, ShingleSet)], node: usize, found: &mut Vec<(Node, Score)>) {
        let Self { entries, places, ends, shared, met } = self;
        let start = node.checked_sub(1).map_or(0, |before| ends[before]);

        for place in &places[start..ends[node]] {
            let (hash, _) = entries[*place as usize];
            let before = entries[..*place as usize].iter().rev().take_while(|(other, _)| *other == hash);
            for (_, other) in before.take_while(|(_, other)| *other as usize + WINDOW >= node) {
                met.extend((shared[*other as usize] == 0).then_some(*other));
                shared[*other as usize] += 1;
            }
        }

        // Only the counters that were touched are reset, so that a unit costs its shared shingles.
        for other in met.drain(..) {
            let count = std::mem::take(&mut shared[other as usize]) as usize;
            let score = Score::from_counts(count, sets[other as usize].1.len(), sets[node].1.len());
            found.extend((score.jaccard >= short::RESEMBLES).then_some((other, score)));
        }
    }
}

/// Keeps [`MOST_RELATED`] of the earlier units that a unit resembles. Returns how many others there were.
fn keep_nearest(found: &mut Vec<(Node, Score)>, is_first: &[bool]) -> u64 {
    let lost = found.len().saturating_sub(MOST_RELATED);
    if lost == 0 {
        return 0;
    }

    // Ties go to the earliest.
    let nearest = |a: &(Node, Score), b: &(Node, Score)| b.1.jaccard.total_cmp(&a.1.jaccard).then(a.0.cmp(&b.0));
    found.sort_unstable_by(nearest);
    let follows = |unit: &(Node, Score)| !is_first[unit.0 as usize];
    found[MOST_SIMILAR..].sort_by(|a, b| follows(a).cmp(&follows(b)).then_with(|| nearest(a, b)));
    found.truncate(MOST_RELATED);
    lost as u64
}

/// All pairs of `sets`, by place, sorted; and how many candidates were not compared, because they share only lists of the
/// prefix filter with more than `max_bucket` entries.
pub(super) fn across_documents(sets: &[ShingleSet], max_bucket: usize) -> (Vec<(Node, Node, Score)>, u64) {
    let (mut pairs, mut lost) = (Vec::new(), 0);
    let index = PrefixIndex::new(sets.iter().enumerate().map(|(node, set)| (node as Node, set)), short::RESEMBLES);
    let (mut met, mut passed_over) = (Vec::new(), Vec::new());

    for (node, set) in sets.iter().enumerate() {
        met.clear();
        passed_over.clear();
        index.probe(set, |other, length| {
            let list = if length > max_bucket { &mut passed_over } else { &mut met };
            list.extend(((other as usize) < node).then_some(other));
        });

        for list in [&mut met, &mut passed_over] {
            list.sort_unstable();
            list.dedup();
        }
        // A candidate that a shorter list proposes too is not lost.
        lost += passed_over.iter().filter(|other| met.binary_search(other).is_err()).count() as u64;

        let scored = met.iter().map(|other| (*other, node as Node, Score::of(&sets[*other as usize], set)));
        pairs.extend(scored.filter(|(_, _, score)| score.jaccard >= short::RESEMBLES));
    }

    pairs.sort_unstable_by_key(|(a, b, _)| (*a, *b));
    (pairs, lost)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_ways_find_what_comparing_all_finds(
            sets in prop::collection::vec(prop::collection::vec(0_u64..20, 1..12), 0..40),
        ) {
            let sets: Vec<ShingleSet> = sets.into_iter().map(ShingleSet::new).collect();
            let mut all = Vec::new();
            for a in 0..sets.len() {
                for b in a + 1..sets.len() {
                    let score = Score::of(&sets[a], &sets[b]);
                    all.extend((score.jaccard >= short::RESEMBLES).then_some((a as Node, b as Node, score)));
                }
            }
            prop_assert_eq!(&across_documents(&sets, 1000), &(all.clone(), 0));
            let keyed: Vec<((), ShingleSet)> = sets.into_iter().map(|set| ((), set)).collect();
            let (pairs, lost) = within_document(&keyed);
            prop_assert_eq!(pairs.len() as u64 + lost, all.len() as u64);
            prop_assert!(lost > 0 || pairs == all);
        }
    }

    #[test]
    fn lines_of_one_template_have_few_pairs_each() {
        let set = |unit: u64| ShingleSet::new((0..40).chain([1000 + unit, 2000 + unit, 3000 + unit]).collect());
        let sets = |count| (0..count).map(|unit| ((), set(unit))).collect::<Vec<_>>();
        let (pairs, lost) = within_document(&sets(500));
        assert_eq!((pairs.len() as u64 + lost, pairs.len()), (500 * 499 / 2, 32 * 31 / 2 + 468 * 32));
        // The first line of the template, which keeps the others, is among the pairs of each.
        assert_eq!(pairs.iter().filter(|(a, ..)| *a == 0).count(), 499);
    }
}
