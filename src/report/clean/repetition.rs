//! Rules on how often and where a text stands: they remove whole clusters, or keep several copies.

use crate::cluster::{Cluster, Removal};
use crate::document::{DocId, UnitId};
use crate::error::{Error, Remedy, Result};
use crate::input::Corpus;
use crate::page::UnitLevel;
use crate::pipeline::{Clustering, Options};
use crate::report::record_sources::{RecordSources, SourceNumber};
use crate::similarity::{Relation, Score};

/// Rules on repetition, applied in this order. The default has none of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RepetitionRules {
    /// Clusters of more units than this are removed as a whole, keepers too; at least 1. Attached members stay.
    pub max_size: Option<usize>,
    /// Records of a text in fewer sources than this are removed; at least 1. A record in no cluster stands in one source.
    /// Records without a source count as none, but every text has one at least.
    pub min_sources: Option<usize>,
    /// Of each cluster this many records of each source stay, the keeper first, then in input order; at least 1. Records
    /// without a source count as one source here. Without this rule only the keeper stays.
    pub keep_per_source: Option<usize>,
}

/// The rule that removed a unit, where no keeper stays for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RemovalRule {
    MaxSize,
    MinSources,
    Contaminated,
}

impl RemovalRule {
    /// The name in outputs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::MaxSize => "max_size",
            Self::MinSources => "min_sources",
            Self::Contaminated => "contaminated",
        }
    }
}

/// Why a rule removed a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RuleFinding {
    pub(super) rule: RemovalRule,
    /// The number of the cluster; `None` for a record in no cluster.
    pub(super) cluster: Option<usize>,
    pub(super) size: usize,
    /// Number of sources; only where the rule counts them.
    pub(super) sources: Option<usize>,
    /// What the rule was given.
    pub(super) limit: usize,
}

/// A unit that is removed.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlannedRemoval {
    /// The unit with its keeper; the keeper means nothing if a rule removed the unit.
    pub(super) removal: Removal,
    pub(super) rule: Option<RuleFinding>,
}

impl RepetitionRules {
    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a rule needs the sources of records.
    #[must_use]
    pub const fn needs_sources(&self) -> bool {
        self.min_sources.is_some() || self.keep_per_source.is_some()
    }

    /// Checks the rules for a run with `options`.
    ///
    /// # Errors
    ///
    /// A number is 0; a rule on records in a run over smaller units.
    pub fn validate(&self, options: &Options) -> Result<()> {
        let rules =
            [("max_size", self.max_size), ("min_sources", self.min_sources), ("keep_per_source", self.keep_per_source)];
        for (name, value) in rules {
            if value == Some(0) {
                return Err(Error::parameter(name, 0, "at least 1"));
            }
        }

        let of_records = rules.iter().skip(1).find(|(_, value)| value.is_some());
        match of_records {
            Some((name, Some(value))) if options.unit != UnitLevel::Document => {
                Err(of_documents(name, *value, options))
            }
            _ => Ok(()),
        }
    }
}

impl RepetitionRules {
    /// Checks that rules that count sources have some: without any, each text would stand in one.
    pub(super) fn check_sources(&self, sources: Option<&RecordSources>) -> Result<()> {
        let of_sources = [("min_sources", self.min_sources), ("keep_per_source", self.keep_per_source)];
        let given = of_sources.into_iter().find_map(|(name, value)| Some((name, value?)));
        let Some((name, value)) = given.filter(|_| !sources.is_some_and(RecordSources::are_named)) else {
            return Ok(());
        };

        let (expected, purpose) = ("left out, as no record has a source", "name the field that holds the source");
        Err(Error::parameter(name, value, expected).with_remedy(Remedy::Choose { purpose, parameter: "source_field" }))
    }
}

/// The error for `parameter` in a run over parts of records.
pub(super) fn of_documents(parameter: &'static str, value: impl ToString, options: &Options) -> Error {
    let expected = format!("it is about whole records, and the unit is {}", options.unit);
    let settings: &[_] = &[("unit", "document")];
    Error::parameter(parameter, value.to_string(), expected)
        .with_remedy(Remedy::Set { purpose: "compare whole records", settings })
}

/// Decides which units of the clusters in `found` are removed, in input order: copies whose relation is in `remove`, and what
/// the rules remove. `sources` are needed by rules that count them.
pub(super) fn planned(
    found: &Clustering,
    corpus: &Corpus,
    remove: &[Relation],
    rules: &RepetitionRules,
    sources: Option<&RecordSources>,
) -> Vec<PlannedRemoval> {
    let mut planned = Vec::new();
    // Records that count in a cluster, so that the others are known.
    let mut is_counted = vec![false; if rules.min_sources.is_some() { corpus.len() } else { 0 }];

    for (number, cluster) in found.clusters.iter().enumerate() {
        for unit in cluster.copies() {
            if let Some(counted) = is_counted.get_mut(found.units.document(unit).index()) {
                *counted = true;
            }
        }
        match refusal(found, number, cluster, rules, sources) {
            Some(finding) => planned.extend(whole_cluster(found, corpus, cluster, finding)),
            None => of_copies(found, cluster, remove, rules.keep_per_source.zip(sources), &mut planned),
        }
    }

    let alone = (0..is_counted.len()).filter(|place| !is_counted[*place]).map(DocId::new);
    planned.extend(alone.filter_map(|document| alone_in_a_source(found, corpus, document, rules)));
    planned.sort_unstable_by_key(|planned| planned.removal.unit);
    planned
}

/// Why a whole cluster is removed; `None` if it is not.
fn refusal(
    found: &Clustering,
    number: usize,
    cluster: &Cluster,
    rules: &RepetitionRules,
    sources: Option<&RecordSources>,
) -> Option<RuleFinding> {
    let (cluster_number, size) = (Some(number), cluster.size());
    if let Some(limit) = rules.max_size.filter(|limit| size > *limit) {
        let rule = RemovalRule::MaxSize;
        return Some(RuleFinding { rule, cluster: cluster_number, size, sources: None, limit });
    }

    let (limit, sources) = rules.min_sources.zip(sources)?;
    let count = sources.count(&found.units, cluster.copies());
    let rule = RemovalRule::MinSources;
    (count < limit).then_some(RuleFinding { rule, cluster: cluster_number, size, sources: Some(count), limit })
}

/// All counted members of a cluster but references.
fn whole_cluster<'a>(
    found: &'a Clustering,
    corpus: &'a Corpus,
    cluster: &'a Cluster,
    finding: RuleFinding,
) -> impl Iterator<Item = PlannedRemoval> + 'a {
    let is_input = |unit: &UnitId| found.units.document(*unit).index() >= corpus.references();
    cluster.copies().filter(is_input).map(move |unit| by_rule(unit, finding))
}

fn by_rule(unit: UnitId, finding: RuleFinding) -> PlannedRemoval {
    let removal = Removal { unit, keeper: unit, relation: Relation::Exact, score: Score::SAME };
    PlannedRemoval { removal, rule: Some(finding) }
}

/// The copies of a cluster that are removed for its keeper. `per_source` lets some of each source stay.
fn of_copies(
    found: &Clustering,
    cluster: &Cluster,
    remove: &[Relation],
    per_source: Option<(usize, &RecordSources)>,
    planned: &mut Vec<PlannedRemoval>,
) {
    // How many records of each source stay; the keeper is the first of its source.
    let mut staying: std::collections::BTreeMap<SourceNumber, usize> = std::collections::BTreeMap::new();
    if let Some((_, sources)) = per_source {
        staying.insert(sources.of(found.units.document(cluster.keeper)), 1);
    }

    for member in cluster.members.iter().filter(|member| !member.attached) {
        let Some(relation) = member.relation else { continue };
        if let Some((most, sources)) = per_source {
            let count = staying.entry(sources.of(found.units.document(member.unit))).or_default();
            if *count < most {
                *count += 1;
                continue;
            }
        }

        if remove.contains(&relation) {
            let removal = Removal { unit: member.unit, keeper: cluster.keeper, relation, score: member.score };
            planned.push(PlannedRemoval { removal, rule: None });
        }
    }
}

/// The removal of a record that is in no cluster, if it must stand in several sources.
fn alone_in_a_source(
    found: &Clustering,
    corpus: &Corpus,
    document: DocId,
    rules: &RepetitionRules,
) -> Option<PlannedRemoval> {
    let limit = rules.min_sources.filter(|limit| *limit > 1)?;
    let is_input = document.index() >= corpus.references() && found.rejects.binary_search(&document).is_err();
    // How many sources a text of an index has is not known.
    if !is_input || found.known_copy(document).is_some() {
        return None;
    }

    let rule = RemovalRule::MinSources;
    let finding = RuleFinding { rule, cluster: None, size: 1, sources: Some(1), limit };
    found.units.first_of(document).map(|unit| by_rule(unit, finding))
}
