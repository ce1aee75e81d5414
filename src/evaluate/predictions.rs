//! The clusters of a run, by the ids that it shows.

use ahash::AHashMap;

use crate::cluster::Cluster;
use crate::document::{UnitId, Units};
use crate::input::{Corpus, RepeatedIds};

/// The cluster of each unit, by the shown id of the unit. Only copies count; an attached member is a cluster of its own.
#[derive(Debug)]
pub struct Predictions {
    labels: AHashMap<String, u32>,
}

impl Predictions {
    /// The labels that `clusters` give to the `units` of `corpus`, with repeated ids shown by `names`. Reads every record again
    /// for its id; records that cannot be read get no label.
    #[must_use]
    pub fn new(corpus: &Corpus, units: &Units, names: &RepeatedIds, clusters: &[Cluster]) -> Self {
        let mut keepers: Vec<UnitId> = units.ids().collect();
        for cluster in clusters {
            for member in cluster.members.iter().filter(|member| !member.attached) {
                keepers[member.unit.index()] = cluster.keeper;
            }
        }

        // Units of one document are neighbours, so each record is read once.
        let mut labels = AHashMap::with_capacity(units.len());
        let all: Vec<UnitId> = units.ids().collect();
        for of_document in all.chunk_by(|a, b| units.document(*a) == units.document(*b)) {
            let document = units.document(of_document[0]);
            let Ok(record) = corpus.read(document) else { continue };
            let name = names.shown(document, &record.id);
            labels.extend(of_document.iter().map(|unit| (units.shown_id(*unit, &name), keepers[unit.index()].0)));
        }
        Self { labels }
    }

    /// The label of the unit that is shown as `id`, equal for all units of a cluster; `None` if the input has no such id.
    #[must_use]
    pub fn label(&self, id: &str) -> Option<u32> {
        self.labels.get(id).copied()
    }
}

impl FromIterator<(String, u32)> for Predictions {
    /// Labels from another tool, to score its clusters.
    fn from_iter<I: IntoIterator<Item = (String, u32)>>(labels: I) -> Self {
        Self { labels: labels.into_iter().collect() }
    }
}
