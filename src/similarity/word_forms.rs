//! Forms and spellings of words of folded texts, as the short rule and the facts guard compare them.

use std::cell::OnceCell;

use ahash::AHashSet;

/// Least [`alikeness`] of two spellings of one word.
pub(super) const SAME_WORD: f64 = 0.6;

/// Fewest letters of a content word.
pub(super) const CONTENT: usize = 3;

/// The light stem of a word: without one proclitic and one suffix at most; at least three letters remain.
pub(super) fn stem(word: &str) -> &str {
    const BEFORE: [&str; 11] = ["وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ف", "ك"];
    const AFTER: [&str; 9] = ["ها", "هم", "ات", "ين", "ون", "ان", "يه", "ه", "ي"];
    let long_enough = |rest: &&str| rest.chars().count() >= CONTENT;

    // Longer affixes come first, so that the whole of one is removed.
    let word = BEFORE.iter().find_map(|prefix| word.strip_prefix(prefix).filter(long_enough)).unwrap_or(word);
    AFTER.iter().find_map(|suffix| word.strip_suffix(suffix).filter(long_enough)).unwrap_or(word)
}

/// Twice the length of the longest common subsequence over the letters of both words, from 0 to 1. O(nm) for words of n
/// and m letters; only the first 64 letters count.
pub(super) fn alikeness(a: &str, b: &str) -> f64 {
    // Bounds the time that a hostile page can cost by words of any length.
    const LONGEST: usize = 64;
    let a: Vec<char> = a.chars().take(LONGEST).collect();
    let b: Vec<char> = b.chars().take(LONGEST).collect();

    // The table of the subsequence, one row at a time.
    let mut row = vec![0_usize; b.len() + 1];
    for x in &a {
        let mut diagonal = 0;

        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
            diagonal = above;
        }
    }

    2.0 * row[b.len()] as f64 / (a.len() + b.len()).max(1) as f64
}

/// The words of a text and their forms.
pub(super) struct Vocabulary<'a> {
    /// In text order.
    pub(super) words: Vec<&'a str>,
    /// All words without spaces; computed at first use.
    joined: OnceCell<String>,
    /// The light stems of all words; computed at first use.
    stems: OnceCell<AHashSet<&'a str>>,
}

impl<'a> Vocabulary<'a> {
    /// The words of a folded text, tokens joined by one space.
    pub(super) fn new(text: &'a str) -> Self {
        let words = text.split(' ').filter(|word| !word.is_empty()).collect();
        Self { words, joined: OnceCell::new(), stems: OnceCell::new() }
    }

    /// Whether the text has the word, another form of it, or the word joined with a neighbour.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.stems.get_or_init(|| self.words.iter().map(|word| stem(word)).collect()).contains(stem(word))
            || self.joined.get_or_init(|| self.words.concat()).contains(word)
    }
}
