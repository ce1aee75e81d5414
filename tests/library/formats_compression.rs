//! Bzip2 and xz: read whatever the name, kept in what `dedup` writes, damage told and nothing else lost.

#![cfg(all(feature = "bzip2", feature = "xz", feature = "gzip", feature = "zstd"))]
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::io::Write;

use mukarrar::document::DocId;
use mukarrar::input::{Compression, Corpus, Input, InputOptions, StoragePolicy};
use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::report::output::Outputs;
use mukarrar::report::{CleanDestination, Cleaning};
use proptest::prelude::*;

const ALL: [(Compression, &str); 4] =
    [(Compression::Gzip, "gz"), (Compression::Zstd, "zst"), (Compression::Bzip2, "bz2"), (Compression::Xz, "xz")];

fn compress(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    let mut writer = compression.writer(Vec::new()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn lines(count: usize) -> String {
    (0..count).map(|n| format!("{{\"id\":{n},\"text\":\"خبر رقم {n} من {} أخبار\"}}\n", n * 7919 % 1000)).collect()
}

fn read(bytes: &[u8]) -> Corpus {
    Corpus::from_reader("in.jsonl", bytes, InputOptions::default()).unwrap()
}

#[test]
fn several_streams_are_one_file_whatever_its_name() {
    let plain = lines(300);
    for (compression, _) in ALL {
        let halves = plain.split_at(plain.len() / 2);
        let bytes = [halves.0, "", halves.1].map(|part| compress(compression, part.as_bytes())).concat();
        let corpus = read(&bytes);
        assert_eq!((corpus.len(), corpus.files()[0].compression), (300, compression));
        assert_eq!(corpus.rejects().count(), 0);
        assert_eq!(corpus.read(DocId::new(299)).unwrap().id, "299");
        let nothing = read(&compress(compression, b""));
        assert_eq!((nothing.len(), nothing.files()[0].compression), (0, compression));
    }
}

#[test]
fn records_before_the_damage_are_read_and_the_rest_is_one_reject() {
    let plain = lines(3000);
    for (compression, _) in ALL {
        let bytes = compress(compression, plain.as_bytes());
        let first = compress(compression, lines(20).as_bytes());
        for damaged in [&bytes[..bytes.len() / 2], &[&first[..], &bytes[..bytes.len() / 2]].concat()] {
            let corpus = read(damaged);
            let rejects: Vec<_> = corpus.rejects().map(|(id, reject)| (id.index(), reject.reason.code())).collect();
            assert_eq!(rejects, [(corpus.len() - 1, "damaged")], "{compression:?}");
            for id in 0..corpus.len() - 1 {
                corpus.read(DocId::new(id)).unwrap();
            }
        }
        assert!(read(&[&first[..], &bytes[..bytes.len() / 2]].concat()).len() > 20, "{compression:?}");
    }
}

#[test]
fn behind_a_damaged_gzip_member_the_next_ones_are_read() {
    let part = |skipped: usize| {
        let text: String = lines(400).split_inclusive('\n').skip(skipped).collect();
        compress(Compression::Gzip, text.as_bytes())
    };
    let (first, second, third) = (part(0), part(1), part(2));
    for cut in [second.len() / 2, second.len() - 3] {
        let mut flipped = second.clone();
        flipped[cut] ^= 0x55;
        for damaged in [&flipped[..], &second[..cut]] {
            let bytes = [&first[..], damaged, &third].concat();
            let corpus = read(&bytes);
            let rejects: Vec<_> = corpus.rejects().map(|(_, reject)| reject.reason.code()).collect();
            assert_eq!(rejects, ["broken_record"], "{cut}");
            assert_eq!(corpus.read(DocId::new(0)).unwrap().id, "0");
            assert_eq!(corpus.read(DocId::new(corpus.len() - 1)).unwrap().id, "399", "{cut}");
            let good = corpus.ids().filter(|id| corpus.read(*id).is_ok()).count();
            assert!(good > 700, "{good} of {}", corpus.len());
        }
    }
}

#[test]
fn what_follows_damage_does_not_depend_on_blocks_or_memory() {
    let member = |n: usize| compress(Compression::Gzip, lines(30 + n).as_bytes());
    let mut bytes: Vec<u8> = (0..6).flat_map(member).collect();
    for place in [300, 900, 1500] {
        bytes[place] ^= 0x55;
    }
    let told = |corpus: &Corpus| -> Vec<String> {
        let one = |id| corpus.read(id).map_or_else(|reject| reject.to_string(), |record| record.text.into_owned());
        corpus.ids().map(one).collect()
    };
    let whole = told(&read(&bytes));
    for (block, memory) in [(1, None), (100, Some(0)), (1 << 20, Some(0))] {
        let mut policy = StoragePolicy::default();
        (policy.block_size, policy.memory) = (block, memory);
        let stream = std::io::Cursor::new(bytes.clone());
        let input = Input::from_reader("in.jsonl", stream, InputOptions::default()).unwrap();
        assert!(told(&Corpus::read_once(input, policy).unwrap()) == whole, "{block} {memory:?}");
    }
}

#[test]
fn an_error_of_the_disk_is_no_damage() {
    struct Failing(std::io::Cursor<Vec<u8>>);
    impl std::io::Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(std::io::Error::other("the disk failed")),
                length => Ok(length),
            }
        }
    }
    let bytes = compress(Compression::Gzip, lines(500).as_bytes());
    for cut in [8, bytes.len() / 2, bytes.len() - 4] {
        let stream = Failing(std::io::Cursor::new(bytes[..cut].to_vec()));
        let input = Input::from_reader("in.jsonl", stream, InputOptions::default()).unwrap();
        let corpus = Corpus::read_once(input, StoragePolicy::default()).unwrap();
        let told = corpus.rejects().next().unwrap().1.to_string();
        assert!(told.contains("the disk failed") && !told.contains("too early"), "{cut}: {told}");
    }
}

#[test]
fn dedup_of_a_directory_keeps_the_compression() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("in"), home.path().join("out"));
    std::fs::create_dir(&from).unwrap();
    for (compression, extension) in ALL {
        let text = lines(40).replace("\"id\":", &format!("\"id\":{}", extension.len()));
        std::fs::write(from.join(format!("a.jsonl.{extension}")), compress(compression, text.as_bytes())).unwrap();
    }
    let paths = [from];
    let pipeline = Pipeline::new(Options::default()).unwrap();
    let input = Input::open(&paths, InputOptions::default()).unwrap();
    let destination = CleanDestination::new(&to, &paths, &input).unwrap();
    let (corpus, found) = pipeline.read_clusters(input, &()).unwrap();
    let cleaning = Cleaning::plan(&found, &corpus, &[], pipeline.options()).unwrap();
    let mut outputs = Outputs::new();
    cleaning.write(&destination, &mut outputs, &mut std::io::sink()).unwrap();
    outputs.commit().unwrap();
    let again = Corpus::open(&[to], InputOptions::default()).unwrap();
    assert_eq!(again.len(), 160);
    for (before, after) in corpus.files().iter().zip(again.files()) {
        assert_eq!((before.compression, &before.relative), (after.compression, &after.relative));
    }
    for id in corpus.ids() {
        assert_eq!(corpus.raw(id).unwrap(), again.raw(id).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// No byte changed, lost or added makes a reader panic, hang or lose a record without a word.
    #[test]
    fn damage_never_panics(
        which in 0_usize..4, at in any::<prop::sample::Index>(), byte in any::<u8>(), way in 0..3,
    ) {
        let mut bytes = compress(ALL[which].0, lines(50).as_bytes());
        let at = at.index(bytes.len());
        match way {
            0 => bytes[at] = byte,
            1 => bytes.truncate(at),
            _ => bytes.insert(at, byte),
        }
        if let Ok(corpus) = Corpus::from_reader("in.jsonl", &bytes[..], InputOptions::default()) {
            let good = corpus.ids().filter(|id| corpus.read(*id).is_ok()).count();
            prop_assert!(good == 50 || good < corpus.len() || corpus.is_empty() || way == 1);
        }
    }
}
