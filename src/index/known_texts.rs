//! Indexes that a batch run asks which of its records are known.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::answer::{Verdict, Verify};
use super::index_item::Item;
use super::settings::Settings;
use super::text_index::Index;
use crate::document::DocId;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{self, Corpus, RejectReason};
use crate::lsh::Banding;
use crate::normalize::Language;
use crate::page::{Boilerplate, SourceResolver, UnitLevel};
use crate::parallel;
use crate::pipeline::{KnownCopy, KnownTexts, Options, Pipeline, Progress};
use crate::similarity::facts::Facts;
use crate::similarity::{Relation, Score};

/// Number of records that are asked about at once.
const BATCH: usize = 4096;

/// Indexes on disk, opened for reading, as the known texts of a run ([`Pipeline::read_clusters_beside`]). Nothing is stored in
/// them. A record is a copy of the text with the highest Jaccard; ties: that of the first index.
#[derive(Debug)]
pub struct IndexedTexts {
    /// Each with the name of its directory.
    indexes: Vec<(Arc<str>, Index)>,
    /// The relations that count as copies.
    relations: Vec<Relation>,
    source_field: Option<String>,
}

impl IndexedTexts {
    /// Whether there is an index in the directory `path`, of any format.
    #[must_use]
    pub fn is_index(path: &Path) -> bool {
        input::is_index_directory(path)
    }

    /// The fields that records must be read with, in addition to those of the run.
    pub fn fields(options: &Options) -> impl Iterator<Item = String> {
        SourceResolver::fields(options.source_field.as_deref())
    }

    /// Opens the indexes in `directories` for a run of `pipeline`. `relations` are those that count as copies.
    ///
    /// # Errors
    ///
    /// The errors of [`IndexBuilder::open_read_only`](super::IndexBuilder::open_read_only); an index was made with other
    /// settings than those of the run, has a window of time, or keeps signatures only; the run compares other units than
    /// documents, has a window, edited copies or a work directory.
    pub fn open(directories: &[PathBuf], pipeline: &Pipeline, relations: &[Relation]) -> Result<Self> {
        let options = pipeline.options();
        check_run(options)?;

        let mut indexes = Vec::with_capacity(directories.len());
        for directory in directories {
            let mut builder = Index::builder();
            if let Some(memory) = options.memory {
                // Of the limit of a run, the cached texts of all indexes may take an eighth.
                let cache = memory / 8 / directories.len().max(1) as u64;
                builder = builder.cache_size(usize::try_from(cache).unwrap_or(usize::MAX));
            }
            let index = builder.open_read_only(directory)?;
            check_settings(index.settings(), options, pipeline.banding(), directory)?;
            indexes.push((directory.display().to_string().into(), index));
        }
        Ok(Self { indexes, relations: relations.to_vec(), source_field: options.source_field.clone() })
    }

    /// The best copy of a record; `None` if it is none, or was rejected.
    ///
    /// # Errors
    ///
    /// The record could be read before and cannot now, or the index fails.
    fn copy(&self, corpus: &Corpus, sources: &SourceResolver, document: DocId) -> Result<Option<KnownCopy>> {
        let record = match corpus.read(document) {
            Ok(record) => record,
            Err(reject) if matches!(reject.reason, RejectReason::Lost { .. }) => return Err(reject.into()),
            Err(_) => return Ok(None),
        };
        let source = sources.of(&record);
        let item = Item::new(&record.text).source((!source.is_empty()).then_some(&*source));

        let mut best: Option<KnownCopy> = None;
        for (place, index) in &self.indexes {
            let Verdict::Duplicate(found) = index.check(item)? else { continue };
            let Some(relation) = found.relation.filter(|relation| self.relations.contains(relation)) else { continue };
            if best.as_ref().is_none_or(|best| found.jaccard > best.score.jaccard) {
                let score = Score { jaccard: found.jaccard, containment: found.containment };
                let (keeper, place) = (found.key.into(), Arc::clone(place));
                let measure = index.settings().shingle;
                best = Some(KnownCopy { document, keeper, place, relation, score, measure });
            }
        }
        Ok(best)
    }
}

impl KnownTexts for IndexedTexts {
    fn copies(&self, corpus: &Corpus, progress: &dyn Progress) -> Result<Vec<KnownCopy>> {
        let sources = SourceResolver::new(corpus.options(), self.source_field.as_deref());
        let documents: Vec<DocId> = corpus.ids().skip(corpus.references()).collect();

        let mut copies = Vec::new();
        for batch in documents.chunks(BATCH) {
            let asked = parallel::map(
                batch,
                || (),
                |(), document| {
                    progress.advance(1, 0);
                    self.copy(corpus, &sources, *document)
                },
            );
            for copy in asked {
                copies.extend(copy?);
            }
        }
        Ok(copies)
    }

    fn len(&self) -> u64 {
        self.indexes.iter().map(|(_, index)| index.len()).sum()
    }

    fn warning(&self) -> Option<String> {
        let bounded = |(_, index): &(Arc<str>, Index)| index.bounded_answers.load(Ordering::Relaxed);
        let bounded: u64 = self.indexes.iter().map(bounded).sum();
        (bounded > 0).then(|| {
            format!("{bounded} answers of the index may miss a copy: more stored texts resemble the record than are verified")
        })
    }
}

/// Refuses a run that cannot ask an index.
fn check_run(options: &Options) -> Result<()> {
    let refused = |name, value: &dyn std::fmt::Display, expected: &str| Err(Error::parameter(name, value, expected));

    if options.unit != UnitLevel::Document {
        return refused(
            "unit",
            &options.unit,
            "document, if the input is compared with an index: it holds whole texts",
        );
    }
    if let Some(window) = options.window {
        return refused("window", &window, "left out, if the input is compared with an index");
    }
    if options.edited {
        return refused(
            "edited",
            &"given",
            "left out, if the input is compared with an index: it knows no edited copies",
        );
    }
    match &options.work_dir {
        Some(directory) => {
            let expected =
                "left out, if the input is compared with an index: that may change while a run is interrupted";
            refused("work_dir", &directory.display(), expected)
        }
        None => Ok(()),
    }
}

/// Refuses an index whose texts were folded, cut or compared in another way than those of the run.
fn check_settings(settings: &Settings, options: &Options, banding: Banding, directory: &Path) -> Result<()> {
    let language = |language: Option<Language>| language.map_or("auto", Language::code).to_owned();
    let facts = |facts: Facts| if facts == Facts::Guard { "guard" } else { "off" }.to_owned();
    // An index writes no text, so it does not matter whether boilerplate is taken out.
    let boilerplate = |choice: Boilerplate| match choice {
        Boilerplate::Keep => "keep".to_owned(),
        Boilerplate::Ignore | Boilerplate::Strip => "ignore".to_owned(),
    };
    let rules = |rules: &Option<Arc<crate::page::BoilerplateRules>>| match rules {
        Some(rules) => rules.digest(),
        None => "none".to_owned(),
    };

    let pairs = [
        ("window", "none".to_owned(), settings.window.map_or_else(|| "none".to_owned(), |window| window.to_string())),
        ("verify", "exact".to_owned(), settings.verify.name().to_owned()),
        ("profile", options.profile.to_string(), settings.profile.to_string()),
        ("language", language(options.language), language(settings.language)),
        ("boilerplate", boilerplate(options.boilerplate), boilerplate(settings.boilerplate)),
        ("boilerplate_rules", rules(&options.rules), rules(&settings.rules)),
        ("shingle", options.shingle.to_string(), settings.shingle.to_string()),
        ("threshold", options.threshold.to_string(), settings.threshold.to_string()),
        ("facts", facts(options.facts), facts(settings.facts)),
        ("bands", banding.bands().to_string(), settings.banding.bands().to_string()),
        ("rows", banding.rows().to_string(), settings.banding.rows().to_string()),
    ];
    let Some((name, of_run, of_index)) = pairs.into_iter().find(|(_, of_run, of_index)| of_run != of_index) else {
        return Ok(());
    };

    let refused = |what: String, remedy: &'static str| {
        Err(ErrorKind::Index { path: directory.to_owned(), what, remedy: remedy.into() }.into())
    };
    let index = directory.display();

    match name {
        "window" => refused(format!("has a window of {of_index}, and a run has none"), "build an index without one"),
        "verify" => {
            debug_assert_eq!(settings.verify, Verify::Estimate);
            refused(
                "keeps signatures only, which cannot be verified".to_owned(),
                "build an index that verifies exactly",
            )
        }
        "bands" | "rows" => {
            let expected = format!("{of_index}, as in the index {index}: give the recall that it was built with");
            Err(Error::parameter(name, of_run, expected))
        }
        _ => {
            let expected = format!("{of_index}, as in the index {index}: both must be equal");
            Err(Error::parameter(name, of_run, expected))
        }
    }
}
