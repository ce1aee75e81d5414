//! Band keys to batches, in nanoseconds a key: `cargo bench --bench lsh -- [NODES [MEMORY_MB [THREADS]]]`.
//!
//! The keys are synthetic: 34 bands, and every tenth node a copy of an earlier one that shares three bands in ten with it.
//! Without arguments 10⁵ and 10⁶ nodes in memory, on one thread. With a memory, keys, buckets and batches are on disk in
//! the directory for temporary files.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may stop where it fails, and prints")]

use std::time::Instant;

use mukarrar::lsh::measure::SearchTrial;

const BANDS: usize = 34;

/// SplitMix64.
fn mix(seed: u64) -> u64 {
    let x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

fn row(node: u64) -> Vec<u64> {
    let key = |node: u64, band: usize| mix(node * BANDS as u64 + band as u64);
    let original = if node % 10 == 9 { mix(node) % node } else { node };
    let source = |band: usize| if mix(node ^ (band as u64) << 40) % 10 < 3 { original } else { node };
    (0..BANDS).map(|band| key(source(band), band)).collect()
}

fn measure(nodes: u64, memory: Option<u64>, threads: usize, rounds: usize) {
    let directory = std::env::temp_dir();
    let limit = memory.map(|memory| (memory << 20, &*directory));
    let begun = Instant::now();
    let trial = SearchTrial::new((0..nodes).map(row), BANDS, limit).unwrap();
    let push = begun.elapsed().as_secs_f64();
    let mut best = f64::INFINITY;
    let mut found = None;
    for _ in 0..rounds {
        let begun = Instant::now();
        found = Some(trial.run(threads).unwrap());
        best = best.min(begun.elapsed().as_secs_f64());
    }
    let each = best * 1e9 / (nodes * BANDS as u64) as f64;
    println!("{nodes} nodes, {memory:?} MB, {threads} threads: made in {push:.2} s, searched in {best:.3} s");
    println!("  {each:.1} ns a key, best of {rounds}; {found:?}");
}

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    match numbers[..] {
        [] => [100_000, 1_000_000].into_iter().for_each(|nodes| measure(nodes, None, 1, 5)),
        [nodes, ref rest @ ..] => {
            let memory = rest.first().copied().filter(|memory| *memory > 0);
            let threads = rest.get(1).copied().unwrap_or(1) as usize;
            measure(nodes, memory, threads, if nodes > 3_000_000 { 1 } else { 5 });
        }
    }
}
