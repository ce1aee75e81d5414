//! Signatures → candidates, by banding.
//!
//! A signature is cut into bands of some rows; units that agree on all rows of any band are candidates (Leskovec,
//! Rajaraman and Ullman, *Mining of Massive Datasets*, 3rd ed., §3.4; Indyk and Motwani, STOC 1998). Candidates are
//! never more than that: everything downstream verifies them.

mod banding;

pub use banding::{Banding, Overrides};
