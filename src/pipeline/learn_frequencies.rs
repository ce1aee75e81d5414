//! The stage that learns from all texts of a run what pairs are judged by: frequencies of words and of trigrams.

use super::band::BandedNodes;
use super::context::RunContext;
use super::learned_frequencies::LearnedFrequencies;
use super::route::{Route, RouteId};
use crate::error::Result;
use crate::lsh::containment::counts;
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

    let trigrams = trigram_frequencies(context, route, banded)?;
    let guard = FactsGuard::new(context.tables.sampled.frequencies(context.options.seed));
    let learned = LearnedFrequencies { texts: banded.nodes.len(), guard, trigrams };

    let held = context.tables.bytes() + banded.nodes.bytes() + learned.bytes();
    context.plan.require(held, "the frequencies of this many texts")?;
    Ok(Some(learned))
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
