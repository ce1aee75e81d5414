//! Reports for people: one HTML file that needs nothing else, with an overview, charts, and the clusters or pairs with their
//! differences.
//!
//! The file loads nothing and sends nothing: a Content-Security-Policy allows its own style and script alone. All text of the
//! input is escaped by one function (`markup`), isolated by direction, and bounded; characters that cannot be seen become
//! marks. Without scripts, the overview and the first clusters are there. The script reads the others from JSON in the file,
//! part by part.
//!
//! - `frame`: head, policy, style (`report.css`), script (`report.js`).
//! - `overview`, `time_buckets`: the numbers, with the sources from one more pass over the corpus; `overview_page`, `charts`: how
//!   they are shown.
//! - `choice`: which clusters are shown; `detail`, `word_diff`, `sentences`: what is shown of them; `cluster_pages`,
//!   `script_data`: how they are written.
//! - `comparison_page`: two texts. `description_page`: what an input holds. `preview_page`: what a run would
//!   remove.
//!
//! The bytes depend on input and options alone: no time of day, no duration, no memory.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::cluster::{Cluster, Member};
use crate::document::{Date, DocId, Units};
use crate::input::{Corpus, RepeatedIds};
use crate::normalize::Language;
use crate::pipeline::{Clustering, KnownCopy, Options, PageCutter, PairList, Summary};
use crate::report::record_sources::RecordSources;
use crate::similarity::{Pair, Score};

mod charts;
mod choice;
mod cluster_pages;
mod comparison_page;
mod description_page;
mod detail;
mod frame;
mod known_page;
mod markup;
mod overview;
mod overview_page;
mod preview_page;
mod script_data;
mod sentences;
mod stories_page;
mod time_buckets;
mod word_diff;

pub use comparison_page::{html_comparison, html_pair};
pub use description_page::html_description;
pub use frame::STYLE as REPORT_STYLE;
pub use preview_page::html_preview;
pub use stories_page::html_stories;

use choice::{ChosenAs, ChosenCluster, ClusterChooser};
use cluster_pages::WrittenClusters;
use markup::Markup;
use overview::Overview;

/// Most sources that are told apart.
const MOST_SOURCES: usize = 1 << 16;

/// The field that names the title of a record.
const TITLE_FIELD: &str = "title";

/// A report of a run: what it is made of, apart from the result.
#[derive(Clone, Copy)]
pub struct HtmlReport<'a> {
    corpus: &'a Corpus,
    options: &'a Options,
    summary: &'a Summary,
    removed: Option<&'a BTreeSet<DocId>>,
    most_clusters: usize,
}

/// What the results are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResultKind {
    Clusters,
    Pairs,
}

impl ResultKind {
    /// One of them, as the script calls it.
    const fn one(self) -> &'static str {
        match self {
            Self::Clusters => "cluster",
            Self::Pairs => "pair",
        }
    }

    const fn many(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Pairs => "pairs",
        }
    }

    /// How the first text of a result is called.
    const fn keeper(self) -> &'static str {
        match self {
            Self::Clusters => "keeper",
            Self::Pairs => "first",
        }
    }
}

/// A run that is reported, whether it found clusters or pairs.
struct ReportedRun<'a> {
    kind: ResultKind,
    corpus: &'a Corpus,
    options: &'a Options,
    summary: &'a Summary,
    removed: Option<&'a BTreeSet<DocId>>,
    units: &'a Units,
    names: &'a RepeatedIds,
    rejects: &'a [DocId],
    dates: &'a [Option<Date>],
    languages: &'a [Option<Language>],
    returning: &'a PageCutter,
    /// Copies of texts that are kept elsewhere.
    known: &'a [KnownCopy],
    /// The corpus that this one is a sample of, with the record of each sampled one there; `None` if it is no sample.
    whole: Option<(&'a Corpus, &'a [DocId])>,
    threads: usize,
}

impl ReportedRun<'_> {
    /// The source of each record. Reads the corpus once more.
    fn sources(&self) -> io::Result<RecordSources> {
        RecordSources::read_most(self.corpus, self.options, self.threads, MOST_SOURCES).map_err(io::Error::other)
    }

    /// File and line, or other position, of a record of the input.
    fn place(&self, document: DocId) -> String {
        let in_whole = self.whole.and_then(|(whole, documents)| Some((whole, *documents.get(document.index())?)));
        let (corpus, document) = in_whole.unwrap_or((self.corpus, document));
        corpus.source(document).to_string()
    }

    fn date(&self, document: DocId) -> Option<Date> {
        self.dates.get(document.index()).copied().flatten()
    }
}

impl<'a> HtmlReport<'a> {
    /// The default of [`most_clusters`](Self::most_clusters).
    pub const DEFAULT_CLUSTERS: usize = 500;

    /// Most clusters or pairs that a report can show.
    pub const MOST_CLUSTERS: usize = 100_000;

    /// The fields that the input should read for a report, in addition to those of the run: the title of a record and, if no
    /// other field names its source, its address. The last ones are only shown
    /// ([`InputOptions::shown_fields`](crate::input::InputOptions::shown_fields)).
    #[must_use]
    pub fn shown_fields(options: &Options) -> Vec<String> {
        let read = options.fields();
        let sources = crate::page::SourceResolver::fields(options.source_field.as_deref());
        std::iter::once(TITLE_FIELD.to_owned()).chain(sources).filter(|field| !read.contains(field)).collect()
    }

    /// A report of a run over `corpus` with `options`. The counts are those of `summary`.
    #[must_use]
    pub const fn new(corpus: &'a Corpus, options: &'a Options, summary: &'a Summary) -> Self {
        Self { corpus, options, summary, removed: None, most_clusters: Self::DEFAULT_CLUSTERS }
    }

    /// The records that the run removed as a whole. Without them the report says that nothing was removed.
    #[must_use]
    pub const fn removed(self, records: &'a BTreeSet<DocId>) -> Self {
        Self { removed: Some(records), ..self }
    }

    /// Most clusters or pairs that are shown, up to [`MOST_CLUSTERS`](Self::MOST_CLUSTERS): half of them the largest, a
    /// quarter the most doubtful, a quarter a sample by the seed of the options; of pairs half the most doubtful, half a
    /// sample. The numbers of the overview count all.
    #[must_use]
    pub fn most_clusters(self, most: usize) -> Self {
        Self { most_clusters: most.min(Self::MOST_CLUSTERS), ..self }
    }

    /// Writes the clusters of the run. Reads the corpus once more, and the shown texts again, on all threads of the run. Needs
    /// memory for 6 bytes a record and for the shown clusters without their texts.
    ///
    /// # Errors
    ///
    /// The writer fails; a record cannot be read again.
    pub fn clusters(&self, found: &Clustering, out: &mut dyn Write) -> io::Result<()> {
        let run = ReportedRun {
            kind: ResultKind::Clusters,
            corpus: self.corpus,
            options: self.options,
            summary: self.summary,
            removed: self.removed,
            units: &found.units,
            names: &found.names,
            rejects: &found.rejects,
            dates: &found.dates,
            languages: &found.languages,
            returning: &found.returning,
            known: &found.known,
            whole: None,
            threads: found.threads,
        };
        let sources = run.sources()?;
        let mut overview = Overview::new(self.corpus.len());
        let mut chooser = self.chooser(true);

        for cluster in &found.clusters {
            overview.count_cluster(cluster.size());
            for member in &cluster.members {
                overview.count_member(&run, &sources, cluster.keeper, member);
            }
            chooser.offer(&cluster.members, cluster);
        }
        overview.count_records(&run, &sources);

        let chosen = chooser.chosen().into_iter().map(|chosen| chosen.map(Cow::Borrowed)).collect::<Vec<_>>();
        let shown =
            ShownResults { chosen: &chosen, found: found.clusters.len() as u64, most_known: self.most_clusters };
        write_run(&run, &overview, &sources, &shown, out)
    }

    /// Writes the pairs of the run; each exact copy is paired with the first of its group only. Reads as
    /// [`clusters`](Self::clusters).
    ///
    /// # Errors
    ///
    /// As [`clusters`](Self::clusters).
    pub fn pairs(&self, found: &PairList, out: &mut dyn Write) -> io::Result<()> {
        let run = ReportedRun {
            kind: ResultKind::Pairs,
            corpus: self.corpus,
            options: self.options,
            summary: self.summary,
            removed: self.removed,
            units: &found.units,
            names: &found.names,
            rejects: &found.rejects,
            dates: &found.dates,
            languages: &found.languages,
            returning: &found.returning,
            known: &[],
            whole: None,
            threads: found.threads,
        };
        let sources = run.sources()?;
        let mut overview = Overview::new(self.corpus.len());
        let mut chooser = self.chooser(false);

        for pair in found.iter(false) {
            let members = members(&pair);
            overview.count_member(&run, &sources, pair.a, &members[1]);
            chooser.offer(&members, pair);
        }
        overview.count_records(&run, &sources);

        let chosen: Vec<_> =
            chooser.chosen().into_iter().map(|chosen| chosen.map(|pair| Cow::Owned(cluster(&pair)))).collect();
        let shown = ShownResults { chosen: &chosen, found: found.count(), most_known: self.most_clusters };
        write_run(&run, &overview, &sources, &shown, out)
    }

    fn chooser<T: Copy>(&self, sorted: bool) -> ClusterChooser<T> {
        let options = self.options;
        let containment = options.containment.unwrap_or(1.0);
        ClusterChooser::new(self.most_clusters, sorted, options.threshold, containment, options.seed)
    }
}

/// The two texts of a pair as members of a cluster that the first keeps.
fn members(pair: &Pair) -> [Member; 2] {
    let first = Member { unit: pair.a, relation: None, score: Score::SAME, measure: pair.measure, attached: false };
    let attached = !pair.relation.is_copy();
    let second =
        Member { unit: pair.b, relation: Some(pair.relation), score: pair.score, measure: pair.measure, attached };
    [first, second]
}

fn cluster(pair: &Pair) -> Cluster {
    Cluster { keeper: pair.a, members: members(pair).to_vec() }
}

/// What the marks of texts mean.
const LEGEND: &str = "<p class=\"legend\"><del class=\"gone\">only in the first text</del> <ins class=\"new\">only in this text</ins> \
<ins class=\"new num\">another number</ins> <span class=\"out\">boilerplate, not compared</span></p>\
<p class=\"legend\">Spelling that is the same after folding is not marked. Invisible direction marks are shown as ‹RLM›.</p>";

/// The clusters or pairs that are shown.
struct ShownResults<'c> {
    chosen: &'c [ChosenCluster<Cow<'c, Cluster>>],
    /// Number of all of them.
    found: u64,
    /// Most copies of texts kept elsewhere.
    most_known: usize,
}

/// Writes the page of a run.
fn write_run(
    run: &ReportedRun<'_>,
    overview: &Overview,
    sources: &RecordSources,
    shown: &ShownResults<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ShownResults { chosen, found, most_known } = *shown;
    let many = run.kind.many();
    frame::write(&format!("mukarrar: {many} of {}", inputs(run.corpus)), true, out, |page| {
        overview_page::write(run, overview, sources, page)?;
        known_page::write(run, most_known, page)?;

        page.fixed("<section aria-labelledby=\"list\"><h2 id=\"list\">")?;
        page.text(match run.kind {
            ResultKind::Clusters => "Clusters",
            ResultKind::Pairs => "Pairs",
        })?;
        page.close("h2")?;
        page.element("p", &[], &which(run, chosen, found))?;
        page.fixed(LEGEND)?;
        page.fixed("<div id=\"controls\"></div>")?;
        cluster_pages::write_static(run, sources, chosen, page)?;
        page.fixed("</section>\n")?;

        let written = cluster_pages::write_data_parts(run, sources, chosen, page)?;
        bounds(run, written, page)?;
        parameters(run, page)
    })
}

/// Which clusters are shown.
fn which(run: &ReportedRun<'_>, chosen: &[ChosenCluster<Cow<'_, Cluster>>], found: u64) -> String {
    let (many, count) = (run.kind.many(), |n: usize| charts::grouped(n as u64));
    if chosen.len() as u64 == found {
        return match found {
            0 => format!("No {many} were found."),
            1 => format!("The only {} is shown.", run.kind.one()),
            _ => format!("All {} {many} are shown.", charts::grouped(found)),
        };
    }

    let of = |reason| chosen.iter().filter(|cluster| cluster.chosen == reason).count();
    let largest = match of(ChosenAs::Largest) {
        0 => String::new(),
        n => format!("the {} largest, ", count(n)),
    };
    format!(
        "{} of {} {many} are shown: {largest}the {} with scores nearest to their threshold, and a random sample of {} (seed {}). \
         A larger bound shows more. The numbers above count all.",
        count(chosen.len()),
        charts::grouped(found),
        count(of(ChosenAs::Doubtful)),
        count(of(ChosenAs::Random)),
        run.options.seed
    )
}

/// What is not in the file.
fn bounds(run: &ReportedRun<'_>, written: WrittenClusters, page: &mut Markup<'_>) -> io::Result<()> {
    let many = run.kind.many();
    let mut text = format!(
        "Shown are at most {} members of each, the least alike, and about {} characters of each text; long parts that are equal \
         are shortened, with the number of their words.",
        detail::MOST_MEMBERS,
        charts::grouped(detail::LENGTHS.all as u64)
    );
    if written.short > 0 {
        text += &format!(" To keep the file small, {} of {} {many} are without texts.", written.short, written.all);
    }
    if written.left_out > 0 {
        text +=
            &format!(" To keep the file small, the last {} of {} {many} are left out.", written.left_out, written.all);
    }
    page.element("p", &[("class", "bounds")], &text)?;
    page.fixed("\n")
}

/// The parameters of the run.
fn parameters(run: &ReportedRun<'_>, page: &mut Markup<'_>) -> io::Result<()> {
    let value = serde_json::to_value(&run.summary.parameters).map_err(io::Error::other)?;
    let Some(fields) = value.as_object() else { return Ok(()) };

    page.fixed("<section aria-labelledby=\"parameters\"><h2 id=\"parameters\">Parameters</h2><details><summary>All parameters of the run</summary><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Value</th></tr></thead><tbody>")?;
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        page.open("tr", &[])?;
        page.element("th", &[("scope", "row")], name)?;
        page.open("td", &[])?;
        page.original(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))?;
        page.close("td")?;
        page.close("tr")?;
    }
    page.fixed("</tbody></table></div></details></section>\n")
}

/// The names of the input files, the first of many.
fn inputs(corpus: &Corpus) -> String {
    let files = corpus.cleaned_files();
    let names: Vec<String> = files.iter().take(2).map(|file| file.path.display().to_string()).collect();
    match files.len() {
        count @ 3.. => format!("{} and {} more files", names.join(", "), count - 2),
        _ => names.join(" and "),
    }
}
