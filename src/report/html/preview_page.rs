//! A preview as a page: what would go at each threshold, what looks wrong, and the pairs on the border side by side.

use std::borrow::Cow;
use std::io::{self, Write};

use super::charts::{self, grouped};
use super::choice::{ChosenAs, ChosenCluster};
use super::markup::Markup;
use super::{ReportedRun, ResultKind, cluster_pages, frame};
use crate::cluster::{Cluster, Member};
use crate::report::preview::{BorderlinePair, PreviewCounts, RunPreview, ThresholdCounts};
use crate::similarity::Score;

/// Most rows of the table of sources.
const MOST_ROWS: usize = 30;

/// Writes a preview of the inputs `title` as a page that needs no other file. Reads the texts of the pairs again.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn html_preview(found: &RunPreview<'_>, title: &str, out: &mut dyn Write) -> io::Result<()> {
    frame::write(&format!("mukarrar: preview of {title}"), false, out, |page| {
        let counts = &found.counts;
        page.fixed("<section aria-labelledby=\"overview\"><h2 id=\"overview\">What would be removed</h2>")?;
        overview(counts, page)?;
        page.fixed("</section><section aria-labelledby=\"alarms\"><h2 id=\"alarms\">Alarms</h2>")?;
        alarms(counts, page)?;
        page.fixed("</section><section aria-labelledby=\"sources\"><h2 id=\"sources\">Sources</h2>")?;
        sources(counts, page)?;
        page.fixed(
            "</section><section class=\"sides\" aria-labelledby=\"border\"><h2 id=\"border\">Pairs on the border</h2>",
        )?;
        pairs(found, page)?;
        page.fixed("</section>\n")
    })
}

fn overview(counts: &PreviewCounts, page: &mut Markup<'_>) -> io::Result<()> {
    let mut cards = vec![("records read", counts.records.read), ("readable", counts.records.readable)];
    if let Some(at) = counts.thresholds.iter().find(|at| at.threshold == counts.threshold) {
        cards.extend([("would stay", at.kept), ("would be removed", at.all_removed())]);
    }
    charts::cards(&cards, page)?;
    if let Some(sample) = counts.sample {
        let text = format!(
            "Estimates: about {} records have copies or candidates, and {} of them were verified.",
            grouped(sample.of),
            grouped(sample.records)
        );
        page.element("p", &[("class", "warning")], &text)?;
    }

    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">Threshold</th><th scope=\"col\" class=\"n\">Kept</th><th scope=\"col\" class=\"n\">Removed</th><th scope=\"col\">By relation</th><th scope=\"col\">Share</th></tr></thead><tbody>")?;
    for at in &counts.thresholds {
        page.open("tr", &[])?;
        let this = if at.threshold == counts.threshold { " (this run)" } else { "" };
        page.element("th", &[("scope", "row")], &format!("{}{this}", at.threshold))?;
        page.element("td", &[("class", "n")], &grouped(at.kept))?;
        let error = at.error.map_or_else(String::new, |error| format!(" ± {}", grouped(error)));
        page.element("td", &[("class", "n")], &format!("{}{error}", grouped(at.all_removed())))?;
        let relations: Vec<String> =
            at.removed.iter().map(|(name, count)| format!("{} {name}", grouped(*count))).collect();
        page.element("td", &[], &relations.join(", "))?;
        page.open("td", &[])?;
        charts::bar(&[("copy", at.all_removed()), ("keep", at.kept)], at.kept + at.all_removed(), page)?;
        page.close("td")?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")
}

fn alarms(counts: &PreviewCounts, page: &mut Markup<'_>) -> io::Result<()> {
    if counts.alarms.is_empty() {
        return page.element("p", &[], &format!("None at threshold {}.", counts.threshold));
    }
    for alarm in &counts.alarms {
        page.open("p", &[("class", "warning")])?;
        page.original(&alarm.to_string())?;
        page.close("p")?;
    }
    Ok(())
}

fn sources(counts: &PreviewCounts, page: &mut Markup<'_>) -> io::Result<()> {
    // The lowest threshold removes from most sources.
    let Some(first) = counts.thresholds.first().filter(|first| !first.sources.is_empty()) else {
        return page.element("p", &[], "No source would lose a record.");
    };

    page.fixed("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><caption>Removed records by source and threshold</caption><thead><tr><th scope=\"col\">Source</th><th scope=\"col\" class=\"n\">Records</th>")?;
    for at in &counts.thresholds {
        page.element("th", &[("scope", "col"), ("class", "n")], &at.threshold.to_string())?;
    }
    page.fixed("</tr></thead><tbody>")?;
    for loss in first.sources.iter().take(MOST_ROWS) {
        page.open("tr", &[])?;
        page.open("th", &[("scope", "row")])?;
        page.original(if loss.source.is_empty() { "no source" } else { &loss.source })?;
        page.close("th")?;
        page.element("td", &[("class", "n")], &grouped(loss.records))?;
        for at in &counts.thresholds {
            page.element("td", &[("class", "n")], &grouped(removed(at, &loss.source)))?;
        }
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div>")?;
    match first.sources.len().saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => page.element("p", &[], &format!("{} more sources are not shown.", grouped(more as u64))),
    }
}

fn removed(at: &ThresholdCounts, source: &str) -> u64 {
    let of_source = at.sources.iter().find(|loss| loss.source == source);
    of_source.map_or(0, |loss| loss.removed.values().sum())
}

fn pairs(found: &RunPreview<'_>, page: &mut Markup<'_>) -> io::Result<()> {
    let threshold = found.counts.threshold;
    if found.pairs.is_empty() {
        return page.element("p", &[], "There is no near copy at any of the thresholds.");
    }
    let text = format!(
        "The {} pairs whose Jaccard is nearest to {threshold}, by their Jaccard. Below {threshold} both texts stay; from \
         {threshold} on the second one is removed.",
        found.pairs.len()
    );
    page.element("p", &[], &text)?;
    page.fixed(super::LEGEND)?;

    let lowest = &found.lowest;
    let run = ReportedRun {
        kind: ResultKind::Pairs,
        corpus: found.corpus(),
        options: &found.options,
        summary: &lowest.summary,
        removed: None,
        units: &lowest.units,
        names: &lowest.names,
        rejects: &lowest.rejects,
        // The border is between texts of the input.
        known: &[],
        whole: found.whole(),
        dates: &lowest.dates,
        languages: &lowest.languages,
        returning: &lowest.returning,
        threads: lowest.threads,
    };
    let chosen: Vec<_> = found.pairs.iter().enumerate().map(chosen).collect();
    cluster_pages::write_static(&run, &found.sources, &chosen, page)
}

fn chosen((number, pair): (usize, &BorderlinePair)) -> ChosenCluster<Cow<'static, Cluster>> {
    let BorderlinePair { keeper, member } = *pair;
    let keeper_member =
        Member { unit: keeper, relation: None, score: Score::SAME, measure: member.measure, attached: false };
    let cluster = Cluster { keeper, members: vec![keeper_member, member] };
    ChosenCluster { number, cluster: Cow::Owned(cluster), chosen: ChosenAs::All }
}
