//! Reading alone, in MB/s of (decompressed) JSON Lines: opening, parsing, escapes, compression, memory limits.
//!
//! The records are those of the project's own `corpus/`, repeated to some megabytes; with `MUKARRAR_BENCH=FILE` those of
//! that JSON Lines file.

#![allow(clippy::unwrap_used, reason = "a bench may stop where it fails")]

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mukarrar::input::{Compression, Corpus, Input, InputOptions, StoragePolicy};

/// JSON Lines as they are found.
fn plain() -> Vec<u8> {
    let given = std::env::var_os("MUKARRAR_BENCH").map(PathBuf::from);
    let path = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/stories.jsonl"));
    let corpus = Corpus::open(&[path], InputOptions::default()).unwrap();
    let mut bytes = Vec::new();
    while bytes.len() < 16 << 20 {
        for id in corpus.ids() {
            bytes.extend_from_slice(&corpus.raw(id).unwrap());
            bytes.push(b'\n');
        }
    }
    bytes
}

/// The same records with everything beyond ASCII escaped.
fn escaped(plain: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(3 * plain.len());
    let mut units = [0; 2];
    for character in std::str::from_utf8(plain).unwrap().chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}").unwrap();
            }
        }
    }
    out.into_bytes()
}

fn open(path: &Path, memory: Option<u64>) -> Corpus {
    let mut holding = StoragePolicy::default();
    holding.memory = memory;
    Corpus::read_once(Input::open(&[path.to_owned()], InputOptions::default()).unwrap(), holding).unwrap()
}

/// Looks at every byte count, so that nothing is left out.
fn read(corpus: &Corpus) -> usize {
    let mut bytes = 0;
    corpus
        .each(|_, record| bytes += record.map_or(0, |record| record.id.len() + black_box(&record.text).len()))
        .unwrap();
    bytes
}

#[derive(serde::Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// What `serde_json` takes, for comparison: it checks the rest of the line as well.
fn serde(bytes: &[u8]) -> usize {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).map_or(0, |fields: Fields<'_>| fields.id.len() + fields.text.len()))
        .sum()
}

fn reading(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let plain = plain();
    let mut group = criterion.benchmark_group("reading");
    group.sample_size(10);
    for (name, bytes) in [("plain", &plain), ("escaped", &escaped(&plain))] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let path = put(&format!("{name}.jsonl"), bytes);
        let corpus = open(&path, None);
        group.bench_function(format!("{name}/parse"), |bench| bench.iter(|| read(&corpus)));
        group.bench_function(format!("{name}/serde_json"), |bench| bench.iter(|| serde(bytes)));
    }
    group.throughput(Throughput::Bytes(plain.len() as u64));
    let path = home.path().join("plain.jsonl");
    group.bench_function("plain/open", |bench| bench.iter(|| open(&path, None).len()));
    group.bench_function("plain/open and parse, nothing held", |bench| bench.iter(|| read(&open(&path, Some(0)))));
    for (name, compression) in [("gz", Compression::Gzip), ("zst", Compression::Zstd)] {
        let mut writer = compression.writer(Vec::new()).unwrap();
        writer.write_all(&plain).unwrap();
        let path = put(&format!("plain.jsonl.{name}"), &writer.finish().unwrap());
        group.bench_function(format!("{name}/open"), |bench| bench.iter(|| open(&path, None).len()));
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
