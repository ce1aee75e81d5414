//! A set of nodes as a bitmap: 1 bit per node, and half a bit more for [`NodePlaces`].

use super::node::Node;

/// A set of nodes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct NodeSet {
    pub(super) words: Vec<u64>,
}

impl NodeSet {
    /// The empty set, for nodes below `nodes`.
    pub(super) fn new(nodes: usize) -> Self {
        Self { words: vec![0; nodes.div_ceil(64)] }
    }

    pub(super) fn set(&mut self, node: Node) {
        self.words[node as usize / 64] |= 1 << (node % 64);
    }

    pub(super) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The nodes, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        self.words.iter().enumerate().flat_map(|(place, word)| {
            // Each step clears the lowest set bit.
            let next = |rest: &u64| Some(rest & (rest - 1)).filter(|rest| *rest != 0);
            let rests = std::iter::successors(Some(*word).filter(|word| *word != 0), next);
            rests.map(move |rest| place as Node * 64 + rest.trailing_zeros())
        })
    }
}

/// Rank queries: the position of each node of a set among the nodes of the set, ascending.
#[derive(Debug)]
pub(super) struct NodePlaces<'a> {
    bits: &'a NodeSet,
    /// Number of nodes before each word.
    before: Vec<u32>,
}

impl<'a> NodePlaces<'a> {
    pub(super) fn new(bits: &'a NodeSet) -> Self {
        let mut sum = 0;

        let count = |word: &u64| {
            let before = sum;
            sum += word.count_ones();
            before
        };

        let before = bits.words.iter().map(count).collect();
        Self { bits, before }
    }

    /// The position of a node, which must be in the set.
    pub(super) fn of(&self, node: Node) -> Node {
        let word = node as usize / 64;
        debug_assert!(self.bits.words[word] >> (node % 64) & 1 == 1, "node {node} is not in the set");

        let below = self.bits.words[word] & ((1 << (node % 64)) - 1);
        self.before[word] + below.count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_listed_and_placed_in_order() {
        let nodes = [0, 1, 63, 64, 130, 199];
        let mut bits = NodeSet::new(200);
        nodes.iter().rev().for_each(|node| bits.set(*node));
        assert_eq!(bits.iter().collect::<Vec<_>>(), nodes);
        assert_eq!(bits.count(), nodes.len());
        let places = NodePlaces::new(&bits);
        assert_eq!(nodes.map(|node| places.of(node)), [0, 1, 2, 3, 4, 5]);
    }
}
