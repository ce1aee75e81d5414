//! The sieve: which parts of a unit's text are compared.
//!
//! All that folds units goes through it (first pass, later passes, `compare`, [`Index`](crate::Index), `normalize`), so that
//! they always agree. It leaves out:
//!
//! - in documents: cue lines (`cues.rs`), their keywords, agencies' marks;
//! - in documents, stories and paragraphs: datelines and bylines at the head of the first lines, down to the first
//!   paragraph; links, keywords and end marks glued to the tail of the last lines;
//! - in documents, stories and paragraphs: lines, heads and tails of lines that were learned for their source;
//! - in units of every kind: a time at the edge of a short line (`relative_times.rs`).
//!
//! Apart from the times, headlines, lines and boilerplate units are kept whole. So is a text of which fewer than [`LEAST_LEFT`] words would be
//! left, apart from its times: a page of «جميع الحقوق محفوظة» is a copy of its like, not an empty text, and two captions that differ only in their
//! keywords are no copies.

use std::sync::Arc;

use super::boilerplate::{Boilerplate, SourcedText};
use super::boilerplate_rules::{self, BoilerplateRules};
use super::credits::{CreditFinder, LINES, LineHead, PARAGRAPH_BYTES};
use super::cutter::Cutter;
use super::field_list::is_field_list;
use super::line_ends;
use super::line_parts::PartFinder;
use super::lines::{self, LineRole, TextLine};
use super::relative_times::TimeFinder;
use crate::document::{Excerpt, Span, UnitKind};

/// Fewest words that must be left: a shorter text cannot be told from others.
const LEAST_LEFT: usize = 8;

/// Selects the parts of texts that are compared; holds reusable buffers. One for each thread.
///
/// ```
/// use mukarrar::page::{Boilerplate, Sieve};
///
/// let text = "الرياض - واس: أعلنت الوزارة اليوم عن افتتاح ثلاثة مراكز جديدة في المدينة\nالمصدر: صحيفة المدينة";
/// let mut sieve = Sieve::new(Boilerplate::Ignore);
/// let kept: Vec<&str> = sieve.sift(text).pieces().map(|(_, piece)| piece.trim()).collect();
/// assert_eq!(kept, ["أعلنت الوزارة اليوم عن افتتاح ثلاثة مراكز جديدة في المدينة"]);
/// ```
#[derive(Debug)]
pub struct Sieve {
    treatment: Boilerplate,
    rules: Option<Arc<BoilerplateRules>>,
    probe: PartFinder,
    cutter: Cutter,
    credits: CreditFinder,
    times: TimeFinder,
    lines: Vec<TextLine>,
    /// The spans to leave out.
    out: Vec<Span>,
    kept: Vec<Span>,
}

impl Sieve {
    /// A sieve with empty buffers.
    #[must_use]
    pub fn new(treatment: Boilerplate) -> Self {
        Self {
            treatment,
            rules: None,
            probe: PartFinder::default(),
            cutter: Cutter::new(),
            credits: CreditFinder::default(),
            times: TimeFinder::default(),
            lines: Vec::new(),
            out: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// The same with learned rules.
    #[must_use]
    pub fn with_rules(self, rules: Option<Arc<BoilerplateRules>>) -> Self {
        Self { rules, ..self }
    }

    /// The parts of `text` that are compared. Linear in its length; of most lines only the first and last word are read.
    pub fn sift<'s, 'a: 's>(&'s mut self, text: impl Into<SourcedText<'a>>) -> Excerpt<'s> {
        let SourcedText { text, kind, source } = text.into();
        if self.treatment == Boilerplate::Keep {
            return Excerpt::whole(text);
        }
        if !matches!(kind, UnitKind::Document | UnitKind::Story | UnitKind::Paragraph) {
            return self.untimed(text);
        }

        self.out.clear();
        self.read(text, kind);
        self.heads(text);
        self.tails(text);
        self.learned(text, source);
        self.times(text);
        if self.out.is_empty() {
            return Excerpt::whole(text);
        }

        // The spans come in no order and may overlap.
        self.out.sort_unstable();
        self.keep_rest(text);

        if self.words_left(text) < LEAST_LEFT {
            // Of a short text only the times are left out: each leaves its line enough words.
            self.out.clear();
            self.times(text);
            self.keep_rest(text);
            if self.out.is_empty() || self.words_left(text) == 0 {
                return Excerpt::whole(text);
            }
        }
        Excerpt::new(text, &self.kept)
    }

    /// The plain words of `text` in the spans that are kept, at most [`LEAST_LEFT`].
    fn words_left(&self, text: &str) -> usize {
        let words = self.kept.iter().flat_map(|span| span.of(text).split_whitespace());
        words.filter(|word| is_plain_word(word)).take(LEAST_LEFT).count()
    }

    /// A headline or line without the times at its edges.
    fn untimed<'s, 'a: 's>(&'s mut self, text: &'a str) -> Excerpt<'s> {
        match self.times.rest(text) {
            Some(rest) if rest.start < rest.end => {
                self.kept.clear();
                self.kept.push(rest);
                Excerpt::new(text, &self.kept)
            }
            _ => Excerpt::whole(text),
        }
    }

    /// Notes the times at the edges of lines.
    fn times(&mut self, text: &str) {
        for line in &self.lines {
            let Some(rest) = self.times.rest(line.span.of(text)) else { continue };
            let (start, end) = (line.span.start + rest.start, line.span.start + rest.end);
            let edges = [Span::new(line.span.start, start), Span::new(end, line.span.end)];
            self.out.extend(edges.into_iter().filter(|edge| edge.start < edge.end));
        }
    }

    /// Reads the lines of `text` and notes those that are boilerplate. Other units than documents hold none: cutting made
    /// them units of their own.
    fn read(&mut self, text: &str, kind: UnitKind) {
        self.lines.clear();
        if kind == UnitKind::Document {
            // The cutter keeps the other buffer for the next text.
            self.cutter.skim(text);
            std::mem::swap(&mut self.lines, &mut self.cutter.lines);
        } else {
            line_ends::each_range(text, |range| self.lines.extend(lines::unmeasured(text, range)));
        }

        let cues = self.lines.iter().filter(|line| matches!(line.role, LineRole::Cue { .. } | LineRole::Tags));
        self.out.extend(cues.map(|line| line.span));
    }

    /// Notes the credits at the head of the first lines of text, down to the first paragraph.
    fn heads(&mut self, text: &str) {
        for line in self.lines.iter().filter(|line| line.role == LineRole::Text).take(LINES) {
            // A dateline may follow a byline, but no credit follows a dateline or a paragraph.
            match self.credits.head(line.span.of(text)) {
                // «Tehran - Vanak» is the value of a field.
                Some(LineHead::Line) if is_field_list(std::iter::once(text)) => return,
                Some(LineHead::Line) => self.out.push(line.span),
                Some(LineHead::Cut(end)) => {
                    self.out.push(Span::new(line.span.start, line.span.start + end));
                    return;
                }
                None if line.span.len() > PARAGRAPH_BYTES => return,
                None => {}
            }
        }
    }

    /// Notes the tails of the last lines of text, up to the last paragraph.
    fn tails(&mut self, text: &str) {
        let lines = self.lines.iter().rev().filter(|line| line.role == LineRole::Text);
        for (place, line) in lines.take(LINES).enumerate() {
            if let Some(start) = self.credits.tail(line.span.of(text), place == 0) {
                self.out.push(Span::new(line.span.start + start, line.span.end));
            }
            if line.span.len() > PARAGRAPH_BYTES {
                return;
            }
        }
    }

    /// Notes the parts of lines that the rules of `source` name.
    fn learned(&mut self, text: &str, source: Option<&str>) {
        let Self { rules, probe, lines, out, .. } = self;
        let Some(hashes) = source.and_then(|source| rules.as_ref()?.of(source)) else { return };

        for line in lines.iter().filter(|line| line.role == LineRole::Text) {
            probe.parts(line.span.of(text), |part| {
                if boilerplate_rules::knows(hashes, &part) {
                    out.push(Span::new(line.span.start + part.start, line.span.start + part.end));
                }
            });
        }
    }

    /// Replaces `kept` by the spans between those of `out`, which are sorted by their start.
    fn keep_rest(&mut self, text: &str) {
        self.kept.clear();
        // The end of what was left out so far.
        let mut start = 0;
        for out in &self.out {
            if out.start > start {
                self.kept.push(Span::new(start, out.start));
            }
            start = start.max(out.end);
        }

        if start < text.len() {
            self.kept.push(Span::new(start, text.len()));
        }
    }
}

/// Whether `word` folds to a token under every profile: it has letters and is no address or entity, which may fold to nothing.
fn is_plain_word(word: &str) -> bool {
    word.chars().any(lines::is_word_char) && !word.contains(['&', '@', '/']) && !word.contains("www.")
}
