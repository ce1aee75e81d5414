//! A sample of a corpus by a MinHash value of each text, so that copies fall into it together.
//!
//! Texts that share much without being copies fall into it together too, such as those with one long block, so estimates vary more
//! there. More values of a text would not help: each of them would bring as many of these texts.

use std::io::{Cursor, Write};

use serde_json::{Map, Value};

use super::estimate::SourceTotals;
use crate::document::DocId;
use crate::error::{Error, Result};
use crate::input::{
    Corpus, CorpusBlocks, EncodingChoice, FieldValue, InputFormat, InputOptions, MAX_RECORD_SIZE, ReadScratch, Record,
    RecordBlock,
};
use crate::normalize::{Language, Normalizer};
use crate::page::{Sieve, SourceResolver, SourcedText};
use crate::parallel;
use crate::pipeline::{Options, Progress};
use crate::shingle::Shingler;

/// The fields of a sampled record; no field of an input has these names.
const ID: &str = "\u{1}id";
const TEXT: &str = "\u{1}text";

/// How likely texts are in a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct SampleChance {
    /// The share of the texts that is in the sample, above 0 and at most 1.
    pub(super) share: f64,
}

impl SampleChance {
    /// The chance that both texts of a pair are in the sample, above 0: their values are the same with chance `jaccard`.
    pub(super) fn of_pair(self, jaccard: f64) -> f64 {
        self.share * jaccard + self.share * self.share * (1.0 - jaccard)
    }
}

/// A sample of the texts of a corpus.
pub(super) struct CorpusSample {
    /// The sampled records.
    pub(super) corpus: Corpus,
    pub(super) chance: SampleChance,
    /// The records of the whole corpus that can be read.
    pub(super) totals: SourceTotals,
    /// Bytes of the texts of the whole corpus and of the sample.
    pub(super) text_bytes: u64,
    pub(super) sampled_bytes: u64,
    /// The MinHash value of each sampled record: texts with one value are in the sample together or not at all.
    pub(super) values: Vec<u64>,
}

/// What one block gives.
#[derive(Default)]
struct SampledBlock {
    /// The source of each record; `None` for one that cannot be read.
    sources: Vec<Option<String>>,
    /// The sampled records, by place in `sources`, with their values.
    sampled: Vec<(usize, u64)>,
    text_bytes: u64,
    sampled_bytes: u64,
    bytes: u64,
}

impl CorpusSample {
    /// Takes the share of the texts of `corpus` whose MinHash values are the least. Reads and folds the corpus once, and reads the
    /// sampled records again.
    ///
    /// # Errors
    ///
    /// The corpus cannot be read again, or the threads cannot be started.
    pub(super) fn take(corpus: &Corpus, options: &Options, share: f64, progress: &dyn Progress) -> Result<Self> {
        let chance = SampleChance { share };
        progress.begin("sample", corpus.len() as u64);
        let sources = SourceResolver::new(corpus.options(), options.source_field.as_deref());
        let repeats = corpus.repeats();
        let is_readable =
            |document: DocId| document.index() >= corpus.references() && repeats.binary_search(&document).is_err();
        let (mut totals, mut sampled, mut next) = (SourceTotals::default(), Vec::new(), 0);
        let (mut text_bytes, mut sampled_bytes) = (0, 0);

        parallel::with_threads(options.threads, || {
            let worker = || TextSampler::new(options, &sources, chance);
            let work = |sampler: &mut TextSampler<'_>, block: RecordBlock| sampler.block(&block);
            parallel::in_order(parallel::threads(), corpus.blocks(), CorpusBlocks::next, worker, work, |block| {
                let place = |place: usize| DocId::new(next + place);
                for (at, source) in block.sources.iter().enumerate() {
                    if let Some(source) = source.as_ref().filter(|_| is_readable(place(at))) {
                        totals.add(source);
                    }
                }
                let of_block = block.sampled.iter().map(|(at, value)| (place(*at), *value));
                sampled.extend(of_block.filter(|(document, _)| is_readable(*document)));
                next += block.sources.len();
                text_bytes += block.text_bytes;
                sampled_bytes += block.sampled_bytes;
                progress.advance(block.sources.len() as u64, block.bytes);
                Ok::<(), Error>(())
            })
        })??;

        let (documents, values): (Vec<DocId>, Vec<u64>) = sampled.into_iter().unzip();
        let corpus = sampled_corpus(corpus, &documents)?;
        Ok(Self { corpus, chance, totals, text_bytes, sampled_bytes, values })
    }

    /// Number of records of the whole corpus that can be read.
    pub(super) const fn readable(&self) -> u64 {
        self.totals.all
    }
}

/// A corpus of some records of another one.
fn sampled_corpus(corpus: &Corpus, documents: &[DocId]) -> Result<Corpus> {
    let reading = corpus.options();
    let mut lines = Vec::new();
    for document in documents {
        let record = corpus.read(*document)?;
        write_record(&record, reading, &mut lines).map_err(|error| Error::io("write", "sample", error))?;
    }

    let mut of_sample = InputOptions::default();
    (of_sample.id_field, of_sample.text_field) = (ID.to_owned(), TEXT.to_owned());
    of_sample.format = Some(InputFormat::JsonLines);
    of_sample.encoding = EncodingChoice::Strict;
    of_sample.max_record_size = MAX_RECORD_SIZE;
    of_sample.fields.clone_from(&reading.fields);
    of_sample.shown_fields = reading.fields.len();
    Corpus::from_reader("sample", Cursor::new(lines), of_sample)
}

/// Decides of texts whether they are in the sample, on one thread.
struct TextSampler<'a> {
    options: &'a Options,
    sources: &'a SourceResolver,
    sieve: Sieve,
    shingler: Shingler,
    scratch: ReadScratch,
    chance: SampleChance,
}

impl<'a> TextSampler<'a> {
    fn new(options: &'a Options, sources: &'a SourceResolver, chance: SampleChance) -> Self {
        Self {
            options,
            sources,
            sieve: options.sieve(),
            shingler: Shingler::new(options.shingle, options.seed),
            scratch: ReadScratch::default(),
            chance,
        }
    }

    fn block(&mut self, block: &RecordBlock) -> SampledBlock {
        let mut sampled = SampledBlock::default();
        // Taken for the call, which borrows `self`, and put back for the next block.
        let mut scratch = std::mem::take(&mut self.scratch);

        block.read(&mut scratch, |record, bytes| {
            sampled.bytes += bytes as u64;
            let Ok(record) = record else {
                sampled.sources.push(None);
                return;
            };
            let length = record.text.len() as u64;
            sampled.text_bytes += length;
            if let Some(value) = self.value(&record) {
                sampled.sampled.push((sampled.sources.len(), value));
                sampled.sampled_bytes += length;
            }
            sampled.sources.push(Some(self.sources.of(&record).into_owned()));
        });

        scratch.passed.clear();
        self.scratch = scratch;
        sampled
    }

    /// The MinHash value of a text, if it brings it into the sample. A text without a token has none, since it has no copies.
    fn value(&mut self, record: &Record<'_>) -> Option<u64> {
        let evident = || Language::evident(&record.text).unwrap_or(Language::Ar);
        let language = self.options.language.unwrap_or_else(evident);
        let source = self.options.rules.as_ref().map(|_| self.sources.of(record));
        let excerpt = self.sieve.sift(SourcedText::new(&record.text).source(source.as_deref()));

        let normalizer = Normalizer::new(self.options.profile, language);
        let shingled = self.shingler.shingle_excerpt(&normalizer, excerpt);
        // The least hash of a long text is small, so it is hashed again.
        let value = shingled.hashes.iter().min().map(|least| mixed(*least));
        value.filter(|value| unit_value(*value) < self.chance.share)
    }
}

/// A well mixed number (the finalizer of `SplitMix64`).
const fn mixed(hash: u64) -> u64 {
    let mut mixed = hash.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// The number in [0, 1) that a value stands for.
fn unit_value(value: u64) -> f64 {
    (value >> 11) as f64 / (1u64 << 53) as f64
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_complete_as_often_as_its_texts_are_alike() {
        for share in [0.01, 0.1, 0.5, 1.0] {
            let chance = SampleChance { share };
            // Equal texts are one text, texts without a common word are independent.
            assert!((chance.of_pair(1.0) - share).abs() < 1e-9, "{share}");
            assert!((chance.of_pair(0.0) - share * share).abs() < 1e-9, "{share}");
            let between = chance.of_pair(0.6);
            assert!(share * share <= between && between <= share, "{share} {between}");
        }
    }
}
