//! What is known of a node beside its text.

use super::node_table::NodeTable;
use super::refolder::UnitRefolder;
use super::title_marks::TitleMark;
use crate::document::{Date, Window};
use crate::lsh::Node;
use crate::page::UNNAMED_SOURCE;

/// The longest time between two reports of one title.
const WEEK: Window = Window::seconds(7 * 86_400);

/// The facts about a node that do not follow from its shingles: those of its first unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeSide {
    /// Two references are never compared with each other.
    pub(super) reference: bool,
    /// A number that nodes of equal text share.
    pub(super) text: u32,
    /// The key of its source; [`UNNAMED_SOURCE`] if it has none, or the run compares within sources too.
    origin: u64,
    /// The mark of its title; the default if its title is no evidence.
    title: TitleMark,
    /// `None` also if the run reads no dates.
    date: Option<Date>,
}

impl NodeSide {
    pub(super) fn new(nodes: &NodeTable, node: Node, refolder: &UnitRefolder<'_>) -> Self {
        let unit = nodes.first(node);
        Self {
            reference: refolder.is_reference(unit),
            text: nodes.text(node),
            origin: refolder.origin(unit),
            title: refolder.title(unit),
            date: refolder.date(unit),
        }
    }

    /// Whether two nodes are compared, as far as their sources decide it.
    pub(super) fn is_compared_with(self, other: Self) -> bool {
        self.origin != other.origin || self.origin == UNNAMED_SOURCE
    }

    /// Whether the records of two nodes have one title in two sources, and near dates as far as they are known.
    pub(super) fn is_twin_of(self, other: Self) -> bool {
        self.title.is_twin_of(other.title) && WEEK.holds(self.date, other.date)
    }
}
