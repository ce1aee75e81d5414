use std::ops::Deref;

use proptest::prelude::*;

use super::*;
use crate::cluster::component_contents::ContentsBuilder;
use crate::lsh::BandBuckets;
use crate::shingle::ShingleSet;
use crate::similarity::Score;

struct Sets(Vec<ShingleSet>, f64);

impl PairVerifier for Sets {
    fn verify(&self, keeper: Node, other: Node) -> NodeVerdict {
        let score = Score::of(&self.set(keeper), &self.set(other));
        if score.jaccard >= self.1 { NodeVerdict::Copy(score) } else { NodeVerdict::Other }
    }

    fn set(&self, node: Node) -> impl Deref<Target = ShingleSet> {
        &self.0[node as usize]
    }

    fn least(&self) -> f64 {
        self.1
    }
}

fn run(sets: &Sets, buckets: &Buckets, max_bucket: usize) -> (Vec<(Node, Node)>, u64) {
    run_within(sets, buckets, CandidateLimits { max_bucket, refusals: usize::MAX })
}

fn run_within(sets: &Sets, buckets: &Buckets, limits: CandidateLimits) -> (Vec<(Node, Node)>, u64) {
    run_ahead(sets, buckets, limits, AHEAD)
}

fn run_ahead(sets: &Sets, buckets: &Buckets, limits: CandidateLimits, ahead: usize) -> (Vec<(Node, Node)>, u64) {
    let components = buckets.components(sets.0.len());
    let outcomes = components.all.iter().map(|c| assign_ahead(c, &components, buckets, sets, limits, ahead));
    let (mut taken, mut lost) = (Vec::new(), 0);
    for outcome in outcomes {
        taken.extend(outcome.links.iter().map(|link| (link.node, link.keeper)));
        lost += outcome.lost;
    }
    taken.sort_unstable();
    (taken, lost)
}

/// The rule of the module documentation, with every node a candidate of every other.
fn by_the_rule(sets: &Sets) -> Vec<(Node, Node)> {
    let mut keeper_of = vec![None; sets.0.len()];
    for keeper in 0..sets.0.len() as Node {
        if keeper_of[keeper as usize].is_none() {
            keeper_of[keeper as usize] = Some(keeper);
            for node in 0..sets.0.len() as Node {
                if keeper_of[node as usize].is_none() && sets.verify(keeper, node) != NodeVerdict::Other {
                    keeper_of[node as usize] = Some(keeper);
                }
            }
        }
    }
    let nodes = keeper_of.iter().enumerate().map(|(node, keeper)| (node as Node, keeper.unwrap()));
    nodes.filter(|(node, keeper)| node != keeper).collect()
}

proptest! {
    #[test]
    fn with_full_buckets_it_is_the_rule_whatever_the_cap(
        sets in prop::collection::vec(prop::collection::vec(0_u64..12, 1..7), 2..40),
        threshold in prop::sample::select(vec![0.3, 0.5, 0.6, 0.8]),
    ) {
        let sets = Sets(sets.into_iter().map(ShingleSet::new).collect(), threshold);
        let one = (0..sets.0.len() as Node).map(|node| (0, node)).collect();
        let two = (0..sets.0.len() as Node).map(|node| (1, node)).collect();
        let buckets = Buckets::assemble(&[BandBuckets::new(one), BandBuckets::new(two)], sets.0.len());
        for max_bucket in [1000, 2] {
            prop_assert_eq!(run(&sets, &buckets, max_bucket), (by_the_rule(&sets), 0));
        }
    }
}

/// a ~ b ~ c with a ≁ c: c is a keeper of its own.
#[test]
fn a_chain_joins_nobody() {
    let sets = [&[1, 2, 3, 4][..], &[2, 3, 4, 5], &[3, 4, 5, 6]].map(|set| ShingleSet::new(set.to_vec()));
    let buckets = Buckets::assemble(&[BandBuckets::of_pairs([(0, 1), (1, 2)])], 3);
    assert_eq!(run(&Sets(sets.into(), 0.6), &buckets, 10).0, [(1, 0)]);
}

/// Nodes 0 and 2 share no bucket; node 1 connects them.
#[test]
fn a_copy_of_a_copy_is_compared_with_the_keeper() {
    let sets = [&[1, 2, 3, 4][..], &[1, 2, 3, 5], &[1, 2, 3, 6]].map(|set| ShingleSet::new(set.to_vec()));
    let buckets = Buckets::assemble(&[BandBuckets::of_pairs([(0, 1), (1, 2)])], 3);
    assert_eq!(run(&Sets(sets.into(), 0.6), &buckets, 10).0, [(1, 0), (2, 0)]);
}

#[test]
fn refusals_are_bounded_and_the_rest_is_counted() {
    let sets: Vec<_> = (0..5).map(|node| ShingleSet::new(vec![1, 10 + node])).collect();
    let all = (0..5).map(|node| (0, node)).collect();
    let buckets = Buckets::assemble(&[BandBuckets::new(all)], 5);
    // Each keeper meets the next two: 0 loses 3 and 4, 1 loses 4.
    let limits = CandidateLimits { max_bucket: 10, refusals: 2 };
    assert_eq!(run_within(&Sets(sets, 0.6), &buckets, limits), (vec![], 3));
}

/// Long buckets are compared by several threads, in the order of one.
#[test]
fn threads_and_refusals_do_not_show_in_long_buckets() {
    let shingles = |node: u64| (0..6).map(|place| node.wrapping_mul(place + 3) % (7 + place)).collect();
    let sets = Sets((0..1_000).map(|node| ShingleSet::new(shingles(node))).collect(), 0.5);
    let halves = (0..1_000).map(|node| (u64::from(node < 600), node)).collect();
    let thirds = (0..1_000).map(|node| (u64::from(node) % 3, node)).collect();
    let buckets = Buckets::assemble(&[BandBuckets::new(halves), BandBuckets::new(thirds)], 1_000);
    for (refusals, loses) in [(usize::MAX, false), (300, true), (150, true)] {
        let limits = CandidateLimits { max_bucket: 2_000, refusals };
        let with = |threads| parallel::with_threads(Some(threads), || run_within(&sets, &buckets, limits)).unwrap();
        let (taken, lost) = with(1);
        assert!(taken.len() > 500 && (lost > 0) == loses, "{} {lost}", taken.len());
        if refusals == usize::MAX {
            assert_eq!(taken, by_the_rule(&sets));
        }
        assert_eq!(run_ahead(&sets, &buckets, limits, 1), (taken.clone(), lost), "one by one");
        if cfg!(feature = "parallel") {
            assert_eq!(with(3), (taken, lost));
        }
    }
}

/// Pages of one form that are refused by each other, and one page with content, for which long buckets are indexed.
struct Forms(Vec<ShingleSet>);

impl PairVerifier for Forms {
    fn verify(&self, _: Node, _: Node) -> NodeVerdict {
        NodeVerdict::Other
    }

    fn set(&self, node: Node) -> impl Deref<Target = ShingleSet> {
        &self.0[node as usize]
    }

    fn least(&self) -> f64 {
        0.4
    }

    fn contents(&self, component: &Component) -> Option<ComponentContents> {
        let has_content = component.nodes.iter().map(|node| *node == 0).collect();
        Some(ContentsBuilder::new(has_content).finish(&component.nodes))
    }
}

#[test]
fn a_keeper_that_was_refused_too_often_looks_into_no_further_list() {
    const PAGES: Node = 600;
    let set = |page: u64| ShingleSet::new((0..10).chain([100 + page]).collect());
    let forms = Forms((0..u64::from(PAGES)).map(set).collect());
    // Each band lacks another page: equal buckets would be one.
    let band = |lacks: Node| (0..PAGES).filter(|page| *page != lacks).map(|page| (0, page)).collect();
    let looked = |bands: Node| {
        let bands: Vec<BandBuckets> = (1..=bands).map(|lacks| BandBuckets::new(band(lacks))).collect();
        let buckets = Buckets::assemble(&bands, PAGES as usize);
        let components = buckets.components(PAGES as usize);
        let limits = CandidateLimits { max_bucket: 100, refusals: usize::MAX };
        let outcome = assign(&components.all[0], &components, &buckets, &forms, limits);
        assert!(outcome.links.is_empty() && outcome.lost > 0);
        outcome.looked
    };

    // Only the last 250 pages meet all others, and look into all lists.
    let (few, many) = (looked(4), looked(8));
    assert!(many < few * 19 / 10, "{few} {many}");
}

#[test]
fn what_the_cap_passes_over_is_counted() {
    let sets = (0..6).map(|node| ShingleSet::new(vec![1, 2, 3, 10 + node])).collect();
    let all = (0..6).map(|node| (0, node)).collect();
    let buckets = Buckets::assemble(&[BandBuckets::new(all)], 6);
    let (taken, lost) = run(&Sets(sets, 0.6), &buckets, 3);
    // The list is too long for keepers 0, 1 and 2; when they have left it, it is not.
    assert_eq!(taken, [(4, 3), (5, 3)]);
    assert_eq!(lost, 5 + 4 + 3);
}
