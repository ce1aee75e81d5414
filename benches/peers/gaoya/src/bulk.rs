//! A file at once: signatures, insertion and queries each in bulk on all cores.

use std::fs::{self, File};
use std::io::{BufWriter, Write};

use gaoya::minhash::{MinHashIndex, VecContainer, calculate_minhash_params};
use rayon::prelude::*;

use crate::sign::Signer;
use crate::{Record, Result, USAGE, lines};

const VALUES: usize = 128;
const WORDS: usize = 5;
const THRESHOLD: f64 = 0.8;

/// Writes the pairs that gaoya reports.
pub fn run(mode: &str, input: &str, output: &str, bands: &[String]) -> Result<()> {
    let bytes = fs::read(input)?;
    let (bands, rows) = match bands {
        [bands, rows] => (bands.parse()?, rows.parse()?),
        _ => calculate_minhash_params(THRESHOLD, VALUES),
    };
    eprintln!("bands {bands}x{rows}");
    let signer = Signer::new(mode, WORDS, bands * rows).ok_or(USAGE)?;
    let signed: Vec<(&str, Vec<u32>)> = lines(&bytes)
        .collect::<Vec<_>>()
        .par_iter()
        .filter_map(|line| {
            let record: Record = sonic_rs::from_slice(line).ok()?;
            Some((record.id, signer.sign(&record.text)?))
        })
        .collect();
    let (names, signatures): (Vec<&str>, Vec<Vec<u32>>) = signed.into_iter().unzip();
    let mut index = MinHashIndex::<u32, u32, VecContainer<u32>>::new_index(bands, rows, THRESHOLD);
    index.par_bulk_insert((0..names.len() as u32).collect(), signatures.clone());
    let found = index.par_bulk_query(&signatures);
    let mut out = BufWriter::new(File::create(output)?);
    for (a, matches) in found.iter().enumerate() {
        for b in matches.iter().filter(|b| **b as usize > a) {
            writeln!(out, "{}\t{}", names[a], names[*b as usize])?;
        }
    }
    Ok(out.flush()?)
}
