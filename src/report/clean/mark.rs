//! Marks records instead of removing them: a new field tells how often the text of a record occurs in the corpus.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::destination::CleanDestination;
use super::joined_pieces::JoinedPieces;
use super::json_writer::JsonWriter;
use super::wide;
use crate::cluster::{Cluster, Member};
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Remedy, Result};
use crate::input::{Corpus, InputFile, InputFormat, valid_json};
use crate::pipeline::Clustering;
use crate::report::output::Outputs;
use crate::report::shown_units::ShownUnits;
use crate::similarity::{Relation, VariantReason};

/// The marks for the records of a corpus, not written yet.
pub struct MarkPlan<'a> {
    corpus: &'a Corpus,
    found: &'a Clustering,
    /// Name of the new field.
    field: &'a str,
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
const COLUMNS: [&str; 9] =
    ["cluster", "size", "sources", "keeper", "reference", "relation", "jaccard", "containment", "reason"];

impl RecordMark<'_> {
    /// The values of [`COLUMNS`]; a missing value is empty.
    fn columns(&self) -> [String; 9] {
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

        Self { corpus, found, field, places, sources: RefCell::default() }
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
        self.check_files()?;

        let shown = ShownUnits::of(self.corpus, self.found);
        if *destination == CleanDestination::Stream {
            return self.stream(&shown, stream);
        }

        for file in self.corpus.cleaned_files() {
            let target = destination.target(&file.relative);
            let mut values = file.layout.map(|layout| JsonWriter::new(destination.json_form(layout)));
            let mut output = outputs.create(&target, destination.compression(file.compression))?;
            wide::written(file, &mut output, &target, |joined| {
                self.head(file, joined)?;
                self.file(file, &shown, joined, values.as_mut())?;
                values.take().map_or(Ok(()), |values| values.finish(joined))
            })?;
            outputs.finish(output)?;
        }

        Ok(())
    }

    /// Writes all files joined: one header, or one array, for the whole stream.
    fn stream(&self, shown: &ShownUnits<'_>, stream: &mut dyn io::Write) -> Result<()> {
        let (files, target) = (self.corpus.cleaned_files(), Path::new("-"));
        let mut values = None;
        let mut write = |streamed: &mut JoinedPieces<'_>| {
            for (number, file) in files.iter().enumerate() {
                if number == 0 {
                    self.head(file, streamed)?;
                }
                if let (Some(layout), None) = (file.layout, &values) {
                    values = Some(JsonWriter::new(CleanDestination::Stream.json_form(layout)));
                }
                self.file(file, shown, streamed, values.as_mut().filter(|_| file.layout.is_some()))?;
            }
            values.take().map_or(Ok(()), |values| values.finish(streamed))
        };

        match files.iter().find(|file| file.header.is_some()) {
            Some(file) => wide::written(file, stream, target, write),
            None => write(&mut JoinedPieces::new(stream, target)),
        }
    }

    /// Checks, before anything is written, that the files have fields and that no column has the name of a new one.
    fn check_files(&self) -> Result<()> {
        for file in self.corpus.cleaned_files() {
            let has_fields =
                matches!(file.format, InputFormat::JsonLines | InputFormat::Json | InputFormat::Csv | InputFormat::Tsv);
            if !has_fields && !file.records.is_empty() {
                let what = format!("is {}, to which no mark can be added", file.format);
                let remedy = "mark JSON, CSV or TSV".into();
                return Err(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into());
            }

            let is_taken = |name: &String| COLUMNS.iter().any(|column| *name == self.column(column));
            if let Some(name) = file.header.iter().flat_map(|header| &header.names).find(|name| is_taken(name)) {
                return Err(self.has_field(file, format!("has a column {name:?} already")));
            }
        }
        Ok(())
    }

    /// Writes the header of a CSV file with the columns of the mark.
    fn head(&self, file: &InputFile, out: &mut JoinedPieces<'_>) -> Result<()> {
        let Some(header) = &file.header else { return Ok(()) };

        // The line end of the header stays at its end.
        let (body, line_end) = header.raw.split_at(header.raw.trim_ascii_end().len());
        let names: String = COLUMNS
            .iter()
            .flat_map(|column| [header.delimiter().to_string(), header.encode(&self.column(column))])
            .collect();
        out.piece(&[body, names.as_bytes(), line_end])
    }

    fn column(&self, name: &str) -> String {
        format!("{}_{name}", self.field)
    }

    fn has_field(&self, file: &InputFile, what: String) -> Error {
        let remedy = Remedy::Choose { purpose: "name another field", parameter: "mark" };
        ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into()
    }

    /// Writes the readable records of one file.
    fn file(
        &self,
        file: &InputFile,
        shown: &ShownUnits<'_>,
        out: &mut JoinedPieces<'_>,
        mut values: Option<&mut JsonWriter>,
    ) -> Result<()> {
        let readable = |document: &DocId| self.found.rejects.binary_search(document).is_err();
        for document in file.records.clone().map(DocId::new).filter(readable) {
            let raw = self.corpus.raw(document)?;
            let mark = self.mark(document, shown).map_err(|source| Error::io("read", &*file.path, source))?;

            // A table: the values follow the last column.
            if let Some(header) = &file.header {
                let delimiter = header.delimiter().to_string();
                let values: String =
                    mark.columns().iter().flat_map(|value| [delimiter.clone(), header.encode(value)]).collect();
                out.piece(&[&raw, values.as_bytes(), self.corpus.line_end(document)])?;
                continue;
            }

            let Some(marked) = inserted(&raw, self.field, &mark)? else {
                let what = format!("{} has a field {:?} already", self.corpus.source(document), self.field);
                return Err(self.has_field(file, what));
            };
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
            return Ok(RecordMark {
                cluster: None,
                size: 1,
                sources: self.found.sources.are_named().then_some(1),
                keeper: None,
                reference: None,
                relation: None,
                reason: None,
                jaccard: None,
                containment: None,
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

/// The object in `raw` with the new field at its end; `None` if it has the field already.
fn inserted(raw: &[u8], field: &str, mark: &RecordMark<'_>) -> Result<Option<Vec<u8>>> {
    let refused = |source: serde_json::Error| Error::io("write", "-", source.into());
    // A record is an object, so its last brace ends it.
    let object: BTreeMap<String, serde::de::IgnoredAny> = serde_json::from_str(&valid_json(raw)).map_err(refused)?;
    let Some(end) = raw.iter().rposition(|byte| *byte == b'}').filter(|_| !object.contains_key(field)) else {
        return Ok(None);
    };

    // The bytes of the other fields do not change.
    let (body, rest) = raw.split_at(end);
    let body = body.trim_ascii_end();

    let mut out = body.to_vec();
    // An empty object has no field to separate from.
    if !object.is_empty() {
        out.extend_from_slice(b", ");
    }
    serde_json::to_writer(&mut out, field).map_err(refused)?;
    out.extend_from_slice(b": ");
    serde_json::to_writer(&mut out, mark).map_err(refused)?;
    out.extend_from_slice(rest);
    Ok(Some(out))
}
