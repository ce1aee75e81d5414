//! What the fuzz targets share: reading bytes as a corpus, in memory and as a stream.

use std::io::Cursor;

use mukarrar::document::Unit;
use mukarrar::input::{Corpus, Input, InputFormat, InputOptions, StoragePolicy};

/// Options that read `format`, take text as it is and refuse records above 4 KiB.
///
/// Strict encodings repair nothing, so that the text can be compared with what another parser gives.
#[must_use]
pub fn strict(format: InputFormat) -> InputOptions {
    let mut options = InputOptions::default();
    options.format = Some(format);
    options.encoding = mukarrar::input::EncodingChoice::Strict;
    options.max_record_size = 4 << 10;
    options
}

/// Every record as its id and text, or as the place and the code of its reject. Damage that ends the whole reading is
/// one such line.
#[must_use]
pub fn shown(corpus: mukarrar::Result<Corpus>) -> Vec<String> {
    let corpus = match corpus {
        Ok(corpus) => corpus,
        Err(error) => return vec![format!("error {error:?}")],
    };

    let records = corpus.ids().map(|id| match corpus.read(id) {
        Ok(record) => format!("{}={}", record.id, record.text),
        Err(reject) => format!("{} {}", reject.source, reject.reason.code()),
    });
    records.collect()
}

/// Reads `bytes` in memory, and as a stream in small blocks with nothing kept in memory: both must give the same
/// records.
///
/// # Panics
///
/// If they differ.
#[must_use]
pub fn read_both_ways(name: &str, bytes: &[u8], options: &InputOptions) -> Vec<String> {
    let whole = shown(Corpus::from_reader(name, bytes, options.clone()));

    let mut policy = StoragePolicy::default();
    (policy.block_size, policy.memory) = (1, Some(0));
    let streamed = Input::from_reader(name, Cursor::new(bytes.to_vec()), options.clone());
    let streamed = shown(streamed.and_then(|input| Corpus::read_once(input, policy)));

    // A zip archive has its directory at the end, so it is refused as a stream.
    let is_refused = streamed.iter().any(|record| record.contains("in a stream"));
    if !is_refused {
        assert_eq!(streamed, whole, "streamed and in memory");
    }
    whole
}

/// Units are in text order, do not overlap, and are whole characters of `text`; the title of a story is one of them.
///
/// # Panics
///
/// If they are not.
pub fn assert_units(text: &str, units: &[Unit]) {
    let mut end = 0;
    for unit in units {
        assert!(unit.span.start >= end && unit.span.end >= unit.span.start, "{units:?}");
        assert!(text.get(unit.span.start..unit.span.end).is_some(), "{unit:?} is no part of the text");
        assert!(unit.title.is_none_or(|title| title < units.len()), "{unit:?} has no title");
        end = unit.span.end;
    }
}
