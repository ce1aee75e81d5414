//! Marking instead of removing: every record stays, and says in a field of its own how often its text stands in the corpus.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::CleanDestination;
use super::write::JoinedPieces;
use crate::cluster::{Cluster, Member};
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Remedy, Result};
use crate::input::{Corpus, InputFile, InputFormat};
use crate::pipeline::Clustering;
use crate::report::ShownUnits;
use crate::report::output::Outputs;
use crate::similarity::{Relation, VariantReason};

/// What is to be marked in a corpus; nothing is written yet.
pub struct MarkPlan<'a> {
    corpus: &'a Corpus,
    found: &'a Clustering,
    /// The field that takes the mark.
    field: &'a str,
    /// The cluster of each record, and its place among the members; as a copy or keeper rather than beside one.
    places: Vec<Option<(u32, u32)>>,
    /// Sources of the clusters met so far.
    sources: RefCell<BTreeMap<u32, usize>>,
}

/// The mark of one record.
#[derive(Debug, Serialize)]
struct RecordMark<'a> {
    /// As `clusters` numbers them; `null` for a record that stands in none.
    cluster: Option<usize>,
    /// Of the cluster; 1 for a record that stands in none.
    size: usize,
    /// Distinct sources in the cluster, if something names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<usize>,
    keeper: Option<String>,
    /// Where the keeper stands, if that is a reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    relation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<VariantReason>,
    jaccard: Option<f64>,
    containment: Option<f64>,
}

/// What a mark holds, as columns of CSV are called behind the name of the field.
const COLUMNS: [&str; 9] =
    ["cluster", "size", "sources", "keeper", "reference", "relation", "jaccard", "containment", "reason"];

impl RecordMark<'_> {
    /// The values of [`COLUMNS`]; empty where there is none.
    fn columns(&self) -> [String; 9] {
        let number = |value: Option<usize>| value.map(|value| value.to_string()).unwrap_or_default();
        let score = |value: Option<f64>| value.map(|value| format!("{value:.6}")).unwrap_or_default();
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        [
            number(self.cluster),
            self.size.to_string(),
            number(self.sources),
            text(&self.keeper),
            text(&self.reference),
            self.relation.unwrap_or_default().to_owned(),
            score(self.jaccard),
            score(self.containment),
            self.reason.map_or_else(String::new, |reason| reason.to_string()),
        ]
    }
}

impl<'a> MarkPlan<'a> {
    /// Prepares to mark the records of `corpus` with what was `found` among whole documents, in a field of the name
    /// `field`. O(records + members).
    #[must_use]
    pub fn new(found: &'a Clustering, corpus: &'a Corpus, field: &'a str) -> Self {
        let mut places: Vec<Option<(u32, u32)>> = vec![None; corpus.len()];
        for attached in [true, false] {
            for (number, cluster) in found.clusters.iter().enumerate() {
                for (place, member) in cluster.members.iter().enumerate() {
                    // A keeper with nothing but what hangs on it may hang somewhere itself, and stands first.
                    let beside = member.attached || (member.relation.is_none() && cluster.size() < 2);
                    if beside == attached {
                        let document = found.units.document(member.unit);
                        places[document.index()] = Some((number as u32, place as u32));
                    }
                }
            }
        }
        Self { corpus, found, field, places, sources: RefCell::default() }
    }

    /// Writes every record that can be read with its mark: into `outputs`, to be committed by the caller, or into `stream`.
    ///
    /// # Errors
    ///
    /// A file has no fields; a record has the field already; something cannot be written or read again.
    pub fn write(
        &self,
        destination: &CleanDestination,
        outputs: &mut Outputs,
        stream: &mut dyn io::Write,
    ) -> Result<()> {
        let shown = ShownUnits::of(self.corpus, self.found);
        for file in self.corpus.cleaned_files() {
            let has_fields = matches!(file.format, InputFormat::JsonLines | InputFormat::Csv | InputFormat::Tsv);
            if !has_fields && !file.records.is_empty() {
                let what = format!("is {}, to which no mark can be added", file.format);
                let remedy = "mark JSON Lines, CSV or TSV".into();
                return Err(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into());
            }
            let taken = |name: &String| COLUMNS.iter().any(|column| *name == self.column(column));
            if let Some(name) = file.header.iter().flat_map(|header| &header.names).find(|name| taken(name)) {
                return Err(self.has_field(file, format!("has a column {name:?} already")));
            }
        }
        let mut headed = false;
        let mut streamed = JoinedPieces::new(stream, Path::new("-"));
        for file in self.corpus.cleaned_files() {
            if *destination == CleanDestination::Stream {
                if !std::mem::replace(&mut headed, true) {
                    self.head(file, &mut streamed)?;
                }
                self.file(file, &shown, &mut streamed)?;
            } else {
                let target = destination.target(&file.relative);
                let mut output = outputs.create(&target, destination.compression(file.compression))?;
                let mut joined = JoinedPieces::new(&mut output, &target);
                self.head(file, &mut joined)?;
                self.file(file, &shown, &mut joined)?;
                outputs.finish(output)?;
            }
        }
        Ok(())
    }

    /// The header of CSV with the columns of the mark.
    fn head(&self, file: &InputFile, out: &mut JoinedPieces<'_>) -> Result<()> {
        let Some(header) = &file.header else { return Ok(()) };
        let body = header.raw.trim_ascii_end();
        let names: String = COLUMNS
            .iter()
            .flat_map(|column| [char::from(header.delimiter).to_string(), header.encode(&self.column(column))])
            .collect();
        out.piece(&[body, names.as_bytes(), header.raw.get(body.len()..).unwrap_or_default()])
    }

    fn column(&self, name: &str) -> String {
        format!("{}_{name}", self.field)
    }

    fn has_field(&self, file: &InputFile, what: String) -> Error {
        let remedy = Remedy::Choose { purpose: "name another field", parameter: "mark" };
        ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into()
    }

    fn file(&self, file: &InputFile, shown: &ShownUnits<'_>, out: &mut JoinedPieces<'_>) -> Result<()> {
        let readable = |document: &DocId| self.found.rejects.binary_search(document).is_err();
        for document in file.records.clone().map(DocId::new).filter(readable) {
            let raw = self.corpus.raw(document)?;
            let mark = self.mark(document, shown).map_err(|source| Error::io("read", &*file.path, source))?;
            if let Some(header) = &file.header {
                let delimiter = char::from(header.delimiter).to_string();
                let values: String =
                    mark.columns().iter().flat_map(|value| [delimiter.clone(), header.encode(value)]).collect();
                out.piece(&[&raw, values.as_bytes(), self.corpus.line_end(document)])?;
                continue;
            }
            let Some(marked) = inserted(&raw, self.field, &mark)? else {
                let what = format!("{} has a field {:?} already", self.corpus.source(document), self.field);
                return Err(self.has_field(file, what));
            };
            out.piece(&[&marked, self.corpus.line_end(document)])?;
        }
        Ok(())
    }

    fn mark(&self, document: DocId, shown: &ShownUnits<'_>) -> io::Result<RecordMark<'a>> {
        let Some((number, place)) = self.places[document.index()] else {
            let (keeper, reference, relation) = (None, None, None);
            let sources = self.found.sources.are_named().then_some(1);
            return Ok(RecordMark {
                cluster: None,
                size: 1,
                sources,
                keeper,
                reference,
                relation,
                reason: None,
                jaccard: None,
                containment: None,
            });
        };
        let cluster: &Cluster = &self.found.clusters[number as usize];
        let member: &Member = &cluster.members[place as usize];
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
}

impl MarkPlan<'_> {
    /// How many sources a cluster has; its records are read again once.
    fn sources(&self, number: u32, cluster: &Cluster, shown: &ShownUnits<'_>) -> io::Result<Option<usize>> {
        if !self.found.sources.are_named() {
            return Ok(None);
        }
        if let Some(known) = self.sources.borrow().get(&number) {
            return Ok(Some(*known));
        }
        let count = shown.sources(cluster.copies())?.len().max(1);
        self.sources.borrow_mut().insert(number, count);
        Ok(Some(count))
    }
}

/// The object in `raw` with one field more, as its last; `None` if it has the field.
fn inserted(raw: &[u8], field: &str, mark: &RecordMark<'_>) -> Result<Option<Vec<u8>>> {
    let refused = |source: serde_json::Error| Error::io("write", "-", source.into());
    // What was read as a record is an object; its last brace ends it.
    let object: BTreeMap<String, serde::de::IgnoredAny> = serde_json::from_slice(raw).map_err(refused)?;
    let Some(end) = raw.iter().rposition(|byte| *byte == b'}').filter(|_| !object.contains_key(field)) else {
        return Ok(None);
    };
    let (body, rest) = raw.split_at(end);
    let body = body.trim_ascii_end();
    let mut out = body.to_vec();
    if !object.is_empty() {
        out.extend_from_slice(b", ");
    }
    serde_json::to_writer(&mut out, field).map_err(refused)?;
    out.extend_from_slice(b": ");
    serde_json::to_writer(&mut out, mark).map_err(refused)?;
    out.extend_from_slice(rest);
    Ok(Some(out))
}
