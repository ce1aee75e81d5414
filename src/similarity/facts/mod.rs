//! The facts guard: two texts of one template that tell other facts are no copies.
//!
//! Two weather reports, two royal cables and two reports of an execution share most of their words, and differ in the few
//! that matter. What differs between copies is the opposite: spellings, bylines, titles, sentences left out, here and there
//! another word for the same thing. So the guard aligns two texts and looks into the slots where one has other words than
//! the other ([`Evidence`]); a word counts that is rare in the run's documents, unknown to the other text in any form, and
//! no spelling of a word opposite. `docs/FACTS.md` tells the rule, how it was measured, and what it misses.
//!
//! ```
//! use mukarrar::similarity::facts::{Guard, WordFrequencies};
//!
//! let guard = Guard::new(WordFrequencies::default());
//! let friday = "اعلنت وزاره الصحه اليوم الجمعه عدم تسجيل اي حالات جديده بالفيروس";
//! let saturday = "اعلنت وزاره الصحه اليوم السبت عدم تسجيل اي حالات جديده بالفيروس";
//! assert!(guard.is_variant(friday, saturday));
//! assert!(!guard.is_variant(friday, "اعلنت وزاره الصحه عدم تسجيل اي حالات جديده بالفيروس اليوم"));
//! ```
//!
//! Files: `slots` finds where two texts differ, `table` knows the words of time, `frequencies` what is rare, `evidence`
//! counts, and the rule stands here.

mod evidence;
mod frequencies;
mod slots;
mod table;

pub use evidence::Evidence;
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

/// Up to this many tokens a date, an ordinal or a changed frame is a fact of the whole text; in longer ones of a sentence.
const BRIEF: usize = 300;

/// Up to this many tokens other numbers beside another name, or a few heavy slots in an equal frame, make another fact.
const TABLE: usize = 160;

/// Percent of the words of a text that the built-in list must know for the list to tell what is rare. Arabic
/// news has .30 or more in 99 of 100 texts, Urdu news .14 at most.
const LISTED: usize = 20;

/// Texts with more tokens are books, in which no slot tells what the whole is about.
const LONGEST_TEXT: usize = 20_000;

/// The guard of one run.
#[derive(Debug, Clone)]
pub struct Guard {
    frequencies: WordFrequencies,
}

impl Guard {
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

    /// Whether two folded texts (tokens joined by one space) tell other facts in one template. Symmetric. Ask it only of
    /// pairs that are alike: of unlike texts it says nothing.
    ///
    /// Near linear for texts that are alike, and bounded for others; `false` if either has more than 20,000 tokens.
    #[must_use]
    pub fn is_variant(&self, a: &str, b: &str) -> bool {
        if a.split(' ').nth(LONGEST_TEXT).is_some() || b.split(' ').nth(LONGEST_TEXT).is_some() {
            return false;
        }
        if self.frequencies.is_told_by_list() && !(is_of_the_list(a) && is_of_the_list(b)) {
            return false;
        }
        tells_other_facts(&Evidence::of(a, b, &self.frequencies))
    }

    /// What [`is_variant`](Self::is_variant) decides by.
    #[must_use]
    pub fn evidence(&self, a: &str, b: &str) -> Evidence {
        Evidence::of(a, b, &self.frequencies)
    }
}

/// The rule. Every bound was chosen on the labels of `docs/FACTS.md`.
fn tells_other_facts(evidence: &Evidence) -> bool {
    let Evidence { tokens, longer, slots, replaced, rare_words, swaps, rare_swaps, numbers, weekdays, ordinals } =
        *evidence;
    // Per 1000 tokens of the shorter text.
    let at_least = |count: usize, share: usize| count * 1000 >= share * tokens;
    let dated = tokens < BRIEF && weekdays + ordinals > 0;
    let named = rare_swaps >= 2 && at_least(rare_swaps, 15) || rare_swaps > 0 && swaps >= 2 && at_least(swaps, 30);
    let numbered = tokens < TABLE && numbers > 0 && rare_swaps > 0;
    let rewritten = at_least(replaced, 120) && at_least(rare_words, 15);
    let framed = tokens < TABLE
        && (longer - tokens) * 8 <= longer
        && rare_words >= 2
        && replaced >= 2 * slots
        && at_least(replaced, 70);
    dated || named || numbered || rewritten || framed
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
            let guard = Guard::new(WordFrequencies::default());
            prop_assert_eq!(guard.evidence(&a, &b), guard.evidence(&b, &a));
            prop_assert_eq!(guard.is_variant(&a, &b), guard.is_variant(&b, &a));
            prop_assert!(!guard.is_variant(&a, &a));
        }

        #[test]
        fn no_text_is_too_strange(a in ".{0,80}", b in ".{0,80}") {
            let _ = Guard::new(WordFrequencies::collect([&*a])).is_variant(&a, &b);
        }
    }
}
