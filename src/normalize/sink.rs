//! The receiver of the tokens of the walk.

use crate::document::Span;

/// Takes the tokens of a text in order.
pub trait TokenSink {
    /// One token: its bytes in the compact alphabet ([`alphabet`](super::alphabet)), and the original bytes it came
    /// from.
    ///
    /// Tokens are never empty and hold no zero byte. Spans ascend; two overlap only if their tokens come from one
    /// character (ﷺ) or entity.
    fn token(&mut self, token: &[u8], span: Span);

    /// The same for the token in the first `length` bytes of `buffer`, for a sink that may read beyond it.
    #[doc(hidden)]
    #[inline(always)]
    fn token_in(&mut self, buffer: &[u8], length: usize, span: Span) {
        self.token(&buffer[..length], span);
    }
}
