//! Records that do not tell their language are folded as their source, in every pass and in every kind of run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::common::text::Random;
use mukarrar::document::DocId;
use mukarrar::input::{Corpus, Input, InputOptions};
use mukarrar::normalize::{Language, Normalizer, Profile};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Clustering, CorpusLanguages, Options, Pipeline};
use serde_json::json;

/// Persian words that tell nothing: no letter and no word of Persian alone. Nearly every one folds in another way as Arabic.
const UNSURE: &str = "آموزش آغاز آزمون آرامش آسمان آتش آهن آینده آواز آرزو آشنا آرام آبان آذر آبی آب آیین آینه آستان آمار \
                      آشتی آرد آسان آداب آثار آفتاب آلبوم آهو آیت آمل";

/// The end of a Persian text that tells its language.
const TELLING: &str = "که این کار در هر شهر انجام شد و از همه خواست";

/// A Persian text of `words` words that does not tell its language.
fn unsure(seed: u64, words: usize) -> String {
    let known: Vec<&str> = UNSURE.split_whitespace().collect();
    let mut random = Random::new(seed);
    (0..words).map(|_| known[random.below(known.len())]).collect::<Vec<_>>().join(" ")
}

/// An Arabic text that tells its language.
fn arabic(seed: u64) -> String {
    let known = ["الوزير", "المدينة", "إلى", "هذا", "البيت", "الشرقية", "كتاب", "الطريق", "جديدة", "السوق"];
    let mut random = Random::new(seed);
    (0..30).map(|_| known[random.below(known.len())]).collect::<Vec<_>>().join(" ")
}

/// Fifty Persian texts, and the first three quarters of each as `cut N`, all of `source`.
fn persian(source: &str) -> String {
    let mut lines = String::new();
    for number in 0..50 {
        let text = unsure(number, 40);
        for (id, text) in [(format!("full {number}"), format!("{text} {TELLING}")), (format!("cut {number}"), text)] {
            writeln!(lines, "{}", json!({"id": format!("{source} {id}"), "text": text, "source": source})).unwrap();
        }
    }
    lines
}

/// `sure` Arabic texts, and ten that look as Persian ones do and do not tell their language, all of `source`.
fn arabic_lines(source: &str, sure: u64) -> String {
    let mut lines = String::new();
    for number in 0..sure {
        let id = format!("{source} sure {number}");
        writeln!(lines, "{}", json!({"id": id, "text": arabic(number), "source": source})).unwrap();
    }
    for number in 0..10 {
        let id = format!("{source} unsure {number}");
        writeln!(lines, "{}", json!({"id": id, "text": unsure(1000 + number, 30), "source": source})).unwrap();
    }
    lines
}

/// Writes files with these contents and returns their paths.
fn files(home: &Path, contents: &[String]) -> Vec<PathBuf> {
    let write = |(number, content): (usize, &String)| {
        let path = home.join(format!("{number}.jsonl"));
        std::fs::write(&path, content).unwrap();
        path
    };
    contents.iter().enumerate().map(write).collect()
}

fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    change(&mut options);
    options
}

fn reading(options: &Options) -> InputOptions {
    let mut reading = InputOptions::default();
    reading.fields = options.fields();
    reading
}

fn input(paths: &[PathBuf], options: &Options) -> Input {
    Input::open(paths, reading(options)).unwrap()
}

fn clusters(paths: &[PathBuf], options: &Options) -> (Corpus, Clustering) {
    Pipeline::new(options.clone()).unwrap().read_clusters(input(paths, options), &()).unwrap()
}

/// The ids of a keeper and of one of its copies.
type KeptCopy = (String, String);

/// The pairs of keeper and member, by id, and how many records took the language of their source.
fn found(paths: &[PathBuf], options: &Options) -> (Vec<KeptCopy>, Vec<(&'static str, u64)>) {
    let (corpus, found) = clusters(paths, options);
    let id = |unit| corpus.read(found.units.document(unit)).unwrap().id.into_owned();
    let mut pairs = Vec::new();
    for cluster in &found.clusters {
        let copies = cluster.members.iter().filter(|member| member.unit != cluster.keeper);
        pairs.extend(copies.map(|member| (id(cluster.keeper), id(member.unit))));
    }
    pairs.sort();
    (pairs, found.summary.languages_of_sources.into_iter().collect())
}

#[test]
fn persian_texts_cut_short_meet_their_longer_copies() {
    let home = tempfile::tempdir().unwrap();
    let paths = files(home.path(), &[persian("a")]);
    let (pairs, settled) = found(&paths, &Options::default());
    let copies = pairs.iter().filter(|(keeper, member)| keeper.replace("full", "cut") == *member).count();
    assert_eq!((copies, settled), (50, vec![("fa", 50)]));

    // A language that is given counts for all texts, and a profile without tables needs none.
    for options in [options(|o| o.language = Some(Language::Fa)), options(|o| o.profile = Profile::Light)] {
        assert_eq!(found(&paths, &options).1, []);
    }
}

#[test]
fn mixed_sources_and_arabic_ones_change_nothing() {
    let home = tempfile::tempdir().unwrap();
    // Half of the sure texts are Persian; the unsure ones stay Arabic.
    let mixed = files(home.path(), &[persian("a") + &arabic_lines("b", 50)]);
    assert_eq!(found(&mixed, &Options::default()).1, []);
    let arabic = files(home.path(), &[arabic_lines("b", 50)]);
    let by_itself = found(&arabic, &options(|o| o.language = Some(Language::Ar)));
    assert_eq!(found(&arabic, &Options::default()), by_itself);
}

#[test]
fn each_source_decides_for_itself() {
    let home = tempfile::tempdir().unwrap();
    let (persian, arabic, lost) = (persian("a"), arabic_lines("b", 50), arabic_lines("c", 0));
    let by_field = options(|o| o.source_field = Some("source".to_owned()));

    // A file is a source. One without sure texts takes the language of the run, which is mixed here.
    let three = files(&home.path().join("."), &[persian.clone(), arabic.clone(), lost.clone()]);
    let expected = found(&three, &Options::default());
    assert_eq!(expected.1, [("fa", 50)]);

    // The field of a source decides the same, in one file or in several.
    assert_eq!(found(&three, &by_field), expected);
    let together = files(home.path(), &[arabic + &persian + &lost]);
    assert_eq!(found(&together, &by_field), expected);
    assert_eq!(found(&together, &Options::default()).1, []);

    // Without the Arabic source the run is Persian.
    let two = files(home.path(), &[persian, lost]);
    assert_eq!(found(&two, &Options::default()).1, [("fa", 60)]);
}

#[test]
fn texts_in_files_of_their_own_have_the_source_of_their_folder() {
    let home = tempfile::tempdir().unwrap();
    let persian = [unsure(1, 40), format!("{} {TELLING}", unsure(1, 40))];
    for (folder, texts) in [("fa", persian), ("ar", [unsure(2, 40), arabic(1)])] {
        std::fs::create_dir(home.path().join(folder)).unwrap();
        for (number, text) in texts.iter().enumerate() {
            std::fs::write(home.path().join(folder).join(format!("{number}.txt")), text).unwrap();
        }
    }
    let (pairs, settled) = found(&[home.path().to_owned()], &Options::default());
    assert_eq!((pairs.len(), settled), (1, vec![("fa", 1)]));
}

/// Everything that a report would show.
fn everything(paths: &[PathBuf], options: &Options) -> String {
    let (_, found) = clusters(paths, options);
    let mut shown = String::new();
    for unit in found.units.ids() {
        let (document, span) = (found.units.document(unit), found.units.span(unit));
        writeln!(shown, "{document:?} {span:?} {} {}", found.units.kind(unit), found.units.tokens(unit)).unwrap();
    }
    let summary = &found.summary;
    writeln!(shown, "{:?} {} {:?}", found.clusters, summary.empty_units, summary.languages_of_sources).unwrap();
    let pairs = Pipeline::new(options.clone()).unwrap().read_pairs(input(paths, options), &()).unwrap().1;
    pairs.iter(true).for_each(|pair| writeln!(shown, "{pair:?}").unwrap());
    shown
}

#[test]
fn threads_memory_and_a_corpus_read_before_change_nothing() {
    let home = tempfile::tempdir().unwrap();
    // Lines, so that headlines that resemble each other in one document are counted again too.
    let paged = persian("a").replace(" آب ", "\\nآب ");
    let paths = files(home.path(), &[paged, arabic_lines("b", 20)]);
    for unit in [UnitLevel::Document, UnitLevel::Line, UnitLevel::Paragraph, UnitLevel::Story] {
        let run = |change: fn(&mut Options)| everything(&paths, &options(|o| (o.unit = unit, change(o)).0));
        let one = run(|o| o.threads = Some(1));
        assert!(one.contains("{\"fa\": 50}"), "{unit}");
        assert!(run(|o| o.threads = Some(3)) == one, "{unit}: three threads");
        assert!(run(|o| (o.memory, o.map) = (Some(150 << 20), false)) == one, "{unit}: a limit of memory");

        let options = options(|o| o.unit = unit);
        let corpus = Corpus::open(&paths, reading(&options)).unwrap();
        let again = Pipeline::new(options.clone()).unwrap().clusters(&corpus, &()).unwrap();
        assert_eq!(format!("{:?}", again.clusters), format!("{:?}", clusters(&paths, &options).1.clusters), "{unit}");
    }
}

#[test]
fn a_run_with_a_work_directory_finds_the_same() {
    let home = tempfile::tempdir().unwrap();
    let paths = files(home.path(), &[persian("a"), arabic_lines("b", 20)]);
    let plain = everything(&paths, &Options::default());
    let work = |name: &str| options(|o| o.work_dir = Some(home.path().join(name)));
    let found = clusters(&paths, &work("w")).1;
    // The same command goes on from what the first one has written.
    let again = clusters(&paths, &work("w")).1;
    for found in [found, again] {
        assert!(plain.contains(&format!("{:?} {}", found.clusters, found.summary.empty_units)));
        assert_eq!(found.summary.languages_of_sources.get("fa"), Some(&50));
    }
}

#[test]
fn passages_are_sought_in_the_text_as_it_is_folded_at_last() {
    let home = tempfile::tempdir().unwrap();
    let paths = files(home.path(), &[persian("a"), arabic_lines("b", 20)]);
    let run = |change: fn(&mut Options)| {
        let options = options(|o: &mut Options| (o.passages.min_tokens = 20, change(o)).0);
        Pipeline::new(options.clone()).unwrap().read_passages(input(&paths, &options), &()).unwrap().1
    };
    let found = run(|_| ());
    let whole = found.passages.iter().filter(|passage| passage.tokens == 40).count();
    assert_eq!((whole, found.summary.languages_of_sources.get("fa")), (50, Some(&50)));
    let changes: [fn(&mut Options); 2] = [|o| o.threads = Some(1), |o| o.memory = Some(80 << 20)];
    for change in changes {
        assert_eq!(format!("{:?}", run(change).passages), format!("{:?}", found.passages));
    }
}

#[test]
fn other_commands_fold_a_record_as_the_run_does() {
    let home = tempfile::tempdir().unwrap();
    let options = options(|o| o.source_field = Some("source".to_owned()));
    let paths = files(home.path(), &[persian("a") + &arabic_lines("b", 20)]);
    let corpus = Corpus::open(&paths, reading(&options)).unwrap();
    let languages = CorpusLanguages::learn(&corpus, &options, &()).unwrap();
    let (_, found) = clusters(&paths, &options);
    for unit in found.units.ids() {
        let document = found.units.document(unit);
        let record = corpus.read(document).unwrap();
        let language = languages.of(document, &record.text);
        let expected = if record.id.starts_with('a') { Language::Fa } else { Language::Ar };
        assert_eq!(language, expected, "{}", record.id);
        let tokens = Normalizer::new(Profile::Standard, language).tokens(&record.text);
        assert_eq!(found.units.tokens(unit), tokens.len(), "{}", record.id);
    }
    let mut urdu = options;
    urdu.language = Some(Language::Ur);
    let fixed = CorpusLanguages::learn(&corpus, &urdu, &()).unwrap();
    assert_eq!(fixed.of(DocId::new(0), "text"), Language::Ur);
}
