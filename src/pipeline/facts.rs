//! The facts guard of a run: how often words stand in its documents.

use super::Run;
use super::nodes::Nodes;
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::Node;
use crate::parallel;
use crate::similarity::facts::{Facts, Guard, WordFrequencies};

/// Texts that word frequencies are taken from, at most: a word of 2 % of all texts is in 2 % of so many with a standard
/// error of .2 %.
const SAMPLE: usize = 4096;

/// Texts of which the words are held at once.
const TOGETHER: usize = 256;

/// Words of a text that are counted, so that books take no more memory than news.
const WORDS: usize = 2000;

impl Run<'_> {
    /// Makes the guard, if it is asked for and not there yet: from distinct texts at even distances in the input, so that it does
    /// not depend on who may become a keeper.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn prepare_guard(&mut self, nodes: &Nodes) -> Result<()> {
        if self.pipeline.options.facts == Facts::Off || self.guard.is_some() {
            return Ok(());
        }
        let first = |node: Node| nodes.units(node).iter().min().copied();
        let mut firsts: Vec<UnitId> = (0..nodes.len() as Node).filter_map(first).collect();
        parallel::sort_by_key(&mut firsts, |unit| *unit);
        let count = firsts.len().min(SAMPLE);
        let sample: Vec<UnitId> = (0..count).map(|place| firsts[place * firsts.len() / count]).collect();
        let mut frequencies = WordFrequencies::default();
        for part in sample.chunks(TOGETHER) {
            let counted = self.refold().each(part, |_, normalizer, text| {
                let text = normalizer.normalize_excerpt(text);
                let end = text.match_indices(' ').nth(WORDS).map_or(text.len(), |(end, _)| end);
                WordFrequencies::collect([&text[..end]])
            })?;
            counted.into_iter().for_each(|text| frequencies.merge(text));
        }
        self.guard = Some(Guard::new(frequencies));
        Ok(())
    }
}
