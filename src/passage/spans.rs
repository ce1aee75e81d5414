//! The results: passages that two places share, and spans to remove.

use crate::document::{DocId, Span};

/// Text that occurs at two places. Spans count bytes of the decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passage {
    /// The document of the earlier place.
    pub a: DocId,
    /// The span of the earlier place.
    pub a_span: Span,
    /// The document of the later place; it may be the same.
    pub b: DocId,
    /// The span of the later place.
    pub b_span: Span,
    /// Number of tokens at the later place.
    pub tokens: u64,
    /// How many of these tokens are equal at both places.
    pub shared: u64,
}

impl Passage {
    /// Sort key of the report: the later place; of passages that begin together the longest first.
    pub(super) fn report_order(&self) -> impl Ord + use<> {
        (self.b, self.b_span.start, std::cmp::Reverse(self.b_span.end), self.a, self.a_span)
    }
}

/// A repeated span that is removed, and the equal span that stays. Spans count bytes of the decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepeatedSpan {
    /// The document that loses the span.
    pub document: DocId,
    /// The span that is removed.
    pub span: Span,
    /// The document that keeps the text; it may be the same.
    pub keeper: DocId,
    /// The span that stays.
    pub keeper_span: Span,
    /// Number of removed tokens.
    pub tokens: u64,
}
