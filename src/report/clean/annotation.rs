//! The fields that tell of a kept record how often, where and when its text stands in the corpus.

use std::io::{self, Write};

use serde::Serialize;

use super::added_fields::{AddedFields, AddedValues};
use super::plan::Cleaning;
use super::repetition;
use super::story_annotation::{STORY_COLUMNS, StoryAnnotation, StoryAnnotations};
use crate::cluster::Cluster;
use crate::document::{Date, DocId};
use crate::error::{Error, Result};
use crate::input::AddedKind;
use crate::page::UnitLevel;
use crate::pipeline::{Options, ToldStories};
use crate::report::json_rows::{write_json_array, write_json_lines};
use crate::report::record_sources::RecordSources;
use crate::report::shown_units::ShownUnits;
use crate::report::{ReportFormat, write_row};

/// The annotations of kept records: what each cluster tells, and the cluster of each record; with stories, the story of each.
pub(super) struct Annotation<'a> {
    pub(super) added: AddedFields<'a>,
    facts: ClusterFacts,
    stories: Option<StoryAnnotations<'a>>,
}

/// What clusters tell of their records.
struct ClusterFacts {
    clusters: Vec<ClusterFact>,
    /// The cluster in which each record counts, one more than its number; 0 for none.
    of_records: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct ClusterFact {
    size: usize,
    sources: Option<usize>,
    first_seen: Option<Date>,
    last_seen: Option<Date>,
    /// Number of its records that are kept.
    kept: u64,
}

/// The annotation of one record.
#[derive(Debug, Serialize)]
pub(super) struct RecordAnnotation {
    cluster: Option<usize>,
    size: usize,
    sources: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen: Option<Date>,
    keeper: Option<String>,
    weight: u64,
    #[serde(flatten)]
    story: Option<StoryAnnotation>,
}

const COLUMNS: [(&str, AddedKind); 7] = [
    ("cluster", AddedKind::Whole),
    ("size", AddedKind::Whole),
    ("sources", AddedKind::Whole),
    ("first_seen", AddedKind::Text),
    ("last_seen", AddedKind::Text),
    ("keeper", AddedKind::Text),
    ("weight", AddedKind::Whole),
];

/// The columns with those of stories.
const WITH_STORIES: [(&str, AddedKind); COLUMNS.len() + STORY_COLUMNS.len()] = {
    let mut all = [("", AddedKind::Text); COLUMNS.len() + STORY_COLUMNS.len()];
    let mut place = 0;
    while place < all.len() {
        all[place] = if place < COLUMNS.len() { COLUMNS[place] } else { STORY_COLUMNS[place - COLUMNS.len()] };
        place += 1;
    }
    all
};

/// How many times a text with `size` copies, itself included, should be in training data: 1, 2 and 3 times for as many copies;
/// 3 for 4; 5 from 5 copies on; 8 from 100 on; and once from 1,000 on, since text that repeats so often is mostly of low
/// quality. These are the weights with which FineWeb2 rehydrates its clusters (Penedo et al., "FineWeb2: One Pipeline to Scale
/// Them All", 2025, arXiv:2506.20920, and the page of the dataset).
#[must_use]
pub const fn rehydration_weight(size: usize) -> u64 {
    match size {
        0 | 1 => 1,
        2 => 2,
        3 | 4 => 3,
        5..=99 => 5,
        100..=999 => 8,
        _ => 1,
    }
}

impl AddedValues for RecordAnnotation {
    fn cells(&self) -> Vec<String> {
        let date = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
        let mut cells = vec![
            self.cluster.map_or_else(String::new, |cluster| cluster.to_string()),
            self.size.to_string(),
            self.sources.to_string(),
            date(self.first_seen),
            date(self.last_seen),
            self.keeper.clone().unwrap_or_default(),
            self.weight.to_string(),
        ];
        cells.extend(self.story.iter().flat_map(StoryAnnotation::cells));
        cells
    }
}

impl ClusterFacts {
    /// O(records + members).
    fn new(cleaning: &Cleaning<'_>, sources: Option<&RecordSources>) -> Self {
        let found = cleaning.found;
        let mut of_records = vec![0; cleaning.corpus.len()];
        let mut clusters = Vec::with_capacity(found.clusters.len());

        for (number, cluster) in found.clusters.iter().enumerate() {
            let documents = || cluster.copies().map(|unit| found.units.document(unit));
            let dates = || documents().filter_map(|document| found.dates.get(document.index()).copied().flatten());
            clusters.push(ClusterFact {
                size: cluster.size(),
                sources: sources.map(|sources| sources.count(&found.units, cluster.copies())),
                first_seen: dates().min(),
                last_seen: dates().max(),
                kept: documents().filter(|document| !cleaning.removed.contains(document)).count() as u64,
            });
            // A keeper of attached members alone has no copy.
            if cluster.size() > 1 {
                documents().for_each(|document| of_records[document.index()] = number as u32 + 1);
            }
        }
        Self { clusters, of_records }
    }

    fn number(&self, document: DocId) -> Option<usize> {
        self.of_records.get(document.index()).and_then(|number| number.checked_sub(1)).map(|number| number as usize)
    }

    fn fact(&self, document: DocId) -> Option<(usize, ClusterFact)> {
        let number = self.number(document)?;
        Some((number, *self.clusters.get(number)?))
    }
}

impl ClusterFact {
    /// The weight of each kept record: that of the text, shared by those that stay.
    fn weight(&self) -> u64 {
        (rehydration_weight(self.size) / self.kept.max(1)).max(1)
    }
}

impl<'a> Cleaning<'a> {
    /// The same plan, which adds the object `field` to every kept record, and in tables a column for each of its values, as in
    /// `FIELD_cluster`. With `stories`, the values tell the story of the record too; they change nothing else.
    ///
    /// # Errors
    ///
    /// The units of the run are not whole documents.
    pub fn annotated(
        mut self,
        field: &'a str,
        sources: &RecordSources,
        stories: Option<&'a ToldStories>,
    ) -> Result<Self> {
        Self::check_documents("annotate", self.options)?;
        let facts = ClusterFacts::new(&self, Some(sources));
        let corpus = self.corpus;
        let columns: &[_] = if stories.is_some() { &WITH_STORIES } else { &COLUMNS };
        let added = AddedFields { corpus, field, columns, parameter: "annotate", extends_tables: true };
        let stories = stories.map(StoryAnnotations::new);
        self.annotation = Some(Annotation { added, facts, stories });
        Ok(self)
    }

    /// Checks, before a run, that `parameter`, which is about whole records, fits `options`.
    ///
    /// # Errors
    ///
    /// The units of the run are not whole documents.
    pub fn check_documents(parameter: &'static str, options: &Options) -> Result<()> {
        match options.unit {
            UnitLevel::Document => Ok(()),
            _ => Err(repetition::of_documents(parameter, "given", options)),
        }
    }

    /// Writes the weight of every kept record in `format` (text means JSON Lines), in input order: `id`, `cluster`, `size` and
    /// `weight`, the [`rehydration_weight`] of the size. Kept records of one cluster share its weight; each has 1 at least.
    ///
    /// # Errors
    ///
    /// The writer fails; a record cannot be read again; the units of the run are not whole documents.
    pub fn write_weights(&self, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct WeightRow {
            id: String,
            cluster: Option<usize>,
            size: usize,
            weight: u64,
        }

        Self::check_documents("weights", self.options).map_err(io::Error::other)?;
        let facts = ClusterFacts::new(self, None);
        let shown = ShownUnits::new(self.corpus, &self.found.units, &self.found.names);
        let kept = self.corpus.ids().filter(|document| document.index() >= self.corpus.references());
        let rows = kept.filter(|document| self.stays(*document)).map(|document| -> io::Result<WeightRow> {
            let fact = facts.fact(document);
            Ok(WeightRow {
                id: shown.name(document)?.to_string(),
                cluster: fact.map(|(number, _)| number),
                size: fact.map_or(1, |(_, fact)| fact.size),
                weight: fact.map_or(1, |(_, fact)| fact.weight()),
            })
        });

        match format {
            ReportFormat::Json => write_json_array(out, rows),
            ReportFormat::Jsonl | ReportFormat::Text => write_json_lines(out, rows),
            ReportFormat::Tsv | ReportFormat::Csv => {
                write_row(format, &["id", "cluster", "size", "weight"], out)?;
                for row in rows {
                    let row = row?;
                    let cluster = row.cluster.map_or_else(String::new, |cluster| cluster.to_string());
                    write_row(format, &[&row.id, &cluster, &row.size.to_string(), &row.weight.to_string()], out)?;
                }
                Ok(())
            }
        }
    }
}

impl Annotation<'_> {
    /// The values of a record.
    pub(super) fn values(
        &self,
        cleaning: &Cleaning<'_>,
        document: DocId,
        shown: &ShownUnits<'_>,
    ) -> Result<RecordAnnotation> {
        let unread = |source| Error::io("read", "-", source);
        let story = self.stories.as_ref().map(|stories| stories.of(document, shown)).transpose().map_err(unread)?;
        let date = || cleaning.found.dates.get(document.index()).copied().flatten();
        let Some((number, fact)) = self.facts.fact(document) else {
            let (first_seen, last_seen) = (date(), date());
            let (cluster, keeper) = (None, None);
            return Ok(RecordAnnotation {
                cluster,
                size: 1,
                sources: 1,
                first_seen,
                last_seen,
                keeper,
                weight: 1,
                story,
            });
        };

        let keeper = cleaning.found.clusters.get(number).map(|cluster: &Cluster| cluster.keeper);
        let keeper = keeper.map(|keeper| shown.id(keeper)).transpose();
        Ok(RecordAnnotation {
            story,
            cluster: Some(number),
            size: fact.size,
            sources: fact.sources.unwrap_or(1),
            first_seen: fact.first_seen,
            last_seen: fact.last_seen,
            keeper: keeper.map_err(unread)?,
            weight: fact.weight(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_grow_with_the_size_and_fall_where_it_is_spam() {
        let weights = [1, 2, 3, 4, 5, 99, 100, 999, 1000, 1_000_000].map(rehydration_weight);
        assert_eq!(weights, [1, 2, 3, 3, 5, 5, 8, 8, 1, 1]);
    }
}
