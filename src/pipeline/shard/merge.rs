//! The second stage: what only the whole run knows, and the work of each part.

use super::column_codec::{decode_u32s, encode_u32s};
use super::file::{self, FileDigest, ShardFileKind, ShardReader, ShardWriter};
use super::learned::StoredLearned;
use super::set::{ShardRun, ShardSet, ShardStage};
use super::work::WorkDealer;
use crate::error::Result;
use crate::lsh::Node;
use crate::parallel;
use crate::pipeline::band::{self, BandedNodes};
use crate::pipeline::context::RunContext;
use crate::pipeline::keeper_order;
use crate::pipeline::learn_frequencies;
use crate::pipeline::node_table::NodeTable;
use crate::pipeline::route::RouteId;
use crate::pipeline::run_task::RunTask;
use crate::similarity::facts::Facts;
use crate::spill::{ByteDecoder, ByteEncoder};

impl ShardRun<'_> {
    /// Merges the sketches of all parts: settles languages, groups equal texts, finds candidates, learns frequencies, and deals
    /// the components to the parts. Needs memory for the tables of the whole run, as a run in one process does, and reads
    /// again the records whose language their source tells, and those with equal fingerprints.
    ///
    /// # Errors
    ///
    /// A sketch is missing, damaged or of another plan; the memory limit is too low; the disk refuses.
    pub fn merge(self) -> Result<ShardStage> {
        let sketches = self.set.sketches()?;
        if self.set.is_merged(sketches)? {
            return Ok(ShardStage::WasThere);
        }

        let Self { set, pipeline, input, progress } = self;
        parallel::with_threads(pipeline.options.threads, || {
            let plan = pipeline.plan()?;
            progress.begin("read", 0);
            let pass = pipeline.first_pass(RunTask::Clusters, &plan, progress);
            let stored = |each: &mut dyn FnMut(_, _) -> Result<()>| set.each_scanned(set.all_parts(), each);
            let (corpus, mut tables, _) = pass.over_all_stored(input, stored)?;

            let setup = pipeline.setup(&corpus, progress, &plan, None);
            let (ranks, _) = keeper_order::ranks(&pipeline.options, &tables, corpus.references());
            let name = set.name(ShardFileKind::Merged, 0, sketches);
            let mut merged = ShardWriter::new(&set.directory, name)?;
            let mut dealer = WorkDealer::new(set, sketches, tables.units.len())?;
            let mut learned = None;

            for (id, route) in pipeline.routes.iter() {
                let context = RunContext::new(setup, &tables, None);
                let banded = band::band(&context, id, &ranks)?;
                // As in one process: without candidates nothing is judged.
                let is_judged = pipeline.options.facts == Facts::Guard && banded.candidates.batches() > 0;
                if id == RouteId::Main && is_judged {
                    let trigrams = learn_frequencies::trigram_counts(&context, route, &banded)?;
                    learned = Some((banded.nodes.len(), trigrams));
                }

                dealer.route(&context, id, &banded)?;
                merged.entry(&encoded(id, &banded))?;
                tables.rows_mut(id).forget();
            }

            let sampled = &tables.sampled;
            let learned = learned.map(|(texts, trigrams)| StoredLearned { texts, sampled, trigrams });
            set.write_learned(sketches, learned)?;
            dealer.finish(&RunContext::new(setup, &tables, None))?;
            merged.finish()?;
            Ok(ShardStage::Made)
        })?
    }
}

fn encoded(id: RouteId, banded: &BandedNodes) -> Vec<u8> {
    let mut entry = ByteEncoder::default();
    entry.byte(id as u8);
    for column in banded.nodes.columns() {
        encode_u32s(column.into_iter(), &mut entry);
    }
    encode_u32s(banded.node_of_row.iter().copied(), &mut entry);
    entry.finish()
}

/// The nodes of a route, and the node of each row.
pub(super) type MergedNodes = (NodeTable, Vec<Node>);

impl ShardSet {
    /// Whether a merge of `sketches` left all of its files.
    fn is_merged(&self, sketches: FileDigest) -> Result<bool> {
        let work = self.all_parts().map(|part| (ShardFileKind::Work, part));
        let names = [(ShardFileKind::Merged, 0), (ShardFileKind::Learned, 0)].into_iter().chain(work);
        for (kind, part) in names {
            if !file::is_whole(&self.directory, self.name(kind, part, sketches))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The nodes that a merge of `sketches` found, by route.
    ///
    /// # Errors
    ///
    /// The file is missing, stale or damaged.
    pub(super) fn merged_nodes(&self, sketches: FileDigest) -> Result<[Option<MergedNodes>; 2]> {
        let name = self.name(ShardFileKind::Merged, 0, sketches);
        let (mut reader, mut entry) = (ShardReader::open(&self.directory, name)?, Vec::new());
        let mut found = [None, None];
        while reader.next(&mut entry)? {
            let (id, nodes) = decoded(&entry).ok_or_else(|| reader.damaged())?;
            found[id.index()] = Some(nodes);
        }
        Ok(found)
    }
}

fn decoded(entry: &[u8]) -> Option<(RouteId, MergedNodes)> {
    let mut from = ByteDecoder::new(entry);
    let id = *RouteId::ALL.get(usize::from(from.byte()?))?;
    let columns = [decode_u32s(&mut from)?, decode_u32s(&mut from)?, decode_u32s(&mut from)?];
    let node_of_row = decode_u32s(&mut from)?;
    from.is_empty().then_some((id, (NodeTable::of_columns(columns)?, node_of_row)))
}
