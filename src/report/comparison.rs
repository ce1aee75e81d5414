//! A comparison of two texts: scores, relation and differing runs.

use std::io::{self, Write};

use serde::Serialize;

use super::json_rows::write_json;
use super::style::{ReportFormat, ReportStyle};
use super::text::relation_with_reason;
use crate::document::Span;
use crate::normalize::Token;
use crate::pipeline::{ComparedText, Comparison};
use crate::shingle::ShingleKind;
use crate::similarity::align::{RunSide, TokenRun};
use crate::similarity::{Relation, VariantReason};
use crate::wording::counted;

#[derive(Serialize)]
struct ComparisonRow<'a> {
    a: SideRow<'a>,
    b: SideRow<'a>,
    shared: usize,
    jaccard: f64,
    containment: f64,
    relation: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<VariantReason>,
    measure: ShingleKind,
    runs: Vec<RunRow<'a>>,
}

#[derive(Serialize)]
struct SideRow<'a> {
    id: &'a str,
    language: &'static str,
    tokens: usize,
    shingles: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<PieceRow<'a>>,
}

#[derive(Serialize)]
struct RunRow<'a> {
    side: RunSide,
    tokens: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<PieceRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<PieceRow<'a>>,
}

#[derive(Serialize)]
struct PieceRow<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

impl<'a> PieceRow<'a> {
    fn new(span: Span, text: &'a str) -> Self {
        Self { start: span.start, end: span.end, text: span.of(text) }
    }
}

/// One of two compared texts, with the name shown for it.
#[derive(Debug, Clone, Copy)]
pub struct NamedText<'a> {
    /// Its id or path.
    pub id: &'a str,
    /// Its original text.
    pub text: &'a str,
}

/// Writes the comparison of `a` and `b`, as text or, in every other format, as one JSON object.
///
/// # Errors
///
/// The writer fails.
pub fn comparison(
    found: &Comparison,
    a: NamedText<'_>,
    b: NamedText<'_>,
    style: ReportStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    if style.format == ReportFormat::Text {
        return text(found, a, b, style, out);
    }

    // All other formats share one form: a comparison is no table.
    let row = ComparisonRow {
        a: side(&found.a, a),
        b: side(&found.b, b),
        shared: found.shared,
        jaccard: found.score.jaccard,
        containment: found.score.containment,
        relation: found.relation.map_or("none", Relation::name),
        reason: found.relation.and_then(Relation::reason),
        measure: found.measure,
        runs: found.runs.iter().map(|run| run_row(found, run, a, b)).collect(),
    };

    write_json(&mut *out, &row)?;
    writeln!(out)
}

fn side<'a>(compared: &ComparedText, named: NamedText<'a>) -> SideRow<'a> {
    SideRow {
        id: named.id,
        language: compared.language.code(),
        tokens: compared.tokens.len(),
        shingles: compared.shingles,
        left_out: compared.left_out.iter().map(|span| PieceRow::new(*span, named.text)).collect(),
    }
}

fn run_row<'a>(found: &Comparison, run: &TokenRun, a: NamedText<'a>, b: NamedText<'a>) -> RunRow<'a> {
    let (tokens, in_a, in_b) = found.explain(run);
    let piece = |span: Option<Span>, text: &'a str| span.map(|span| PieceRow::new(span, text));
    RunRow { side: run.side, tokens: joined(tokens), a: piece(in_a, a.text), b: piece(in_b, b.text) }
}

fn joined(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn text(
    found: &Comparison,
    a: NamedText<'_>,
    b: NamedText<'_>,
    style: ReportStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (letter, named, side) in [("A", a, &found.a), ("B", b, &found.b)] {
        let ComparedText { language, tokens, shingles, .. } = side;
        let id = style.bold(&style.original(named.id));
        writeln!(
            out,
            "{letter}  {id}  language {language}, {}, {}",
            counted(tokens.len() as u64, "token", "tokens"),
            counted(*shingles as u64, "shingle", "shingles")
        )?;
    }

    let relation = style.bold(&found.relation.map_or_else(|| "none".to_owned(), relation_with_reason));
    writeln!(out, "relation {relation}: J {:.4}, C {:.4}", found.score.jaccard, found.score.containment)?;
    if let Some(reason) = found.relation.and_then(Relation::reason) {
        writeln!(out, "no copies: {}", reason.sentence())?;
    }
    writeln!(out, "{} shared ({})\n", counted(found.shared as u64, "shingle", "shingles"), found.measure)?;

    found.runs.iter().try_for_each(|run| run_text(found, run, a, b, style, out))?;

    // Boilerplate that was not compared.
    for (letter, named, side) in [("A", a, &found.a), ("B", b, &found.b)] {
        for span in &side.left_out {
            writeln!(out, "{letter} left out: {}", style.original(&collapse(span.of(named.text))))?;
        }
    }
    Ok(())
}

fn run_text(
    found: &Comparison,
    run: &TokenRun,
    a: NamedText<'_>,
    b: NamedText<'_>,
    style: ReportStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (tokens, in_a, in_b) = found.explain(run);
    let piece = |span: Option<Span>, text| span.map_or("", |span| span.of(text));
    let original = |span, text| style.original(&collapse(piece(span, text)));

    match run.side {
        RunSide::Both => writeln!(out, "= {}", both(tokens.len(), piece(in_a, a.text), style)),
        RunSide::OnlyA => writeln!(out, "{}", style.red(&format!("A {}", original(in_a, a.text)))),
        RunSide::OnlyB => writeln!(out, "{}", style.green(&format!("B {}", original(in_b, b.text)))),
    }
}

/// A shared run: all of it if short, else its length and both ends.
fn both(tokens: usize, original: &str, style: ReportStyle) -> String {
    const WHOLE: usize = 16;
    const END: usize = 4;

    let words: Vec<&str> = original.split_whitespace().collect();
    if words.len() <= WHOLE {
        return style.original(&words.join(" "));
    }

    let (head, tail) = (words[..END].join(" "), words[words.len() - END..].join(" "));
    format!("{}: {} … {}", counted(tokens as u64, "token", "tokens"), style.original(&head), style.original(&tail))
}

/// The text on one line, with single spaces.
fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
