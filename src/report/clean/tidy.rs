//! Removes spans from a text without leaving blank lines.

use crate::document::Span;
use crate::normalize::{Language, Normalizer};
use crate::pipeline::Options;

/// `text` without `spans` (ascending, disjoint, on character borders). A line that becomes blank is removed with its
/// line end; lines that were blank before stay.
pub(super) fn without(text: &str, spans: &[Span]) -> String {
    let mut left = TidyLines { out: String::with_capacity(text.len()), line: 0, cut: false };

    let mut start = 0;
    for span in spans {
        left.keep(Span::new(start, span.start.max(start)).of(text));
        left.cut(span.of(text));
        start = span.end.max(start);
    }

    left.keep(Span::new(start, text.len()).of(text));
    left.end_line();
    left.out
}

/// The spans (ascending, disjoint) changed so that their removal joins no two lines: adjacent spans are merged, and a
/// span from inside one line to inside another leaves its last line break.
pub(super) fn keeping_lines(text: &str, spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = span.end.max(last.end),
            _ => joined.push(span),
        }
    }

    joined.into_iter().flat_map(|span| around_break(text, span)).flatten().collect()
}

/// The parts of a span around its last line break, if text on both sides would come to one line; else the span.
fn around_break(text: &str, span: Span) -> [Option<Span>; 2] {
    let before = text[..span.start].trim_end_matches([' ', '\t']);
    let after = text[span.end..].trim_start_matches([' ', '\t']);
    let inside = |neighbour: Option<char>| !matches!(neighbour, None | Some('\n' | '\r'));

    match span.of(text).rfind('\n') {
        Some(at) if inside(before.chars().next_back()) && inside(after.chars().next()) => {
            let at = span.start + at;
            // Of CRLF both characters stay.
            let line_end = if text[..at].ends_with('\r') { at - 1 } else { at };
            let first = Span::new(before.len(), line_end.max(before.len()));

            [Some(first), Some(Span::new(at + 1, text.len() - after.len()))]
        }
        _ => [Some(span), None],
    }
}

/// The remaining text, built line by line.
struct TidyLines {
    out: String,
    /// Start of the last line.
    line: usize,
    /// Whether a span was removed from that line.
    cut: bool,
}

impl TidyLines {
    fn keep(&mut self, piece: &str) {
        for part in piece.split_inclusive('\n') {
            self.out.push_str(part);
            if part.ends_with('\n') {
                self.end_line();
            }
        }
    }

    fn cut(&mut self, piece: &str) {
        // A span that includes its line end leaves no line behind.
        self.cut |= !piece.is_empty() && !piece.ends_with('\n');
    }

    fn end_line(&mut self) {
        if self.cut && self.out[self.line..].trim().is_empty() {
            self.out.truncate(self.line);
        }
        (self.line, self.cut) = (self.out.len(), false);
    }
}

/// Whether `left`, the rest of `text`, contains a token.
pub(super) fn has_tokens(left: &str, text: &str, options: &Options) -> bool {
    // No language folds a token to nothing, so the text alone tells enough.
    let language = options.language.unwrap_or_else(|| Language::detect(text));
    !Normalizer::new(options.profile, language).tokens(left).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, pieces: &[&str]) -> String {
        let spans: Vec<Span> = pieces
            .iter()
            .map(|piece| text.find(piece).map(|start| Span::new(start, start + piece.len())).unwrap())
            .collect();
        without(text, &spans)
    }

    #[test]
    fn a_line_left_blank_goes_with_its_end() {
        assert_eq!(cut("أول\nثان\nثالث\n", &["ثان"]), "أول\nثالث\n");
        assert_eq!(cut("أول\r\n  ثان \r\nثالث", &["ثان"]), "أول\r\nثالث");
        assert_eq!(cut("أول\nثان\nثالث", &["أول", "ثالث"]), "ثان\n");
        assert_eq!(cut("أول\n\nثان\n\nثالث", &["ثان"]), "أول\n\n\nثالث");
    }

    #[test]
    fn what_stood_on_two_lines_stays_on_two() {
        let lines = |text: &str, piece: &str| {
            let start = text.find(piece).unwrap();
            let middle = start + piece.find(' ').unwrap_or(0);
            let spans = [Span::new(start, middle), Span::new(middle, start + piece.len())];
            without(text, &keeping_lines(text, spans.into_iter()))
        };
        assert_eq!(lines("أول ثان\r\n\r\nثالث رابع", "ثان\r\n\r\nثالث"), "أول\r\nرابع");
        assert_eq!(lines("أول ثان\nثالث رابع", "أول ثان\nثالث"), " رابع");
        assert_eq!(lines("أول ثان\nثالث\nرابع", "ثان\nثالث"), "أول \nرابع");
        assert_eq!(lines("أول ثان ثالث", " ثان"), "أول ثالث");
    }

    #[test]
    fn the_rest_of_a_line_stays() {
        assert_eq!(cut("أول ثان ثالث\nرابع", &["ثان "]), "أول ثالث\nرابع");
        assert_eq!(cut("أول ثان\nثالث", &["أول", "ثان"]), "ثالث");
        assert_eq!(cut("أول\nثان\nثالث رابع", &["أول\nثان\nثالث"]), " رابع");
        assert_eq!(cut("أول", &["أول"]), "");
    }
}
