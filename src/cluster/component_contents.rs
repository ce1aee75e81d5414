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

    /// The contents of a component of `nodes`, which ascend. `has_content` is by place; `rare` lists each rare trigram with the
    /// places of its nodes, at most [`RARE`] for each.
    pub(crate) fn new(nodes: &[Node], has_content: Vec<bool>, mut rare: Vec<(u64, u32)>) -> Self {
        rare.sort_unstable();
        let (with, without): (Vec<_>, Vec<_>) = rare.into_iter().partition(|(_, place)| has_content[*place as usize]);

        // Nodes without content meet all others anyway. Their groups tell which of them come first.
        let mut groups = groups_of_places(&with, nodes.len());
        groups.extend(groups_of_places(&without, nodes.len()));

        // From places to nodes.
        let mut groups_of = vec![Vec::new(); nodes.len()];
        for (number, group) in (0..).zip(&mut groups) {
            for place in group {
                groups_of[*place as usize].push(number);
                *place = nodes[*place as usize];
            }
        }
        Self { has_content, groups, groups_of }
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

/// The places that share a rare trigram, of `nodes` places. `rare` is sorted.
fn groups_of_places(rare: &[(u64, u32)], nodes: usize) -> Vec<Vec<u32>> {
    // Trigrams ascend by hash, so each node uses those of its smallest hashes.
    let mut used = vec![0; nodes];
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for sharing in rare.chunk_by(|a, b| a.0 == b.0).filter(|sharing| sharing.len() > 1) {
        let has_room = |place: u32| used[place as usize] < SHARED;
        let group: Vec<u32> = sharing.iter().map(|(_, place)| *place).filter(|place| has_room(*place)).collect();
        for place in &group {
            used[*place as usize] += 1;
        }
        // A node alone meets no other.
        if group.len() > 1 {
            groups.push(group);
        }
    }

    groups.sort_unstable();
    groups.dedup();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_meet_in_the_rare_text_that_they_share() {
        let rare = vec![(9, 0), (9, 2), (8, 1), (8, 2), (8, 3), (7, 0), (5, 2), (5, 0)];
        let contents = ComponentContents::new(&[10, 20, 30, 40], vec![true, true, true, false], rare);
        assert_eq!(contents.groups(), [vec![10, 30], vec![20, 30]], "40 has no content, and a group stands once");
        assert_eq!(contents.groups_of(2), [0, 1]);
        assert!(contents.has_content(1) && !contents.has_content(3));
    }

    #[test]
    fn a_node_meets_others_in_few_groups() {
        let rare = (0..1000).flat_map(|trigram| [(trigram, 0), (trigram, 1 + trigram as u32)]).collect();
        let nodes: Vec<Node> = (0..1001).collect();
        let contents = ComponentContents::new(&nodes, vec![true; 1001], rare);
        assert_eq!(contents.groups_of(0).len(), SHARED);
        assert_eq!(contents.groups_of(1000), [] as [u32; 0]);
    }
}
