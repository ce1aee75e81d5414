//! Limits the comparisons in a large component of pages that share furniture.
//!
//! Pages of one site share menus and footers, so each is a candidate of each other: m pages make m²/2 pairs, none of which is
//! a copy. In a large component a page *has content* if a run of its tokens occurs in few pages of the component. Two pages with
//! content are compared only if they share such rare text, because otherwise they differ in all text of their own. Pages without
//! content are compared with all others.
//!
//! This takes O(n log n) time for n trigrams of a component, and at most [`SHARED`] · [`RARE`] comparisons of a page that has content
//! with others that have content.

use crate::lsh::Node;

/// Smallest large component, in nodes.
pub(crate) const LARGE: usize = 256;

/// Most pages with a rare trigram.
pub(crate) const RARE: usize = 64;

/// Most rare trigrams by which a page is compared. Those of smallest hash are used, so that pages that share much rare text agree
/// in them.
pub(crate) const SHARED: usize = 32;

/// The nodes of a component that have content, and the groups of those that share some.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ComponentContents {
    /// Whether each node has content, by its place in the component.
    has_content: Vec<bool>,
    /// Nodes that share a rare trigram, ascending: first those with content, then those without. Each group is listed once.
    groups: Vec<Vec<Node>>,
    /// The groups of each node, by its place in the component.
    groups_of: Vec<Vec<u32>>,
}

impl ComponentContents {
    /// The contents of a small component: no node has content, so all candidates are compared.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Whether the component is large.
    pub(crate) fn is_large(&self) -> bool {
        !self.has_content.is_empty()
    }

    /// Whether the node at `place` has content.
    pub(crate) fn has_content(&self, place: u32) -> bool {
        self.has_content.get(place as usize).is_some_and(|has_content| *has_content)
    }

    /// All groups.
    pub(crate) fn groups(&self) -> &[Vec<Node>] {
        &self.groups
    }

    /// The numbers of the groups of the node at `place`.
    pub(crate) fn groups_of(&self, place: u32) -> &[u32] {
        self.groups_of.get(place as usize).map_or(&[], Vec::as_slice)
    }
}

/// Finds the groups of a component, trigram by trigram.
#[derive(Debug)]
pub(crate) struct ContentsBuilder {
    /// By place.
    has_content: Vec<bool>,
    /// Number of trigrams by which each place is compared already.
    used: Vec<usize>,
    /// Places with content that share a rare trigram, and places without.
    with: Vec<Vec<u32>>,
    without: Vec<Vec<u32>>,
}

impl ContentsBuilder {
    /// A component without groups, in which some nodes have content.
    pub(crate) fn new(has_content: Vec<bool>) -> Self {
        let used = vec![0; has_content.len()];
        Self { has_content, used, with: Vec::new(), without: Vec::new() }
    }

    /// Adds the places that share a rare trigram, at most [`RARE`], ascending. Trigrams must ascend by hash, so that each node
    /// uses those of its smallest hashes.
    pub(crate) fn add(&mut self, places: impl Iterator<Item = u32>) {
        let (with, without): (Vec<u32>, Vec<u32>) = places.partition(|place| self.has_content[*place as usize]);

        // Nodes without content meet all others anyway. Their groups tell which of them come first.
        for (sharing, groups) in [(with, &mut self.with), (without, &mut self.without)] {
            if sharing.len() < 2 {
                continue;
            }
            let group: Vec<u32> = sharing.into_iter().filter(|place| self.used[*place as usize] < SHARED).collect();
            for place in &group {
                self.used[*place as usize] += 1;
            }
            // A node alone meets no other.
            if group.len() > 1 {
                groups.push(group);
            }
        }
    }

    /// The contents of the component of `nodes`, which ascend.
    pub(crate) fn finish(self, nodes: &[Node]) -> ComponentContents {
        let Self { has_content, with, without, .. } = self;
        let mut groups = Vec::with_capacity(with.len() + without.len());
        for mut of_kind in [with, without] {
            of_kind.sort_unstable();
            of_kind.dedup();
            groups.append(&mut of_kind);
        }

        // From places to nodes.
        let mut groups_of = vec![Vec::new(); nodes.len()];
        for (number, group) in (0..).zip(&mut groups) {
            for place in group {
                groups_of[*place as usize].push(number);
                *place = nodes[*place as usize];
            }
        }
        ComponentContents { has_content, groups, groups_of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contents of `nodes` whose places share trigrams.
    fn contents(nodes: &[Node], has_content: Vec<bool>, sharing: &[&[u32]]) -> ComponentContents {
        let mut builder = ContentsBuilder::new(has_content);
        sharing.iter().for_each(|places| builder.add(places.iter().copied()));
        builder.finish(nodes)
    }

    #[test]
    fn nodes_meet_in_the_rare_text_that_they_share() {
        let sharing: [&[u32]; 4] = [&[0, 2], &[0], &[1, 2, 3], &[0, 2]];
        let contents = contents(&[10, 20, 30, 40], vec![true, true, true, false], &sharing);
        assert_eq!(contents.groups(), [vec![10, 30], vec![20, 30]], "40 has no content, and a group stands once");
        assert_eq!(contents.groups_of(2), [0, 1]);
        assert!(contents.has_content(1) && !contents.has_content(3));
    }

    #[test]
    fn a_node_meets_others_in_few_groups() {
        let sharing: Vec<[u32; 2]> = (1..1001).map(|place| [0, place]).collect();
        let sharing: Vec<&[u32]> = sharing.iter().map(|places| &places[..]).collect();
        let nodes: Vec<Node> = (0..1001).collect();
        let contents = contents(&nodes, vec![true; 1001], &sharing);
        assert_eq!(contents.groups_of(0).len(), SHARED);
        assert_eq!(contents.groups_of(1000), [] as [u32; 0]);
    }
}
