//! The server as its clients see it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it fails")]

mod coding;
#[path = "../../../../tests/library/common/mod.rs"]
mod common;
mod dashboard;
mod http;
mod labelling;
mod routes;
mod schema;
mod tls;
