//! The trigrams of the texts of one component, range by range of their hashes, so that any number of them fits in memory.

use super::verified_texts::VerifiedTexts;
use crate::lsh::Node;
use crate::shingle::hash::HashKeys;
use crate::similarity::own_text;

/// Bytes of a trigram with its place.
const BYTES_PER_TRIGRAM: u64 = 16;

/// The trigrams of some texts of a batch.
pub(super) struct ComponentTrigrams<'t> {
    pub(super) texts: &'t VerifiedTexts,
    /// The texts; the place of one is its position here.
    pub(super) nodes: &'t [Node],
    pub(super) keys: &'t HashKeys,
    /// Whether shingles are the trigrams.
    pub(super) by_trigrams: bool,
}

/// Hashes from `first` to `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HashRange {
    first: u64,
    last: u64,
}

impl ComponentTrigrams<'_> {
    /// The ranges, ascending, whose trigrams fit in the memory for passes one after the other; one range if all texts are in
    /// memory. A trigram that very many texts have is never divided: it takes 16 bytes for each of them.
    pub(super) fn ranges(&self) -> Vec<HashRange> {
        // The other half is for what a pass finds.
        let Some(room) = self.texts.room().map(|room| room / 2) else { return in_parts(1) };
        let trigrams: u64 = self.nodes.iter().map(|node| self.texts.tokens(*node) as u64).sum();
        // At most as many as there are texts on average: further ranges would not be smaller than one trigram.
        let most = (trigrams / self.nodes.len().max(1) as u64).max(1);
        in_parts((trigrams * BYTES_PER_TRIGRAM).div_ceil(room.max(1)).clamp(1, most))
    }

    /// The distinct trigrams of each text in a range, with its place, in the order of the places.
    pub(super) fn within(&self, range: HashRange) -> Vec<(u64, u32)> {
        let mut found = Vec::new();
        for (place, node) in (0..).zip(self.nodes) {
            let text = self.texts.once(*node);

            // A text with fewer tokens than a trigram has a shingle, but no trigram.
            if self.by_trigrams && self.texts.tokens(*node) >= own_text::MEASURE.length() {
                let hashes = text.set.hashes();
                let start = hashes.partition_point(|hash| *hash < range.first);
                let end = hashes.partition_point(|hash| *hash <= range.last);
                found.extend(hashes[start..end].iter().map(|hash| (*hash, place)));
            } else {
                let distinct = text.wording(self.keys).distinct();
                found.extend(distinct.filter(|hash| range.has(*hash)).map(|hash| (hash, place)));
            }
        }
        found
    }
}

impl HashRange {
    fn has(self, hash: u64) -> bool {
        (self.first..=self.last).contains(&hash)
    }
}

/// All hashes in `parts` ranges of equal size, ascending.
fn in_parts(parts: u64) -> Vec<HashRange> {
    let share = u64::MAX / parts;
    let last = |part: u64| if part + 1 == parts { u64::MAX } else { (part + 1) * share - 1 };
    (0..parts).map(|part| HashRange { first: part * share, last: last(part) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_is_in_one_range() {
        for parts in [1, 2, 3, 7, 1000] {
            let ranges = in_parts(parts);
            assert_eq!(ranges.len() as u64, parts);
            assert_eq!((ranges[0].first, ranges[ranges.len() - 1].last), (0, u64::MAX));
            for pair in ranges.windows(2) {
                assert_eq!(pair[0].last + 1, pair[1].first, "{parts} parts");
            }
        }
    }
}
