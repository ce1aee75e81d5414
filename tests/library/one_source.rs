//! Promise: two records of one source that name other things throughout, or are two parts of one work, are no copies; the same texts
//! of two papers, and one page that was read twice, are.

use mukarrar::pipeline::Options;
use mukarrar::similarity::{Relation, VariantReason};
use serde_json::{Value, json};

use crate::common;

/// An order about a region: its name stands in two places, each time with other words beside it.
fn order([first, second]: [&str; 2]) -> String {
    format!(
        "تنشأ هيئة لتطوير {first} وترتبط برئيس المجلس وتتولى رسم السياسة العامة للإقليم والإشراف على تنفيذها ومتابعة أعمال اللجان \
         الفرعية وإقرار الميزانية السنوية وتعيين المديرين ولها مكتب دائم في {second} يعمل وفق هذا الترتيب ويرفع تقريره كل عام"
    )
}

const NORTH: [&str; 2] = ["قرطبوش الشرقية", "قرطبوش"];
const SOUTH: [&str; 2] = ["سلنمار", "سلنمار وجوارها"];

/// The relation of two orders, with a source and a title each.
fn relation(titles: [&str; 2], sources: [&str; 2]) -> Option<Relation> {
    let record = |id: &str, names, title: &str, source: &str| -> Value {
        json!({ "id": id, "text": order(names), "title": title, "source": source })
    };
    let records = [record("a", NORTH, titles[0], sources[0]), record("b", SOUTH, titles[1], sources[1])];
    let found = common::relations(&records, &Options::default());
    assert!(found.len() < 2, "a pair is listed once: {found:?}");
    found.first().copied()
}

#[test]
fn a_name_that_is_exchanged_throughout_tells_two_records_of_one_source_apart() {
    let titles = ["إنشاء هيئة إقليمية", "ترتيبات هيئة إقليمية"];
    assert_eq!(relation(titles, ["جريدة"; 2]), Some(Relation::Variant(VariantReason::Facts)));
    assert_eq!(relation(titles, ["جريدة", "صحيفة"]), Some(Relation::Near), "two papers");
    assert_eq!(relation(["إنشاء هيئة إقليمية"; 2], ["جريدة"; 2]), Some(Relation::Near), "one title");
}

const ARTICLE: &str = "يترتب على قيد طلب افتتاح الإجراء تعليق المطالبات لمدة مئة وثمانين يوما وللمحكمة من تلقاء نفسها أو بناء على طلب \
                       الأمين أو المدين تمديد هذه المدة وتنتهي مدة التعليق بانقضائها أو قبل ذلك في حالة رفض الطلب";

/// The relation of two records at one address.
fn at_one_address(texts: [&str; 2], titles: [&str; 2]) -> Option<Relation> {
    let record = |id: &str, text: &str, title: &str| -> Value {
        json!({ "id": id, "text": text, "title": title, "url": "https://laws.example/bankruptcy" })
    };
    let records = [record("a", texts[0], titles[0]), record("b", texts[1], titles[1])];
    common::relations(&records, &Options::default()).first().copied()
}

#[test]
fn parts_of_one_work_at_one_address_are_told_apart_and_a_page_read_twice_is_not() {
    let small = format!("{ARTICLE} لصغار التجار والحرفيين");
    let articles = ["نظام الإفلاس - المادة السادسة والأربعون", "نظام الإفلاس - المادة السابعة والأربعون بعد المائة"];
    assert_eq!(at_one_address([ARTICLE, &small], articles), Some(Relation::Variant(VariantReason::Titles)));

    let renamed = ["تعليق المطالبات 180 يوما", "تعليق المطالبات 190 يوما"];
    assert_eq!(at_one_address([ARTICLE, &small], renamed), Some(Relation::Near), "a new title");
    let noted = format!("هذا {ARTICLE}");
    assert_eq!(at_one_address([ARTICLE, &noted], articles), Some(Relation::Near), "one text with a small word more");
}
