//! The summary of a run for people: a few lines on standard error.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::args::groups::VerbosityArgs;
use super::console::Console;
use super::remedies::CommandLinePhrasing;
use mukarrar::document::DocId;
use mukarrar::input::{Corpus, SkipReason};
use mukarrar::pipeline::Summary;
use mukarrar::story::StoryCounts;
use mukarrar::wording::counted;

/// Largest number of rejected records that are listed by default.
const FEW: usize = 3;
/// Largest number of rejected records and of skipped files that are listed with `--verbose`.
const MANY: usize = 1000;

/// Prints the counts, times and warnings of a run.
pub(super) fn show(summary: &Summary, console: &Console) {
    for line in lines(summary) {
        console.note(&line);
    }
    for warning in &summary.warnings {
        console.warning(&in_options(warning));
    }
    for alarm in &summary.alarms {
        console.warning(&alarm.message(&CommandLinePhrasing));
    }
}

/// A warning of the library with its options as the command line spells them.
fn in_options(warning: &str) -> String {
    const OPTIONS: [(&str, &str); 3] = [
        ("`date_order` tells", "--date-order tells"),
        ("source_field names", "--source-field names"),
        ("(max_bucket)", "(--max-bucket)"),
    ];
    OPTIONS.iter().fold(warning.to_owned(), |text, (name, option)| text.replace(name, option))
}

/// Lists rejected records and skipped files; with `--verbose` more of them, and decoded records.
pub(super) fn show_rejected(
    corpus: &Corpus,
    rejects: &[DocId],
    decoded: &[DocId],
    verbosity: &VerbosityArgs,
    console: &Console,
) {
    if verbosity.quiet {
        return;
    }

    let limit = if verbosity.verbose { MANY } else { FEW };
    for reject in corpus.rejected(&rejects[..rejects.len().min(limit)]) {
        console.note(&format!("rejected {}", reject.message(&CommandLinePhrasing)));
    }

    let more = rejects.len().saturating_sub(limit);
    if more > 0 {
        let way = if verbosity.verbose { "" } else { "-v lists more, " };
        console.note(&format!("rejected, {more} more; {way}dedup --rejected FILE writes them all"));
    }

    if verbosity.verbose {
        list_decoded(corpus, decoded, console);
    }
    list_skipped(corpus, verbosity.verbose, console);
}

fn list_decoded(corpus: &Corpus, decoded: &[DocId], console: &Console) {
    for id in decoded.iter().take(MANY) {
        if let Ok(record) = corpus.read(*id) {
            let notes: Vec<String> = record.decoding.notes().map(|note| note.to_string()).collect();
            console.note(&format!("decoded {}: {}", corpus.source(*id), notes.join(", ")));
        }
    }

    let more = decoded.len().saturating_sub(MANY);
    if more > 0 {
        console.note(&format!("decoded, {more} more"));
    }
}

/// Lists skipped files that may hold documents; with `all`, the others too.
fn list_skipped(corpus: &Corpus, all: bool, console: &Console) {
    let is_listed = |reason: SkipReason| all || reason.is_surprising();
    let limit = if all { MANY } else { FEW };

    let mut listed = corpus.skipped().iter().filter(|(_, reason)| is_listed(*reason));
    for (path, reason) in listed.by_ref().take(limit) {
        console.note(&format!("skipped {}: {}", path.display(), why_skipped(reason)));
    }

    let more = listed.count();
    if more > 0 {
        let way = if all { "" } else { "; -v lists more" };
        console.note(&format!("skipped, {more} more{way}"));
    }
}

fn why_skipped(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Unknown => "unknown extension; --input-format reads it",
        SkipReason::LinkedDirectory => "a link to a directory, not followed; give its path to read it",
        SkipReason::Unfinished => "unfinished by its name; give its path to read it",
        SkipReason::NoPages => "a part of a WACZ without pages",
        SkipReason::Bookkeeping => "it describes other files",
        SkipReason::Hidden => "hidden",
        SkipReason::Readme => "a README",
        reason => reason.name(),
    }
}

fn lines(summary: &Summary) -> Vec<String> {
    let records = &summary.records;
    let mut lines = vec![format!(
        "records  {} read = {} kept + {} removed + {} rejected",
        records.read,
        records.kept,
        records.removed.values().sum::<u64>(),
        records.rejected.values().sum::<u64>(),
    )];
    if let Some(known) = &summary.known {
        let copies: u64 = known.copies.values().sum();
        lines.push(format!(
            "index    {} of {}",
            counted(copies, "copy", "copies"),
            counted(known.texts, "stored text", "stored texts")
        ));
    }
    if let Some(references) = summary.references {
        lines.push(format!("against  {} read, {} of them rejected", references.read, references.rejected));
    }
    if records.edited > 0 {
        lines.push(format!("edited   {} of the kept records", records.edited));
    }
    if let Some(spans) = summary.stripped_spans {
        lines.push(format!("stripped {} of boilerplate", counted(spans, "span", "spans")));
    }

    if let Some(counts) = summary.contaminated {
        let rejected = if counts.rejected > 0 { format!(" ({} rejected)", counts.rejected) } else { String::new() };
        lines.push(format!(
            "tests    {} of {}{rejected} found in {}",
            counts.found,
            counted(counts.items, "item", "items"),
            counted(counts.documents, "document", "documents")
        ));
    }

    if let Some(counts) = summary.stories {
        lines.extend(story_lines(counts));
    }

    lines.extend(by_name("removed", &records.removed));
    if records.longer > 0 {
        let copies = counted(records.longer, "removed copy has", "removed copies have");
        lines.push(format!("longer   {copies} much more text than the keeper; --keep longest keeps the longest"));
    }
    lines.extend(by_name("rejected", &records.rejected));
    lines.extend(by_name("variants", &summary.variants));

    let pairs = || {
        summary.pairs.map_or_else(
            || format!("clusters {}", summary.clusters),
            |pairs| format!("pairs {pairs} (exact groups not expanded)"),
        )
    };
    let found = summary.passages.map_or_else(pairs, |passages| format!("passages {passages}"));
    lines.push(format!("units    {} ({} empty), {found}", summary.units, summary.empty_units));

    if summary.repeated_ids > 0 {
        lines.push(format!("noted    repeated ids {}", summary.repeated_ids));
    }
    if summary.skipped_files > 0 {
        let reasons: Vec<String> = summary.skipped.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        lines.push(format!("noted    skipped files {}: {}", summary.skipped_files, reasons.join(", ")));
    }
    lines.extend(summary.noted.iter().filter_map(|(kind, counts)| by_name(kind, counts)));

    if !summary.languages_of_sources.is_empty() {
        let counts: Vec<String> =
            summary.languages_of_sources.iter().map(|(name, count)| format!("{count} {name}")).collect();
        lines.push(format!("language of the source, where a record does not tell it: {}", counts.join(", ")));
    }

    let parameters = &summary.parameters;
    let curve: Vec<String> =
        parameters.s_curve.iter().map(|(jaccard, chance)| format!("{chance:.4} at J {jaccard}")).collect();
    let bands = format!(
        "bands    {} × {} rows = {} values; chance to be a candidate {}",
        parameters.bands,
        parameters.rows,
        parameters.num_hashes,
        curve.join(", ")
    );
    // A search for passages uses no bands.
    let is_banded = summary.passages.is_none() && summary.contaminated.is_none();
    lines.extend(is_banded.then_some(bands));

    let stages: Vec<String> =
        summary.stages.iter().map(|stage| format!("{} {:.2} s", stage.name, stage.seconds)).collect();
    lines.push(format!("time     {}{}", stages.join(", "), memory(summary.peak_rss_bytes)));
    lines
}

/// The account of the stories: where every record is.
fn story_lines(counts: StoryCounts) -> Vec<String> {
    let StoryCounts { told, alone, copies, short, undated, rejected, stories, .. } = counts;
    let read = told + alone + copies + short + undated + rejected;
    let mut lines = vec![
        format!(
            "places   {read} read = {told} told in stories + {alone} alone + {copies} copies + {short} too short + {undated} without a date + {rejected} rejected"
        ),
        format!(
            "stories  {stories}; {} of them forms that return, of {} such documents",
            counts.recurring_stories, counts.recurring
        ),
    ];
    if counts.archived > 0 {
        lines.push(format!("archive  {}", counted(counts.archived, "document", "documents")));
    }
    if counts.without_vector > 0 {
        lines.push(format!(
            "noted    {} without a vector, compared by words alone",
            counted(counts.without_vector, "document", "documents")
        ));
    }
    if counts.passed_over > 0 {
        lines.push(format!(
            "noted    {} passed over in the longest lists",
            counted(counts.passed_over, "candidate", "candidates")
        ));
    }
    lines
}

fn by_name(head: &str, counts: &BTreeMap<impl Display, u64>) -> Option<String> {
    let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    (!counts.is_empty()).then(|| format!("{head:8} {}", counts.join(", ")))
}

fn memory(bytes: u64) -> String {
    if bytes == 0 { String::new() } else { format!("; at most {:.0} MB of memory", bytes as f64 / 1e6) }
}

/// The largest resident memory of the process in bytes; 0 if the system does not report it.
pub(super) fn peak_rss_bytes() -> u64 {
    // Only Linux has this file.
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return 0 };

    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes * 1024)
}
