//! `dedup` from and to Parquet.

#![cfg(feature = "parquet")]
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, MapBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BinaryArray, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow_array::{BooleanArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

const FIRST: &str = "أعلنت وزارة الصحة عن افتتاح ثلاثة مراكز صحية جديدة في المدينة أمس";
const SECOND: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل أمام جمهور كبير";

fn run(home: &Path, line: &str) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mukarrar"));
    let output = command.args(line.split_whitespace()).current_dir(home).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn done(home: &Path, line: &str) {
    let (code, told) = run(home, line);
    assert_eq!(code, Some(0), "{line}: {told}");
}

/// The names and types of the columns of a file, and its rows in one batch.
fn read(path: &Path) -> (Vec<(String, String)>, RecordBatch) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let batch = builder.with_batch_size(1 << 20).build().unwrap().next().unwrap().unwrap();
    let fields = batch.schema().fields().clone();
    (fields.iter().map(|field| (field.name().clone(), field.data_type().to_string())).collect(), batch)
}

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), table.schema(), None).unwrap();
    writer.write(&table).unwrap();
    writer.close().unwrap();
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn a_table_of_texts_becomes_parquet_with_text_columns() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    fs::write(home.join("a.csv"), format!("id,text,note\n1,{FIRST},\"a, b\"\n2,{FIRST},x\n03,{SECOND},\n")).unwrap();
    done(home, "dedup a.csv -o clean.parquet -q");

    let (columns, batch) = read(&home.join("clean.parquet"));
    let names = ["id", "text", "note"].map(|name| (name.to_owned(), "Utf8".to_owned()));
    assert_eq!(columns, names);
    assert_eq!(texts(&batch, "id"), [Some("1".to_owned()), Some("03".to_owned())]);
    assert_eq!(texts(&batch, "note"), [Some("a, b".to_owned()), Some(String::new())]);

    done(home, "dedup clean.parquet -o again.csv -q");
    assert_eq!(
        fs::read_to_string(home.join("again.csv")).unwrap(),
        format!("id,text,note\n1,{FIRST},\"a, b\"\n03,{SECOND},\n")
    );
}

#[test]
fn fields_of_json_become_columns_of_their_types() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let first = format!(
        r#"{{"id": 7, "text": "{FIRST}", "score": 1, "ok": true, "tags": ["a", "b"], "page": {{"url": "u", "n": 3}}, "odd": 1, "big": 18446744073709551615}}"#
    );
    let second = format!(
        r#"{{"text": "{SECOND}", "id": 8, "score": 2.5, "tags": [], "page": {{"n": null, "lang": "ar"}}, "odd": "x", "late": null, "nan": NaN}}"#
    );
    fs::write(home.join("a.jsonl"), format!("{first}\n{second}\n")).unwrap();
    done(home, "dedup a.jsonl -o clean.parquet -q");

    let (columns, batch) = read(&home.join("clean.parquet"));
    let kinds: Vec<(&str, &str)> = columns.iter().map(|(name, kind)| (name.as_str(), kind.as_str())).collect();
    assert_eq!(kinds[..4], [("id", "Int64"), ("text", "Utf8"), ("score", "Float64"), ("ok", "Boolean")]);
    assert!(kinds[4].1.starts_with("List(") && kinds[5].1.starts_with("Struct("), "{kinds:?}");
    assert_eq!(kinds[6..], [("odd", "Utf8"), ("big", "Utf8"), ("late", "Utf8"), ("nan", "Utf8")]);
    let column = |name: &str| Arc::clone(batch.column_by_name(name).unwrap());
    assert_eq!(column("id").as_primitive::<Int64Type>().values()[..], [7, 8]);
    assert_eq!(column("score").as_primitive::<Float64Type>().values()[..], [1.0, 2.5]);
    assert_eq!(texts(&batch, "odd"), [Some("1".to_owned()), Some("x".to_owned())], "values of several types are text");
    assert_eq!(texts(&batch, "big")[0].as_deref(), Some("18446744073709551615"), "no digit is lost");
    assert!(column("nan").is_null(1) && column("ok").is_null(1));

    // Back again: the same values.
    done(home, "dedup clean.parquet -o again.jsonl -q");
    let again = fs::read_to_string(home.join("again.jsonl")).unwrap();
    let rows: Vec<serde_json::Value> = again.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows[0]["tags"], serde_json::json!(["a", "b"]));
    assert_eq!(rows[0]["page"], serde_json::json!({"url": "u", "n": 3, "lang": null}));
    assert_eq!((&rows[1]["id"], &rows[1]["score"]), (&serde_json::json!(8), &serde_json::json!(2.5)));
}

#[test]
fn rows_of_parquet_become_whole_objects() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let mut counts = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    for row in 0..3 {
        counts.keys().append_value("k");
        counts.values().append_value(row);
        counts.append(true).unwrap();
    }
    write(
        &home.join("a.parquet"),
        vec![
            ("id", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
            ("text", Arc::new(StringArray::from(vec![FIRST, FIRST, SECOND]))),
            ("day", Arc::new(Date32Array::from(vec![Some(20_180), None, Some(-1)]))),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![1_743_602_400_500_000; 3]).with_timezone("UTC"))),
            ("clock", Arc::new(TimestampMicrosecondArray::from(vec![1_743_602_400_000_000; 3]))),
            ("raw", Arc::new(BinaryArray::from_vec(vec![b"x", b"y", &[0xFF, 0, 1]]))),
            ("ok", Arc::new(BooleanArray::from(vec![Some(true), Some(true), None]))),
            ("counts", Arc::new(counts.finish())),
        ],
    );

    done(home, "dedup a.parquet -o clean.jsonl -q --removed removed.jsonl");
    let lines = fs::read_to_string(home.join("clean.jsonl")).unwrap();
    let rows: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        lines.lines().next().unwrap(),
        format!(
            r#"{{"id": 1, "text": "{FIRST}", "day": "2025-04-02", "at": "2025-04-02T14:00:00.5Z", "clock": "2025-04-02T14:00:00", "raw": "x", "ok": true, "counts": {{"k": 0}}}}"#
        )
    );
    assert_eq!((&rows[1]["day"], &rows[1]["raw"]), (&serde_json::json!("1969-12-31"), &serde_json::json!("/wAB")));
    assert!(fs::read_to_string(home.join("removed.jsonl")).unwrap().contains("\"id\":\"2\",\"keeper\":\"1\""));

    // With marks, and spans taken out of the text.
    done(home, "dedup a.parquet -o marked.csv --mark -q");
    let marked = fs::read_to_string(home.join("marked.csv")).unwrap();
    assert!(marked.starts_with("id,text,day,at,clock,raw,ok,counts,mukarrar_cluster,"), "{marked}");
    assert_eq!(marked.lines().count(), 4);
    done(home, "dedup marked.csv -o marked.parquet --mark=seen -q");
    let (columns, batch) = read(&home.join("marked.parquet"));
    assert!(columns.contains(&("seen_size".to_owned(), "Int64".to_owned())), "{columns:?}");
    assert_eq!(batch.column_by_name("seen_size").unwrap().as_primitive::<Int64Type>().values()[..], [2, 2, 1]);
}

#[test]
fn files_of_several_kinds_become_one_table() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let column = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
    write(&home.join("a.parquet"), vec![("text", column(FIRST)), ("n", Arc::new(Int64Array::from(vec![1])))]);
    write(&home.join("b.parquet"), vec![("text", column(SECOND)), ("n", Arc::new(Int64Array::from(vec![2])))]);
    fs::write(home.join("c.jsonl"), format!("{{\"text\": \"{FIRST}\"}}\n{{\"text\": \"x\", \"m\": 1}}\n")).unwrap();
    fs::write(home.join("d.txt"), "نص آخر قصير").unwrap();

    done(home, "dedup a.parquet b.parquet -o both.parquet -q");
    let (columns, batch) = read(&home.join("both.parquet"));
    assert_eq!((columns.len(), columns[1].1.as_str(), batch.num_rows()), (2, "Int64", 2));
    done(home, "dedup a.parquet b.parquet c.jsonl d.txt -o all.parquet -q");
    let (columns, batch) = read(&home.join("all.parquet"));
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, batch.num_rows()), (vec!["text", "n", "m", "id"], 4));
}

#[test]
fn the_same_bytes_whatever_threads_and_memory() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let rows = (0..40_000_u64).map(|row| {
        let word = row.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("{{\"id\": {row}, \"text\": \"{word:x} {:x} {:x} {FIRST}\", \"v\": {row}.5}}\n", word ^ 7, word >> 9)
    });
    fs::write(home.join("a.jsonl"), rows.collect::<String>()).unwrap();
    for (name, options) in [("one", "--threads 1"), ("two", "--threads 2 --memory 100M"), ("dry", "--facts off")] {
        done(home, &format!("dedup a.jsonl -q --threshold 0.99 {options} -o {name}.parquet"));
    }
    let bytes = |name: &str| fs::read(home.join(name)).unwrap();
    assert!(bytes("one.parquet") == bytes("two.parquet"));
    assert!(bytes("one.parquet") == bytes("dry.parquet"));
}

#[test]
fn what_cannot_become_parquet_is_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    fs::write(home.join("a.jsonl"), format!("{{\"id\": 1, \"text\": \"{FIRST}\"}}\n")).unwrap();
    fs::write(home.join("twice.csv"), format!("id,text,x,x\n1,{FIRST},2,3\n")).unwrap();
    for (line, says) in [
        ("dedup a.jsonl -o x.parquet.gz", "compressed inside"),
        ("dedup a.jsonl -o x.arrow", "cannot be converted"),
        ("dedup twice.csv -o x.parquet", "two columns named \"x\""),
    ] {
        let (code, told) = run(home, line);
        assert!(code == Some(2) && told.contains(says), "{line}: {told}");
    }
    let wide: String = (0..5000).map(|n| format!("{{\"text\": \"{FIRST} {n}\", \"k{n}\": 1}}\n")).collect();
    fs::write(home.join("wide.jsonl"), wide).unwrap();
    let (code, told) = run(home, "dedup wide.jsonl --threshold 1 -o x.parquet -q");
    assert!(code == Some(2) && told.contains("wide.jsonl: has more than 4000 different fields"), "{told}");
    assert!(fs::read_dir(home).unwrap().all(|entry| !entry.unwrap().file_name().to_string_lossy().starts_with('x')));
}
