//! However the bytes are held and wherever blocks are cut, the corpus is the same.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::document::DocId;
use crate::error::Result;
use crate::spill::SpillDir;

/// Gives one byte at a time.
struct Drip<R>(R);

impl<R: Read> Read for Drip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

/// Everything that can be asked of a corpus.
#[derive(Debug, PartialEq)]
struct Seen {
    records: Vec<String>,
    raw: Vec<u8>,
    /// Places, formats, compressions of files.
    files: Vec<String>,
    rejects: Vec<String>,
    names: RepeatedIds,
}

fn shown(record: std::result::Result<Record<'_>, Reject>, corpus: &Corpus, id: DocId) -> String {
    match record {
        Ok(Record { id: name, text, fields, text_value, .. }) => {
            format!("{} {name:?} {text:?} {fields:?} {text_value:?}", corpus.source(id))
        }
        Err(reject) => reject.to_string(),
    }
}

fn see(corpus: &Corpus) -> Seen {
    let mut scratch = ReadScratch::default();
    let records = corpus.ids().map(|id| {
        let again = shown(corpus.read_in(id, &mut scratch), corpus, id);
        let record = shown(corpus.read(id), corpus, id);
        assert_eq!(record, again);
        record
    });
    let records = records.collect();
    // A record that is too large is held or passed over, as it happens to stand in a block; nobody copies it.
    let too_large = |id: &DocId| matches!(corpus.read(*id), Err(Reject { reason: RejectReason::TooLarge { .. }, .. }));
    let ids: Vec<DocId> = corpus.ids().collect();
    let (mut raw, mut copied) = (Vec::new(), Vec::new());
    for ids in ids.split(too_large).filter(|ids| !ids.is_empty()) {
        for id in ids {
            raw.extend_from_slice(&corpus.raw(*id).unwrap());
            raw.extend_from_slice(corpus.line_end(*id));
        }
        let range = ids[0]..DocId::new(ids[ids.len() - 1].index() + 1);
        let collect = |piece: &[u8]| {
            copied.extend_from_slice(piece);
            Ok(())
        };
        corpus.copy(range, &mut Vec::new(), collect).unwrap();
    }
    assert_eq!(copied, raw);
    let file = |file: &InputFile| {
        let InputFile { path, relative, format, compression, records, bom, .. } = file;
        format!("{path:?} {relative:?} {format} {compression:?} {records:?} {bom}")
    };
    Seen {
        records,
        raw,
        files: corpus.files().iter().map(file).collect(),
        rejects: corpus.rejects().map(|(id, reject)| format!("{} {reject}", id.index())).collect(),
        names: corpus.names().unwrap(),
    }
}

/// Both are the same; else the first difference is told.
fn assert_same(seen: &Seen, expected: &Seen, told: &str) {
    let lists =
        [(&seen.records, &expected.records), (&seen.files, &expected.files), (&seen.rejects, &expected.rejects)];
    for (seen, expected) in lists {
        for (place, (seen, expected)) in seen.iter().zip(expected).enumerate() {
            assert_eq!(seen, expected, "{place}: {told}");
        }
        assert_eq!(seen.len(), expected.len(), "{told}");
    }
    assert_eq!(seen.names, expected.names, "{told}");
    let differs = seen.raw.iter().zip(&expected.raw).position(|(seen, expected)| seen != expected);
    assert_eq!((differs, seen.raw.len()), (None, expected.raw.len()), "{told}");
}

/// Reads as a run does, several blocks at a time, and checks what the blocks give against the corpus.
fn run(input: Input, holding: StoragePolicy, done: Vec<BlockIndex>) -> Result<(Corpus, Vec<BlockIndex>)> {
    let mut reader = input.reader(holding)?;
    let resumed = done.len();
    let (mut outcomes, mut names, mut indices) = (Vec::new(), RepeatedIdsBuilder::default(), done.clone());
    let first: usize = done.iter().map(BlockIndex::records).sum();
    let mut accepted = first;
    reader.resume(done)?;
    let mut scratch = ReadScratch::default();
    loop {
        let blocks: Vec<RecordBlock> =
            std::iter::from_fn(|| reader.next().transpose()).take(3).collect::<Result<_>>()?;
        if blocks.is_empty() {
            break;
        }
        for block in blocks {
            let mut ids = IdHashes::default();
            let index = block.read(&mut scratch, |record, size| {
                ids.push(record.as_ref().ok().map(|record| &*record.id));
                outcomes
                    .push((record.map(|record| record.text.into_owned()).map_err(|reason| reason.to_string()), size));
            });
            assert_eq!(index, block.split());
            assert_eq!(BlockIndex::from_bytes(&index.to_bytes()).unwrap(), index);
            names.add_block(DocId::new(accepted), ids);
            accepted += index.records();
            reader.accept(index.clone());
            indices.push(index);
        }
    }
    let mut corpus = Corpus::assemble(reader.finish()?);
    assert_eq!(first + outcomes.len(), corpus.len());
    let unique = corpus.options().unique_ids;
    for (place, (outcome, size)) in outcomes.into_iter().enumerate() {
        let id = DocId::new(first + place);
        let read = corpus.read(id).map(|record| record.text.into_owned()).map_err(|reject| reject.reason.to_string());
        assert_eq!(outcome, read);
        // What is passed over and has no other place is not kept.
        let raw = corpus.raw(id).unwrap().len();
        assert!(raw == size || raw == 0, "{raw} {size}");
    }
    if resumed == 0 {
        let repeats = corpus.reject_repeats(names)?;
        assert!(unique || repeats.is_empty());
    } else if unique {
        let ids = corpus_ids(&corpus)?;
        corpus.reject_repeats(ids)?;
    }
    Ok((corpus, indices))
}

fn corpus_ids(corpus: &Corpus) -> Result<RepeatedIdsBuilder> {
    let mut names = RepeatedIdsBuilder::default();
    for id in corpus.ids() {
        if let Ok(record) = corpus.read(id) {
            names.add(id, &record.id);
        }
    }
    Ok(names)
}

fn holdings(room: &Path) -> Vec<StoragePolicy> {
    let room = SpillDir::temporary(room);
    let mut all = Vec::new();
    for block_size in [1, 7, 64, 1 << 20] {
        for (memory, room) in
            [(None, None), (Some(0), Some(room.clone())), (Some(100), Some(room.clone())), (Some(0), None)]
        {
            all.push(StoragePolicy { memory, room, block_size, threads: 2, map: false, largest: None, pages: None });
        }
    }
    all
}

const LINES: &str = concat!(
    "\u{feff}{\"id\":\"a\",\"text\":\"\\u0645\\u0631 \\u062d\\n\"}\r\n",
    "\n  \n",
    "{\"id\":\"a\",\"text\":\"ب\"}\n",
    "{\"text\":\"no id\"}\n",
    "\t\r\n",
    "{\"id\":2,\"text\":\"this line is longer than a record may be, much longer: 0123456789 0123456789\"}\r\n",
    "                                                                                                   \n",
    "not JSON\n",
    "{\"id\":2,\"text\":\"x\",\"n\":[1,{\"a\":\"\\\"\"}]}\n",
    "{\"id\":2,\"text\":\"last\"}",
);

/// A record of each kind, with what quotes can hide.
const CSV: &str = concat!(
    "id,n,text\n",
    "1,2,plain\n",
    "2,3.5,\"two\nlines, and a comma\"\n",
    "\n",
    "3,,\"a \"\"quote\"\"\"\n",
    "4,x,this record is longer than a record may be: 0123456789 0123456789\n",
    "\"5\",y,\"this record is longer than a record may be:\n\n0123456789, 0123456789 0123456789\n\"\n",
    "6,too,many,fields\n",
    "6,few\n",
    ",,a \"stray\" quote\n",
    "1,2,\"last\" one",
);

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = Compression::Gzip.writer(Vec::new()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// Rows in several row groups: good ones, a null text, one too large, and a damaged group.
#[cfg(feature = "parquet")]
fn parquet(path: &Path) {
    use std::sync::Arc;

    use ::parquet::arrow::ArrowWriter;
    use ::parquet::file::properties::WriterProperties;
    use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};

    let text = |row: usize| match row % 7 {
        0 => None,
        1 => Some("too large a record ".repeat(9)),
        _ => Some(format!("نص \"{row}\"\n")),
    };
    let texts: ArrayRef = Arc::new((0..60).map(text).collect::<StringArray>());
    let numbers: ArrayRef = Arc::new((0..60).map(Some).collect::<Int64Array>());
    let table = RecordBatch::try_from_iter_with_nullable([("text", texts, true), ("n", numbers, true)]).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(13)).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).unwrap();
    writer.write(&table).unwrap();
    let mut bytes = writer.into_inner().unwrap();
    let middle = bytes.len() * 6 / 10;
    bytes[middle - 60..middle].fill(0xFF);
    fs::write(path, bytes).unwrap();
}

/// An archive: records that are too large or no documents, small documents, bytes that are no record, a cut end.
fn archive() -> Vec<u8> {
    let record = |kind: &str, text: &str| {
        let length = text.len();
        format!("WARC/1.0\nWARC-Type:{kind}\nContent-Type:text/plain\nContent-Length:{length}\n\n{text}\r\n\r\n")
            .into_bytes()
    };
    let (large, small) = ("large ".repeat(99), |text| record("resource", text));
    let records = [
        record("request", &large),
        small("a"),
        record("request", "b"),
        b"no record\n".to_vec(),
        record("resource", &large),
        small("c"),
        small("d"),
        record("metadata", "e"),
    ];
    let cut = record("resource", &large);
    [records.concat(), cut[..400].to_vec()].concat()
}

/// An archive with lines, texts, tables and pages, and members that are skipped or rejected.
#[cfg(feature = "archives")]
fn members() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.jsonl", LINES.into()),
        ("empty.jsonl", Vec::new()),
        ("folder/b.txt", "نص\r\nآخر\n".into()),
        ("c.jsonl.gz", gzip(LINES.repeat(3).as_bytes())),
        ("d.csv", CSV.into()),
        ("e.txt", "x".repeat(300).into()),
        ("f.dat", "unknown".into()),
        ("g.txt", b"%PDF-1.4".to_vec()),
        ("h.warc", archive()),
        ("empty.txt", Vec::new()),
        ("bare", b"{\"text\":\"bare\"}".to_vec()),
        ("nothing", b"no format".to_vec()),
        ("../out.txt", b"x".to_vec()),
        ("a.jsonl", LINES.into()),
        ("last.jsonl", LINES.repeat(9).into()),
    ]
}

#[cfg(feature = "archives")]
fn tar() -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members() {
        let mut header = ::tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_cksum();
        bytes.extend(header.as_bytes());
        bytes.extend(&content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

#[cfg(feature = "archives")]
fn zip(method: rawzip::CompressionMethod) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members() {
        let path = rawzip::path::EntryPath::verbatim(name.as_bytes());
        let (mut entry, config) = archive.new_file(path).compression_method(method).start().unwrap();
        let descriptor = if method == rawzip::CompressionMethod::STORE {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(&content).unwrap();
            writer.finish().unwrap().1
        } else {
            let deflate = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
            let mut writer = config.wrap(deflate);
            writer.write_all(&content).unwrap();
            let (deflate, descriptor) = writer.finish().unwrap();
            deflate.finish().unwrap();
            descriptor
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// Archives of every kind: whole, cut off and damaged.
#[cfg(feature = "archives")]
fn archives(root: &Path) {
    let write = |name: &str, bytes: &[u8]| fs::write(root.join(name), bytes).unwrap();
    let whole = tar();
    write("v1.tar", &whole);
    write("v2.tar.gz", &gzip(&whole));
    write("v3.tar", &whole[..whole.len() - 1500]);
    write("v4.tar.gz", &gzip(&whole[..whole.len() - 1500]));
    let cut = gzip(&whole);
    write("v5.tgz", &cut[..cut.len() - 20]);
    let mut damaged = whole;
    damaged[1024..1600].fill(7);
    write("v6.tar", &damaged);

    write("w1.zip", &zip(rawzip::CompressionMethod::STORE));
    write("w2.zip", &zip(rawzip::CompressionMethod::DEFLATE));
    for (name, method) in [("w3.zip", rawzip::CompressionMethod::STORE), ("w4.zip", rawzip::CompressionMethod::DEFLATE)]
    {
        let mut bytes = zip(method);
        bytes[90] ^= 0x11;
        write(name, &bytes);
    }
    write("w5.zip", &zip(rawzip::CompressionMethod::STORE)[..900]);
}

/// A stream of two batches, cut off in the second.
#[cfg(feature = "parquet")]
fn arrow() -> Vec<u8> {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};

    let texts = (0..30).map(|row| (row % 5 != 0).then(|| format!("نص {row}")));
    let texts: ArrayRef = Arc::new(texts.collect::<StringArray>());
    let batch = RecordBatch::try_from_iter_with_nullable([("text", texts, true)]).unwrap();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.write(&batch).unwrap();
    let bytes = writer.into_inner().unwrap();
    bytes[..bytes.len() - 100].to_vec()
}

/// A directory with everything in it.
fn zoo(root: &Path) {
    let write = |name: &str, bytes: &[u8]| fs::write(root.join(name), bytes).unwrap();
    write("a.jsonl", LINES.as_bytes());
    write("b.txt", "نص\r\nآخر\n".as_bytes());
    write("c.txt", b"");
    write("d.jsonl", b"");
    write("e.json", b"[\n1,\n2]\n");
    write("f.json", LINES.as_bytes());
    write("g.jsonl", b"\n\n\n");
    write("h.txt", "x".repeat(300).as_bytes());
    write("i.txt", b"\xEF\xBB\xBFbom");
    write("m.jsonl", LINES.repeat(20_000).as_bytes());
    write("n.txt", b"\xE3\xE4 \xC7\xE1");
    if cfg!(feature = "html") {
        write("o.html", "<html><title>x</title><p>نص".as_bytes());
    }
    if cfg!(feature = "warc") {
        write("p.warc", &archive());
        write("q.warc.gz", &gzip(&archive()));
        let whole = gzip(&archive().repeat(3));
        write("r.warc.gz", &whole[..whole.len() - 12]);
    }
    if cfg!(feature = "gzip") {
        write("j.jsonl.gz", &gzip(LINES.as_bytes()));
        let whole = gzip(LINES.repeat(50).as_bytes());
        write("k.jsonl.gz", &whole[..whole.len() - 9]);
        let mut text = gzip("مرحبا".repeat(30).as_bytes());
        let end = text.len() - 6;
        text[end] ^= 1;
        write("l.txt.gz", &text);
    }
    write("n.csv", CSV.as_bytes());
    write("o.tsv", CSV.replace(',', "\t").as_bytes());
    write("p.csv", b"");
    write("q.csv", b"name,id\n1,2\n");
    write("r.csv", format!("\u{feff}{CSV}").replace('\n', "\r\n").as_bytes());
    write("s.csv", format!("id,n,text\n{}7,1,\"never closed\nlast\n", "1,2,x\n".repeat(30)).as_bytes());
    write("t.csv", b"id,n,text");
    #[cfg(feature = "parquet")]
    {
        parquet(&root.join("u.parquet"));
        write("u.arrow", &arrow());
    }
    #[cfg(feature = "archives")]
    archives(root);
    write("part-00000", LINES.as_bytes());
    write("x_bare", b"{\"text\":\"bare\"}");
    write("x_no_format", b"no format");
    write("y.txt", b"SQLite format 3\0");
    write("z.txt", b"a\0b");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", root.join("broken.txt")).unwrap();
}

fn options(unique_ids: bool) -> InputOptions {
    InputOptions { max_record_size: 80, unique_ids, fields: vec!["n".to_owned()], ..InputOptions::default() }
}

#[test]
fn every_holding_gives_the_same_corpus() {
    let home = tempfile::tempdir().unwrap();
    zoo(home.path());
    fs::remove_file(home.path().join("m.jsonl")).unwrap();
    for unique in [false, true] {
        let input = || Input::open(&[home.path().to_owned()], options(unique)).unwrap();
        let expected = see(&Corpus::read_once(input(), StoragePolicy::default()).unwrap());
        for holding in holdings(home.path()) {
            let told = format!("{holding:?}");
            let (corpus, _) = run(input(), holding, Vec::new()).unwrap();
            assert_same(&see(&corpus), &expected, &told);
        }
    }
}

#[test]
fn a_large_plain_file_is_the_same_mapped_and_read_by_place() {
    let home = tempfile::tempdir().unwrap();
    zoo(home.path());
    let input = || Input::open(&[home.path().join("m.jsonl")], options(false)).unwrap();
    let holding = |memory, block_size| StoragePolicy { memory, block_size, ..StoragePolicy::default() };
    let (mapped, _) = run(input(), holding(None, 1 << 18), Vec::new()).unwrap();
    let (placed, _) = run(input(), holding(Some(0), 10_000), Vec::new()).unwrap();
    assert_eq!(mapped.len(), placed.len());
    for id in mapped.ids().step_by(997) {
        assert_eq!(mapped.raw(id).unwrap(), placed.raw(id).unwrap());
        assert_eq!(shown(mapped.read(id), &mapped, id), shown(placed.read(id), &placed, id));
    }
}

#[test]
fn a_stream_is_the_same_byte_by_byte() {
    let home = tempfile::tempdir().unwrap();
    let mut streams = vec![LINES.as_bytes().to_vec(), b"{".to_vec(), Vec::new(), b"text\n".to_vec()];
    streams.push(CSV.as_bytes().to_vec());
    if cfg!(feature = "gzip") {
        streams.push(gzip(LINES.as_bytes()));
        streams.push(gzip(LINES.repeat(9).as_bytes())[..70].to_vec());
    }
    for bytes in streams {
        for name in ["a.jsonl", "-", "a.txt", "a.json", "a.csv"] {
            if name == "a.csv" && bytes != CSV.as_bytes() {
                continue;
            }
            let expected = see(&Corpus::from_reader(name, bytes.as_slice(), options(false)).unwrap());
            for holding in holdings(home.path()) {
                let drip = Input::from_reader(name, Drip(Cursor::new(bytes.clone())), options(false)).unwrap();
                let (corpus, _) = run(drip, holding.clone(), Vec::new()).unwrap();
                assert_same(&see(&corpus), &expected, &format!("{name} {holding:?}"));
            }
        }
    }
}

#[test]
fn a_run_goes_on_after_any_block() {
    let home = tempfile::tempdir().unwrap();
    zoo(home.path());
    fs::remove_file(home.path().join("m.jsonl")).unwrap();
    let input = || Input::open(&[home.path().to_owned()], options(false)).unwrap();
    for holding in holdings(home.path()).into_iter().filter(|holding| [64, 1 << 20].contains(&holding.block_size)) {
        let (corpus, indices) = run(input(), holding.clone(), Vec::new()).unwrap();
        let (expected, told) = (see(&corpus), format!("{holding:?}"));
        for count in 0..=indices.len() {
            // Another block size, as another machine might choose.
            let holding = StoragePolicy { block_size: 50, ..holding.clone() };
            let (corpus, _) = run(input(), holding, indices[..count].to_vec()).unwrap();
            assert_same(&see(&corpus), &expected, &format!("after {count} blocks, {told}"));
        }
    }
}

#[test]
fn another_input_cannot_be_gone_on_with() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.jsonl");
    fs::write(&path, LINES).unwrap();
    let input = || Input::open(std::slice::from_ref(&path), options(false)).unwrap();
    let (_, indices) = run(input(), StoragePolicy { block_size: 64, ..StoragePolicy::default() }, Vec::new()).unwrap();
    fs::write(&path, format!("{LINES}\n")).unwrap();
    let error = run(input(), StoragePolicy::default(), indices).err().unwrap().to_string();
    assert!(error.contains("a.jsonl") && error.contains("interrupted run"), "{error}");
}

#[test]
fn a_file_that_changed_is_an_error_that_names_it() {
    let home = tempfile::tempdir().unwrap();
    for (name, size) in [("small.jsonl", 100), ("large.jsonl", 2 << 20)] {
        let path = home.path().join(name);
        let line = format!("{{\"text\":\"{}\"}}\n", "x".repeat(50));
        fs::write(&path, line.repeat(size / line.len() + 1)).unwrap();
        let limited = StoragePolicy { memory: Some(0), ..StoragePolicy::default() };
        let input = Input::open(std::slice::from_ref(&path), InputOptions::default()).unwrap();
        let corpus = Corpus::read_once(input, limited).unwrap();
        assert!(corpus.read(DocId::new(0)).is_ok());
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"more\n").unwrap();
        let reject = corpus.read(DocId::new(0)).unwrap_err();
        assert_eq!(reject.reason.code(), "lost");
        let shown = crate::Error::from(reject).to_string();
        assert!(shown.contains(name) && shown.contains("changed"), "{shown}");
        assert!(corpus.raw(DocId::new(0)).is_err() && corpus.names().is_err() && corpus.blocks().next().is_err());
    }
}

#[test]
fn garbage_is_no_index() {
    let home = tempfile::tempdir().unwrap();
    zoo(home.path());
    let input = Input::open(&[home.path().join("a.jsonl")], options(false)).unwrap();
    let (_, indices) = run(input, StoragePolicy::default(), Vec::new()).unwrap();
    let bytes = indices[0].to_bytes();
    for at in 0..bytes.len() {
        assert!(BlockIndex::from_bytes(&bytes[..at]).is_err());
        let mut wrong = bytes.clone();
        wrong[at] ^= 0x40;
        assert!(BlockIndex::from_bytes(&wrong).is_err(), "byte {at}");
    }
}

#[test]
fn a_corpus_in_memory_has_blocks_too() {
    let corpus = Corpus::from_texts([("a", "x"), ("b", ""), ("c", "\u{feff}y")]);
    let (mut blocks, mut texts) = (corpus.blocks(), Vec::new());
    while let Some(block) = blocks.next().unwrap() {
        block.read(&mut ReadScratch::default(), |record, size| texts.push((record.unwrap().text.into_owned(), size)));
    }
    assert_eq!(texts, [("x".to_owned(), 1), (String::new(), 0), ("\u{feff}y".to_owned(), 4)]);
}

#[test]
fn an_unknown_id_is_refused() {
    let home = tempfile::tempdir().unwrap();
    zoo(home.path());
    let input = Input::open(&[home.path().join("a.jsonl")], options(false)).unwrap();
    let lines = Corpus::read_once(input, StoragePolicy::default()).unwrap();

    for corpus in [Corpus::from_texts([("a", "x")]), Corpus::from_texts([("", ""); 0]), lines] {
        let files: Vec<usize> = corpus.ids().map(|id| corpus.file_of(id).unwrap().index()).collect();
        assert!(files.iter().all(|file| *file == 0), "{files:?}");

        for place in [corpus.len(), corpus.len() + 1, u32::MAX as usize - 1] {
            let (id, next) = (DocId::new(place), DocId::new(place + 1));
            assert_eq!(corpus.file_of(id), None);
            assert_eq!(corpus.read(id).unwrap_err().reason, RejectReason::NotInInput);
            assert_eq!(corpus.read_in(id, &mut ReadScratch::default()).unwrap_err().reason, RejectReason::NotInInput);
            assert_eq!(corpus.rewrite(id, "x").unwrap_err().reason, RejectReason::NotInInput);
            assert!(corpus.raw(id).is_err() && !corpus.is_extracted(id) && corpus.line_end(id).is_empty());
            assert!(corpus.copy(id..next, &mut Vec::new(), |_| Ok(())).is_err());
        }
    }
}

/// BGZF: members that note their size in an extra field.
#[cfg(feature = "gzip")]
fn bgzf(bytes: &[u8], member: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in bytes.chunks(member) {
        let mut plain = flate2::GzBuilder::new().extra(b"BC\x02\x00\x00\x00".to_vec());
        plain = plain.mtime(0);
        let mut writer = plain.write(Vec::new(), flate2::Compression::fast());
        writer.write_all(chunk).unwrap();
        let mut whole = writer.finish().unwrap();
        let size = (whole.len() - 1) as u16;
        whole[16..18].copy_from_slice(&size.to_le_bytes());
        out.extend(whole);
    }
    out
}

#[cfg(feature = "gzip")]
#[test]
fn members_of_known_size_are_one_stream() {
    let home = tempfile::tempdir().unwrap();
    let lines = LINES.repeat(40);
    let expected = see(&Corpus::from_reader("a.jsonl", lines.as_bytes(), options(false)).unwrap());
    let whole = bgzf(lines.as_bytes(), 100);
    let mixed = [bgzf(&lines.as_bytes()[..5000], 300), gzip(&lines.as_bytes()[5000..])].concat();
    for bytes in [whole.clone(), mixed] {
        for threads in [1, 3] {
            let path = home.path().join("a.jsonl");
            fs::write(&path, &bytes).unwrap();
            let input = Input::open(std::slice::from_ref(&path), options(false)).unwrap();
            let corpus = run(input, StoragePolicy { threads, ..StoragePolicy::default() }, Vec::new()).unwrap().0;
            let seen = see(&corpus);
            assert_eq!((&seen.raw, seen.records.len()), (&expected.raw, expected.records.len()));
            assert!(seen.rejects.is_empty(), "{:?}", seen.rejects);
        }
    }
    let cut = Corpus::from_reader("a.jsonl", &whole[..whole.len() / 2], options(false)).unwrap();
    assert_eq!(cut.rejects().count(), 1);
    let whole = cut.len() - 1;
    assert_eq!(see(&cut).records[..whole], expected.records[..whole]);
    assert!(whole > expected.records.len() / 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any bytes in any blocks: the table does not depend on where they are cut.
    #[test]
    fn borders_do_not_matter(parts in prop::collection::vec(prop::sample::select(vec![
        &b"{\"text\":\"a\"}"[..], b"{\"id\":3,\"text\":\"\\u0645\"}", b"{", b"\"", b"\n", b"\n\n", b"\r\n", b"\r", b" ",
        b"\xFF", b"\xEF\xBB\xBF", b"\xD9\x85", b"                                                              ",
    ]), 0..20), block_size in 1_usize..50, name in prop::sample::select(vec!["a.jsonl", "a.txt", "a.json", "-"])) {
        let home = tempfile::tempdir().unwrap();
        let bytes = parts.concat();
        let expected = see(&Corpus::from_reader(name, bytes.as_slice(), options(false)).unwrap());
        let room = SpillDir::temporary(home.path());
        for (memory, room) in [(None, None), (Some(0), Some(room))] {
            let holding = StoragePolicy { memory, room, block_size, threads: 1, map: false, largest: None, pages: None };
            let input = Input::from_reader(name, Cursor::new(bytes.clone()), options(false)).unwrap();
            let (corpus, _) = run(input, holding, Vec::new()).unwrap();
            prop_assert_eq!(&see(&corpus), &expected);
        }
    }
}
