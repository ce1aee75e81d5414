//! The short path: when two headlines or lines are copies, and when one only resembles the other.
//!
//! Words are too few in a headline for word shingles; character trigrams of the folded text separate best of what was
//! tried. A Jaccard of [`RESEMBLES`] proposes; at [`COPY`] two are copies unless their numbers differ or a content word of
//! one stands where the other has another (جوازات الرياض / جوازات حائل): those, and all between, are `related` only.

use std::collections::BTreeSet;

/// Smallest char:3 Jaccard of a `related` pair.
pub const RESEMBLES: f64 = 0.45;

/// Smallest char:3 Jaccard of two copies.
pub const COPY: f64 = 0.70;

/// From this similarity on, two words are spellings of one.
pub(super) const SAME_WORD: f64 = 0.6;

/// Shortest content word, in letters.
pub(super) const CONTENT: usize = 3;

/// Whether each of two folded texts (tokens joined by one space) has a content word that the other lacks: not itself,
/// not its light stem, not written together with its neighbours, not another spelling.
#[must_use]
pub fn substitutes_a_word(a: &str, b: &str) -> bool {
    let (only_a, only_b) = (own_words(a, b), own_words(b, a));
    let foreign =
        |word: &&&str, others: &[&str]| others.iter().all(|other| alikeness(stem(word), stem(other)) < SAME_WORD);
    only_a.iter().any(|word| foreign(&word, &only_b)) && only_b.iter().any(|word| foreign(&word, &only_a))
}

/// Content words of `text` that `other` does not hold.
fn own_words<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    let stems: BTreeSet<&str> = other.split(' ').map(stem).collect();
    let joined: String = other.split(' ').collect();
    let content = |word: &&str| word.chars().count() >= CONTENT && !word.starts_with(|c: char| c.is_ascii_digit());
    text.split(' ').filter(content).filter(|word| !stems.contains(stem(word)) && !joined.contains(*word)).collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_city_is_a_substitution_and_another_spelling_is_none() {
        for (a, b, expected) in [
            ("جوازات الرياض تضبط مخالفين", "جوازات حاءل تضبط مخالفين", true),
            ("وزير الدفاع يصل الي القاهره", "وزير الخارجيه يصل الي القاهره", true),
            ("عبدالعزيز يستقبل الوفد", "عبد العزيز يستقبل الوفد", false),
            ("الهلال يفوز علي النصر", "الهلال يفوز علي النصر اليوم", false),
            ("مسءولون يبحثون الازمه", "مسءولين يبحثون الازمه", false),
            ("واشنطن تعلن العقوبات الجديده", "واشنطن تعلن عقوبات جديده", false),
            ("", "كلمه", false),
        ] {
            assert_eq!(substitutes_a_word(a, b), expected, "{a} / {b}");
            assert_eq!(substitutes_a_word(b, a), expected, "{b} / {a}");
        }
    }

    #[test]
    fn alikeness_of_words() {
        assert!((alikeness("abcd", "abcd") - 1.0).abs() < 1e-12);
        assert!((alikeness("abcd", "bd") - 4.0 / 6.0).abs() < 1e-12);
        assert!(alikeness("", "") < 1e-12);
    }
}
