//! Learns boilerplate rules from a corpus: reads every document once, then one document again for each rule.

use super::progress::Progress;
use crate::document::DocId;
use crate::error::Result;
use crate::input::{Corpus, ReadScratch};
use crate::page::{BoilerplateRule, BoilerplateRules, PartSampler, RuleLearner, SourceResolver};
use crate::parallel;

/// Documents that are sampled together before they are counted.
const TOGETHER: usize = 1 << 12;

/// Learns boilerplate rules for the sources of `corpus`.
///
/// `source_field` names the source of a record; without it the source is the host or the folder. The corpus must be read with
/// the fields of [`SourceResolver::fields`]. Time is linear in the corpus. Memory is some hundred megabytes at most, and 16
/// bytes a document. The result does not depend on the number of threads.
///
/// # Errors
///
/// The threads cannot be started, or a record cannot be read again.
pub fn learn(
    corpus: &Corpus,
    source_field: Option<&str>,
    threads: Option<usize>,
    progress: &dyn Progress,
) -> Result<BoilerplateRules> {
    let sources = SourceResolver::new(corpus.options(), source_field);
    parallel::with_threads(threads, || {
        progress.begin("learn", corpus.len() as u64);
        let worker = || (PartSampler::new(), ReadScratch::default());
        let documents: Vec<DocId> = corpus.ids().collect();

        let mut learner = RuleLearner::default();
        for documents in documents.chunks(TOGETHER) {
            let sampled = parallel::map(documents, worker, |(sampler, scratch), document| {
                // A rejected record has no text to learn from.
                let record = corpus.read_in(*document, scratch).ok()?;
                progress.advance(1, record.text.len() as u64);
                let sampled = sampler.sample(&record.text)?;
                Some((sources.of(&record).into_owned(), sampled))
            });

            // In input order, so that the result does not depend on the threads.
            for (document, sampled) in documents.iter().zip(sampled) {
                if let Some((source, sampled)) = sampled {
                    learner.add(*document, &source, &sampled);
                }
            }
        }

        let frequent = learner.finish();
        let rules = parallel::map(&frequent, worker, |(sampler, scratch), found| -> Result<Option<BoilerplateRule>> {
            let record = corpus.read_in(found.first, scratch)?;
            Ok(sampler.rule(&record.text, found))
        });
        let rules = rules.into_iter().filter_map(Result::transpose).collect::<Result<Vec<BoilerplateRule>>>()?;
        BoilerplateRules::new(rules)
    })?
}
