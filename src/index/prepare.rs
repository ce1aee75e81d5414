//! From a text to its stored form and its band keys: folded, shingled and sketched outside all locks.

use std::time::SystemTime;

use super::answer::Verify;
use super::index_item::Item;
use super::language_votes::LanguageVote;
use super::search_keys::exact_key;
use super::settings::Settings;
use super::storage::Storage;
use super::stored_text::{StoredBody, StoredText};
use super::stories::TellableText;
use crate::document::Date;
use crate::error::Result;
use crate::normalize::{Language, Normalizer};
use crate::page::{Sieve, source_key};
use crate::shingle::hash::finish;
use crate::shingle::{ShingleSet, ShingledUnit, Shingler};
use crate::story::StoryTextMaker;

/// Number of bits of a key that are kept, so that postings pack into eight bytes. A collision only adds a
/// candidate, which fails its verification.
pub(super) const BAND_BITS: u32 = 40;

/// A folded and sketched text.
#[derive(Debug)]
pub(super) struct PreparedText {
    pub(super) body: StoredBody,
    pub(super) bands: Vec<u64>,
    /// The key that equal texts share.
    pub(super) exact: u64,
    /// The values of the signature; none where signatures are stored, whose values are too short to tell texts apart.
    pub(super) singles: Vec<u32>,
    pub(super) seen: Date,
    pub(super) date: Option<Date>,
    pub(super) told: ToldLanguage,
    /// What is told of it, if the index tells stories and it has words enough.
    pub(super) story: Option<TellableText>,
}

/// What a text tells of its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ToldLanguage {
    /// Its language, which counts for its source.
    Vote(LanguageVote),
    /// Nothing: it was folded with the language that its source had at that moment.
    Unsure { source: u64, taken: Language },
    /// It does not matter, or is not known.
    NotAsked,
}

impl PreparedText {
    /// The record that is stored under `key`, and the hashes that it is found by: its band keys, its exact key, and
    /// `further` keys.
    pub(super) fn into_record(mut self, key: &str, further: &[u64]) -> (StoredText, Vec<u64>) {
        self.body.forget_set();
        let mut hashes = self.bands;
        hashes.push(self.exact);
        hashes.extend_from_slice(further);
        (StoredText { key: key.into(), seen: self.seen, date: self.date, body: self.body }, hashes)
    }

    pub(super) fn moment(&self) -> Date {
        self.date.unwrap_or(self.seen)
    }
}

/// The buffers that one thread folds and sketches with.
#[derive(Debug)]
pub(super) struct TextPreparer {
    sieve: Sieve,
    shingler: Shingler,
    values: Vec<u32>,
    /// `None` in an index without stories.
    stories: Option<(StoryTextMaker, usize)>,
}

impl TextPreparer {
    pub(super) fn new(settings: &Settings) -> Self {
        let sieve = || Sieve::new(settings.boilerplate).with_rules(settings.rules.clone());
        Self {
            sieve: sieve(),
            stories: settings.stories.as_ref().map(|stories| (StoryTextMaker::new(sieve()), stories.least_words)),
            shingler: Shingler::new(settings.shingle, settings.seed),
            values: Vec::new(),
        }
    }

    /// Folds, shingles and sketches a text; `None` if it has no tokens.
    ///
    /// # Errors
    ///
    /// The text does not tell its language, and the storage cannot be read.
    pub(super) fn prepare(
        &mut self,
        settings: &Settings,
        storage: &dyn Storage,
        item: Item<'_>,
    ) -> Result<Option<PreparedText>> {
        let (language, told) = language(settings, storage, item)?;
        let kept = self.sieve.sift(item.text);

        let normalizer = Normalizer::new(settings.profile, language);
        let (shingled, folded) = match settings.verify {
            Verify::Exact => {
                let (shingled, folded) = self.shingler.shingle_and_keep(&normalizer, kept);
                (shingled, Some(folded))
            }
            Verify::Estimate => (self.shingler.shingle_excerpt(&normalizer, kept), None),
        };

        let (seen, date) = (item.seen.unwrap_or_else(now), item.date);
        let text = prepared(settings, &shingled, folded, &mut self.values, seen, date);
        let story = match (&text, &mut self.stories, &settings.rarity) {
            (Some(_), Some((maker, least)), Some(table)) => {
                maker.text(language, (item.title, item.text), table, *least)
            }
            _ => None,
        };
        let story = story.map(|text| TellableText::new(text, item, seen));
        Ok(text.map(|text| PreparedText { told, story, ..text }))
    }

    /// Prepares a stored text again: the result of [`prepare`](Self::prepare) for the text that it was stored from.
    pub(super) fn prepare_again(&mut self, settings: &Settings, record: &StoredText) -> Option<PreparedText> {
        match &record.body {
            StoredBody::Text { folded, .. } => {
                let shingled = self.shingler.shingle_folded(folded);
                prepared(settings, &shingled, Some(folded.clone()), &mut self.values, record.seen, record.date)
            }
            StoredBody::Sketch { fingerprint, shingles, slots } => Some(PreparedText {
                bands: bands_of(settings, slots),
                exact: exact_key(*fingerprint),
                singles: Vec::new(),
                body: StoredBody::Sketch { fingerprint: *fingerprint, shingles: *shingles, slots: slots.clone() },
                seen: record.seen,
                date: record.date,
                told: ToldLanguage::NotAsked,
                story: None,
            }),
        }
    }

    /// The shingles of a folded text.
    pub(super) fn set(&mut self, folded: &[u8]) -> ShingleSet {
        self.shingler.shingle_folded(folded).set()
    }
}

fn prepared(
    settings: &Settings,
    shingled: &ShingledUnit<'_>,
    folded: Option<Box<[u8]>>,
    values: &mut Vec<u32>,
    seen: Date,
    date: Option<Date>,
) -> Option<PreparedText> {
    if shingled.tokens == 0 {
        return None;
    }

    settings.hasher.sketch_into(shingled.hashes, values);
    let Some(folded) = folded else {
        // Bands are cut from the stored slots, not from the values: an index must be rebuilt from its records alone.
        let slots = slots_of(settings, values);
        let bands = bands_of(settings, &slots);
        let shingles = u32::try_from(shingled.set().len()).unwrap_or(u32::MAX);
        let body = StoredBody::Sketch { fingerprint: shingled.fingerprint, shingles, slots };
        let (exact, singles) = (exact_key(shingled.fingerprint), Vec::new());
        return Some(PreparedText {
            body,
            bands,
            exact,
            singles,
            seen,
            date,
            told: ToldLanguage::NotAsked,
            story: None,
        });
    };

    let (bands, exact, singles) = (cut(settings, values), exact_key(shingled.fingerprint), values.clone());
    let body = StoredBody::text(folded);
    Some(PreparedText { body, bands, exact, singles, seen, date, told: ToldLanguage::NotAsked, story: None })
}

/// The language that a text is folded with now, and what the text tells of it.
fn language(settings: &Settings, storage: &dyn Storage, item: Item<'_>) -> Result<(Language, ToldLanguage)> {
    // Without tables every language folds alike.
    if settings.language.is_some() || !settings.profile.knows_languages() {
        return Ok((settings.language.unwrap_or(Language::Ar), ToldLanguage::NotAsked));
    }

    // Asked of the whole text, before boilerplate is removed.
    let evident = Language::evident(item.text.text);
    let source = source_key(item.text.source.unwrap_or(""));
    match evident {
        Some(language) => Ok((language, ToldLanguage::Vote(LanguageVote { source, language }))),
        None => {
            let taken = storage.unsure_language(source)?;
            Ok((taken, ToldLanguage::Unsure { source, taken }))
        }
    }
}

/// The stored signature: the low bytes of each value, after mixing.
fn slots_of(settings: &Settings, values: &[u32]) -> Box<[u8]> {
    // Mixed, so that different values have equal low bytes by chance alone: estimates assume that.
    let mixed = values.iter().map(|value| finish(u64::from(*value)));
    match settings.slot_bytes() {
        1 => mixed.map(|bits| bits as u8).collect(),
        _ => mixed.flat_map(|bits| (bits as u16).to_le_bytes()).collect(),
    }
}

/// The band keys of a stored signature.
fn bands_of(settings: &Settings, slots: &[u8]) -> Vec<u64> {
    let values: Vec<u32> = match settings.slot_bytes() {
        1 => slots.iter().map(|slot| u32::from(*slot)).collect(),
        _ => slots.as_chunks::<2>().0.iter().map(|slot| u32::from(u16::from_le_bytes(*slot))).collect(),
    };
    cut(settings, &values)
}

/// The band keys of some values, [`BAND_BITS`] bits each.
fn cut(settings: &Settings, values: &[u32]) -> Vec<u64> {
    let mut bands = Vec::with_capacity(settings.banding.bands());
    settings.banding.band_keys(values, 0, &mut bands);
    bands.iter_mut().for_each(|band| *band >>= 64 - BAND_BITS);
    bands
}

/// The current time, in whole seconds; the epoch if the clock is before it.
fn now() -> Date {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}
