//! gaoya on the same file as mukarrar.
//!
//! `peer-gaoya plain|tuned IN.jsonl OUT.tsv [BANDS ROWS]` writes the pairs that gaoya reports of a file, all cores in bulk.
//! `peer-gaoya stream plain|tuned IN.jsonl` asks and remembers text by text. Records are parsed by sonic-rs and cut by gaoya's own
//! `whitespace_split`. `plain` is gaoya as documented, `tuned` the fastest that its interface allows.

mod bulk;
mod sign;
mod stream;

use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "peer-gaoya [stream] plain|tuned IN.jsonl [OUT.tsv [BANDS ROWS]]";

#[derive(Deserialize)]
struct Record<'a> {
    id: &'a str,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &*arguments {
        [stream, mode, input] if stream == "stream" => stream::run(mode, input),
        [mode, input, output, bands @ ..] => bulk::run(mode, input, output, bands),
        _ => Err(USAGE.into()),
    }
}

/// The lines of a file that are not empty.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}
