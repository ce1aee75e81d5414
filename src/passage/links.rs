//! Links each repeated window of m words to its first occurrence.
//!
//! The words are read in input order, and a hash table holds the first place of each window. Under a memory limit the
//! windows are searched in several rounds, each for one range of hashes. The links of all rounds are merged in input
//! order, so the result does not depend on the number of rounds. Each round takes time linear in the words.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::{Range, RangeInclusive};

use super::anchors::{SeenAnchors, anchor_length, anchors, hashes};
use super::first_places::FirstPlaces;
use super::word_store::{StoredWords, WordStore};
use crate::error::Result;
use crate::lsh::MemoryLimit;
use crate::parallel;
use crate::spill::SpillFile;

/// Consecutive windows whose first occurrences are consecutive too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WindowLink {
    /// The first of the windows.
    pub(super) window: u64,
    /// Its first occurrence.
    pub(super) first: u64,
    /// Number of windows.
    pub(super) count: u64,
}

/// All links, in one ascending list for each round.
#[derive(Debug)]
pub(super) struct WindowLinks {
    rounds: Vec<SearchRound>,
}

/// The links of one round: those on disk, then those in memory.
#[derive(Debug, Default)]
struct SearchRound {
    links: Vec<WindowLink>,
    file: Option<SpillFile>,
}

/// Finds the links of all windows of `window` words. `limit` bounds the memory of the search.
///
/// # Errors
///
/// A temporary file cannot be written or read.
pub(super) fn links(store: &WordStore, window: usize, limit: Option<&MemoryLimit>) -> Result<WindowLinks> {
    let memory = limit.map(|limit| limit.memory);
    let batch = memory.map_or(MOST_BATCH, |bytes| bytes / 256).clamp(1024, MOST_BATCH);
    let search = LinkSearch { store, window, batch };

    let seen = search.seen(memory)?;
    let windows = search.count(&seen)?;
    let table_memory = memory.map(|bytes| bytes.saturating_sub(seen.bytes()) / 2);
    let mut table = FirstPlaces::new(windows, table_memory);

    // Start with ranges that should fit if hashes are spread evenly.
    let mut ranges = vec![0..=u64::MAX];
    while (ranges.len() as u64) * table.most < windows && ranges.len() < 1 << 16 {
        ranges = ranges.into_iter().flat_map(halves).collect();
    }
    ranges.reverse();

    // A range that does not fit is searched again in halves.
    let mut rounds = Vec::new();
    while let Some(range) = ranges.pop() {
        match search.round(&seen, range.clone(), &mut table, limit)? {
            Some(round) => rounds.push(round),
            None => ranges.extend(halves(range).into_iter().rev()),
        }
    }

    Ok(WindowLinks { rounds })
}

fn halves(range: RangeInclusive<u64>) -> [RangeInclusive<u64>; 2] {
    let (start, end) = range.into_inner();
    let middle = start + (end - start) / 2;
    [start..=middle, middle.saturating_add(1)..=end]
}

/// Words of a batch without a limit.
const MOST_BATCH: u64 = 1 << 18;

#[derive(Clone, Copy)]
struct LinkSearch<'a> {
    store: &'a WordStore,
    window: usize,
    /// Words that are read together.
    batch: u64,
}

impl LinkSearch<'_> {
    /// Hashes of anchor length in a window.
    fn per_window(&self) -> usize {
        self.window + 1 - anchor_length(self.window)
    }

    /// The anchors of all windows.
    fn seen(&self, memory: Option<u64>) -> Result<SeenAnchors> {
        // The expected density of winnowing: two words in w + 1 are anchors.
        let expected = 2 * self.store.len() / (self.per_window() as u64 + 1);
        let mut seen = SeenAnchors::new(expected, memory.map(|bytes| bytes / 4));

        self.store.each(self.window, self.batch, |texts| {
            let found = parallel::map(texts, Vec::new, |grams, text| self.distinct_anchors(text, grams));
            found.iter().flatten().for_each(|hash| seen.insert(*hash));
            Ok(())
        })?;

        Ok(seen)
    }

    /// The hash of each anchor of a document, once for each place. `grams` is a buffer.
    fn distinct_anchors(&self, text: &StoredWords<'_>, grams: &mut Vec<u64>) -> Vec<u64> {
        grams.clear();
        hashes(text.words, anchor_length(self.window), grams);

        // Consecutive windows often share an anchor.
        let (mut found, mut last) = (Vec::new(), None);
        anchors(grams, self.per_window(), |place| {
            if last.replace(place) != Some(place) {
                found.push(grams[place]);
            }
        });
        found
    }

    /// Visits the windows that may occur more than once and whose hash is `wanted`, in input order, each with its hash.
    fn windows(
        &self,
        seen: &SeenAnchors,
        wanted: impl Fn(u64) -> bool + Sync + Send,
        mut visit: impl FnMut(u64, u64) -> Result<()>,
    ) -> Result<()> {
        self.store.each(self.window, self.batch, |texts| {
            let buffers = || (Vec::new(), Vec::new());
            let found = parallel::map(texts, buffers, |(grams, whole): &mut (Vec<u64>, Vec<u64>), text| {
                grams.clear();
                whole.clear();
                hashes(text.words, anchor_length(self.window), grams);
                hashes(text.words, self.window, whole);
                self.suspects(text, seen, grams, whole, &wanted)
            });

            found.iter().flatten().try_for_each(|(window, hash)| visit(*window, *hash))
        })
    }

    /// The windows of one document whose anchor may occur again; `whole` holds the hash of each window.
    fn suspects(
        &self,
        text: &StoredWords<'_>,
        seen: &SeenAnchors,
        grams: &[u64],
        whole: &[u64],
        wanted: &impl Fn(u64) -> bool,
    ) -> Vec<(u64, u64)> {
        let (mut found, mut place) = (Vec::new(), 0);

        anchors(grams, self.per_window(), |anchor| {
            let hash = whole[place];
            if seen.again(grams[anchor]) && wanted(hash) {
                found.push((text.start + place as u64, hash));
            }
            place += 1;
        });

        debug_assert_eq!(place, whole.len());
        found
    }

    fn count(&self, seen: &SeenAnchors) -> Result<u64> {
        let mut count = 0;
        self.windows(
            seen,
            |_| true,
            |_, _| {
                count += 1;
                Ok(())
            },
        )?;
        Ok(count)
    }

    /// The links of the windows whose hashes are in `range`; `None` if the table is too small for them. A range of one
    /// hash is never refused.
    fn round(
        &self,
        seen: &SeenAnchors,
        range: RangeInclusive<u64>,
        table: &mut FirstPlaces,
        limit: Option<&MemoryLimit>,
    ) -> Result<Option<SearchRound>> {
        table.clear();
        let mut round = SearchRound::default();
        let can_be_halved = range.start() < range.end();

        self.windows(
            seen,
            |hash| range.contains(&hash),
            |window, hash| match table.first(hash, window) {
                Some(first) if first != window => round.push(window, first, limit),
                _ => Ok(()),
            },
        )?;
        if table.overflowed && can_be_halved {
            return Ok(None);
        }

        // With several rounds only one may hold links in memory: the current one.
        if let Some(limit) = limit.filter(|_| range != (0..=u64::MAX)) {
            round.spill(limit)?;
        }
        round.seal()?;
        Ok(Some(round))
    }
}

/// Bytes of a link on disk.
const LINK: usize = 24;

impl SearchRound {
    fn push(&mut self, window: u64, first: u64, limit: Option<&MemoryLimit>) -> Result<()> {
        // A window that continues the last link makes it longer.
        if let Some(last) = self.links.last_mut()
            && (last.window + last.count, last.first + last.count) == (window, first)
        {
            last.count += 1;
            return Ok(());
        }

        let bytes = (self.links.len() * size_of::<WindowLink>()) as u64;
        if let Some(limit) = limit.filter(|limit| bytes > limit.memory / 16) {
            self.spill(limit)?;
        }

        self.links.push(WindowLink { window, first, count: 1 });
        Ok(())
    }

    fn spill(&mut self, limit: &MemoryLimit) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(limit.room.file(&limit.name)?),
        };

        limit.room.require((self.links.len() * LINK) as u64)?;
        // Little-endian numbers in a fixed order; read back by `read`.
        for link in self.links.drain(..) {
            let numbers = [link.window, link.first, link.count];
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            file.append(&bytes)?;
        }
        Ok(())
    }

    fn seal(&mut self) -> Result<()> {
        self.file.as_mut().map_or(Ok(()), SpillFile::flush)
    }

    /// Number of links on disk.
    fn spilled(&self) -> u64 {
        self.file.as_ref().map_or(0, |file| file.len() / LINK as u64)
    }

    /// Reads links at the start of `places` into `out`: at least one, all on disk or all in memory.
    fn read(&self, places: Range<u64>, out: &mut Vec<WindowLink>) -> Result<()> {
        out.clear();
        let spilled = self.spilled();

        if let (Some(file), true) = (&self.file, places.start < spilled) {
            let count = places.end.min(spilled) - places.start;
            let mut bytes = vec![0; count as usize * LINK];
            file.read(places.start * LINK as u64, &mut bytes)?;

            let numbers: Vec<u64> = bytes.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
            let links = numbers.as_chunks::<3>().0.iter();
            out.extend(links.map(|[window, first, count]| WindowLink {
                window: *window,
                first: *first,
                count: *count,
            }));
        } else {
            let first = (places.start - spilled) as usize;
            out.extend(self.links[first..].iter().take((places.end - places.start) as usize));
        }
        Ok(())
    }

    fn len(&self) -> u64 {
        self.spilled() + self.links.len() as u64
    }
}

/// Number of links read at a time from each round.
const READ: u64 = 512;

impl WindowLinks {
    /// Bytes held in memory.
    pub(super) fn bytes(&self) -> u64 {
        self.rounds.iter().map(|round| (round.links.capacity() * size_of::<WindowLink>()) as u64).sum()
    }

    /// Visits all links in input order: a merge of the rounds. Links of different rounds never overlap.
    pub(super) fn each(&self, mut visit: impl FnMut(WindowLink) -> Result<()>) -> Result<()> {
        let mut heads: Vec<RoundHead<'_>> = self.rounds.iter().map(RoundHead::new).collect();
        let mut order = BinaryHeap::new();
        for (number, head) in heads.iter_mut().enumerate() {
            order.extend(head.next()?.map(|link| Reverse((link.window, number, link.first, link.count))));
        }

        while let Some(Reverse((window, number, first, count))) = order.pop() {
            visit(WindowLink { window, first, count })?;
            // The next link of the same round.
            order.extend(heads[number].next()?.map(|link| Reverse((link.window, number, link.first, link.count))));
        }
        Ok(())
    }
}

/// Reads the links of one round in order.
struct RoundHead<'a> {
    round: &'a SearchRound,
    /// The first link that is not in `buffer` yet.
    place: u64,
    buffer: Vec<WindowLink>,
    /// Links of `buffer` that were returned.
    returned: usize,
}

impl<'a> RoundHead<'a> {
    fn new(round: &'a SearchRound) -> Self {
        Self { round, place: 0, buffer: Vec::new(), returned: 0 }
    }

    fn next(&mut self) -> Result<Option<WindowLink>> {
        if self.returned == self.buffer.len() {
            let end = (self.place + READ).min(self.round.len());
            if self.place == end {
                return Ok(None);
            }

            self.round.read(self.place..end, &mut self.buffer)?;
            debug_assert!(!self.buffer.is_empty());
            self.place += self.buffer.len() as u64;
            self.returned = 0;
        }

        let link = self.buffer.get(self.returned).copied();
        self.returned += 1;
        Ok(link)
    }
}
