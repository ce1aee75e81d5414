//! CSV against the crate csv: cells that it wrote are read as they were; and any bytes under any signs, in memory and
//! streamed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mukarrar::input::{CsvSign, InputFormat};
use mukarrar_fuzz::{read_both_ways, strict};

fuzz_target!(|data: &[u8]| {
    let [mode, rest @ ..] = data else { return };
    let mut options = strict(if mode & 1 == 0 { InputFormat::Csv } else { InputFormat::Tsv });

    if mode & 2 == 0 {
        options.csv_quote = [CsvSign::Auto, CsvSign::None, CsvSign::Byte(b'\'')][usize::from(mode >> 2) % 3];
        options.csv_escape = [CsvSign::Auto, CsvSign::None, CsvSign::Byte(b'\\')][usize::from(mode >> 4) % 3];
        let _ = read_both_ways("a.csv", rest, &options);
        return;
    }

    // Cells of the data, two a row, written by the other crate.
    let text = String::from_utf8_lossy(rest).replace('\0', "");
    let cells: Vec<&str> = text.split('\u{1}').collect();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(if mode & 1 == 0 { b',' } else { b'\t' })
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    let rows = cells.chunks_exact(2).filter(|row| !row[0].is_empty());
    let rows: Vec<_> = rows.filter(|row| row[0].len() + row[1].len() < 1_000).collect();
    let written = writer
        .write_record(["id", "text"])
        .and_then(|()| rows.iter().try_for_each(|row| writer.write_record([row[0], row[1]])));
    assert!(written.is_ok());
    let Ok(bytes) = writer.into_inner() else { return };

    options.csv_quote = CsvSign::Byte(b'"');
    options.csv_escape = CsvSign::None;
    let read = read_both_ways("a.csv", &bytes, &options);
    let expected: Vec<_> = rows.iter().map(|row| format!("{}={}", row[0], row[1])).collect();
    assert_eq!(read, expected);
});
