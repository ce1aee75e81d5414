//! Promise: records of one source under titles that tell different things are no copies; records of two sources, of one
//! address, or under one title are judged by their texts alone.

use mukarrar::pipeline::{Options, TitleField};
use mukarrar::similarity::{Relation, VariantReason};
use serde_json::{Value, json};

use crate::common;
use crate::common::text::spelled;

/// The relation of two records at the default threshold, if they are alike at all.
fn relation(records: [Value; 2], options: &Options) -> Option<Relation> {
    common::relations(&records, options).first().copied()
}

/// A notice of 120 words about the flat with this number, of which little else is its own.
fn notice(number: usize) -> String {
    let form: Vec<usize> = (0..120).collect();
    format!("{} {} {}", spelled(&form[..60]), spelled(&[3_000 + number]), spelled(&form[60..]))
}

fn record(number: usize, title: &str, source: &str, url: &str) -> Value {
    json!({ "id": number.to_string(), "text": notice(number), "title": title, "source": source, "url": url })
}

const APART: Option<Relation> = Some(Relation::Variant(VariantReason::Titles));

const COPIES: Option<Relation> = Some(Relation::Near);

#[test]
fn two_titles_of_one_source_that_tell_different_things_are_two_articles() {
    let options = Options::default();
    let pair = |a, b| {
        relation([record(1, a, "موقع", "https://a.example/1"), record(2, b, "موقع", "https://a.example/2")], &options)
    };
    assert_eq!(pair("شقة ١٢٠ متر في حي الورود", "شقة ٩٥ متر في حي الورود"), APART);
    assert_eq!(pair("شقة للبيع في حي الورود", "شقة للبيع في حي الورود"), COPIES);
    assert_eq!(pair("شقة للبيع في حي الورود", "للبيع: شقة في حي الورود"), COPIES, "the same words");
}

#[test]
fn papers_may_give_one_report_two_titles_and_a_page_another_one_later() {
    let options = Options::default();
    let [first, second] = ["شقة ١٢٠ متر", "شقة ٩٥ متر"];
    let of_sources =
        [record(1, first, "جريدة", "https://a.example/1"), record(2, second, "صحيفة", "https://b.example/1")];
    assert_eq!(relation(of_sources, &options), COPIES);
    let of_one_page =
        [record(1, first, "جريدة", "https://a.example/1"), record(2, second, "جريدة", "https://a.example/1")];
    assert_eq!(relation(of_one_page, &options), COPIES);
}

#[test]
fn the_host_of_the_address_is_the_source_where_no_field_names_it() {
    let records = |host: &str| {
        [("شقة ١٢٠ متر", "https://a.example/1".to_owned()), ("شقة ٩٥ متر", format!("https://{host}/2"))]
            .into_iter()
            .zip(1..)
            .map(|((title, link), number)| json!({ "id": number, "text": notice(number), "headline": title, "link": link }))
            .collect::<Vec<_>>()
            .try_into()
            .unwrap()
    };
    assert_eq!(relation(records("www.a.example"), &Options::default()), APART);
    assert_eq!(relation(records("b.example"), &Options::default()), COPIES);
}

#[test]
fn another_field_can_hold_the_title_and_titles_can_be_left_out() {
    let records = || {
        [(1, "شقة ١٢٠ متر"), (2, "شقة ٩٥ متر")]
            .map(|(number, name)| json!({ "id": number, "text": notice(number), "name": name, "source": "موقع" }))
    };
    let with = |title_field: TitleField| {
        let mut options = Options::default();
        options.title_field = title_field;
        relation(records(), &options)
    };
    assert_eq!(with(TitleField::Usual), COPIES, "there is no title");
    assert_eq!(with(TitleField::Named("name".to_owned())), APART);
    assert_eq!(with(TitleField::Ignored), COPIES);
}

#[test]
fn equal_texts_are_copies_under_any_titles() {
    let text = notice(1);
    let of = |id: &str, title: &str| json!({ "id": id, "text": text, "title": title });
    assert_eq!(relation([of("a", "شقة ١٢٠ متر"), of("b", "شقة ٩٥ متر")], &Options::default()), Some(Relation::Exact));
}

#[test]
fn one_long_text_is_one_article_under_other_words_in_its_title_but_not_under_other_numbers() {
    let essay: Vec<usize> = (0..700).collect();
    let record = |id: &str, title: &str, lead: &[usize]| {
        let text = format!("{} {}", spelled(lead), spelled(&essay));
        json!({ "id": id, "text": text, "title": title, "source": "موقع", "url": format!("https://a.example/{id}") })
    };
    let pair = |a: &str, b: &str| {
        let lead: Vec<usize> = (5_000..5_010).collect();
        relation([record("1", a, &[]), record("2", b, &lead)], &Options::default())
    };
    assert_eq!(pair("خطاب الرئيس أمام البرلمان كاملا", "الرئيس يعلن تشكيل لجنة للحوار الوطني"), COPIES);
    assert_eq!(pair("خطاب الرئيس في الدورة ١٢", "خطاب الرئيس في الدورة ١٣"), APART);
}

#[test]
fn a_passage_that_only_its_title_tells_is_an_article_among_those_of_its_site() {
    // The articles of a section, which the site prints around each of them.
    let tail: Vec<usize> = (0..900).collect();
    let passage: Vec<usize> = (5_000..5_060).collect();
    let record = |id: &str, title: &str, passage: &str| {
        let text = format!("{} {passage} {}", spelled(&tail[..300]), spelled(&tail[300..]));
        json!({ "id": id, "text": text, "title": title, "source": "موقع", "url": format!("https://a.example/{id}") })
    };
    let pair = |title: &str, passage: &str| {
        relation([record("1", "اجتماع لجنة المياه", ""), record("2", title, passage)], &Options::default())
    };
    let told = format!("{} عادت اللاعبة القديرة إلى المنتخب", spelled(&passage));
    assert_eq!(pair("اللاعبة القديرة تعود إلى المنتخب", &told), APART);
    assert_eq!(pair("خبر آخر من القسم", &told), COPIES, "the passage does not tell what the title tells");
    assert_eq!(pair("اللاعبة القديرة تعود إلى المنتخب", "عادت اللاعبة القديرة"), COPIES, "a line is no passage");
}
