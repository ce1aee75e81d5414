//! Clusters, each with its members in input order.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::text::cell;
use super::titles::TitleRow;
use super::{ReportFormat, ReportStyle, ShownUnits};
use crate::cluster::{Cluster, Member};
use crate::document::{Date, UnitKind};
use crate::input::Corpus;
use crate::parallel;
use crate::pipeline::Clustering;
use crate::shingle::ShingleKind;
use crate::similarity::{Relation, VariantReason};

#[derive(Serialize)]
struct ClusterRow {
    cluster: usize,
    size: usize,
    keeper: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_date: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_date: Option<Date>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    sources: BTreeSet<String>,
    members: Vec<MemberRow>,
}

#[derive(Serialize)]
struct MemberRow {
    id: String,
    kind: UnitKind,
    relation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<VariantReason>,
    jaccard: f64,
    containment: f64,
    measure: ShingleKind,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<Date>,
    #[serde(flatten)]
    fields: TitleRow,
    preview: String,
}

/// Writes the clusters of a run over `corpus`, largest first. Their records are read again for it, on all threads of the
/// run.
///
/// # Errors
///
/// What the writer says; a record cannot be read again.
pub fn clusters(found: &Clustering, corpus: &Corpus, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let (head, between, tail) = match style.format {
        ReportFormat::Json if found.clusters.is_empty() => ("[", "", "]\n"),
        ReportFormat::Json => ("[\n", ",\n", "\n]\n"),
        ReportFormat::Tsv => (HEADER, "", ""),
        ReportFormat::Jsonl | ReportFormat::Text => ("", "", ""),
    };
    out.write_all(head.as_bytes())?;
    let mut first = true;
    parallel::in_order(
        found.threads,
        (0, &found.clusters[..]),
        |rest| Ok(next(rest)),
        || ShownUnits::of(corpus, found),
        |shown, (first, clusters)| written(shown, first, clusters, style, between),
        |bytes| {
            if !std::mem::take(&mut first) {
                out.write_all(between.as_bytes())?;
            }
            out.write_all(&bytes?)
        },
    )
    .map(drop)?;
    out.write_all(tail.as_bytes())
}

/// A thread writes so many members at once, but at least one cluster.
const AT_ONCE: usize = 256;

/// Takes the next clusters, and the number of the first, from what is left.
fn next<'a>(rest: &mut (usize, &'a [Cluster])) -> Option<(usize, &'a [Cluster])> {
    let (first, clusters) = *rest;
    let mut members = 0;
    let fits = |cluster: &&Cluster| {
        members += cluster.members.len();
        members <= AT_ONCE
    };
    let count = clusters.iter().take_while(fits).count().max(1).min(clusters.len());
    let (now, later) = clusters.split_at(count);
    *rest = (first + count, later);
    (!now.is_empty()).then_some((first, now))
}

/// Some clusters, the first of them number `first`, as they stand in the report.
fn written(
    shown: &ShownUnits<'_>,
    first: usize,
    clusters: &[Cluster],
    style: ReportStyle,
    between: &str,
) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for (number, cluster) in clusters.iter().enumerate() {
        let row = row(shown, first + number, cluster)?;
        if number > 0 {
            out.extend_from_slice(between.as_bytes());
        }
        match style.format {
            ReportFormat::Json => serde_json::to_writer(&mut out, &row)?,
            ReportFormat::Jsonl => {
                serde_json::to_writer(&mut out, &row)?;
                out.push(b'\n');
            }
            ReportFormat::Tsv => table(&row, &mut out)?,
            ReportFormat::Text => text(&row, style, &mut out)?,
        }
    }
    Ok(out)
}

fn row(shown: &ShownUnits<'_>, number: usize, cluster: &Cluster) -> io::Result<ClusterRow> {
    let members = cluster.members.iter().map(|member| member_row(shown, member)).collect::<io::Result<_>>()?;
    let dates = || cluster.copies().filter_map(|unit| shown.date(unit));
    Ok(ClusterRow {
        cluster: number,
        size: cluster.size(),
        keeper: shown.id(cluster.keeper)?,
        first_date: dates().min(),
        last_date: dates().max(),
        sources: shown.sources(cluster.copies())?,
        members,
    })
}

fn member_row(shown: &ShownUnits<'_>, member: &Member) -> io::Result<MemberRow> {
    // Before the id, which is then known from the same reading.
    let (preview, fields) = shown.told(member.unit)?;
    Ok(MemberRow {
        id: shown.id(member.unit)?,
        kind: shown.kind(member.unit),
        relation: member.relation.map_or("keeper", Relation::name),
        reason: member.relation.and_then(Relation::reason),
        jaccard: member.score.jaccard,
        containment: member.score.containment,
        measure: member.measure,
        source: shown.source(member.unit),
        date: shown.date(member.unit),
        fields,
        preview,
    })
}

const HEADER: &str =
    "cluster\tsize\tkeeper\tid\tkind\trelation\tjaccard\tcontainment\tmeasure\tsource\tpreview\treason\n";

fn table(row: &ClusterRow, out: &mut dyn Write) -> io::Result<()> {
    for member in &row.members {
        write!(out, "{}\t{}\t{}\t{}\t", row.cluster, row.size, cell(&row.keeper), cell(&member.id))?;
        write!(out, "{}\t{}\t{:.6}\t", member.kind, member.relation, member.jaccard)?;
        write!(out, "{:.6}\t{}\t", member.containment, member.measure)?;
        let reason = member.reason.map_or("", VariantReason::name);
        writeln!(out, "{}\t{}\t{reason}", cell(&member.source), cell(&member.preview))?;
    }
    Ok(())
}

fn text(row: &ClusterRow, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    let attached = row.members.len() - row.size.min(row.members.len());
    let attached = if attached > 0 { format!(", {attached} beside") } else { String::new() };
    let members = if row.size == 1 { "member" } else { "members" };
    let number = style.bold(&format!("#{}", row.cluster));
    let span = match (row.first_date, row.last_date) {
        (Some(first), Some(last)) if first < last => format!("  {first} to {last}"),
        (Some(first), _) => format!("  {first}"),
        _ => String::new(),
    };
    writeln!(out, "{number}  {} {members}{attached}  keeper {}{span}", row.size, style.original(&row.keeper))?;
    if !row.sources.is_empty() {
        let sources: Vec<String> = row.sources.iter().map(|source| style.original(source)).collect();
        writeln!(out, "  sources    {}", sources.join(", "))?;
    }
    for member in &row.members {
        let scores = match member.relation {
            "keeper" => " ".repeat(18),
            _ => format!("J {:.4}  C {:.4}", member.jaccard, member.containment),
        };
        let reason = member.reason.map_or_else(String::new, |reason| format!(" ({reason})"));
        let relation = format!("{:9}", format!("{}{reason}", member.relation));
        let relation = if member.relation == "keeper" { style.green(&relation) } else { relation };
        write!(out, "  {relation}  {scores}  {}  ", style.original(&member.id))?;
        writeln!(out, "{}", style.dim(&style.original(&member.source)))?;
        writeln!(out, "      {}", style.snippet(&member.preview))?;
    }
    writeln!(out)
}
