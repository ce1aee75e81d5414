//! The number that a decree, a law or a notice announces at its beginning: «قرار رقم 18 لسنة 2014». It tells which one it is, so two
//! texts are enough.

use super::wording::tokens;
use crate::normalize::alphabet;
use crate::static_table::StaticTable;

/// First tokens of a text, among which its number is searched.
const HEAD: usize = 20;

/// Words that announce the number of a document, in the compact alphabet.
static ANNOUNCES: StaticTable<[Vec<u8>; 7]> =
    StaticTable::new(|| ["رقم", "برقم", "شماره", "شمارہ", "نمبر", "number", "no"].map(alphabet::to_compact));

/// Greatest distance of the number from such a word, in tokens (رقم م 12).
const BEHIND: usize = 2;

/// Most tokens by which the number of a copy moves.
const MOVED: usize = 3;

/// Most tokens of such a number (1444 1 504, as 1444/1/504 is folded).
const NUMBER_PARTS: usize = 4;

/// Whether each of two folded texts announces a number at its beginning that the other text lacks. Of a number with
/// several parts one part is enough: 1444/1/504 and 1444/1/505 are two decrees.
///
/// A long text may have any number somewhere. So it is enough too that both announce their number at one place, that neither
/// number is a part of the other, and that no word at the beginning of the other text announces it: reports of a decree that changes
/// another may name either of them first.
pub(crate) fn have_other_numbers(a: &[u8], b: &[u8]) -> bool {
    let (of_a, of_b) = (announced(a), announced(b));
    let (Some((place_a, of_a)), Some((place_b, of_b))) = (of_a, of_b) else { return false };

    let has_all = |of: &[&[u8]], parts: &[&[u8]]| parts.iter().all(|part| of.contains(part));
    let differ = !has_all(&of_a, &of_b) && !has_all(&of_b, &of_a);
    let are_two = || place_a.abs_diff(place_b) <= MOVED && !announces(b, &of_a) && !announces(a, &of_b);
    differ && are_two() || lacks_a_part(b, &of_a) && lacks_a_part(a, &of_b)
}

/// Whether a word at the beginning of a folded text announces all of these numbers.
fn announces(text: &[u8], parts: &[&[u8]]) -> bool {
    let all: Vec<&[u8]> = tokens(text).take(HEAD).collect();
    let is_it = |word: usize| {
        let behind = (word + 1..all.len()).take(BEHIND).find(|place| alphabet::is_number(all[*place]));
        behind.is_some_and(|first| {
            parts.iter().all(|part| all[first..].iter().take(NUMBER_PARTS).any(|token| token == part))
        })
    };
    (0..all.len()).filter(|word| is_announcer(all[*word])).any(is_it)
}

fn is_announcer(token: &[u8]) -> bool {
    ANNOUNCES.iter().any(|word| word == token)
}

/// Whether a folded text has one of these numbers nowhere.
fn lacks_a_part(text: &[u8], parts: &[&[u8]]) -> bool {
    parts.iter().any(|part| !tokens(text).any(|token| token == *part))
}

/// The first number of a folded text that a word announces: the place of its first token, and its parts.
fn announced(folded: &[u8]) -> Option<(usize, Vec<&[u8]>)> {
    let head: Vec<&[u8]> = tokens(folded).take(HEAD).collect();

    let told = (0..head.len()).filter(|place| is_announcer(head[*place]));
    let first = |word: usize| (word + 1..head.len()).take(BEHIND).find(|place| alphabet::is_number(head[*place]));

    let first = told.filter_map(first).next()?;
    let parts = head[first..].iter().copied().take_while(|token| alphabet::is_number(token));
    Some((first, parts.take(NUMBER_PARTS).collect()))
}
