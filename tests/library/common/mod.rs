//! What tests of promises share: real text where it is at hand, a generator of text where it is not, and a slow oracle.

#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use mukarrar::input::{Corpus, InputOptions};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::similarity::Relation;
use serde_json::Value;

pub mod oracle;
pub mod text;

/// A file of the reference collections: `../shared`, or `$MUKARRAR_SHARED`.
///
/// # Panics
///
/// It is not there. Tests that need one are ignored unless asked for.
pub fn shared(relative: &str) -> PathBuf {
    let folder = std::env::var_os("MUKARRAR_SHARED").map_or_else(|| own("../shared"), PathBuf::from);
    let path = folder.join(relative);
    assert!(path.exists(), "no {}", path.display());
    path
}

/// A corpus of `../shared/corpora`; the build must read gzip.
pub fn shared_corpus(name: &str) -> Corpus {
    open(&shared(&format!("corpora/{name}.jsonl.gz")))
}

/// The columns of a gzipped TSV file of `../shared/corpora`; the build must read gzip.
pub fn shared_table(name: &str) -> Vec<Vec<String>> {
    // The input layer unpacks it: a document in plain text.
    let path = shared(&format!("corpora/{name}.tsv.gz"));
    let mut options = InputOptions::default();
    options.format = Some(mukarrar::input::InputFormat::Text);
    let corpus = Corpus::open(&[path], options).unwrap();
    let record = corpus.read(mukarrar::document::DocId::new(0)).unwrap();
    record.text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Opens one file or directory.
pub fn open(path: &Path) -> Corpus {
    Corpus::open(&[path.to_owned()], InputOptions::default()).unwrap()
}

/// Records as a corpus, read with the fields that `options` ask for.
pub fn of_records(records: &[Value], options: &Options) -> Corpus {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let mut reading = InputOptions::default();
    options.ask_for_fields(&mut reading);
    Corpus::from_reader("records.jsonl", lines.as_bytes(), reading).unwrap()
}

/// The relations of the alike pairs of some records, variants among them.
pub fn relations(records: &[Value], options: &Options) -> Vec<Relation> {
    let pairs = Pipeline::new(options.clone()).unwrap().pairs(&of_records(records, options), &()).unwrap();
    pairs.iter(true).map(|pair| pair.relation).collect()
}

/// The project's own sample.
pub fn own_corpus() -> Corpus {
    open(&own("corpus"))
}

/// A path in the project.
pub fn own(relative: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().find(|folder| folder.join("corpus/gold.labels").exists()).unwrap();
    root.join(relative)
}

/// Texts with their places as ids.
pub fn numbered(texts: &[String]) -> Corpus {
    Corpus::from_texts(texts.iter().enumerate().map(|(place, text)| (place.to_string(), text.clone())))
}
