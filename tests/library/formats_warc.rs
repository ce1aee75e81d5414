//! Archived pages: every record is read, passed over and counted, or rejected with its place.

#![cfg(feature = "warc")]
use crate::common;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use mukarrar::document::DocId;
use mukarrar::input::{Compression, Corpus, FieldValue, Input, InputFormat, InputOptions, StoragePolicy};
use mukarrar::pipeline::{Options, Pipeline, Summary};
use mukarrar::report::{CleanDestination, Cleaning, output::Outputs};
use mukarrar::similarity::Relation;
use proptest::prelude::*;

const STORY: &str =
    "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة في المدينة، وقالت إن العمل فيها يبدأ مطلع الأسبوع المقبل";

fn record(kind: &str, uri: &str, content_type: &str, block: &str) -> Vec<u8> {
    let length = block.len();
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2026-01-02T03:04:05Z\r\nWARC-Record-ID: <urn:{uri}>\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n"
    )
    .into_bytes()
}

fn response(uri: &str, body: &str) -> Vec<u8> {
    let block = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><title>ع</title><p>{body}</html>"
    );
    record("response", uri, "application/http", &block)
}

/// The records of a small crawl: two of the three documents are the same story.
fn crawl() -> Vec<Vec<u8>> {
    vec![
        record("warcinfo", "info", "application/warc-fields", "software: none"),
        record("request", "http://a.sa/1", "application/http", "GET /1 HTTP/1.1\r\n\r\n"),
        response("http://a.sa/1", STORY),
        record(
            "response",
            "http://a.sa/x.png",
            "application/http",
            "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nPNG",
        ),
        response("http://b.sa/1", STORY),
        record(
            "conversion",
            "http://c.sa/1",
            "text/plain",
            "فاز الفريق الأول بالمباراة النهائية بعد وقت إضافي طويل وتسلم القائد الكأس",
        ),
        record("revisit", "http://d.sa/1", "application/http", ""),
    ]
}

fn gzip(records: &[Vec<u8>]) -> Vec<u8> {
    let member = |record: &Vec<u8>| {
        let mut writer = Compression::Gzip.writer(Vec::new()).unwrap();
        writer.write_all(record).unwrap();
        writer.finish().unwrap()
    };
    records.iter().flat_map(member).collect()
}

/// The decompressed members of a gzip file.
fn members(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut members = Vec::new();
    while !bytes.is_empty() {
        let mut member = Vec::new();
        flate2::bufread::GzDecoder::new(&mut bytes).read_to_end(&mut member).unwrap();
        members.push(member);
    }
    members
}

fn fields() -> InputOptions {
    let mut options = InputOptions::default();
    options.fields = ["warc_date", "title", "url", "content_type", "warc_record_id"].map(str::to_owned).to_vec();
    options
}

/// Every record as `id=text`, or `source code`.
fn shown(corpus: &Corpus) -> Vec<String> {
    let show = |id| match corpus.read(id) {
        Ok(record) => format!("{}={:.20}", record.id, record.text.chars().take(8).collect::<String>()),
        Err(reject) => format!("{} {}", reject.source, reject.reason.code()),
    };
    corpus.ids().map(show).collect()
}

fn summary(corpus: &Corpus) -> Summary {
    Pipeline::new(Options::default()).unwrap().clusters(corpus, &()).unwrap().summary
}

#[test]
fn documents_are_read_and_the_rest_is_counted() {
    let plain = crawl().concat();
    for (name, bytes) in [("a.warc", plain.clone()), ("a.warc.gz", gzip(&crawl())), ("-", plain)] {
        let corpus = Corpus::from_reader(name, bytes.as_slice(), fields()).unwrap();
        assert_eq!(corpus.files()[0].format, InputFormat::Warc);
        assert_eq!(shown(&corpus), ["http://a.sa/1=أعلنت وز", "http://b.sa/1=أعلنت وز", "http://c.sa/1=فاز الفر"]);
        let record = corpus.read(DocId::new(0)).unwrap();
        let text = |value: &str| Some(FieldValue::Text(value.to_owned()));
        let expected = [
            text("2026-01-02T03:04:05Z"),
            text("ع"),
            text("http://a.sa/1"),
            text("text/html; charset=utf-8"),
            text("<urn:http://a.sa/1>"),
        ];
        assert_eq!(record.fields, expected);
        let offset = crawl()[..2].concat().len();
        assert_eq!(corpus.source(DocId::new(0)).to_string(), format!("{name}@{offset}"));
        assert_eq!(corpus.raw(DocId::new(0)).unwrap(), crawl()[2]);
        let summary = summary(&corpus);
        let passed = serde_json::json!({"warcinfo": 1, "request": 1, "other content type": 1, "revisit": 1});
        assert_eq!(serde_json::to_value(&summary.noted["passed over"]).unwrap(), passed);
        assert_eq!((summary.records.read, summary.records.kept, summary.clusters), (3, 3, 1));
    }
}

#[test]
fn bodies_are_decoded_by_their_coding_and_taken_as_they_are_without_one() {
    let page = format!("<html><title>ع</title><p>{STORY}</html>");
    let compress = |compression: Compression| {
        let mut writer = compression.writer(Vec::new()).unwrap();
        writer.write_all(page.as_bytes()).unwrap();
        writer.finish().unwrap()
    };
    let record = |coding: &str, body: &[u8]| {
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: {coding}\r\n\r\n");
        let length = head.len() + body.len();
        let warc = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.sa/{coding}\r\n\
             Content-Type: application/http\r\nContent-Length: {length}\r\n\r\n{head}"
        );
        [warc.as_bytes(), body, b"\r\n\r\n"].concat()
    };

    let (zstd, gzip, plain) = (compress(Compression::Zstd), compress(Compression::Gzip), page.as_bytes().to_vec());
    let good = [
        ("zstd", &zstd),
        ("ZSTD", &zstd),
        ("x-gzip", &gzip),
        ("gzip", &gzip),
        ("UTF-8", &plain),
        ("none", &plain),
        ("zstd", &plain),
        ("text/html", &plain),
        ("8bit", &plain),
        ("zstd, utf-8", &zstd),
    ];
    let bytes: Vec<u8> = good.iter().flat_map(|(coding, body)| record(coding, body)).collect();
    let corpus = Corpus::from_reader("a.warc", bytes.as_slice(), InputOptions::default()).unwrap();
    assert_eq!(corpus.len(), good.len());
    for id in corpus.ids() {
        assert!(corpus.read(id).unwrap().text.contains(STORY), "{:?}", good[id.index()].0);
    }

    let bad = [record("zstd", &zstd[..zstd.len() / 2]), record("dcz", &zstd)].concat();
    let corpus = Corpus::from_reader("a.warc", bad.as_slice(), InputOptions::default()).unwrap();
    assert!(corpus.ids().all(|id| corpus.read(id).unwrap_err().reason.code() == "broken_body"));
}

#[test]
fn a_damaged_member_costs_its_record() {
    let records = crawl();
    let member = |record: &Vec<u8>| gzip(std::slice::from_ref(record));
    let (before, damaged, after) = (gzip(&records[..3]), member(&records[4]), gzip(&records[5..]));
    for place in [0, 20, damaged.len() / 2, damaged.len() - 6, damaged.len() - 1] {
        let mut broken = damaged.clone();
        broken[place] ^= 0x55;
        let bytes = [&before[..], &broken, &after].concat();
        let corpus = Corpus::from_reader("a.warc.gz", bytes.as_slice(), fields()).unwrap();
        let records = shown(&corpus);
        assert_eq!(records.first().unwrap(), "http://a.sa/1=أعلنت وز", "byte {place}: {records:?}");
        assert_eq!(records.last().unwrap(), "http://c.sa/1=فاز الفر", "byte {place}: {records:?}");
        assert!(records.iter().any(|record| record.ends_with("broken_record")), "byte {place}: {records:?}");
    }
}

/// Damage costs what it touches, wherever it is and however the file is read.
#[test]
fn damage_is_rejected_and_reading_goes_on() {
    let records = crawl();
    let mut bytes = records[..3].concat();
    let at = bytes.len();
    bytes.extend_from_slice(b"this is no record\r\nWARC/no\r\n");
    bytes.extend(records[4..].concat());
    let expected = [
        "http://a.sa/1=أعلنت وز".to_owned(),
        format!("a.warc@{at} broken_record"),
        "http://b.sa/1=أعلنت وز".to_owned(),
        "http://c.sa/1=فاز الفر".to_owned(),
    ];
    let read = |bytes: &[u8]| shown(&Corpus::from_reader("a.warc", bytes, InputOptions::default()).unwrap());
    assert_eq!(read(&bytes), expected);
    let cut = records[..5].concat();
    let start = records[..4].concat().len();
    let expected = ["http://a.sa/1=أعلنت وز".to_owned(), format!("a.warc@{start} broken_record")];
    assert_eq!(read(&cut[..cut.len() - 40]), expected);
    // The length of a record is lost: the next one is found.
    let lost = String::from_utf8(records[2].clone()).unwrap().replace("Content-Length", "Content-Lenght");
    let bytes = [lost.into_bytes(), records[4].clone()].concat();
    assert_eq!(read(&bytes), ["a.warc@0 broken_record", "http://b.sa/1=أعلنت وز"]);
}

#[test]
fn arc_and_lz4_are_refused_with_the_remedy() {
    let corpus =
        Corpus::from_reader("a.arc", &b"filedesc://a.arc 0.0.0.0 1 text/plain 1\n"[..], InputOptions::default())
            .unwrap();
    let reject = corpus.read(DocId::new(0)).unwrap_err().to_string();
    assert!(reject.contains("ARC") && reject.contains("convert"), "{reject}");
    let error = Corpus::from_reader("a.warc.lz4", &b"\x04\"M\x18d@\xa7"[..], InputOptions::default()).err().unwrap();
    assert!(error.to_string().contains("lz4 -d"), "{error}");
}

/// What stays is copied record by record, and what is no document stays.
#[test]
fn clean_archives_keep_every_record_but_the_copies() {
    let home = tempfile::tempdir().unwrap();
    for (name, bytes) in [("in.warc", crawl().concat()), ("in.warc.gz", gzip(&crawl()))] {
        let (input, clean) = (home.path().join(name), home.path().join(format!("clean.{name}")));
        fs::write(&input, bytes).unwrap();
        let listed = || Input::open(std::slice::from_ref(&input), InputOptions::default()).unwrap();
        let destination = CleanDestination::new(&clean, std::slice::from_ref(&input), &listed()).unwrap();
        let mut options = Options::default();
        options.memory = Some(1 << 30);
        let (corpus, found) = Pipeline::new(options.clone()).unwrap().read_clusters(listed(), &()).unwrap();
        let cleaning = Cleaning::plan(&found, &corpus, &[Relation::Exact], &options).unwrap();
        let mut outputs = Outputs::new();
        cleaning.write(&destination, &mut outputs, &mut Vec::new()).unwrap();
        outputs.commit().unwrap();
        let mut kept = crawl();
        kept.remove(4);
        let written = fs::read(&clean).unwrap();
        let read = if name.ends_with("gz") { members(&written) } else { vec![written] };
        let expected = if name.ends_with("gz") { kept } else { vec![kept.concat()] };
        assert_eq!(read, expected, "{name}");
    }
}

fn samples() -> (tempfile::TempDir, Vec<PathBuf>) {
    let archive = common::shared("corpora/warc_html_enc_samples.tar.gz");
    let home = tempfile::tempdir().unwrap();
    let status =
        std::process::Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(home.path()).status().unwrap();
    assert!(status.success());
    let files = walkdir::WalkDir::new(home.path()).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    let files = files.filter(|entry| entry.file_type().is_file()).map(|entry| entry.path().to_owned()).collect();
    (home, files)
}

/// Every file of the shared samples is read, or rejected with a reason; the accounts add up.
#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn the_shared_samples_are_read_or_rejected() {
    let (_home, files) = samples();
    let mut table = String::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let corpus = match Corpus::open(std::slice::from_ref(file), InputOptions::default()) {
            Ok(corpus) => corpus,
            Err(error) => {
                writeln!(table, "{name:42} {error}").unwrap();
                assert!(name.ends_with("lz4"), "{error}");
                continue;
            }
        };
        let summary = summary(&corpus);
        let rejected: u64 = summary.records.rejected.values().sum();
        assert_eq!(summary.records.kept + rejected, corpus.len() as u64, "{name}");
        let format = corpus.files()[0].format;
        writeln!(table, "{name:42} {format} {} read {:?} {:?}", corpus.len(), summary.records.rejected, summary.noted)
            .unwrap();
        for reject in corpus.ids().filter_map(|id| corpus.read(id).err()) {
            writeln!(table, "{:42} {}", "", reject.reason).unwrap();
        }
    }
    println!("{table}");
}

/// Whatever is done to an archive, what is read does not depend on how: at once, in blocks, from a stream.
fn read_all(bytes: &[u8], most: u64, block: usize) -> Vec<(Vec<String>, u64)> {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.warc");
    fs::write(&path, bytes).unwrap();
    let options = || {
        let mut options = InputOptions::default();
        options.max_record_size = most;
        options
    };
    let told = |corpus: &Corpus| {
        let size = |id| corpus.raw(id).unwrap().len() as u64;
        let shown = shown(corpus).into_iter().map(|line| line.replace(home.path().to_str().unwrap(), "")).collect();
        (shown, corpus.ids().map(size).sum())
    };
    let mut all = vec![];
    for memory in [None, Some(0)] {
        let mut holding = StoragePolicy::default();
        (holding.memory, holding.block_size) = (memory, block);
        all.push(told(
            &Corpus::read_once(Input::open(std::slice::from_ref(&path), options()).unwrap(), holding.clone()).unwrap(),
        ));
        let stream = std::io::Cursor::new(bytes.to_vec());
        let stream = Input::from_reader("/a.warc", stream.chain(std::io::empty()), options()).unwrap();
        all.push(told(&Corpus::read_once(stream, holding).unwrap()));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn broken_archives_are_read_alike_however_they_are_read(
        order in prop::collection::vec(0_usize..7, 1..8),
        cuts in prop::collection::vec((0_usize..3000, 0_usize..300), 0..3),
        pieces in prop::collection::vec((0_usize..3000, prop::sample::select(vec![
            "\r\n", "\n", "WARC/1.0\r\n", "WARC/1.0\r\nWARC-Type: response\r\n", "Content-Length: 99999\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\n",
            "\0", "Transfer-Encoding: chunked\r\n", "Content-Encoding: gzip\r\n", "ff\r\n",
        ])), 0..5),
        most in prop::sample::select(vec![150_u64, 400, 1 << 20]),
        block in prop::sample::select(vec![1_usize, 300, 1 << 20]),
    ) {
        let records = crawl();
        let mut bytes: Vec<u8> = order.iter().flat_map(|number| records[*number].clone()).collect();
        for (at, length) in cuts {
            let at = at.min(bytes.len());
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        for (at, piece) in pieces {
            let at = at.min(bytes.len());
            bytes.splice(at..at, piece.bytes());
        }
        let all = read_all(&bytes, most, block);
        for other in &all {
            prop_assert_eq!(&all[0].0, &other.0);
        }
        let corpus = Corpus::from_reader("a.warc.gz", gzip(&[bytes]).as_slice(), InputOptions::default()).unwrap();
        let summary = summary(&corpus);
        prop_assert_eq!(summary.records.kept + summary.records.rejected.values().sum::<u64>(), corpus.len() as u64);
    }
}
