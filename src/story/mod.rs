//! Stories: which documents tell of the same event in words of their own.
//!
//! Copies share words, and other stages find them. Two papers' own reports of one event share names, places and numbers instead: of
//! the pairs that readers called one story, half share fewer than one in forty shingles. This stage finds them without a model.
//! It stands above copies: it neither joins nor removes any, and takes only the keeper of a cluster.
//!
//! | file | does |
//! |---|---|
//! | [`stem()`] | light stems of Arabic, Persian and Urdu words |
//! | `rarity`, `common_words` | how rare a stem is: the shipped [`RarityTable`], another one, or one counted in a corpus |
//! | `vector` | the 32 heaviest stems of a document |
//! | `embedding` | the direction that a model of the user's gave a document, if there is one |
//! | `key_index` | finds documents of the window that share two of the 12 heaviest |
//! | `past_forms` | forms that come every day, such as the weather |
//! | `teller`, `open_story` | puts documents into stories in order of time |
//! | `running`, `stored_telling` | tells the texts of an index one by one, in rows that it can be restored from |
//! | `told`, `found` | what comes out: stories with their documents and copies |
//!
//! [`Pipeline::read_stories`](crate::pipeline::Pipeline::read_stories) runs it over a corpus. Rules, measurements and limits are in
//! `docs/STORIES.md`.

mod common_words;
mod embedding;
mod found;
mod key_index;
mod open_story;
mod options;
mod past_forms;
mod rarity;
mod running;
mod stem;
mod stored_telling;
mod teller;
mod told;
mod vector;

pub use found::{Story, StoryCopy, StoryCounts, StoryDocument, StoryPlace};
pub use options::{StoryOptions, Undated};
pub use rarity::{RarityTable, StemCounts};
pub use stem::{STEM_VERSION, stem};

pub(crate) use common_words::PERSIAN as COMMON_PERSIAN;
pub(crate) use embedding::{TextEmbedding, VectorMisfit};
pub(crate) use running::{ForetoldText, RunningTeller, STORY_PROFILE, StoryTextMaker, TextOrigin};
pub(crate) use stored_telling::{ExportedTelling, StoredTelling, listed_terms};
pub(crate) use teller::OutletNumber;
pub(crate) use told::{StoryBook, StoryText, ToldDocument, terms_of};
pub(crate) use vector::StoryWords;
