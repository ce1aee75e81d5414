//! Archives: every member is read, skipped or rejected under its own name, and damage costs no other member.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use mukarrar::input::{Compression, Corpus, Input, InputFormat, InputOptions, SkipReason, StoragePolicy};
use mukarrar::{ErrorKind, Result};
use proptest::prelude::*;
use rawzip::CompressionMethod;

const LINES: &str = "{\"id\":\"a\",\"text\":\"أول\"}\n{\"text\":\"ثان\"}\n";

/// Every record as one line: `ID=TEXT`, or `PLACE CODE` for a reject.
fn shown(corpus: &Corpus) -> Vec<String> {
    let show = |id| match corpus.read(id) {
        Ok(record) => format!("{}={}", record.id, record.text),
        Err(reject) => format!("{} {}", reject.source, reject.reason.code()),
    };
    corpus.ids().map(show).collect()
}

fn read(name: &str, bytes: &[u8]) -> Result<Corpus> {
    Corpus::from_reader(name, bytes, InputOptions::default())
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *bytes).unwrap();
    }
    archive.into_inner().unwrap()
}

fn zip(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let path = rawzip::path::EntryPath::verbatim(name.as_bytes());
        let (mut entry, config) = archive.new_file(path).compression_method(method).start().unwrap();
        let descriptor = if method == CompressionMethod::STORE {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).unwrap();
            writer.finish().unwrap().1
        } else {
            let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
            let mut writer = config.wrap(encoder);
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

fn compress(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    let mut writer = compression.writer(Vec::new()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn members() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("lines.jsonl", LINES.into()),
        ("folder/ا/text.txt", "نص".into()),
        ("packed.jsonl.gz", compress(Compression::Gzip, LINES.as_bytes())),
        ("table.csv", "id,text\nx,ثالث\n".into()),
        ("part-00003", LINES.into()),
        ("notes.xls", "no".into()),
        ("__MACOSX/._lines.jsonl", "no".into()),
        ("lines.jsonl.md5", "no".into()),
    ]
}

fn borrowed<'m>(members: &'m [(&'static str, Vec<u8>)]) -> Vec<(&'static str, &'m [u8])> {
    members.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect()
}

/// What is read of [`members`] in an archive with this name.
fn expected(archive: &str) -> Vec<String> {
    [
        "a=أول",
        "ARCHIVE!lines.jsonl:2=ثان",
        "ARCHIVE!folder/ا/text.txt=نص",
        "a=أول",
        "ARCHIVE!packed.jsonl.gz:2=ثان",
        "x=ثالث",
        "a=أول",
        "ARCHIVE!part-00003:2=ثان",
    ]
    .map(|line| line.replace("ARCHIVE", archive))
    .to_vec()
}

#[test]
fn members_are_read_like_files_however_the_archive_is_packed() {
    let members = members();
    let members = borrowed(&members);
    let plain = tar(&members);
    let mut archives = vec![
        ("a.tar", plain.clone()),
        ("a.zip", zip(&members, CompressionMethod::STORE)),
        ("b.zip", zip(&members, CompressionMethod::DEFLATE)),
    ];
    for (name, compression) in [
        ("a.tar.gz", Compression::Gzip),
        ("a.tar.zst", Compression::Zstd),
        ("a.tar.xz", Compression::Xz),
        ("a.tbz2", Compression::Bzip2),
    ] {
        archives.push((name, compress(compression, &plain)));
    }

    for (name, bytes) in archives {
        let corpus = read(name, &bytes).unwrap();
        assert_eq!(shown(&corpus), expected(name), "{name}");
        assert_eq!(shown(&corpus), expected(name), "{name}: reading is repeatable");
        let skipped = corpus.skipped();
        let counts = BTreeMap::from([(SkipReason::Unknown, 1), (SkipReason::Bookkeeping, 2)]);
        assert_eq!(skipped.counts(), counts, "{name}");
        assert!(skipped.iter().any(|(path, _)| path == Path::new(&format!("{name}!notes.xls"))));
    }
}

#[test]
fn a_file_gives_the_same_records_mapped_by_place_or_spilled() {
    let home = tempfile::tempdir().unwrap();
    let big: String = (0..30_000).map(|n| format!("{{\"id\":{n},\"text\":\"نص رقم {n}\"}}\n")).collect();
    let plain = tar(&[("big.jsonl", big.as_bytes()), ("small.txt", "آخر".as_bytes())]);
    let members: [(&str, &[u8]); 2] = [("big.jsonl", big.as_bytes()), ("small.txt", "آخر".as_bytes())];
    for (name, bytes) in [
        ("a.tar", plain.clone()),
        ("b.tar.gz", compress(Compression::Gzip, &plain)),
        ("c.zip", zip(&members, CompressionMethod::STORE)),
        ("d.zip", zip(&members, CompressionMethod::DEFLATE)),
    ] {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let read = |memory: Option<u64>| {
            let mut policy = StoragePolicy::default();
            policy.memory = memory;
            policy.block_size = 1 << 14;
            policy.room = Some(mukarrar::spill::SpillDir::temporary(home.path().to_owned()));
            let input = Input::open(std::slice::from_ref(&path), InputOptions::default()).unwrap();
            shown(&Corpus::read_once(input, policy).unwrap())
        };
        let whole = read(None);
        assert_eq!(whole.len(), 30_001, "{name}");
        assert_eq!(whole.last().unwrap(), &format!("{name}!small.txt=آخر"));
        assert!(whole == read(Some(1 << 16)), "{name}");
    }
}

#[test]
fn a_member_whose_size_is_no_number_is_rejected_and_costs_no_other() {
    let mut bytes = tar(&[("a.txt", "أول".as_bytes()), ("b.txt", "ثان".as_bytes()), ("c.txt", "ثالث".as_bytes())]);
    let header = &mut bytes[1024..1536];
    header[124..136].copy_from_slice(b"99999999999\0");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());

    for (name, bytes) in [("x.tar", bytes.clone()), ("x.tar.gz", compress(Compression::Gzip, &bytes))] {
        let expected = ["a.txt=أول", "b.txt unreadable", "", "c.txt=ثالث"].map(|member| format!("{name}!{member}"));
        let shown = shown(&read(name, &bytes).unwrap());
        assert_eq!(shown.len(), 4, "{shown:?}");
        for place in [0, 1, 3] {
            assert_eq!(shown[place], expected[place]);
        }
        // The data of the member, up to the next header.
        assert!(shown[2].ends_with(" broken_record"), "{}", shown[2]);
    }
}

#[test]
fn a_tar_that_is_cut_off_keeps_what_precedes_the_cut() {
    let whole = tar(&[("a.jsonl", LINES.as_bytes()), ("b.jsonl", &LINES.repeat(40).into_bytes())]);
    let cut = &whole[..whole.len() - 2048];
    for (name, bytes) in [("a.tar", cut.to_vec()), ("a.tar.gz", compress(Compression::Gzip, cut))] {
        let lines = shown(&read(name, &bytes).unwrap());
        assert_eq!(lines[..2], ["a=أول".to_owned(), format!("{name}!a.jsonl:2=ثان")]);
        assert!(lines.len() > 10, "the lines before the cut are read: {lines:?}");
        assert!(
            lines.last().unwrap().ends_with(" damaged") && lines.last().unwrap().contains("!b.jsonl:"),
            "{lines:?}"
        );
    }
}

#[test]
fn a_cut_in_a_member_that_is_skipped_is_told_too() {
    let whole = tar(&[("a.jsonl", LINES.as_bytes()), ("b.dat", &[b'x'; 4000])]);
    let cut = &whole[..3000];
    for (name, bytes) in [("a.tar", cut.to_vec()), ("a.tar.gz", compress(Compression::Gzip, cut))] {
        let lines = shown(&read(name, &bytes).unwrap());
        assert_eq!(lines, ["a=أول".to_owned(), format!("{name}!a.jsonl:2=ثان"), format!("{name} damaged")]);
    }
}

#[test]
fn damage_to_a_header_costs_its_member_and_is_told() {
    let text = "س".repeat(300);
    let members = [("a.txt", text.as_bytes()), ("b.txt", text.as_bytes()), ("c.txt", text.as_bytes())];
    let mut bytes = tar(&members);
    bytes[1536 + 3] ^= 1;
    for (name, bytes) in [("x.tar", bytes.clone()), ("x.tar.gz", compress(Compression::Gzip, &bytes))] {
        let lines = shown(&read(name, &bytes).unwrap());
        let expected =
            [format!("{name}!a.txt={text}"), format!("{name} broken_record"), format!("{name}!c.txt={text}")];
        assert_eq!(lines, expected);
    }
}

#[test]
fn archives_one_behind_the_other_are_one() {
    let bytes = [tar(&[("a.txt", b"1")]), tar(&[("b.txt", b"2")])].concat();
    assert_eq!(shown(&read("x.tar", &bytes).unwrap()), ["x.tar!a.txt=1", "x.tar!b.txt=2"]);
}

#[test]
fn long_names_links_and_names_that_repeat_are_told_apart() {
    let long = format!("{}/نص.txt", "أخبار".repeat(40));
    let mut archive = tar::Builder::new(Vec::new());
    for name in [long.as_str(), "a.txt", "a.txt"] {
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        archive.append_data(&mut header, name, &b"x"[..]).unwrap();
    }
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    archive.append_link(&mut header, "link.txt", "a.txt").unwrap();
    archive.append_pax_extensions([("path", "../../out.txt".as_bytes())]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_path("short.txt").unwrap();
    header.set_size(1);
    header.set_cksum();
    archive.append(&header, &b"x"[..]).unwrap();

    let corpus = read("x.tar", &archive.into_inner().unwrap()).unwrap();
    let long = format!("x.tar!{long}=x");
    assert_eq!(shown(&corpus), [&long, "x.tar!a.txt=x", "x.tar!a~2.txt=x", "x.tar!../../out.txt unreadable"]);
    assert_eq!(corpus.skipped().counts(), BTreeMap::from([(SkipReason::Special, 1)]));
}

#[test]
fn what_a_member_is_decides_over_its_name() {
    let inner = tar(&[("a.txt", b"1")]);
    let members: [(&str, &[u8]); 4] =
        [("inner.tar", &inner), ("paper.txt", b"%PDF-1.4 \xFF"), ("pickled", b"\x80\x04\x95\0\0\0"), ("b.txt", b"2")];
    let corpus = read("x.zip", &zip(&members, CompressionMethod::DEFLATE)).unwrap();
    let expected =
        ["x.zip!inner.tar unreadable", "x.zip!paper.txt unreadable", "x.zip!pickled unreadable", "x.zip!b.txt=2"];
    assert_eq!(shown(&corpus), expected);
    let reject = corpus.rejects().next().unwrap().1.to_string();
    assert!(reject.contains("an archive inside an archive; unpack the outer archive first"), "{reject}");
}

#[test]
fn damage_to_a_member_of_a_zip_costs_that_member() {
    let text = "{\"id\":1,\"text\":\"نص\"}\n".repeat(200);
    for method in [CompressionMethod::STORE, CompressionMethod::DEFLATE] {
        let mut bytes = zip(&[("a.jsonl", text.as_bytes()), ("b.txt", b"2")], method);
        // A byte of the first member's data; in stored text, the digit of an id.
        let at = if method == CompressionMethod::STORE { 30 + 7 + 6 } else { 30 + 7 + 30 };
        bytes[at] ^= 3;
        let lines = shown(&read("x.zip", &bytes).unwrap());
        assert!(lines.iter().any(|line| line.contains("x.zip!a.jsonl:") && line.ends_with("damaged")), "{lines:?}");
        assert_eq!(lines.last().unwrap(), "x.zip!b.txt=2");
    }
}

#[test]
fn members_that_share_bytes_are_read_once() {
    let mut bytes = zip(&[("a.txt", b"one"), ("b.txt", b"two")], CompressionMethod::STORE);
    // The directory entry of the second member leads to the first: the place is at 42 of its 46 bytes.
    let second = memchr::memmem::rfind(&bytes, b"PK\x01\x02").unwrap();
    bytes[second + 42..second + 46].fill(0);
    assert_eq!(shown(&read("x.zip", &bytes).unwrap()), ["x.zip!a.txt=one", "x.zip!b.txt unreadable"]);
}

#[test]
fn an_encrypted_member_is_rejected_with_the_remedy() {
    let mut bytes = zip(&[("a.txt", b"one"), ("b.txt", b"two")], CompressionMethod::STORE);
    let first = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    bytes[first + 8] |= 1;
    let corpus = read("x.zip", &bytes).unwrap();
    assert_eq!(shown(&corpus), ["x.zip!a.txt unreadable", "x.zip!b.txt=two"]);
    let reject = corpus.rejects().next().unwrap().1.to_string();
    assert!(reject.contains("is encrypted; unpack the archive with its password first"), "{reject}");
}

#[test]
fn of_a_wacz_only_the_archived_pages_are_read() {
    let warc = "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://a.example/\r\nContent-Type: text/plain\r\n\
                Content-Length: 4\r\n\r\nنص\r\n\r\n";
    let packed = compress(Compression::Gzip, warc.as_bytes());
    let members: [(&str, &[u8]); 4] = [
        ("archive/data.warc.gz", &packed),
        ("indexes/index.cdx.gz", b"x"),
        ("pages/pages.jsonl", b"{\"text\":\"\"}\n"),
        ("datapackage.json", b"{}"),
    ];
    let corpus = read("x.wacz", &zip(&members, CompressionMethod::STORE)).unwrap();
    assert_eq!(shown(&corpus), ["http://a.example/=نص"]);
    assert_eq!(corpus.files()[0].path.to_str(), Some("x.wacz!archive/data.warc.gz"));
    assert_eq!(corpus.skipped().counts(), BTreeMap::from([(SkipReason::NoPages, 3)]));
}

/// The directory announces more bytes than the archive has.
#[test]
fn a_member_beyond_the_end_of_a_zip_costs_that_member() {
    for method in [CompressionMethod::STORE, CompressionMethod::DEFLATE] {
        let mut bytes = zip(&[("a.txt", b"one"), ("b.txt", b"two")], method);
        // Both sizes are at 20 of the entry.
        let second = memchr::memmem::rfind(&bytes, b"PK\x01\x02").unwrap();
        bytes[second + 20..second + 28].copy_from_slice(&[0, 0, 1, 0, 0, 0, 1, 0]);
        let lines = shown(&read("x.zip", &bytes).unwrap());
        assert_eq!(lines, ["x.zip!a.txt=one", "x.zip!b.txt damaged"], "{method}");
    }
}

#[test]
fn documents_that_are_packed_as_zip_are_refused_by_name() {
    for (members, what) in [
        (
            &["[Content_Types].xml", "word/document.xml"][..],
            "a Word document, which is not read; save it as plain text",
        ),
        (&["[Content_Types].xml", "xl/workbook.xml"], "an Excel workbook, which is not read; save its sheets as CSV"),
        (&["mimetype", "META-INF/container.xml"], "an EPUB book"),
        (&["mimetype", "META-INF/manifest.xml"], "an OpenDocument file"),
        (&["a.npy", "b.npy"], "an archive of NumPy arrays"),
    ] {
        let members: Vec<(&str, &[u8])> = members.iter().map(|name| (*name, &b"x"[..])).collect();
        let error = read("x.docx", &zip(&members, CompressionMethod::STORE)).err().unwrap().to_string();
        assert!(error.starts_with(&format!("x.docx: {what}")), "{error}");
    }
}

#[test]
fn a_zip_without_its_end_is_an_error_that_says_so() {
    let whole = zip(&[("a.txt", b"one")], CompressionMethod::STORE);
    let error = read("x.zip", &whole[..whole.len() - 30]).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Unreadable { .. }));
    assert!(error.to_string().contains("without a readable directory at its end"), "{error}");
}

#[test]
fn a_format_that_was_asked_for_is_that_of_every_member() {
    let mut options = InputOptions::default();
    options.format = Some(InputFormat::JsonLines);
    let bytes = tar(&[("wiki_00", LINES.as_bytes()), ("b.dat", LINES.as_bytes())]);
    let corpus = Corpus::from_reader("x.tar", bytes.as_slice(), options).unwrap();
    assert_eq!(shown(&corpus).len(), 4);
    assert_eq!(corpus.skipped().total(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn damaged_archives_are_read_the_same_way_every_time(
        place in 0_usize..4096, value: u8, cut in 0_usize..4096, packed: bool,
    ) {
        let members = members();
        let members = borrowed(&members);
        let mut bytes = if packed { zip(&members, CompressionMethod::DEFLATE) } else { tar(&members) };
        let place = place % bytes.len();
        bytes[place] = value;
        bytes.truncate(bytes.len() - cut % bytes.len());

        // Any result is right that comes without a panic, is repeatable, and adds up.
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.zip");
        std::fs::write(&path, &bytes).unwrap();
        let open = |paths: &[PathBuf]| Corpus::open(paths, InputOptions::default());
        let corpus = open(&[directory.path().to_owned()]).unwrap();
        let lines = shown(&corpus);
        prop_assert_eq!(lines.len(), corpus.len());
        prop_assert_eq!(&lines, &shown(&corpus));
        if let Ok(named) = open(std::slice::from_ref(&path)) {
            prop_assert_eq!(named.len(), corpus.len());
        }
    }
}
