//! How fast an index answers, and what it takes: `check_and_insert` of generated news, timed call by call.
//!
//! ```sh
//! cargo run --release --example index_load -- memory 1000000 --threads 2
//! cargo run --release --example index_load -- DIR 10000000 --threads 4 --estimate
//! ```
//!
//! Words are drawn by Zipf's law from 200,000; 5 of 100 texts repeat one of the last 50,000 with a few words changed, and must be found.
//! Texts are made outside the measured time. A line of JSON at every power of ten (and at the end) tells of the documents since the
//! line before: documents a second, the 50th and 99th percentile and the maximum of a call in microseconds, copies found.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may stop where it fails")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mukarrar::index::{IndexBuilder, Verify};
use mukarrar::similarity::facts::Facts;
use mukarrar::{Index, Verdict};

/// Texts that are made, and then asked about, at once.
const CHUNK: u64 = 20_000;
/// A copy repeats one of so many texts before it.
const REACH: u64 = 50_000;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.draw()) * u128::from(bound)) >> 64) as u64
    }
}

/// Words of 2 to 9 letters, and the running sums of 1/rank.
struct Language {
    words: Vec<String>,
    sums: Vec<f64>,
}

impl Language {
    fn new() -> Self {
        let letters: Vec<char> = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي".chars().collect();
        let mut random = Random(1);
        let mut word = || -> String {
            (0..2 + random.below(8)).map(|_| letters[random.below(letters.len() as u64) as usize]).collect()
        };
        let words: Vec<String> = (0..200_000).map(|_| word()).collect();
        let mut sum = 0.0;
        let sums = (1..=words.len())
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { words, sums }
    }

    fn word(&self, random: &mut Random) -> &str {
        let point = random.draw() as f64 / u64::MAX as f64 * self.sums[self.sums.len() - 1];
        &self.words[self.sums.partition_point(|sum| *sum < point).min(self.words.len() - 1)]
    }

    /// Text number `n`, and whether it is a copy of an earlier one.
    fn text(&self, n: u64, words: u64) -> (String, bool) {
        let mut random = Random(n.wrapping_mul(0xD134_2543_DE82_EF95));
        let is_copy = n > REACH && random.below(100) < 5;
        // A copy of a copy would be one of what that repeats: only texts of their own are repeated.
        let of = (0..).map(|_| n - 1 - random.below(REACH)).take(64).find(|of| is_copy && !self.is_copy(*of));
        let Some(of) = of.filter(|_| is_copy) else {
            let count = words / 2 + random.below(words);
            let text: Vec<&str> = (0..count).map(|_| self.word(&mut random)).collect();
            return (text.join(" "), false);
        };
        let (original, _) = self.text(of, words);
        let mut text: Vec<&str> = original.split(' ').collect();
        for _ in 0..1 + words / 50 {
            let place = random.below(text.len() as u64) as usize;
            text[place] = self.word(&mut random);
        }
        (text.join(" "), true)
    }

    fn is_copy(&self, n: u64) -> bool {
        n > REACH && Random(n.wrapping_mul(0xD134_2543_DE82_EF95)).below(100) < 5
    }
}

struct Arguments {
    place: String,
    documents: u64,
    threads: usize,
    words: u64,
    builder: IndexBuilder,
}

fn arguments() -> Arguments {
    let mut rest = std::env::args().skip(1);
    let (place, documents) = (rest.next().unwrap(), rest.next().unwrap().parse().unwrap());
    let mut arguments = Arguments { place, documents, threads: 1, words: 150, builder: Index::builder() };
    while let Some(name) = rest.next() {
        let mut value = || rest.next().unwrap();
        match &*name {
            "--threads" => arguments.threads = value().parse().unwrap(),
            "--words" => arguments.words = value().parse().unwrap(),
            "--cache" => arguments.builder = arguments.builder.cache_size(value().parse::<usize>().unwrap() << 20),
            "--commit-every" => arguments.builder = arguments.builder.commit_every(value().parse().unwrap()),
            "--estimate" => arguments.builder = arguments.builder.verify(Verify::Estimate),
            "--facts-off" => arguments.builder = arguments.builder.facts(Facts::Off),
            other => panic!("what is {other}?"),
        }
    }
    arguments
}

/// A line of /proc/self/status, in bytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[derive(Default)]
struct Segment {
    micros: Vec<f32>,
    elapsed: Duration,
    copies: u64,
    found: u64,
}

impl Segment {
    fn tell(&mut self, documents: u64, index: &Index) {
        self.micros.sort_unstable_by(f32::total_cmp);
        let at = |share: f64| self.micros[((self.micros.len() - 1) as f64 * share) as usize];
        let stats = index.stats().unwrap();
        let rate = self.micros.len() as f64 / self.elapsed.as_secs_f64();
        println!(
            "{{\"documents\":{documents},\"stored\":{},\"documents_per_second\":{rate:.0},\"p50_us\":{:.0},\"p99_us\":{:.0},\
             \"p999_us\":{:.0},\"max_us\":{:.0},\"copies\":{},\"found\":{},\"disk_bytes_per_document\":{:.0},\
             \"band_bytes_per_document\":{:.0},\"peak_rss_mb\":{},\"cpu_seconds\":{:.1}}}",
            stats.documents,
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0),
            self.copies,
            self.found,
            stats.storage.disk_bytes as f64 / stats.documents as f64,
            stats.storage.band_bytes as f64 / stats.documents as f64,
            status("VmHWM:") >> 20,
            cpu_seconds(),
        );
        *self = Self::default();
    }
}

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<u64> = stat.rsplit(' ').rev().skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    fields.iter().sum::<u64>() as f64 / 100.0
}

fn main() {
    let arguments = arguments();
    let language = Language::new();
    let is_disk = arguments.place != "memory";
    let builder = arguments.builder.clone();
    let index = if is_disk { builder.open(&arguments.place) } else { builder.build() }.unwrap();
    let mut segment = Segment::default();
    let mut done = 0;
    while done < arguments.documents {
        let numbers = done..(done + CHUNK).min(arguments.documents);
        let texts: Vec<(String, String, bool)> = make(&language, numbers.clone(), arguments.words);
        let next = AtomicUsize::new(0);
        let (copies, found) = (AtomicU64::new(0), AtomicU64::new(0));
        let start = Instant::now();
        let times: Vec<Vec<f32>> = std::thread::scope(|scope| {
            let work = || {
                let mut times = Vec::new();
                while let Some((key, text, is_copy)) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let verdict = index.check_and_insert(key, &**text).unwrap();
                    times.push(start.elapsed().as_secs_f32() * 1e6);
                    copies.fetch_add((*is_copy).into(), Ordering::Relaxed);
                    let is_found = *is_copy && matches!(verdict, Verdict::Duplicate(_) | Verdict::Variant(_));
                    found.fetch_add(is_found.into(), Ordering::Relaxed);
                }
                times
            };
            let threads: Vec<_> = (0..arguments.threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        segment.elapsed += start.elapsed();
        segment.micros.extend(times.into_iter().flatten());
        segment.copies += copies.into_inner();
        segment.found += found.into_inner();
        let before = done;
        done = numbers.end;
        let is_power = (3..10).map(|power| 10_u64.pow(power)).any(|power| before < power && done >= power);
        if is_power || done == arguments.documents || done % 1_000_000 == 0 {
            segment.tell(done, &index);
        }
    }
    if is_disk {
        let start = Instant::now();
        index.close().unwrap();
        let close = start.elapsed();
        let start = Instant::now();
        let index = Index::open(&arguments.place).unwrap();
        let open = start.elapsed();
        let bytes = index.stats().unwrap().storage.disk_bytes as f64 / index.len() as f64;
        println!(
            "{{\"close_seconds\":{:.2},\"open_seconds\":{:.2},\"disk_bytes_per_document\":{bytes:.0}}}",
            close.as_secs_f64(),
            open.as_secs_f64()
        );
    }
}

/// Texts by two threads: they are not what is measured.
fn make(language: &Language, numbers: std::ops::Range<u64>, words: u64) -> Vec<(String, String, bool)> {
    let middle = numbers.start.midpoint(numbers.end);
    let part = |numbers: std::ops::Range<u64>| -> Vec<(String, String, bool)> {
        let text = |n| {
            let (text, is_copy) = language.text(n, words);
            (format!("https://news.example/2026/{n}"), text, is_copy)
        };
        numbers.map(text).collect()
    };
    std::thread::scope(|scope| {
        let second = scope.spawn(|| part(middle..numbers.end));
        let mut texts = part(numbers.start..middle);
        texts.extend(second.join().unwrap());
        texts
    })
}
