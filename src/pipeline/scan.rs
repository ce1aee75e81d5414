//! The first pass: every record is read, cut, folded, shingled and sketched; its text is let go again.

use std::collections::BTreeMap;

use ahash::AHashSet;

use super::fields::FieldParts;
use super::path::{Route, RouteId, RouteSet};
use super::{Options, Progress, resemble};
use crate::document::{Date, Span, Unit, UnitKind};
use crate::input::{BlockIndex, FieldValue, IdHashes, ReadScratch, Record, RecordBlock};
use crate::lsh::Node;
use crate::normalize::{Language, Normalizer};
use crate::page::{Cutter, ReturningLines, Sieve, SourceResolver, SourcedText};
use crate::passage::{FoldedWords, WordFolder};
use crate::shingle::{Fingerprint, ShingleKind, ShingleSet, ShingledUnit, Shingler};
use crate::similarity::Score;

/// What the first pass keeps of a block of records: numbers, no text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ScannedBlock {
    /// Every record, in input order.
    pub(super) records: Vec<ScannedRecord>,
    pub(super) ids: IdHashes,
    /// The value that decides who stays, a record each; empty if no field does.
    pub(super) ranks: Vec<Option<FieldValue>>,
    /// When each record was published; empty if nobody asks.
    pub(super) dates: Vec<Option<Date>>,
    /// The units of all records, in input order.
    pub(super) units: Vec<ScannedUnit>,
    /// The words of all records, if passages are looked for; then nothing is compared.
    pub(super) words: FoldedWords,
    /// For each path the band keys of its units, unit by unit.
    pub(super) keys: [Vec<u64>; 2],
    /// The samples of the units of the main path, unit by unit; empty if nobody asks for them.
    pub(super) samples: Vec<u32>,
    /// Short units of one document that resemble one another, by place in `units`.
    pub(super) resemblances: Vec<ShortPair>,
    /// Rejected records by the code of their reason.
    pub(super) rejected: BTreeMap<String, u64>,
    /// Documents with more distinct short units than are compared with one another.
    pub(super) crowded: u64,
    /// Records whose bytes were no clean UTF-8, by place in `records`.
    pub(super) decoded: Vec<u32>,
    /// How many of them by [`Note`](crate::input::DecodingNote).
    pub(super) noted: BTreeMap<String, u64>,
}

/// A record and how many units it has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ScannedRecord {
    /// `None` for a record that was rejected.
    pub(super) language: Option<Language>,
    pub(super) units: u32,
}

/// A unit and what identifies its folded text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ScannedUnit {
    pub(super) unit: Unit,
    pub(super) tokens: usize,
    /// The path it takes; `None` for boilerplate and for units without tokens.
    pub(super) path: Option<RouteId>,
    pub(super) fingerprint: Fingerprint,
}

/// Two short units of a document with their score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ShortPair {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) score: Score,
    /// Whether they hold the same numbers.
    pub(super) same_numbers: bool,
}

/// Scans one block after the other on one thread.
pub(super) struct BlockScanner<'a> {
    options: &'a Options,
    parts: FieldParts,
    progress: &'a dyn Progress,
    scratch: ReadScratch,
    folding: RecordFolder<'a>,
    /// Set if passages are looked for.
    words: Option<WordFolder>,
}

impl<'a> BlockScanner<'a> {
    /// A scanner that cuts with the lines that return on other pages, if they are known.
    pub(super) fn knowing(self, returning: Option<&'a ReturningLines>) -> Self {
        Self { folding: RecordFolder { returning, ..self.folding }, ..self }
    }

    pub(super) fn new(
        options: &'a Options,
        paths: &'a RouteSet,
        parts: FieldParts,
        progress: &'a dyn Progress,
    ) -> Self {
        let folding = RecordFolder::new(options, paths, parts.sources().clone());
        Self { options, parts, progress, scratch: ReadScratch::default(), folding, words: None }
    }

    /// A scanner that folds whole documents into words, and shingles and sketches nothing.
    pub(super) fn of_words(
        options: &'a Options,
        paths: &'a RouteSet,
        parts: FieldParts,
        progress: &'a dyn Progress,
    ) -> Self {
        Self { words: Some(WordFolder::new(options.seed)), ..Self::new(options, paths, parts, progress) }
    }

    /// Reads, cuts, folds and sketches the records of a block.
    pub(super) fn scan(&mut self, block: &RecordBlock) -> (BlockIndex, ScannedBlock) {
        let mut scanned = ScannedBlock::default();
        let (asks, asks_dates) = (self.options.keep.field().is_some(), self.options.date_field.is_some());
        let (folding, words, parts) = (&mut self.folding, &mut self.words, &self.parts);
        let index = block.read(&mut self.scratch, |record, bytes| {
            match record {
                Ok(record) => {
                    scanned.ranks.extend(asks.then(|| parts.rank(&record.fields)));
                    scanned.dates.extend(asks_dates.then(|| parts.date(&record.fields)));
                    scanned.note(&record);
                    match words {
                        Some(words) => folding.words(words, &record, &mut scanned),
                        None => folding.record(&record, &mut scanned),
                    }
                }
                Err(reason) => {
                    *scanned.rejected.entry(reason.code().to_owned()).or_default() += 1;
                    scanned.ranks.extend(asks.then_some(None));
                    scanned.dates.extend(asks_dates.then_some(None));
                    scanned.ids.push(None);
                    scanned.words.counts.extend(words.as_ref().map(|_| 0));
                    scanned.records.push(ScannedRecord { language: None, units: 0 });
                }
            }
            self.progress.advance(1, bytes as u64);
        });
        for (name, count) in std::mem::take(&mut self.scratch.passed) {
            *scanned.noted.entry(format!("passed over/{name}")).or_default() += count;
        }
        (index, scanned)
    }
}

/// Cuts, folds and sketches records.
struct RecordFolder<'a> {
    options: &'a Options,
    paths: &'a RouteSet,
    cutter: Cutter,
    sieve: Sieve,
    sources: SourceResolver,
    returning: Option<&'a ReturningLines>,
    main: Shingler,
    short: Shingler,
    cut: Vec<Unit>,
    values: Vec<u32>,
    shorts: ShortUnits,
}

impl<'a> RecordFolder<'a> {
    fn new(options: &'a Options, paths: &'a RouteSet, sources: SourceResolver) -> Self {
        Self {
            options,
            paths,
            cutter: Cutter::new(),
            sieve: options.sieve(),
            sources,
            returning: None,
            main: Shingler::new(options.shingle, options.seed),
            short: Shingler::new(ShingleKind::SHORT, options.seed),
            cut: Vec::new(),
            values: Vec::new(),
            shorts: ShortUnits::default(),
        }
    }

    fn record(&mut self, record: &Record<'_>, scanned: &mut ScannedBlock) {
        let language = self.options.language.unwrap_or_else(|| Language::detect(&record.text));
        let normalizer = Normalizer::new(self.options.profile, language);
        let mut cut = std::mem::take(&mut self.cut);
        let asks = self.options.rules.is_some() || self.returning.is_some();
        let source = asks.then(|| self.sources.of(record));
        let known = self.returning.zip(source.as_deref()).map(|(returning, source)| returning.of(source));
        self.cutter.cut_page_of(&record.text, record.layout.as_deref(), self.options.unit, known, &mut cut);
        for unit in &cut {
            let text = SourcedText::new(unit.span.of(&record.text)).kind(unit.kind).source(source.as_deref());
            let unit = self.unit(&normalizer, text, unit, scanned);
            scanned.units.push(unit);
        }
        let units = cut.len() as u32;
        self.cut = cut;
        scanned.crowded += u64::from(self.shorts.units.len() > resemble::WINDOW);
        self.shorts.resemblances(&mut scanned.resemblances);
        scanned.ids.push(Some(&record.id));
        scanned.records.push(ScannedRecord { language: Some(language), units });
    }

    /// Folds a whole record into words: one unit that is not compared.
    fn words(&self, folder: &mut WordFolder, record: &Record<'_>, scanned: &mut ScannedBlock) {
        let language = self.options.language.unwrap_or_else(|| Language::detect(&record.text));
        let normalizer = Normalizer::new(self.options.profile, language);
        let tokens = folder.fold(&normalizer, &record.text, &mut scanned.words);
        let unit = Unit { kind: UnitKind::Document, span: Span::new(0, record.text.len()), title: None };
        scanned.units.push(ScannedUnit { tokens, ..ScannedUnit::uncompared(unit) });
        scanned.ids.push(Some(&record.id));
        scanned.records.push(ScannedRecord { language: Some(language), units: 1 });
    }

    fn unit(
        &mut self,
        normalizer: &Normalizer,
        text: SourcedText<'_>,
        unit: &Unit,
        scanned: &mut ScannedBlock,
    ) -> ScannedUnit {
        let Some((id, path)) = self.paths.of(unit.kind) else {
            return ScannedUnit::uncompared(*unit);
        };
        let shingler = if id == RouteId::Short { &mut self.short } else { &mut self.main };
        let shingled = shingler.shingle_excerpt(normalizer, self.sieve.sift(text));
        if shingled.tokens == 0 {
            return ScannedUnit::uncompared(*unit);
        }
        if id == RouteId::Short {
            // The unit that is about to be pushed.
            self.shorts.push(scanned.units.len() as u32, &shingled);
        }
        sketch(path, &shingled, &mut self.values, &mut scanned.keys[id.index()]);
        if let Some(sampling) = path.sampling {
            sampling.sample(shingled.hashes, &mut scanned.samples);
        }
        let ShingledUnit { tokens, fingerprint, .. } = shingled;
        ScannedUnit { unit: *unit, tokens, path: Some(id), fingerprint }
    }
}

impl ScannedBlock {
    /// Notes the record that is about to be pushed, if its text is anything but its bytes.
    fn note(&mut self, record: &Record<'_>) {
        if record.decoding.is_plain() {
            return;
        }
        self.decoded.push(self.records.len() as u32);
        for note in record.decoding.notes() {
            *self.noted.entry(note.to_string()).or_default() += 1;
        }
    }
}

impl ScannedUnit {
    fn uncompared(unit: Unit) -> Self {
        Self { unit, tokens: 0, path: None, fingerprint: Fingerprint::default() }
    }

    /// Whether it would be compared, had it a token.
    pub(super) fn is_empty(&self) -> bool {
        self.path.is_none() && self.tokens == 0 && self.unit.kind != UnitKind::Boilerplate
    }
}

/// Appends the band keys of a unit. Short units of unlike numbers never meet: pages count up, and "page 2" is no copy of
/// "page 3".
fn sketch(path: &Route, shingled: &ShingledUnit<'_>, values: &mut Vec<u32>, keys: &mut Vec<u64>) {
    path.hasher.sketch_into(shingled.hashes, values);
    path.banding.band_keys(values, shingled.numbers, keys);
}

/// The distinct short units of one document.
#[derive(Debug, Default)]
struct ShortUnits {
    seen: AHashSet<Fingerprint>,
    units: Vec<(ShortUnit, ShingleSet)>,
}

/// A short unit: its place, and its numbers in 64 bits.
#[derive(Debug, Clone, Copy)]
struct ShortUnit {
    place: u32,
    numbers: u64,
}

impl ShortUnits {
    fn push(&mut self, place: u32, shingled: &ShingledUnit<'_>) {
        if self.seen.insert(shingled.fingerprint) {
            self.units.push((ShortUnit { place, numbers: shingled.numbers }, shingled.set()));
        }
    }

    /// Appends the pairs that resemble, `a` before `b`, sorted so, and forgets the units.
    fn resemblances(&mut self, out: &mut Vec<ShortPair>) {
        let unit = |node: Node| self.units[node as usize].0;
        let pair = |(a, b, score): (Node, Node, Score)| {
            let (a, b) = (unit(a), unit(b));
            ShortPair { a: a.place, b: b.place, score, same_numbers: a.numbers == b.numbers }
        };
        out.extend(resemble::within_document(&self.units).into_iter().map(pair));
        self.seen.clear();
        self.units.clear();
    }
}
