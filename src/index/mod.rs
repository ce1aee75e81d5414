//! An index of the texts that a crawler has seen.
//!
//! ```
//! use mukarrar::{Index, Verdict};
//!
//! let seen = Index::builder().threshold(0.6).build()?;
//! let first = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس";
//! let again = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز جديدة في المدينة أمس";
//! assert!(matches!(seen.check_and_insert("https://a.example/1", first)?, Verdict::New { .. }));
//! match seen.check_and_insert("https://b.example/7", again)? {
//!     Verdict::Duplicate(found) => assert_eq!((&*found.key, found.jaccard), ("https://a.example/1", 1.0)),
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! Every verdict is verified. Banding proposes candidates with the recall that was asked for, and scores are exact
//! (with [`Verify::Estimate`] they are estimates, and the verdict says so). [`Index::check_and_insert`] does not store
//! a text that repeats another: only keepers are stored, so chains of copies cannot drift away from the text that they
//! are compared with. A text with the template of a stored one but other facts is a variant, and is stored. Answers
//! depend on the order of insertion alone, and are the same in memory and on disk. All methods take `&self`; folding,
//! sketching and most of the verification run outside the locks.
//!
//! # On disk
//!
//! [`Index::open`] keeps the index in a directory. One process writes it; any number of processes may read it at the
//! same time ([`IndexBuilder::open_read_only`]), and they see each commit. **After [`Index::commit`] no earlier answer
//! is lost**, even if the process is killed. A change commits by itself if [`commit_every`](IndexBuilder::commit_every)
//! changes are pending. `docs/INDEX.md` describes the files, the guarantees and the costs.
//!
//! # Bounds
//!
//! An answer considers at most the earliest 1,000 documents of each band key, and verifies at most 256 candidates:
//! those whose shared keys are the rarest. A text that comes when its band keys are full has further keys, so texts near
//! it, honest or crafted, do not hide it. Where a bound left candidates out nevertheless, a verdict of `new` or `variant`
//! [says so](Verdict::is_certain), and [`Stats::bounded_answers`] counts it. With a window of time, documents outside the
//! window count among the 1,000 until they are [expired](Index::expire).
//!
//! # Stories
//!
//! An index that was made with [`IndexBuilder::stories`] also tells which of its texts tell of one event in words of their own, above
//! copies: [`Index::tell`] answers with the story of a text, and [`Index::stories`] lists them. Give it the texts in order of time.
//!
//! # Files
//!
//! `known_texts` answers for a batch run. `index_item` is the question and `answer` the answer; `settings` and `builder` configure both. `text_index` holds
//! the public operations and `decide` the decisions behind them; `export`, `expire` and `top`
//! serve the whole index; `stories` has the stories. `copy_counts` counts copies, which are not stored. `worker_pool`
//! lets as many calls work at once as there are cores. `prepare` turns a text into band keys; `search_keys` finds candidates; `candidate`, `candidate_judge` and `ranking` turn them into matches. `storage` is
//! the trait of a place for records (`stored_text`), implemented by `memory_storage` (with `postings`) and `disk`.

mod answer;
mod builder;
mod candidate;
mod candidate_judge;
mod copy_counts;
mod decide;
#[cfg(feature = "persistent")]
mod disk;
mod expire;
mod export;
mod export_format;
mod index_item;
#[cfg(feature = "persistent")]
mod known_texts;
mod language_votes;
mod memory_storage;
mod own_process;
mod postings;
mod prepare;
mod ranking;
mod search_keys;
mod settings;
mod stats;
mod storage;
mod stored_text;
mod stories;
mod text_index;
mod top;
mod worker_pool;

pub use answer::{Match, Rank, Verdict, Verify};
pub use builder::IndexBuilder;
#[cfg(feature = "persistent")]
pub use disk::RecoveryReport;
#[cfg(all(fuzzing, feature = "persistent"))]
pub use disk::fuzzing;
pub use expire::Expiry;
pub use index_item::Item;
#[cfg(feature = "persistent")]
pub use known_texts::IndexedTexts;
pub use settings::Settings;
pub use stats::{CompactionStats, MergeStats, SnapshotStats, Stats, StorageStats};
pub use stories::{IndexStory, StoryMember, TextStory, ToldVerdict};
pub use text_index::Index;
pub use top::{HotForm, IndexTop, RepeatedText};
