//! The main text of a page, found as Mozilla's Readability does.
//!
//! The rules are those of `dom_smoothie` 0.19 (MIT licence, copyright 2024 Mykola Humanov), which follows Readability
//! (Apache licence 2.0, copyright 2010 Arc90 Inc). What they do to attributes and images is left out, since only the text
//! is asked for. Elements are asked for by numbers, the counts of each text are taken once, and an attempt copies the
//! table of nodes alone. The tests of `crates/models` compare the texts with those of `dom_smoothie`.

mod candidates;
mod clean;
mod conditions;
mod embeds;
mod finish;
mod prepare;
mod signs;
mod sink;
mod tags;
mod text;
mod title;
mod tree;

use candidates::{Attempt, Rules};
use clean::LEAST_CHARACTERS;
pub(super) use sink::TreeBuilding;
use text::PageCounts;
use title::PageHead;
pub(super) use tree::NodeId;
use tree::{Node, ROOT, Tree};

/// From the strictest rules to the mildest.
const ATTEMPTS: [Rules; 4] = [
    Rules { strips_unlikely: true, weighs_names: true, cleans: true },
    Rules { strips_unlikely: false, weighs_names: true, cleans: true },
    Rules { strips_unlikely: false, weighs_names: false, cleans: true },
    Rules { strips_unlikely: false, weighs_names: false, cleans: false },
];

/// The main text of a page of at most `most` elements; `None` if it has none.
pub(super) fn main_text(tree: TreeBuilding, most: usize) -> Option<String> {
    let mut tree = tree.into_tree();
    if tree.descendants(ROOT).filter(|id| tree.is_element(*id)).nth(most).is_some() {
        return None;
    }

    let head = PageHead::of(&tree);
    if !head.has_byline
        && let Some(byline) = title::byline(&tree)
    {
        tree.detach(byline);
    }
    prepare::prepare(&mut tree)?;

    extract(&mut tree, &head.title)
}

/// The text of the first attempt that finds enough, or the longest one.
fn extract(tree: &mut Tree, title: &str) -> Option<String> {
    let counts = PageCounts::of(tree);
    let prepared = tree.nodes.clone();

    let mut best: Option<(Vec<Node>, candidates::Article, usize)> = None;
    for rules in ATTEMPTS {
        tree.nodes.clone_from(&prepared);
        let mut attempt = Attempt::new(tree, &counts, rules);
        let Some(article) = attempt.gather(title) else { continue };
        attempt.clean(article.whole);

        let characters = counts.characters(tree, article.whole);
        if characters >= LEAST_CHARACTERS {
            return finish::text(tree, &article);
        }
        if best.as_ref().is_none_or(|(_, _, most)| characters > *most) {
            best = Some((tree.nodes.clone(), article, characters));
        }
    }

    let (nodes, article, _) = best?;
    tree.nodes = nodes;
    finish::text(tree, &article)
}
