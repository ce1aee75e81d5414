//! The summary of a run. It counts every record in exactly one place, and the counts add up.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::alarm::RunAlarm;
use super::component_sample::JoinedBytes;
use super::contamination_run::ContaminationCounts;
use super::known_copies::KnownCounts;
use super::options::Options;
use crate::document::{DateOrder, DocId};
use crate::lsh::Banding;
use crate::similarity::Relation;
use crate::similarity::facts::Facts;
use crate::story::StoryCounts;

/// The counts, warnings, parameters and times of a run. Serialized, it is the summary file.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The input records, references left out.
    pub records: RecordCounts,
    /// The references of the run, which no other field counts; `None` without references.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<ReferenceCounts>,
    /// The texts that are kept elsewhere, such as in an index; `None` without them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownCounts>,
    /// Number of units, boilerplate included.
    pub units: u64,
    /// Number of units that are not boilerplate and have no tokens. They are never clustered.
    pub empty_units: u64,
    /// Number of clusters.
    pub clusters: u64,
    /// Number of verified pairs, exact groups not expanded; only of `pairs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<u64>,
    /// Number of verified pairs that are similar enough for copies but are none, by reason. `clusters` and `dedup` count those of
    /// a keeper.
    pub variants: BTreeMap<&'static str, u64>,
    /// The search for contained units.
    pub containment: ContainmentCounts,
    /// Number of spans of boilerplate removed from kept records; only with [`Boilerplate::Strip`](crate::page::Boilerplate::Strip).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stripped_spans: Option<u64>,
    /// The test items that were looked for; only of runs that look for some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contaminated: Option<ContaminationCounts>,
    /// The account of the stories; only of runs that tell them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stories: Option<StoryCounts>,
    /// Number of passages found, or removed; only of runs over passages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passages: Option<u64>,
    /// Number of candidate pairs that a cap left unverified. A pair that is left in several buckets counts in each.
    pub lost_pairs: u64,
    /// Number of records whose id an earlier record has.
    pub repeated_ids: u64,
    /// Number of skipped files.
    pub skipped_files: u64,
    /// Number of skipped files by reason: [`SkipReason::name`](crate::input::SkipReason::name).
    pub skipped: BTreeMap<&'static str, u64>,
    /// Number of records whose text is not simply their bytes in UTF-8, by kind and name of the change.
    pub noted: BTreeMap<String, BTreeMap<String, u64>>,
    /// Number of records whose text does not tell its language, and that are folded with the language of their source, by
    /// language. Left out if there is none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub languages_of_sources: BTreeMap<&'static str, u64>,
    /// The records of [`noted`](Self::noted), ascending; [`Record::decoding`](crate::input::Record::decoding) gives the changes of each.
    #[serde(skip)]
    pub decoded: Vec<DocId>,
    /// Warnings, a sentence each.
    pub warnings: Vec<String>,
    /// Signs that the run removes more than copies; left out if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<RunAlarm>,
    /// The parameters that decide the result.
    pub parameters: RunParameters,
    /// What the run held at its largest, as far as it grows with the input.
    #[serde(skip)]
    pub(crate) held: HeldBytes,
    /// Time and bytes of each stage, in order.
    #[serde(serialize_with = "as_map")]
    pub stages: Vec<RunStage>,
    /// Bytes written to the directory for temporary files.
    pub spilled_bytes: u64,
    /// Largest resident memory of the process in bytes; 0 if the system does not give it.
    pub peak_rss_bytes: u64,
}

/// The input records: `kept + removed + rejected = read`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RecordCounts {
    /// Number of records in the input.
    pub read: u64,
    /// Number of kept records, edited ones included.
    pub kept: u64,
    /// Number of kept records from which spans were removed.
    pub edited: u64,
    /// Number of removed records by relation to their keeper.
    pub removed: BTreeMap<String, u64>,
    /// Number of removed records that have much more text than their keeper: 50 tokens and a tenth more.
    #[serde(skip_serializing_if = "is_zero")]
    pub longer: u64,
    /// Number of rejected records by reason.
    pub rejected: BTreeMap<String, u64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl RecordCounts {
    /// Takes one record back that was counted as rejected for `reason`.
    pub(super) fn reject_less(&mut self, reason: &str) {
        debug_assert!(self.rejected.contains_key(reason), "no record was rejected for {reason}");
        if let Some(count) = self.rejected.get_mut(reason) {
            *count -= 1;
        }

        // A reason without records is not listed.
        self.rejected.retain(|_, count| *count > 0);
    }
}

/// The references: records that the input is compared with, and that are never removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReferenceCounts {
    /// Number of records in the references.
    pub read: u64,
    /// Number of those that cannot be read.
    pub rejected: u64,
}

/// The search for contained units.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ContainmentCounts {
    /// Number of compared pairs.
    pub candidates: u64,
    /// Number of pairs of which one unit is inside the other, exact groups not expanded.
    pub pairs: u64,
    /// Number of units that were not searched for containers: all of their sampled shingles but at most two are in more than 50
    /// other units.
    pub unseen_units: u64,
}

/// The parameters of a run, with defaults and derived values resolved.
#[derive(Debug, Clone, Serialize)]
pub struct RunParameters {
    /// [`Options::unit`].
    pub unit: String,
    /// [`Options::profile`], with its version.
    pub profile: String,
    /// [`Options::language`].
    pub lang: String,
    /// [`Options::boilerplate`].
    pub boilerplate: String,
    /// [`Options::source_field`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_field: Option<String>,
    /// The digest of the learned rules; `None` without rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boilerplate_rules: Option<String>,
    /// [`Options::shingle`].
    pub shingle: String,
    /// [`Options::short`].
    pub short: bool,
    /// [`Options::threshold`].
    pub threshold: f64,
    /// [`Options::edited`], resolved.
    pub edited: bool,
    /// [`Options::containment`]; `null` for off.
    pub containment: Option<f64>,
    /// `off` if the facts guard ([`Options::facts`]) is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<&'static str>,
    /// [`Options::recall`].
    pub recall: f64,
    /// Number of hashes of a signature.
    pub num_hashes: usize,
    /// Number of bands of a signature.
    pub bands: usize,
    /// Number of rows of a band.
    pub rows: usize,
    /// The chance that a pair becomes a candidate, at Jaccard .3, .5 and the threshold.
    pub s_curve: Vec<(f64, f64)>,
    /// [`Options::seed`].
    pub seed: u64,
    /// [`Options::max_bucket`].
    pub max_bucket: usize,
    /// [`Options::keep`].
    pub keep: String,
    /// [`Options::lossless`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lossless: bool,
    /// `source` if only records of different sources are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub across: Option<&'static str>,
    /// [`Options::related`].
    pub related: bool,
    /// [`Options::title_field`].
    pub title_field: String,
    /// [`Options::date_field`].
    pub date_field: Option<String>,
    /// [`Options::date_order`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<&'static str>,
    /// [`Options::window`].
    pub window: Option<String>,
    /// [`PassageOptions::min_tokens`](super::PassageOptions::min_tokens); only of runs over passages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_tokens: Option<usize>,
    /// [`PassageOptions::max_gap`](super::PassageOptions::max_gap); only of runs that list passages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_gap: Option<usize>,
}

/// Bytes that a run holds and that grow with its input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct HeldBytes {
    /// The tables, which always stay in memory; without the sample of words, which has a bound.
    pub(crate) tables: u64,
    /// The band keys of all routes.
    pub(crate) keys: u64,
    /// The candidates of all routes.
    pub(crate) joined: JoinedBytes,
}

/// One stage of a run.
#[derive(Debug, Clone, Serialize)]
pub struct RunStage {
    /// Its name.
    #[serde(skip)]
    pub name: &'static str,
    /// Wall time in seconds.
    pub seconds: f64,
    /// Bytes that it processed; 0 for stages that do not count them.
    pub bytes: u64,
}

/// Serialises stages as a map by name.
fn as_map<S: Serializer>(stages: &[RunStage], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(stages.len()))?;
    for stage in stages {
        map.serialize_entry(stage.name, stage)?;
    }
    map.end()
}

impl Summary {
    /// A summary with the parameters of `options` and without counts.
    #[must_use]
    pub fn new(options: &Options, banding: Banding) -> Self {
        Self {
            records: RecordCounts::default(),
            references: None,
            known: None,
            units: 0,
            empty_units: 0,
            clusters: 0,
            pairs: None,
            variants: BTreeMap::new(),
            containment: ContainmentCounts::default(),
            stripped_spans: None,
            contaminated: None,
            stories: None,
            passages: None,
            lost_pairs: 0,
            repeated_ids: 0,
            skipped_files: 0,
            skipped: BTreeMap::new(),
            noted: BTreeMap::new(),
            languages_of_sources: BTreeMap::new(),
            decoded: Vec::new(),
            warnings: Vec::new(),
            alarms: Vec::new(),
            parameters: RunParameters::new(options, banding),
            held: HeldBytes::default(),
            stages: Vec::new(),
            spilled_bytes: 0,
            peak_rss_bytes: 0,
        }
    }

    /// Enters notes, each `KIND/NAME`, and the records that have them.
    pub(super) fn note(&mut self, noted: &BTreeMap<String, u64>, decoded: &[DocId]) {
        for (note, count) in noted {
            debug_assert!(note.contains('/'), "{note} has no kind");
            let (kind, name) = note.split_once('/').unwrap_or((note, ""));
            *self.noted.entry(kind.to_owned()).or_default().entry(name.to_owned()).or_default() += count;
        }
        self.decoded.extend_from_slice(decoded);
    }

    /// Counts the variants among `relations`.
    pub(super) fn count_variants(&mut self, relations: impl Iterator<Item = Relation>) {
        for reason in relations.filter_map(Relation::reason) {
            *self.variants.entry(reason.name()).or_default() += 1;
        }
    }

    /// Adds time and bytes to a stage. Stages are in the order in which they first ended.
    pub fn add_stage(&mut self, name: &'static str, seconds: f64, bytes: u64) {
        if let Some(stage) = self.stages.iter_mut().find(|stage| stage.name == name) {
            stage.seconds += seconds;
            stage.bytes += bytes;
        } else {
            self.stages.push(RunStage { name, seconds, bytes });
        }
    }
}

impl RunParameters {
    fn new(options: &Options, banding: Banding) -> Self {
        Self {
            unit: options.unit.to_string(),
            profile: options.profile.to_string(),
            lang: options.language.map_or_else(|| "auto".to_owned(), |language| language.to_string()),
            boilerplate: options.boilerplate.to_string(),
            source_field: options.source_field.clone(),
            boilerplate_rules: options.rules.as_ref().map(|rules| rules.digest()),
            shingle: options.shingle.to_string(),
            short: options.short,
            threshold: options.threshold,
            edited: options.takes_edited(),
            containment: options.containment,
            facts: (options.facts == Facts::Off).then_some("off"),
            recall: options.recall,
            num_hashes: banding.num_hashes(),
            bands: banding.bands(),
            rows: banding.rows(),
            s_curve: [0.3, 0.5, options.threshold].map(|j| (j, banding.probability(j))).to_vec(),
            seed: options.seed,
            max_bucket: options.max_bucket,
            keep: options.keep.to_string(),
            lossless: options.lossless,
            across: options.across_sources.then_some("source"),
            related: options.related,
            title_field: options.title_field.to_string(),
            date_field: options.date_field.clone(),
            date_order: options.date_order.map(DateOrder::name),
            window: options.window.map(|window| window.to_string()),
            min_tokens: None,
            max_gap: None,
        }
    }
}
