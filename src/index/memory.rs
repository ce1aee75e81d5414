//! Records, keys and bands in memory.

use std::collections::hash_map::Entry as Slot;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ahash::AHashMap;

use super::record::{Doc, Record};
use super::storage::{LONGEST_LIST, Older, Storage, Version};
use super::{Compacted, StorageStats};
use crate::document::Date;
use crate::error::{ErrorKind, Result};

/// An index in memory.
#[derive(Debug, Default)]
pub(super) struct Memory(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    /// By number; `None` where it was removed.
    entries: Vec<Option<Entry>>,
    by_key: AHashMap<Box<str>, Doc>,
    by_band: AHashMap<u64, Docs>,
    removals: u64,
    newest: Option<Date>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    record: Arc<Record>,
    bands: Box<[u64]>,
}

/// The documents of one band key, ascending: nearly always one.
#[derive(Debug)]
enum Docs {
    One(Doc),
    Many(Vec<Doc>),
}

impl Docs {
    fn as_slice(&self) -> &[Doc] {
        match self {
            Self::One(doc) => std::slice::from_ref(doc),
            Self::Many(docs) => docs,
        }
    }

    fn push(&mut self, doc: Doc) {
        match self {
            Self::One(first) => *self = Self::Many(vec![*first, doc]),
            Self::Many(docs) => docs.push(doc),
        }
    }
}

impl Memory {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Memory {
    fn version(&self) -> Result<Version> {
        let state = self.read();
        Ok(Version { next: state.next(), removals: state.removals })
    }

    fn candidates(&self, bands: &[u64], since: Doc, found: &mut Vec<Doc>) -> Result<bool> {
        let state = self.read();
        if since >= state.next() {
            return Ok(false);
        }
        let mut is_cut = false;
        for docs in bands.iter().filter_map(|band| state.by_band.get(band)) {
            let docs = docs.as_slice();
            is_cut |= docs.len() > LONGEST_LIST;
            let docs = &docs[..docs.len().min(LONGEST_LIST)];
            found.extend_from_slice(&docs[docs.partition_point(|doc| *doc < since)..]);
        }
        Ok(is_cut)
    }

    fn record(&self, doc: Doc) -> Result<Option<Arc<Record>>> {
        let state = self.read();
        Ok(state.entries.get(doc as usize).and_then(Option::as_ref).map(|entry| entry.record.clone()))
    }

    fn find(&self, key: &str) -> Result<Option<Doc>> {
        Ok(self.read().by_key.get(key).copied())
    }

    fn len(&self) -> u64 {
        self.read().by_key.len() as u64
    }

    fn newest(&self) -> Option<Date> {
        self.read().newest
    }

    fn make_room(&self) -> Result<()> {
        Ok(())
    }

    fn insert(&self, record: Record, bands: &[u64], replaced: Option<Doc>, _: bool) -> Result<()> {
        let mut state = self.write();
        if let Some(doc) = replaced {
            state.remove(doc);
        }
        let doc = next_doc(state.entries.len() as u64)?;
        for band in bands {
            match state.by_band.entry(*band) {
                Slot::Occupied(docs) => docs.into_mut().push(doc),
                Slot::Vacant(slot) => drop(slot.insert(Docs::One(doc))),
            }
        }
        state.by_key.insert(record.key.clone(), doc);
        state.newest = state.newest.max(Some(record.moment()));
        state.bytes += record.bytes() + size_of_val(bands);
        state.entries.push(Some(Entry { record: Arc::new(record), bands: bands.into() }));
        Ok(())
    }

    fn remove(&self, docs: &[Doc]) -> Result<u64> {
        let mut state = self.write();
        Ok(docs.iter().map(|doc| u64::from(state.remove(*doc))).sum())
    }

    fn older(&self, older: Older) -> Result<Vec<Doc>> {
        let state = self.read();
        let entries = state.entries.iter().zip(0..);
        let taken = entries.filter(|(entry, _)| entry.as_ref().is_some_and(|entry| older.takes(&entry.record)));
        Ok(taken.map(|(_, doc)| doc).collect())
    }

    fn each(&self, show: &mut dyn FnMut(&Record) -> Result<()>) -> Result<()> {
        for doc in 0..self.read().next() {
            if let Some(record) = self.record(doc)? {
                show(&record)?;
            }
        }
        Ok(())
    }

    fn learned(&self, _: &mut dyn FnMut(&[u8])) -> Result<()> {
        Ok(())
    }

    fn commit(&self) -> Result<()> {
        Ok(())
    }

    fn close(&self) -> Result<()> {
        Ok(())
    }

    fn compact(&self) -> Result<Compacted> {
        let mut state = self.write();
        state.by_band.shrink_to_fit();
        state.by_key.shrink_to_fit();
        Ok(Compacted { documents: state.by_key.len() as u64, bytes_before: 0, bytes_after: 0 })
    }

    fn stats(&self) -> Result<StorageStats> {
        let state = self.read();
        Ok(StorageStats { memory_bytes: state.bytes as u64, ..StorageStats::default() })
    }
}

impl State {
    fn next(&self) -> Doc {
        // Inserts fail before the count leaves 32 bits.
        self.entries.len() as Doc
    }

    /// Forgets a document; whether it was there.
    fn remove(&mut self, doc: Doc) -> bool {
        let Some(entry) = self.entries.get_mut(doc as usize).and_then(Option::take) else {
            return false;
        };
        self.by_key.remove(&entry.record.key);
        self.bytes -= entry.record.bytes() + size_of_val(&*entry.bands);
        for band in &entry.bands {
            self.leave_band(*band, doc);
        }
        self.removals += 1;
        true
    }

    fn leave_band(&mut self, band: u64, doc: Doc) {
        let Slot::Occupied(mut slot) = self.by_band.entry(band) else {
            return;
        };
        if let Docs::Many(docs) = slot.get_mut() {
            docs.retain(|other| *other != doc);
            if let [last] = docs[..] {
                slot.insert(Docs::One(last));
            }
        } else {
            slot.remove();
        }
    }
}

/// The number of the insert after so many.
///
/// # Errors
///
/// All 2³² − 1 numbers are used.
pub(super) fn next_doc(inserted: u64) -> Result<Doc> {
    Doc::try_from(inserted).ok().filter(|doc| *doc < Doc::MAX).ok_or_else(|| {
        ErrorKind::Parameter {
            name: "insert",
            value: inserted.to_string(),
            expected: "an index takes 4,294,967,295 inserts over its life; export it and import it into a new one"
                .into(),
        }
        .into()
    })
}
