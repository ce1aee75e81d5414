//! A large component of pages that share furniture → who of them can be a copy of whom.
//!
//! Pages of one site share menus and footers, so that each is a candidate of each other: m pages make m²/2 pairs, none of which
//! is a copy. In a large component a page *has content* if a run of its tokens stands in few pages of the component. Two pages
//! with content are compared only if they share such rare text: those that share none differ in all that is their own. Pages
//! without content are compared with all others, as everywhere.
//!
//! Time grows with the number of pages: O(n log n) for n trigrams of a component, and at most [`SHARED`] · [`RARE`] comparisons of
//! a page with content with others that have some.

use crate::lsh::Node;

/// Nodes of a component from which it is treated so.
pub(crate) const LARGE: usize = 256;

/// Most pages that a rare trigram stands in.
pub(crate) const RARE: usize = 64;

/// Rare trigrams of a page that others have too, by which it is compared: those of smallest hash, so that pages which share much
/// rare text agree in them.
pub(crate) const SHARED: usize = 32;

/// Who of a component has content, and who shares some.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ComponentContents {
    /// Whether each node has content, by its place in the component.
    has_content: Vec<bool>,
    /// Nodes with content that share a rare trigram, ascending; each group once.
    groups: Vec<Vec<Node>>,
    /// The groups of each node, by its place in the component.
    groups_of: Vec<Vec<u32>>,
}

impl ComponentContents {
    /// From whether each of `nodes`, which ascend, has content, and the rare trigrams with the places of nodes that have them: at
    /// most [`RARE`] for each.
    pub(crate) fn new(nodes: &[Node], has_content: Vec<bool>, mut rare: Vec<(u64, u32)>) -> Self {
        rare.retain(|(_, place)| has_content[*place as usize]);
        rare.sort_unstable();
        let mut used = vec![0; nodes.len()];
        let mut groups: Vec<Vec<Node>> = Vec::new();
        for sharing in rare.chunk_by(|a, b| a.0 == b.0).filter(|sharing| sharing.len() > 1) {
            let has_room = |place: u32| used[place as usize] < SHARED;
            let group: Vec<u32> = sharing.iter().map(|(_, place)| *place).filter(|place| has_room(*place)).collect();
            group.iter().for_each(|place| used[*place as usize] += 1);
            if group.len() > 1 {
                groups.push(group);
            }
        }
        groups.sort_unstable();
        groups.dedup();
        let mut groups_of = vec![Vec::new(); nodes.len()];
        for (number, group) in (0..).zip(&mut groups) {
            for place in group {
                groups_of[*place as usize].push(number);
                *place = nodes[*place as usize];
            }
        }
        Self { has_content, groups, groups_of }
    }

    /// Whether the node at a place has content; without contents none has.
    pub(crate) fn has_content(&self, place: u32) -> bool {
        self.has_content.get(place as usize).is_some_and(|has_content| *has_content)
    }

    /// All groups.
    pub(crate) fn groups(&self) -> &[Vec<Node>] {
        &self.groups
    }

    /// The groups of the node at a place, by number.
    pub(crate) fn groups_of(&self, place: u32) -> &[u32] {
        self.groups_of.get(place as usize).map_or(&[], Vec::as_slice)
    }
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
