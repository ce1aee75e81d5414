//! The stages of a run for engines that move data themselves. `mukarrar/_engine_stages.py` calls them; each takes the records of a task as
//! `(id, text, fields)` and gives lists by place.

use std::path::PathBuf;

use mukarrar::document::DocId;
use mukarrar::input::Corpus;
use mukarrar::normalize::{Language, LanguageTally};
use mukarrar::pipeline::Pipeline;
use mukarrar::pipeline::engine::{self, ContainedText, CorpusFrequencies, EngineLink, SampledWords, SettledRecords};
use mukarrar::similarity::{Relation, Score, VariantReason};
use mukarrar::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple, PyType};

use crate::errors::attempt;
use crate::run_request::{KnownOptions, RunRequest};

/// A link: the places of keeper and node, relation, reason, Jaccard, containment.
type LinkRow = (usize, usize, &'static str, Option<&'static str>, f64, f64);

/// A link as Python gives it back.
type GivenLink = (usize, usize, String, Option<String>, f64, f64);

/// A contained pair: the places of the small and the large text, the number of shingles of the small one, Jaccard, containment,
/// and the reason why the small text does not count as a part.
type ContainedRow = (usize, usize, usize, f64, f64, Option<&'static str>);

/// A contained pair as Python gives it back.
type GivenContained = (usize, usize, usize, f64, f64, Option<String>);

/// The frequencies of a corpus, by which pairs are judged. Can be pickled.
#[pyclass(name = "Frequencies", module = "mukarrar._mukarrar", frozen)]
pub struct PyFrequencies {
    inner: CorpusFrequencies,
    seed: u64,
}

#[pymethods]
impl PyFrequencies {
    /// Of `texts` distinct texts: a sample of texts with their words, and the number of texts of each sampled shingle below a bound.
    #[new]
    fn new(
        py: Python<'_>,
        texts: usize,
        sample: Vec<((u64, u64), Vec<u32>)>,
        trigrams: Option<(u32, Vec<(u32, u32)>)>,
        seed: u64,
    ) -> PyResult<Self> {
        attempt(py, || {
            let sample: Vec<SampledWords> =
                sample.into_iter().map(|((high, low), words)| ([high, low], words)).collect();
            Ok(Self { inner: CorpusFrequencies::new(texts, sample, trigrams, seed), seed })
        })
    }

    #[classmethod]
    fn _of_bytes(class: &Bound<'_, PyType>, bytes: Vec<u8>, seed: u64) -> PyResult<Self> {
        attempt(class.py(), || Ok(Self { inner: CorpusFrequencies::from_bytes(&bytes, seed)?, seed }))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let (py, this) = (slf.py(), slf.get());
        let make = slf.get_type().getattr("_of_bytes")?;
        let bytes = PyBytes::new(py, this.inner.as_bytes());
        Ok((make, (bytes, this.seed).into_pyobject(py)?))
    }
}

/// The records of a task, and what is asked of them.
struct TaskRequest(RunRequest);

impl TaskRequest {
    fn new(source: &Bound<'_, PyAny>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        RunRequest::new("clusters", source, options, KnownOptions::All, |_, _| Ok(false)).map(Self)
    }

    /// Reads the records, and gives them with the pipeline of the options to `work`.
    fn run<T: Send>(self, py: Python<'_>, work: impl FnOnce(&Pipeline, &Corpus) -> Result<T> + Send) -> PyResult<T> {
        self.run_against(py, &[], work)
    }

    /// As [`run`](Self::run), with the records of the files `references` before all others.
    fn run_against<T: Send>(
        self,
        py: Python<'_>,
        references: &[PathBuf],
        work: impl FnOnce(&Pipeline, &Corpus) -> Result<T> + Send,
    ) -> PyResult<T> {
        let RunRequest { options, mut reading, mut source, .. } = self.0;
        attempt(py, move || {
            let pipeline = Pipeline::new(options)?;
            pipeline.options().ask_for_fields(&mut reading);
            let input = source.input(reading)?;
            let input = if references.is_empty() { input } else { input.against(references)? };
            let corpus = pipeline.read(input, &())?;
            work(&pipeline, &corpus)
        })
    }
}

/// Records by place, with the code of the language that each takes from its source.
type GivenLanguages = Vec<(usize, String)>;

fn languages(given: GivenLanguages) -> Result<Vec<(DocId, Language)>> {
    given.into_iter().map(|(place, code)| Ok((DocId::new(place), code.parse()?))).collect()
}

/// What the run settled about records, by place: languages, and which titles are evidence.
struct GivenRecords {
    languages: Vec<(DocId, Language)>,
    titled: Vec<DocId>,
}

impl GivenRecords {
    fn new(taken: GivenLanguages, titled: Vec<usize>) -> Result<Self> {
        let titled: Vec<DocId> = titled.into_iter().map(DocId::new).collect();
        if !titled.is_sorted() {
            return Err(Error::parameter("titled", "places in another order", "places that ascend"));
        }
        Ok(Self { languages: languages(taken)?, titled })
    }

    fn settled(&self) -> SettledRecords<'_> {
        SettledRecords { languages: &self.languages, titled: &self.titled }
    }
}

/// What is kept of a record: its language, whether the text tells it, the number of tokens, the fingerprint, band keys and sampled
/// shingles, how many entries those count for, the words if they are asked for, the date in seconds, the key of the source in
/// a run across sources, and the keys of the title and of its source. All numbers are signed, with the same bits.
type SketchRow =
    (&'static str, bool, usize, (i64, i64), Vec<i64>, Vec<i32>, u64, Vec<i32>, Option<i64>, i64, (i64, i64));

/// What is kept of each record; `None` for one that cannot be read.
#[pyfunction]
#[pyo3(signature = (source, words = false, **options))]
pub fn engine_sketch(
    source: &Bound<'_, PyAny>,
    words: bool,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Vec<Option<SketchRow>>> {
    let py = source.py();
    let sketches = TaskRequest::new(source, options)?.run(py, |pipeline, corpus| pipeline.sketch_records(corpus))?;
    let row = |sketch: engine::RecordSketch| {
        let [high, low] = sketch.fingerprint;
        (
            sketch.language.code(),
            sketch.is_sure,
            sketch.tokens,
            // In the order of unsigned numbers.
            ((high ^ (1 << 63)).cast_signed(), (low ^ (1 << 63)).cast_signed()),
            sketch.keys.into_iter().map(u64::cast_signed).collect(),
            sketch.sample.into_iter().map(u32::cast_signed).collect(),
            sketch.entries,
            if words { sketch.words.into_iter().map(u32::cast_signed).collect() } else { Vec::new() },
            sketch.date,
            sketch.origin.cast_signed(),
            (sketch.title[0].cast_signed(), sketch.title[1].cast_signed()),
        )
    };
    Ok(sketches.into_iter().map(|sketch| sketch.map(row)).collect())
}

/// The fields that a run with these options reads in addition to id and text, if records have them.
#[pyfunction]
#[pyo3(signature = (**options))]
pub fn engine_fields(py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Vec<String>> {
    let none = PyTuple::empty(py).into_any();
    let TaskRequest(RunRequest { options, mut reading, .. }) = TaskRequest::new(&none, options)?;
    options.ask_for_fields(&mut reading);
    Ok(reading.fields)
}

/// The digest of the tokens of each record; `None` for one that cannot be read.
#[pyfunction]
#[pyo3(signature = (source, taken = Vec::new(), **options))]
pub fn engine_digests<'py>(
    source: &Bound<'py, PyAny>,
    taken: GivenLanguages,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Vec<Option<Bound<'py, PyBytes>>>> {
    let py = source.py();
    let digests =
        TaskRequest::new(source, options)?.run(py, |pipeline, corpus| pipeline.digests(corpus, &languages(taken)?))?;
    Ok(digests.into_iter().map(|digest| digest.map(|digest| PyBytes::new(py, &digest))).collect())
}

/// Which titles are evidence, of titles with these numbers of records and of sources.
#[pyfunction]
pub fn engine_title_evidence(titles: Vec<(usize, usize)>) -> Vec<bool> {
    titles.into_iter().map(|(records, sources)| engine::is_title_evidence(records, sources)).collect()
}

/// The bound of sampled shingles that are counted; `None` if none are. And the fewest texts of one that counts.
#[pyfunction]
#[pyo3(signature = (entries, **options))]
pub fn engine_trigram_bound(
    py: Python<'_>,
    entries: u64,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<(Option<u32>, u32)> {
    let none = PyTuple::empty(py).into_any();
    let TaskRequest(RunRequest { options, .. }) = TaskRequest::new(&none, options)?;
    attempt(py, || Ok((Pipeline::new(options)?.trigram_bound(entries), Pipeline::TRIGRAM_TEXTS)))
}

/// The language of the unsure texts of a source, from the numbers of its sure texts by language, and those of all texts.
#[pyfunction]
pub fn engine_language(py: Python<'_>, source: Vec<(String, u64)>, all: Vec<(String, u64)>) -> PyResult<&'static str> {
    attempt(py, || Ok(tally(source)?.of_unsure(&tally(all)?).code()))
}

fn tally(counts: Vec<(String, u64)>) -> Result<LanguageTally> {
    let mut tally = LanguageTally::default();
    for (code, count) in counts {
        tally.add_many(code.parse()?, count);
    }
    Ok(tally)
}

/// The verified pairs of whole components, whose records are given in keeper order, and how many a cap lost. The records of the
/// files `references` come first; places count them too. `titled` are the places of records whose titles are evidence.
#[pyfunction]
#[pyo3(signature = (source, taken, titled, frequencies, references = Vec::new(), **options))]
pub fn engine_links(
    source: &Bound<'_, PyAny>,
    taken: GivenLanguages,
    titled: Vec<usize>,
    frequencies: Option<&Bound<'_, PyFrequencies>>,
    references: Vec<PathBuf>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<(Vec<LinkRow>, u64)> {
    let frequencies = frequencies.map(|frequencies| &frequencies.get().inner);
    let verify = |pipeline: &Pipeline, corpus: &Corpus| {
        pipeline.links(corpus, GivenRecords::new(taken, titled)?.settled(), frequencies)
    };
    let (links, lost) = TaskRequest::new(source, options)?.run_against(source.py(), &references, verify)?;
    Ok((links.into_iter().map(link_row).collect(), lost))
}

/// Which of the records `2n` and `2n + 1` is inside the other. `titled` are the places of records whose titles are evidence.
#[pyfunction]
#[pyo3(signature = (source, taken, titled, frequencies, **options))]
pub fn engine_contained(
    source: &Bound<'_, PyAny>,
    taken: GivenLanguages,
    titled: Vec<usize>,
    frequencies: Option<&Bound<'_, PyFrequencies>>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Vec<Option<ContainedRow>>> {
    let frequencies = frequencies.map(|frequencies| &frequencies.get().inner);
    let found = TaskRequest::new(source, options)?.run(source.py(), |pipeline, corpus| {
        pipeline.contained(corpus, GivenRecords::new(taken, titled)?.settled(), frequencies)
    })?;
    let row = |pair: ContainedText| {
        let Score { jaccard, containment } = pair.score;
        (pair.small, pair.large, pair.size, jaccard, containment, pair.variant.map(VariantReason::name))
    };
    Ok(found.into_iter().map(|pair| pair.map(row)).collect())
}

/// What becomes of nodes: their links to keepers, and whether they are only attached.
#[pyfunction]
pub fn engine_settled(
    py: Python<'_>,
    is_single: Vec<bool>,
    links: Vec<GivenLink>,
    contained: Vec<GivenContained>,
) -> PyResult<Vec<(LinkRow, bool)>> {
    attempt(py, || {
        let links = links.into_iter().map(link).collect::<Result<Vec<EngineLink>>>()?;
        let contained = contained.into_iter().map(contained_text).collect::<Result<Vec<ContainedText>>>()?;
        let places = links.iter().flat_map(|link| [link.keeper, link.node]);
        let places = places.chain(contained.iter().flat_map(|pair| [pair.small, pair.large]));
        if let Some(place) = places.max().filter(|place| *place >= is_single.len()) {
            return Err(Error::parameter("links", place, "places of the nodes that were given"));
        }

        let settled = engine::settled(&is_single, &links, &contained);
        Ok(settled.into_iter().map(|settled| (link_row(settled.link), settled.attached)).collect())
    })
}

fn link_row(link: EngineLink) -> LinkRow {
    let EngineLink { keeper, node, relation, score: Score { jaccard, containment } } = link;
    (keeper, node, relation.name(), relation.reason().map(VariantReason::name), jaccard, containment)
}

fn link((keeper, node, relation, reason, jaccard, containment): GivenLink) -> Result<EngineLink> {
    let relation = match (relation.as_str(), reason) {
        ("exact", None) => Relation::Exact,
        ("near", None) => Relation::Near,
        ("variant", Some(reason)) => Relation::Variant(variant_reason(&reason)?),
        _ => return Err(Error::parameter("links", relation, "exact, near, or variant with a reason")),
    };
    Ok(EngineLink { keeper, node, relation, score: Score { jaccard, containment } })
}

fn contained_text((small, large, size, jaccard, containment, variant): GivenContained) -> Result<ContainedText> {
    let variant = variant.as_deref().map(variant_reason).transpose()?;
    Ok(ContainedText { small, large, size, score: Score { jaccard, containment }, variant })
}

fn variant_reason(name: &str) -> Result<VariantReason> {
    let found = VariantReason::ALL.into_iter().find(|reason| reason.name() == name);
    found.ok_or_else(|| Error::parameter("reason", name, "the name of a reason"))
}
