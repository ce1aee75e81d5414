//! The facts guard: two texts of one template that tell other facts are no copies.
//!
//! Two weather reports, two royal cables and two reports of an execution share most of their words, and differ in the few
//! that matter. What differs between copies is the opposite: spellings, bylines, titles, sentences left out, here and there
//! another word for the same thing. So the guard aligns two texts and looks into the slots where one has other words than
//! the other ([`FactsEvidence`]); a word counts that is rare in the run's documents, unknown to the other text in any form, and
//! no spelling of a word opposite. `docs/FACTS.md` tells the rule, how it was measured, and what it misses.
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
//! Files: `slots` finds where two texts differ, `table` knows the words of time and units, `numbers` what is another number or
//! date, `names` what can be a name, `series` lists of one sentence, `frequencies` what is rare, `text` what one text knows; `evidence` counts, and `rule`
//! decides.

mod evidence;
mod frequencies;
mod names;
mod numbers;
mod rule;
mod series;
mod slots;
mod table;
mod text;

use crate::similarity::VariantReason;

pub use evidence::FactsEvidence;
pub use frequencies::WordFrequencies;

/// Whether pairs that tell other facts are told apart from copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Facts {
    /// They are variants: shown, kept.
    #[default]
    Guard,
    /// They are copies like others.
    Off,
}

/// Pairs of this Jaccard or more are never variants.
pub const CERTAIN: f64 = 0.9;

/// Percent of the words of a text that the built-in list must know for the list to tell what is rare. Arabic
/// news has .30 or more in 99 of 100 texts, Urdu news .14 at most.
const LISTED: usize = 20;

/// Texts with more tokens are books, in which no slot tells what the whole is about.
const LONGEST_TEXT: usize = 20_000;

/// The guard of one run.
#[derive(Debug, Clone)]
pub struct FactsGuard {
    frequencies: WordFrequencies,
}

impl FactsGuard {
    /// A guard that knows how often words stand in the documents of the run.
    #[must_use]
    pub fn new(frequencies: WordFrequencies) -> Self {
        Self { frequencies }
    }

    /// Adds a document to those that tell how often words stand: for a guard that judges while texts come in.
    pub fn learn(&mut self, text: &str) {
        self.frequencies.add(text);
    }

    /// How often words stand in the documents it knows.
    pub(crate) fn frequencies(&self) -> &WordFrequencies {
        &self.frequencies
    }

    /// Whether the text is in a language whose frequent words the guard knows by its list: Arabic.
    pub(crate) fn reads(&self, text: &str) -> bool {
        is_of_the_list(text)
    }

    /// Number of documents it knows.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.frequencies.documents()
    }

    /// Whether two folded texts tell other facts in one template: whether there is a [`reason`](Self::reason).
    #[must_use]
    pub fn is_variant(&self, a: &str, b: &str) -> bool {
        self.reason(a, b).is_some()
    }

    /// What tells two folded texts (tokens joined by one space) of one template apart, if they tell other facts. Symmetric. Ask
    /// it only of pairs that are alike: of unlike texts it says nothing.
    ///
    /// Where names and numbers both differ, the reason is facts. Near linear for texts that are alike, and bounded for others;
    /// nothing if either has more than 20,000 tokens. Numbers are looked at in any language, words in Arabic alone while the list
    /// of frequent words decides what is rare.
    #[must_use]
    pub fn reason(&self, a: &str, b: &str) -> Option<VariantReason> {
        if a.split(' ').nth(LONGEST_TEXT).is_some() || b.split(' ').nth(LONGEST_TEXT).is_some() {
            return None;
        }
        let evidence = FactsEvidence::of(a, b, &self.frequencies);
        let knows_words = || !self.frequencies.is_told_by_list() || is_of_the_list(a) && is_of_the_list(b);
        if rule::tells_other_facts(&evidence) && knows_words() {
            Some(VariantReason::Facts)
        } else {
            rule::tells_other_numbers(&evidence).then_some(VariantReason::Numbers)
        }
    }

    /// What [`reason`](Self::reason) decides by.
    #[must_use]
    pub fn evidence(&self, a: &str, b: &str) -> FactsEvidence {
        FactsEvidence::of(a, b, &self.frequencies)
    }
}

/// Whether the built-in list of frequent words and the words of time cover enough of a text, numbers left out.
fn is_of_the_list(text: &str) -> bool {
    let words = text.split(' ').filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    let (words, listed) = words.fold((0, 0), |(words, listed), word| {
        let known = frequencies::is_listed(word) || table::meaning(word).is_some();
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
        fn no_text_is_too_strange(a in ".{0,80}", b in ".{0,80}") {
            let _ = FactsGuard::new(WordFrequencies::collect([&*a])).is_variant(&a, &b);
        }
    }
}
