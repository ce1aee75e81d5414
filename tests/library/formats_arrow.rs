//! Arrow: both forms are read row by row, and `dedup` writes the rows that stay in the same form.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, LargeStringArray, RecordBatch, StringArray};
use arrow_ipc::CompressionType;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use mukarrar::input::{Corpus, Input, InputFormat, InputOptions, SkipReason, StoragePolicy};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::output::Outputs;
use mukarrar::report::{CleanDestination, Cleaning, RecordSources};
use mukarrar::similarity::Relation;

const STORY: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ قريبا";
const OTHER: &str = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل، وتسلم القائد الكأس أمام جمهور كبير";

fn shown(corpus: &Corpus) -> Vec<String> {
    let show = |id| match corpus.read(id) {
        Ok(record) => format!("{}={}", record.id, record.text),
        Err(reject) => format!("{} {}", reject.source, reject.reason.code()),
    };
    corpus.ids().map(show).collect()
}

fn batch(ids: &[i64], texts: &[Option<&str>]) -> RecordBatch {
    let columns: [(&str, ArrayRef); 3] = [
        ("id", Arc::new(Int64Array::from(ids.to_vec()))),
        ("text", Arc::new(LargeStringArray::from(texts.to_vec()))),
        ("site", Arc::new(StringArray::from(vec!["موقع"; ids.len()]))),
    ];
    RecordBatch::try_from_iter(columns.map(|(name, column)| (name, column))).unwrap()
}

fn batches() -> [RecordBatch; 2] {
    [batch(&[1, 2, 3], &[Some(STORY), None, Some(STORY)]), batch(&[4, 5], &[Some(OTHER), Some(STORY)])]
}

fn stream() -> Vec<u8> {
    let [first, second] = batches();
    let mut writer = StreamWriter::try_new(Vec::new(), &first.schema()).unwrap();
    writer.write(&first).unwrap();
    writer.write(&second).unwrap();
    writer.into_inner().unwrap()
}

fn file(compression: Option<CompressionType>) -> Vec<u8> {
    let [first, second] = batches();
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &first.schema(), options).unwrap();
    writer.write(&first).unwrap();
    writer.write(&second).unwrap();
    writer.into_inner().unwrap()
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn open(path: &Path) -> Corpus {
    Corpus::open(&[path.to_owned()], InputOptions::default()).unwrap()
}

#[test]
fn both_forms_are_read_row_by_row_whatever_their_name() {
    let home = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("a.arrow", stream()),
        ("b.feather", file(None)),
        ("c.feather", file(Some(CompressionType::LZ4_FRAME))),
        ("d.dat", file(Some(CompressionType::ZSTD))),
    ] {
        let path = write(home.path(), name, &bytes);
        let corpus = open(&path);
        assert_eq!(corpus.files()[0].format, InputFormat::Arrow, "{name}");
        let null = format!("{}:2 null_text", path.display());
        let story = |id: u64| format!("{id}={STORY}");
        assert_eq!(shown(&corpus), [story(1), null, story(3), format!("4={OTHER}"), story(5)], "{name}");
    }
}

#[test]
fn a_dataset_saved_by_hugging_face_is_its_listed_files() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "data-00000-of-00001.arrow", &stream());
    write(home.path(), "cache-0123456789abcdef.arrow", &stream());
    write(home.path(), "dataset_info.json", b"{\n  \"features\": {}\n}");
    let state = b"{\n  \"_data_files\": [{\"filename\": \"data-00000-of-00001.arrow\"}],\n  \"_fingerprint\": \"x\"\n}";
    write(home.path(), "state.json", state);
    let corpus = open(home.path());
    assert_eq!((corpus.len(), corpus.files().len()), (5, 1));
    assert_eq!(corpus.skipped().counts().into_iter().collect::<Vec<_>>(), [(SkipReason::Bookkeeping, 3)]);
}

#[test]
fn a_file_that_is_cut_off_keeps_the_batches_before_the_cut() {
    let home = tempfile::tempdir().unwrap();
    let whole = stream();
    let corpus = open(&write(home.path(), "a.arrow", &whole[..whole.len() - 200]));
    let lines = shown(&corpus);
    assert_eq!((lines.len(), lines[0].starts_with("1=")), (4, true), "{lines:?}");
    assert!(lines[3].ends_with(":4 damaged"), "{lines:?}");
}

#[test]
fn no_damage_to_a_byte_makes_a_panic_or_a_row_too_many() {
    let home = tempfile::tempdir().unwrap();
    let whole = file(Some(CompressionType::LZ4_FRAME));
    for place in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x81;
        let path = write(home.path(), "a.arrow", &bytes);
        if let Ok(corpus) = Corpus::open(&[path], InputOptions::default()) {
            assert!(corpus.len() <= 6, "byte {place}: {} records", corpus.len());
        }
    }
}

/// Cleans `from` into `to`.
fn dedup(from: &Path, to: &Path) {
    let paths = [from.to_owned()];
    let input = Input::open(&paths, InputOptions::default()).unwrap();
    let destination = CleanDestination::new(to, &paths, &input).unwrap();
    let corpus = Corpus::read_once(input, StoragePolicy::default()).unwrap();
    let pipeline = Pipeline::new(Options::default()).unwrap();
    let found = pipeline.clusters(&corpus, &()).unwrap();
    let cleaning = Cleaning::plan(&found, &corpus, &[Relation::Exact, Relation::Near], pipeline.options()).unwrap();
    let mut outputs = Outputs::new();
    cleaning.write(&destination, &mut outputs, &mut std::io::sink()).unwrap();
    outputs.commit().unwrap();
}

#[test]
fn dedup_writes_the_rows_that_stay_with_all_columns() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("in.arrow"), home.path().join("out.arrow"));
    for bytes in [stream(), file(Some(CompressionType::LZ4_FRAME))] {
        fs::write(&from, &bytes).unwrap();
        dedup(&from, &to);
        let out = fs::read(&to).unwrap();
        let batches: Vec<RecordBatch> = if bytes.starts_with(b"ARROW1") {
            FileReader::try_new(Cursor::new(out), None).unwrap().map(Result::unwrap).collect()
        } else {
            StreamReader::try_new(Cursor::new(out), None).unwrap().map(Result::unwrap).collect()
        };
        let ids: Vec<i64> =
            batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec()).collect();
        assert_eq!(ids, [1, 4]);
        assert_eq!(batches[0].schema(), self::batches()[0].schema());
        assert!(batches.iter().all(|batch| batch.column(2).as_string::<i32>().value(0) == "موقع"));
    }
}

#[test]
fn rows_that_stay_get_columns_that_tell_of_their_cluster() {
    let home = tempfile::tempdir().unwrap();
    let input = Input::open(&[write(home.path(), "a.arrow", &stream())], InputOptions::default()).unwrap();
    let target = home.path().join("out.arrow");
    let destination = CleanDestination::new(&target, &[home.path().join("a.arrow")], &input).unwrap();

    let corpus = Corpus::read_once(input, StoragePolicy::default()).unwrap();
    let options = Options::default();
    let found = Pipeline::new(options.clone()).unwrap().clusters(&corpus, &()).unwrap();
    let sources = RecordSources::read(&found, &corpus, &options).unwrap();
    let plan = Cleaning::plan(&found, &corpus, &[Relation::Exact], &options).unwrap();
    let plan = plan.annotated("seen", &sources, None).unwrap();
    let mut outputs = Outputs::default();
    plan.write(&destination, &mut outputs, &mut Vec::new()).unwrap();
    outputs.commit().unwrap();

    let reader = StreamReader::try_new(Cursor::new(fs::read(&target).unwrap()), None).unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    assert_eq!(batches[0].num_columns(), 3 + 7);
    let numbers = |name: &str| -> Vec<Option<i64>> {
        batches.iter().flat_map(|batch| batch[name].as_primitive::<Int64Type>().iter().collect::<Vec<_>>()).collect()
    };
    assert_eq!(numbers("id"), [Some(1), Some(4)]);
    assert_eq!((numbers("seen_size"), numbers("seen_cluster")), (vec![Some(3), Some(1)], vec![Some(0), None]));
}
