//! A block of records: about 64 KB of them, in columns, compressed, with a checksum.
//!
//! ```text
//! CRC-32 of the rest (u32), first document (u32), number of records (u32), zstd of:
//!   for each record: document minus the previous one, bytes of the key, bytes of the body (LEB128 each),
//!                    seen minus the previous one (LEB128 of zigzag),
//!                    0, or 1 and then date minus seen (LEB128 of zigzag)
//!   all keys, all bodies
//! ```
//!
//! A body is the folded text, or the fingerprint (16 bytes), the number of shingles (u32) and the signature. All
//! numbers are little-endian.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use zstd::bulk::Decompressor;

use crate::document::Date;
use crate::index::stored_text::{InsertNumber, StoredBody, StoredText};
use crate::shingle::Fingerprint;

/// Approximate bytes of a block before compression.
pub(super) const BLOCK: usize = 1 << 16;

/// Upper bound of the bytes of a block before compression: above the bound of one record, so above that of any block.
const LARGEST: usize = 1 << 31;

/// Level of zstd. Higher levels cost more time than their savings are worth.
const LEVEL: i32 = 1;

/// The records of a block. A record is made when it is first asked for: most answers need one of a hundred.
#[derive(Debug)]
pub(super) struct StoredBlock {
    docs: Vec<InsertNumber>,
    records: Vec<LazyRecord>,
    /// All keys, one after the other.
    keys: Box<str>,
    /// The block, decompressed.
    raw: Vec<u8>,
    /// Bytes in memory, approximately.
    pub(super) weight: u64,
}

impl StoredBlock {
    /// The record of a document, if the block contains it.
    pub(super) fn get(&self, doc: InsertNumber) -> Option<&Arc<StoredText>> {
        self.docs.binary_search(&doc).ok().map(|place| self.record(place))
    }

    fn record(&self, place: usize) -> &Arc<StoredText> {
        let LazyRecord { key, body, seen, date, record } = &self.records[place];
        record.get_or_init(|| {
            let body = match body {
                LazyBody::Text(folded) => StoredBody::text(self.raw[folded.clone()].into()),
                LazyBody::Sketch { fingerprint, shingles, slots } => StoredBody::Sketch {
                    fingerprint: *fingerprint,
                    shingles: *shingles,
                    slots: self.raw[slots.clone()].into(),
                },
            };
            Arc::new(StoredText { key: self.keys[key.clone()].into(), seen: *seen, date: *date, body })
        })
    }

    /// The records, by ascending document.
    pub(super) fn iter(&self) -> impl Iterator<Item = (InsertNumber, &Arc<StoredText>)> {
        self.docs.iter().enumerate().map(|(place, doc)| (*doc, self.record(place)))
    }
}

/// A record that is still in its block.
#[derive(Debug)]
struct LazyRecord {
    /// Its part of the keys.
    key: Range<usize>,
    body: LazyBody,
    seen: Date,
    date: Option<Date>,
    record: OnceLock<Arc<StoredText>>,
}

/// Where the body of a record is in its block.
#[derive(Debug)]
enum LazyBody {
    Text(Range<usize>),
    Sketch { fingerprint: Fingerprint, shingles: u32, slots: Range<usize> },
}

impl LazyBody {
    /// The body in a range of a block. `slots` is the length of a signature in bytes, if signatures are kept. `None` if these bytes
    /// are no body.
    fn read(raw: &[u8], range: Range<usize>, slots: Option<usize>) -> Option<Self> {
        let bytes = raw.get(range.clone())?;
        let Some(length) = slots else { return Some(Self::Text(range)) };

        let (a, rest) = bytes.split_first_chunk()?;
        let (b, rest) = rest.split_first_chunk()?;
        let (shingles, rest) = rest.split_first_chunk()?;
        let fingerprint = Fingerprint(u64::from_le_bytes(*a), u64::from_le_bytes(*b));
        let slots = range.end - rest.len()..range.end;
        (rest.len() == length).then(|| Self::Sketch { fingerprint, shingles: u32::from_le_bytes(*shingles), slots })
    }
}

/// The bytes of a block. Documents ascend.
pub(super) fn pack(records: &[(InsertNumber, Arc<StoredText>)]) -> std::io::Result<Vec<u8>> {
    debug_assert!(records.is_sorted_by(|(a, _), (b, _)| a < b), "documents ascend");

    let first = records.first().map_or(0, |(doc, _)| *doc);
    let (mut columns, mut keys, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    let (mut before, mut seen) = (first, 0);

    for (doc, record) in records {
        let start = bodies.len();
        push_body(&mut bodies, &record.body);

        push(&mut columns, (doc - before).into());
        push(&mut columns, record.key.len() as u64);
        push(&mut columns, (bodies.len() - start) as u64);
        push(&mut columns, zigzag(record.seen.seconds().wrapping_sub(seen)));
        let date = record.date.map(|date| zigzag(date.seconds().wrapping_sub(record.seen.seconds())));
        push(&mut columns, u64::from(date.is_some()));
        date.into_iter().for_each(|date| push(&mut columns, date));

        keys.extend_from_slice(record.key.as_bytes());
        (before, seen) = (*doc, record.seen.seconds());
    }
    columns.append(&mut keys);
    columns.append(&mut bodies);

    // The first four bytes are for the sum of all others.
    let mut bytes = vec![0; 4];
    bytes.extend(first.to_le_bytes());
    bytes.extend((records.len() as u32).to_le_bytes());
    bytes.extend(zstd::bulk::compress(&columns, LEVEL)?);
    let sum = crc32fast::hash(&bytes[4..]);
    bytes[..4].copy_from_slice(&sum.to_le_bytes());
    Ok(bytes)
}

fn push_body(bodies: &mut Vec<u8>, body: &StoredBody) {
    match body {
        StoredBody::Text { folded, .. } => bodies.extend_from_slice(folded),
        StoredBody::Sketch { fingerprint, shingles, slots } => {
            bodies.extend(fingerprint.0.to_le_bytes());
            bodies.extend(fingerprint.1.to_le_bytes());
            bodies.extend(shingles.to_le_bytes());
            bodies.extend_from_slice(slots);
        }
    }
}

/// Reads the block that begins with document `first`. `slots` is the length of a signature in bytes, if signatures are
/// kept. `None` if these are not the bytes that were written.
pub(super) fn unpack(bytes: &[u8], first: InsertNumber, slots: Option<usize>) -> Option<StoredBlock> {
    let (sum, rest) = bytes.split_first_chunk::<4>()?;
    if crc32fast::hash(rest) != u32::from_le_bytes(*sum) {
        return None;
    }

    // The number of the first document is summed too, so a block in the place of another is noticed.
    let (stored, rest) = rest.split_first_chunk::<4>()?;
    let (count, compressed) = rest.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*stored) != first {
        return None;
    }

    // The size is bounded before that much is allocated.
    let size = zstd::zstd_safe::get_frame_content_size(compressed).ok()??;
    let raw = decompressed(compressed, usize::try_from(size).ok().filter(|size| *size <= LARGEST)?)?;

    // A record has five numbers at least, so a larger count is wrong. It is checked before room is made for the records.
    let count = u32::from_le_bytes(*count) as usize;
    if count > raw.len() / 5 {
        return None;
    }

    let mut columns = &raw[..];
    let (mut docs, mut heads) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let (mut doc, mut seen) = (first, 0_i64);

    for _ in 0..count {
        doc = doc.checked_add(InsertNumber::try_from(pull(&mut columns)?).ok()?)?;
        let (key, body) = (pull(&mut columns)? as usize, pull(&mut columns)? as usize);
        seen = seen.wrapping_add(unzigzag(pull(&mut columns)?));
        let date = if pull(&mut columns)? == 0 { None } else { Some(seen.wrapping_add(unzigzag(pull(&mut columns)?))) };
        docs.push(doc);
        heads.push((key, body, Date::from_seconds(seen), date.map(Date::from_seconds)));
    }

    let length = heads.iter().try_fold(0_usize, |keys, (key, ..)| keys.checked_add(*key))?;
    let mut body_start = (raw.len() - columns.len()).checked_add(length)?;
    let keys: Box<str> = std::str::from_utf8(columns.get(..length)?).ok()?.into();
    let (mut key_start, mut records) = (0, Vec::with_capacity(count));

    for (key, body, seen, date) in heads {
        let (key, body) = (key_start..key_start + key, body_start..body_start.checked_add(body)?);
        (key_start, body_start) = (key.end, body.end);

        // Everything is checked here, so that records can be made without errors later.
        keys.get(key.clone())?;
        let body = LazyBody::read(&raw, body, slots)?;
        records.push(LazyRecord { key, body, seen, date, record: OnceLock::new() });
    }

    // Three times the bytes: a text that was asked for is a copy of its bytes, and one that is compared keeps its shingles too.
    let weight = 3 * raw.len() as u64 + (count * (size_of::<StoredText>() + size_of::<LazyRecord>())) as u64;
    Some(StoredBlock { docs, records, keys, raw, weight })
}

/// The `size` bytes of a frame of zstd; `None` if it is none, or holds more.
fn decompressed(frame: &[u8], size: usize) -> Option<Vec<u8>> {
    thread_local! {
        // A new one for each block takes a tenth of the time of reading it.
        static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }

    DECOMPRESSOR.with_borrow_mut(|kept| {
        let mut decompressor = kept.take().map_or_else(Decompressor::new, Ok).ok()?;
        let bytes = decompressor.decompress(frame, size).ok();
        *kept = Some(decompressor);
        bytes
    })
}

/// Appends a number as LEB128.
fn push(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a LEB128 number from the beginning of `bytes`.
fn pull(bytes: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0_u64, 0);

    // A number that is too long for 64 bits ends with `None`.
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        shift += 7;
        if *byte < 0x80 {
            return Some(value);
        }
    }
}

const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(key: &str, seen: i64, date: Option<i64>, text: &[u8]) -> Arc<StoredText> {
        let (seen, date) = (Date::from_seconds(seen), date.map(Date::from_seconds));
        Arc::new(StoredText { key: key.into(), seen, date, body: StoredBody::text(text.into()) })
    }

    proptest! {
        #[test]
        fn a_block_gives_back_its_records(
            rows in prop::collection::vec((".{0,9}", any::<i64>(), any::<Option<i64>>(), any::<Vec<u8>>(), 1..9_u32), 1..20)
        ) {
            let mut doc = 5;
            let records: Vec<(InsertNumber, Arc<StoredText>)> = rows.iter().map(|(key, seen, date, text, step)| {
                doc += step;
                (doc, record(key, *seen, *date, text))
            }).collect();
            let bytes = pack(&records).unwrap();
            let block = unpack(&bytes, records[0].0, None).unwrap();
            for (doc, record) in &records {
                let found = block.get(*doc).unwrap();
                prop_assert_eq!((&found.key, found.seen, found.date), (&record.key, record.seen, record.date));
                let (StoredBody::Text { folded, .. }, StoredBody::Text { folded: text, .. }) = (&found.body, &record.body) else { panic!() };
                prop_assert_eq!(folded, text);
            }
            prop_assert!(block.get(doc + 1).is_none());
            prop_assert!(unpack(&bytes, 1, None).is_none(), "a block of another place");
        }

        #[test]
        fn changed_bytes_are_no_block(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let bytes = pack(&[(0, record("k", 1, Some(2), "نص".as_bytes())), (1, record("l", 1, None, b"text"))]).unwrap();
            let mut changed = bytes.clone();
            changed[at.index(bytes.len())] ^= 1_u8 << bit;
            prop_assert!(unpack(&changed, 0, None).is_none());
            prop_assert!(unpack(&bytes[..at.index(bytes.len())], 0, None).is_none());
        }
    }

    #[test]
    fn a_block_that_lies_about_its_records_is_no_block() {
        let framed = |count: u32, columns: &[u8]| {
            let packed = zstd::bulk::compress(columns, LEVEL).unwrap();
            let body = [&0_u32.to_le_bytes()[..], &count.to_le_bytes(), &packed].concat();
            [&crc32fast::hash(&body).to_le_bytes()[..], &body].concat()
        };
        assert_eq!(unpack(&framed(1, &[0, 0, 0, 0, 0]), 0, None).unwrap().iter().count(), 1);

        // More records than bytes; keys that are longer together than any number; a body beyond the end.
        let mut keys = Vec::new();
        for _ in 0..2 {
            push(&mut keys, 0);
            push(&mut keys, u64::MAX);
            keys.extend([0, 0, 0]);
        }
        for (count, columns) in [(u32::MAX, &[0; 5][..]), (2, &keys), (1, &[0, 0, 9, 0, 0])] {
            assert!(unpack(&framed(count, columns), 0, None).is_none(), "{count}");
        }
    }
}
