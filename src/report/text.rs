//! Text for terminals and tables: previews, escapes, isolates and colours.
//!
//! Scraped text may contain control characters that rewrite a terminal, and bidi overrides that reorder a line (Boucher
//! and Anderson, "Trojan Source: Invisible Vulnerabilities", 2023). Both are escaped. On request a right-to-left
//! snippet is wrapped in FSI (U+2068) and PDI (U+2069), so that it does not move the left-to-right text around it (UAX
//! #9).

use std::borrow::Cow;
use std::fmt::Write;

use super::style::ReportStyle;
use crate::similarity::Relation;

/// Largest number of characters in a preview.
pub const PREVIEW: usize = 160;

/// The first [`PREVIEW`] characters of `text`, with each run of white space collapsed to one space and none at the
/// start.
#[must_use]
pub fn preview(text: &str) -> String {
    // Lazily: a text may be much longer than its preview.
    let words = text.split_whitespace();
    let spaced = words.enumerate().flat_map(|(place, word)| (place > 0).then_some(' ').into_iter().chain(word.chars()));
    spaced.take(PREVIEW).collect()
}

/// Escapes every control, bidi control and line separator as `\u{…}`.
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }

    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) { out.extend(character.escape_unicode()) } else { out.push(character) }
    }
    Cow::Owned(out)
}

/// Whether a character could rewrite or reorder a terminal.
pub(super) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Escapes a cell of TSV: tab, line feed, carriage return and backslash by a letter, every other control and bidi
/// control as `\u{…}`.
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    if !text.contains(|character| character == '\\' || is_unsafe(character)) {
        return Cow::Borrowed(text);
    }

    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            other if is_unsafe(other) => out.extend(other.escape_unicode()),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// The name of a relation, with the reason of a variant in brackets.
pub(super) fn relation_with_reason(relation: Relation) -> String {
    match relation.reason() {
        Some(reason) => format!("{relation} ({reason})"),
        None => relation.name().to_owned(),
    }
}

impl ReportStyle {
    /// Original text for a terminal: escaped, and isolated if the style asks for it.
    pub(super) fn original(self, text: &str) -> String {
        // Escape first, so that a PDI in the text cannot end the isolate.
        let safe = sanitize(text);
        if self.isolate { format!("\u{2068}{safe}\u{2069}") } else { safe.into_owned() }
    }

    /// The first 100 characters of a preview, as [`original`](Self::original) text.
    pub(super) fn snippet(self, preview: &str) -> String {
        const LENGTH: usize = 100;
        let mut short: String = preview.chars().take(LENGTH).collect();
        if preview.chars().nth(LENGTH).is_some() {
            short.push('…');
        }
        self.original(&short)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.painted("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.painted("2", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.painted("32", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.painted("31", text)
    }

    fn painted(self, code: &str, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 10);
        // Writing into a string cannot fail.
        let _ = if self.color { write!(out, "\x1b[{code}m{text}\x1b[0m") } else { write!(out, "{text}") };
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_reorder_or_rewrite_a_terminal_is_escaped() {
        assert_eq!(sanitize("سلام\u{1b}[2J"), "سلام\\u{1b}[2J");
        let bidi = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        for character in bidi.chars().chain("\u{2028}\u{2029}\u{85}\u{7f}\r\n\t\0".chars()) {
            assert_eq!(sanitize(&format!("a{character}b")), format!("a\\u{{{:x}}}b", character as u32));
        }
        assert_eq!(sanitize("می‌روم، قال: نَعَم"), "می‌روم، قال: نَعَم");
    }

    #[test]
    fn isolates_are_for_terminals() {
        let terminal = ReportStyle { isolate: true, ..ReportStyle::default() };
        assert_eq!(terminal.original("أ\u{2069}"), "\u{2068}أ\\u{2069}\u{2069}");
        assert_eq!(ReportStyle::default().original("أ"), "أ");
    }

    #[test]
    fn previews_collapse_white_space_and_count_characters() {
        assert_eq!(preview(" \n أول\t\u{a0}ثان \n"), "أول ثان");
        assert_eq!(preview(&"س".repeat(500)).chars().count(), 160);
    }

    #[test]
    fn cells_hold_no_tab_or_line_break() {
        assert_eq!(cell("a\tb\nc\\d\re"), "a\\tb\\nc\\\\d\\re");
        assert_eq!(cell("أ\u{202e}ب\u{1b}"), "أ\\u{202e}ب\\u{1b}");
    }
}
