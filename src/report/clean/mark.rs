//! Marking instead of removing: every record stays, and says in a field of its own how often its text stands in the corpus.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::Destination;
use super::write::Joined;
use crate::cluster::{Cluster, Member};
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Corpus, Format, InputFile};
use crate::pipeline::Clustering;
use crate::report::Shown;
use crate::report::output::Outputs;
use crate::similarity::Relation;

/// What is to be marked in a corpus; nothing is written yet.
pub struct Marking<'a> {
    corpus: &'a Corpus,
    found: &'a Clustering,
    /// The field that takes the mark.
    field: &'a str,
    /// The cluster of each record, and its place among the members; as a copy or keeper rather than beside one.
    places: Vec<Option<(u32, u32)>>,
}

/// The mark of one record.
#[derive(Debug, Serialize)]
struct Mark<'a> {
    /// As `clusters` numbers them; `null` for a record that stands in none.
    cluster: Option<usize>,
    /// Of the cluster; 1 for a record that stands in none.
    size: usize,
    keeper: Option<String>,
    /// Where the keeper stands, if that is a reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    relation: Option<&'a str>,
    jaccard: Option<f64>,
    containment: Option<f64>,
}

impl<'a> Marking<'a> {
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
        Self { corpus, found, field, places }
    }

    /// Writes every record that can be read with its mark: into `outputs`, to be committed by the caller, or into `stream`.
    ///
    /// # Errors
    ///
    /// A file has no fields; a record has the field already; something cannot be written or read again.
    pub fn write(&self, destination: &Destination, outputs: &mut Outputs, stream: &mut dyn io::Write) -> Result<()> {
        let shown = Shown::new(self.corpus, &self.found.units, &self.found.names);
        for file in self.corpus.cleaned_files() {
            if file.format != Format::JsonLines && !file.records.is_empty() {
                let what = format!("is {}, which has no fields for a mark", file.format);
                let remedy = "mark JSON Lines".to_owned();
                return Err(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into());
            }
        }
        let mut streamed = Joined::new(stream, Path::new("-"));
        for file in self.corpus.cleaned_files() {
            if *destination == Destination::Stream {
                self.file(file, &shown, &mut streamed)?;
            } else {
                let target = destination.target(&file.relative);
                let mut output = outputs.create(&target, destination.compression(file.compression))?;
                self.file(file, &shown, &mut Joined::new(&mut output, &target))?;
                outputs.finish(output)?;
            }
        }
        Ok(())
    }

    fn file(&self, file: &InputFile, shown: &Shown<'_>, out: &mut Joined<'_>) -> Result<()> {
        let readable = |document: &DocId| self.found.rejects.binary_search(document).is_err();
        for document in file.records.clone().map(DocId::new).filter(readable) {
            let raw = self.corpus.raw(document)?;
            let mark = self.mark(document, shown).map_err(|source| Error::io("read", &*file.path, source))?;
            let Some(marked) = inserted(&raw, self.field, &mark)? else {
                let what = format!("{} has a field {:?} already", self.corpus.source(document), self.field);
                let remedy = "name another with --mark=FIELD".to_owned();
                return Err(ErrorKind::Unreadable { path: file.path.to_path_buf(), what, remedy }.into());
            };
            out.piece(&[&marked, self.corpus.line_end(document)])?;
        }
        Ok(())
    }

    fn mark(&self, document: DocId, shown: &Shown<'_>) -> io::Result<Mark<'a>> {
        let Some((number, place)) = self.places[document.index()] else {
            let (keeper, reference, relation) = (None, None, None);
            return Ok(Mark { cluster: None, size: 1, keeper, reference, relation, jaccard: None, containment: None });
        };
        let cluster: &Cluster = &self.found.clusters[number as usize];
        let member: &Member = &cluster.members[place as usize];
        Ok(Mark {
            cluster: Some(number as usize),
            size: cluster.size(),
            keeper: Some(shown.id(cluster.keeper)?),
            reference: shown.reference(cluster.keeper),
            relation: Some(member.relation.map_or("keeper", Relation::name)),
            jaccard: Some(member.score.jaccard),
            containment: Some(member.score.containment),
        })
    }
}

/// The object in `raw` with one field more, as its last; `None` if it has the field.
fn inserted(raw: &[u8], field: &str, mark: &Mark<'_>) -> Result<Option<Vec<u8>>> {
    let refused = |source: serde_json::Error| Error::io("write", "-", source.into());
    // What was read as a record is an object; its last brace ends it.
    let object: std::collections::BTreeMap<String, serde::de::IgnoredAny> =
        serde_json::from_slice(raw).map_err(refused)?;
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
