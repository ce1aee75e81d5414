//! Decides what is removed from a corpus, and counts it.

use std::collections::{BTreeMap, BTreeSet};

use super::annotation::Annotation;
use super::repetition::{self, PlannedRemoval, RepetitionRules, RuleFinding};
use super::strip::{self, BoilerplateStripper};
use super::tidy::{self, has_tokens};
use crate::cluster::Removal;
use crate::document::{DocId, Span, UnitId, UnitKind, Units};
use crate::error::{ErrorKind, Remedy, Result};
use crate::input::Corpus;
use crate::page::Boilerplate;
use crate::pipeline::{Clustering, KnownCopy, Options, Progress, Summary};
use crate::report::record_sources::RecordSources;
use crate::similarity::Relation;

/// The records and spans to remove from a corpus, decided and counted but not written yet.
pub struct Cleaning<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) found: &'a Clustering,
    pub(super) options: &'a Options,
    /// Whether boilerplate is removed from the records that stay.
    pub(super) strips: bool,
    /// Number of boilerplate spans removed.
    stripped_spans: u64,
    /// Records removed as a whole.
    pub(super) removed: BTreeSet<DocId>,
    /// Records that stay and lose spans: the spans, ascending; none for records that lose boilerplate alone. Their
    /// texts are made when they are written.
    pub(super) edited: BTreeMap<DocId, Box<[Span]>>,
    /// All that is removed, in input order.
    pub(super) removed_parts: Vec<RemovedPart>,
    /// The fields that kept records get.
    pub(super) annotation: Option<Annotation<'a>>,
    /// Is told the records that are written.
    pub(super) progress: &'a dyn Progress,
}

/// A removed span or record. The record that removed spans leave without a token follows them.
pub(super) struct RemovedPart {
    pub(super) removal: Removal,
    /// The keeper, if it is kept elsewhere; the one of `removal` is the unit itself then.
    pub(super) known: Option<KnownCopy>,
    /// The removed span; `None` for a whole record.
    pub(super) span: Option<Span>,
    /// The part of the keeper that stays for it; `None` for the whole keeper.
    pub(super) keeper_span: Option<Span>,
    /// Why a rule removed it; the keeper of `removal` is the unit itself then.
    pub(super) rule: Option<RuleFinding>,
    /// Whether the whole record is removed; it is then shown under the id of the document.
    pub(super) record: bool,
}

impl<'a> Cleaning<'a> {
    /// Decides what is removed from `corpus`: the copies in `found` whose relation is in `remove`. `options` are those
    /// of the run.
    ///
    /// # Errors
    ///
    /// A record to be edited cannot be read again, or is an HTML page.
    pub fn plan(found: &'a Clustering, corpus: &'a Corpus, remove: &[Relation], options: &'a Options) -> Result<Self> {
        Self::plan_by_rules(found, corpus, remove, options, &RepetitionRules::default(), None)
    }

    /// As [`plan`](Self::plan), and by `rules`, which may remove keepers, or keep copies. `sources` are needed by rules that
    /// count them ([`RepetitionRules::needs_sources`]).
    ///
    /// # Errors
    ///
    /// As [`plan`](Self::plan); the rules do not fit the options, or need sources, and no record names one.
    pub fn plan_by_rules(
        found: &'a Clustering,
        corpus: &'a Corpus,
        remove: &[Relation],
        options: &'a Options,
        rules: &RepetitionRules,
        sources: Option<&RecordSources>,
    ) -> Result<Self> {
        rules.validate(options)?;
        rules.check_sources(sources)?;
        let strips = options.boilerplate == Boilerplate::Strip;
        let mut plan = Self { strips, ..Self::nothing(found, corpus, options) };

        let mut stripper = plan.stripper();
        let removals = repetition::planned(found, corpus, remove, rules, sources);
        let document = |planned: &PlannedRemoval| found.units.document(planned.removal.unit);
        for of_document in removals.chunk_by(|a, b| document(a) == document(b)) {
            plan.remove_units(of_document, stripper.as_mut())?;
        }
        plan.remove_known(remove);

        // Records without copies may lose boilerplate too.
        for (document, spans) in strip::records(found, corpus, options)? {
            if !plan.removed.contains(&document) && !plan.edited.contains_key(&document) {
                plan.edited.insert(document, Box::default());
                plan.stripped_spans += spans;
            }
        }

        Ok(plan)
    }

    /// The same plan, which reports the stage `write` to `progress`: every record of the input, as it is written or passed over.
    #[must_use]
    pub fn with_progress(mut self, progress: &'a dyn Progress) -> Self {
        self.progress = progress;
        self
    }

    /// The records that are removed as a whole.
    #[must_use]
    pub const fn removed_records(&self) -> &BTreeSet<DocId> {
        &self.removed
    }

    /// The records that are removed as a whole: each with its keeper, and its relation to it or the name of the rule.
    pub(in crate::report) fn removed_rows(&self) -> impl Iterator<Item = (Removal, &'static str)> + '_ {
        let whole = self.removed_parts.iter().filter(|part| part.record);
        whole.map(|part| (part.removal, part.rule.map_or(part.removal.relation.name(), |finding| finding.rule.name())))
    }

    /// Number of records that stay and lose spans.
    pub(in crate::report) fn edited_records(&self) -> u64 {
        self.edited.len() as u64
    }

    /// A plan that removes nothing.
    pub(super) fn nothing(found: &'a Clustering, corpus: &'a Corpus, options: &'a Options) -> Self {
        Self {
            corpus,
            found,
            options,
            strips: false,
            stripped_spans: 0,
            removed: BTreeSet::new(),
            edited: BTreeMap::new(),
            removed_parts: Vec::new(),
            annotation: None,
            progress: &(),
        }
    }

    /// Takes boilerplate out of records; `None` if it stays.
    pub(super) fn stripper(&self) -> Option<BoilerplateStripper<'a>> {
        self.strips.then(|| BoilerplateStripper::new(self.options, &self.found.units, self.corpus))
    }

    /// Checks that spans can be cut out of a record: its text must not be extracted from markup, or joined from a list.
    pub(super) fn check_editable(&self, document: DocId) -> Result<()> {
        let what = if self.corpus.is_extracted(document) {
            "holds pages, from which spans cannot be cut"
        } else if self.corpus.read(document)?.decoding.joined {
            "holds lists of texts, from which spans cannot be cut"
        } else {
            return Ok(());
        };

        let path = self.corpus.source(document).path.to_path_buf();
        let what = what.to_owned();
        let remedy = Remedy::Set { purpose: "remove whole documents", settings: &[("unit", "document")] };
        Err(ErrorKind::Unreadable { path, what, remedy }.into())
    }

    /// Removes units of one document, or the document itself.
    fn remove_units(
        &mut self,
        planned: &[PlannedRemoval],
        stripper: Option<&mut BoilerplateStripper<'_>>,
    ) -> Result<()> {
        let units = &self.found.units;
        let Some(first) = planned.first() else { return Ok(()) };
        let document = units.document(first.removal.unit);

        // The unit is the whole document.
        if units.number(first.removal.unit).is_none() {
            self.remove_planned(document, *first);
            return Ok(());
        }

        self.check_editable(document)?;
        for PlannedRemoval { removal, rule } in planned {
            let span = Some(units.span(removal.unit));
            self.removed_parts.push(RemovedPart { rule: *rule, ..RemovedPart::of(*removal, span) });
        }

        let record = self.corpus.read(document)?;
        let spans = spans_with_labels(units, planned, &record.text);
        let left = tidy::without(&record.text, &spans);
        if has_tokens(&left, &record.text, self.options) {
            let stripped = stripper.and_then(|stripper| stripper.strip(document, &record, &spans));
            self.stripped_spans += stripped.map_or(0, |(_, stripped)| stripped);
            self.edited.insert(document, spans.into());
            return Ok(());
        }

        // Nothing is left: its longest unit stands for it; of equally long ones the first, hence `rev`.
        if let Some(planned) = planned.iter().rev().max_by_key(|planned| units.span(planned.removal.unit).len()) {
            self.remove_planned(document, *planned);
        }
        Ok(())
    }

    /// Removes the copies of texts that are kept elsewhere.
    fn remove_known(&mut self, remove: &[Relation]) {
        if self.found.known.is_empty() {
            return;
        }
        for copy in self.found.known.iter().filter(|copy| remove.contains(&copy.relation)) {
            let Some(unit) = self.found.units.first_of(copy.document) else { continue };
            let removal = Removal { unit, keeper: unit, relation: copy.relation, score: copy.score };
            self.removed.insert(copy.document);
            let known = Some(copy.clone());
            self.removed_parts.push(RemovedPart { known, record: true, ..RemovedPart::of(removal, None) });
        }

        // In input order again: beside texts elsewhere, units are whole documents.
        self.removed_parts.sort_by_key(|part| part.removal.unit);
    }

    /// Removes a whole record; `removal` names its keeper and score.
    pub(super) fn remove_record(&mut self, document: DocId, removal: Removal) {
        self.removed.insert(document);
        self.removed_parts.push(RemovedPart { record: true, ..RemovedPart::of(removal, None) });
    }

    /// Removes a whole record, for its keeper or by a rule.
    fn remove_planned(&mut self, document: DocId, PlannedRemoval { removal, rule }: PlannedRemoval) {
        self.removed.insert(document);
        self.removed_parts.push(RemovedPart { record: true, rule, ..RemovedPart::of(removal, None) });
    }

    /// Whether nothing is removed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed_parts.is_empty()
    }

    /// Adds the removed and edited records to the accounts of the run.
    pub fn account(&self, summary: &mut Summary) {
        let records = &mut summary.records;
        debug_assert!(self.removed.len() as u64 <= records.kept);
        records.kept = records.kept.saturating_sub(self.removed.len() as u64);
        records.edited = self.edited_records();

        for (_, reason) in self.removed_rows() {
            *records.removed.entry(reason.to_owned()).or_default() += 1;
        }
        records.longer = self.longer_records();
        summary.stripped_spans = self.strips.then_some(self.stripped_spans);
    }

    /// Number of records that are removed as copies although they have much more text than their keeper.
    fn longer_records(&self) -> u64 {
        let units = &self.found.units;
        let is_longer = |part: &&RemovedPart| {
            let (own, keeper) = (units.tokens(part.removal.unit), units.tokens(part.removal.keeper));
            own >= keeper + MUCH_LONGER && own * 10 >= keeper * 11
        };
        let copies =
            self.removed_parts.iter().filter(|part| part.record && part.rule.is_none() && part.known.is_none());
        copies.filter(is_longer).count() as u64
    }

    /// Number of removed spans.
    #[must_use]
    pub fn spans(&self) -> usize {
        self.removed_parts.iter().filter(|part| !part.record).count()
    }
}

/// Tokens by which a removed record must be longer than its keeper to be counted as much longer.
const MUCH_LONGER: usize = 50;

/// The spans of removed units of one document, with the labels on the line of a removed headline: a rank, a time,
/// «more».
fn spans_with_labels(units: &Units, planned: &[PlannedRemoval], text: &str) -> Vec<Span> {
    let removed = || planned.iter().map(|planned| planned.removal.unit);
    let mut spans: Vec<Span> = removed().map(|unit| units.span(unit)).collect();

    for unit in removed() {
        if units.kind(unit) == UnitKind::Headline {
            let neighbours = [unit.0.checked_sub(1), unit.0.checked_add(1)].into_iter().flatten().map(UnitId);
            spans.extend(neighbours.filter_map(|neighbour| label(units, unit, neighbour, text)));
        }
    }

    spans.sort_unstable();
    spans.dedup();
    spans
}

/// The span of `neighbour` if it is a label of `headline`: boilerplate of the same page, on the same line.
fn label(units: &Units, headline: UnitId, neighbour: UnitId, text: &str) -> Option<Span> {
    let is_of_page = neighbour.index() < units.len() && units.document(neighbour) == units.document(headline);
    if !is_of_page || units.kind(neighbour) != UnitKind::Boilerplate {
        return None;
    }

    let (label, own) = (units.span(neighbour), units.span(headline));
    let both = Span::new(label.start.min(own.start), label.end.max(own.end)).of(text);
    (!both.contains(['\n', '\r'])).then_some(label)
}

impl RemovedPart {
    /// A unit that is removed as the span of a record.
    pub(super) fn of(removal: Removal, span: Option<Span>) -> Self {
        Self { removal, known: None, span, keeper_span: None, rule: None, record: false }
    }
}
