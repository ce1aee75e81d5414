//! The tokens of a page, as the HTML standard defines them, for the tree builder of `html5ever`.
//!
//! The tokenizer of `html5ever` takes pieces of a page as they arrive, so it looks at every character by itself. Here the
//! page is whole and in memory: text, values of attributes and scripts are found by their ends, and tokens share the memory
//! of the page. A test compares the tokens with those of `html5ever`. Two things are left out, which no reader asks for:
//! comments have no content, and of the errors of a page only those are told that change a tree.

use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use memchr::{memchr, memchr2, memmem};

use self::names::Names;
use crate::input::slices::tail;

mod names;
mod raw;
mod reference;
mod tag;

/// Gives all tokens of a page or a fragment to `sink`, and returns it.
pub(super) fn tokenize<S: TokenSink>(html: &str, sink: S) -> S {
    let html = html.strip_prefix('\u{feff}').unwrap_or(html);

    // The standard turns all line ends into line feeds before it reads a page.
    if memchr(b'\r', html.as_bytes()).is_some() {
        PageTokenizer::new(&html.replace("\r\n", "\n").replace('\r', "\n"), sink).run()
    } else {
        PageTokenizer::new(html, sink).run()
    }
}

/// How characters are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Markup,
    /// The content of an element up to its end tag.
    Raw(RawKind),
    /// All the rest of the page.
    Plain,
}

struct PageTokenizer<'a, S> {
    html: &'a str,
    /// The same page, whose memory the tokens share.
    shared: StrTendril,
    /// Whether the page holds a NUL, which the standard replaces nearly everywhere.
    has_nul: bool,
    /// The place of the next byte.
    at: usize,
    content: Content,
    /// The name of the last start tag. Only an end tag of this name ends raw content.
    last_start: LocalName,
    names: Names,
    sink: S,
}

impl<'a, S: TokenSink> PageTokenizer<'a, S> {
    fn new(html: &'a str, sink: S) -> Self {
        Self {
            html,
            shared: StrTendril::from(html),
            has_nul: memchr(0, html.as_bytes()).is_some(),
            at: 0,
            content: Content::Markup,
            last_start: LocalName::default(),
            names: Names::default(),
            sink,
        }
    }

    fn run(mut self) -> S {
        while self.at < self.html.len() {
            match self.content {
                Content::Markup => self.markup(),
                Content::Raw(kind) => self.raw(kind),
                Content::Plain => {
                    self.text(self.at, self.html.len());
                    self.at = self.html.len();
                }
            }
        }

        self.give(Token::EOFToken);
        self.sink.end();
        self.sink
    }

    fn bytes(&self) -> &'a [u8] {
        self.html.as_bytes()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes().get(at).copied()
    }

    /// Text up to the next tag, and that tag.
    fn markup(&mut self) {
        let mut begin = self.at;
        let mut from = self.at;
        loop {
            let Some(found) = memchr2(b'<', b'&', tail(self.bytes(), from)).map(|at| from + at) else {
                self.text(begin, self.html.len());
                self.at = self.html.len();
                return;
            };
            if self.byte(found) == Some(b'&') {
                // An ampersand that begins no reference is text.
                from = found + 1;
                if let Some(after) = self.text_and_reference(begin, found) {
                    (begin, from) = (after, after);
                }
                continue;
            }

            match (self.byte(found + 1), self.byte(found + 2)) {
                (Some(b'a'..=b'z' | b'A'..=b'Z'), _) => {
                    self.text(begin, found);
                    return self.tag(found + 1);
                }
                (Some(b'/'), Some(b'a'..=b'z' | b'A'..=b'Z')) => {
                    self.text(begin, found);
                    return self.end_tag(found + 2);
                }
                (Some(b'/'), Some(b'>')) => {
                    self.text(begin, found);
                    self.error();
                    self.at = found + 3;
                    return;
                }
                (Some(b'/'), Some(_)) => {
                    self.text(begin, found);
                    return self.bogus_comment(found + 2);
                }
                (Some(b'?'), _) => {
                    self.text(begin, found);
                    return self.bogus_comment(found + 1);
                }
                (Some(b'!'), _) => {
                    self.text(begin, found);
                    return self.declaration(found);
                }
                // A `<` that begins no tag is text.
                _ => from = found + 1,
            }
        }
    }

    /// Reads what begins with `<!` at `begin`.
    fn declaration(&mut self, begin: usize) {
        let rest = tail(self.bytes(), begin + 2);

        if rest.starts_with(b"--") {
            self.comment(begin + 4);
        } else if rest.get(..7).is_some_and(|name| name.eq_ignore_ascii_case(b"doctype")) {
            self.doctype(begin);
        } else if self.sink.adjusted_current_node_present_but_not_in_html_namespace() && rest.starts_with(b"[CDATA[") {
            let content = begin + 9;
            let end = memmem::find(tail(self.bytes(), content), b"]]>").map(|at| content + at);
            self.text(content, end.unwrap_or(self.html.len()));
            self.at = end.map_or(self.html.len(), |end| end + 3);
        } else {
            self.bogus_comment(begin + 2);
        }
    }

    /// Reads a comment whose content begins at `begin`.
    fn comment(&mut self, begin: usize) {
        let rest = tail(self.bytes(), begin);
        let is_end = |at: &usize| {
            let content = &rest[..*at];
            content.is_empty() || content == b"-" || content.ends_with(b"--") || content.ends_with(b"--!")
        };

        let end = memchr::memchr_iter(b'>', rest).find(is_end);
        self.at = end.map_or(self.html.len(), |end| begin + end + 1);
        self.give(Token::CommentToken(StrTendril::new()));
    }

    /// Reads what the standard makes a comment for want of a meaning: all up to the next `>`.
    fn bogus_comment(&mut self, begin: usize) {
        let end = memchr(b'>', tail(self.bytes(), begin));
        self.at = end.map_or(self.html.len(), |end| begin + end + 1);
        self.give(Token::CommentToken(StrTendril::new()));
    }

    /// Reads a document type at `begin`. It ends with the first `>`, even between quotes, so its tokens are those of this
    /// piece alone; a page has one.
    fn doctype(&mut self, begin: usize) {
        let end = memchr(b'>', tail(self.bytes(), begin));
        self.at = end.map_or(self.html.len(), |end| begin + end + 1);

        let tokenizer = Tokenizer::new(DoctypeSink(&self.sink), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(self.slice(begin, self.at));
        let _ = tokenizer.feed(&input);
        tokenizer.end();
    }

    /// Gives the text of a range of the page.
    fn text(&self, begin: usize, end: usize) {
        if begin >= end {
            return;
        }
        if !self.has_nul {
            self.give(Token::CharacterTokens(self.slice(begin, end)));
            return;
        }

        let mut at = begin;
        for piece in self.html[begin..end].split('\0') {
            if !piece.is_empty() {
                self.give(Token::CharacterTokens(self.slice(at, at + piece.len())));
            }
            at += piece.len() + 1;
            // Between two pieces was a NUL.
            if at <= end {
                self.give(match self.content {
                    Content::Markup => Token::NullCharacterToken,
                    _ => Token::CharacterTokens(StrTendril::from_char('\u{fffd}')),
                });
            }
        }
    }

    /// Gives the text from `begin` and the character reference after the `&` at `found`, and returns where it ends. `None`,
    /// and nothing is given, if no reference begins there.
    fn text_and_reference(&self, begin: usize, found: usize) -> Option<usize> {
        let reference = reference::read(tail(self.bytes(), found + 1), false)?;
        self.text(begin, found);
        if reference.is_error {
            self.error();
        }
        for character in reference.characters() {
            self.give(Token::CharacterTokens(StrTendril::from_char(character)));
        }
        Some(found + 1 + reference.len)
    }

    /// A part of the page. Both ends are next to ASCII characters, so no character is cut in two.
    #[expect(clippy::cast_possible_truncation, reason = "a tendril holds less than 4 GiB, and the page is one")]
    fn slice(&self, begin: usize, end: usize) -> StrTendril {
        debug_assert!(self.html.get(begin..end).is_some(), "{begin}..{end} is a piece of the page");
        let shared = self.shared.try_subtendril(begin as u32, (end - begin) as u32);
        shared.unwrap_or_else(|_| StrTendril::from(self.html.get(begin..end).unwrap_or_default()))
    }

    /// Tells an error. The tree builder drops a line feed at the beginning of a `<pre>`, but not after an error.
    fn error(&self) {
        self.give(Token::ParseError("".into()));
    }

    /// Gives a token that never changes how the page is read.
    fn give(&self, token: Token) {
        let _ = self.sink.process_token(token, 1);
    }

    /// Gives a tag, whose receiver decides how the content after it is read.
    fn give_tag(&mut self, tag: Token) {
        self.content = match self.sink.process_token(tag, 1) {
            TokenSinkResult::Plaintext => Content::Plain,
            TokenSinkResult::RawData(kind) => Content::Raw(kind),
            TokenSinkResult::Continue | TokenSinkResult::Script(_) | TokenSinkResult::EncodingIndicator(_) => {
                Content::Markup
            }
        };
    }
}

/// Passes a document type on.
struct DoctypeSink<'a, S>(&'a S);

impl<S: TokenSink> TokenSink for DoctypeSink<'_, S> {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        if matches!(token, Token::DoctypeToken(_)) {
            let _ = self.0.process_token(token, line);
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests;
