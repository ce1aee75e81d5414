//! Shapes that news pages have: what a reader takes for a headline, a story, the page's furniture.
//!
//! Each page is written with the kind of each line before it: H headline, S story, B boilerplate, `-` either is right.

use mukarrar::document::{Unit, UnitKind};
use mukarrar::page::{Cutter, MarkupHint, MarkupMark, UnitLevel};

fn cut(text: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    Cutter::new().cut(text, UnitLevel::Story, &mut units);
    units
}

/// The kinds of the units that hold letters on the line at `start..end`.
fn kinds(text: &str, units: &[Unit], start: usize, end: usize) -> Vec<UnitKind> {
    let inside = units.iter().filter(|unit| unit.span.start < end && start < unit.span.end);
    inside.filter(|unit| unit.span.of(text).chars().any(char::is_alphanumeric)).map(|unit| unit.kind).collect()
}

/// Fails with all lines of named pages, written with their kinds, that come out otherwise.
pub(crate) fn assert_cut(pages: &[(&str, &str)]) {
    let failed: Vec<String> = pages
        .iter()
        .flat_map(|(name, page)| wrong(page).into_iter().map(move |line| format!("{name}: {line}")))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Cuts a page written with its kinds; gives what came out otherwise.
fn wrong(marked: &str) -> Vec<String> {
    let lines: Vec<(&str, &str)> = marked.lines().map(|line| line.split_once(' ').unwrap_or(("", ""))).collect();
    let text = lines.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
    let units = cut(&text);
    let mut start = 0;
    let mut wrong = Vec::new();
    for (mark, line) in lines {
        let found = kinds(&text, &units, start, start + line.len());
        start += line.len() + 1;
        let right = match mark {
            "H" => found.contains(&UnitKind::Headline) && !found.contains(&UnitKind::Story),
            "S" => found == [UnitKind::Story],
            "B" => found == [UnitKind::Boilerplate],
            _ => true,
        };
        if !right {
            wrong.push(format!("{mark} {found:?} {line}"));
        }
    }
    wrong
}

/// The headlines, without the sign that parts each from the next.
fn headlines(text: &str) -> Vec<&str> {
    cut(text)
        .iter()
        .filter(|unit| unit.kind == UnitKind::Headline)
        .map(|unit| unit.span.of(text).trim_end_matches([' ', '|', '•']))
        .collect()
}

/// Pages of lines, each with its kind.
const PAGES: &[(&str, &str)] = &[
    (
        "a menu, a stacked title, a byline, a date, a list inside the story, subheadings, a footer",
        "\
B الرئيسية
B سياسة
B اقتصاد
B رياضة
H مجلس البلدية يوافق على توسعة السوق الشعبي
H مئة متجر جديد وموقف للسيارات تحت الأرض
B كتب: مازن الشامي
B الثلاثاء 3 فبراير 2026 | 9:40 ص
 
S وافق مجلس البلدية في جلسته أمس على توسعة السوق الشعبي بإضافة مئة متجر وموقف للسيارات يتسع لثلاثمئة سيارة.
S وقال رئيس البلدية إن العمل يبدأ بعد العيد ويستمر عشرة أشهر من دون إغلاق المتاجر القائمة.
 
B اقرأ أيضا
H التجار يطالبون بتمديد ساعات العمل
H افتتاح الحديقة العامة بعد ترميمها
 
S مخاوف الباعة
S وأبدى باعة الخضار خشيتهم من رفع الإيجارات بعد انتهاء التوسعة، وطالبوا بعقود طويلة الأجل.
 
B الكلمات المفتاحية: السوق الشعبي، البلدية، تجار
B شارك الخبر
B فيسبوك
B واتساب
B جميع الحقوق محفوظة لصحيفة الرابية",
    ),
    (
        "headlines with times, ranks and «more», section names between them",
        "\
B آخر الأخبار
H 12:40 . الشرطة تعيد سيارة مسروقة إلى صاحبها… المزيد
H 12:15 . انتهاء أعمال الصيانة في محطة المياه… المزيد
B محليات
H إغلاق شارع الجامعة يومين لأعمال التعبيد
B منذ 20 دقيقة
H مدرسة البنات تفوز بجائزة القراءة
B منذ ساعة
B الأكثر قراءة
H 1. كيف تحفظ الخبز طازجا أسبوعا كاملا؟
H 2. وفاة أقدم صانع أعواد في المدينة
H 3. أسعار اللحوم تتراجع قبل العيد",
    ),
    (
        "comments, a poll and prayer times are widgets, whatever their lines look like",
        "\
B التعليقات
B أبو سليم
B والله خطوة ممتازة انتظرناها سنوات طويلة
B قبل ساعتين
B أم خالد
B المهم أن يكون العمل متقنا هذه المرة
 
B استطلاع الرأي
B هل تؤيد إغلاق وسط المدينة أمام السيارات؟
B نعم
B لا
B التصويت
 
B مواقيت الصلاة
B الفجر 04:31
B الظهر 12:38
B المغرب 19:20",
    ),
    (
        "a gallery's captions stand between a title and its story",
        "\
H المتحف البحري يعرض مراسي عمرها ألف عام
B 1 / 3
B غواص يرفع مرساة من قاع الخليج
B 2 / 3
B عمال يغسلون مرساة بالماء العذب
 
S يعرض المتحف البحري هذا الأسبوع عشر مراس حجرية انتشلها غواصون من قاع الخليج، ويعود أقدمها إلى ألف عام.
S وتقول مديرة المتحف إن المراسي ستبقى في القاعة الكبرى حتى نهاية الصيف.",
    ),
    (
        "times inside a live report part no story from its title, prices in a story stay in it",
        "\
H أسعار الخضار في سوق الجملة اليوم
S استقرت أسعار الخضار في سوق الجملة صباح اليوم مع وصول شاحنات من المزارع الشمالية، وهذه قائمة بأهم الأسعار.
S أسعار الخضار
S البندورة | 0.80 | 0.95
S الخيار | 0.60 | 0.75
S البطاطا | 0.40 | 0.50
S ويتوقع التجار أن تنخفض الأسعار قليلا في نهاية الأسبوع مع زيادة المعروض.",
    ),
    (
        "an interview's questions and verses stay in their text",
        "\
H لقاء مع صانع القوارب الأخير في المرفأ
S لم يبق في المرفأ القديم غير صانع قوارب واحد يعمل بيديه ويرفض أن يبيع أدواته مهما بلغ الثمن.
S متى بدأت هذه المهنة؟
S بدأت وأنا في العاشرة مع أبي، وكنا نصنع قاربين في السنة ونبيعهما قبل موسم الصيد.
S هل يأتيك متدربون؟
S يأتي بعضهم أسبوعا ثم يختفون، فالخشب يحتاج إلى صبر لا يملكه كثيرون هذه الأيام.
S وما الذي يقلقك؟
S يقلقني أن يدخل القارب المصنوع من اللدائن إلى كل بيت وينسى الناس رائحة الخشب.",
    ),
    (
        "an author's box ends a story",
        "\
H حارة النحاسين تستعيد صوت المطارق
B دمية الراوي
B 4 مارس 2026
S عادت المطارق إلى حارة النحاسين بعد أن رممت البلدية عشرين دكانا وأعفت أصحابها من الإيجار عاما كاملا.
S ويقول شيخ الصنعة إن الزوار عادوا أيضا، وإن الطلب على الأباريق المنقوشة زاد كثيرا.
 
B دمية الراوي
B صحفية تكتب عن الحرف القديمة والمدن.
B عرض كل مقالات الكاتب",
    ),
    (
        "a Persian page",
        "\
B صفحه نخست
B سیاسی
B ورزشی
B کد خبر: ۱۱۸۲
B تاریخ انتشار: ۵ بهمن ۱۴۰۴ - ۱۰:۳۰
H پل تازه روستای چشمه‌سار به بهره‌برداری رسید
S پل تازه روستای چشمه‌سار که ساخت آن سه سال طول کشید، امروز با حضور اهالی به بهره‌برداری رسید و راه روستا را کوتاه کرد.
S بخشدار گفت هزینه ساخت این پل از محل اعتبارهای استانی و کمک خیران تامین شده است.
B بیشتر بخوانید:
H باران راه سه روستا را بست
H آغاز فصل برداشت زعفران در دشت
S اهالی می‌گویند پیش از این برای رسیدن به شهر باید نیم ساعت بیشتر در راه می‌ماندند.
B پربازدیدترین
H ۱. نرخ کرایه تاکسی تغییر نمی‌کند
H ۲. کتابخانه روستا دو هزار جلد کتاب گرفت
B نظرات کاربران
B ناشناس
B خدا خیرشان بدهد
B تمامی حقوق این سایت محفوظ است.",
    ),
    (
        "an Urdu page with teasers",
        "\
B صفحہ اول
B کھیل
B کاروبار
B تازہ ترین
H چینی کی قیمت میں پانچ روپے کمی
H فٹ بال ٹیم تربیتی کیمپ میں پہنچ گئی
 
H گاؤں کے نوجوانوں نے پرانا کنواں صاف کر لیا
B ویب ڈیسک
B 9 فروری 2026
S گاؤں کے بیس نوجوانوں نے ایک ہفتے کی محنت سے وہ پرانا کنواں صاف کر لیا جو پندرہ برس سے بند پڑا تھا۔
S مقامی لوگوں کا کہنا ہے کہ اب خواتین کو پانی لینے کے لیے دور نہیں جانا پڑے گا۔
B متعلقہ خبریں
H نہر کی صفائی کا کام مکمل ہو گیا
H بارش سے پہلے نالوں کی مرمت کا فیصلہ
B تبصرے
B آپ کا نام
B جملہ حقوق محفوظ ہیں",
    ),
];

#[test]
fn pages_are_cut_as_people_see_them() {
    assert_cut(PAGES);
}

#[test]
fn a_line_of_several_headlines_gives_each() {
    let four =
        ["البلدية تزرع ألف شجرة في الشوارع", "مدير المدرسة يكرم الطلاب المتفوقين", "افتتاح مكتبة عامة في الحي الغربي"];
    for between in ["    ", " | ", " • ", "\t"] {
        assert_eq!(headlines(&four.join(between)), four, "{between:?}");
    }
    let named = four.map(|headline| format!("{headline} صدى الرابية")).join(" ");
    assert_eq!(headlines(&named), four);
}

#[test]
fn menus_and_tables_are_no_rows_of_headlines() {
    for line in ["من نحن | أعلن معنا | اتصل بنا", "الرئيسية » ثقافة » تراث", "البندورة | 0.80 | 0.95"]
    {
        assert!(headlines(line).is_empty(), "{line}");
    }
}

#[test]
fn ranks_times_and_more_are_told_from_the_headline() {
    let page = "الأكثر قراءة\n1. البلدية تزرع ألف شجرة في الشوارع\n2. مدير المدرسة يكرم الطلاب المتفوقين - قبل 3 ساعات\n\
        10:30 افتتاح مكتبة عامة في الحي الغربي… المزيد";
    let expected =
        ["البلدية تزرع ألف شجرة في الشوارع", "مدير المدرسة يكرم الطلاب المتفوقين", "افتتاح مكتبة عامة في الحي الغربي"];
    assert_eq!(headlines(page), expected);
}

const BODY: &str = "أعلنت البلدية أمس أنها ستزرع ألف شجرة في شوارع المدينة قبل الصيف، وقالت إن المدارس ستشارك في الحملة.\n\
    وأضافت أن الأشجار اختيرت من أنواع لا تحتاج إلى ماء كثير.";

#[test]
fn a_story_knows_its_title_date_and_byline() {
    let page = format!(
        "الرئيسية » بيئة\nالبلدية تزرع ألف شجرة في الشوارع\nكتبت: سلوى الأحمد\nالأحد 12 أبريل 2026 | 7:15 م\n{BODY}"
    );
    let mut cutter = Cutter::new();
    let mut units = Vec::new();
    cutter.cut(&page, UnitLevel::Story, &mut units);
    let fields = cutter.fields(&page);
    let [story] = fields[..] else { panic!("{fields:?}") };
    let title = units[story.unit].title.expect("a title");
    assert_eq!(units[title].span.of(&page), "البلدية تزرع ألف شجرة في الشوارع");
    assert_eq!(story.published.map(|date| date.to_string()).as_deref(), Some("2026-04-12T19:15:00Z"));
    assert_eq!(story.byline.map(|byline| byline.of(&page)), Some("سلوى الأحمد"));
}

#[test]
fn the_last_of_a_title_said_twice_is_the_title() {
    let title = "البلدية تزرع ألف شجرة في الشوارع";
    let page = format!("{title}\n\nالمدارس تشارك في حملة التشجير\n\n{title}\nTT\n\n{BODY}");
    let units = cut(&page);
    let story = units.iter().find(|unit| unit.kind == UnitKind::Story).expect("a story");
    let title = units[story.title.expect("a title")];
    assert_eq!(title.span.start, page.rfind("البلدية تزرع").expect("it stands there"));
}

#[test]
fn a_list_over_a_story_gives_it_no_title() {
    let page = format!(
        "مدير المدرسة يكرم الطلاب المتفوقين\nافتتاح مكتبة عامة في الحي الغربي\nانقطاع الماء عن الحي الشرقي غدا\nحريق في مستودع للأخشاب دون إصابات\n{BODY}"
    );
    let units = cut(&page);
    assert_eq!(units.iter().filter(|unit| unit.kind == UnitKind::Headline).count(), 4);
    assert!(units.iter().all(|unit| unit.title.is_none()), "{units:?}");
}

#[test]
fn hints_of_markup_outweigh_what_a_line_looks_like() {
    let page = format!(
        "البلدية تزرع ألف شجرة في الشوارع\n{BODY}\nمدير المدرسة يكرم الطلاب المتفوقين في حفل ختام العام\n{BODY}"
    );
    let at = page.rfind("مدير").expect("it stands there");
    let span = mukarrar::document::Span::new(at, at + 10);
    let kind = |hints: &[MarkupHint]| {
        let mut units = Vec::new();
        Cutter::new().cut_marked(&page, UnitLevel::Story, hints, &mut units);
        units.iter().find(|unit| unit.span.start <= at && at < unit.span.end).map(|unit| unit.kind)
    };
    assert_eq!(kind(&[]), Some(UnitKind::Headline));
    assert_eq!(kind(&[MarkupHint { span, mark: MarkupMark::Paragraph }]), Some(UnitKind::Story));
    assert_eq!(kind(&[MarkupHint { span, mark: MarkupMark::Caption }]), Some(UnitKind::Boilerplate));
}
