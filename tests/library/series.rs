//! Promise: texts that one source writes over one form are no copies if each has a word of its own in its title, or in its
//! text; copies of two sources, one page read again, and texts that differ in spelling stay copies.

use mukarrar::pipeline::{Options, TitleField};
use mukarrar::similarity::{Relation, VariantReason};
use serde_json::{Value, json};

use crate::common;

const TITLES: Relation = Relation::Variant(VariantReason::Titles);

const FURNITURE: Relation = Relation::Variant(VariantReason::Furniture);

/// The relations of all alike pairs of some records.
fn relations(records: &[Value]) -> Vec<Relation> {
    relations_with(records, &Options::default())
}

fn relations_with(records: &[Value], options: &Options) -> Vec<Relation> {
    let mut found = common::relations(records, options);
    found.dedup();
    found
}

/// The notice that a market prints every day, with the goods of the day.
fn notice(goods: &str) -> String {
    format!(
        "أعلنت إدارة السوق المركزي صباح اليوم وصول شحنة جديدة من {goods} إلى ساحة البيع بالجملة وقالت إن البيع يبدأ بعد \
         صلاة الفجر ويستمر حتى الظهر وإن على التجار إبراز بطاقاتهم عند البوابة الشرقية ودعت إلى التزام المواقف المخصصة \
         وعدم ترك العربات في الممرات ونبهت إلى أن لجنة الأوزان تراجع الموازين كل ساعة وأن الشكاوى تقدم في مكتب المراقبة \
         قرب المسجد القديم وشكرت المزارعين على تعاونهم وتمنت للجميع موسما طيبا ورزقا وفيرا"
    )
}

const GOODS: [&str; 5] = ["الطماطم", "البرتقال", "الخيار", "العنب", "الباذنجان"];

fn record(place: usize, goods: &str, title: Option<&str>, host: &str) -> Value {
    let url = format!("https://{host}/news/{place}");
    let mut record = json!({ "id": place.to_string(), "text": notice(goods), "url": url });
    if let Some(title) = title {
        record["title"] = json!(title);
    }
    record
}

fn records(count: usize, title: impl Fn(&str) -> Option<String>, host: impl Fn(usize) -> String) -> Vec<Value> {
    let numbered = GOODS[..count].iter().enumerate();
    numbered.map(|(place, goods)| record(place, goods, title(goods).as_deref(), &host(place))).collect()
}

fn one_host(_: usize) -> String {
    "market.example".to_owned()
}

#[test]
fn three_notices_of_one_source_under_titles_with_own_words_are_no_copies() {
    let titled = |goods: &str| Some(format!("السوق المركزي يستقبل {goods}"));
    assert_eq!(relations(&records(3, titled, one_host)), [TITLES]);

    let by_number = |place: usize| format!("{place}.example");
    assert_eq!(relations(&records(3, titled, by_number)), [Relation::Near], "three sources print one report");
}

/// A notice of a gazette that prints several on each of its pages: a reference over the line of the page.
fn reference(place: usize, reference: &str) -> Value {
    let page = 118 + place / 2;
    let line = format!("ممارسات | الجريدة اليوم الرسمية | العدد 1788 | 25/4/2026 | صفحة {page}");
    let url = format!("https://gazette.example/{page}");
    json!({ "id": place.to_string(), "text": format!("{reference}\n{line}"), "url": url })
}

#[test]
fn notices_on_one_page_of_a_gazette_are_told_apart_by_their_references() {
    let notices: Vec<Value> = (0..20).map(|place| reference(place, &format!("{}/4", 41 + place))).collect();
    let found = relations(&notices);
    assert!(found.iter().all(|relation| matches!(relation, Relation::Variant(_))), "{found:?}");

    // A page that was read twice begins as it did.
    let again = [reference(20, "تنويه"), reference(21, "تنويه هام")];
    assert!(relations(&[notices, again.to_vec()].concat()).contains(&Relation::Near));
}

#[test]
fn a_title_with_one_word_more_is_the_same_notice() {
    let longer = |goods: &str| Some(if goods == GOODS[0] { "السوق المركزي اليوم" } else { "السوق المركزي" }.to_owned());
    assert_eq!(relations(&records(3, longer, one_host)), [Relation::Near]);
}

#[test]
fn three_notices_of_one_source_with_own_words_are_no_copies_without_titles() {
    assert_eq!(relations(&records(3, |_| None, one_host)), [FURNITURE]);
    assert_eq!(relations(&records(2, |_| None, one_host)), [Relation::Near], "two are no series");
    assert_eq!(relations(&records(4, |_| None, |place| format!("{place}.example"))), [Relation::Near]);

    let mut untitled = Options::default();
    untitled.title_field = TitleField::Ignored;
    let titled = |goods: &str| Some(format!("السوق المركزي يستقبل {goods}"));
    assert_eq!(relations_with(&records(3, titled, one_host), &untitled), [FURNITURE], "titles are left out");
}

#[test]
fn four_notices_with_own_words_are_no_copies_under_one_title() {
    let same = |_: &str| Some("السوق المركزي".to_owned());
    assert_eq!(relations(&records(4, same, one_host)), [FURNITURE]);
    assert_eq!(relations(&records(3, same, one_host)), [Relation::Near]);
}

#[test]
fn records_without_a_source_are_judged_by_their_texts() {
    let mut unnamed = records(4, |_| None, one_host);
    for record in &mut unnamed {
        record.as_object_mut().unwrap().remove("url");
    }
    assert_eq!(relations(&unnamed), [Relation::Near]);
}

/// Words of which each record of a register has two.
const GOODS_OF_RECORDS: [[&str; 2]; 9] = [
    ["الطماطم", "بغداد"],
    ["قمصان", "دمشق"],
    ["خزائن", "الرباط"],
    ["زعفران", "صنعاء"],
    ["فوانيس", "الخرطوم"],
    ["بهارات", "نواكشوط"],
    ["سجاجيد", "مسقط"],
    ["أقلام", "مراكش"],
    ["هواتف", "طرابلس"],
];

/// Notices of a register that names itself and gives no addresses: the last `own` words differ.
fn listed(count: usize, own: usize) -> Vec<Value> {
    let record = |(place, goods): (usize, &[&str; 2])| {
        let text = format!("{} {}", notice("القمح"), goods[..own].join(" "));
        json!({ "id": place.to_string(), "text": text, "title": "السوق المركزي", "source": "register" })
    };
    GOODS_OF_RECORDS[..count].iter().enumerate().map(record).collect()
}

#[test]
fn eight_notices_of_one_source_without_addresses_are_no_copies_if_each_has_two_own_words() {
    assert_eq!(relations(&listed(9, 2)), [FURNITURE]);
    assert_eq!(relations(&listed(9, 1)), [Relation::Near], "one word may be an edit");
    assert_eq!(relations(&listed(6, 2)), [Relation::Near], "six may be one notice, edited");

    let mut unnamed = listed(9, 2);
    for record in &mut unnamed {
        record.as_object_mut().unwrap().remove("source");
    }
    assert_eq!(relations(&unnamed), [Relation::Near], "no source is named");
}

#[test]
fn a_page_that_is_read_again_stays_a_copy() {
    let mut again = records(5, |_| None, one_host);
    for record in &mut again {
        record["url"] = json!("https://market.example/today");
    }
    assert_eq!(relations(&again), [Relation::Near]);
}

#[test]
fn spellings_spaces_and_additions_on_one_side_are_no_content() {
    // Of each pair one has nothing of its own but spellings and spaces.
    let cut = |text: &str| text.split(" وشكرت").next().unwrap().to_owned();
    let whole = notice("الطماطم");
    let texts = [
        whole.clone(),
        cut(&whole),
        format!("{whole} وللاستفسار هاتف المراقبة"),
        whole.replace("كل ساعة", "كلساعة"),
        whole.replace("إبراز", "ابرااز"),
    ];
    let of = |(place, text): (usize, &String)| json!({ "id": place.to_string(), "text": text, "url": format!("https://market.example/{place}") });
    let records: Vec<Value> = texts.iter().enumerate().map(of).collect();
    assert_eq!(relations(&records), [Relation::Near]);
}

#[test]
fn numbers_and_an_own_word_in_each_title_tell_two_pages_apart() {
    // So long that one number is not the content.
    let flat = |area: u32, floor: u32| {
        let first = notice(GOODS[0]).replace("كل ساعة", &format!("كل {area} دقيقة"));
        [first.replace("كل", &format!("كل {floor}")), notice(GOODS[1]), notice(GOODS[2])].join(" ")
    };
    let pair = |titles: [&str; 2], areas: [u32; 2]| {
        let of = |place: usize| {
            let url = format!("https://market.example/{place}");
            json!({ "id": place.to_string(), "text": flat(areas[place], 7), "title": titles[place], "url": url })
        };
        relations(&[of(0), of(1)])
    };
    assert_eq!(pair(["مراجعة الموازين مساء", "مراجعة الموازين ليلا"], [20, 45]), [TITLES]);
    assert_eq!(
        pair(["مراجعة الموازين مساء", "مراجعة الموازين"], [20, 45]),
        [Relation::Near],
        "one title has nothing of its own"
    );
    assert_eq!(pair(["مراجعة الموازين مساء", "مراجعة الموازين ليلا"], [20, 20]), [Relation::Exact], "one number");
}

/// Records of which nothing is known: an id and a text.
fn bare(texts: impl IntoIterator<Item = String>) -> Vec<Value> {
    texts.into_iter().enumerate().map(|(place, text)| json!({ "id": place.to_string(), "text": text })).collect()
}

const MODELS: [&str; 24] = [
    "كورولا",
    "سوناتا",
    "النترا",
    "كامري",
    "سيراتو",
    "فيوجن",
    "مازدا",
    "لانسر",
    "افانتي",
    "باجيرو",
    "سبورتاج",
    "توسان",
    "اوبتيما",
    "ريو",
    "بيكانتو",
    "ميني",
    "كابتيفا",
    "كروز",
    "مالبو",
    "تاهو",
    "اسكاليد",
    "جيمي",
    "سويفت",
    "فيتارا",
];

const COLOURS: [&str; 24] = [
    "ابيض",
    "اسود",
    "احمر",
    "ازرق",
    "فضي",
    "رمادي",
    "خمري",
    "ذهبي",
    "بني",
    "اخضر",
    "برتقالي",
    "كحلي",
    "بيج",
    "زيتي",
    "نحاسي",
    "بنفسجي",
    "سماوي",
    "عنابي",
    "كاكي",
    "لؤلؤي",
    "فيروزي",
    "رصاصي",
    "عسلي",
    "وردي",
];

/// An advertisement of a form: what tells the car is two fields in the middle.
fn advertisement(model: &str, colour: &str) -> String {
    format!(
        "المدينة عمان نوع الإعلان سيارات للبيع حالة المركبة مستعملة ناقل الحركة اوتوماتيك الموديل {model} الوقود بنزين الجمارك مجمرك \
         الترخيص مرخصة التأمين شامل طريقة الدفع كاش فقط لون السيارة {colour} الهيكل بحالة جيدة جدا فتحة سقف كهربائية أكياس هوائية كاميرا \
         خلفية مثبت سرعة حساسات اصطفاف بلوتوث شاشة لمس كراسي جلد مدفأة نظام ملاحة أضوية زينون جنطات مغنيسيوم تكييف خلفي قفل مركزي"
    )
}

#[test]
fn two_filled_slots_tell_records_of_a_form_apart_of_which_nothing_is_known() {
    let filled = |count: usize| bare((0..count).map(|place| advertisement(MODELS[place], COLOURS[place])));
    let facts = Relation::Variant(VariantReason::Facts);
    assert_eq!(relations(&filled(9)), [facts], "nine texts fill the form");

    // A text that spreads with edits at its ends is no form.
    let quoted = |place: usize| format!("{} {} {}", MODELS[place], advertisement("كورولا", "ابيض"), COLOURS[place]);
    assert_eq!(relations(&bare((0..9).map(quoted))), [Relation::Near]);
}

#[test]
fn one_filled_slot_tells_records_of_a_form_that_twenty_texts_have_apart() {
    let one = |count: usize| bare((0..count).map(|place| advertisement(MODELS[place], "ابيض")));
    let facts = Relation::Variant(VariantReason::Facts);
    assert_eq!(relations(&one(24)), [facts]);
    assert!(relations(&one(3)).contains(&Relation::Near), "three texts may be edits of one");
}

#[test]
fn a_word_tells_short_texts_apart_unless_it_is_another_spelling() {
    let differ = |a: &str, b: &str| relations(&bare([a.to_owned(), b.to_owned()]));
    let facts = [Relation::Variant(VariantReason::Facts)];
    let watch = "ساعت مچی مردانه سه موتور فعال کرنوگراف بند فلزی صفحه مشکی";
    assert_eq!(differ(&format!("{watch} طلایی مدل برنا"), &format!("{watch} رزگلد مدل برنا")), facts, "a colour");
    assert_eq!(
        differ("سویشرت دخترانه برند کوتون اصل 3WKG10616AK", "سویشرت دخترانه برند کوتون اصل 3WKG10617AK"),
        facts,
        "a code"
    );
    assert_eq!(differ("ايفون 11 برو ماكس", "ايفون 11 برو ماكس زيتوني"), facts, "one word more of a few");

    assert_eq!(
        differ("افتتاح معرض الكتاب الدولي في مسقط اليوم", "افتتاح معرض الكتاب الدولى فى مسقط اليوم"),
        [Relation::Exact],
        "another spelling"
    );
    let report = "الأهلي يفوز على الاتحاد بهدفين في ختام مباريات الجولة الأولى";
    assert_eq!(differ(report, &format!("{report} أمس")), [Relation::Near], "a word more of many");

    let of_papers = |source: &str, text: &str| json!({ "id": source, "text": text, "source": source });
    let papers = [of_papers("a", &format!("{report} للدوري")), of_papers("b", &format!("{report} لدورينا"))];
    assert_eq!(relations(&papers), [Relation::Near], "papers edit what an agency wrote");
}

#[test]
fn a_number_or_a_negation_tells_longer_headlines_apart() {
    let differ = |a: &str, b: &str| relations(&bare([a.to_owned(), b.to_owned()]));
    let facts = [Relation::Variant(VariantReason::Facts)];
    let camp = |day: u32| {
        format!(
            "محکمہ تعمیرات کے بر طرف ملازمین کا علامتی بھوک ہڑتالی کیمپ شہر کے مرکزی چوک پر {day}ویں روز بھی جاری رہا"
        )
    };
    assert_eq!(differ(&camp(22), &camp(23)), facts, "another day");
    assert_eq!(differ(&camp(22), &format!("{} پولیس موجود", camp(22))), [Relation::Near], "words more");

    let moon = |seen: &str| format!("مرکزی رویت ہلال کمیٹی کا اجلاس، شعبان المعظم کا چاند نظر {seen}");
    assert_eq!(differ(&moon("آ گیا"), &moon("نہیں آیا")), facts, "the opposite in Urdu");

    let trip = |plan: &str| {
        format!("المتحدث الرسمي باسم البلدية في مؤتمر صحفي {plan} قرار إغلاق السوق القديم أمام السيارات مع بداية الشهر")
    };
    assert_eq!(differ(&trip("صدر"), &trip("لم يصدر")), facts, "the opposite in Arabic");
}

#[test]
fn a_code_in_place_of_an_address_names_no_source() {
    let product = |id: &str, memory: &str| {
        let text = format!("لپ تاپ 15.6 اینچی لنوو مدل IdeaPad 3 15ITL6-i5 {memory} 1HDD 256SSD MX350 - کاستوم شده");
        json!({ "id": id, "text": text, "url": format!("dkp-997961{id}") })
    };
    let found = relations(&[product("1", "12GB"), product("2", "16GB")]);
    assert!(matches!(found[..], [Relation::Variant(_)]), "{found:?}");
}
