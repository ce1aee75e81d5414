//! What each part verifies: whole components, their nodes, and the places of their texts. A merge writes it for all parts.

use super::column_codec::encode_u32s;
use super::file::{FileDigest, ShardFileKind, ShardWriter};
use super::parts;
use super::set::ShardSet;
use crate::document::UnitId;
use crate::error::Result;
use crate::lsh::{Component, ComponentBatch, Node};
use crate::pipeline::band::BandedNodes;
use crate::pipeline::context::RunContext;
use crate::pipeline::kept_spans::{KeptSpan, KeptSpans};
use crate::pipeline::route::RouteId;
use crate::pipeline::scanned_block::{ScannedBlock, ScannedRecord, ScannedUnit};
use crate::spill::ByteEncoder;

/// Marks an entry with components: of each the number of its buckets, and of each bucket the number of bands, the number of
/// members, and the members, which are nodes of the run. A component may go on in the next entry of its route.
pub(super) const COMPONENTS: u8 = 1;
/// Marks an entry with nodes: the columns of nodes, of their first units, and of their texts.
pub(super) const NODES: u8 = 2;
/// Marks an entry with a block: the places of its records, and its numbers.
pub(super) const BLOCK: u8 = 3;

/// Numbers of an entry, about.
const ENTRY: usize = 1 << 14;

/// The part of a unit or node that none verifies.
const NO_PART: u32 = u32::MAX;

/// Deals the components of a run to parts.
pub(super) struct WorkDealer<'a> {
    set: &'a ShardSet,
    writers: Vec<ShardWriter>,
    /// The part, from 0, that reads each unit.
    part_of_unit: Vec<u32>,
}

impl<'a> WorkDealer<'a> {
    /// Begins the work of all parts, in a run of `units` units.
    ///
    /// # Errors
    ///
    /// The disk refuses.
    pub(super) fn new(set: &'a ShardSet, sketches: FileDigest, units: usize) -> Result<Self> {
        let writer = |part| ShardWriter::new(&set.directory, set.name(ShardFileKind::Work, part, sketches));
        let writers = set.all_parts().map(writer).collect::<Result<_>>()?;
        Ok(Self { set, writers, part_of_unit: vec![NO_PART; units] })
    }

    /// Deals the components of one route.
    ///
    /// # Errors
    ///
    /// Candidates cannot be read, or the disk refuses.
    pub(super) fn route(&mut self, context: &RunContext<'_>, id: RouteId, banded: &BandedNodes) -> Result<()> {
        let mut costs = Vec::new();
        for number in 0..banded.candidates.batches() {
            let batch = banded.candidates.batch(number)?;
            costs.extend(batch.components.all.iter().map(|component| cost(context, banded, &batch, component)));
        }
        let mut part_of_component = parts::dealt(&costs, self.writers.len()).into_iter();
        drop(costs);

        let mut part_of_node = vec![NO_PART; banded.nodes.len()];
        let mut words: Vec<Vec<u32>> = vec![Vec::new(); self.writers.len()];
        for number in 0..banded.candidates.batches() {
            let batch = banded.candidates.batch(number)?;
            for (component, part) in batch.components.all.iter().zip(part_of_component.by_ref()) {
                component.nodes.iter().for_each(|node| part_of_node[batch.nodes[*node as usize] as usize] = part);
                self.buckets(id, &batch, component, part as usize, &mut words[part as usize])?;
            }
        }
        for (part, words) in words.iter_mut().enumerate() {
            self.flush(id, part, words)?;
        }

        self.nodes(id, banded, &part_of_node)
    }

    /// Appends the buckets of a component to `words`, which are written when there are many.
    fn buckets(
        &mut self,
        id: RouteId,
        batch: &ComponentBatch,
        component: &Component,
        part: usize,
        words: &mut Vec<u32>,
    ) -> Result<()> {
        words.push(component.buckets.len() as u32);
        for bucket in &component.buckets {
            let members = batch.buckets.members(*bucket);
            words.extend([batch.buckets.bands_of(*bucket), members.len() as u32]);
            words.extend(members.iter().map(|node| batch.nodes[*node as usize]));
            if words.len() >= ENTRY {
                self.flush(id, part, words)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, id: RouteId, part: usize, words: &mut Vec<u32>) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        let mut entry = ByteEncoder::default();
        entry.byte(COMPONENTS);
        entry.byte(id as u8);
        encode_u32s(words.iter().copied(), &mut entry);
        words.clear();
        self.writers[part].entry(&entry.finish())
    }

    /// Writes the nodes of each part, ascending, and notes which units it reads.
    fn nodes(&mut self, id: RouteId, banded: &BandedNodes, part_of_node: &[u32]) -> Result<()> {
        let nodes = &banded.nodes;
        let mut of_part: Vec<Vec<Node>> = vec![Vec::new(); self.writers.len()];
        for (node, part) in (0..nodes.len() as Node).zip(part_of_node).filter(|(_, part)| **part != NO_PART) {
            self.part_of_unit[nodes.first(node).index()] = *part;
            let of_part = &mut of_part[*part as usize];
            of_part.push(node);
            if of_part.len() >= ENTRY {
                write_nodes(&mut self.writers[*part as usize], id, banded, of_part)?;
            }
        }

        for (writer, of_part) in self.writers.iter_mut().zip(&mut of_part) {
            write_nodes(writer, id, banded, of_part)?;
        }
        Ok(())
    }

    /// Writes where the texts of each part are, after all routes were dealt, and ends the files.
    ///
    /// # Errors
    ///
    /// A sketch cannot be read, or the disk refuses.
    pub(super) fn finish(mut self, context: &RunContext<'_>) -> Result<()> {
        let units = &context.tables.units;
        let most = context.corpus.options().max_record_size;
        let mut wanted: Vec<Vec<WantedUnit>> = vec![Vec::new(); self.writers.len()];
        let (mut first, mut unit) = (0, 0);

        self.set.each_block(self.set.all_parts(), |block| {
            let end = first + block.index.records();
            wanted.iter_mut().for_each(Vec::clear);
            while unit < units.len() && units.document(UnitId(unit as u32)).index() < end {
                let id = UnitId(unit as u32);
                let part = self.part_of_unit[unit];
                if part != NO_PART {
                    wanted[part as usize].push(WantedUnit { place: units.document(id).index() - first, id });
                }
                unit += 1;
            }

            for (writer, wanted) in self.writers.iter_mut().zip(&wanted) {
                let is_wanted = |place: usize| wanted.binary_search_by_key(&place, |unit| unit.place).is_ok();
                let (index, places) = block.index.selected(most, is_wanted);
                let mut entry = ByteEncoder::default();
                entry.byte(BLOCK);
                entry.bytes(&index.to_bytes());
                selected(context, first, &places, wanted).encode(&mut entry);
                writer.entry(&entry.finish())?;
            }
            first = end;
            Ok(true)
        })?;
        self.writers.into_iter().try_for_each(ShardWriter::finish)
    }
}

/// A unit whose text is read.
#[derive(Debug, Clone, Copy)]
struct WantedUnit {
    /// The place of its record in the block.
    place: usize,
    id: UnitId,
}

/// The numbers of the records at `places` of a block whose first record is `first`, with the units `wanted` alone.
fn selected(context: &RunContext<'_>, first: usize, places: &[usize], wanted: &[WantedUnit]) -> ScannedBlock {
    let tables = context.tables;
    let (mut block, mut kept, mut spans) = (ScannedBlock::default(), Vec::new(), Vec::new());
    let mut wanted = wanted.iter().peekable();

    for place in places {
        let mut count = 0;
        while let Some(WantedUnit { id, .. }) = wanted.next_if(|unit| unit.place == *place) {
            let unit = block.units.len() as u32;
            let of_unit = tables.kept.of(*id, &mut spans).unwrap_or(&[]);
            kept.extend(of_unit.iter().map(|span| KeptSpan { unit, start: span.start as u32, end: span.end as u32 }));
            let tokens = tables.units.tokens(*id);
            block.units.push(ScannedUnit { tokens, ..ScannedUnit::uncompared(tables.units.unit(*id)) });
            count += 1;
        }

        let document = first + place;
        // A record without a wanted unit is there only because its part has to tell it.
        let language = tables.languages[document].filter(|_| count > 0);
        block.records.push(ScannedRecord { language, is_sure: true, units: count });
        block.dates.extend(tables.dates.get(document));
        block.origins.extend(tables.origins.get(document));
        block.titles.extend(tables.titles.get(document));
    }

    block.kept = KeptSpans::from_vec(kept);
    block
}

/// Writes nodes of a part, and empties `of_part`.
fn write_nodes(writer: &mut ShardWriter, id: RouteId, banded: &BandedNodes, of_part: &mut Vec<Node>) -> Result<()> {
    if of_part.is_empty() {
        return Ok(());
    }
    let nodes = &banded.nodes;
    let mut entry = ByteEncoder::default();
    entry.byte(NODES);
    entry.byte(id as u8);
    encode_u32s(of_part.iter().copied(), &mut entry);
    encode_u32s(of_part.iter().map(|node| nodes.first(*node).0), &mut entry);
    encode_u32s(of_part.iter().map(|node| nodes.text(*node)), &mut entry);
    of_part.clear();
    writer.entry(&entry.finish())
}

/// About how long a component takes: its texts are read, and its members compared.
fn cost(context: &RunContext<'_>, banded: &BandedNodes, batch: &ComponentBatch, component: &Component) -> u64 {
    let tokens = |node: &Node| context.tables.units.tokens(banded.nodes.first(batch.nodes[*node as usize])) as u64;
    let texts: u64 = component.nodes.iter().map(|node| tokens(node) + 64).sum();
    let members: u64 = component.buckets.iter().map(|bucket| batch.buckets.members(*bucket).len() as u64).sum();
    texts + 8 * members
}
