//! The accounts of a run while it is under way: its summary, and the clock of its stages.

use super::context::RunSetup;
use super::run_tables::RunTables;
use super::short_similarity;
use super::stage_clock::StageClock;
use super::summary::{ReferenceCounts, Summary};
use crate::document::DocId;
use crate::input::RepeatedIds;
use crate::wording::counted;

/// Collects the counts, warnings and times that stages return.
pub(super) struct RunAccounts {
    pub(super) summary: Summary,
    clock: StageClock,
}

impl RunAccounts {
    /// The accounts after the first pass.
    pub(super) fn new(setup: RunSetup<'_>, tables: &RunTables, names: &RepeatedIds, clock: StageClock) -> Self {
        let mut summary = Summary::new(setup.options, setup.routes.main.banding);
        count_records(setup, tables, &mut summary);

        summary.note(&tables.noted, &tables.decoded);
        summary.repeated_ids = names.repeated() as u64;
        let skipped = setup.corpus.skipped();
        summary.skipped_files = skipped.total();
        summary.skipped = skipped.counts().into_iter().map(|(reason, count)| (reason.name(), count)).collect();
        summary.units = tables.units.len() as u64;
        summary.empty_units = tables.empty_units;

        summary.languages_of_sources.clone_from(&tables.of_source);

        if !tables.crowded.is_empty() {
            summary.warnings.push(format!(
                "{} more than {1} distinct headlines or lines; related ones were looked for among {1} neighbours",
                counted(tables.crowded.len() as u64, "document has", "documents have"),
                short_similarity::WINDOW
            ));
        }

        // The clock runs since before the first pass, so this lap is the whole of it.
        let mut accounts = Self { summary, clock };
        accounts.lap("read", setup.corpus.bytes());
        accounts
    }

    /// Adds the time since the last lap, and `bytes`, to `stage`.
    pub(super) fn lap(&mut self, stage: &'static str, bytes: u64) {
        let seconds = self.clock.lap();
        self.summary.add_stage(stage, seconds, bytes);
    }

    /// Adds a sentence that the user should read.
    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.summary.warnings.push(warning.into());
    }

    /// Enters what is known only at the end of a run over units. `spilled` counts bytes.
    pub(super) fn close(&mut self, spilled: u64) {
        self.summary.spilled_bytes = spilled;

        let unseen = self.summary.containment.unseen_units;
        if unseen > 0 {
            self.warn(format!(
                "{} not searched for containers: more than 50 other units share nearly all of {} sampled shingles",
                counted(unseen, "unit was", "units were"),
                if unseen == 1 { "its" } else { "their" }
            ));
        }

        let lost = self.summary.lost_pairs;
        if lost > 0 {
            self.warn(format!(
                "up to {} not verified: lines of one template beyond the nearest, or lists longer \
                 than the largest bucket (max_bucket)",
                counted(lost, "candidate pair was", "candidate pairs were")
            ));
        }
    }
}

/// Counts records and references. References come first in the corpus, and only their own account counts them.
fn count_records(setup: RunSetup<'_>, tables: &RunTables, summary: &mut Summary) {
    let boundary = DocId::new(setup.corpus.references());
    let bad_references = tables.rejects.partition_point(|document| *document < boundary);

    // The tables count rejects of references and of other records together.
    let records = &mut summary.records;
    records.read = (tables.languages.len() - boundary.index()) as u64;
    records.rejected = tables.rejected.clone();
    for reject in setup.corpus.rejected(&tables.rejects[..bad_references]) {
        records.reject_less(reject.reason.code());
    }
    records.kept = records.read - (tables.rejects.len() - bad_references) as u64;

    // A run without references has no account of them, not an empty one.
    let references = ReferenceCounts { read: boundary.index() as u64, rejected: bad_references as u64 };
    summary.references = (references.read > 0).then_some(references);
}
