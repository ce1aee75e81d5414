//! Names of records: the id of a record, made unique.
//!
//! The first record with an id is always shown under it. Later ones are shown as `ID~2`, `ID~3`, …: the first number
//! whose name is neither an id of the input nor taken. So a name depends on the input alone, not on the order in
//! which records were read.
//!
//! No id is kept: 8 bytes a record while reading (a hash), 16 while sorting (the record too), then the repeats alone.
//! Records with equal hashes are read again and compared.
//!
//! In a run that reads the input once, the hashes of a block are collected where it is parsed ([`IdHashes`]) and
//! joined in input order ([`RepeatedIdsBuilder::add_block`]). A record without an id of its own gets its hash, that
//! of `PATH:LINE`, at the end, when all lines are counted.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::document::DocId;

/// The hashes group equal ids in memory and reach no output. All builders must agree, so the keys are fixed.
static HASHER: ahash::RandomState = ahash::RandomState::with_seeds(1, 2, 3, 4);

/// The hash of an id, which is none of the reserved values.
fn hash(id: &str) -> u64 {
    HASHER.hash_one(id).max(IdHashes::UNNAMED + 1)
}

/// Collects ids, in any order. Builders filled on several threads are joined with [`append`](Self::append).
#[derive(Debug, Default)]
pub struct RepeatedIdsBuilder {
    ids: Vec<(u64, DocId)>,
    /// Blocks, each after its first record.
    blocks: Vec<(DocId, IdHashes)>,
}

/// The ids of one block's records in order, 8 bytes each. Made on any thread, joined by
/// [`RepeatedIdsBuilder::add_block`].
#[derive(Debug, Default, PartialEq)]
pub(crate) struct IdHashes(Vec<u64>);

impl IdHashes {
    /// A record that was rejected and has no id.
    const REJECTED: u64 = 0;
    /// A record whose id is its place, which is known only when the blocks before it were read.
    const UNNAMED: u64 = 1;

    /// Notes the next record: its id, empty if it has none of its own; `None` if it was rejected.
    pub(crate) fn push(&mut self, id: Option<&str>) {
        self.0.push(match id {
            None => Self::REJECTED,
            Some("") => Self::UNNAMED,
            Some(id) => hash(id),
        });
    }

    /// The hashes as numbers, for a work directory.
    pub(crate) fn as_slice(&self) -> &[u64] {
        &self.0
    }

    /// The inverse of [`as_slice`](Self::as_slice).
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

    /// Takes the ids of another builder.
    pub fn append(&mut self, other: &mut Self) {
        self.ids.append(&mut other.ids);
        self.blocks.append(&mut other.blocks);
    }

    /// Joins the blocks. `place_of` gives the id of a record without one of its own.
    pub(super) fn join_blocks(&mut self, place_of: impl Fn(DocId) -> String) {
        let count: usize = self.blocks.iter().map(|(_, hashes)| hashes.0.len()).sum();
        self.ids.reserve_exact(count);

        for (first, hashes) in std::mem::take(&mut self.blocks) {
            for (number, hash) in hashes.0.into_iter().enumerate() {
                let doc = DocId::new(first.index() + number);
                match hash {
                    IdHashes::REJECTED => {}
                    IdHashes::UNNAMED => self.add(doc, &place_of(doc)),
                    hash => self.ids.push((hash, doc)),
                }
            }
        }
    }

    /// Splits off the ids of the records before `boundary`. All blocks must be joined.
    pub(super) fn split_before(self, boundary: DocId) -> (Self, Self) {
        debug_assert!(self.blocks.is_empty(), "blocks are not joined");

        let (before, after) = self.ids.into_iter().partition(|(_, doc)| *doc < boundary);
        (Self { ids: before, ..Self::default() }, Self { ids: after, ..Self::default() })
    }

    /// Numbers the records that repeat an id. `id_of` reads a record's id; `None` for a record that cannot be read.
    pub(super) fn resolve<'a>(mut self, id_of: impl Fn(DocId) -> Option<Cow<'a, str>>) -> RepeatedIds {
        // By hash, then by record, so that the first record of a group is the first in the input.
        self.ids.sort_unstable();
        let mut repeats = self.repeats(&id_of);
        // Numbers are given in input order.
        repeats.sort_unstable_by_key(|repeat| repeat.0);

        let mut taken = BTreeSet::new();
        let mut last = BTreeMap::<DocId, u32>::new();
        let mut names = RepeatedIds { repeats: Vec::with_capacity(repeats.len()) };
        for (doc, first) in repeats {
            let Some(id) = id_of(doc) else { continue };

            // Numbers up to the last one given for this id stay taken.
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
            // Different ids may have one hash, so the ids themselves are compared.
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
        // Sorted by hash in `resolve`.
        let start = self.ids.partition_point(|entry| entry.0 < hash);
        let mut group = self.ids.iter().skip(start).take_while(|entry| entry.0 == hash);
        group.any(|&(_, doc)| id_of(doc).is_some_and(|other| other == id))
    }
}

fn numbered(id: &str, number: u32) -> String {
    format!("{id}~{number}")
}

/// The records whose id an earlier record has, and the numbers that distinguish them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepeatedIds {
    /// Sorted by record.
    repeats: Vec<RepeatedId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RepeatedId {
    doc: DocId,
    /// The first record with this id.
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

    /// Adds the names of later records.
    pub(super) fn append(&mut self, mut later: Self) {
        self.repeats.append(&mut later.repeats);
    }

    /// The names of all but the first `references` records.
    pub(super) fn without(mut self, references: usize) -> Self {
        self.repeats.retain(|repeat| repeat.doc.index() >= references);
        self
    }

    /// How many records repeat an earlier record's id.
    #[must_use]
    pub fn repeated(&self) -> usize {
        self.repeats.len()
    }

    /// Each record that repeats an id, with the first record that has it; in input order.
    pub(super) fn repeats(&self) -> Vec<(DocId, DocId)> {
        self.repeats.iter().map(|repeat| (repeat.doc, repeat.first)).collect()
    }
}
