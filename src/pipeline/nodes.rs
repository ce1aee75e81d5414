//! Equal units → nodes: each distinct folded text is banded and verified once.

use super::path::PathId;
use super::refold::Refold;
use super::scan::Scanned;
use crate::document::{UnitId, Units};
use crate::error::Result;
use crate::lsh::{KeyColumns, Node};
use crate::normalize::TokenSink;
use crate::shingle::Fingerprint;

/// The nodes of one path, in keeper order: a node stands where the first of its units does.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    /// Units by node, in keeper order inside each.
    units: Vec<UnitId>,
    /// Start of each node's units, one more at the end.
    starts: Vec<u32>,
}

/// A unit on its way into a node.
#[derive(Debug, Clone, Copy)]
struct Entry {
    fingerprint: Fingerprint,
    /// Which of the unlike texts of one fingerprint: 0 unless fingerprints collide.
    variant: u32,
    /// Place in keeper order.
    rank: u32,
    unit: UnitId,
}

impl Nodes {
    /// Groups the units of `path` by folded text, told apart by tokens, not by fingerprint alone. `ranks` is each
    /// unit's place in keeper order. Pushes the band keys of each node to `keys`, in order.
    pub(super) fn new(
        path: PathId,
        keys: &mut KeyColumns,
        scan: &ScannedUnits<'_>,
        ranks: &[u32],
        refold: &Refold<'_>,
    ) -> Result<Self> {
        let mut entries: Vec<Entry> = scan
            .iter()
            .filter(|(_, unit)| unit.path == Some(path))
            .map(|(id, unit)| Entry { fingerprint: unit.fingerprint, variant: 0, rank: ranks[id.index()], unit: id })
            .collect();
        entries.sort_unstable_by_key(|entry| (entry.fingerprint, entry.rank));
        tell_apart(&mut entries, refold);
        let mut groups: Vec<&[Entry]> =
            entries.chunk_by(|a, b| (a.fingerprint, a.variant) == (b.fingerprint, b.variant)).collect();
        groups.sort_unstable_by_key(|group| group[0].rank);
        let mut nodes = Self::default();
        for group in groups {
            nodes.starts.push(nodes.units.len() as u32);
            nodes.units.extend(group.iter().map(|entry| entry.unit));
            let sketched = group.iter().find_map(|entry| scan.get(entry.unit).keys.as_deref());
            keys.push(sketched.unwrap_or_default())?;
        }
        nodes.starts.push(nodes.units.len() as u32);
        Ok(nodes)
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

    /// The node of each unit; `None` for units of another path.
    pub(super) fn of_units(&self, units: usize) -> Vec<Option<Node>> {
        let mut of_units = vec![None; units];
        for node in 0..self.len() as Node {
            for unit in self.units(node) {
                of_units[unit.index()] = Some(node);
            }
        }
        of_units
    }
}

/// Numbers the unlike texts behind equal fingerprints, by the BLAKE3 digest of their tokens: nobody can make two texts
/// of one digest, so equal digests are equal texts, and no pair needs both texts at once.
fn tell_apart(entries: &mut [Entry], refold: &Refold<'_>) {
    let mut shared: Vec<UnitId> = entries
        .chunk_by(|a, b| a.fingerprint == b.fingerprint)
        .filter(|group| group.len() > 1)
        .flat_map(|group| group.iter().map(|entry| entry.unit))
        .collect();
    shared.sort_unstable();
    let digests = refold.each(&shared, |folder, normalizer, text| {
        let mut digest = Digest(blake3::Hasher::new());
        normalizer.fold(text, &mut folder.scratch, &mut digest);
        *digest.0.finalize().as_bytes()
    });
    let digest_of = |unit: UnitId| shared.binary_search(&unit).ok().map(|place| digests[place]);
    for group in entries.chunk_by_mut(|a, b| a.fingerprint == b.fingerprint).filter(|group| group.len() > 1) {
        let mut variants = Vec::new();
        for entry in &mut *group {
            let digest = digest_of(entry.unit);
            let known = variants.iter().position(|variant| *variant == digest);
            entry.variant = known.unwrap_or(variants.len()) as u32;
            if known.is_none() {
                variants.push(digest);
            }
        }
        if variants.len() > 1 {
            group.sort_unstable_by_key(|entry| (entry.variant, entry.rank));
        }
    }
}

/// The sink that digests tokens. Zero stands in no token, so the boundaries count.
struct Digest(blake3::Hasher);

impl TokenSink for Digest {
    fn token(&mut self, token: &[u8], _span: crate::document::Span) {
        self.0.update(token);
        self.0.update(&[0]);
    }
}

/// All scanned units, by [`UnitId`].
pub(super) struct ScannedUnits<'a> {
    /// Document and first unit of each scanned document, in order.
    documents: Vec<(u32, &'a Scanned)>,
    units: usize,
}

impl<'a> ScannedUnits<'a> {
    pub(super) fn new(scanned: impl Iterator<Item = &'a Scanned>) -> Self {
        let mut first = 0;
        let documents = scanned.map(|document| {
            let start = first;
            first += document.units.len() as u32;
            (start, document)
        });
        let documents = documents.collect();
        Self { documents, units: first as usize }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (UnitId, &'a super::scan::ScannedUnit)> + '_ {
        self.documents.iter().flat_map(|(first, document)| {
            document.units.iter().zip(*first..).map(|(unit, place)| (UnitId(place), unit))
        })
    }

    fn get(&self, unit: UnitId) -> &'a super::scan::ScannedUnit {
        let document = self.documents.partition_point(|(first, _)| *first <= unit.0) - 1;
        let (first, document) = self.documents[document];
        &document.units[(unit.0 - first) as usize]
    }

    /// The numbers of a unit on the short path.
    pub(super) fn numbers(&self, unit: UnitId) -> u64 {
        self.get(unit).numbers
    }

    pub(super) fn len(&self) -> usize {
        self.units
    }
}

/// The table of units.
pub(super) fn table<'a>(scanned: impl Iterator<Item = (crate::document::DocId, &'a Scanned)>) -> Units {
    let mut units = Units::default();
    for (id, document) in scanned {
        for (number, unit) in document.units.iter().enumerate() {
            units.push(id, number, &unit.unit, unit.tokens);
        }
    }
    units
}
