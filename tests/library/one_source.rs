//! Promise: two records of one source that name other things throughout, or are two parts of one work, are no copies; the same texts
//! of two papers, and one page that was read twice, are.

use mukarrar::pipeline::Options;
use mukarrar::similarity::{Relation, VariantReason};
use serde_json::{Value, json};

use crate::common;
use crate::common::text::spelled;

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

/// An advertisement of a flat, with what it says of the flat in the middle.
fn flat(told: &str) -> String {
    format!(
        "للإيجار شقة أنيقة بتشطيب ممتاز في حي الزهور موقع مميز وقريب من جميع الخدمات تتكون من {told} مع مطبخ مجهز ومدخل مستقل وتوفر خصوصية \
         وراحة وهي مناسبة للعائلات وبالقرب منها مسجد ومدرسة ومركز تسوق وحديقة وطريقة الدفع نصف سنوية"
    )
}

/// The relation of two advertisements at two addresses of the sources.
fn of_flats(told: [&str; 2], hosts: [&str; 2]) -> Option<Relation> {
    let record = |id: &str, told: &str, host: &str| -> Value {
        json!({ "id": id, "text": flat(told), "title": "شقة للإيجار في حي الزهور", "url": format!("https://{host}/{id}") })
    };
    let records = [record("a", told[0], hosts[0]), record("b", told[1], hosts[1])];
    common::relations(&records, &Options::default()).first().copied()
}

#[test]
fn flats_of_one_source_are_told_apart_by_their_rooms_and_floors() {
    let one = ["homes.example"; 2];
    let numbers = Some(Relation::Variant(VariantReason::Numbers));
    assert_eq!(of_flats(["غرفتين وصالة", "غرفة وصالة"], one), numbers, "a dual");
    assert_eq!(of_flats(["صالة بالدور الرابع", "صالة بالدورالثالث"], one), numbers, "an ordinal without its space");
    assert_eq!(of_flats(["غرف وصالة ودورات مياه", "غرفة وصالة ودورة مياه"], one), numbers, "two plurals");

    assert_eq!(of_flats(["غرفتين وصالة", "غرفتان وصالة"], one), Some(Relation::Near), "two cases of one dual");
    assert_eq!(of_flats(["غرف وصالة", "غرف نوم وصالة"], one), Some(Relation::Near), "a word more");
    let two = ["homes.example", "flats.example"];
    assert_eq!(of_flats(["غرفتين وصالة", "غرفة وصالة"], two), Some(Relation::Near), "two sites");
}

#[test]
fn a_word_that_is_replaced_by_its_opposite_is_no_edit() {
    let closing = |word: &str| {
        format!(
            "أنهت البورصة المحلية تعاملات الأسبوع وسط تداولات محدودة من المستثمرين الأفراد وقد {word} المؤشر العام بنهاية الجلسة بعد إعلان \
             عدد من الشركات المدرجة نتائجها وسط ترقب لقرار البنك المركزي بشأن أسعار الفائدة في الاجتماع المقبل"
        )
    };
    let of = |words: [&str; 2]| {
        let record = |id: &str, word: &str| -> Value {
            json!({ "id": id, "text": closing(word), "source": "جريدة", "url": format!("https://paper.example/{id}") })
        };
        let records = [record("a", words[0]), record("b", words[1])];
        common::relations(&records, &Options::default()).first().copied()
    };
    assert_eq!(of(["ارتفع", "انخفض"]), Some(Relation::Variant(VariantReason::Facts)));
    assert_eq!(of(["ارتفع", "صعد"]), Some(Relation::Near), "a synonym");
}

#[test]
fn two_opposites_tell_bulletins_apart_however_much_else_differs() {
    let bulletin = |[moved, value, gained]: [&str; 3], companies: &str, rest: &str| {
        format!(
            "{moved} مؤشر سوق الأوراق المالية خلال جلسة تداول أمس بنسبة محدودة ليغلق على مستوى أعلى من المتوقع وقد شهدت القيمة السوقية {value} \
             بقيمة مليار درهم لتصل إلى مستوى جديد وقد تم تداول ما يقارب مليون سهم من خلال صفقات كثيرة وقد سجل مؤشر قطاع التأمين {gained} تلاه \
             مؤشر قطاع البنوك ثم مؤشر قطاع الخدمات وجاء سهم {companies} في المركز الأول من حيث الشركات الأكثر نشاطا حيث تم تداول ما قيمته مليون \
             درهم موزعة على مليون سهم من خلال صفقات {rest}"
        )
    };
    let of = |a: String, b: String| {
        let records = [json!({ "id": "a", "text": a }), json!({ "id": "b", "text": b })];
        common::relations(&records, &Options::default()).first().copied()
    };
    let up = ["ارتفع", "ارتفاعا", "ارتفاعا"];
    let down = ["انخفض", "انخفاضا", "انخفاضا"];
    let (first, second) = ("إعمار العقارية", "دار التكافل للتأمين");
    let rest = "ومنذ بداية العام بلغت نسبة التغير في المؤشر عشرة بالمئة";
    assert_eq!(
        of(bulletin(up, first, ""), bulletin(down, second, rest)),
        Some(Relation::Variant(VariantReason::Facts))
    );
    assert_eq!(of(bulletin(up, first, ""), bulletin(up, first, rest)), Some(Relation::Near), "a sentence more");
}

#[test]
fn reports_of_two_days_in_one_wording_differ_in_nearly_all_their_figures() {
    let background: Vec<usize> = (0..420).collect();
    let report = |figures: [u32; 10]| {
        let sentences: Vec<String> = figures
            .iter()
            .enumerate()
            .map(|(at, figure)| format!("{} {figure}", spelled(&[9_000 + at, 9_100 + at, 9_200 + at])))
            .collect();
        format!("{} {}", sentences.join(" "), spelled(&background))
    };
    let of = |a: [u32; 10], b: [u32; 10]| {
        let records = [json!({ "id": "a", "text": report(a) }), json!({ "id": "b", "text": report(b) })];
        common::relations(&records, &Options::default()).first().copied()
    };
    let first = [2456, 1856, 36214, 2034, 1595, 14936, 885, 252683, 1149, 522];
    let second = [2480, 780, 36572, 2211, 7200, 14978, 1487, 256075, 724, 7676];
    let mut updated = first;
    updated[..4].copy_from_slice(&second[..4]);
    assert_eq!(of(first, second), Some(Relation::Variant(VariantReason::Numbers)));
    assert_eq!(of(first, updated), Some(Relation::Near), "some figures were updated");
}

#[test]
fn decrees_of_two_years_with_one_number_are_told_apart_by_their_text_alone() {
    let board = |head: &str| -> String {
        format!(
            "{head} بتشكيل مجلس إدارة مؤسسة البحوث بعد الاطلاع على النظام الأساسي وعلى القانون المنظم للمؤسسة وعلى اقتراح الوزير قررنا ما \
             يلي يشكل مجلس الإدارة برئاسة الوزير وعضوية مديري الإدارات ويعمل بهذا القرار من تاريخ صدوره وينشر في الجريدة الرسمية"
        )
    };
    let of = |heads: [&str; 2]| {
        let record = |id: &str, head: &str| -> Value { json!({ "id": id, "text": board(head) }) };
        let records = [record("a", heads[0]), record("b", heads[1])];
        common::relations(&records, &Options::default()).first().copied()
    };
    let numbers = Some(Relation::Variant(VariantReason::Numbers));
    assert_eq!(of(["قرار أميري رقم (4) لسنة 2003", "قرار أميري رقم (4) لسنة 2001"]), numbers);
    assert_eq!(of(["قرار رقم (36) لسنة 2008", "قرار رقم (42) لسنة 2009 بتعديل القرار رقم (36) لسنة 2008"]), numbers);
    assert_eq!(of(["قرار أميري رقم (4) لسنة 2003", "قرار أميري رقم 4 لسنة 2003م"]), Some(Relation::Near), "one decree");
}
