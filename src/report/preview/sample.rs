//! A sample of a corpus: the records of sampled components, as a corpus of their own, and what is known of all records.

use std::io::{Cursor, Write};

use serde_json::{Map, Value};

use super::SampleCounts;
use super::estimate::SourceTotals;
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::{
    Corpus, EncodingChoice, FieldValue, InputFormat, InputOptions, MAX_RECORD_SIZE, ReadScratch, Record,
};
use crate::normalize::Language;
use crate::pipeline::{
    ComponentSample, KnownOfCorpus, Options, Pipeline, Progress, SampleRequest, SampledComponent, WholeWork,
};
use crate::report::record_sources::RecordSources;

/// The fields of a sampled record; no field of an input has these names.
const ID: &str = "\u{1}id";
const TEXT: &str = "\u{1}text";

/// A sample of the records of a corpus.
pub(super) struct CorpusSample {
    /// The sampled records.
    pub(super) corpus: Corpus,
    /// The place of each of them in the whole corpus, ascending.
    pub(super) documents: Vec<DocId>,
    /// The component of each sampled record, by its place in `components`.
    pub(super) component_of: Vec<u32>,
    pub(super) components: Vec<SampledComponent>,
    /// The source of each sampled record, by the numbers of `whole_sources`.
    pub(super) sources: RecordSources,
    /// The source of each record of the whole corpus.
    pub(super) whole_sources: RecordSources,
    /// The language of each record of the whole corpus; `None` for those that cannot be read.
    pub(super) languages: Vec<Option<Language>>,
    /// The records of the whole corpus that can be read.
    pub(super) totals: SourceTotals,
    pub(super) known: KnownOfCorpus,
    pub(super) work: WholeWork,
}

impl CorpusSample {
    /// Draws a sample of `corpus` with `pipeline`, the one of the lowest threshold. Reads, folds and bands the corpus once, and reads
    /// the sampled records again.
    ///
    /// # Errors
    ///
    /// As [`Pipeline::clusters`].
    pub(super) fn take(
        corpus: &Corpus,
        pipeline: &Pipeline,
        request: SampleRequest,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let ComponentSample { components, records, languages, sources, mut known, work } =
            pipeline.sample(corpus, request, progress)?;
        let whole_sources = RecordSources::of_numbers(&sources);
        let totals = SourceTotals::of(&languages, corpus, &whole_sources);

        let (documents, component_of): (Vec<DocId>, Vec<u32>) = records.into_iter().unzip();
        let sources = whole_sources.of_some(&documents);
        let (corpus, settled) = sampled_corpus(corpus, &documents, &languages, pipeline.options())?;
        known.settled = settled;
        Ok(Self { corpus, documents, component_of, components, sources, whole_sources, languages, totals, known, work })
    }

    /// The account of a sample for which a `share` was asked.
    pub(super) fn counts(&self, share: f64) -> SampleCounts {
        let of: f64 = self.components.iter().map(|of| f64::from(of.records) * of.weight).sum();
        SampleCounts { share, records: self.component_of.len() as u64, of: of.round() as u64 }
    }

    /// The component of a sampled record.
    pub(super) fn component(&self, document: DocId) -> Option<(usize, SampledComponent)> {
        let place = *self.component_of.get(document.index())? as usize;
        self.components.get(place).map(|component| (place, *component))
    }
}

/// A corpus of some records of another one, and the languages of those whose texts do not tell them.
fn sampled_corpus(
    corpus: &Corpus,
    documents: &[DocId],
    languages: &[Option<Language>],
    options: &Options,
) -> Result<(Corpus, Vec<(DocId, Language)>)> {
    let reading = corpus.options();
    let (mut lines, mut settled) = (Vec::new(), Vec::new());
    let mut scratch = ReadScratch::default();
    for (place, document) in documents.iter().enumerate() {
        let record = corpus.read_in(*document, &mut scratch)?;
        write_record(&record, reading, &mut lines).map_err(|error| Error::io("write", "sample", error))?;

        // Without a language of its own it has that of its source, which the sample may not show.
        let language = languages.get(document.index()).copied().flatten();
        let is_told = options.language.is_some() || Language::evident(&record.text).is_some();
        settled.extend(
            language.filter(|language| !is_told && *language != Language::Ar).map(|of| (DocId::new(place), of)),
        );
    }

    let mut of_sample = InputOptions::default();
    (of_sample.id_field, of_sample.text_field) = (ID.to_owned(), TEXT.to_owned());
    of_sample.format = Some(InputFormat::JsonLines);
    of_sample.encoding = EncodingChoice::Strict;
    of_sample.max_record_size = MAX_RECORD_SIZE;
    of_sample.fields.clone_from(&reading.fields);
    of_sample.shown_fields = reading.fields.len();
    Ok((Corpus::from_reader("sample", Cursor::new(lines), of_sample)?, settled))
}

/// Writes a record with the fields that were read, as a line of JSON.
fn write_record(record: &Record<'_>, reading: &InputOptions, out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut object = Map::new();
    object.insert(ID.to_owned(), record.id.as_ref().into());
    object.insert(TEXT.to_owned(), record.text.as_ref().into());
    for (name, value) in reading.fields.iter().zip(&record.fields) {
        let value = match value {
            Some(FieldValue::Text(text)) => Value::from(text.as_str()),
            Some(FieldValue::Number(number)) => Value::from(*number),
            None => continue,
        };
        object.insert(name.clone(), value);
    }
    serde_json::to_writer(&mut *out, &object)?;
    out.write_all(b"\n")
}
