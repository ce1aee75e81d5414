//! Signatures as gaoya documents them, and as fast as its interface allows.

use ahash::RandomState;
use fnv::FnvBuildHasher;
use gaoya::minhash::{MinHasher, MinHasher32};
use gaoya::text::{shingle_tokens, whitespace_split};

/// Makes signatures of texts.
pub enum Signer {
    /// `shingle_tokens` and the default hasher.
    Plain { words: usize, hasher: MinHasher32<FnvBuildHasher> },
    /// Each token is hashed once by ahash, and a shingle is the hash of token hashes: no string is joined.
    Tuned { words: usize, state: RandomState, hasher: MinHasher32<RandomState> },
}

impl Signer {
    /// For shingles of so many words and signatures of so many values; `None` if there is no such mode.
    pub fn new(mode: &str, words: usize, values: usize) -> Option<Self> {
        let state = RandomState::with_seeds(1, 2, 3, 4);
        match mode {
            "plain" => Some(Self::Plain { words, hasher: MinHasher32::new(values) }),
            "tuned" => {
                let hasher = MinHasher32::new_with_hasher(values, state.clone());
                Some(Self::Tuned { words, state, hasher })
            }
            _ => None,
        }
    }

    /// `None` for a text without words: gaoya would call all of them alike. A text of fewer words than a shingle has one shingle.
    pub fn sign(&self, text: &str) -> Option<Vec<u32>> {
        let tokens: Vec<&str> = whitespace_split(text).collect();
        if tokens.is_empty() {
            return None;
        }
        Some(match self {
            Self::Plain { words, hasher } => {
                hasher.create_signature(shingle_tokens(&tokens, *words.min(&tokens.len())))
            }
            Self::Tuned { words, state, hasher } => {
                let hashes: Vec<u64> = tokens.iter().map(|token| state.hash_one(token)).collect();
                hasher.create_signature(hashes.windows(*words.min(&hashes.len())))
            }
        })
    }
}
