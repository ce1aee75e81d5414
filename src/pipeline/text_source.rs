//! Reads the texts of a batch again, in blocks that fit in memory.

use super::pair_judge::PairJudge;
use super::refolder::{HeadedFolding, UnitRefolder};
use super::route::RouteId;
use super::spilled_texts::SpilledTexts;
use super::verified_texts::{VerifiedText, VerifiedTexts};
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::MemoryLimit;
use crate::shingle::ShingleKind;

/// Bytes of a short text of any length.
const SHORT_TEXT: usize = 128;

/// Bytes in use for a text of the main route, its tokens left out.
const USUAL_TEXT: u64 = 400;

/// Where the texts of a batch come from.
pub(super) struct TextSource<'a> {
    pub(super) id: RouteId,
    pub(super) shingle: ShingleKind,
    pub(super) refolder: UnitRefolder<'a>,
    /// Whether rules read the texts of the main route.
    pub(super) is_judged: bool,
}

impl TextSource<'_> {
    /// About how many bytes a verifier holds for a unit of `tokens` tokens.
    pub(super) fn bytes(id: RouteId, tokens: usize) -> u64 {
        Self::sizes(id)(tokens)
    }

    /// About how many of these bytes are in use, as measured on news: the room of the judge for a text is seldom filled.
    pub(super) fn usual_bytes(id: RouteId, tokens: usize) -> u64 {
        let bytes = Self::bytes(id, tokens);
        match id {
            RouteId::Main => bytes - PairJudge::BYTES_PER_TEXT as u64 + USUAL_TEXT,
            RouteId::Short => bytes,
        }
    }

    fn sizes(id: RouteId) -> fn(usize) -> u64 {
        match id {
            RouteId::Short => short_bytes,
            RouteId::Main => main_bytes,
        }
    }

    /// The texts of `wanted`, units in input order with their places in the batch. If they take more than the memory of `limit`,
    /// they go to a temporary file in its directory.
    ///
    /// # Errors
    ///
    /// A document cannot be read again, or the disk refuses.
    pub(super) fn texts(&self, wanted: &[(UnitId, u32)], limit: Option<&MemoryLimit>) -> Result<VerifiedTexts> {
        let held = Self::sizes(self.id);
        let bytes = |unit: UnitId| held(self.refolder.units.tokens(unit));
        let all: u64 = wanted.iter().map(|(unit, _)| bytes(*unit)).sum();
        let Some(limit) = limit.filter(|limit| all > limit.memory) else {
            let places = wanted.iter().map(|(_, place)| *place);
            return Ok(VerifiedTexts::Held(by_place(wanted.len(), places.zip(self.read(wanted)?))));
        };

        let mut spilled = SpilledTexts::new(&limit.room, wanted.len(), limit.memory, held)?;
        let mut remaining = wanted;
        while !remaining.is_empty() {
            // As many as fit, and at least one. A document that is cut apart here is parsed twice.
            let mut sum = 0;
            let fits = |(unit, _): &&(UnitId, u32)| {
                sum += bytes(*unit);
                sum <= limit.memory
            };
            let count = remaining.iter().take_while(fits).count().max(1);
            let (block, later) = remaining.split_at(count);
            for ((_, place), text) in block.iter().zip(self.read(block)?) {
                spilled.add(*place, &text)?;
            }
            remaining = later;
        }
        spilled.finish()?;
        Ok(VerifiedTexts::Spilled(spilled))
    }

    /// The texts of `wanted`, of which `kept` are there with their places in the batch. The others are read.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn texts_beside(
        &self,
        wanted: &[(UnitId, u32)],
        kept: Vec<(u32, VerifiedText)>,
    ) -> Result<VerifiedTexts> {
        let mut is_there = vec![false; wanted.len()];
        kept.iter().for_each(|(place, _)| is_there[*place as usize] = true);
        let missing: Vec<(UnitId, u32)> =
            wanted.iter().copied().filter(|(_, place)| !is_there[*place as usize]).collect();

        let read = self.read(&missing)?;
        let texts = missing.iter().map(|(_, place)| *place).zip(read).chain(kept);
        Ok(VerifiedTexts::Held(by_place(wanted.len(), texts)))
    }

    /// The texts of `wanted`, in its order.
    fn read(&self, wanted: &[(UnitId, u32)]) -> Result<Vec<VerifiedText>> {
        let units: Vec<UnitId> = wanted.iter().map(|(unit, _)| *unit).collect();
        let (refolder, shingle) = (&self.refolder, self.shingle);

        Ok(match (self.id, self.is_judged) {
            (RouteId::Short, _) => {
                let (sets, texts) = refolder.sets_and_folded(&units, shingle)?;
                let text = |folded| HeadedFolding { folded, ..HeadedFolding::default() };
                sets.into_iter().zip(texts).map(|(set, folded)| VerifiedText::new(set, text(folded))).collect()
            }
            (RouteId::Main, true) => {
                let (sets, texts) = refolder.sets_and_headed(&units, shingle)?;
                sets.into_iter().zip(texts).map(|(set, text)| VerifiedText::new(set, text)).collect()
            }
            (RouteId::Main, false) => {
                let sets = refolder.sets(&units, shingle)?;
                sets.into_iter().map(|set| VerifiedText::new(set, HeadedFolding::default())).collect()
            }
        })
    }
}

/// Bytes held for a unit of the short route: a token has about six trigrams of eight bytes, and twelve bytes of folded text,
/// held twice while they are made.
const fn short_bytes(tokens: usize) -> u64 {
    (SHORT_TEXT + tokens * 2 * (6 * 8 + 12)) as u64
}

/// Bytes held for a unit of the main route. The set and the folded text are moved, not copied, and what the judge derives is made
/// later.
const fn main_bytes(tokens: usize) -> u64 {
    (PairJudge::BYTES_PER_TEXT + tokens * (8 + PairJudge::BYTES_PER_TOKEN)) as u64
}

/// Sorts `made`, one value for each of `count` places, by the places.
fn by_place<T: Default>(count: usize, made: impl Iterator<Item = (u32, T)>) -> Vec<T> {
    let mut placed: Vec<T> = std::iter::repeat_with(T::default).take(count).collect();
    let mut values = 0;
    for (place, value) in made {
        placed[place as usize] = value;
        values += 1;
    }
    debug_assert_eq!(values, count, "one value for each place");
    placed
}
