//! Slices by ranges that were computed from the same bytes.
//!
//! A range beyond the bytes is a bug: a debug build stops there. A release build reads no bytes, which never panics
//! and never reads another record.

use std::ops::Range;

/// The bytes of `range`, which must lie within `bytes`.
pub(super) fn slice(bytes: &[u8], range: Range<usize>) -> &[u8] {
    debug_assert!(range.start <= range.end && range.end <= bytes.len(), "range {range:?} of {} bytes", bytes.len());

    bytes.get(range).unwrap_or_default()
}

/// The bytes from `start` to the end; `start` must not exceed the length.
pub(super) fn tail(bytes: &[u8], start: usize) -> &[u8] {
    slice(bytes, start..bytes.len())
}
