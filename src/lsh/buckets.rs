//! Buckets (the nodes that share a band) and the components that they connect.

use super::forest::UnionForest;
use super::node::Node;

/// The buckets of one band, by the plain definition: what tests compare with.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct BandBuckets {
    /// End of each bucket in `members`.
    ends: Vec<u32>,
    /// Members, ascending in each bucket.
    members: Vec<Node>,
}

#[cfg(test)]
impl BandBuckets {
    /// Groups the nodes by key. O(n log n).
    pub(crate) fn new(mut keyed: Vec<(u64, Node)>) -> Self {
        keyed.sort_unstable();
        let mut buckets = Self::default();
        for group in keyed.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
            buckets.members.extend(group.iter().map(|(_, node)| *node));
            buckets.ends.push(buckets.members.len() as u32);
        }
        buckets
    }

    /// A bucket of two nodes for each pair.
    pub(crate) fn of_pairs(pairs: impl IntoIterator<Item = (Node, Node)>) -> Self {
        let mut buckets = Self::default();
        for (a, b) in pairs {
            buckets.members.extend([a.min(b), a.max(b)]);
            buckets.ends.push(buckets.members.len() as u32);
        }
        buckets
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Node]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.members[start as usize..*end as usize])
    }
}

/// All buckets of all bands, and the buckets of each node. Buckets with equal members are stored once, with the number
/// of bands that they come from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Buckets {
    ends: Vec<usize>,
    members: Vec<Node>,
    /// Number of bands that each bucket comes from.
    bands: Vec<u32>,
    /// Start of the part of each node in `of_node`, and the end of the last.
    node_starts: Vec<usize>,
    of_node: Vec<u32>,
}

impl Buckets {
    /// Puts the bands of `nodes` nodes together, by the plain definition.
    #[cfg(test)]
    pub(crate) fn assemble(bands: &[BandBuckets], nodes: usize) -> Self {
        let mut all: Vec<&[Node]> = bands.iter().flat_map(BandBuckets::iter).collect();
        all.sort_unstable();
        let mut buckets = Self::default();
        for equal in all.chunk_by(|a, b| a == b) {
            buckets.push(equal[0], equal.len() as u32);
        }
        buckets.index_nodes(nodes);
        buckets
    }

    /// Appends a bucket that comes from `bands` bands.
    pub(super) fn push(&mut self, members: &[Node], bands: u32) {
        debug_assert!(members.is_sorted(), "members ascend");

        self.members.extend_from_slice(members);
        self.ends.push(self.members.len());
        self.bands.push(bands);
    }

    /// Joins `parts`, which are in order and not indexed yet.
    pub(super) fn concatenated(parts: Vec<Self>) -> Self {
        // Reserved exactly: a batch was planned to fit the memory, without spare capacity.
        let mut all = Self::default();
        all.members.reserve_exact(parts.iter().map(|part| part.members.len()).sum());
        all.ends.reserve_exact(parts.iter().map(Self::len).sum());
        all.bands.reserve_exact(all.ends.capacity());

        for part in parts {
            let start = all.members.len();
            all.ends.extend(part.ends.iter().map(|end| start + end));
            all.members.extend_from_slice(&part.members);
            all.bands.extend_from_slice(&part.bands);
        }
        all
    }

    /// Builds the index of buckets by node: a counting sort of the (node, bucket) pairs.
    pub(super) fn index_nodes(&mut self, nodes: usize) {
        let mut starts = vec![0; nodes + 1];
        for node in &self.members {
            starts[*node as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }

        // Buckets are visited in order, so those of each node ascend.
        let mut next = starts.clone();
        self.of_node = vec![0; self.members.len()];
        for bucket in 0..self.ends.len() {
            for node in self.range(bucket) {
                let place = &mut next[self.members[node] as usize];
                self.of_node[*place] = bucket as u32;
                *place += 1;
            }
        }
        self.node_starts = starts;
    }

    fn range(&self, bucket: usize) -> std::ops::Range<usize> {
        let start = if bucket == 0 { 0 } else { self.ends[bucket - 1] };
        start..self.ends[bucket]
    }

    /// Number of buckets.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The members of a bucket, ascending.
    pub(crate) fn members(&self, bucket: u32) -> &[Node] {
        &self.members[self.range(bucket as usize)]
    }

    /// The buckets of a node, ascending.
    pub(crate) fn of(&self, node: Node) -> &[u32] {
        let node = node as usize;
        &self.of_node[self.node_starts[node]..self.node_starts[node + 1]]
    }

    /// Number of bands that a bucket comes from.
    pub(crate) fn bands_of(&self, bucket: u32) -> u32 {
        self.bands[bucket as usize]
    }

    /// Whether a node has any candidate.
    pub(crate) fn has_candidates(&self, node: Node) -> bool {
        !self.of(node).is_empty()
    }

    /// Whether two nodes share at least two bands: one more than a candidate needs.
    pub(crate) fn share_two_bands(&self, a: Node, b: Node) -> bool {
        let (a, b) = (self.of(a), self.of(b));
        let (mut i, mut j, mut shared) = (0, 0, 0);

        // Merges the two ascending lists; a bucket that comes from two bands counts twice.
        while i < a.len() && j < b.len() && shared < 2 {
            if a[i] == b[j] {
                shared += self.bands[a[i] as usize];
            }
            let (x, y) = (a[i], b[j]);
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        shared >= 2
    }

    /// The connected components of the candidate graph: independent units of work. Nodes without candidates are left
    /// out.
    pub(crate) fn components(&self, nodes: usize) -> Components {
        let forest = UnionForest::new(nodes);
        for bucket in 0..self.len() {
            forest.join_all(self.members(bucket as u32));
        }

        // Nodes are visited in order, so components are ordered by their first node.
        let mut components = Components { all: Vec::new(), place: vec![0; nodes], bucket_place: vec![0; self.len()] };
        let mut of_root = vec![usize::MAX; nodes];
        for node in (0..nodes as Node).filter(|node| self.has_candidates(*node)) {
            let of_root = &mut of_root[forest.root(node) as usize];
            if *of_root == usize::MAX {
                *of_root = components.all.len();
                components.all.push(Component::default());
            }
            let nodes = &mut components.all[*of_root].nodes;
            components.place[node as usize] = nodes.len() as u32;
            nodes.push(node);
        }

        // All members of a bucket are in one component, so any of them names it.
        for bucket in 0..self.len() {
            let root = forest.root(self.members(bucket as u32)[0]);
            let buckets = &mut components.all[of_root[root as usize]].buckets;
            components.bucket_place[bucket] = buckets.len() as u32;
            buckets.push(bucket as u32);
        }
        components
    }
}

/// A set of nodes that candidates connect, and the buckets that connect them; both ascending.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) nodes: Vec<Node>,
    pub(crate) buckets: Vec<u32>,
}

/// All components, ordered by their first node.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Components {
    pub(crate) all: Vec<Component>,
    /// Position of each node in its component.
    pub(crate) place: Vec<u32>,
    /// Position of each bucket in its component.
    pub(crate) bucket_place: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_share_a_key_share_a_bucket() {
        let first = BandBuckets::new(vec![(9, 0), (7, 1), (9, 3), (7, 4), (8, 2)]);
        let second = BandBuckets::new(vec![(1, 0), (1, 3), (2, 1), (3, 2), (2, 2)]);
        let buckets = Buckets::assemble(&[first, second], 6);
        let all: Vec<&[Node]> = (0..buckets.len() as u32).map(|bucket| buckets.members(bucket)).collect();
        assert_eq!(all, [&[0, 3][..], &[1, 2], &[1, 4]]);
        assert_eq!(buckets.of(1), [1, 2]);
        assert!(!buckets.has_candidates(5));
        let components = buckets.components(6);
        let nodes: Vec<&[Node]> = components.all.iter().map(|component| &component.nodes[..]).collect();
        assert_eq!(nodes, [&[0, 3][..], &[1, 2, 4]]);
        assert_eq!(components.all[1].buckets, [1, 2]);
        assert_eq!((components.place[4], components.bucket_place[2]), (2, 1));
    }

    #[test]
    fn sharing_two_bands_is_more_than_sharing_one() {
        let bands = [vec![(0, 0), (0, 1), (0, 2)], vec![(0, 0), (0, 1), (5, 2)]].map(BandBuckets::new);
        let buckets = Buckets::assemble(&bands, 3);
        assert!(buckets.share_two_bands(0, 1));
        assert!(!buckets.share_two_bands(0, 2));
        let twice = [vec![(0, 0), (0, 1)], vec![(7, 0), (7, 1)]].map(BandBuckets::new);
        assert!(Buckets::assemble(&twice, 2).share_two_bands(0, 1), "equal buckets of two bands count twice");
    }
}
