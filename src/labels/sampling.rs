//! Draws pairs for labelling.

use std::collections::BTreeMap;

use super::listed_pairs::ListedPair;
use super::strata::Stratum;

/// Draws at most `most` of `pairs` for labelling and returns their places, in the order in which they are to be labelled.
/// Every stratum gives as many as the others, or all that it has.
///
/// The order depends on the seed and the ids alone, not on the order of the list. A larger sample begins with the smaller
/// one. Each beginning of a sample is drawn evenly from the strata too, so labelling may stop at any pair. O(n log n) in the pairs.
#[must_use]
pub fn sample(pairs: &[ListedPair], most: usize, seed: u64) -> Vec<usize> {
    let mut strata: BTreeMap<Stratum, Vec<(u64, usize)>> = BTreeMap::new();
    for (place, pair) in pairs.iter().enumerate() {
        strata.entry(Stratum::of(pair)).or_default().push((key(pair, seed), place));
    }

    // By rank in the stratum, so that all strata give a first pair before one gives a second.
    let mut ranked = Vec::with_capacity(pairs.len());
    for keys in strata.values_mut() {
        keys.sort_unstable_by_key(|&(key, place)| (key, &pairs[place].id_a, &pairs[place].id_b));
        ranked.extend(keys.iter().enumerate().map(|(rank, &(key, place))| (rank, key, place)));
    }
    ranked.sort_by_key(|&(rank, key, place)| (rank, key, &pairs[place].id_a, &pairs[place].id_b));

    ranked.into_iter().take(most).map(|(_, _, place)| place).collect()
}

/// A random number of a pair that depends on its ids and the seed alone.
fn key(pair: &ListedPair, seed: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(&(pair.id_a.len() as u64).to_le_bytes());
    hasher.update(pair.id_a.as_bytes());
    hasher.update(pair.id_b.as_bytes());

    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
