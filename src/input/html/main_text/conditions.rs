//! Whether a form, a list, a table or a `<div>` goes, by what it holds.

use super::candidates::Attempt;
use super::embeds::is_video;
use super::tags::{Tag, TagSet};
use super::text::text_in;
use super::tree::{NodeId, Tree};

const EMBEDS: TagSet = TagSet::of(&[Tag::Object, Tag::Embed, Tag::Iframe]);
const LISTS: TagSet = TagSet::of(&[Tag::Ul, Tag::Ol]);
const HEADINGS: TagSet = TagSet::of(&[Tag::H1, Tag::H2, Tag::H3, Tag::H4, Tag::H5, Tag::H6]);

/// Elements of which a text is made.
const PARTS: TagSet = TagSet::of(&[
    Tag::Blockquote,
    Tag::Dl,
    Tag::Div,
    Tag::Img,
    Tag::Ol,
    Tag::P,
    Tag::Pre,
    Tag::Table,
    Tag::Ul,
    Tag::Span,
    Tag::Li,
    Tag::Td,
]);

/// Texts that stand where something else will be shown. The first ones name advertisements.
const PLACEHOLDERS: [&str; 10] =
    ["ad", "advertising", "advertisement", "pub", "publicité", "werb", "werbung", "广告", "реклама", "anuncio"];

const LOADING: [&str; 5] = ["loading", "正在加载", "загрузка", "chargement", "cargando"];

/// More letters than a placeholder has, dots included.
const LONGEST_PLACEHOLDER: usize = 200;

/// An element with the numbers of what it holds.
pub(super) struct Judged<'a, 'p> {
    attempt: &'a Attempt<'p>,
    id: NodeId,
    held: Held,
}

/// Numbers of elements.
#[derive(Debug, Default)]
struct Held {
    images: usize,
    paragraphs: usize,
    items: usize,
    inputs: usize,
    embeds: Vec<NodeId>,
    has_data_table: bool,
    has_code: bool,
}

impl Held {
    fn of(tree: &Tree, id: NodeId) -> Self {
        let mut held = Self::default();
        for id in tree.descendants(id) {
            match tree.tag(id) {
                Tag::Img => held.images += 1,
                Tag::P => held.paragraphs += 1,
                Tag::Li => held.items += 1,
                Tag::Input => held.inputs += 1,
                Tag::Pre => held.has_code = true,
                Tag::Table => held.has_data_table |= tree.node(id).is_data,
                tag if EMBEDS.contains(tag) => held.embeds.push(id),
                _ => {}
            }
        }
        held
    }
}

impl<'a, 'p> Judged<'a, 'p> {
    pub(super) fn new(attempt: &'a Attempt<'p>, id: NodeId) -> Self {
        Self { attempt, id, held: Held::of(attempt.tree, id) }
    }

    fn tree(&self) -> &Tree {
        self.attempt.tree
    }

    /// Whether the element goes.
    pub(super) fn is_removed(&self) -> bool {
        let (tree, id) = (self.tree(), self.id);
        let is_data = |id: NodeId| tree.tag(id) == Tag::Table && tree.node(id).is_data;
        if self.held.has_data_table || is_data(id) || tree.ancestors(id).any(is_data) {
            return false;
        }

        let weight = self.attempt.weight(id);
        if weight < 0.0 {
            // Names of classes say little of code.
            return !self.held.has_code;
        }

        if self.attempt.counts.plain_commas(tree, id) >= 10 {
            return false;
        }
        if self.held.embeds.iter().any(|embed| is_video(tree, *embed)) {
            return false;
        }
        self.is_placeholder() || self.holds_too_little(weight)
    }

    /// Whether the text of the element stands for something else.
    fn is_placeholder(&self) -> bool {
        let texts = std::iter::once(self.id).chain(self.tree().descendants(self.id));
        let letters = texts.flat_map(|id| self.tree().text_of(id).chars()).filter(|letter| !letter.is_whitespace());
        if letters.take(LONGEST_PLACEHOLDER).count() == LONGEST_PLACEHOLDER {
            return false;
        }

        let text = text_in(self.tree(), self.id).trim().to_lowercase();
        PLACEHOLDERS.contains(&&*text) || LOADING.contains(&text.trim_end_matches(['…', '.']))
    }

    /// Whether the element holds little text beside its links, images and fields.
    fn holds_too_little(&self, weight: f32) -> bool {
        let characters = self.attempt.counts.characters(self.tree(), self.id);
        let is_list = LISTS.contains(self.tree().tag(self.id)) || self.share_is_above(LISTS, characters, 0.9);

        let removed = self.seems_no_text(weight, characters, is_list);
        if !is_list || !removed {
            return removed;
        }

        // A list of images stays.
        let holds_several = |child: NodeId| self.tree().element_children(child).nth(1).is_some();
        self.tree().children(self.id).any(holds_several) || self.held.images != self.held.items
    }

    fn seems_no_text(&self, weight: f32, characters: usize, is_list: bool) -> bool {
        let (tree, held) = (self.tree(), &self.held);
        let in_figure = tree.ancestors(self.id).any(|ancestor| tree.tag(ancestor) == Tag::Figure);
        let (images, paragraphs) = (held.images as f32, held.paragraphs as f32);

        if !in_figure && images > 1.0 && paragraphs / images < 0.5 {
            return true;
        }
        if !is_list && held.items as f32 - 100.0 > paragraphs {
            return true;
        }
        if held.inputs as f32 > (paragraphs / 3.0).floor() {
            return true;
        }

        let links = self.attempt.counts.link_density(tree, self.id, Some(characters));
        if !is_list
            && !in_figure
            && characters < 25
            && (held.images == 0 || held.images > 2)
            && links > 0.0
            && self.share_is_below(HEADINGS, characters, 0.9)
        {
            return true;
        }
        if !is_list && weight < 25.0 && links > 0.2 || weight >= 25.0 && links > 0.5 {
            return true;
        }
        if held.embeds.len() == 1 && characters < 75 || held.embeds.len() > 1 {
            return true;
        }
        held.images == 0 && !self.holds_words_in(PARTS)
    }

    /// The characters in elements of these tags, each counted as often as it is in one.
    fn characters_in(&self, tags: TagSet) -> usize {
        let elements = self.tree().descendants(self.id).filter(|id| tags.contains(self.tree().tag(*id)));
        elements.map(|id| self.attempt.counts.characters(self.tree(), id)).sum()
    }

    fn share(&self, tags: TagSet, characters: usize) -> f32 {
        if characters == 0 { 0.0 } else { self.characters_in(tags) as f32 / characters as f32 }
    }

    fn share_is_above(&self, tags: TagSet, characters: usize, share: f32) -> bool {
        self.share(tags, characters) > share
    }

    fn share_is_below(&self, tags: TagSet, characters: usize, share: f32) -> bool {
        self.share(tags, characters) < share
    }

    fn holds_words_in(&self, tags: TagSet) -> bool {
        let mut elements = self.tree().descendants(self.id).filter(|id| tags.contains(self.tree().tag(*id)));
        elements.any(|id| self.attempt.counts.characters(self.tree(), id) > 0)
    }
}
