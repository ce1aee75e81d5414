//! The texts of the verified candidates, kept until contained texts are verified: many texts are in both.

use foldhash::HashMap;

use super::verified_texts::VerifiedText;
use crate::lsh::Node;

/// Texts of the nodes of a run, with what rules derived from them.
#[derive(Debug)]
pub(super) struct KeptTexts {
    pub(super) texts: HashMap<Node, VerifiedText>,
    /// About how many bytes they hold.
    pub(super) bytes: u64,
}

impl KeptTexts {
    /// Takes the texts of `batch` that are there, with their places in it, and forgets the others.
    pub(super) fn of(mut self, batch: &[Node]) -> Vec<(u32, VerifiedText)> {
        let of_node = |(node, place): (&Node, u32)| self.texts.remove(node).map(|text| (place, text));
        batch.iter().zip(0..).filter_map(of_node).collect()
    }
}
