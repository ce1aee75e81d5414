//! The own-text rule: finds pairs whose high score comes from furniture, not from a common text.
//!
//! Pages of one site share menus, sidebars, footers and forms. If these are long and the article is short, two articles
//! reach any threshold by words that are not theirs. The rule splits each text of a pair into *shared* text, which lies
//! in word trigrams of both, and *own* text. The rarer part is the content: if own text is rare and shared text is
//! common, the shared text is furniture and the pair is no copy.
//!
//! The frequency of a trigram is its number of distinct texts: among the candidates connected with the pair
//! ([`CorpusEvidence::near`]), and in the run, for a sample of trigrams ([`CorpusEvidence::run`]). Without frequencies
//! the rule still finds that a long passage was replaced by another.
//!
//! Each of these tests makes a pair a variant:
//!
//! - *furniture*: the shared text occurs in five texts or more, and a block of own text on both sides in few; or one text
//!   is nothing but furniture ([`is_one_bare`]), or what they share is ([`share_only_furniture`]);
//! - *replaced*: a passage of one text is replaced by a passage of other words that is no furniture itself; or texts
//!   begin with other news before the same background ([`other_news`]);
//! - *numbers*: short pages of one form with mostly different numbers, or one different number or code; documents with
//!   different numbers of their own;
//! - *facts*: pages of one form whose slots have different words, rare on both sides; texts in which one name is
//!   replaced by another throughout.
//!
//! Own text must be contiguous, since scattered edits of a copy are own text too. `docs/FACTS.md` has the rule with
//! its measurements. Files: `wording` the hashes of one text, `compared` two texts, `alignment` their alignment, `frequency`
//! the frequencies, `forms` the tests for short pages, `told` the
//! numbers that they tell, `opposites` words of opposite meaning, `announced` the numbers of decrees, `slots` what records tell in one
//! place, `other_news` follow-ups of earlier reports, `renamed` texts about two subjects, `edited` and `retold` copies below
//! the threshold.

use std::cell::OnceCell;
use std::ops::Range;

use super::VariantReason;
use super::facts::WordFrequencies;
use crate::normalize::alphabet;
use crate::shingle::ShingleKind;

mod alignment;
mod announced;
mod bare;
mod edited;
mod forms;
mod frequency;
mod opposites;
mod other_news;
mod own;
mod pair_wording;
mod renamed;
mod retold;
mod slots;
mod told;
mod wording;

pub(crate) use announced::have_other_numbers;
pub(crate) use bare::{adds_to_furniture, have_own_beginnings, is_one_bare, share_only_furniture};
pub(crate) use edited::{EditedVerdict, edited};
pub(crate) use forms::{FORM, can_be_told_by_code};
pub(crate) use frequency::TrigramFrequencies;
pub(crate) use other_news::other_news;
pub(crate) use pair_wording::PairWording;
pub(crate) use renamed::{ExchangedWords, exchanges_words};
pub(crate) use retold::retold;
pub(crate) use slots::{FORM_TEXTS, are_short_and_other, fill_one_form, tells_other_words};
pub(crate) use wording::Wording;

use alignment::{ReplacedBlock, TextAlignment, TokenAlignment};
use forms::FormContent;
use own::OwnText;
use wording::{SharedTrigram, tokens};

/// The shingles that the rule counts. Frequencies over the run exist if the run measures by them.
pub(crate) const MEASURE: ShingleKind = ShingleKind::Word(own::TRIGRAM as u8);

/// Fewest texts of common shared text.
const COMMON: u32 = 5;

/// Fewest texts of very common shared text, for which own text need not form one block.
pub(crate) const VERY_COMMON: u32 = 20;

/// Own text is rare if at most one in this number of the texts with the shared text has it.
const RARER: u32 = 3;

/// Most texts of own text that is always rare.
const RARE: u32 = 2;

/// Fewest own tokens of a block on each side.
const BLOCK: usize = 10;

/// Fewest own tokens on each side if shared text is very common.
const OWN: usize = 12;

/// Fewest tokens of the longest own run in that case.
const OWN_RUN: usize = 8;

/// Fewest own tokens of a passage in a text of any length.
const PASSAGE: usize = 30;

/// Percentage of the tokens of the shorter text from which a block is also a passage.
const PASSAGE_SHARE: usize = 15;

/// Fewest common rare words, of 100 rare words of the passage that has fewer, if one passage was edited into the other.
const SAME_RARE_WORDS: usize = 20;

/// Pairs whose content is numbers: fewest texts with the shared text, and the number of tokens that both texts are below.
const FORMS: [(u32, usize); 2] = [(8, 160), (5, 80)];

/// Fewest texts of a common form, in which one slot can be the content.
pub(crate) const COMMON_FORM: u32 = 8;

/// Pairs whose content is the words of slots: fewest texts of the form, and fewest rare tokens in slots.
const SLOTS: [(u32, usize); 2] = [(COMMON_FORM, 1), (5, 4)];

/// Fewest tokens that are rare on both sides, of 100 replaced tokens.
const FILLED: usize = 60;

/// Most shared rare trigrams for each such token: with more, the texts share content and the slot is an edit.
const SHARED_CONTENT: usize = 4;

/// The input of the rule for one text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextEvidence<'t> {
    /// Its tokens in the compact alphabet, joined by one space.
    pub(crate) folded: &'t [u8],
    pub(crate) wording: &'t Wording,
}

/// The frequencies that the rule uses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CorpusEvidence<'e> {
    /// Trigrams of the texts that candidates connect with the pair.
    pub(crate) near: Option<&'e TrigramFrequencies>,
    /// Sampled trigrams of all texts.
    pub(crate) run: Option<&'e TrigramFrequencies>,
    /// Words of all texts.
    pub(crate) words: &'e WordFrequencies,
    /// Whether the two texts are at two addresses of one source.
    pub(crate) are_two_pages: bool,
}

/// The reason why two similar texts are no copies; `None` if the rule finds none. Symmetric.
///
/// O(n log n) for n tokens. Texts of fewer than 3 or more than 20,000 tokens are not judged.
pub(crate) fn judge(texts: &PairWording<'_>, evidence: CorpusEvidence<'_>) -> Option<VariantReason> {
    if texts.are_out_of_reach() {
        return None;
    }

    // Needs no alignment.
    let PairWording { a, b, .. } = *texts;
    if have_other_numbers(a.folded, b.folded) {
        return Some(VariantReason::Numbers);
    }

    let pair = TextPair { a, b, texts, evidence, near: OnceCell::new() };

    // The first test that holds gives the reason.
    if pair.is_furniture() {
        Some(VariantReason::Furniture)
    } else if pair.is_replaced() {
        Some(VariantReason::Replaced)
    } else if pair.differs_in_numbers() {
        Some(VariantReason::Numbers)
    } else if pair.fills_a_form() || pair.is_renamed() {
        Some(VariantReason::Facts)
    } else {
        pair.other_content().map(|content| match content {
            FormContent::Number => VariantReason::Numbers,
            FormContent::Word => VariantReason::Facts,
        })
    }
}

/// How many texts have the trigrams that two texts share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SharedFrequency {
    /// The 25th of 100 trigrams, from the rarest; 0 if none was counted.
    pub(crate) quarter: u32,
    /// The 50th.
    pub(crate) half: u32,
}

impl SharedFrequency {
    /// Of two texts, as far as `frequencies` counts their trigrams. O(n log n) for n tokens.
    pub(crate) fn new(texts: &PairWording<'_>, frequencies: &TrigramFrequencies) -> Self {
        let found: Vec<u32> = texts.shared().iter().filter_map(|shared| frequencies.of(shared.trigram)).collect();
        Self { quarter: quartile(found.clone(), 1), half: quartile(found, 2) }
    }
}

/// Two texts that are judged; the shorter one is `a`.
struct TextPair<'p, 't> {
    a: TextEvidence<'p>,
    b: TextEvidence<'p>,
    texts: &'p PairWording<'t>,
    evidence: CorpusEvidence<'p>,
    /// The [`shared_frequency`](Self::shared_frequency) among the texts that candidates connect with the pair, once it is needed.
    near: OnceCell<u32>,
}

impl<'p> TextPair<'p, '_> {
    fn alignment(&self) -> &'p TextAlignment {
        self.texts.alignment()
    }

    /// The alignment token by token.
    fn detail(&self) -> &'p TokenAlignment {
        self.texts.detail()
    }

    /// The own tokens of each text.
    fn own(&self) -> &'p [OwnText; 2] {
        self.texts.own()
    }

    /// Whether shared text is common and own text is rare: among the texts that candidates connect with the pair, or in
    /// the run, where it must be very common, since a story that many papers print is common there too.
    fn is_furniture(&self) -> bool {
        let [a, b] = self.own();
        let near = || self.near().is_some_and(|(near, shared)| shared >= COMMON && self.is_furniture_of(near, shared));
        let run = || {
            self.evidence.run.is_some_and(|run| {
                let shared = self.shared_frequency(run);
                shared >= VERY_COMMON && self.is_furniture_of(run, shared)
            })
        };
        a.tokens.min(b.tokens) >= BLOCK && (near() || run())
    }

    /// Whether few texts have own text, where `shared` texts have the shared text.
    fn is_furniture_of(&self, frequencies: &TrigramFrequencies, shared: u32) -> bool {
        let [a, b] = self.own();
        let most = RARE.max(shared / RARER);

        // Very common shared text: own text may be scattered, as long as it has one run.
        let of_all =
            || ReplacedBlock { a: 0..self.a.wording.words().len(), b: 0..self.b.wording.words().len(), own: 0 };
        let scattered = shared >= VERY_COMMON
            && a.tokens.min(b.tokens) >= OWN
            && a.longest_run().min(b.longest_run()) >= OWN_RUN
            && self.own_frequency(frequencies, &of_all()) <= most;

        let is_rare = |block: &ReplacedBlock| self.own_frequency(frequencies, block) <= most;
        scattered || self.alignment().blocks(BLOCK).iter().any(is_rare)
    }

    /// Whether a passage was replaced by another, unless both are furniture.
    fn is_replaced(&self) -> bool {
        let [a, b] = self.own();
        let share = (self.a.wording.words().len() * PASSAGE_SHARE).div_ceil(100);
        // A short text has shorter passages.
        let least = PASSAGE.min(share).max(BLOCK);
        if a.tokens.min(b.tokens) < least {
            return false;
        }

        let replaced = |block: &ReplacedBlock| !self.share_rare_words(block) && !self.is_furniture_itself(block);
        self.alignment().blocks(least).iter().any(replaced)
    }

    /// Whether a block is more common than the shared text: one page that was crawled twice, with different sidebars.
    fn is_furniture_itself(&self, block: &ReplacedBlock) -> bool {
        let Some(frequencies) = self.evidence.run else { return false };
        self.own_frequency(frequencies, block) > RARE.max(self.shared_frequency(frequencies))
    }

    /// Whether the sides of a block share many of their rare words, so that one was edited into the other.
    fn share_rare_words(&self, block: &ReplacedBlock) -> bool {
        let words = self.evidence.words;
        let rare = |text: TextEvidence<'p>, own: &OwnText, range: &Range<usize>| {
            let placed = tokens(text.folded).enumerate().skip(range.start).take(range.len());
            let is_rare = |(place, word): &(usize, &[u8])| own.is_own(*place) && words.is_rare_here(word);
            let mut rare: Vec<&[u8]> = placed.filter(is_rare).map(|(_, word)| word).collect();
            rare.sort_unstable();
            rare
        };

        let a = rare(self.a, &self.own()[0], &block.a);
        let b = rare(self.b, &self.own()[1], &block.b);
        let fewer = a.len().min(b.len());

        fewer > 0 && common(&a, &b) * 100 >= fewer * SAME_RARE_WORDS
    }

    /// Whether the texts are short, of one form, and most of their numbers differ.
    fn differs_in_numbers(&self) -> bool {
        let longer = self.b.wording.words().len();
        // Before the frequencies, which cost time.
        if FORMS.iter().all(|(_, tokens)| longer >= *tokens) {
            return false;
        }

        let Some((_, shared)) = self.near() else { return false };
        if !FORMS.iter().any(|(common, tokens)| shared >= *common && longer < *tokens) {
            return false;
        }

        let [a, b] =
            [self.a, self.b].map(|text| tokens(text.folded).filter(|token| alphabet::is_number(token)).count());
        let other = self.other_numbers();

        // Most numbers of the side that has fewer differ.
        other > 0 && 2 * other >= a.min(b)
    }

    /// Number of numbers replaced by other numbers, counted in each block on the side that has fewer.
    fn other_numbers(&self) -> usize {
        let numbers = |text: TextEvidence<'p>, own: &OwnText, range: &Range<usize>| {
            let placed = tokens(text.folded).enumerate().skip(range.start).take(range.len());
            let mut numbers: Vec<&[u8]> = placed
                .filter(|(place, token)| own.is_own(*place) && alphabet::is_number(token))
                .map(|(_, token)| token)
                .collect();
            numbers.sort_unstable();
            numbers
        };

        let other = |block: &ReplacedBlock| {
            let a = numbers(self.a, &self.own()[0], &block.a);
            let b = numbers(self.b, &self.own()[1], &block.b);
            a.len().min(b.len()) - common(&a, &b)
        };

        self.alignment().blocks(1).iter().map(other).sum()
    }

    /// Whether the texts are one form with different words in its slots: the words of a slot are rare on both sides,
    /// the form is common, and nearly nothing rare is shared. An edited word is replaced by the word of all other
    /// copies, which is common.
    fn fills_a_form(&self) -> bool {
        let Some((frequencies, shared)) = self.near() else { return false };
        let Some((_, least)) = SLOTS.iter().find(|(common, _)| shared >= *common) else { return false };
        let most = RARE.max(shared / RARER);

        let [rare_a, rare_b] = [self.a, self.b].map(|text| text.wording.rare_tokens(frequencies, most));

        let (mut filled, mut replaced) = (0, 0);
        for slot in &self.detail().slots {
            replaced += slot.a.len().min(slot.b.len());

            // Slots at the edges are bylines, titles and tags, which differ between copies.
            let begins = slot.a.start == 0 || slot.b.start == 0;
            if begins || slot.a.end == rare_a.len() || slot.b.end == rare_b.len() {
                continue;
            }

            let rare = |tokens: &[bool]| tokens.iter().filter(|is_rare| **is_rare).count();
            filled += rare(&rare_a[slot.a.clone()]).min(rare(&rare_b[slot.b.clone()]));
        }

        let is_rare = |shared: &&SharedTrigram<'_>| frequencies.of(shared.trigram).is_some_and(|texts| texts <= most);
        let shared_content = self.texts.shared().iter().filter(is_rare).count();

        filled >= *least && filled * 100 >= replaced * FILLED && shared_content <= filled * SHARED_CONTENT
    }

    /// The frequencies of the texts that candidates connect with the pair, and that of the shared text among them.
    fn near(&self) -> Option<(&'p TrigramFrequencies, u32)> {
        let near = self.evidence.near?;
        Some((near, *self.near.get_or_init(|| self.shared_frequency(near))))
    }

    /// The 25th of 100 frequencies of the trigrams that both have; 0 if none was counted.
    fn shared_frequency(&self, frequencies: &TrigramFrequencies) -> u32 {
        quartile(self.texts.shared().iter().filter_map(|shared| frequencies.of(shared.trigram)).collect(), 1)
    }

    /// The upper quartile of the frequencies of the wholly own trigrams of a block, on the side where it is larger; 0
    /// if none was counted.
    fn own_frequency(&self, frequencies: &TrigramFrequencies, block: &ReplacedBlock) -> u32 {
        let of = |text: TextEvidence<'_>, own: &OwnText, range: &Range<usize>| {
            quartile(own_frequencies(text.wording, own, range, frequencies), 3)
        };

        of(self.a, &self.own()[0], &block.a).max(of(self.b, &self.own()[1], &block.b))
    }
}

/// The frequencies of the wholly own trigrams in a range of tokens, as far as they were counted.
fn own_frequencies(
    wording: &Wording,
    own: &OwnText,
    range: &Range<usize>,
    frequencies: &TrigramFrequencies,
) -> Vec<u32> {
    let inside = |place: usize| place >= range.start && place + own::TRIGRAM <= range.end;
    let placed = wording.placed().filter(|(_, place)| inside(*place) && own.is_wholly_own(*place));
    placed.filter_map(|(trigram, _)| frequencies.of(trigram)).collect()
}

/// The quartile number `quarters` (1 to 3) of the values; 0 if there are none.
fn quartile(mut found: Vec<u32>, quarters: usize) -> u32 {
    if found.is_empty() {
        return 0;
    }

    let place = found.len() * quarters / 4;
    *found.select_nth_unstable(place).1
}

/// Number of common elements of two ascending lists, repeats counted.
fn common<T: Ord>(a: &[T], b: &[T]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);

    while i < a.len() && j < b.len() {
        let order = a[i].cmp(&b[j]);
        common += usize::from(order.is_eq());
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }

    common
}
