//! The identity of a run: everything that must be the same for a work directory to be used again.
//!
//! The identity is stored as `run.json`. Options are stored by name, as JSON values; decimal numbers are stored as text, which
//! reads back to the same bits.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::options::Options;
use super::run_task::RunTask;
use crate::document::DateOrder;
use crate::error::{Error, Result};
use crate::input::{Input, InputOptions};
use crate::lsh::BandingOverrides;
use crate::similarity::facts::Facts;

/// The version of the files of a work directory, `run.json` included. Every change of them raises it.
const FORMAT: u32 = 9;

/// Options by name.
type NamedValues = BTreeMap<String, Value>;

/// Everything that must be the same for a run to go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RunIdentity {
    format: u32,
    version: String,
    task: String,
    options: NamedValues,
    /// How the input is read.
    reading: NamedValues,
    files: Vec<FileIdentity>,
}

/// The part of `run.json` that every format has.
#[derive(Deserialize)]
struct StoredFormat {
    format: u32,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FileIdentity {
    path: String,
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u128,
}

impl RunIdentity {
    /// The identity of a run over `input`.
    ///
    /// # Errors
    ///
    /// An input is a stream, or its metadata cannot be read.
    pub(super) fn new(task: RunTask, options: &Options, input: &Input) -> Result<Self> {
        let files = input.places().map(|(path, place)| FileIdentity::of(path, place)).collect::<Result<_>>()?;
        let mut reading = reading_values(input.options());
        reading.insert("references".to_owned(), json!(input.references()));

        Ok(Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            task: task.name().to_owned(),
            options: option_values(options),
            reading,
            files,
        })
    }

    /// The bytes of `run.json`.
    ///
    /// # Errors
    ///
    /// An internal error: the identity is no JSON.
    pub(super) fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self).map_err(|error| Error::internal(format!("a run identity is no JSON: {error}")))
    }

    /// The first difference from the run of a `run.json`, in words; `None` if both are the same run.
    pub(super) fn difference_from(&self, stored: &[u8]) -> Option<String> {
        let unreadable = || Some("run.json cannot be read".to_owned());
        let Ok(StoredFormat { format }) = serde_json::from_slice(stored) else { return unreadable() };
        if format != self.format {
            return Some(format!("the format of work directories: {format} there, {} now", self.format));
        }

        match serde_json::from_slice::<Self>(stored) {
            Ok(theirs) => self.difference(&theirs),
            Err(_) => unreadable(),
        }
    }

    /// The sizes of the files, in input order, in bytes.
    pub(super) fn sizes(&self) -> Vec<u64> {
        self.files.iter().map(|file| file.bytes).collect()
    }

    /// The first difference from another run, in words; `None` if both are the same run.
    pub(super) fn difference(&self, theirs: &Self) -> Option<String> {
        let words = [("the version", &self.version, &theirs.version), ("the command", &self.task, &theirs.task)];
        if let Some((what, ours, theirs)) = words.into_iter().find(|(_, ours, theirs)| ours != theirs) {
            return Some(format!("{what}: {theirs} there, {ours} now"));
        }

        let values =
            [("the options", &self.options, &theirs.options), ("how input is read", &self.reading, &theirs.reading)];
        for (what, ours, theirs) in values {
            if let Some(difference) = first_difference(ours, theirs) {
                return Some(format!("{what}: {difference}"));
            }
        }

        let (ours, theirs) = (&self.files, &theirs.files);
        if ours.len() != theirs.len() {
            return Some(format!("the number of files: {} there, {} now", theirs.len(), ours.len()));
        }
        let (_, changed) = ours.iter().zip(theirs).find(|(ours, theirs)| ours != theirs)?;
        Some(format!("the input: {} is another file, or changed", changed.path))
    }
}

/// The first option, by name, that two runs do not share.
fn first_difference(ours: &NamedValues, theirs: &NamedValues) -> Option<String> {
    let shown = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let name = ours.keys().chain(theirs.keys()).find(|name| ours.get(*name) != theirs.get(*name))?;
    Some(format!("{name} {} there, {} now", shown(theirs.get(name)), shown(ours.get(name))))
}

/// The options that decide the result of a run over units.
fn option_values(options: &Options) -> NamedValues {
    // Every field is named, so that a new one does not compile before it is decided whether it belongs here.
    let Options {
        unit,
        profile,
        language,
        boilerplate,
        rules,
        source_field,
        title_field,
        // It decides which fields are read, and those count below.
        sources: _,
        across_sources,
        note_sources,
        shingle,
        short,
        threshold,
        edited,
        recall,
        containment,
        contained_copies,
        facts,
        overrides: BandingOverrides { num_hashes, bands, rows },
        seed,
        related,
        max_bucket,
        date_field,
        date_order,
        window,
        keep,
        lossless,
        // They are told after the run.
        stories: _,
        // Runs over passages have no work directory.
        passages: _,
        // The result is the same with any of these.
        threads: _,
        memory: _,
        map: _,
        temp_dir: _,
        work_dir: _,
    } = options;
    let facts = match facts {
        Facts::Guard => "guard",
        Facts::Off => "off",
    };

    named([
        ("unit", json!(unit.to_string())),
        ("profile", json!(profile.to_string())),
        ("language", json!(language.map(|language| language.to_string()))),
        ("boilerplate", json!(boilerplate.to_string())),
        ("rules", json!(rules.as_ref().map(|rules| rules.digest()))),
        ("source_field", json!(source_field)),
        ("title_field", json!(title_field.to_string())),
        ("across_sources", json!(across_sources)),
        ("note_sources", json!(note_sources)),
        ("shingle", json!(shingle.to_string())),
        ("short", json!(short)),
        ("threshold", json!(threshold.to_string())),
        ("edited", json!(edited)),
        ("recall", json!(recall.to_string())),
        ("containment", json!(containment.map(|least| least.to_string()))),
        ("contained_copies", json!(contained_copies)),
        ("facts", json!(facts)),
        ("num_hashes", json!(num_hashes)),
        ("bands", json!(bands)),
        ("rows", json!(rows)),
        ("seed", json!(seed)),
        ("related", json!(related)),
        ("max_bucket", json!(max_bucket)),
        ("date_field", json!(date_field)),
        ("date_order", json!(date_order.map(DateOrder::name))),
        ("window", json!(window.map(|window| window.to_string()))),
        ("keep", json!(keep.to_string())),
        ("lossless", json!(lossless)),
    ])
}

/// The options that decide which records an input has.
fn reading_values(options: &InputOptions) -> NamedValues {
    // As above: a new field does not compile before it is decided.
    let InputOptions {
        id_field,
        text_field,
        format,
        max_record_size,
        unique_ids,
        encoding,
        html_raw,
        html_lines,
        fields,
        shown_fields,
        // Vectors are read again by who needs them.
        list_field: _,
        csv_delimiter,
        csv_quote,
        csv_escape,
        // A fetched file counts among the files.
        fetched: _,
    } = options;

    named([
        ("id_field", json!(id_field)),
        ("text_field", json!(text_field)),
        ("format", json!(format.map(|format| format.to_string()))),
        ("max_record_size", json!(max_record_size)),
        ("unique_ids", json!(unique_ids)),
        ("encoding", json!(encoding.to_string())),
        ("html_raw", json!(html_raw)),
        ("html_lines", json!(html_lines)),
        ("fields", json!(fields)),
        ("shown_fields", json!(shown_fields)),
        ("csv_delimiter", json!(csv_delimiter.map(|byte| char::from(byte).to_string()))),
        ("csv_quote", json!(csv_quote.to_string())),
        ("csv_escape", json!(csv_escape.to_string())),
    ])
}

fn named<const N: usize>(values: [(&str, Value); N]) -> NamedValues {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl FileIdentity {
    /// The identity of the file `path`, whose bytes are at `place`.
    fn of(path: &Path, place: &Path) -> Result<Self> {
        let failed = |source| Error::io("read", path, source);
        let stream = || {
            Error::parameter(
                "inputs",
                path.display(),
                "a file: a run that can go on, or is in shards, reads its input again",
            )
        };
        if path.as_os_str() == "-" {
            return Err(stream());
        }

        let metadata = fs::metadata(place).map_err(failed)?;
        if !metadata.is_file() {
            return Err(stream());
        }

        // Times before 1970 all count as 0: the size still tells such files apart.
        let modified = metadata.modified().map_err(failed)?;
        let modified = modified.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(Self { path: path.to_string_lossy().into_owned(), bytes: metadata.len(), modified })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Keep;
    use crate::page::UnitLevel;

    fn identity(options: &Options) -> RunIdentity {
        RunIdentity {
            format: FORMAT,
            version: "1".to_owned(),
            task: RunTask::Clusters.name().to_owned(),
            options: option_values(options),
            reading: reading_values(&InputOptions::default()),
            files: vec![FileIdentity { path: "a.txt".to_owned(), bytes: 7, modified: 1 }],
        }
    }

    fn changed(change: impl FnOnce(&mut Options)) -> RunIdentity {
        let mut options = Options::default();
        change(&mut options);
        identity(&options)
    }

    #[test]
    fn the_same_run_reads_back_without_a_difference() {
        let odd = changed(|options| {
            options.threshold = 0.1 + 0.2;
            options.containment = Some(1.0 / 3.0);
            options.seed = u64::MAX;
            options.keep = Keep::Max("حقل".to_owned());
        });
        assert_eq!(odd.difference_from(&odd.to_json().unwrap()), None);
        let elsewhere = changed(|options| {
            options.threads = Some(3);
            options.memory = Some(1 << 30);
            options.map = false;
            options.temp_dir = Some("t".into());
            options.work_dir = Some("w".into());
        });
        assert_eq!(elsewhere.difference_from(&identity(&Options::default()).to_json().unwrap()), None);
    }

    #[test]
    fn the_first_option_that_differs_is_named() {
        let stored = identity(&Options::default()).to_json().unwrap();
        for (other, difference) in [
            (changed(|options| options.threshold = 0.7), "the options: threshold 0.6 there, 0.7 now"),
            (changed(|options| options.unit = UnitLevel::Story), "the options: unit document there, story now"),
            (changed(|options| options.containment = None), "the options: containment 0.8 there, nothing now"),
            (changed(|options| options.facts = Facts::Off), "the options: facts guard there, off now"),
            (changed(|options| options.overrides.rows = Some(3)), "the options: rows nothing there, 3 now"),
            (changed(|options| options.keep = Keep::Last), "the options: keep first there, last now"),
            (
                changed(|options| (options.seed, options.related) = (2, true)),
                "the options: related false there, true now",
            ),
        ] {
            assert_eq!(other.difference_from(&stored).as_deref(), Some(difference));
        }
    }

    #[test]
    fn another_reading_file_task_or_format_is_a_difference() {
        let ours = identity(&Options::default());
        let mut reading = ours.clone();
        reading.reading = reading_values(&InputOptions { fields: vec!["date".to_owned()], ..InputOptions::default() });
        let mut file = ours.clone();
        file.files[0].bytes = 8;
        let task = RunIdentity { task: RunTask::Pairs.name().to_owned(), ..ours.clone() };
        for (stored, difference) in [
            (reading, r#"how input is read: fields ["date"] there, [] now"#),
            (file, "the input: a.txt is another file, or changed"),
            (task, "the command: pairs there, clusters now"),
        ] {
            assert_eq!(ours.difference_from(&stored.to_json().unwrap()).as_deref(), Some(difference));
        }
        // Options were the text of a debug format once.
        let old = br#"{"format": 3, "version": "1", "task": "Clusters", "options": "Options { .. }"}"#;
        assert_eq!(ours.difference_from(old).as_deref(), Some("the format of work directories: 3 there, 9 now"));
        assert_eq!(ours.difference_from(b"{").as_deref(), Some("run.json cannot be read"));
    }
}
