//! Builds the tree of a page from what the parser says.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, QualName};

use super::tags::Tag;
use super::tree::{Element, NodeId, ROOT, Tree};

/// A tree that the parser builds; it gives a sink only `&self`.
#[derive(Debug, Default)]
pub(in super::super) struct TreeBuilding(RefCell<Tree>);

impl TreeBuilding {
    pub(super) fn into_tree(self) -> Tree {
        self.0.into_inner()
    }
}

impl TreeSink for TreeBuilding {
    type Handle = NodeId;
    type Output = Self;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        ROOT
    }

    fn elem_name(&self, target: &NodeId) -> Ref<'_, QualName> {
        Ref::map(self.0.borrow(), |tree| &tree.element(*target).name)
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        let mut tree = self.0.borrow_mut();
        let (tag, data) = (Tag::of(&name.local), tree.elements.len());
        let is_data = attributes.iter().any(|attribute| &*attribute.name.local == "data-readability-table");

        let id = tree.make(tag, data);
        tree.node_mut(id).is_data = is_data;
        let template = flags.template.then(|| tree.make(Tag::Root, 0));
        let is_integration_point = flags.mathml_annotation_xml_integration_point;
        tree.elements.push(Element { name, attributes, template, is_integration_point });
        id
    }

    fn create_comment(&self, _text: StrTendril) -> NodeId {
        self.0.borrow_mut().make(Tag::Comment, 0)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> NodeId {
        self.0.borrow_mut().make(Tag::Declaration, 0)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let mut tree = self.0.borrow_mut();
        match child {
            NodeOrText::AppendNode(child) => tree.append(*parent, child),
            NodeOrText::AppendText(text) => {
                let last = tree.node(*parent).last;
                if let Some(child) = tree.continued(last, text) {
                    tree.append(*parent, child);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        if self.0.borrow().node(*element).parent.is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {
        let mut tree = self.0.borrow_mut();
        let id = tree.make(Tag::Declaration, 0);
        tree.append(ROOT, id);
    }

    /// Asked only of a template, which always has a content.
    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.0.borrow().element(*target).template.unwrap_or(*target)
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let mut tree = self.0.borrow_mut();
        match child {
            NodeOrText::AppendNode(child) => tree.insert_before(*sibling, child),
            NodeOrText::AppendText(text) => {
                let previous = tree.node(*sibling).previous;
                if let Some(child) = tree.continued(previous, text) {
                    tree.insert_before(*sibling, child);
                }
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        let mut tree = self.0.borrow_mut();
        let data = tree.node(*target).data as usize;
        let Some(element) = tree.elements.get_mut(data) else { return };
        let known = element.attributes.len();
        for attribute in attributes {
            if element.attributes[..known].iter().all(|other| other.name != attribute.name) {
                element.attributes.push(attribute);
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.0.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, parent: &NodeId) {
        self.0.borrow_mut().move_children(*node, *parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &NodeId) -> bool {
        self.0.borrow().element(*handle).is_integration_point
    }
}

impl Tree {
    /// Adds a text to the text node before it; a new node if there is none.
    fn continued(&mut self, before: Option<NodeId>, text: StrTendril) -> Option<NodeId> {
        if let Some(before) = before.map(|before| *self.node(before)).filter(|before| before.tag == Tag::Text)
            && let Some(known) = self.texts.get_mut(before.data as usize)
        {
            known.push_tendril(&text);
            return None;
        }
        self.texts.push(text);
        Some(self.make(Tag::Text, self.texts.len() - 1))
    }
}
