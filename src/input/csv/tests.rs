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

fn plain(delimiter: u8) -> CsvDialect {
    CsvDialect { delimiter, quote: Some(b'"'), escape: None }
}

/// Records of no columns: nothing is taken for a swallowed record.
fn shape(delimiter: u8, columns: usize) -> CsvShape {
    CsvShape { dialect: plain(delimiter), columns, most: 1 << 20, trusts_quotes: false }
}

/// The records of `bytes`, cut off in pieces of `step` bytes.
fn cut_off(bytes: &[u8], delimiter: u8, step: usize) -> Vec<&[u8]> {
    let (mut records, mut begin, mut at, mut scan) = (Vec::new(), 0, 0, CsvScanner::new(plain(delimiter)));
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
        plain(delimiter)
            .fields(line.as_bytes())
            .map(|field| plain(delimiter).decode(&line[field.range]).into_owned())
            .collect()
    });
    records.filter(|record: &Vec<String>| record.len() > 1 || !record[0].is_empty()).collect()
}

/// Bytes that end within quotes: what is left of the record is an error here, and a record to the oracle.
fn open_at_the_end(bytes: &[u8], delimiter: u8) -> bool {
    cut_off(bytes, delimiter, 1 << 20)
        .last()
        .is_some_and(|record| plain(delimiter).fields(record).any(|field| field.is_stray))
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
            let length = shape(b',', 0).cut(&text.as_bytes()[at..], size);
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
        let header = CsvHeader::new(raw, plain(delimiter), None, &options).unwrap();
        let line = format!("7{}{}", delimiter as char, header.encode(&text));
        let record = header.record(line.as_bytes(), &options).unwrap();
        prop_assert_eq!((&*record.id, &*record.text), ("7", &*text));
        prop_assert_eq!(oracle(line.as_bytes(), delimiter), vec![vec!["7".to_owned(), text]]);
    }
}

fn header(text: &str, format: InputFormat) -> Result<Option<CsvHeader>, CsvMisfit> {
    CsvHeader::read(&mut text.as_bytes(), format, None, &InputOptions::default())
}

#[test]
fn the_header_tells_what_stands_between_columns() {
    let delimiter = |text| header(text, InputFormat::Csv).unwrap().unwrap().delimiter();
    assert_eq!(delimiter("id,text\n"), ',');
    assert_eq!(delimiter("text"), ',');
    assert_eq!(delimiter("\u{feff}\n\nid;text;a,b\r\n"), ';');
    assert_eq!(delimiter("id|text\n"), '|');
    assert_eq!(delimiter("id\ttext\n"), '\t');
    assert_eq!(delimiter("sep=;\r\nid;text\n"), ';');
    assert_eq!(delimiter("\u{feff}\n\"SEP=|\"\n\nid|text\n"), '|');
    assert_eq!(delimiter("sep=\t\nid\ttext\n"), '\t');
    let excel = header("\u{feff}sep=;\r\nid;text\r\n1;a\r\n", InputFormat::Csv).unwrap().unwrap();
    assert_eq!((excel.lines(), excel.names.as_slice()), (2, &["id".to_owned(), "text".to_owned()][..]));
    assert_eq!(header("id\t\"text\"\n1", InputFormat::Tsv).unwrap().unwrap().names, ["id", "text"]);
    assert!(header("id,text\n", InputFormat::Tsv).unwrap_err().0.contains("no column"));
    assert!(header("a;text;b|text|c\n", InputFormat::Csv).unwrap_err().0.contains("several"));
    assert!(header("text,id,text\n", InputFormat::Csv).unwrap_err().0.contains("more than once"));
    assert_eq!(header("\r\n\n", InputFormat::Csv), Ok(None));
    assert_eq!(header("", InputFormat::Csv), Ok(None));
}

/// The records of `text` as rows, each with its lines.
fn rows(text: &str, shape: CsvShape) -> Vec<(&str, u32)> {
    shape.rows(text.as_bytes()).map(|row| (&text[row.content], row.lines)).filter(|row| !row.0.is_empty()).collect()
}

#[test]
fn a_stray_quote_takes_no_lines_that_are_records() {
    let tabs = shape(b'\t', 2);
    let swallowed = "1\t\"قال\n2\tب\n3\tج\n";
    assert_eq!(rows(swallowed, tabs), [("1\t\"قال", 1), ("2\tب", 1), ("3\tج", 1)]);
    // The next quote closes it in the middle of a field.
    let closed = "1\t\"a\n2\tb\n3\t\"c d\" e\n4\tf\n";
    assert_eq!(rows(closed, tabs).len(), 4);
    // The next quote closes it where a field may end, and the columns are right by chance.
    let right = format!("1\t\"a\n{}9\tb\"\n", "2\tb\n".repeat(5));
    assert_eq!(rows(&right, tabs).len(), 7);

    // Texts of several lines stay whole, with commas in their lines too.
    let poem = "1,\"one, two\nthree, four\nfive, six\"\n2,b\n";
    assert_eq!(rows(poem, shape(b',', 2)), [("1,\"one, two\nthree, four\nfive, six\"", 3), ("2,b", 1)]);
    // A quote that nothing closes, in a text whose lines are no records.
    let open = "1,\"one\ntwo\nthree, four, five\n";
    assert_eq!(rows(open, shape(b',', 2)).len(), 1);
}

/// A text may be a table itself. Whoever names the quote says that quotes are right.
#[test]
fn with_a_named_quote_a_text_of_many_records_stays_whole() {
    let table = format!("1,\"{}end, b\"\n2,c\n", "a, b\n".repeat(30));
    assert_eq!(rows(&table, shape(b',', 2)).len(), 32, "not named");
    let named = CsvShape { trusts_quotes: true, ..shape(b',', 2) };
    assert_eq!(rows(&table, named).iter().map(|(_, lines)| *lines).collect::<Vec<_>>(), [31, 1]);
    // Quotes that are wrong are noticed all the same.
    assert_eq!(rows("1,\"a\n2,b\n3,\"c d\" e\n4,f\n", named).len(), 4);
}

#[test]
fn a_long_record_is_doubted_before_its_end_is_known() {
    let tabs = CsvShape { most: 20, ..shape(b'\t', 2) };
    let text = format!("0\t\"a\n{}", "1\tb\n".repeat(1000));
    assert_eq!(rows(&text, tabs).len(), 1001);
    let mut at = 0;
    while at < text.len() {
        let length = tabs.cut(&text.as_bytes()[at..], 8);
        assert!((1..=20).contains(&length), "{length} bytes at {at}");
        at += length;
    }
    let whole = "1\t\"one two three\nfour five six\nseven eight\"\n2\tb\n";
    assert_eq!(rows(whole, tabs).len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The records do not depend on where parts are cut off.
    #[test]
    fn parts_hold_the_records_of_the_whole(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "\"", "\"\"", ",", "\n", "\r\n", "a", "1,b\n", "2,\"c\"\n", ",\"", "\"\n", "\\\"",
        ]), 0..40),
        size in 1_usize..30,
        most in 4_u64..40,
        escape in prop::sample::select(vec![None, Some(b'\\')]),
        columns in 1_usize..3,
        trusts_quotes: bool,
    ) {
        let text = pieces.concat();
        let shape = CsvShape { dialect: CsvDialect { escape, ..plain(b',') }, columns, most, trusts_quotes };
        let whole = rows(&text, shape);
        let mut parts = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let length = shape.cut(&text.as_bytes()[at..], size);
            parts.extend(rows(&text[at..at + length], shape));
            at += length;
        }
        prop_assert_eq!(parts, whole, "{:?}", text);
    }

    #[test]
    fn texts_survive_every_dialect(
        text in "[a\"'\\\\\\n\\t,;N0\u{645} ]{0,12}",
        quote in prop::sample::select(vec![Some(b'"'), Some(b'\''), None]),
    ) {
        let dialect = CsvDialect { delimiter: b',', quote, escape: Some(b'\\') };
        let field = dialect.encode(&text);
        let line = format!("7,{field},8");
        let fields: Vec<String> =
            dialect.fields(line.as_bytes()).map(|field| dialect.decode(&line[field.range]).into_owned()).collect();
        prop_assert_eq!(fields, ["7", &*text, "8"], "{}", line);
        prop_assert_eq!(CsvScanner::new(dialect).take(format!("{line}\n").as_bytes()), Some(line.len() + 1));
    }
}
