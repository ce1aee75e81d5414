//! The format of an export: a line of JSON with the settings, then one for each text.

use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::Verify;
use super::copy_counts::CopyCount;
use super::language_votes::LanguageVotes;
use super::settings::Settings;
use super::stored_text::{InsertNumber, StoredBody, StoredText};
use crate::document::Date;
use crate::error::{Error, ErrorKind, Operation, Remedy, Result};
use crate::normalize::alphabet;
use crate::shingle::Fingerprint;
use crate::story::{ExportedTelling, StoredTelling};

/// Version of the format of exports.
pub(super) const EXPORT_VERSION: u32 = 1;

/// The remedy for a file that is not an export.
pub(super) const EXPORT: Remedy = Remedy::Run { purpose: "export it", operations: &[Operation::ExportIndex] };

/// The first line of an export.
#[derive(Serialize, Deserialize)]
pub(super) struct ExportHeader {
    pub(super) mukarrar_index: u32,
    pub(super) settings: Map<String, Value>,
    /// The languages of the texts ever stored.
    #[serde(default, skip_serializing_if = "LanguageVotes::is_empty")]
    pub(super) languages: LanguageVotes,
}

/// A text in an export; `text` or `sketch` is given, depending on [`Verify`]. Of a text that was removed only key and story are.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportLine {
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<i64>,
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
    /// What stories tell of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    story: Option<ExportedTelling>,
}

/// The number of copies of a text, and when the earliest and the latest were seen.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportCopies {
    number: u64,
    first_seen: i64,
    last_seen: i64,
}

/// The body of a text in an index that keeps only signatures.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportSketch {
    shingles: u32,
    fingerprint: (u64, u64),
    slots: Vec<u8>,
}

/// What a line holds.
pub(super) struct ImportedText {
    /// `None` of a text that was removed in the index that was exported.
    pub(super) record: Option<StoredText>,
    pub(super) copies: Option<CopyCount>,
    pub(super) telling: Option<(InsertNumber, StoredTelling)>,
}

impl ExportHeader {
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.settings.get(name).and_then(Value::as_str)
    }

    /// An error unless the header has these settings.
    pub(super) fn require(&self, settings: &Settings) -> Result<()> {
        match settings.difference(|name| self.value(name).map(str::to_owned)) {
            Some((what, left, right)) => Err(ErrorKind::Incompatible { what, left, right }.into()),
            None => Ok(()),
        }
    }
}

impl ExportLine {
    /// The line of a stored text.
    pub(super) fn of(
        number: InsertNumber,
        record: &StoredText,
        copies: Option<CopyCount>,
        telling: Option<&StoredTelling>,
    ) -> Self {
        let (text, sketch) = match &record.body {
            StoredBody::Text { folded, .. } => (Some(alphabet::to_utf8(folded)), None),
            StoredBody::Sketch { fingerprint, shingles, slots } => {
                let fingerprint = (fingerprint.0, fingerprint.1);
                (None, Some(ExportSketch { shingles: *shingles, fingerprint, slots: slots.to_vec() }))
            }
        };

        Self {
            key: record.key.to_string(),
            seen: Some(record.seen.seconds()),
            date: record.date.map(Date::seconds),
            text,
            sketch,
            copies: copies.map(ExportCopies::of),
            story: telling.map(|telling| ExportedTelling::of(number, telling)),
        }
    }

    /// The line of a text that was removed.
    pub(super) fn of_removed(number: InsertNumber, telling: &StoredTelling) -> Self {
        let story = Some(ExportedTelling::of(number, telling));
        Self { key: telling.key.to_string(), seen: None, date: None, text: None, sketch: None, copies: None, story }
    }

    /// What the line holds, in an index with these settings, or what is wrong with the line.
    pub(super) fn into_text(self, settings: &Settings) -> std::result::Result<ImportedText, String> {
        let Self { key, seen, date, text, sketch, copies, story } = self;
        let telling = match story {
            Some(_) if settings.stories.is_none() => return Err("a story, and the export has none".to_owned()),
            Some(story) => {
                let number = story.number;
                Some((number, story.into_row(&key).map_err(|what| format!("its story has {what}"))?))
            }
            None => None,
        };
        let Some(seen) = seen else {
            let is_bare = date.is_none() && text.is_none() && sketch.is_none() && copies.is_none();
            return match telling {
                Some(_) if is_bare => Ok(ImportedText { record: None, copies: None, telling }),
                _ => Err("missing field `seen`".to_owned()),
            };
        };

        let body = match (text, sketch, settings.verify) {
            (Some(text), None, Verify::Exact) => {
                let mut folded = Vec::new();
                alphabet::push_compact(&text, &mut folded);
                StoredBody::text(folded.into())
            }
            (None, Some(sketch), Verify::Estimate) => {
                // Signatures of different lengths cannot be compared.
                if sketch.slots.len() != settings.banding.num_hashes() * settings.slot_bytes() {
                    return Err("a signature of another length".to_owned());
                }
                let fingerprint = Fingerprint(sketch.fingerprint.0, sketch.fingerprint.1);
                StoredBody::Sketch { fingerprint, shingles: sketch.shingles, slots: sketch.slots.into() }
            }
            _ => return Err(format!("not what `verify {}` keeps", settings.verify.name())),
        };

        let (seen, date) = (Date::from_seconds(seen), date.map(Date::from_seconds));
        let copies = copies.as_ref().filter(|copies| copies.number > 0).map(ExportCopies::count);
        Ok(ImportedText { record: Some(StoredText { key: key.into(), seen, date, body }), copies, telling })
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

pub(super) fn write_line(out: &mut dyn Write, line: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

pub(super) fn read<T: for<'a> Deserialize<'a>>(
    line: std::io::Result<String>,
    number: u64,
    remedy: Remedy,
) -> Result<T> {
    let line = line.map_err(|source| Error::io("read", "the import", source))?;
    serde_json::from_str(&line).map_err(|error| unreadable(number, error.to_string(), remedy))
}

pub(super) fn unreadable(line: u64, what: String, remedy: Remedy) -> Error {
    let what = format!("line {line}: {what}");
    ErrorKind::Unreadable { path: "the import".into(), what, remedy }.into()
}
