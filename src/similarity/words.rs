//! Words of folded texts, as both guards compare them: when two are forms or spellings of one, and what a text knows.

use std::cell::OnceCell;

use ahash::AHashSet;

/// From this similarity on, two words are spellings of one.
pub(super) const SAME_WORD: f64 = 0.6;

/// Shortest content word, in letters.
pub(super) const CONTENT: usize = 3;

/// A light stem: at most one proclitic and one suffix taken off, three letters always left.
pub(super) fn stem(word: &str) -> &str {
    const BEFORE: [&str; 11] = ["وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ف", "ك"];
    const AFTER: [&str; 9] = ["ها", "هم", "ات", "ين", "ون", "ان", "يه", "ه", "ي"];
    let long_enough = |rest: &&str| rest.chars().count() >= CONTENT;
    let word = BEFORE.iter().find_map(|prefix| word.strip_prefix(prefix).filter(long_enough)).unwrap_or(word);
    AFTER.iter().find_map(|suffix| word.strip_suffix(suffix).filter(long_enough)).unwrap_or(word)
}

/// Twice the longest common subsequence over the letters of both, from 0 to 1. O(nm) for words of n and m letters.
pub(super) fn alikeness(a: &str, b: &str) -> f64 {
    // Words longer than this are no words; comparing them whole would take time that a hostile page chooses.
    const LONGEST: usize = 64;
    let a: Vec<char> = a.chars().take(LONGEST).collect();
    let b: Vec<char> = b.chars().take(LONGEST).collect();
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

/// The words of a text, to ask for others; what only some questions need is made when it is asked for.
pub(super) struct Vocabulary<'a> {
    pub(super) words: Vec<&'a str>,
    joined: OnceCell<String>,
    stems: OnceCell<AHashSet<&'a str>>,
}

impl<'a> Vocabulary<'a> {
    /// The words of a folded text, tokens joined by one space.
    pub(super) fn new(text: &'a str) -> Self {
        let words = text.split(' ').filter(|word| !word.is_empty()).collect();
        Self { words, joined: OnceCell::new(), stems: OnceCell::new() }
    }

    /// Whether the text holds the word, another form of it, or it written together with a neighbour.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.stems.get_or_init(|| self.words.iter().map(|word| stem(word)).collect()).contains(stem(word))
            || self.joined.get_or_init(|| self.words.concat()).contains(word)
    }
}
