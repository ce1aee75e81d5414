//! The text of what an attempt has gathered.

use html5ever::local_name;

use super::super::walk::TreeText;
use super::candidates::Article;
use super::tags::{Tag, TagSet};
use super::tree::{Node, NodeId, ROOT, Tree};

/// The id that the extractor gives the main text. A page may have it too.
const CONTENT_ID: &str = "readability-page-1";

const LINKS: TagSet = TagSet::of(&[Tag::A]);
const CELLS: TagSet = TagSet::of(&[Tag::Td]);
const PARTS: TagSet = TagSet::of(&[Tag::Div, Tag::Section]);

/// The text of an article; `None` if it is not in the page any longer.
pub(super) fn text(tree: &mut Tree, article: &Article) -> Option<String> {
    let root = content(tree, article)?;

    remove_links(tree, root);
    for cell in tree.elements_of(root, CELLS) {
        let parent = tree.node(cell).parent;
        if let Some(parent) = parent.filter(|parent| tree.tag(*parent) != Tag::Tr) {
            tree.move_children(cell, parent);
            tree.detach(cell);
        }
    }
    unwrap_parts(tree, root);

    let mut text = TreeText::default();
    write(tree, root, &mut text);
    Some(text.finish())
}

/// The element that holds the main text.
fn content(tree: &Tree, article: &Article) -> Option<NodeId> {
    let is_named = |id: NodeId| tree.attribute(id, &local_name!("id")) == Some(CONTENT_ID);
    let named = tree.elements.iter().any(|element| element.attributes.iter().any(|a| &*a.value == CONTENT_ID));
    if named {
        return tree.descendants(ROOT).find(|id| *id == article.content || tree.is_element(*id) && is_named(*id));
    }
    tree.ancestors(article.content).any(|ancestor| ancestor == ROOT).then_some(article.content)
}

/// Removes links that lead nowhere, and keeps the text of those that run a script.
fn remove_links(tree: &mut Tree, root: NodeId) {
    let href = local_name!("href");
    for link in tree.elements_of(root, LINKS) {
        if !tree.attribute_matches(link, &href, |address| address.starts_with("javascript:")) {
            continue;
        }
        let Node { first, last, .. } = *tree.node(link);
        match first {
            None => tree.detach(link),
            Some(text) if first == last && tree.tag(text) == Tag::Text => tree.replace(link, text),
            Some(_) => {
                let node = tree.node_mut(link);
                (node.tag, node.data) = (Tag::Span, 0);
            }
        }
    }

    for link in tree.elements_of(root, LINKS) {
        if tree.node(link).first.is_none() && !tree.attribute_matches(link, &href, |_| true) {
            tree.detach(link);
        }
    }
}

/// Takes the `<div>` and `<section>` around single ones away, and the empty ones.
fn unwrap_parts(tree: &mut Tree, root: NodeId) {
    for outer in tree.elements_of(root, PARTS).into_iter().rev() {
        let Some(inner) = tree.first_element_child(outer) else { continue };
        if tree.next_element(inner).is_none() && PARTS.contains(tree.tag(inner)) {
            tree.replace(outer, inner);
        }
    }

    let is_blank = |tree: &Tree, id: NodeId| {
        tree.children(id).all(|child| !tree.is_element(child) && tree.text_of(child).trim().is_empty())
    };
    let empty: Vec<_> = tree.elements_of(root, PARTS).into_iter().filter(|id| is_blank(tree, *id)).collect();
    for id in empty {
        tree.detach(id);
    }
}

/// Writes the text of an element and of all in it, as the walk over the tokens of the page would.
fn write(tree: &Tree, root: NodeId, text: &mut TreeText) {
    enum Step<'n> {
        Open(NodeId),
        Close(&'n str),
    }

    let mut steps = vec![Step::Open(root)];
    while let Some(step) = steps.pop() {
        let id = match step {
            Step::Open(id) => id,
            Step::Close(name) => {
                text.close(name);
                continue;
            }
        };

        let node = tree.node(id);
        match node.tag {
            // Nothing ends this element, so its text is read as markup.
            Tag::Text if node.parent.is_some_and(|parent| tree.tag(parent) == Tag::Plaintext) => {
                text.markup(tree.text_of(id));
            }
            Tag::Text => text.characters(tree.text_of(id)),
            tag if tag.is_element() || tag == Tag::Root => {
                if tag.is_element() {
                    let name = tag.name().unwrap_or(&tree.element(id).name.local);
                    text.open(name);
                    steps.push(Step::Close(name));
                }

                let mut child = node.last;
                while let Some(id) = child {
                    steps.push(Step::Open(id));
                    child = tree.node(id).previous;
                }
                // The content of a template comes first.
                steps.extend(tree.element(id).template.map(Step::Open));
            }
            _ => {}
        }
    }
}
