//! Counts what would be removed; in a sample, estimates it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::sample::CorpusSample;
use super::{SourceLoss, ThresholdCounts};
use crate::document::DocId;
use crate::input::Corpus;
use crate::normalize::Language;
use crate::pipeline::{RunAlarm, SampledComponent};
use crate::report::record_sources::{RecordSources, SourceNumber};

/// Most sources of a threshold that are listed.
const MOST_SOURCES: usize = 1000;

/// Fewest records of a source that can be lost, and fewest removals in the sample that tell so.
const FEWEST_RECORDS: u64 = 20;
const FEWEST_REMOVALS: u64 = 10;

/// Most alarms about lost sources.
const MOST_LOST: usize = 20;

/// Number of records that can be read, of each source and of all.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceTotals {
    of_sources: BTreeMap<String, u64>,
    pub(super) all: u64,
}

impl SourceTotals {
    /// Those of a corpus with these `languages`, references left out.
    pub(super) fn of(languages: &[Option<Language>], corpus: &Corpus, sources: &RecordSources) -> Self {
        let mut totals = Self::default();
        for document in corpus.ids().skip(corpus.references()) {
            if languages.get(document.index()).is_some_and(Option::is_some) {
                totals.add(sources.name(sources.of(document)));
            }
        }
        totals
    }

    /// Counts a record.
    pub(super) fn add(&mut self, source: &str) {
        self.all += 1;
        match self.of_sources.get_mut(source) {
            Some(count) => *count += 1,
            None => drop(self.of_sources.insert(source.to_owned(), 1)),
        }
    }

    fn of_source(&self, source: &str) -> u64 {
        let records = self.of_sources.get(source).copied();
        debug_assert!(records.is_some(), "{source:?} loses records and has none");

        records.unwrap_or(0)
    }
}

/// Weighted counts of removals.
pub(super) struct RemovalCounter<'a> {
    /// `None` if all texts are looked at.
    sample: Option<&'a CorpusSample>,
    sources: &'a RecordSources,
    by_reason: BTreeMap<&'static str, f64>,
    by_source: BTreeMap<SourceNumber, BTreeMap<&'static str, f64>>,
    /// Removals of a source in the sample.
    removals: BTreeMap<SourceNumber, u64>,
    /// Removals from each sampled component; empty for all texts.
    of_components: Vec<u64>,
}

impl<'a> RemovalCounter<'a> {
    /// A counter of removals from `sample`, or from all texts.
    pub(super) fn new(sample: Option<&'a CorpusSample>, sources: &'a RecordSources) -> Self {
        Self {
            sample,
            sources,
            by_reason: BTreeMap::new(),
            by_source: BTreeMap::new(),
            removals: BTreeMap::new(),
            of_components: vec![0; sample.map_or(0, |sample| sample.components.len())],
        }
    }

    /// Counts a removed record.
    pub(super) fn add(&mut self, reason: &'static str, document: DocId) {
        let component = self.sample.and_then(|sample| sample.component(document));
        debug_assert_eq!(component.is_some(), self.sample.is_some(), "each sampled record has its component");
        let source = self.sources.of(document);

        let mut weight = 1.0;
        if let Some((place, component)) = component {
            weight = component.weight;
            self.of_components[place] += 1;
        }
        *self.by_reason.entry(reason).or_default() += weight;
        *self.by_source.entry(source).or_default().entry(reason).or_default() += weight;
        *self.removals.entry(source).or_default() += 1;
    }

    /// The standard error of the number of all removals; `None` if all texts are looked at.
    fn error(&self) -> Option<u64> {
        let components = &self.sample?.components;
        let each = || components.iter().zip(&self.of_components);
        let records: f64 = components.iter().map(|of| f64::from(of.records) * of.weight).sum();
        let removed: f64 = each().map(|(of, removed)| *removed as f64 * of.weight).sum();
        let ratio = if records > 0.0 { removed / records } else { 0.0 };

        // How much components stand for more or less than the mean of their records; those that are always there do not vary.
        let residual = |(of, removed): (&SampledComponent, &u64)| {
            let apart = (*removed as f64 - ratio * f64::from(of.records)) * of.weight;
            apart * apart * (1.0 - 1.0 / of.weight)
        };
        Some(each().map(residual).sum::<f64>().sqrt().round() as u64)
    }

    /// The counts at `threshold`, of records of `totals`. `edited` records lose spans: none of a sample of whole
    /// documents.
    pub(super) fn finish(&self, threshold: f64, edited: u64, totals: &SourceTotals) -> ThresholdCounts {
        let removed = rounded(&self.by_reason);
        let all: u64 = removed.values().sum();

        let mut sources: Vec<SourceLoss> = self
            .by_source
            .iter()
            .map(|(source, removed)| {
                let source = self.sources.name(*source).to_owned();
                SourceLoss { records: totals.of_source(&source), removed: rounded(removed), source }
            })
            .collect();
        sources.sort_by(|a, b| {
            let removed = |loss: &SourceLoss| Reverse(loss.removed.values().sum::<u64>());
            removed(a).cmp(&removed(b)).then_with(|| a.source.cmp(&b.source))
        });
        sources.truncate(MOST_SOURCES);

        ThresholdCounts {
            threshold,
            // An estimate can be larger than the input.
            kept: totals.all.saturating_sub(all),
            edited,
            removed,
            error: self.error(),
            sources,
        }
    }

    /// Removals of a source in the sample.
    fn removals_of(&self, source: &str) -> u64 {
        let of_name = self.removals.iter().filter(|(number, _)| self.sources.name(**number) == source);
        of_name.map(|(_, count)| count).sum()
    }
}

fn rounded(counts: &BTreeMap<&'static str, f64>) -> BTreeMap<&'static str, u64> {
    counts.iter().map(|(reason, count)| (*reason, count.round() as u64)).collect()
}

/// The sources that would lose more than half of their records, as far as a sample tells.
pub(super) fn lost_sources(counts: &ThresholdCounts, counter: &RemovalCounter<'_>) -> Vec<RunAlarm> {
    let lost = counts.sources.iter().filter_map(|loss| {
        let removed: u64 = loss.removed.values().sum::<u64>().min(loss.records);
        let is_told = !loss.source.is_empty()
            && loss.records >= FEWEST_RECORDS
            && removed * 2 > loss.records
            && counter.removals_of(&loss.source) >= FEWEST_REMOVALS;
        is_told.then(|| RunAlarm::LostSource { source: loss.source.clone(), removed, records: loss.records })
    });
    lost.take(MOST_LOST).collect()
}
