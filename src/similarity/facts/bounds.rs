//! What the counts of a pair can be at most, without an alignment: most pairs of copies have nothing that could make them
//! variants.

use std::cell::OnceCell;

use super::facts_text::{FactsPair, FactsSide};
use super::frequencies::WordFrequencies;
use super::names;
use super::numbers;
use super::rule::{BRIEF, FORM, is_share};
use super::series::series;
use super::word_meanings::WordMeaning;

/// Whether any rule of `rule.rs` can hold for a pair. `false` is certain.
pub(super) fn may_differ(pair: &FactsPair<'_>, frequencies: &WordFrequencies) -> bool {
    let tokens = pair.a.len().min(pair.b.len());
    // Of an empty text every share is reached.
    tokens == 0
        || may_tell_other_time(pair, tokens)
        || may_tell_other_facts(pair, frequencies, tokens)
        || may_tell_other_numbers(pair, tokens)
}

/// The bound of `tells_other_time`: each text has a weekday, or each an ordinal, that the other lacks.
fn may_tell_other_time(pair: &FactsPair<'_>, tokens: usize) -> bool {
    let of_kind = |text: &FactsSide<'_>, other: &FactsSide<'_>, kind: fn(WordMeaning) -> bool| {
        text.meanings().any(|meaning| kind(meaning) && !other.tells(meaning))
    };
    let both = |kind| of_kind(&pair.a, &pair.b, kind) && of_kind(&pair.b, &pair.a, kind);

    tokens < BRIEF
        && (both(|meaning| matches!(meaning, WordMeaning::Weekday(_)))
            || both(|meaning| matches!(meaning, WordMeaning::Ordinal(_))))
}

/// The bound of `tells_other_facts`. Every word that it counts is an own word of its text.
fn may_tell_other_facts(pair: &FactsPair<'_>, frequencies: &WordFrequencies, tokens: usize) -> bool {
    let FactsPair { a, b, .. } = pair;
    let own = a.own().count().min(b.own().count());
    if own == 0 {
        return false;
    }

    let rare_of = |text: &FactsSide<'_>| text.own().filter(|at| frequencies.is_rare_word(text.word(*at))).count();
    let rare = rare_of(a).min(rare_of(b));
    let at_least = |count: usize, share| is_share(count, share, tokens);

    // Swaps have an own word on each side, rare ones a rare one.
    let swapped = rare >= 2 && at_least(rare, 15) || rare > 0 && own >= 2 && at_least(own, 30);
    let numbered = tokens < FORM && rare > 0;
    let rewritten = at_least(rare, 15) && rare > 0;
    let framed = tokens < FORM && rare >= 2;
    if swapped || numbered || rewritten || framed {
        return true;
    }

    // Names in slots are counted where both sides begin with a rare own word behind another word that announces one.
    let announced = OnceCell::new();
    let is_announced = || {
        *announced.get_or_init(|| {
            let names = |text: &FactsSide<'_>| {
                text.own().filter(|at| *at > 0 && names::is_announced(text.word(at - 1), text.word(*at))).count()
            };
            names(a) + names(b)
        })
    };
    let introduced = rare > 0 && if tokens < BRIEF { is_announced() > 0 } else { rare > 1 && is_announced() > 1 };
    introduced || series(pair) >= 2
}

/// The bound of `tells_other_numbers`.
fn may_tell_other_numbers(pair: &FactsPair<'_>, tokens: usize) -> bool {
    let FactsPair { a, b, .. } = pair;
    let told = a.text().numbers().min(b.text().numbers());

    // No more numbers can differ than the text with fewer of them has.
    let is_table = told >= 2 && is_share(told, 50, tokens);
    let years = || has_other_year(a, b) && has_other_year(b, a);
    let dates = || has_other_date(a, b) && has_other_date(b, a);
    is_table || tokens < BRIEF && dates() || tokens < FORM && years()
}

/// Whether a text has a year that the other lacks.
fn has_other_year(text: &FactsSide<'_>, other: &FactsSide<'_>) -> bool {
    text.words().iter().any(|word| numbers::year(word).is_some() && !other.words().contains(word))
}

/// Whether a text has a date that cannot be one of the other.
fn has_other_date(text: &FactsSide<'_>, other: &FactsSide<'_>) -> bool {
    text.dates().iter().any(|date| !other.dates().iter().any(|known| known.may_be(date)))
}
