//! Learning boilerplate: parts of lines that many distinct documents of one source share.
//!
//! Lines of at most 24 tokens, and the first and last five tokens of longer lines, are boilerplate if at least 20 and 2 % of
//! the documents of a source of 200 or more hold them. Documents of equal tokens count once, in the source of the first:
//! an agency's paragraph that three papers print is not their boilerplate.
//!
//! Counting is exact up to [`MOST`] distinct parts; beyond that the rarest are forgotten. Documents are counted in input
//! order, so that the result depends on the input alone.

use std::collections::BTreeMap;

use foldhash::HashSet;

use super::boilerplate::Boilerplate;
use super::boilerplate_rules::BoilerplateRule;
use super::line_ends;
use super::line_parts::{LinePart, PartFinder};
use super::lines;
use super::sieve::Sieve;
use crate::document::DocId;
use crate::normalize::{Language, Normalizer, Profile};
use crate::shingle::{Fingerprint, ShingleKind, Shingler};

/// Fewest documents of a source that is learned from.
const SOURCE_DOCUMENTS: u64 = 200;
/// Fewest documents with a part.
const LEAST_COUNT: u64 = 20;
/// One document in this many has the part: 2 %.
const LEAST_SHARE: u64 = 50;
/// Parts that are buffered before they are merged into the table.
const BUFFER: usize = 1 << 20;
/// Most parts in the table, 24 bytes each.
const MOST: usize = 1 << 22;

/// What one document adds to the counts.
#[derive(Debug)]
pub(crate) struct DocumentParts {
    fingerprint: Fingerprint,
    /// The hashes of its parts, distinct.
    parts: Vec<u64>,
}

/// Takes documents apart; one for each thread.
pub(crate) struct PartSampler {
    probe: PartFinder,
    shingler: Shingler,
    sieve: Sieve,
}

impl PartSampler {
    pub(crate) fn new() -> Self {
        Self {
            probe: PartFinder::default(),
            shingler: Shingler::new(ShingleKind::default(), 0),
            sieve: Sieve::new(Boilerplate::Ignore),
        }
    }

    /// The parts of a document; `None` if it has no token.
    pub(crate) fn sample(&mut self, text: &str) -> Option<DocumentParts> {
        let shingled = self.shingler.shingle(&Normalizer::new(Profile::Standard, Language::Ar), text);
        if shingled.tokens == 0 {
            return None;
        }
        let fingerprint = shingled.fingerprint;

        let mut parts = Vec::new();
        self.parts(text, |part, _| parts.push(part.hash));
        parts.sort_unstable();
        // A part counts once in a document.
        parts.dedup();

        Some(DocumentParts { fingerprint, parts })
    }

    /// Calls `found` with each part of `text` and the start of its line in `text`.
    fn parts(&mut self, text: &str, mut found: impl FnMut(LinePart, usize)) {
        line_ends::each_range(text, |range| {
            if let Some(line) = lines::unmeasured(text, range) {
                self.probe.parts(line.span.of(text), |part| found(part, line.span.start));
            }
        });
    }

    /// The rule for `frequent`, worded by its first place in `text`; `None` if `text` does not hold it.
    pub(crate) fn rule(&mut self, text: &str, frequent: &FrequentPart) -> Option<BoilerplateRule> {
        let mut first = None;
        self.parts(text, |part, start| {
            if part.hash == frequent.hash && first.is_none() {
                first = Some((part.kind, start + part.start, start + part.end));
            }
        });

        let (kind, start, end) = first?;
        let sample = text.get(start..end)?.to_owned();

        // Readers of the file see by this which rules the cues already cover.
        let listed = self.sieve.sift(text).left_out().any(|out| out.start < end && start < out.end);
        Some(BoilerplateRule {
            source: frequent.source.clone(),
            kind,
            text: self.probe.words(&sample),
            sample,
            count: frequent.count,
            documents: frequent.documents,
            share: frequent.count as f64 / frequent.documents as f64,
            listed,
        })
    }
}

/// A part that enough documents of its source share.
#[derive(Debug)]
pub(crate) struct FrequentPart {
    pub(crate) source: String,
    hash: u64,
    count: u64,
    documents: u64,
    /// The first document with it.
    pub(crate) first: DocId,
}

/// A part of a source, with the number of documents that hold it.
#[derive(Debug, Clone, Copy)]
struct PartCount {
    source: u32,
    hash: u64,
    count: u32,
    first: u32,
}

/// Counts the parts of documents, which must come in input order.
#[derive(Debug, Default)]
pub(crate) struct RuleLearner {
    sources: BTreeMap<String, u32>,
    documents: Vec<u64>,
    seen: HashSet<Fingerprint>,
    buffer: Vec<PartCount>,
    table: Vec<PartCount>,
}

impl RuleLearner {
    /// Counts a document, unless one of equal tokens was counted already.
    pub(crate) fn add(&mut self, document: DocId, source: &str, sampled: &DocumentParts) {
        if !self.seen.insert(sampled.fingerprint) {
            return;
        }

        // A name is copied only when it is new.
        let source = match self.sources.get(source) {
            Some(&known) => known,
            None => {
                let new = self.documents.len() as u32;
                self.sources.insert(source.to_owned(), new);
                self.documents.push(0);
                new
            }
        };
        self.documents[source as usize] += 1;

        let first = document.index() as u32;
        self.buffer.extend(sampled.parts.iter().map(|&hash| PartCount { source, hash, count: 1, first }));

        if self.buffer.len() >= BUFFER {
            self.merge();
        }
    }

    /// Merges the buffer into the table, and forgets the rarest parts while there are too many.
    fn merge(&mut self) {
        self.table.append(&mut self.buffer);
        self.table.sort_unstable_by_key(|part| (part.source, part.hash, part.first));
        // The earliest document comes first among equals, so that `first` is the first of all.
        self.table.dedup_by(|later, earlier| {
            let same = (later.source, later.hash) == (earlier.source, earlier.hash);
            earlier.count += if same { later.count } else { 0 };
            same
        });

        let mut rare = 1;
        while self.table.len() > MOST {
            self.table.retain(|part| part.count > rare);
            rare += 1;
        }
    }

    /// The parts that enough documents share, by their first document.
    pub(crate) fn finish(mut self) -> Vec<FrequentPart> {
        self.merge();
        // Names by number: `sources` has the numbers by name.
        let mut names = vec![""; self.documents.len()];
        for (name, place) in &self.sources {
            names[*place as usize] = name;
        }

        let frequent = self.table.iter().filter_map(|part| {
            let documents = self.documents[part.source as usize];
            let count = u64::from(part.count);
            let enough = documents >= SOURCE_DOCUMENTS && count >= LEAST_COUNT && count * LEAST_SHARE >= documents;
            let source = names[part.source as usize].to_owned();
            enough.then(|| FrequentPart {
                source,
                hash: part.hash,
                count,
                documents,
                first: DocId::new(part.first as usize),
            })
        });

        let mut frequent: Vec<FrequentPart> = frequent.collect();
        // Their documents are read again in this order.
        frequent.sort_by_key(|part| (part.first, part.hash));
        frequent
    }
}
