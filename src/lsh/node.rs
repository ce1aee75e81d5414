//! Nodes: the numbers that all candidate structures hold.

/// A distinct folded text, numbered in keeper order.
pub(crate) type Node = u32;

/// Marks a row that does not represent a node: another row holds the same folded text.
pub(crate) const NO_NODE: Node = Node::MAX;
