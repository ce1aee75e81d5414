//! The last stage: what becomes of the records of each part.

use std::collections::BTreeMap;
use std::ops::Range;

use super::file::{ShardFileKind, ShardReader, ShardWriter};
use super::set::{ShardRun, ShardSet};
use crate::document::{DocId, Span};
use crate::error::Result;
use crate::input::Corpus;
use crate::parallel;
use crate::pipeline::run_task::RunTask;
use crate::pipeline::word_sample::SampleBound;
use crate::pipeline::{Clustering, Summary};
use crate::spill::{ByteDecoder, ByteEncoder};

/// What becomes of the records of one part, which are counted from its first record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartFates {
    /// Records that cannot be read, ascending.
    pub rejected: Vec<DocId>,
    /// Records that are removed as a whole, ascending.
    pub removed: Vec<DocId>,
    /// Records that stay and lose these spans; none for records that lose boilerplate alone.
    pub edited: BTreeMap<DocId, Box<[Span]>>,
}

/// One part of the input, to be written.
pub struct ShardPart {
    /// The records of the part alone.
    pub corpus: Corpus,
    /// Its units and rejected records; it has no clusters.
    pub found: Clustering,
    /// What becomes of its records.
    pub fates: PartFates,
}

impl ShardSet {
    /// The records of each part, in the order of the parts.
    ///
    /// # Errors
    ///
    /// A sketch is missing or damaged.
    pub fn records_of_parts(&self) -> Result<Vec<Range<DocId>>> {
        let (mut all, mut first) = (Vec::new(), 0);
        for part in self.all_parts() {
            let mut end = first;
            self.each_block(std::iter::once(part), |block| {
                end += block.index.records();
                Ok(true)
            })?;
            all.push(DocId::new(first)..DocId::new(end));
            first = end;
        }
        Ok(all)
    }

    /// Writes what becomes of the records of each part; `fates` gives it for the records of one.
    ///
    /// # Errors
    ///
    /// A file of an earlier stage is missing or stale, or the disk refuses.
    pub fn write_fates(&self, fates: impl Fn(Range<DocId>) -> PartFates) -> Result<()> {
        let verified = self.all_verified(self.sketches()?)?;
        for (part, records) in self.all_parts().zip(self.records_of_parts()?) {
            let name = self.name(ShardFileKind::Fates, part, verified);
            let mut writer = ShardWriter::new(&self.directory, name)?;
            writer.entry(&encoded(&fates(records)))?;
            writer.finish()?;
        }
        Ok(())
    }
}

impl ShardRun<'_> {
    /// The part `part`, from 1, with what becomes of its records. Reads no other part.
    ///
    /// # Errors
    ///
    /// There is no such part; a file of an earlier stage is missing, damaged or stale; the input cannot be read.
    pub fn apply(self, part: usize) -> Result<ShardPart> {
        let Self { set, pipeline, input, progress } = self;
        let part = set.part(part)?;
        let name = set.name(ShardFileKind::Fates, part, set.all_verified(set.sketches()?)?);
        let (mut reader, mut entry) = (ShardReader::open(&set.directory, name)?, Vec::new());
        let mut fates = PartFates::default();
        while reader.next(&mut entry)? {
            fates = decoded(&entry).ok_or_else(|| reader.damaged())?;
        }

        let input = input.part(set.files_of(part));
        parallel::with_threads(pipeline.options.threads, || {
            let plan = pipeline.plan()?;
            progress.begin("read", 0);
            let pass = pipeline.first_pass(RunTask::Clusters, &plan, progress);
            let bound = SampleBound::default();
            let stored = |each: &mut dyn FnMut(_, _) -> Result<()>| set.each_scanned(std::iter::once(part), each);
            let (corpus, tables) = pass.over_stored(input, &bound, stored)?;

            let summary = Summary::new(&pipeline.options, pipeline.routes.main.banding);
            let found = Clustering::of_part(&corpus, tables, fates.rejected.clone(), summary);
            Ok(ShardPart { corpus, found, fates })
        })?
    }
}

fn encoded(fates: &PartFates) -> Vec<u8> {
    let mut out = ByteEncoder::default();
    for documents in [&fates.rejected, &fates.removed] {
        out.u64(documents.len() as u64);
        documents.iter().for_each(|document| out.u32(document.index() as u32));
    }
    out.u64(fates.edited.len() as u64);
    for (document, spans) in &fates.edited {
        out.u32(document.index() as u32);
        out.u64(spans.len() as u64);
        spans.iter().flat_map(|span| [span.start, span.end]).for_each(|place| out.u32(place as u32));
    }
    out.finish()
}

fn decoded(entry: &[u8]) -> Option<PartFates> {
    let mut from = ByteDecoder::new(entry);
    let mut documents = || {
        let count = from.count(4)?;
        (0..count).map(|_| Some(DocId::new(from.u32()? as usize))).collect::<Option<Vec<DocId>>>()
    };
    let (rejected, removed) = (documents()?, documents()?);

    let mut edited = BTreeMap::new();
    for _ in 0..from.count(12)? {
        let document = DocId::new(from.u32()? as usize);
        let count = from.count(8)?;
        let span = |from: &mut ByteDecoder<'_>| Some(Span::new(from.u32()? as usize, from.u32()? as usize));
        let spans = (0..count).map(|_| span(&mut from)).collect::<Option<Vec<Span>>>()?;
        edited.insert(document, spans.into());
    }
    from.is_empty().then_some(PartFates { rejected, removed, edited })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fates_read_back_and_cut_ones_do_not() {
        let [a, b, c] = [2, 5, 70_000].map(DocId::new);
        let spans: Box<[Span]> = [Span::new(0, 3), Span::new(9, 12)].into();
        let edited = BTreeMap::from([(b, spans), (c, Box::default())]);
        let fates = PartFates { rejected: vec![c], removed: vec![a, b], edited };
        let bytes = encoded(&fates);
        assert_eq!(decoded(&bytes), Some(fates));
        for end in 0..bytes.len() {
            assert_eq!(decoded(&bytes[..end]), None, "{end}");
        }
    }
}
