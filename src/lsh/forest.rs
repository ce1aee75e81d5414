//! Union-find that many threads join at once.
//!
//! The smaller number is always the root, so neither the order of joins nor the number of threads shows in the result.
//! A node's parent is only ever replaced by another of its ancestors (path halving), and only a root is linked, by
//! compare-and-swap; so relaxed order is enough. Costs 4 bytes a node.

use std::sync::atomic::{AtomicU32, Ordering};

use super::Node;
use super::bits::NodeSet;

/// Sets of nodes.
#[derive(Debug)]
pub(super) struct UnionForest(Vec<AtomicU32>);

impl UnionForest {
    /// `nodes` nodes, each alone.
    pub(super) fn new(nodes: usize) -> Self {
        Self((0..nodes as Node).map(AtomicU32::new).collect())
    }

    fn parent(&self, node: Node) -> Node {
        self.0[node as usize].load(Ordering::Relaxed)
    }

    /// The smallest node of the set, once all joins are done.
    pub(super) fn root(&self, mut node: Node) -> Node {
        loop {
            let parent = self.parent(node);
            if parent == node {
                return node;
            }
            let above = self.parent(parent);
            if above != parent {
                self.0[node as usize].store(above, Ordering::Relaxed);
            }
            node = above;
        }
    }

    /// Joins the sets of two nodes.
    pub(super) fn join(&self, a: Node, b: Node) {
        loop {
            let (a, b) = (self.root(a), self.root(b));
            if a == b {
                return;
            }
            let (low, high) = (a.min(b), a.max(b));
            // Fails if another thread has linked `high` since.
            let linked = self.0[high as usize].compare_exchange(high, low, Ordering::Relaxed, Ordering::Relaxed);
            if linked.is_ok() {
                return;
            }
        }
    }

    /// Joins all members of a bucket.
    pub(super) fn join_all(&self, members: &[Node]) {
        if let Some((first, others)) = members.split_first() {
            others.iter().for_each(|node| self.join(*first, *node));
        }
    }

    /// The nodes that are not alone, and the number of each node's set: sets are numbered by their first nodes, nodes
    /// that are alone have none that means anything. The numbers take the place of the forest.
    pub(super) fn number(self) -> NumberedForest {
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
                // A root comes before its nodes, so its number stands already.
                set_of[node as usize] = set_of[root as usize];
            }
        }
        NumberedForest { joined, set_of, sets: sets as usize }
    }
}

/// A forest when all joins are done.
#[derive(Debug)]
pub(super) struct NumberedForest {
    /// Nodes of sets of at least two.
    pub(super) joined: NodeSet,
    /// The set of each node in `joined`.
    pub(super) set_of: Vec<u32>,
    /// Number of sets of at least two.
    pub(super) sets: usize,
}
