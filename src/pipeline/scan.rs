//! The first pass: every record is read, cut, folded, shingled and sketched; its text is let go again.

use std::sync::{Mutex, PoisonError};

use ahash::AHashSet;

use super::path::{Path, PathId, Paths};
use super::{Options, Progress, resemble};
use crate::document::{DocId, Kind, Unit};
use crate::input::{Corpus, FieldValue, Reject};
use crate::lsh::Node;
use crate::normalize::{Language, Normalizer};
use crate::page::Cutter;
use crate::shingle::{Fingerprint, ShingleSet, Shingled, Shingler};
use crate::similarity::Score;

/// What the first pass keeps of a record.
#[derive(Debug)]
pub(super) struct Scanned {
    /// The id as the record gives it.
    pub(super) id: String,
    pub(super) language: Language,
    /// The value that decides who stays, if a field does.
    pub(super) rank: Option<FieldValue>,
    pub(super) units: Vec<ScannedUnit>,
    /// Short units of this document that resemble one another.
    pub(super) resemblances: Vec<Resemblance>,
    /// Whether it has more distinct short units than are compared with one another.
    pub(super) crowded: bool,
}

/// A unit and what identifies its folded text.
#[derive(Debug)]
pub(super) struct ScannedUnit {
    pub(super) unit: Unit,
    pub(super) tokens: usize,
    /// The path it takes; `None` for boilerplate and for units without tokens.
    pub(super) path: Option<PathId>,
    pub(super) fingerprint: Fingerprint,
    /// Its numbers in 64 bits, on the short path.
    pub(super) numbers: u64,
    /// Its band keys, unless an equal unit was sketched before.
    pub(super) keys: Option<Box<[u64]>>,
}

/// Two short units of a document, by number, with their score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resemblance {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) score: Score,
}

/// Folded texts that were sketched already, so that copies are not sketched again. Which of several equal units carries
/// the keys depends on timing; the keys do not.
#[derive(Debug)]
pub(super) struct Sketched([Mutex<AHashSet<(PathId, Fingerprint)>>; 64]);

impl Sketched {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }

    /// Whether this is the first time.
    fn first(&self, path: PathId, fingerprint: Fingerprint) -> bool {
        let shard = &self.0[(fingerprint.0 % 64) as usize];
        shard.lock().unwrap_or_else(PoisonError::into_inner).insert((path, fingerprint))
    }
}

/// Scans one record after the other on one thread.
pub(super) struct Scanner<'a> {
    corpus: &'a Corpus,
    options: &'a Options,
    paths: &'a Paths,
    sketched: &'a Sketched,
    progress: &'a dyn Progress,
    cutter: Cutter,
    main: Shingler,
    short: Shingler,
    cut: Vec<Unit>,
    values: Vec<u32>,
    keys: Vec<u64>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(
        corpus: &'a Corpus,
        options: &'a Options,
        paths: &'a Paths,
        sketched: &'a Sketched,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            corpus,
            options,
            paths,
            sketched,
            progress,
            cutter: Cutter::new(),
            main: Shingler::new(options.shingle, options.seed),
            short: Shingler::new(crate::shingle::ShingleKind::SHORT, options.seed),
            cut: Vec::new(),
            values: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Reads, cuts, folds and sketches a record.
    pub(super) fn scan(&mut self, id: DocId) -> Result<Scanned, Reject> {
        let record = self.corpus.read(id);
        self.progress.advance(1, self.corpus.raw(id).map_or(0, |raw| raw.len() as u64));
        let mut record = record?;
        let language = self.options.language.unwrap_or_else(|| Language::detect(&record.text));
        let normalizer = Normalizer::new(self.options.profile, language);
        let mut cut = std::mem::take(&mut self.cut);
        self.cutter.cut(&record.text, self.options.unit, &mut cut);
        let mut shorts = Shorts::default();
        let units = cut
            .iter()
            .enumerate()
            .map(|(number, unit)| self.scan_unit(&normalizer, unit.span.of(&record.text), unit, number, &mut shorts));
        let units: Vec<ScannedUnit> = units.collect();
        self.cut = cut;
        let (resemblances, crowded) = (shorts.resemblances(), shorts.units.len() > resemble::WINDOW);
        let rank = record.fields.first_mut().and_then(Option::take);
        Ok(Scanned { id: record.id.into_owned(), language, rank, units, resemblances, crowded })
    }

    fn scan_unit(
        &mut self,
        normalizer: &Normalizer,
        text: &str,
        unit: &Unit,
        number: usize,
        shorts: &mut Shorts,
    ) -> ScannedUnit {
        let Some((id, path)) = self.paths.of(unit.kind) else {
            return ScannedUnit::uncompared(*unit);
        };
        let shingler = if id == PathId::Short { &mut self.short } else { &mut self.main };
        let shingled = shingler.shingle(normalizer, text);
        if shingled.tokens == 0 {
            return ScannedUnit::uncompared(*unit);
        }
        if id == PathId::Short {
            shorts.push(number, &shingled);
        }
        let Shingled { tokens, fingerprint, numbers, .. } = shingled;
        let keys =
            self.sketched.first(id, fingerprint).then(|| sketch(path, &shingled, &mut self.values, &mut self.keys));
        ScannedUnit { unit: *unit, tokens, path: Some(id), fingerprint, numbers, keys }
    }
}

impl ScannedUnit {
    fn uncompared(unit: Unit) -> Self {
        Self { unit, tokens: 0, path: None, fingerprint: Fingerprint::default(), numbers: 0, keys: None }
    }

    /// Whether it would be compared, had it a token.
    pub(super) fn is_empty(&self) -> bool {
        self.path.is_none() && self.unit.kind != Kind::Boilerplate
    }
}

/// The band keys of a unit. Short units of unlike numbers never meet: pages count up, and "page 2" is no copy of "page 3".
fn sketch(path: &Path, shingled: &Shingled<'_>, values: &mut Vec<u32>, keys: &mut Vec<u64>) -> Box<[u64]> {
    path.hasher.sketch_into(shingled.hashes, values);
    keys.clear();
    path.banding.band_keys(values, shingled.numbers, keys);
    keys.as_slice().into()
}

/// The distinct short units of one document.
#[derive(Debug, Default)]
struct Shorts {
    seen: AHashSet<Fingerprint>,
    units: Vec<(usize, ShingleSet)>,
}

impl Shorts {
    fn push(&mut self, number: usize, shingled: &Shingled<'_>) {
        if self.seen.insert(shingled.fingerprint) {
            self.units.push((number, shingled.set()));
        }
    }

    /// Pairs that resemble, `a` before `b`, sorted so.
    fn resemblances(&self) -> Vec<Resemblance> {
        let by_number = |(a, b, score): (Node, Node, Score)| Resemblance {
            a: self.units[a as usize].0,
            b: self.units[b as usize].0,
            score,
        };
        resemble::within_document(&self.units).into_iter().map(by_number).collect()
    }
}
