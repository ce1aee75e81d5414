//! The one place that says what of a unit's text is compared.
//!
//! Every folder of units goes through it: first pass, later passes, `compare`, [`Index`](crate::Index), `normalize`; so that
//! two of them never disagree. What it leaves out:
//!
//! - in documents, lines that are cues (`cues.rs`), their keywords, agencies' marks;
//! - at the head of the first lines, down to the first paragraph, of documents, stories and paragraphs, datelines and bylines; at the tail of their last
//!   lines, links, keywords and end marks that were glued to the text;
//! - in documents, stories and paragraphs, lines, heads and tails of lines that were learned for their source.
//!
//! Headlines, lines and units that are boilerplate themselves are left whole, and so is every text of which fewer than
//! [`LEAST_LEFT`] words would be left: a page of «جميع الحقوق محفوظة» repeats its like and is no empty text, and two
//! captions that differ in their keywords alone are no copies.

use std::sync::Arc;

use super::boilerplate::{Boilerplate, SourcedText};
use super::boilerplate_rules::{self, BoilerplateRules};
use super::credits::{CreditFinder, LINES, LineHead, PARAGRAPH_BYTES};
use super::cutter::Cutter;
use super::line_parts::PartFinder;
use super::lines::{self, LineRole, TextLine};
use crate::document::{Excerpt, Span, UnitKind};

/// Fewest words that must be left: with less a text says too little to be told from another.
const LEAST_LEFT: usize = 8;

/// Says what of a unit's text is compared; holds the buffers that it reuses from text to text. One for each thread.
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
    lines: Vec<TextLine>,
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

    /// What of `text` is compared. Linear in its length; most lines are not looked at beyond their first and last word.
    pub fn sift<'s, 'a: 's>(&'s mut self, text: impl Into<SourcedText<'a>>) -> Excerpt<'s> {
        let SourcedText { text, kind, source } = text.into();
        if self.treatment == Boilerplate::Keep
            || !matches!(kind, UnitKind::Document | UnitKind::Story | UnitKind::Paragraph)
        {
            return Excerpt::whole(text);
        }
        self.out.clear();
        self.read(text, kind);
        self.heads(text);
        self.tails(text);
        self.learned(text, source);
        if self.out.is_empty() {
            return Excerpt::whole(text);
        }
        self.out.sort_unstable();
        self.keep_rest(text);
        let left = self.kept.iter().flat_map(|span| span.of(text).split_whitespace());
        if left.filter(|word| is_plain_word(word)).take(LEAST_LEFT).count() < LEAST_LEFT {
            return Excerpt::whole(text);
        }
        Excerpt::new(text, &self.kept)
    }

    /// The lines of `text`, those that are boilerplate noted; below the document, cutting did that.
    fn read(&mut self, text: &str, kind: UnitKind) {
        self.lines.clear();
        if kind == UnitKind::Document {
            self.cutter.skim(text);
            std::mem::swap(&mut self.lines, &mut self.cutter.lines);
        } else {
            lines::each_range(text, |range| self.lines.extend(lines::unmeasured(text, range)));
        }
        let found = self.lines.iter().filter(|line| matches!(line.role, LineRole::Cue { .. } | LineRole::Tags));
        self.out.extend(found.map(|line| line.span));
    }

    /// Notes the credits at the head of the first lines that are text, down to the first paragraph.
    fn heads(&mut self, text: &str) {
        for line in self.lines.iter().filter(|line| line.role == LineRole::Text).take(LINES) {
            match self.credits.head(line.span.of(text)) {
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

    /// Notes the tails of the last lines that are text, up to the last paragraph.
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

    /// Notes what the rules of the text's source say.
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

    /// Replaces `kept` by what `out`, which ascends, leaves of `text`.
    fn keep_rest(&mut self, text: &str) {
        self.kept.clear();
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

/// Whether `word` folds to a token whatever folds it: letters, and neither an address nor an entity, which may fold to
/// nothing.
fn is_plain_word(word: &str) -> bool {
    word.chars().any(lines::is_word_char) && !word.contains(['&', '@', '/']) && !word.contains("www.")
}
