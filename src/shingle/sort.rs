//! Sorts hashes in linear time: their upper bits are as good as random, so that few of them share a bucket.

/// Fewest items that are worth buckets.
const FEW: usize = 24;

/// Most items for which each has about one bucket. More are dealt to pieces first, which fit the cache.
const MANY: usize = 1 << 14;

/// Items of a piece.
const PIECE: usize = 1 << 12;

/// Most items of one bucket that are put in order by insertion. Repeats, and keys that were made to meet in one bucket, exceed
/// it; then the bucket is sorted by comparison.
const CROWDED: u32 = 16;

/// Sorts items by their keys, ascending; items of equal keys stay in order. O(n) if the upper bits of the keys are random,
/// O(n log n) for any keys.
pub(crate) fn sort_hashed<T: Copy>(items: &mut [T], key: impl Fn(&T) -> u64) {
    let source = items.to_vec();
    sort_from(&source, items, &key, 0);
}

/// The same into a new list.
pub(crate) fn sorted_hashes<T: Copy>(items: &[T], key: impl Fn(&T) -> u64) -> Vec<T> {
    let mut sorted = items.to_vec();
    sort_from(items, &mut sorted, &key, 0);
    sorted
}

/// Writes to `sorted`, which has as many items, the items of `source`, sorted. The keys have `known` equal upper bits.
fn sort_from<T: Copy>(source: &[T], sorted: &mut [T], key: &impl Fn(&T) -> u64, known: u32) {
    let is_large = source.len() > MANY;
    let buckets = if is_large { source.len() / PIECE } else { source.len() };
    let bits = buckets.max(1).ilog2() + 1;
    if source.len() < FEW || known + bits > u64::BITS {
        sorted.copy_from_slice(source);
        sorted.sort_by_key(key);
        return;
    }
    let (shift, last) = (u64::BITS - known - bits, (1 << bits) - 1);
    let bucket = |item: &T| (key(item) >> shift) as usize & last;

    // Where each bucket begins.
    let mut places = vec![0_u32; last + 1];
    source.iter().for_each(|item| places[bucket(item)] += 1);
    let (mut sum, mut largest) = (0, 0);
    for place in &mut places {
        largest = largest.max(*place);
        sum += std::mem::replace(place, sum);
    }

    for item in source {
        let place = &mut places[bucket(item)];
        sorted[*place as usize] = *item;
        *place += 1;
    }

    // Each place is now the end of its bucket.
    let mut start = 0;
    if is_large {
        for end in places {
            let piece = &mut sorted[start..end as usize];
            let source = piece.to_vec();
            sort_from(&source, piece, key, known + bits);
            start = end as usize;
        }
        return;
    }

    // Of a list with repeats, few buckets are crowded.
    if largest > CROWDED {
        for end in places {
            if end as usize - start > CROWDED as usize {
                sorted[start..end as usize].sort_by_key(key);
            }
            start = end as usize;
        }
    }
    insert_each(sorted, key);
}

/// Sorts items that are near their places.
fn insert_each<T: Copy>(items: &mut [T], key: &impl Fn(&T) -> u64) {
    carry_largest(items, key);

    for end in 1..items.len() {
        let (item, its_key) = (items[end], key(&items[end]));
        let mut at = end;
        while let Some(before) = at.checked_sub(1).filter(|before| key(&items[*before]) > its_key) {
            items[at] = items[before];
            at = before;
        }
        if at < end {
            items[at] = item;
        }
    }
}

/// Carries the largest item so far through the list, which sorts items that are one place off: most of those that are near their
/// places. No branch depends on a key, so that hashes, which are random, mislead no prediction.
fn carry_largest<T: Copy>(items: &mut [T], key: &impl Fn(&T) -> u64) {
    let Some(mut largest) = items.first().copied() else { return };

    for at in 1..items.len() {
        let item = items[at];
        let is_behind = key(&largest) > key(&item);
        (items[at - 1], largest) = if is_behind { (item, largest) } else { (largest, item) };
        items[at] = largest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::hash::finish;
    use proptest::prelude::*;

    #[test]
    fn hashes_of_any_number_are_sorted_and_equal_ones_stay_in_order() {
        for count in [0, 1, 23, 24, 25, 255, 256, 1000, MANY, MANY + 1, 70_000] {
            // Every third hash occurs twice.
            let hash = |n: usize| finish((n - usize::from(n % 3 == 2)) as u64);
            let placed: Vec<(u64, usize)> = (0..count).map(|place| (hash(place), place)).collect();
            let (mut sorted, mut plain) = (placed.clone(), placed);
            assert!(sorted_hashes(&sorted, |(hash, _)| *hash).is_sorted_by_key(|(hash, _)| *hash));
            sort_hashed(&mut sorted, |(hash, _)| *hash);
            plain.sort_by_key(|(hash, _)| *hash);
            assert!(sorted == plain, "{count}");
        }
    }

    proptest! {
        #[test]
        fn keys_that_are_no_hashes_are_sorted_too(
            few in prop::collection::vec(0_u64..9, 0..80), any in prop::collection::vec(any::<u64>(), 0..80),
        ) {
            let placed: Vec<(u64, usize)> = few.into_iter().chain(any).zip(0..).collect();
            let (mut sorted, mut plain) = (placed.clone(), placed);
            sort_hashed(&mut sorted, |(hash, _)| *hash);
            plain.sort_by_key(|(hash, _)| *hash);
            prop_assert_eq!(sorted, plain);
        }
    }
}
