//! How much of its own text a removed record shares with its keeper. Its own text is what remains without the sentences that
//! return in its source.

use super::shared_blocks::SourceBlock;
use super::{Cleaning, RemovedPart, spread};
use crate::document::{DocId, Span};
use crate::error::Result;
use crate::input::ReadScratch;
use crate::normalize::{BatchSink, FoldScratch, Language, Normalizer, TokenSink};
use crate::parallel;
use crate::report::losses::lost_words;
use crate::report::record_sources::RecordSources;
use crate::similarity::Relation;

/// Most removals that are examined.
const MOST_REMOVALS: usize = 200;

/// Fewest tokens of own text; a record with less is not judged.
const FEWEST_TOKENS: usize = 8;

/// Longest texts that are judged, in bytes.
const LONGEST: usize = 1 << 18;

/// Length of the sequences of tokens that texts share.
const SEQUENCE: usize = 3;

/// Judges removals.
pub(super) struct OwnTextJudge<'a> {
    pub(super) cleaning: &'a Cleaning<'a>,
    pub(super) sources: &'a RecordSources,
    pub(super) blocks: &'a [SourceBlock],
}

impl OwnTextJudge<'_> {
    /// How many of the removals, or of a sample of them, share less than half of their own text, and how many were judged.
    ///
    /// # Errors
    ///
    /// A record cannot be read again.
    pub(super) fn little(&self, removals: &[&RemovedPart]) -> Result<(u64, u64)> {
        let mut block_of = vec![None; self.sources.names.len()];
        for block in self.blocks {
            block_of[block.source as usize] = Some(block);
        }

        let judge = |reader: &mut WordReader, part: &&RemovedPart| {
            let document = self.cleaning.found.units.document(part.removal.unit);
            self.shares_little(reader, part, block_of[self.sources.of(document) as usize])
        };
        let judged: Result<Vec<Option<bool>>> =
            parallel::map(&spread(removals, MOST_REMOVALS), WordReader::default, judge).into_iter().collect();
        let judged: Vec<bool> = judged?.into_iter().flatten().collect();
        Ok((judged.iter().filter(|little| **little).count() as u64, judged.len() as u64))
    }

    /// Whether a removal shares less than half of its own text; `None` if it has too little of it, or is too long.
    fn shares_little(
        &self,
        reader: &mut WordReader,
        part: &RemovedPart,
        block: Option<&SourceBlock>,
    ) -> Result<Option<bool>> {
        // Equal texts share everything.
        if part.removal.relation == Relation::Exact {
            return Ok(Some(false));
        }
        let units = &self.cleaning.found.units;
        let (document, keeper) = (units.document(part.removal.unit), units.document(part.removal.keeper));

        let Some(own) = self.words(reader, document, block)? else { return Ok(None) };
        if own.ends.len() < FEWEST_TOKENS {
            return Ok(None);
        }
        let Some(kept) = self.words(reader, keeper, None)? else { return Ok(None) };
        let own = own.to_vec();
        let lost: usize = lost_words(&own, &kept.to_vec(), SEQUENCE).iter().map(ExactSizeIterator::len).sum();
        Ok(Some(lost * 2 > own.len()))
    }

    /// The folded words of a record outside of what returns; `None` if it is too long.
    fn words(
        &self,
        reader: &mut WordReader,
        document: DocId,
        block: Option<&SourceBlock>,
    ) -> Result<Option<FoldedWords>> {
        let Cleaning { corpus, found, options, .. } = self.cleaning;
        let WordReader { read, fold } = reader;
        let record = corpus.read_in(document, read)?;
        if record.text.len() > LONGEST {
            return Ok(None);
        }

        let language = found.languages.get(document.index()).copied().flatten();
        let language = language.unwrap_or_else(|| Language::detect(&record.text));
        let normalizer = Normalizer::new(options.profile, language);

        let mut words = FoldedWords::default();
        let returning = block.map_or_else(Vec::new, |block| block.in_text(&record.text));
        match returning.is_empty() {
            // Without places, all words are folded by the fastest path.
            true => normalizer.fold_batches(&record.text, fold, &mut words),
            false => {
                normalizer.fold(&record.text, fold, &mut WordsOutside { returning: &returning, words: &mut words })
            }
        }
        Ok(Some(words))
    }
}

/// The buffers of one thread.
#[derive(Default)]
struct WordReader {
    read: ReadScratch,
    fold: FoldScratch,
}

/// The folded words of a text in the compact alphabet.
#[derive(Default)]
struct FoldedWords {
    /// All words without spaces.
    joined: Vec<u8>,
    /// The end of each word.
    ends: Vec<usize>,
}

impl FoldedWords {
    fn push(&mut self, word: &[u8]) {
        self.joined.extend_from_slice(word);
        self.ends.push(self.joined.len());
    }

    fn to_vec(&self) -> Vec<&[u8]> {
        let mut start = 0;
        let word = |end: &usize| &self.joined[std::mem::replace(&mut start, *end)..*end];
        self.ends.iter().map(word).collect()
    }
}

impl BatchSink for FoldedWords {
    fn token(&mut self, token: &[u8]) {
        self.push(token);
    }

    fn restart(&mut self) {
        self.joined.clear();
        self.ends.clear();
    }
}

/// Takes the words that begin outside of some spans.
struct WordsOutside<'w> {
    /// Ascending.
    returning: &'w [Span],
    words: &'w mut FoldedWords,
}

impl TokenSink for WordsOutside<'_> {
    fn token(&mut self, token: &[u8], span: Span) {
        let before = self.returning.partition_point(|returning| returning.end <= span.start);
        if self.returning.get(before).is_none_or(|returning| span.start < returning.start) {
            self.words.push(token);
        }
    }
}
