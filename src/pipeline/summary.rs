//! The accounts of a run: every record in exactly one place, and the counts add up.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Options;
use crate::document::DocId;
use crate::lsh::Banding;
use crate::similarity::Relation;

/// The counts, times and parameters of a run. Serialized, it is the summary file.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Every input record, in exactly one account.
    pub records: RecordCounts,
    /// The references of the run, which no other account counts; only if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<ReferenceCounts>,
    /// Units that were compared or marked.
    pub units: u64,
    /// Units without a token: counted, never clustered.
    pub empty_units: u64,
    /// Clusters found.
    pub clusters: u64,
    /// Verified pairs found, exact groups not expanded; only of `pairs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<u64>,
    /// Verified pairs that are alike enough for a copy and are none, by reason; of `clusters` and `dedup` those of a keeper.
    pub variants: BTreeMap<&'static str, u64>,
    /// What looking for contained units came to.
    pub containment: ContainmentCounts,
    /// Spans of boilerplate taken out of kept records; only with [`Boilerplate::Strip`](crate::page::Boilerplate::Strip).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stripped_spans: Option<u64>,
    /// Passages found, or removed; only of runs over passages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passages: Option<u64>,
    /// Candidate pairs that a cap left unverified; one that was left in several buckets counts in each.
    pub lost_pairs: u64,
    /// Records whose id stood earlier in the input.
    pub repeated_ids: u64,
    /// Files passed over: hidden, `README*`, or of an unknown extension.
    pub skipped_files: u64,
    /// Records whose text is anything but their bytes in UTF-8: what was done, how, to how many.
    pub noted: BTreeMap<String, BTreeMap<String, u64>>,
    /// The places of those records, ascending; [`Record::decoding`](crate::input::Record::decoding) says more.
    #[serde(skip)]
    pub decoded: Vec<DocId>,
    /// What a user should know, a sentence each.
    pub warnings: Vec<String>,
    /// Everything that decided the outcome.
    pub parameters: RunParameters,
    /// Time and bytes of each stage, in order.
    #[serde(serialize_with = "as_map")]
    pub stages: Vec<RunStage>,
    /// Bytes written to the directory for temporary files.
    pub spilled_bytes: u64,
    /// Largest resident memory of the process in bytes; 0 where the system does not tell.
    pub peak_rss_bytes: u64,
}

/// Where the input records went: `kept + removed + rejected = read`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RecordCounts {
    /// Records in the input.
    pub read: u64,
    /// Records that stayed, edited ones included.
    pub kept: u64,
    /// Kept records that lost spans.
    pub edited: u64,
    /// Removed records by relation to their keeper.
    pub removed: BTreeMap<String, u64>,
    /// Rejected records by reason.
    pub rejected: BTreeMap<String, u64>,
}

impl RecordCounts {
    /// One record less was rejected for `reason`.
    pub(super) fn reject_less(&mut self, reason: &str) {
        if let Some(count) = self.rejected.get_mut(reason) {
            *count -= 1;
        }
        self.rejected.retain(|_, count| *count > 0);
    }
}

/// Records that others are compared with: they stay whatever is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReferenceCounts {
    /// Records in the references.
    pub read: u64,
    /// Those that cannot be read.
    pub rejected: u64,
}

/// What looking for contained units came to.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ContainmentCounts {
    /// Pairs that were compared.
    pub candidates: u64,
    /// Pairs of which one stands inside the other, exact groups not expanded.
    pub pairs: u64,
    /// Units of whose sampled shingles all but two at most stand in more than 50 others: what holds them was not looked for.
    pub unseen_units: u64,
}

/// The parameters of a run, resolved.
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
    /// The digest of the learned rules, if there are any.
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
    /// [`Options::recall`].
    pub recall: f64,
    /// Length of a signature.
    pub num_hashes: usize,
    /// Bands.
    pub bands: usize,
    /// Rows of a band.
    pub rows: usize,
    /// Chance of becoming a candidate at Jaccard .3, .5 and the threshold.
    pub s_curve: Vec<(f64, f64)>,
    /// [`Options::seed`].
    pub seed: u64,
    /// [`Options::max_bucket`].
    pub max_bucket: usize,
    /// [`Options::keep`].
    pub keep: String,
    /// [`Options::related`].
    pub related: bool,
    /// [`Options::date_field`].
    pub date_field: Option<String>,
    /// [`Options::window`].
    pub window: Option<String>,
    /// [`Options::min_tokens`], where passages were looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_tokens: Option<usize>,
    /// [`Options::max_gap`], where passages were listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_gap: Option<usize>,
}

/// One stage of a run.
#[derive(Debug, Clone, Serialize)]
pub struct RunStage {
    /// Its name.
    #[serde(skip)]
    pub name: &'static str,
    /// Wall time in seconds.
    pub seconds: f64,
    /// Bytes it went through.
    pub bytes: u64,
}

fn as_map<S: Serializer>(stages: &[RunStage], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(stages.len()))?;
    for stage in stages {
        map.serialize_entry(stage.name, stage)?;
    }
    map.end()
}

impl Summary {
    /// Empty accounts with the parameters of `options`.
    #[must_use]
    pub fn new(options: &Options, banding: Banding) -> Self {
        Self {
            records: RecordCounts::default(),
            references: None,
            units: 0,
            empty_units: 0,
            clusters: 0,
            pairs: None,
            variants: BTreeMap::new(),
            containment: ContainmentCounts::default(),
            stripped_spans: None,
            passages: None,
            lost_pairs: 0,
            repeated_ids: 0,
            skipped_files: 0,
            noted: BTreeMap::new(),
            decoded: Vec::new(),
            warnings: Vec::new(),
            parameters: RunParameters::new(options, banding),
            stages: Vec::new(),
            spilled_bytes: 0,
            peak_rss_bytes: 0,
        }
    }
}

impl Summary {
    /// Enters notes, `KIND/NAME` each, and the places of the records they are about.
    pub(super) fn note(&mut self, noted: &BTreeMap<String, u64>, decoded: &[DocId]) {
        for (note, count) in noted {
            let (kind, name) = note.split_once('/').unwrap_or((note, ""));
            *self.noted.entry(kind.to_owned()).or_default().entry(name.to_owned()).or_default() += count;
        }
        self.decoded.extend_from_slice(decoded);
    }

    /// Counts what is alike enough for a copy and is none.
    pub(super) fn count_variants(&mut self, relations: impl Iterator<Item = Relation>) {
        for reason in relations.filter_map(Relation::reason) {
            *self.variants.entry(reason.name()).or_default() += 1;
        }
    }

    /// Adds time and bytes to a stage; stages stand in the order in which they first ended.
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
            boilerplate_rules: options.rules.as_ref().map(|rules| rules.digest()),
            shingle: options.shingle.to_string(),
            short: options.short,
            threshold: options.threshold,
            edited: options.takes_edited(),
            containment: options.containment,
            recall: options.recall,
            num_hashes: banding.num_hashes(),
            bands: banding.bands(),
            rows: banding.rows(),
            s_curve: [0.3, 0.5, options.threshold].map(|j| (j, banding.probability(j))).to_vec(),
            seed: options.seed,
            max_bucket: options.max_bucket,
            keep: options.keep.to_string(),
            related: options.related,
            date_field: options.date_field.clone(),
            window: options.window.map(|window| window.to_string()),
            min_tokens: None,
            max_gap: None,
        }
    }
}
