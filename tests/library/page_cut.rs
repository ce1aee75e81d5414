//! A page is cut into the stories, headlines and boilerplate that a reader sees on it.

use crate::common;

use mukarrar::document::{Unit, UnitKind};
use mukarrar::page::{Cutter, UnitLevel};

/// A page as scrapers bring it home: an untitled story, a second with its title, source and keyword lines, a third under a
/// read-also cue with a widget's glued row inside, a list of links that repeats the third's title and rewords it.
const PAGE: &str = "\
أعلنت بلدية الواحة اليوم أن أعمال توسعة الميناء القديم ستبدأ مطلع الشهر المقبل، بعد تأخير دام عامين بسبب نقص التمويل.\n\u{a0}\n\
وقال رئيس البلدية في لقاء مع التجار: \"لن يغلق أي رصيف خلال العمل، وسننقل المراكب الصغيرة إلى الحوض الشرقي\".\n\u{a0}\n\
جمعية الصيادين ترحب بتوسعة الميناء وتطلب تعويضات عادلة\n\u{a0}\n\
رحبت جمعية الصيادين بقرار التوسعة، لكنها طلبت من البلدية صرف تعويضات عادلة لأصحاب المراكب قبل بدء العمل.\n\n\
وأوضح أمين الجمعية أن نحو ثلاثمئة عائلة تعيش من الصيد، وأن نقل المراكب يضاعف كلفة الوقود عليها.\n\
المصدر: صحيفة الواحة\n\n\
كلمات دلالية: الميناء القديم توسعة الميناء بلدية الواحة جمعية الصيادين مراكب الصيد توسعه المیناء القدیم تعويضات الصيادين الحوض الشرقي\n\n\
إقرأ أيضاً:\n\n\
الأرصاد: عاصفة رملية شديدة تضرب الساحل مساء الغد\n\n\
قالت هيئة الأرصاد إن عاصفة رملية ستضرب الساحل مساء غد، ودعت السكان إلى البقاء في منازلهم.\n\n\
وأضافت أن الرؤية ستنخفض إلى أقل من مئتي متر.\n\n\
الأرصاد: الحرارة تنخفض في الجبال العاليةمدير المدرسة يكرم المتفوقين ..الجامعة تعلن نتائج القبول في كلياتهاالبلدية تزرع ألف شجرة في الحديقة العامةافتتاح مكتبة جديدة \n\n\
وكانت الهيئة قد حذرت الأسبوع الماضي من رياح نشطة على الطرق الصحراوية.\n\
وطلبت من الصيادين عدم الإبحار حتى صباح الأحد.\n\n\
مقالات مشابهة\n\n\
  • البلدية تبدأ صيانة الطريق الساحلي بعد العيد\n\
  • الأرصاد: عاصفة رملية قوية تصل الساحل مساء الغد\n\
  • الأرصاد: عاصفة رملية شديدة تضرب الساحل مساء الغد\n\
  • فريق الواحة يفوز بكأس السلة.. والمدرب يهدي اللقب للجمهور";

fn cut(text: &str, level: UnitLevel) -> Vec<Unit> {
    let mut units = Vec::new();
    Cutter::new().cut(text, level, &mut units);
    units
}

/// Each unit as its kind, the number of its title and how its text begins.
fn outline(text: &str) -> Vec<(UnitKind, Option<usize>, String)> {
    let begin = |unit: &Unit| unit.span.of(text).split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    cut(text, UnitLevel::Story).iter().map(|unit| (unit.kind, unit.title, begin(unit))).collect()
}

fn kinds(text: &str, level: UnitLevel) -> Vec<UnitKind> {
    cut(text, level).iter().map(|unit| unit.kind).collect()
}

#[test]
fn a_scraped_page_gives_its_stories_headlines_and_boilerplate() {
    let expected = [
        (UnitKind::Story, None, "أعلنت بلدية الواحة"),
        (UnitKind::Headline, None, "جمعية الصيادين ترحب"),
        (UnitKind::Story, Some(1), "رحبت جمعية الصيادين"),
        (UnitKind::Boilerplate, None, "المصدر: صحيفة الواحة"),
        (UnitKind::Boilerplate, None, "كلمات دلالية: الميناء"),
        (UnitKind::Boilerplate, None, "إقرأ أيضاً:"),
        (UnitKind::Headline, None, "الأرصاد: عاصفة رملية"),
        (UnitKind::Story, Some(6), "قالت هيئة الأرصاد"),
        (UnitKind::Boilerplate, None, "الأرصاد: الحرارة تنخفض"),
        (UnitKind::Story, Some(6), "وكانت الهيئة قد"),
        (UnitKind::Boilerplate, None, "مقالات مشابهة"),
        (UnitKind::Headline, None, "• البلدية تبدأ"),
        (UnitKind::Headline, None, "• الأرصاد: عاصفة"),
        (UnitKind::Headline, None, "• الأرصاد: عاصفة"),
        (UnitKind::Headline, None, "• فريق الواحة"),
    ];
    let expected = expected.map(|(kind, title, begin)| (kind, title, begin.to_owned()));
    assert_eq!(outline(PAGE), expected);
    let units = cut(PAGE, UnitLevel::Story);
    assert!(units[0].span.of(PAGE).ends_with("الحوض الشرقي\"."), "a story holds all its paragraphs");
    assert!(units[9].span.of(PAGE).ends_with("صباح الأحد."));
}

#[test]
fn windows_line_ends_change_no_unit() {
    assert_eq!(outline(&PAGE.replace('\n', "\r\n")), outline(PAGE));
    assert_eq!(outline(&PAGE.replace('\n', "\u{2028}")), outline(PAGE));
}

#[test]
#[ignore = "needs the reference collections, which are not part of the project"]
fn the_seed_page_is_cut_as_a_reader_would() {
    let page = std::fs::read_to_string(common::shared("seed/page.txt")).unwrap();
    let mut expected = vec![
        (UnitKind::Story, None, "أكد وزير الخارجية"),
        (UnitKind::Headline, None, "البنتاغون يدعو للانتقال"),
        (UnitKind::Story, Some(1), "دعا وزير الدفاع"),
        (UnitKind::Boilerplate, None, "المصدر: بوابة الوفد"),
        (UnitKind::Boilerplate, None, "كلمات دلالية: وزير"),
        (UnitKind::Boilerplate, None, "إقرأ أيضاً:"),
        (UnitKind::Headline, None, "فرنسا: المواجهة العسكرية"),
        (UnitKind::Story, Some(6), "قال وزير خارجية"),
        (UnitKind::Boilerplate, None, "وزير خارجية فرنسا:"),
        (UnitKind::Story, Some(6), "وكان قال وزير"),
        (UnitKind::Boilerplate, None, "مقالات مشابهة"),
    ];
    let links = ["قائد الطيران", "عقوبات جديدة", "فرنسا: المواجهة", "فرنسا: المواجهة", "بيت المهارات..", "واشنطن تعزز"];
    let more = ["وزير خارجية", "إسرائيل تستعد", "اتحاد اليد", "وزير الدفاع"];
    let links: Vec<String> = links.iter().chain(&more).map(|link| format!("• {link}")).collect();
    expected.extend(links.iter().map(|link| (UnitKind::Headline, None, link.as_str())));
    let found = outline(&page);
    let found: Vec<_> = found.iter().map(|(kind, title, begin)| (*kind, *title, begin.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn lines_and_paragraphs_keep_every_line_and_mark_boilerplate() {
    let text = "خبر أول قصير\n\n  المصدر: وكالات  \n\t\nخبر ثان قصير.";
    for (level, kind) in [(UnitLevel::Paragraph, UnitKind::Paragraph), (UnitLevel::Line, UnitKind::Line)] {
        let units = cut(text, level);
        assert_eq!(kinds(text, level), [kind, UnitKind::Boilerplate, kind]);
        assert_eq!(units[1].span.of(text), "المصدر: وكالات");
    }
}

#[test]
fn a_document_is_one_unit_even_when_empty() {
    for text in ["", " \n", PAGE] {
        let units = cut(text, UnitLevel::Document);
        assert_eq!(units.len(), 1);
        assert_eq!((units[0].kind, units[0].span.of(text)), (UnitKind::Document, text));
    }
    assert!(cut(" \n\t", UnitLevel::Story).is_empty());
}

#[test]
fn levels_are_read_and_shown_by_name() {
    for level in UnitLevel::ALL {
        assert_eq!(level.to_string().parse::<UnitLevel>().expect("own name"), level);
    }
    let error = "page".parse::<UnitLevel>().expect_err("no such level").to_string();
    assert!(error.contains("document, story, paragraph, line"), "{error}");
}

/// Lines that stand on news pages for the page's sake, of every family and some other languages.
const BOILERPLATE: &[&str] = &[
    "اقرأ ايضا",
    "اِقْرَأْ أيضًا:",
    "اقرأ أيضاً: البلدية تعلن مواعيد العمل في شهر رمضان",
    "لقراءة المزيد",
    "قد يهمك أيضا",
    "شاهد أيضاً",
    "أخبار ذات صلة",
    "المواضيع المتعلقة:",
    "الأكثر قراءة",
    "اختيارات المحرر",
    "الكلمات المفتاحية: ميناء، صيد، مراكب",
    "وسوم: ميناء صيد",
    "#الميناء #الصيد #بلدية_الواحة",
    "المصدر: وكالات",
    "رابط الخبر بصحيفة الواحة: توسعة الميناء",
    "تابعونا على فيسبوك",
    "نسخ الرابط",
    "© 2024 جميع الحقوق محفوظة لصحيفة الواحة",
    "الآراء الواردة في المقالات لا تعبر بالضرورة عن رأي الصحيفة.",
    "3 تعليقات",
    "أضف تعليقك",
    "// انتهى //",
    "…المزيد",
    "(أ ف ب)",
    "الرياض - واس",
    "الرياض 26 شوال 1436 هـ الموافق 11 أغسطس 2015 م واس",
    "مقالات أخرى للكاتبدرس من البحرأحلام الصيادين",
    "برچسب‌ها: بندر، ماهی",
    "بیشتر بخوانید",
    "مزید پڑھیں: بندرگاہ کی توسیع",
    "Related articles",
    "Source: Al Waha daily",
];

/// Lines of stories that begin with the same words.
const PROSE: &[&str] = &[
    "المصدر الذي طلب عدم ذكر اسمه قال إن الاتفاق قريب.",
    "مصدر أمني ينفي إغلاق الطريق الساحلي",
    "شاهد الجميع كيف غرقت السفينة في دقائق.",
    "شاهد عيان يروي لحظات غرق السفينة",
    "أخبار الموت لا تأتي منعزلة.",
    "أخبار أخرى تفيد بوصول المراكب",
    "انتهى اللقاء بالتعادل",
    "شارك وفد الجمعية في المؤتمر",
    "انضم اللاعب إلى معسكر الفريق",
    "الأكثر أهمية أن الميناء لم يغلق",
    "تقارير صحافية تتحدث عن اتفاق قريب",
    "سمات الشخصية الناجحة في العمل",
    "أضف الملح إلى الماء",
    "نقلا عن مسؤول في الميناء",
    "البنتاغون يعلن خطة جديدة",
    "أسعار النفط ترتفع مع تراجع المخزون - رويترز",
    "حقوق المرضى في المستشفيات",
    "Source material was lost in the fire",
];

#[test]
fn cue_lines_of_every_family_are_boilerplate() {
    for line in BOILERPLATE {
        let page = format!("وصل الوفد إلى المدينة صباح اليوم.\n{line}\nوصل الوفد إلى المدينة صباح اليوم.");
        let found = kinds(&page, UnitLevel::Paragraph);
        assert_eq!(found, [UnitKind::Paragraph, UnitKind::Boilerplate, UnitKind::Paragraph], "{line}");
    }
}

#[test]
fn prose_that_begins_like_a_cue_is_kept() {
    for line in PROSE {
        let page = format!("وصل الوفد إلى المدينة صباح اليوم.\n{line}\nوصل الوفد إلى المدينة صباح اليوم.");
        assert_eq!(kinds(&page, UnitLevel::Paragraph), [UnitKind::Paragraph; 3], "{line}");
    }
}

#[test]
fn a_common_word_is_a_cue_only_beside_a_cue_or_at_the_end() {
    let body = "وصل الوفد إلى المدينة صباح اليوم.";
    let tags = "سمات ميناء صيد مراكب";
    let kind = |page: String, at: usize| kinds(&page, UnitLevel::Paragraph)[at];
    assert_eq!(kind(format!("{body}\n{tags}"), 1), UnitKind::Boilerplate);
    assert_eq!(kind(format!("{body}\n{tags}\nالمصدر: وكالات\n{body}"), 1), UnitKind::Boilerplate);
    assert_eq!(kind(format!("{body}\nالمصدر: وكالات\n{tags}\n{body}"), 2), UnitKind::Boilerplate);
    assert_eq!(kind(format!("{body}\n{tags}\n{body}"), 1), UnitKind::Paragraph);
}

const BODY: &str = "قال مدير الميناء إن العمل يسير كما خطط له، وإن الرصيف الجديد سيستقبل السفن قبل نهاية العام الحالي. \
وأضاف أن تدريب العاملين على الرافعات الجديدة بدأ الأسبوع الماضي.";

#[test]
fn a_title_stands_over_a_story_however_short() {
    let title = "مدير الميناء يعلن موعد الافتتاح الرسمي";
    let found = |body: &str| kinds(&format!("{title}\n{body}\nالمصدر: وكالات"), UnitLevel::Story);
    assert_eq!(found(BODY), [UnitKind::Headline, UnitKind::Story, UnitKind::Boilerplate]);
    assert_eq!(
        found("وصل الوفد إلى المدينة صباح اليوم."),
        [UnitKind::Headline, UnitKind::Story, UnitKind::Boilerplate]
    );
}

#[test]
fn keywords_below_their_cue_are_boilerplate_and_the_next_title_is_not() {
    let page = format!("{BODY}\nكلمات دلالية\nميناء\nصيد بحري\nمدير الميناء يعلن موعد الافتتاح الرسمي\n{BODY}");
    use UnitKind::{Boilerplate, Headline, Story};
    assert_eq!(kinds(&page, UnitLevel::Story), [Story, Boilerplate, Boilerplate, Boilerplate, Headline, Story]);
}

#[test]
fn links_without_bullets_below_a_related_cue_are_headlines() {
    let page =
        format!("{BODY}\nأخبار ذات صلة\nالميناء يستقبل أول سفينة سياحية\nمتى تنتهي أعمال التوسعة؟\nالصيادون يعودون");
    use UnitKind::{Boilerplate, Headline, Story};
    assert_eq!(kinds(&page, UnitLevel::Story), [Story, Boilerplate, Headline, Headline, Headline]);
}

#[test]
fn a_read_also_line_that_gives_an_address_opens_no_list() {
    let page = format!("{BODY}\nللمزيد من المعلومات: www.example.org\nوصلت السفينة الأولى إلى الرصيف الجديد.");
    assert_eq!(kinds(&page, UnitLevel::Story), [UnitKind::Story, UnitKind::Boilerplate, UnitKind::Story]);
}

#[test]
fn a_read_also_line_with_its_link_interrupts_a_story_and_an_agency_mark_does_not_part_it_from_its_title() {
    let page = format!(
        "افتتاح الرصيف الجديد في الميناء\nالواحة - رويترز\n{BODY}\nاقرأ أيضاً: الميناء يستقبل أول سفينة سياحية\n{BODY}"
    );
    let found: Vec<_> = cut(&page, UnitLevel::Story).iter().map(|unit| (unit.kind, unit.title)).collect();
    use UnitKind::{Boilerplate, Headline, Story};
    let story = (Story, Some(0));
    assert_eq!(found, [(Headline, None), (Boilerplate, None), story, (Boilerplate, None), story]);
}

#[test]
fn what_only_looks_like_a_title_stays_in_its_story() {
    let list = format!(
        "{BODY}\nوجاءت النتائج على النحو التالي:\n- الرصيف الأول في المركز الأول\n- الرصيف الثاني في المركز الثاني\n- الرصيف الثالث في المركز الثالث"
    );
    let interview = format!(
        "{BODY}\nمتى بدأت العمل في الميناء القديم؟\n{BODY}\nوكيف كانت الأيام الأولى في البحر؟\n{BODY}\nوهل تنصح الشباب بمهنة الصيد اليوم؟\n{BODY}"
    );
    let verse =
        format!("{BODY}\nيا بحر خذني إلى شاطئ بعيد\nفقد تعبت من الرحيل في الليل\nوقلبي على رمال الميناء وحيد\n{BODY}");
    let quoted = format!("{BODY}\nوقال في ختام حديثه أمام الحضور:\n{BODY}");
    for page in [list, interview, verse, quoted] {
        assert_eq!(kinds(&page, UnitLevel::Story), [UnitKind::Story], "{page}");
    }
}

#[test]
fn a_byline_without_a_title_is_no_part_of_the_story() {
    let page = format!("أحمد الساحلي – جريدة الواحة\n{BODY}");
    assert_eq!(kinds(&page, UnitLevel::Story), [UnitKind::Boilerplate, UnitKind::Story]);
}

#[test]
fn an_english_page_is_cut_too() {
    let body = "The harbour master said on Monday that work on the new pier would go on through the winter, and that no berth \
        would close before the spring fleet had left the bay.";
    let page = format!(
        "New pier to open before summer\n{body}\nSource: Harbour Times\nRelated articles\n* Fleet sails early\n* Storm warning lifted"
    );
    use UnitKind::{Boilerplate, Headline, Story};
    assert_eq!(kinds(&page, UnitLevel::Story), [Headline, Story, Boilerplate, Boilerplate, Headline, Headline]);
}
