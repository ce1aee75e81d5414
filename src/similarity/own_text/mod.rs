//! The own-text rule: a score says how much text two pages share, not whose text it is.
//!
//! Pages of one site share menus, sidebars, footers and forms. Where these are long and the article is short, two articles reach
//! any threshold by words that are not theirs. The rule splits each text of a pair into *shared* text, which lies in word trigrams
//! that the other has too, and *own* text. Of the two the rarer one is the content: if own text is rare and shared text common,
//! the shared part is furniture and the pair is no copy.
//!
//! How common a trigram is, is counted in distinct texts: among the candidates that hang together with the pair
//! ([`CorpusEvidence::near`]), and over the run, where a sample of trigrams is counted ([`CorpusEvidence::run`]). Without any counts the rule
//! can still tell that a long passage was replaced by another.
//!
//! Tests, each of which makes a pair a variant:
//!
//! - *furniture*: the shared text stands in five texts or more, and a block of own text on both sides in few;
//! - *replaced*: a passage of one text stands where the other has a passage of other words, and it is no furniture itself;
//! - *numbers*: short pages of one form, most of whose numbers differ, or one number or code alone; documents of other numbers;
//! - *facts*: pages of one form whose slots hold other words, rare ones on both sides.
//!
//! Own text has to be contiguous, since edits that are scattered over a copy look like own text too. `docs/FACTS.md` has the rule
//! with its measurements. Files: `wording` holds what is known of one text, `alignment` sets two side by side, `frequency`
//! counts, `forms` judges short pages.

use ahash::AHashMap;

use super::VariantReason;
use super::facts::WordFrequencies;
use crate::normalize::alphabet;
use crate::shingle::ShingleKind;

mod alignment;
mod edited;
mod forms;
mod frequency;
mod wording;

pub(crate) use edited::{EditedVerdict, edited};
pub(crate) use forms::{FORM, can_be_told_by_code, have_other_numbers};
pub(crate) use frequency::TrigramFrequencies;
pub(crate) use wording::Wording;

use alignment::{OwnText, ReplacedBlock, TextAlignment};
use forms::FormContent;
use wording::tokens;

/// What the rule counts; where a run measures by it, frequencies over the run are known.
pub(crate) const MEASURE: ShingleKind = ShingleKind::Word(wording::TRIGRAM as u8);

/// Shared text is common from this many texts on.
const COMMON: u32 = 5;

/// Shared text is so common that own text need not form one block.
const VERY_COMMON: u32 = 20;

/// Own text is rare if it stands in at most this share (one of so many) of the texts that shared text stands in.
const RARER: u32 = 3;

/// Own text that so few texts have is rare whatever else is.
const RARE: u32 = 2;

/// Fewest own tokens of a block on each side.
const BLOCK: usize = 10;

/// Fewest own tokens on each side where shared text is very common.
const OWN: usize = 12;

/// Fewest tokens of the longest own run there.
const OWN_RUN: usize = 8;

/// Own tokens from which a block is a passage, whatever the length of the text.
const PASSAGE: usize = 30;

/// A block is also a passage if it has this many of 100 tokens of the shorter text.
const PASSAGE_SHARE: usize = 15;

/// Rare words of two passages that say the same, of 100 of the fewer: from so many on, one was edited into the other.
const SAME_RARE_WORDS: usize = 20;

/// A trigram of a pair is common in this many texts and the pair's text this short: then numbers are its content.
const FORMS: [(u32, usize); 2] = [(8, 160), (5, 80)];

/// From so many texts on that have the form, so many rare tokens of slots are its content.
const SLOTS: [(u32, usize); 2] = [(8, 2), (5, 4)];

/// Of 100 tokens that are replaced, those that are rare on both sides.
const FILLED: usize = 60;

/// Rare trigrams that both texts have, for each such token: with more the texts share content, and the slot is an edit.
const SHARED_CONTENT: usize = 4;

/// What the rule knows of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextEvidence<'t> {
    /// Its tokens in the compact alphabet, joined by one space.
    pub(crate) folded: &'t [u8],
    pub(crate) wording: &'t Wording,
}

/// What the rule knows of the other texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CorpusEvidence<'e> {
    /// Trigrams of the texts that candidates join with the pair.
    pub(crate) near: Option<&'e TrigramFrequencies>,
    /// Sampled trigrams of all texts.
    pub(crate) run: Option<&'e TrigramFrequencies>,
    /// Words of all texts.
    pub(crate) words: &'e WordFrequencies,
}

/// Why two texts are no copies although they are alike; `None` if the rule has nothing against it. Symmetric.
///
/// O(n log n) for n tokens. Texts of fewer than 3 or more than 20,000 tokens are not judged.
pub(crate) fn judge(a: TextEvidence<'_>, b: TextEvidence<'_>, evidence: CorpusEvidence<'_>) -> Option<VariantReason> {
    if a.wording.is_out_of_reach() || b.wording.is_out_of_reach() {
        return None;
    }
    if forms::have_other_numbers(a.folded, b.folded) {
        return Some(VariantReason::Numbers);
    }
    let [a, b] = in_order(a, b);
    let pair = TextPair { a, b, alignment: TextAlignment::new(a.wording, b.wording), evidence };
    if pair.is_furniture() {
        Some(VariantReason::Furniture)
    } else if pair.is_replaced() {
        Some(VariantReason::Replaced)
    } else if pair.differs_in_numbers() {
        Some(VariantReason::Numbers)
    } else if pair.fills_a_form() {
        Some(VariantReason::Facts)
    } else {
        pair.other_content().map(|content| match content {
            FormContent::Number => VariantReason::Numbers,
            FormContent::Word => VariantReason::Facts,
        })
    }
}

/// An alignment may turn out otherwise for the sides exchanged, so they have one order: the shorter text first; of equal length the one with the smaller hashes.
fn in_order<'t>(a: TextEvidence<'t>, b: TextEvidence<'t>) -> [TextEvidence<'t>; 2] {
    let (words_a, words_b) = (a.wording.words(), b.wording.words());
    let order = words_a.len().cmp(&words_b.len()).then_with(|| words_a.cmp(words_b));
    if order.is_le() { [a, b] } else { [b, a] }
}

/// Two texts that are judged; the shorter one is `a`.
struct TextPair<'p> {
    a: TextEvidence<'p>,
    b: TextEvidence<'p>,
    alignment: TextAlignment,
    evidence: CorpusEvidence<'p>,
}

impl TextPair<'_> {
    /// Whether shared text is common and own text is not: among the texts that candidates join with the pair, or over the run,
    /// where it must be very common, since a story that many papers print is common there too.
    fn is_furniture(&self) -> bool {
        let CorpusEvidence { near, run, .. } = self.evidence;
        let is_common = |(frequencies, least)| self.is_common_furniture(frequencies, least);
        let TextAlignment { a, b, .. } = &self.alignment;
        a.tokens.min(b.tokens) >= BLOCK
            && (near.map(|near| (near, COMMON)).is_some_and(is_common)
                || run.map(|run| (run, VERY_COMMON)).is_some_and(is_common))
    }

    /// Whether so many texts or more have the shared text, and few have own text.
    fn is_common_furniture(&self, frequencies: &TrigramFrequencies, least: u32) -> bool {
        let TextAlignment { a, b, .. } = &self.alignment;
        let shared = self.shared_frequency(frequencies);
        if shared < least {
            return false;
        }
        let most = RARE.max(shared / RARER);
        let of_all =
            || ReplacedBlock { a: 0..self.a.wording.words().len(), b: 0..self.b.wording.words().len(), own: 0 };
        let scattered = shared >= VERY_COMMON
            && a.tokens.min(b.tokens) >= OWN
            && a.longest_run().min(b.longest_run()) >= OWN_RUN
            && self.own_frequency(frequencies, &of_all()) <= most;
        let is_rare = |block: &ReplacedBlock| self.own_frequency(frequencies, block) <= most;
        scattered || self.alignment.blocks(BLOCK).iter().any(is_rare)
    }

    /// Whether a passage was replaced by another, unless both are furniture.
    fn is_replaced(&self) -> bool {
        let TextAlignment { a, b, .. } = &self.alignment;
        let share = (self.a.wording.words().len() * PASSAGE_SHARE).div_ceil(100);
        let least = PASSAGE.min(share).max(BLOCK);
        if a.tokens.min(b.tokens) < least {
            return false;
        }
        let replaced = |block: &ReplacedBlock| !self.share_rare_words(block) && !self.is_furniture_itself(block);
        self.alignment.blocks(least).iter().any(replaced)
    }

    /// Whether a block is more common than what the texts share: a page that was read again, with another day's sidebar.
    fn is_furniture_itself(&self, block: &ReplacedBlock) -> bool {
        let Some(frequencies) = self.evidence.run else { return false };
        self.own_frequency(frequencies, block) > RARE.max(self.shared_frequency(frequencies))
    }

    /// Whether the sides of a block share many of their rare words: one was edited into the other.
    fn share_rare_words(&self, block: &ReplacedBlock) -> bool {
        let words = self.evidence.words;
        let rare = |text: TextEvidence<'_>, own: &OwnText, range: &std::ops::Range<usize>| {
            let mut bag: AHashMap<Vec<u8>, usize> = AHashMap::new();
            for (place, token) in tokens(text.folded).enumerate().skip(range.start).take(range.len()) {
                if own.is_own(place) && words.is_rare_here(&alphabet::to_utf8(token)) {
                    *bag.entry(token.to_vec()).or_default() += 1;
                }
            }
            bag
        };
        let a = rare(self.a, &self.alignment.a, &block.a);
        let b = rare(self.b, &self.alignment.b, &block.b);
        let fewer = a.values().sum::<usize>().min(b.values().sum());
        let common: usize = a.iter().map(|(word, times)| b.get(word).copied().unwrap_or(0).min(*times)).sum();
        fewer > 0 && common * 100 >= fewer * SAME_RARE_WORDS
    }

    /// Whether the texts are short, of one form, and most of their numbers differ.
    fn differs_in_numbers(&self) -> bool {
        let Some(frequencies) = self.evidence.near else { return false };
        let longer = self.b.wording.words().len();
        if FORMS.iter().all(|(_, tokens)| longer >= *tokens) {
            return false;
        }
        let shared = self.shared_frequency(frequencies);
        if !FORMS.iter().any(|(common, tokens)| shared >= *common && longer < *tokens) {
            return false;
        }
        let [a, b] =
            [self.a, self.b].map(|text| tokens(text.folded).filter(|token| alphabet::is_number(token)).count());
        let other = self.other_numbers();
        other > 0 && 2 * other >= a.min(b)
    }

    /// Numbers that stand against other numbers, counted in each block on the side that has fewer.
    fn other_numbers(&self) -> usize {
        let numbers = |text: TextEvidence<'_>, own: &OwnText, range: &std::ops::Range<usize>| {
            let placed = tokens(text.folded).enumerate().skip(range.start).take(range.len());
            let mut numbers: Vec<Vec<u8>> = placed
                .filter(|(place, token)| own.is_own(*place) && alphabet::is_number(token))
                .map(|(_, token)| token.to_vec())
                .collect();
            numbers.sort_unstable();
            numbers
        };
        let other = |block: &ReplacedBlock| {
            let a = numbers(self.a, &self.alignment.a, &block.a);
            let b = numbers(self.b, &self.alignment.b, &block.b);
            a.len().min(b.len()) - common(&a, &b)
        };
        self.alignment.blocks(1).iter().map(other).sum()
    }

    /// Whether the texts are one form whose slots are filled with other words: what stands in a slot is rare on both sides, while
    /// the form is common, and nearly nothing rare is shared. A word that was edited stands against the word of all other copies, which is common.
    fn fills_a_form(&self) -> bool {
        let Some(frequencies) = self.evidence.near else { return false };
        let shared = self.shared_frequency(frequencies);
        let Some((_, least)) = SLOTS.iter().find(|(common, _)| shared >= *common) else { return false };
        let most = RARE.max(shared / RARER);
        let detail = self.alignment.in_detail(self.a.wording, self.b.wording);
        let [rare_a, rare_b] = [self.a, self.b].map(|text| text.wording.rare_tokens(frequencies, most));
        let (mut filled, mut replaced) = (0, 0);
        for slot in detail.slots {
            replaced += slot.a.len().min(slot.b.len());
            // Bylines, titles and tags stand at the edges, and differ between copies.
            let begins = slot.a.start == 0 || slot.b.start == 0;
            if begins || slot.a.end == rare_a.len() || slot.b.end == rare_b.len() {
                continue;
            }
            let rare = |tokens: &[bool]| tokens.iter().filter(|is_rare| **is_rare).count();
            filled += rare(&rare_a[slot.a]).min(rare(&rare_b[slot.b]));
        }
        let is_rare = |trigram: &&u64| frequencies.of(**trigram).is_some_and(|texts| texts <= most);
        let shared_content = self.alignment.shared.iter().filter(is_rare).count();
        filled >= *least && filled * 100 >= replaced * FILLED && shared_content <= filled * SHARED_CONTENT
    }

    /// The 25th of 100 frequencies of the trigrams that both have; 0 if none was counted.
    fn shared_frequency(&self, frequencies: &TrigramFrequencies) -> u32 {
        let mut found: Vec<u32> = self.alignment.shared.iter().filter_map(|trigram| frequencies.of(*trigram)).collect();
        percentile(&mut found, 1)
    }

    /// The 75th of 100 frequencies of trigrams that are wholly own, in the text of the block where it is larger; 0 if none was
    /// counted.
    fn own_frequency(&self, frequencies: &TrigramFrequencies, block: &ReplacedBlock) -> u32 {
        let of = |text: TextEvidence<'_>, own: &OwnText, range: &std::ops::Range<usize>| {
            let inside = |place: usize| place >= range.start && place + wording::TRIGRAM <= range.end;
            let placed = text.wording.placed().filter(|(_, place)| inside(*place) && own.is_wholly_own(*place));
            let mut found: Vec<u32> = placed.filter_map(|(trigram, _)| frequencies.of(trigram)).collect();
            percentile(&mut found, 3)
        };
        of(self.a, &self.alignment.a, &block.a).max(of(self.b, &self.alignment.b, &block.b))
    }
}

/// The element `quarters` fourths up the order; 0 if there is none.
fn percentile(found: &mut [u32], quarters: usize) -> u32 {
    if found.is_empty() {
        return 0;
    }
    let place = found.len() * quarters / 4;
    *found.select_nth_unstable(place).1
}

/// How many elements two ascending lists have in common, repeats counted.
fn common(a: &[Vec<u8>], b: &[Vec<u8>]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let order = a[i].cmp(&b[j]);
        common += usize::from(order.is_eq());
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    common
}
