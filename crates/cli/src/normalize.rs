//! `mukarrar normalize`: a filter that folds text.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use clap::Args;

use super::args::groups::{BoilerplateArgs, FoldingArgs, ReadingArgs};
use super::console::{Console, stdout_error};
use super::exit::Exit;
use super::remedies::CommandLinePhrasing;
use super::{inputs, rules, run_options};
use mukarrar::document::{Excerpt, Span};
use mukarrar::error::{Error, Result};
use mukarrar::input::{EncodingChoice, InputFormat};
use mukarrar::normalize::{Language, Normalizer};
use mukarrar::page::{Boilerplate, Sieve, SourceResolver, SourcedText, UnitLevel};
use mukarrar::pipeline::CorpusLanguages;

pub(super) const EXAMPLES: &str = "Each output line contains the folded tokens of one input line, joined by one space: the text that is \
hashed when texts are compared. Boilerplate is not compared and gives empty lines. JSON Lines inputs give the lines of the text \
of each record. Standard input is read to its end first, because the language depends on the whole input, and boilerplate on the whole document; with a \
fixed --lang and --boilerplate keep it is read and written line by line.

Examples:
  echo 'مسؤولٌ كبيرٌ' | mukarrar normalize
  mukarrar normalize --lang ur --profile light news.txt";

#[derive(Debug, Args)]
pub(super) struct NormalizeArgs {
    /// Files, directories or - for standard input.
    #[arg(value_name = "INPUT", default_value = "-")]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    folding: FoldingArgs,
    #[command(flatten)]
    boilerplate: BoilerplateArgs,
}

pub(super) fn run(arguments: &NormalizeArgs, console: &Console) -> Result<Exit> {
    if let Some(language) = streaming_language(arguments) {
        let normalizer = Normalizer::new(arguments.folding.profile, language);
        console.print(|out| fold_stdin(&normalizer, arguments.reading.max_record_size, out))?;
        return Ok(Exit::Done);
    }

    fold_records(arguments, console)
}

/// The language to fold with, if the input is standard input that can be folded line by line.
fn streaming_language(arguments: &NormalizeArgs) -> Option<Language> {
    let NormalizeArgs { inputs, reading, folding, boilerplate } = arguments;
    let is_stdin = inputs.len() == 1 && inputs[0].as_os_str() == "-";

    // Encoding and boilerplate are detected from the whole text.
    let is_plain = matches!(reading.input_format, None | Some(InputFormat::Text))
        && !matches!(reading.encoding, EncodingChoice::Named(_))
        && boilerplate.mode.boilerplate == Boilerplate::Keep;

    folding.lang.0.filter(|_| is_stdin && is_plain)
}

/// Folds every record of the input. Rejected records are reported, and make the exit an error.
fn fold_records(arguments: &NormalizeArgs, console: &Console) -> Result<Exit> {
    let NormalizeArgs { inputs, reading, folding, boilerplate } = arguments;
    let rules = rules::from_file(boilerplate)?;
    let corpus = inputs::open_with_sources(inputs, reading, UnitLevel::Document, boilerplate)?;
    let sources = SourceResolver::new(corpus.options(), boilerplate.source.source_field.as_deref());
    let mut sieve = Sieve::new(boilerplate.mode.boilerplate).with_rules(rules);

    // As in a run over the input: records that do not tell their language have that of their source.
    let mut options = run_options::with_folding(folding);
    options.source_field.clone_from(&boilerplate.source.source_field);
    let languages = CorpusLanguages::learn(&corpus, &options, &())?;

    let mut rejected = 0;
    console.print(|out| {
        for id in corpus.ids() {
            match corpus.read(id) {
                Ok(record) => {
                    let language = languages.of(id, &record.text);
                    let source = sources.of(&record);
                    let kept = sieve.sift(SourcedText::new(&record.text).source(Some(&source)));
                    fold_lines(&Normalizer::new(folding.profile, language), kept, out).map_err(stdout_error)?;
                }
                Err(reject) => {
                    rejected += 1;
                    console.error(&reject.message(&CommandLinePhrasing));
                }
            }
        }
        Ok(())
    })?;

    Ok(if rejected > 0 { Exit::Error } else { Exit::Done })
}

/// Folds standard input line by line, with memory for one line of at most `longest` bytes.
fn fold_stdin(normalizer: &Normalizer, longest: u64, out: &mut dyn Write) -> Result<()> {
    let mut stdin = io::stdin().lock();
    let mut line = Vec::new();

    for number in 1_u64.. {
        line.clear();
        // One byte more than allowed shows that the line is too long.
        let limit = longest.saturating_add(1);
        io::Read::take(&mut stdin, limit).read_until(b'\n', &mut line).map_err(stdin_error)?;
        if line.is_empty() {
            return Ok(());
        }

        let text = checked_line(&line, number, longest)?;
        let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        fold_lines(normalizer, Excerpt::whole(text), out).map_err(stdout_error)?;
    }
    Ok(())
}

/// The line as text. Refuses lines that are too long or not UTF-8.
fn checked_line(line: &[u8], number: u64, longest: u64) -> Result<&str> {
    let invalid = |what: String| stdin_error(io::Error::new(io::ErrorKind::InvalidData, what));
    if line.len() as u64 > longest {
        return Err(invalid(format!("line {number} is longer than --max-record-size")));
    }

    std::str::from_utf8(line)
        .map_err(|error| invalid(format!("line {number} is not UTF-8 at byte {}", error.valid_up_to())))
}

fn stdin_error(source: io::Error) -> Error {
    Error::io("read", "-", source)
}

/// Writes one line of tokens for each line of text. A line without kept parts gives an empty line.
fn fold_lines(normalizer: &Normalizer, excerpt: Excerpt<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut kept: Vec<Span> = Vec::new();
    let mut start = 0;

    for line in excerpt.text().split_inclusive('\n') {
        let range = Span::new(start, start + line.len());
        let pieces =
            excerpt.pieces().map(|(at, piece)| Span::new(at.max(range.start), (at + piece.len()).min(range.end)));
        kept.clear();
        kept.extend(pieces.filter(|piece| piece.start < piece.end));

        writeln!(out, "{}", normalizer.normalize_excerpt(Excerpt::new(excerpt.text(), &kept)))?;
        start = range.end;
    }
    Ok(())
}
