//! Alignment of two texts: the runs of folded tokens that both have, and those that only one has.
//!
//! It is the shortest edit script by Myers (*An O(ND) Difference Algorithm and Its Variations*, Algorithmica 1, 1986)
//! of the crate `similar`. It serves explanations; scores never depend on it.

use std::ops::Range;

use serde::Serialize;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::document::Span;
use crate::normalize::Token;

/// Which side has a run of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunSide {
    /// Both, the same tokens.
    Both,
    /// Only the first text.
    OnlyA,
    /// Only the second text.
    OnlyB,
}

/// A run of tokens. On the side that lacks the run the range is empty, at the place where the run would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRun {
    /// Which side has it.
    pub side: RunSide,
    /// Its tokens in the first text.
    pub a: Range<usize>,
    /// Its tokens in the second text.
    pub b: Range<usize>,
}

/// Aligns two token sequences; the runs cover both from start to end. O((n + m) · d) for d tokens that differ.
#[must_use]
pub fn align(a: &[Token], b: &[Token]) -> Vec<TokenRun> {
    let texts = |tokens: &[Token]| -> Vec<String> { tokens.iter().map(|token| token.text.clone()).collect() };
    let mut runs = Vec::new();

    for operation in capture_diff_slices(Algorithm::Myers, &texts(a), &texts(b)) {
        let (tag, a, b) = operation.as_tag_tuple();
        if tag == DiffTag::Equal {
            runs.push(TokenRun { side: RunSide::Both, a, b });
            continue;
        }

        // A replacement is two runs, the first text's before the second's.
        if !a.is_empty() {
            runs.push(TokenRun { side: RunSide::OnlyA, a: a.clone(), b: b.start..b.start });
        }
        if !b.is_empty() {
            runs.push(TokenRun { side: RunSide::OnlyB, a: a.end..a.end, b });
        }
    }

    runs
}

/// The original bytes from the first to the last of `tokens[range]`; `None` for an empty range.
#[must_use]
pub fn span_of(tokens: &[Token], range: &Range<usize>) -> Option<Span> {
    let tokens = tokens.get(range.clone())?;

    // Tokens of one character or entity share a span, so the last token may not end last.
    let end = tokens.iter().map(|token| token.span.end).max()?;

    Some(Span::new(tokens.first()?.span.start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(words: &[String]) -> Vec<Token> {
        let token =
            |(place, word): (usize, &String)| Token { text: word.clone(), span: Span::new(place * 2, place * 2 + 1) };
        words.iter().enumerate().map(token).collect()
    }

    proptest! {
        #[test]
        fn runs_cover_both_sides_and_equal_runs_are_equal(
            a in prop::collection::vec("[a-c]", 0..20), b in prop::collection::vec("[a-c]", 0..20),
        ) {
            let (mut at, mut bt) = (0, 0);
            for run in align(&tokens(&a), &tokens(&b)) {
                prop_assert_eq!((run.a.start, run.b.start), (at, bt));
                prop_assert_eq!(run.a.is_empty(), run.side == RunSide::OnlyB);
                prop_assert_eq!(run.b.is_empty(), run.side == RunSide::OnlyA);
                if run.side == RunSide::Both {
                    prop_assert_eq!(&a[run.a.clone()], &b[run.b.clone()]);
                }
                (at, bt) = (run.a.end, run.b.end);
            }
            prop_assert_eq!((at, bt), (a.len(), b.len()));
        }
    }
}
