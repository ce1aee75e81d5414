//! What a run that tells stories collects: the place of each record, its outlet, and the stories.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use super::clustering::Clustering;
use crate::document::DocId;
use crate::story::{OutletNumber, Story, StoryCopy, StoryCounts, StoryDocument, StoryPlace, ToldDocument, terms_of};

/// What is known when all documents were told.
pub(super) struct ToldRecords {
    pub(super) told: Vec<Vec<ToldDocument>>,
    pub(super) places: Vec<StoryPlace>,
    pub(super) outlets: OutletNames,
    pub(super) counts: StoryCounts,
}

/// The outlets of records by number.
#[derive(Default)]
pub(super) struct OutletNames {
    names: Vec<String>,
    numbers: HashMap<String, OutletNumber>,
    of_records: Vec<OutletNumber>,
}

impl ToldRecords {
    /// The stories with two records or more, in their order. Enters the places of their documents, and counts all records but the
    /// first `references`.
    pub(super) fn stories(
        &mut self,
        found: &Clustering,
        copies: &BTreeMap<DocId, Vec<DocId>>,
        references: usize,
    ) -> Vec<Story> {
        let mut stories = Vec::new();
        for documents in std::mem::take(&mut self.told) {
            self.counts.recurring += documents.iter().filter(|document| document.is_form()).count() as u64;
            let with_copies = documents.iter().any(|document| copies.contains_key(&document.document));
            match documents.as_slice() {
                [only] if !with_copies => {
                    self.places[only.document.index()] = StoryPlace::Alone { recurrence: only.recurrence };
                }
                _ => stories.extend(self.story(&documents, found, copies)),
            }
        }

        stories.sort_by_key(|story| {
            let size = (story.outlets.len(), story.records());
            (story.recurring_form, std::cmp::Reverse(size))
        });
        for (place, story) in stories.iter().enumerate() {
            story
                .documents
                .iter()
                .for_each(|document| self.places[document.document.index()] = StoryPlace::Told(place));
        }
        self.count(&stories, references);
        stories
    }

    fn story(
        &self,
        documents: &[ToldDocument],
        found: &Clustering,
        copies: &BTreeMap<DocId, Vec<DocId>>,
    ) -> Option<Story> {
        let leader = documents.first()?;
        let copies: Vec<StoryCopy> = documents
            .iter()
            .flat_map(|document| {
                let keeper = document.document;
                copies.get(&keeper).into_iter().flatten().map(move |copy| StoryCopy { document: *copy, keeper })
            })
            .collect();

        let records =
            || documents.iter().map(|document| document.document).chain(copies.iter().map(|copy| copy.document));
        let dates = || records().filter_map(|record| found.dates.get(record.index()).copied().flatten());
        let outlets: BTreeSet<&str> =
            records().map(|record| self.outlets.of(record)).filter(|name| !name.is_empty()).collect();
        let document = |told: &ToldDocument| StoryDocument {
            document: told.document,
            score: told.score,
            recurrence: told.recurrence,
            terms: told.terms(),
        };

        Some(Story {
            leader: leader.document,
            outlets: outlets.into_iter().map(str::to_owned).collect(),
            first_seen: dates().min(),
            last_seen: dates().max(),
            recurring_form: leader.is_form(),
            terms: terms_of(documents),
            documents: documents.iter().map(document).collect(),
            copies,
        })
    }

    fn count(&mut self, stories: &[Story], references: usize) {
        let counts = &mut self.counts;
        // References are no records of the input.
        for place in &self.places[references..] {
            *match place {
                StoryPlace::Rejected => &mut counts.rejected,
                StoryPlace::Copy(_) => &mut counts.copies,
                StoryPlace::Undated => &mut counts.undated,
                StoryPlace::Short => &mut counts.short,
                StoryPlace::Told(_) => &mut counts.told,
                StoryPlace::Alone { .. } => &mut counts.alone,
            } += 1;
        }
        counts.stories = stories.len() as u64;
        counts.recurring_stories = stories.iter().filter(|story| story.recurring_form).count() as u64;
    }
}

impl OutletNames {
    pub(super) fn new(records: usize) -> Self {
        // Number 0 is that of no name.
        Self { names: vec![String::new()], of_records: vec![0; records], ..Self::default() }
    }

    /// Enters the outlet of a record; 0 if it has no name.
    pub(super) fn enter(&mut self, record: DocId, name: String) -> OutletNumber {
        let number = match (name.is_empty(), self.numbers.get(&name)) {
            (true, _) => 0,
            (false, Some(number)) => *number,
            (false, None) => {
                let number = self.names.len() as OutletNumber;
                self.names.push(name.clone());
                self.numbers.insert(name, number);
                number
            }
        };
        self.of_records[record.index()] = number;
        number
    }

    fn of(&self, record: DocId) -> &str {
        self.names.get(self.of_records[record.index()] as usize).map_or("", String::as_str)
    }
}

/// The copies of each keeper that has some, in input order.
pub(super) fn copies_of(found: &Clustering) -> BTreeMap<DocId, Vec<DocId>> {
    let mut copies = BTreeMap::new();
    for cluster in &found.clusters {
        let keeper = found.units.document(cluster.keeper);
        let others: Vec<DocId> =
            cluster.copies().map(|unit| found.units.document(unit)).filter(|document| *document != keeper).collect();
        if !others.is_empty() {
            copies.insert(keeper, others);
        }
    }
    copies
}
