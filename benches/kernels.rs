//! Every fold kernel on every kind of text, in GB/s of UTF-8 on one core: text to token hashes and shingles.
//!
//! The rounds of all kernels are interleaved and the median of each is shown with its ratio to the walk, so that a busy
//! machine spoils the numbers less. Texts: the shared corpora where they are (`MUKARRAR_SHARED`, or `../shared`), else
//! the project's own `corpus/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench may stop where it fails")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::normalize::{Kernel, Language, Normalizer, Profile};
use mukarrar::shingle::{ShingleKind, Shingler};

const ROUNDS: usize = 15;
const BYTES: usize = 12_000_000;

fn texts(path: PathBuf) -> Vec<String> {
    let Ok(corpus) = Corpus::open(&[path], InputOptions::default()) else { return Vec::new() };
    let mut bytes = 0;
    let read = |place| corpus.read(DocId::new(place)).ok().map(|record| record.text.into_owned());
    (0..corpus.len())
        .filter_map(read)
        .take_while(|text| {
            bytes += text.len();
            bytes < BYTES
        })
        .collect()
}

fn measure(name: &str, language: Language, kind: ShingleKind, texts: &[String]) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let kernels = Kernel::available();
    let mut times = vec![Vec::new(); kernels.len()];
    let mut shingler = Shingler::new(kind, 1);
    for _ in 0..ROUNDS {
        for (kernel, times) in kernels.iter().zip(&mut times) {
            let normalizer = Normalizer::new(Profile::Standard, language).with_kernel(*kernel);
            let begin = Instant::now();
            for text in texts {
                black_box(shingler.shingle(&normalizer, black_box(text)).hashes);
            }
            times.push(begin.elapsed().as_secs_f64());
        }
    }
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 4]
        })
        .collect();
    print!("{name:24} {kind:8} {:6.1} MB", bytes as f64 / 1e6);
    for (kernel, median) in kernels.iter().zip(&medians) {
        print!("  {} {:.3} GB/s ({:.2})", kernel.name(), bytes as f64 / 1e9 / median, medians[0] / median);
    }
    println!();
}

fn main() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shared =
        std::env::var_os("MUKARRAR_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from).join("corpora");
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let kinds = [
        ("saudinewsnet", Language::Ar),
        ("almayadeen", Language::Ar),
        ("tashkeela_diac", Language::Ar),
        ("hadith_darimi_diac", Language::Ar),
        ("quran_suras", Language::Ar),
        ("openiti_editions", Language::Ar),
        ("tehrantimes_en", Language::Other),
        ("urdu_news", Language::Ur),
    ];
    let mut found = false;
    for (name, language) in kinds.into_iter().filter(|(name, _)| name.contains(&only)) {
        let path = shared.join(format!("{name}.jsonl.gz"));
        if path.exists() {
            found = true;
            measure(name, language, ShingleKind::Word(3), &texts(path));
        }
    }
    if !found {
        measure("corpus", Language::Ar, ShingleKind::Word(3), &texts(root.join("corpus")));
    }
}
