//! Blocks of text that many documents of a source share, such as a sidebar: sentences, and lines without one, that stand in
//! more than a fifth of its documents. A document has the block if it has at least [`BLOCK_WORDS`] words of such text.
//!
//! Sentences are equal if their letters and digits are. Documents with the same sentences count once. What stands on one line
//! is cut into sentences too, because a scraper may have joined all lines of a page.

use foldhash::HashMap;

use super::{FEWEST_RECORDS, spread};
use crate::document::{DocId, Span};
use crate::error::Result;
use crate::input::{Corpus, ReadScratch};
use crate::page::LineHasher;
use crate::parallel;
use crate::pipeline::RunAlarm;
use crate::report::record_sources::SourceNumber;
use crate::report::text;

/// Most documents of a source that are examined.
const MOST_DOCUMENTS: usize = 100;

/// A sentence returns if more than one in this many documents have it.
const RETURNING_SHARE: u64 = 5;

/// Fewest words of a block.
const BLOCK_WORDS: u64 = 25;

/// Most sentences of a document that are looked at.
const MOST_SENTENCES: usize = 4096;

/// What ends a sentence if white space follows.
const STOPS: [char; 8] = ['.', '!', '?', '؟', '؛', '۔', '…', ':'];

/// A sentence of a document, or a line without one.
#[derive(Debug, Clone, Copy)]
struct PageSentence {
    hash: u64,
    words: u32,
    span: Span,
}

/// The sentences of a text, at most [`MOST_SENTENCES`]. One walk over its characters.
fn sentences(text: &str) -> Vec<PageSentence> {
    let mut found = Vec::new();
    let mut scan = SentenceScan::default();

    for (at, c) in text.char_indices() {
        if scan.hasher.push(c) {
            scan.goes_on();
            continue;
        }

        let is_blank = c.is_whitespace();
        if is_blank && scan.is_stopped {
            found.extend(scan.end(at));
        }
        if is_blank {
            scan.in_word = false;
        } else {
            scan.goes_on();
            scan.is_stopped = STOPS.contains(&c);
        }
        if matches!(c, '\n' | '\r') {
            found.extend(scan.end(at + 1));
        }
        if found.len() >= MOST_SENTENCES {
            return found;
        }
    }

    found.extend(scan.end(text.len()));
    found
}

/// The current sentence of a text.
#[derive(Default)]
struct SentenceScan {
    /// Its first byte.
    start: usize,
    hasher: LineHasher,
    /// Its words so far: runs without white space.
    words: u32,
    in_word: bool,
    /// Whether the last character ends it if white space follows.
    is_stopped: bool,
}

impl SentenceScan {
    /// Adds a character that is no white space.
    fn goes_on(&mut self) {
        self.words += u32::from(!self.in_word);
        (self.in_word, self.is_stopped) = (true, false);
    }

    /// Ends the sentence before the byte `end`, and begins the next; `None` if it has no letter and no digit.
    fn end(&mut self, end: usize) -> Option<PageSentence> {
        let Self { start, hasher, words, .. } = std::mem::replace(self, Self { start: end, ..Self::default() });
        hasher.finish().map(|hash| PageSentence { hash, words, span: Span::new(start, end) })
    }
}

/// What returns in the documents of a source.
pub(super) struct SourceBlock {
    pub(super) source: SourceNumber,
    /// The sentences that return, by hash, ascending.
    returning: Vec<u64>,
    /// Number of distinct documents that were examined.
    examined: u64,
    /// Number of those that have the block.
    documents: u64,
    /// The block in the first of them.
    first: Option<(DocId, u64, String)>,
}

impl SourceBlock {
    /// Looks for what returns in the `documents` of a source, or in a sample of them.
    ///
    /// # Errors
    ///
    /// A record cannot be read again.
    pub(super) fn find(corpus: &Corpus, source: SourceNumber, documents: &[DocId]) -> Result<Self> {
        let documents = spread(documents, MOST_DOCUMENTS);
        let read = |scratch: &mut ReadScratch, document: &DocId| {
            let record = corpus.read_in(*document, scratch)?;
            Ok(DistinctPage { document: *document, sentences: sentences(&record.text) })
        };
        let pages: Result<Vec<DistinctPage>> =
            parallel::map(&documents, ReadScratch::default, read).into_iter().collect();
        let pages = distinct(pages?);

        let examined = pages.len() as u64;
        let returning = if examined < FEWEST_RECORDS { Vec::new() } else { returning(&pages) };
        let mut block = Self { source, returning, examined, documents: 0, first: None };

        for page in &pages {
            let words = page.sentences.iter().filter(|sentence| block.returns(sentence.hash));
            let words: u64 = words.map(|sentence| u64::from(sentence.words)).sum();
            if words < BLOCK_WORDS {
                continue;
            }
            block.documents += 1;
            if block.first.is_none() {
                let record = corpus.read(page.document)?;
                let text = text::preview(block.longest_run(&page.sentences).of(&record.text));
                block.first = Some((page.document, words, text));
            }
        }
        Ok(block)
    }

    /// Whether a sentence returns.
    fn returns(&self, hash: u64) -> bool {
        self.returning.binary_search(&hash).is_ok()
    }

    /// The sentences of a text that return, in text order.
    pub(super) fn in_text(&self, text: &str) -> Vec<Span> {
        if self.returning.is_empty() {
            return Vec::new();
        }
        sentences(text)
            .into_iter()
            .filter(|sentence| self.returns(sentence.hash))
            .map(|sentence| sentence.span)
            .collect()
    }

    /// The longest run of sentences that return, by words.
    fn longest_run(&self, sentences: &[PageSentence]) -> Span {
        let runs = sentences.chunk_by(|a, b| self.returns(a.hash) == self.returns(b.hash));
        let runs = runs.filter(|run| run.first().is_some_and(|first| self.returns(first.hash)));
        let words = |run: &[PageSentence]| run.iter().map(|sentence| u64::from(sentence.words)).sum::<u64>();

        // Of equally long ones the first, hence `rev`.
        let runs: Vec<&[PageSentence]> = runs.collect();
        match runs.into_iter().rev().max_by_key(|run| words(run)) {
            Some([first, .., last]) => Span::new(first.span.start, last.span.end),
            Some([only]) => only.span,
            _ => Span::new(0, 0),
        }
    }

    /// The alarm about the block, if enough documents have it. `name` is that of the source.
    pub(super) fn alarm(&self, name: &str) -> Option<RunAlarm> {
        let (_, words, text) = self.first.as_ref()?;
        let is_shared = self.documents * RETURNING_SHARE > self.examined;
        is_shared.then(|| RunAlarm::SharedBlock {
            source: name.to_owned(),
            text: text.clone(),
            words: *words,
            documents: self.documents,
            examined: self.examined,
        })
    }
}

/// A document with its sentences.
struct DistinctPage {
    document: DocId,
    sentences: Vec<PageSentence>,
}

/// The first of all documents with the same sentences.
fn distinct(mut pages: Vec<DistinctPage>) -> Vec<DistinctPage> {
    let mut seen: HashMap<Vec<u64>, DocId> = HashMap::default();
    pages.retain(|page| {
        let hashes = page.sentences.iter().map(|sentence| sentence.hash).collect();
        *seen.entry(hashes).or_insert(page.document) == page.document
    });
    pages
}

/// The sentences that more than one in [`RETURNING_SHARE`] pages have, ascending.
fn returning(pages: &[DistinctPage]) -> Vec<u64> {
    let mut all = Vec::new();
    for page in pages {
        let mut hashes: Vec<u64> = page.sentences.iter().map(|sentence| sentence.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        all.extend(hashes);
    }
    all.sort_unstable();

    let often = all.chunk_by(|a, b| a == b).filter(|same| same.len() as u64 * RETURNING_SHARE > pages.len() as u64);
    often.filter_map(|same| same.first().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether a line or a sentence ends before a byte of the text, by its definition.
    fn ends_sentence(text: &str, end: usize) -> bool {
        let Some((before, behind)) = text.split_at_checked(end) else { return false };
        before.ends_with(['\n', '\r']) || before.ends_with(STOPS) && behind.starts_with(char::is_whitespace)
    }

    proptest! {
        #[test]
        fn sentences_are_cut_where_lines_and_sentences_end(text in "[ء-ي a1.!؟۔…:؛\n\rً\u{85}\u{2028}-]{0,60}") {
            let ends = (1..=text.len()).filter(|end| *end == text.len() || ends_sentence(&text, *end));
            let mut start = 0;
            let spans = ends.map(|end| Span::new(std::mem::replace(&mut start, end), end));
            // A tatweel is no letter here.
            let plain = spans.filter(|span| span.of(&text).contains(|c: char| c != 'ـ' && c.is_alphanumeric()));
            let plain: Vec<(Span, u32)> =
                plain.map(|span| (span, span.of(&text).split_whitespace().count() as u32)).collect();
            let found = sentences(&text);
            prop_assert_eq!(found.iter().map(|found| (found.span, found.words)).collect::<Vec<_>>(), plain);
            // The hash of a sentence is that of its text alone.
            prop_assert!(found.iter().all(|found| sentences(found.span.of(&text))[0].hash == found.hash));
        }
    }

    #[test]
    fn lines_and_sentences_are_told_apart_and_cover_the_text() {
        let text = "وصل الوفد. غادر القطار؟ نعم\nالرئيسية\n\n3.14 درجة";
        let found: Vec<&str> = sentences(text).iter().map(|sentence| sentence.span.of(text).trim()).collect();
        assert_eq!(found, ["وصل الوفد.", "غادر القطار؟", "نعم", "الرئيسية", "3.14 درجة"]);
        assert_eq!(sentences("").len(), 0);
        assert_eq!(sentences("وصل…\nقال: نعم!").len(), 3);
        let arabic = "ئ ٔ ٟ ٛ".repeat(3);
        assert_eq!(sentences(&arabic).len(), 1, "letters that end with a byte of a sign");
        assert_eq!(sentences("كلمة").len(), 1);
    }
}
