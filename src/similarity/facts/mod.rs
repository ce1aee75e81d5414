//! The facts guard: two texts of one template that tell different facts are no copies.
//!
//! Two weather reports, two royal cables or two reports of an execution share most words and differ in the few that
//! matter. Copies differ in spellings, bylines, titles, omitted sentences and some synonyms. The guard aligns two texts
//! and examines the slots where their words differ ([`FactsEvidence`]). A word counts if it is rare in the documents of
//! the run, if the other text has it in no form, and if it is no spelling of a word on the other side of the slot.
//! `docs/FACTS.md` has the rule, its measurements and its misses.
//!
//! ```
//! use mukarrar::similarity::facts::{FactsGuard, WordFrequencies};
//!
//! let guard = FactsGuard::new(WordFrequencies::default());
//! let friday = "اعلنت وزاره الصحه اليوم الجمعه عدم تسجيل اي حالات جديده بالفيروس";
//! let saturday = "اعلنت وزاره الصحه اليوم السبت عدم تسجيل اي حالات جديده بالفيروس";
//! assert!(guard.is_variant(friday, saturday));
//! assert!(!guard.is_variant(friday, "اعلنت وزاره الصحه عدم تسجيل اي حالات جديده بالفيروس اليوم"));
//! ```
//!
//! Files: `slots` the places where two texts differ; `word_meanings` words of time, order and measure; `time_words` their
//! lists; `numbers`
//! numbers and dates; `names` names; `series` lists of one sentence; `frequencies` rare words; `known_word` what
//! follows from a word; `facts_text` one text and one side of a pair, `id_table` its tables; `evidence` the counts;
//! `bounds` what the counts can be at most; `rule` the decision.

mod bounds;
mod evidence;
mod facts_text;
mod frequencies;
mod id_table;
mod known_word;
mod names;
mod numbers;
mod rule;
mod series;
mod slots;
mod time_words;
mod word_meanings;

use crate::normalize::alphabet;
use crate::similarity::VariantReason;

pub use evidence::FactsEvidence;
pub(crate) use facts_text::{FactsText, are_spellings, are_sure_spellings};
pub use frequencies::WordFrequencies;
pub(crate) use word_meanings::{DateCalendar, month, ordinal, tells_time_or_unit};

use facts_text::FactsPair;

/// Whether the facts guard is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Facts {
    /// Pairs with different facts are variants: shown, kept.
    #[default]
    Guard,
    /// Pairs with different facts are copies like others.
    Off,
}

/// Pairs of this Jaccard or more are never variants.
pub const CERTAIN: f64 = 0.9;

/// Least percentage of the words of a text that the built-in list must know to decide what is rare. Arabic news has 30
/// % or more in 99 of 100 texts, Urdu news 14 % at most.
const LISTED: usize = 20;

/// Texts with more tokens are books, in which no slot is a fact of the whole.
const LONGEST_TEXT: usize = 20_000;

/// The guard of one run.
#[derive(Debug, Clone)]
pub struct FactsGuard {
    frequencies: WordFrequencies,
}

impl FactsGuard {
    /// A guard with the word frequencies of the run.
    #[must_use]
    pub fn new(frequencies: WordFrequencies) -> Self {
        Self { frequencies }
    }

    /// Adds a document to the word frequencies, for a guard that judges while documents arrive.
    pub fn learn(&mut self, text: &str) {
        self.frequencies.add(text);
    }

    /// [`learn`](Self::learn) for a text in the compact alphabet.
    pub(crate) fn learn_compact(&mut self, text: &[u8]) {
        self.frequencies.add_compact(text);
    }

    /// The word frequencies.
    pub(crate) fn frequencies(&self) -> &WordFrequencies {
        &self.frequencies
    }

    /// Whether the built-in list of frequent words covers the language of the text, in the compact alphabet: Arabic.
    pub(crate) fn reads(&self, folded: &[u8]) -> bool {
        is_of_the_list(folded)
    }

    /// Number of documents of the word frequencies.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.frequencies.documents()
    }

    /// Whether two folded texts tell different facts in one template: whether there is a [`reason`](Self::reason).
    #[must_use]
    pub fn is_variant(&self, a: &str, b: &str) -> bool {
        self.reason(a, b).is_some()
    }

    /// The reason why two folded texts (tokens joined by one space) of one template are no copies; `None` if their
    /// facts do not differ. Symmetric. Only meaningful for similar texts.
    ///
    /// If names and numbers differ, the reason is facts. Always `None` if a text has more than 20,000 tokens. Numbers
    /// are compared in any language; words only in Arabic as long as the built-in list decides what is rare. Near
    /// linear for similar texts, bounded for others.
    #[must_use]
    pub fn reason(&self, a: &str, b: &str) -> Option<VariantReason> {
        self.reason_of_folded(&alphabet::to_compact(a), &alphabet::to_compact(b))
    }

    /// [`reason`](Self::reason) for texts in the compact alphabet.
    pub(crate) fn reason_of_folded(&self, a: &[u8], b: &[u8]) -> Option<VariantReason> {
        let [in_a, in_b] = [a, b].map(FactsText::new);
        self.reason_of((a, &in_a), (b, &in_b))
    }

    /// [`reason`](Self::reason) for folded texts in the compact alphabet that were prepared with the same keys.
    pub(crate) fn reason_of(&self, a: (&[u8], &FactsText), b: (&[u8], &FactsText)) -> Option<VariantReason> {
        if a.1.len() > LONGEST_TEXT || b.1.len() > LONGEST_TEXT {
            return None;
        }

        // The alignment depends on the order of the texts, so they get a fixed one.
        let [a, b] = if alphabet::cmp_utf8(a.0, b.0).is_le() { [a, b] } else { [b, a] };
        let pair = FactsPair::new(a.1, b.1);
        // Without an alignment, for most pairs.
        if !bounds::may_differ(&pair, &self.frequencies) {
            return None;
        }

        let evidence = FactsEvidence::of_pair(&pair, &self.frequencies);
        // The built-in list knows Arabic alone, so the words of other languages would all be rare.
        let knows_words = || !self.frequencies.is_told_by_list() || is_of_the_list(a.0) && is_of_the_list(b.0);
        reason(&evidence, knows_words)
    }

    /// The counts by which [`reason`](Self::reason) decides.
    #[must_use]
    pub fn evidence(&self, a: &str, b: &str) -> FactsEvidence {
        FactsEvidence::of(a, b, &self.frequencies)
    }
}

/// The reason that the counts give. Words count only if the frequencies know the words of both texts.
fn reason(evidence: &FactsEvidence, knows_words: impl Fn() -> bool) -> Option<VariantReason> {
    if rule::tells_other_time(evidence) || rule::tells_other_facts(evidence) && knows_words() {
        Some(VariantReason::Facts)
    } else {
        rule::tells_other_numbers(evidence).then_some(VariantReason::Numbers)
    }
}

/// Whether the built-in list of frequent words and the words of time cover enough of a text, numbers left out.
fn is_of_the_list(folded: &[u8]) -> bool {
    let words = folded.split(|byte| *byte == b' ').filter(|word| !numbers::is_number(word));
    let (words, listed) = words.fold((0, 0), |(words, listed), word| {
        // Months and weekdays are frequent, but not all of them are in the list.
        let known = frequencies::is_listed(word) || word_meanings::meaning(word).is_some();
        (words + 1, listed + usize::from(known))
    });

    listed * 100 >= words * LISTED
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_two_texts_are_judged_alike_from_both_sides(
            a in prop::collection::vec("(كلمه|نص|الاحد|السبت|الثاني|12|15|x|[ء-ي]{3})", 0..60),
            b in prop::collection::vec("(كلمه|نص|الاحد|السبت|الثاني|12|15|x|[ء-ي]{3})", 0..60),
        ) {
            let (a, b) = (a.join(" "), b.join(" "));
            let guard = FactsGuard::new(WordFrequencies::default());
            prop_assert_eq!(guard.evidence(&a, &b), guard.evidence(&b, &a));
            prop_assert_eq!(guard.is_variant(&a, &b), guard.is_variant(&b, &a));
            prop_assert!(!guard.is_variant(&a, &a));
        }

        #[test]
        fn bounds_never_decide_what_the_counts_do_not(
            a in prop::collection::vec("(كلمه|نص|الاحد|السبت|الثاني|مدينه|سفاره|في|اليوم|12|15|3|مارس|2031|2032|1[.]5|1[.]7|[ء-ي]{3})", 0..60),
            b in prop::collection::vec("(كلمه|نص|الاحد|السبت|الثاني|مدينه|سفاره|في|اليوم|12|15|4|مارس|2031|2032|1[.]5|1[.]7|[ء-ي]{3})", 0..60),
            shared in prop::collection::vec("(كلمه|نص|في|من|الي|علي|[ء-ي]{3})", 0..200),
        ) {
            let text = |own: &[String]| [&shared[..shared.len() / 2], own, &shared[shared.len() / 2..]].concat().join(" ");
            let (a, b) = (text(&a), text(&b));
            let guard = FactsGuard::new(WordFrequencies::default());
            let knows_words = || is_of_the_list(&alphabet::to_compact(&a)) && is_of_the_list(&alphabet::to_compact(&b));
            prop_assert_eq!(guard.reason(&a, &b), reason(&guard.evidence(&a, &b), knows_words));
        }

        #[test]
        fn no_text_is_too_strange(a in ".{0,80}", b in ".{0,80}") {
            let _ = FactsGuard::new(WordFrequencies::collect([&*a])).is_variant(&a, &b);
        }
    }
}
