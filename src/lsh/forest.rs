//! A union-find that many threads join at once.
//!
//! The smallest node of a set is always its root, so the result depends on neither the order of joins nor the number of
//! threads. A parent is only ever replaced by another ancestor (path halving), and only a root is linked, by
//! compare-and-swap; so relaxed ordering is enough. Costs 4 bytes per node.

use std::sync::atomic::{AtomicU32, Ordering};

use super::node::Node;
use super::node_set::NodeSet;

/// Disjoint sets of nodes: the parent of each node.
#[derive(Debug)]
pub(crate) struct UnionForest(Vec<AtomicU32>);

impl UnionForest {
    /// `nodes` nodes, each in a set of its own.
    pub(crate) fn new(nodes: usize) -> Self {
        Self((0..nodes as Node).map(AtomicU32::new).collect())
    }

    fn parent(&self, node: Node) -> Node {
        self.0[node as usize].load(Ordering::Relaxed)
    }

    /// The root of a node: the smallest node of its set, once all joins are done.
    pub(crate) fn root(&self, mut node: Node) -> Node {
        loop {
            let parent = self.parent(node);
            if parent == node {
                return node;
            }

            // Path halving. A lost race writes another ancestor, which is as good.
            let above = self.parent(parent);
            if above != parent {
                self.0[node as usize].store(above, Ordering::Relaxed);
            }
            node = above;
        }
    }

    /// Joins the sets of two nodes.
    pub(crate) fn join(&self, a: Node, b: Node) {
        loop {
            let (a, b) = (self.root(a), self.root(b));
            if a == b {
                return;
            }

            // Fails if another thread has linked `high` since; then the roots are looked up again.
            let (low, high) = (a.min(b), a.max(b));
            let linked = self.0[high as usize].compare_exchange(high, low, Ordering::Relaxed, Ordering::Relaxed);
            if linked.is_ok() {
                return;
            }
        }
    }

    /// Joins all members of a bucket.
    pub(crate) fn join_all(&self, members: &[Node]) {
        if let Some((first, others)) = members.split_first() {
            others.iter().for_each(|node| self.join(*first, *node));
        }
    }

    /// Numbers the sets of at least two nodes by their first nodes. The numbers reuse the memory of the forest.
    pub(super) fn number(self) -> NumberedForest {
        // Every node is linked to its root directly.
        let mut joined = NodeSet::new(self.0.len());
        for node in 0..self.0.len() as Node {
            let root = self.root(node);
            self.0[node as usize].store(root, Ordering::Relaxed);
            if root != node {
                joined.set(node);
                joined.set(root);
            }
        }

        let mut set_of: Vec<u32> = self.0.into_iter().map(AtomicU32::into_inner).collect();
        let mut sets = 0;
        for node in joined.iter() {
            let root = set_of[node as usize];
            if root == node {
                set_of[node as usize] = sets;
                sets += 1;
            } else {
                // A root is smaller than its nodes, so it has been numbered before them.
                set_of[node as usize] = set_of[root as usize];
            }
        }
        NumberedForest { joined, set_of, sets: sets as usize }
    }
}

/// A forest after all joins.
#[derive(Debug)]
pub(super) struct NumberedForest {
    /// Nodes of sets of at least two.
    pub(super) joined: NodeSet,
    /// The set of each node in `joined`; meaningless for other nodes.
    pub(super) set_of: Vec<u32>,
    /// Number of sets of at least two.
    pub(super) sets: usize,
}
