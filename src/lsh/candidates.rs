//! Band keys → candidates, in pieces that can be treated one after the other.

use super::buckets::{BandBuckets, Buckets, Components};
use super::columns::{KeyColumns, Limit};
use super::{NO_NODE, Node};
use crate::error::Result;

/// What candidates are found among.
pub(crate) struct Search<'a> {
    /// The band keys of all rows.
    pub(crate) keys: &'a KeyColumns,
    /// The node of each row; [`NO_NODE`] for a row that is not the one of its node.
    pub(crate) node_of_row: &'a [Node],
    /// Number of nodes.
    pub(crate) nodes: usize,
    /// Candidates whatever their keys. A pair may come several times; a node with itself is none.
    pub(crate) extra: &'a [(Node, Node)],
    /// Bytes that whoever treats a batch holds for a node of it. They count as memory of the batch.
    pub(crate) held: &'a (dyn Fn(Node) -> u64 + Sync),
}

/// Nodes that share a band, or stand in a pair that was given.
#[derive(Debug)]
pub(crate) struct Candidates {
    nodes: usize,
    bands: Vec<BandBuckets>,
    has: Vec<bool>,
}

/// Whole components, over local numbers: places in `nodes`, which keep the order.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The nodes, ascending.
    pub(crate) nodes: Vec<Node>,
    pub(crate) buckets: Buckets,
    pub(crate) components: Components,
}

impl Search<'_> {
    /// Finds all candidates. The memory of `limit` is for the search and then for one batch with what its nodes hold;
    /// without a limit there is one batch, or none.
    ///
    /// # Errors
    ///
    /// The disk refuses or is too full, or the memory is less than the search or the largest component needs.
    pub(crate) fn candidates(&self, _limit: Option<&Limit>) -> Result<Candidates> {
        let mut bands = Vec::new();
        for band in 0..self.keys.bands() {
            let mut keyed = Vec::new();
            self.keys.read(band, |first, keys| {
                let nodes = &self.node_of_row[first..];
                keyed.extend(keys.iter().copied().zip(nodes.iter().copied()).filter(|(_, node)| *node != NO_NODE));
            })?;
            bands.push(BandBuckets::new(keyed));
        }
        bands.push(BandBuckets::of_pairs(self.extra.iter().copied().filter(|(a, b)| a != b)));
        let mut has = vec![false; self.nodes];
        bands.iter().flat_map(BandBuckets::iter).flatten().for_each(|node| has[*node as usize] = true);
        Ok(Candidates { nodes: self.nodes, bands, has })
    }
}

impl Candidates {
    /// Nodes with any candidate, ascending.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        (0..self.nodes as Node).filter(|node| self.has[*node as usize])
    }

    /// Number of batches.
    pub(crate) fn batches(&self) -> usize {
        usize::from(self.nodes().next().is_some())
    }

    /// Loads one of the batches, which ascend by the first node of each.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(crate) fn batch(&self, _number: usize) -> Result<Batch> {
        let nodes: Vec<Node> = self.nodes().collect();
        let bands: Vec<BandBuckets> = self.bands.iter().map(|band| band.renumbered(&nodes)).collect();
        let buckets = Buckets::assemble(&bands, nodes.len());
        let components = buckets.components(nodes.len());
        Ok(Batch { nodes, buckets, components })
    }
}
