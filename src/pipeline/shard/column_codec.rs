//! Columns of numbers as bytes.

use crate::spill::{ByteDecoder, ByteEncoder};

/// Appends a length, then that many numbers.
pub(super) fn encode_u32s(values: impl ExactSizeIterator<Item = u32>, out: &mut ByteEncoder) {
    out.u64(values.len() as u64);
    values.for_each(|value| out.u32(value));
}

/// Reads what [`encode_u32s`] wrote; `None` if the bytes are anything else.
pub(super) fn decode_u32s(from: &mut ByteDecoder<'_>) -> Option<Vec<u32>> {
    let count = from.count(4)?;
    (0..count).map(|_| from.u32()).collect()
}
