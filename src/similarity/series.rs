//! Series: texts of one source over one form, frame or sidebar.
//!
//! A paper prints a report once or twice. Words that stand in three texts of one source or more are what it prints every
//! day: the frame of a form, the footer of an agency, the sidebar of a site. Two such texts are copies only if nothing else
//! of theirs differs. What differs can be a single word, so the rule asks for less evidence than those for texts of any
//! source: a word of its own in each title, or in each text.
//!
//! It judges records whose source is known, since papers copy an agency much more often than themselves.

use super::VariantReason;
use super::headings::HeadedText;
use super::lacking_words::{has_inside, joined, lacks};
use super::own_text::{SharedFrequency, VERY_COMMON};
use super::titles::{TitleWords, lacking, numbers_in};
use super::word_forms::{is_content, words};
use crate::normalize::alphabet;

/// Fewest texts of a source with the shared text, where titles differ, or one is missing.
pub(crate) const LEAST: u32 = 3;

/// The same where the texts must tell against the titles.
const TITLED: u32 = 4;

/// The same where a record has no address.
const UNADDRESSED: u32 = 8;

/// Fewest words and numbers of its own that each text has if a record has no address: one page can have been read twice.
const OWN_UNADDRESSED: usize = 2;

/// Fewest texts of the run with the shared text. No story is in as many papers.
const IN_RUN: u32 = 10;

/// How many texts share what two texts of one source share; `None` where this was not counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesFrequencies {
    /// Texts of the source among the candidates connected with the pair.
    pub(crate) of_source: Option<SharedFrequency>,
    /// Texts of the run, by a sample of its trigrams.
    pub(crate) of_run: Option<SharedFrequency>,
}

impl SeriesFrequencies {
    /// Whether three of four shared trigrams are in `least` texts of the source or more, or in many of the run.
    fn are_common(self, least: u32) -> bool {
        self.of_source.is_some_and(|shared| shared.quarter >= least)
            || self.of_run.is_some_and(|shared| shared.quarter >= IN_RUN)
    }

    /// Whether half of the shared trigrams are in very many texts of the source: a sidebar longer than the report.
    fn are_half_furniture(self) -> bool {
        self.of_source.is_some_and(|shared| shared.half >= VERY_COMMON)
    }
}

/// Why two similar texts of one source are no copies; `None` if they may be. Symmetric. O(n) for n bytes.
pub(crate) fn reason(a: HeadedText<'_>, b: HeadedText<'_>, shared: SeriesFrequencies) -> Option<VariantReason> {
    if !a.heading.place.is_named || !a.heading.may_be_told_apart(b.heading) {
        return None;
    }

    let is_of_a_series = shared.are_common(LEAST) || shared.are_half_furniture();
    if is_of_a_series && a.heading.has_other_title(b.heading) && have_other_titles(a, b) {
        return Some(VariantReason::Titles);
    }

    let are_titled = !a.heading.title.is_empty() && !b.heading.title.is_empty();
    let are_two_pages = a.heading.place.has_other_address(b.heading.place);
    let (least, own) = match (are_two_pages, are_titled) {
        (false, _) => (UNADDRESSED, OWN_UNADDRESSED),
        (true, true) => (TITLED, 1),
        (true, false) => (LEAST, 1),
    };
    let have_own_content = || has_own_content(a.folded, b.folded, own) && has_own_content(b.folded, a.folded, own);
    (shared.are_common(least) && have_own_content()).then_some(VariantReason::Furniture)
}

/// Longest of two records that may be parts of one page, in tokens: notices that a gazette prints on it.
pub(crate) const PART_OF_PAGE: usize = 80;

/// Why two short similar texts at one address are two notices of one page; `None` if they may be one page that was read twice. The caller
/// knows that each begins with a token that the other lacks. Symmetric. O(n) for n bytes.
pub(crate) fn of_one_page(a: HeadedText<'_>, b: HeadedText<'_>, shared: SeriesFrequencies) -> Option<VariantReason> {
    let is_form = shared.of_source.is_some_and(|shared| shared.quarter >= UNADDRESSED);
    let have_own_content = || has_own_content(a.folded, b.folded, 1) && has_own_content(b.folded, a.folded, 1);
    (a.heading.place.is_named && is_form && have_own_content()).then_some(VariantReason::Furniture)
}

/// Whether each title has a word of its own, or one has a number that its text tells and the other text lacks.
fn have_other_titles(a: HeadedText<'_>, b: HeadedText<'_>) -> bool {
    let [of_a, of_b] = [a, b].map(|text| TitleWords::new(&text.heading.title));
    let has_own_word = |own: &TitleWords<'_>, other: &TitleWords<'_>, title: &[u8]| {
        let joined = joined(title);
        own.lacking_in(other).into_iter().any(|word| !has_inside(&joined, word))
    };
    if has_own_word(&of_a, &of_b, &b.heading.title) && has_own_word(&of_b, &of_a, &a.heading.title) {
        return true;
    }

    let tells_number = |own: &TitleWords<'_>, other: &TitleWords<'_>, text: &[u8], other_text: &[u8]| {
        let of_title = lacking(&own.numbers, &other.numbers);
        let elsewhere = lacking(&of_title, &numbers_in(words(other_text)));
        let told = numbers_in(words(text));
        elsewhere.iter().any(|number| told.contains(number))
    };
    tells_number(&of_a, &of_b, a.folded, b.folded) || tells_number(&of_b, &of_a, b.folded, a.folded)
}

/// Whether a text has `least` words or numbers that the other text lacks.
fn has_own_content(text: &[u8], other: &[u8], least: usize) -> bool {
    lacks(words(text).filter(|word| is_content(word) || alphabet::is_number(word)), text, other, least)
}
