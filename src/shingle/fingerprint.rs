//! The fingerprint of a unit.

/// A 128-bit hash of a unit's token sequence, numbers included. Equal sequences have equal fingerprints; wherever the
/// converse matters, the tokens are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fingerprint(pub u64, pub u64);
