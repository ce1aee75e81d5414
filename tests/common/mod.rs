//! What tests of promises share: real text where it is at hand, a generator of text where it is not, and a slow oracle.

#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::path::{Path, PathBuf};

use mukarrar::input::{Corpus, InputOptions};

#[cfg(feature = "server")]
pub mod http;
pub mod oracle;
#[cfg(feature = "server")]
pub mod schema;
pub mod text;

/// A file of the shared folder of real text (`../shared`, or `$MUKARRAR_SHARED`); prints that it skips where there is none.
pub fn shared(relative: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MUKARRAR_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join(relative);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}

/// A corpus of `../shared/corpora`; `None` where that is absent or the build cannot read gzip.
pub fn shared_corpus(name: &str) -> Option<Corpus> {
    if cfg!(not(feature = "gzip")) {
        println!("skipped: {name} is gzip, which this build does not read");
        return None;
    }
    Some(open(&shared(&format!("corpora/{name}.jsonl.gz"))?))
}

/// The columns of a gzipped TSV file of `../shared/corpora`.
#[cfg(feature = "gzip")]
pub fn shared_table(name: &str) -> Option<Vec<Vec<String>>> {
    // The input layer unpacks it: a document in plain text.
    let path = shared(&format!("corpora/{name}.tsv.gz"))?;
    let options = || {
        let mut options = InputOptions::default();
        options.format = Some(mukarrar::input::Format::Text);
        options
    };
    let corpus = Corpus::open(&[path], options()).unwrap();
    let record = corpus.read(mukarrar::document::DocId::new(0)).unwrap();
    Some(record.text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// Without gzip there is nothing to read.
#[cfg(not(feature = "gzip"))]
pub fn shared_table(_name: &str) -> Option<Vec<Vec<String>>> {
    None
}

/// Opens one file or directory.
pub fn open(path: &Path) -> Corpus {
    Corpus::open(&[path.to_owned()], InputOptions::default()).unwrap()
}

/// The project's own sample.
pub fn own_corpus() -> Corpus {
    open(&own("corpus"))
}

/// A path in the project.
pub fn own(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Texts with their places as ids.
pub fn numbered(texts: &[String]) -> Corpus {
    Corpus::from_texts(texts.iter().enumerate().map(|(place, text)| (place.to_string(), text.clone())))
}
