//! Columns that are added to a table which is copied.

/// The type of an added column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddedKind {
    Whole,
    Real,
    Text,
    /// True or false.
    Flag,
}
