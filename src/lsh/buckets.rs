//! Band keys → buckets: which nodes share a band.

/// A distinct folded text, by its place in keeper order.
pub(crate) type Node = u32;

/// No node: a row that is not the one of its node.
pub(crate) const NO_NODE: Node = Node::MAX;

/// The buckets of one band: every key that two or more nodes share.
#[derive(Debug, Default)]
pub(crate) struct BandBuckets {
    /// End of each bucket in `members`.
    ends: Vec<u32>,
    /// Members, ascending in each bucket.
    members: Vec<Node>,
}

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

    /// Buckets of two, one for each pair.
    pub(crate) fn of_pairs(pairs: impl IntoIterator<Item = (Node, Node)>) -> Self {
        let mut buckets = Self::default();
        for (a, b) in pairs {
            buckets.members.extend([a.min(b), a.max(b)]);
            buckets.ends.push(buckets.members.len() as u32);
        }
        buckets
    }

    /// The same buckets over places in `nodes`, which ascend.
    pub(crate) fn renumbered(&self, nodes: &[Node]) -> Self {
        let place = |node: &Node| nodes.partition_point(|other| other < node) as Node;
        Self { ends: self.ends.clone(), members: self.members.iter().map(place).collect() }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Node]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.members[start as usize..*end as usize])
    }
}

/// All buckets of all bands, and the buckets of each node. Equal buckets of several bands are kept once, with a count.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    ends: Vec<usize>,
    members: Vec<Node>,
    /// In how many bands each bucket arose.
    bands: Vec<u32>,
    /// Start of each node's part of `of_node`, one more at the end.
    node_starts: Vec<usize>,
    of_node: Vec<u32>,
}

impl Buckets {
    /// Puts the bands of `nodes` nodes together.
    pub(crate) fn assemble(bands: &[BandBuckets], nodes: usize) -> Self {
        let mut all: Vec<&[Node]> = bands.iter().flat_map(BandBuckets::iter).collect();
        all.sort_unstable();
        let mut buckets = Self::default();
        for equal in all.chunk_by(|a, b| a == b) {
            buckets.members.extend_from_slice(equal[0]);
            buckets.ends.push(buckets.members.len());
            buckets.bands.push(equal.len() as u32);
        }
        buckets.index_nodes(nodes);
        buckets
    }

    /// Counting sort of (node, bucket) by node.
    fn index_nodes(&mut self, nodes: usize) {
        let mut starts = vec![0; nodes + 1];
        for node in &self.members {
            starts[*node as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
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

    /// Whether a node has any candidate.
    pub(crate) fn has_candidates(&self, node: Node) -> bool {
        !self.of(node).is_empty()
    }

    /// Whether two nodes share at least two bands: one more than a candidate needs.
    pub(crate) fn share_two_bands(&self, a: Node, b: Node) -> bool {
        let (a, b) = (self.of(a), self.of(b));
        let (mut i, mut j, mut shared) = (0, 0, 0);
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

    /// Sets of nodes joined by candidates: independent pieces of work. Nodes without candidates are left out.
    pub(crate) fn components(&self, nodes: usize) -> Components {
        let mut forest = Forest::new(nodes);
        for bucket in 0..self.len() {
            let members = self.members(bucket as u32);
            for node in &members[1..] {
                forest.join(members[0], *node);
            }
        }
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
        for bucket in 0..self.len() {
            let root = forest.root(self.members(bucket as u32)[0]);
            let buckets = &mut components.all[of_root[root as usize]].buckets;
            components.bucket_place[bucket] = buckets.len() as u32;
            buckets.push(bucket as u32);
        }
        components
    }
}

/// A set of nodes joined by candidates, with the buckets that join them; both ascending.
#[derive(Debug, Default)]
pub(crate) struct Component {
    pub(crate) nodes: Vec<Node>,
    pub(crate) buckets: Vec<u32>,
}

/// All components, ordered by their first node.
#[derive(Debug)]
pub(crate) struct Components {
    pub(crate) all: Vec<Component>,
    /// Each node's place in its component.
    pub(crate) place: Vec<u32>,
    /// Each bucket's place in its component.
    pub(crate) bucket_place: Vec<u32>,
}

/// Union-find with path halving; the smaller number is always the root, so the result does not depend on the order of
/// joins.
#[derive(Debug)]
struct Forest(Vec<Node>);

impl Forest {
    fn new(nodes: usize) -> Self {
        Self((0..nodes as Node).collect())
    }

    fn root(&mut self, mut node: Node) -> Node {
        while self.0[node as usize] != node {
            let parent = self.0[node as usize];
            self.0[node as usize] = self.0[parent as usize];
            node = self.0[node as usize];
        }
        node
    }

    fn join(&mut self, a: Node, b: Node) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
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
