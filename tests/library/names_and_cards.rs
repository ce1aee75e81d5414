//! Promise: names of things with other codes, cards with other fields, and texts about parts of other numbers are no copies of each
//! other, in records of one source; other spellings and a longer card are.

use mukarrar::pipeline::Options;
use mukarrar::similarity::{Relation, VariantReason};
use serde_json::{Value, json};

use crate::common;

const OTHER_FACTS: Option<Relation> = Some(Relation::Variant(VariantReason::Facts));

/// The relation of two texts at two addresses of these hosts.
fn at(hosts: [&str; 2], texts: [&str; 2]) -> Option<Relation> {
    let record = |place: usize| -> Value {
        let url = format!("https://{}/item/{place}", hosts[place]);
        json!({ "id": url, "text": texts[place], "url": url })
    };
    common::relations(&[record(0), record(1)], &Options::default()).first().copied()
}

fn of_one_shop(texts: [&str; 2]) -> Option<Relation> {
    at(["shop.example"; 2], texts)
}

const LAPTOP: &str = "لپ تاپ 15.6 اینچی لنوو مدل ThinkBook 15 G2 ITL-i5 16GB 1HDD 256SSD MX450 - کاستوم شده";

#[test]
fn a_code_in_one_of_two_names_tells_another_model() {
    let without = LAPTOP.replace("256SSD ", "");
    assert_eq!(of_one_shop([LAPTOP, &without]), OTHER_FACTS);
    assert_eq!(of_one_shop([&without, LAPTOP]), OTHER_FACTS, "in any order");

    let cpu = "پردازنده مرکزی اینتل سری Comet Lake مدل Core i5-10400F تری";
    assert_eq!(of_one_shop([cpu, &cpu.replace("10400F", "10400")]), OTHER_FACTS);
    assert_eq!(at(["shop.example", "store.example"], [LAPTOP, &without]), Some(Relation::Near), "two shops");

    let key = "ixzz2fWwO6Sqcv";
    let keyed = "وصول رئيس الوزراء إلى العاصمة في زيارة رسمية تستغرق ثلاثة أيام يلتقي خلالها الملك";
    assert_eq!(of_one_shop([keyed, &format!("{keyed} {key}")]), Some(Relation::Near), "the key of a link");
}

#[test]
fn other_letters_tell_another_series() {
    let name = "لپ تاپ 15.6 اینچی لنوو مدل ThinkBook 15-FB";
    assert_eq!(of_one_shop([name, &name.replace("15-FB", "15-G")]), OTHER_FACTS);
    let screen = "تلویزیون 55 اینچی هوشمند مدل کوارتز V15 - HD";
    assert_eq!(of_one_shop([screen, &screen.replace("HD", "UHD")]), OTHER_FACTS);
}

#[test]
fn another_letter_tells_another_series() {
    let name = "لپ تاپ 15.6 اینچی ایسوس مدل TUF Gaming FX506LH-HN004 کاستوم شده - H";
    assert_eq!(of_one_shop([name, &name.replace("- H", "- D")]), OTHER_FACTS);
    assert_eq!(of_one_shop([name, &name.replace("- H", "- h")]), Some(Relation::Exact), "capital letters");
}

const VACANCY: &str = "برنامه نویس ارشد .NET\nهمکاران سیستم\nتهران - ونک\nتمام وقت\nکارشناس ارشد\nفناوری اطلاعات / نرم افزار و سخت افزار\n\
                       تفاوتی ندارد\nبیمه درمان تکمیلی, اتاق بازی, ناهار, میان وعده, پزشک سازمانی, صبحانه, بسته ها و هدایای مناسبتی\n\
                       توسعه نرم افزار و برنامه نویسی";

#[test]
fn a_card_with_another_field_is_another_thing() {
    let elsewhere = VACANCY.replace("تهران - ونک", "اصفهان");
    assert_eq!(of_one_shop([VACANCY, &elsewhere]), OTHER_FACTS);

    assert_eq!(of_one_shop([VACANCY, &VACANCY.replace(", صبحانه", "")]), Some(Relation::Near), "one says more");
    let sentence = |card: &str| format!("{}.", card.replace('\n', " "));
    let told = [sentence(VACANCY), sentence(&elsewhere)];
    assert_eq!(of_one_shop([&told[0], &told[1]]), Some(Relation::Near), "in a sentence it can be an edit");
}

/// An offer of a part.
fn offer(part: &str) -> String {
    format!(
        "فروشگاه ما می‌تواند قطعه {part} را با قیمت مناسب و زمان تحویل کوتاه ارائه کند و برای دریافت قیمت {part} کافی است فرم درخواست را پر \
         کنید و مقدار مورد نیاز خود را بنویسید تا همکاران ما پس از بررسی موجودی انبار درباره {part} با شما تماس بگیرند و شرایط همکاری \
         بلندمدت را توضیح دهند"
    )
}

#[test]
fn another_number_in_three_places_tells_another_part() {
    assert_eq!(of_one_shop([&offer("1808Y0250"), &offer("9570")]), OTHER_FACTS);
}
