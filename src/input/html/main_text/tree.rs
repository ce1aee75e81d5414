//! The tree of a page: nodes in one table, and beside it the texts and attributes, which no step of the extractor copies.

use std::num::NonZeroU32;

use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName, ns};

use super::tags::{Tag, TagSet};

/// The place of a node in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct NodeId(NonZeroU32);

impl NodeId {
    pub(super) const fn index(self) -> usize {
        self.0.get() as usize
    }
}

/// The document itself.
pub(super) const ROOT: NodeId = NodeId(NonZeroU32::MIN);

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) parent: Option<NodeId>,
    pub(super) previous: Option<NodeId>,
    pub(super) next: Option<NodeId>,
    pub(super) first: Option<NodeId>,
    pub(super) last: Option<NodeId>,
    /// The number of the text or of the element; 0 is an element without attributes.
    pub(super) data: u32,
    pub(super) tag: Tag,
    /// A table that holds data, or an element that says so of itself.
    pub(super) is_data: bool,
}

/// What the parser knows of an element.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: QualName,
    pub(super) attributes: Vec<Attribute>,
    /// The content of a `<template>`.
    pub(super) template: Option<NodeId>,
    pub(super) is_integration_point: bool,
}

/// The tree of a page.
#[derive(Debug)]
pub(super) struct Tree {
    /// The first entry is no node.
    pub(super) nodes: Vec<Node>,
    pub(super) texts: Vec<StrTendril>,
    /// The first entry is an element without attributes.
    pub(super) elements: Vec<Element>,
}

impl Default for Tree {
    fn default() -> Self {
        let name = QualName::new(None, ns!(html), LocalName::from(""));
        let bare = Element { name, attributes: Vec::new(), template: None, is_integration_point: false };
        let mut tree = Self { nodes: Vec::new(), texts: Vec::new(), elements: vec![bare] };
        tree.nodes.push(node(Tag::Declaration, 0));
        tree.nodes.push(node(Tag::Root, 0));
        tree
    }
}

const fn node(tag: Tag, data: u32) -> Node {
    Node { parent: None, previous: None, next: None, first: None, last: None, data, tag, is_data: false }
}

impl Tree {
    /// Makes a node without parent.
    #[expect(clippy::cast_possible_truncation, reason = "pages hold less than 4 GiB")]
    pub(super) fn make(&mut self, tag: Tag, data: usize) -> NodeId {
        let id = NodeId(NonZeroU32::MIN.saturating_add(self.nodes.len() as u32 - 1));
        self.nodes.push(node(tag, data as u32));
        id
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    pub(super) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.index()]
    }

    pub(super) fn tag(&self, id: NodeId) -> Tag {
        self.node(id).tag
    }

    pub(super) fn is_element(&self, id: NodeId) -> bool {
        self.tag(id).is_element()
    }

    /// The element of a node that is one.
    pub(super) fn element(&self, id: NodeId) -> &Element {
        let node = self.node(id);
        &self.elements[if node.tag.is_element() { node.data as usize } else { 0 }]
    }

    /// The text of a text node; nothing of another one.
    pub(super) fn text_of(&self, id: NodeId) -> &str {
        let node = self.node(id);
        if node.tag == Tag::Text { self.texts.get(node.data as usize).map_or("", |text| text) } else { "" }
    }

    /// The value of the first attribute of this name, in any namespace.
    pub(super) fn attribute(&self, id: NodeId, name: &LocalName) -> Option<&str> {
        let attributes = &self.element(id).attributes;
        attributes.iter().find(|attribute| attribute.name.local == *name).map(|attribute| &*attribute.value)
    }

    pub(super) fn has_attribute(&self, id: NodeId, name: &LocalName) -> bool {
        self.attribute(id, name).is_some()
    }

    /// Whether a value of an attribute of this name without namespace passes `test`.
    pub(super) fn attribute_matches(&self, id: NodeId, name: &LocalName, test: impl Fn(&str) -> bool) -> bool {
        let attributes = &self.element(id).attributes;
        attributes
            .iter()
            .any(|attribute| attribute.name.local == *name && attribute.name.ns == ns!() && test(&attribute.value))
    }

    pub(super) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).first, |child| self.node(*child).next)
    }

    pub(super) fn element_children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(id).filter(|child| self.is_element(*child))
    }

    pub(super) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).parent, |ancestor| self.node(*ancestor).parent)
    }

    /// The nodes below a node, in the order of the page.
    pub(super) fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).first, move |at| self.following(*at, id))
    }

    fn following(&self, id: NodeId, root: NodeId) -> Option<NodeId> {
        let node = self.node(id);
        if node.first.is_some() {
            return node.first;
        }

        let mut at = id;
        while at != root {
            let node = self.node(at);
            if node.next.is_some() {
                return node.next;
            }
            at = node.parent?;
        }
        None
    }

    /// The elements below a node that have one of these tags.
    pub(super) fn elements_of(&self, id: NodeId, tags: TagSet) -> Vec<NodeId> {
        self.descendants(id).filter(|id| tags.contains(self.tag(*id))).collect()
    }

    pub(super) fn has_descendant(&self, id: NodeId, tags: TagSet) -> bool {
        self.descendants(id).any(|id| tags.contains(self.tag(id)))
    }

    pub(super) fn first_element_child(&self, id: NodeId) -> Option<NodeId> {
        self.element_children(id).next()
    }

    pub(super) fn next_element(&self, id: NodeId) -> Option<NodeId> {
        std::iter::successors(self.node(id).next, |next| self.node(*next).next).find(|next| self.is_element(*next))
    }

    /// The element that begins next after this one began, or after it ended; not only within a part of the page.
    pub(super) fn next_element_anywhere(&self, id: NodeId, within: bool) -> Option<NodeId> {
        if within && let Some(child) = self.first_element_child(id) {
            return Some(child);
        }
        self.next_element(id).or_else(|| self.ancestors(id).find_map(|ancestor| self.next_element(ancestor)))
    }

    pub(super) fn previous_element(&self, id: NodeId) -> Option<NodeId> {
        std::iter::successors(self.node(id).previous, |previous| self.node(*previous).previous)
            .find(|previous| self.is_element(*previous))
    }

    /// Takes a node from its parent.
    pub(super) fn detach(&mut self, id: NodeId) {
        let Node { parent, previous, next, .. } = *self.node(id);
        let node = self.node_mut(id);
        (node.parent, node.previous, node.next) = (None, None, None);

        if let Some(parent) = parent {
            let parent = self.node_mut(parent);
            if parent.first == Some(id) {
                parent.first = next;
            }
            if parent.last == Some(id) {
                parent.last = previous;
            }
        }
        if let Some(previous) = previous {
            self.node_mut(previous).next = next;
        }
        if let Some(next) = next {
            self.node_mut(next).previous = previous;
        }
    }

    /// Makes `child` the last child of `parent`.
    pub(super) fn append(&mut self, parent: NodeId, child: NodeId) {
        if parent == child {
            return;
        }
        self.detach(child);

        let last = self.node(parent).last;
        let entry = self.node_mut(parent);
        entry.last = Some(child);
        if last.is_none() {
            entry.first = Some(child);
        }
        if let Some(last) = last {
            self.node_mut(last).next = Some(child);
        }
        let entry = self.node_mut(child);
        (entry.previous, entry.parent) = (last, Some(parent));
    }

    /// Puts `new` before `id`.
    pub(super) fn insert_before(&mut self, id: NodeId, new: NodeId) {
        if id == new {
            return;
        }
        self.detach(new);

        let Node { parent, previous, .. } = *self.node(id);
        self.node_mut(id).previous = Some(new);
        let entry = self.node_mut(new);
        (entry.parent, entry.previous, entry.next) = (parent, previous, Some(id));

        if let Some(parent) = parent {
            let parent = self.node_mut(parent);
            if parent.first == Some(id) {
                parent.first = Some(new);
            }
        }
        if let Some(previous) = previous {
            self.node_mut(previous).next = Some(new);
        }
    }

    /// Puts `new` in the place of `id`.
    pub(super) fn replace(&mut self, id: NodeId, new: NodeId) {
        if id != new {
            self.insert_before(id, new);
            self.detach(id);
        }
    }

    /// Moves all children of `from` behind those of `to`.
    pub(super) fn move_children(&mut self, from: NodeId, to: NodeId) {
        while let Some(child) = self.node(from).first {
            self.append(to, child);
        }
    }

    /// Makes an element without attributes and without parent.
    pub(super) fn new_element(&mut self, tag: Tag) -> NodeId {
        self.make(tag, 0)
    }
}
