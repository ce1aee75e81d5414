//! Folding: text in, tokens out, each with the bytes it came from.
//!
//! ```
//! use mukarrar::normalize::{Language, Normalizer, Profile};
//!
//! let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
//! assert_eq!(normalizer.normalize("قالَ الـرئيس: «إنَّ الأمر» ٣٫٥٪"), "قال الرءيس ان الامر 3.5");
//! ```
//!
//! One core walks the bytes of a text once and pushes tokens into a [`TokenSink`]; the shingler, the `normalize` command
//! and the explanations are sinks, so what is shown is what was hashed. Tokens are bytes of the compact [`alphabet`].
//! Nothing of the folded text is kept, and a [`FoldScratch`] that is reused makes the walk free of allocation.
//!
//! How a character folds depends on the [`Profile`] and the [`Language`]; `docs/NORMALIZATION.md` tells what each does
//! and why. The character data is Unicode 14.0.0, generated into a table, and stays so: a newer compiler or library
//! moves no token. No rule looks across a line break, so a text folded line by line gives the same tokens.
//!
//! Files: [`alphabet`] the compact bytes, `tables` and `class` what each code point is, `rules` what a profile and
//! language make of it, `fold` the walk, `words` the rare word rules, `entities`, `urls` and `rewrite` what happens
//! before the walk, `gate` the language of a document, `kernel` the walk's equals in wide registers.

pub mod alphabet;
mod class;
mod entities;
mod fold;
mod gate;
mod kernel;
mod language;
mod profile;
mod rewrite;
mod rules;
mod tables;
mod urls;
mod words;

#[doc(hidden)]
pub use kernel::FoldPath;
pub use kernel::{BatchSink, TokenBatch};
pub use language::Language;
pub use profile::Profile;

use crate::document::{Excerpt, Span};

/// Which folding this is. It changes with every change of the fold: what was hashed under another one (an index, boilerplate
/// rules) is of no use then.
pub const FOLD_VERSION: &str = "ar-standard-1";

/// Takes the tokens of a text in order.
pub trait TokenSink {
    /// One token: its bytes in the compact alphabet ([`alphabet`]), and the original bytes it came from.
    ///
    /// Tokens are never empty and hold no zero byte. Spans ascend; those of two tokens overlap only where both come from
    /// one character (ﷺ) or entity.
    fn token(&mut self, token: &[u8], span: Span);

    /// The same for the token in the first `length` bytes of `buffer`, for a sink that may read beyond it.
    #[doc(hidden)]
    #[inline(always)]
    fn token_in(&mut self, buffer: &[u8], length: usize, span: Span) {
        self.token(&buffer[..length], span);
    }
}

/// Buffers that one thread reuses from document to document.
#[derive(Debug, Default)]
pub struct FoldScratch {
    /// The token under construction.
    token: Vec<u8>,
    /// Detached waws that wait for a word.
    waws: Vec<Span>,
    /// The text without its entities and URLs.
    rewrite: rewrite::RewrittenText,
    /// What a kernel makes of a window of text.
    stream: kernel::CompactStream,
}

/// A folded token with the span of original text it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The folded token.
    pub text: String,
    /// Where it came from.
    pub span: Span,
}

/// Folds text under one profile and language.
#[derive(Debug, Clone, Copy)]
pub struct Normalizer {
    profile: Profile,
    language: Language,
    rules: &'static rules::FoldRules,
    /// The kernel asked for; else the best there is.
    kernel: Option<FoldPath>,
}

impl Normalizer {
    /// A normalizer for `profile` with the table of `language`. `None` and `Light` are the same for every language.
    #[must_use]
    pub const fn new(profile: Profile, language: Language) -> Self {
        Self { profile, language, rules: rules::FoldRules::of(profile, language), kernel: None }
    }

    /// The profile.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The language.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Pushes the folded tokens of `text` into `sink`, in text order. Linear in the length of `text`, whatever it holds.
    pub fn fold<S: TokenSink>(&self, text: &str, scratch: &mut FoldScratch, sink: &mut S) {
        if self.rules.folds && rewrite::may_differ(text) {
            let mut rewrite = std::mem::take(&mut scratch.rewrite);
            if rewrite.rewrite(text) {
                fold::walk(self.rules, rewrite.text(), scratch, &mut rewrite::OriginalSpans::new(&rewrite, sink));
            } else {
                fold::walk(self.rules, text, scratch, sink);
            }
            scratch.rewrite = rewrite;
        } else {
            fold::walk(self.rules, text, scratch, sink);
        }
    }

    /// The same for an excerpt: the tokens of its pieces as one sequence, their spans those of the whole text.
    pub fn fold_excerpt<S: TokenSink>(&self, excerpt: Excerpt<'_>, scratch: &mut FoldScratch, sink: &mut S) {
        for (offset, piece) in excerpt.pieces() {
            self.fold(piece, scratch, &mut ShiftedSink { offset, sink });
        }
    }

    /// The same, with one kernel instead of the fastest. No result depends on it: for tests and benches.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_kernel(self, kernel: FoldPath) -> Self {
        Self { kernel: Some(kernel), ..self }
    }

    /// Pushes the tokens of [`fold`](Self::fold) without their spans, many at a time and as fast as the CPU can.
    pub fn fold_batches<S: BatchSink>(&self, text: &str, scratch: &mut FoldScratch, sink: &mut S) {
        self.kernel.unwrap_or_else(FoldPath::best).fold(self.rules, text, scratch, sink);
    }

    /// The folded tokens with their spans.
    #[must_use]
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        self.tokens_of(Excerpt::whole(text))
    }

    /// The folded tokens of an excerpt with their spans in the whole text.
    #[must_use]
    pub fn tokens_of(&self, excerpt: Excerpt<'_>) -> Vec<Token> {
        struct Collect(Vec<Token>);
        impl TokenSink for Collect {
            fn token(&mut self, token: &[u8], span: Span) {
                self.0.push(Token { text: alphabet::to_utf8(token), span });
            }
        }
        let mut sink = Collect(Vec::new());
        self.fold_excerpt(excerpt, &mut FoldScratch::default(), &mut sink);
        sink.0
    }

    /// The folded tokens joined by one space.
    #[must_use]
    pub fn normalize(&self, text: &str) -> String {
        self.normalize_excerpt(Excerpt::whole(text))
    }

    /// The same for an excerpt.
    #[must_use]
    pub fn normalize_excerpt(&self, excerpt: Excerpt<'_>) -> String {
        struct Join(String);
        impl TokenSink for Join {
            fn token(&mut self, token: &[u8], _span: Span) {
                if !self.0.is_empty() {
                    self.0.push(' ');
                }
                alphabet::push_utf8(token, &mut self.0);
            }
        }
        let mut sink = Join(String::with_capacity(excerpt.text().len()));
        self.fold_excerpt(excerpt, &mut FoldScratch::default(), &mut sink);
        sink.0
    }
}

/// Gives the spans of a piece their place in the whole text.
struct ShiftedSink<'s, S> {
    offset: usize,
    sink: &'s mut S,
}

impl<S: TokenSink> TokenSink for ShiftedSink<'_, S> {
    fn token(&mut self, token: &[u8], span: Span) {
        self.sink.token(token, Span::new(span.start + self.offset, span.end + self.offset));
    }
}
