//! All postings of an index: those in run files and the recent ones.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::commit_head::SliceInfo;
use super::posting::{Posting, SLICES, place};
use super::posting_merge::{PostingMerge, PostingSource};
use super::recent::RecentPostings;
use super::run_file::{RunFile, RunInfo};
use super::run_writer;
use crate::error::Result;
use crate::index::stored_text::InsertNumber;

/// An older run is merged with younger postings if it is at most this many times as long. So a posting is rewritten
/// only a few times, and a slice has few runs.
const FANOUT: u64 = 8;

/// Open run files by their numbers. An open file is not opened again.
pub(super) type OpenRuns = HashMap<u64, Arc<RunFile>>;

/// The postings of all slices.
#[derive(Debug)]
pub(super) struct BandPostings {
    pub(super) recent: RecentPostings,
    /// The runs of each slice, from the oldest documents to the youngest.
    slices: Vec<Vec<Arc<RunFile>>>,
    /// For each slice: the runs contain the postings of all documents numbered below.
    upto: Vec<InsertNumber>,
    /// Most bytes of the filters of a slice.
    filter_bytes: usize,
}

impl BandPostings {
    /// Opens the run files that the head names. `recent` is the expected number of recent postings, `filters` the bytes
    /// for all filters of run files.
    pub(super) fn open(
        directory: &Path,
        slices: &[SliceInfo],
        recent: usize,
        filters: usize,
        opened: &mut OpenRuns,
    ) -> Result<Self> {
        let filter_bytes = filters / SLICES;
        Ok(Self {
            recent: RecentPostings::for_postings(recent),
            slices: slices
                .iter()
                .map(|slice| open_runs(directory, &slice.runs, opened, filter_bytes))
                .collect::<Result<_>>()?,
            upto: slices.iter().map(|slice| slice.upto).collect(),
            filter_bytes,
        })
    }

    /// Adds a document. A hash whose slice has the document in a run already is skipped.
    pub(super) fn insert(&mut self, doc: InsertNumber, hashes: &[u64]) {
        for hash in hashes {
            if doc >= self.upto[place(*hash).0] {
                self.recent.insert(*hash, doc);
            }
        }
    }

    /// Whether [`docs`](Self::docs) of a hash may find anything, by the filters alone.
    pub(super) fn may_hold(&self, hash: u64, since: InsertNumber) -> bool {
        let (slice, low) = place(hash);
        // Without a branch: the processor then waits for many filters at once.
        let in_runs = since < self.upto[slice];
        let runs = self.slices[slice].iter().fold(false, |may, run| may | run.may_hold(low));
        self.recent.may_hold(slice, low) | (in_runs & runs)
    }

    /// Appends the documents of a hash that are numbered `since` or later, among its earliest `most` live documents.
    /// Returns whether there are more than `most`.
    pub(super) fn docs(
        &self,
        hash: u64,
        since: InsertNumber,
        most: usize,
        dead: &RoaringBitmap,
        found: &mut Vec<InsertNumber>,
    ) -> Result<bool> {
        let (slice, low) = place(hash);

        // The usual case costs no disk access: the runs have nothing that new, and the recent postings neither.
        let in_runs = since < self.upto[slice];
        if !in_runs && self.recent.docs(slice, low, since).next().is_none() {
            return Ok(false);
        }

        // Documents before `since` count towards `most` too.
        let mut left = most;
        let mut is_cut = false;
        let mut take = |doc: InsertNumber| {
            if dead.contains(doc) {
                return true;
            }
            is_cut = left == 0;
            if !is_cut {
                left -= 1;
                found.extend((doc >= since).then_some(doc));
            }
            !is_cut
        };

        // Runs from the oldest documents on, then the recent ones: the documents ascend.
        for run in &self.slices[slice] {
            run.docs(low, &mut take)?;
        }
        let _ = self.recent.docs(slice, low, 0).all(take);
        Ok(is_cut)
    }

    /// Plans a merge of a slice: of its recent postings of documents below `bound`, with the younger runs that are due,
    /// or with all runs.
    pub(super) fn plan(&self, slice: usize, bound: InsertNumber, is_whole: bool) -> MergePlan {
        let (recent, runs) = (self.recent.below(slice, bound), &self.slices[slice]);

        // Runs are taken from the youngest on, while each is short enough compared with all that is merged so far.
        let mut kept = if is_whole { 0 } else { runs.len() };
        let mut length = recent.len() as u64;
        while kept > 0 && !recent.is_empty() && runs[kept - 1].info.postings <= FANOUT * length {
            kept -= 1;
            length += runs[kept].info.postings;
        }

        let filter_bytes = self.filter_bytes;
        MergePlan { slice, bound, kept: runs[..kept].to_vec(), taken: runs[kept..].to_vec(), recent, filter_bytes }
    }

    /// Replaces the postings that a merge took by the run that it wrote.
    pub(super) fn install(&mut self, merged: MergedSlice) {
        self.recent.forget_below(merged.slice, merged.upto);
        self.upto[merged.slice] = merged.upto;
        self.slices[merged.slice] = merged.runs;
    }

    /// Opens a slice as another process left it.
    pub(super) fn reopen(
        &self,
        slice: usize,
        info: &SliceInfo,
        directory: &Path,
        opened: &mut OpenRuns,
    ) -> Result<MergedSlice> {
        let runs = open_runs(directory, &info.runs, opened, self.filter_bytes)?;
        Ok(MergedSlice { slice, upto: info.upto, runs })
    }

    /// Whether a slice differs from its description.
    pub(super) fn differs(&self, slice: usize, info: &SliceInfo) -> bool {
        self.upto[slice] != info.upto || !self.slices[slice].iter().map(|run| &run.info).eq(&info.runs)
    }

    /// The runs of a slice, from the oldest documents to the youngest, and its recent postings, ascending.
    pub(super) fn of_slice(&self, slice: usize) -> (Vec<Arc<RunFile>>, Vec<Posting>) {
        (self.slices[slice].clone(), self.recent.below(slice, InsertNumber::MAX))
    }

    /// Number of runs of a slice.
    pub(super) fn runs(&self, slice: usize) -> usize {
        self.slices[slice].len()
    }

    /// Bytes of all run files.
    pub(super) fn bytes(&self) -> u64 {
        self.slices.iter().flatten().map(|run| run.info.bytes).sum()
    }

    /// The run files that are open.
    pub(super) fn opened(&self) -> OpenRuns {
        self.slices.iter().flatten().map(|run| (run.info.file, run.clone())).collect()
    }
}

/// The runs of a slice; those that are open already are used again.
fn open_runs(
    directory: &Path,
    infos: &[RunInfo],
    opened: &mut OpenRuns,
    filter_bytes: usize,
) -> Result<Vec<Arc<RunFile>>> {
    let open = |(place, info): (usize, &RunInfo)| {
        if let Some(run) = opened.get(&info.file).filter(|run| run.info == *info) {
            return Ok(run.clone());
        }

        let run = Arc::new(RunFile::open(directory, *info, share(place, filter_bytes))?);
        // Noted at once: a later attempt, after an error, does not read the file again.
        opened.insert(info.file, run.clone());
        Ok(run)
    };

    infos.iter().enumerate().map(open).collect()
}

/// The part of the filter bytes of a slice that one run may take, by its place. The oldest run is by far the longest, and
/// gets what the younger ones leave: few bytes tell nearly all hashes that these do not hold.
const fn share(place: usize, bytes: usize) -> usize {
    match place {
        0 => bytes / 4 * 3,
        1 => bytes / 16 * 3,
        _ => bytes / 32,
    }
}

/// The postings and runs that a merge takes, and the runs that it keeps.
#[derive(Debug)]
pub(super) struct MergePlan {
    slice: usize,
    bound: InsertNumber,
    kept: Vec<Arc<RunFile>>,
    taken: Vec<Arc<RunFile>>,
    recent: Vec<Posting>,
    filter_bytes: usize,
}

/// A slice after a merge.
#[derive(Debug)]
pub(super) struct MergedSlice {
    pub(super) slice: usize,
    upto: InsertNumber,
    runs: Vec<Arc<RunFile>>,
}

impl MergePlan {
    /// Number of recent postings that it takes.
    pub(super) const fn recent(&self) -> usize {
        self.recent.len()
    }

    /// Writes the run file without dead documents, and opens it.
    pub(super) fn write(self, dead: &RoaringBitmap, directory: &Path, file: u64) -> Result<MergedSlice> {
        let Self { slice, bound, kept: mut runs, taken, recent, filter_bytes } = self;
        if !recent.is_empty() || !taken.is_empty() {
            let most = recent.len() as u64 + taken.iter().map(|run| run.info.postings).sum::<u64>();
            let sources = taken.iter().map(|run| run.postings()).chain([PostingSource::of_recent(recent)]);
            let is_live =
                |posting: &Result<Posting>| posting.as_ref().map_or(true, |posting| !dead.contains(posting.doc()));
            let live = PostingMerge::new(sources).filter(is_live);

            // Nothing is written if all documents are dead.
            let share = share(runs.len(), filter_bytes);
            if let Some((info, filter)) = run_writer::write(directory, file, most, share, live)? {
                runs.push(Arc::new(RunFile::open(directory, info, share)?.with_filter(filter)));
            }
        }
        Ok(MergedSlice { slice, upto: bound, runs })
    }
}

impl MergedSlice {
    /// Its description for the catalog.
    pub(super) fn info(&self) -> SliceInfo {
        SliceInfo { upto: self.upto, runs: self.runs.iter().map(|run| run.info).collect() }
    }
}
