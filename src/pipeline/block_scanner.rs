//! Scans blocks of records in the first pass: reads, cuts, folds, shingles and sketches them. The text is dropped again.

use foldhash::HashSet;

use super::field_parts::FieldParts;
use super::options::Options;
use super::progress::Progress;
use super::route::{Route, RouteId, RouteSet};
use super::scanned_block::{ScannedBlock, ScannedRecord, ScannedUnit, ShortPair};
use super::short_similarity;
use super::title_marks::TitleMark;
use super::word_sample::{SampleBound, WordSampler};
use crate::document::{Span, Unit, UnitKind};
use crate::input::{BlockIndex, FieldValue, ReadScratch, Record, RecordBlock};
use crate::lsh::Node;
use crate::normalize::{FoldScratch, Language, Normalizer};
use crate::page::{Cutter, ReturningLines, Sieve, SourceResolver, SourcedText, UNNAMED_SOURCE, source_key};
use crate::passage::WordFolder;
use crate::shingle::{Fingerprint, ShingleKind, ShingleSet, ShingledUnit, Shingler};
use crate::similarity::Score;
use crate::similarity::facts::Facts;

/// Scans blocks on one thread.
pub(super) struct BlockScanner<'a> {
    options: &'a Options,
    parts: FieldParts,
    progress: &'a dyn Progress,
    scratch: ReadScratch,
    title_scratch: FoldScratch,
    folder: RecordFolder<'a>,
    /// Set in runs over passages.
    words: Option<WordFolder>,
}

impl<'a> BlockScanner<'a> {
    /// A scanner that cuts, folds, shingles and sketches. `returning` are the lines that return on other pages, if they are
    /// known; `bound` tells which texts the sample of words needs.
    pub(super) fn new(
        options: &'a Options,
        routes: &'a RouteSet,
        parts: FieldParts,
        returning: Option<&'a ReturningLines>,
        bound: &'a SampleBound,
        progress: &'a dyn Progress,
    ) -> Self {
        let folder = RecordFolder::new(options, routes, parts.sources().clone(), returning, Some(bound));
        let (scratch, title_scratch) = (ReadScratch::default(), FoldScratch::default());
        Self { options, parts, progress, scratch, title_scratch, folder, words: None }
    }

    /// A scanner that folds whole documents into words, and shingles and sketches nothing.
    pub(super) fn of_words(
        options: &'a Options,
        routes: &'a RouteSet,
        parts: FieldParts,
        bound: &'a SampleBound,
        progress: &'a dyn Progress,
    ) -> Self {
        Self { words: Some(WordFolder::new(options.seed)), ..Self::new(options, routes, parts, None, bound, progress) }
    }

    /// Reads and scans the records of a block.
    pub(super) fn scan(&mut self, block: &RecordBlock) -> (BlockIndex, ScannedBlock) {
        let mut scanned = ScannedBlock::default();
        let Self { options, parts, progress, scratch, title_scratch, folder, words } = self;
        // Titles are compared across languages that are not settled yet, so one table folds all.
        let normalizer = Normalizer::new(options.profile, options.language.unwrap_or(Language::Ar));
        let titles = parts.titles().filter(|_| words.is_none());

        let index = block.read(scratch, |record, bytes| {
            if options.across_sources {
                let source = record.as_ref().ok().map(|record| source_key(&parts.sources().of(record)));
                scanned.origins.push(source.unwrap_or(UNNAMED_SOURCE));
            }
            if options.note_sources {
                match &record {
                    Ok(record) => scanned.noted_sources.push(&parts.sources().of(record)),
                    Err(_) => scanned.noted_sources.push(""),
                }
            }
            if let Some(titles) = titles {
                let mark = |record| titles.mark(record, &normalizer, title_scratch);
                let mark = record.as_ref().map_or(TitleMark::default(), mark);
                scanned.titles.push(mark);
            }
            match record {
                Ok(record) => {
                    push_fields(options, parts, Some(&record.fields), &mut scanned);
                    scanned.note(&record);
                    match words {
                        Some(words) => folder.words(words, &record, &mut scanned),
                        None => folder.record(&record, &mut scanned),
                    }
                }
                Err(reason) => {
                    *scanned.rejected.entry(reason.code().to_owned()).or_default() += 1;
                    push_fields(options, parts, None, &mut scanned);
                    push_rejected(words.is_some(), &mut scanned);
                }
            }
            progress.advance(1, bytes as u64);
        });

        // Parts of archives that are no documents: they are no records, so only the notes show them.
        for (name, count) in std::mem::take(&mut scratch.passed) {
            *scanned.noted.entry(format!("passed over/{name}")).or_default() += count;
        }

        // Of a block without titles nothing is held.
        if scanned.titles.iter().all(|mark| *mark == TitleMark::default()) {
            scanned.titles = Vec::new();
        }
        (index, scanned)
    }
}

/// Appends the rank, the date and the source of a record, as far as the run reads them. A rejected record has no `fields`.
fn push_fields(
    options: &Options,
    parts: &FieldParts,
    fields: Option<&[Option<FieldValue>]>,
    scanned: &mut ScannedBlock,
) {
    if options.keep.field().is_some() {
        scanned.ranks.push(fields.and_then(|fields| parts.rank(fields)));
    }
    if options.date_field.is_some() {
        scanned.dates.push(fields.and_then(|fields| parts.date(fields)));
    }
    if parts.names_sources() {
        scanned.sources.push(fields.map_or(UNNAMED_SOURCE, |fields| parts.source(fields)));
    }
}

/// Appends a rejected record: every record has a place in each column.
fn push_rejected(counts_words: bool, scanned: &mut ScannedBlock) {
    scanned.ids.push(None);
    if counts_words {
        scanned.words.counts.push(0);
    }
    scanned.records.push(ScannedRecord { language: None, is_sure: true, units: 0 });
}

/// Cuts, folds and sketches records.
pub(super) struct RecordFolder<'a> {
    options: &'a Options,
    routes: &'a RouteSet,
    cutter: Cutter,
    sieve: Sieve,
    sources: SourceResolver,
    returning: Option<&'a ReturningLines>,
    main: Shingler,
    short: Shingler,
    /// `None` if the facts guard is off.
    sampler: Option<WordSampler<'a>>,
    /// The units of the current record.
    cut: Vec<Unit>,
    /// The signature of the current unit.
    values: Vec<u32>,
    shorts: ShortUnits,
}

impl<'a> RecordFolder<'a> {
    /// A folder. `bound` tells which texts the sample of words needs; without it no words are counted.
    pub(super) fn new(
        options: &'a Options,
        routes: &'a RouteSet,
        sources: SourceResolver,
        returning: Option<&'a ReturningLines>,
        bound: Option<&'a SampleBound>,
    ) -> Self {
        Self {
            options,
            routes,
            cutter: Cutter::new(),
            sieve: options.sieve(),
            sources,
            returning,
            main: Shingler::new(options.shingle, options.seed),
            short: Shingler::new(ShingleKind::SHORT, options.seed),
            sampler: bound.filter(|_| options.facts == Facts::Guard).map(WordSampler::new),
            cut: Vec::new(),
            values: Vec::new(),
            shorts: ShortUnits::default(),
        }
    }

    /// Cuts a record into units and appends them.
    fn record(&mut self, record: &Record<'_>, scanned: &mut ScannedBlock) {
        let (language, is_sure) = self.language(record);
        // Naming a source costs time; only learned rules and returning lines need it.
        let needs_source = self.options.rules.is_some() || self.returning.is_some();
        let source = needs_source.then(|| self.sources.of(record));
        let returning = self.returning.zip(source.as_deref()).map(|(returning, source)| returning.of(source));

        // Taken for the loop, which borrows `self`, and put back for the next record.
        let mut cut = std::mem::take(&mut self.cut);
        self.cutter.cut_page_of(&record.text, record.layout.as_deref(), self.options.unit, returning, &mut cut);
        self.units(&record.text, source.as_deref(), language, &cut, scanned);
        let units = cut.len() as u32;
        self.cut = cut;

        scanned.ids.push(Some(&record.id));
        scanned.records.push(ScannedRecord { language: Some(language), is_sure, units });
    }

    /// Folds and appends the units `cut` of a text.
    pub(super) fn units(
        &mut self,
        text: &str,
        source: Option<&str>,
        language: Language,
        cut: &[Unit],
        scanned: &mut ScannedBlock,
    ) {
        let normalizer = Normalizer::new(self.options.profile, language);
        for unit in cut {
            let text = SourcedText::new(unit.span.of(text)).kind(unit.kind).source(source);
            let unit = self.unit(&normalizer, text, unit, scanned);
            scanned.units.push(unit);
        }

        // The record is pushed after its units.
        let is_crowded = self.shorts.units.len() > short_similarity::WINDOW;
        scanned.crowded.extend(is_crowded.then_some(scanned.records.len() as u32));
        let lost = self.shorts.take_resemblances(&mut scanned.resemblances);
        scanned.lost.extend((lost > 0).then_some((scanned.records.len() as u32, lost)));
    }

    /// Folds a whole record into words, as one unit that is not compared.
    fn words(&self, folder: &mut WordFolder, record: &Record<'_>, scanned: &mut ScannedBlock) {
        let (language, is_sure) = self.language(record);
        self.words_of(folder, &record.text, language, scanned);

        scanned.ids.push(Some(&record.id));
        scanned.records.push(ScannedRecord { language: Some(language), is_sure, units: 1 });
    }

    /// Folds a whole text into words, and appends them with their unit.
    pub(super) fn words_of(&self, folder: &mut WordFolder, text: &str, language: Language, scanned: &mut ScannedBlock) {
        let normalizer = Normalizer::new(self.options.profile, language);
        let tokens = folder.fold(&normalizer, text, &mut scanned.words);

        let unit = Unit { kind: UnitKind::Document, span: Span::new(0, text.len()), title: None };
        scanned.units.push(ScannedUnit { tokens, ..ScannedUnit::uncompared(unit) });
    }

    /// The language of a record as far as it is known now, and whether it is sure.
    fn language(&self, record: &Record<'_>) -> (Language, bool) {
        if let Some(language) = self.options.language {
            return (language, true);
        }

        let evident = Language::evident(&record.text);
        // Where every language folds alike, nothing is gained by being sure.
        (evident.unwrap_or(Language::Ar), evident.is_some() || !self.options.profile.knows_languages())
    }

    /// Shingles and sketches one unit.
    fn unit(
        &mut self,
        normalizer: &Normalizer,
        text: SourcedText<'_>,
        unit: &Unit,
        scanned: &mut ScannedBlock,
    ) -> ScannedUnit {
        let Some((id, route)) = self.routes.of(unit.kind) else {
            return ScannedUnit::uncompared(*unit);
        };
        let shingler = if id == RouteId::Short { &mut self.short } else { &mut self.main };
        let excerpt = self.sieve.sift(text);
        // The place of the unit that is about to be pushed.
        let place = scanned.units.len() as u32;
        scanned.kept.push(place, &excerpt);
        let shingled = shingler.shingle_excerpt(normalizer, excerpt);
        if shingled.tokens == 0 {
            return ScannedUnit::uncompared(*unit);
        }

        let numbers = shingled.numbers;
        let keys = &mut scanned.keys[id.index()];
        if id == RouteId::Short {
            // The set is needed anyway. It has fewer hashes, since lines repeat their trigrams; the signature is the same.
            let set = shingled.set();
            sketch(route, set.hashes(), numbers, &mut self.values, keys);
            self.shorts.push(ShortUnit { place, numbers }, shingled.fingerprint, set);
        } else {
            sketch(route, shingled.hashes, numbers, &mut self.values, keys);
        }
        if let Some(sampling) = route.sampling {
            sampling.sample(shingled.hashes, &mut scanned.samples);
        }
        if let Some(sampler) = self.sampler.as_mut().filter(|_| id == RouteId::Main) {
            sampler.offer(shingled.fingerprint, shingled.token_hashes, &mut scanned.sampled);
        }
        let ShingledUnit { tokens, fingerprint, .. } = shingled;
        ScannedUnit { unit: *unit, tokens, route: Some(id), fingerprint }
    }
}

/// Appends the band keys of a unit. The numbers of a short unit are part of its keys, so that short units of unlike numbers
/// are never candidates: "page 2" is no copy of "page 3".
fn sketch(route: &Route, shingles: &[u64], numbers: u64, values: &mut Vec<u32>, keys: &mut Vec<u64>) {
    route.hasher.sketch_into(shingles, values);
    route.banding.band_keys(values, numbers, keys);
}

/// The distinct short units of one document.
#[derive(Debug, Default)]
struct ShortUnits {
    seen: HashSet<Fingerprint>,
    units: Vec<(ShortUnit, ShingleSet)>,
}

/// A short unit.
#[derive(Debug, Clone, Copy)]
struct ShortUnit {
    /// Its place among the units of the block.
    place: u32,
    /// A hash of its numbers.
    numbers: u64,
}

impl ShortUnits {
    /// Adds a unit, unless an equal one is there.
    fn push(&mut self, unit: ShortUnit, fingerprint: Fingerprint, set: ShingleSet) {
        if self.seen.insert(fingerprint) {
            self.units.push((unit, set));
        }
    }

    /// Appends the pairs of units that resemble each other, sorted by `a`, then `b`, and forgets the units. Returns how many
    /// pairs were passed over.
    fn take_resemblances(&mut self, out: &mut Vec<ShortPair>) -> u64 {
        let unit = |node: Node| self.units[node as usize].0;
        let pair = |(a, b, score): (Node, Node, Score)| {
            let (a, b) = (unit(a), unit(b));
            ShortPair { a: a.place, b: b.place, score, same_numbers: a.numbers == b.numbers }
        };

        let (pairs, lost) = short_similarity::within_document(&self.units);
        out.extend(pairs.into_iter().map(pair));
        self.seen.clear();
        self.units.clear();
        lost
    }
}
