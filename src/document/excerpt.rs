//! The part of a text that is compared: all of it, or pieces of it in order.

use super::Span;

/// The first bytes of a text, at most `most`, in whole characters.
pub(crate) fn head(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text and the pieces of it that count: ascending, not overlapping, on character boundaries. The tokens of
/// consecutive pieces form one sequence.
#[derive(Debug, Clone, Copy)]
pub struct Excerpt<'a> {
    text: &'a str,
    /// `None`: all of it.
    kept: Option<&'a [Span]>,
}

impl<'a> Excerpt<'a> {
    /// All of `text`.
    #[must_use]
    pub const fn whole(text: &'a str) -> Self {
        Self { text, kept: None }
    }

    /// The pieces of `text` at `kept`.
    #[must_use]
    pub const fn new(text: &'a str, kept: &'a [Span]) -> Self {
        Self { text, kept: Some(kept) }
    }

    /// The whole text, with the parts that do not count.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// Whether all of the text counts.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.kept.is_none()
    }

    /// The pieces, each with its offset in the text.
    pub fn pieces(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let text = self.text;
        let whole = self.kept.is_none().then_some((0, text));
        let kept = self.kept.unwrap_or(&[]);
        debug_assert!(kept.is_sorted_by(|a, b| a.end <= b.start), "pieces are ascending and do not overlap");

        whole.into_iter().chain(kept.iter().map(move |span| (span.start, span.of(text))))
    }

    /// The parts of the text between the pieces, except those of white space alone.
    pub fn left_out(&self) -> impl Iterator<Item = Span> + use<'a> {
        let text = self.text;
        let kept = self.kept.unwrap_or(&[]);

        // A part reaches from the end of a piece, or of nothing, to the start of the next, or the end of the text.
        let ends = std::iter::once(0).chain(kept.iter().map(|span| span.end));
        let starts = kept.iter().map(|span| span.start).chain(std::iter::once(text.len()));
        let parts = ends.zip(starts).filter(|_| self.kept.is_some()).map(|(start, end)| Span::new(start, end));

        parts.filter(move |part| !part.of(text).trim().is_empty()).collect::<Vec<_>>().into_iter()
    }
}

impl<'a> From<&'a str> for Excerpt<'a> {
    fn from(text: &'a str) -> Self {
        Self::whole(text)
    }
}
