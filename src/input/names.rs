//! Shown names: the id of a record, made unique.
//!
//! The first record with an id is shown under it, always. Each later one is shown as `ID~2`, `ID~3`, …: the first number
//! whose name is neither an id of the input nor taken. So a name depends on the input alone, not on the order in which
//! records were read. No id is kept: 8 bytes a record while reading (a hash), 16 while sorting (the place too), then the
//! repeats alone; records whose hashes are equal are read again and compared.
//!
//! In a run that reads the input once, each block's hashes are collected where it is parsed ([`IdHashes`]) and joined in
//! input order ([`RepeatedIdsBuilder::add_block`]). A record without an id of its own is noted as unnamed there; the names
//! builder hashes its `PATH:LINE` at the end, when all lines are counted. Only then is it known which records repeat an
//! id; with `unique_ids` they were read, and folded, as any other, and are rejected after the pass
//! ([`Corpus::reject_repeats`]).

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use super::corpus::Corpus;
use super::reject::{Reject, RejectReason};
use crate::document::DocId;
use crate::error::Result;

/// The hashes group equal ids in memory and reach no output; all builders must agree, so the keys are fixed.
static HASHER: ahash::RandomState = ahash::RandomState::with_seeds(1, 2, 3, 4);

fn hash(id: &str) -> u64 {
    HASHER.hash_one(id).max(IdHashes::UNNAMED + 1)
}

/// Collects ids, in any order. Builders filled on several threads are joined with [`append`](Self::append).
#[derive(Debug, Default)]
pub struct RepeatedIdsBuilder {
    ids: Vec<(u64, DocId)>,
    /// Blocks, each with the place of its first record.
    blocks: Vec<(DocId, IdHashes)>,
}

/// The ids of one block's records in order, 8 bytes each. Made on any thread, joined by [`RepeatedIdsBuilder::add_block`].
#[derive(Debug, Default, PartialEq)]
pub(crate) struct IdHashes(Vec<u64>);

impl IdHashes {
    /// The next record was rejected and has no id.
    const REJECTED: u64 = 0;
    /// Its id is its place, which is known only when the blocks before it were read.
    const UNNAMED: u64 = 1;

    /// Notes the next record: its id, empty if it has none of its own; `None` if it was rejected.
    pub(crate) fn push(&mut self, id: Option<&str>) {
        self.0.push(match id {
            None => Self::REJECTED,
            Some("") => Self::UNNAMED,
            Some(id) => hash(id),
        });
    }

    /// As numbers, for a work directory.
    pub(crate) fn as_slice(&self) -> &[u64] {
        &self.0
    }

    /// What [`as_slice`](Self::as_slice) gave.
    pub(crate) fn from_vec(hashes: Vec<u64>) -> Self {
        Self(hashes)
    }
}

impl RepeatedIdsBuilder {
    /// Notes that the record `doc` has the id `id`.
    pub fn add(&mut self, doc: DocId, id: &str) {
        self.ids.push((hash(id), doc));
    }

    /// Notes the ids of a block whose first record is `first`.
    pub(crate) fn add_block(&mut self, first: DocId, hashes: IdHashes) {
        self.blocks.push((first, hashes));
    }

    /// Takes over what another builder has noted.
    pub fn append(&mut self, other: &mut Self) {
        self.ids.append(&mut other.ids);
        self.blocks.append(&mut other.blocks);
    }

    /// The names; reads from `corpus` again each record that may repeat an id.
    ///
    /// # Errors
    ///
    /// A record that could be read before cannot be read again: see [`RejectReason::Lost`].
    pub fn finish(mut self, corpus: &Corpus) -> Result<RepeatedIds> {
        let count: usize = self.blocks.iter().map(|(_, hashes)| hashes.0.len()).sum();
        self.ids.reserve_exact(count);
        for (first, hashes) in std::mem::take(&mut self.blocks) {
            for (number, hash) in hashes.0.into_iter().enumerate() {
                let doc = DocId::new(first.index() + number);
                match hash {
                    IdHashes::REJECTED => {}
                    IdHashes::UNNAMED => self.add(doc, &corpus.source(doc).to_string()),
                    hash => self.ids.push((hash, doc)),
                }
            }
        }
        // Ids of references and of what is compared with them are two matters.
        let mut references = Self::default();
        let boundary = DocId::new(corpus.references());
        (references.ids, self.ids) = self.ids.into_iter().partition(|(_, doc)| *doc < boundary);
        let lost: RefCell<Option<Reject>> = RefCell::new(None);
        let id_of = |doc| match corpus.read(doc) {
            Ok(record) => Some(record.id),
            Err(reject) => {
                if let RejectReason::Lost { .. } = reject.reason {
                    lost.borrow_mut().get_or_insert(reject);
                }
                None
            }
        };
        let mut names = references.resolve(id_of);
        names.repeats.append(&mut self.resolve(id_of).repeats);
        match lost.into_inner() {
            Some(reject) => Err(reject.into()),
            None => Ok(names),
        }
    }

    fn resolve<'a>(mut self, id_of: impl Fn(DocId) -> Option<Cow<'a, str>>) -> RepeatedIds {
        self.ids.sort_unstable();
        let mut repeats = self.repeats(&id_of);
        repeats.sort_unstable_by_key(|repeat| repeat.0);
        let mut taken = BTreeSet::new();
        let mut last = std::collections::BTreeMap::<DocId, u32>::new();
        let mut names = RepeatedIds { repeats: Vec::with_capacity(repeats.len()) };
        for (doc, first) in repeats {
            let Some(id) = id_of(doc) else { continue };
            // Numbers below the last one given for this id are taken for good.
            let mut number = last.get(&first).map_or(2, |last| last + 1);
            while taken.contains(&numbered(&id, number)) || self.is_id(&numbered(&id, number), &id_of) {
                number += 1;
            }
            taken.insert(numbered(&id, number));
            last.insert(first, number);
            names.repeats.push(RepeatedId { doc, first, number });
        }
        names
    }

    /// Each record that repeats an id, with the first record that has it.
    fn repeats<'a>(&self, id_of: &impl Fn(DocId) -> Option<Cow<'a, str>>) -> Vec<(DocId, DocId)> {
        let mut repeats = Vec::new();
        for group in self.ids.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
            let mut firsts: Vec<(Cow<'a, str>, DocId)> = Vec::new();
            for &(_, doc) in group {
                let Some(id) = id_of(doc) else { continue };
                match firsts.iter().find(|(first, _)| *first == id) {
                    Some(&(_, first)) => repeats.push((doc, first)),
                    None => firsts.push((id, doc)),
                }
            }
        }
        repeats
    }

    /// Whether some record has this id.
    fn is_id<'a>(&self, id: &str, id_of: &impl Fn(DocId) -> Option<Cow<'a, str>>) -> bool {
        let hash = hash(id);
        let start = self.ids.partition_point(|entry| entry.0 < hash);
        let group = self.ids.iter().skip(start).take_while(|entry| entry.0 == hash);
        group.into_iter().any(|&(_, doc)| id_of(doc).is_some_and(|other| other == id))
    }
}

fn numbered(id: &str, number: u32) -> String {
    format!("{id}~{number}")
}

/// The records whose id an earlier record has, and the numbers that tell them apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepeatedIds {
    /// Sorted by record.
    repeats: Vec<RepeatedId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RepeatedId {
    doc: DocId,
    first: DocId,
    number: u32,
}

impl RepeatedIds {
    /// Names records from their ids, given in input order.
    #[must_use]
    pub fn assign<S: AsRef<str>>(ids: &[(DocId, S)]) -> Self {
        let mut builder = RepeatedIdsBuilder::default();
        for (doc, id) in ids {
            builder.add(*doc, id.as_ref());
        }
        builder.resolve(|doc| {
            let place = ids.binary_search_by_key(&doc, |(doc, _)| *doc).ok()?;
            ids.get(place).map(|(_, id)| Cow::Borrowed(id.as_ref()))
        })
    }

    /// The name under which the record `doc`, whose id is `id`, is shown.
    #[must_use]
    pub fn shown<'a>(&self, doc: DocId, id: &'a str) -> Cow<'a, str> {
        match self.repeats.binary_search_by_key(&doc, |repeat| repeat.doc) {
            Ok(place) => self.repeats.get(place).map_or(Cow::Borrowed(id), |repeat| numbered(id, repeat.number).into()),
            Err(_) => Cow::Borrowed(id),
        }
    }

    /// The same without the first `references` records.
    pub(super) fn without(mut self, references: usize) -> Self {
        self.repeats.retain(|repeat| repeat.doc.index() >= references);
        self
    }

    /// How many records repeat an earlier record's id.
    #[must_use]
    pub fn repeated(&self) -> usize {
        self.repeats.len()
    }

    /// Each record that repeats an id, and the first that has it; in input order.
    pub(super) fn repeats(&self) -> Vec<(DocId, DocId)> {
        self.repeats.iter().map(|repeat| (repeat.doc, repeat.first)).collect()
    }
}
