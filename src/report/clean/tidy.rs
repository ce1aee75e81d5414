//! Cutting spans out of a text without leaving blank lines behind.

use crate::document::Span;

/// `text` without `spans` (ascending, not overlapping, on character borders). A line that a cut leaves blank goes with
/// its line end; lines that were blank before stay.
pub(super) fn without(text: &str, spans: &[Span]) -> String {
    let mut left = Lines { out: String::with_capacity(text.len()), line: 0, cut: false };
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

/// What is left, line by line.
struct Lines {
    out: String,
    /// Where the last line begins.
    line: usize,
    /// Whether that line lost something.
    cut: bool,
}

impl Lines {
    fn keep(&mut self, piece: &str) {
        for part in piece.split_inclusive('\n') {
            self.out.push_str(part);
            if part.ends_with('\n') {
                self.end_line();
            }
        }
    }

    fn cut(&mut self, piece: &str) {
        // A span that takes its line end along leaves no line behind.
        self.cut |= !piece.is_empty() && !piece.ends_with('\n');
    }

    fn end_line(&mut self) {
        if self.cut && self.out[self.line..].trim().is_empty() {
            self.out.truncate(self.line);
        }
        (self.line, self.cut) = (self.out.len(), false);
    }
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
    fn the_rest_of_a_line_stays() {
        assert_eq!(cut("أول ثان ثالث\nرابع", &["ثان "]), "أول ثالث\nرابع");
        assert_eq!(cut("أول ثان\nثالث", &["أول", "ثان"]), "ثالث");
        assert_eq!(cut("أول\nثان\nثالث رابع", &["أول\nثان\nثالث"]), " رابع");
        assert_eq!(cut("أول", &["أول"]), "");
    }
}
