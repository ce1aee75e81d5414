//! Which element of a page holds its main text.

use html5ever::local_name;

use super::prepare::{end_without_gap, is_shown};
use super::signs::{is_unlikely, weight};
use super::tags::{Tag, TagSet};
use super::text::{PageCounts, is_gap, is_phrasing, similarity, single_spaced, text_in};
use super::tree::{NodeId, ROOT, Tree};

/// Number of candidates with the highest scores that are compared.
const TOP: usize = 5;

/// Least number of candidates whose common ancestor is taken for them.
const COMMON: usize = 3;

/// Candidates with lower scores are not judged by their links.
const LEAST_JUDGED: f32 = 5.0;

const SCORED: TagSet =
    TagSet::of(&[Tag::Section, Tag::H2, Tag::H3, Tag::H4, Tag::H5, Tag::H6, Tag::P, Tag::Td, Tag::Pre]);

/// Elements that go if they are empty.
const CONTAINERS: TagSet =
    TagSet::of(&[Tag::Div, Tag::Section, Tag::Header, Tag::H1, Tag::H2, Tag::H3, Tag::H4, Tag::H5, Tag::H6]);

const BLOCKS: TagSet =
    TagSet::of(&[Tag::Blockquote, Tag::Dl, Tag::Div, Tag::Img, Tag::Ol, Tag::P, Tag::Pre, Tag::Table, Tag::Ul]);

const HEADINGS: TagSet = TagSet::of(&[Tag::H1, Tag::H2]);
const BREAKS: TagSet = TagSet::of(&[Tag::Br, Tag::Hr]);

/// Siblings of the main text that keep their tag when they join it; others become a `<div>`.
const KEEPS_NAME: TagSet = TagSet::of(&[Tag::Article, Tag::Section, Tag::P, Tag::Ol, Tag::Ul]);

const UNLIKELY_ROLES: [&str; 7] = ["menu", "menubar", "complementary", "navigation", "alert", "alertdialog", "dialog"];

/// How strict an attempt is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Elements are removed if their classes, ids or roles say that they are no main text.
    pub(super) strips_unlikely: bool,
    /// Classes and ids count.
    pub(super) weighs_names: bool,
    /// Lists, tables and forms go by what they hold.
    pub(super) cleans: bool,
}

/// An attempt to find the main text, which changes the tree.
pub(super) struct Attempt<'p> {
    pub(super) tree: &'p mut Tree,
    pub(super) counts: &'p PageCounts,
    pub(super) rules: Rules,
    /// By node.
    scores: Vec<Option<f32>>,
}

/// The element that an attempt found.
pub(super) struct Article {
    /// All of it.
    pub(super) whole: NodeId,
    /// The part that is the main text.
    pub(super) content: NodeId,
}

impl<'p> Attempt<'p> {
    pub(super) fn new(tree: &'p mut Tree, counts: &'p PageCounts, rules: Rules) -> Self {
        Self { tree, counts, rules, scores: Vec::new() }
    }

    /// Gathers the main text in a new element; `None` if the page has none.
    pub(super) fn gather(&mut self, title: &str) -> Option<Article> {
        let body = self.tree.descendants(ROOT).find(|id| self.tree.tag(*id) == Tag::Body)?;
        let scored = self.scored_elements(body, title);
        let top = self.top_candidates(&scored);

        let chosen = top.first().copied().filter(|top| self.tree.tag(*top) != Tag::Body);
        let (candidate, is_new) = match chosen {
            Some(_) => (self.best(&top)?, false),
            None => {
                let all = self.tree.new_element(Tag::Div);
                self.tree.move_children(body, all);
                self.tree.append(body, all);
                (all, true)
            }
        };
        self.rate(candidate);

        let whole = self.tree.new_element(Tag::Div);
        self.take_siblings(candidate, whole)?;
        Some(Article { whole, content: if is_new { candidate } else { whole } })
    }

    /// Removes what cannot be main text, makes paragraphs, and collects the elements whose text counts.
    fn scored_elements(&mut self, body: NodeId, title: &str) -> Vec<NodeId> {
        let mut scored = Vec::new();
        let mut seeks_title = !title.is_empty();

        let mut next = self.tree.next_element_anywhere(body, true);
        while let Some(id) = next {
            let tag = self.tree.tag(id);
            if !is_shown(self.tree, id) {
                next = self.skip(id);
                continue;
            }
            if tag == Tag::Svg {
                next = self.tree.next_element_anywhere(id, false);
                continue;
            }
            if self.is_dialog(id) {
                next = self.skip(id);
                continue;
            }
            if seeks_title && HEADINGS.contains(tag) && similarity(title, &text_in(self.tree, id)) > 0.75 {
                seeks_title = false;
                next = self.skip(id);
                continue;
            }
            if self.rules.strips_unlikely && self.is_unlikely(id)
                || CONTAINERS.contains(tag) && self.is_without_content(id)
            {
                next = self.skip(id);
                continue;
            }

            if SCORED.contains(tag) {
                scored.push(id);
            }
            let at = if tag == Tag::Div { self.paragraphs(id, &mut scored) } else { id };
            next = self.tree.next_element_anywhere(at, true);
        }
        scored
    }

    /// Removes an element; the one after it.
    fn skip(&mut self, id: NodeId) -> Option<NodeId> {
        let next = self.tree.next_element_anywhere(id, false);
        self.tree.detach(id);
        next
    }

    fn is_dialog(&self, id: NodeId) -> bool {
        self.tree.tag(id) == Tag::Dialog
            || self.tree.attribute_matches(id, &local_name!("aria-modal"), |value| value == "true")
                && self.tree.attribute_matches(id, &local_name!("role"), |value| value == "dialog")
    }

    fn is_unlikely(&self, id: NodeId) -> bool {
        let tree = &*self.tree;
        if tree.element(id).attributes.is_empty() {
            return false;
        }
        let is_kept = |id: NodeId| matches!(tree.tag(id), Tag::Table | Tag::Code);
        tree.tag(id) != Tag::A && is_unlikely(tree, id) && !tree.ancestors(id).take(3).any(is_kept)
            || tree.attribute(id, &local_name!("role")).is_some_and(|role| UNLIKELY_ROLES.contains(&role))
    }

    fn is_without_content(&self, id: NodeId) -> bool {
        if self.counts.has_words(self.tree, id) {
            return false;
        }
        let children = self.tree.element_children(id).count();
        children == 0 || children == self.tree.elements_of(id, BREAKS).len()
    }

    /// Makes paragraphs of the lines of a `<div>`, and of itself if it is one; where the walk goes on.
    fn paragraphs(&mut self, id: NodeId, scored: &mut Vec<NodeId>) -> NodeId {
        let mut next = self.tree.node(id).first;
        while let Some(child) = next {
            next = self.wrap_line(child);
        }

        let single = single_child(self.tree, self.counts, id, Tag::P);
        if let Some(paragraph) = single.filter(|_| self.counts.link_density(self.tree, id, None) < 0.25) {
            self.tree.replace(id, paragraph);
            scored.push(paragraph);
            return paragraph;
        }
        if !self.tree.has_descendant(id, BLOCKS) {
            self.tree.node_mut(id).tag = Tag::P;
            scored.push(id);
        }
        id
    }

    /// Makes a paragraph of a node and what follows it in its line; the node after that.
    fn wrap_line(&mut self, id: NodeId) -> Option<NodeId> {
        let mut next = self.tree.node(id).next;
        if !is_phrasing(self.tree, id) || is_gap(self.tree, id) {
            return next;
        }

        let paragraph = self.tree.new_element(Tag::P);
        self.tree.insert_before(id, paragraph);
        self.tree.append(paragraph, id);
        while let Some(child) = next {
            next = self.tree.node(child).next;
            if !is_phrasing(self.tree, child) {
                break;
            }
            self.tree.append(paragraph, child);
        }
        end_without_gap(self.tree, paragraph);
        next
    }

    /// The elements with the highest scores, the highest first.
    fn top_candidates(&mut self, scored: &[NodeId]) -> Vec<NodeId> {
        let mut order = Vec::new();
        let mut sums: Vec<Option<f32>> = vec![None; self.tree.nodes.len()];

        for element in scored {
            let characters = self.counts.characters(self.tree, *element);
            if characters < 25 {
                continue;
            }
            let score = 2 + self.counts.commas(self.tree, *element) + (characters / 100).min(3);

            for (level, ancestor) in self.tree.ancestors(*element).take(5).enumerate() {
                let node = self.tree.node(ancestor);
                if !node.tag.is_element() || node.parent.is_none() {
                    continue;
                }
                let divider = match level {
                    0 => 1.0,
                    1 => 2.0,
                    _ => (level * 3) as f32,
                };
                let extra = score as f32 / divider;
                let sum = &mut sums[ancestor.index()];
                *sum = Some(match *sum {
                    Some(sum) => sum + extra,
                    None => {
                        order.push(ancestor);
                        extra + self.first_score(ancestor)
                    }
                });
                if node.tag == Tag::Body {
                    break;
                }
            }
        }

        let mut candidates = Vec::new();
        for id in order {
            let Some(sum) = sums[id.index()].filter(|sum| *sum > 0.0) else { continue };
            let score =
                if sum > LEAST_JUDGED { sum * (1.0 - self.counts.link_density(self.tree, id, None)) } else { sum };
            self.set_score(id, score);
            candidates.push((id, score));
        }
        candidates.sort_by(|one, other| other.1.total_cmp(&one.1));
        candidates.into_iter().take(TOP).map(|(id, _)| id).collect()
    }

    /// The score of an element by its name and its classes.
    fn first_score(&self, id: NodeId) -> f32 {
        let score = match self.tree.tag(id) {
            Tag::Div => 5.0,
            Tag::Pre | Tag::Td | Tag::Blockquote => 3.0,
            Tag::Address | Tag::Ol | Tag::Ul | Tag::Dl | Tag::Dd | Tag::Dt | Tag::Li | Tag::Form => -3.0,
            Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6 | Tag::Th => -5.0,
            _ => 0.0,
        };
        score + self.weight(id)
    }

    pub(super) fn weight(&self, id: NodeId) -> f32 {
        if self.rules.weighs_names { weight(self.tree, id) } else { 0.0 }
    }

    fn score(&self, id: NodeId) -> Option<f32> {
        self.scores.get(id.index()).copied().flatten()
    }

    fn set_score(&mut self, id: NodeId, score: f32) {
        if self.scores.len() <= id.index() {
            self.scores.resize(self.tree.nodes.len(), None);
        }
        self.scores[id.index()] = Some(score);
    }

    /// Gives an element a score if it has none.
    fn rate(&mut self, id: NodeId) {
        if self.score(id).is_none() {
            let score = self.first_score(id);
            self.set_score(id, score);
        }
    }

    /// The element to take for the candidates.
    fn best(&mut self, top: &[NodeId]) -> Option<NodeId> {
        let candidate = *top.first()?;
        let candidate = self.common_ancestor(candidate, top);
        let mut candidate = self.better_parent(candidate);

        // An only child leaves its place to its parent, whose siblings may belong to the text.
        while let Some(parent) = self.tree.node(candidate).parent {
            if self.tree.tag(parent) == Tag::Body || self.tree.element_children(parent).count() != 1 {
                break;
            }
            candidate = parent;
        }
        Some(candidate)
    }

    /// An ancestor of several candidates with scores near the highest one.
    fn common_ancestor(&self, candidate: NodeId, top: &[NodeId]) -> NodeId {
        let score = self.score(candidate).unwrap_or(0.0);
        let near = |id: &&NodeId| self.score(**id).unwrap_or(0.0) / score >= 0.75;
        let others: Vec<_> = top.iter().skip(1).filter(near).collect();
        if others.len() <= COMMON {
            return candidate;
        }

        let parents = self.tree.ancestors(candidate).take_while(|parent| self.tree.tag(*parent) != Tag::Body);
        for parent in parents {
            let holding = others.iter().filter(|id| self.tree.ancestors(***id).any(|other| other == parent));
            if holding.count() >= COMMON {
                return parent;
            }
        }
        candidate
    }

    /// The first ancestor with a higher score, as long as the scores do not fall much.
    fn better_parent(&mut self, candidate: NodeId) -> NodeId {
        self.rate(candidate);
        let mut last = self.score(candidate).unwrap_or(0.0);
        let least = last / 3.0;

        for parent in self.tree.ancestors(candidate) {
            if self.tree.tag(parent) == Tag::Body {
                break;
            }
            let Some(score) = self.score(parent) else { continue };
            if score < least {
                break;
            }
            if score > last {
                return parent;
            }
            last = score;
        }
        candidate
    }

    /// Moves the candidate and the siblings that belong to it into `whole`.
    fn take_siblings(&mut self, candidate: NodeId, whole: NodeId) -> Option<()> {
        let score = self.score(candidate).unwrap_or(0.0);
        let least = (score * 0.2).max(10.0);
        let parent = self.tree.node(candidate).parent?;

        let class = |tree: &Tree, id| tree.attribute(id, &local_name!("class")).unwrap_or("").to_owned();
        let own_class = class(self.tree, candidate);

        let siblings: Vec<_> = self.tree.element_children(parent).collect();
        for sibling in siblings {
            let same_class = !own_class.is_empty() && class(self.tree, sibling) == own_class;
            let bonus = if same_class { score * 0.2 } else { 0.0 };
            let sibling_score = self.score(sibling).unwrap_or(0.0);

            let is_part = sibling == candidate
                || if sibling_score > 0.0 {
                    sibling_score + bonus >= least
                } else {
                    self.tree.tag(sibling) == Tag::P && self.is_prose(sibling)
                };
            if is_part {
                if !KEEPS_NAME.contains(self.tree.tag(sibling)) {
                    self.tree.node_mut(sibling).tag = Tag::Div;
                }
                self.tree.append(whole, sibling);
            }
        }

        self.tree.append(parent, whole);
        Some(())
    }

    /// Whether a paragraph has much text, or a sentence, and few links.
    fn is_prose(&self, id: NodeId) -> bool {
        let text = single_spaced(&text_in(self.tree, id));
        let length = text.chars().count();
        let density = self.counts.link_density(self.tree, id, Some(length));
        length > 80 && density < 0.25
            || (1..80).contains(&length) && density == 0.0 && (text.ends_with('.') || text.contains(". "))
    }
}

/// The child of an element that has one child element only. `None` if that has another tag, or if the element has words
/// outside of it.
pub(super) fn single_child(tree: &Tree, counts: &PageCounts, id: NodeId, tag: Tag) -> Option<NodeId> {
    let mut children = tree.element_children(id);
    let (Some(child), None) = (children.next(), children.next()) else { return None };
    let is_single = tree.tag(child) == tag && !tree.children(id).any(|child| counts.is_words(tree, child));
    is_single.then_some(child)
}
