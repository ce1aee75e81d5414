//! How much of its own text a removed record shares with its keeper. Its own text is what remains without the sentences that
//! return in its source.

use super::shared_blocks::{SourceBlock, sentences};
use super::{Cleaning, RemovedPart, spread};
use crate::document::{DocId, Span};
use crate::error::Result;
use crate::input::ReadScratch;
use crate::normalize::{Language, Normalizer, Token};
use crate::parallel;
use crate::report::losses::lost_tokens;
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

        let judge = |_: &mut (), part: &&RemovedPart| {
            let document = self.cleaning.found.units.document(part.removal.unit);
            self.shares_little(part, block_of[self.sources.of(document) as usize])
        };
        let judged: Result<Vec<Option<bool>>> =
            parallel::map(&spread(removals, MOST_REMOVALS), || (), judge).into_iter().collect();
        let judged: Vec<bool> = judged?.into_iter().flatten().collect();
        Ok((judged.iter().filter(|little| **little).count() as u64, judged.len() as u64))
    }

    /// Whether a removal shares less than half of its own text; `None` if it has too little of it, or is too long.
    fn shares_little(&self, part: &RemovedPart, block: Option<&SourceBlock>) -> Result<Option<bool>> {
        // Equal texts share everything.
        if part.removal.relation == Relation::Exact {
            return Ok(Some(false));
        }
        let units = &self.cleaning.found.units;
        let (document, keeper) = (units.document(part.removal.unit), units.document(part.removal.keeper));

        let Some(own) = self.tokens(document, block)? else { return Ok(None) };
        if own.len() < FEWEST_TOKENS {
            return Ok(None);
        }
        let Some(kept) = self.tokens(keeper, None)? else { return Ok(None) };
        let lost: usize = lost_tokens(&own, &kept, SEQUENCE).iter().map(ExactSizeIterator::len).sum();
        Ok(Some(lost * 2 > own.len()))
    }

    /// The folded tokens of a record outside of what returns; `None` if it is too long.
    fn tokens(&self, document: DocId, block: Option<&SourceBlock>) -> Result<Option<Vec<Token>>> {
        let Cleaning { corpus, found, options, .. } = self.cleaning;
        let mut scratch = ReadScratch::default();
        let record = corpus.read_in(document, &mut scratch)?;
        if record.text.len() > LONGEST {
            return Ok(None);
        }

        let language = found.languages.get(document.index()).copied().flatten();
        let language = language.unwrap_or_else(|| Language::detect(&record.text));
        let mut tokens = Normalizer::new(options.profile, language).tokens(&record.text);

        if let Some(block) = block {
            let returning = sentences(&record.text).into_iter().filter(|sentence| block.returns(sentence.hash));
            let returning: Vec<Span> = returning.map(|sentence| sentence.span).collect();
            tokens.retain(|token| {
                let before = returning.partition_point(|span| span.end <= token.span.start);
                returning.get(before).is_none_or(|span| token.span.start < span.start)
            });
        }
        Ok(Some(tokens))
    }
}
