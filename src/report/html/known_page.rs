//! The copies of texts that are kept elsewhere, such as in an index. They are in no cluster.

use std::io;

use super::ReportedRun;
use super::charts::grouped;
use super::markup::Markup;
use crate::pipeline::KnownCopy;
use crate::report::shown_units::ShownUnits;

/// Writes the table of at most `most` copies, in input order; nothing if the run was given no such texts.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub(super) fn write(run: &ReportedRun<'_>, most: usize, page: &mut Markup<'_>) -> io::Result<()> {
    let Some(counts) = &run.summary.known else { return Ok(()) };
    page.fixed("<section aria-labelledby=\"known\"><h2 id=\"known\">Copies of texts kept elsewhere</h2>")?;

    let shown = &run.known[..run.known.len().min(most)];
    let mut sentence = format!(
        "{} records are copies of one of {} texts kept elsewhere. They count in no cluster.",
        grouped(run.known.len() as u64),
        grouped(counts.texts)
    );
    if shown.len() < run.known.len() {
        sentence += &format!(" The first {} are shown. A larger bound shows more.", grouped(shown.len() as u64));
    }
    page.element("p", &[], &sentence)?;

    if !shown.is_empty() {
        table(run, shown, page)?;
    }
    page.fixed("</section>\n")
}

fn table(run: &ReportedRun<'_>, copies: &[KnownCopy], page: &mut Markup<'_>) -> io::Result<()> {
    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr>")?;
    page.fixed("<th scope=\"col\">Record</th><th scope=\"col\">Relation</th><th scope=\"col\">Kept text</th>")?;
    page.fixed("<th scope=\"col\">In</th><th scope=\"col\" class=\"n\">Jaccard</th><th scope=\"col\">Text</th>")?;
    page.fixed("</tr></thead><tbody>")?;

    let units = ShownUnits::of_run(run.corpus, run.units, run.names, run.returning);
    for copy in copies {
        let preview = match run.units.first_of(copy.document) {
            Some(unit) => units.preview(unit)?,
            None => String::new(),
        };

        page.open("tr", &[])?;
        page.open("th", &[("scope", "row")])?;
        page.original(&units.name(copy.document)?)?;
        page.close("th")?;
        page.element("td", &[], copy.relation.name())?;
        for text in [&*copy.keeper, &*copy.place] {
            page.open("td", &[])?;
            page.original(text)?;
            page.close("td")?;
        }
        page.element("td", &[("class", "n")], &format!("{:.3}", copy.score.jaccard))?;
        page.open("td", &[])?;
        page.original(&preview)?;
        page.close("td")?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")
}
