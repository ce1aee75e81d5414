//! Precision and recall of a list of pairs, from the labels of a sample.

use std::collections::BTreeMap;

use serde::Serialize;

use super::intervals::Interval;
use super::label_file::LabelFile;
use super::listed_pairs::ListedPairs;
use super::pair_label::PairLabel;
use super::strata::{ListedRelation, Stratum};

/// How many pairs have each label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LabelCounts {
    /// One text.
    pub copy: u64,
    /// A part of the other.
    pub part: u64,
    /// The same form with other facts.
    pub form: u64,
    /// Two texts.
    pub other: u64,
}

impl LabelCounts {
    fn add(&mut self, label: PairLabel) {
        *match label {
            PairLabel::Copy => &mut self.copy,
            PairLabel::Part => &mut self.part,
            PairLabel::Form => &mut self.form,
            PairLabel::Other => &mut self.other,
        } += 1;
    }

    /// Number of pairs with one of these labels.
    fn of(&self, mut is_counted: impl FnMut(PairLabel) -> bool) -> u64 {
        let counts = [self.copy, self.part, self.form, self.other];
        PairLabel::ALL.into_iter().zip(counts).filter(|(label, _)| is_counted(*label)).map(|(_, count)| count).sum()
    }

    /// Number of pairs with a label.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.of(|_| true)
    }
}

/// A stratum and its labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StratumEstimate {
    /// The relation of the pairs.
    pub relation: ListedRelation,
    /// The least score: containment for `contained`, else Jaccard.
    pub from: f64,
    /// The score that all stay below; 1 is in the last stratum.
    pub to: f64,
    /// Pairs in the list.
    pub pairs: u64,
    /// The labels of those that have one.
    pub labels: LabelCounts,
    /// The share of pairs whose relation is right ([`ListedRelation::is_right`]); `None` without labels.
    pub right: Option<Interval>,
}

/// A relation over all its strata that have labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RelationEstimate {
    /// The relation.
    pub relation: ListedRelation,
    /// Pairs in the list.
    pub pairs: u64,
    /// Pairs in strata without labels, which `right` says nothing of.
    pub unknown: u64,
    /// The share of pairs whose relation is right; `None` without labels.
    pub right: Option<Interval>,
}

/// What a threshold at or above that of the list would do with its copies: the pairs that are `exact`, and those that are
/// `near` and reach it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ThresholdEstimate {
    /// The threshold.
    pub threshold: f64,
    /// Pairs that would be copies.
    pub pairs: u64,
    /// The share of true copies among them; `None` without labels there.
    pub precision: Option<Interval>,
    /// The share of the true copies in the list that are among these pairs. True copies of all relations count.
    pub recall: Option<Interval>,
}

/// What labels tell of a list of pairs. All intervals have 95 % confidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairEstimate {
    /// Pairs in the list.
    pub pairs: u64,
    /// Pairs with a label.
    pub labelled: u64,
    /// Labels of pairs that are not in the list; they count for nothing.
    pub foreign: u64,
    /// The share of true copies among `exact` and `near`, which are removed by default; `None` without labels there.
    pub precision: Option<Interval>,
    /// By relation.
    pub relations: Vec<RelationEstimate>,
    /// By threshold, ascending.
    pub thresholds: Vec<ThresholdEstimate>,
    /// By stratum.
    pub strata: Vec<StratumEstimate>,
}

/// Estimates what the pairs of a list are, from the labels of a random sample of each stratum, as
/// [`sample`](super::sample) draws it. O(n log n) in the pairs.
///
/// The interval of a stratum is Wilson's with the finite population correction; strata are summed with their numbers of pairs
/// by the method of Zou and Donner. Strata without labels are left out, and counted.
///
/// Recall is relative to the list: copies that no run found are not in it, so the list should come from a lower threshold than
/// the one that is judged.
#[must_use]
pub fn estimate(list: &ListedPairs, labels: &LabelFile) -> PairEstimate {
    let mut counts: BTreeMap<Stratum, (u64, LabelCounts)> = BTreeMap::new();
    let mut used = 0;
    for pair in list.pairs() {
        let (pairs, labelled) = counts.entry(Stratum::of(pair)).or_default();
        *pairs += 1;
        if let Some(label) = labels.label(&pair.id_a, &pair.id_b) {
            labelled.add(label);
            used += 1;
        }
    }

    let strata: Vec<CountedStratum> =
        counts.into_iter().map(|(stratum, (pairs, labels))| CountedStratum { stratum, pairs, labels }).collect();
    let copies = |counted: &&CountedStratum| counted.stratum.relation().is_copy();

    PairEstimate {
        pairs: list.pairs().len() as u64,
        labelled: used,
        foreign: (labels.labels().len() as u64).saturating_sub(used),
        precision: right_share(strata.iter().filter(copies)),
        relations: by_relation(&strata),
        thresholds: by_threshold(&strata),
        strata: strata.iter().map(CountedStratum::estimate).collect(),
    }
}

/// The pairs and labels of a stratum.
struct CountedStratum {
    stratum: Stratum,
    pairs: u64,
    labels: LabelCounts,
}

impl CountedStratum {
    /// The number of pairs with one of the labels; `None` if no pair was labelled.
    fn number(&self, is_counted: impl FnMut(PairLabel) -> bool) -> Option<Interval> {
        let share = Interval::of_share(self.labels.of(is_counted), self.labels.all(), self.pairs)?;
        Some(share.scaled(self.pairs as f64))
    }

    /// The number of pairs whose relation is right.
    fn right(&self) -> Option<Interval> {
        self.number(|label| self.stratum.relation().is_right(label))
    }

    fn estimate(&self) -> StratumEstimate {
        let Self { stratum, pairs, labels } = *self;
        let right = Interval::of_share(labels.of(|label| stratum.relation().is_right(label)), labels.all(), pairs);
        StratumEstimate {
            relation: stratum.relation(),
            from: stratum.lowest(),
            to: stratum.highest(),
            pairs,
            labels,
            right,
        }
    }
}

/// The share of right pairs in those of the strata that have labels.
fn right_share<'s>(strata: impl Iterator<Item = &'s CountedStratum>) -> Option<Interval> {
    let (mut parts, mut pairs) = (Vec::new(), 0);
    for stratum in strata {
        if let Some(right) = stratum.right() {
            parts.push(right);
            pairs += stratum.pairs;
        }
    }

    let sum = Interval::sum(parts);
    (pairs > 0).then(|| {
        let share = sum.scaled(1.0 / pairs as f64);
        Interval { high: share.high.min(1.0), ..share }
    })
}

fn by_relation(strata: &[CountedStratum]) -> Vec<RelationEstimate> {
    // Strata are sorted by relation first.
    let of_one = strata.chunk_by(|a, b| a.stratum.relation() == b.stratum.relation());
    of_one
        .filter_map(|strata| {
            let unknown = strata.iter().filter(|stratum| stratum.labels.all() == 0);
            Some(RelationEstimate {
                relation: strata.first()?.stratum.relation(),
                pairs: strata.iter().map(|stratum| stratum.pairs).sum(),
                unknown: unknown.map(|stratum| stratum.pairs).sum(),
                right: right_share(strata.iter()),
            })
        })
        .collect()
}

/// The thresholds at which a stratum of `near` begins.
fn by_threshold(strata: &[CountedStratum]) -> Vec<ThresholdEstimate> {
    let near = strata.iter().filter(|counted| counted.stratum.relation() == ListedRelation::Near);
    let is_copy = |label| label == PairLabel::Copy;

    near.map(|lowest| {
        let threshold = lowest.stratum.lowest();
        let is_found = |counted: &CountedStratum| match counted.stratum.relation() {
            ListedRelation::Exact => true,
            ListedRelation::Near => counted.stratum >= lowest.stratum,
            _ => false,
        };
        let (found, missed): (Vec<&CountedStratum>, Vec<_>) = strata.iter().partition(|counted| is_found(counted));

        let copies =
            |strata: &[&CountedStratum]| Interval::sum(strata.iter().filter_map(|counted| counted.number(is_copy)));
        ThresholdEstimate {
            threshold,
            pairs: found.iter().map(|counted| counted.pairs).sum(),
            precision: right_share(found.iter().copied()),
            recall: Interval::ratio(copies(&found), copies(&missed)),
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sampling::sample;
    use super::super::{LabelFile, ListedPair};
    use super::*;

    fn pair(number: usize, relation: ListedRelation, score: f64) -> ListedPair {
        let [id_a, id_b] = ["a", "b"].map(|side| format!("{side}{number}"));
        ListedPair { id_a, id_b, relation, jaccard: score, containment: score }
    }

    /// 900 near pairs of three strata, of which 99, 90 and 60 % are copies, and 300 variants, of which 10 % are.
    fn list() -> (ListedPairs, Vec<PairLabel>) {
        let mut pairs = Vec::new();
        let mut truth = Vec::new();
        for (relation, score, copies) in [
            (ListedRelation::Near, 0.95, 99),
            (ListedRelation::Near, 0.85, 90),
            (ListedRelation::Near, 0.65, 60),
            (ListedRelation::Variant, 0.7, 10),
        ] {
            for number in 0..300 {
                pairs.push(pair(pairs.len(), relation, score));
                truth.push(if number % 100 < copies { PairLabel::Copy } else { PairLabel::Other });
            }
        }
        (ListedPairs::from(pairs), truth)
    }

    fn labelled(list: &ListedPairs, truth: &[PairLabel], places: impl IntoIterator<Item = usize>) -> PairEstimate {
        let directory = tempfile::tempdir().unwrap();
        let mut labels = LabelFile::open(directory.path().join("labels.tsv")).unwrap();
        for place in places {
            let pair = &list.pairs()[place];
            labels.put_for_tests(&pair.id_b, &pair.id_a, truth[place]);
        }
        estimate(list, &labels)
    }

    #[test]
    fn all_labels_give_the_truth() {
        let (list, truth) = list();
        let found = labelled(&list, &truth, 0..list.pairs().len());
        let precision = found.precision.unwrap();
        assert!((precision.estimate - 0.83).abs() < 1e-9 && (precision.high - precision.low).abs() < 1e-9);
        assert_eq!((found.pairs, found.labelled, found.foreign), (1_200, 1_200, 0));

        let at = |threshold: f64| found.thresholds.iter().find(|row| (row.threshold - threshold).abs() < 1e-9).unwrap();
        assert_eq!(found.thresholds.iter().map(|row| row.pairs).collect::<Vec<_>>(), [900, 600, 300]);
        assert!((at(0.8).precision.unwrap().estimate - 0.945).abs() < 1e-9);
        assert!((at(0.8).recall.unwrap().estimate - 567.0 / 777.0).abs() < 1e-9);
        assert!((at(0.6).recall.unwrap().estimate - 747.0 / 777.0).abs() < 1e-9);
    }

    #[test]
    fn intervals_cover_the_truth() {
        let (list, truth) = list();
        let covered = |seed: &u64| {
            let drawn = sample(list.pairs(), 160, *seed);
            let found = labelled(&list, &truth, drawn);
            let precision = found.precision.unwrap();
            let recall = found.thresholds[0].recall.unwrap();
            [(precision, 0.83), (recall, 747.0 / 777.0)].map(|(found, truth)| (found.low..=found.high).contains(&truth))
        };
        let found: Vec<[bool; 2]> = (0..200).map(|seed| covered(&seed)).collect();
        for measure in 0..2 {
            let covered = found.iter().filter(|covered| covered[measure]).count();
            assert!(covered >= 186, "{covered} of 200 intervals hold measure {measure}");
        }
    }

    #[test]
    fn strata_without_labels_are_left_out_and_counted() {
        let (list, truth) = list();
        let found = labelled(&list, &truth, 0..300);
        assert!((found.precision.unwrap().estimate - 0.99).abs() < 1e-9);
        let near = found.relations.iter().find(|row| row.relation == ListedRelation::Near).unwrap();
        assert_eq!((near.pairs, near.unknown), (900, 600));
        let variant = found.relations.iter().find(|row| row.relation == ListedRelation::Variant).unwrap();
        assert!(variant.right.is_none());
    }

    #[test]
    fn a_sample_is_even_over_strata_and_grows() {
        let (list, _) = list();
        let small = sample(list.pairs(), 40, 7);
        let large = sample(list.pairs(), 1_150, 7);
        assert_eq!(small, large[..40], "a larger sample begins with the smaller one");
        for stratum in 0..4 {
            let drawn = small.iter().filter(|place| (stratum * 300..(stratum + 1) * 300).contains(*place)).count();
            assert_eq!(drawn, 10);
        }
        assert_ne!(small, sample(list.pairs(), 40, 8), "another seed");
        assert_eq!(sample(list.pairs(), 5_000, 7).len(), 1_200);
    }

    #[test]
    fn a_sample_does_not_depend_on_the_order_of_the_list() {
        let (list, _) = list();
        let drawn = |pairs: &[ListedPair]| -> Vec<String> {
            sample(pairs, 100, 3).into_iter().map(|place| pairs[place].id_a.clone()).collect()
        };
        let reversed: Vec<ListedPair> = list.pairs().iter().rev().cloned().collect();
        assert_eq!(drawn(list.pairs()), drawn(&reversed));
    }

    #[test]
    fn bands_begin_at_tenths() {
        for (score, from) in [(0.6, 0.6), (0.599_999, 0.5), (0.7, 0.7), (1.0, 0.9), (0.0, 0.0)] {
            let stratum = Stratum::of(&pair(0, ListedRelation::Near, score));
            assert!((stratum.lowest() - from).abs() < 1e-9, "{score}: {}", stratum.lowest());
        }
    }
}
