//! Tags and their attributes.

use std::borrow::Cow;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink};
use html5ever::{Attribute, LocalName, QualName, ns};
use memchr::memchr2;

use super::{PageTokenizer, reference};
use crate::input::slices::tail;

impl<S: TokenSink> PageTokenizer<'_, S> {
    /// Reads a start tag from its name on.
    pub(super) fn tag(&mut self, begin: usize) {
        self.any_tag(begin, TagKind::StartTag);
    }

    /// Reads an end tag from its name on.
    pub(super) fn end_tag(&mut self, begin: usize) {
        self.any_tag(begin, TagKind::EndTag);
    }

    fn any_tag(&mut self, begin: usize, kind: TagKind) {
        let (name, end) = self.name(begin, ends_tag_name);
        let mut tag = Tag { kind, name, self_closing: false, attrs: Vec::new(), had_duplicate_attributes: false };

        // If the page ends inside of a tag, the tag gives no token.
        let Some(after) = self.attributes(end, &mut tag) else {
            self.at = self.html.len();
            return;
        };
        self.at = after;

        if kind == TagKind::StartTag {
            self.last_start = tag.name.clone();
        }
        self.give_tag(Token::TagToken(tag));
    }

    /// Reads attributes from `at` on, and returns where the tag ends; `None` if the page ends before.
    fn attributes(&mut self, mut at: usize, tag: &mut Tag) -> Option<usize> {
        loop {
            match self.byte(at)? {
                byte if is_blank(byte) => at += 1,
                b'>' => return Some(at + 1),
                b'/' => {
                    at += 1;
                    if self.byte(at)? == b'>' {
                        tag.self_closing = true;
                        return Some(at + 1);
                    }
                }
                _ => at = self.attribute(at, tag)?,
            }
        }
    }

    /// Reads an attribute at `begin`, and returns where it ends.
    fn attribute(&mut self, begin: usize, tag: &mut Tag) -> Option<usize> {
        let (name, name_end) = self.name(begin, ends_attribute_name);
        let (value, end) = match self.after_blanks(name_end) {
            (at, Some(b'=')) => self.value(at + 1)?,
            _ => (StrTendril::new(), name_end),
        };

        // The first attribute of a name counts.
        if tag.attrs.iter().any(|attribute| attribute.name.local == name) {
            tag.had_duplicate_attributes = true;
        } else {
            tag.attrs.push(Attribute { name: QualName::new(None, ns!(), name), value });
        }
        Some(end)
    }

    /// Reads a value that begins at `begin` or after white space.
    fn value(&self, begin: usize) -> Option<(StrTendril, usize)> {
        let (at, first) = self.after_blanks(begin);
        match first? {
            quote @ (b'"' | b'\'') => self.quoted(at + 1, quote),
            // The tag ends here, and the value is empty.
            b'>' => Some((StrTendril::new(), at)),
            _ => self.unquoted(at),
        }
    }

    fn quoted(&self, begin: usize, quote: u8) -> Option<(StrTendril, usize)> {
        let mut end = begin + memchr2(quote, b'&', tail(self.bytes(), begin))?;
        if self.byte(end) == Some(quote) {
            return Some((self.value_slice(begin, end), end + 1));
        }
        end += memchr::memchr(quote, tail(self.bytes(), end))?;
        Some((self.with_references(begin, end), end + 1))
    }

    fn unquoted(&self, begin: usize) -> Option<(StrTendril, usize)> {
        let end = begin + tail(self.bytes(), begin).iter().position(|byte| is_blank(*byte) || *byte == b'>')?;
        let value = if memchr::memchr(b'&', &self.bytes()[begin..end]).is_some() {
            self.with_references(begin, end)
        } else {
            self.value_slice(begin, end)
        };
        Some((value, end))
    }

    /// A value without references.
    fn value_slice(&self, begin: usize, end: usize) -> StrTendril {
        if self.has_nul { StrTendril::from(&*without_nul(&self.html[begin..end])) } else { self.slice(begin, end) }
    }

    /// A value with its references replaced. None of them reaches over its end.
    fn with_references(&self, begin: usize, end: usize) -> StrTendril {
        let mut value = StrTendril::new();
        let mut at = begin;
        for found in memchr::memchr_iter(b'&', &self.bytes()[begin..end]).map(|found| begin + found) {
            // The character after the value tells whether a name without `;` is one.
            let rest = tail(self.bytes(), found + 1);
            let Some(reference) = reference::read(rest, true) else { continue };
            value.push_slice(&without_nul(&self.html[at..found]));
            reference.characters().for_each(|character| value.push_char(character));
            at = found + 1 + reference.len;
        }
        value.push_slice(&without_nul(&self.html[at..end]));
        value
    }

    /// Reads a name at `begin` up to the first byte that ends it; its first byte never does.
    fn name(&mut self, begin: usize, ends: impl Fn(u8) -> bool) -> (LocalName, usize) {
        let bytes = self.bytes();
        let mut end = begin + 1;
        let mut is_plain = is_plain(bytes[begin]);
        while let Some(byte) = bytes.get(end).copied().filter(|byte| !ends(*byte)) {
            is_plain &= self::is_plain(byte);
            end += 1;
        }

        let name = &self.html[begin..end];
        if is_plain {
            return (self.names.atom(name), end);
        }
        (self.names.atom(&without_nul(name).to_ascii_lowercase()), end)
    }

    /// The next place without white space, and its byte.
    fn after_blanks(&self, begin: usize) -> (usize, Option<u8>) {
        let blanks = tail(self.bytes(), begin).iter().take_while(|byte| is_blank(**byte)).count();
        (begin + blanks, self.byte(begin + blanks))
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0C' | b' ')
}

/// Whether a byte stays as it is in a name.
const fn is_plain(byte: u8) -> bool {
    !byte.is_ascii_uppercase() && byte != 0
}

const fn ends_tag_name(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'/' | b'>')
}

const fn ends_attribute_name(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'/' | b'>' | b'=')
}

/// `text` with its NULs replaced.
fn without_nul(text: &str) -> Cow<'_, str> {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}
