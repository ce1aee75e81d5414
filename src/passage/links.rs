//! Every window of m words that stood before → where it stood first.
//!
//! The words are gone through in input order; a table of hashes holds where each window came first. Where the table is
//! limited, it takes windows of some hashes at a time, in as many rounds as it needs; what the rounds found is put
//! together in input order, so that nobody can tell how many there were. Time: linear in the words, for each round.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::anchors::{SeenAnchors, anchor_length, anchors, hashes};
use super::store::{StoredWords, WordStore};
use crate::error::Result;
use crate::lsh::MemoryLimit;
use crate::parallel;
use crate::spill::SpillFile;

/// Windows that stand one after the other, and where they stood first, one after the other too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WindowLink {
    /// The first of the windows.
    pub(super) window: u64,
    /// Where it stood first.
    pub(super) first: u64,
    /// How many windows.
    pub(super) count: u64,
}

/// All links, ascending.
#[derive(Debug)]
pub(super) struct WindowLinks {
    rounds: Vec<SearchRound>,
}

/// What one round found.
#[derive(Debug, Default)]
struct SearchRound {
    links: Vec<WindowLink>,
    file: Option<SpillFile>,
}

/// Finds the links of `window` words. `limit` bounds what is held meanwhile.
///
/// # Errors
///
/// The disk refuses.
pub(super) fn links(store: &WordStore, window: usize, limit: Option<&MemoryLimit>) -> Result<WindowLinks> {
    let memory = limit.map(|limit| limit.memory);
    let search =
        LinkSearch { store, window, batch: memory.map_or(MOST_BATCH, |bytes| bytes / 256).clamp(1024, MOST_BATCH) };
    let seen = search.seen(memory)?;
    let windows = search.count(&seen)?;
    let room = memory.map(|bytes| bytes.saturating_sub(seen.bytes()) / 2);
    let mut rounds = Vec::new();
    let mut table = FirstPlaces::new(windows, room);
    let mut ranges = vec![0..=u64::MAX];
    // Where the table may not do, it begins with ranges that it should do for.
    while (ranges.len() as u64) * table.most < windows && ranges.len() < 1 << 16 {
        ranges = ranges.into_iter().flat_map(halves).collect();
    }
    ranges.reverse();
    while let Some(range) = ranges.pop() {
        match search.round(&seen, range.clone(), &mut table, limit)? {
            Some(round) => rounds.push(round),
            None => ranges.extend(halves(range).into_iter().rev()),
        }
    }
    Ok(WindowLinks { rounds })
}

fn halves(range: std::ops::RangeInclusive<u64>) -> [std::ops::RangeInclusive<u64>; 2] {
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
    /// Words that are gone through together.
    batch: u64,
}

impl LinkSearch<'_> {
    fn per_window(&self) -> usize {
        self.window + 1 - anchor_length(self.window)
    }

    /// Which anchors stand more than once.
    fn seen(&self, memory: Option<u64>) -> Result<SeenAnchors> {
        // Two words in w + 1 are anchors.
        let expected = 2 * self.store.len() / (self.per_window() as u64 + 1);
        let mut seen = SeenAnchors::new(expected, memory.map(|bytes| bytes / 4));
        self.store.each(self.window, self.batch, |texts| {
            let found = parallel::map(texts, Vec::new, |grams: &mut Vec<u64>, text| {
                grams.clear();
                hashes(text.words, anchor_length(self.window), grams);
                let (mut found, mut last) = (Vec::new(), None);
                anchors(grams, self.per_window(), |place| {
                    if last != Some(place) {
                        last = Some(place);
                        found.push(grams[place]);
                    }
                });
                found
            });
            found.iter().flatten().for_each(|hash| seen.insert(*hash));
            Ok(())
        })?;
        Ok(seen)
    }

    /// Visits the windows that may stand more than once, in input order: a document's first word, and its windows with
    /// their hashes.
    fn windows(
        &self,
        seen: &SeenAnchors,
        wanted: impl Fn(u64) -> bool + Sync + Send,
        mut visit: impl FnMut(u64, u64) -> Result<()>,
    ) -> Result<()> {
        self.store.each(self.window, self.batch, |texts| {
            let room = || (Vec::new(), Vec::new());
            let found = parallel::map(texts, room, |(grams, whole): &mut (Vec<u64>, Vec<u64>), text| {
                grams.clear();
                whole.clear();
                hashes(text.words, anchor_length(self.window), grams);
                hashes(text.words, self.window, whole);
                self.suspects(text, seen, grams, whole, &wanted)
            });
            found.iter().flatten().try_for_each(|(window, hash)| visit(*window, *hash))
        })
    }

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

    /// The links of windows whose hashes lie in `range`; `None` if the table does not hold them.
    fn round(
        &self,
        seen: &SeenAnchors,
        range: std::ops::RangeInclusive<u64>,
        table: &mut FirstPlaces,
        limit: Option<&MemoryLimit>,
    ) -> Result<Option<SearchRound>> {
        table.clear();
        let mut round = SearchRound::default();
        let narrow = range.start() < range.end();
        self.windows(
            seen,
            |hash| range.contains(&hash),
            |window, hash| match table.first(hash, window) {
                Some(first) if first != window => round.push(window, first, limit),
                _ => Ok(()),
            },
        )?;
        if table.is_full() && narrow {
            return Ok(None);
        }
        // Of one round among several nothing stays in memory.
        if let Some(limit) = limit.filter(|_| range != (0..=u64::MAX)) {
            round.spill(limit)?;
        }
        round.seal()?;
        Ok(Some(round))
    }
}

/// Where each hash came first: open addressing, at most three quarters full.
#[derive(Debug)]
struct FirstPlaces {
    /// Hash and window; a window of `NONE` is a free place.
    slots: Vec<(u64, u64)>,
    held: u64,
    most: u64,
    overflowed: bool,
}

const NONE: u64 = u64::MAX;

impl FirstPlaces {
    fn new(windows: u64, memory: Option<u64>) -> Self {
        let wanted = (windows + windows / 3 + 4).next_power_of_two();
        let fitting = memory.map_or(u64::MAX, |bytes| bytes / 16).max(1024);
        let slots = wanted.min(1 << fitting.ilog2());
        Self { slots: vec![(0, NONE); slots as usize], held: 0, most: slots / 4 * 3, overflowed: false }
    }

    fn clear(&mut self) {
        if self.held > 0 {
            self.slots.fill((0, NONE));
        }
        (self.held, self.overflowed) = (0, false);
    }

    fn is_full(&self) -> bool {
        self.overflowed
    }

    /// Where `hash` came first, which is `window` if it is new; `None` if there is no room for it.
    fn first(&mut self, hash: u64, window: u64) -> Option<u64> {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slots[place];
            if slot.1 == NONE {
                if self.held == self.most {
                    self.overflowed = true;
                    return None;
                }
                self.slots[place] = (hash, window);
                self.held += 1;
                return Some(window);
            }
            if slot.0 == hash {
                return Some(slot.1);
            }
            place = (place + 1) & mask;
        }
    }
}

/// Bytes of a link on disk.
const LINK: usize = 24;

impl SearchRound {
    fn push(&mut self, window: u64, first: u64, limit: Option<&MemoryLimit>) -> Result<()> {
        if let Some(last) = self.links.last_mut()
            && (last.window + last.count, last.first + last.count) == (window, first)
        {
            last.count += 1;
            return Ok(());
        }
        if let Some(limit) =
            limit.filter(|limit| (self.links.len() * size_of::<WindowLink>()) as u64 > limit.memory / 16)
        {
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

    fn spilled(&self) -> u64 {
        self.file.as_ref().map_or(0, |file| file.len() / LINK as u64)
    }

    /// The links at `places`, of those on disk followed by those in memory.
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

/// Links read together.
const READ: u64 = 512;

impl WindowLinks {
    /// Bytes held in memory.
    pub(super) fn bytes(&self) -> u64 {
        self.rounds.iter().map(|round| (round.links.capacity() * size_of::<WindowLink>()) as u64).sum()
    }

    /// Visits all links in input order. Links of different rounds never overlap.
    pub(super) fn each(&self, mut visit: impl FnMut(WindowLink) -> Result<()>) -> Result<()> {
        let mut heads: Vec<RoundHead<'_>> = self.rounds.iter().map(RoundHead::new).collect();
        let mut order = BinaryHeap::new();
        for (number, head) in heads.iter_mut().enumerate() {
            order.extend(head.next()?.map(|link| Reverse((link.window, number, link.first, link.count))));
        }
        while let Some(Reverse((window, number, first, count))) = order.pop() {
            visit(WindowLink { window, first, count })?;
            order.extend(heads[number].next()?.map(|link| Reverse((link.window, number, link.first, link.count))));
        }
        Ok(())
    }
}

/// Where the reading of a round stands.
struct RoundHead<'a> {
    round: &'a SearchRound,
    place: u64,
    read: Vec<WindowLink>,
    given: usize,
}

impl<'a> RoundHead<'a> {
    fn new(round: &'a SearchRound) -> Self {
        Self { round, place: 0, read: Vec::new(), given: 0 }
    }

    fn next(&mut self) -> Result<Option<WindowLink>> {
        if self.given == self.read.len() {
            let end = (self.place + READ).min(self.round.len());
            if self.place == end {
                return Ok(None);
            }
            self.round.read(self.place..end, &mut self.read)?;
            self.place += self.read.len() as u64;
            self.given = 0;
        }
        let link = self.read.get(self.given).copied();
        self.given += 1;
        Ok(link)
    }
}
