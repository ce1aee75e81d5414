//! The stage that learns from all texts of a run what pairs are judged by: frequencies of words and of trigrams.

use super::band::BandedNodes;
use super::context::RunContext;
use super::learned_frequencies::LearnedFrequencies;
use super::route::{Route, RouteId};
use super::word_sample::WordSample;
use crate::error::Result;
use crate::lsh::containment::{HashCounts, counts};
use crate::similarity::facts::{Facts, FactsGuard};
use crate::similarity::own_text::{self, TrigramFrequencies};

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

    let trigrams = trigram_counts(context, route, banded)?;
    let learned = frequencies(&context.tables.sampled, context.options.seed, banded.nodes.len(), trigrams);

    let held = context.tables.bytes() + banded.nodes.bytes() + learned.bytes();
    context.plan.require(held, "the frequencies of this many texts")?;
    Ok(Some(learned))
}

/// The frequencies in a run of `texts` distinct texts with this sample of words, and these counts of trigrams.
pub(super) fn frequencies(
    sampled: &WordSample,
    seed: u64,
    texts: usize,
    trigrams: Option<HashCounts>,
) -> LearnedFrequencies {
    let guard = FactsGuard::new(sampled.frequencies(seed));
    let trigrams = trigrams.map(|found| TrigramFrequencies::sampled(found.held, found.bound));
    LearnedFrequencies { texts, guard, trigrams }
}

/// Counts trigrams in the samples of all distinct texts; `None` if shingles are no trigrams.
///
/// # Errors
///
/// The samples cannot be read.
pub(super) fn trigram_counts(
    context: &RunContext<'_>,
    route: &Route,
    banded: &BandedNodes,
) -> Result<Option<HashCounts>> {
    let is_trigrams = route.shingle == own_text::MEASURE;
    let Some(sampling) = route.sampling.filter(|_| is_trigrams) else { return Ok(None) };

    let resident = context.tables.bytes() + banded.bytes();
    let limit = context.plan.work(resident, context.plan.spill_dir(), "frequencies");
    let samples = &context.tables.rows(RouteId::Main).samples;
    counts(samples, sampling, &banded.node_of_row, TrigramFrequencies::HELD_FROM, limit.as_ref()).map(Some)
}
