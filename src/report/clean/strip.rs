//! Taking boilerplate out of the records that stay.

use super::tidy;
use crate::document::{DocId, Span, UnitKind, Units};
use crate::error::Result;
use crate::input::{Corpus, ReadScratch, Record};
use crate::page::{Boilerplate, Sieve, SourceResolver, SourcedText};
use crate::parallel;
use crate::pipeline::{Clustering, Options};

/// What is boilerplate in the records of a run: its boilerplate units, and what the sieve leaves out of the others.
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

    /// The spans of boilerplate in the text of `record`, which is `document`, ascending.
    fn spans(&mut self, document: DocId, record: &Record<'_>) -> Vec<Span> {
        let text = &*record.text;
        let source = self.sources.of(record);
        let mut found = Vec::new();
        for unit in self.units.of_document(document) {
            let (kind, span) = (self.units.kind(unit), self.units.span(unit));
            if kind == UnitKind::Boilerplate {
                found.push(span);
                continue;
            }
            let kept = self.sieve.sift(SourcedText::new(span.of(text)).kind(kind).source(Some(&source)));
            found.extend(kept.left_out().map(|out| Span::new(span.start + out.start, span.start + out.end)));
        }
        for span in &mut found {
            // A tail goes with the blanks before it.
            let blanks = text[..span.start].len() - text[..span.start].trim_end_matches([' ', '\u{a0}']).len();
            span.start -= blanks;
        }
        found
    }

    /// The text of `record` without its boilerplate and without `gone`, which ascend; `None` if that leaves it as it is, or leaves no
    /// word: then its boilerplate stays.
    pub(super) fn strip(&mut self, document: DocId, record: &Record<'_>, gone: &[Span]) -> Option<(String, u64)> {
        let text = &*record.text;
        let mut spans = self.spans(document, record);
        spans.retain(|span| gone.iter().all(|gone| span.end <= gone.start || gone.end <= span.start));
        let stripped = spans.len() as u64;
        spans.extend_from_slice(gone);
        spans.sort_unstable();
        let left = tidy::without(text, &spans);
        (stripped > 0 && super::has_tokens(&left, text, self.options)).then_some((left, stripped))
    }
}

/// The records of `corpus` that lose boilerplate, ascending, each with the number of spans it loses.
///
/// # Errors
///
/// A record cannot be read again.
pub(super) fn records(found: &Clustering, corpus: &Corpus, options: &Options) -> Result<Vec<(DocId, u64)>> {
    if options.boilerplate != Boilerplate::Strip {
        return Ok(Vec::new());
    }
    // Pages are copied whole, and references are not written.
    let edits = |id: &DocId| {
        id.index() >= corpus.references() && found.rejects.binary_search(id).is_err() && !corpus.is_extracted(*id)
    };
    let documents: Vec<DocId> = corpus.ids().filter(edits).collect();
    let stripped = parallel::with_threads(Some(found.threads), || {
        let worker = || BoilerplateStripper::new(options, &found.units, corpus);
        parallel::map(&documents, worker, |stripper, document| -> Result<u64> {
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
