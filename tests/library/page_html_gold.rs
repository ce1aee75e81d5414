//! Pages of HTML with gold: their units are right, and more of them than of the same text without markup.

#![cfg(feature = "html")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may stop where it fails, and shows its table")]

use std::path::PathBuf;

use mukarrar::document::{Unit, UnitKind};
use mukarrar::input::{Corpus, InputOptions};
use mukarrar::page::{Cutter, UnitLevel};

/// What gold says of some characters of a line.
struct Row {
    line: usize,
    columns: std::ops::Range<usize>,
    /// Empty where whatever is found is right.
    kinds: Vec<UnitKind>,
}

fn rows(gold: &str) -> Vec<Row> {
    let row = |row: &str| {
        let cells: Vec<&str> = row.split('\t').collect();
        let flags: Vec<&str> = cells[4].split(',').collect();
        let has = |flag: &str| flags.contains(&flag);
        let kinds = match cells[2] {
            _ if has("free") || has("teaser") => Vec::new(),
            _ if has("glued") || has("inline") => vec![UnitKind::Headline, UnitKind::Boilerplate],
            "story" if !has("title") => vec![UnitKind::Story],
            "boilerplate" => vec![UnitKind::Boilerplate],
            _ => vec![UnitKind::Headline],
        };
        let columns = cells[5]
            .split_once('-')
            .map_or(0..usize::MAX, |(first, last)| first.parse::<usize>().unwrap() - 1..last.parse().unwrap());
        Row { line: cells[0].parse().unwrap(), columns, kinds }
    };
    gold.lines().map(row).collect()
}

/// The share of each scored line that is right, summed, and the number of these lines.
fn score(text: &str, units: &[Unit], rows: &[Row]) -> (f64, f64) {
    let (mut right, mut lines, mut start) = (0.0, 0.0, 0);
    for (number, line) in text.split('\n').enumerate() {
        let (mut hits, mut all) = (0, 0);
        for (column, (at, _)) in line.char_indices().enumerate().filter(|(_, (_, c))| c.is_alphanumeric()) {
            let row = rows.iter().find(|row| row.line == number + 1 && row.columns.contains(&column));
            let row = row.unwrap_or_else(|| panic!("no gold for column {column} of {line}"));
            if !row.kinds.is_empty() {
                let unit = units.iter().find(|unit| (unit.span.start..unit.span.end).contains(&(start + at)));
                hits += u32::from(row.kinds.contains(&unit.unwrap().kind));
                all += 1;
            }
        }
        if all > 0 {
            right += f64::from(hits) / f64::from(all);
            lines += 1.0;
        }
        start += line.len() + 1;
    }
    (right, lines)
}

#[test]
fn units_of_pages_are_right_and_more_than_those_of_their_text() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/html");
    let mut options = InputOptions::default();
    options.html_lines = true;
    let corpus = Corpus::open(&[folder.join("pages")], options).unwrap();
    let (mut cutter, mut units) = (Cutter::new(), Vec::new());
    let (mut by_markup, mut by_text, mut lines) = (0.0, 0.0, 0.0);
    for id in corpus.ids() {
        let record = corpus.read(id).unwrap();
        let gold = folder.join("gold").join(&*record.id).with_extension("tsv");
        let gold = std::fs::read_to_string(gold).unwrap();
        let rows = rows(&gold);
        cutter.cut_page(&record.text, record.layout.as_deref(), UnitLevel::Story, &mut units);
        let (markup, count) = score(&record.text, &units, &rows);
        cutter.cut(&record.text, UnitLevel::Story, &mut units);
        let (text, _) = score(&record.text, &units, &rows);
        println!("{}  markup {:.3}  text {:.3}", record.id, markup / count, text / count);
        (by_markup, by_text, lines) = (by_markup + markup, by_text + text, lines + count);
    }
    println!("all      markup {:.3}  text {:.3}", by_markup / lines, by_text / lines);
    assert!(lines > 500.0, "{lines}");
    assert!(by_markup / lines > 0.95 && by_markup > by_text, "{by_markup} {by_text} of {lines}");
}

#[test]
fn the_main_text_of_pages_is_what_was_recorded() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/html");
    let corpus = Corpus::open(&[folder.join("pages")], InputOptions::default()).unwrap();
    assert_eq!(corpus.len(), 20);

    for id in corpus.ids() {
        let record = corpus.read(id).unwrap();
        let recorded = folder.join("main_text").join(&*record.id).with_extension("txt");
        assert_eq!(record.text, std::fs::read_to_string(recorded).unwrap(), "{}", record.id);
    }
}
