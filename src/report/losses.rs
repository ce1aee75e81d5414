//! What removals would lose: the spans of copies that their keeper lacks.

use std::io::{self, Write};
use std::ops::Range;

use foldhash::{HashMap, HashSet};
use serde::Serialize;

use super::json_rows::{write_json_array, write_json_lines};
use super::shown_units::{ShownUnits, reread_error};
use super::style::ReportFormat;
use super::table::{score, write_row};
use super::text::sanitize;
use crate::document::{Span, UnitId};
use crate::input::Corpus;
use crate::normalize::{Language, Normalizer, Token};
use crate::page::{Sieve, SourceResolver, SourcedText};
use crate::pipeline::{Clustering, HeldBackCopy, Options};
use crate::shingle::ShingleKind;
use crate::similarity::Score;

/// A span that would be lost.
#[derive(Serialize)]
struct LossRow {
    id: String,
    start: usize,
    end: usize,
    keeper: String,
    /// Position of a keeper among the references.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    jaccard: f64,
    containment: f64,
    text: String,
}

const COLUMNS: [&str; 8] = ["id", "start", "end", "keeper", "reference", "jaccard", "containment", "text"];

/// Writes, in `format` (text means JSON Lines), what would be lost if the copies that a run without loss keeps were removed: a
/// row for each span of a copy that its keeper lacks, in input order. Spans count UTF-8 bytes of the original text of the
/// record. `options` are those of the run. Reads copies and keepers again.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn losses(
    found: &Clustering,
    corpus: &Corpus,
    options: &Options,
    format: ReportFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = ShownUnits::new(corpus, &found.units, &found.names);
    let mut finder = LossFinder::new(found, corpus, options);
    let rows = found.held_back.iter().flat_map(|copy| match rows_of(copy, &mut finder, &shown) {
        Ok(rows) => rows.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    });

    match format {
        ReportFormat::Json => write_json_array(out, rows),
        ReportFormat::Jsonl | ReportFormat::Text => write_json_lines(out, rows),
        ReportFormat::Tsv | ReportFormat::Csv => {
            write_row(format, &COLUMNS, out)?;
            for row in rows {
                let row = row?;
                let (start, end) = (row.start.to_string(), row.end.to_string());
                let (jaccard, containment) = (score(row.jaccard), score(row.containment));
                let reference = row.reference.unwrap_or_default();
                // In CSV nothing but quotes is escaped, so the text is made safe first; TSV escapes it itself.
                let text = if format == ReportFormat::Csv { sanitize(&row.text) } else { (&*row.text).into() };
                write_row(
                    format,
                    &[&row.id, &start, &end, &row.keeper, &reference, &jaccard, &containment, &text],
                    out,
                )?;
            }
            Ok(())
        }
    }
}

fn rows_of(copy: &HeldBackCopy, finder: &mut LossFinder<'_>, shown: &ShownUnits<'_>) -> io::Result<Vec<LossRow>> {
    let HeldBackCopy { unit, keeper, score: Score { jaccard, containment }, measure } = *copy;
    let (id, keeper_id, reference) = (shown.id(unit)?, shown.id(keeper)?, shown.reference(keeper));

    let lost = finder.lost(unit, keeper, measure)?;
    let row = |(span, text): (Span, String)| LossRow {
        id: id.clone(),
        start: span.start,
        end: span.end,
        keeper: keeper_id.clone(),
        reference: reference.clone(),
        jaccard,
        containment,
        text,
    };
    Ok(lost.into_iter().map(row).collect())
}

/// Finds the spans of a unit that another unit lacks.
struct LossFinder<'a> {
    found: &'a Clustering,
    corpus: &'a Corpus,
    options: &'a Options,
    sieve: Sieve,
    sources: SourceResolver,
}

impl<'a> LossFinder<'a> {
    fn new(found: &'a Clustering, corpus: &'a Corpus, options: &'a Options) -> Self {
        let sources = SourceResolver::new(corpus.options(), options.source_field.as_deref());
        Self { found, corpus, options, sieve: options.sieve(), sources }
    }

    /// The spans of `unit` that `keeper` lacks, with their texts.
    fn lost(&mut self, unit: UnitId, keeper: UnitId, measure: ShingleKind) -> io::Result<Vec<(Span, String)>> {
        let (text, offset, tokens) = self.tokens(unit)?;
        let (_, _, kept) = self.tokens(keeper)?;
        let length = match measure {
            ShingleKind::Word(n) => usize::from(n),
            ShingleKind::Char(_) => 1,
        };

        let mut spans = lost_spans(&tokens, &kept, length);
        // Sequences of characters can differ where no word does.
        if let (true, Some(first), Some(last)) = (spans.is_empty(), tokens.first(), tokens.last()) {
            spans.push(Span::new(first.span.start, last.span.end));
        }
        let shown = |span: Span| (Span::new(offset + span.start, offset + span.end), span.of(&text).to_owned());
        Ok(spans.into_iter().map(shown).collect())
    }

    /// The text of a unit, its place in the record, and the tokens that were compared.
    fn tokens(&mut self, unit: UnitId) -> io::Result<(String, usize, Vec<Token>)> {
        let units = &self.found.units;
        let document = units.document(unit);
        let record = self.corpus.read(document).map_err(reread_error)?;
        let span = units.span(unit);
        let text = span.of(&record.text);

        // Only learned rules differ between sources.
        let source = self.options.rules.as_ref().map(|_| self.sources.in_corpus(self.corpus, document, &record));
        let kept = self.sieve.sift(SourcedText::new(text).kind(units.kind(unit)).source(source.as_deref()));
        let language = self.found.languages.get(document.index()).copied().flatten();
        let normalizer = Normalizer::new(self.options.profile, language.unwrap_or_else(|| Language::detect(text)));
        Ok((text.to_owned(), span.start, normalizer.tokens_of(kept)))
    }
}

/// The spans of the [`lost_tokens`].
fn lost_spans(own: &[Token], kept: &[Token], length: usize) -> Vec<Span> {
    let span = |tokens: Range<usize>| match own.get(tokens) {
        Some([only]) => Some(only.span),
        Some([first, .., last]) => Some(Span::new(first.span.start, last.span.end)),
        _ => None,
    };
    lost_tokens(own, kept, length).into_iter().filter_map(span).collect()
}

/// The [`lost_words`] of tokens.
pub(crate) fn lost_tokens(own: &[Token], kept: &[Token], length: usize) -> Vec<Range<usize>> {
    let [own, kept] = [own, kept].map(|tokens| tokens.iter().map(|token| token.text.as_bytes()).collect::<Vec<_>>());
    lost_words(&own, &kept, length)
}

/// The ranges of the words `own` that are in no sequence of `length` words which `kept` has too. Where only the order or the
/// neighbours of words differ, the whole sequence stands for them.
pub(crate) fn lost_words(own: &[&[u8]], kept: &[&[u8]], length: usize) -> Vec<Range<usize>> {
    let length = length.clamp(1, own.len().max(1));
    // Equal words have equal numbers.
    let mut numbers: HashMap<&[u8], usize> = HashMap::default();
    let mut all = Vec::with_capacity(kept.len() + own.len());
    for word in kept.iter().chain(own) {
        let next = numbers.len();
        all.push(*numbers.entry(*word).or_insert(next));
    }
    let (kept, words) = all.split_at(kept.len());
    let known: HashSet<&[usize]> = kept.windows(length).collect();
    let is_held: Vec<bool> = words.windows(length).map(|window| known.contains(window)).collect();

    // A word is held if a sequence with it is.
    let mut holds = vec![false; own.len()];
    for (place, _) in is_held.iter().enumerate().filter(|(_, held)| **held) {
        holds[place..place + length].fill(true);
    }

    let mut ranges = Vec::new();
    let mut place = 0;
    while place < is_held.len() {
        if is_held[place] {
            place += 1;
            continue;
        }
        let end = (place..is_held.len()).find(|next| is_held[*next]).unwrap_or(is_held.len());
        // The tokens of these sequences, without those that other sequences hold, unless all are.
        let covered = place..end - 1 + length;
        let lost: Vec<usize> = covered.clone().filter(|token| !holds[*token]).collect();
        let ends = match (lost.first(), lost.last()) {
            (Some(first), Some(last)) => *first..last + 1,
            _ => covered,
        };
        ranges.push(ends);
        place = end;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(own: &str, kept: &str) -> Vec<String> {
        let normalizer = Normalizer::new(crate::normalize::Profile::Standard, Language::Ar);
        let tokens = |text: &str| normalizer.tokens_of(text.into());
        lost_spans(&tokens(own), &tokens(kept), 3).into_iter().map(|span| span.of(own).to_owned()).collect()
    }

    #[test]
    fn what_is_lost_is_what_the_keeper_lacks() {
        let text = "افتتح الوزير صباح اليوم مركزا صحيا جديدا في المدينة القديمة";
        assert!(lost(text, &format!("{text} وسط حضور كبير من السكان")).is_empty());
        assert_eq!(lost(&format!("{text} وسط حضور كبير"), text), ["وسط حضور كبير"]);
        assert_eq!(lost(&text.replace("صحيا", "طبيا"), text), ["طبيا"]);
        // All words are there, in another order.
        assert_eq!(
            lost("افتتح الوزير مركزا صحيا جديدا اليوم", "صحيا جديدا اليوم افتتح الوزير مركزا"),
            ["الوزير مركزا صحيا جديدا"]
        );
    }
}
