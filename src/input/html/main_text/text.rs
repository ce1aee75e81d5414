//! What the extractor asks of the texts of a page: how long they are, and how many commas they hold.

use std::collections::HashSet;

use html5ever::local_name;
use unicode_segmentation::UnicodeSegmentation;

use super::tags::{Tag, TagSet};
use super::tree::{NodeId, ROOT, Tree};

/// The commas of the scripts that the extractor knows.
const COMMAS: [char; 9] =
    [',', '\u{060C}', '\u{FE50}', '\u{FE10}', '\u{FE11}', '\u{2E41}', '\u{2E34}', '\u{2E32}', '\u{FF0C}'];

/// Counts of one text.
#[derive(Debug, Clone, Copy, Default)]
struct TextCounts {
    /// Characters, each run of white space as one.
    characters: usize,
    /// Commas of every script.
    commas: usize,
    /// Commas of ASCII.
    plain_commas: usize,
    begins_blank: bool,
    ends_blank: bool,
    is_blank: bool,
}

impl TextCounts {
    fn of(text: &str) -> Self {
        let mut counts = Self { is_blank: true, ..Self::default() };
        for character in text.chars() {
            let blank = character.is_whitespace();
            counts.characters += usize::from(!(blank && counts.ends_blank));
            counts.ends_blank = blank;
            counts.is_blank &= blank;
            counts.plain_commas += usize::from(character == ',');
            // All commas but the first are above the Latin letters.
            counts.commas += usize::from(character > '\u{60B}' && COMMAS.contains(&character));
        }
        counts.commas += counts.plain_commas;
        counts.begins_blank = text.starts_with(char::is_whitespace);
        counts
    }
}

/// Counts of all texts of a page.
#[derive(Debug)]
pub(super) struct PageCounts(Vec<TextCounts>);

impl PageCounts {
    /// Counts the texts that are in the tree. Later steps only take nodes away, or move them.
    pub(super) fn of(tree: &Tree) -> Self {
        let mut counts = vec![TextCounts::default(); tree.texts.len()];
        for id in tree.descendants(ROOT).filter(|id| tree.tag(*id) == Tag::Text) {
            if let Some(counts) = counts.get_mut(tree.node(id).data as usize) {
                *counts = TextCounts::of(tree.text_of(id));
            }
        }
        Self(counts)
    }

    /// The counts of a text; `None` for a node that is no text.
    fn get(&self, tree: &Tree, id: NodeId) -> Option<&TextCounts> {
        let node = tree.node(id);
        if node.tag == Tag::Text { self.0.get(node.data as usize) } else { None }
    }

    /// The counts of the texts in a node, in order.
    fn within<'t>(&'t self, tree: &'t Tree, id: NodeId) -> impl Iterator<Item = &'t TextCounts> {
        std::iter::once(id).chain(tree.descendants(id)).filter_map(move |id| self.get(tree, id))
    }

    /// Number of characters in a node, each run of white space as one, without white space around.
    pub(super) fn characters(&self, tree: &Tree, id: NodeId) -> usize {
        let (mut characters, mut blank) = (0, true);
        for text in self.within(tree, id) {
            characters += text.characters - usize::from(blank && text.begins_blank);
            blank = text.ends_blank;
        }
        if blank && characters > 0 { characters - 1 } else { characters }
    }

    /// Number of commas of every script in a node.
    pub(super) fn commas(&self, tree: &Tree, id: NodeId) -> usize {
        self.within(tree, id).map(|text| text.commas).sum()
    }

    /// Number of commas of ASCII in a node.
    pub(super) fn plain_commas(&self, tree: &Tree, id: NodeId) -> usize {
        self.within(tree, id).map(|text| text.plain_commas).sum()
    }

    /// Whether a node holds text that is not blank.
    pub(super) fn has_words(&self, tree: &Tree, id: NodeId) -> bool {
        self.within(tree, id).any(|text| !text.is_blank)
    }

    /// Whether a node is a text that is not blank.
    pub(super) fn is_words(&self, tree: &Tree, id: NodeId) -> bool {
        self.get(tree, id).is_some_and(|text| !text.is_blank)
    }

    /// The share of a node's characters, `characters` of them, that stand in links. A link within the page counts less.
    pub(super) fn link_density(&self, tree: &Tree, id: NodeId, characters: Option<usize>) -> f32 {
        let mut linked = 0_f32;
        for link in tree.descendants(id).filter(|id| tree.tag(*id) == Tag::A) {
            let address = tree.attribute(link, &local_name!("href")).unwrap_or("");
            let weight = if address.len() > 1 && address.starts_with('#') { 0.3 } else { 1.0 };
            linked += self.characters(tree, link) as f32 * weight;
        }
        if linked == 0.0 {
            return 0.0;
        }

        let all = characters.unwrap_or_else(|| self.characters(tree, id)) as f32;
        if all == 0.0 { 0.0 } else { linked / all }
    }
}

/// All text in a node.
pub(super) fn text_in(tree: &Tree, id: NodeId) -> String {
    let mut text = tree.text_of(id).to_owned();
    for id in tree.descendants(id) {
        text.push_str(tree.text_of(id));
    }
    text
}

/// The text with each run of white space as one space, and none around it.
pub(super) fn single_spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}

/// The share of the characters of `other` that are in words of `title`.
pub(super) fn similarity(title: &str, other: &str) -> f64 {
    if title.is_empty() || other.is_empty() {
        return 0.0;
    }
    let (title, other) = (title.to_lowercase(), other.to_lowercase());
    if title.contains(&other) {
        return 1.0;
    }

    let known: HashSet<&str> = title.unicode_words().collect();
    let (mut all, mut new) = (0_usize, 0_usize);
    for word in other.unicode_words() {
        let length = word.chars().count();
        all += length;
        new += if known.contains(word) { 0 } else { length };
    }
    if all == 0 { 0.0 } else { 1.0 - new as f64 / all as f64 }
}

/// Phrasing content, but for links and changes, which are if all in them is.
const PHRASING: TagSet = TagSet::of(&[
    Tag::Abbr,
    Tag::Audio,
    Tag::B,
    Tag::Bdo,
    Tag::Br,
    Tag::Button,
    Tag::Cite,
    Tag::Code,
    Tag::Data,
    Tag::Datalist,
    Tag::Dfn,
    Tag::Em,
    Tag::Embed,
    Tag::I,
    Tag::Img,
    Tag::Input,
    Tag::Kbd,
    Tag::Label,
    Tag::Mark,
    Tag::Math,
    Tag::Meter,
    Tag::Noscript,
    Tag::Object,
    Tag::Output,
    Tag::Progress,
    Tag::Q,
    Tag::Ruby,
    Tag::Samp,
    Tag::Script,
    Tag::Select,
    Tag::Small,
    Tag::Span,
    Tag::Strong,
    Tag::Sub,
    Tag::Sup,
    Tag::Textarea,
    Tag::Time,
    Tag::Var,
    Tag::Wbr,
]);

/// Whether a node is a part of a line.
pub(super) fn is_phrasing(tree: &Tree, id: NodeId) -> bool {
    // Without recursion: a page may nest links as deep as it likes.
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        match tree.tag(id) {
            Tag::Text => {}
            tag if PHRASING.contains(tag) => {}
            Tag::A | Tag::Del | Tag::Ins if tree.node(id).first.is_some() => open.extend(tree.children(id)),
            _ => return false,
        }
    }
    true
}

/// Whether a node shows nothing but a gap.
pub(super) fn is_gap(tree: &Tree, id: NodeId) -> bool {
    match tree.tag(id) {
        Tag::Text => tree.text_of(id).chars().all(char::is_whitespace),
        tag => tag == Tag::Br,
    }
}
