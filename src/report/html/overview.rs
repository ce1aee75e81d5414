//! The numbers of the overview: counts by relation, source, language and time, sizes, scores, and who repeats whom.

use std::collections::BTreeMap;

use super::ReportedRun;
use super::time_buckets::TimeBuckets;
use crate::cluster::Member;
use crate::document::{Date, DocId, UnitId};
use crate::normalize::Language;
use crate::report::record_sources::{RecordSources, SourceNumber};
use crate::similarity::Relation;

/// Number of bars of the histogram of scores.
pub(super) const SCORE_BARS: usize = 20;

/// The classes of cluster sizes: the smallest size of each.
pub(super) const SIZES: [usize; 10] = [1, 2, 3, 4, 5, 7, 11, 21, 51, 101];

/// The longest delays of the classes of delays, in seconds; longer ones are in the last class.
pub(super) const DELAYS: [u64; 7] = [0, 3_600, 6 * 3_600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400];

/// How many delays there are of each class.
pub(super) type DelayCounts = [u64; DELAYS.len() + 1];

/// Records of one source, language or time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RecordTally {
    /// Records that could be read.
    pub(super) read: u64,
    /// Those with a text that is a copy of a keeper.
    pub(super) copies: u64,
    /// Those that were removed as a whole.
    pub(super) removed: u64,
}

/// How often one source repeats another.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RepeatTally {
    pub(super) copies: u64,
    /// Of copies whose record and keeper have dates.
    pub(super) delays: DelayCounts,
}

/// The numbers of the overview.
#[derive(Debug, Default)]
pub(super) struct Overview {
    /// Members by relation; keepers left out.
    pub(super) relations: BTreeMap<&'static str, u64>,
    /// Clusters by size: the classes of [`SIZES`].
    pub(super) sizes: [u64; SIZES.len()],
    /// Copies and attached members by Jaccard, exact copies left out.
    pub(super) scores: [[u64; SCORE_BARS]; 2],
    pub(super) sources: BTreeMap<SourceNumber, RecordTally>,
    pub(super) languages: BTreeMap<&'static str, RecordTally>,
    pub(super) times: TimeBuckets,
    /// Records that have no date.
    pub(super) undated: u64,
    /// The source of the copy and of the text that it repeats.
    pub(super) repeats: BTreeMap<(SourceNumber, SourceNumber), RepeatTally>,
    pub(super) delays: DelayCounts,
    /// The records that have a copy.
    copies: Vec<bool>,
}

impl Overview {
    pub(super) fn new(records: usize) -> Self {
        Self { copies: vec![false; records], ..Self::default() }
    }

    /// Counts a cluster of `size` texts.
    pub(super) fn count_cluster(&mut self, size: usize) {
        let class = SIZES.iter().rposition(|least| *least <= size).unwrap_or(0);
        self.sizes[class] += 1;
    }

    /// Counts a member of the cluster of `keeper`.
    pub(super) fn count_member(
        &mut self,
        run: &ReportedRun<'_>,
        sources: &RecordSources,
        keeper: UnitId,
        member: &Member,
    ) {
        let Some(relation) = member.relation else { return };
        *self.relations.entry(relation.name()).or_default() += 1;

        let is_copy = !member.attached;
        if relation != Relation::Exact {
            let bar = (member.score.jaccard * SCORE_BARS as f64) as usize;
            self.scores[usize::from(!is_copy)][bar.min(SCORE_BARS - 1)] += 1;
        }
        if is_copy {
            let (copy, keeper) = (run.units.document(member.unit), run.units.document(keeper));
            if let Some(has_copy) = self.copies.get_mut(copy.index()) {
                *has_copy = true;
            }
            self.count_repeat(run, sources, copy, keeper);
        }
    }

    /// Counts that one of two records repeats the other: the later one, or the copy if a date is missing.
    fn count_repeat(&mut self, run: &ReportedRun<'_>, sources: &RecordSources, copy: DocId, keeper: DocId) {
        let times = run.date(copy).zip(run.date(keeper));
        let is_reversed = times.is_some_and(|(copy, keeper)| copy < keeper);
        let (later, earlier) = if is_reversed { (keeper, copy) } else { (copy, keeper) };

        let repeat = self.repeats.entry((sources.of(later), sources.of(earlier))).or_default();
        repeat.copies += 1;
        if let Some((copy, keeper)) = times {
            let class = delay_class(copy, keeper);
            repeat.delays[class] += 1;
            self.delays[class] += 1;
        }
    }

    /// Counts all records, after all members. References are not counted.
    pub(super) fn count_records(&mut self, run: &ReportedRun<'_>, sources: &RecordSources) {
        let mut rejects = run.rejects.iter().copied().peekable();
        for document in run.corpus.ids() {
            if rejects.next_if_eq(&document).is_some() || document.index() < run.corpus.references() {
                continue;
            }

            let has_copy = self.copies.get(document.index()).copied().unwrap_or(false);
            let is_removed = run.removed.is_some_and(|removed| removed.contains(&document));
            let tally = |tally: &mut RecordTally| {
                tally.read += 1;
                tally.copies += u64::from(has_copy);
                tally.removed += u64::from(is_removed);
            };

            tally(self.sources.entry(sources.of(document)).or_default());
            let language = run.languages.get(document.index()).copied().flatten();
            tally(self.languages.entry(language.map_or("", Language::code)).or_default());
            match run.date(document) {
                Some(date) => self.times.add(date, has_copy),
                None => self.undated += 1,
            }
        }
        self.times.close();
    }
}

/// The class of [`DELAYS`] of the time between two records.
fn delay_class(a: Date, b: Date) -> usize {
    let delay = a.seconds().abs_diff(b.seconds());
    DELAYS.iter().position(|longest| delay <= *longest).unwrap_or(DELAYS.len())
}

/// The class in which the middle one of some delays is; `None` without delays.
pub(super) fn median_class(delays: &DelayCounts) -> Option<usize> {
    let all: u64 = delays.iter().sum();
    let mut sum = 0;
    delays.iter().position(|count| {
        sum += count;
        all > 0 && 2 * sum >= all
    })
}

/// The name of a class of delays.
pub(super) const DELAY_NAMES: [&str; DELAYS.len() + 1] = [
    "at once",
    "up to 1 hour",
    "1 to 6 hours",
    "6 to 24 hours",
    "1 to 3 days",
    "3 to 7 days",
    "7 to 30 days",
    "over 30 days",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_classed_and_have_a_middle() {
        let class = |seconds| delay_class(Date::EPOCH, Date::from_seconds(seconds));
        assert_eq!([0, 1, 3_600, 3_601, -86_400, 86_401, 40 * 86_400].map(class), [0, 1, 1, 2, 3, 4, 7]);
        assert_eq!(median_class(&[0, 2, 1, 0, 0, 0, 0, 1]), Some(1));
        assert_eq!(median_class(&[0; 8]), None);
    }

    #[test]
    fn sizes_are_classed() {
        let mut overview = Overview::new(0);
        [1, 2, 5, 6, 7, 100, 101, 5000].into_iter().for_each(|size| overview.count_cluster(size));
        assert_eq!(overview.sizes, [1, 1, 0, 0, 2, 1, 0, 0, 1, 2]);
    }
}
