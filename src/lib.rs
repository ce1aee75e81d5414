//! Near-duplicate detection and similarity for Arabic-script text.

#[cfg(feature = "cli")]
pub mod cli;
pub mod cluster;
pub mod document;
pub mod error;
pub mod evaluate;
pub mod index;
pub mod input;
pub mod lsh;
pub mod normalize;
pub mod page;
pub mod pipeline;
pub mod report;
pub mod shingle;
pub mod similarity;
pub mod sketch;

pub use error::{Error, ErrorKind, Result};
pub use index::{Index, Match, Verdict};
