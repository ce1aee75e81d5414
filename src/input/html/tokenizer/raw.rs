//! Reads the content of scripts, styles and titles, in which only the end tag is markup.

use html5ever::tokenizer::TokenSink;
use html5ever::tokenizer::states::RawKind;
use memchr::{memchr, memchr2};

use super::PageTokenizer;
use crate::input::slices::tail;

impl<S: TokenSink> PageTokenizer<'_, S> {
    /// Content up to the end tag of its element, and that end tag.
    pub(super) fn raw(&mut self, kind: RawKind) {
        let end = match kind {
            RawKind::Rcdata => self.title_end(),
            RawKind::Rawtext => self.style_end(),
            RawKind::ScriptData | RawKind::ScriptDataEscaped(_) => self.script_end(),
        };
        let end_or_all = end.unwrap_or(self.html.len());

        self.text(self.at, end_or_all);
        self.at = end_or_all;
        if let Some(end) = end {
            self.end_tag(end + 2);
        }
    }

    /// Where the end tag begins, in content with character references. They are given, with the text before them.
    fn title_end(&mut self) -> Option<usize> {
        let mut from = self.at;
        loop {
            let found = from + memchr2(b'<', b'&', tail(self.bytes(), from))?;
            if self.is_end_tag(found) {
                return Some(found);
            }
            from = found + 1;
            if self.byte(found) == Some(b'&')
                && let Some(after) = self.text_and_reference(self.at, found)
            {
                (self.at, from) = (after, after);
            }
        }
    }

    fn style_end(&self) -> Option<usize> {
        memchr::memchr_iter(b'<', tail(self.bytes(), self.at)).map(|at| self.at + at).find(|at| self.is_end_tag(*at))
    }

    /// Where the end tag of a script begins. A comment in it may hold whole script elements.
    fn script_end(&self) -> Option<usize> {
        let bytes = self.bytes();
        let mut at = self.at;
        loop {
            let found = at + memchr(b'<', tail(bytes, at))?;
            if self.is_end_tag(found) {
                return Some(found);
            }
            at = found + 1;
            if tail(bytes, found).starts_with(b"<!--") {
                match self.script_comment(found + 4) {
                    CommentEnd::Closed(after) => at = after,
                    CommentEnd::Tag(end) => return Some(end),
                    CommentEnd::Page => return None,
                }
            }
        }
    }

    /// The end of a comment inside of a script, whose content begins at `at`.
    fn script_comment(&self, mut at: usize) -> CommentEnd {
        let bytes = self.bytes();
        // Inside of a script element of the comment.
        let mut nested = false;
        while let Some(found) = memchr2(b'<', b'>', tail(bytes, at)).map(|found| at + found) {
            at = found + 1;
            if bytes[found] == b'>' {
                if bytes[..found].ends_with(b"--") {
                    return CommentEnd::Closed(at);
                }
                continue;
            }
            if !nested && self.is_end_tag(found) {
                return CommentEnd::Tag(found);
            }

            // `<script` begins such an element and `</script` ends it; the character after the name belongs to them.
            let closes = self.byte(at) == Some(b'/');
            if closes != nested {
                continue;
            }
            let name = at + usize::from(closes);
            let end = self.letters_end(name);
            if end > name && self.byte(end).is_some_and(ends_name) {
                at = end + 1;
                nested ^= bytes[name..end].eq_ignore_ascii_case(b"script");
            }
        }
        CommentEnd::Page
    }

    /// Whether the end tag of the open element begins at `at`.
    fn is_end_tag(&self, at: usize) -> bool {
        if self.byte(at) != Some(b'<') || self.byte(at + 1) != Some(b'/') {
            return false;
        }
        let end = self.letters_end(at + 2);
        self.bytes()[at + 2..end].eq_ignore_ascii_case(self.last_start.as_bytes())
            && self.byte(end).is_some_and(ends_name)
    }

    fn letters_end(&self, at: usize) -> usize {
        at + tail(self.bytes(), at).iter().take_while(|byte| byte.is_ascii_alphabetic()).count()
    }
}

/// How a comment inside of a script ends.
enum CommentEnd {
    /// Before this place.
    Closed(usize),
    /// With the end tag of the script, which begins at this place.
    Tag(usize),
    /// With the page.
    Page,
}

const fn ends_name(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0C' | b' ' | b'/' | b'>')
}
