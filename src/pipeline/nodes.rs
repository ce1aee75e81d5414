//! Equal units → nodes: each distinct folded text is banded and verified once.

use super::refold::UnitRefolder;
use super::tables::RouteRows;
use crate::document::{Date, UnitId};
use crate::error::Result;
use crate::lsh::{NO_NODE, Node};
use crate::normalize::TokenSink;
use crate::parallel;
use crate::shingle::Fingerprint;

/// The nodes of one path, in keeper order: a node stands where the first of its units does. 8 bytes a unit.
#[derive(Debug, Default)]
pub(super) struct NodeTable {
    /// Units by node, in keeper order inside each.
    units: Vec<UnitId>,
    /// Start of each node's units, one more at the end.
    starts: Vec<u32>,
    /// Which nodes have the same text, by number; empty if no two have.
    texts: Vec<u32>,
}

/// A unit on its way into a node.
#[derive(Debug, Clone, Copy)]
struct UnitEntry {
    fingerprint: Fingerprint,
    /// Its row among the units of the path.
    row: u32,
    /// Which of the unlike texts of one fingerprint: 0 unless fingerprints collide.
    variant: u32,
}

/// What [`NodeTable::new`] needs for each unit while it works, beside what it gives.
pub(super) const BYTES_PER_UNIT: u64 = size_of::<UnitEntry>() as u64;

impl NodeTable {
    /// Groups the units of a path by folded text, told apart by tokens, not by fingerprint alone. `ranks` is each unit's
    /// place in keeper order. With the `dates` of records, equal texts of unlike dates are nodes of their own, so that each pair
    /// of nodes is near or far in time. Also gives the node of each row that is the first of its node; [`NO_NODE`] for the others.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn new(
        rows: &RouteRows,
        ranks: &[u32],
        refold: &UnitRefolder<'_>,
        dates: Option<&[Option<Date>]>,
    ) -> Result<(Self, Vec<Node>)> {
        let mut entries: Vec<UnitEntry> =
            rows.entries().map(|(row, fingerprint)| UnitEntry { fingerprint, row, variant: 0 }).collect();
        let rank = |row: u32| ranks[rows.unit(row).index()];
        parallel::sort_by_key(&mut entries, |entry| (entry.fingerprint, rank(entry.row)));
        tell_apart(&mut entries, rows, refold)?;
        let same = |a: &UnitEntry, b: &UnitEntry| (a.fingerprint, a.variant) == (b.fingerprint, b.variant);
        let date =
            |entry: &UnitEntry| dates.and_then(|dates| dates[refold.units.document(rows.unit(entry.row)).index()]);
        if dates.is_some() {
            // Stable: those of one date keep their keeper order.
            entries.chunk_by_mut(same).for_each(|group| group.sort_by_key(date));
        }
        let together = |a: &UnitEntry, b: &UnitEntry| same(a, b) && (dates.is_none() || date(a) == date(b));
        let groups = || entries.chunk_by(together);
        let mut order: Vec<(u32, u32, u32)> = Vec::with_capacity(groups().count());
        let mut start = 0;
        for group in groups() {
            order.push((rank(group[0].row), start, group.len() as u32));
            start += group.len() as u32;
        }
        parallel::sort_by_key(&mut order, |(rank, ..)| *rank);
        let mut nodes = Self {
            units: Vec::with_capacity(entries.len()),
            starts: Vec::with_capacity(order.len() + 1),
            texts: Vec::new(),
        };
        if dates.is_some() {
            let numbers: Vec<u32> =
                entries.chunk_by(same).zip(0..).flat_map(|(group, text)| group.iter().map(move |_| text)).collect();
            nodes.texts = order.iter().map(|(_, start, _)| numbers[*start as usize]).collect();
        }
        let mut node_of_row = vec![NO_NODE; rows.len()];
        for (node, (_, start, length)) in order.into_iter().enumerate() {
            let group = &entries[start as usize..(start + length) as usize];
            nodes.starts.push(nodes.units.len() as u32);
            nodes.units.extend(group.iter().map(|entry| rows.unit(entry.row)));
            node_of_row[group[0].row as usize] = node as Node;
        }
        nodes.starts.push(nodes.units.len() as u32);
        Ok((nodes, node_of_row))
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        (size_of_val(&self.units[..]) + size_of_val(&self.starts[..]) + size_of_val(&self.texts[..])) as u64
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The units of a node, in keeper order.
    pub(super) fn units(&self, node: Node) -> &[UnitId] {
        let node = node as usize;
        &self.units[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// The first unit of a node: its keeper, if the node becomes one.
    pub(super) fn first(&self, node: Node) -> UnitId {
        self.units[self.starts[node as usize] as usize]
    }

    /// A number that two nodes share if their texts are the same; each has its own unless nodes were told apart by date.
    pub(super) fn text(&self, node: Node) -> u32 {
        self.texts.get(node as usize).copied().unwrap_or(node)
    }

    /// The node of each unit; [`NO_NODE`] for units of another path.
    pub(super) fn of_units(&self, units: usize) -> Vec<Node> {
        let mut of_units = vec![NO_NODE; units];
        for node in 0..self.len() as Node {
            for unit in self.units(node) {
                of_units[unit.index()] = node;
            }
        }
        of_units
    }
}

/// Numbers the unlike texts behind equal fingerprints, by the BLAKE3 digest of their tokens: nobody can make two texts
/// of one digest, so equal digests are equal texts, and no pair needs both texts at once.
fn tell_apart(entries: &mut [UnitEntry], rows: &RouteRows, refold: &UnitRefolder<'_>) -> Result<()> {
    let alike = |a: &UnitEntry, b: &UnitEntry| a.fingerprint == b.fingerprint;
    let mut shared: Vec<UnitId> = entries
        .chunk_by(alike)
        .filter(|group| group.len() > 1)
        .flat_map(|group| group.iter().map(|entry| rows.unit(entry.row)))
        .collect();
    parallel::sort_by_key(&mut shared, |unit| *unit);
    let digests = refold.each(&shared, |folder, normalizer, text| {
        let mut digest = TokenDigest(blake3::Hasher::new());
        normalizer.fold_excerpt(text, &mut folder.scratch, &mut digest);
        *digest.0.finalize().as_bytes()
    })?;
    let digest_of = |unit: UnitId| shared.binary_search(&unit).ok().map(|place| digests[place]);
    for group in entries.chunk_by_mut(alike).filter(|group| group.len() > 1) {
        let mut variants = Vec::new();
        for entry in &mut *group {
            let digest = digest_of(rows.unit(entry.row));
            let known = variants.iter().position(|variant| *variant == digest);
            entry.variant = known.unwrap_or(variants.len()) as u32;
            if known.is_none() {
                variants.push(digest);
            }
        }
        // Stable: each variant keeps its keeper order.
        if variants.len() > 1 {
            group.sort_by_key(|entry| entry.variant);
        }
    }
    Ok(())
}

/// The sink that digests tokens. Zero stands in no token, so the boundaries count.
struct TokenDigest(blake3::Hasher);

impl TokenSink for TokenDigest {
    fn token(&mut self, token: &[u8], _span: crate::document::Span) {
        self.0.update(token);
        self.0.update(&[0]);
    }
}
