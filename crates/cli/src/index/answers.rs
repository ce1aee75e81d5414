//! Answers of the index about records: writes and counts them.

use std::fmt;
use std::io::{self, Write};

use serde_json::json;

use crate::remedies::CommandLinePhrasing;
use mukarrar::Verdict;
use mukarrar::document::DocId;
use mukarrar::error::Error;
use mukarrar::index::{Match, TextStory};
use mukarrar::report::text::sanitize;
use mukarrar::report::{ReportFormat, score, write_json, write_row};
use mukarrar::similarity::VariantReason;
use mukarrar::wording::counted;

/// The name of the answer for a record on which the index failed.
const FAILED: &str = "error";

/// The answer about one record.
#[derive(Debug)]
pub(super) enum RecordAnswer {
    /// The verdict on the record, and its story.
    Verdict(Verdict, Option<TextStory>),
    /// The record was stored unchecked; `replaced` says whether its key had another text.
    Stored { replaced: bool },
    /// The key is in the index already, so the record was not stored.
    KeyKnown,
    /// The most similar stored texts.
    Matches(Vec<Match>),
    /// The index failed.
    Failed(Error),
}

impl RecordAnswer {
    const fn name(&self) -> &'static str {
        match self {
            Self::Verdict(verdict, _) => verdict.name(),
            Self::Stored { replaced: true } => "replaced",
            Self::Stored { replaced: false } => "stored",
            Self::KeyKnown => "key-known",
            Self::Matches(_) => "matches",
            Self::Failed(_) => FAILED,
        }
    }

    /// Whether no bound left out a text that might change the answer.
    const fn is_certain(&self) -> bool {
        match self {
            Self::Verdict(verdict, _) => verdict.is_certain(),
            _ => true,
        }
    }

    const fn story(&self) -> Option<&TextStory> {
        match self {
            Self::Verdict(_, story) => story.as_ref(),
            _ => None,
        }
    }

    fn matches(&self) -> &[Match] {
        match self {
            Self::Verdict(verdict, _) => verdict.found().map_or(&[], std::slice::from_ref),
            Self::Matches(matches) => matches,
            Self::Stored { .. } | Self::KeyKnown | Self::Failed(_) => &[],
        }
    }
}

/// Counts of answers by name, and the rejected records.
#[derive(Debug, Default)]
pub(super) struct AnswerCounts {
    counts: Vec<(&'static str, u64)>,
    pub(super) rejects: Vec<DocId>,
    /// The first error of the index. No batch is looked up after it.
    pub(super) failure: Option<String>,
    /// Whether an interrupt ended the pass.
    pub(super) is_interrupted: bool,
    /// Whether tables have the columns of stories.
    pub(super) has_stories: bool,
    written: u64,
}

impl AnswerCounts {
    pub(super) fn duplicates(&self) -> u64 {
        self.count("duplicate")
    }

    /// Number of records that the index answered without an error.
    pub(super) fn answered(&self) -> u64 {
        self.written - self.count(FAILED)
    }

    fn count(&self, name: &str) -> u64 {
        self.counts.iter().find(|(known, _)| *known == name).map_or(0, |(_, count)| *count)
    }

    /// Writes what comes before the first answer.
    pub(super) fn begin(&self, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
        match format {
            ReportFormat::Tsv | ReportFormat::Csv => {
                let of_stories: &[&str] = if self.has_stories { &STORY_COLUMNS } else { &[] };
                write_row(format, &[&COLUMNS[..], of_stories].concat(), out)
            }
            ReportFormat::Json => write!(out, "["),
            ReportFormat::Text | ReportFormat::Jsonl => Ok(()),
        }
    }

    /// Writes what comes after the last answer.
    pub(super) fn end(&self, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
        if format == ReportFormat::Json { writeln!(out, "]") } else { Ok(()) }
    }

    /// Writes the answer about one record, and counts it.
    pub(super) fn write(
        &mut self,
        id: &str,
        answer: &RecordAnswer,
        format: ReportFormat,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = answer.name();
        match self.counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((name, 1)),
        }

        // Only the first: the later ones usually have the same cause.
        if let (RecordAnswer::Failed(error), None) = (answer, &self.failure) {
            self.failure = Some(error.message(&CommandLinePhrasing));
        }
        self.written += 1;

        match format {
            ReportFormat::Jsonl => {
                write_json(&mut *out, &object(id, answer))?;
                writeln!(out)
            }
            ReportFormat::Json => {
                write!(out, "{}", if self.written > 1 { ",\n" } else { "" })?;
                write_json(out, &object(id, answer))
            }
            ReportFormat::Tsv | ReportFormat::Csv => table(id, answer, self.has_stories, format, out),
            ReportFormat::Text => text(id, answer, out),
        }
    }
}

fn object(id: &str, answer: &RecordAnswer) -> serde_json::Value {
    let name = answer.name();
    let mut object = match (answer, answer.matches()) {
        (RecordAnswer::Matches(matches), _) => json!({ "id": id, "matches": matches }),
        (RecordAnswer::Failed(error), _) => {
            json!({ "id": id, "verdict": name, "error": error.message(&CommandLinePhrasing) })
        }
        (_, [found, ..]) => json!({ "id": id, "verdict": name, "match": found }),
        (_, []) => json!({ "id": id, "verdict": name }),
    };

    if !answer.is_certain() {
        object["certain"] = false.into();
    }
    if let Some(story) = answer.story() {
        object["story"] = json!(story);
    }
    object
}

/// The columns of a table of answers.
const COLUMNS: [&str; 10] =
    ["id", "verdict", "key", "jaccard", "containment", "relation", "seen", "standard_error", "reason", "certain"];

/// The columns that an index with stories adds.
const STORY_COLUMNS: [&str; 4] = ["story", "story_score", "story_terms", "recurring_form"];

fn table(
    id: &str,
    answer: &RecordAnswer,
    has_stories: bool,
    format: ReportFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    let story = match answer.story() {
        _ if !has_stories => Vec::new(),
        None => vec![String::new(); STORY_COLUMNS.len()],
        Some(TextStory { leader, score: of_story, terms, recurring_form, .. }) => {
            let terms = terms.join(" ");
            let terms = if format == ReportFormat::Csv { sanitize(&terms).into_owned() } else { terms };
            vec![
                leader.clone().unwrap_or_default(),
                of_story.map_or_else(String::new, score),
                terms,
                recurring_form.to_string(),
            ]
        }
    };
    let with_story = |row: &[&str], out: &mut dyn Write| {
        let row: Vec<&str> = row.iter().copied().chain(story.iter().map(String::as_str)).collect();
        write_row(format, &row, out)
    };
    let name = answer.name();
    let certain = if answer.is_certain() { "" } else { "false" };
    if answer.matches().is_empty() {
        return with_story(&[id, name, "", "", "", "", "", "", "", certain], out);
    }

    for found in answer.matches() {
        let (jaccard, containment, seen) = (score(found.jaccard), score(found.containment), found.seen.to_string());
        let reason = found.reason.map_or("", VariantReason::name);
        let relation = found.relation.map_or("", |relation| relation.name());
        let error = found.standard_error.map_or_else(String::new, score);

        let row = [id, name, &found.key, &jaccard, &containment, relation, &seen, &error, reason, certain];
        with_story(&row, out)?;
    }
    Ok(())
}

fn text(id: &str, answer: &RecordAnswer, out: &mut dyn Write) -> io::Result<()> {
    let uncertain = if answer.is_certain() { "" } else { "  (not certain: more texts resemble it than were compared)" };
    writeln!(out, "{:<10} {}{uncertain}", answer.name(), sanitize(id))?;

    for found in answer.matches() {
        let Match { jaccard, containment, relation, reason, seen, standard_error, .. } = found;
        let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
        let relation = relation.map_or("-", |relation| relation.name()).to_owned() + &reason;
        let error = standard_error.map_or_else(String::new, |error| format!(" ± {error:.4}"));

        writeln!(
            out,
            "  {relation:<9} J {jaccard:.4}{error}  C {containment:.4}  {}  seen {seen}",
            sanitize(&found.key)
        )?;
    }
    match answer.story() {
        Some(TextStory { leader: Some(leader), score: Some(score), terms, .. }) => {
            writeln!(out, "  story     {score:.2}  {}  {}", sanitize(leader), sanitize(&terms.join(" ")))
        }
        _ => Ok(()),
    }
}

impl fmt::Display for AnswerCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} read", counted(self.written + self.rejects.len() as u64, "record", "records"))?;
        self.counts.iter().try_for_each(|(name, count)| write!(f, ", {count} {name}"))?;
        write!(f, ", {} rejected", self.rejects.len())
    }
}
