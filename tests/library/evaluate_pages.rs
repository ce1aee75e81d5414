//! Scores of cut pages: the project's own pages are whole, gold that cannot be right is refused where it stands, and the
//! scores are those of the script that the measures come from.

use crate::common;
use std::path::Path;

use mukarrar::evaluate::{GoldPages, PageScores, PageShares, PagesEvaluation, evaluate_pages};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};

fn scores(gold: &GoldPages, threads: usize) -> PagesEvaluation {
    let mut options = Options::default();
    options.unit = UnitLevel::Story;
    options.threads = Some(threads);
    let found = Pipeline::new(options).unwrap().clusters(&gold.corpus(), &()).unwrap();
    evaluate_pages(gold, &found.units, &found.clusters)
}

#[test]
fn own_pages_are_scored_and_the_same_on_every_run() {
    let gold = GoldPages::open(&common::own("corpus/.units")).unwrap();
    let first = scores(&gold, 1);
    assert!(first.pages.len() >= 20);
    assert_eq!(first, scores(&gold, 2));
    // Loose on purpose: how well the cutter does is measured, not pinned.
    assert!(first.all.accuracy.unwrap() > 0.3, "{:?}", first.all);
    assert!(first.all.headlines.f1.unwrap() > 0.3, "{:?}", first.all);
    assert!(first.all.whole.all > 40 && first.all.titled.all > 30, "{:?}", first.all);
}

#[test]
fn own_pages_do_not_show_in_the_corpus() {
    assert_eq!(common::own_corpus().len(), 100);
}

const TITLE: &str = "البلدية تزرع ألف شجرة على طريق المطار القديم";
const STORY: &str = "زرعت البلدية أمس ألف شجرة زيتون وصنوبر على جانبي طريق المطار القديم، وشارك في الحملة طلاب أربع مدارس \
مع آبائهم ومعلميهم. وأوضح مهندس الحدائق أن الأشجار ستسقى بالتنقيط من بئر قريبة، وأن نصفها هدية من مشتل خاص في الضاحية.";

fn page() -> String {
    format!(
        "{TITLE}\n{STORY}\nالمصدر: صحيفة المدينة\nمقالات مشابهة\n• {TITLE}\n• فريق الحي يفوز بكأس السلة للمرة الثانية\n"
    )
}

fn score(rows: &str) -> PageScores {
    scores(&GoldPages::from_pages([("page", page().as_str(), rows)]).unwrap(), 1).all
}

#[test]
fn what_is_cut_as_the_gold_says_scores_one() {
    let rows = "1\t1\tstory\ta\ttitle\n2\t2\tstory\ta\n3\t4\tboilerplate\n5\t5\theadline\ta\n6\t6\theadline\tb\n";
    let one = PageShares { precision: Some(1.0), recall: Some(1.0), f1: Some(1.0) };
    let scores = score(rows);
    assert_eq!(scores.accuracy, Some(1.0));
    assert_eq!([scores.headlines, scores.boundaries, scores.boilerplate, scores.pairs], [one; 4]);
    assert_eq!((scores.titled.hits, scores.titled.all, scores.whole.hits, scores.whole.all), (1, 1, 1, 1));
}

#[test]
fn a_repeat_that_the_gold_does_not_know_is_wrong() {
    let rows = "1\t1\tstory\ta\ttitle\n2\t2\tstory\ta\n3\t4\tboilerplate\n5\t5\theadline\tc\n6\t6\theadline\tb\n";
    let pairs = score(rows).pairs;
    assert_eq!((pairs.precision, pairs.recall), (Some(0.0), None));
}

#[test]
fn what_is_free_is_not_scored() {
    let rows = "1\t1\tstory\ta\tfree\n2\t2\tstory\ta\tfree\n3\t6\tboilerplate\t\tfree\n";
    let scores = score(rows);
    assert_eq!((scores.lines, scores.accuracy, scores.headlines.recall), (0, None, None));
}

#[test]
fn glued_rows_are_right_both_ways_and_ask_for_no_pair() {
    let rows = "1\t1\tstory\ta\ttitle\n2\t2\tstory\ta\n3\t4\theadline\ta\tglued\n5\t5\theadline\ta\tinline\n6\t6\theadline\tb\n";
    let scores = score(rows);
    assert_eq!((scores.accuracy, scores.pairs.recall), (Some(1.0), None));
}

#[test]
fn gold_that_cannot_be_right_is_refused_with_line_and_remedy() {
    let whole = "1\t1\tstory\ta\ttitle\n2\t2\tstory\ta\n3\t6\tboilerplate\n";
    let refused = [
        ("1\t1", "page.tsv:1: too few columns; a row is start_line"),
        ("2\t1\tstory\ta", "page.tsv:1: lines \"2\" to \"1\" are no range"),
        ("1\t1\tfooter\ta", "page.tsv:1: kind \"footer\"; kinds are headline, story, boilerplate"),
        ("1\t1\theadline", "page.tsv:1: a headline needs a group"),
        ("1\t1\theadline\ta\tbold", "page.tsv:1: flag \"bold\"; flags are title"),
        ("1\t1\theadline\ta\t\t3", "page.tsv:1: columns \"3\"; write first-last"),
        ("1\t2\theadline\ta\t\t3-5", "page.tsv:1: columns need a row of one line"),
        ("1\t1\theadline\ta\t\t3-500", "characters, not 500; correct the columns"),
        ("# note\n\n1\t9\tboilerplate", "page.tsv:3: the page has 7 lines; correct the lines"),
        ("1\t1\tstory\ta\tcont", "page.tsv:1: no story of group \"a\" stands above"),
        ("7\t7\theadline\ta", "page.tsv:1: nothing is labelled by this row"),
        ("1\t2\tboilerplate\n2\t2\tstory\ta", "page.tsv:2: line 2 is labelled on row 1 too; remove one"),
        ("1\t5\tboilerplate", "page.txt:6: \"فريق الحي يفوز بكأس\" has no label; write a row for it into page.tsv"),
        (
            "1\t1\tstory\tb\ttitle\n2\t2\tstory\ta\n3\t6\tboilerplate",
            "page.tsv:1: no story of group \"b\" follows this title",
        ),
    ];
    assert!(GoldPages::from_pages([("page", page().as_str(), whole)]).is_ok());
    for (rows, expected) in refused {
        let error = GoldPages::from_pages([("page", page().as_str(), rows)]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?} for {rows:?}");
    }
}

#[test]
fn a_directory_without_pages_or_with_stray_gold_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let error = |home: &Path| GoldPages::open(home).unwrap_err().to_string();
    assert!(error(home.path()).contains("pages"));
    std::fs::create_dir(home.path().join("pages")).unwrap();
    std::fs::create_dir(home.path().join("gold")).unwrap();
    assert!(error(home.path()).contains("a directory that holds pages/NAME.txt and gold/NAME.tsv"));
    std::fs::write(home.path().join("gold/a.tsv"), "").unwrap();
    assert!(error(home.path()).contains("a.tsv:1: has no page; write"));
    std::fs::write(home.path().join("pages/a.txt"), "سطر").unwrap();
    std::fs::write(home.path().join("pages/b.txt"), "سطر").unwrap();
    std::fs::write(home.path().join("gold/a.tsv"), "1\t1\tboilerplate\n").unwrap();
    assert!(error(home.path()).contains("b.tsv"));
}
