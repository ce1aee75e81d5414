//! Lists of one sentence: texts that repeat a sentence with different values, for example for each country.
//!
//! A cable to one country shares every word but the names with a list of cables to others. An alignment matches it with
//! any sentence of the list and cannot show the difference. But a frame with several values in one text (أعلنت سفارة …
//! في العاصمة) is a slot for facts: if each text has a value there that the other does not know, the texts tell
//! different facts.

use std::collections::BTreeMap;
use std::ops::Range;

use super::facts_text::{FactsPair, FactsSide, are_spellings};

/// Longest text that is examined, in tokens.
const LONGEST: usize = 2000;

/// Longest value, in tokens.
const VALUE: usize = 4;

/// Most values of a text that are examined.
const VALUES: usize = 128;

/// Most values of one frame.
const VALUES_OF_FRAME: usize = 16;

/// Two words before a value and two after it.
type ValueFrame<'a> = [&'a [u8]; 4];

/// Number of frames that one of the texts repeats, and in which each text has a value that the other does not know.
pub(super) fn series(pair: &FactsPair<'_>) -> usize {
    let FactsPair { a, b, .. } = pair;
    if a.len().max(b.len()) > LONGEST || !may_share_frame(pair) {
        return 0;
    }

    let in_a = values(a);
    if in_a.is_empty() {
        return 0;
    }

    let in_b = values(b);

    let both = in_a.iter().filter_map(|(frame, values)| Some((frame, values, in_b.get(frame)?)));
    let others = both.filter(|(_, of_a, of_b)| has_other(a, of_a, b, of_b) && has_other(b, of_b, a, of_a));
    others.filter(|(frame, ..)| repeats(a.words(), frame) || repeats(b.words(), frame)).count()
}

/// Whether a frame of one text may be one of the other: equal words have equal numbers. Without an allocation for a frame.
fn may_share_frame(FactsPair { a, b, ids: [ids_a, ids_b], .. }: &FactsPair<'_>) -> bool {
    let framed = |text: &FactsSide<'_>, ids: &[u32]| -> Vec<[u32; 4]> {
        runs(text).filter_map(|value| frame(ids, &value)).collect()
    };

    let mut in_a = framed(a, ids_a);
    if in_a.is_empty() {
        return false;
    }
    in_a.sort_unstable();
    framed(b, ids_b).iter().any(|frame| in_a.binary_search(frame).is_ok())
}

/// The runs of own words of a text that can be values.
fn runs(text: &FactsSide<'_>) -> impl Iterator<Item = Range<usize>> {
    let mut own = text.own().peekable();
    let run = std::iter::from_fn(move || {
        let at = own.next()?;
        let mut value = at..at + 1;
        while own.next_if_eq(&value.end).is_some() {
            value.end += 1;
        }
        Some(value)
    });
    run.filter(|value| value.len() <= VALUE)
}

/// The frame of a value; `None` at the edges of a text, where it is not whole.
fn frame<T: Copy>(words: &[T], value: &Range<usize>) -> Option<[T; 4]> {
    let [first, second] = *words[..value.start].last_chunk()?;
    let [third, fourth] = *words[value.end..].first_chunk()?;
    Some([first, second, third, fourth])
}

/// Whether one of the values is a spelling of no value of the other text.
fn has_other(text: &FactsSide<'_>, values: &[Range<usize>], other: &FactsSide<'_>, others: &[Range<usize>]) -> bool {
    let words = |range: &Range<usize>| &text.words()[range.clone()];
    let against = |range: &Range<usize>| &other.words()[range.clone()];

    values.iter().any(|value| !others.iter().any(|known| are_alike(words(value), against(known))))
}

/// Runs of words that the other text does not know, by their frames.
fn values<'a>(text: &FactsSide<'a>) -> BTreeMap<ValueFrame<'a>, Vec<Range<usize>>> {
    let words = text.words();
    let mut values: BTreeMap<_, Vec<_>> = BTreeMap::new();

    // A value needs a whole frame around it.
    let framed = runs(text).filter_map(|value| Some((frame(words, &value)?, value)));
    for (frame, value) in framed.take(VALUES) {
        let of_frame = values.entry(frame).or_default();
        if of_frame.len() < VALUES_OF_FRAME {
            of_frame.push(value);
        }
    }

    values
}

/// Whether a word of one value is a spelling of one of the other.
fn are_alike(a: &[&[u8]], b: &[&[u8]]) -> bool {
    a.iter().any(|word| b.iter().any(|other| are_spellings(word, other)))
}

/// Whether the words have two different values in the frame.
fn repeats(words: &[&[u8]], frame: &ValueFrame<'_>) -> bool {
    let [first, second, third, fourth] = *frame;

    let value = |at: usize| {
        let after = &words[at..];
        let length = after.windows(2).take(VALUE + 1).skip(1).position(|two| two == [third, fourth])? + 1;
        Some(&after[..length])
    };

    let opens = |at: &usize| words[at - 2] == first && words[at - 1] == second;
    let mut values = (2..words.len()).filter(opens).filter_map(value);

    values.next().is_some_and(|one| values.any(|other| other != one))
}

#[cfg(test)]
mod tests {
    use super::super::facts_text::{FactsPair, FactsText};
    use super::*;
    use crate::normalize::alphabet;

    fn count(a: &str, b: &str) -> usize {
        let [a, b] = [a, b].map(|text| FactsText::new(&alphabet::to_compact(text)));
        let (x, y) = (series(&FactsPair::new(&a, &b)), series(&FactsPair::new(&b, &a)));
        assert_eq!(x, y, "both ways the same");
        x
    }

    #[test]
    fn a_place_of_many_values_tells_values_apart() {
        let of = |state: &str| format!("كما اعلنت سفاره {state} في العاصمه اليوم ");
        let list = of("البيرو") + &of("فنلندا") + &of("كينيا");
        assert_eq!(count(&of("اليونان"), &list), 1);
        assert_eq!(count(&of("كينيا"), &list), 0, "one of the list");
        assert_eq!(count(&of("فنلندة"), &list), 0, "a spelling");
        assert_eq!(count(&of("اليونان"), &of("كينيا")), 0, "no list");
        assert_eq!(count(&of("كينيا").repeat(2), &of("اليونان").repeat(2)), 0, "a word replaced throughout");
        assert_eq!(count("", &list), 0);
    }
}
