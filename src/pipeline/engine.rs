//! The stages of a run for engines that move data themselves, such as Spark: each takes the records of one task, and gives
//! numbers that the engine groups.
//!
//! 1. [`Pipeline::sketch_records`]: what is kept of each record. The engine groups equal texts by fingerprint and
//!    [digest](Pipeline::digests), and texts that share a band key into components. It counts titles: those that
//!    [are evidence](is_title_evidence) join texts, too.
//! 2. [`CorpusFrequencies`]: what pairs are judged by, from a sample that the engine draws.
//! 3. [`Pipeline::links`]: the verified pairs of whole components.
//! 4. [`Pipeline::contained`]: which of two texts is inside the other, for pairs that the engine found by samples.
//! 5. [`settled`]: what becomes of the nodes that pairs connect.
//!
//! Records are given in keeper order, each text once, as whole documents. Then the results are those of a run over all records.

use std::collections::BTreeSet;

use super::band::{self, BandedNodes};
use super::containment;
use super::context::RunContext;
use super::first_pass::FirstPass;
use super::keeper_clusters;
use super::learn_frequencies;
use super::learned_frequencies::LearnedFrequencies;
use super::node_table::{self, NodeTable};
use super::route::RouteId;
use super::run_task::RunTask;
use super::scanned_block::ScannedBlock;
use super::title_marks;
use super::verify_batches;
use super::word_sample::{SampleBound, SampledText, WordSample};
use super::{Pipeline, learned_codec};
use crate::cluster::{self, ContainmentPair, VerifiedLink};
use crate::document::{Date, DocId, UnitId};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Corpus;
use crate::lsh::Candidates;
use crate::lsh::containment::{self as sampling, HashCounts};
use crate::normalize::Language;
use crate::page::{UNNAMED_SOURCE, UnitLevel};
use crate::parallel;
use crate::shingle::Fingerprint;
use crate::similarity::facts::Facts;
use crate::similarity::own_text;
use crate::similarity::{Relation, Score, VariantReason};

/// What a run keeps of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordSketch {
    /// The language that it is folded with: Arabic for now if its text does not tell.
    pub language: Language,
    /// Whether its text tells the language, or the options do.
    pub is_sure: bool,
    /// Number of folded tokens; without tokens there are neither keys nor a sample.
    pub tokens: usize,
    /// 128 bits over all tokens, which propose equal texts. As unsigned numbers they order the sample of words.
    pub fingerprint: [u64; 2],
    /// The band keys.
    pub keys: Vec<u64>,
    /// The sampled shingles, ascending, each once.
    pub sample: Vec<u32>,
    /// How many entries the sample has in the count that [`Pipeline::trigram_bound`] takes.
    pub entries: u64,
    /// The distinct words among the first tokens, hashed; empty if the facts guard is off.
    pub words: Vec<u32>,
    /// Its date, in seconds since 1970; `None` if it has none that can be read, or the options name no field.
    pub date: Option<i64>,
    /// The key of its source, by which a run across sources tells sources apart; 0 if it has none, or the run compares within
    /// sources too.
    pub origin: u64,
    /// The keys of its title and of the source that it names, by which titles are [counted](is_title_evidence); 0 if it has no
    /// title that may be evidence, or names no source.
    pub title: [u64; 2],
}

/// The frequencies of a corpus, by which pairs are judged. Its bytes move between processes.
pub struct CorpusFrequencies {
    bytes: Vec<u8>,
    learned: LearnedFrequencies,
}

/// A text of the sample of words: its fingerprint and its words, as in its [`RecordSketch`].
pub type SampledWords = ([u64; 2], Vec<u32>);

impl CorpusFrequencies {
    /// The frequencies in a corpus of `texts` distinct texts. `sample` holds at least the 4,096 texts with the smallest
    /// fingerprints, or all; `trigrams` how many texts have each sampled shingle below [`Pipeline::trigram_bound`], if that is
    /// there, for shingles of three texts or more. `seed` is that of the run.
    #[must_use]
    pub fn new(texts: usize, sample: Vec<SampledWords>, trigrams: Option<(u32, Vec<(u32, u32)>)>, seed: u64) -> Self {
        let mut sampled = WordSample::default();
        for ([high, low], words) in sample {
            sampled.push(SampledText { fingerprint: Fingerprint(high, low), words: words.into() });
        }
        sampled.prune(&SampleBound::default());

        let trigrams = trigrams.map(|(bound, mut held)| {
            held.sort_unstable();
            HashCounts { held, bound }
        });
        let bytes = learned_codec::encoded(texts, &sampled, trigrams.as_ref());
        Self { bytes, learned: learn_frequencies::frequencies(&sampled, seed, texts, trigrams) }
    }

    /// The frequencies as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The frequencies of bytes from [`as_bytes`](Self::as_bytes), for a run with this `seed`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`]: the bytes are anything else.
    pub fn from_bytes(bytes: &[u8], seed: u64) -> Result<Self> {
        let corrupt = ErrorKind::Corrupt { what: "frequencies", offset: 0, reason: "they are no frequencies" };
        let learned = learned_codec::decoded(bytes, seed).ok_or(corrupt)?;
        Ok(Self { bytes: bytes.to_vec(), learned })
    }
}

/// A verified pair: records or nodes by their places in what was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EngineLink {
    /// The keeper, or the container.
    pub keeper: usize,
    /// The copy, variant or contained text.
    pub node: usize,
    /// Its relation to the keeper.
    pub relation: Relation,
    /// The exact score.
    pub score: Score,
}

/// Two texts of which one is inside the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContainedText {
    /// The text inside, and the other one.
    pub small: usize,
    /// The text around it.
    pub large: usize,
    /// Number of shingles of the small text.
    pub size: usize,
    /// The exact score.
    pub score: Score,
    /// Why the small text is no copy of a part of the large one, if it is none.
    pub variant: Option<VariantReason>,
}

/// The records that take another language than their texts tell, ascending.
pub type SettledLanguages = [(DocId, Language)];

/// What the whole run settled about the records of a task.
#[derive(Debug, Clone, Copy, Default)]
pub struct SettledRecords<'a> {
    /// Languages that are not those of the texts.
    pub languages: &'a SettledLanguages,
    /// The records whose titles [are evidence](is_title_evidence), ascending.
    pub titled: &'a [DocId],
}

/// Whether a title that `records` records of `sources` sources have is evidence that texts are one report. All records that can
/// be read count. Then each two nodes of unlike sources whose first records have the title are *twins*: an engine joins them into
/// one component, and gives [`Pipeline::contained`] each two of them that no keeper took.
#[must_use]
pub fn is_title_evidence(records: usize, sources: usize) -> bool {
    title_marks::is_evidence(records, sources)
}

impl Pipeline {
    /// What a run keeps of each record of `corpus`; `None` for records that cannot be read.
    ///
    /// # Errors
    ///
    /// The unit of the options is not the document; the threads cannot be started; the memory limit is too low.
    pub fn sketch_records(&self, corpus: &Corpus) -> Result<Vec<Option<RecordSketch>>> {
        self.check_documents()?;
        parallel::with_threads(self.options.threads, || {
            let plan = self.plan()?;
            let blocks = self.first_pass(RunTask::Clusters, &plan, &()).scanned(corpus)?;
            let mut all = Vec::with_capacity(corpus.len());
            for block in blocks {
                self.sketches_of(block, &mut all)?;
            }
            Ok(all)
        })?
    }

    fn sketches_of(&self, block: ScannedBlock, all: &mut Vec<Option<RecordSketch>>) -> Result<()> {
        let too_few = || Error::internal("a block has fewer sketches than compared records");
        let mut units = block.units.iter();
        let mut keys = block.keys[RouteId::Main.index()].chunks_exact(self.routes.main.banding.bands());
        let mut samples = &block.samples[..];
        let mut sampled = block.sampled.texts.into_iter();

        for (place, record) in block.records.iter().enumerate() {
            let unit = units.by_ref().take(record.units as usize).last();
            let (Some(language), Some(unit)) = (record.language, unit) else {
                all.push(None);
                continue;
            };

            let mut sketch = RecordSketch {
                language,
                is_sure: record.is_sure,
                tokens: unit.tokens,
                fingerprint: [unit.fingerprint.0, unit.fingerprint.1],
                keys: Vec::new(),
                sample: Vec::new(),
                entries: 0,
                words: Vec::new(),
                date: block.dates.get(place).copied().flatten().map(Date::seconds),
                origin: block.origins.get(place).copied().unwrap_or(UNNAMED_SOURCE),
                title: block.titles.get(place).map_or([0; 2], |mark| [mark.title, mark.source]),
            };
            if unit.route.is_some() {
                sketch.keys = keys.next().ok_or_else(too_few)?.to_vec();
                if self.options.facts == Facts::Guard {
                    // Nothing lowered the bound of the sample, so it has every compared text, in order.
                    let text = sampled.next().filter(|text| text.fingerprint == unit.fingerprint);
                    sketch.words = text.ok_or_else(too_few)?.words.into_vec();
                }
                if self.routes.main.sampling.is_some() {
                    let (count, rest) = samples.split_first().ok_or_else(too_few)?;
                    let (own, rest) = rest.split_at_checked(*count as usize).ok_or_else(too_few)?;
                    sketch.entries = own.len() as u64 + 1;
                    sketch.sample = own.to_vec();
                    sketch.sample.sort_unstable();
                    sketch.sample.dedup();
                    samples = rest;
                }
            }
            all.push(Some(sketch));
        }
        Ok(())
    }

    /// The BLAKE3 digest of the tokens of each record of `corpus`, by which equal texts are told; `None` for records that cannot be
    /// read.
    ///
    /// # Errors
    ///
    /// As [`sketch_records`](Self::sketch_records).
    pub fn digests(&self, corpus: &Corpus, languages: &SettledLanguages) -> Result<Vec<Option<[u8; 32]>>> {
        let settled = SettledRecords { languages, ..SettledRecords::default() };
        self.over_records(corpus, settled, None, |context| {
            let units: Vec<UnitId> = context.tables.units.ids().collect();
            let digests = node_table::digests(&units, &context.refolder())?;
            let mut all = vec![None; corpus.len()];
            for (unit, digest) in units.into_iter().zip(digests) {
                all[context.tables.units.document(unit).index()] = Some(digest);
            }
            Ok(all)
        })
    }

    /// Below which bound sampled shingles are counted, of all texts together with so many `entries`; `None` if a run counts
    /// none.
    #[must_use]
    pub fn trigram_bound(&self, entries: u64) -> Option<u32> {
        let is_counted = self.options.facts == Facts::Guard && self.routes.main.shingle == own_text::MEASURE;
        let plan = self.routes.main.sampling.filter(|_| is_counted)?;
        Some(sampling::counted_bound(plan, entries))
    }

    /// Fewest texts of a shingle that is counted.
    pub const TRIGRAM_TEXTS: u32 = own_text::TrigramFrequencies::HELD_FROM;

    /// The verified pairs of whole components: copies and variants by their places in `corpus`, and how many pairs a cap lost. Of two
    /// texts that share a band key, or are twins, both must be here, or neither.
    ///
    /// # Errors
    ///
    /// As [`sketch_records`](Self::sketch_records); a text is here twice.
    pub fn links(
        &self,
        corpus: &Corpus,
        settled: SettledRecords<'_>,
        frequencies: Option<&CorpusFrequencies>,
    ) -> Result<(Vec<EngineLink>, u64)> {
        self.over_records(corpus, settled, frequencies, |context| {
            let route = &self.routes.main;
            let ranks: Vec<u32> = (0..context.tables.units.len() as u32).collect();
            let banded = band::band(&context, RouteId::Main, &ranks)?;
            if (0..banded.nodes.len() as u32).any(|node| banded.nodes.units(node).len() > 1) {
                return Err(Error::parameter(
                    "records",
                    "equal texts",
                    "each text once, with those that equal it left out",
                ));
            }

            let verified = verify_batches::verify(&context, RouteId::Main, route, &banded, |batch, exact| {
                keeper_clusters::verify_batch(batch, exact, route.limits, &())
            })?;
            let place = |node| context.tables.units.document(banded.nodes.first(node)).index();
            let link = |link: &VerifiedLink| EngineLink {
                keeper: place(link.keeper),
                node: place(link.node),
                relation: link.relation,
                score: link.score,
            };
            Ok((verified.links.iter().map(link).collect(), verified.lost))
        })
    }

    /// Which of the records `2n` and `2n + 1` of `corpus` is inside the other, for every n; of each two the earlier one in keeper
    /// order comes first. `None` if neither is, or a run does not search for contained texts.
    ///
    /// # Errors
    ///
    /// As [`sketch_records`](Self::sketch_records); a record is left over, or has no tokens.
    pub fn contained(
        &self,
        corpus: &Corpus,
        settled: SettledRecords<'_>,
        frequencies: Option<&CorpusFrequencies>,
    ) -> Result<Vec<Option<ContainedText>>> {
        let mut found = vec![None; corpus.len() / 2];
        let Some(rule) = self.routes.main.containment else { return Ok(found) };

        self.over_records(corpus, settled, frequencies, |context| {
            let units = context.tables.units.len() as u32;
            if units as usize != corpus.len() || !units.is_multiple_of(2) {
                return Err(Error::parameter("records", corpus.len(), "pairs of readable records"));
            }
            let nodes = NodeTable::of_columns([(0..units).collect(), (0..=units).collect(), Vec::new()]);
            let nodes = nodes.ok_or_else(|| Error::internal("nodes of one unit each are no table"))?;
            let candidates = Candidates::none(nodes.len());
            let banded = BandedNodes { nodes, node_of_row: Vec::new(), candidates, resumed: false };

            let pairs: Vec<(u32, u32)> = (0..units / 2).map(|pair| (2 * pair, 2 * pair + 1)).collect();
            for pair in containment::verify(&context, &self.routes.main, rule, &banded, &pairs, None)? {
                let ContainmentPair { small, large, size, score, variant } = pair;
                let (small, large) = (small as usize, large as usize);
                found[small / 2] = Some(ContainedText { small, large, size, score, variant });
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Scans `corpus` and gives its context to `work`.
    fn over_records<T: Send>(
        &self,
        corpus: &Corpus,
        settled: SettledRecords<'_>,
        frequencies: Option<&CorpusFrequencies>,
        work: impl FnOnce(RunContext<'_>) -> Result<T> + Send,
    ) -> Result<T> {
        self.check_documents()?;
        let learned = frequencies.map(|frequencies| &frequencies.learned);
        parallel::with_threads(self.options.threads, || {
            let plan = self.plan()?;
            // No task sees which titles return in the whole run.
            let pass = self.first_pass(RunTask::Clusters, &plan, &());
            let pass = FirstPass { settled: Some(settled.languages), titled: Some(settled.titled), ..pass };
            let (tables, _) = pass.over_corpus(corpus)?;
            work(RunContext::new(self.setup(corpus, &(), &plan, None), &tables, learned))
        })?
    }

    /// Refuses options that these stages do not have.
    fn check_documents(&self) -> Result<()> {
        if self.options.unit != UnitLevel::Document {
            return Err(Error::parameter("unit", self.options.unit, "document: an engine moves whole records"));
        }
        Ok(())
    }
}

/// A node that has its place: taken by a keeper as a copy, or attached to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SettledNode {
    /// The link to its keeper.
    pub link: EngineLink,
    /// Whether it is only shown with the keeper.
    pub attached: bool,
}

/// What becomes of nodes, given all pairs among them: copies that keepers took, then contained texts and variants that are attached
/// to a keeper. Nodes are numbered in keeper order; `is_single` tells whether a node is one record. `links` are those of
/// [`Pipeline::links`], `contained` those of [`Pipeline::contained`] between nodes that no keeper took.
#[must_use]
pub fn settled(is_single: &[bool], links: &[EngineLink], contained: &[ContainedText]) -> Vec<SettledNode> {
    let verified = |link: &EngineLink| VerifiedLink {
        keeper: link.keeper as u32,
        node: link.node as u32,
        relation: link.relation,
        score: link.score,
    };
    let (taken, mut variants): (Vec<VerifiedLink>, Vec<VerifiedLink>) =
        links.iter().map(verified).partition(|link| link.relation.is_copy());
    let pairs: Vec<ContainmentPair> = contained
        .iter()
        .map(|pair| ContainmentPair {
            small: pair.small as u32,
            large: pair.large as u32,
            size: pair.size,
            score: pair.score,
            variant: pair.variant,
        })
        .collect();
    variants.extend(pairs.iter().filter(|pair| pair.variant.is_some()).map(containment::link));

    let keepers: BTreeSet<u32> = taken.iter().map(|link| link.keeper).collect();
    let is_alone = |node: u32| is_single[node as usize] && !keepers.contains(&node);
    let shown: Vec<VerifiedLink> = cluster::shown(&cluster::settle(&pairs, is_alone)).collect();

    // As in a run: a contained node belongs to its container, a container that is shown on a small keeper stays free.
    let contained = shown.iter().filter(|link| link.relation == Relation::Contained).map(|link| link.node);
    let gone: BTreeSet<u32> = taken.iter().map(|link| link.node).chain(contained).collect();
    let is_free = |node: u32| is_alone(node) && !gone.contains(&node);
    variants.sort_by_key(|link| (link.keeper, link.node));
    let variants = cluster::variants(variants, is_free, |node| !gone.contains(&node));

    let settled = |attached: bool| {
        move |link: VerifiedLink| {
            let VerifiedLink { keeper, node, relation, score } = link;
            let link = EngineLink { keeper: keeper as usize, node: node as usize, relation, score };
            SettledNode { link, attached }
        }
    };
    let attached = shown.into_iter().chain(variants).map(settled(true));
    taken.into_iter().map(settled(false)).chain(attached).collect()
}
