//! The three things that a run can be asked for.

/// The result that a run is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunTask {
    /// Clusters of copies.
    Clusters,
    /// All verified pairs.
    Pairs,
    /// Repeated passages. Nothing is shingled, sketched or banded.
    Passages,
}

impl RunTask {
    /// The name in `run.json` of a work directory.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Pairs => "pairs",
            Self::Passages => "passages",
        }
    }
}
