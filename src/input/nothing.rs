//! The error of a run that read not one record: why there is none, and what to do about it.

use std::collections::BTreeMap;

use super::json::{self, JsonValue, ValueKind, texts};
use super::reject::RejectReason;
use super::slices::slice;
use super::{Corpus, InputFormat, SkipReason, frames, nearest};
use crate::document::DocId;
use crate::error::{ErrorKind, Remedy, Result};

/// Rejected records whose fields are looked at.
const LOOKED_AT: usize = 100;

/// Bytes that a text has at least, on average, to be taken for one.
const LONG: usize = 40;

impl Corpus {
    /// Refuses an input of which not one record could be read: an empty result would look like a clean one. So would one
    /// without copies of references that could not be read. `rejects` are the records that were rejected, ascending. Reads
    /// at most some hundred records again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NothingRead`]: there is no file, no record, or every record was rejected. It names the fields that
    /// the records have, and the remedy.
    pub fn refuse_nothing_read(&self, rejects: &[DocId]) -> Result<()> {
        let first = DocId::new(self.references());
        let (references, rejects) = rejects.split_at(rejects.partition_point(|reject| *reject < first));
        let has_records = self.len() - first.index() > rejects.len();
        let has_references = references.is_empty() || first.index() > references.len();

        let (what, remedy) = match rejects {
            _ if has_records && has_references => return Ok(()),
            _ if has_records => self.all_rejected(references, "references"),
            [] => self.without_records(),
            rejects => self.all_rejected(rejects, "input"),
        };
        Err(ErrorKind::NothingRead { what, remedy }.into())
    }

    /// As [`refuse_nothing_read`](Self::refuse_nothing_read), for a caller that has not read the records: reads them up to
    /// the first that can be read.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn refuse_unreadable(&self) -> Result<()> {
        let is_readable = |id: &DocId| self.read(*id).is_ok();
        if self.ids().skip(self.references()).any(|id| is_readable(&id)) {
            return Ok(());
        }
        self.refuse_nothing_read(&self.ids().collect::<Vec<_>>())
    }

    /// Why an input without rejects has no record.
    fn without_records(&self) -> (String, Option<Remedy>) {
        let files = self.cleaned_files();
        let skipped = self.skipped().counts();
        let listed: Vec<String> = skipped.iter().map(|(reason, count)| format!("{count} {}", reason.name())).collect();
        let listed = listed.join(", ");

        let by_format = Remedy::Choose { purpose: "say what they are", parameter: "input_format" };
        match (files, skipped.contains_key(&SkipReason::Unknown)) {
            ([], _) if skipped.is_empty() => ("there is no file in the input".to_owned(), None),
            ([], true) => (format!("no file of the input is read; passed over: {listed}"), Some(by_format)),
            ([], false) => (format!("no file of the input is read; passed over: {listed}"), None),
            (files, _) if files.iter().any(|file| file.format == InputFormat::Warc) => {
                let what = "no archived page of the input is a document: those are HTML or plain text with status 2xx";
                (what.to_owned(), None)
            }
            (files, _) => {
                let passed = if listed.is_empty() { String::new() } else { format!("; passed over: {listed}") };
                let many = if files.len() == 1 { String::new() } else { format!(" in {} files", files.len()) };
                (format!("the input has no record{many}{passed}"), None)
            }
        }
    }

    /// Why all records of `whole` were rejected, by the commonest reason.
    fn all_rejected(&self, rejects: &[DocId], whole: &str) -> (String, Option<Remedy>) {
        let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
        let looked: Vec<(DocId, RejectReason)> = rejects
            .iter()
            .take(LOOKED_AT)
            .filter_map(|id| self.read(*id).err().map(|reject| (*id, reject.reason)))
            .collect();
        for (_, reason) in &looked {
            *reasons.entry(reason.code()).or_default() += 1;
        }

        let most = reasons.iter().max_by_key(|(_, count)| **count).map_or("", |(code, _)| *code);
        let Some((id, reason)) = looked.iter().find(|(_, reason)| reason.code() == most) else {
            return ("not one record could be read".to_owned(), None);
        };

        let count = match rejects.len() {
            1 => format!("the only record of the {whole} could not be read"),
            count => format!("not one of the {count} records of the {whole} could be read"),
        };
        let source = self.source(*id);
        // A file that is one record is often a frame around the records.
        let raw = self.raw(*id).ok();
        let line = raw.as_deref().and_then(|raw| std::str::from_utf8(raw).ok());
        let wanted = &self.options().text_field;
        let is_json = matches!(
            reason,
            RejectReason::MissingText { .. } | RejectReason::TextNotAString { .. } | RejectReason::NotAnObject
        );
        let frame = line.filter(|_| is_json).and_then(|line| frames::of(line, wanted, rejects.len() == 1));
        if let Some((what, remedy)) = frame {
            return (format!("{count}: {source} {what}"), Some(Remedy::Advice(remedy.into())));
        }

        let RejectReason::MissingText { field } = reason else {
            return (format!("{count}; the first: {source}: {}", reason.problem()), reason.remedy());
        };

        let missing = looked.iter().filter(|(_, reason)| reason.code() == most).map(|(id, _)| *id);
        let fields = self.fields_of(missing);
        let names: Vec<&str> =
            fields.iter().filter(|field| !field.is_nested).map(|field| field.name.as_str()).collect();
        let what = format!("{count}: {source} has no field {field:?} among its fields ({})", nearest::shown(&names));

        // The field with most text, if no name tells.
        let texts: Vec<&str> = fields.iter().filter(|field| field.text > 0).map(|field| field.name.as_str()).collect();
        let most = fields.iter().max_by_key(|field| field.text).filter(|field| field.text >= LONG * looked.len());
        let candidates = match nearest::nearest(field, &texts) {
            Some(name) => vec![name],
            None => most.map(|field| field.name.as_str()).into_iter().collect(),
        };
        (what, reason.remedy().map(|remedy| nearest::remedy(remedy, &candidates)))
    }

    /// The fields of some records, in the order in which they occur, and those of objects in them.
    fn fields_of(&self, ids: impl Iterator<Item = DocId>) -> Vec<FoundField> {
        let mut fields: Vec<FoundField> = Vec::new();
        for id in ids {
            let Ok(raw) = self.raw(id) else { continue };
            let Ok(line) = std::str::from_utf8(&raw) else { continue };

            // The line was valid when it was rejected for the field.
            let _ = json::scan(line, |name, value| {
                let inner = slice(line.as_bytes(), value.range.clone());
                FoundField::add(&mut fields, name.clone().into_owned(), text_bytes(&value, inner), false);
                if value.kind == ValueKind::Object
                    && let Ok(inner) = std::str::from_utf8(inner)
                {
                    let _ = json::scan(inner, |own, value| {
                        let bytes = text_bytes(&value, slice(inner.as_bytes(), value.range.clone()));
                        FoundField::add(&mut fields, format!("{name}.{own}"), bytes, true);
                    });
                }
            });
        }
        fields
    }
}

/// A field of rejected records.
struct FoundField {
    /// With the name of the object around it and a dot, if it is nested.
    name: String,
    is_nested: bool,
    /// Bytes of its strings.
    text: usize,
}

impl FoundField {
    fn add(fields: &mut Vec<Self>, name: String, text: usize, is_nested: bool) {
        match fields.iter_mut().find(|known| known.name == name) {
            Some(known) => known.text += text,
            None => fields.push(Self { name, is_nested, text }),
        }
    }
}

/// Bytes of text that a field would give: of a string, or of a list of strings or messages.
fn text_bytes(value: &JsonValue, raw: &[u8]) -> usize {
    match value.kind {
        ValueKind::String => value.range.len(),
        ValueKind::Array => std::str::from_utf8(raw).ok().and_then(texts::joined).map_or(0, |text| text.len()),
        _ => 0,
    }
}
