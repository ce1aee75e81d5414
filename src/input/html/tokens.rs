//! The tokens of a page, read once for all that want them.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult};

use super::tokenizer;

/// Reads tokens one after the other.
pub(super) trait TokenReader {
    /// Takes a token. Returns how the content after it ends, if that content is no markup.
    fn token(&mut self, token: &Token) -> Option<RawKind>;
}

/// Both read the same tokens: what is no markup to one is none to the other.
impl<A: TokenReader, B: TokenReader> TokenReader for (A, B) {
    fn token(&mut self, token: &Token) -> Option<RawKind> {
        let (first, second) = (self.0.token(token), self.1.token(token));
        debug_assert_eq!(first, second, "two readings of {token:?}");

        first
    }
}

/// Gives all tokens of a page or a fragment to `reader`, and returns it.
pub(super) fn read<R: TokenReader>(html: &str, reader: R) -> R {
    tokenizer::tokenize(html, ReaderSink(RefCell::new(reader))).0.into_inner()
}

/// Passes tokens on to a reader; the tokenizer gives a sink only `&self`.
struct ReaderSink<R>(RefCell<R>);

impl<R: TokenReader> TokenSink for ReaderSink<R> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        go_on(self.0.borrow_mut().token(&token))
    }
}

/// What a sink answers that never pauses.
pub(super) fn go_on<H>(raw: Option<RawKind>) -> TokenSinkResult<H> {
    raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
}
