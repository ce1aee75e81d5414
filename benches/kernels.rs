//! Every fold kernel on every kind of text, in GB/s of UTF-8 on one core: text to token hashes and shingles.
//!
//! Words on the command line choose what to run: parts of a corpus's or stage's name, the name of a kernel.
//!
//! The rounds of all kernels are interleaved and the median of each is shown with its ratio to the walk, so that a busy
//! machine spoils the numbers less. Texts: the shared corpora where they are (`MUKARRAR_SHARED`, or `../shared`), else
//! the project's own `corpus/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench may stop where it fails")]

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use mukarrar::document::DocId;
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::normalize::{BatchSink, FoldPath, FoldScratch, Language, Normalizer, Profile, TokenBatch};
use mukarrar::shingle::hash::HashKeys;
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

/// Token hashes alone.
struct Hashes(HashKeys, Vec<u64>);

impl BatchSink for Hashes {
    fn token(&mut self, token: &[u8]) {
        self.1.push(self.0.bytes(token));
    }

    fn token_in(&mut self, buffer: &[u8], length: usize) {
        match buffer.first_chunk() {
            Some(window) if length <= window.len() => self.1.push(self.0.short(window, length)),
            _ => self.token(&buffer[..length]),
        }
    }

    fn batch(&mut self, batch: &TokenBatch<'_>) {
        self.1.extend(batch.windows().map(|(window, place, length)| match length {
            0..=16 => self.0.short(window, length),
            _ => self.0.bytes(batch.word(place, length)),
        }));
    }

    fn restart(&mut self) {
        self.1.clear();
    }
}

/// Nanoseconds that this thread has run, or since the first call where the system does not tell.
fn now() -> u64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let cpu = stat.and_then(|stat| stat.split(' ').next()?.parse().ok());
    cpu.unwrap_or_else(|| BEGIN.get_or_init(Instant::now).elapsed().as_nanos() as u64)
}

/// Runs `work` with every kernel in turn and prints the rates.
fn measure(name: &str, language: Language, texts: &[String], mut work: impl FnMut(&Normalizer, &str)) {
    let once: usize = texts.iter().map(String::len).sum();
    let repeats = (2 * BYTES).div_ceil(once.max(1));
    let bytes = once * repeats;
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |kernel: &FoldPath| asked.iter().all(|word| name.contains(word.as_str()) || kernel.name() == word);
    let kernels: Vec<FoldPath> = FoldPath::available().into_iter().filter(wanted).collect();
    if kernels.is_empty() {
        return;
    }
    let mut times = vec![Vec::new(); kernels.len()];
    for _ in 0..ROUNDS {
        for (kernel, times) in kernels.iter().zip(&mut times) {
            let normalizer = Normalizer::new(Profile::Standard, language).with_kernel(*kernel);
            let begin = now();
            for _ in 0..repeats {
                texts.iter().for_each(|text| work(&normalizer, black_box(text)));
            }
            times.push((now() - begin).max(1));
        }
    }
    print!("{name:30} {:6.1} MB", once as f64 / 1e6);
    let mut first = 0.0;
    for (kernel, times) in kernels.iter().zip(&mut times) {
        times.sort_unstable();
        let rate = |time: u64| bytes as f64 / time as f64;
        let median = rate(times[times.len() / 2]);
        first = if first == 0.0 { median } else { first };
        print!("  {} {median:.3} GB/s (best {:.3}, x{:.2})", kernel.name(), rate(times[0]), median / first);
    }
    println!();
}

fn all(name: &str, language: Language, texts: &[String]) {
    let mut scratch = FoldScratch::default();
    let mut hashes = Hashes(HashKeys::new(1), Vec::new());
    measure(&format!("{name} tokens"), language, texts, |normalizer, text| {
        hashes.1.clear();
        normalizer.fold_batches(text, &mut scratch, &mut hashes);
        black_box(&hashes.1);
    });
    for kind in [ShingleKind::Word(3), ShingleKind::Char(8)] {
        let mut shingler = Shingler::new(kind, 1);
        measure(&format!("{name} {kind}"), language, texts, |normalizer, text| {
            black_box(shingler.shingle(normalizer, text).hashes);
        });
    }
}

fn main() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shared =
        std::env::var_os("MUKARRAR_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from).join("corpora");
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
    for (name, language) in kinds.into_iter() {
        let path = shared.join(format!("{name}.jsonl.gz"));
        if path.exists() {
            found = true;
            all(name, language, &texts(path));
        }
    }
    if !found {
        all("corpus", Language::Ar, &texts(root.join("corpus")));
    }
}
