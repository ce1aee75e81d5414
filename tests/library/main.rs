//! The library as its users see it, a module for each of its promises and rooms.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it fails")]

mod common;

mod alarms;
mod archives;
mod bare_posts;
mod boilerplate;
mod encodings;
mod engine;
mod error_messages;
mod evaluate;
mod evaluate_pages;
mod facts;
mod facts_forms;
mod fetched;
mod fold_corpora;
mod fold_kernels;
mod fold_laws;
mod fold_vectors;
mod formats_arrow;
mod formats_compression;
mod formats_csv;
mod formats_html;
mod formats_json;
mod formats_parquet;
mod formats_warc;
mod furniture;
mod furniture_forms;
mod furniture_news;
mod index;
#[cfg(feature = "persistent")]
mod index_decoys;
mod index_disk;
mod index_faults;
mod index_stories;
mod index_stories_moved;
mod index_top;
mod input;
mod labels;
mod neighbours;
mod page_cut;
mod page_html;
mod page_html_gold;
mod page_laws;
mod page_mixed;
mod page_shapes;
mod passages;
mod posts;
mod preview;
mod promise_accounts;
mod promise_containment;
mod promise_determinism;
mod promise_gold;
mod promise_linear;
mod promise_pairs;
mod promise_recall;
mod promise_stored_bytes;
mod repetition;
mod same_titles;
mod series;
mod shared_vectors;
mod source_languages;
mod stories;
mod titles;
mod window;
