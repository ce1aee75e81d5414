//! A stream of texts, asked and remembered one by one on one thread.

use std::fs;
use std::time::Instant;

use gaoya::minhash::{MinHashIndex, VecContainer};

use crate::sign::Signer;
use crate::{Record, Result, USAGE, lines};

/// What `mukarrar index` takes for the threshold and the recall that it has unless told otherwise.
const BANDS: usize = 34;
const ROWS: usize = 4;
const WORDS: usize = 3;
const THRESHOLD: f64 = 0.6;

/// Prints what a call took: from the text to the answer, with the insertion of what repeats nothing.
pub fn run(mode: &str, input: &str) -> Result<()> {
    let bytes = fs::read(input)?;
    let records: Vec<Record> = lines(&bytes).map(sonic_rs::from_slice).collect::<std::result::Result<_, _>>()?;
    let signer = Signer::new(mode, WORDS, BANDS * ROWS).ok_or(USAGE)?;
    let mut index = MinHashIndex::<u32, String, VecContainer<String>>::new_index(BANDS, ROWS, THRESHOLD);
    let mut repeated = 0;
    let mut micros: Vec<f64> = Vec::with_capacity(records.len());
    for record in &records {
        let start = Instant::now();
        if let Some(signature) = signer.sign(&record.text) {
            if index.query(&signature).is_empty() {
                index.insert(record.id.to_owned(), signature);
            } else {
                repeated += 1;
            }
        }
        micros.push(start.elapsed().as_secs_f64() * 1e6);
    }
    let rate = micros.len() as f64 / micros.iter().sum::<f64>() * 1e6;
    micros.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| micros.get((micros.len().saturating_sub(1) as f64 * share) as usize).copied().unwrap_or(0.0);
    println!(
        "{{\"tool\":\"gaoya-{mode}\",\"documents\":{},\"documents_per_second\":{rate:.0},\"p50_us\":{:.0},\"p99_us\":{:.0},\"repeated\":{repeated}}}",
        micros.len(),
        at(0.5),
        at(0.99),
    );
    Ok(())
}
