//! Promise: what stands inside something larger is found though banding cannot see it, every score is exact, and nothing else is
//! reported.
//!
//! The truth is computed from written-out shingles, over all pairs. For the record, with the numbers of real news:
//!
//! `cargo test --release --test promise_containment -- --nocapture`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use crate::common;
use std::collections::{HashMap, HashSet};

use crate::common::oracle::{self, Sets, Truth};
use crate::common::text::{self, Random};
use mukarrar::document::UnitId;
use mukarrar::input::Corpus;
use mukarrar::normalize::{Language, Profile};
use mukarrar::pipeline::{Clustering, Options, Pipeline};
use mukarrar::similarity::Relation;
use mukarrar::similarity::facts::Facts;

const CONTAINMENT: f64 = 0.8;
const SHINGLES: usize = 50;

fn options() -> Options {
    let mut options = Options::default();
    options.facts = Facts::Off;
    options
}

/// Recall over `truth`, split by Jaccard below .5 and above; everything reported must be in it with its exact score.
fn judge(name: &str, corpus: &Corpus, sets: &Sets, truth: &[Truth], options: Options) -> f64 {
    let list = Pipeline::new(options).unwrap().pairs(corpus, &()).unwrap();
    let place = |unit: UnitId| list.units.document(unit).index();
    let due: HashMap<(usize, usize), &Truth> = truth.iter().map(|pair| ((pair.a, pair.b), pair)).collect();
    let mut found = HashSet::new();
    for pair in list.iter(true).filter(|pair| !pair.relation.is_copy()) {
        let (a, b) = (place(pair.a), place(pair.b));
        let truth = due.get(&(a, b)).unwrap_or_else(|| panic!("{a} {b}: {pair:?} is none"));
        assert_eq!((pair.score.jaccard, pair.score.containment), (truth.jaccard, truth.containment));
        let inside = sets.sets[b].len() <= sets.sets[a].len();
        assert_eq!(pair.relation, if inside { Relation::Contained } else { Relation::Contains }, "{a} {b}");
        assert!(found.insert((a, b)), "{a} {b} twice");
    }
    let share = |low: f64, high: f64| {
        let all = truth.iter().filter(|pair| (low..high).contains(&pair.jaccard));
        let (all, hit) =
            all.fold((0, 0), |(all, hit), pair| (all + 1, hit + usize::from(found.contains(&(pair.a, pair.b)))));
        (hit, all)
    };
    let (low, high) = (share(0.0, 0.5), share(0.5, 1.0));
    let recall = found.len() as f64 / truth.len() as f64;
    println!("{name}: recall {recall:.4}; J < .5 {low:?}, J >= .5 {high:?}; {:?}", list.summary.containment);
    recall
}

/// Stories, and pages that hold a part or the whole of some of them among other text.
fn pages(seed: u64, stories: usize) -> Vec<String> {
    const VOCABULARY: usize = 20_000;
    let mut random = Random::new(seed);
    let mut texts = Vec::new();
    for _ in 0..stories {
        let length = 40 + random.below(400);
        let story = text::words(&mut random, VOCABULARY, length);
        texts.push(text::spelled(&story));
        for _ in 0..random.below(3) {
            let mut page = text::words(&mut random, VOCABULARY, 600);
            let cut = story.len() - random.below(story.len() / 6);
            let part = text::edited(&mut random, VOCABULARY, &story[..cut], 0.02);
            let place = random.below(page.len());
            page.splice(place..place, part);
            texts.push(text::spelled(&page));
        }
    }
    text::shuffle(&mut random, &mut texts);
    texts
}

#[test]
fn parts_of_generated_pages_are_found() {
    let corpus = common::numbered(&pages(3, 600));
    let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, Some(Language::Ar)), 3);
    let truth = sets.all_contained(CONTAINMENT, 0.6, SHINGLES);
    assert!(truth.len() > 300, "{}", truth.len());
    assert!(judge("generated", &corpus, &sets, &truth, options()) >= 0.99);
}

#[cfg(feature = "gzip")]
#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn parts_of_real_pages_are_found() {
    let corpus = common::shared_corpus("saudinewsnet");
    let sets = Sets::of_words(oracle::folded(&corpus, Profile::Standard, Some(Language::Ar)), 3);
    let truth = sets.all_contained(CONTAINMENT, 0.6, SHINGLES);
    let mut options = options();
    options.language = Some(Language::Ar);
    let recall = judge("saudinewsnet", &corpus, &sets, &truth, options);
    assert!(recall >= 0.998, "{recall}");
}

/// The texts of a digest and of its two stories, one of which has a copy.
fn digest() -> [String; 4] {
    let mut random = Random::new(9);
    let [one, two, other] = [120, 90, 20].map(|length| text::words(&mut random, 20_000, length));
    let copy = text::edited(&mut random, 20_000, &one, 0.01);
    let digest = [&one[..], &other, &two].concat();
    [digest, one, copy, two].map(|words| text::spelled(&words))
}

fn clusters(texts: &[&str], change: impl FnOnce(&mut Options)) -> Clustering {
    let corpus = Corpus::from_texts(texts.iter().enumerate().map(|(place, text)| (place.to_string(), *text)));
    let mut options = options();
    change(&mut options);
    Pipeline::new(options).unwrap().clusters(&corpus, &()).unwrap()
}

/// Place, relation, and whether it is attached.
type Shown = (usize, &'static str, bool);

/// Keeper, then each other member.
fn shown(found: &Clustering) -> Vec<(usize, Vec<Shown>)> {
    let place = |unit: UnitId| found.units.document(unit).index();
    let members = |cluster: &mukarrar::cluster::Cluster| {
        let others = cluster.members.iter().filter_map(|member| Some((member, member.relation?)));
        others.map(|(member, relation)| (place(member.unit), relation.name(), member.attached)).collect()
    };
    found.clusters.iter().map(|cluster| (place(cluster.keeper), members(cluster))).collect()
}

#[test]
fn a_digest_is_no_bridge_and_never_goes() {
    let [digest, one, copy, two] = digest();
    let texts = [&*digest, &*one, &*copy, &*two];
    let found = clusters(&texts, |_| {});
    // The digest is shown with the story that has a copy, the other story beside the digest.
    let expected = vec![(1, vec![(0, "contains", true), (2, "near", false)]), (0, vec![(3, "contained", true)])];
    assert_eq!(shown(&found), expected);
    assert_eq!(found.clusters[1].size(), 1);
    let all = [Relation::Exact, Relation::Near, Relation::Contained];
    let removed = |found: &Clustering| {
        let place = |unit| found.units.document(unit).index();
        let removals = found.removals(&all);
        removals.iter().map(|removal| (place(removal.unit), place(removal.keeper))).collect::<Vec<_>>()
    };
    assert_eq!(removed(&found), [(2, 1)], "what is only shown is not removed");
    let found = clusters(&texts, |options| options.contained_copies = true);
    assert_eq!(removed(&found), [(1, 0), (2, 0), (3, 0)], "the digest holds them all");
    let late = clusters(&[&one, &copy, &two, &digest], |options| options.contained_copies = true);
    assert_eq!(removed(&late), [(0, 3), (1, 3), (2, 3)], "also where it comes last");
}

#[test]
fn a_copy_that_the_container_does_not_hold_stays() {
    let mut random = Random::new(4);
    let story = text::words(&mut random, 20_000, 200);
    let tail = text::words(&mut random, 20_000, 70);
    let longer = [&story[..], &tail].concat();
    let page = [&story[..], &text::words(&mut random, 20_000, 300)].concat();
    let texts = [story, longer, page].map(|words| text::spelled(&words));
    let texts = texts.each_ref().map(String::as_str);
    let found = clusters(&texts, |options| options.contained_copies = true);
    // The longer version is a copy of the story, but only .74 of it stands on the page.
    assert_eq!(shown(&found), [(2, vec![(0, "contained", false)])]);
    assert_eq!(shown(&clusters(&texts, |_| {})), [(0, vec![(1, "near", false), (2, "contains", true)])]);
}

#[test]
fn stubs_are_inside_nothing_and_off_is_off() {
    let mut random = Random::new(5);
    let page = text::words(&mut random, 20_000, 300);
    let texts = [text::spelled(&page), text::spelled(&page[..51]), text::spelled(&page[100..152])];
    let texts = texts.each_ref().map(String::as_str);
    // 51 words have 49 shingles, 52 have 50.
    assert_eq!(shown(&clusters(&texts, |_| {})), [(0, vec![(2, "contained", true)])]);
    assert!(clusters(&texts, |options| options.containment = None).clusters.is_empty());
}

#[test]
fn threads_and_memory_do_not_show() {
    let texts = pages(6, 150);
    let corpus = common::numbered(&texts);
    let run = |change: &dyn Fn(&mut Options)| {
        let mut options = options();
        change(&mut options);
        let pipeline = Pipeline::new(options).unwrap();
        let clusters = pipeline.clusters(&corpus, &()).unwrap().clusters;
        (clusters, pipeline.pairs(&corpus, &()).unwrap().iter(true).collect::<Vec<_>>())
    };
    let one = run(&|options| options.threads = Some(1));
    assert!(one.1.len() > 50);
    if cfg!(feature = "parallel") {
        assert!(run(&|options| options.threads = Some(5)) == one);
    }
    assert!(run(&|options| options.memory = Some(48 << 20)) == one);
    let gathered = run(&|options| options.contained_copies = true);
    assert!(run(&|options| (options.contained_copies, options.memory) = (true, Some(48 << 20))) == gathered);
}

/// What says the same again and again has few shingles, however long it is.
#[test]
fn a_text_is_as_small_as_its_shingles() {
    let mut random = Random::new(8);
    let refrain = text::words(&mut random, 20_000, 62);
    let page = [&text::words(&mut random, 20_000, 240)[..], &refrain].concat();
    let texts = [text::spelled(&page), text::spelled(&refrain.repeat(10))];
    let texts = texts.each_ref().map(String::as_str);
    assert_eq!(shown(&clusters(&texts, |_| {})), [(0, vec![(1, "contained", true)])]);
}
