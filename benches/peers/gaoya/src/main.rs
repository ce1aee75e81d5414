//! gaoya in parallel: signatures, insertion and queries each in bulk on all cores.
//!
//! `peer-gaoya plain|tuned IN.jsonl OUT.tsv [BANDS ROWS]` writes the pairs that gaoya reports. Records are parsed by
//! sonic-rs and cut by gaoya's own `whitespace_split`. `plain` is gaoya as documented: `shingle_tokens` and its default
//! hasher. `tuned` is the fastest that its interface allows: each token is hashed once by ahash and a shingle is the hash
//! of five token hashes, no string is joined. Texts under five words have one shingle; texts without words are left out,
//! as gaoya would call them all alike.

use std::fs::{self, File};
use std::io::{BufWriter, Write};

use ahash::RandomState;
use fnv::FnvBuildHasher;
use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32, VecContainer, calculate_minhash_params};
use gaoya::text::{shingle_tokens, whitespace_split};
use rayon::prelude::*;
use serde::Deserialize;

const VALUES: usize = 128;
const WORDS: usize = 5;
const THRESHOLD: f64 = 0.8;

#[derive(Deserialize)]
struct Record<'a> {
    id: &'a str,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let bytes = fs::read(&arguments[2])?;
    let (bands, rows) = match arguments.get(4..6) {
        Some([bands, rows]) => (bands.parse()?, rows.parse()?),
        _ => calculate_minhash_params(THRESHOLD, VALUES),
    };
    eprintln!("bands {bands}x{rows}");
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let (names, signatures) = if arguments[1] == "plain" {
        let hasher = MinHasher32::new(bands * rows);
        sign_all(&lines, |tokens| plain(tokens, &hasher))
    } else {
        let state = RandomState::with_seeds(1, 2, 3, 4);
        let hasher = MinHasher32::new_with_hasher(bands * rows, state.clone());
        sign_all(&lines, |tokens| tuned(tokens, &state, &hasher))
    };
    let mut index = MinHashIndex::<u32, u32, VecContainer<u32>>::new_index(bands, rows, THRESHOLD);
    index.par_bulk_insert((0..names.len() as u32).collect(), signatures.clone());
    let found = index.par_bulk_query(&signatures);
    let mut out = BufWriter::new(File::create(&arguments[3])?);
    for (a, matches) in found.iter().enumerate() {
        for b in matches.iter().filter(|b| **b as usize > a) {
            writeln!(out, "{}\t{}", names[a], names[*b as usize])?;
        }
    }
    Ok(out.flush()?)
}

/// The ids and signatures of all records with words.
fn sign_all<'a>(lines: &[&'a [u8]], sign: impl Fn(&Vec<&str>) -> Vec<u32> + Sync) -> (Vec<&'a str>, Vec<Vec<u32>>) {
    let signed: Vec<(&str, Vec<u32>)> = lines
        .par_iter()
        .filter_map(|line| {
            let record: Record<'a> = sonic_rs::from_slice(line).ok()?;
            let tokens: Vec<&str> = whitespace_split(&record.text).collect();
            (!tokens.is_empty()).then(|| (record.id, sign(&tokens)))
        })
        .collect();
    signed.into_iter().unzip()
}

fn plain(tokens: &Vec<&str>, hasher: &MinHasher32<FnvBuildHasher>) -> Vec<u32> {
    hasher.create_signature(shingle_tokens(tokens, WORDS.min(tokens.len())))
}

fn tuned(tokens: &[&str], state: &RandomState, hasher: &MinHasher32<RandomState>) -> Vec<u32> {
    let hashes: Vec<u64> = tokens.iter().map(|token| state.hash_one(token)).collect();
    hasher.create_signature(hashes.windows(WORDS.min(hashes.len())))
}
