//! Further keys: they find a text whose band keys are shared by more texts than are candidates.
//!
//! An answer looks at the earliest documents of each band key only, so that no page can make it as expensive as the
//! index is large. Many texts near one text, honest pages of one form or crafted decoys, fill the lists of its band
//! keys before it comes. So a *crowded* text, one of whose band keys a quarter or more are full when it is stored, is
//! stored under further keys too, and a text with full band keys is looked up under its own:
//!
//! - **pairs** of full band keys at most [`PAIR_REACH`] bands apart. A text that resembles it less than a copy does
//!   shares a pair with the square of the probability of a band key. By the pigeonhole principle, a copy that shares
//!   more than one band in nine shares a pair, in whatever bands they are;
//! - **single values** of its signature that few texts have: what distinguishes a page from others of its form.
//!
//! The exact key of the folded text finds equal texts, however many share their band keys.
//!
//! All keys are functions of hashes with the seed of the index. Who does not know the seed cannot choose which keys a
//! text has, only how similar it is to another.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::prepare::{BAND_BITS, PreparedText};
use super::settings::Settings;
use super::storage::{PostingLists, Storage, StorageVersion};
use super::stored_text::InsertNumber;
use crate::error::Result;
use crate::shingle::Fingerprint;
use crate::shingle::hash::finish;

/// The bounds of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SearchBounds {
    /// Number of documents of one band key or exact key, the earliest, that are candidates.
    pub(super) list: usize,
    /// Number of documents of one pair that are candidates; more have no further one.
    pub(super) pair: usize,
    /// Number of documents of one single value that are candidates; more have no further one.
    pub(super) single: usize,
    /// Number of postings of pairs that one answer looks at.
    pub(super) pairs: usize,
    /// Most candidates that are verified: those whose shared keys are the rarest in sum; ties: the earliest. With a
    /// window of time, ties: the latest, because the earliest of many repeats lie outside the window.
    pub(super) verified: usize,
}

impl Default for SearchBounds {
    fn default() -> Self {
        Self { list: 1000, pair: 2048, single: 64, pairs: 1 << 15, verified: 256 }
    }
}

/// Largest distance of the bands of a pair, where the last band is beside the first.
const PAIR_REACH: usize = 8;

/// Most pairs of a text: signatures of very many bands have pairs of closer bands only.
const MOST_PAIRS: usize = 512;

/// Number of values of a signature that are single keys.
const SINGLES: usize = 256;

/// Most full keys that are remembered.
const MOST_REMEMBERED: usize = 1 << 16;

/// The kinds of keys, so that the hashes of one kind have nothing to do with those of another.
#[derive(Debug, Clone, Copy)]
enum KeyKind {
    Exact = 1,
    Pair = 2,
    Single = 3,
}

/// The key of two numbers.
fn key(kind: KeyKind, a: u64, b: u64) -> u64 {
    let mixed = finish(finish(a.wrapping_add(kind as u64)).wrapping_add(b));
    mixed >> (64 - BAND_BITS)
}

/// The key that equal texts share.
pub(super) fn exact_key(fingerprint: Fingerprint) -> u64 {
    key(KeyKind::Exact, fingerprint.0, fingerprint.1)
}

/// The keys of the pairs of full band keys. `full` holds the places of the full ones, ascending.
fn pair_keys(bands: &[u64], full: &[usize]) -> Vec<u64> {
    let is_full = |place: usize| full.binary_search(&place).is_ok();
    let reach = PAIR_REACH.min(bands.len().saturating_sub(1) / 2).min((MOST_PAIRS / bands.len().max(1)).max(1));

    let mut keys = Vec::new();
    for distance in 1..=reach {
        for place in full {
            let other = (place + distance) % bands.len();
            if is_full(other) {
                keys.push(key(KeyKind::Pair, bands[*place], bands[other]));
            }
        }
    }
    keys
}

/// The keys of the single values of a signature.
fn single_keys(values: &[u32]) -> Vec<u64> {
    let places = values.iter().take(SINGLES).zip(0_u64..);
    places.map(|(value, place)| key(KeyKind::Single, place, u64::from(*value))).collect()
}

/// Whether so many band keys are full that the others do not find copies with the recall that was asked for.
const fn is_crowded(full: usize, bands: usize) -> bool {
    full > 0 && 4 * full >= bands
}

/// The candidates of a text.
#[derive(Debug)]
pub(super) struct FoundCandidates {
    /// Best first.
    pub(super) docs: Vec<InsertNumber>,
    /// Whether a bound left out documents that no other key makes up for.
    pub(super) is_cut: bool,
    /// The places of the full band keys.
    pub(super) full: Vec<usize>,
}

/// Finds the candidates of a text that are numbered `since` or later. `known` holds the places of the band keys that were full
/// at `since`, ascending; none if that is the beginning.
///
/// O(bounds): the lists of the band keys and of the single values, and a fixed number of postings of pairs.
pub(super) fn find(
    settings: &Settings,
    storage: &dyn Storage,
    text: &PreparedText,
    since: InsertNumber,
    known: &[usize],
) -> Result<FoundCandidates> {
    let (bounds, mut lists) = (settings.bounds, PostingLists::default());
    let mut candidates = WeighedCandidates::default();

    // Everything on a list that was full before `since` is older.
    let asked: Vec<usize> = (0..text.bands.len()).filter(|place| known.binary_search(place).is_err()).collect();
    let hashes: Vec<u64> = asked.iter().map(|place| text.bands[*place]).collect();
    storage.postings(&hashes, since, bounds.list, &mut lists)?;
    let fuller = asked.iter().zip(lists.iter()).filter(|(_, (_, is_cut))| *is_cut).map(|(place, _)| *place);
    let mut full: Vec<usize> = known.iter().copied().chain(fuller).collect();
    full.sort_unstable();
    candidates.take(&mut lists, 0);

    // Equal texts come before all others.
    storage.postings(&[text.exact], since, bounds.list, &mut lists)?;
    candidates.take(&mut lists, WeighedCandidates::MOST);

    let mut is_cut = false;
    if !full.is_empty() {
        storage.postings(&single_keys(&text.singles), since, bounds.single, &mut lists)?;
        candidates.take(&mut lists, 0);

        let (pairs, mut left) = (pair_keys(&text.bands, &full), bounds.pairs);
        let mut is_complete = !pairs.is_empty() && storage.has_further_keys();
        for pairs in pairs.chunks(16) {
            storage.postings(pairs, since, bounds.pair, &mut lists)?;
            let is_last = left < lists.len();
            is_complete &= !is_last && lists.iter().all(|(_, is_cut)| !is_cut);
            left = left.saturating_sub(lists.len());
            candidates.take(&mut lists, 0);
            if is_last {
                break;
            }
        }
        is_cut = !is_complete && is_crowded(full.len(), text.bands.len());
    }

    Ok(FoundCandidates { docs: candidates.ranked(settings.window.is_some()), is_cut, full })
}

/// Documents with the weights of the keys that they share with a text.
#[derive(Debug, Default)]
struct WeighedCandidates(Vec<(InsertNumber, u32)>);

impl WeighedCandidates {
    /// More than all other keys of a text together.
    const MOST: u32 = 1 << 24;

    /// Takes the documents of all lists. The shorter a list, the more it says that a document is on it.
    fn take(&mut self, lists: &mut PostingLists, extra: u32) {
        for (docs, _) in lists.iter() {
            let weight = extra + 16_u32.saturating_sub(docs.len().max(1).ilog2());
            self.0.extend(docs.iter().map(|doc| (*doc, weight)));
        }
        lists.clear();
    }

    /// Each document once, the largest sum of weights first; ties: the earliest, or the latest.
    fn ranked(mut self, latest_first: bool) -> Vec<InsertNumber> {
        self.0.sort_unstable();
        let runs = self.0.chunk_by(|(a, _), (b, _)| a == b);
        let mut summed: Vec<(u32, InsertNumber)> =
            runs.map(|run| (run.iter().map(|(_, weight)| *weight).sum(), run[0].0)).collect();

        summed.sort_unstable_by(|(a, x), (b, y)| b.cmp(a).then(if latest_first { y.cmp(x) } else { x.cmp(y) }));
        summed.into_iter().map(|(_, doc)| doc).collect()
    }
}

/// The keys whose lists are known to be full. A list stays full until a document is removed.
#[derive(Debug, Default)]
pub(super) struct FullKeys(Mutex<(u64, HashSet<u64>)>);

impl FullKeys {
    /// Those of `keys`, by place, whose lists hold `most` documents or more.
    fn among(&self, keys: &[u64], most: usize, storage: &dyn Storage, version: StorageVersion) -> Result<Vec<usize>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (removals, known) = &mut *known;
        if *removals != version.removals || known.len() > MOST_REMEMBERED {
            *removals = version.removals;
            known.clear();
        }

        let asked: Vec<(usize, u64)> =
            keys.iter().copied().enumerate().filter(|(_, key)| !known.contains(key)).collect();
        let mut lists = PostingLists::default();
        let hashes: Vec<u64> = asked.iter().map(|(_, key)| *key).collect();
        storage.postings(&hashes, 0, most.saturating_sub(1), &mut lists)?;

        let full = asked.iter().zip(lists.iter()).filter(|(_, (_, is_cut))| *is_cut);
        known.extend(full.map(|((_, key), _)| *key));
        Ok((0..keys.len()).filter(|place| known.contains(&keys[*place])).collect())
    }

    /// The further keys under which a text is stored: none, unless it is crowded. Full lists are left as they are. The caller
    /// has the turn.
    pub(super) fn further_keys(
        &self,
        settings: &Settings,
        storage: &dyn Storage,
        text: &PreparedText,
    ) -> Result<Vec<u64>> {
        let (bounds, version) = (settings.bounds, storage.version()?);
        let full = self.among(&text.bands, bounds.list, storage, version)?;
        if !is_crowded(full.len(), text.bands.len()) {
            return Ok(Vec::new());
        }

        let mut further = Vec::new();
        for (keys, most) in [(pair_keys(&text.bands, &full), bounds.pair), (single_keys(&text.singles), bounds.single)]
        {
            let full = self.among(&keys, most, storage, version)?;
            let open = keys.iter().enumerate().filter(|(place, _)| full.binary_search(place).is_err());
            further.extend(open.map(|(_, key)| *key));
        }
        Ok(further)
    }
}

#[cfg(all(test, feature = "persistent"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::{Index, Item, Verdict};

    #[test]
    fn pairs_are_of_full_bands_at_most_eight_apart_around_the_ring() {
        let bands: Vec<u64> = (0..34).collect();
        let pair = |a: usize, b: usize| key(KeyKind::Pair, bands[a], bands[b]);
        assert_eq!(pair_keys(&bands, &[0, 3, 20, 33]), [pair(33, 0), pair(0, 3), pair(33, 3)]);
        assert_eq!(pair_keys(&bands, &(0..34).collect::<Vec<_>>()).len(), 34 * 8);
        assert_eq!(pair_keys(&bands[..1], &[0]), Vec::<u64>::new());

        // More than one band in nine: two of them are near each other.
        assert!((0..9).all(|gap| !pair_keys(&bands, &[0, 9, 18, 26 + gap % 8]).is_empty()));
    }

    /// With bounds that a few texts reach.
    fn bounded(mut index: Index) -> Index {
        index.settings.bounds = SearchBounds { list: 6, pair: 8, single: 3, pairs: 40, verified: 9 };
        index
    }

    /// A text near the texts of all other numbers, nearest to those that differ in a few bits.
    fn text(number: u16) -> String {
        let word = |place: u16| format!("كلمة{place}{}", if number >> (place % 10) & 1 == 1 { "أخرى" } else { "" });
        (0..40).map(word).collect::<Vec<_>>().join(" ")
    }

    fn told(answer: Result<Verdict>) -> String {
        format!("{answer:?}")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        /// Answers beyond the bounds depend on the order of changes alone.
        #[test]
        fn bounded_answers_are_the_same_in_memory_on_disk_and_in_batches(
            numbers in prop::collection::vec((0..1024_u16, 0..8_u8), 20..90), batch in 1..30_usize
        ) {
            let home = tempfile::tempdir().unwrap();
            let builder = || Index::builder().seed(1).threshold(0.4).facts(crate::similarity::facts::Facts::Off);
            let (memory, batches) = (bounded(builder().build().unwrap()), bounded(builder().build().unwrap()));
            let mut disk = bounded(builder().commit_every(7).open(home.path()).unwrap());

            let texts: Vec<(String, String, u8)> =
                (0..).zip(&numbers).map(|(n, (number, step)): (usize, _)| (n.to_string(), text(*number), *step)).collect();
            let seen = Some(crate::document::Date::from_seconds(1));
            for chunk in texts.chunks(batch) {
                let items: Vec<(&str, Item<'_>)> =
                    chunk.iter().map(|(key, text, _)| (&**key, Item::new(text).seen(seen))).collect();
                let at_once: Vec<String> = batches.check_and_insert_all(&items).into_iter().map(told).collect();
                for ((key, item), told_at_once) in items.iter().zip(at_once) {
                    let answer = told(memory.check_and_insert(key, *item));
                    prop_assert_eq!(&told(disk.check_and_insert(key, *item)), &answer);
                    prop_assert_eq!(&told_at_once, &answer);
                }

                for (key, text, step) in chunk {
                    match step {
                        0 => for index in [&memory, &batches, &disk] { index.remove(key).unwrap(); },
                        1 => for index in [&memory, &batches, &disk] {
                            index.insert(&format!("again {key}"), Item::new(text).seen(seen)).unwrap();
                        },
                        2 => {
                            disk.close().unwrap();
                            disk = bounded(builder().commit_every(7).open(home.path()).unwrap());
                        }
                        3 => { disk.compact().unwrap(); }
                        _ => {}
                    }
                }
            }
        }
    }
}
