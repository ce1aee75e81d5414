//! What becomes of an index over its life: expiry, export, import, merge.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::prepare::PreparedText;
use super::record::{StoredBody, StoredText};
use super::storage::ExpiryBound;
use super::{Index, MergeStats};
use crate::document::Date;
use crate::error::{Error, ErrorKind, Operation, Remedy, Result};
use crate::normalize::alphabet;
use crate::shingle::Fingerprint;

/// Which texts an index forgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// Those first seen before a moment.
    SeenBefore(Date),
    /// Those that lie further before the newest text than the index's window: nothing as new as that can match them.
    OutsideWindow,
}

/// The first line of an export.
#[derive(Serialize, Deserialize)]
struct ExportHeader {
    mukarrar_index: u32,
    settings: Map<String, Value>,
}

const EXPORT_VERSION: u32 = 1;

/// A text in an export.
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
}

/// What is exported where only signatures are kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExportSketch {
    shingles: u32,
    fingerprint: (u64, u64),
    slots: Vec<u8>,
}

#[cfg(feature = "persistent")]
impl super::IndexBuilder {
    /// The builder of an index that can import an export, from the first line of that.
    ///
    /// # Errors
    ///
    /// It is no export of this version; it was made with learned boilerplate, which an export does not hold: then give the rules to a
    /// builder of your own.
    pub fn of_export(first_line: &str) -> Result<Self> {
        let header: ExportHeader = read(Ok(first_line.to_owned()), 1, EXPORT)?;
        let value = |name: &str| header.settings.get(name).and_then(Value::as_str);
        let builder = Self::stored(&value)?;
        for (what, left) in builder.settings()?.list() {
            let right = value(what).unwrap_or("nothing").to_owned();
            if left != right {
                return Err(ErrorKind::Incompatible { what, left, right }.into());
            }
        }
        Ok(builder)
    }
}

impl Index {
    /// Forgets texts by their age; how many.
    ///
    /// # Errors
    ///
    /// [`Expiry::OutsideWindow`] of an index without a window; on disk what writing can meet.
    pub fn expire(&self, expiry: Expiry) -> Result<u64> {
        self.storage.make_room()?;
        let _turn = self.turn();
        let older = match (expiry, self.settings.window) {
            (Expiry::SeenBefore(moment), _) => ExpiryBound::Seen(moment),
            (Expiry::OutsideWindow, Some(window)) => match self.storage.newest() {
                Some(newest) => ExpiryBound::Moment(window.before(newest)),
                None => return Ok(0),
            },
            (Expiry::OutsideWindow, None) => {
                let expected = "it needs an index that was made with a window";
                let remedy = Remedy::Choose { purpose: "expire by age, or make an index", parameter: "window" };
                return Err(Error::parameter("expire", "outside the window", expected).with_remedy(remedy));
            }
        };
        let docs = self.storage.older(older)?;
        self.storage.remove(&docs)
    }

    /// Writes every stored text as a line of JSON, in the order of insertion, after a line with the settings: what
    /// [`import`](Self::import) reads. How many texts.
    ///
    /// # Errors
    ///
    /// What reading the index or the writer says.
    pub fn export(&self, out: &mut dyn Write) -> Result<u64> {
        let failed = |source| Error::io("write", "the export", source);
        let settings = self.settings.list().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        write_line(out, &ExportHeader { mukarrar_index: EXPORT_VERSION, settings }).map_err(failed)?;
        let mut count = 0;
        self.storage.version()?;
        self.storage.each(&mut |record| {
            count += 1;
            write_line(out, &ExportLine::of(record)).map_err(failed)
        })?;
        out.flush().map_err(failed)?;
        Ok(count)
    }

    /// Stores every text of an export that was made with the same settings, in its order; those whose key is stored already are
    /// counted and left out.
    ///
    /// # Errors
    ///
    /// Other settings, or a line that is none of an export: with its number. What came before it stays. On disk also what
    /// writing can meet.
    pub fn import(&self, input: &mut dyn BufRead) -> Result<MergeStats> {
        let mut merged = MergeStats::default();
        let mut lines = input.lines().zip(1..);
        let header = match lines.next() {
            Some((line, _)) => read::<ExportHeader>(line, 1, EXPORT)?,
            None => return Err(unreadable(1, "nothing".to_owned(), EXPORT)),
        };
        self.check_header(&header)?;
        for (line, number) in lines {
            let line: ExportLine = read(line, number, "export it again".into())?;
            let record = self.record_of(line).map_err(|what| unreadable(number, what, "export it again".into()))?;
            self.take(&record, false, &mut merged)?;
        }
        Ok(merged)
    }

    /// Checks and inserts every text of another index of equal settings, in its order: as if its pages had been crawled after those
    /// of this one.
    ///
    /// # Errors
    ///
    /// The settings differ. On disk also what reading and writing can meet.
    pub fn merge(&self, other: &Self) -> Result<MergeStats> {
        if std::ptr::eq(self, other) {
            return Err(Error::parameter("merge", "an index with itself", "another index"));
        }
        let (mine, theirs) = (self.settings.list(), other.settings.list());
        if let Some(((what, left), (_, right))) = mine.into_iter().zip(theirs).find(|(mine, theirs)| mine != theirs) {
            return Err(ErrorKind::Incompatible { what, left, right }.into());
        }
        let mut merged = MergeStats::default();
        other.storage.version()?;
        other.storage.each(&mut |record| self.take(record, true, &mut merged))?;
        Ok(merged)
    }

    /// Stores a record of elsewhere.
    fn take(&self, record: &StoredText, is_checked: bool, merged: &mut MergeStats) -> Result<()> {
        self.storage.make_room()?;
        self.workers.with(&self.settings, |worker| {
            let Some(text): Option<PreparedText> = worker.prepare_again(&self.settings, record) else {
                return Ok(());
            };
            let _turn = self.turn();
            let count = if self.storage.find(&record.key)?.is_some() {
                &mut merged.keys_known
            } else if is_checked && super::verdict(self.snapshot(worker, &text)?.best).name() == "duplicate" {
                &mut merged.duplicates
            } else {
                self.store(&record.key, text, None)?;
                &mut merged.inserted
            };
            *count += 1;
            Ok(())
        })
    }

    fn check_header(&self, header: &ExportHeader) -> Result<()> {
        if header.mukarrar_index != EXPORT_VERSION {
            let what = format!("an export of version {}, not {EXPORT_VERSION}", header.mukarrar_index);
            return Err(unreadable(1, what, "export it again with this version".into()));
        }
        for (what, left) in self.settings.list() {
            let right = header.settings.get(what).and_then(Value::as_str).unwrap_or("nothing").to_owned();
            if left != right {
                return Err(ErrorKind::Incompatible { what, left, right }.into());
            }
        }
        Ok(())
    }

    fn record_of(&self, line: ExportLine) -> std::result::Result<StoredText, String> {
        let ExportLine { key, seen, date, text, sketch } = line;
        let body = match (text, sketch, self.settings.verify) {
            (Some(text), None, super::Verify::Exact) => {
                let mut folded = Vec::new();
                alphabet::push_compact(&text, &mut folded);
                StoredBody::text(folded.into())
            }
            (None, Some(sketch), super::Verify::Estimate) => {
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

impl ExportLine {
    fn of(record: &StoredText) -> Self {
        let (text, sketch) = match &record.body {
            StoredBody::Text { folded, .. } => (Some(alphabet::to_utf8(folded)), None),
            StoredBody::Sketch { fingerprint, shingles, slots } => {
                let fingerprint = (fingerprint.0, fingerprint.1);
                (None, Some(ExportSketch { shingles: *shingles, fingerprint, slots: slots.to_vec() }))
            }
        };
        let date = record.date.map(Date::seconds);
        Self { key: record.key.to_string(), seen: record.seen.seconds(), date, text, sketch }
    }
}

/// The remedy for a file that is not an export.
const EXPORT: Remedy = Remedy::Run { purpose: "export it", operations: &[Operation::ExportIndex] };

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
