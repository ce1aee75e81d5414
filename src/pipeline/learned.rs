//! What a run learns of all its texts before it judges pairs: how often words stand in them, and how often trigrams.

use super::nodes::NodeTable;
use super::path::Route;
use super::{BandedNodes, BatchRun};
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::Node;
use crate::lsh::containment::counts;
use crate::normalize::alphabet;
use crate::parallel;
use crate::similarity::facts::{Facts, FactsGuard, WordFrequencies};
use crate::similarity::own_text::{self, TrigramFrequencies};

/// Texts that word frequencies are taken from, at most: a word of 2 % of all texts is in 2 % of so many with a standard
/// error of .2 %.
const SAMPLE: usize = 4096;

/// Texts of which the words are held at once.
const TOGETHER: usize = 256;

/// Words of a text that are counted, so that books take no more memory than news.
const WORDS: usize = 2000;

/// How often words and trigrams stand in the texts of a run.
pub(super) struct LearnedFrequencies {
    /// Number of distinct texts.
    pub(super) texts: usize,
    /// The facts guard, which knows the words.
    pub(super) guard: FactsGuard,
    /// A sample of trigrams; `None` if the run measures by something else.
    pub(super) trigrams: Option<TrigramFrequencies>,
}

impl LearnedFrequencies {
    /// Bytes held for trigrams.
    pub(super) fn bytes(&self) -> u64 {
        self.trigrams.as_ref().map_or(0, TrigramFrequencies::bytes)
    }
}

impl BatchRun<'_> {
    /// Learns what pairs are judged by, if that is asked for and not known yet.
    ///
    /// # Errors
    ///
    /// A document cannot be read again; the disk or the memory does not suffice.
    pub(super) fn learn(&mut self, path: &Route, banded: &BandedNodes) -> Result<()> {
        if self.pipeline.options.facts == Facts::Off || self.learned.is_some() {
            return Ok(());
        }
        let trigrams = self.trigram_frequencies(path, banded)?;
        let guard = FactsGuard::new(self.word_frequencies(&banded.nodes)?);
        let learned = LearnedFrequencies { texts: banded.nodes.len(), guard, trigrams };
        let held = self.tables.bytes() + banded.nodes.bytes() + learned.bytes();
        self.plan.require(held, "the frequencies of so many texts")?;
        self.learned = Some(learned);
        Ok(())
    }

    /// From distinct texts at even distances in the input, so that it does not depend on who may become a keeper.
    fn word_frequencies(&self, nodes: &NodeTable) -> Result<WordFrequencies> {
        let first = |node: Node| nodes.units(node).iter().min().copied();
        let mut firsts: Vec<UnitId> = (0..nodes.len() as Node).filter_map(first).collect();
        parallel::sort_by_key(&mut firsts, |unit| *unit);
        let count = firsts.len().min(SAMPLE);
        let sample: Vec<UnitId> = (0..count).map(|place| firsts[place * firsts.len() / count]).collect();
        let mut frequencies = WordFrequencies::default();
        for part in sample.chunks(TOGETHER) {
            for folded in self.refold().folded(part)? {
                let text = alphabet::to_utf8(&folded);
                let end = text.match_indices(' ').nth(WORDS).map_or(text.len(), |(end, _)| end);
                frequencies.add(&text[..end]);
            }
        }
        Ok(frequencies)
    }

    /// From the samples of all distinct texts.
    fn trigram_frequencies(&self, path: &Route, banded: &BandedNodes) -> Result<Option<TrigramFrequencies>> {
        let Some(sampling) = path.sampling.filter(|_| path.shingle == own_text::MEASURE) else { return Ok(None) };
        let BandedNodes { nodes, node_of_row, .. } = banded;
        let resident = self.tables.bytes() + nodes.bytes() + size_of_val(&node_of_row[..]) as u64;
        let limit = self.plan.work(resident, self.plan.room(), "frequencies");
        let samples = &self.tables.rows(super::path::RouteId::Main).samples;
        let found = counts(samples, sampling, node_of_row, TrigramFrequencies::HELD_FROM, limit.as_ref())?;
        Ok(Some(TrigramFrequencies::sampled(found.held, found.bound)))
    }
}
