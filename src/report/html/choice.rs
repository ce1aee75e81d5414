//! Which clusters and pairs a report shows, if it cannot show all: the largest, the most doubtful and a random sample.

use std::collections::BinaryHeap;

use serde::Serialize;

use crate::cluster::Member;
use crate::shingle::hash::mixed;
use crate::similarity::Relation;

/// Why a cluster was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ChosenAs {
    /// All are shown.
    All,
    /// It is one of the largest.
    Largest,
    /// A score in it is one of those nearest to its threshold.
    Doubtful,
    /// It is in the sample.
    Random,
}

/// A chosen cluster: its number in the results, and the reason.
#[derive(Debug, Clone)]
pub(super) struct ChosenCluster<T> {
    pub(super) number: usize,
    pub(super) cluster: T,
    pub(super) chosen: ChosenAs,
}

impl<T> ChosenCluster<T> {
    /// The same with another form of the cluster.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> ChosenCluster<U> {
        ChosenCluster { number: self.number, cluster: change(self.cluster), chosen: self.chosen }
    }
}

/// Chooses among clusters that come in the order of the results.
pub(super) struct ClusterChooser<T> {
    most: usize,
    threshold: f64,
    containment: f64,
    seed: u64,
    seen: usize,
    first: Vec<ChosenCluster<T>>,
    /// Whether the first ones are the largest.
    sorted: bool,
    doubtful: BoundedHeap<T>,
    random: BoundedHeap<T>,
}

/// The least clusters by a key.
struct BoundedHeap<T> {
    most: usize,
    heap: BinaryHeap<HeapItem<T>>,
}

/// An item of the heap. Equal keys have different numbers, so the order is total.
struct HeapItem<T> {
    key: u64,
    number: usize,
    cluster: T,
}

impl<T> PartialEq for HeapItem<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.key, self.number) == (other.key, other.number)
    }
}

impl<T> Eq for HeapItem<T> {}

impl<T> PartialOrd for HeapItem<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for HeapItem<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.key, self.number).cmp(&(other.key, other.number))
    }
}

impl<T: Copy> BoundedHeap<T> {
    fn new(most: usize) -> Self {
        Self { most, heap: BinaryHeap::new() }
    }

    fn offer(&mut self, key: u64, number: usize, cluster: T) {
        let is_least = self.heap.peek().is_none_or(|worst| (key, number) < (worst.key, worst.number));
        if self.heap.len() < self.most || is_least && self.most > 0 {
            self.heap.push(HeapItem { key, number, cluster });
            if self.heap.len() > self.most {
                self.heap.pop();
            }
        }
    }
}

impl<T: Copy> ClusterChooser<T> {
    /// A chooser of at most `most` clusters. If the clusters come `sorted` by size, half of those chosen are the largest, a
    /// quarter the most doubtful, a quarter a sample; else half are the most doubtful and half a sample.
    pub(super) fn new(most: usize, sorted: bool, threshold: f64, containment: f64, seed: u64) -> Self {
        Self {
            most,
            threshold,
            containment,
            seed,
            seen: 0,
            first: Vec::new(),
            sorted,
            doubtful: BoundedHeap::new(most),
            // Some of these may be chosen as the most doubtful or the largest already.
            random: BoundedHeap::new(most),
        }
    }

    /// Offers the next cluster, which has these members.
    pub(super) fn offer(&mut self, members: &[Member], cluster: T) {
        let number = self.seen;
        self.seen += 1;

        if number < self.most {
            self.first.push(ChosenCluster { number, cluster, chosen: ChosenAs::All });
        }
        let doubt = members.iter().map(|member| self.distance(member)).min().unwrap_or(u64::MAX);
        if doubt < u64::MAX {
            self.doubtful.offer(doubt, number, cluster);
        }
        self.random.offer(mixed(self.seed ^ mixed(number as u64)), number, cluster);
    }

    /// The chosen clusters, in the order of the results.
    pub(super) fn chosen(self) -> Vec<ChosenCluster<T>> {
        if self.seen <= self.most {
            return self.first;
        }

        let largest = if self.sorted { self.most - 2 * (self.most / 4) } else { 0 };
        let mut chosen: Vec<ChosenCluster<T>> = self.first.into_iter().take(largest).collect();
        chosen.iter_mut().for_each(|cluster| cluster.chosen = ChosenAs::Largest);

        let doubtful = if self.sorted { largest + self.most / 4 } else { self.most.div_ceil(2) };
        fill(&mut chosen, self.doubtful, doubtful, ChosenAs::Doubtful);
        fill(&mut chosen, self.random, self.most, ChosenAs::Random);
        chosen.sort_unstable_by_key(|cluster| cluster.number);
        chosen
    }

    /// How far the score of a member is from the threshold that decided it, in millionths; [`u64::MAX`] if nothing was close.
    fn distance(&self, member: &Member) -> u64 {
        let distance = match member.relation {
            Some(Relation::Near | Relation::Variant(_) | Relation::Related) => member.score.jaccard - self.threshold,
            Some(Relation::Contained | Relation::Contains) => member.score.containment - self.containment,
            Some(Relation::Exact) | None => return u64::MAX,
        };
        (distance.abs() * 1e6) as u64
    }
}

/// Adds the least of a heap that are not chosen yet, until `most` are chosen.
fn fill<T>(chosen: &mut Vec<ChosenCluster<T>>, from: BoundedHeap<T>, most: usize, reason: ChosenAs) {
    let mut numbers: Vec<usize> = chosen.iter().map(|cluster| cluster.number).collect();
    numbers.sort_unstable();

    for HeapItem { number, cluster, .. } in from.heap.into_sorted_vec() {
        if chosen.len() >= most {
            break;
        }
        if numbers.binary_search(&number).is_err() {
            chosen.push(ChosenCluster { number, cluster, chosen: reason });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnitId;
    use crate::shingle::ShingleKind;
    use crate::similarity::Score;

    fn member(jaccard: f64) -> Member {
        let score = Score { jaccard, containment: 1.0 };
        let (relation, measure) = (Some(Relation::Near), ShingleKind::default());
        Member { unit: UnitId(1), relation, score, measure, attached: false }
    }

    fn chosen(count: u32, most: usize, sorted: bool, seed: u64) -> Vec<(usize, ChosenAs)> {
        let mut chooser = ClusterChooser::new(most, sorted, 0.6, 0.8, seed);
        for number in 0..count {
            // The last are the nearest to the threshold.
            chooser.offer(&[member(1.0 - 0.4 * f64::from(number) / f64::from(count))], number);
        }
        chooser.chosen().into_iter().map(|cluster| (cluster.number, cluster.chosen)).collect()
    }

    #[test]
    fn all_are_shown_if_they_fit() {
        assert_eq!(chosen(3, 3, true, 1), [(0, ChosenAs::All), (1, ChosenAs::All), (2, ChosenAs::All)]);
        assert_eq!(chosen(3, 0, true, 1), []);
    }

    #[test]
    fn the_largest_the_most_doubtful_and_a_sample_are_chosen() {
        let found = chosen(1000, 20, true, 1);
        let of = |reason| found.iter().filter(|(_, chosen)| *chosen == reason).map(|(n, _)| *n).collect::<Vec<_>>();
        assert_eq!(of(ChosenAs::Largest), (0..10).collect::<Vec<_>>());
        assert_eq!(of(ChosenAs::Doubtful), (995..1000).collect::<Vec<_>>());
        assert_eq!(of(ChosenAs::Random).len(), 5);
        assert_ne!(found, chosen(1000, 20, true, 2));
        assert_eq!(chosen(1000, 21, false, 1).len(), 21);
    }
}
