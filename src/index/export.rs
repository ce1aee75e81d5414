//! Export, import and merge: the texts of an index move to another one.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::{Verdict, Verify};
#[cfg(feature = "persistent")]
use super::builder::IndexBuilder;
use super::copy_counts::{CopyCount, CopyCounts};
use super::language_votes::LanguageVotes;
use super::prepare::{PreparedText, TextPreparer};
use super::ranking::verdict;
use super::settings::Settings;
use super::stats::MergeStats;
use super::storage::going_on;
use super::stored_text::{InsertNumber, StoredBody, StoredText};
use super::text_index::Index;
use crate::document::Date;
use crate::error::{Error, ErrorKind, Operation, Remedy, Result};
use crate::normalize::alphabet;
use crate::shingle::Fingerprint;

/// The first line of an export.
#[derive(Serialize, Deserialize)]
struct ExportHeader {
    mukarrar_index: u32,
    settings: Map<String, Value>,
    /// The languages of the texts ever stored.
    #[serde(default, skip_serializing_if = "LanguageVotes::is_empty")]
    languages: LanguageVotes,
}

/// Version of the format of exports.
const EXPORT_VERSION: u32 = 1;

/// The remedy for a file that is not an export.
const EXPORT: Remedy = Remedy::Run { purpose: "export it", operations: &[Operation::ExportIndex] };

/// A text in an export; `text` or `sketch` is given, depending on [`Verify`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportLine {
    key: String,
    seen: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<i64>,
    /// The folded text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sketch: Option<ExportSketch>,
    /// Its copies, which are not in the export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    copies: Option<ExportCopies>,
}

/// The number of copies of a text, and when the earliest and the latest were seen.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportCopies {
    number: u64,
    first_seen: i64,
    last_seen: i64,
}

/// The body of a text in an index that keeps only signatures.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportSketch {
    shingles: u32,
    fingerprint: (u64, u64),
    slots: Vec<u8>,
}

#[cfg(feature = "persistent")]
impl IndexBuilder {
    /// The builder of an index that can import an export, from the first line of the export.
    ///
    /// # Errors
    ///
    /// The line is not the header of an export of this version, or the exported index used learned boilerplate, which
    /// an export does not contain: configure a builder with the rules instead.
    pub fn of_export(first_line: &str) -> Result<Self> {
        let header: ExportHeader = read(Ok(first_line.to_owned()), 1, EXPORT)?;
        let builder = Self::stored(&|name| header.value(name))?;

        // Settings that no builder can reproduce, such as another fold, differ here.
        let settings = builder.settings()?;
        header.require(&settings)?;

        // Texts are hashed anew, with a seed of the new directory. Signatures stay as they are.
        Ok(if settings.verify == Verify::Exact { builder.without_seed() } else { builder })
    }
}

impl Index {
    /// Writes a line of JSON with the settings, then one for each stored text, in the order of insertion:
    /// [`import`](Self::import) reads them. Returns the number of texts.
    ///
    /// # Errors
    ///
    /// The index cannot be read, or `out` fails.
    pub fn export(&self, out: &mut dyn Write) -> Result<u64> {
        self.export_while(out, &|| true)
    }

    /// As [`export`](Self::export), as long as `goes_on` is true; it is asked before each text.
    ///
    /// # Errors
    ///
    /// As [`export`](Self::export); [`ErrorKind::Interrupted`], after a part of the lines.
    pub fn export_while(&self, out: &mut dyn Write, goes_on: &dyn Fn() -> bool) -> Result<u64> {
        self.require_own_process()?;
        let failed = |source| Error::io("write", "the export", source);
        let settings = self.settings.list().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        // Before the votes are read: a reader looks for new commits.
        self.storage.version()?;
        let languages = self.storage.votes();
        write_line(out, &ExportHeader { mukarrar_index: EXPORT_VERSION, settings, languages }).map_err(failed)?;

        let copies = self.all_copies(goes_on)?;
        let mut count = 0;
        self.storage.each(&mut |doc, record| {
            going_on(goes_on)?;
            count += 1;
            write_line(out, &ExportLine::of(record, copies.get(doc))).map_err(failed)
        })?;

        out.flush().map_err(failed)?;
        Ok(count)
    }

    /// Stores every text of an export made with the same settings, in its order. Texts whose key is stored already are
    /// counted and left out.
    ///
    /// # Errors
    ///
    /// The settings differ, or a line is not valid: the error names the line, and the texts before it stay stored. On
    /// disk, also errors of reading and writing.
    pub fn import(&self, input: &mut dyn BufRead) -> Result<MergeStats> {
        self.import_while(input, &|| true)
    }

    /// As [`import`](Self::import), as long as `goes_on` is true; it is asked before each text. The texts until then stay stored.
    ///
    /// # Errors
    ///
    /// As [`import`](Self::import); [`ErrorKind::Interrupted`].
    pub fn import_while(&self, input: &mut dyn BufRead, goes_on: &dyn Fn() -> bool) -> Result<MergeStats> {
        self.require_own_process()?;
        let mut merged = MergeStats::default();
        let mut lines = input.lines().zip(1..);
        let header = match lines.next() {
            Some((line, _)) => read::<ExportHeader>(line, 1, EXPORT)?,
            None => return Err(unreadable(1, "nothing".to_owned(), EXPORT)),
        };
        self.check_header(&header)?;

        for (line, number) in lines {
            going_on(goes_on)?;
            let line: ExportLine = read(line, number, "export it again".into())?;
            let copies = line.copies.as_ref().filter(|copies| copies.number > 0).map(ExportCopies::count);
            let record = self.record_of(line).map_err(|what| unreadable(number, what, "export it again".into()))?;
            self.take(&record, copies, false, &mut merged)?;
        }

        // Texts are stored folded, so they tell their language no more.
        self.add_votes(&header.languages)?;
        Ok(merged)
    }

    /// Checks and inserts every text of another index with equal settings, in its order, as if its pages had been
    /// crawled after those of this index. Its counts of copies are added to those of this index.
    ///
    /// # Errors
    ///
    /// The settings differ. On disk, also errors of reading and writing.
    pub fn merge(&self, other: &Self) -> Result<MergeStats> {
        self.merge_while(other, &|| true)
    }

    /// As [`merge`](Self::merge), as long as `goes_on` is true; it is asked before each text. The texts until then stay stored.
    ///
    /// # Errors
    ///
    /// As [`merge`](Self::merge); [`ErrorKind::Interrupted`].
    pub fn merge_while(&self, other: &Self, goes_on: &dyn Fn() -> bool) -> Result<MergeStats> {
        if std::ptr::eq(self, other) {
            return Err(Error::parameter("merge", "an index with itself", "another index"));
        }

        self.require_own_process()?;
        other.require_own_process()?;
        let theirs = other.settings.list();
        let value = |name: &str| theirs.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
        if let Some((what, left, right)) = self.settings.difference(value) {
            return Err(ErrorKind::Incompatible { what, left, right }.into());
        }

        let mut merged = MergeStats::default();

        // The other index must see commits of its writer first, if it is only read.
        other.storage.version()?;
        let copies = other.all_copies(goes_on)?;
        other.storage.each(&mut |doc, record| {
            going_on(goes_on)?;
            self.take(record, copies.get(doc), true, &mut merged)
        })?;
        self.add_votes(&other.storage.votes())?;
        Ok(merged)
    }

    /// The copies of all texts: 40 bytes for each text that has any.
    fn all_copies(&self, goes_on: &dyn Fn() -> bool) -> Result<CopyCounts> {
        let mut copies = CopyCounts::default();
        self.storage.each_copied(&mut |doc, count| {
            going_on(goes_on)?;
            copies.add(doc, count);
            Ok(())
        })?;
        Ok(copies)
    }

    fn add_votes(&self, votes: &LanguageVotes) -> Result<()> {
        let _turn = self.turn();
        self.storage.add_votes(votes)
    }

    /// Stores a record of another index with its copies. A checked record is not stored if it repeats a stored text: then it is a
    /// copy of that text, and so are its copies.
    fn take(
        &self,
        record: &StoredText,
        copies: Option<CopyCount>,
        is_checked: bool,
        merged: &mut MergeStats,
    ) -> Result<()> {
        self.storage.make_room()?;
        self.workers.with(&self.settings, |worker| {
            // A text without tokens is never stored, so an index exports none; a file may contain one.
            let Some(text) = worker.prepare_again(&self.settings, record) else {
                return Ok(());
            };

            let _turn = self.turn();
            if self.storage.find(&record.key)?.is_some() {
                merged.keys_known += 1;
                return Ok(());
            }

            let repeated = if is_checked { self.repeated_by(worker, &text)? } else { None };
            if let Some(number) = repeated {
                let one = CopyCount::one(record.seen);
                self.storage.add_copies(number, copies.map_or(one, |copies| copies.plus(one)))?;
                merged.duplicates += 1;
                return Ok(());
            }

            let number = self.storage.version()?.next;
            let further = self.further_keys(&text)?;
            self.store(&record.key, text, &further, None)?;
            copies.map_or(Ok(()), |copies| self.storage.add_copies(number, copies))?;
            merged.inserted += 1;
            Ok(())
        })
    }

    /// The stored text that a text is a copy of.
    fn repeated_by(&self, worker: &mut TextPreparer, text: &PreparedText) -> Result<Option<InsertNumber>> {
        let found = self.candidate_snapshot(worker, text)?;
        let number = found.best.as_ref().map(|(number, _)| *number);
        Ok(number.filter(|_| matches!(verdict(found.best, found.is_cut), Verdict::Duplicate(_))))
    }

    fn check_header(&self, header: &ExportHeader) -> Result<()> {
        if header.mukarrar_index != EXPORT_VERSION {
            let what = format!("an export of version {}, not {EXPORT_VERSION}", header.mukarrar_index);
            return Err(unreadable(1, what, "export it again with this version".into()));
        }
        header.require(&self.settings)
    }

    /// The record of a line, or what is wrong with the line.
    fn record_of(&self, line: ExportLine) -> std::result::Result<StoredText, String> {
        let ExportLine { key, seen, date, text, sketch, copies: _ } = line;
        let body = match (text, sketch, self.settings.verify) {
            (Some(text), None, Verify::Exact) => {
                let mut folded = Vec::new();
                alphabet::push_compact(&text, &mut folded);
                StoredBody::text(folded.into())
            }
            (None, Some(sketch), Verify::Estimate) => {
                // Signatures of different lengths cannot be compared.
                if sketch.slots.len() != self.settings.banding.num_hashes() * self.settings.slot_bytes() {
                    return Err("a signature of another length".to_owned());
                }
                let fingerprint = Fingerprint(sketch.fingerprint.0, sketch.fingerprint.1);
                StoredBody::Sketch { fingerprint, shingles: sketch.shingles, slots: sketch.slots.into() }
            }
            _ => return Err(format!("not what `verify {}` keeps", self.settings.verify.name())),
        };

        let (seen, date) = (Date::from_seconds(seen), date.map(Date::from_seconds));
        Ok(StoredText { key: key.into(), seen, date, body })
    }
}

impl ExportHeader {
    fn value(&self, name: &str) -> Option<&str> {
        self.settings.get(name).and_then(Value::as_str)
    }

    /// An error unless the header has these settings.
    fn require(&self, settings: &Settings) -> Result<()> {
        match settings.difference(|name| self.value(name).map(str::to_owned)) {
            Some((what, left, right)) => Err(ErrorKind::Incompatible { what, left, right }.into()),
            None => Ok(()),
        }
    }
}

impl ExportLine {
    fn of(record: &StoredText, copies: Option<CopyCount>) -> Self {
        let (text, sketch) = match &record.body {
            StoredBody::Text { folded, .. } => (Some(alphabet::to_utf8(folded)), None),
            StoredBody::Sketch { fingerprint, shingles, slots } => {
                let fingerprint = (fingerprint.0, fingerprint.1);
                (None, Some(ExportSketch { shingles: *shingles, fingerprint, slots: slots.to_vec() }))
            }
        };

        let date = record.date.map(Date::seconds);
        let copies = copies.map(ExportCopies::of);
        Self { key: record.key.to_string(), seen: record.seen.seconds(), date, text, sketch, copies }
    }
}

impl ExportCopies {
    const fn of(count: CopyCount) -> Self {
        let (first_seen, last_seen) = (count.first_seen.seconds(), count.last_seen.seconds());
        Self { number: count.copies, first_seen, last_seen }
    }

    const fn count(&self) -> CopyCount {
        let (first_seen, last_seen) = (Date::from_seconds(self.first_seen), Date::from_seconds(self.last_seen));
        CopyCount { copies: self.number, first_seen, last_seen }
    }
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

fn read<T: for<'a> Deserialize<'a>>(line: std::io::Result<String>, number: u64, remedy: Remedy) -> Result<T> {
    let line = line.map_err(|source| Error::io("read", "the import", source))?;
    serde_json::from_str(&line).map_err(|error| unreadable(number, error.to_string(), remedy))
}

fn unreadable(line: u64, what: String, remedy: Remedy) -> Error {
    let what = format!("line {line}: {what}");
    ErrorKind::Unreadable { path: "the import".into(), what, remedy }.into()
}
