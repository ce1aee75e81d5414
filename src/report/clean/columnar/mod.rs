//! Records as the rows of a Parquet file.
//!
//! `kind` finds the types of the columns from all values, `arrays` makes columns of them, `file` writes row groups of a fixed
//! size. `raw` opens JSON values one level at a time.

mod arrays;
mod file;
mod kind;
mod raw;

pub(super) use file::ParquetWriter;
pub(super) use kind::{ColumnKind, ColumnKinds};
