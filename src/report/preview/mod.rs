//! A preview of a cleaning: what would go at several thresholds, what looks wrong, and the pairs on the border.
//!
//! A corpus is clustered and its cleaning planned once for each threshold, by the code of a run, so the counts are those of
//! a run at that threshold. The input is read once, when the corpus is made.
//!
//! With a sample (`sample`) the first pass and the search for candidates still go over all texts, once; what is verified is a
//! sample of the components of candidates, the largest always among them (`sample`). Each removal counts as the reciprocal of
//! the chance of its component. What a full run would take follows from what was counted and timed over all texts, and from
//! the verification of the sample (`cost`).

use std::collections::BTreeMap;

use serde::Serialize;

use super::clean::{AlarmInput, Cleaning, InputRecords};
use super::record_sources::RecordSources;
use super::shown_units::ShownUnits;
use crate::cluster::Member;
use crate::document::{DocId, UnitId};
use crate::error::{Error, Remedy, Result};
use crate::input::Corpus;
use crate::page::UnitLevel;
use crate::pipeline::{Clustering, Options, Pipeline, Progress, RunAlarm, SampleRequest, Summary};
use crate::similarity::{Relation, Score};

mod cost;
mod estimate;
mod sample;
mod text;

pub use cost::RunCost;
pub use text::preview as write_preview;

use estimate::{RemovalCounter, SourceTotals};
use sample::CorpusSample;

/// What a preview looks at.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PreviewOptions {
    /// The thresholds. That of the run is added.
    pub thresholds: Vec<f64>,
    /// The relations of what would be removed.
    pub remove: Vec<Relation>,
    /// About the share of the texts with candidates that is verified, in (0, 1]; `None` for all. More are verified where it would
    /// tell too little: all of up to 5,000, and all large components. Only of whole documents, and without references.
    pub sample: Option<f64>,
}

impl Default for PreviewOptions {
    fn default() -> Self {
        Self { thresholds: vec![0.5, 0.6, 0.7, 0.8, 0.9], remove: vec![Relation::Exact, Relation::Near], sample: None }
    }
}

/// Most pairs on the border that are shown.
pub const BORDERLINE_PAIRS: usize = 20;

/// What a preview found, apart from texts.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewCounts {
    /// The records.
    pub records: PreviewRecords,
    /// The sample; `None` if all texts were verified, and all counts are exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleCounts>,
    /// The threshold of the run: the alarms, the border and the cost are those of this one.
    pub threshold: f64,
    /// What would go, by threshold, ascending.
    pub thresholds: Vec<ThresholdCounts>,
    /// Signs that the run would remove more than copies.
    pub alarms: Vec<RunAlarm>,
    /// What the run over all texts would take, as far as the sample tells; `None` without a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<RunCost>,
}

/// The records of the input: `read` = `readable` + rejected ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PreviewRecords {
    /// Number of records.
    pub read: u64,
    /// Number of records that can be read.
    pub readable: u64,
}

/// The sample of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SampleCounts {
    /// The share of the texts that was asked for.
    pub share: f64,
    /// Number of sampled records: with their candidates they were verified.
    pub records: u64,
    /// About how many records have candidates, or equal ones; no other record can be removed.
    pub of: u64,
}

/// What would go at a threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThresholdCounts {
    /// The threshold.
    pub threshold: f64,
    /// Number of records that would stay, edited ones included.
    pub kept: u64,
    /// Number of records that would lose spans.
    pub edited: u64,
    /// Number of records that would be removed, by relation to their keeper.
    pub removed: BTreeMap<&'static str, u64>,
    /// Standard error of the number of all removed records; only of samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<u64>,
    /// The sources that would lose records: those that lose most first, then by name. At most 1,000.
    pub sources: Vec<SourceLoss>,
}

impl ThresholdCounts {
    /// Number of all removed records.
    #[must_use]
    pub fn all_removed(&self) -> u64 {
        self.removed.values().sum()
    }
}

/// What a source would lose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLoss {
    /// Its name; empty for records without one.
    pub source: String,
    /// Number of its records that can be read.
    pub records: u64,
    /// Number of them that would be removed, by relation to their keeper.
    pub removed: BTreeMap<&'static str, u64>,
}

/// A preview with what is needed to show its pairs.
pub struct RunPreview<'c> {
    /// The counts.
    pub counts: PreviewCounts,
    full: &'c Corpus,
    /// What was clustered instead, with the place of each of its records in the full corpus.
    sampled: Option<(Corpus, Vec<DocId>)>,
    /// The run at the lowest threshold.
    pub(super) lowest: Clustering,
    pub(super) sources: RecordSources,
    /// The options of the run at the lowest threshold.
    pub(super) options: Options,
    pub(super) pairs: Vec<BorderlinePair>,
}

/// A member of a cluster of the lowest threshold, with its keeper.
#[derive(Debug, Clone, Copy)]
pub(super) struct BorderlinePair {
    pub(super) keeper: UnitId,
    pub(super) member: Member,
}

impl BorderlinePair {
    /// How far its Jaccard is from `threshold`.
    fn distance(&self, threshold: f64) -> f64 {
        (self.member.score.jaccard - threshold).abs()
    }
}

impl RunPreview<'_> {
    /// The corpus that was clustered.
    pub(super) fn corpus(&self) -> &Corpus {
        self.sampled.as_ref().map_or(self.full, |(corpus, _)| corpus)
    }

    /// The corpus that a sample was taken of, with the place of each sampled record; `None` without a sample.
    pub(super) fn whole(&self) -> Option<(&Corpus, &[DocId])> {
        self.sampled.as_ref().map(|(_, documents)| (self.full, &documents[..]))
    }
}

/// Shows what a run over `corpus` with `options` would remove, at several thresholds. `corpus` must be read with the fields that
/// `options` ask for, and with those that name sources. Takes the time of a run for each threshold; with a sample, that of a first
/// pass and of the sample at each threshold.
///
/// # Errors
///
/// As [`Pipeline::clusters`] and [`Cleaning::plan`]; a threshold or the sample is out of its range.
pub fn preview<'c>(
    corpus: &'c Corpus,
    options: &Options,
    preview: &PreviewOptions,
    progress: &dyn Progress,
) -> Result<RunPreview<'c>> {
    // As in a cleaning: contained texts join the clusters if they are removed.
    let mut options = options.clone();
    options.contained_copies |= preview.remove.contains(&Relation::Contained);
    let options = &options;

    // A threshold that is no number would be equal to none below.
    Pipeline::new(options.clone())?;
    let thresholds = thresholds(options, preview);
    let at = |threshold: f64| {
        let mut at = options.clone();
        at.threshold = threshold;
        at.note_sources = true;
        Pipeline::new(at)
    };
    let sample = match (preview.sample, thresholds.first()) {
        (Some(share), Some(least)) => {
            let request = checked_request(share, corpus, options)?;
            Some(CorpusSample::take(corpus, &at(*least)?, request, progress)?)
        }
        _ => None,
    };
    let looked_at = sample.as_ref().map_or(corpus, |sample| &sample.corpus);

    let mut made = PreviewMaker { whole: corpus, corpus: looked_at, sample: sample.as_ref(), preview, sources: None };
    let (mut counts, mut lowest, mut of_run) = (Vec::new(), None, None);
    for threshold in thresholds {
        let pipeline = at(threshold)?;
        let found = match &sample {
            Some(sample) => pipeline.clusters_of_sample(looked_at, &sample.known, progress)?,
            None => pipeline.clusters(looked_at, progress)?,
        };

        let is_of_run = threshold == options.threshold;
        let (of_threshold, alarms) = made.count(&found, pipeline.options(), is_of_run)?;
        if is_of_run {
            of_run = Some((alarms, found.summary.clone(), pipeline.banding()));
        }
        counts.push(of_threshold);
        if lowest.is_none() {
            lowest = Some((found, pipeline));
        }
    }

    let (Some((lowest, lowest_pipeline)), Some((alarms, summary, banding)), Some((sources, _))) =
        (lowest, of_run, made.sources)
    else {
        return Err(Error::internal("the threshold of the run is not among those of its preview"));
    };
    let records = records(corpus, &summary, sample.as_ref());
    let counts = PreviewCounts {
        records,
        sample: sample.as_ref().zip(preview.sample).map(|(sample, share)| sample.counts(share)),
        threshold: options.threshold,
        thresholds: counts,
        alarms,
        expected: sample.as_ref().map(|sample| {
            let bands = [lowest_pipeline.banding().bands(), banding.bands()];
            RunCost::expected(corpus, &sample.work, [&lowest.summary, &summary], bands, options)
        }),
    };
    let pairs = borderline(&lowest, options.threshold);
    let sampled = sample.map(|sample| (sample.corpus, sample.documents));
    Ok(RunPreview { counts, full: corpus, sampled, lowest, sources, options: lowest_pipeline.options().clone(), pairs })
}

/// The thresholds, with that of the run, ascending.
fn thresholds(options: &Options, preview: &PreviewOptions) -> Vec<f64> {
    let mut all = preview.thresholds.clone();
    all.push(options.threshold);
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

fn checked_request(share: f64, corpus: &Corpus, options: &Options) -> Result<SampleRequest> {
    if !(share > 0.0 && share <= 1.0) {
        return Err(Error::parameter("sample", share, "a share above 0 and at most 1, such as 0.01"));
    }
    if options.unit != UnitLevel::Document {
        return Err(Error::parameter("sample", share, "left out here: only whole documents are sampled")
            .with_remedy(Remedy::Set { purpose: "look at a sample", settings: &[("unit", "document")] }));
    }
    if corpus.references() > 0 {
        return Err(Error::parameter("sample", share, "left out beside references, which are not sampled"));
    }
    Ok(SampleRequest { share, joins_contained: options.contained_copies })
}

/// References are records of the corpus too, but none of the input.
fn records(corpus: &Corpus, summary: &Summary, sample: Option<&CorpusSample>) -> PreviewRecords {
    let read = (corpus.len() - corpus.references()) as u64;
    let rejected: u64 = summary.records.rejected.values().sum();
    PreviewRecords { read, readable: sample.map_or(read - rejected, |sample| sample.totals.all) }
}

/// Counts what would go at each threshold.
struct PreviewMaker<'a> {
    whole: &'a Corpus,
    /// What is clustered: the whole, or a sample of it.
    corpus: &'a Corpus,
    sample: Option<&'a CorpusSample>,
    preview: &'a PreviewOptions,
    /// The sources of the records, and how many each has. Read once, after the first run.
    sources: Option<(RecordSources, SourceTotals)>,
}

impl PreviewMaker<'_> {
    fn read_sources(&self, found: &Clustering, options: &Options) -> Result<(RecordSources, SourceTotals)> {
        if let Some(sample) = self.sample {
            return Ok((sample.sources.clone(), sample.totals.clone()));
        }
        let sources = RecordSources::read(found, self.corpus, options)?;
        let totals = SourceTotals::of(&found.languages, self.corpus, &sources);
        Ok((sources, totals))
    }

    /// What would go at one threshold, and the alarms if `with_alarms`.
    fn count(
        &mut self,
        found: &Clustering,
        options: &Options,
        with_alarms: bool,
    ) -> Result<(ThresholdCounts, Vec<RunAlarm>)> {
        let known = match self.sources.take() {
            Some(known) => known,
            None => self.read_sources(found, options)?,
        };
        let (sources, totals) = &*self.sources.insert(known);

        let cleaning = Cleaning::plan(found, self.corpus, &self.preview.remove, options)?;
        let mut counter = RemovalCounter::new(self.sample, sources);
        for (removal, reason) in cleaning.removed_rows() {
            counter.add(reason, found.units.document(removal.unit));
        }
        let counts = counter.finish(options.threshold, cleaning.edited_records(), totals);

        let alarms = match (with_alarms, self.sample) {
            (false, _) => Vec::new(),
            (true, None) => cleaning.alarms(Some(sources))?,
            (true, Some(sample)) => {
                let lost = estimate::lost_sources(&counts, &counter);
                let records = InputRecords { corpus: self.whole, languages: &sample.languages };
                cleaning.alarms_of_sample(sources, AlarmInput { records, sources: &sample.whole_sources }, lost)?
            }
        };
        Ok((counts, alarms))
    }
}

/// The copies whose Jaccard is nearest to the threshold, half of them below it as far as there are so many, by their Jaccard.
/// Of each cluster one pair comes first, so that a large cluster does not take all places.
fn borderline(lowest: &Clustering, threshold: f64) -> Vec<BorderlinePair> {
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for cluster in &lowest.clusters {
        let pairs = cluster.members.iter().filter(|member| member.relation == Some(Relation::Near));
        let pairs = pairs.map(|member| BorderlinePair { keeper: cluster.keeper, member: *member });
        let (of_below, of_above) = pairs.partition(|pair| pair.member.score.jaccard < threshold);
        below.extend(ranked(of_below, threshold));
        above.extend(ranked(of_above, threshold));
    }

    let (below, above) = (nearest_first(below, threshold), nearest_first(above, threshold));
    let half = BORDERLINE_PAIRS / 2;
    let of_below = below.len().min(half.max(BORDERLINE_PAIRS.saturating_sub(above.len())));
    let mut chosen: Vec<BorderlinePair> = below.into_iter().take(of_below).collect();
    chosen.extend(above.into_iter().take(BORDERLINE_PAIRS - of_below));
    chosen.sort_by(|a, b| {
        let (a, b) = (&a.member, &b.member);
        a.score.jaccard.total_cmp(&b.score.jaccard).then(a.unit.cmp(&b.unit))
    });
    chosen
}

/// The pairs of one cluster with their rank by distance from the threshold.
fn ranked(mut pairs: Vec<BorderlinePair>, threshold: f64) -> impl Iterator<Item = (usize, BorderlinePair)> {
    pairs.sort_by(|a, b| {
        a.distance(threshold).total_cmp(&b.distance(threshold)).then(a.member.unit.cmp(&b.member.unit))
    });
    pairs.into_iter().take(BORDERLINE_PAIRS).enumerate()
}

/// The pairs of all clusters: the nearest of each, then the others, as many as can be shown.
fn nearest_first(mut pairs: Vec<(usize, BorderlinePair)>, threshold: f64) -> Vec<BorderlinePair> {
    pairs.sort_by(|(rank_a, a), (rank_b, b)| {
        // The first of all clusters, then the others.
        let by_rank = (*rank_a > 0).cmp(&(*rank_b > 0));
        by_rank.then(a.distance(threshold).total_cmp(&b.distance(threshold))).then(a.member.unit.cmp(&b.member.unit))
    });
    pairs.into_iter().take(BORDERLINE_PAIRS).map(|(_, pair)| pair).collect()
}

/// A pair on the border, as results show it.
#[derive(Debug, Serialize)]
pub(super) struct BorderlineRow {
    id_a: String,
    id_b: String,
    jaccard: f64,
    containment: f64,
    /// Whether the second text would be removed at the threshold of the run.
    removed: bool,
    source_a: String,
    source_b: String,
    text_a: String,
    text_b: String,
}

impl RunPreview<'_> {
    /// The pairs on the border, with their texts. Reads them again.
    fn rows(&self) -> std::io::Result<Vec<BorderlineRow>> {
        let shown = ShownUnits::new(self.corpus(), &self.lowest.units, &self.lowest.names);
        let source = |unit: UnitId| self.sources.name(self.sources.of(self.lowest.units.document(unit))).to_owned();
        let row = |pair: &BorderlinePair| {
            let (a, b, Score { jaccard, containment }) = (pair.keeper, pair.member.unit, pair.member.score);
            Ok(BorderlineRow {
                id_a: shown.id(a)?,
                id_b: shown.id(b)?,
                jaccard,
                containment,
                removed: jaccard >= self.counts.threshold,
                source_a: source(a),
                source_b: source(b),
                text_a: shown.preview(a)?,
                text_b: shown.preview(b)?,
            })
        };
        self.pairs.iter().map(row).collect()
    }
}
