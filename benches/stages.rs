//! Each stage alone, in MB/s of UTF-8 text, and the whole path in MB/s and documents/s.
//!
//! The text is the project's own `corpus/`, repeated with small edits until it is some megabytes; with
//! `MUKARRAR_BENCH=FILE` the texts of that JSON Lines file.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench may stop where it fails")]

use std::fmt::Write;
use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mukarrar::Index;
use mukarrar::document::{DocId, Span};
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::kernel::InstructionSet;
use mukarrar::lsh::{Banding, BandingOverrides};
use mukarrar::normalize::{FoldScratch, Language, Normalizer, Profile, TokenSink};
use mukarrar::page::{Cutter, UnitLevel};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::shingle::hash::HashKeys;
use mukarrar::shingle::kernel::{fingerprint, word_shingles};
use mukarrar::shingle::{ShingleKind, ShingleSet, Shingler};
use mukarrar::sketch::{MinHasher, SketchParams};

/// The texts of the corpus, repeated with a word changed here and there up to about 8 MB.
fn texts() -> Vec<String> {
    let given = std::env::var_os("MUKARRAR_BENCH").map(PathBuf::from);
    let path = given.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus"));
    let corpus = Corpus::open(&[path], InputOptions::default()).expect("the corpus opens");
    let read = |place| corpus.read(DocId::new(place)).ok().map(|record| record.text.into_owned());
    let texts: Vec<String> = (0..corpus.len()).filter_map(read).filter(|text| !text.trim().is_empty()).collect();
    if given.is_some() {
        return texts;
    }
    let rounds = 8_000_000 / texts.iter().map(String::len).sum::<usize>().max(1);
    (0..=rounds).flat_map(|round| texts.iter().map(move |text| edited(text, round))).collect()
}

/// The text with every tenth word, from the round's on, followed by the round's number in letters.
fn edited(text: &str, round: usize) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for (place, word) in text.split_inclusive(' ').enumerate() {
        out.push_str(word);
        if round > 0 && place % 10 == round % 10 {
            let _ = write!(out, "{} ", ["من", "في", "على", "إلى", "عن", "مع", "قبل"][(round + place) % 7]);
        }
    }
    out
}

fn size(texts: &[String]) -> Throughput {
    Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum())
}

#[derive(Default)]
struct Count(usize);

impl TokenSink for Count {
    fn token(&mut self, token: &[u8], _span: Span) {
        self.0 += token.len();
    }
}

fn fold(c: &mut Criterion) {
    let texts = texts();
    let mut group = c.benchmark_group("fold");
    group.throughput(size(&texts));
    for profile in [Profile::Light, Profile::Standard] {
        group.bench_function(profile.name(), |b| {
            let normalizer = Normalizer::new(profile, Language::Ar);
            let mut scratch = FoldScratch::default();
            b.iter(|| {
                let mut count = Count::default();
                texts.iter().for_each(|text| normalizer.fold(text, &mut scratch, &mut count));
                black_box(count.0)
            });
        });
    }
    group.bench_function("gate", |b| b.iter(|| texts.iter().filter(|t| Language::detect(t) == Language::Ar).count()));
    group.finish();
}

fn shingle(c: &mut Criterion) {
    let texts = texts();
    let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
    let mut group = c.benchmark_group("shingle");
    group.throughput(size(&texts));
    for kind in [ShingleKind::Word(3), ShingleKind::Word(5), ShingleKind::Char(8)] {
        group.bench_function(kind.to_string(), |b| {
            let mut shingler = Shingler::new(kind, 1);
            let mut last = |text: &String| shingler.shingle(&normalizer, text).hashes.last().copied();
            b.iter(|| texts.iter().fold(0_u64, |sum, text| sum ^ last(text).unwrap_or_default()));
        });
    }
    group.bench_function("page cut: story", |b| {
        let (mut cutter, mut units) = (Cutter::new(), Vec::new());
        b.iter(|| {
            texts.iter().fold(0, |sum, text| {
                cutter.cut(text, UnitLevel::Story, &mut units);
                sum + units.len()
            })
        });
    });
    group.finish();
}

fn sketch(c: &mut Criterion) {
    let texts = texts();
    let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
    let mut shingler = Shingler::new(ShingleKind::Word(3), 1);
    let sets: Vec<Vec<u64>> = texts.iter().map(|text| shingler.shingle(&normalizer, text).hashes.to_vec()).collect();
    let mut group = c.benchmark_group("sketch");
    group.throughput(size(&texts));
    for kernel in InstructionSet::all() {
        for length in [128, 136] {
            let params = SketchParams::with_length(length).expect("a fitting length");
            let (hasher, mut values) = (MinHasher::with_kernel(params, kernel), Vec::new());
            group.bench_function(format!("{}: fast similarity sketching, {length} values", kernel.name()), |b| {
                b.iter(|| {
                    for set in &sets {
                        hasher.sketch_into(set, &mut values);
                        black_box(&values);
                    }
                });
            });
        }
    }
    // What the choice of sketch is measured against: 32-bit multiply-add, one permutation a value.
    group.bench_function("k-permutation (32-bit multiply-add), 128 values", |b| {
        let constants: Vec<(u32, u32)> = (0..128_u32).map(|i| (i.wrapping_mul(0x9E37_79B9) | 1, i << 7)).collect();
        b.iter(|| {
            for set in &sets {
                let mut values = [u32::MAX; 128];
                for hash in set {
                    for (value, (a, c)) in values.iter_mut().zip(&constants) {
                        *value = (*value).min(((hash >> 32) as u32).wrapping_mul(*a).wrapping_add(*c));
                    }
                }
                black_box(&values);
            }
        });
    });
    group.bench_function("sorted set", |b| {
        b.iter(|| sets.iter().map(|set| ShingleSet::new(set.clone()).len()).sum::<usize>());
    });
    group.finish();
}

/// From token hashes on: shingles, fingerprint, signature; and the whole way from text.
fn signature(c: &mut Criterion) {
    let texts = texts();
    let normalizer = Normalizer::new(Profile::Standard, Language::Ar);
    let (keys, mut scratch) = (HashKeys::new(1), FoldScratch::default());
    let mut hashes = |text: &String| {
        let mut sink = Hashes(keys, Vec::new());
        normalizer.fold(text, &mut scratch, &mut sink);
        sink.1
    };
    let tokens: Vec<Vec<u64>> = texts.iter().map(&mut hashes).collect();
    let params = SketchParams::with_length(128).expect("a fitting length");
    let mut group = c.benchmark_group("signature");
    group.throughput(size(&texts));
    for kernel in InstructionSet::all() {
        let (mut shingles, mut values) = (Vec::new(), Vec::new());
        group.bench_function(format!("{}: tokens to word:3", kernel.name()), |b| {
            b.iter(|| {
                tokens.iter().for_each(|tokens| word_shingles(kernel, tokens, 3, &keys, black_box(&mut shingles)))
            });
        });
        group.bench_function(format!("{}: tokens to fingerprint", kernel.name()), |b| {
            b.iter(|| {
                tokens.iter().for_each(|tokens| {
                    black_box(fingerprint(kernel, tokens));
                })
            });
        });
        let hasher = MinHasher::with_kernel(params, kernel);
        group.bench_function(format!("{}: tokens to fingerprint and 128 values", kernel.name()), |b| {
            b.iter(|| {
                for tokens in &tokens {
                    word_shingles(kernel, tokens, 3, &keys, &mut shingles);
                    hasher.sketch_into(&shingles, &mut values);
                    black_box((fingerprint(kernel, tokens), &values));
                }
            });
        });
    }
    group.bench_function("text to 128 values", |b| {
        let (mut shingler, mut values) = (Shingler::new(ShingleKind::Word(3), 1), Vec::new());
        let hasher = MinHasher::new(params);
        b.iter(|| {
            for text in &texts {
                hasher.sketch_into(shingler.shingle(&normalizer, text).hashes, &mut values);
                black_box(&values);
            }
        });
    });
    group.finish();
}

struct Hashes(HashKeys, Vec<u64>);

impl TokenSink for Hashes {
    fn token(&mut self, token: &[u8], _span: Span) {
        self.1.push(self.0.bytes(token));
    }
}

fn lsh(c: &mut Criterion) {
    c.bench_function("lsh/choose bands and rows", |b| {
        b.iter(|| Banding::choose(black_box(0.6), black_box(0.99), BandingOverrides::default()).map(Banding::bands));
    });
    let texts = texts();
    let mut group = c.benchmark_group("lsh");
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.sample_size(10);
    group.bench_function("index: check_and_insert, documents", |b| {
        b.iter(|| {
            let seen = Index::builder().language(Language::Ar).build().expect("the defaults fit");
            for (place, text) in texts.iter().enumerate() {
                let _ = black_box(seen.check_and_insert(&place.to_string(), text));
            }
            seen.len()
        });
    });
    group.finish();
}

fn end_to_end(c: &mut Criterion) {
    let texts = texts();
    let lines: String = texts.iter().map(|text| format!("{}\n", serde_json::json!({ "text": text }))).collect();
    let mut group = c.benchmark_group("end to end, JSON Lines in memory");
    group.sample_size(10);
    let pipeline = Pipeline::new(Options::default()).expect("the defaults fit");
    for (what, throughput) in [
        ("clusters", Throughput::Bytes(lines.len() as u64)),
        ("clusters, documents", Throughput::Elements(texts.len() as u64)),
    ] {
        group.throughput(throughput);
        group.bench_function(what, |b| {
            b.iter(|| {
                let corpus = Corpus::from_reader("bench.jsonl", lines.as_bytes(), InputOptions::default());
                pipeline.clusters(&corpus.expect("memory is read"), &()).map(|found| found.clusters.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, fold, shingle, sketch, signature, lsh, end_to_end);
criterion_main!(benches);
