//! `mukarrar normalize`: a filter.

use std::io::{self, BufRead, Write};

use super::args::NormalizeArgs;
use super::console::{Console, failed};
use super::{Exit, job};
use mukarrar::document::{Excerpt, Span};
use mukarrar::error::{Error, Result};
use mukarrar::input::{EncodingChoice, Format};
use mukarrar::normalize::{Language, Normalizer};
use mukarrar::page::{Boilerplate, Sieve, Sources, Text, UnitLevel};

pub(super) fn run(arguments: &NormalizeArgs, console: &Console) -> Result<Exit> {
    let NormalizeArgs { inputs, reading, folding, boilerplate } = arguments;
    let stdin = inputs.len() == 1 && inputs[0].as_os_str() == "-";
    // Encodings are found from the whole text, and so is boilerplate.
    let plain = matches!(reading.input_format, None | Some(Format::Text))
        && !matches!(reading.encoding, EncodingChoice::Named(_))
        && boilerplate.boilerplate == Boilerplate::Keep;
    if let (true, Some(language), true) = (stdin, folding.lang.0, plain) {
        let normalizer = Normalizer::new(folding.profile, language);
        console.print(|out| stream(&normalizer, reading.max_record_size, out))?;
        return Ok(Exit::Done);
    }
    let rules = job::rules(boilerplate)?;
    let corpus = job::open_with(inputs, reading, UnitLevel::Document, boilerplate)?;
    let sources = Sources::new(corpus.options(), boilerplate.source.source_field.as_deref());
    let mut rejected = 0;
    let mut sieve = Sieve::new(boilerplate.boilerplate).with_rules(rules);
    console.print(|out| {
        for id in corpus.ids() {
            match corpus.read(id) {
                Ok(record) => {
                    let language = folding.lang.0.unwrap_or_else(|| Language::detect(&record.text));
                    let source = sources.of(&record);
                    let kept = sieve.sift(Text::new(&record.text).source(Some(&source)));
                    fold(&Normalizer::new(folding.profile, language), kept, out).map_err(failed)?;
                }
                Err(reject) => {
                    rejected += 1;
                    console.error(&reject.to_string());
                }
            }
        }
        Ok(())
    })?;
    Ok(if rejected > 0 { Exit::Error } else { Exit::Done })
}

/// Folds standard input line by line: memory for one line.
fn stream(normalizer: &Normalizer, longest: u64, out: &mut dyn Write) -> Result<()> {
    let mut lines = io::stdin().lock();
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let failed_to_read = |source| Error::io("read", "-", source);
        let limit = longest.saturating_add(1);
        io::Read::take(&mut lines, limit).read_until(b'\n', &mut line).map_err(failed_to_read)?;
        if line.is_empty() {
            return Ok(());
        }
        let text = match std::str::from_utf8(&line) {
            _ if line.len() as u64 > longest => Err(format!("line {number} is longer than --max-record-size")),
            Ok(text) => Ok(text),
            Err(error) => Err(format!("line {number} is no UTF-8 at byte {}", error.valid_up_to())),
        };
        let text = text.map_err(|what| failed_to_read(io::Error::new(io::ErrorKind::InvalidData, what)))?;
        let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        fold(normalizer, Excerpt::whole(text), out).map_err(failed)?;
    }
    Ok(())
}

/// A line for a line, empty where all of it is left out.
fn fold(normalizer: &Normalizer, excerpt: Excerpt<'_>, out: &mut dyn Write) -> io::Result<()> {
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
