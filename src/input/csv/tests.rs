//! Cutting and parsing against the `csv` crate.

use proptest::prelude::*;

use super::*;

fn oracle(bytes: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(bytes);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The records of `bytes`, cut off in pieces of `step` bytes.
fn cut_off(bytes: &[u8], delimiter: u8, step: usize) -> Vec<&[u8]> {
    let (mut records, mut begin, mut at, mut scan) = (Vec::new(), 0, 0, CsvScanner::new(delimiter));
    while at < bytes.len() {
        let piece = &bytes[at..bytes.len().min(at + step)];
        let end = scan.take(piece);
        at += end.unwrap_or(piece.len());
        if end.is_some() || at == bytes.len() {
            records.push(&bytes[begin..at]);
            begin = at;
        }
    }
    records
}

fn ours(bytes: &[u8], delimiter: u8, step: usize) -> Vec<Vec<String>> {
    let records = cut_off(bytes, delimiter, step).into_iter().map(|record| {
        let line = std::str::from_utf8(record.strip_suffix(b"\n").unwrap_or(record)).unwrap();
        fields(line.as_bytes(), delimiter).map(|field| decode(&line[field]).into_owned()).collect()
    });
    records.filter(|record: &Vec<String>| record.len() > 1 || !record[0].is_empty()).collect()
}

/// Bytes that end within quotes: what is left of the record is an error here, and a record to the oracle.
fn open_at_the_end(bytes: &[u8], delimiter: u8) -> bool {
    cut_off(bytes, delimiter, 1 << 20).last().is_some_and(|record| {
        let line = std::str::from_utf8(record).unwrap();
        fields(line.as_bytes(), delimiter)
            .any(|field| line[field.clone()].starts_with('"') && closing(line[field].as_bytes()).is_none())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn records_and_fields_are_those_of_the_csv_crate(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "\"", "\"\"", ",", ";", "\n", "\r\n", "\t", "a", "نص", " ", "\"a\"", "\"a,\n\"",
        ]), 0..24),
        delimiter in prop::sample::select(vec![b',', b';', b'\t']),
        step in 1_usize..9,
    ) {
        let text = pieces.concat();
        let bytes = text.as_bytes();
        if open_at_the_end(bytes, delimiter) {
            return Ok(());
        }
        // A quoted empty field alone in a line is a record to the crate.
        prop_assume!(!text.split('\n').any(|line| line == "\"\""));
        prop_assert_eq!(ours(bytes, delimiter, step), oracle(bytes, delimiter));
        prop_assert_eq!(cut_off(bytes, delimiter, step), cut_off(bytes, delimiter, 1 << 20));
    }

    #[test]
    fn blocks_end_where_records_end(
        pieces in prop::collection::vec(prop::sample::select(vec!["\"", ",", "\n", "a", "\"a\n\""]), 0..24),
        size in 1_usize..12,
    ) {
        let text = pieces.concat();
        let records = cut_off(text.as_bytes(), b',', 1 << 20);
        let ends: Vec<usize> = records.iter().scan(0, |end, record| { *end += record.len(); Some(*end) }).collect();
        let mut at = 0;
        while at < text.len() {
            let length = cut(&text.as_bytes()[at..], size, b',');
            prop_assert!(length > 0);
            prop_assert!(ends.contains(&(at + length)), "{at} {length}");
            prop_assert!(length <= size || !ends.iter().any(|end| *end > at && *end < at + length), "{at} {length}");
            at += length;
        }
    }

    #[test]
    fn every_text_survives_encoding(text in "[a\"\\r\\n,;م ]{0,12}", delimiter in prop::sample::select(vec![b',', b';'])) {
        let options = InputOptions::default();
        let raw = format!("id{0}text\n", delimiter as char).into_bytes();
        let header = CsvHeader::new(raw, delimiter, &options).unwrap();
        let line = format!("7{}{}", delimiter as char, header.encode(&text));
        let record = header.record(line.as_bytes(), &options).unwrap();
        prop_assert_eq!((&*record.id, &*record.text), ("7", &*text));
        prop_assert_eq!(oracle(line.as_bytes(), delimiter), vec![vec!["7".to_owned(), text]]);
    }
}

fn header(text: &str, format: InputFormat) -> Result<Option<CsvHeader>, CsvMisfit> {
    CsvHeader::read(&mut text.as_bytes(), format, &InputOptions::default())
}

#[test]
fn the_header_tells_what_stands_between_columns() {
    let delimiter = |text| header(text, InputFormat::Csv).unwrap().unwrap().delimiter;
    assert_eq!(delimiter("id,text\n"), b',');
    assert_eq!(delimiter("text"), b',');
    assert_eq!(delimiter("\u{feff}\n\nid;text;a,b\r\n"), b';');
    assert_eq!(delimiter("id|text\n"), b'|');
    assert_eq!(delimiter("id\ttext\n"), b'\t');
    assert_eq!(header("id\t\"text\"\n1", InputFormat::Tsv).unwrap().unwrap().names, ["id", "text"]);
    assert!(header("id,text\n", InputFormat::Tsv).unwrap_err().0.contains("no column"));
    assert!(header("a;text;b|text|c\n", InputFormat::Csv).unwrap_err().0.contains("several"));
    assert!(header("text,id,text\n", InputFormat::Csv).unwrap_err().0.contains("more than once"));
    assert_eq!(header("\r\n\n", InputFormat::Csv), Ok(None));
    assert_eq!(header("", InputFormat::Csv), Ok(None));
}
