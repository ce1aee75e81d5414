//! Near-duplicate detection and similarity for Arabic-script text.

pub mod document;
pub mod error;
pub mod normalize;

pub use error::{Error, ErrorKind, Result};
