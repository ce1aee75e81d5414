//! The graph of who repeats whom: an edge from each source to each source whose texts it copied.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::record_sources::{RecordSources, SourceNumber};
use super::style::ReportFormat;
use super::table::write_row;
use crate::cluster::Cluster;
use crate::document::{Date, DocId, UnitId};
use crate::input::Corpus;
use crate::pipeline::Clustering;

/// The format of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphFormat {
    /// A row an edge, with a header.
    Csv,
    /// GraphML 1.0: nodes with the number of their records, and edges.
    GraphMl,
}

/// An edge: the copies that one source has of texts of another.
#[derive(Debug, Clone, Copy, Default)]
struct SourceEdge {
    copies: u64,
    /// Copies of which both texts have a date, and the sum of how much later they are, in seconds.
    dated: u64,
    seconds: i128,
}

/// The edges by copying source and original, in the order of their numbers.
type SourceEdges = BTreeMap<(SourceNumber, SourceNumber), SourceEdge>;

/// Writes the graph of the clusters in `found`: each copy is an edge from its source to that of the original, which is the
/// earliest text of the cluster by date or, if no text of it has a date, the keeper. Edges are sorted by falling number of
/// copies, then by names. Records without a source are the source with the empty name. Texts of an index have no source, so
/// their copies are left out. Takes O(members).
///
/// # Errors
///
/// The writer fails.
pub fn source_graph(
    found: &Clustering,
    corpus: &Corpus,
    sources: &RecordSources,
    format: GraphFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut edges = SourceEdges::new();
    for cluster in &found.clusters {
        add_cluster(found, sources, cluster, &mut edges);
    }

    let name = |source: SourceNumber| sources.name(source);
    let mut sorted: Vec<((SourceNumber, SourceNumber), SourceEdge)> = edges.into_iter().collect();
    sorted.sort_by(|(a, a_edge), (b, b_edge)| {
        let names = |(from, to): (SourceNumber, SourceNumber)| (name(from), name(to));
        b_edge.copies.cmp(&a_edge.copies).then_with(|| names(*a).cmp(&names(*b)))
    });

    match format {
        GraphFormat::Csv => write_csv(&sorted, sources, out),
        GraphFormat::GraphMl => write_graphml(&sorted, &records(found, corpus, sources), sources, out),
    }
}

/// Adds the copies of one cluster.
fn add_cluster(found: &Clustering, sources: &RecordSources, cluster: &Cluster, edges: &mut SourceEdges) {
    let document = |unit: UnitId| found.units.document(unit);
    let date = |unit: UnitId| -> Option<Date> { found.dates.get(document(unit).index()).copied().flatten() };

    let dated = cluster.copies().filter_map(|unit| date(unit).map(|date| (date, unit)));
    let original = dated.min().map_or(cluster.keeper, |(_, unit)| unit);
    for unit in cluster.copies().filter(|unit| *unit != original) {
        let ends = (sources.of(document(unit)), sources.of(document(original)));
        let edge = edges.entry(ends).or_default();
        edge.copies += 1;
        if let (Some(later), Some(earlier)) = (date(unit), date(original)) {
            edge.dated += 1;
            edge.seconds += i128::from(later.seconds()) - i128::from(earlier.seconds());
        }
    }
}

/// Number of readable records of each source.
fn records(found: &Clustering, corpus: &Corpus, sources: &RecordSources) -> BTreeMap<SourceNumber, u64> {
    let mut records = BTreeMap::new();
    let is_read = |document: &DocId| found.rejects.binary_search(document).is_err();
    for document in corpus.ids().filter(is_read) {
        *records.entry(sources.of(document)).or_default() += 1;
    }
    records
}

impl SourceEdge {
    /// The mean time between original and copy in whole seconds; `None` without dates.
    fn mean_seconds(&self) -> Option<i128> {
        (self.dated > 0).then(|| self.seconds / i128::from(self.dated))
    }
}

fn write_csv(
    edges: &[((SourceNumber, SourceNumber), SourceEdge)],
    sources: &RecordSources,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_row(ReportFormat::Csv, &["source", "original", "copies", "mean_seconds_later"], out)?;
    for ((from, to), edge) in edges {
        let later = edge.mean_seconds().map_or_else(String::new, |seconds| seconds.to_string());
        let cells = [sources.name(*from), sources.name(*to), &edge.copies.to_string(), &later];
        write_row(ReportFormat::Csv, &cells, out)?;
    }
    Ok(())
}

/// What precedes the nodes.
const GRAPHML_HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="name" for="node" attr.name="name" attr.type="string"/>
<key id="records" for="node" attr.name="records" attr.type="long"/>
<key id="copies" for="edge" attr.name="copies" attr.type="long"/>
<key id="later" for="edge" attr.name="mean_seconds_later" attr.type="long"/>
<graph id="sources" edgedefault="directed">
"#;

fn write_graphml(
    edges: &[((SourceNumber, SourceNumber), SourceEdge)],
    records: &BTreeMap<SourceNumber, u64>,
    sources: &RecordSources,
    out: &mut dyn Write,
) -> io::Result<()> {
    out.write_all(GRAPHML_HEAD.as_bytes())?;
    for (source, count) in records {
        let name = escaped(sources.name(*source));
        writeln!(
            out,
            "<node id=\"n{source}\"><data key=\"name\">{name}</data><data key=\"records\">{count}</data></node>"
        )?;
    }
    for ((from, to), edge) in edges {
        write!(out, "<edge source=\"n{from}\" target=\"n{to}\"><data key=\"copies\">{}</data>", edge.copies)?;
        if let Some(seconds) = edge.mean_seconds() {
            write!(out, "<data key=\"later\">{seconds}</data>")?;
        }
        writeln!(out, "</edge>")?;
    }
    writeln!(out, "</graph>\n</graphml>")
}

/// A text in XML. Characters that XML 1.0 cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_cannot_break_the_markup() {
        assert_eq!(escaped("<أ & \"ب\">\u{1}\n"), "&lt;أ &amp; &quot;ب&quot;&gt;\u{fffd}&#10;");
    }
}
