//! The stage that learns from all texts of a run what pairs are judged by: frequencies of words and of trigrams.

use super::band::BandedNodes;
use super::context::RunContext;
use super::learned_frequencies::LearnedFrequencies;
use super::node_table::NodeTable;
use super::route::{Route, RouteId};
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::Node;
use crate::lsh::containment::counts;
use crate::normalize::alphabet;
use crate::parallel;
use crate::similarity::facts::{Facts, FactsGuard, WordFrequencies};
use crate::similarity::own_text::{self, TrigramFrequencies};

/// Most texts of which words are counted. A word of 2 % of all texts is in 2 % of this sample with a standard error of .2 %.
const SAMPLE: usize = 4096;

/// Texts that are folded and held together.
const TOGETHER: usize = 256;

/// Tokens of a text that are counted, so that books take no more memory than news.
const TOKENS: usize = 2000;

/// Learns the frequencies; `None` if the facts guard is off.
///
/// # Errors
///
/// A document cannot be read again, the memory limit is too low, or the disk fails.
pub(super) fn learn(
    context: &RunContext<'_>,
    route: &Route,
    banded: &BandedNodes,
) -> Result<Option<LearnedFrequencies>> {
    if context.options.facts == Facts::Off {
        return Ok(None);
    }

    let trigrams = trigram_frequencies(context, route, banded)?;
    let guard = FactsGuard::new(word_frequencies(context, &banded.nodes)?);
    let learned = LearnedFrequencies { texts: banded.nodes.len(), guard, trigrams };

    let held = context.tables.bytes() + banded.nodes.bytes() + learned.bytes();
    context.plan.require(held, "the frequencies of this many texts")?;
    Ok(Some(learned))
}

/// Counts words in distinct texts at even distances in the input. The sample does not depend on the keeper order.
fn word_frequencies(context: &RunContext<'_>, nodes: &NodeTable) -> Result<WordFrequencies> {
    let first_in_input = |node: Node| nodes.units(node).iter().min().copied();
    let mut firsts: Vec<UnitId> = (0..nodes.len() as Node).filter_map(first_in_input).collect();
    debug_assert_eq!(firsts.len(), nodes.len(), "every node has a unit");
    parallel::sort_by_key(&mut firsts, |unit| *unit);

    // Even distances: news of one day or one source do not dominate the sample.
    let count = firsts.len().min(SAMPLE);
    let sample: Vec<UnitId> = (0..count).map(|place| firsts[place * firsts.len() / count]).collect();

    let refolder = context.refolder();
    let mut frequencies = WordFrequencies::default();
    for part in sample.chunks(TOGETHER) {
        for folded in refolder.folded(part)? {
            let text = alphabet::to_utf8(&folded);
            let end = text.match_indices(' ').nth(TOKENS).map_or(text.len(), |(end, _)| end);
            frequencies.add(&text[..end]);
        }
    }
    Ok(frequencies)
}

/// Counts trigrams in the samples of all distinct texts; `None` if shingles are no trigrams.
fn trigram_frequencies(
    context: &RunContext<'_>,
    route: &Route,
    banded: &BandedNodes,
) -> Result<Option<TrigramFrequencies>> {
    let is_trigrams = route.shingle == own_text::MEASURE;
    let Some(sampling) = route.sampling.filter(|_| is_trigrams) else { return Ok(None) };

    let resident = context.tables.bytes() + banded.bytes();
    let limit = context.plan.work(resident, context.plan.spill_dir(), "frequencies");
    let samples = &context.tables.rows(RouteId::Main).samples;
    let found = counts(samples, sampling, &banded.node_of_row, TrigramFrequencies::HELD_FROM, limit.as_ref())?;
    Ok(Some(TrigramFrequencies::sampled(found.held, found.bound)))
}
