//! The crawler's index: have I seen this story?
//!
//! ```
//! use mukarrar::{Index, Verdict};
//!
//! let seen = Index::builder().threshold(0.6).build()?;
//! let first = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز جديدة في المدينة أمس";
//! let again = "اعلنت وزاره الصحة عن إفتتاح ثلاثة مراكز جديدة في المدينة أمس";
//! assert!(matches!(seen.check_and_insert("https://a.example/1", first)?, Verdict::New));
//! match seen.check_and_insert("https://b.example/7", again)? {
//!     Verdict::Duplicate(found) => assert_eq!((&*found.key, found.jaccard), ("https://a.example/1", 1.0)),
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), mukarrar::Error>(())
//! ```
//!
//! Every verdict is verified: candidates come from banding with the recall that was asked for, the score is exact. A text
//! that repeats another is not stored by [`Index::check_and_insert`]: what is stored are keepers, so copies of copies
//! never drift away from the text they are measured against. A text that tells other facts in the template of a stored one
//! is a variant, and stored; what words are rare is learnt from the texts stored so far, removed ones included. Answers depend on the order of insertion alone. The index
//! takes `&self`; folding and sketching run outside its lock.

mod builder;
mod store;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub use builder::IndexBuilder;

use crate::error::{ErrorKind, Result};
use crate::lsh::Banding;
use crate::normalize::{Language, Normalizer, Profile};
use crate::page::{Boilerplate, Rules, Sieve, Text};
use crate::shingle::{Fingerprint, ShingleKind, ShingleSet, Shingler};
use crate::similarity::Relation;
use crate::similarity::facts::Facts;
use crate::sketch::MinHasher;
use store::Store;

/// What the index says of a text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing stored repeats it.
    New,
    /// It repeats a stored text: the one of highest Jaccard, ties: the earliest inserted.
    Duplicate(Match),
    /// It is no copy: it tells other facts in the template of a stored text, the most like it of those that it is alike to, and
    /// repeats none ([`facts`](crate::similarity::facts)). Crawl on.
    Variant(Match),
    /// It has no tokens: nothing to compare, never stored.
    Empty,
}

/// A stored text that was verified against the text asked about.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Match {
    /// The key it was inserted under.
    pub key: String,
    /// Exact Jaccard similarity, from 0 to 1.
    pub jaccard: f64,
    /// Exact containment, from 0 to 1.
    pub containment: f64,
    /// `Exact`, `Near`, `Variant`, or `None` below the threshold (only from [`Index::query`]).
    pub relation: Option<Relation>,
}

/// Texts seen so far, in memory: of each its key, its shingle set, its band keys and, with the facts guard, its folded
/// text in one byte a letter.
#[derive(Debug)]
pub struct Index {
    settings: Settings,
    store: RwLock<Store>,
    /// Buffers of threads that are done folding.
    workers: Mutex<Vec<Worker>>,
}

/// What an index was built with.
#[derive(Debug, Clone)]
struct Settings {
    threshold: f64,
    profile: Profile,
    language: Option<Language>,
    boilerplate: Boilerplate,
    rules: Option<Arc<Rules>>,
    shingle: ShingleKind,
    facts: Facts,
    seed: u64,
    banding: Banding,
    hasher: MinHasher,
}

/// What one thread folds and sketches with.
#[derive(Debug)]
struct Worker {
    sieve: Sieve,
    shingler: Shingler,
    values: Vec<u32>,
}

/// A text as the store sees it.
#[derive(Debug)]
struct Prepared {
    set: ShingleSet,
    fingerprint: Fingerprint,
    keys: Vec<u64>,
    /// The folded text, where the facts guard needs it.
    folded: Option<String>,
}

impl Index {
    /// An index with the defaults of the command line unless told otherwise.
    #[must_use]
    pub fn builder() -> IndexBuilder {
        IndexBuilder::default()
    }

    /// Whether a stored text is repeated by `text`. Stores nothing.
    ///
    /// # Errors
    ///
    /// None today; persistent indexes can fail to read.
    pub fn check<'t>(&self, text: impl Into<Text<'t>>) -> Result<Verdict> {
        let Some(prepared) = self.prepare(text.into()) else {
            return Ok(Verdict::Empty);
        };
        Ok(self.read(|store| self.verdict(store, &prepared)))
    }

    /// Stores `text` under `key`, whether it repeats another or not; an empty text is not stored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyExists`] if `key` is stored already.
    pub fn insert<'t>(&self, key: &str, text: impl Into<Text<'t>>) -> Result<()> {
        let prepared = self.prepare(text.into());
        self.write(|store| {
            free(store, key)?;
            if let Some(prepared) = prepared {
                store.insert(key, prepared);
            }
            Ok(())
        })
    }

    /// Checks `text` and stores it under `key` if it is new or a variant, in one step: of equal texts inserted at once by several
    /// threads exactly one is new.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::KeyExists`] if `key` is stored already.
    pub fn check_and_insert<'t>(&self, key: &str, text: impl Into<Text<'t>>) -> Result<Verdict> {
        let prepared = self.prepare(text.into());
        self.write(|store| {
            free(store, key)?;
            let Some(prepared) = prepared else {
                return Ok(Verdict::Empty);
            };
            let verdict = self.verdict(store, &prepared);
            if matches!(verdict, Verdict::New | Verdict::Variant(_)) {
                store.insert(key, prepared);
            }
            Ok(verdict)
        })
    }

    /// Up to `top` stored texts most like `text`, highest Jaccard first, ties: the earliest inserted. Texts below the
    /// threshold are among them where banding proposed them, with the chance that [`Banding::probability`] tells.
    ///
    /// # Errors
    ///
    /// None today; persistent indexes can fail to read.
    pub fn query<'t>(&self, text: impl Into<Text<'t>>, top: usize) -> Result<Vec<Match>> {
        let Some(prepared) = self.prepare(text.into()) else {
            return Ok(Vec::new());
        };
        Ok(self.read(|store| store.matches(&prepared, self.settings.threshold, top)))
    }

    /// Forgets the text stored under `key`; whether there was one.
    ///
    /// # Errors
    ///
    /// None today; persistent indexes can fail to write.
    pub fn remove(&self, key: &str) -> Result<bool> {
        Ok(self.write(|store| store.remove(key)))
    }

    /// Whether a text is stored under `key`.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.read(|store| store.contains(key))
    }

    /// Number of stored texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read(Store::len)
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bands and rows in use.
    #[must_use]
    pub fn banding(&self) -> Banding {
        self.settings.banding
    }

    fn verdict(&self, store: &Store, prepared: &Prepared) -> Verdict {
        match store.best(prepared, self.settings.threshold) {
            Some(found) if found.relation == Some(Relation::Variant) => Verdict::Variant(found),
            Some(found) => Verdict::Duplicate(found),
            None => Verdict::New,
        }
    }

    /// Folds, shingles and sketches `text`; `None` if it has no tokens.
    fn prepare(&self, text: Text<'_>) -> Option<Prepared> {
        let idle = self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = idle.unwrap_or_else(|| self.settings.worker());
        let prepared = self.settings.prepare(text, &mut worker);
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        prepared
    }

    fn read<T>(&self, work: impl FnOnce(&Store) -> T) -> T {
        work(&self.store.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        work(&mut self.store.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Settings {
    fn worker(&self) -> Worker {
        Worker {
            sieve: Sieve::new(self.boilerplate).with_rules(self.rules.clone()),
            shingler: Shingler::new(self.shingle, self.seed),
            values: Vec::new(),
        }
    }

    fn prepare(&self, text: Text<'_>, worker: &mut Worker) -> Option<Prepared> {
        let language = self.language.unwrap_or_else(|| Language::detect(text.text));
        let kept = worker.sieve.sift(text);
        let normalizer = Normalizer::new(self.profile, language);
        let shingled = worker.shingler.shingle_excerpt(&normalizer, kept);
        if shingled.tokens == 0 {
            return None;
        }
        self.hasher.sketch_into(shingled.hashes, &mut worker.values);
        let mut keys = Vec::with_capacity(self.banding.bands());
        self.banding.band_keys(&worker.values, 0, &mut keys);
        let folded = (self.facts == Facts::Guard).then(|| normalizer.normalize_excerpt(kept));
        Some(Prepared { set: shingled.set(), fingerprint: shingled.fingerprint, keys, folded })
    }
}

fn free(store: &Store, key: &str) -> Result<()> {
    if store.contains(key) { Err(ErrorKind::KeyExists { key: key.to_owned() }.into()) } else { Ok(()) }
}
