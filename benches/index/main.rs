//! How fast an index answers, and what it takes: `check_and_insert` text by text, timed call by call.
//!
//! ```sh
//! cargo run --release --example index_load -- memory 1000000 --threads 2
//! cargo run --release --example index_load -- DIR 10000000 --threads 4 --estimate
//! cargo run --release --example index_load -- memory 5000 --texts stream.jsonl
//! ```
//!
//! Words are drawn by Zipf's law from 200,000; 5 of 100 texts repeat an earlier one (with `--reach N` one of the last N) with a few words
//! changed, and must be found: as duplicates, or, where the facts guard takes the changed words for other facts, as variants (with
//! `--facts-off` there are none). With `--texts` the texts are those of a file of JSON Lines with `id` and `text`. Texts are made outside
//! the measured time. A line of JSON at every power of ten, at every million and at the end tells of the documents since the line before:
//! documents a second, the 50th, 99th and 99.9th percentile and the maximum of a call in microseconds, texts that were answered to
//! be duplicates and variants, known copies and those found.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may stop where it fails")]

mod news;
#[path = "../generate/rng.rs"]
mod rng;
mod segment;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use mukarrar::index::{IndexBuilder, Verify};
use mukarrar::similarity::facts::Facts;
use mukarrar::{Index, Verdict};

use news::{Asked, News};
use segment::Segment;

/// Texts that are made, and then asked about, at once.
const CHUNK: usize = 20_000;

struct Arguments {
    place: String,
    documents: u64,
    threads: usize,
    words: u64,
    reach: u64,
    texts: Option<String>,
    builder: IndexBuilder,
}

fn arguments() -> Arguments {
    let mut rest = std::env::args().skip(1);
    let (place, documents) = (rest.next().unwrap(), rest.next().unwrap().parse().unwrap());
    let builder = Index::builder();
    let mut arguments = Arguments { place, documents, threads: 1, words: 150, reach: u64::MAX, texts: None, builder };
    while let Some(name) = rest.next() {
        let mut value = || rest.next().unwrap();
        match &*name {
            "--threads" => arguments.threads = value().parse().unwrap(),
            "--words" => arguments.words = value().parse().unwrap(),
            "--reach" => arguments.reach = value().parse().unwrap(),
            "--texts" => arguments.texts = Some(value()),
            "--cache" => arguments.builder = arguments.builder.cache_size(value().parse::<usize>().unwrap() << 20),
            "--commit-every" => arguments.builder = arguments.builder.commit_every(value().parse().unwrap()),
            "--estimate" => arguments.builder = arguments.builder.verify(Verify::Estimate),
            "--facts-off" => arguments.builder = arguments.builder.facts(Facts::Off),
            other => panic!("what is {other}?"),
        }
    }
    arguments
}

fn main() {
    let arguments = arguments();
    let is_disk = arguments.place != "memory";
    let builder = arguments.builder.clone();
    let index = if is_disk { builder.open(&arguments.place) } else { builder.build() }.unwrap();
    let mut segment = Segment::default();
    let (mut done, mut told) = (0, 0);
    for texts in stream(&arguments) {
        ask(&index, &texts, arguments.threads, &mut segment);
        let before = done;
        done += texts.len() as u64;
        let is_power = (3..10).map(|power| 10_u64.pow(power)).any(|power| before < power && done >= power);
        if is_power || before / 1_000_000 < done / 1_000_000 {
            segment.tell(done, &index);
            told = done;
        }
    }
    if told < done {
        segment.tell(done, &index);
    }
    if is_disk {
        reopen(index, &arguments.place);
    }
}

/// The texts to ask about, a chunk at a time.
fn stream(arguments: &Arguments) -> Box<dyn Iterator<Item = Vec<Asked>>> {
    let documents = arguments.documents;
    if let Some(path) = &arguments.texts {
        let mut lines = std::fs::read_to_string(path).unwrap();
        lines.truncate(lines.trim_end().len());
        let asked = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            (record["id"].as_str().unwrap().to_owned(), record["text"].as_str().unwrap().to_owned(), false)
        };
        let texts: Vec<Asked> = lines.lines().take(documents as usize).map(asked).collect();
        return Box::new(std::iter::once(texts));
    }
    let news = News::new(arguments.words, arguments.reach);
    let chunk = move |start: u64| news.make(start..(start + CHUNK as u64).min(documents));
    Box::new((0..documents).step_by(CHUNK).map(chunk))
}

/// Asks about texts in their order, by several threads that take the next one each.
fn ask(index: &Index, texts: &[Asked], threads: usize, segment: &mut Segment) {
    let next = AtomicUsize::new(0);
    let [duplicates, variants, found] = [const { AtomicU64::new(0) }; 3];
    let work = || {
        let mut micros = Vec::new();
        while let Some((key, text, is_copy)) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let start = Instant::now();
            let verdict = index.check_and_insert(key, &**text).unwrap();
            micros.push(start.elapsed().as_secs_f32() * 1e6);
            duplicates.fetch_add(matches!(verdict, Verdict::Duplicate(_)).into(), Ordering::Relaxed);
            variants.fetch_add(matches!(verdict, Verdict::Variant { .. }).into(), Ordering::Relaxed);
            found.fetch_add((verdict.found().is_some() && *is_copy).into(), Ordering::Relaxed);
        }
        micros
    };
    let start = Instant::now();
    let micros: Vec<Vec<f32>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    segment.elapsed += start.elapsed();
    segment.micros.extend(micros.into_iter().flatten());
    segment.copies += texts.iter().filter(|(.., is_copy)| *is_copy).count() as u64;
    segment.duplicates += duplicates.into_inner();
    segment.variants += variants.into_inner();
    segment.found += found.into_inner();
}

/// Closes the index and opens it again.
fn reopen(index: Index, place: &str) {
    let start = Instant::now();
    index.close().unwrap();
    let close = start.elapsed();
    let start = Instant::now();
    let index = Index::open(place).unwrap();
    let open = start.elapsed();
    let bytes = index.stats().unwrap().storage.disk_bytes as f64 / index.len() as f64;
    println!(
        "{{\"close_seconds\":{:.2},\"open_seconds\":{:.2},\"disk_bytes_per_document\":{bytes:.0}}}",
        close.as_secs_f64(),
        open.as_secs_f64()
    );
}
