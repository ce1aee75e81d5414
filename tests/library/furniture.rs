//! Promise: no text goes for words that are not its own. Pages that share a footer, a sidebar or a form are no copies; copies
//! among them are found all the same.

use std::collections::BTreeSet;

use crate::common::text::{Random, edited, shuffle, spelled, words};
use mukarrar::input::Corpus;
use mukarrar::pipeline::{Clustering, Options, Pipeline, compare};
use mukarrar::similarity::{Relation, VariantReason};
use mukarrar::{Index, Verdict};

const VOCABULARY: usize = 30_000;

fn clusters(texts: &[String], change: impl FnOnce(&mut Options)) -> Clustering {
    let mut options = Options::default();
    change(&mut options);
    let named = texts.iter().enumerate().map(|(place, text)| (place.to_string(), text.clone()));
    Pipeline::new(options).unwrap().clusters(&Corpus::from_texts(named), &()).unwrap()
}

/// The texts that go by default, by place.
fn removed(found: &Clustering) -> BTreeSet<usize> {
    let gone = found.removals(&[Relation::Exact, Relation::Near]);
    gone.iter().map(|removal| found.units.document(removal.unit).index()).collect()
}

/// Pages of one site: a text of their own between the same head and foot.
fn pages(random: &mut Random, count: usize, own: usize, head: usize, foot: usize) -> Vec<String> {
    let (head, foot) = (words(random, VOCABULARY, head), words(random, VOCABULARY, foot));
    let page = |_| spelled(&[&head[..], &words(random, VOCABULARY, own), &foot].concat());
    (0..count).map(page).collect()
}

#[test]
fn posts_over_one_footer_stay_wherever_the_post_stands() {
    let mut random = Random::new(1);
    for (head, foot) in [(0, 80), (80, 0), (40, 40)] {
        let found = clusters(&pages(&mut random, 10, 18, head, foot), |_| ());
        assert_eq!(removed(&found), BTreeSet::new(), "{head} words before, {foot} behind");
        assert!(found.summary.variants["furniture"] > 0, "{:?}", found.summary.variants);
    }
}

#[test]
fn a_variant_says_why_it_is_no_copy() {
    let mut random = Random::new(2);
    let found = clusters(&pages(&mut random, 12, 20, 0, 90), |_| ());
    let relations = found.clusters.iter().flat_map(|cluster| &cluster.members).filter_map(|member| member.relation);
    let reasons: BTreeSet<Option<VariantReason>> = relations.map(Relation::reason).collect();
    assert_eq!(reasons, BTreeSet::from([Some(VariantReason::Furniture)]));
}

/// Pages of a site in which some stand twice, the second time lightly edited. Which ones: the places of both.
fn pages_with_copies(count: usize) -> (Vec<String>, Vec<(usize, usize)>) {
    let mut random = Random::new(3);
    let foot = words(&mut random, VOCABULARY, 300);
    let mut texts: Vec<(usize, String)> = Vec::new();
    for page in 0..count {
        let own = words(&mut random, VOCABULARY, 80);
        texts.push((page, spelled(&[&own[..], &foot].concat())));
        if page % 10 == 0 {
            let again = edited(&mut random, VOCABULARY, &own, 0.02);
            texts.push((page, spelled(&[&again[..], &foot].concat())));
        }
    }
    shuffle(&mut random, &mut texts);
    let place = |page: usize, nth: usize| {
        texts.iter().enumerate().filter(|(_, text)| text.0 == page).map(|(place, _)| place).nth(nth).unwrap()
    };
    let copies = (0..count).step_by(10).map(|page| (place(page, 0), place(page, 1))).collect();
    (texts.into_iter().map(|(_, text)| text).collect(), copies)
}

#[test]
fn copies_among_pages_of_one_site_are_found_and_nothing_else() {
    // Below and above the size from which a component is compared by rare text alone.
    for count in [100, 600] {
        let (texts, copies) = pages_with_copies(count);
        let later: BTreeSet<usize> = copies.iter().map(|(_, later)| *later).collect();
        let found = clusters(&texts, |_| ());
        assert_eq!(removed(&found), later, "{count} pages");

        let corpus = Corpus::from_texts(texts.iter().enumerate().map(|(place, text)| (place.to_string(), text)));
        let list = Pipeline::new(Options::default()).unwrap().pairs(&corpus, &()).unwrap();
        let place = |unit| list.units.document(unit).index();
        let near = list.iter(true).filter(|pair| pair.relation.is_copy());
        let pairs: BTreeSet<_> = near.map(|pair| (place(pair.a), place(pair.b))).collect();
        assert_eq!(pairs, copies.iter().copied().collect(), "{count} pages");
    }
}

#[cfg(feature = "parallel")]
#[test]
fn threads_do_not_show_in_components_of_one_site() {
    let (texts, _) = pages_with_copies(600);
    let with = |threads| clusters(&texts, |options| options.threads = Some(threads)).clusters;
    assert_eq!(with(1), with(3));
}

#[test]
fn scattered_edits_of_one_text_are_copies_however_common_it_is() {
    let mut random = Random::new(4);
    let original = words(&mut random, VOCABULARY, 120);
    let texts: Vec<String> = (0..400).map(|_| spelled(&edited(&mut random, VOCABULARY, &original, 0.03))).collect();
    let gone = removed(&clusters(&texts, |_| ())).len();
    assert!(gone >= 380, "{gone} of 400 go");
}

#[test]
fn a_form_that_is_filled_otherwise_is_no_copy() {
    let mut random = Random::new(5);
    let form = words(&mut random, VOCABULARY, 90);
    let filled = |_| {
        // Names, which hardly any two texts share.
        let names: Vec<usize> = (0..6).map(|_| VOCABULARY + random.below(1_000_000)).collect();
        let slots = names.chunks(2).zip(form.chunks(30)).flat_map(|(name, form)| [form, name].concat());
        spelled(&slots.collect::<Vec<usize>>())
    };
    let texts: Vec<String> = (0..12).map(filled).collect();
    let found = clusters(&texts, |_| ());
    assert_eq!(removed(&found), BTreeSet::new());
    assert!(found.summary.variants.contains_key("facts"), "{:?}", found.summary.variants);
}

#[test]
fn a_passage_in_place_of_another_is_told_in_words() {
    let mut random = Random::new(6);
    let shared = words(&mut random, VOCABULARY, 200);
    let page =
        |random: &mut Random| spelled(&[&shared[..100], &words(random, VOCABULARY, 40), &shared[100..]].concat());
    let (a, b) = (page(&mut random), page(&mut random));
    let found = compare(&*a, &*b, &Options::default());
    assert_eq!(found.relation, Some(Relation::Variant(VariantReason::Replaced)), "{:?}", found.score);
    assert!(VariantReason::Replaced.sentence().contains("passage"));
}

#[test]
fn an_index_knows_the_furniture_of_a_site_from_five_pages_on() {
    let mut random = Random::new(7);
    let index = Index::builder().build().unwrap();
    let texts = pages(&mut random, 30, 18, 0, 80);
    let verdicts: Vec<Verdict> = texts
        .iter()
        .enumerate()
        .map(|(place, text)| index.check_and_insert(&place.to_string(), text.as_str()).unwrap())
        .collect();
    let late = verdicts[8..].iter();
    assert!(
        late.clone().all(|verdict| matches!(verdict, Verdict::Variant { .. } | Verdict::New { .. })),
        "{verdicts:?}"
    );
    let reasons: BTreeSet<_> = late.filter_map(Verdict::found).map(|found| found.reason).collect();
    assert_eq!(reasons, BTreeSet::from([Some(VariantReason::Furniture)]));
    // The same page again, with a word more.
    let again = format!("{} ملحق", texts[20]);
    assert!(matches!(index.check(again.as_str()).unwrap(), Verdict::Duplicate(found) if found.key == "20"));
}
