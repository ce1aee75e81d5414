//! Damaged Parquet files on the command line.

#![cfg(feature = "parquet")]
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

/// Sixty short texts in one column.
fn write_table(path: &Path) {
    let texts: StringArray =
        (0..60).map(|row| Some(format!("خبر رقم {row} عن افتتاح مركز صحي جديد في المدينة"))).collect();
    let table = RecordBatch::try_from_iter([("text", Arc::new(texts) as _)]).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), table.schema(), None).unwrap();
    writer.write(&table).unwrap();
    writer.close().unwrap();
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
