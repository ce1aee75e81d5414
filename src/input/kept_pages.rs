//! Pages as they were extracted. To extract the text of a page takes hundreds of times longer than to read it from here.
//!
//! In memory without a limit; with one, in memory up to it and then in a temporary file. A page that the disk refuses is
//! not kept: it is extracted again where it is needed, with the same result.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use foldhash::{HashMap, HashMapExt};

use super::encoding::RecordDecoding;
use super::record::Record;
use super::record_bytes;
use super::reject::RejectReason;
use crate::spill::{SpillDir, SpillFile};

/// The place of a page in the input: the number of its file, and its offset in that.
pub(super) type PagePosition = (u32, u64);

/// The pages of an input.
pub(crate) struct KeptPages {
    state: RwLock<PagesState>,
    /// Most bytes in memory.
    memory: u64,
    /// Where further pages go.
    room: Option<SpillDir>,
}

struct PagesState {
    pages: HashMap<PagePosition, KeptPage>,
    /// Bytes in memory.
    held: u64,
    spill: Option<SpillFile>,
    /// Bytes of the file that can be read.
    flushed: u64,
    /// The disk refused a page.
    is_refused: bool,
}

#[derive(Clone)]
struct KeptPage {
    /// The hash of the bytes that it was extracted from.
    sum: u64,
    decoding: RecordDecoding,
    place: PagePlace,
}

#[derive(Clone)]
enum PagePlace {
    Held(Arc<[u8]>),
    Spilled { at: u64, length: usize },
}

/// Bytes of a page in the table, with the room that a hash map leaves.
const BYTES_PER_PAGE: u64 = 3 * size_of::<(PagePosition, KeptPage)>() as u64 / 2;

impl std::fmt::Debug for KeptPages {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KeptPages").field("memory", &self.memory).finish_non_exhaustive()
    }
}

impl KeptPages {
    /// Room for pages: `memory` bytes of them in memory, further ones in `room`; all in memory without a limit or without
    /// room.
    pub(crate) fn new(memory: Option<u64>, room: Option<SpillDir>) -> Self {
        let pages = HashMap::new();
        let state = PagesState { pages, held: 0, spill: None, flushed: 0, is_refused: false };
        let memory = memory.filter(|_| room.is_some()).unwrap_or(u64::MAX);
        Self { state: RwLock::new(state), memory, room }
    }

    /// Bytes that the table of all pages takes.
    pub(crate) fn table_bytes(&self) -> u64 {
        self.state().pages.len() as u64 * BYTES_PER_PAGE
    }

    /// The page at `position`, if it is here.
    pub(super) fn get(&self, position: PagePosition) -> Option<Record<'static>> {
        let page = self.state().pages.get(&position)?.clone();
        self.read(&page)
    }

    /// The page at `position` with the bytes `raw`: as it was kept, or from `extract`, which tells whether the record is a
    /// page. A page is then kept; other records are read as fast from `raw`.
    ///
    /// # Errors
    ///
    /// Those of `extract`.
    pub(super) fn page<'a>(
        &self,
        position: PagePosition,
        raw: &[u8],
        extract: impl FnOnce() -> Result<(Record<'a>, bool), RejectReason>,
    ) -> Result<Record<'a>, RejectReason> {
        // The file may have changed since another pass, or other files come before it.
        let known = self.state().pages.get(&position).cloned();
        let known = known.filter(|page| page.sum == sum(raw));
        if let Some(record) = known.and_then(|page| self.read(&page)) {
            return Ok(record);
        }

        let (record, is_page) = extract()?;
        if is_page {
            self.keep(position, sum(raw), &record);
        }
        Ok(record)
    }

    fn keep(&self, position: PagePosition, sum: u64, record: &Record<'_>) {
        let bytes = record_bytes::write(record);

        let mut state = self.state_mut();
        if let Some(place) = state.store(bytes, self.memory, self.room.as_ref()) {
            state.pages.insert(position, KeptPage { sum, decoding: record.decoding, place });
        }
    }

    /// The record of a page; `None` if the disk does not give it back.
    fn read(&self, page: &KeptPage) -> Option<Record<'static>> {
        match &page.place {
            PagePlace::Held(bytes) => record_bytes::read(bytes, page.decoding),
            PagePlace::Spilled { at, length } => {
                let mut bytes = vec![0; *length];
                self.load(*at, &mut bytes)?;
                record_bytes::read(&bytes, page.decoding)
            }
        }
    }

    fn load(&self, at: u64, bytes: &mut [u8]) -> Option<()> {
        if self.state().flushed < at + bytes.len() as u64 {
            let mut state = self.state_mut();
            let spill = state.spill.as_mut()?;
            spill.flush().ok()?;
            state.flushed = spill.len();
        }
        self.state().spill.as_ref()?.read(at, bytes).ok()
    }

    /// The state. It is valid after a panic of another thread, since no change leaves it half done.
    fn state(&self) -> RwLockReadGuard<'_, PagesState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, PagesState> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PagesState {
    /// Stores the bytes of a page; `None` if the disk refused this one or an earlier one.
    fn store(&mut self, bytes: Vec<u8>, memory: u64, room: Option<&SpillDir>) -> Option<PagePlace> {
        let length = bytes.len();
        let held = self.held + length as u64;
        let Some(room) = room.filter(|_| held > memory) else {
            self.held = held;
            return Some(PagePlace::Held(bytes.into()));
        };
        if self.is_refused {
            return None;
        }

        let at = self.append(&bytes, room);
        self.is_refused = at.is_none();
        at.map(|at| PagePlace::Spilled { at, length })
    }

    fn append(&mut self, bytes: &[u8], room: &SpillDir) -> Option<u64> {
        if self.spill.is_none() {
            self.spill = Some(room.file("pages").ok()?);
        }
        self.spill.as_mut()?.append(bytes).ok()
    }
}

/// A hash that tells changed bytes from those of an earlier pass of this process.
fn sum(raw: &[u8]) -> u64 {
    use std::hash::{BuildHasher, Hasher};

    let mut hasher = foldhash::quality::FixedState::default().build_hasher();
    hasher.write(raw);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn record(text: &str) -> Record<'static> {
        let decoding = RecordDecoding { all_text: true, ..RecordDecoding::default() };
        let (id, text) = (Cow::Borrowed("id"), Cow::Owned(text.to_owned()));
        Record { id, text, fields: Vec::new(), text_value: 0..7, decoding, layout: None }
    }

    #[test]
    fn a_page_is_extracted_once_and_again_if_its_bytes_changed() {
        let home = tempfile::tempdir().unwrap();
        let room = SpillDir::temporary(home.path());
        for (memory, room) in [(None, None), (Some(0), Some(room.clone())), (Some(1 << 20), Some(room))] {
            let pages = KeptPages::new(memory, room);
            let extracted = std::cell::Cell::new(0);
            let read = |position, raw: &[u8], is_page| {
                let extract = || {
                    extracted.set(extracted.get() + 1);
                    Ok((record(std::str::from_utf8(raw).unwrap()), is_page))
                };
                pages.page(position, raw, extract).unwrap()
            };

            for _ in 0..3 {
                assert_eq!(read((0, 5), b"first", true), record("first"));
                assert_eq!(read((1, 5), b"second", true), record("second"));
            }
            assert_eq!(extracted.get(), 2);
            assert_eq!(pages.get((1, 5)), Some(record("second")));
            assert_eq!(pages.get((2, 5)), None);

            assert_eq!(read((1, 5), b"changed", true), record("changed"));
            assert_eq!(pages.get((1, 5)), Some(record("changed")));
            read((3, 0), b"no page", false);
            assert_eq!((pages.get((3, 0)), extracted.get()), (None, 4));
        }
    }

    #[test]
    fn a_page_that_the_disk_refuses_is_extracted_again() {
        let home = tempfile::tempdir().unwrap();
        let room = SpillDir::temporary(home.path().join("missing"));
        let pages = KeptPages::new(Some(0), Some(room));
        for _ in 0..2 {
            let found = pages.page((0, 0), b"page", || Ok((record("page"), true)));
            assert_eq!(found, Ok(record("page")));
            assert_eq!(pages.get((0, 0)), None);
        }
    }
}
