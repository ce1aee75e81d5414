//! Scores against gold: every measure against a brute-force count over all pairs, and what a gold file may hold.

use std::collections::BTreeSet;
use std::path::Path;

use mukarrar::evaluate::{Evaluation, Gold, GoldKind, Predictions, adjusted_rand_index, b_cubed, evaluate, pairwise};
use proptest::prelude::*;

/// Pairs together in both, in gold, in what was found, and in all: counted one by one.
fn count_pairs(labels: &[(u32, u32)]) -> (f64, f64, f64, f64) {
    let mut counts = (0.0, 0.0, 0.0, 0.0);
    for (place, a) in labels.iter().enumerate() {
        for b in &labels[place + 1..] {
            counts.0 += f64::from(u8::from(a.0 == b.0 && a.1 == b.1));
            counts.1 += f64::from(u8::from(a.0 == b.0));
            counts.2 += f64::from(u8::from(a.1 == b.1));
            counts.3 += 1.0;
        }
    }
    counts
}

fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 1.0 } else { part / whole }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

proptest! {
    #[test]
    fn the_table_counts_what_all_pairs_count(labels in prop::collection::vec((0u32..6, 0u32..6), 0..40)) {
        let (both, gold, found, all) = count_pairs(&labels);
        let rates = pairwise(&labels);
        prop_assert!(close(rates.precision, share(both, found)));
        prop_assert!(close(rates.recall, share(both, gold)));
        // The adjusted Rand index as Hubert and Arabie define it through the four kinds of pairs.
        let (a, b, c) = (both, gold - both, found - both);
        let d = all - a - b - c;
        let below = (a + b) * (b + d) + (a + c) * (c + d);
        let expected = if below == 0.0 { 1.0 } else { 2.0 * (a * d - b * c) / below };
        prop_assert!(close(adjusted_rand_index(&labels), expected), "{labels:?}");
    }

    #[test]
    fn b_cubed_is_the_mean_over_ids(labels in prop::collection::vec((0u32..6, 0u32..6), 1..40)) {
        let mean = |whole: fn(&(u32, u32), &(u32, u32)) -> bool| {
            let sum: f64 = labels.iter().map(|id| {
                let cluster: Vec<_> = labels.iter().filter(|other| whole(id, other)).collect();
                cluster.iter().filter(|other| **other == id).count() as f64 / cluster.len() as f64
            }).sum();
            sum / labels.len() as f64
        };
        let rates = b_cubed(&labels);
        prop_assert!(close(rates.precision, mean(|a, b| a.1 == b.1)));
        prop_assert!(close(rates.recall, mean(|a, b| a.0 == b.0)));
    }

    #[test]
    fn gold_pairs_count_like_brute_force(
        found in prop::collection::vec(0u32..4, 8),
        listed in prop::collection::btree_map((0usize..8, 0usize..8), any::<bool>(), 1..12),
    ) {
        let pairs: Vec<_> = listed.iter().filter(|((a, b), _)| a < b).collect();
        prop_assume!(!pairs.is_empty());
        let text: String = pairs.iter().map(|((a, b), yes)| format!("{a}\t{b}\t{}\n", if **yes { "cut" } else { "non" })).collect();
        let score = scored(&text, GoldKind::Pairs, &found).unwrap();
        let together = |a: usize, b: usize| found[a] == found[b];
        let positive = pairs.iter().filter(|(_, yes)| **yes).count() as f64;
        let hits = pairs.iter().filter(|((a, b), yes)| **yes && together(*a, *b)).count() as f64;
        prop_assert!(close(score.pairs.recall, share(hits, positive)));
        if pairs.iter().any(|(_, yes)| !**yes) {
            let claimed = pairs.iter().filter(|((a, b), _)| together(*a, *b)).count() as f64;
            prop_assert!(close(score.pairs.precision, share(hits, claimed)));
            prop_assert!(score.b_cubed.is_none() && score.ari.is_none());
        } else {
            let ids: BTreeSet<usize> = pairs.iter().flat_map(|((a, b), _)| [*a, *b]).collect();
            let (mut right, mut claimed) = (0.0, 0.0);
            for &a in &ids {
                for &b in ids.range(a + 1..) {
                    if together(a, b) {
                        claimed += 1.0;
                        right += f64::from(u8::from(reachable(a, &pairs).contains(&b)));
                    }
                }
            }
            prop_assert!(close(score.pairs.precision, share(right, claimed)));
        }
    }
}

fn reachable(from: usize, pairs: &[(&(usize, usize), &bool)]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([from]);
    loop {
        let more: BTreeSet<usize> = pairs
            .iter()
            .filter(|((a, b), _)| reached.contains(a) || reached.contains(b))
            .flat_map(|((a, b), _)| [*a, *b])
            .collect();
        if more.is_subset(&reached) {
            return reached;
        }
        reached.extend(more);
    }
}

/// Scores ids `0`, `1`, … whose found labels are `found`.
fn scored(gold: &str, kind: GoldKind, found: &[u32]) -> mukarrar::Result<Evaluation> {
    let found: Predictions = found.iter().enumerate().map(|(id, label)| (id.to_string(), *label)).collect();
    evaluate(&Gold::read(gold.as_bytes(), Path::new("gold.tsv"), kind)?, &found)
}

#[test]
fn a_share_of_nothing_is_one() {
    let apart = scored("0\ta\n1\tb\n", GoldKind::Labels, &[0, 1]).unwrap();
    assert_eq!((apart.pairs.precision, apart.pairs.recall, apart.pairs.f1, apart.ari), (1.0, 1.0, 1.0, Some(1.0)));
    let missed = scored("0\ta\n1\ta\n", GoldKind::Labels, &[0, 1]).unwrap();
    assert_eq!((missed.pairs.precision, missed.pairs.recall, missed.pairs.f1, missed.ari), (1.0, 0.0, 0.0, Some(0.0)));
    let all_one = scored("0\ta\n1\ta\n2\ta\n", GoldKind::Labels, &[7, 7, 7]).unwrap();
    assert_eq!((all_one.pairs.f1, all_one.b_cubed.unwrap().f1, all_one.ari), (1.0, 1.0, Some(1.0)));
}

#[test]
fn the_worked_example_of_bagga_and_baldwin() {
    // Truth: {1..5} {6,7} {8..C}; response one joins the two small ones, response two the two large ones.
    let truth = [0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2];
    let score = |found: [u32; 12]| b_cubed(&truth.iter().copied().zip(found).collect::<Vec<_>>());
    let first = score([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
    let second = score([0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    assert!((first.precision - 0.76).abs() < 0.005 && close(first.recall, 1.0));
    assert!((second.precision - 0.58).abs() < 0.005 && close(second.recall, 1.0));
}

#[test]
fn a_million_ids_are_scored() {
    let labels: Vec<(u32, u32)> = (0..1_000_000).map(|id| (id / 1000, id / 500)).collect();
    let rates = pairwise(&labels);
    assert_eq!(rates.precision, 1.0);
    assert!(close(rates.recall, 2.0 * (500.0 * 499.0) / (1000.0 * 999.0)));
}

#[test]
fn marks_line_ends_and_escapes_are_read() {
    let found: Predictions = [("a\tb".to_owned(), 1), ("c\\n".to_owned(), 1)].into_iter().collect();
    let text = "\u{feff}a\\tb\tx\r\n\r\nc\\\\n\tx\r\n";
    let gold = Gold::read(text.as_bytes(), Path::new("gold.tsv"), GoldKind::Labels).unwrap();
    let score = evaluate(&gold, &found).unwrap();
    assert_eq!((score.ids, score.gold_pairs, score.pairs.f1), (2, 1, 1.0));
}

#[test]
fn a_wrong_gold_file_names_the_line_and_the_remedy() {
    let error = |gold: &str, kind| scored(gold, kind, &[0, 1, 2]).unwrap_err().to_string();
    assert_eq!(
        error("0\ta\n\n9\ta\n", GoldKind::Labels),
        "gold.tsv:3: id \"9\" is not in the input; remove it, or add the file that holds it"
    );
    assert!(error("0\ta\n1\ta\n0\tb\n", GoldKind::Labels).starts_with("gold.tsv:3: id \"0\" has a label since line 1"));
    assert!(error("0 a\n", GoldKind::Labels).starts_with("gold.tsv:1: needs two columns"));
    assert!(error("0\t1\n1\t0\n", GoldKind::Pairs).starts_with("gold.tsv:2: this pair stands on an earlier line"));
    assert!(error("1\t1\n", GoldKind::Pairs).starts_with("gold.tsv:1: an id is paired with itself"));
    assert!(error("\n\n", GoldKind::Pairs).starts_with("gold.tsv:2: holds no entries"));
}
