//! Learning boilerplate from a corpus: every document once, then those again that show what was learned.

use super::Progress;
use crate::document::DocId;
use crate::error::Result;
use crate::input::{Corpus, ReadScratch};
use crate::page::{BoilerplateRule, BoilerplateRules, PartSampler, RuleLearner, SourceResolver};
use crate::parallel;

/// Documents that are taken apart before they are counted, in input order.
const TOGETHER: usize = 1 << 12;

/// Learns what is boilerplate in the sources of `corpus`, which are named by `source_field`, else by host or folder; its
/// records must be read with [`SourceResolver::fields`]. Memory: some hundred megabytes at most, and 16 bytes a document.
/// Linear in the corpus, which is read once and a little; no result depends on the threads.
///
/// # Errors
///
/// What the machine refuses: threads; a record that cannot be read again.
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
                let record = corpus.read_in(*document, scratch).ok()?;
                progress.advance(1, record.text.len() as u64);
                let sampled = sampler.sample(&record.text)?;
                Some((sources.of(&record).into_owned(), sampled))
            });
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
