//! Near-duplicate detection and similarity for Arabic-script text.

pub mod document;
pub mod error;
pub mod input;
pub mod normalize;

pub use error::{Error, ErrorKind, Result};
