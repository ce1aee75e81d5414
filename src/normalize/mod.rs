//! Folding: one core, many sinks. (Interface first; the core replaces this placeholder.)

use std::fmt;
use std::str::FromStr;

use crate::document::Span;
use crate::error::{Error, Result};

/// How strongly text is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// Tokenising only.
    None,
    /// Safe for every language.
    Light,
    /// The language's table.
    #[default]
    Standard,
    /// Merges more, and more than it should.
    Aggressive,
}

impl Profile {
    /// The name used on the command line and in outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Light => "light",
            Self::Standard => "standard",
            Self::Aggressive => "aggressive",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Profile {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        [Self::None, Self::Light, Self::Standard, Self::Aggressive]
            .into_iter()
            .find(|profile| profile.name() == name)
            .ok_or_else(|| Error::parameter("profile", name, "one of none, light, standard, aggressive"))
    }
}

/// The language whose table `standard` and `aggressive` use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Arabic.
    Ar,
    /// Persian.
    Fa,
    /// Urdu.
    Ur,
    /// Central Kurdish.
    Ckb,
    /// Pashto.
    Ps,
    /// Uyghur.
    Ug,
    /// Anything else: folded as `light`.
    Other,
}

impl Language {
    /// The gate: which language a whole document is in.
    #[must_use]
    pub fn detect(_text: &str) -> Self {
        Self::Ar
    }

    /// The code used on the command line and in outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ar => "ar",
            Self::Fa => "fa",
            Self::Ur => "ur",
            Self::Ckb => "ckb",
            Self::Ps => "ps",
            Self::Ug => "ug",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(code: &str) -> Result<Self> {
        [Self::Ar, Self::Fa, Self::Ur, Self::Ckb, Self::Ps, Self::Ug, Self::Other]
            .into_iter()
            .find(|language| language.code() == code)
            .ok_or_else(|| Error::parameter("lang", code, "one of ar, fa, ur, ckb, ps, ug, other"))
    }
}

/// Takes the tokens of a text in order.
pub trait TokenSink {
    /// One token: its bytes in the compact alphabet ([`alphabet`]), and the original bytes it came from.
    fn token(&mut self, token: &[u8], span: Span);
}

/// Buffers that one thread reuses from document to document.
#[derive(Debug, Default)]
pub struct Scratch {}

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
pub struct Normalizer {}

impl Normalizer {
    /// A normalizer for `profile` with the table of `language`.
    #[must_use]
    pub fn new(_profile: Profile, _language: Language) -> Self {
        Self {}
    }

    /// Pushes the folded tokens of `text` into `sink`, in text order.
    pub fn fold<S: TokenSink>(&self, text: &str, _scratch: &mut Scratch, sink: &mut S) {
        let base = text.as_ptr() as usize;
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
            let start = word.as_ptr() as usize - base;
            sink.token(word.as_bytes(), Span::new(start, start + word.len()));
        }
    }

    /// The folded tokens with their spans.
    #[must_use]
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        struct Collect(Vec<Token>);
        impl TokenSink for Collect {
            fn token(&mut self, token: &[u8], span: Span) {
                let mut text = String::new();
                alphabet::push_utf8(token, &mut text);
                self.0.push(Token { text, span });
            }
        }
        let mut sink = Collect(Vec::new());
        self.fold(text, &mut Scratch::default(), &mut sink);
        sink.0
    }

    /// The folded tokens joined by one space.
    #[must_use]
    pub fn normalize(&self, text: &str) -> String {
        self.tokens(text).into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
    }
}

/// The compact alphabet: UTF-8 with one byte for each letter that matters.
pub mod alphabet {
    /// Appends the UTF-8 form of `compact` to `out`.
    pub fn push_utf8(compact: &[u8], out: &mut String) {
        out.push_str(&String::from_utf8_lossy(compact));
    }

    /// Whether a token is a number: ASCII digits, with or without a decimal mark.
    #[must_use]
    pub fn is_number(compact: &[u8]) -> bool {
        compact.first().is_some_and(u8::is_ascii_digit) && compact.iter().all(|b| b.is_ascii_digit() || *b == b'.')
    }

    /// Bytes that the character beginning with compact byte `lead` takes: 1 for table letters and ASCII, 2 to 4 for the rest.
    #[must_use]
    pub const fn width(lead: u8) -> usize {
        match lead {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        }
    }
}
