//! The result of a run that clusters.

use super::known_copies::KnownCopy;
use super::page_cutter::PageCutter;
use super::run_tables::RunTables;
use super::summary::Summary;
use crate::cluster::{Cluster, Removal};
use crate::document::{Date, DocId, UnitId, Units};
use crate::input::{Corpus, RepeatedIds};
use crate::normalize::Language;
use crate::page::{SourceNumbers, SourceResolver};
use crate::parallel;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, Score};

/// A copy that a run without loss keeps: its keeper lacks a part of its text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldBackCopy {
    /// The copy.
    pub unit: UnitId,
    /// The keeper that has the most of it.
    pub keeper: UnitId,
    /// Its exact score against the keeper.
    pub score: Score,
    /// The shingles that the score was measured on.
    pub measure: ShingleKind,
}

/// The result of [`Pipeline::clusters`](crate::pipeline::Pipeline::clusters).
#[derive(Debug)]
pub struct Clustering {
    /// Every unit of the run.
    pub units: Units,
    /// Ids that occur more than once in the input, and how they are shown.
    pub names: RepeatedIds,
    /// Largest first, then by the keeper's place in the input.
    pub clusters: Vec<Cluster>,
    /// Copies of texts that are kept elsewhere, in input order. They are in no cluster; empty unless the run was given such texts.
    pub known: Vec<KnownCopy>,
    /// Copies that stay because their keeper lacks a part of them, in input order; only of runs without loss
    /// ([`Options::lossless`](super::Options::lossless)).
    pub held_back: Vec<HeldBackCopy>,
    /// Rejected records, ascending; [`Corpus::read`](crate::input::Corpus::read) gives the reason of each.
    pub rejects: Vec<DocId>,
    /// The publication date of each record; empty if the run read no dates.
    pub dates: Vec<Option<Date>>,
    /// The language that each record was folded with; `None` for rejected ones, and empty in runs over passages.
    pub(crate) languages: Vec<Option<Language>>,
    /// Names the source of a record.
    pub(crate) sources: SourceResolver,
    /// The source of each record by name, if the run noted them.
    pub(crate) noted: Option<SourceNumbers>,
    /// Cuts pages into the same units again.
    pub(crate) returning: PageCutter,
    /// The accounts of the run.
    pub summary: Summary,
    /// Number of threads that may write the result.
    pub(crate) threads: usize,
}

impl Clustering {
    /// The units and records of one part of an input, without clusters.
    pub(super) fn of_part(corpus: &Corpus, tables: RunTables, rejects: Vec<DocId>, summary: Summary) -> Self {
        let RunTables { units, dates, languages, .. } = tables;
        Self {
            units,
            names: RepeatedIds::default(),
            clusters: Vec::new(),
            known: Vec::new(),
            held_back: Vec::new(),
            rejects,
            dates,
            languages,
            sources: SourceResolver::default(),
            noted: None,
            returning: PageCutter::new(corpus, None, None),
            summary,
            threads: parallel::threads(),
        }
    }

    /// The text elsewhere that a record is a copy of; `None` if it is none.
    pub(crate) fn known_copy(&self, document: DocId) -> Option<&KnownCopy> {
        let place = self.known.binary_search_by_key(&document, |copy| copy.document).ok()?;
        self.known.get(place)
    }

    /// The copies whose relation is one of `remove`, in input order.
    #[must_use]
    pub fn removals(&self, remove: &[Relation]) -> Vec<Removal> {
        let mut removals = Vec::new();

        for cluster in &self.clusters {
            for member in cluster.members.iter().filter(|member| !member.attached) {
                let Some(relation) = member.relation.filter(|relation| remove.contains(relation)) else { continue };
                removals.push(Removal { unit: member.unit, keeper: cluster.keeper, relation, score: member.score });
            }
        }

        removals.sort_unstable_by_key(|removal| removal.unit);
        removals
    }
}
