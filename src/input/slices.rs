//! Parts of slices, without panics.

/// The part of `slice` from `start` on. Callers guarantee that `start` is at most the length.
pub(super) fn tail<T>(slice: &[T], start: usize) -> &[T] {
    debug_assert!(start <= slice.len(), "{start} is beyond the end, {}", slice.len());
    slice.get(start..).unwrap_or_default()
}
