//! The command line as its users see it: its output, its files, its life as a process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it fails")]

#[path = "../../../../tests/library/common/mod.rs"]
mod common;
#[cfg(feature = "server")]
#[path = "../../../server/tests/server/http.rs"]
#[allow(dead_code, reason = "shared with the tests of the server")]
mod http;

mod against_index;
mod cases;
mod contaminated;
mod conversion;
mod dedup;
mod describe;
mod index;
mod inputs;
mod label;
mod manners;
mod odd_files;
mod outputs;
mod pages;
mod parquet;
mod preview;
mod promise_memory;
mod promise_resume;
#[cfg(feature = "remote")]
mod remote;
mod repetition;
mod report_html;
mod returning_lines;
mod serve;
mod shards;
mod stories;
#[cfg(feature = "remote")]
mod stub_store;
