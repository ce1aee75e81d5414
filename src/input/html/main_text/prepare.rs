//! What the extractor does to a page first: scripts, comments and empty images go, line breaks become paragraphs.

use html5ever::{LocalName, QualName, local_name, ns};

use super::tags::{Tag, TagSet};
use super::text::{is_gap, is_phrasing};
use super::tree::{NodeId, ROOT, Tree};

const IMAGE: TagSet = TagSet::of(&[Tag::Img]);

/// Endings of the names of image files.
const IMAGE_ENDINGS: [&str; 6] = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif"];

pub(super) fn names_image(value: &str) -> bool {
    // Most values hold no point at all.
    value.contains('.') && IMAGE_ENDINGS.iter().any(|ending| value.contains(ending))
}

/// The nodes that are treated, in the order of the page.
#[derive(Default)]
struct Treated {
    images: Vec<NodeId>,
    noscripts: Vec<NodeId>,
    /// Scripts, styles, and content for browsers without scripts.
    hidden: Vec<NodeId>,
    breaks: Vec<NodeId>,
    fonts: Vec<NodeId>,
    comments: Vec<NodeId>,
}

impl Treated {
    fn of(tree: &Tree) -> Self {
        let mut treated = Self::default();
        for id in tree.descendants(ROOT) {
            match tree.tag(id) {
                Tag::Img => treated.images.push(id),
                Tag::Noscript => {
                    treated.noscripts.push(id);
                    treated.hidden.push(id);
                }
                Tag::Script | Tag::Style => treated.hidden.push(id),
                Tag::Br => treated.breaks.push(id),
                Tag::Font => treated.fonts.push(id),
                Tag::Comment => treated.comments.push(id),
                _ => {}
            }
        }
        treated
    }
}

/// Prepares a page; `None` if the extractor cannot.
pub(super) fn prepare(tree: &mut Tree) -> Option<()> {
    let treated = Treated::of(tree);

    for id in treated.images {
        if !has_source(tree, id) {
            tree.detach(id);
        }
    }
    let shown: Vec<_> = treated.noscripts.into_iter().filter(|id| holds_single_image(tree, *id)).collect();
    for id in shown {
        show_image(tree, id)?;
    }

    for id in treated.hidden {
        tree.detach(id);
    }
    for id in treated.breaks {
        paragraph_of_breaks(tree, id);
    }
    for id in treated.fonts {
        let node = tree.node_mut(id);
        (node.tag, node.data) = (Tag::Span, 0);
    }
    for id in treated.comments {
        tree.detach(id);
    }
    Some(())
}

fn has_source(tree: &Tree, image: NodeId) -> bool {
    tree.element(image).attributes.iter().any(|attribute| {
        matches!(&*attribute.name.local, "src" | "data-src" | "data-srcset" | "srcset") || names_image(&attribute.value)
    })
}

fn is_only_child(tree: &Tree, id: NodeId) -> bool {
    tree.previous_element(id).is_none() && tree.next_element(id).is_none()
}

/// Whether an image in this element is the only child of its parent.
fn holds_single_image(tree: &Tree, id: NodeId) -> bool {
    tree.descendants(id).any(|id| tree.tag(id) == Tag::Img && is_only_child(tree, id))
}

/// Puts the image of a `<noscript>` in the place of the one before it, which a script would load.
fn show_image(tree: &mut Tree, noscript: NodeId) -> Option<()> {
    let Some(before) = tree.previous_element(noscript) else { return Some(()) };
    let old = if tree.tag(before) == Tag::Img {
        before
    } else {
        let mut children = tree.element_children(before);
        match (children.next(), children.next()) {
            (Some(child), None) if tree.tag(child) == Tag::Img => child,
            _ => return Some(()),
        }
    };
    // Another `<noscript>` may have taken it by now.
    let new = *tree.elements_of(noscript, IMAGE).first()?;

    copy_sources(tree, old, new);
    tree.replace(old, new);
    Some(())
}

/// Gives an image the addresses of another one.
fn copy_sources(tree: &mut Tree, from: NodeId, to: NodeId) {
    let sources: Vec<_> = tree.element(from).attributes.clone();
    for source in sources {
        let name = &source.name.local;
        let is_source = matches!(&**name, "src" | "srcset") || names_image(&source.value);
        if source.value.is_empty() || !is_source {
            continue;
        }

        let known = tree.attribute(to, name).map(str::to_owned);
        if known.as_deref().unwrap_or("") == &*source.value {
            continue;
        }
        let name = if known.is_some() { LocalName::from(format!("data-old-{name}")) } else { name.clone() };
        let data = tree.node(to).data as usize;
        let Some(element) = tree.elements.get_mut(data).filter(|_| data > 0) else { return };
        if let Some(attribute) = element.attributes.iter_mut().find(|attribute| attribute.name.local == name) {
            attribute.value = source.value;
        } else {
            let name = QualName::new(None, ns!(), name);
            element.attributes.push(html5ever::Attribute { name, value: source.value });
        }
    }
}

/// The next node that is an element or holds words, from `next` on.
fn next_shown(tree: &Tree, next: Option<NodeId>) -> Option<NodeId> {
    std::iter::successors(next, |next| tree.node(*next).next)
        .find(|id| tree.is_element(*id) || !tree.text_of(*id).trim().is_empty())
}

/// Makes a paragraph of what follows several line breaks.
fn paragraph_of_breaks(tree: &mut Tree, id: NodeId) {
    let (mut next, mut several) = (tree.node(id).next, false);
    while let Some(other) = next_shown(tree, next).filter(|other| tree.tag(*other) == Tag::Br) {
        several = true;
        next = tree.node(other).next;
        tree.detach(other);
    }
    if !several {
        return;
    }

    let paragraph = tree.new_element(Tag::P);
    tree.replace(id, paragraph);

    let mut next = tree.node(paragraph).next;
    while let Some(at) = next {
        let follows_break =
            |tree: &Tree| next_shown(tree, tree.node(at).next).is_some_and(|following| tree.tag(following) == Tag::Br);
        if tree.tag(at) == Tag::Br && follows_break(tree) || !is_phrasing(tree, at) {
            break;
        }
        next = tree.node(at).next;
        tree.append(paragraph, at);
    }
    end_without_gap(tree, paragraph);

    if let Some(parent) = tree.node(paragraph).parent.filter(|parent| tree.tag(*parent) == Tag::P) {
        tree.node_mut(parent).tag = Tag::Div;
    }
}

/// Takes the gaps at the end of an element away.
pub(super) fn end_without_gap(tree: &mut Tree, id: NodeId) {
    while let Some(last) = tree.node(id).last.filter(|last| is_gap(tree, *last)) {
        tree.detach(last);
    }
}

/// The class, or another attribute of an element, in lower case.
pub(super) fn lower(tree: &Tree, id: NodeId, name: &LocalName) -> Option<String> {
    tree.attribute(id, name).map(str::to_ascii_lowercase)
}

/// Whether an element is shown.
pub(super) fn is_shown(tree: &Tree, id: NodeId) -> bool {
    if tree.element(id).attributes.is_empty() {
        return true;
    }
    if tree.attribute(id, &local_name!("hidden")).is_some() {
        return false;
    }
    if let Some(style) = lower(tree, id, &local_name!("style"))
        && (sets(&style, "display", "none") || sets(&style, "visibility", "hidden"))
    {
        return false;
    }

    let any = |name: &LocalName, test: &dyn Fn(&str) -> bool| {
        let mut attributes = tree.element(id).attributes.iter();
        attributes.any(|attribute| attribute.name.local == *name && test(&attribute.value))
    };
    !any(&local_name!("aria-hidden"), &|value| value == "true")
        || any(&local_name!("class"), &|value| value.contains("fallback-image"))
}

/// Whether a style gives a property this value where it first names it.
fn sets(style: &str, property: &str, value: &str) -> bool {
    let Some((_, rest)) = style.split_once(property) else { return false };
    let Some((_, rest)) = rest.split_once(':') else { return false };
    let rest = rest.split(';').next().unwrap_or("").trim_start();
    rest.split(char::is_whitespace).next() == Some(value)
}
