//! Looks for signs that a cleaning removes more than copies, before anything is written.
//!
//! Looked at are runs over whole documents with at least [`FEWEST_RECORDS`] records. Copies of references and of texts that are
//! kept elsewhere do not count, nor what a rule on repetition removes: these removals are meant.
//!
//! - Clusters and sources are counted exactly.
//! - Shared blocks are looked for in samples of documents (`shared_blocks`): the sources that lose most, then the largest.
//! - What removals share of their own text is judged in a sample of them (`own_shares`).
//!
//! Samples are spread evenly over the input, so alarms depend on input and options alone.

use super::plan::{Cleaning, RemovedPart};
use crate::document::DocId;
use crate::error::Result;
use crate::input::Corpus;
use crate::normalize::Language;
use crate::page::UnitLevel;
use crate::parallel;
use crate::pipeline::RunAlarm;
use crate::report::record_sources::{RecordSources, SourceNumber};
use crate::similarity::facts::Facts;

mod own_shares;
mod shared_blocks;

use own_shares::OwnTextJudge;
use shared_blocks::SourceBlock;

/// Fewest records of an input, and of a source, for an alarm about it.
const FEWEST_RECORDS: u64 = 20;

/// Fewest members of a cluster, and fewest removals, for an alarm about them.
const FEWEST_COPIES: u64 = 10;

/// A cluster of more than one in this many records is large.
const CLUSTER_SHARE: u64 = 20;

/// Most alarms about lost sources.
const MOST_SOURCES: usize = 20;

/// Most sources in which shared blocks are looked for.
const MOST_EXAMINED: usize = 10;

/// The records of a source that can be read.
#[derive(Debug, Default, Clone, Copy)]
struct SourceRecords {
    records: u64,
    removed: u64,
}

impl Cleaning<'_> {
    /// Signs that this cleaning removes more than copies: none for tiny inputs, and none for units other than documents. Reads
    /// `sources` if they are not given, which takes one more pass over the corpus, and a sample of the texts: of up to 10 sources
    /// 100 documents each, and of up to 200 removals.
    ///
    /// # Errors
    ///
    /// A record cannot be read again.
    pub fn alarms(&self, sources: Option<&RecordSources>) -> Result<Vec<RunAlarm>> {
        let is_few = InputRecords { corpus: self.corpus, languages: &self.found.languages }.are_few();
        if self.options.unit != UnitLevel::Document || is_few {
            return Ok(Vec::new());
        }

        let read;
        let sources = match sources {
            Some(sources) => sources,
            None => {
                read = RecordSources::read(self.found, self.corpus, self.options)?;
                &read
            }
        };
        let records = InputRecords { corpus: self.corpus, languages: &self.found.languages };
        let finder = || AlarmFinder::new(self, sources, AlarmInput { records, sources });
        parallel::with_threads(Some(self.found.threads), || finder().all(None))?
    }

    /// As [`alarms`](Self::alarms), of a cleaning of a sample in which all large clusters are. `sources` are those of the sample, with
    /// the numbers of those of the whole `input`; `lost` are the alarms about lost sources.
    ///
    /// # Errors
    ///
    /// As [`alarms`](Self::alarms).
    pub(crate) fn alarms_of_sample(
        &self,
        sources: &RecordSources,
        input: AlarmInput<'_>,
        lost: Vec<RunAlarm>,
    ) -> Result<Vec<RunAlarm>> {
        if self.options.unit != UnitLevel::Document || input.records.are_few() {
            return Ok(Vec::new());
        }
        let finder = || AlarmFinder::new(self, sources, input);
        parallel::with_threads(Some(self.found.threads), || finder().all(Some(lost)))?
    }
}

/// The records of an input.
#[derive(Clone, Copy)]
pub(crate) struct InputRecords<'a> {
    pub(crate) corpus: &'a Corpus,
    /// The language of each; `None` for those that cannot be read.
    pub(crate) languages: &'a [Option<Language>],
}

impl<'a> InputRecords<'a> {
    /// Those that can be read, references left out.
    fn readable(self) -> impl Iterator<Item = DocId> + 'a {
        let documents = self.corpus.ids().skip(self.corpus.references());
        documents.filter(move |document| self.languages.get(document.index()).is_some_and(Option::is_some))
    }

    fn are_few(self) -> bool {
        (self.readable().count() as u64) < FEWEST_RECORDS
    }
}

/// The input that alarms are about: that of the cleaning, or the whole of which it cleans a sample.
#[derive(Clone, Copy)]
pub(crate) struct AlarmInput<'a> {
    pub(crate) records: InputRecords<'a>,
    /// The source of each record.
    pub(crate) sources: &'a RecordSources,
}

/// Finds the alarms of a cleaning.
struct AlarmFinder<'a> {
    cleaning: &'a Cleaning<'a>,
    /// The sources of the records that are cleaned.
    sources: &'a RecordSources,
    input: AlarmInput<'a>,
    of_sources: Vec<SourceRecords>,
    /// Records that are removed for another record of the input, in input order.
    removals: Vec<&'a RemovedPart>,
}

impl<'a> AlarmFinder<'a> {
    fn new(cleaning: &'a Cleaning<'a>, sources: &'a RecordSources, input: AlarmInput<'a>) -> Self {
        let units = &cleaning.found.units;
        let is_for_input = |part: &&RemovedPart| {
            let is_input = units.document(part.removal.keeper).index() >= cleaning.corpus.references();
            part.record && part.known.is_none() && part.rule.is_none() && is_input
        };
        let removals: Vec<&RemovedPart> = cleaning.removed_parts.iter().filter(is_for_input).collect();

        let mut of_sources = vec![SourceRecords::default(); sources.names.len()];
        for document in input.records.readable() {
            of_sources[input.sources.of(document) as usize].records += 1;
        }
        for part in &removals {
            of_sources[sources.of(units.document(part.removal.unit)) as usize].removed += 1;
        }
        Self { cleaning, sources, input, of_sources, removals }
    }

    /// All alarms. `lost` are those about lost sources, if they are known.
    fn all(&self, lost: Option<Vec<RunAlarm>>) -> Result<Vec<RunAlarm>> {
        let mut alarms = self.large_clusters(self.input.records.readable().count() as u64)?;
        alarms.extend(lost.unwrap_or_else(|| self.lost_sources()));

        let blocks = self.blocks()?;
        let shared = blocks.iter().filter_map(|block| block.alarm(self.sources.name(block.source)));
        alarms.extend(shared);
        alarms.extend(self.little_own_text(&blocks)?);
        Ok(alarms)
    }

    fn large_clusters(&self, readable: u64) -> Result<Vec<RunAlarm>> {
        let Cleaning { corpus, found, .. } = self.cleaning;
        let is_large = |members: u64| members >= FEWEST_COPIES && members * CLUSTER_SHARE > readable;

        // Clusters come with the largest first; references among the members do not count.
        let mut alarms = Vec::new();
        for cluster in found.clusters.iter().take_while(|cluster| is_large(cluster.size() as u64)) {
            let is_input = |unit| found.units.document(unit).index() >= corpus.references();
            let members = cluster.copies().filter(|unit| is_input(*unit)).count() as u64;
            if is_large(members) {
                let document = found.units.document(cluster.keeper);
                let keeper = found.names.shown(document, &corpus.read(document)?.id).to_string();
                alarms.push(RunAlarm::LargeCluster { keeper, members, records: readable });
            }
        }
        Ok(alarms)
    }

    fn lost_sources(&self) -> Vec<RunAlarm> {
        let is_lost = |of: &SourceRecords| of.records >= FEWEST_RECORDS && of.removed * 2 > of.records;
        let named = self.ordered().into_iter().filter(|source| !self.sources.name(*source).is_empty());
        let lost = named.map(|source| (source, self.of_sources[source as usize])).filter(|(_, of)| is_lost(of));

        let alarm = |(source, SourceRecords { records, removed })| {
            let source = self.sources.name(source).to_owned();
            RunAlarm::LostSource { source, removed, records }
        };
        lost.take(MOST_SOURCES).map(alarm).collect()
    }

    /// All sources: those that lose most first, then the largest.
    fn ordered(&self) -> Vec<SourceNumber> {
        let mut ordered: Vec<SourceNumber> = (0..self.of_sources.len() as SourceNumber).collect();
        ordered.sort_by_key(|source| {
            let SourceRecords { records, removed } = self.of_sources[*source as usize];
            std::cmp::Reverse((removed, records))
        });
        ordered
    }

    /// What returns in the sources that are examined.
    fn blocks(&self) -> Result<Vec<SourceBlock>> {
        let is_examined = |source: &SourceNumber| self.of_sources[*source as usize].records >= FEWEST_RECORDS;
        let examined: Vec<SourceNumber> = self.ordered().into_iter().filter(is_examined).take(MOST_EXAMINED).collect();

        let mut place_of = vec![None; self.of_sources.len()];
        for (place, source) in examined.iter().enumerate() {
            place_of[*source as usize] = Some(place);
        }
        let mut documents = vec![Vec::new(); examined.len()];
        for document in self.input.records.readable() {
            if let Some(place) = place_of[self.input.sources.of(document) as usize] {
                documents[place].push(document);
            }
        }

        let corpus = self.input.records.corpus;
        let blocks = examined.iter().zip(&documents);
        blocks.map(|(source, documents)| SourceBlock::find(corpus, *source, documents)).collect()
    }

    fn little_own_text(&self, blocks: &[SourceBlock]) -> Result<Option<RunAlarm>> {
        let judge = OwnTextJudge { cleaning: self.cleaning, sources: self.sources, blocks };
        let (removals, examined) = judge.little(&self.removals)?;

        let is_alarm = examined >= FEWEST_COPIES && removals * 2 > examined;
        let facts_guard = self.cleaning.options.facts == Facts::Guard;
        Ok(is_alarm.then_some(RunAlarm::LittleOwnText { removals, examined, facts_guard }))
    }
}

/// At most `most` of some items, spread evenly.
fn spread<T: Copy>(items: &[T], most: usize) -> Vec<T> {
    let taken = items.len().min(most);
    (0..taken).map(|place| items[place * items.len() / taken]).collect()
}
