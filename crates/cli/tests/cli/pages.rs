//! `eval --pages` and the script that its measures come from give the same scores.

use std::path::Path;
use std::process::Command;

use mukarrar::evaluate::{GoldPages, PageScores, PageShares, PagesEvaluation, evaluate_pages};
use mukarrar::page::UnitLevel;
use mukarrar::pipeline::{Options, Pipeline};
use serde_json::Value;

use crate::common;

fn scores(gold: &GoldPages, threads: usize) -> PagesEvaluation {
    let mut options = Options::default();
    options.unit = UnitLevel::Story;
    options.threads = Some(threads);
    let found = Pipeline::new(options).unwrap().clusters(&gold.corpus(), &()).unwrap();
    evaluate_pages(gold, &found.units, &found.clusters)
}

/// The numbers of a page, as the script and as this crate name them.
fn numbers(scores: &PageScores) -> Vec<Option<f64>> {
    let three = |shares: PageShares| [shares.precision, shares.recall, shares.f1];
    let counts = [scores.titled.hits, scores.titled.all, scores.whole.hits, scores.whole.all];
    let shares = [scores.headlines, scores.boundaries, scores.boilerplate, scores.pairs];
    let mut numbers = vec![scores.accuracy];
    numbers.extend(shares.into_iter().flat_map(three));
    numbers.extend(counts.map(|count| Some(count as f64)));
    numbers
}

fn numbers_of_script(row: &Value) -> Vec<Option<f64>> {
    let list = |name: &str| row[name].as_array().unwrap().iter().map(Value::as_f64).collect::<Vec<_>>();
    let mut numbers = vec![row["acc"].as_f64()];
    numbers.extend(["head", "bound", "boil", "pairs", "titled", "whole"].map(list).into_iter().flatten());
    numbers
}

/// `score.py`, which the measures are defined by, over the same pages with this build.
fn script(script: &Path, pages: &Path) -> Vec<Value> {
    let output = Command::new("python3")
        .arg(script)
        .arg(pages)
        .args(["--json", "--bin", env!("CARGO_BIN_EXE_mukarrar")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs the development pages and their scoring script, which are not part of the project"]
fn the_script_gives_the_same_scores() {
    let [judge, development] = ["pages/score.py", "pages/dev"].map(common::shared);
    for pages in [development, common::own("corpus/.units")] {
        let scores = scores(&GoldPages::open(&pages).unwrap(), 2);
        let rows = script(&judge, &pages);
        let all: Vec<&PageScores> = scores.pages.iter().chain([&scores.all]).collect();
        assert_eq!(rows.len(), all.len());
        for (row, scores) in rows.iter().zip(all) {
            assert_eq!(row["page"], scores.page);
            for (expected, got) in numbers_of_script(row).into_iter().zip(numbers(scores)) {
                let close = match (expected, got) {
                    (Some(expected), Some(got)) => (expected - got).abs() < 5e-4,
                    (expected, got) => expected.is_none() && got.is_none(),
                };
                assert!(close, "{}: {expected:?}, not {got:?}\n{row}\n{scores:?}", scores.page);
            }
        }
    }
}
