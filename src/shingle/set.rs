//! A set of shingle hashes: sorted, unique, compared exactly.

use super::sort::sorted_hashes;

/// The distinct shingle hashes of a unit, ascending. Empty only for a unit without tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShingleSet(Box<[u64]>);

impl ShingleSet {
    /// The set of `hashes`, in any order, with repeats. O(n) for hashes, O(n log n) for any numbers.
    #[must_use]
    pub fn new(hashes: Vec<u64>) -> Self {
        Self::of(&hashes)
    }

    /// The same from hashes that are kept.
    pub(super) fn of(hashes: &[u64]) -> Self {
        let mut hashes = sorted_hashes(hashes, |hash| *hash);
        drop_repeats(&mut hashes);
        Self(hashes.into_boxed_slice())
    }

    /// The hashes, ascending.
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.0
    }

    /// Number of distinct shingles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the unit had no tokens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of shingles in both sets. O(n + m), without branches that depend on the values.
    #[must_use]
    pub fn shared(&self, other: &Self) -> usize {
        let (a, b) = (self.hashes(), other.hashes());
        let (mut i, mut j, mut shared) = (0, 0, 0);

        while i < a.len() && j < b.len() {
            // The smaller of the two advances, both if they are equal.
            let (x, y) = (a[i], b[j]);
            shared += usize::from(x == y);
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }

        shared
    }
}

/// Drops all but one of equal neighbours. As [`Vec::dedup`], without a branch for each hash: repeats come at random.
fn drop_repeats(hashes: &mut Vec<u64>) {
    let Some(mut last) = hashes.first().copied() else { return };
    let mut kept = 0;

    for at in 1..hashes.len() {
        let hash = hashes[at];
        kept += usize::from(hash != last);
        hashes[kept] = hash;
        last = hash;
    }

    hashes.truncate(kept + 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_counts_each_common_hash_once() {
        let a = ShingleSet::new(vec![5, 1, 3, 3, 9]);
        let b = ShingleSet::new(vec![9, 9, 4, 5]);
        assert_eq!((a.len(), b.len(), a.shared(&b), b.shared(&a)), (4, 3, 2, 2));
        assert_eq!(a.shared(&ShingleSet::default()), 0);
    }
}
