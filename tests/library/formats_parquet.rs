//! Parquet from reading to what `dedup` writes.

#![cfg(feature = "parquet")]
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, DictionaryArray, Float64Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, StructArray, TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field};
use mukarrar::document::DocId;
use mukarrar::input::{Corpus, FieldValue, Input, InputFormat, InputOptions, StoragePolicy};
use mukarrar::page::{Boilerplate, UnitLevel};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::output::Outputs;
use mukarrar::report::{CleanDestination, Cleaning};
use mukarrar::similarity::Relation;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

const STORY: &str = "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ قريبا";

/// Texts of which every fifth is the first again.
fn text(row: usize) -> String {
    if row.is_multiple_of(5) {
        return STORY.to_owned();
    }
    (0..12).map(|word| format!("كلمة{} ", (row * 31 + word * 977) % 5003)).collect::<String>() + "\"سطر\"\n"
}

/// A table with columns of many kinds.
fn table(rows: usize) -> RecordBatch {
    let texts: StringArray = (0..rows).map(|row| (row != 3).then(|| text(row))).collect();
    let ids: Int64Array = (0..rows as i64).map(Some).collect();
    let kinds: DictionaryArray<Int32Type> = (0..rows).map(|row| ["خبر", "رأي"][row % 2]).collect();
    let times: TimestampMillisecondArray = (0..rows as i64).map(|row| Some(row * 1000)).collect();
    let scores: Float64Array = (0..rows).map(|row| Some(if row == 2 { f64::NAN } else { row as f64 / 2.0 })).collect();
    let mut lists = ListBuilder::new(Int32Builder::new());
    for row in 0..rows as i32 {
        lists.append_value((0..row % 3).map(Some));
    }
    let times = times.with_timezone("UTC");
    let flags: BooleanArray = (0..rows).map(|row| Some(row % 3 == 0)).collect();
    let columns: [(&str, ArrayRef); 7] = [
        ("text", Arc::new(texts)),
        ("id", Arc::new(ids)),
        ("kind", Arc::new(kinds)),
        ("time", Arc::new(times)),
        ("score", Arc::new(scores)),
        ("list", Arc::new(lists.finish())),
        ("flag", Arc::new(flags)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

/// Writes a table in row groups of `group` rows.
fn write(path: &Path, table: &RecordBatch, group: usize) {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_column_compression("id".into(), Compression::SNAPPY)
        .set_max_row_group_row_count(Some(group))
        .set_key_value_metadata(Some(vec![KeyValue::new("origin".to_owned(), "a test".to_owned())]))
        .build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), table.schema(), Some(properties)).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
}

/// What is in a file: its schema, its metadata, and its rows.
fn contents(path: &Path) -> (String, Vec<RecordBatch>) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let metadata = builder.metadata().file_metadata();
    let mut pairs = metadata.key_value_metadata().cloned().unwrap_or_default();
    pairs.sort_by(|a, b| a.key.cmp(&b.key));
    let compressions: Vec<_> = builder.metadata().row_group(0).columns().iter().map(|c| c.compression()).collect();
    let told = format!("{:?} {:?} {pairs:?} {compressions:?}", metadata.schema(), builder.schema());
    (told, builder.build().unwrap().map(Result::unwrap).collect())
}

/// Options with some of them changed.
fn made<T: Default>(change: impl FnOnce(&mut T)) -> T {
    let mut made = T::default();
    change(&mut made);
    made
}

fn clean(paths: &[PathBuf], to: &Path, options: Options) -> mukarrar::Result<Vec<u8>> {
    let pipeline = Pipeline::new(options).unwrap();
    let input = Input::open(paths, InputOptions::default())?;
    let destination = CleanDestination::new(to, paths, &input)?;
    let (corpus, found) = pipeline.read_clusters(input, &())?;
    let cleaning = Cleaning::plan(&found, &corpus, &[Relation::Exact, Relation::Near], pipeline.options())?;
    let (mut outputs, mut stream) = (Outputs::new(), Vec::new());
    cleaning.write(&destination, &mut outputs, &mut stream)?;
    outputs.commit()?;
    Ok(stream)
}

fn open(path: &Path) -> mukarrar::Result<Corpus> {
    Corpus::open(&[path.to_owned()], InputOptions::default())
}

#[test]
fn rows_are_records_whatever_the_threads() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.parquet");
    write(&path, &table(500), 70);
    let fields = ["time", "score", "kind", "list"].map(str::to_owned).to_vec();
    for threads in [1, 3, 8] {
        let input = Input::open(
            std::slice::from_ref(&path),
            made(|options: &mut InputOptions| options.fields = fields.clone()),
        )
        .unwrap();
        let mut holding = StoragePolicy::default();
        (holding.threads, holding.block_size) = (threads, 5000);
        let corpus = Corpus::read_once(input, holding).unwrap();
        assert_eq!((corpus.len(), corpus.files()[0].format), (500, InputFormat::Parquet));
        for row in 0..500 {
            let id = DocId::new(row);
            assert_eq!(corpus.source(id).to_string(), format!("{}:{}", path.display(), row + 1));
            if row == 3 {
                assert_eq!(corpus.read(id).unwrap_err().reason.code(), "null_text");
                continue;
            }
            let record = corpus.read(id).unwrap();
            assert_eq!((&*record.id, &*record.text), (&*row.to_string(), &*text(row)));
            let score = (row != 2).then_some(FieldValue::Number(row as f64 / 2.0));
            let kind = Some(FieldValue::Text(["خبر", "رأي"][row % 2].to_owned()));
            assert_eq!(record.fields, [Some(FieldValue::Number(row as f64 * 1000.0)), score, kind, None]);
        }
    }
}

#[test]
fn strings_of_every_kind_are_texts() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.parquet");
    let columns: [ArrayRef; 5] = [
        Arc::new(LargeStringArray::from(vec!["أول", "ثان"])),
        Arc::new(StringViewArray::from(vec!["أول", "ثان"])),
        Arc::new(["أول", "ثان"].into_iter().collect::<DictionaryArray<Int32Type>>()),
        Arc::new(BinaryArray::from(vec!["أول".as_bytes(), "ثان".as_bytes()])),
        Arc::new(BinaryArray::from(vec!["أول".as_bytes(), b"\xFFx"])),
    ];
    for (place, column) in columns.into_iter().enumerate() {
        write(&path, &RecordBatch::try_from_iter([("text", column)]).unwrap(), 100);
        let corpus = open(&path).unwrap();
        let first = corpus.read(DocId::new(0)).unwrap();
        assert_eq!((&*first.text, &*first.id), ("أول", &*format!("{}:1", path.display())));
        match corpus.read(DocId::new(1)) {
            Ok(record) => assert_eq!(&*record.text, "ثان"),
            Err(reject) => assert_eq!((place, reject.reason.code()), (4, "invalid_utf8")),
        }
    }
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    write(&path, &RecordBatch::try_from_iter([("text", numbers)]).unwrap(), 100);
    let told = open(&path).err().unwrap().to_string();
    assert!(told.contains("no text in the column \"text\"") && told.contains("Int64"), "{told}");
}

/// A table with a struct that holds a text, and a list of messages.
fn nested() -> RecordBatch {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some(STORY), None, Some(STORY), Some("آخر")]));
    let ids: ArrayRef = Arc::new(Float64Array::from(vec![0.5, 1.0, 2.0, 3.0]));
    let field = |name: &str, array: &ArrayRef| Arc::new(Field::new(name, array.data_type().clone(), true));
    let valid = BooleanArray::from(vec![Some(true), Some(true), Some(true), None]).nulls().cloned();
    let doc: ArrayRef = Arc::new(StructArray::new(
        vec![field("text", &texts), field("id", &ids)].into(),
        vec![Arc::clone(&texts), Arc::clone(&ids)],
        valid,
    ));

    let strings = ["role", "content"].map(|name| Field::new(name, DataType::Utf8, true));
    let mut messages = ListBuilder::new(StructBuilder::from_fields(strings.to_vec(), 4));
    for parts in [&[("user", "س"), ("assistant", "ج")][..], &[("user", "وحده")], &[], &[]] {
        for (role, content) in parts {
            let message = messages.values();
            message.field_builder::<StringBuilder>(0).unwrap().append_value(role);
            message.field_builder::<StringBuilder>(1).unwrap().append_value(content);
            message.append(true);
        }
        messages.append(true);
    }
    let messages: ArrayRef = Arc::new(messages.finish());
    RecordBatch::try_from_iter_with_nullable([("doc", doc, true), ("messages", messages, true)]).unwrap()
}

#[test]
fn fields_of_structs_and_lists_of_messages_are_texts() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.parquet");
    write(&path, &nested(), 2);
    let read = |text: &str, id: &str| {
        let options = made(|options: &mut InputOptions| {
            (options.text_field, options.id_field) = (text.to_owned(), id.to_owned())
        });
        Corpus::open(std::slice::from_ref(&path), options)
    };
    let shown = |corpus: &Corpus| -> Vec<String> {
        let one = |id| {
            corpus.read(id).map_or_else(|reject| reject.reason.code().to_owned(), |r| format!("{}={}", r.id, r.text))
        };
        corpus.ids().map(one).collect()
    };
    let story = |id: &str| format!("{id}={STORY}");
    assert_eq!(
        shown(&read("doc.text", "doc.id").unwrap()),
        [story("0.5"), "null_text".into(), story("2.0"), "null_text".into()]
    );
    let place = |row: usize, text: &str| format!("{}:{row}={text}", path.display());
    assert_eq!(
        shown(&read("messages", "doc").unwrap()),
        [place(1, "س\nج"), place(2, "وحده"), place(3, ""), place(4, "")]
    );

    // What can never be a text is an error as soon as the schema is read.
    let told = read("doc", "id").err().unwrap().to_string();
    assert!(told.contains("doc.text, doc.id") && told.contains("text_field"), "{told}");
    assert!(read("doc.id", "id").err().unwrap().to_string().contains("Float64"));
    assert!(read("doc.body", "id").err().unwrap().to_string().contains("no column \"doc.body\""));
}

#[test]
fn a_text_inside_of_a_struct_is_edited_in_place() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("a.parquet"), home.path().join("b.parquet"));
    let texts: ArrayRef = Arc::new(StringArray::from(vec![format!("{STORY}\n\nأول"), format!("{STORY}\n\nثان جديد")]));
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let field = |name: &str, array: &ArrayRef| Arc::new(Field::new(name, array.data_type().clone(), true));
    let doc: ArrayRef =
        Arc::new(StructArray::new(vec![field("id", &ids), field("text", &texts)].into(), vec![ids, texts], None));
    write(&from, &RecordBatch::try_from_iter_with_nullable([("doc", doc, true)]).unwrap(), 10);

    let pipeline = Pipeline::new(made(|options: &mut Options| options.unit = UnitLevel::Paragraph)).unwrap();
    let reading = || made(|options: &mut InputOptions| options.text_field = "doc.text".to_owned());
    let paths = [from.clone()];
    let input = Input::open(&paths, reading()).unwrap();
    let destination = CleanDestination::new(&to, &paths, &input).unwrap();
    let (corpus, found) = pipeline.read_clusters(input, &()).unwrap();
    let cleaning = Cleaning::plan(&found, &corpus, &[Relation::Exact], pipeline.options()).unwrap();
    let mut outputs = Outputs::new();
    cleaning.write(&destination, &mut outputs, &mut std::io::sink()).unwrap();
    outputs.commit().unwrap();

    assert_eq!(contents(&to).0, contents(&from).0);
    let again = Corpus::open(&[to], reading()).unwrap();
    assert_eq!(again.read(DocId::new(1)).unwrap().text.trim(), "ثان جديد");
}

#[test]
fn what_stays_has_the_same_schema_and_values_whatever_the_threads_and_the_memory() {
    let home = tempfile::tempdir().unwrap();
    let (from, rows) = (home.path().join("a.parquet"), table(203));
    write(&from, &rows, 50);
    let mut seen = Vec::new();
    for (name, threads, memory) in [("b", 1, None), ("c", 8, None), ("d", 2, Some(64 << 20))] {
        let to = home.path().join(name);
        clean(
            std::slice::from_ref(&from),
            &to,
            made(|options: &mut Options| {
                options.threads = Some(threads);
                options.memory = memory;
            }),
        )
        .unwrap();
        seen.push(fs::read(&to).unwrap());
    }
    assert!(seen.iter().all(|bytes| *bytes == seen[0]));
    let to = home.path().join("b");
    let ((before, _), (after, batches)) = (contents(&from), contents(&to));
    assert_eq!(before, after);
    // The first copy stays, the null text does not.
    let stays = BooleanArray::from((0..203).map(|row| row == 0 || (row % 5 != 0 && row != 3)).collect::<Vec<_>>());
    let expected = arrow_select::filter::filter_record_batch(&rows, &stays).unwrap();
    assert_eq!(arrow_select::concat::concat_batches(&rows.schema(), &batches).unwrap(), expected);
    // Its name does not say so, its content does.
    let again = open(&to).unwrap();
    assert_eq!((again.len(), again.rejects().count()), (expected.num_rows(), 0));
    let stream = clean(&[from], Path::new("-"), Options::default()).unwrap();
    assert_eq!(stream, seen[0]);
}

#[test]
fn an_edited_row_has_another_text_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("a.parquet"), home.path().join("b.parquet"));
    let other = "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل، وتسلم القائد الكأس أمام جمهور كبير";
    let texts: ArrayRef = Arc::new(StringArray::from(vec![STORY.to_owned(), format!("{STORY}\n\n{other}")]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    write(&from, &RecordBatch::try_from_iter([("n", numbers), ("text", texts)]).unwrap(), 100);
    clean(&[from], &to, made(|options: &mut Options| options.unit = UnitLevel::Paragraph)).unwrap();
    let (_, batches) = contents(&to);
    let texts = batches[0].column(1).as_any().downcast_ref::<StringArray>().unwrap();
    assert_eq!((texts.len(), texts.value(0), texts.value(1).trim()), (2, STORY, other));
    assert_eq!(batches[0].column(0).as_ref(), &Int64Array::from(vec![1, 2]) as &dyn Array);
}

#[test]
fn a_stripped_row_is_written_without_its_boilerplate() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("a.parquet"), home.path().join("b.parquet"));
    let texts: ArrayRef =
        Arc::new(StringArray::from(vec![format!("{STORY}\nالمصدر: وكالات"), "نص آخر قصير".to_owned()]));
    write(&from, &RecordBatch::try_from_iter([("text", texts)]).unwrap(), 100);
    clean(&[from], &to, made(|options: &mut Options| options.boilerplate = Boilerplate::Strip)).unwrap();
    let (_, batches) = contents(&to);
    let texts = batches[0].column(0).as_any().downcast_ref::<StringArray>().unwrap();
    assert_eq!((texts.value(0).trim(), texts.value(1)), (STORY, "نص آخر قصير"));
}

#[test]
fn what_cannot_be_read_is_told() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.parquet");
    write(&path, &table(10), 5);
    let options = made(|options: &mut InputOptions| options.text_field = "body".to_owned());
    let error = Corpus::open(std::slice::from_ref(&path), options).err().unwrap().to_string();
    assert!(error.contains("\"body\"") && error.contains("kind") && error.contains("`text_field`"), "{error}");
    let bytes = fs::read(&path).unwrap();
    for name in ["-", "a.parquet"] {
        let error = Corpus::from_reader(name, &bytes[..], InputOptions::default()).err().unwrap().to_string();
        assert!(error.contains("Parquet") && error.contains("plain file"), "{error}");
    }
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    assert!(open(&path).err().unwrap().to_string().contains("cut off"));
    let corpus = open(home.path()).unwrap();
    assert_eq!((corpus.len(), corpus.read(DocId::new(0)).unwrap_err().reason.code()), (1, "unreadable"));
    let both = [path.clone(), path.clone()];
    fs::write(&path, &bytes).unwrap();
    let error = clean(&both, Path::new("-"), Options::default()).unwrap_err().to_string();
    assert!(error.contains("stream"), "{error}");
}

#[test]
fn rows_before_the_damage_are_read_and_copied() {
    let home = tempfile::tempdir().unwrap();
    let (path, to) = (home.path().join("a.parquet"), home.path().join("b.parquet"));
    write(&path, &table(400), 100);
    let mut bytes = fs::read(&path).unwrap();
    let metadata = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap().metadata().clone();
    let (start, length) = metadata.row_group(2).column(0).byte_range();
    for at in start + length / 4..start + length / 2 {
        bytes[at as usize] ^= 0x55;
    }
    fs::write(&path, &bytes).unwrap();
    let corpus = open(&path).unwrap();
    let rejects: Vec<_> = corpus.rejects().map(|(id, reject)| (id.index(), reject.reason.code())).collect();
    assert_eq!(rejects, [(200, "damaged")]);
    clean(&[path], &to, Options::default()).unwrap();
    assert_eq!(open(&to).unwrap().len(), 1 + 160 - 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is changed or lost, every row is read or rejected, and nothing panics.
    #[test]
    fn damage_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        footer in any::<bool>(),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let home = tempfile::tempdir().unwrap();
        let (path, to) = (home.path().join("a.parquet"), home.path().join("b.parquet"));
        write(&path, &table(60), 25);
        let mut bytes = fs::read(&path).unwrap();
        let metadata = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
        let from = if footer { bytes.len() - 8 - metadata } else { 0 };
        for (at, byte) in changes {
            let at = from + at.index(bytes.len() - from);
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            let from = cut.index(bytes.len() - 12) + 4;
            bytes.drain(from..from + 4);
        }
        fs::write(&path, &bytes).unwrap();
        if let Ok(corpus) = open(&path) {
            let good = corpus.ids().filter(|id| corpus.read(*id).is_ok()).count();
            prop_assert!(good <= corpus.len());
            // Columns that are not read may be damaged too; then it is an error.
            let _ = clean(&[path], &to, made(|options: &mut Options| options.threads = Some(2)));
        }
    }
}
