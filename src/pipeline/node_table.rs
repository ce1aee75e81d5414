//! Groups equal units into nodes, so that each distinct folded text is banded and verified once.

use super::refolder::{ThreadFolder, UnitRefolder};
use super::run_tables::RouteRows;
use crate::document::{Date, DocId, UnitId};
use crate::error::{Error, Result};
use crate::input::ReadScratch;
use crate::lsh::{NO_NODE, Node};
use crate::normalize::BatchSink;
use crate::parallel;
use crate::shingle::Fingerprint;

/// The nodes of one route, in the keeper order of their first units. 8 bytes a unit.
#[derive(Debug, Default)]
pub(super) struct NodeTable {
    /// Units by node; those of one node in keeper order.
    units: Vec<UnitId>,
    /// Start of the units of each node, and the end of the last.
    starts: Vec<u32>,
    /// The number of the text of each node; empty if each node has a text of its own.
    texts: Vec<u32>,
}

/// A unit on its way into a node.
#[derive(Debug, Clone, Copy)]
struct UnitEntry {
    fingerprint: Fingerprint,
    /// Its row among the units of the route.
    row: u32,
    /// The number of its text among the texts of the fingerprint: 0 unless fingerprints collide.
    variant: u32,
}

/// The traits of records that keep equal texts apart: nodes of unlike dates or sources meet other nodes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ApartTraits<'a> {
    /// The date of each record, in runs with a window.
    pub(super) dates: Option<&'a [Option<Date>]>,
    /// The key of the source of each record, in runs across sources.
    pub(super) origins: Option<&'a [u64]>,
}

impl ApartTraits<'_> {
    fn is_none(self) -> bool {
        self.dates.is_none() && self.origins.is_none()
    }

    /// What a record has of them.
    fn of(self, document: DocId) -> (Option<Date>, Option<u64>) {
        let place = document.index();
        (self.dates.and_then(|dates| dates[place]), self.origins.map(|origins| origins[place]))
    }
}

/// Bytes that [`NodeTable::new`] needs for a unit, its result left out.
pub(super) const BYTES_PER_UNIT: u64 = size_of::<UnitEntry>() as u64;

impl NodeTable {
    /// Groups the units of a route by folded text, and gives the node of each row that is the first of its node, [`NO_NODE`] for
    /// the others.
    ///
    /// Tokens decide which texts are equal, not fingerprints alone. `ranks` holds the place of each unit in keeper order. Equal
    /// texts of records that differ in the traits `apart` are different nodes, so that each pair of nodes is compared or not
    /// as a whole.
    ///
    /// # Errors
    ///
    /// A document cannot be read again.
    pub(super) fn new(
        rows: &RouteRows,
        ranks: &[u32],
        refolder: &UnitRefolder<'_>,
        apart: ApartTraits<'_>,
    ) -> Result<(Self, Vec<Node>)> {
        let mut entries: Vec<UnitEntry> =
            rows.entries().map(|(row, fingerprint)| UnitEntry { fingerprint, row, variant: 0 }).collect();
        let rank = |row: u32| ranks[rows.unit(row).index()];
        parallel::sort_by_key(&mut entries, |entry| (entry.fingerprint, rank(entry.row)));
        // Equal fingerprints only propose equal texts.
        tell_apart(&mut entries, rows, refolder)?;

        let traits = |entry: &UnitEntry| apart.of(refolder.units.document(rows.unit(entry.row)));
        if !apart.is_none() {
            // Stable: units of equal traits keep their keeper order.
            entries.chunk_by_mut(same_text).for_each(|group| group.sort_by_key(traits));
        }

        let groups = || entries.chunk_by(|a, b| same_text(a, b) && traits(a) == traits(b));
        let mut spans: Vec<NodeSpan> = Vec::with_capacity(groups().count());
        let mut start = 0;
        for group in groups() {
            spans.push(NodeSpan { rank: rank(group[0].row), start, length: group.len() as u32 });
            start += group.len() as u32;
        }
        // Nodes are numbered in the keeper order of their first units.
        parallel::sort_by_key(&mut spans, |span| span.rank);

        let texts = if !apart.is_none() { number_texts(&entries, &spans) } else { Vec::new() };
        Ok(Self::fill(&entries, &spans, texts, rows))
    }

    /// The columns of the table: units by node, where the units of each node start, and the numbers of texts.
    pub(super) fn columns(&self) -> [Vec<u32>; 3] {
        [self.units.iter().map(|unit| unit.0).collect(), self.starts.clone(), self.texts.clone()]
    }

    /// The table with these [columns](Self::columns); `None` if they are of no table.
    pub(super) fn of_columns([units, starts, texts]: [Vec<u32>; 3]) -> Option<Self> {
        let is_whole = starts.first() == Some(&0) && starts.last().copied() == u32::try_from(units.len()).ok();
        // Each node has a unit.
        let has_units = starts.is_sorted_by(|a, b| a < b);
        let has_texts = texts.is_empty() || texts.len() + 1 == starts.len();
        (is_whole && has_units && has_texts).then(|| {
            let units = units.into_iter().map(UnitId).collect();
            Self { units, starts, texts }
        })
    }

    /// The table of the nodes `spans`, which are in keeper order; and the node of each row.
    fn fill(entries: &[UnitEntry], spans: &[NodeSpan], texts: Vec<u32>, rows: &RouteRows) -> (Self, Vec<Node>) {
        let mut units = Vec::with_capacity(entries.len());
        let mut starts = Vec::with_capacity(spans.len() + 1);
        let mut node_of_row = vec![NO_NODE; rows.len()];

        for (span, node) in spans.iter().zip(0..) {
            // Only the first row represents the node: banding the others would propose the node to itself.
            let group = &entries[span.start as usize..(span.start + span.length) as usize];
            starts.push(units.len() as u32);
            units.extend(group.iter().map(|entry| rows.unit(entry.row)));
            node_of_row[group[0].row as usize] = node;
        }

        starts.push(units.len() as u32);
        (Self { units, starts, texts }, node_of_row)
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        (size_of_val(&self.units[..]) + size_of_val(&self.starts[..]) + size_of_val(&self.texts[..])) as u64
    }

    /// Number of nodes.
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The units of a node, in keeper order.
    pub(super) fn units(&self, node: Node) -> &[UnitId] {
        let node = node as usize;
        &self.units[self.starts[node] as usize..self.starts[node + 1] as usize]
    }

    /// The first unit of a node in keeper order. It is the keeper if the node becomes one.
    pub(super) fn first(&self, node: Node) -> UnitId {
        self.units[self.starts[node as usize] as usize]
    }

    /// The number of the text of a node. Two nodes share it only if records of equal texts differ in date or source.
    pub(super) fn text(&self, node: Node) -> u32 {
        if self.texts.is_empty() { node } else { self.texts[node as usize] }
    }

    /// The node of each of `units` units; [`NO_NODE`] for units of the other route.
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

/// The entries of one node.
struct NodeSpan {
    /// Rank of the first unit.
    rank: u32,
    start: u32,
    length: u32,
}

fn same_text(a: &UnitEntry, b: &UnitEntry) -> bool {
    (a.fingerprint, a.variant) == (b.fingerprint, b.variant)
}

/// The number of the text of each node.
fn number_texts(entries: &[UnitEntry], spans: &[NodeSpan]) -> Vec<u32> {
    // Entries of one text are together, at any date.
    let mut text_of_entry = Vec::with_capacity(entries.len());
    for (group, text) in entries.chunk_by(same_text).zip(0..) {
        text_of_entry.resize(text_of_entry.len() + group.len(), text);
    }
    spans.iter().map(|span| text_of_entry[span.start as usize]).collect()
}

/// Numbers the unlike texts behind equal fingerprints: texts that are equal byte for byte are one; of others the BLAKE3 digests of
/// their tokens decide. BLAKE3 is collision-resistant, so equal digests mean equal texts, and no two folded texts are needed at
/// once.
fn tell_apart(entries: &mut [UnitEntry], rows: &RouteRows, refolder: &UnitRefolder<'_>) -> Result<()> {
    let alike = |a: &UnitEntry, b: &UnitEntry| a.fingerprint == b.fingerprint;
    let groups = entries.chunk_by(alike).filter(|group| group.len() > 1);
    let groups: Vec<Vec<UnitId>> =
        groups.map(|group| group.iter().map(|entry| rows.unit(entry.row)).collect()).collect();
    // Most copies need no folding.
    let unlike = unlike(&groups, refolder)?;

    let mut shared: Vec<UnitId> =
        groups.into_iter().zip(&unlike).filter(|(_, unlike)| **unlike).flat_map(|(group, _)| group).collect();
    parallel::sort_by_key(&mut shared, |unit| *unit);

    let digests = digests(&shared, refolder)?;
    let digests = UnitDigests { units: shared, digests };

    let groups = entries.chunk_by_mut(alike).filter(|group| group.len() > 1);
    for (group, _) in groups.zip(unlike).filter(|(_, unlike)| *unlike) {
        let mut variants = Vec::new();
        for entry in &mut *group {
            let digest = digests.of(rows.unit(entry.row))?;
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

/// Units that are compared with the first one of their group by one thread.
const TOGETHER: usize = 16;

/// For each group of units whether the texts are not equal byte for byte.
///
/// # Errors
///
/// A document cannot be read again.
fn unlike(groups: &[Vec<UnitId>], refolder: &UnitRefolder<'_>) -> Result<Vec<bool>> {
    let split = groups.iter().enumerate().filter_map(|(number, group)| Some((number, group.split_first()?)));
    let tasks =
        split.flat_map(|(number, (first, others))| others.chunks(TOGETHER).map(move |others| (number, *first, others)));
    let tasks: Vec<(usize, UnitId, &[UnitId])> = tasks.collect();

    let are_equal = |scratch: &mut ReadScratch, (_, first, others): &(usize, UnitId, &[UnitId])| {
        refolder.are_equal(*first, others, scratch)
    };
    let mut unlike = vec![false; groups.len()];
    for ((number, ..), are_equal) in tasks.iter().zip(parallel::map(&tasks, ReadScratch::default, are_equal)) {
        unlike[*number] |= !are_equal?;
    }
    Ok(unlike)
}

/// The BLAKE3 digests of the tokens of `units`, which ascend, in their order.
///
/// # Errors
///
/// A document cannot be read again.
pub(super) fn digests(units: &[UnitId], refolder: &UnitRefolder<'_>) -> Result<Vec<[u8; 32]>> {
    refolder.each(units, |folder, normalizer, text| {
        let ThreadFolder { scratch, tokens } = folder;
        tokens.begin_text();
        for (_, piece) in text.pieces() {
            tokens.begin_piece();
            normalizer.fold_batches(piece, scratch, tokens);
        }
        *blake3::hash(&tokens.bytes).as_bytes()
    })
}

/// The digests of units.
struct UnitDigests {
    /// Ascending.
    units: Vec<UnitId>,
    /// In the order of `units`.
    digests: Vec<[u8; 32]>,
}

impl UnitDigests {
    /// The digest of a unit.
    ///
    /// # Errors
    ///
    /// An internal error: the unit has none. Two units without a digest must not pass for equal texts.
    fn of(&self, unit: UnitId) -> Result<[u8; 32]> {
        let place = self.units.binary_search(&unit).ok();
        let digest = place.and_then(|place| self.digests.get(place));
        digest
            .copied()
            .ok_or_else(|| Error::internal(format!("unit {} shares a fingerprint but has no digest", unit.index())))
    }
}

/// The tokens of a text that is digested. A zero byte ends each token, and no token has one, so token boundaries count.
#[derive(Debug, Default)]
pub(super) struct DigestedTokens {
    bytes: Vec<u8>,
    /// Bytes before the current piece of the text, to which [`restart`](BatchSink::restart) returns.
    before: usize,
}

impl DigestedTokens {
    fn begin_text(&mut self) {
        self.bytes.clear();
    }

    fn begin_piece(&mut self) {
        self.before = self.bytes.len();
    }
}

impl BatchSink for DigestedTokens {
    fn token(&mut self, token: &[u8]) {
        self.bytes.extend_from_slice(token);
        self.bytes.push(0);
    }

    fn restart(&mut self) {
        self.bytes.truncate(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::normalize::{FoldScratch, Language, Normalizer, Profile, alphabet};

    #[test]
    fn digested_tokens_are_those_of_the_walk_in_every_piece() {
        let pieces = ["قال الوزير إن العمل", "انظر https://example.org/a?b=1 و &amp; غدا", "انتهى"];
        let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
        let mut scratch = FoldScratch::default();
        let mut tokens = DigestedTokens::default();
        tokens.begin_text();
        for piece in pieces {
            tokens.begin_piece();
            normalizer.fold_batches(piece, &mut scratch, &mut tokens);
        }
        let walked = pieces.iter().flat_map(|piece| normalizer.tokens(piece));
        let plain: Vec<u8> = walked.flat_map(|token| [alphabet::to_compact(&token.text), vec![0]].concat()).collect();
        assert_eq!(tokens.bytes, plain);
    }

    #[test]
    fn a_table_comes_back_from_its_columns_and_broken_columns_give_none() {
        let columns = [vec![4, 1, 7], vec![0, 2, 3], vec![]];
        let table = NodeTable::of_columns(columns.clone()).unwrap();
        assert_eq!((table.len(), table.units(0), table.first(1)), (2, &[UnitId(4), UnitId(1)][..], UnitId(7)));
        assert_eq!(table.columns(), columns);
        for [starts, texts] in
            [[vec![0, 2], vec![]], [vec![0, 3, 3], vec![]], [vec![], vec![]], [vec![0, 3], vec![1, 2]]]
        {
            assert!(NodeTable::of_columns([vec![4, 1, 7], starts, texts]).is_none());
        }
    }

    #[test]
    fn a_unit_without_a_digest_is_an_internal_error() {
        let digests = UnitDigests { units: vec![UnitId(1), UnitId(4)], digests: vec![[1; 32], [4; 32]] };
        assert_eq!(digests.of(UnitId(4)).unwrap(), [4; 32]);
        assert!(matches!(digests.of(UnitId(2)).unwrap_err().kind(), ErrorKind::Internal { .. }));
    }
}
