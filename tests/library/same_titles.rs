//! Promise: an edited report is a copy, or a part, of another one below the threshold if two sources print both under one
//! title; a title of one source or of a form, other numbers and distant dates make none.

use mukarrar::pipeline::{Options, TitleField};
use mukarrar::similarity::Relation;
use mukarrar::similarity::facts::Facts;
use serde_json::{Value, json};

use crate::common;

const TITLE: &str = "أمانة المدينة تنهي تطوير الحديقة العامة";

pub(crate) const REPORT: &str = "أعلنت أمانة المدينة أمس الانتهاء من تطوير الحديقة العامة في الحي الشمالي بعد عمل استمر ستة أشهر وقالت \
                      إن المشروع شمل زراعة الأشجار وإنشاء ممرات للمشاة وملاعب للأطفال ومظلات للجلوس وأوضح مدير الحدائق أن \
                      الحديقة ستفتح أبوابها للزوار مساء الخميس المقبل وأن الدخول إليها مجاني طوال أيام الأسبوع ودعا السكان \
                      إلى المحافظة على المرافق العامة وعدم ترك المخلفات فيها وشكر الشركات التي ساهمت في تنفيذ المشروع";

/// The report with more words all over it: Jaccard .4.
pub(crate) const RETOLD: &str = "أعلنت أمانة المدينة أمس الانتهاء من تطوير مرافق الحديقة العامة في الحي الشمالي بعد عمل متواصل استمر ستة أشهر \
                      وقالت إن المشروع شمل زراعة مئات الأشجار وإنشاء ممرات للمشاة وملاعب للأطفال ومظلات كبيرة للجلوس وأوضح مدير \
                      الحدائق أن هذه الحديقة ستفتح أبوابها للزوار مساء يوم الخميس المقبل وأن الدخول إليها مجاني تماما طوال أيام \
                      الأسبوع ودعا جميع السكان إلى المحافظة على كل المرافق العامة وعدم ترك المخلفات فيها وشكر جميع الشركات التي \
                      ساهمت في تنفيذ هذا المشروع";

/// Its beginning with words left out and one put in, 25 of them.
pub(crate) const SHORTENED: &str = "أعلنت أمانة المدينة الانتهاء من تطوير الحديقة العامة في الحي الشمالي بعد عمل استمر ستة أشهر وقالت إن \
                         المشروع شمل إنشاء ممرات جديدة للمشاة وملاعب للأطفال";

fn record(id: &str, text: &str, title: &str, source: &str) -> Value {
    json!({ "id": id, "text": text, "title": title, "source": source })
}

fn two(second: &str, title: &str, source: &str) -> [Value; 2] {
    [record("a", REPORT, TITLE, "جريدة"), record("b", second, title, source)]
}

/// The relation of the records `a` and `b` among all `records`, if they are listed.
fn relation(records: &[Value], options: &Options) -> Option<Relation> {
    let found = common::relations(records, options);
    assert!(found.len() < 2, "a pair is listed once: {found:?}");
    found.first().copied()
}

fn usual(records: &[Value]) -> Option<Relation> {
    relation(records, &Options::default())
}

#[test]
fn a_retold_report_is_a_copy_under_the_title_of_another_source() {
    assert_eq!(usual(&two(RETOLD, TITLE, "صحيفة")), Some(Relation::Near));
    assert_eq!(usual(&two(RETOLD, "أَمانة المدينه تنهي تطوير الحديقة العامة", "صحيفة")), Some(Relation::Near), "folded");
    assert_eq!(usual(&two(RETOLD, TITLE, "جريدة")), None, "one source");
    assert_eq!(usual(&two(RETOLD, "افتتاح حديقة الحي الشمالي يوم الخميس", "صحيفة")), None, "another title");

    let short = ["حديقة جديدة للحي"; 2];
    assert_eq!(usual(&[record("a", REPORT, short[0], "جريدة"), record("b", RETOLD, short[1], "صحيفة")]), None);
}

#[test]
fn the_address_names_the_source_where_no_field_does() {
    let of = |id: &str, text: &str, url: &str| json!({ "id": id, "text": text, "headline": TITLE, "link": url });
    let pair = |url| usual(&[of("a", REPORT, "https://a.example/1"), of("b", RETOLD, url)]);
    assert_eq!(pair("https://b.example/1"), Some(Relation::Near));
    assert_eq!(pair("https://www.a.example/2"), None);
}

#[test]
fn a_shortened_report_is_a_part_of_the_other_one() {
    assert_eq!(usual(&two(SHORTENED, TITLE, "صحيفة")), Some(Relation::Contained));
    assert_eq!(usual(&two(SHORTENED, "افتتاح حديقة الحي الشمالي يوم الخميس", "صحيفة")), None);
    let mut without = Options::default();
    without.containment = None;
    assert_eq!(relation(&two(SHORTENED, TITLE, "صحيفة"), &without), None);
}

#[test]
fn titles_count_only_where_titles_and_facts_are_read() {
    let mut ignored = Options::default();
    ignored.title_field = TitleField::Ignored;
    assert_eq!(relation(&two(RETOLD, TITLE, "صحيفة"), &ignored), None);

    let mut off = Options::default();
    off.facts = Facts::Off;
    assert_eq!(relation(&two(RETOLD, TITLE, "صحيفة"), &off), None);
}

#[test]
fn a_form_with_other_numbers_is_no_copy_under_any_title() {
    let form = |[heat, wind, humidity, sight]: [u32; 4], [told, said, asked]: [&str; 3]| {
        format!(
            "{told} محطة الرصد في المدينة أمس درجة حرارة بلغت {heat} درجة مئوية وهبت رياح سرعتها {wind} كيلومترا في الساعة \
             {said} المركز إن الرطوبة وصلت إلى {humidity} في المئة وإن الرؤية انخفضت إلى {sight} كيلومترات عند الظهر {asked} \
             السائقين إلى الحذر على الطرق المكشوفة والمزارعين إلى ري الحقول قبل الغروب"
        )
    };
    let title = "حالة الطقس في المدينة اليوم";
    let first = form([41, 25, 18, 4], ["سجلت", "وقال", "ودعا"]);
    let pair = |second: &str| usual(&[record("a", &first, title, "جريدة"), record("b", second, title, "صحيفة")]);
    assert_eq!(pair(&form([41, 25, 18, 4], ["رصدت", "وذكر", "ونبه"])), Some(Relation::Near));
    assert_eq!(pair(&form([37, 33, 52, 9], ["رصدت", "وذكر", "ونبه"])), None);
}

#[test]
fn a_title_that_sources_print_again_is_no_evidence() {
    let other = |id: &str, number: usize, source: &str| {
        let words: Vec<String> = (0..40).map(|word| format!("كلمة{}", word * 7 + number * 1_000)).collect();
        record(id, &words.join(" "), TITLE, source)
    };
    let mut records = two(RETOLD, TITLE, "صحيفة").to_vec();
    records.extend([other("c", 1, "جريدة"), other("d", 2, "صحيفة")]);
    assert_eq!(usual(&records), Some(Relation::Near), "each source has it twice");
    records.push(other("e", 3, "جريدة"));
    assert_eq!(usual(&records), None);
}

#[test]
fn reports_of_one_title_are_near_in_time_where_dates_are_known() {
    let dated = |date: &str| {
        let mut records = two(RETOLD, TITLE, "صحيفة");
        records[0]["date"] = json!("2025-03-02");
        records[1]["date"] = json!(date);
        let mut options = Options::default();
        options.date_field = Some("date".to_owned());
        relation(&records, &options)
    };
    assert_eq!(dated("2025-03-06"), Some(Relation::Near));
    assert_eq!(dated("2025-04-02"), None);
    assert_eq!(dated("؟"), Some(Relation::Near), "a date that cannot be read is not known");
}
