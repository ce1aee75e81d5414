//! Forms and spellings of words of folded texts, as the short rule and the facts guard compare them. Words are bytes of the
//! compact alphabet.

use std::cell::OnceCell;

use foldhash::HashSet;
use memchr::memmem;

use crate::normalize::alphabet;

/// Least [`alikeness`] of two spellings of one word.
pub(super) const SAME_WORD: f64 = 0.6;

/// Most tokens of a text of few words, as a question or a headline: each word may tell what it is about.
pub(super) const FEW_WORDS: usize = 16;

/// Least [`alikeness`] of two spellings of one word in texts of few words: «روسيا» and «فرنسا» have .6.
pub(super) const SAME_WORD_OF_FEW: f64 = 0.7;

/// Fewest letters of a content word.
pub(super) const CONTENT: usize = 3;

/// Letters of a word that [`alikeness`] compares: bounds the time that a hostile page can cost by words of any length.
pub(super) const COMPARED: usize = 64;

/// Letters of affixes in the compact alphabet.
pub(super) const WAW: u8 = letter('و');
pub(super) const ALEF: u8 = letter('ا');
pub(super) const LAM: u8 = letter('ل');
pub(super) const BEH: u8 = letter('ب');
pub(super) const KAF: u8 = letter('ك');
pub(super) const FEH: u8 = letter('ف');
pub(super) const HEH: u8 = letter('ه');
pub(super) const MEEM: u8 = letter('م');
pub(super) const TEH: u8 = letter('ت');
pub(super) const YEH: u8 = letter('ي');
pub(super) const FARSI_YEH: u8 = letter('ی');
pub(super) const NOON: u8 = letter('ن');

/// A letter of one byte in the compact alphabet.
pub(super) const fn letter(letter: char) -> u8 {
    alphabet::code(letter as u32)
}

/// The words of a folded text: its tokens, which one space joins.
pub(super) fn words(folded: &[u8]) -> FoldedSplit<'_> {
    FoldedSplit { folded, start: 0 }
}

/// Iterates over the words of a folded text.
#[derive(Debug, Clone)]
pub(super) struct FoldedSplit<'t> {
    folded: &'t [u8],
    /// Where the next word begins.
    start: usize,
}

impl FoldedSplit<'_> {
    /// The place of the first byte of the word that came last.
    pub(super) fn begin_of(&self, last: &[u8]) -> usize {
        self.start - 1 - last.len()
    }
}

impl<'t> Iterator for FoldedSplit<'t> {
    type Item = &'t [u8];

    #[inline]
    fn next(&mut self) -> Option<&'t [u8]> {
        while self.start < self.folded.len() {
            let word = &self.folded[self.start..space_from(self.folded, self.start)];
            self.start += word.len() + 1;
            // Only a text that was not folded here can have two spaces in a row.
            if !word.is_empty() {
                return Some(word);
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest = self.folded.len().saturating_sub(self.start);
        // A word of news has five letters.
        (rest / 12, Some(rest.div_ceil(2)))
    }
}

/// The place of the first space from `start` on, or the end of the text: eight bytes at a time.
#[inline]
fn space_from(text: &[u8], start: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut at = start;

    while let Some(eight) = text[at..].first_chunk() {
        // Zero where a space is; the lowest high bit that is set below marks the first zero.
        let other = u64::from_le_bytes(*eight) ^ (ONES * 0x20);
        let spaces = other.wrapping_sub(ONES) & !other & (ONES * 0x80);
        if spaces != 0 {
            return at + spaces.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + text[at..].iter().position(|byte| *byte == b' ').unwrap_or(text.len() - at)
}

/// The light stem of a word: without one proclitic (وال, بال, كال, فال, لل, ال, و, ب, ل, ف, ك) and one suffix (ها, هم, ات, ين, ون, ان, يه,
/// ه, ي) at most, the longer one first; at least three letters remain.
pub(super) fn stem(word: &[u8]) -> &[u8] {
    let word = without_proclitic(word);
    without_suffix(word)
}

/// A word without its proclitic.
pub(super) fn without_proclitic(word: &[u8]) -> &[u8] {
    // Few words begin with one of the six letters, and no other byte needs a comparison.
    let [long, short] = match word {
        [WAW | BEH | KAF | FEH, ALEF, LAM, ..] => [3, 1],
        [LAM, LAM, ..] => [2, 1],
        [ALEF, LAM, ..] => [2, 0],
        [WAW | BEH | LAM | FEH | KAF, ..] => [1, 0],
        _ => return word,
    };
    [long, short].into_iter().map(|length| &word[length..]).find(|rest| is_content(rest)).unwrap_or(word)
}

/// A word without its suffix.
fn without_suffix(word: &[u8]) -> &[u8] {
    let [long, short] = match word {
        [.., HEH, ALEF] | [.., HEH, MEEM] | [.., ALEF, TEH] | [.., YEH | WAW | ALEF, NOON] => [2, 0],
        [.., YEH, HEH] => [2, 1],
        [.., HEH | YEH] => [1, 0],
        _ => return word,
    };
    let ends = |length: usize| {
        let rest = &word[..word.len() - length];
        (is_content(rest) && is_boundary(word, rest.len())).then_some(rest)
    };
    ends(long).or_else(|| ends(short)).unwrap_or(word)
}

/// Whether a word has at least [`CONTENT`] letters.
pub(super) fn is_content(word: &[u8]) -> bool {
    let mut after = 0;
    for _ in 1..CONTENT {
        let Some(lead) = word.get(after) else { return false };
        after += alphabet::width(*lead);
    }
    after < word.len()
}

/// Number of characters of a word.
pub(super) fn letters(word: &[u8]) -> usize {
    match is_narrow(word) {
        true => word.len(),
        false => characters(word).count(),
    }
}

/// Whether each byte of a word is a character, as in nearly all words.
fn is_narrow(word: &[u8]) -> bool {
    word.iter().all(|byte| alphabet::width(*byte) == 1)
}

/// The characters of a word, as their bytes.
fn characters(word: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let width = alphabet::width(*rest.first()?).min(rest.len());
        let (character, tail) = rest.split_at(width);
        rest = tail;
        Some(character)
    })
}

/// Whether a character of `text` begins at `place`, or the text ends there. The code of a letter can be equal to an inner byte
/// of another character.
pub(super) fn is_boundary(text: &[u8], place: usize) -> bool {
    let covers = |back: usize| place.checked_sub(back).is_some_and(|lead| alphabet::width(text[lead]) > back);
    !(1..=3).any(covers)
}

/// Whether `text` holds the characters of `word` in a row.
pub(super) fn contains(text: &[u8], word: &[u8]) -> bool {
    let mut from = 0;
    while let Some(place) = memmem::find(&text[from..], word) {
        if is_boundary(text, from + place) {
            return true;
        }
        from += place + 1;
    }
    false
}

/// Twice the length of the longest common subsequence over the letters of both words, from 0 to 1. O(nm) for words of n
/// and m letters; only the first 64 letters count.
pub(super) fn alikeness(a: &[u8], b: &[u8]) -> f64 {
    if is_narrow(a) && is_narrow(b) {
        return alike(&a[..a.len().min(COMPARED)], &b[..b.len().min(COMPARED)]);
    }

    let [a, b] = [a, b].map(|word| characters(word).take(COMPARED).collect::<Vec<&[u8]>>());
    alike(&a, &b)
}

/// [`alikeness`] over at most [`COMPARED`] letters.
fn alike<T: PartialEq>(a: &[T], b: &[T]) -> f64 {
    // The table of the subsequence, one row at a time.
    let mut row = [0_u8; COMPARED + 1];
    for x in a {
        let mut diagonal = 0;

        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }

    2.0 * f64::from(row[b.len()]) / (a.len() + b.len()).max(1) as f64
}

/// The words of a text and their forms.
pub(super) struct Vocabulary<'a> {
    /// In text order.
    pub(super) words: Vec<&'a [u8]>,
    /// All words without spaces; computed at first use.
    joined: OnceCell<Vec<u8>>,
    /// The light stems of all words; computed at first use.
    stems: OnceCell<HashSet<&'a [u8]>>,
}

impl<'a> Vocabulary<'a> {
    /// The words of a folded text, tokens joined by one space.
    pub(super) fn new(text: &'a [u8]) -> Self {
        let words = words(text).collect();
        Self { words, joined: OnceCell::new(), stems: OnceCell::new() }
    }

    /// Whether the text has the word, another form of it, or the word joined with a neighbour.
    pub(super) fn knows(&self, word: &[u8]) -> bool {
        self.stems.get_or_init(|| self.words.iter().map(|word| stem(word)).collect()).contains(stem(word))
            || contains(self.joined.get_or_init(|| self.words.concat()), word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn compact(text: &str) -> Vec<u8> {
        let mut compact = Vec::new();
        alphabet::push_compact(text, &mut compact);
        compact
    }

    /// The stem as it is defined, over characters.
    fn plain_stem(word: &str) -> &str {
        const BEFORE: [&str; 11] = ["وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ف", "ك"];
        const AFTER: [&str; 9] = ["ها", "هم", "ات", "ين", "ون", "ان", "يه", "ه", "ي"];
        let long_enough = |rest: &&str| rest.chars().count() >= CONTENT;

        let word = BEFORE.iter().find_map(|prefix| word.strip_prefix(prefix).filter(long_enough)).unwrap_or(word);
        AFTER.iter().find_map(|suffix| word.strip_suffix(suffix).filter(long_enough)).unwrap_or(word)
    }

    /// The likeness as it is defined, over characters.
    fn plain_alikeness(a: &str, b: &str) -> f64 {
        let [a, b] = [a, b].map(|word| word.chars().take(COMPARED).collect::<Vec<char>>());
        let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                rows[i + 1][j + 1] = if x == y { rows[i][j] + 1 } else { rows[i][j + 1].max(rows[i + 1][j]) };
            }
        }
        2.0 * f64::from(rows[a.len()][b.len()]) / (a.len() + b.len()).max(1) as f64
    }

    proptest! {
        #[test]
        fn words_are_compared_by_characters(
            a in "([والبكفهمتينa€ݣ\u{10900}]{0,9}|[ء-ي]{60,70})", b in "[والبكفهمتينa€ݣ\u{10900}]{0,9}",
        ) {
            let (x, y) = (compact(&a), compact(&b));
            prop_assert_eq!(stem(&x).to_vec(), compact(plain_stem(&a)));
            prop_assert_eq!(letters(&x), a.chars().count());
            prop_assert_eq!(contains(&x, &y), a.contains(&b));
            prop_assert!((alikeness(&x, &y) - plain_alikeness(&a, &b)).abs() < 1e-12);
        }
    }

    proptest! {
        #[test]
        fn words_are_what_spaces_separate(text in "[ a-cء-ي€]{0,60}") {
            let text = compact(&text);
            let plain: Vec<&[u8]> = text.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(words(&text).collect::<Vec<_>>(), plain);
        }
    }

    #[test]
    fn alikeness_of_words() {
        assert!((alikeness(b"abcd", b"abcd") - 1.0).abs() < 1e-12);
        assert!((alikeness(b"abcd", b"bd") - 4.0 / 6.0).abs() < 1e-12);
        assert!(alikeness(b"", b"") < 1e-12);
    }
}
