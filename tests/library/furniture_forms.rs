//! Promise: short pages of one form that differ in a number, a code or a name are no copies; edits and cuts of one text are.

use crate::common::text::{Random, edited, spelled, word, words};
use mukarrar::input::Corpus;
use mukarrar::pipeline::{Clustering, Options, Pipeline, compare};
use mukarrar::similarity::{Relation, VariantReason};

const VOCABULARY: usize = 30_000;

fn clusters(texts: &[String]) -> Clustering {
    let named = texts.iter().enumerate().map(|(place, text)| (place.to_string(), text.clone()));
    Pipeline::new(Options::default()).unwrap().clusters(&Corpus::from_texts(named), &()).unwrap()
}

/// How many texts go by default.
fn removed(texts: &[String]) -> usize {
    clusters(texts).removals(&[Relation::Exact, Relation::Near]).len()
}

/// What two texts are to one another, from both sides.
fn relation(a: &str, b: &str) -> Option<Relation> {
    let options = Options::default();
    let found = compare(a, b, &options).relation;
    assert_eq!(found, compare(b, a, &options).relation, "both ways the same");
    found
}

/// `form` with `value` put in behind its first `before` words.
fn fill(form: &[usize], before: usize, value: &str) -> String {
    format!("{} {value} {}", spelled(&form[..before]), spelled(&form[before..]))
}

const NUMBERS: Option<Relation> = Some(Relation::Variant(VariantReason::Numbers));

#[test]
fn two_documents_that_tell_their_numbers_are_no_copies() {
    let form = words(&mut Random::new(1), VOCABULARY, 200);
    for announced in ["رقم {}", "برقم {}", "رقم م {}", "شماره {}", "نمبر {}"] {
        let document = |number: &str| fill(&form, 4, &announced.replace("{}", number));
        assert_eq!(relation(&document("4417"), &document("4418")), NUMBERS, "{announced}");
        assert_eq!(relation(&document("4417"), &document("٤٤١٧")), Some(Relation::Exact), "{announced}");
    }
}

#[test]
fn a_number_behind_the_beginning_or_known_to_both_tells_no_document() {
    let form = words(&mut Random::new(2), VOCABULARY, 200);
    let late = |number: &str| fill(&form, 150, &format!("رقم {number}"));
    assert_eq!(relation(&late("4417"), &late("4418")), Some(Relation::Near));
    let both = |first: &str, second: &str| fill(&form, 4, &format!("رقم {first} المعدل للقرار رقم {second}"));
    assert_eq!(relation(&both("4417", "4418"), &both("4418", "4417")), Some(Relation::Near));
}

#[test]
fn numbers_that_are_announced_at_one_place_tell_two_documents_that_name_each_other_later() {
    let form = words(&mut Random::new(2), VOCABULARY, 200);
    let citing = |own: &str, other: &str| format!("{} رقم {other}", fill(&form, 4, &format!("رقم {own}")));
    assert_eq!(relation(&citing("4417", "4418"), &citing("4418", "4417")), NUMBERS);
    assert_eq!(relation(&citing("4417/12", "4418"), &citing("12/4417", "4418")), Some(Relation::Near), "one number");
}

#[test]
fn two_texts_that_differ_in_two_numbers_and_little_else_are_no_copies() {
    let form = words(&mut Random::new(8), VOCABULARY, 120);
    let prices = |gold: &str, silver: &str| {
        format!("{} {gold} {} {silver} {}", spelled(&form[..20]), spelled(&form[20..70]), spelled(&form[70..]))
    };

    assert_eq!(relation(&prices("155", "80"), &prices("162", "84")), NUMBERS);
    assert_eq!(
        relation(&prices("155", "80"), &prices("155", "84")),
        Some(Relation::Near),
        "one figure is a correction"
    );
    assert_eq!(relation(&prices("155", "80"), &prices("١٥٥", "٨٠")), Some(Relation::Exact));
}

const OTHER_SUBJECT: Option<Relation> = Some(Relation::Variant(VariantReason::Facts));

#[test]
fn texts_in_which_one_name_is_replaced_throughout_are_no_copies() {
    let form = words(&mut Random::new(9), VOCABULARY, 300);
    let about = |first: &str, second: &str| {
        format!("{} {first} {} {second} {}", spelled(&form[..9]), spelled(&form[9..150]), spelled(&form[150..]))
    };
    let (jazan, najran) = ("جازانستان", "نجرانبورغ");

    assert_eq!(relation(&about(jazan, jazan), &about(najran, najran)), OTHER_SUBJECT);
    assert_eq!(relation(&about(jazan, jazan), &about(najran, jazan)), Some(Relation::Near), "one place is an edit");
    assert_eq!(relation(&about("غارسيا", "غارسيا"), &about("جارسيا", "جارسيا")), Some(Relation::Near), "spellings");
    assert_eq!(relation(&about("كلم", "كلم"), &about("كيلومترا", "كيلومترا")), Some(Relation::Near), "one unit");
}

#[test]
fn posts_of_other_files_are_no_copies() {
    let form = words(&mut Random::new(3), VOCABULARY, 24);
    for (one, other) in [("v1.9.0", "v1.9.8"), ("x86", "arm64"), ("b460", "b462")] {
        assert_eq!(relation(&fill(&form, 12, one), &fill(&form, 12, other)), NUMBERS, "{one}, {other}");
    }
    let (long, code) = (words(&mut Random::new(3), VOCABULARY, 200), "v1.9.0");
    assert_eq!(relation(&fill(&long, 12, code), &fill(&long, 12, "v1.9.8")), Some(Relation::Near), "a story");
    let left_out = fill(&form, 12, "");
    assert_eq!(relation(&fill(&form, 12, code), &left_out), Some(Relation::Near), "nothing stands against it");
}

#[test]
fn advertisements_that_differ_in_one_number_are_no_copies() {
    let form = words(&mut Random::new(4), VOCABULARY, 100);
    let advertisement = |place: usize| fill(&form, 40, &format!("{}", 1000 + 37 * place));
    let all: Vec<String> = (0..9).map(advertisement).collect();
    assert_eq!(removed(&all), 0);
    assert_eq!(relation(&all[0], &all[1]), Some(Relation::Near), "of two texts nobody knows whether they are a form");
}

#[test]
fn a_figure_that_one_of_six_copies_corrected_makes_no_other_text() {
    let story = words(&mut Random::new(5), VOCABULARY, 100);
    let copy = |place: usize| format!("{} {}", fill(&story, 40, "12"), word(VOCABULARY + place));
    let mut all: Vec<String> = (0..6).map(copy).collect();
    all.push(fill(&story, 40, "15"));
    assert_eq!(removed(&all), 6);
}

#[test]
fn short_posts_with_another_name_are_no_copies() {
    let form = words(&mut Random::new(6), VOCABULARY, 24);
    let post = |place: usize| fill(&form, 12, &word(VOCABULARY + 977 * place));
    let all: Vec<String> = (0..9).map(post).collect();
    assert_eq!(removed(&all), 0);
}

#[test]
fn a_short_post_that_was_edited_is_a_copy() {
    let mut random = Random::new(7);
    let post = words(&mut random, VOCABULARY, 36);
    let longer = |place: usize| format!("{} {}", spelled(&post), word(VOCABULARY + place));
    assert_eq!(removed(&(0..9).map(longer).collect::<Vec<_>>()), 8, "a word added");
    let edited = |_| spelled(&edited(&mut random, VOCABULARY, &post, 0.01));
    let all: Vec<String> = (0..60).map(edited).collect();
    assert!(removed(&all) >= 50, "{} of 60 go", removed(&all));
}
