//! What two records tell in the slots of their alignment: records of one source, and records of which nothing is known. Edits of
//! a copy insert and delete words; records of one form have other words in the same places.

use super::told::{digits, told_numbers};
use super::wording::{SharedTrigram, tokens};
use super::{PairWording, SHARED_CONTENT, SharedFrequency, TrigramFrequencies};
use crate::normalize::alphabet;
use crate::similarity::facts::are_sure_spellings;
use crate::similarity::lacking_words::{lacks, lacks_by};
use crate::similarity::listed_words::listed_word;
use crate::similarity::token_gaps::TokenSlot;
use crate::similarity::word_forms::{BEH, FEW_WORDS, NOON, is_content, words};
use crate::static_table::StaticTable;

/// Most tokens of the longer of two texts of one source of which some words in one place are the content.
const WITH_WORDS: usize = 300;

/// Fewest such words in each text.
const OWN_WORDS: usize = 4;

/// Fewest texts of a form, and the filled slots that then tell two of them apart, ascending by texts. No story is in as many
/// papers, each with words of its own in the middle.
const FILLED: [(u32, usize); 2] = [(8, 2), (20, 1)];

/// The fewest texts of a form.
pub(crate) const FORM_TEXTS: u32 = FILLED[0].0;

/// Most texts of a trigram that is content: the copies of one text.
const COPIES: u32 = 4;

/// At most one in this number of the texts of a form has what is in a slot.
const MOST: u32 = 2;

/// Most tokens of the longer of two texts that a word of its own in each tells apart.
const SHORT: usize = FEW_WORDS;

/// The same for a word of its own in one of them.
const VERY_SHORT: usize = 8;

/// The same for a number of its own in each, for a negation in one, and for a code in one.
const HEADLINE: usize = 32;

/// Words that turn what is said into its opposite, folded: Arabic, Persian, Urdu.
const NEGATIONS: [&str; 14] =
    ["لم", "لن", "ليس", "ليست", "ينفي", "تنفي", "نفي", "نفت", "نہیں", "نہ", "نیست", "نیستند", "نشد", "تردید"];

static NEGATING: StaticTable<Vec<Vec<u8>>> =
    StaticTable::new(|| NEGATIONS.iter().map(|word| listed_word(word)).collect());

/// Whether each of two texts of one source has some words in one place, not at the edges, that the other text lacks in every
/// form: two texts of one form, of which no others need be known. Symmetric.
///
/// O(n log n) for n tokens, at most for [`WITH_WORDS`].
pub(crate) fn tells_other_words(texts: &PairWording<'_>) -> bool {
    let PairWording { a, b, .. } = *texts;
    if texts.are_out_of_reach() || b.wording.words().len() > WITH_WORDS {
        return false;
    }

    let [of_a, of_b] = [a, b].map(|text| tokens(text.folded).collect::<Vec<_>>());
    let lacks_words = |slot: &[&[u8]], text: &[u8], other: &[u8]| {
        slot.len() >= OWN_WORDS && lacks(slot.iter().copied().filter(|word| is_content(word)), text, other, OWN_WORDS)
    };
    inner_slots([&of_a, &of_b], &texts.detail().slots).any(|slot| {
        lacks_words(&of_a[slot.a.clone()], a.folded, b.folded) && lacks_words(&of_b[slot.b.clone()], b.folded, a.folded)
    })
}

/// Whether two texts fill one form with different things: in enough slots, not at the edges, each has a word or number of its own
/// that the other lacks in every form. `near` counts the trigrams of the texts that candidates connect with the pair. Symmetric.
///
/// What is in a slot may not be in most texts of the form: an edited word of a copy is aligned with the word of all other copies.
/// And texts that share text of few others share content: there a slot is an edit. O(n log n) for n tokens and each slot.
pub(crate) fn fill_one_form(texts: &PairWording<'_>, near: &TrigramFrequencies) -> bool {
    let PairWording { a, b, .. } = *texts;
    if texts.are_out_of_reach() {
        return false;
    }

    let shared = SharedFrequency::new(texts, near).quarter;
    let Some((_, least)) = FILLED.into_iter().rfind(|(texts, _)| shared >= *texts) else { return false };

    let [of_a, of_b] = [a, b].map(|text| tokens(text.folded).collect::<Vec<_>>());
    let [few_a, few_b] = [a, b].map(|text| text.wording.rare_tokens(near, shared / MOST));
    let tells = |slot: &[&[u8]], text: &[u8], other: &[u8]| {
        let is_told = |word: &&[u8]| is_content(word) || alphabet::is_number(word);
        lacks(slot.iter().copied().filter(is_told), text, other, 1)
    };
    let filled = inner_slots([&of_a, &of_b], &texts.detail().slots).filter(|slot| {
        let are_few = few_a[slot.a.clone()].contains(&true) && few_b[slot.b.clone()].contains(&true);
        let (in_a, in_b) = (&of_a[slot.a.clone()], &of_b[slot.b.clone()]);
        let differ =
            || are_other_numbers(in_a, in_b) || tells(in_a, a.folded, b.folded) && tells(in_b, b.folded, a.folded);
        are_few && differ()
    });
    let filled = filled.count();

    let is_content = |shared: &&SharedTrigram<'_>| near.of(shared.trigram).is_some_and(|texts| texts <= COPIES);
    filled >= least && texts.shared().iter().filter(is_content).count() <= filled * SHARED_CONTENT
}

/// Whether both sides of a slot consist of numbers only, and the numbers differ. A field of a form may hold a number that another
/// field of the other text has too.
fn are_other_numbers(a: &[&[u8]], b: &[&[u8]]) -> bool {
    let are_numbers = |slot: &[&[u8]]| !slot.is_empty() && slot.iter().all(|token| alphabet::is_number(token));
    are_numbers(a) && are_numbers(b) && digits(a) != digits(b)
}

/// Whether two short texts tell different things: each has a word, a number or some Latin letters that the other lacks in every form, or
/// one of very short texts has. A title, a headline, a name of a product is told by every word. Of longer headlines each must have a
/// number of its own, or one of them has a code of its own, or negates what the other says. Symmetric. O(n) for n bytes.
pub(crate) fn are_short_and_other(texts: &PairWording<'_>) -> bool {
    let PairWording { a, b, .. } = *texts;
    let longer = b.folded.iter().filter(|byte| **byte == b' ').count() + 1;
    if longer > HEADLINE {
        return false;
    }
    if negates_one(a.folded, b.folded) || has_own_code(a.folded, b.folded) || has_own_code(b.folded, a.folded) {
        return true;
    }
    if longer > SHORT {
        return have_own_numbers(a.folded, b.folded);
    }
    if has_own_series(a.folded, b.folded) && has_own_series(b.folded, a.folded) {
        return true;
    }

    // One number in digits and as a word is one number.
    let [numbers_a, numbers_b] = [a, b].map(|text| told_numbers(&tokens(text.folded).collect::<Vec<_>>()));
    let is_known = |word: &[u8], known: &[&[u8]]| {
        let is_code = !alphabet::is_number(word) && word.iter().any(u8::is_ascii_digit);
        !is_code && told_numbers(&[word]).iter().any(|number| known.contains(number))
    };
    let is_word = |word: &[u8]| word.len() > 1 || alphabet::is_number(word);
    let is_told = |word: &&[u8], known: &[&[u8]]| is_word(word) && !is_known(word, known);
    let tells = |text: &[u8], other: &[u8], known: &[&[u8]]| {
        lacks_by(words(text).filter(|word| is_told(word, known)), (text, other), 1, are_sure_spellings)
    };
    let (of_a, of_b) = (tells(a.folded, b.folded, &numbers_b), tells(b.folded, a.folded, &numbers_a));
    of_a && of_b || longer <= VERY_SHORT && (of_a || of_b)
}

/// Whether one of two texts has more words that negate than the other, or negates a verb of the other.
fn negates_one(a: &[u8], b: &[u8]) -> bool {
    let does_negate = |word: &&[u8]| NEGATING.iter().any(|negation| negation == word);
    let [of_a, of_b] = [a, b].map(|text| words(text).filter(does_negate).count());
    of_a != of_b || negates_verb(a, b) || negates_verb(b, a)
}

/// Whether a text has a Persian verb with the sign of negation (نشده, نخوریم) that the other has without it (شده, بخوریم).
fn negates_verb(text: &[u8], other: &[u8]) -> bool {
    let is_told = |verb: &[u8]| words(other).any(|word| word == verb || word.strip_prefix(&[BEH]) == Some(verb));
    let negated = words(text).filter(|word| !words(other).any(|known| known == *word));
    negated.filter_map(|word| word.strip_prefix(&[NOON])).any(|verb| is_content(verb) && is_told(verb))
}

/// Whether a text has a code of Latin letters and digits (256SSD, i5-10400F) that the other lacks: one model of a thing, not another.
fn has_own_code(text: &[u8], other: &[u8]) -> bool {
    lacks(tokens(text).filter(|word| is_latin_code(word)), text, other, 1)
}

/// Most letters and digits of a code. Longer ones are keys of links and files.
const LONGEST_CODE: usize = 10;

/// Whether a token consists of some Latin letters and digits, and has both.
fn is_latin_code(word: &[u8]) -> bool {
    word.len() <= LONGEST_CODE
        && word.iter().all(u8::is_ascii_alphanumeric)
        && word.iter().any(u8::is_ascii_digit)
        && word.iter().any(u8::is_ascii_alphabetic)
}

/// Most Latin letters of the name of a series.
const SERIES: usize = 4;

/// Whether a text has a few Latin letters as a token that the other has not: two series of a thing (15-G, 15-FB; HD, UHD).
fn has_own_series(text: &[u8], other: &[u8]) -> bool {
    let is_series = |word: &&[u8]| word.len() <= SERIES && word.iter().all(u8::is_ascii_alphabetic);
    tokens(text).filter(is_series).any(|series| !tokens(other).any(|word| word == series))
}

/// Whether each of two texts has a number in digits, or a code with digits, that the other does not tell, not at its end: there it may be a counter.
fn have_own_numbers(a: &[u8], b: &[u8]) -> bool {
    let [of_a, of_b] = [a, b].map(|text| tokens(text).collect::<Vec<_>>());
    let has_own = |own: &[&[u8]], text: &[u8], others: &[&[u8]], other: &[u8]| {
        let told = told_numbers(others);
        let is_own = |word: &&[u8]| {
            let is_code = !alphabet::is_number(word) && word.iter().any(u8::is_ascii_digit);
            is_code || alphabet::is_number(word) && !told_numbers(&[word]).iter().any(|number| told.contains(number))
        };
        let inner = own.split_last().map_or(own, |(_, inner)| inner);
        lacks(inner.iter().copied().filter(is_own), text, other, 1)
    };
    has_own(&of_a, a, &of_b, b) && has_own(&of_b, b, &of_a, a)
}

/// The slots that have tokens before and behind them. Slots at the edges are titles, counters and tags, which differ
/// between copies.
pub(super) fn inner_slots<'s>(
    [a, b]: [&[&[u8]]; 2],
    slots: &'s [TokenSlot],
) -> impl Iterator<Item = &'s TokenSlot> + use<'s> {
    let (end_of_a, end_of_b) = (a.len(), b.len());
    slots
        .iter()
        .filter(move |slot| slot.a.start.min(slot.b.start) > 0 && slot.a.end < end_of_a && slot.b.end < end_of_b)
}
