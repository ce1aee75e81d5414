//! Promise: two short posts of one source are not copies if their links lead to other pages, if they tell different numbers, or
//! if they are of two days. Posts of two sources, one page read again, and long texts stay copies.

use mukarrar::pipeline::Options;
use mukarrar::similarity::{Relation, VariantReason};
use serde_json::{Value, json};

use crate::common;

const OTHER: &[Relation] = &[Relation::Variant(VariantReason::Numbers)];

const COPY: &[Relation] = &[Relation::Near];

fn relations(records: &[Value]) -> Vec<Relation> {
    common::relations(records, &Options::default())
}

/// The relation of two texts at two addresses.
fn at([a, b]: [&str; 2], addresses: [&str; 2]) -> Vec<Relation> {
    let of = |id: &str, text: &str, url: &str| json!({ "id": id, "text": text, "url": url });
    relations(&[of("a", a, addresses[0]), of("b", b, addresses[1])])
}

/// The relation of two texts of one source.
fn of_one_source(texts: [&str; 2]) -> Vec<Relation> {
    at(texts, ["https://garden.example/1", "https://garden.example/2"])
}

/// A post that offers what is at an address; `begin` stands before it.
fn offer(begin: &str, link: &str) -> String {
    format!(
        "{begin}خريطة البستان الجديدة جاهزة لمن سجل اسمه عند الحارس\n{link}\nبعد فتح الملف اكتبوا رقم الشجرة التي تسقونها \
         وأعيدوا الورقة إلى الصندوق الأخضر قبل غروب الشمس"
    )
}

#[test]
fn posts_of_one_source_that_lead_to_other_pages_are_no_copies() {
    for links in [
        ["https://files.example/map-1", "https://files.example/map-2"],
        ["https://www.files.example/get?id=71", "http://files.example/get?id=72"],
        ["vpn://one@first.example:80", "vpn://two@second.example:80"],
    ] {
        let texts = [offer("", links[0]), offer("يا جيران ", links[1])];
        let texts = [texts[0].as_str(), texts[1].as_str()];
        assert_eq!(of_one_source(texts), OTHER, "{links:?}");

        let untold = |id: &str, text: &str| json!({ "id": id, "text": text });
        assert_eq!(relations(&[untold("a", texts[0]), untold("b", texts[1])]), OTHER, "no source is named");
    }
}

#[test]
fn links_that_are_equal_to_profiles_or_of_two_sites_tell_nothing() {
    for links in [
        ["https://files.example/map-1", "http://www.files.example/map-1/"],
        ["https://files.example/map-1", ""],
        ["https://files.example/map-1", "https://files.example/map-1 https://files.example/map-2"],
        ["https://t.me/garden_one", "https://t.me/garden_two"],
        ["https://first.example/map", "https://second.example/map"],
    ] {
        let texts = [offer("", links[0]), offer("يا جيران ", links[1])];
        assert_eq!(of_one_source([&texts[0], &texts[1]]), COPY, "{links:?}");
    }
}

#[test]
fn links_of_two_sources_of_one_page_and_of_long_texts_tell_nothing() {
    let links = ["https://files.example/map-1", "https://files.example/map-2"];
    let texts = [offer("", links[0]), offer("يا جيران ", links[1])];
    let [a, b] = [texts[0].as_str(), texts[1].as_str()];
    assert_eq!(at([a, b], ["https://garden.example/1", "https://market.example/2"]), COPY);
    assert_eq!(at([a, b], ["https://garden.example/1", "https://garden.example/1"]), COPY);

    let words = (0..90).map(|place| format!("كلمة{place}")).collect::<Vec<_>>().join(" ");
    let long = [format!("{a} {words}"), format!("{b} {words}")];
    assert_eq!(of_one_source([&long[0], &long[1]]), COPY);
}

/// A short post that tells how many baskets there are.
fn baskets(count: &str, end: &str) -> String {
    format!("بقيت {count} سلال من التين عند باب البستان القديم لمن يصل قبل المساء{end}")
}

#[test]
fn one_number_tells_two_short_pages_of_one_source_apart() {
    for (a, b) in [("5", "3"), ("5", "ثلاث"), ("خمس", "ثلاث"), ("٥", "3"), ("5", "3كيلو")] {
        let texts = [baskets(a, ""), baskets(b, "")];
        assert_eq!(of_one_source([&texts[0], &texts[1]]), OTHER, "{a}, {b}");
    }
    assert_eq!(
        of_one_source([
            "5 سلال من التين عند باب البستان القديم لمن يصل",
            "سه سلال من التين عند باب البستان القديم لمن يصل"
        ]),
        OTHER,
        "at the beginning"
    );
}

#[test]
fn one_number_in_two_spellings_in_long_posts_or_of_two_sources_tells_nothing() {
    let [five, three] = ["5", "3"].map(|count| baskets(count, ""));
    assert_eq!(of_one_source([&five, &baskets("خمس", "")]), COPY, "one number");
    let end = " وفي العطلة يفتح البستان بابه منذ الفجر";
    assert_eq!(of_one_source([&baskets("5", end), &baskets("بضع", end)]), COPY, "a number on one side");
    assert_eq!(at([&five, &three], ["https://garden.example/1", "https://market.example/2"]), COPY, "two sources");
    let counted = |count: u32| baskets("5", &format!("{end} {count}"));
    assert_eq!(of_one_source([&counted(20), &counted(23)]), COPY, "a counter at the end");

    let more = (0..150).map(|place| format!(" كلمة{place}")).collect::<String>();
    assert_eq!(of_one_source([&baskets("5", &more), &baskets("3", &more)]), COPY, "a corrected number");
}

#[test]
fn one_number_tells_two_advertisements_of_one_source_apart() {
    let more = " وقالت صاحبته إن الماء وصل هذا العام متأخرا وإن الطيور أكلت نصف الثمار قبل أن تنضج ثم شكرت كل جار ساعدها في \
                جمع ما بقي على الأغصان العالية";
    assert_eq!(of_one_source([&baskets("5", more), &baskets("3", more)]), OTHER);
}

/// What a channel writes when the same comes again.
const FLASH: [&str; 2] =
    ["عاجل صفارات الإنذار تدوي في بلدات الساحل الشمالي كلها", "صفارات الإنذار تدوي في بلدات الساحل الشمالي"];

/// The relation of two posts of channels at two moments.
fn posted([a, b]: [&str; 2], sources: [&str; 2], dates: [&str; 2]) -> Vec<Relation> {
    let of =
        |id: usize, text: &str| json!({ "id": id.to_string(), "text": text, "source": sources[id], "date": dates[id] });
    relations(&[of(0, a), of(1, b)])
}

#[test]
fn short_posts_of_one_channel_and_of_other_days_are_no_copies() {
    for dates in [["2026-05-11 08:00", "2026-05-11 20:00"], ["2026-05-16", "2026-05-11"], ["11/5/2026", "28/5/2026"]] {
        let expected = if dates[0].starts_with("11/") { COPY } else { OTHER };
        assert_eq!(posted(FLASH, ["garden"; 2], dates), expected, "{dates:?}");
    }

    let days = ["2026-05-11", "2026-05-16"];
    assert_eq!(posted([FLASH[0]; 2], ["garden"; 2], days), [Relation::Exact], "equal words");
}

#[test]
fn posts_of_one_day_of_two_channels_with_titles_and_long_ones_are_copies() {
    let days = ["2026-05-11T08:00:00Z", "2026-05-16T08:00:00Z"];
    assert_eq!(posted(FLASH, ["garden"; 2], [days[0], "2026-05-11T19:59:59Z"]), COPY, "within hours");
    assert_eq!(posted(FLASH, ["garden", "market"], days), COPY, "two channels");
    assert_eq!(posted(FLASH, ["garden"; 2], [days[0], "أمس"]), COPY, "no date");

    let untold = |id: &str, text: &str, date: &str| json!({ "id": id, "text": text, "date": date });
    assert_eq!(relations(&[untold("a", FLASH[0], days[0]), untold("b", FLASH[1], days[1])]), COPY, "no source");

    let titled = |id: &str, text: &str, date: &str| json!({ "id": id, "text": text, "date": date, "source": "garden", "title": "صفارات في الساحل" });
    assert_eq!(relations(&[titled("a", FLASH[0], days[0]), titled("b", FLASH[1], days[1])]), COPY, "an article");

    let at = |id: &str, text: &str, date: &str| json!({ "id": id, "text": text, "date": date, "url": "https://garden.example/1" });
    assert_eq!(relations(&[at("a", FLASH[0], days[0]), at("b", FLASH[1], days[1])]), COPY, "one page");

    let words = (0..30).map(|place| format!(" كلمة{place}")).collect::<String>();
    let long = FLASH.map(|text| format!("{text}{words}"));
    assert_eq!(posted([&long[0], &long[1]], ["garden"; 2], days), COPY, "a long post");
}
