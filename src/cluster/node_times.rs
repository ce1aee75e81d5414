//! Sorts the nodes of a bucket by date, for runs with a window.
//!
//! Equal texts of unlike dates share every bucket, so n repeats of a notice over the years would take n² comparisons. Sorted by
//! date, the nodes that a node may be compared with are those without a date and one stretch of the others.

use std::ops::Range;

use crate::document::{Date, Window};
use crate::lsh::Node;

/// The publication dates of the nodes of a batch, and the largest distance of two that are compared.
#[derive(Debug)]
pub(crate) struct NodeTimes {
    pub(crate) window: Window,
    /// By node.
    pub(crate) dates: Vec<Option<Date>>,
}

impl NodeTimes {
    fn date(&self, node: Node) -> Option<Date> {
        self.dates[node as usize]
    }

    /// Whether two nodes are compared.
    pub(crate) fn may_meet(&self, a: Node, b: Node) -> bool {
        self.window.holds(self.date(a), self.date(b))
    }

    /// `nodes` sorted by date, those without a date first.
    pub(crate) fn ordered(&self, nodes: &[Node]) -> Vec<Node> {
        let mut nodes = nodes.to_vec();
        nodes.sort_unstable_by_key(|node| (self.date(*node), *node));
        nodes
    }

    /// The places in `nodes`, which are sorted by date, of those that `node` is compared with. O(log n).
    pub(crate) fn near(&self, node: Node, nodes: &[Node]) -> [Range<usize>; 2] {
        let undated = nodes.partition_point(|other| self.date(*other).is_none());
        // A node without a date is near everything.
        let Some(date) = self.date(node) else { return [0..undated, undated..nodes.len()] };

        let (first, last) = self.window.around(date);
        let start = nodes.partition_point(|other| self.date(*other) < Some(first));
        let end = nodes.partition_point(|other| self.date(*other) <= Some(last));
        [0..undated, start.max(undated)..end.max(undated)]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_stretches_hold_what_may_be_met_and_nothing_else(
            dates in prop::collection::vec(prop::option::of(0_i64..40), 0..30), seconds in 0_u64..20,
        ) {
            let dates: Vec<Option<Date>> = dates.into_iter().map(|date| date.map(Date::from_seconds)).collect();
            let times = NodeTimes { window: Window::seconds(seconds), dates };
            let all: Vec<Node> = (0..times.dates.len() as Node).collect();
            let ordered = times.ordered(&all);
            for node in &all {
                let mut near: Vec<Node> =
                    times.near(*node, &ordered).into_iter().flat_map(|range| ordered[range].to_vec()).collect();
                near.sort_unstable();
                let expected: Vec<Node> = all.iter().copied().filter(|other| times.may_meet(*node, *other)).collect();
                prop_assert_eq!(near, expected);
            }
        }
    }
}
