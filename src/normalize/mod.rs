//! Folding: normalizes a text and splits it into tokens, each with its span in the original.
//!
//! ```
//! use mukarrar::normalize::{Language, Normalizer, Profile};
//!
//! let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
//! assert_eq!(normalizer.normalize("قالَ الـرئيس: «إنَّ الأمر» ٣٫٥٪"), "قال الرءيس ان الامر 3.5");
//! ```
//!
//! The walk reads the bytes of a text once and pushes tokens into a [`TokenSink`]. The shingler, the `normalize`
//! command and the explanations are sinks, so the tokens shown are the tokens hashed. Tokens are bytes of the compact
//! [`alphabet`]. The folded text is not stored, and with a reused [`FoldScratch`] the walk allocates nothing.
//!
//! The [`Profile`] and the [`Language`] decide how a character folds; see `docs/NORMALIZATION.md`. The character data
//! is Unicode 14.0.0, generated into tables and frozen: a newer compiler or library changes no token. No rule looks
//! across a line break, so a text folded line by line gives the same tokens.
//!
//! Files: [`alphabet`] the compact bytes; `unicode_tables` and `class` the class of each code point; `action` and
//! `rules` its folding under a profile and language; `fold` the walk, `word_rules` its rare word rules; `entities`,
//! `urls`, `quran` and `rewrite` the rewriting before the walk; `language_gate` the detection of the language, `persian_words`
//! its words, `language_tally` the language of a source; `persian_affixes` a sink that joins affixes; `kernel` the vector kernels, which equal the walk, and `compact_tables` their tables.

mod action;
pub mod alphabet;
mod class;
mod compact_tables;
mod entities;
mod fold;
mod kernel;
mod language;
mod language_gate;
mod language_tally;
mod persian_affixes;
mod persian_words;
mod profile;
mod quran;
mod rewrite;
mod rules;
mod sink;
mod unicode_tables;
mod urls;
mod word_rules;

#[doc(hidden)]
pub use kernel::FoldPath;
pub use kernel::{BatchSink, TokenBatch};
pub use language::Language;
pub use language_tally::LanguageTally;
pub use profile::Profile;
pub use sink::TokenSink;

use crate::document::{Excerpt, Span};

/// The version of the folding. It changes with every change of a token; an index or boilerplate rules made under
/// another version cannot be used.
pub const FOLD_VERSION: &str = "ar-standard-3";

/// Buffers that one thread reuses from document to document.
#[derive(Debug, Default)]
pub struct FoldScratch {
    walk: fold::WalkBuffers,
    /// The text without its entities and URLs.
    rewrite: rewrite::RewrittenText,
    /// The compact bytes of a window of text.
    stream: kernel::CompactStream,
}

/// A folded token with the span of original text it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The folded token.
    pub text: String,
    /// Its bytes in the original text.
    pub span: Span,
}

/// Folds text under one profile and language.
#[derive(Debug, Clone, Copy)]
pub struct Normalizer {
    profile: Profile,
    language: Language,
    rules: &'static rules::FoldRules,
    /// The path to fold by; `None` for the fastest of this CPU.
    kernel: Option<FoldPath>,
}

impl Normalizer {
    /// A normalizer for `profile` with the table of `language`. `None` and `Light` fold every language alike.
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

    /// Pushes the folded tokens of `text` into `sink`, in text order. Linear in the length of `text`.
    pub fn fold(&self, text: &str, scratch: &mut FoldScratch, sink: &mut dyn TokenSink) {
        let FoldScratch { walk, rewrite, .. } = scratch;

        // Most documents hold nothing to rewrite and are not copied.
        if self.rules.folds && rewrite::may_differ(self.rules, text) && rewrite.rewrite(self.rules, text) {
            fold::walk(self.rules, rewrite.text(), walk, &mut rewrite::OriginalSpans::new(rewrite, sink));
        } else {
            fold::walk(self.rules, text, walk, sink);
        }
    }

    /// The same for an excerpt: the tokens of its pieces as one sequence, with their spans in the whole text.
    pub fn fold_excerpt(&self, excerpt: Excerpt<'_>, scratch: &mut FoldScratch, sink: &mut dyn TokenSink) {
        for (offset, piece) in excerpt.pieces() {
            self.fold(piece, scratch, &mut ShiftedSink { offset, sink });
        }
    }

    /// The same normalizer with a fixed path instead of the fastest. All paths give equal tokens: for tests and
    /// benches.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_kernel(self, kernel: FoldPath) -> Self {
        Self { kernel: Some(kernel), ..self }
    }

    /// Pushes the tokens of [`fold`](Self::fold) without their spans, in batches, by the fastest path of the CPU.
    pub fn fold_batches<S: BatchSink>(&self, text: &str, scratch: &mut FoldScratch, sink: &mut S) {
        let FoldScratch { walk, rewrite, stream } = scratch;
        let path = self.kernel.unwrap_or_else(FoldPath::best);

        path.fold(self.rules, text, kernel::PathBuffers { walk, rewrite, stream }, sink);
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

    /// As [`normalize`](Self::normalize), by the fastest path of the CPU and in buffers that are used again.
    pub(crate) fn normalize_in(&self, text: &str, scratch: &mut FoldScratch) -> String {
        struct Join(String);
        impl BatchSink for Join {
            fn token(&mut self, token: &[u8]) {
                if !self.0.is_empty() {
                    self.0.push(' ');
                }
                alphabet::push_utf8(token, &mut self.0);
            }

            fn restart(&mut self) {
                self.0.clear();
            }
        }

        let mut sink = Join(String::with_capacity(text.len()));
        self.fold_batches(text, scratch, &mut sink);
        sink.0
    }

    /// As [`normalize`](Self::normalize), for an excerpt.
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

        // Folding rarely makes a text longer.
        let mut sink = Join(String::with_capacity(excerpt.text().len()));
        self.fold_excerpt(excerpt, &mut FoldScratch::default(), &mut sink);
        sink.0
    }
}

/// Shifts the spans of a piece by its offset in the whole text.
struct ShiftedSink<'s> {
    offset: usize,
    sink: &'s mut dyn TokenSink,
}

impl TokenSink for ShiftedSink<'_> {
    fn token(&mut self, token: &[u8], span: Span) {
        self.sink.token(token, Span::new(span.start + self.offset, span.end + self.offset));
    }
}
