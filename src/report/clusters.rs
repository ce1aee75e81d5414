//! Clusters, each with its members in input order.

use std::io::{self, Write};

use serde::Serialize;

use super::text::cell;
use super::{Format, Shown, Style, write_json};
use crate::cluster::{Cluster, Member};
use crate::document::Kind;
use crate::input::Corpus;
use crate::pipeline::Clustering;
use crate::shingle::ShingleKind;
use crate::similarity::Relation;

#[derive(Serialize)]
struct ClusterRow {
    cluster: usize,
    size: usize,
    keeper: String,
    members: Vec<MemberRow>,
}

#[derive(Serialize)]
struct MemberRow {
    id: String,
    kind: Kind,
    relation: &'static str,
    jaccard: f64,
    containment: f64,
    measure: ShingleKind,
    source: String,
    preview: String,
}

/// Writes the clusters of a run over `corpus`, largest first.
///
/// # Errors
///
/// What the writer says.
pub fn clusters(found: &Clustering, corpus: &Corpus, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown = Shown { corpus, units: &found.units, names: &found.names };
    let rows = found.clusters.iter().enumerate().map(|(number, cluster)| row(&shown, number, cluster));
    match style.format {
        Format::Json => write_json(out, true, rows),
        Format::Jsonl => write_json(out, false, rows),
        Format::Tsv => table(rows, out),
        Format::Text => rows.into_iter().try_for_each(|row| text(&row?, style, out)),
    }
}

fn row(shown: &Shown<'_>, number: usize, cluster: &Cluster) -> io::Result<ClusterRow> {
    let members = cluster.members.iter().map(|member| member_row(shown, member)).collect::<io::Result<_>>()?;
    Ok(ClusterRow { cluster: number, size: cluster.size(), keeper: shown.id(cluster.keeper), members })
}

fn member_row(shown: &Shown<'_>, member: &Member) -> io::Result<MemberRow> {
    Ok(MemberRow {
        id: shown.id(member.unit),
        kind: shown.units.kind(member.unit),
        relation: member.relation.map_or("keeper", Relation::name),
        jaccard: member.score.jaccard,
        containment: member.score.containment,
        measure: member.measure,
        source: shown.source(member.unit),
        preview: shown.preview(member.unit)?,
    })
}

fn table(rows: impl Iterator<Item = io::Result<ClusterRow>>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "cluster\tsize\tkeeper\tid\tkind\trelation\tjaccard\tcontainment\tmeasure\tsource\tpreview")?;
    for row in rows {
        let row = row?;
        for member in &row.members {
            write!(out, "{}\t{}\t{}\t{}\t", row.cluster, row.size, cell(&row.keeper), cell(&member.id))?;
            write!(out, "{}\t{}\t{:.6}\t", member.kind, member.relation, member.jaccard)?;
            write!(out, "{:.6}\t{}\t", member.containment, member.measure)?;
            writeln!(out, "{}\t{}", cell(&member.source), cell(&member.preview))?;
        }
    }
    Ok(())
}

fn text(row: &ClusterRow, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let attached = row.members.len() - row.size.min(row.members.len());
    let attached = if attached > 0 { format!(", {attached} related") } else { String::new() };
    let members = if row.size == 1 { "member" } else { "members" };
    let number = style.bold(&format!("#{}", row.cluster));
    writeln!(out, "{number}  {} {members}{attached}  keeper {}", row.size, style.original(&row.keeper))?;
    for member in &row.members {
        let scores = match member.relation {
            "keeper" => " ".repeat(18),
            _ => format!("J {:.4}  C {:.4}", member.jaccard, member.containment),
        };
        let relation = format!("{:8}", member.relation);
        let relation = if member.relation == "keeper" { style.green(&relation) } else { relation };
        write!(out, "  {relation}  {scores}  {}  ", style.original(&member.id))?;
        writeln!(out, "{}", style.dim(&style.original(&member.source)))?;
        writeln!(out, "      {}", style.snippet(&member.preview))?;
    }
    writeln!(out)
}
