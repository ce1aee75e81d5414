//! Writes synthetic Arabic documents as JSON Lines or as pages of HTML, with copies that are known.
//!
//! ```sh
//! cargo run --release --example generate -- --documents 100000 -o docs.jsonl --truth truth.tsv
//! ```
//!
//! The truth has a line a copy: the id of the original, the id of the copy, how it differs (`exact`, `edit`, `respell`,
//! `cut`) and their exact Jaccard over runs of `--shingle` folded words. Several copies of one original are copies of each
//! other too; those pairs are not listed. The same arguments give the same bytes everywhere, in constant memory.

#![allow(clippy::print_stderr, reason = "a program that says what it wrote")]

mod page;
mod plan;
mod rng;
#[cfg(test)]
mod tests;
mod text;
mod words;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Parser;

use crate::plan::{Kind, Shape, jaccard};
use crate::rng::Rng;
use crate::words::Vocabulary;

/// Write synthetic Arabic documents as JSON Lines, with known copies.
#[derive(Debug, Parser)]
struct Arguments {
    /// Number of documents; forms like 1e6 are read too
    #[arg(long, default_value = "10000", value_parser = count)]
    documents: u64,
    /// Mean number of words of a document: 300 is news, 40 short documents
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(6..1_000_000))]
    tokens: u64,
    /// Share of documents that are copies of earlier ones
    #[arg(long, default_value = "0.15", value_parser = share)]
    copies: u64,
    /// Weights of the kinds of copies: exact, small edits, respelled, tail cut
    #[arg(long, value_delimiter = ',', num_args = 4, default_value = "1,3,2,2")]
    kinds: Vec<u32>,
    /// Largest share of words that small edits touch; every copy has a share of its own up to this
    #[arg(long, default_value = "0.04", value_parser = share)]
    edits: u64,
    /// How far before a copy the document stands that it repeats; 0 is anywhere before. What repeats a copy is one more
    /// copy of its original
    #[arg(long, default_value_t = 0)]
    window: u64,
    /// Number of words in the vocabulary
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(100..2_000_000))]
    vocabulary: u32,
    /// The truth's Jaccard is over runs of so many words
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..33))]
    shingle: u8,
    /// Another seed gives other documents
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write each document as a page of HTML, a file of its own, into the directory that --output names
    #[arg(long)]
    pages: bool,
    /// Where the documents go; - is standard output
    #[arg(short, long, default_value = "-")]
    output: PathBuf,
    /// Where the truth goes (tab-separated); nowhere unless given
    #[arg(long)]
    truth: Option<PathBuf>,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let shape = arguments.shape()?;
    let mut documents: Box<dyn Write> = if arguments.pages {
        std::fs::create_dir_all(&arguments.output)?;
        Box::new(io::sink())
    } else {
        Box::new(BufWriter::with_capacity(1 << 20, create(&arguments.output)?))
    };
    let mut truth: Box<dyn Write> = match &arguments.truth {
        Some(path) => Box::new(BufWriter::new(File::create(path)?)),
        None => Box::new(io::sink()),
    };
    let vocabulary = Vocabulary::new(arguments.vocabulary as usize, arguments.seed);
    let mut maker = Maker::new(shape, vocabulary, usize::from(arguments.shingle), arguments.truth.is_some());
    maker.pages = arguments.pages.then(|| arguments.output.clone());
    let mut bytes = 0_u64;
    for document in 0..arguments.documents {
        bytes += maker.write(document, &mut documents, &mut truth)? as u64;
    }
    documents.flush()?;
    truth.flush()?;
    eprintln!("{} documents, {bytes} bytes", arguments.documents);
    Ok(())
}

impl Arguments {
    fn shape(&self) -> io::Result<Shape> {
        let kinds: Vec<u64> = self.kinds.iter().map(|weight| u64::from(*weight)).collect();
        let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "--kinds wants four weights, one of them above 0");
        let kinds: [u64; 4] = kinds.try_into().map_err(|_| wrong())?;
        if kinds.iter().sum::<u64>() == 0 {
            return Err(wrong());
        }
        let Self { seed, tokens, copies, edits, window, .. } = *self;
        Ok(Shape { seed, tokens, copies, kinds, edits, window })
    }
}

fn create(path: &PathBuf) -> io::Result<Box<dyn Write>> {
    Ok(if path.as_os_str() == "-" { Box::new(io::stdout().lock()) } else { Box::new(File::create(path)?) })
}

/// A whole number, also as `1e6`.
fn count(text: &str) -> Result<u64, String> {
    let (digits, zeros) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let number: u64 = digits.parse().map_err(|_| format!("{text} is no number"))?;
    let zeros: u32 = zeros.parse().map_err(|_| format!("{text} is no number"))?;
    let product = 10_u64.checked_pow(zeros).and_then(|power| number.checked_mul(power));
    product.filter(|number| *number < 1_000_000_000).ok_or_else(|| format!("{text} is not below 1e9"))
}

/// A share from 0 to 1, in millionths.
fn share(text: &str) -> Result<u64, String> {
    let share: f64 = text.parse().map_err(|_| format!("{text} is no number"))?;
    if (0.0..=1.0).contains(&share) { Ok((share * 1e6).round() as u64) } else { Err(format!("{text} is not in 0..1")) }
}

/// Makes one document after the other; holds what they share and buffers, nothing about documents made.
struct Maker {
    shape: Shape,
    vocabulary: Vocabulary,
    shingle: usize,
    wants_truth: bool,
    /// Where pages go, a file each; without it documents are lines of JSON.
    pages: Option<PathBuf>,
    original: Vec<u32>,
    words: Vec<u32>,
    line: String,
}

impl Maker {
    fn new(shape: Shape, vocabulary: Vocabulary, shingle: usize, wants_truth: bool) -> Self {
        let (original, words, line) = (Vec::new(), Vec::new(), String::new());
        Self { shape, vocabulary, shingle, wants_truth, pages: None, original, words, line }
    }

    /// Writes a document and, if it is a copy, its line of truth; the bytes of the document.
    fn write(&mut self, document: u64, out: &mut impl Write, truth: &mut impl Write) -> io::Result<usize> {
        let id = format!("g{document:09}");
        let mut respell = None;
        if let Some((original, kind)) = self.shape.copy_of(document) {
            self.shape.original(original, &self.vocabulary, &mut self.original);
            self.words.clone_from(&self.original);
            self.shape.change(document, kind, &self.vocabulary, &mut self.words);
            respell = (kind == Kind::Respell).then(|| Rng::new(self.shape.seed, document, 5));
            if self.wants_truth {
                let jaccard = jaccard(&self.original, &self.words, self.shingle);
                writeln!(truth, "g{original:09}\t{id}\t{kind}\t{jaccard:.6}")?;
            }
        } else {
            self.shape.original(document, &self.vocabulary, &mut self.words);
        }
        self.line.clear();
        if let Some(pages) = &self.pages {
            page::page(&id, document, self.shape.seed, &self.words, &self.vocabulary, respell, &mut self.line);
            std::fs::write(pages.join(format!("{id}.html")), &self.line)?;
        } else {
            text::record(&id, &self.words, &self.vocabulary, respell, &mut self.line);
            out.write_all(self.line.as_bytes())?;
        }
        Ok(self.line.len())
    }
}
