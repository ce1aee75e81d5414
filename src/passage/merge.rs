//! Runs → passages: neighbouring runs of the same two documents with a small edit between them become one passage.

use super::folded_words::is_glued;
use super::runs::EqualRun;
use super::spans::Passage;
use super::word_store::WordStore;
use crate::document::DocId;
use crate::error::Result;

/// Ranges of words, numbered over all documents, of one or more runs; `shared` counts their equal words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MergedRuns {
    a: (u64, u64),
    b: (u64, u64),
    shared: u64,
}

/// Appends the passages of document `b` in report order. Runs with the same earlier document are merged if at most
/// `gap` words lie between them on both sides.
///
/// # Errors
///
/// A temporary file cannot be read.
pub(super) fn passages(store: &WordStore, b: DocId, runs: &[EqualRun], gap: u64, out: &mut Vec<Passage>) -> Result<()> {
    let mut runs: Vec<(DocId, EqualRun)> = runs.iter().map(|run| (store.document(run.a), *run)).collect();
    runs.sort_unstable_by_key(|(document, run)| (*document, run.b, run.a, run.length));

    let first = out.len();
    for of_document in runs.chunk_by(|left, right| left.0 == right.0) {
        let a = of_document[0].0;
        for merged in merge(of_document.iter().map(|(_, run)| *run), gap) {
            out.extend(passage(store, a, b, merged)?);
        }
    }

    // The runs were grouped by earlier document.
    out[first..].sort_unstable_by_key(Passage::report_order);
    Ok(())
}

/// Merges runs, which ascend by `b`.
fn merge(runs: impl Iterator<Item = EqualRun>, gap: u64) -> Vec<MergedRuns> {
    let mut merged: Vec<MergedRuns> = Vec::new();
    for run in runs {
        let next = MergedRuns { a: (run.a, run.a + run.length), b: (run.b, run.b + run.length), shared: run.length };
        match merged.last_mut().and_then(|last| last.joined(&next, gap).map(|joined| (last, joined))) {
            Some((last, joined)) => *last = joined,
            None => merged.push(next),
        }
    }

    merged
}

impl MergedRuns {
    /// Both as one, if `next` continues `self` on both sides and at most `gap` words lie between them. They may also
    /// overlap by at most `gap` words on one side, as when a word was inserted between two equal ones.
    fn joined(&self, next: &Self, gap: u64) -> Option<Self> {
        let goes_on = |(start, end): (u64, u64), (later, last): (u64, u64)| {
            start < later && end < last && later.abs_diff(end) <= gap
        };
        if gap == 0 || !goes_on(self.a, next.a) || !goes_on(self.b, next.b) {
            return None;
        }

        // Words in both runs count once.
        let twice = self.a.1.saturating_sub(next.a.0).max(self.b.1.saturating_sub(next.b.0));
        let shared = self.shared + next.shared.saturating_sub(twice);
        Some(Self { a: (self.a.0, next.a.1), b: (self.b.0, next.b.1), shared })
    }
}

/// The passage without the tokens at its ends that are only part of a word; `None` if nothing is left.
fn passage(store: &WordStore, a: DocId, b: DocId, mut merged: MergedRuns) -> Result<Option<Passage>> {
    let (of_a, of_b) = (store.words_of(a), store.words_of(b));
    let glued = |word: u64, first: u64, last: u64| -> Result<bool> {
        Ok(word > first && word < last && is_glued(store.span(word - 1)?, store.span(word)?))
    };
    let inside =
        |a: u64, b: u64| -> Result<bool> { Ok(glued(a, of_a.start, of_a.end)? || glued(b, of_b.start, of_b.end)?) };

    // Both sides are shortened together, so the words at the ends stay aligned.
    while merged.shared > 0 && inside(merged.a.0, merged.b.0)? {
        (merged.a.0, merged.b.0, merged.shared) = (merged.a.0 + 1, merged.b.0 + 1, merged.shared - 1);
    }
    while merged.shared > 0 && inside(merged.a.1, merged.b.1)? {
        (merged.a.1, merged.b.1, merged.shared) = (merged.a.1 - 1, merged.b.1 - 1, merged.shared - 1);
    }
    if merged.shared == 0 || merged.a.0 >= merged.a.1 || merged.b.0 >= merged.b.1 {
        return Ok(None);
    }

    let (a_span, b_span) = (store.span_of(merged.a.0..merged.a.1)?, store.span_of(merged.b.0..merged.b.1)?);
    let MergedRuns { b: (start, end), shared, .. } = merged;
    Ok(Some(Passage { a, a_span, b, b_span, tokens: end - start, shared }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(a: u64, b: u64, length: u64) -> EqualRun {
        EqualRun { a, b, length }
    }

    #[test]
    fn small_edits_are_bridged_and_others_are_not() {
        let pair = [run(0, 100, 10), run(12, 113, 10)];
        let joined = MergedRuns { a: (0, 22), b: (100, 123), shared: 20 };
        assert_eq!(merge(pair.into_iter(), 3), [joined]);
        assert_eq!(merge(pair.into_iter(), 2).len(), 2, "three words lie between in the later text");
        assert_eq!(merge([run(12, 100, 10), run(0, 112, 10)].into_iter(), 4).len(), 2, "another order");
    }

    #[test]
    fn words_claimed_twice_count_once() {
        // One word was put in between two equal ones.
        let merged = merge([run(0, 100, 10), run(9, 110, 10)].into_iter(), 4);
        assert_eq!(merged, [MergedRuns { a: (0, 19), b: (100, 120), shared: 19 }]);
    }
}
