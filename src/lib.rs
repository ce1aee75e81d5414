//! Near-duplicate detection and similarity for Arabic-script text.

pub mod document;
pub mod error;
pub mod normalize;
pub mod page;

pub use error::{Error, ErrorKind, Result};
