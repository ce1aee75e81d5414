//! Near-duplicate detection and similarity for Arabic-script text.
//!
//! Scraped Arabic news is full of copies: the same agency story on ten sites with other diacritics, other hamza seats,
//! Persian keyboard letters, another byline, a cut tail. This crate folds what only spelling tells apart, finds what is
//! alike without comparing everything with everything, and verifies every pair exactly before it says so.
//!
//! # The way through it
//!
//! Bytes become documents ([`input`]). A document is cut into the units that are compared: itself, or its stories and
//! headlines, paragraphs, lines ([`page`]). Each unit is folded into tokens ([`normalize`]), the tokens become shingle
//! hashes ([`shingle`]), the hashes a MinHash signature ([`sketch`]), and signatures that share a band become candidates
//! ([`lsh`]). Every candidate is verified on its full shingle sets ([`similarity`]); verified copies gather around
//! keepers ([`cluster`]); what was found is written down ([`report`]) and can be scored against gold ([`evaluate`]).
//! [`pipeline`] runs all of it over a corpus; [`Index`] answers a crawler one text at a time, and `server` does so over HTTP.
//!
//! # Five lines for a crawler
//!
//! ```
//! let seen = mukarrar::Index::builder().threshold(0.6).build()?;
//! # let text = "أعلنت الوزارة أمس افتتاح ثلاثة مراكز جديدة في المدينة";
//! match seen.check_and_insert("https://example.org/1", text)? {
//!     mukarrar::Verdict::New => { /* crawl on */ }
//!     mukarrar::Verdict::Duplicate(m) => println!("repeats {} ({:.2})", m.key, m.jaccard),
//!     _ => {}
//! }
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! # What can be relied on
//!
//! Recall is asked for and bands follow from it; every copy is verified against its keeper; the same input gives the same
//! bytes at any thread count; no record is lost silently; folding never reaches an output. No call panics on input, prints
//! or exits.

pub mod cluster;
pub mod document;
pub mod error;
pub mod evaluate;
pub mod index;
pub mod input;
pub mod kernel;
pub mod lsh;
pub mod normalize;
pub mod page;
mod parallel;
pub mod passage;
pub mod pipeline;
pub mod report;
pub mod shingle;
pub mod similarity;
pub mod sketch;
pub mod spill;

pub use error::{Error, ErrorKind, Result};
pub use index::{Index, Item, Match, Verdict};

/// The README's snippets, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
