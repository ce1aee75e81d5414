//! Near-duplicate detection and text similarity for Arabic-script text.
//!
//! Scraped Arabic news is full of copies: one agency story on ten sites, with other diacritics, other hamza seats,
//! Persian keyboard letters, another byline or a cut tail. This crate folds spelling differences, finds candidate pairs
//! without comparing all texts with all texts, and verifies every pair exactly before it reports it.
//!
//! # The pipeline
//!
//! | step | module | from | to |
//! |--:|---|---|---|
//! | 1 | [`input`] | bytes of files | records: id, text, fields |
//! | 2 | [`document`] | records | documents, spans, units, dates |
//! | 3 | [`page`] | a document | the units that are compared, without boilerplate |
//! | 4 | [`normalize`] | a unit | folded tokens |
//! | 5 | [`shingle`] | tokens | shingle hashes |
//! | 6 | [`sketch`] | shingle hashes | a MinHash signature |
//! | 7 | [`lsh`] | signatures | candidate pairs |
//! | 8 | [`similarity`] | a candidate pair | exact scores and a relation |
//! | 9 | [`cluster`] | verified pairs | keepers and their copies |
//! | 10 | [`report`] | results | text, JSON, JSON Lines, TSV, the cleaned corpus |
//!
//! [`pipeline`] runs all steps over a corpus. [`Index`] answers a crawler one text at a time. [`passage`] finds
//! repeated runs of tokens instead of whole copies, [`contamination`] the items of tests. [`describe`] counts what an
//! input holds. [`evaluate`] scores results against gold; [`labels`] draws pairs for labelling and estimates from the labels. [`kernel`] chooses the
//! instruction set and [`spill`] manages temporary files. The crates `mukarrar-cli` and `mukarrar-server` are the
//! command line and the HTTP server.
//!
//! # For a crawler
//!
//! ```
//! let seen = mukarrar::Index::builder().threshold(0.6).build()?;
//! # let text = "أعلنت الوزارة أمس افتتاح ثلاثة مراكز جديدة في المدينة";
//! match seen.check_and_insert("https://example.org/1", text)? {
//!     mukarrar::Verdict::New { .. } => { /* crawl on */ }
//!     mukarrar::Verdict::Duplicate(m) => println!("repeats {} ({:.2})", m.key, m.jaccard),
//!     _ => {}
//! }
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! # Guarantees
//!
//! - The recall is a parameter; bands and rows follow from it.
//! - Every copy is verified exactly against its keeper.
//! - The same input gives the same bytes at any number of threads.
//! - No record is lost silently: read = kept + removed + rejected.
//! - Outputs contain original text, never folded text.
//! - No call prints, exits, or panics on any input.

pub mod cluster;
pub mod contamination;
pub mod describe;
pub mod document;
pub mod error;
pub mod evaluate;
pub mod index;
pub mod input;
pub mod kernel;
pub mod labels;
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
mod static_table;
pub mod story;
pub mod wording;

pub use error::{Error, ErrorKind, Result};
pub use index::{Index, Item, Match, Verdict};

/// Runs the snippets of the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
