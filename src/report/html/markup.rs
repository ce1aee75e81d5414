//! Writes HTML. Tags and names of attributes are constants of the program; every other text is escaped by one function.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::report::text::is_unsafe;

/// The attributes of an element.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

/// Writes elements to a file.
pub(super) struct Markup<'w> {
    out: &'w mut dyn Write,
}

impl<'w> Markup<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self { out }
    }

    /// The file, for what is no markup: data for the script.
    pub(super) fn file(&mut self) -> &mut dyn Write {
        self.out
    }

    /// Writes markup that is a part of the program.
    pub(super) fn fixed(&mut self, markup: &'static str) -> io::Result<()> {
        self.out.write_all(markup.as_bytes())
    }

    /// Writes a start tag.
    pub(super) fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) -> io::Result<()> {
        write!(self.out, "<{tag}")?;
        for (name, value) in attributes {
            write!(self.out, " {name}=\"{}\"", escape(value))?;
        }
        self.out.write_all(b">")
    }

    /// Writes an end tag.
    pub(super) fn close(&mut self, tag: &'static str) -> io::Result<()> {
        write!(self.out, "</{tag}>")
    }

    /// Writes text.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(escape(text).as_bytes())
    }

    /// Writes an element with text in it.
    pub(super) fn element(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        self.open(tag, attributes)?;
        self.text(text)?;
        self.close(tag)
    }

    /// Writes text of the input: isolated, in its own direction.
    pub(super) fn original(&mut self, text: &str) -> io::Result<()> {
        self.element("bdi", &[], text)
    }
}

/// Text as it may stand in elements and in attributes. Characters that are invisible and could reorder or break the page
/// become visible marks.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    let is_special = |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'');
    let shown = visible(text);
    if !shown.contains(is_special) {
        return shown;
    }

    let mut out = String::with_capacity(shown.len() + 16);
    for character in shown.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// Text with a visible mark for each control and bidi control, such as ‹RLO›. All line ends become line feeds, tabs spaces.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let stays = |c: char| c == '\n' || !(is_unsafe(c) || is_no_character(c));
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }

    let mut out = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\t' => out.push(' '),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            other if stays(other) => out.push(other),
            other => push_mark(other, &mut out),
        }
    }
    Cow::Owned(out)
}

/// Whether a code point is one that no text should have, and parsers of HTML report.
fn is_no_character(c: char) -> bool {
    matches!(u32::from(c), 0xFDD0..=0xFDEF) || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Pushes the mark of a character that cannot be seen.
fn push_mark(character: char, out: &mut String) {
    let name = match character {
        '\u{61C}' => "ALM",
        '\u{200E}' => "LRM",
        '\u{200F}' => "RLM",
        '\u{202A}' => "LRE",
        '\u{202B}' => "RLE",
        '\u{202C}' => "PDF",
        '\u{202D}' => "LRO",
        '\u{202E}' => "RLO",
        '\u{2066}' => "LRI",
        '\u{2067}' => "RLI",
        '\u{2068}' => "FSI",
        '\u{2069}' => "PDI",
        other => {
            out.push_str(&format!("‹U+{:04X}›", u32::from(other)));
            return;
        }
    };
    out.push('‹');
    out.push_str(name);
    out.push('›');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        let hostile = "</script><img src=x onerror='alert(1)'>\"&amp;";
        let escaped = escape(hostile);
        assert_eq!(escaped, "&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;&amp;amp;");
        let mut out = Vec::new();
        Markup::new(&mut out).element("p", &[("title", hostile)], hostile).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("<p title=\"{escaped}\">{escaped}</p>"));
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(visible("أ\u{202e}ب\u{2069}ج\u{0}د\u{7f}"), "أ‹RLO›ب‹PDI›ج‹U+0000›د‹U+007F›");
        assert_eq!(visible("a\r\nb\rc\u{2028}d\te"), "a\nb\nc\nd e");
        assert_eq!(visible("\u{ffff}\u{fdd0}"), "‹U+FFFF›‹U+FDD0›");
        assert!(matches!(visible("می‌روم، قال: نَعَم\n"), Cow::Borrowed(_)));
    }
}
