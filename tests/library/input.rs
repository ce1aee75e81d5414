//! Nothing is lost silently: every record is read or rejected with its place and reason, whatever the bytes.

use crate::common;
use std::collections::BTreeMap;
use std::fs;
#[cfg(all(feature = "gzip", feature = "zstd"))]
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use mukarrar::document::DocId;
use mukarrar::input::{
    Compression, Corpus, EncodingChoice, FieldValue, InputFormat, InputOptions, RejectReason, RepeatedIds, SkipReason,
};
use mukarrar::{ErrorKind, Result};
use proptest::prelude::*;

fn options(change: impl FnOnce(&mut InputOptions)) -> InputOptions {
    let mut options = InputOptions::default();
    change(&mut options);
    options
}

fn lines(bytes: &[u8]) -> Corpus {
    Corpus::from_reader("in.jsonl", bytes, InputOptions::default()).unwrap()
}

/// Every record as one line: `ID=TEXT`, or `PATH:LINE CODE` for a reject.
fn shown(corpus: &Corpus) -> Vec<String> {
    let show = |id| match corpus.read(id) {
        Ok(record) => format!("{}={}", record.id, record.text),
        Err(reject) => format!("{} {}", reject.source, reject.reason.code()),
    };
    corpus.ids().map(show).collect()
}

fn write(directory: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

#[cfg(all(feature = "gzip", feature = "zstd"))]
fn compress(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    let mut writer = compression.writer(Vec::new()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn open(path: &Path) -> Result<Corpus> {
    Corpus::open(&[path.to_owned()], InputOptions::default())
}

#[test]
fn a_nasty_file_is_accounted_for_line_by_line() {
    let huge = format!("{{\"text\":\"{}\"}}\n", "x".repeat(300));
    let parts: &[&[u8]] = &[
        b"\xEF\xBB\xBF{\"id\":\"bom\",\"text\":\"a\"}\r\n",
        b"\r\n",
        b" \t \n",
        b"{\"id\":\"utf8\",\"text\":\"a\xFFb\"}\n",
        b"{\"id\":\"nul\",\"text\":\"a\x00b\"}\n",
        b"{\"id\":\"escaped nul\",\"text\":\"a\\u0000b\"}\n",
        huge.as_bytes(),
        b"{\"id\":\"none\"}\n{\"id\":\"null\",\"text\":null}\n{\"id\":\"number\",\"text\":5}\n",
        b"[\"text\"]\n",
        b"{\"text\":\"a\",\"text\":\"b\"}\n",
        b"{\"id\":1.5,\"text\":\"a\"}\n",
        b"{\"id\":\"cut\",\"te\n",
        b"\xEF\xBB\xBF{\"id\":\"late bom\",\"text\":\"a\"}\n",
        "{\"id\":\"last\",\"text\":\"\\u0645\u{631}\\ud83d\\ude00\"}".as_bytes(),
    ];
    let corpus =
        Corpus::from_reader("in.jsonl", parts.concat().as_slice(), options(|o| o.max_record_size = 200)).unwrap();
    let expected = [
        "bom=a",
        "in.jsonl:4 invalid_utf8",
        "in.jsonl:5 invalid_json",
        "escaped nul=a\0b",
        "in.jsonl:7 too_large",
        "in.jsonl:8 missing_text",
        "in.jsonl:9 null_text",
        "in.jsonl:10 text_not_a_string",
        "in.jsonl:11 not_an_object",
        "in.jsonl:12 duplicate_field",
        "1.5=a",
        "in.jsonl:14 invalid_json",
        "late bom=a",
        "last=مر😀",
    ];
    assert_eq!(shown(&corpus), expected);
    assert_eq!(shown(&corpus), expected, "reading is repeatable");
    assert_eq!(corpus.len(), expected.len());
    let reject = corpus.read(DocId::new(1)).unwrap_err();
    assert_eq!(reject.to_string(), "in.jsonl:4: invalid UTF-8 at byte 22; convert the input to UTF-8");
    assert_eq!(corpus.line_end(DocId::new(0)), b"\r\n");
    assert_eq!(corpus.line_end(DocId::new(1)), b"\n");
    assert_eq!(corpus.line_end(DocId::new(13)), b"");
    assert!(corpus.files()[0].bom);
}

#[test]
fn a_record_of_the_largest_size_is_read_and_one_byte_more_is_not() {
    let line = r#"{"text":"abc"}"#;
    let read = |limit| {
        let corpus = Corpus::from_reader("-", line.as_bytes(), options(|o| o.max_record_size = limit)).unwrap();
        corpus.read(DocId::new(0)).map(|record| record.text.into_owned()).map_err(|reject| reject.reason)
    };
    let size = line.len() as u64;
    assert_eq!(read(size), Ok("abc".to_owned()));
    assert_eq!(read(size - 1), Err(RejectReason::TooLarge { size, limit: size - 1 }));
}

#[test]
fn a_record_size_that_cannot_work_is_an_error() {
    for size in [0, 1 << 32] {
        let error = Corpus::open(&[], options(|o| o.max_record_size = size)).err().unwrap();
        assert!(matches!(error.kind(), ErrorKind::Parameter { name: "max_record_size", .. }), "{error}");
    }
}

#[test]
fn ids_are_kept_as_given_and_made_where_absent() {
    let corpus = lines(
        concat!(
            "{\"id\":\"\\u0645\",\"text\":\"a\"}\n",
            "{\"id\":123456789012345678901234567890,\"text\":\"b\"}\n\n",
            "{\"text\":\"c\"}\n",
            "{\"id\":null,\"text\":\"d\"}\n",
            "{\"id\":\"\",\"text\":\"e\"}\n",
            "{\"id\":true,\"text\":\"f\"}\n",
            "{\"id\":{\"id\":1},\"text\":\"g\"}\n",
        )
        .as_bytes(),
    );
    let expected = [
        "م=a",
        "123456789012345678901234567890=b",
        "in.jsonl:4=c",
        "in.jsonl:5=d",
        "in.jsonl:6=e",
        "true=f",
        "in.jsonl:8=g",
    ];
    assert_eq!(shown(&corpus), expected);
}

#[test]
fn fields_go_by_the_names_asked_for() {
    let options = options(|o| {
        o.id_field = "url".to_owned();
        o.text_field = "body".to_owned();
        o.fields = ["date", "score", "huge", "none", "list"].map(str::to_owned).to_vec();
    });
    let line = r#"{"id":1,"text":2,"b\u006fdy":"x","url":"u","score":-2.5,"date":"2015","huge":1e999,"list":[]}"#;
    let corpus = Corpus::from_reader("-", line.as_bytes(), options).unwrap();
    let record = corpus.read(DocId::new(0)).unwrap();
    assert_eq!((&*record.id, &*record.text), ("u", "x"));
    let expected = [Some(FieldValue::Text("2015".to_owned())), Some(FieldValue::Number(-2.5)), None, None, None];
    assert_eq!(record.fields, expected);
}

#[test]
fn rewriting_keeps_every_other_byte() {
    let line = " { \"n\": 1.50e+1, \"text\" :\"old \\u0645\" ,\"x\":{\"text\":\"in\\/ner\"}, \"id\":\"a\"}  ";
    let corpus = lines(format!("{line}\r\n").as_bytes());
    let new = corpus.rewrite(DocId::new(0), "جديد \"q\"\n\\").unwrap();
    let expected = line.replace("\"old \\u0645\"", "\"جديد \\\"q\\\"\\n\\\\\"");
    assert_eq!(String::from_utf8(new).unwrap(), expected);
    assert_eq!(corpus.raw(DocId::new(0)).unwrap().as_ref(), line.as_bytes());
}

#[test]
fn plain_text_is_one_document_with_its_bytes_untouched() {
    let bytes = "\u{feff}سطر\r\n\r\nآخر\n";
    let corpus = Corpus::from_reader("page.txt", bytes.as_bytes(), InputOptions::default()).unwrap();
    assert_eq!(shown(&corpus), ["page.txt=سطر\r\n\r\nآخر\n"]);
    assert_eq!(corpus.raw(DocId::new(0)).unwrap().as_ref(), bytes.as_bytes());
    assert_eq!(corpus.rewrite(DocId::new(0), "x").unwrap(), "\u{feff}x".as_bytes());
    let strict = options(|options| options.encoding = EncodingChoice::Strict);
    let corpus = Corpus::from_reader("page.txt", &b"ab\xC3"[..], strict).unwrap();
    assert_eq!(corpus.read(DocId::new(0)).unwrap_err().reason, RejectReason::InvalidUtf8 { offset: 2 });
}

#[test]
fn formats_go_by_name_then_by_content_and_an_option_overrides() {
    let format = |name: &str, bytes: &str, forced: Option<InputFormat>| {
        let corpus = Corpus::from_reader(name, bytes.as_bytes(), options(|o| o.format = forced)).unwrap();
        (corpus.files()[0].format, corpus.len())
    };
    assert_eq!(format("a.txt", "{}\n{}\n", None), (InputFormat::Text, 1));
    assert_eq!(format("a.NDJSON.gz", "مرحبا\n", None), (InputFormat::JsonLines, 1));
    assert_eq!(format("a.log", "\u{feff} \n{}\n{}\n", None), (InputFormat::JsonLines, 2));
    assert_eq!(format("a.log", "مرحبا\n{}\n", None), (InputFormat::Text, 1));
    assert_eq!(format("-", "", None), (InputFormat::JsonLines, 0));
    assert_eq!(format("a.jsonl", "", None), (InputFormat::JsonLines, 0));
    assert_eq!(format("a.txt", "", None), (InputFormat::Text, 1), "an empty text file is an empty document");
    assert_eq!(format("a.txt", "{}\n{}\n", Some(InputFormat::JsonLines)), (InputFormat::JsonLines, 2));
    assert_eq!(format("a.jsonl", "{}\n{}\n", Some(InputFormat::Text)), (InputFormat::Text, 1));
    assert_eq!("jsonl".parse::<InputFormat>().unwrap(), InputFormat::JsonLines);
    assert!("xml".parse::<InputFormat>().unwrap_err().to_string().contains("jsonl, json"));
}

#[test]
fn a_json_file_must_hold_objects() {
    let shown = |bytes: &str| shown(&Corpus::from_reader("a.json", bytes.as_bytes(), InputOptions::default()).unwrap());
    assert_eq!(shown("{\"id\":1,\"text\":\"a\"}\n"), ["1=a"]);
    assert_eq!(shown("[\n{\"id\":1,\"text\":\"a\"},\n{\"id\":2,\"text\":\"a\"}\n]\n"), ["1=a", "2=a"]);
    assert_eq!(shown("{\n  \"id\": 1,\n  \"text\": \"a\"\n}\n"), ["1=a"]);
    assert_eq!(shown("text\n"), ["a.json not_json_lines"]);
    assert_eq!(shown("{\"id\":1 \"text\":\"a\"}\n{\"id\":2,\"text\":\"b\"}\n"), ["a.json:1 invalid_json", "2=b"]);
    assert_eq!(shown("{\"id\":1,\"te"), ["a.json:1 invalid_json"]);
    assert!(shown("\n \n").is_empty());
}

#[test]
fn a_directory_is_walked_in_order_and_what_is_skipped_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    write(root, "b/2.txt", "two");
    write(root, "b/10.text", "ten");
    write(root, "a.jsonl", "{\"id\":\"x\",\"text\":\"line\"}\n");
    write(root, "B.TXT", "capital");
    write(root, "c/d/deep.txt.gz", "deep, and not compressed in spite of its name");
    write(root, "empty.jsonl", "");
    write(root, "README.txt", "no");
    write(root, "b/README", "no");
    write(root, ".hidden/inside.txt", "no");
    write(root, ".hidden.txt", "no");
    write(root, "table.xls", "no");
    write(root, "noextension", "no");
    let corpus = open(root).unwrap();
    assert_eq!(
        shown(&corpus),
        [
            "B.TXT=capital",
            "x=line",
            "b/10.text=ten",
            "b/2.txt=two",
            "c/d/deep.txt.gz=deep, and not compressed in spite of its name"
        ]
    );
    let skipped = corpus.skipped();
    let counts = [(SkipReason::Unknown, 2), (SkipReason::Hidden, 2), (SkipReason::Readme, 2)];
    assert_eq!(skipped.counts(), BTreeMap::from(counts));
    let unknown = skipped.iter().filter(|(_, reason)| *reason == SkipReason::Unknown).map(|(path, _)| path);
    assert!(unknown.eq([root.join("table.xls"), root.join("noextension")]), "a name without extension is looked into");
    assert_eq!(skipped.total(), 6);
    let files: Vec<_> =
        corpus.files().iter().map(|file| (file.relative.to_str().unwrap(), file.records.clone())).collect();
    assert_eq!(files[1], ("a.jsonl", 1..2));
    assert_eq!(files[5], ("empty.jsonl", 5..5));
    assert_eq!(corpus.file_of(DocId::new(4)).unwrap().index(), 4);
    assert_eq!(corpus.files()[4].compression, Compression::None);
}

#[test]
fn files_come_in_the_order_they_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let b = write(directory.path(), "b.txt", "1");
    let a = write(directory.path(), "a.dat", "2");
    write(directory.path(), "c.xls", "3");
    let corpus = Corpus::open(&[b.clone(), a, b, directory.path().to_owned()], InputOptions::default()).unwrap();
    assert_eq!(shown(&corpus), ["b.txt=1", "a.dat=2", "b.txt=1", "b.txt=1"]);
    assert_eq!(corpus.names().unwrap().repeated(), 2);
    assert_eq!(corpus.bytes(), 4);
}

#[test]
fn a_directory_without_readable_files_has_no_records() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a.xls", "x");
    let corpus = open(directory.path()).unwrap();
    assert!(corpus.is_empty());
    assert_eq!(corpus.skipped().total(), 1);
}

#[test]
fn a_path_that_does_not_exist_is_an_error() {
    let error = open(Path::new("no/such/file.txt")).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Io { action: "read", .. }));
    assert!(error.to_string().contains("no/such/file.txt"), "{error}");
    let stdin = PathBuf::from("-");
    let error = Corpus::open(&[stdin.clone(), stdin], InputOptions::default()).err().unwrap();
    assert!(error.to_string().contains("give it once"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_to_files_are_followed_and_loops_are_not() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    write(root, "in/a.txt", "a");
    let outside = write(root, "outside.txt", "b");
    symlink(outside, root.join("in/link.txt")).unwrap();
    symlink(root.join("in"), root.join("in/loop.txt")).unwrap();
    symlink("nowhere", root.join("in/broken.txt")).unwrap();
    let corpus = open(&root.join("in")).unwrap();
    let broken = format!("{} unreadable", root.join("in/broken.txt").display());
    assert_eq!(shown(&corpus), ["a.txt=a", &broken, "link.txt=b"]);
    let skipped: Vec<_> = corpus.skipped().iter().collect();
    assert_eq!(skipped, [(root.join("in/loop.txt").as_path(), SkipReason::LinkedDirectory)]);
    let rejects: Vec<_> = corpus.rejects().map(|(id, reject)| (id.index(), reject.reason.code())).collect();
    assert_eq!(rejects, [(1, "unreadable")]);
    assert_eq!(corpus.raw(DocId::new(1)).unwrap().as_ref(), b"");
}

const RECORDS: &str = "{\"id\":1,\"text\":\"أول\"}\n{\"id\":2,\"text\":\"ثان\"}\n";

#[cfg(all(feature = "gzip", feature = "zstd"))]
#[test]
fn compressed_input_is_recognised_by_content() {
    for compression in [Compression::Gzip, Compression::Zstd] {
        let (first, second) = RECORDS.split_at(30);
        let parts = [compress(compression, first.as_bytes()), compress(compression, second.as_bytes())].concat();
        for bytes in [compress(compression, RECORDS.as_bytes()), parts] {
            let corpus = lines(&bytes);
            assert_eq!(shown(&corpus), ["1=أول", "2=ثان"]);
            assert_eq!(corpus.files()[0].compression, compression);
            assert_eq!(corpus.bytes(), RECORDS.len() as u64);
        }
    }
    let padded = [compress(Compression::Gzip, RECORDS.as_bytes()), vec![0; 1000]].concat();
    assert_eq!(shown(&lines(&padded)), ["1=أول", "2=ثان"]);
}

#[cfg(all(feature = "gzip", feature = "zstd"))]
#[test]
fn compressing_is_repeatable_and_plain_is_plain() {
    for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
        assert_eq!(compress(compression, b"abc"), compress(compression, b"abc"));
    }
    assert_eq!(compress(Compression::None, b"abc"), b"abc");
    let mut text = String::new();
    flate2::read::GzDecoder::new(compress(Compression::Gzip, b"abc").as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!(text, "abc");
}

/// Lines that compress badly, so that a cut leaves whole blocks before it.
#[cfg(all(feature = "gzip", feature = "zstd"))]
fn many_records() -> String {
    let mut state = 1_u64;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{:016x}", state ^ state >> 31)
    };
    (0..20_000).map(|id| format!("{{\"id\":{id},\"text\":\"{} {}\"}}\n", word(), word())).collect()
}

#[cfg(all(feature = "gzip", feature = "zstd"))]
#[test]
fn a_truncated_file_gives_its_whole_records_and_one_reject() {
    let records = many_records();
    for compression in [Compression::Gzip, Compression::Zstd] {
        let bytes = compress(compression, records.as_bytes());
        let corpus = lines(&bytes[..bytes.len() / 2]);
        let rejected = corpus.len() - 1;
        assert!((1000..19_000).contains(&rejected), "{rejected} whole records");
        for id in corpus.ids().take(rejected) {
            assert_eq!(corpus.read(id).unwrap().id, id.index().to_string());
        }
        let reject = corpus.read(DocId::new(rejected)).unwrap_err();
        assert_eq!(reject.reason.code(), "damaged", "{reject}");
        assert_eq!(reject.source.line, Some(rejected as u64 + 1));
        assert_eq!(corpus.rejects().count(), 1);
    }
}

#[cfg(all(feature = "gzip", feature = "zstd"))]
#[test]
fn damage_is_told_even_where_every_record_was_read() {
    let mut bytes = compress(Compression::Gzip, RECORDS.as_bytes());
    let checksum = bytes.len() - 8;
    bytes[checksum] ^= 1;
    assert_eq!(shown(&lines(&bytes)), ["1=أول", "2=ثان", "in.jsonl:3 damaged"]);
    let trailing = [compress(Compression::Gzip, RECORDS.as_bytes()), b"junk".to_vec()].concat();
    assert_eq!(shown(&lines(&trailing)), ["1=أول", "2=ثان", "in.jsonl:3 damaged"]);
    let text = Corpus::from_reader("a.txt", &bytes[..10], InputOptions::default()).unwrap();
    assert_eq!(shown(&text), ["a.txt damaged"]);
}

#[test]
fn texts_in_memory_are_records_under_their_ids() {
    let corpus = Corpus::from_texts([("a", "\u{feff}x"), ("", ""), ("a", "{\"text\":1}")]);
    assert_eq!(shown(&corpus), ["a=\u{feff}x", "=", "a={\"text\":1}"]);
    assert_eq!(corpus.names().unwrap().shown(DocId::new(2), "a"), "a~2");
}

#[test]
fn a_record_that_does_not_exist_is_rejected() {
    for corpus in [lines(b"{\"text\":\"a\"}"), lines(b""), Corpus::open(&[], InputOptions::default()).unwrap()] {
        let id = DocId::new(7);
        assert_eq!(corpus.read(id).unwrap_err().reason, RejectReason::NotInInput);
        assert!(corpus.raw(id).is_err());
        assert_eq!(corpus.line_end(id), b"");
        assert!(corpus.rewrite(id, "x").is_err());
    }
}

fn assigned(ids: &[&str]) -> Vec<String> {
    let ids: Vec<_> = ids.iter().enumerate().map(|(place, id)| (DocId::new(place), *id)).collect();
    let names = RepeatedIds::assign(&ids);
    ids.iter().map(|(doc, id)| names.shown(*doc, id).into_owned()).collect()
}

#[test]
fn repeated_ids_get_the_first_free_number() {
    assert_eq!(assigned(&["a", "b", "a", "a"]), ["a", "b", "a~2", "a~3"]);
    assert_eq!(assigned(&["a", "a", "a~2", "a"]), ["a", "a~3", "a~2", "a~4"], "a real id keeps its name");
    assert_eq!(assigned(&["a", "a~2", "a~2", "a"]), ["a", "a~2", "a~2~2", "a~3"]);
}

#[test]
fn unique_ids_reject_the_later_ones() {
    let bytes =
        "{\"id\":\"a\",\"text\":\"1\"}\n{\"id\":1,\"text\":\"2\"}\n{\"id\":\"1\",\"text\":\"3\"}\n{\"id\":\"a\"}\n";
    let corpus = Corpus::from_reader("in.jsonl", bytes.as_bytes(), options(|o| o.unique_ids = true)).unwrap();
    assert_eq!(shown(&corpus), ["a=1", "1=2", "in.jsonl:3 repeated_id", "in.jsonl:4 missing_text"]);
    let reject = corpus.read(DocId::new(2)).unwrap_err();
    assert!(reject.to_string().contains("in.jsonl:2 has the id \"1\""), "{reject}");
    assert_eq!(corpus.names().unwrap().repeated(), 0);
}

#[cfg(not(feature = "gzip"))]
#[test]
fn a_build_without_a_compression_names_the_remedy() {
    let error = Corpus::from_reader("a.jsonl", &b"\x1F\x8B\x08"[..], InputOptions::default()).err().unwrap();
    assert!(error.to_string().contains("the feature gzip"), "{error}");
}

#[test]
fn a_corpus_can_be_read_from_several_threads() {
    let corpus = lines(RECORDS.as_bytes());
    let expected = shown(&corpus);
    std::thread::scope(|scope| {
        let readers = [(); 3].map(|()| scope.spawn(|| shown(&corpus)));
        for reader in readers {
            assert_eq!(reader.join().unwrap(), expected);
        }
    });
}

/// Real corpora, where they are at hand.
#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn real_corpora_are_read_whole() {
    for (name, records) in [("saudinewsnet", 15_042), ("quran_suras", 285), ("urdu_news", 900)] {
        assert_eq!(accounts(&common::shared_corpus(name)), BTreeMap::from([("read", records)]), "{name}");
    }
}

/// Counts by reason, as a run reports them.
fn accounts(corpus: &Corpus) -> BTreeMap<&'static str, usize> {
    let mut accounts = BTreeMap::new();
    for id in corpus.ids() {
        let key = corpus.read(id).map_or_else(|reject| reject.reason.code(), |_| "read");
        *accounts.entry(key).or_default() += 1;
    }
    accounts
}

proptest! {
    #[test]
    fn shown_names_are_unique_and_firsts_keep_theirs(ids in prop::collection::vec("(a|b|~2){1,3}", 0..12)) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let names = assigned(&ids);
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        prop_assert_eq!(unique.len(), ids.len());
        for (place, id) in ids.iter().enumerate() {
            if !ids[..place].contains(id) {
                prop_assert_eq!(&names[place], id);
            }
        }
    }

    /// Any bytes under any name: as many records as lines with content, each read or rejected, and raw bytes and line
    /// ends put together are the input without its blank lines.
    #[test]
    fn any_bytes_are_accounted_for(bytes in prop::collection::vec(prop::sample::select(vec![
        &b"{\"text\":\"a\"}"[..], b"{\"id\":3,\"text\":\"\\u0645\"}", b"{", b"}", b"\"", b"\n", b"\r\n", b"\r", b" ", b"\xFF",
        b"\0", b"\xEF\xBB\xBF", b"\xD9\x85", b"[1]", b"\x1F\x8B", b"x",
    ]), 0..20)) {
        let bytes = bytes.concat();
        for name in ["a.jsonl", "a.txt", "a.json", "-"] {
            let corpus = Corpus::from_reader(name, bytes.as_slice(), InputOptions::default()).unwrap();
            prop_assert_eq!(accounts(&corpus).values().sum::<usize>(), corpus.len());
        }
        if bytes.starts_with(b"\x1F\x8B") {
            return Ok(());
        }
        // Values of an array leave out what is between them, and zero bytes may make it UTF-16.
        let corpus = lines(&bytes);
        if bytes.contains(&0) || corpus.files()[0].format == InputFormat::Json {
            return Ok(());
        }
        let content = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let whole: Vec<u8> = content
            .split_inclusive(|&byte| byte == b'\n')
            .filter(|line| !line.iter().all(u8::is_ascii_whitespace))
            .flatten()
            .copied()
            .collect();
        let again: Vec<u8> = corpus.ids().flat_map(|id| [corpus.raw(id).unwrap().as_ref(), corpus.line_end(id)].concat()).collect();
        prop_assert_eq!(again, whole);
    }
}
