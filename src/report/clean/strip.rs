//! Removes boilerplate from the records that stay.

use super::tidy::{self, has_tokens};
use crate::document::{DocId, Span, UnitKind, Units};
use crate::error::Result;
use crate::input::{Corpus, ReadScratch, Record};
use crate::page::{Boilerplate, Sieve, SourceResolver, SourcedText};
use crate::parallel;
use crate::pipeline::{Clustering, Options};

/// Finds boilerplate in the records of a run: units of that kind, and what the sieve leaves out of other units.
pub(super) struct BoilerplateStripper<'a> {
    options: &'a Options,
    units: &'a Units,
    sieve: Sieve,
    sources: SourceResolver,
    scratch: ReadScratch,
}

impl<'a> BoilerplateStripper<'a> {
    pub(super) fn new(options: &'a Options, units: &'a Units, corpus: &Corpus) -> Self {
        let sources = SourceResolver::new(corpus.options(), options.source_field.as_deref());
        Self { options, units, sieve: options.sieve(), sources, scratch: ReadScratch::default() }
    }

    /// The spans of boilerplate in the text of `document`, ascending.
    fn spans(&mut self, document: DocId, record: &Record<'_>) -> Vec<Span> {
        let text = &*record.text;
        let source = self.sources.of(record);

        let mut spans = Vec::new();
        for unit in self.units.of_document(document) {
            let (kind, span) = (self.units.kind(unit), self.units.span(unit));
            if kind == UnitKind::Boilerplate {
                spans.push(span);
                continue;
            }

            // What the sieve leaves out of other units, in bytes of the record.
            let kept = self.sieve.sift(SourcedText::new(span.of(text)).kind(kind).source(Some(&source)));
            spans.extend(kept.left_out().map(|out| Span::new(span.start + out.start, span.start + out.end)));
        }

        // The blanks before a removed tail are removed with it.
        for span in &mut spans {
            let blanks = text[..span.start].len() - text[..span.start].trim_end_matches([' ', '\u{a0}']).len();
            span.start -= blanks;
        }
        spans
    }

    /// The text of `record` without its boilerplate and without the spans `removed`, which ascend, and the number of
    /// boilerplate spans. `None` if it has no boilerplate, or if no token would be left: then its boilerplate stays.
    pub(super) fn strip(&mut self, document: DocId, record: &Record<'_>, removed: &[Span]) -> Option<(String, u64)> {
        // Nothing can be cut out of a text in parts.
        if record.decoding.joined {
            return None;
        }

        let text = &*record.text;
        let mut spans = self.spans(document, record);
        // Spans that overlap a removed unit are removed with it.
        spans.retain(|span| removed.iter().all(|removed| span.end <= removed.start || removed.end <= span.start));
        let stripped = spans.len() as u64;
        if stripped == 0 {
            return None;
        }

        spans.extend_from_slice(removed);
        spans.sort_unstable();
        let left = tidy::without(text, &spans);
        has_tokens(&left, text, self.options).then_some((left, stripped))
    }
}

/// The records of `corpus` that lose boilerplate, ascending, each with its number of spans. Reads them on all threads.
///
/// # Errors
///
/// A record cannot be read again.
pub(super) fn records(found: &Clustering, corpus: &Corpus, options: &Options) -> Result<Vec<(DocId, u64)>> {
    if options.boilerplate != Boilerplate::Strip {
        return Ok(Vec::new());
    }

    // HTML pages are copied whole, and references are not written.
    let edits = |id: &DocId| {
        id.index() >= corpus.references() && found.rejects.binary_search(id).is_err() && !corpus.is_extracted(*id)
    };
    let documents: Vec<DocId> = corpus.ids().filter(edits).collect();

    let stripped = parallel::with_threads(Some(found.threads), || {
        let worker = || BoilerplateStripper::new(options, &found.units, corpus);
        parallel::map(&documents, worker, |stripper, document| -> Result<u64> {
            // Taken out of the stripper, as the record borrows it.
            let mut scratch = std::mem::take(&mut stripper.scratch);
            let record = corpus.read_in(*document, &mut scratch)?;
            let spans = stripper.strip(*document, &record, &[]).map_or(0, |(_, spans)| spans);
            stripper.scratch = scratch;
            Ok(spans)
        })
    })?;

    let mut records = Vec::new();
    for (document, spans) in documents.into_iter().zip(stripped) {
        let spans = spans?;
        if spans > 0 {
            records.push((document, spans));
        }
    }

    Ok(records)
}
