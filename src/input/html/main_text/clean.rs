//! Removes from the gathered text what is none: forms, lists of links, footers, empty paragraphs.

use html5ever::{LocalName, local_name, ns};

use super::candidates::{Attempt, single_child};
use super::conditions::Judged;
use super::embeds::is_video;
use super::prepare::names_image;
use super::signs::names_sharing;
use super::tags::{Tag, TagSet};
use super::text::{PageCounts, is_phrasing};
use super::tree::{NodeId, Tree};

/// Fewest characters of a main text. A shorter one is taken only if no attempt finds a longer one.
pub(super) const LEAST_CHARACTERS: usize = 500;

const FORMS: TagSet = TagSet::of(&[Tag::Form, Tag::Fieldset]);
const LISTS: TagSet = TagSet::of(&[Tag::Table, Tag::Ul, Tag::Div]);
const TABLES: TagSet = TagSet::of(&[Tag::Table]);
const HEADINGS: TagSet = TagSet::of(&[Tag::H1, Tag::H2]);
const FIGURES: TagSet = TagSet::of(&[Tag::Figure]);
const PICTURES: TagSet = TagSet::of(&[Tag::Img, Tag::Picture]);
const EMBEDS: TagSet = TagSet::of(&[Tag::Object, Tag::Embed, Tag::Iframe]);
const SHOWN: TagSet = TagSet::of(&[Tag::Img, Tag::Object, Tag::Embed, Tag::Iframe]);

/// Elements that hold no text of the article.
const NO_TEXT: TagSet = TagSet::of(&[
    Tag::Object,
    Tag::Embed,
    Tag::Footer,
    Tag::Link,
    Tag::Aside,
    Tag::Iframe,
    Tag::Input,
    Tag::Textarea,
    Tag::Select,
    Tag::Button,
]);

/// Parts of tables that hold data.
const DATA_PARTS: TagSet = TagSet::of(&[Tag::Caption, Tag::Col, Tag::Colgroup, Tag::Tfoot, Tag::Thead, Tag::Th]);

impl Attempt<'_> {
    /// Cleans the gathered text.
    pub(super) fn clean(&mut self, article: NodeId) {
        self.remove_sharing(article);
        mark_data_tables(self.tree, article);
        add_figures(self.tree, article);

        self.clean_by_content(article, FORMS);
        remove_no_text(self.tree, article);
        for heading in self.tree.elements_of(article, HEADINGS) {
            if self.weight(heading) < 0.0 {
                self.tree.detach(heading);
            }
        }
        self.clean_by_content(article, LISTS);

        remove_empty(self.tree, self.counts, article);
        replace_single_cells(self.tree, self.counts, article);
    }

    fn remove_sharing(&mut self, article: NodeId) {
        let names = [local_name!("class"), local_name!("id")];
        let is_sharing = |tree: &Tree, id| {
            let named = |name: &LocalName| tree.attribute(id, name).is_some_and(names_sharing);
            names.iter().any(named) && names.iter().any(|name| tree.attribute_matches(id, name, |_| true))
        };
        let sharing: Vec<_> = self.tree.descendants(article).filter(|id| is_sharing(self.tree, *id)).collect();
        for id in sharing {
            if self.counts.characters(self.tree, id) < LEAST_CHARACTERS {
                self.tree.detach(id);
            }
        }
    }

    /// Removes the elements of these tags that hold too little text, the inner ones first.
    fn clean_by_content(&mut self, article: NodeId, tags: TagSet) {
        if !self.rules.cleans {
            return;
        }
        for id in self.tree.elements_of(article, tags).into_iter().rev() {
            if Judged::new(self, id).is_removed() {
                self.tree.detach(id);
            }
        }
    }
}

/// Marks the tables that hold data, and no layout.
fn mark_data_tables(tree: &mut Tree, article: NodeId) {
    for table in tree.elements_of(article, TABLES) {
        tree.node_mut(table).is_data = is_data_table(tree, table);
    }
}

fn is_data_table(tree: &Tree, table: NodeId) -> bool {
    let says = |name: &str, value: &str| {
        let mut attributes = tree.element(table).attributes.iter();
        attributes.any(|attribute| &*attribute.name.local == name && &*attribute.value == value)
    };
    if says("role", "presentation") || says("datatable", "0") {
        return false;
    }
    if tree.has_attribute(table, &local_name!("summary")) || tree.has_descendant(table, DATA_PARTS) {
        return true;
    }
    if tree.has_descendant(table, TABLES) {
        return false;
    }

    let (mut rows, mut columns) = (0_usize, 0_usize);
    for row in tree.descendants(table).filter(|id| tree.tag(*id) == Tag::Tr) {
        rows += 1;
        let cells = tree.descendants(row).filter(|id| tree.tag(*id) == Tag::Td);
        columns = columns.max(cells.fold(0, |sum: usize, cell| sum.saturating_add(cell_width(tree, cell))));
    }
    match (rows, columns) {
        (1, _) | (_, 1) => false,
        _ if rows >= 10 || columns > 4 => true,
        _ => rows.saturating_mul(columns) > 10,
    }
}

/// Number of columns that a cell spans.
fn cell_width(tree: &Tree, cell: NodeId) -> usize {
    let span = tree.attribute(cell, &local_name!("colspan")).unwrap_or("1");
    match span.parse::<usize>() {
        Ok(span) => span.clamp(1, 1000),
        Err(_) if !span.is_empty() && span.bytes().all(|byte| byte.is_ascii_digit()) => 1000,
        Err(_) => 1,
    }
}

/// Gives each figure an image whose script would load one: images count for the elements around it.
fn add_figures(tree: &mut Tree, article: NodeId) {
    for figure in tree.elements_of(article, FIGURES) {
        if loads_image(tree, figure) && !tree.has_descendant(figure, PICTURES) {
            let image = tree.new_element(Tag::Img);
            tree.append(figure, image);
        }
    }
}

/// Whether an attribute of a figure holds the address of an image that a script loads.
fn loads_image(tree: &Tree, figure: NodeId) -> bool {
    let attributes = &tree.element(figure).attributes;
    if attributes.is_empty() {
        return false;
    }
    let source = tree.attribute(figure, &local_name!("src"));

    // A tiny picture in place of the address is not one, if another attribute holds an address.
    let data = source.and_then(|source| source.strip_prefix("data:")).and_then(|rest| rest.split_once(";base64,"));
    let data = data.filter(|(_, data)| !data.is_empty());
    if data.is_some_and(|(kind, _)| kind == "image/svg+xml") {
        return false;
    }
    let is_other = |name: &LocalName| *name != local_name!("src");
    let is_placeholder = data.is_some_and(|(_, data)| data.len() < 133)
        && attributes.iter().any(|attribute| is_other(&attribute.name.local) && names_image(&attribute.value));

    let has_source = source.is_some() && !is_placeholder || tree.has_attribute(figure, &local_name!("srcset"));
    let is_lazy = attributes.iter().any(|attribute| {
        attribute.name.local == local_name!("class") && attribute.name.ns == ns!() && attribute.value.contains("lazy")
    });
    if has_source && !is_lazy {
        return false;
    }

    attributes.iter().any(|attribute| {
        let is_kept = matches!(&*attribute.name.local, "src" | "srcset" | "alt");
        !is_kept && {
            let value = attribute.value.to_ascii_lowercase();
            lists_images(&value) || is_image_address(&value)
        }
    })
}

const IMAGE_ENDINGS: [&str; 6] = [".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif"];

/// Whether an image that tells its size is in a list of images.
fn lists_images(value: &str) -> bool {
    IMAGE_ENDINGS.iter().any(|ending| {
        value.match_indices(ending).any(|(at, _)| {
            let mut rest = value.as_bytes().iter().skip(at + ending.len());
            rest.next().is_some_and(u8::is_ascii_whitespace) && rest.next().is_some_and(u8::is_ascii_digit)
        })
    })
}

fn is_image_address(value: &str) -> bool {
    let is_ending = |part: &str| IMAGE_ENDINGS.iter().any(|ending| part.starts_with(&ending[1..]));
    value.trim().split('.').skip(1).any(is_ending)
}

fn remove_no_text(tree: &mut Tree, article: NodeId) {
    for id in tree.elements_of(article, NO_TEXT) {
        if !EMBEDS.contains(tree.tag(id)) || !is_video(tree, id) {
            tree.detach(id);
        }
    }
}

/// Removes paragraphs without text and images, and line breaks before a paragraph.
fn remove_empty(tree: &mut Tree, counts: &PageCounts, article: NodeId) {
    for paragraph in tree.elements_of(article, TagSet::of(&[Tag::P])) {
        if !tree.has_descendant(paragraph, SHOWN) && counts.characters(tree, paragraph) == 0 {
            tree.detach(paragraph);
        }
    }
    for id in tree.elements_of(article, TagSet::of(&[Tag::Br])) {
        if tree.next_element(id).is_some_and(|next| tree.tag(next) == Tag::P) {
            tree.detach(id);
        }
    }
}

/// Puts the cell of a table with one cell in its place.
fn replace_single_cells(tree: &mut Tree, counts: &PageCounts, article: NodeId) {
    for table in tree.elements_of(article, TABLES) {
        let body = single_child(tree, counts, table, Tag::Tbody).unwrap_or(table);
        let row = single_child(tree, counts, body, Tag::Tr);
        let Some(cell) = row.and_then(|row| single_child(tree, counts, row, Tag::Td)) else { continue };

        let is_line = tree.children(cell).all(|child| is_phrasing(tree, child));
        tree.node_mut(cell).tag = if is_line { Tag::P } else { Tag::Div };
        tree.replace(table, cell);
    }
}
