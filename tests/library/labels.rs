//! Lists of pairs and files of labels: what is read, what is refused by its line, and what is on the disk after each answer.

use std::path::{Path, PathBuf};

use mukarrar::labels::{LabelFile, ListedPairs, ListedRelation, PairLabel};

const PAIRS: &str = r#"{"id_a":"a","id_b":"b","jaccard":0.75,"containment":0.9,"relation":"near","measure":"word:3"}
{"id_a":"a","id_b":"ج","jaccard":0.3,"containment":1.0,"relation":"contains","measure":"word:3"}
{"id_a":"c","id_b":"d","jaccard":0.7,"containment":0.8,"relation":"variant","reason":"titles"}
"#;

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn pairs(&self, content: &str) -> Result<ListedPairs, String> {
        ListedPairs::open(self.file("pairs.jsonl", content)).map_err(|error| error.to_string())
    }

    fn labels(&self, content: &str) -> Result<LabelFile, String> {
        LabelFile::open(self.file("labels.tsv", content)).map_err(|error| error.to_string())
    }
}

#[test]
fn the_lists_of_pairs_and_of_removed_records_are_read() {
    let desk = Desk::new();
    let list = desk.pairs(PAIRS).unwrap();
    let shown: Vec<_> = list.pairs().iter().map(|pair| (&*pair.id_a, &*pair.id_b, pair.relation)).collect();
    let expected =
        [("a", "b", ListedRelation::Near), ("a", "ج", ListedRelation::Contained), ("c", "d", ListedRelation::Variant)];
    assert_eq!(shown, expected);
    assert_eq!((list.pairs()[0].jaccard, list.pairs()[0].containment), (0.75, 0.9));

    let removed = r#"{"id":"b","keeper":"a","relation":"exact","jaccard":1.0,"containment":1.0}"#;
    let list = desk.pairs(removed).unwrap();
    assert_eq!((&*list.pairs()[0].id_a, &*list.pairs()[0].id_b), ("a", "b"));

    let table = desk.file("pairs.tsv", "id_a\tid_b\tjaccard\tcontainment\trelation\nx\ty\t0.5000\t0.7000\tnear\n");
    let list = ListedPairs::open(table).unwrap();
    assert_eq!((&*list.pairs()[0].id_b, list.pairs()[0].jaccard), ("y", 0.5));
}

#[test]
fn a_row_that_is_no_pair_is_named() {
    let desk = Desk::new();
    let second = |row: &str| desk.pairs(&format!("{}\n{row}\n", PAIRS.lines().next().unwrap())).unwrap_err();
    for (row, part) in [
        (r#"{"id_a":"a","jaccard":0.7,"containment":0.8,"relation":"near"}"#, "id_b"),
        (r#"{"id_a":"a","id_b":"b","jaccard":1.7,"containment":0.8,"relation":"near"}"#, "jaccard"),
        (r#"{"id_a":"a","id_b":"b","jaccard":0.7,"relation":"near"}"#, "containment"),
        (r#"{"id_a":"a","id_b":"b","jaccard":0.7,"containment":0.8,"relation":"alike"}"#, "alike"),
        (r#"{"id_a":"a","id_b":"b","jaccard":0.7,"containment":0.8}"#, "relation"),
        ("no json", "JSON"),
    ] {
        let error = second(row);
        assert!(error.contains("pairs.jsonl:2: ") && error.contains(part), "{row}: {error}");
    }
    assert_eq!(second("no json").matches("pairs.jsonl").count(), 1, "the place is said once");
    assert!(desk.pairs("").unwrap_err().contains("no pairs"));
    assert!(ListedPairs::open(Path::new("/nowhere/pairs.jsonl")).is_err());
}

#[test]
fn each_answer_is_in_the_file_and_may_be_changed() {
    let desk = Desk::new();
    let path = desk.0.path().join("labels.tsv");
    let mut labels = LabelFile::open(&path).unwrap();
    labels.set("a\t1", "ب", PairLabel::Copy).unwrap();
    labels.set("c", "d", PairLabel::Form).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\\t1\tب\tcopy\nc\td\tform\n");

    labels.set("ب", "a\t1", PairLabel::Other).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\\t1\tب\tother\nc\td\tform\n");

    let again = LabelFile::open(&path).unwrap();
    assert_eq!(again.labels(), labels.labels());
    assert_eq!(again.label("ب", "a\t1"), Some(PairLabel::Other));
    assert_eq!(again.label("a", "ب"), None);

    let left: Vec<_> = std::fs::read_dir(desk.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["labels.tsv"], "nothing is left beside it");
}

#[test]
fn an_answer_that_cannot_be_stored_is_not_kept() {
    let desk = Desk::new();
    let directory = desk.0.path().join("later");
    std::fs::create_dir(&directory).unwrap();
    let mut labels = LabelFile::open(directory.join("labels.tsv")).unwrap();
    labels.set("a", "b", PairLabel::Copy).unwrap();

    // A file where its directory was.
    std::fs::remove_dir_all(&directory).unwrap();
    std::fs::write(&directory, "").unwrap();
    assert!(labels.set("a", "b", PairLabel::Other).is_err());
    assert!(labels.set("c", "d", PairLabel::Other).is_err());
    assert_eq!((labels.label("a", "b"), labels.label("c", "d")), (Some(PairLabel::Copy), None));
}

#[test]
fn a_line_that_is_no_label_is_named() {
    let desk = Desk::new();
    for (lines, place, part) in [
        ("a\tb\tcopy\n\na\tc\n", ":3: ", "three columns"),
        ("a\tb\tsame\n", ":1: ", "same"),
        ("a\tb\tcopy\nb\ta\tother\n", ":2: ", "earlier"),
    ] {
        let error = desk.labels(lines).unwrap_err();
        assert!(error.contains(place) && error.contains(part), "{lines}: {error}");
    }
    let mut labels = desk.labels("\u{feff}a\tb\tpart\tread twice\tby\\two\r\n").unwrap();
    assert_eq!(labels.label("a", "b"), Some(PairLabel::Part), "notes and line ends of Windows");
    labels.set("a", "b", PairLabel::Copy).unwrap();
    let stored = std::fs::read_to_string(labels.path()).unwrap();
    assert_eq!(stored, "a\tb\tcopy\tread twice\tby\\two\n", "the note stays");
}

/// The pairs of saudinewsnet that have a label, as a run at threshold .4 lists them, and their labels.
#[cfg(feature = "gzip")]
fn labelled_news(desk: &Desk) -> (ListedPairs, LabelFile) {
    use mukarrar::labels::ListedPair;
    use mukarrar::pipeline::{Options, Pipeline};
    use mukarrar::report::{self, ExactGroups, ReportFormat, ReportStyle};

    let known = std::fs::read_to_string(crate::common::own("corpus/labels/saudinewsnet_titles.labels")).unwrap();
    let lines: Vec<String> = known
        .lines()
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            // Both are one form with other facts.
            format!("{}\t{}\t{}\n", columns[0], columns[1], columns[2].replace("variant", "form"))
        })
        .collect();
    let labels = desk.labels(&lines.concat()).unwrap();

    let corpus = crate::common::shared_corpus("saudinewsnet");
    let mut options = Options::default();
    options.threshold = 0.4;
    let found = Pipeline::new(options).unwrap().pairs(&corpus, &()).unwrap();
    let mut rows = Vec::new();
    let style = ReportStyle { format: ReportFormat::Jsonl, isolate: false, color: false };
    report::pairs(&found, &corpus, ExactGroups::Expanded, style, &mut rows).unwrap();

    let all = desk.pairs(&String::from_utf8(rows).unwrap()).unwrap();
    let is_known = |pair: &&ListedPair| labels.label(&pair.id_a, &pair.id_b).is_some();
    let pairs: Vec<_> = all.pairs().iter().filter(is_known).cloned().collect();
    (ListedPairs::from(pairs), labels)
}

#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn intervals_of_samples_hold_what_all_labels_say() {
    use mukarrar::labels::{PairEstimate, estimate, sample};

    let desk = Desk::new();
    let (list, all) = labelled_news(&desk);
    let truth = estimate(&list, &all);
    assert!(truth.pairs > 500 && truth.labelled == truth.pairs, "{truth:?}");

    let (mut samples, mut held) = (0, [0; 3]);
    for seed in 0..200 {
        let drawn = sample(list.pairs(), 150, seed);
        let lines: Vec<String> = drawn
            .into_iter()
            .map(|place| {
                let pair = &list.pairs()[place];
                format!("{}\t{}\t{}\n", pair.id_a, pair.id_b, all.label(&pair.id_a, &pair.id_b).unwrap())
            })
            .collect();
        let labels = desk.labels(&lines.concat()).unwrap();
        assert_eq!(labels.labels().len(), 150);

        let found = estimate(&list, &labels);
        let at = |found: &PairEstimate, threshold: f64| {
            let row = found.thresholds.iter().find(|row| (row.threshold - threshold).abs() < 1e-9).unwrap();
            (row.precision.unwrap(), row.recall.unwrap())
        };
        let (precision, recall) = at(&found, 0.6);
        let (true_precision, true_recall) = at(&truth, 0.6);
        let measures =
            [(found.precision.unwrap(), truth.precision.unwrap()), (precision, true_precision), (recall, true_recall)];
        samples += 1;
        for (place, (found, truth)) in measures.into_iter().enumerate() {
            held[place] += usize::from((found.low..=found.high).contains(&truth.estimate));
        }
    }
    println!("of {samples} intervals: precision {}, at .6 {}, recall at .6 {}", held[0], held[1], held[2]);
    assert!(held.iter().all(|held| *held >= 186), "{held:?}");
}
