//! Marks records instead of removing them: a new field tells how often the text of a record occurs in the corpus.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::added_fields::{AddedFields, AddedValues};
use super::convert::{ConvertedRecord, RecordConverter};
use super::destination::CleanDestination;
use super::form::CleanForm;
use super::joined_pieces::JoinedPieces;
use super::joining::check_joined;
use super::json_writer::JsonWriter;
use super::wide;
use crate::cluster::{Cluster, Member};
use crate::document::DocId;
use crate::error::{Error, Result};
#[cfg(feature = "parquet")]
use crate::input::{self, RowFate};
use crate::input::{AddedKind, Compression, Corpus, InputFile};
use crate::pipeline::Clustering;
use crate::report::output::Outputs;
use crate::report::shown_units::ShownUnits;
use crate::similarity::{Relation, VariantReason};

/// The marks for the records of a corpus, not written yet.
pub struct MarkPlan<'a> {
    corpus: &'a Corpus,
    found: &'a Clustering,
    added: AddedFields<'a>,
    /// For each record, its cluster and its place among the members. A record that is a copy or keeper in one cluster
    /// and attached in another has the place of the copy or keeper.
    places: Vec<Option<(u32, u32)>>,
    /// Number of sources of the clusters shown so far.
    sources: RefCell<BTreeMap<u32, usize>>,
}

/// The mark of one record.
#[derive(Debug, Serialize)]
struct RecordMark<'a> {
    /// Number as in the report of clusters; `null` for a record in no cluster.
    cluster: Option<usize>,
    /// Size of the cluster; 1 for a record in no cluster.
    size: usize,
    /// Number of distinct sources in the cluster, if something names sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<usize>,
    keeper: Option<String>,
    /// Position of the keeper if it is a reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    relation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<VariantReason>,
    jaccard: Option<f64>,
    containment: Option<f64>,
}

/// The values of a mark; a CSV column is named after the field and the value, as in `mukarrar_cluster`.
const COLUMNS: [(&str, AddedKind); 9] = [
    ("cluster", AddedKind::Whole),
    ("size", AddedKind::Whole),
    ("sources", AddedKind::Whole),
    ("keeper", AddedKind::Text),
    ("reference", AddedKind::Text),
    ("relation", AddedKind::Text),
    ("jaccard", AddedKind::Real),
    ("containment", AddedKind::Real),
    ("reason", AddedKind::Text),
];

impl AddedValues for RecordMark<'_> {
    fn cells(&self) -> Vec<String> {
        let number = |value: Option<usize>| value.map_or_else(String::new, |value| value.to_string());
        let score = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
        let text = |value: &Option<String>| value.as_ref().map_or_else(String::new, String::clone);

        [
            number(self.cluster),
            self.size.to_string(),
            number(self.sources),
            text(&self.keeper),
            text(&self.reference),
            self.relation.unwrap_or("").to_owned(),
            score(self.jaccard),
            score(self.containment),
            self.reason.map_or_else(String::new, |reason| reason.to_string()),
        ]
        .into()
    }
}

impl<'a> MarkPlan<'a> {
    /// Prepares marks in the field `field` for the records of `corpus`, from the clusters of whole documents in
    /// `found`. Takes O(records + members).
    #[must_use]
    pub fn new(found: &'a Clustering, corpus: &'a Corpus, field: &'a str) -> Self {
        let mut places: Vec<Option<(u32, u32)>> = vec![None; corpus.len()];

        // Attached members first: the second pass overwrites them with copies and keepers.
        for attached in [true, false] {
            for (number, cluster) in found.clusters.iter().enumerate() {
                for (place, member) in cluster.members.iter().enumerate() {
                    // A keeper without copies counts as attached: it may be attached to another keeper.
                    let is_attached = member.attached || (member.relation.is_none() && cluster.size() < 2);
                    if is_attached == attached {
                        let document = found.units.document(member.unit);
                        places[document.index()] = Some((number as u32, place as u32));
                    }
                }
            }
        }

        let added = AddedFields { corpus, field, columns: &COLUMNS, parameter: "mark", extends_tables: false };
        Self { corpus, found, added, places, sources: RefCell::default() }
    }

    /// Writes every readable record with its mark, into `outputs`, which the caller commits, or into `stream`.
    ///
    /// # Errors
    ///
    /// A file has no fields; a record has the field already; an output cannot be written; a record cannot be read
    /// again.
    pub fn write(
        &self,
        destination: &CleanDestination,
        outputs: &mut Outputs,
        stream: &mut dyn io::Write,
    ) -> Result<()> {
        let shown = ShownUnits::of(self.corpus, self.found);
        match destination {
            CleanDestination::Stream => {
                let path = Path::new("-");
                check_joined(path, self.corpus)?;
                self.added.check_files()?;
                self.joined(&shown, destination, stream, path)
            }
            CleanDestination::File(path) => {
                let decoded = !self.found.summary.decoded.is_empty();
                let form = CleanForm::of(path, self.corpus, decoded, &|document| self.is_readable(document))?;

                let mut output = outputs.create(path, destination.compression(Compression::None))?;
                if form == CleanForm::Copied {
                    self.added.check_files()?;
                    self.joined(&shown, destination, &mut output, path)?;
                } else {
                    self.converted(&form, &shown, JoinedPieces::new(&mut output, path))?;
                }
                outputs.finish(output)
            }
            CleanDestination::Directory(_) => {
                self.added.check_files()?;
                for file in self.corpus.cleaned_files().iter().filter(|file| !file.is_failed) {
                    self.file_of_its_own(file, &shown, destination, outputs)?;
                }
                Ok(())
            }
        }
    }

    /// Writes the marked records of one file below the directory `destination`.
    fn file_of_its_own(
        &self,
        file: &InputFile,
        shown: &ShownUnits<'_>,
        destination: &CleanDestination,
        outputs: &mut Outputs,
    ) -> Result<()> {
        let target = destination.target(&file.output_path());
        let mut values = file.layout.map(|layout| JsonWriter::new(destination.json_form(layout)));

        let mut output = outputs.create(&target, destination.compression(file.compression))?;
        wide::written(file, &mut output, &target, |joined| {
            self.added.head(file, joined)?;
            self.file(file, shown, joined, values.as_mut())?;
            values.take().map_or(Ok(()), |values| values.finish(joined))
        })?;
        outputs.finish(output)
    }

    /// Writes the marked records of all files: one header, or one array, for all of them.
    fn joined(
        &self,
        shown: &ShownUnits<'_>,
        destination: &CleanDestination,
        out: &mut dyn io::Write,
        target: &Path,
    ) -> Result<()> {
        let files = self.corpus.cleaned_files();
        let (mut has_header, mut values) = (false, None);

        let mut write = |joined: &mut JoinedPieces<'_>| {
            for file in files {
                if file.header.is_some() && !has_header {
                    self.added.head(file, joined)?;
                    has_header = true;
                }
                if let (Some(layout), None) = (file.layout, &values) {
                    values = Some(JsonWriter::new(destination.json_form(layout)));
                }
                self.file(file, shown, joined, values.as_mut().filter(|_| file.layout.is_some()))?;
            }
            values.take().map_or(Ok(()), |values| values.finish(joined))
        };

        match wide::encoded_like(files.iter(), destination) {
            Some(file) => wide::written(file, out, target, write),
            None => write(&mut JoinedPieces::new(out, target)),
        }
    }

    /// Writes the marked records of all files in another format.
    fn converted(&self, form: &CleanForm, shown: &ShownUnits<'_>, out: JoinedPieces<'_>) -> Result<()> {
        let names = form.columns();
        if let Some(file) = self.corpus.cleaned_files().first() {
            self.added.check_columns(file, names.iter().copied())?;
        }

        let mut converter = RecordConverter::begin(self.corpus, form, self.added.added_columns(), out)?;
        for file in self.corpus.cleaned_files() {
            let mut record = |document: DocId, record: ConvertedRecord<'_>| {
                let mark = self.mark(document, shown).map_err(|source| Error::io("read", &*file.path, source))?;
                let cells = if names.is_empty() { Vec::new() } else { mark.cells() };
                let marked = |object: Vec<u8>| self.added.object(file, document, &object, &mark);
                converter.record(record, marked, &cells)
            };

            #[cfg(feature = "parquet")]
            if file.is_table() {
                let document = |row: usize| DocId::new(file.records.start + row);
                let fate = |row: usize| {
                    if self.is_readable(document(row)) { RowFate::Stays } else { RowFate::Goes }
                };
                input::each_table_row(file, self.corpus.options(), &fate, &mut |row, object| {
                    record(document(row), ConvertedRecord::Row { file, object })
                })?;
                continue;
            }
            for document in file.records.clone().map(DocId::new).filter(|document| self.is_readable(*document)) {
                record(document, ConvertedRecord::Document { document, text: None })?;
            }
        }
        converter.end()
    }

    fn is_readable(&self, document: DocId) -> bool {
        self.found.rejects.binary_search(&document).is_err()
    }

    /// Writes the readable records of one file.
    fn file(
        &self,
        file: &InputFile,
        shown: &ShownUnits<'_>,
        out: &mut JoinedPieces<'_>,
        mut values: Option<&mut JsonWriter>,
    ) -> Result<()> {
        for document in file.records.clone().map(DocId::new).filter(|document| self.is_readable(*document)) {
            let raw = self.corpus.raw(document)?;
            let mark = self.mark(document, shown).map_err(|source| Error::io("read", &*file.path, source))?;

            let marked = self.added.extended(file, document, &raw, &mark)?;
            match &mut values {
                Some(values) => values.value(&marked, out)?,
                None => out.piece(&[&marked, self.corpus.line_end(document)])?,
            }
        }
        Ok(())
    }

    /// The mark of one record.
    fn mark(&self, document: DocId, shown: &ShownUnits<'_>) -> io::Result<RecordMark<'a>> {
        let Some((number, place)) = self.places[document.index()] else {
            let known = self.found.known_copy(document);
            return Ok(RecordMark {
                cluster: None,
                size: 1,
                sources: self.found.sources.are_named().then_some(1),
                keeper: known.map(|known| known.keeper.to_string()),
                reference: known.map(|known| known.place.to_string()),
                relation: known.map(|known| known.relation.name()),
                reason: None,
                jaccard: known.map(|known| known.score.jaccard),
                containment: known.map(|known| known.score.containment),
            });
        };

        let cluster: &Cluster = &self.found.clusters[number as usize];
        let member: &Member = &cluster.members[place as usize];
        debug_assert_eq!(self.found.units.document(member.unit), document);

        Ok(RecordMark {
            cluster: Some(number as usize),
            size: cluster.size(),
            sources: self.sources(number, cluster, shown)?,
            keeper: Some(shown.id(cluster.keeper)?),
            reference: shown.reference(cluster.keeper),
            relation: Some(member.relation.map_or("keeper", Relation::name)),
            reason: member.relation.and_then(Relation::reason),
            jaccard: Some(member.score.jaccard),
            containment: Some(member.score.containment),
        })
    }

    /// Number of sources of a cluster; its records are read again once.
    fn sources(&self, number: u32, cluster: &Cluster, shown: &ShownUnits<'_>) -> io::Result<Option<usize>> {
        if !self.found.sources.are_named() {
            return Ok(None);
        }
        if let Some(known) = self.sources.borrow().get(&number) {
            return Ok(Some(*known));
        }
        // A record whose source is unknown counts as one source.
        let count = shown.sources(cluster.copies())?.len().max(1);
        self.sources.borrow_mut().insert(number, count);
        Ok(Some(count))
    }
}
