//! Damaged Parquet files on the command line.

#![cfg(feature = "parquet")]
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

/// Sixty short texts in one column.
fn write_table(path: &Path) {
    let texts: StringArray =
        (0..60).map(|row| Some(format!("خبر رقم {row} عن افتتاح مركز صحي جديد في المدينة"))).collect();
    let table = RecordBatch::try_from_iter([("text", Arc::new(texts) as _)]).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), table.schema(), None).unwrap();
    writer.write(&table).unwrap();
    writer.close().unwrap();
}

/// Texts of 30 MB in one row group, in pages of at most `page` bytes.
fn write_large(path: &Path, page: usize) {
    let mut seed = 1_u64;
    let mut word = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{:x} ", seed >> 16)
    };
    let texts: StringArray = (0..600).map(|_| Some((0..4000).map(|_| word()).collect::<String>())).collect();
    let table = RecordBatch::try_from_iter([("text", Arc::new(texts) as _)]).unwrap();

    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_data_page_size_limit(page)
        .set_data_page_row_count_limit(usize::MAX)
        .set_write_batch_size(if page < 1 << 24 { 10 } else { 1 << 20 });
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, table.schema(), Some(properties.build())).unwrap();
    writer.write(&table).unwrap();
    writer.close().unwrap();
}

/// Under a limit of memory, what does not fit is an error that names the file, the row group and the least memory.
#[test]
fn pages_and_row_groups_keep_the_limit_of_memory() {
    let home = tempfile::tempdir().unwrap();
    write_large(&home.path().join("small.parquet"), 1 << 20);
    write_large(&home.path().join("large.parquet"), usize::MAX);
    let run = |arguments: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        let arguments = format!("{arguments} --memory 64M --temp-dir . --threads 2");
        let output = command.current_dir(home.path()).args(arguments.split_whitespace()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };

    // Pages of the usual size are read one by one, however large their row group is.
    let (code, told) = run("clusters small.parquet -o out.txt");
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = run("clusters large.parquet -o out.txt");
    let named = ["large.parquet", "row group 1", "smaller windows or pages", "--memory"];
    assert!(code == Some(2) && named.iter().all(|word| told.contains(word)), "{told}");

    let (code, told) = run("dedup small.parquet -o out.parquet");
    let named = ["copying the rows of row group 1 of small.parquet", "give --memory"];
    assert!(code == Some(2) && named.iter().all(|word| told.contains(word)), "{told}");
    assert!(!home.path().join("out.parquet").exists());
}

/// The decoder may panic on what it finds; the user is told of damage, and of nothing else.
#[test]
fn the_command_line_tells_damage_as_damage() {
    let home = tempfile::tempdir().unwrap();
    write_table(&home.path().join("a.parquet"));
    let bytes = fs::read(home.path().join("a.parquet")).unwrap();
    for at in (4..bytes.len() - 8).step_by(bytes.len() / 60) {
        let mut bytes = bytes.clone();
        let end = (at + 16).min(bytes.len() - 8);
        bytes[at..end].fill(0xA7);
        fs::write(home.path().join("a.parquet"), bytes).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mukarrar"));
        let output = command.current_dir(home.path()).args(["dedup", ".", "-o", "-"]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code().is_some() && !told.contains("panicked"), "byte {at}: {told}");
    }
}
