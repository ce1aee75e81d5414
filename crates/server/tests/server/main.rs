//! The server as its clients see it.

#[path = "../../../../tests/library/common/mod.rs"]
mod common;
mod http;
mod routes;
mod schema;
