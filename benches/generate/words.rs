//! A vocabulary of Arabic-looking words and the Zipf law by which they are drawn.
//!
//! The most frequent words are real function words; the others are roots of three letters in real patterns with real
//! prefixes and endings. No two words are equal after folding, so what is known about word numbers holds for folded text.

use std::collections::HashSet;

use crate::rng::Rng;

const FUNCTION_WORDS: [&str; 40] = [
    "في", "من", "على", "إلى", "أن", "عن", "التي", "مع", "الذي", "هذا", "هذه", "كان", "بعد", "قال", "ما", "لا", "بين",
    "كما", "قد", "خلال", "ذلك", "كل", "أو", "تم", "قبل", "لم", "حيث", "عام", "غير", "أمام", "منذ", "حتى", "ضد", "أكثر",
    "يوم", "نحو", "عند", "أي", "ثم", "لكن",
];
const PATTERNS: [&str; 14] = [
    "123",
    "1ا23",
    "م12و3",
    "ت12ي3",
    "12ا3",
    "است12ا3",
    "م1ا23",
    "12ي3",
    "ان12ا3",
    "م123",
    "12و3",
    "أ12ا3",
    "م1ت23",
    "ت1ا23",
];
const PREFIXES: [&str; 16] = ["", "", "", "", "", "", "", "", "ال", "ال", "ال", "وال", "بال", "لل", "و", "ي"];
const ENDINGS: [&str; 16] = ["", "", "", "", "", "", "", "", "", "ة", "ة", "ات", "ين", "ون", "ها", "ية"];
const ROOT_LETTERS: [char; 24] = [
    'ب', 'ت', 'ث', 'ج', 'ح', 'خ', 'د', 'ذ', 'ر', 'ز', 'س', 'ش', 'ص', 'ض', 'ط', 'ظ', 'ع', 'غ', 'ف', 'ق', 'ك', 'ل', 'م',
    'ن',
];

/// Words, and a table to draw one in constant time.
pub(crate) struct Vocabulary {
    text: String,
    ends: Vec<u32>,
    /// Walker's alias table: keep the column if the draw is below the first value, else take the second.
    columns: Vec<(u32, u32)>,
}

impl Vocabulary {
    /// `size` words, the same for the same seed.
    pub(crate) fn new(size: usize, seed: u64) -> Self {
        let (mut text, mut ends, mut folded) = (String::new(), Vec::new(), HashSet::new());
        let mut rng = Rng::new(seed, 0, 1);
        while ends.len() < size {
            let word = FUNCTION_WORDS.get(ends.len()).map_or_else(|| invent(&mut rng), |word| (*word).to_owned());
            if ends.len() < FUNCTION_WORDS.len() || folded.insert(plain(&word)) {
                folded.insert(plain(&word));
                text.push_str(&word);
                ends.push(text.len() as u32);
            }
        }
        Self { text, ends, columns: alias_table(size) }
    }

    /// Draws the number of a word.
    pub(crate) fn draw(&self, rng: &mut Rng) -> u32 {
        let random = rng.next();
        let column = ((random >> 32) * self.columns.len() as u64) >> 32;
        let (keep, other) = self.columns[column as usize];
        if (random as u32) < keep { column as u32 } else { other }
    }

    /// The word of a number.
    pub(crate) fn word(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[number] as usize]
    }
}

/// A word of a random root, pattern, prefix and ending.
fn invent(rng: &mut Rng) -> String {
    let mut pick = |words: &[&'static str]| words[rng.below(words.len() as u64) as usize];
    let (prefix, pattern, ending) = (pick(&PREFIXES), pick(&PATTERNS), pick(&ENDINGS));
    let root = [0; 3].map(|_: u8| ROOT_LETTERS[rng.below(ROOT_LETTERS.len() as u64) as usize]);
    let letter = |c: char| c.to_digit(10).map_or(c, |place| root[place as usize - 1]);
    prefix.chars().chain(pattern.chars().map(letter)).chain(ending.chars()).collect()
}

/// What folding leaves of a word, as far as the letters used here go; runs of one letter count as one letter.
fn plain(word: &str) -> String {
    let mut plain: String = word
        .chars()
        .map(|c| match c {
            'أ' | 'إ' => 'ا',
            'ة' => 'ه',
            'ى' => 'ي',
            other => other,
        })
        .collect();
    let mut last = None;
    plain.retain(|c| last.replace(c) != Some(c));
    plain
}

/// The alias table of the weights 1 / (rank + 2.7), which divisions alone make: the same on every machine.
fn alias_table(size: usize) -> Vec<(u32, u32)> {
    let weights: Vec<f64> = (0..size).map(|rank| 1.0 / (rank as f64 + 2.7)).collect();
    let total: f64 = weights.iter().sum();
    let mut share: Vec<f64> = weights.iter().map(|weight| weight * size as f64 / total).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..size).partition(|&rank| share[rank] < 1.0);
    let mut columns: Vec<(u32, u32)> = (0..size).map(|rank| (u32::MAX, rank as u32)).collect();
    while let (Some(poor), Some(&rich)) = (small.pop(), large.last()) {
        columns[poor] = ((share[poor] * f64::from(u32::MAX)) as u32, rich as u32);
        share[rich] -= 1.0 - share[poor];
        if share[rich] < 1.0 {
            large.pop();
            small.push(rich);
        }
    }
    columns
}
