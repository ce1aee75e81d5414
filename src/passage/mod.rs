//! Repeated passages: runs of folded tokens that occur at two places, in two documents or in one.
//!
//! Documents that are no copies of each other share paragraphs, quotations and footers. A passage is a maximal run of
//! at least `min_tokens` equal tokens; runs that are at most `max_gap` tokens apart on both sides are merged into one
//! passage. Each place is compared with the first occurrence of its tokens in the input only, so a footer in every
//! document costs no more than other text. Guarantees:
//!
//! - every run is shared and maximal;
//! - every token inside a window of `min_tokens` tokens that occurred before is part of a passage.
//!
//! Two tokens are equal if their 64-bit hashes are ([`hash`](crate::shingle::hash)). A passage ends at word borders: a
//! token at its end that is part of a longer word, or of one character (ﷺ), is left out.
//!
//! In order of use:
//!
//! | file | job |
//! |---|---|
//! | `folded_words` | text to hashed tokens with their spans |
//! | `word_store` | the tokens of all documents, in memory or on disk |
//! | `anchors` | winnowing: which windows may repeat |
//! | `links`, `first_places` | for each repeated window, its first occurrence |
//! | `runs` | links to maximal runs of equal tokens |
//! | `merge` | runs to passages |
//! | `sentence` | where a sentence ends |
//! | `cutter`, `cut_borders` | which repeated spans can be removed |
//! | `repeats` | the search as the pipeline calls it |
//! | `spans` | the results |

mod anchors;
mod cut_borders;
mod cutter;
mod first_places;
mod folded_words;
mod links;
mod merge;
mod repeats;
mod runs;
mod sentence;
mod spans;
mod word_store;

pub use spans::{Passage, RepeatedSpan};

pub(crate) use folded_words::{FoldedWords, WordFolder};
pub(crate) use repeats::{PassageRepeats, validate};
pub(crate) use word_store::WordStore;
