//! The index in a directory: the answers of the index in memory, across restarts, crashes and processes.
#![cfg(feature = "persistent")]
use std::path::Path;

use mukarrar::document::{Date, Window};
use mukarrar::index::{Expiry, IndexBuilder, Rank, Verify};
use mukarrar::lsh::BandingOverrides;
use mukarrar::similarity::facts::Facts;
use mukarrar::{ErrorKind, Index, Item, Verdict};
use proptest::prelude::*;

/// Words of a seeded text: every word from a vocabulary of 4,000.
fn story(seed: u64, words: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let letters: Vec<char> = "ابتجحدرسشصطعفقكلمنهوي".chars().collect();
    let word = |mut number: u64| -> String {
        (0..4)
            .map(|_| {
                let letter = letters[(number % 8) as usize];
                number /= 8;
                letter
            })
            .collect()
    };
    (0..words).map(|_| word(draw() % 4000)).collect::<Vec<_>>().join(" ")
}

/// A story with its last words changed.
fn retold(seed: u64, words: usize) -> String {
    let story = story(seed, words);
    let kept: Vec<&str> = story.split(' ').take(words - 4).collect();
    format!("{} نهاية أخرى", kept.join(" "))
}

fn small() -> IndexBuilder {
    Index::builder().seed(1).cache_size(4 << 20).commit_every(64)
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, u8),
    CheckAndInsert(u8, u8),
    Batch(Vec<(u8, u8)>),
    Replace(u8, u8),
    Remove(u8),
    Expire(i64),
    Commit,
    Reopen,
    Compact,
}

fn step() -> impl Strategy<Value = Step> {
    let pair = (0..40_u8, 0..60_u8);
    prop_oneof![
        3 => pair.clone().prop_map(|(key, text)| Step::Insert(key, text)),
        6 => pair.clone().prop_map(|(key, text)| Step::CheckAndInsert(key, text)),
        2 => prop::collection::vec(pair.clone(), 0..12).prop_map(Step::Batch),
        2 => pair.prop_map(|(key, text)| Step::Replace(key, text)),
        2 => (0..40_u8).prop_map(Step::Remove),
        1 => (0..40_i64).prop_map(Step::Expire),
        1 => Just(Step::Commit),
        1 => Just(Step::Reopen),
        1 => Just(Step::Compact),
    ]
}

/// Even numbers are stories of some length, odd ones the same retold.
fn text(number: u8) -> String {
    let (seed, words) = (u64::from(number / 2), 8 + usize::from(number / 2) * 2);
    if number == 59 {
        String::new()
    } else if number.is_multiple_of(2) {
        story(seed, words)
    } else {
        retold(seed, words)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is done in whatever order: memory and disk say the same, and so does a reader after each commit.
    #[test]
    fn memory_and_disk_give_the_same_answers(steps in prop::collection::vec(step(), 1..60), estimate in any::<bool>()) {
        let verify = if estimate { Verify::Estimate } else { Verify::Exact };
        let builder = || small().verify(verify).threshold(0.5);
        let directory = tempfile::tempdir().unwrap();
        let memory = builder().build().unwrap();
        let mut disk = Some(builder().open(directory.path()).unwrap());
        let mut clock = 0;
        for step in steps {
            clock += 1;
            let seen = Some(Date::from_seconds(i64::from(clock)));
            let index = disk.as_ref().unwrap();
            match step {
                Step::Insert(key, number) => {
                    let (key, text) = (key.to_string(), text(number));
                    let item = Item::new(&text).seen(seen);
                    prop_assert_eq!(told(memory.insert(&key, item)), told(index.insert(&key, item)));
                }
                Step::CheckAndInsert(key, number) => {
                    let (key, text) = (key.to_string(), text(number));
                    let item = Item::new(&text).seen(seen);
                    prop_assert_eq!(told(memory.check_and_insert(&key, item)), told(index.check_and_insert(&key, item)));
                }
                Step::Batch(pairs) => {
                    let pairs: Vec<(String, String)> = pairs.iter().map(|(key, number)| (key.to_string(), text(*number))).collect();
                    let items: Vec<(&str, Item<'_>)> = pairs.iter().map(|(key, text)| (&**key, Item::new(text).seen(seen))).collect();
                    // One after the other in memory, at once on disk.
                    let one_by_one: Vec<_> = items.iter().map(|(key, item)| told(memory.check_and_insert(key, *item))).collect();
                    let at_once: Vec<_> = index.check_and_insert_all(&items).into_iter().map(told).collect();
                    prop_assert_eq!(one_by_one, at_once);
                }
                Step::Replace(key, number) => {
                    let (key, text) = (key.to_string(), text(number));
                    let item = Item::new(&text).seen(seen);
                    prop_assert_eq!(told(memory.replace(&key, item)), told(index.replace(&key, item)));
                }
                Step::Remove(key) => {
                    let key = key.to_string();
                    prop_assert_eq!(told(memory.remove(&key)), told(index.remove(&key)));
                }
                Step::Expire(age) => {
                    let bound = Date::from_seconds(clock as i64 - age);
                    prop_assert_eq!(told(memory.expire(Expiry::SeenBefore(bound))), told(index.expire(Expiry::SeenBefore(bound))));
                }
                Step::Commit => index.commit().unwrap(),
                Step::Reopen => {
                    disk.take().unwrap().close().unwrap();
                    disk = Some(builder().open(directory.path()).unwrap());
                    prop_assert!(disk.as_ref().unwrap().recovery().is_none());
                }
                Step::Compact => { index.compact().unwrap(); }
            }
        }
        let index = disk.unwrap();
        index.commit().unwrap();
        let reader = builder().open_read_only(directory.path()).unwrap();
        prop_assert_eq!((memory.len(), memory.len()), (index.len(), reader.len()));
        for number in 0..60 {
            let text = text(number);
            let answer = memory.query(&text, 9, Rank::Containment).unwrap();
            prop_assert_eq!(&answer, &index.query(&text, 9, Rank::Containment).unwrap());
            prop_assert_eq!(&answer, &reader.query(&text, 9, Rank::Containment).unwrap());
            prop_assert_eq!(memory.check(&text).unwrap(), reader.check(&text).unwrap());
        }
        prop_assert_eq!(memory.top(9).unwrap(), index.top(9).unwrap());
        prop_assert_eq!(memory.top(9).unwrap(), reader.top(9).unwrap());
        let export = |index: &Index| { let mut out = Vec::new(); index.export(&mut out).unwrap(); out };
        prop_assert_eq!(export(&memory), export(&index));
        prop_assert_eq!(export(&memory), export(&reader));
    }
}

/// An answer as text, so that errors can be compared.
fn told<T: std::fmt::Debug>(answer: mukarrar::Result<T>) -> String {
    answer.map_or_else(|error| error.to_string(), |answer| format!("{answer:?}"))
}

/// So many inserts that recent band keys go into run files, in several rounds.
fn fill(index: &Index, numbers: std::ops::Range<u64>) {
    let texts: Vec<(String, String)> = numbers.map(|n| (format!("https://news.example/{n}"), story(n, 40))).collect();
    let items: Vec<(&str, Item<'_>)> = texts.iter().map(|(key, text)| (&**key, Item::new(text))).collect();
    for answer in index.check_and_insert_all(&items) {
        assert_eq!(answer.unwrap(), Verdict::New { certain: true });
    }
}

fn finds(index: &Index, numbers: impl Iterator<Item = u64>) {
    for n in numbers {
        match index.check(&retold(n, 40)).unwrap() {
            Verdict::Duplicate(found) => assert_eq!(found.key, format!("https://news.example/{n}")),
            other => panic!("{n}: {other:?}"),
        }
    }
}

fn runs(directory: &Path) -> usize {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "run")).count()
}

#[test]
fn texts_are_found_in_memory_in_runs_and_after_restarts() {
    let directory = tempfile::tempdir().unwrap();
    let builder = || small().facts(Facts::Off).commit_every(500);
    let index = builder().open(directory.path()).unwrap();
    let reader = builder().open_read_only(directory.path()).unwrap();
    fill(&index, 0..9000);
    assert!(runs(directory.path()) > 100, "{}", runs(directory.path()));
    finds(&index, (0..9000).step_by(97));
    index.commit().unwrap();
    finds(&reader, (0..9000).step_by(97));
    for n in (2..9000).step_by(3) {
        assert!(index.remove(&format!("https://news.example/{n}")).unwrap());
    }
    index.close().unwrap();
    assert_eq!(reader.len(), 6000);
    let index = builder().open(directory.path()).unwrap();
    assert!(index.recovery().is_none());
    finds(&index, (0..9000).step_by(3 * 31));
    assert_eq!(index.check(&story(5, 40)).unwrap(), Verdict::New { certain: true });
    let compacted = index.compact().unwrap();
    assert_eq!(compacted.documents, 6000);
    assert!(compacted.bytes_after < compacted.bytes_before * 3 / 4, "{compacted:?}");
    let mut export = Vec::new();
    assert_eq!(index.export(&mut export).unwrap(), 6000, "removed texts, the last among them, are no gaps");
    fill(&index, 9000..9100);
    index.commit().unwrap();
    for index in [&index, &reader] {
        finds(index, (0..9000).step_by(3 * 31).chain(9000..9100));
        assert_eq!(index.check(&story(5, 40)).unwrap(), Verdict::New { certain: true });
    }
    assert_eq!(index.stats().unwrap().storage.removed, 0);
}

#[test]
fn a_writer_has_the_index_alone_and_readers_change_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let index = Index::open(directory.path()).unwrap();
    let error = Index::open(directory.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Index { .. }), "{error}");
    let number = std::process::id().to_string();
    assert!(error.to_string().contains(&number) && error.to_string().contains("open the index for reading"), "{error}");
    let reader = Index::builder().open_read_only(directory.path()).unwrap();
    for error in [
        reader.insert("a", "نص").unwrap_err(),
        reader.check_and_insert("a", "نص").unwrap_err(),
        reader.remove("a").unwrap_err(),
        reader.compact().unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::ReadOnly), "{error}");
    }
    reader.commit().unwrap();
    drop(index);
    Index::open(directory.path()).unwrap();
}

#[test]
fn other_settings_are_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    Index::builder().threshold(0.7).seed(1).window("7d".parse().unwrap()).open(directory.path()).unwrap();
    assert_eq!(Index::open(directory.path()).unwrap().settings().threshold(), 0.7);
    for (builder, what) in [
        (Index::builder().threshold(0.6), "threshold 0.7, not 0.6"),
        (Index::builder().seed(9), "seed 1, not 9"),
        (Index::builder().verify(Verify::Estimate), "verify exact, not estimate"),
        (Index::builder().window(Window::seconds(60)), "window 1w, not 1m"),
    ] {
        let error = builder.open(directory.path()).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert!(matches!(error.kind(), ErrorKind::Index { .. }), "{error}");
    }
    Index::builder().threshold(0.7).open(directory.path()).unwrap();
}

#[test]
fn what_follows_from_other_settings_is_not_asked_for_again() {
    let directory = tempfile::tempdir().unwrap();
    let rows = BandingOverrides { rows: Some(5), ..BandingOverrides::default() };
    let made = Index::builder().threshold(0.7).overrides(rows).open(directory.path()).unwrap().banding();
    assert_eq!(Index::builder().overrides(rows).open(directory.path()).unwrap().banding(), made);
    let rows = BandingOverrides { rows: Some(6), ..BandingOverrides::default() };
    let error = Index::builder().overrides(rows).open(directory.path()).unwrap_err();
    assert!(error.to_string().contains("rows 5, not 6") || error.to_string().contains("bands"), "{error}");
}

#[test]
fn what_is_no_index_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let error = Index::builder().open_existing(directory.path()).unwrap_err();
    assert!(error.to_string().contains("is no index"), "{error}");
    let error = Index::builder().open_read_only(directory.path()).unwrap_err();
    assert!(error.to_string().contains("is no index"), "{error}");
    std::fs::write(directory.path().join("thesis.txt"), "نص").unwrap();
    let error = Index::open(directory.path()).unwrap_err();
    assert!(error.to_string().contains("thesis.txt"), "{error}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing was written");
}

#[test]
fn an_index_that_lost_its_description_is_not_taken_for_a_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let index = Index::builder().seed(7).open(directory.path()).unwrap();
    fill(&index, 0..5);
    index.close().unwrap();
    std::fs::remove_file(directory.path().join("index.json")).unwrap();
    let error = Index::open(directory.path()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Damaged { .. }) && error.to_string().contains("index.json"), "{error}");
}

/// While the writer writes blocks and runs anew, a reader misses nothing, and exports everything once.
#[test]
fn readers_see_all_of_an_index_that_is_compacted_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let builder = || small().facts(Facts::Off).commit_every(500);
    let index = builder().open(directory.path()).unwrap();
    fill(&index, 0..6000);
    // The first of a block among those that stay: what is written again may begin where the old block did.
    for n in (1..6000).step_by(2) {
        assert!(index.remove(&format!("https://news.example/{n}")).unwrap());
    }
    index.commit().unwrap();
    let reader = builder().open_read_only(directory.path()).unwrap();
    let texts = |index: &Index| {
        let mut export = Vec::new();
        let count = index.export(&mut export).unwrap();
        (count, String::from_utf8(export).unwrap().lines().count())
    };
    std::thread::scope(|scope| {
        let compaction = scope.spawn(|| index.compact().unwrap());
        while !compaction.is_finished() {
            finds(&reader, (0..6000).step_by(2 * 97));
            finds(&index, (0..6000).step_by(2 * 97));
            assert_eq!((texts(&reader), texts(&index)), ((3000, 3001), (3000, 3001)));
        }
    });
    finds(&reader, (0..6000).step_by(2 * 31));
    assert_eq!((texts(&reader), texts(&index)), ((3000, 3001), (3000, 3001)));
}

/// The number of documents that an index opens with, and whether it was closed.
fn opened(directory: &Path) -> (u64, bool) {
    let index = small().open(directory).unwrap();
    let found = (index.len(), index.recovery().is_none());
    index.close().unwrap();
    found
}

/// An index of the stories 0 to 5,999, so many that band keys go into run files.
fn with_runs(directory: &Path) -> Index {
    let index = small().facts(Facts::Off).commit_every(500).open(directory).unwrap();
    fill(&index, 0..6000);
    index
}

#[test]
fn a_snapshot_is_the_index_of_its_last_commit_while_it_is_written() {
    let place = tempfile::tempdir().unwrap();
    let [source, first, second] = ["seen", "first", "second"].map(|name| place.path().join(name));
    let index = with_runs(&source);
    assert!(index.remove("https://news.example/7").unwrap());
    index.commit().unwrap();
    index.insert("later", &story(9_000, 40)).unwrap();

    let made = Index::snapshot(&source, &first).unwrap();
    assert_eq!((made.documents, made.copied_files), (5999, 0));
    assert_eq!(made.linked_files as usize, runs(&first));
    assert!(runs(&first) > 0, "enough texts for run files");

    // Neither needs the other.
    fill(&index, 6_000..6_500);
    index.compact().unwrap();
    assert_eq!(opened(&first), (5999, true));
    let copy = small().open(&first).unwrap();
    finds(&copy, (0..6_000).step_by(97));
    assert!(matches!(copy.check(&story(7, 40)).unwrap(), Verdict::New { .. }), "it was removed");
    assert!(matches!(copy.check(&story(9_000, 40)).unwrap(), Verdict::New { .. }), "it was not committed");
    fill(&copy, 20_000..20_500);
    copy.compact().unwrap();
    copy.close().unwrap();
    finds(&index, (0..6_500).step_by(97));

    // A snapshot of a snapshot, into an empty directory.
    std::fs::create_dir(&second).unwrap();
    assert_eq!(Index::snapshot(&first, &second).unwrap().documents, 6499);
    assert_eq!(opened(&second), (6499, true));
    index.close().unwrap();
}

#[test]
fn a_snapshot_is_there_whole_or_not_at_all() {
    let place = tempfile::tempdir().unwrap();
    let [source, target] = ["seen", "copy"].map(|name| place.path().join(name));
    let names = || std::fs::read_dir(place.path()).unwrap().count();
    with_runs(&source).close().unwrap();

    let refused = |error: mukarrar::Error| error.to_string();
    assert!(refused(Index::snapshot(place.path(), &target).unwrap_err()).contains("is no index"));
    assert!(refused(Index::snapshot(&source, &source).unwrap_err()).contains("name a new directory"));
    let nowhere = place.path().join("no/where");
    assert!(matches!(Index::snapshot(&source, nowhere).unwrap_err().kind(), ErrorKind::Io { .. }));

    // A damaged run file is found before the copy is there.
    let run = std::fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().path());
    let run = run.filter(|path| path.extension().is_some_and(|extension| extension == "run")).min().unwrap();
    let bytes = std::fs::read(&run).unwrap();
    std::fs::write(&run, &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(Index::snapshot(&source, &target).unwrap_err().kind(), ErrorKind::Damaged { .. }));
    assert_eq!(names(), 1, "nothing is left of it");
}

#[test]
fn snapshots_during_writing_and_compacting_are_all_whole() {
    let place = tempfile::tempdir().unwrap();
    let source = place.path().join("seen");
    let index = with_runs(&source);
    index.commit().unwrap();

    let documents: Vec<u64> = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..6 {
                fill(&index, 6_000 + round * 200..6_200 + round * 200);
                index.compact().unwrap();
            }
        });
        let mut documents = Vec::new();
        while !writer.is_finished() || documents.is_empty() {
            let target = place.path().join(documents.len().to_string());
            let made = Index::snapshot(&source, &target).unwrap();
            let copy = Index::builder().open_read_only(&target).unwrap();
            finds(&copy, (0..made.documents).step_by(97));
            documents.push(made.documents);
        }
        documents
    });
    assert!(documents.is_sorted(), "{documents:?}");
    assert!(documents[0] >= 6_000);
}

#[test]
fn windows_and_first_seen_times_count() {
    let day = |n: u32| Date::read(&format!("2015-07-{n:02}"));
    let index = Index::builder().window("3d".parse().unwrap()).build().unwrap();
    let text = story(1, 30);
    let at = |n| Item::new(&text).date(day(n)).seen(day(n + 1));
    assert_eq!(index.check_and_insert("first", at(1)).unwrap(), Verdict::New { certain: true });
    let found = index.check_and_insert("second", at(4)).unwrap();
    assert_eq!(found.found().map(|found| (&*found.key, Some(found.seen))), Some(("first", day(2))));
    assert_eq!(index.check_and_insert("third", at(5)).unwrap(), Verdict::New { certain: true }, "four days after");
    assert_eq!(index.expire(Expiry::OutsideWindow).unwrap(), 1);
    assert!(!index.contains("first").unwrap() && index.contains("third").unwrap());
    assert!(Index::builder().build().unwrap().expire(Expiry::OutsideWindow).is_err());
}

#[test]
fn a_text_that_comes_again_and_again_is_found_in_its_window() {
    let directory = tempfile::tempdir().unwrap();
    let window = || small().window("1d".parse().unwrap());
    let text = story(1, 30);
    for index in [window().build().unwrap(), window().open(directory.path()).unwrap()] {
        let at = |hours: i64| Item::new(&text).seen(Date::from_number((1_400_000_000 + 3600 * hours) as f64));
        for day in 0..300 {
            let verdict = index.check_and_insert(&day.to_string(), at(48 * day)).unwrap();
            assert_eq!(verdict, Verdict::New { certain: true }, "day {day}");
        }
        let found = index.check(at(48 * 299 + 1)).unwrap();
        assert_eq!(found.found().map(|found| &*found.key), Some("299"));
    }
}

#[test]
fn an_index_may_be_changed_while_it_is_exported() {
    /// Inserts a text whenever something is written.
    struct Changing<'i>(&'i Index, usize);

    impl std::io::Write for Changing<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.1 += 1;
            self.0.insert(&format!("late {}", self.1), &*story(1000 + self.1 as u64, 20)).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let directory = tempfile::tempdir().unwrap();
    for index in [Index::builder().build().unwrap(), small().open(directory.path()).unwrap()] {
        fill(&index, 0..10);
        index.export(&mut Changing(&index, 0)).unwrap();
        assert!(index.contains("late 10").unwrap());
    }
}

#[test]
fn an_index_can_be_exported_imported_and_merged() {
    for verify in [Verify::Exact, Verify::Estimate] {
        let builder = || Index::builder().verify(verify);
        let index = builder().build().unwrap();
        fill(&index, 0..50);
        let mut export = Vec::new();
        assert_eq!(index.export(&mut export).unwrap(), 50);
        let other = builder().build().unwrap();
        other.insert("https://news.example/7", &*story(1007, 40)).unwrap();
        let merged = other.import(&mut &*export).unwrap();
        assert_eq!((merged.inserted, merged.duplicates, merged.keys_known), (49, 0, 1));
        finds(&other, (0..50).filter(|n| *n != 7));
        let third = builder().build().unwrap();
        third.insert("copy", &*retold(3, 40)).unwrap();
        let merged = third.merge(&index).unwrap();
        assert_eq!((merged.inserted, merged.duplicates, merged.keys_known), (49, 1, 0));
        let error = Index::builder().threshold(0.9).verify(verify).build().unwrap().import(&mut &*export).unwrap_err();
        assert!(error.to_string().contains("threshold"), "{error}");
        export.extend(b"{\"key\":1}\n");
        let error = builder().build().unwrap().import(&mut &*export).unwrap_err();
        assert!(error.to_string().contains("line 52"), "{error}");
    }
}

#[test]
fn estimates_say_that_they_are() {
    let index = Index::builder().verify(Verify::Estimate).build().unwrap();
    let (text, copy) = (story(1, 200), retold(1, 200));
    index.insert("a", &*text).unwrap();
    let exact = Index::builder().build().unwrap();
    exact.insert("a", &*text).unwrap();
    let (estimate, truth) = (index.check(&*copy).unwrap(), exact.check(&*copy).unwrap());
    let (estimate, truth) = (estimate.found().unwrap(), truth.found().unwrap());
    let error = estimate.standard_error.unwrap();
    assert!(error > 0.0 && (estimate.jaccard - truth.jaccard).abs() < 4.0 * error, "{estimate:?} {truth:?}");
    assert_eq!(truth.standard_error, None);
    let error = Index::builder().verify(Verify::Estimate).facts(Facts::Guard).build().unwrap_err();
    assert!(error.to_string().contains("facts"), "{error}");
}

/// Pages that all share their first words, and so bands, but are no copies of each other.
#[test]
fn crafted_pages_meet_a_bound() {
    let directory = tempfile::tempdir().unwrap();
    let memory = Index::builder().facts(Facts::Off).build().unwrap();
    let disk = small().facts(Facts::Off).open(directory.path()).unwrap();
    let shared = story(0, 60);
    for n in 0..1500 {
        let text = format!("{shared} {}", story(n + 1, 30));
        for index in [&memory, &disk] {
            index.insert(&n.to_string(), &*text).unwrap();
        }
    }
    for n in [0, 700, 1499] {
        let text = format!("{shared} {}", story(n + 1, 30));
        assert_eq!(memory.check(&*text).unwrap(), disk.check(&*text).unwrap());
    }
    let key = |n: u64| format!("asked {n}");
    for n in 0..2 {
        let text = format!("{shared} {}", story(n + 5000, 30));
        assert_eq!(
            memory.check_and_insert(&key(n), &*text).unwrap().name(),
            disk.check_and_insert(&key(n), &*text).unwrap().name()
        );
    }
    // Each answer counts once.
    assert_eq!([&memory, &disk].map(|index| index.stats().unwrap().bounded_answers), [5, 5]);
}

#[test]
fn languages_of_sources_outlive_restarts_exports_and_merges() {
    let unsure = "آموزش آغاز آزمون آرامش آسمان آتش آهن آینده آواز آرزو آشنا آرام آبان آذر آبی آب آیین آینه آستان آمار";
    let telling = format!("{unsure} که این کار در شهر شد");
    let home = tempfile::tempdir().unwrap();
    let finds = |index: &Index| matches!(index.check(unsure).unwrap(), Verdict::Duplicate(_));

    let index = Index::builder().open(home.path().join("a")).unwrap();
    index.insert("fa", &*telling).unwrap();
    assert!(finds(&index), "before a commit");
    index.close().unwrap();
    let index = Index::open(home.path().join("a")).unwrap();
    assert!(finds(&index), "after a restart");

    let mut export = Vec::new();
    index.export(&mut export).unwrap();
    assert!(String::from_utf8_lossy(&export).contains(r#""languages":{"all":{"fa":1},"sources":{}}"#));
    let imported = Index::builder().open(home.path().join("b")).unwrap();
    imported.import(&mut &*export).unwrap();
    imported.close().unwrap();
    assert!(finds(&Index::open(home.path().join("b")).unwrap()), "after an import");

    let merged = Index::builder().build().unwrap();
    merged.merge(&index).unwrap();
    assert!(finds(&merged), "after a merge");
}

#[test]
fn an_index_of_an_earlier_format_is_refused_with_a_way_out() {
    let home = tempfile::tempdir().unwrap();
    Index::builder().open(home.path()).unwrap().close().unwrap();
    let path = home.path().join("index.json");
    let manifest = std::fs::read_to_string(&path).unwrap();
    assert!(manifest.contains("\"version\": 6"), "{manifest}");
    std::fs::write(&path, manifest.replace("\"version\": 6", "\"version\": 2")).unwrap();
    let error = Index::open(home.path()).unwrap_err().to_string();
    assert!(
        error.contains("format mukarrar-index 2") && error.contains("export it there and import it here"),
        "{error}"
    );
}
