//! Promise: a post that is nothing but the footer of its channel is no copy of a post that tells something; copies that
//! add a name, a date or a number to it stay copies.

use mukarrar::pipeline::{Options, Pipeline};
use mukarrar::similarity::{Relation, VariantReason};
use serde_json::{Value, json};

use crate::common;
use crate::common::text::spelled;

const FURNITURE: Relation = Relation::Variant(VariantReason::Furniture);

/// The footer of a channel in Arabic, Persian and Urdu.
const FOOTERS: [&str; 3] = [
    "قناة البستان الأخضر نافذتكم اليومية على أخبار الزراعة والمناخ والأسواق تابعونا وشاركوا أصدقاءكم",
    "«باغ سبز» دریچه ای تازه به روی خبرهای موثق کشاورزی و آب و هوا در همه استان ها",
    "باغبان چینل زراعت اور موسم کی مستند خبروں کا نیا دریچہ روزانہ صبح شام ہمارے ساتھ رہیے",
];

/// Headlines whose first word tells them apart.
const HEADLINES: [&str; 3] = ["وصول شحنة جديدة من", "رسیدن محموله تازه", "نئی کھیپ کی آمد"];

/// A word of letters that no other number has.
fn word(number: usize) -> String {
    let letters = ['س', 'ش', 'ص', 'ض', 'ط', 'ق'];
    format!("زر{}{}{}", letters[number / 36 % 6], letters[number / 6 % 6], letters[number % 6])
}

fn post(id: &str, text: &str) -> Value {
    json!({ "id": id, "text": text, "url": format!("https://garden.example/{id}") })
}

/// `count` posts with headlines, each with the footer after its headline or before it.
fn posts(language: usize, count: usize, is_first: bool) -> Vec<Value> {
    let text = |number: usize| {
        let headline = format!("{} {}", HEADLINES[language], word(number));
        let (first, second) =
            if is_first { (FOOTERS[language], headline.as_str()) } else { (headline.as_str(), FOOTERS[language]) };
        format!("{first}\n{second}")
    };
    (0..count).map(|number| post(&format!("p{number}"), &text(number))).collect()
}

/// What the post `bare` is to each of `others`, without repeats. It stands first or last, so it would be the keeper or go.
fn of_bare(others: &[Value], bare: &str) -> Vec<Relation> {
    let mut found: Vec<Relation> = [0, others.len()]
        .into_iter()
        .flat_map(|place| {
            let mut records = others.to_vec();
            records.insert(place, post("bare", bare));
            relations_of(place, &records)
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The relation of two of the records, if they are alike.
fn relations_between(first: usize, second: usize, records: &[Value]) -> Vec<Relation> {
    let options = Options::default();
    let list = Pipeline::new(options.clone()).unwrap().pairs(&common::of_records(records, &options), &()).unwrap();
    let place = |unit| list.units.document(unit).index();
    let is_pair = |a, b| [(first, second), (second, first)].contains(&(place(a), place(b)));
    list.iter(true).filter(|pair| is_pair(pair.a, pair.b)).map(|pair| pair.relation).collect()
}

/// The relations of the alike pairs of one of the records.
fn relations_of(place: usize, records: &[Value]) -> Vec<Relation> {
    let options = Options::default();
    let list = Pipeline::new(options.clone()).unwrap().pairs(&common::of_records(records, &options), &()).unwrap();
    let is_it = |unit| list.units.document(unit).index() == place;
    list.iter(true).filter(|pair| is_it(pair.a) || is_it(pair.b)).map(|pair| pair.relation).collect()
}

#[test]
fn a_footer_alone_is_no_copy_of_a_post_with_a_headline() {
    for (language, footer) in FOOTERS.into_iter().enumerate() {
        for is_first in [false, true] {
            let others = posts(language, 24, is_first);
            assert_eq!(of_bare(&others, footer), [FURNITURE], "{footer}");

            // Signs, a number or a date tell nothing.
            for own in ["🔵🔵", "7", "05/12"] {
                assert_eq!(of_bare(&others, &format!("{own}\n{footer}")), [FURNITURE], "{own}");
            }
        }
    }
}

#[test]
fn posts_stay_apart_that_resemble_a_footer_alone() {
    let mut records = posts(0, 24, false);
    records.push(post("bare", FOOTERS[0]));
    let options = Options::default();
    let found = Pipeline::new(options.clone()).unwrap().clusters(&common::of_records(&records, &options), &()).unwrap();
    assert_eq!(found.removals(&[Relation::Exact, Relation::Near]).len(), 0);
}

#[test]
fn two_headlines_over_one_footer_are_no_copies_if_one_repeats_its_words() {
    for is_first in [false, true] {
        let others = posts(0, 80, is_first);
        let of_heading = |heading: &str| {
            let (first, second) = if is_first { (FOOTERS[0], heading) } else { (heading, FOOTERS[0]) };
            of_bare(&others, &format!("{first}\n{second}"))
        };
        assert_eq!(of_heading("آخر الأخبار"), [FURNITURE], "first: {is_first}");
        assert_eq!(of_heading("أسواق الزراعة"), [FURNITURE], "first: {is_first}");
    }
}

#[test]
fn a_passage_beside_what_a_channel_puts_in_all_posts_is_a_post() {
    let footer = spelled(&(0..150).collect::<Vec<_>>());
    let headed = |number: usize| post(&format!("p{number}"), &format!("{} {}\n{footer}", HEADLINES[0], word(number)));
    let relations = |passage: usize| {
        let claim = "بنى المجلس ثلاثة جسور فوق الوادي";
        let added = spelled(&(5_000..5_000 + passage).collect::<Vec<_>>());
        let mut records: Vec<Value> = (0..24).map(headed).collect();
        records.push(post("claim", &format!("{claim}\n{footer}")));
        records.push(post("more", &format!("{claim}\n{footer}\n{added}")));
        relations_between(24, 25, &records)
    };
    assert_eq!(relations(40), [FURNITURE]);
    assert_eq!(relations(8), [Relation::Near], "a line more is no post");
}

#[test]
fn what_adds_a_number_to_a_footer_is_a_copy() {
    let mut records = posts(0, 24, false);
    records.push(post("more", &format!("{}\n7", FOOTERS[0])));
    records.push(post("bare", FOOTERS[0]));
    let of_bare = relations_of(25, &records);
    assert!(of_bare.contains(&Relation::Near), "{of_bare:?}");
    assert!(of_bare.contains(&FURNITURE), "{of_bare:?}");
}

#[test]
fn a_text_that_few_posts_of_a_source_have_is_no_furniture() {
    // A report that is printed again with a word more, or in many papers, is no footer.
    let few = posts(0, 12, false);
    assert_eq!(of_bare(&few, FOOTERS[0]), [Relation::Near]);

    let mut papers = posts(0, 24, false);
    for (place, record) in papers.iter_mut().enumerate() {
        record["url"] = json!(format!("https://paper{place}.example/1"));
    }
    assert_eq!(of_bare(&papers, FOOTERS[0]), [Relation::Near]);
}
