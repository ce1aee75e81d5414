//! What a run found, by the ids it shows.

use ahash::AHashMap;

use crate::cluster::Cluster;
use crate::document::{UnitId, Units};
use crate::similarity::Relation;

/// The cluster of each unit, by the unit's shown id. Only copies count; attached members are on their own.
#[derive(Debug)]
pub struct Predictions {
    labels: AHashMap<String, u32>,
}

impl Predictions {
    /// The labels that `clusters` give to `units`; `names` holds the id shown for each document.
    #[must_use]
    pub fn new(units: &Units, names: &[Option<String>], clusters: &[Cluster]) -> Self {
        let mut keepers: Vec<UnitId> = units.ids().collect();
        for cluster in clusters {
            for member in cluster.members.iter().filter(|member| member.relation.is_none_or(Relation::is_copy)) {
                keepers[member.unit.index()] = cluster.keeper;
            }
        }
        let labels = units.ids().filter_map(|unit| {
            let name = names.get(units.document(unit).index())?.as_ref()?;
            Some((units.shown_id(unit, name), keepers[unit.index()].0))
        });
        Self { labels: labels.collect() }
    }

    /// The label of the unit shown as `id`: equal for units of one cluster; `None` if the input has no such id.
    #[must_use]
    pub fn label(&self, id: &str) -> Option<u32> {
        self.labels.get(id).copied()
    }
}

impl FromIterator<(String, u32)> for Predictions {
    /// Labels from anywhere, for scoring clusters that another tool found.
    fn from_iter<I: IntoIterator<Item = (String, u32)>>(labels: I) -> Self {
        Self { labels: labels.into_iter().collect() }
    }
}
