//! A comparison of two texts as a page.

use std::io::{self, Write};

use super::detail::code;
use super::markup::Markup;
use super::sentences;
use super::word_diff::{DiffSide, ShownLengths, member_pieces, plain_pieces};
use super::{cluster_pages::write_text, frame};
use crate::cluster::Member;
use crate::document::UnitId;
use crate::pipeline::{ComparedText, Comparison, Options};
use crate::report::NamedText;

/// How much of the two texts is shown: they are the whole page.
const LENGTHS: ShownLengths = ShownLengths { all: 60_000, shared: 2_000, own: 2_000 };

/// Writes the comparison of `a` and `b`, which were compared with `options`, as a page that stands alone.
///
/// # Errors
///
/// The writer fails.
pub fn html_comparison(
    found: &Comparison,
    a: NamedText<'_>,
    b: NamedText<'_>,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    frame::write("mukarrar: comparison of two texts", false, out, |page| {
        page.fixed("<section aria-labelledby=\"result\"><h2 id=\"result\">Result</h2>")?;
        page.element("p", &[("class", "why")], &sentence(found, options))?;
        scores(found, a, b, page)?;
        page.fixed("</section><section aria-labelledby=\"texts\"><h2 id=\"texts\">Texts</h2>")?;
        texts(found, a, b, page)?;
        page.fixed("</section>\n")
    })
}

/// Writes the two texts `a` and `b` with their differences, as a part of a page that has [`REPORT_STYLE`](super::REPORT_STYLE).
/// No text of the input becomes markup.
///
/// # Errors
///
/// The writer fails.
pub fn html_pair(found: &Comparison, a: NamedText<'_>, b: NamedText<'_>, out: &mut dyn Write) -> io::Result<()> {
    texts(found, a, b, &mut Markup::new(out))
}

fn texts(found: &Comparison, a: NamedText<'_>, b: NamedText<'_>, page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed(super::LEGEND)?;

    let (side_a, side_b) = (side(&found.a, a), side(&found.b, b));
    text(("A", "The first text."), a, &found.a, &plain_pieces(side_a, LENGTHS), page)?;
    let pieces = member_pieces(side_a, side_b, LENGTHS);
    text(("B", "The second text, against the first."), b, &found.b, &pieces, page)
}

fn sentence(found: &Comparison, options: &Options) -> String {
    let Some(relation) = found.relation else {
        return sentences::unrelated(found.score, found.measure, options);
    };
    let member = Member {
        unit: UnitId(0),
        relation: Some(relation),
        score: found.score,
        measure: found.measure,
        attached: false,
    };
    sentences::why(&member, options).replace("the keeper", "the first text").replace("this text", "the second text")
}

fn scores(found: &Comparison, a: NamedText<'_>, b: NamedText<'_>, page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">Text</th><th scope=\"col\">Language</th><th scope=\"col\" class=\"n\">Words</th><th scope=\"col\" class=\"n\">Shingles</th></tr></thead><tbody>")?;
    for (letter, named, side) in [("A", a, &found.a), ("B", b, &found.b)] {
        page.open("tr", &[])?;
        page.open("th", &[("scope", "row")])?;
        page.text(&format!("{letter} "))?;
        page.original(named.id)?;
        page.close("th")?;
        page.element("td", &[], side.language.code())?;
        page.element("td", &[("class", "n")], &side.tokens.len().to_string())?;
        page.element("td", &[("class", "n")], &side.shingles.to_string())?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")?;
    let score = found.score;
    let text = format!(
        "{} shingles ({}) are in both. Jaccard {:.4}, containment {:.4}.",
        found.shared, found.measure, score.jaccard, score.containment
    );
    page.element("p", &[], &text)
}

fn side<'t>(compared: &'t ComparedText, named: NamedText<'t>) -> DiffSide<'t> {
    DiffSide { text: named.text, tokens: &compared.tokens, left_out: &compared.left_out }
}

fn text(
    (letter, what): (&str, &str),
    named: NamedText<'_>,
    compared: &ComparedText,
    pieces: &[super::word_diff::DiffPiece],
    page: &mut Markup<'_>,
) -> io::Result<()> {
    page.open("article", &[("class", "member")])?;
    page.open("h3", &[])?;
    page.text(&format!("{letter} "))?;
    page.original(named.id)?;
    page.close("h3")?;
    page.element("p", &[("class", "why")], what)?;
    write_text(pieces, code(compared.language), page)?;
    page.close("article")
}
