//! Writes the chosen clusters: as data for the script, in parts that it reads when they are needed, and the first of them as
//! static elements for browsers without scripts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::choice::{ChosenAs, ChosenCluster};
use super::detail::{ClusterDetail, DetailMaker, KEEPER, MemberDetail, Shown, class};
use super::markup::Markup;
use super::script_data::write_data;
use super::word_diff::{DiffMark, DiffPiece};
use super::{ReportedRun, ResultKind};
use crate::cluster::Cluster;
use crate::parallel;
use crate::report::record_sources::RecordSources;

/// Clusters of a part of the data.
const PART: usize = 25;

/// Clusters that are also written as static elements.
const STATIC: usize = 20;

/// Bytes of data from which on clusters have no texts, and from which on they are left out.
const FULL_BYTES: usize = 48 << 20;
const MOST_BYTES: usize = 96 << 20;

/// What was written.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct WrittenClusters {
    pub(super) all: usize,
    /// Those without texts, because of the size of the file.
    pub(super) short: usize,
    /// Those that are left out, because of the size of the file.
    pub(super) left_out: usize,
}

/// What the script knows of each cluster before it reads its part. Short names, as there are many.
#[derive(Serialize)]
struct IndexRow {
    n: usize,
    size: usize,
    /// Attached members.
    beside: usize,
    /// Members by relation.
    rel: BTreeMap<&'static str, usize>,
    src: Vec<Shown>,
    /// The least and the largest Jaccard of members, exact copies included.
    lo: f64,
    hi: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    t: Shown,
    /// Ids, to search in.
    ids: Vec<Shown>,
    lang: &'static str,
    why: ChosenAs,
}

/// The index: what it is of, how large its parts are, and a row for each cluster.
#[derive(Serialize)]
struct ClusterIndex<'a> {
    kind: &'static str,
    part: usize,
    threshold: f64,
    rows: &'a [IndexRow],
}

/// A rendered cluster.
struct RenderedCluster {
    full: Vec<u8>,
    short: Vec<u8>,
    row: IndexRow,
}

type Chosen<'c> = ChosenCluster<Cow<'c, Cluster>>;

/// Writes the first clusters as elements.
///
/// # Errors
///
/// The writer fails; a record cannot be read again.
pub(super) fn write_static(
    run: &ReportedRun<'_>,
    sources: &RecordSources,
    chosen: &[Chosen<'_>],
    page: &mut Markup<'_>,
) -> io::Result<()> {
    let mut maker = DetailMaker::new(run, sources);
    page.open("div", &[("id", "clusters")])?;
    for (place, cluster) in chosen.iter().take(STATIC).enumerate() {
        let detail = maker.make(cluster)?;
        write_cluster(run.kind, &detail, place == 0, page)?;
    }
    page.close("div")?;

    if chosen.len() > STATIC {
        let text = format!("Without scripts, this page shows the first {STATIC} of {}.", chosen.len());
        page.open("noscript", &[])?;
        page.element("p", &[], &text)?;
        page.close("noscript")?;
    }
    Ok(())
}

/// Writes all chosen clusters as data, and the index of them.
///
/// # Errors
///
/// As [`write_static`].
pub(super) fn write_data_parts(
    run: &ReportedRun<'_>,
    sources: &RecordSources,
    chosen: &[Chosen<'_>],
    page: &mut Markup<'_>,
) -> io::Result<WrittenClusters> {
    let (mut rows, mut bytes, mut part) = (Vec::new(), 0usize, 0usize);
    let mut written = WrittenClusters { all: chosen.len(), ..WrittenClusters::default() };

    parallel::in_order(
        run.threads,
        chosen.chunks(PART),
        |parts| Ok::<_, io::Error>(parts.next()),
        || DetailMaker::new(run, sources),
        |maker, clusters| clusters.iter().map(|cluster| rendered(maker, cluster)).collect::<io::Result<Vec<_>>>(),
        |clusters| {
            let mut data = Vec::new();
            for RenderedCluster { full, short, row } in clusters? {
                // The same in every run: parts come in order.
                let is_full = bytes + full.len() <= FULL_BYTES;
                // After one that does not fit none does, so that the parts have no holes.
                let fits = written.left_out == 0 && bytes + short.len() <= MOST_BYTES;
                written.short += usize::from(!is_full && fits);
                written.left_out += usize::from(!fits);
                if fits {
                    let shown = if is_full { full } else { short };
                    data.extend_from_slice(if data.is_empty() { b"[" } else { b",\n" });
                    data.extend_from_slice(&shown);
                    bytes += shown.len();
                    rows.push(row);
                }
            }
            if !data.is_empty() {
                data.push(b']');
                write_script(page, &format!("part-{part}"), &data)?;
            }
            part += 1;
            Ok(())
        },
    )
    .map(drop)?;

    let index = ClusterIndex { kind: run.kind.one(), part: PART, threshold: run.options.threshold, rows: &rows };
    let mut data = Vec::new();
    write_data(&mut data, &index)?;
    write_script(page, "index", &data)?;
    Ok(written)
}

/// Writes data as an element that no browser runs.
fn write_script(page: &mut Markup<'_>, id: &str, data: &[u8]) -> io::Result<()> {
    page.open("script", &[("type", "application/json"), ("id", id)])?;
    page.file().write_all(data)?;
    page.close("script")?;
    page.fixed("\n")
}

fn rendered(maker: &mut DetailMaker<'_>, cluster: &Chosen<'_>) -> io::Result<RenderedCluster> {
    let mut detail = maker.make(cluster)?;
    let (mut full, mut short) = (Vec::new(), Vec::new());
    write_data(&mut full, &detail)?;
    detail.without_texts();
    write_data(&mut short, &detail)?;
    Ok(RenderedCluster { full, short, row: index_row(&detail, &cluster.cluster) })
}

fn index_row(detail: &ClusterDetail, cluster: &Cluster) -> IndexRow {
    let mut rel = BTreeMap::new();
    let (mut lo, mut hi) = (1.0f64, 0.0f64);
    for member in &cluster.members {
        let Some(relation) = member.relation else { continue };
        *rel.entry(relation.name()).or_insert(0) += 1;
        lo = lo.min(member.score.jaccard);
        hi = hi.max(member.score.jaccard);
    }

    let mut names: Vec<&str> = detail.members.iter().map(|member| &*member.source.0).collect();
    names.sort_unstable();
    names.dedup();
    let own = |text: &str| Shown(text.to_owned());
    let down = |score: f64| (score * 1e4).floor() / 1e4;

    IndexRow {
        n: detail.n,
        size: detail.size,
        beside: cluster.members.len() - detail.size,
        rel,
        src: names.into_iter().filter(|name| !name.is_empty()).take(12).map(own).collect(),
        lo: down(lo),
        hi: down(hi),
        date: detail.members.iter().filter_map(|member| member.date.clone()).min(),
        t: own(detail.title()),
        ids: detail.members.iter().take(20).map(|member| own(&member.id.0)).collect(),
        lang: detail.members.iter().find(|member| member.relation == KEEPER).map_or("", |keeper| keeper.lang),
        why: detail.why,
    }
}

/// Writes one cluster as elements. The script makes the same ones.
fn write_cluster(kind: ResultKind, detail: &ClusterDetail, is_open: bool, page: &mut Markup<'_>) -> io::Result<()> {
    page.open("details", if is_open { &[("class", "cluster"), ("open", "")] } else { &[("class", "cluster")] })?;
    page.open("summary", &[])?;
    page.element("span", &[("class", "number")], &format!("#{}", detail.n))?;
    page.text(" ")?;
    page.open("bdi", &[("class", "title")])?;
    page.text(detail.title())?;
    page.close("bdi")?;
    page.text(" ")?;
    let texts = if detail.size == 1 { "text" } else { "texts" };
    let head = match kind {
        ResultKind::Clusters => format!("{} {texts}, {} shown", detail.size, detail.members.len()),
        ResultKind::Pairs => detail.members.last().map_or_else(String::new, |member| member.relation.to_owned()),
    };
    page.element("span", &[("class", "facts")], &head)?;
    page.close("summary")?;

    for member in &detail.members {
        write_member(kind, member, page)?;
    }
    if detail.more > 0 {
        page.element("p", &[], &format!("{} more members are not shown.", detail.more))?;
    }
    page.close("details")?;
    page.fixed("\n")
}

fn write_member(kind: ResultKind, member: &MemberDetail, page: &mut Markup<'_>) -> io::Result<()> {
    let is_keeper = member.relation == KEEPER;
    page.open("article", &[("class", if is_keeper { "member keeper" } else { "member" })])?;

    page.open("h3", &[])?;
    let relation = if is_keeper { kind.keeper() } else { member.relation };
    page.element("span", &[("class", "relation")], relation)?;
    page.text(" ")?;
    let language = [("lang", member.lang)];
    page.element("bdi", if member.lang.is_empty() { &[] } else { &language }, &member.title.0)?;
    page.close("h3")?;

    page.open("p", &[("class", "facts")])?;
    page.original(&member.id.0)?;
    for text in [Some(&member.source.0), Some(&member.place.0)].into_iter().flatten().filter(|text| !text.is_empty()) {
        page.text(" · ")?;
        page.original(text)?;
    }
    for text in member.date.as_deref().into_iter().chain(member.kind) {
        page.text(" · ")?;
        page.text(text)?;
    }
    if !is_keeper {
        page.text(&format!(" · Jaccard {} · containment {}", member.jaccard, member.containment))?;
    }
    page.close("p")?;

    let sentence =
        if is_keeper && kind == ResultKind::Pairs { "The first text of the pair." } else { &member.sentence };
    page.element("p", &[("class", "why")], sentence)?;
    write_text(&member.text, member.lang, page)?;
    page.close("article")
}

/// Writes a text in its pieces.
pub(super) fn write_text(pieces: &[DiffPiece], lang: &str, page: &mut Markup<'_>) -> io::Result<()> {
    if pieces.is_empty() {
        return Ok(());
    }

    let attributes = [("class", "text"), ("dir", "auto"), ("lang", lang)];
    // A language that is not known has no code.
    page.open("p", if lang.is_empty() { &attributes[..2] } else { &attributes })?;
    for piece in pieces {
        let class = class(piece.mark);
        match piece.mark {
            DiffMark::Shared => page.text(&piece.text)?,
            DiffMark::KeeperOnly | DiffMark::KeeperNumber => page.element("del", &[("class", class)], &piece.text)?,
            DiffMark::MemberOnly | DiffMark::MemberNumber => page.element("ins", &[("class", class)], &piece.text)?,
            DiffMark::LeftOut => page.element("span", &[("class", class)], &piece.text)?,
            DiffMark::Gap => {
                page.open("bdi", &[("class", class), ("dir", "ltr"), ("lang", "en")])?;
                page.text(&format!("… {} words …", piece.text))?;
                page.close("bdi")?;
            }
        }
    }
    page.close("p")
}
