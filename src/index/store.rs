//! Stored texts and the bands that lead to them, in memory.

use std::collections::hash_map::Entry as Slot;
use std::sync::Arc;

use ahash::AHashMap;

use super::{Match, Prepared};
use crate::normalize::alphabet;
use crate::shingle::{Fingerprint, ShingleSet};
use crate::similarity::facts::{CERTAIN, Facts, Guard, WordFrequencies};
use crate::similarity::{Relation, Score};

/// All stored texts. Places are used again after a removal; ages are not.
#[derive(Debug)]
pub(super) struct Store {
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    by_key: AHashMap<Arc<str>, u32>,
    by_band: AHashMap<u64, Places>,
    inserted: u64,
    /// Knows the words of all texts inserted so far.
    guard: Option<Guard>,
}

#[derive(Debug)]
struct Entry {
    key: Arc<str>,
    /// How many texts were inserted before it.
    age: u64,
    set: ShingleSet,
    fingerprint: Fingerprint,
    keys: Box<[u64]>,
    /// The folded text in the compact alphabet, for the guard; empty without one.
    folded: Box<[u8]>,
}

/// The texts of one band key: nearly always one.
#[derive(Debug)]
enum Places {
    One(u32),
    Many(Vec<u32>),
}

impl Places {
    fn as_slice(&self) -> &[u32] {
        match self {
            Self::One(place) => std::slice::from_ref(place),
            Self::Many(places) => places,
        }
    }

    fn push(&mut self, place: u32) {
        match self {
            Self::One(first) => *self = Self::Many(vec![*first, place]),
            Self::Many(places) => places.push(place),
        }
    }
}

impl Store {
    pub(super) fn new(facts: Facts) -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            by_key: AHashMap::new(),
            by_band: AHashMap::new(),
            inserted: 0,
            guard: (facts == Facts::Guard).then(|| Guard::new(WordFrequencies::default())),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    /// Stores a text under a key that is free.
    pub(super) fn insert(&mut self, key: &str, prepared: Prepared) {
        let Prepared { set, fingerprint, keys, folded } = prepared;
        if let (Some(guard), Some(text)) = (&mut self.guard, &folded) {
            guard.learn(text);
        }
        let mut compact = Vec::new();
        alphabet::push_compact(folded.as_deref().unwrap_or_default(), &mut compact);
        let place = self.free.pop().unwrap_or(self.entries.len() as u32);
        for band in &keys {
            match self.by_band.entry(*band) {
                Slot::Occupied(places) => places.into_mut().push(place),
                Slot::Vacant(slot) => drop(slot.insert(Places::One(place))),
            }
        }
        let key: Arc<str> = key.into();
        let entry =
            Entry { key: key.clone(), age: self.inserted, set, fingerprint, keys: keys.into(), folded: compact.into() };
        self.inserted += 1;
        if place as usize == self.entries.len() {
            self.entries.push(Some(entry));
        } else {
            self.entries[place as usize] = Some(entry);
        }
        self.by_key.insert(key, place);
    }

    /// Forgets a key; whether it was there.
    pub(super) fn remove(&mut self, key: &str) -> bool {
        let Some(place) = self.by_key.remove(key) else {
            return false;
        };
        if let Some(entry) = self.entries[place as usize].take() {
            for band in &entry.keys {
                self.leave_band(*band, place);
            }
        }
        self.free.push(place);
        true
    }

    fn leave_band(&mut self, band: u64, place: u32) {
        let Slot::Occupied(mut slot) = self.by_band.entry(band) else {
            return;
        };
        if let Places::Many(places) = slot.get_mut() {
            places.retain(|other| *other != place);
            if let [last] = places[..] {
                slot.insert(Places::One(last));
            }
        } else {
            slot.remove();
        }
    }

    /// The candidate of highest Jaccard at or above `threshold` that is no variant; without one, the variant of highest Jaccard.
    /// Ties: the oldest.
    pub(super) fn best(&self, prepared: &Prepared, threshold: f64) -> Option<Match> {
        let likely = self.ranked(prepared).into_iter().take_while(|(score, _)| score.jaccard >= threshold);
        let mut variant = None;
        for (score, entry) in likely {
            let found = self.matched(entry, score, prepared, threshold);
            if found.relation != Some(Relation::Variant) {
                return Some(found);
            }
            variant = variant.or(Some(found));
        }
        variant
    }

    /// Up to `top` candidates, best first; ties: the oldest first.
    pub(super) fn matches(&self, prepared: &Prepared, threshold: f64, top: usize) -> Vec<Match> {
        let ranked = self.ranked(prepared).into_iter().take(top);
        ranked.map(|(score, entry)| self.matched(entry, score, prepared, threshold)).collect()
    }

    /// All candidates, best first; ties: the oldest first.
    fn ranked(&self, prepared: &Prepared) -> Vec<(Score, &Entry)> {
        let mut scored: Vec<(Score, &Entry)> = self.scored(prepared);
        scored.sort_by(|(a, x), (b, y)| b.jaccard.total_cmp(&a.jaccard).then(x.age.cmp(&y.age)));
        scored
    }

    fn scored(&self, prepared: &Prepared) -> Vec<(Score, &Entry)> {
        let bands = prepared.keys.iter().filter_map(|band| self.by_band.get(band));
        let mut places: Vec<u32> = bands.flat_map(Places::as_slice).copied().collect();
        places.sort_unstable();
        places.dedup();
        let entries = places.into_iter().filter_map(|place| self.entries[place as usize].as_ref());
        entries.map(|entry| (Score::of(&entry.set, &prepared.set), entry)).collect()
    }

    fn matched(&self, entry: &Entry, score: Score, prepared: &Prepared, threshold: f64) -> Match {
        let relation = if entry.fingerprint == prepared.fingerprint && entry.set == prepared.set {
            Some(Relation::Exact)
        } else if score.jaccard < threshold {
            None
        } else if self.is_variant(entry, score, prepared) {
            Some(Relation::Variant)
        } else {
            Some(Relation::Near)
        };
        let Score { jaccard, containment } = score;
        Match { key: entry.key.to_string(), jaccard, containment, relation }
    }

    fn is_variant(&self, entry: &Entry, score: Score, prepared: &Prepared) -> bool {
        match (&self.guard, &prepared.folded) {
            (Some(guard), Some(text)) if score.jaccard < CERTAIN => {
                guard.is_variant(&alphabet::to_utf8(&entry.folded), text)
            }
            _ => false,
        }
    }
}
