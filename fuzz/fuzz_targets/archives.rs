//! Archives and compressions: tar, zip, gzip, Zstandard, bzip2 and xz of any bytes, in memory and streamed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::input::{EncodingChoice, InputOptions};
use mukarrar_fuzz::read_both_ways;

const NAMES: [&str; 8] = ["a.tar", "a.zip", "a.tar.gz", "a.jsonl.gz", "a.jsonl.zst", "a.csv.bz2", "a.txt.xz", "a.wacz"];

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else { return };
    let mut options = InputOptions::default();
    options.encoding = EncodingChoice::Strict;
    options.max_record_size = 4 << 10;
    let _ = read_both_ways(NAMES[usize::from(*mode) % NAMES.len()], rest, &options);
});
