//! Clusters, largest first, each with its members in input order.

use std::collections::BTreeSet;
use std::io::{self, Write};

use foldhash::HashMap;
use serde::Serialize;

use super::json_rows::write_json;
use super::shown_units::ShownUnits;
use super::story_titles::TitleRow;
use super::style::{ReportFormat, ReportStyle};
use super::table::{score, write_row};
use super::text::sanitize;
use crate::cluster::{Cluster, Member};
use crate::document::{Date, UnitKind};
use crate::input::Corpus;
use crate::parallel;
use crate::pipeline::{Clustering, KnownCopy};
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

/// Writes the clusters of a run over `corpus`. Reads their records again, on all threads of the run.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub fn clusters(found: &Clustering, corpus: &Corpus, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    if matches!(style.format, ReportFormat::Tsv | ReportFormat::Csv) {
        write_row(style.format, &HEADER, out)?;
    }
    let (head, between, tail) = match style.format {
        ReportFormat::Json if found.clusters.is_empty() && found.known.is_empty() => ("[", "", "]\n"),
        ReportFormat::Json => ("[\n", ",\n", "\n]\n"),
        _ => ("", "", ""),
    };
    out.write_all(head.as_bytes())?;

    let mut is_first = true;
    // Batches are rendered on all threads and written in order.
    parallel::in_order(
        found.threads,
        (0, &found.clusters[..]),
        |rest| Ok(next_batch(rest)),
        || ShownUnits::of(corpus, found),
        |shown, (first, clusters)| rendered(shown, first, clusters, style, between),
        |bytes| {
            if !std::mem::take(&mut is_first) {
                out.write_all(between.as_bytes())?;
            }
            out.write_all(&bytes?)
        },
    )
    .map(drop)?;

    known(found, corpus, style, |bytes| {
        if !std::mem::take(&mut is_first) {
            out.write_all(between.as_bytes())?;
        }
        out.write_all(bytes)
    })?;
    out.write_all(tail.as_bytes())
}

/// Gives `write` a cluster for each text elsewhere that records are copies of, in the order of the first record. Its keeper is no
/// record, so it is no member.
fn known(
    found: &Clustering,
    corpus: &Corpus,
    style: ReportStyle,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::default();
    let mut clusters: Vec<Vec<&KnownCopy>> = Vec::new();
    for copy in &found.known {
        let place = *places.entry((&copy.place, &copy.keeper)).or_insert(clusters.len());
        match clusters.get_mut(place) {
            Some(copies) => copies.push(copy),
            None => clusters.push(vec![copy]),
        }
    }

    let shown = ShownUnits::of(corpus, found);
    for (number, copies) in (found.clusters.len()..).zip(&clusters) {
        let unit = |copy: &&&KnownCopy| found.units.first_of(copy.document);
        let member = |copy: &&KnownCopy| {
            let KnownCopy { relation, score, measure, .. } = **copy;
            let relation = Some(relation);
            let unit = found.units.first_of(copy.document)?;
            Some(member_row(&shown, &Member { unit, relation, score, measure, attached: false }))
        };

        let dates = || copies.iter().filter_map(|copy| shown.date(unit(&copy)?));
        let row = ClusterRow {
            cluster: number,
            size: copies.len() + 1,
            keeper: copies.first().map_or_else(String::new, |copy| copy.keeper.to_string()),
            first_date: dates().min(),
            last_date: dates().max(),
            sources: shown.sources(copies.iter().filter_map(|copy| unit(&copy)))?,
            members: copies.iter().filter_map(member).collect::<io::Result<_>>()?,
        };
        let mut out = Vec::new();
        write_cluster(&row, style, &mut out)?;
        write(&out)?;
    }
    Ok(())
}

/// Largest number of members of a batch of several clusters.
const BATCH_MEMBERS: usize = 256;

/// Takes the next batch of clusters, with the number of its first, from the rest; one cluster at least.
fn next_batch<'a>(rest: &mut (usize, &'a [Cluster])) -> Option<(usize, &'a [Cluster])> {
    let (first, clusters) = *rest;

    let mut members = 0;
    let fits = |cluster: &&Cluster| {
        members += cluster.members.len();
        members <= BATCH_MEMBERS
    };
    let count = clusters.iter().take_while(fits).count().max(1).min(clusters.len());

    // One cluster at least, however large.
    let (now, later) = clusters.split_at(count);
    *rest = (first + count, later);
    (!now.is_empty()).then_some((first, now))
}

/// The bytes of some clusters in the report; `first` is the number of the first one.
fn rendered(
    shown: &ShownUnits<'_>,
    first: usize,
    clusters: &[Cluster],
    style: ReportStyle,
    between: &str,
) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for (number, cluster) in clusters.iter().enumerate() {
        let row = row(shown, first + number, cluster)?;

        // Between the clusters of a batch; the caller separates batches.
        if number > 0 {
            out.extend_from_slice(between.as_bytes());
        }
        write_cluster(&row, style, &mut out)?;
    }
    Ok(out)
}

fn write_cluster(row: &ClusterRow, style: ReportStyle, out: &mut Vec<u8>) -> io::Result<()> {
    match style.format {
        ReportFormat::Json => write_json(out, row),
        ReportFormat::Jsonl => {
            write_json(&mut *out, row)?;
            out.push(b'\n');
            Ok(())
        }
        ReportFormat::Tsv | ReportFormat::Csv => table(row, style.format, out),
        ReportFormat::Text => text(row, style, out),
    }
}

fn row(shown: &ShownUnits<'_>, number: usize, cluster: &Cluster) -> io::Result<ClusterRow> {
    let members = cluster.members.iter().map(|member| member_row(shown, member)).collect::<io::Result<_>>()?;

    // Attached members count in neither dates nor sources.
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
    // Before the id: one read of the record gives both.
    let (preview, fields) = shown.preview_and_fields(member.unit)?;

    Ok(MemberRow {
        id: shown.id(member.unit)?,
        kind: shown.kind(member.unit),
        relation: member.relation.map_or("keeper", Relation::name),
        reason: member.relation.and_then(Relation::reason),
        jaccard: member.score.jaccard,
        containment: member.score.containment,
        measure: member.measure,
        source: shown.place(member.unit),
        date: shown.date(member.unit),
        fields,
        preview,
    })
}

const HEADER: [&str; 12] = [
    "cluster",
    "size",
    "keeper",
    "id",
    "kind",
    "relation",
    "jaccard",
    "containment",
    "measure",
    "source",
    "preview",
    "reason",
];

fn table(row: &ClusterRow, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    let (number, size) = (row.cluster.to_string(), row.size.to_string());

    for member in &row.members {
        let (kind, measure) = (member.kind.to_string(), member.measure.to_string());
        let (jaccard, containment) = (score(member.jaccard), score(member.containment));
        // In CSV nothing but quotes is escaped, so the preview is made safe first; TSV escapes it itself.
        let preview = if format == ReportFormat::Csv { sanitize(&member.preview) } else { (&*member.preview).into() };
        let reason = member.reason.map_or("", VariantReason::name);

        #[rustfmt::skip]
        write_row(format, &[
            &number, &size, &row.keeper, &member.id, &kind, member.relation, &jaccard, &containment, &measure,
            &member.source, &preview, reason,
        ], out)?;
    }
    Ok(())
}

fn text(row: &ClusterRow, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    text_head(row, style, out)?;
    for member in &row.members {
        text_member(member, style, out)?;
    }
    writeln!(out)
}

fn text_head(row: &ClusterRow, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    // `size` counts the keeper, which may be no member, and its copies; the other members are attached.
    debug_assert!(row.size <= row.members.len() + 1);
    let attached = row.members.len().saturating_sub(row.size);
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
    Ok(())
}

fn text_member(member: &MemberRow, style: ReportStyle, out: &mut dyn Write) -> io::Result<()> {
    // A keeper has no scores against itself: blanks of the same width.
    let is_keeper = member.relation == "keeper";
    let scores =
        if is_keeper { " ".repeat(18) } else { format!("J {:.4}  C {:.4}", member.jaccard, member.containment) };
    let reason = member.reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    let relation = format!("{:9}", format!("{}{reason}", member.relation));
    let relation = if is_keeper { style.green(&relation) } else { relation };

    write!(out, "  {relation}  {scores}  {}  ", style.original(&member.id))?;
    writeln!(out, "{}", style.dim(&style.original(&member.source)))?;
    writeln!(out, "      {}", style.snippet(&member.preview))
}
