//! Two texts that the rules compare, with what several rules need of both.

use std::cell::OnceCell;

use super::TextEvidence;
use super::alignment::{TextAlignment, TokenAlignment};
use super::own::OwnText;
use super::wording::SharedTrigram;

/// Two texts in a fixed order, since the alignment depends on it: the shorter one first, of equally long ones that with the smaller
/// hashes. What rules need of both is computed once, at first use.
#[derive(Debug)]
pub(crate) struct PairWording<'t> {
    pub(super) a: TextEvidence<'t>,
    pub(super) b: TextEvidence<'t>,
    shared: OnceCell<Vec<SharedTrigram<'t>>>,
    own: OnceCell<[OwnText; 2]>,
    alignment: OnceCell<TextAlignment>,
    detail: OnceCell<TokenAlignment>,
}

impl<'t> PairWording<'t> {
    /// Two texts in any order.
    pub(crate) fn new(a: TextEvidence<'t>, b: TextEvidence<'t>) -> Self {
        let (words_a, words_b) = (a.wording.words(), b.wording.words());
        let order = words_a.len().cmp(&words_b.len()).then_with(|| words_a.cmp(words_b));
        let [a, b] = if order.is_le() { [a, b] } else { [b, a] };

        let (shared, own) = (OnceCell::new(), OnceCell::new());
        Self { a, b, shared, own, alignment: OnceCell::new(), detail: OnceCell::new() }
    }

    /// Whether the rules judge one of the texts not: it is too short for a trigram, or a book.
    pub(super) fn are_out_of_reach(&self) -> bool {
        self.a.wording.is_out_of_reach() || self.b.wording.is_out_of_reach()
    }

    /// The trigrams that both have, ascending.
    pub(super) fn shared(&self) -> &[SharedTrigram<'t>] {
        self.shared.get_or_init(|| self.a.wording.shared(self.b.wording))
    }

    /// The own tokens of each.
    pub(super) fn own(&self) -> &[OwnText; 2] {
        self.own.get_or_init(|| {
            let (tokens_a, tokens_b) = (self.a.wording.words().len(), self.b.wording.words().len());
            let in_a = self.shared().iter().flat_map(|shared| shared.in_a.iter().copied());
            let in_b = self.shared().iter().flat_map(|shared| shared.in_b.iter().copied());
            [OwnText::new(tokens_a, in_a), OwnText::new(tokens_b, in_b)]
        })
    }

    /// The stretches of both, and the gaps between these.
    pub(super) fn alignment(&self) -> &TextAlignment {
        let words = || (self.a.wording.words(), self.b.wording.words());
        self.alignment.get_or_init(|| TextAlignment::new(words(), self.shared(), self.own()))
    }

    /// The alignment token by token.
    pub(super) fn detail(&self) -> &TokenAlignment {
        self.detail.get_or_init(|| self.alignment().in_detail(self.a.wording, self.b.wording))
    }
}
