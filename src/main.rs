//! The `mukarrar` command line.

fn main() {}
