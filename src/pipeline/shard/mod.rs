//! A run in shards: separate processes do its stages over parts of the input, and leave files for each other in one directory.
//!
//! ```text
//! DIR/shards.json    the plan: version, options, input files with sizes and times, and which files each part has
//! DIR/sketch-N       what the first pass keeps of part N: places of records, band keys, samples; no text
//! DIR/learned        the frequencies that pairs are judged by
//! DIR/work-N         the components that part N verifies, and where their texts are
//! DIR/merged         the nodes of the run; written last of the three, so it stands for the merge
//! DIR/verified-N     the verified pairs of those components
//! DIR/fates-N        what becomes of the records of part N
//! ```
//!
//! 1. [`sketch`](ShardRun::sketch) scans one part.
//! 2. [`merge`](ShardRun::merge) needs all sketches: it settles languages, groups equal texts, finds candidates, and deals
//!    whole components to parts of about equal work.
//! 3. [`verify`](ShardRun::verify) reads the texts of one part of the components again and verifies them. It holds no table
//!    of the whole run.
//! 4. [`settle`](ShardRun::settle) needs all verified pairs: it searches for contained texts among keepers, and makes the
//!    clusters.
//! 5. [`apply`](ShardRun::apply) gives one part of the input with its fates, to be written.
//!
//! All stages call the code of a run in one process, so the clusters are the same. A stage gives the same result wherever and
//! whenever it runs; a file appears whole or not at all ([`ShardWriter`](file::ShardWriter)). Each file names the plan and the
//! files that it was made from by their digests, so that a file of another run, or from before a repeated stage, is an error.

mod column_codec;
mod fates;
mod file;
mod learned;
mod merge;
mod parts;
mod set;
mod settle;
mod sketch;
mod verify;
mod work;

pub use fates::{PartFates, ShardPart};
pub use set::{ShardRun, ShardSet, ShardStage};

pub(super) use settle::MergedRun;
