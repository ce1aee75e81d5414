//! How the fields of a CSV file are delimited, quoted and escaped.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::input::slices::tail;

/// A character with a meaning in CSV, as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CsvSign {
    /// Found from the file.
    #[default]
    Auto,
    /// No character has this meaning.
    None,
    /// This ASCII character.
    Byte(u8),
}

impl FromStr for CsvSign {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.as_bytes() {
            b"auto" => Ok(Self::Auto),
            b"none" => Ok(Self::None),
            // A name, as shells take the character itself for an escape.
            b"backslash" => Ok(Self::Byte(b'\\')),
            [byte] if byte.is_ascii_punctuation() => Ok(Self::Byte(*byte)),
            _ => Err(Error::parameter("csv_quote", text, "auto, none, backslash, or one ASCII sign")),
        }
    }
}

impl fmt::Display for CsvSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.pad("auto"),
            Self::None => f.pad("none"),
            Self::Byte(byte) => f.pad(char::from(*byte).encode_utf8(&mut [0; 4])),
        }
    }
}

/// The bytes that delimit, quote and escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) struct CsvDialect {
    pub(in crate::input) delimiter: u8,
    /// Opens a quoted field as its first byte; two of them inside are one. `None`: no field is quoted.
    pub(in crate::input) quote: Option<u8>,
    /// Takes the meaning from the next byte.
    pub(in crate::input) escape: Option<u8>,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CsvField {
    /// Its bytes, quotes included.
    pub(super) range: Range<usize>,
    /// Whether it begins with a quote that nothing closes, which is then a character.
    pub(super) is_stray: bool,
    /// Whether bytes stand between its closing quote and its end.
    pub(super) goes_on: bool,
}

impl CsvDialect {
    /// The place and the kind of the next byte of `bytes` with a meaning: the quote, the escape or `stop`.
    fn special(self, bytes: &[u8], stop: Option<u8>) -> Option<usize> {
        // A byte that is searched for twice is searched for once.
        match [self.quote, self.escape, stop] {
            [Some(a), Some(b), Some(c)] => memchr::memchr3(a, b, c, bytes),
            [Some(a), Some(b), None] | [Some(a), None, Some(b)] | [None, Some(a), Some(b)] => {
                memchr::memchr2(a, b, bytes)
            }
            [Some(a), None, None] | [None, Some(a), None] | [None, None, Some(a)] => memchr::memchr(a, bytes),
            [None, None, None] => None,
        }
    }

    /// The place of the next quote, escape or line feed.
    pub(super) fn next_in_record(self, bytes: &[u8]) -> Option<usize> {
        self.special(bytes, Some(b'\n'))
    }

    /// The place of the next quote or escape.
    pub(super) fn next_in_quotes(self, bytes: &[u8]) -> Option<usize> {
        self.special(bytes, None)
    }

    /// The offset of the quote that closes the one at the beginning of `field`.
    fn closing(self, field: &[u8]) -> Option<usize> {
        let mut at = 1;
        loop {
            at += self.next_in_quotes(field.get(at..)?)?;
            // Two quotes mean one, and close nothing.
            let closes = field.get(at).copied() == self.quote && field.get(at + 1).copied() != self.quote;
            if closes {
                return Some(at);
            }
            at += 2;
        }
    }

    /// The offset of the delimiter that ends `bytes`, which are not quoted, or their length.
    fn unquoted(self, bytes: &[u8]) -> usize {
        let Some(escape) = self.escape else {
            return memchr::memchr(self.delimiter, bytes).unwrap_or(bytes.len());
        };

        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(self.delimiter, escape, rest)) {
            at += found;
            if bytes.get(at) == Some(&self.delimiter) {
                return at;
            }
            at += 2;
        }
        bytes.len()
    }

    /// Whether `field` begins with a quote.
    pub(super) fn is_quoted(self, field: &[u8]) -> bool {
        self.quote.is_some() && field.first().copied() == self.quote
    }

    /// The fields of a record, given without its line end.
    pub(super) fn fields(self, record: &[u8]) -> impl Iterator<Item = CsvField> + '_ {
        let mut next = Some(0);
        std::iter::from_fn(move || {
            let start = next?;
            let rest = tail(record, start);

            // The delimiter is looked for after the closing quote.
            let is_quoted = self.is_quoted(rest);
            let closed = if is_quoted { self.closing(rest) } else { None };
            let inner = closed.map_or(0, |at| at + 1);
            let length = inner + self.unquoted(tail(rest, inner));

            next = (length < rest.len()).then_some(start + length + 1);
            Some(CsvField {
                range: start..start + length,
                is_stray: is_quoted && closed.is_none(),
                goes_on: closed.is_some() && length > inner,
            })
        })
    }

    /// The content of a field: without quotes, and text after the closing quote taken literally.
    pub(super) fn decode(self, field: &str) -> Cow<'_, str> {
        let closing = if self.is_quoted(field.as_bytes()) { self.closing(field.as_bytes()) } else { None };
        let Some(close) = closing else { return self.unescaped(field) };

        // Quotes are ASCII, so both borders are borders of characters.
        let (quoted, after) = (field.get(1..close).unwrap_or(field), field.get(close + 1..).unwrap_or(""));
        let quote = char::from(self.quote.unwrap_or(b'"'));
        let single = if quoted.contains(quote) && self.escape.is_none() {
            Cow::Owned(quoted.replace(&format!("{quote}{quote}"), &quote.to_string()))
        } else {
            self.unescaped(quoted)
        };
        if after.is_empty() { single } else { Cow::Owned(single.into_owned() + &self.unescaped(after)) }
    }

    /// `text` with its escapes undone, as databases write them: `\n`, `\t`, `\r`, `\b` and `\0` are control
    /// characters, `\N` alone is no value, any other character stands for itself. Doubled quotes become one.
    fn unescaped(self, text: &str) -> Cow<'_, str> {
        let Some(escape) = self.escape.map(char::from).filter(|escape| text.contains(*escape)) else {
            return match self.quote.map(char::from) {
                // Only quoted text comes here with an escape defined; its doubled quotes are one.
                Some(quote) if self.escape.is_some() && text.contains(quote) => {
                    Cow::Owned(text.replace(&format!("{quote}{quote}"), &quote.to_string()))
                }
                _ => Cow::Borrowed(text),
            };
        };
        if text.strip_prefix(escape) == Some("N") {
            return Cow::Borrowed("");
        }

        let (mut out, mut characters) = (String::with_capacity(text.len()), text.chars().peekable());
        while let Some(character) = characters.next() {
            if character == escape {
                out.extend(characters.next().map(control));
            } else {
                if Some(character) == self.quote.map(char::from) && characters.peek() == Some(&character) {
                    characters.next();
                }
                out.push(character);
            }
        }
        Cow::Owned(out)
    }

    /// A text as a field, quoted and escaped if necessary. Without quotes and escapes, delimiters and line breaks
    /// become spaces.
    pub(super) fn encode(self, text: &str) -> String {
        let special = |byte: &u8| {
            *byte == self.delimiter
                || matches!(byte, b'\r' | b'\n')
                || Some(*byte) == self.quote
                || Some(*byte) == self.escape
        };
        let needs = text.as_bytes().iter().any(special);

        match (self.quote.map(char::from), self.escape.map(char::from)) {
            // A record of one empty field would be an empty line, which is no record.
            (Some(_), _) if !needs && !text.is_empty() => text.to_owned(),
            (Some(quote), None) => format!("{quote}{}{quote}", text.replace(quote, &format!("{quote}{quote}"))),
            (Some(quote), Some(escape)) => {
                let mut out = String::from(quote);
                for character in text.chars() {
                    if character == quote || character == escape {
                        out.push(escape);
                    }
                    out.push(character);
                }
                out.push(quote);
                out
            }
            (None, Some(escape)) => {
                let mut out = String::new();
                for character in text.chars() {
                    let letter = match character {
                        '\n' => 'n',
                        '\r' => 'r',
                        '\t' => 't',
                        other => other,
                    };
                    if letter != character || letter == escape || letter == char::from(self.delimiter) {
                        out.push(escape);
                    }
                    out.push(letter);
                }
                out
            }
            (None, None) => text.replace([char::from(self.delimiter), '\r', '\n'], " "),
        }
    }
}

/// The character that an escaped one stands for.
fn control(escaped: char) -> char {
    match escaped {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\x08',
        '0' => '\0',
        other => other,
    }
}
