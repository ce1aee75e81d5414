//! The index of a block as bytes: a version, the parts in little-endian numbers, a check sum.

use super::{BlockIndex, PartIndex, PartShape, RecordRow};
use crate::error::Remedy;
use crate::input::held::FileStamp;
use crate::input::reject::RejectReason;
use crate::input::remedies;

/// Must change with the layout.
const VERSION: &[u8; 4] = b"MkB3";
/// Tag of an unreadable file with the first of the stored remedies; smaller tags are other reasons.
const FIRST_REMEDY: u8 = 5;
/// Bytes of the check sum: the first ones of a BLAKE3 hash.
const SUM: usize = 8;

/// Written for a part without a stamp. No file is this long.
const NO_STAMP: FileStamp = FileStamp { length: u64::MAX, modified: 0 };

/// An error is the offset of the wrong byte, and the reason.
type BytesResult<T> = Result<T, (usize, &'static str)>;

/// The index as bytes.
pub(super) fn write(index: &BlockIndex) -> Vec<u8> {
    let mut out = VERSION.to_vec();
    out.extend((index.parts.len() as u32).to_le_bytes());
    for part in &index.parts {
        write_part(part, &mut out);
    }

    // The sum covers the version and the parts.
    let sum = sum(&out);
    out.extend(sum);
    out
}

fn sum(bytes: &[u8]) -> [u8; SUM] {
    let mut sum = [0; SUM];
    sum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..SUM]);
    sum
}

fn write_part(part: &PartIndex, out: &mut Vec<u8>) {
    out.extend(part.file.to_le_bytes());
    for number in [part.start, part.length, part.lines, part.huge] {
        out.extend(number.to_le_bytes());
    }
    out.push(match part.shape {
        PartShape::Lines => 0,
        PartShape::Text => 1,
        PartShape::Rest => 2,
        PartShape::Failed => 3,
        PartShape::Records => 4,
        PartShape::Values => 5,
    });

    let stamp = part.stamp.unwrap_or(NO_STAMP);
    out.extend(stamp.length.to_le_bytes());
    out.extend(stamp.modified.to_le_bytes());

    let (tag, what) = match &part.failure {
        None => (0, ""),
        Some(RejectReason::Unreadable { what, remedy }) => (unreadable_tag(remedy.as_ref()), what.as_str()),
        Some(RejectReason::Damaged { what }) => (2, what.as_str()),
        Some(RejectReason::NotJsonLines { found }) => (3, *found),
        Some(RejectReason::BrokenRecord { what }) => (4, what.as_str()),
        // No other reason is known before a record is parsed.
        Some(other) => (1, other.code()),
    };
    out.push(tag);
    out.extend((what.len() as u32).to_le_bytes());
    out.extend(what.as_bytes());

    out.extend((part.rows.len() as u32).to_le_bytes());
    out.extend(part.rows.iter().flat_map(|row| [row.at.to_le_bytes(), row.length.to_le_bytes()]).flatten());
    out.extend((part.numbers.len() as u32).to_le_bytes());
    out.extend(part.numbers.iter().flat_map(|number| number.to_le_bytes()));
}

/// The tag of an unreadable file: 1 without a remedy, else the position of the remedy after [`FIRST_REMEDY`].
fn unreadable_tag(remedy: Option<&Remedy>) -> u8 {
    let position = remedy.and_then(|remedy| remedies::STORED.iter().position(|stored| stored == remedy));
    debug_assert_eq!(position.is_some(), remedy.is_some(), "a remedy that cannot be stored");

    position.map_or(1, |position| FIRST_REMEDY + position as u8)
}

/// The inverse of [`write`].
pub(super) fn read(stored: &[u8]) -> BytesResult<BlockIndex> {
    let body = stored.len().checked_sub(SUM).ok_or((0, "it is too short"))?;
    let (bytes, found) = stored.split_at(body);

    // The version comes first: another one may have another sum.
    if !bytes.starts_with(VERSION) {
        return Err((0, "it was written by another version"));
    }
    if found != sum(bytes) {
        return Err((body, "the check sum differs"));
    }

    let mut reader = IndexBytes { bytes, at: VERSION.len() };
    let count = reader.u32()?;
    let parts = (0..count).map(|_| reader.part()).collect::<BytesResult<Vec<_>>>()?;

    if reader.at != bytes.len() {
        return Err((reader.at, "something follows the last part"));
    }
    Ok(BlockIndex { parts })
}

/// Reads numbers one after the other.
struct IndexBytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> IndexBytes<'a> {
    fn take(&mut self, length: usize) -> BytesResult<&'a [u8]> {
        let end = self.at.checked_add(length).ok_or((self.at, "a length is too large"))?;
        let taken = self.bytes.get(self.at..end).ok_or((self.at, "it ends too early"))?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> BytesResult<[u8; N]> {
        let at = self.at;
        self.take(N)?.try_into().map_err(|_| (at, "it ends too early"))
    }

    fn u32(&mut self) -> BytesResult<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> BytesResult<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn numbers(&mut self, each: usize) -> BytesResult<Vec<u32>> {
        let count = self.u32()? as usize * each;
        // Taken before anything is reserved: a wrong count asks for more bytes than there are.
        let bytes = self.take(count.saturating_mul(4))?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number)).collect())
    }

    fn part(&mut self) -> BytesResult<PartIndex> {
        let file = self.u32()?;
        let (start, length, lines, huge) = (self.u64()?, self.u64()?, self.u64()?, self.u64()?);
        let at = self.at;
        let shape = match self.array()? {
            [0] => PartShape::Lines,
            [1] => PartShape::Text,
            [2] => PartShape::Rest,
            [3] => PartShape::Failed,
            [4] => PartShape::Records,
            [5] => PartShape::Values,
            [_] => return Err((at, "a part has no such shape")),
        };

        let stamp = FileStamp { length: self.u64()?, modified: self.u64()? };
        let failure = self.failure()?;

        // Two numbers a row: the offset with its flag, and the length.
        let rows = self.numbers(2)?;
        let rows = rows.as_chunks::<2>().0.iter().map(|[at, length]| RecordRow { at: *at, length: *length }).collect();
        let numbers = self.numbers(1)?.into();
        let stamp = (stamp != NO_STAMP).then_some(stamp);
        Ok(PartIndex { file, start, length, shape, lines, rows, numbers, huge, failure, stamp })
    }

    fn failure(&mut self) -> BytesResult<Option<RejectReason>> {
        let at = self.at;
        let [tag] = self.array()?;
        let length = self.u32()? as usize;
        let what = std::str::from_utf8(self.take(length)?).map_err(|_| (at, "a reason is no text"))?;

        Ok(match tag {
            0 => None,
            1 => Some(RejectReason::Unreadable { what: what.to_owned(), remedy: None }),
            4 => Some(RejectReason::BrokenRecord { what: what.to_owned() }),
            2 => Some(RejectReason::Damaged { what: what.to_owned() }),
            3 => {
                let known = crate::input::content::MISFITS.iter().find(|found| **found == what);
                Some(RejectReason::NotJsonLines { found: known.ok_or((at, "there is no such reason"))? })
            }
            tag => {
                let remedy =
                    remedies::STORED.get(usize::from(tag - FIRST_REMEDY)).ok_or((at, "there is no such reason"))?;
                Some(RejectReason::Unreadable { what: what.to_owned(), remedy: Some(remedy.clone()) })
            }
        })
    }
}
