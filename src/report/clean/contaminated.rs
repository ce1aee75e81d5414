//! Removes the documents in which test items stand.

use super::plan::{Cleaning, RemovedPart};
use super::repetition::{RemovalRule, RuleFinding};
use crate::cluster::Removal;
use crate::input::Corpus;
use crate::pipeline::{Contamination, Options};
use crate::similarity::{Relation, Score};

impl<'a> Cleaning<'a> {
    /// Removes every document of `corpus` in which an item stands. `options` are those of the run.
    #[must_use]
    pub fn of_contaminated(contamination: &'a Contamination, corpus: &'a Corpus, options: &'a Options) -> Self {
        let found = &contamination.found;
        let mut plan = Self::nothing(found, corpus, options);

        for hits in contamination.hits.chunk_by(|a, b| a.document == b.document) {
            let Some(unit) = hits.first().and_then(|hit| found.units.first_of(hit.document)) else { continue };
            let removal = Removal { unit, keeper: unit, relation: Relation::Exact, score: Score::SAME };
            let rule = RemovalRule::Contaminated;
            let finding = RuleFinding { rule, cluster: None, size: hits.len(), sources: None, limit: 0 };
            plan.removed.insert(found.units.document(unit));
            plan.removed_parts.push(RemovedPart {
                record: true,
                rule: Some(finding),
                ..RemovedPart::of(removal, None)
            });
        }
        plan
    }
}
