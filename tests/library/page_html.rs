//! Pages of HTML are cut by their markup where it speaks, and by their text where it does not.

#![cfg(feature = "html")]
use UnitKind::{Boilerplate, Headline, Story};
use mukarrar::document::{Date, DocId, Unit, UnitKind};
use mukarrar::input::{Corpus, InputFormat, InputOptions};
use mukarrar::page::{Cutter, PageFields, UnitLevel};
#[cfg(feature = "warc")]
use mukarrar::pipeline::{Options, Pipeline};
use proptest::prelude::*;

/// The text of a page, its units and what is known of them.
pub(crate) struct Page {
    pub(crate) text: String,
    pub(crate) units: Vec<Unit>,
    pub(crate) fields: Vec<PageFields>,
}

pub(crate) fn cut(html: &str) -> Page {
    let mut options = InputOptions::default();
    (options.html_lines, options.format) = (true, Some(InputFormat::Html));
    let corpus = Corpus::from_reader("a.html", html.as_bytes(), options).unwrap();
    let record = corpus.read(DocId::new(0)).unwrap();
    let mut units = Vec::new();
    let mut cutter = Cutter::new();
    cutter.cut_page(&record.text, record.layout.as_deref(), UnitLevel::Story, &mut units);
    let fields = cutter.page_fields(&record.text, record.layout.as_deref(), &units);
    Page { text: record.text.to_string(), units, fields }
}

/// Each unit as its kind, the number of its title and its first two words.
pub(crate) fn outline(page: &Page) -> Vec<(UnitKind, Option<usize>, String)> {
    let begin = |unit: &Unit| unit.span.of(&page.text).split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    page.units.iter().map(|unit| (unit.kind, unit.title, begin(unit))).collect()
}

fn expect(html: &str, expected: &[(UnitKind, Option<usize>, &str)]) -> Page {
    let page = cut(html);
    let expected: Vec<_> = expected.iter().map(|(kind, title, begin)| (*kind, *title, (*begin).to_owned())).collect();
    assert_eq!(outline(&page), expected, "{}", page.text);
    page
}

pub(crate) const FIRST: &str =
    "افتتح رئيس البلدية صباح اليوم الجسر الجديد الذي يربط ضفتي المدينة، بعد ثلاث سنوات من العمل وتأجيل الموعد مرتين.";
pub(crate) const SECOND: &str =
    "ويبلغ طول الجسر ستمئة متر، ويضم مسارين للسيارات في كل اتجاه وممرا للمشاة والدراجات، وبلغت كلفته عشرين مليونا.";
pub(crate) const THIRD: &str =
    "وطالب سكان الحي بإنارة الطرق المؤدية إليه وتركيب إشارات عند مدخله، بعدما سجلت المنطقة خمسة حوادث خلال شهر واحد.";

/// An article with everything around it that portals have.
#[test]
fn an_article_keeps_its_title_past_what_interrupts_it() {
    let html = format!(
        "<html><head><title>افتتاح الجسر الجديد في المدينة | صحيفة</title><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\
         \"headline\":\"افتتاح الجسر الجديد في المدينة\",\"datePublished\":\"2026-04-12\",\"author\":{{\"name\":\"سمر الناصر\"}}}}</script></head>\
         <body><header><a href=/>صحيفة</a><nav><ul><li><a href=/>الرئيسية</a><li><a href=/e>اقتصاد</a></ul></nav></header>\
         <main><article><h1>افتتاح الجسر الجديد في المدينة</h1><p class=byline>سمر الناصر</p><time datetime=2026-04-12>أمس</time>\
         <figure><img><figcaption>الجسر الجديد</figcaption></figure><p>{FIRST}</p>\
         <aside><h4>اقرأ أيضا</h4><ul><li><a href=1>وزير النقل يتفقد أعمال توسعة الميناء</a></ul></aside>\
         <h2>الطول والكلفة</h2><p>{SECOND}</p><p>قال أحدهم</p><p>{THIRD}</p><div class=tags><a href=2>جسر</a> <a href=3>طرق</a></div></article></main>\
         <section class=comments><b>قارئ</b><p>الحمد لله أخيرا صار الجسر حقيقة بعد كل هذه السنوات الطويلة من الانتظار.</p></section>\
         <aside><h3>الأكثر قراءة</h3><ol><li>1 <a href=4>أربعة آلاف أسرة استفادت من القروض</a></ol></aside><footer>جميع الحقوق محفوظة</footer>"
    );
    let page = cut(&html);
    let kinds: Vec<(UnitKind, String)> = outline(&page).into_iter().map(|(kind, _, begin)| (kind, begin)).collect();
    let of = |kind: UnitKind| {
        kinds.iter().filter(|(found, _)| *found == kind).map(|(_, begin)| begin.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(Story), ["افتتح رئيس", "الطول والكلفة"]);
    let headlines = of(Headline);
    assert_eq!(headlines.len(), 3, "{headlines:?}");
    assert_eq!((headlines[0], headlines[1]), ("افتتاح الجسر", "وزير النقل"));
    let title = page.units.iter().position(|unit| unit.kind == Headline);
    for (unit, fields) in page.units.iter().zip(&page.fields).filter(|(unit, _)| unit.kind == Story) {
        assert_eq!(unit.title, title);
        let text = |value: &str| Some(value.to_owned());
        let title = text("افتتاح الجسر الجديد في المدينة");
        let (published, byline) = (Date::read("2026-04-12"), text("سمر الناصر"));
        assert_eq!(*fields, PageFields { title, published, byline });
    }
}

/// Each story has the date and the author of its own article; the head of the page speaks for the one it is about.
#[test]
fn fields_of_stories_come_from_the_head_and_from_their_articles() {
    let html = format!(
        "<head><title>صحيفة | افتتاح الجسر الجديد في المدينة</title><meta property='article:published_time' content='2026-04-12'>\
         <meta name=author content='سمر الناصر'></head><main><article><h1>افتتاح الجسر الجديد في المدينة</h1><p>{FIRST}</p></article>\
         <article><h2>وزارة التربية تؤجل بدء الدراسة</h2><p>كتب: <a rel=author href=1>حسام فوزي</a></p><time datetime=2026-03-01>أول آذار</time>\
         <p>{SECOND}</p></article></main>"
    );
    let page = cut(&html);
    let known: Vec<_> = page.fields.iter().filter(|fields| fields.title.is_some()).collect();
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(known.len(), 2, "{:?}", outline(&page));
    assert_eq!((known[0].published, &known[0].byline), (Date::read("2026-04-12"), &text("سمر الناصر")));
    assert_eq!((known[1].published, &known[1].byline), (Date::read("2026-03-01"), &text("حسام فوزي")));
}

#[test]
fn cards_on_a_home_page_are_headlines_and_names_of_sections_are_not() {
    let card = |title: &str| format!("<article><h3><a href=1>{title}</a></h3><time>منذ ساعة</time></article>");
    let html = format!(
        "<h1><a href=/>صحيفة المدينة</a></h1><main><section><h2>محليات</h2>{}{}</section><section><h2>رياضة</h2><div><a href=2>النجمة \
         يخسر نقطتين أمام ضيفه الاتفاق</a></div><div><a href=3>المنتخب يبدأ معسكره استعدادا للبطولة</a></div></section></main>",
        card("افتتاح الجسر الجديد في المدينة"),
        card("انقطاع المياه عن أحياء الشرق يومين")
    );
    expect(
        &html,
        &[
            (Boilerplate, None, "صحيفة المدينة"),
            (Boilerplate, None, "محليات"),
            (Headline, None, "افتتاح الجسر"),
            (Boilerplate, None, "منذ ساعة"),
            (Headline, None, "انقطاع المياه"),
            (Boilerplate, None, "منذ ساعة"),
            (Boilerplate, None, "رياضة"),
            (Headline, None, "النجمة يخسر"),
            (Headline, None, "المنتخب يبدأ"),
        ],
    );
}

#[test]
fn entries_of_a_live_page_are_one_story_and_the_next_article_another() {
    let html = format!(
        "<main><article><h1>العاصفة لحظة بلحظة وإغلاق المدارس</h1><p>{FIRST}</p><article><time>14:32</time><p>{SECOND}</p></article>\
         <article><time>14:05</time><p>{THIRD}</p></article></article><article><h2>وزارة التربية تؤجل بدء الدراسة</h2><p>{FIRST}</p></article>"
    );
    expect(
        &html,
        &[
            (Headline, None, "العاصفة لحظة"),
            (Story, Some(0), "افتتح رئيس"),
            (Boilerplate, None, "14:32"),
            (Story, Some(0), "ويبلغ طول"),
            (Boilerplate, None, "14:05"),
            (Story, Some(0), "وطالب سكان"),
            (Headline, None, "وزارة التربية"),
            (Story, Some(6), "افتتح رئيس"),
        ],
    );
}

#[test]
fn the_writer_of_another_column_signs_no_story() {
    let note = |writer: &str, title: &str| {
        format!(
            "<div class=note_item><img src=a.jpg><div class=note_writer>{writer}</div><h3 class=note_title><a href=/n/1>{title}</a></h3></div>"
        )
    };
    let html = format!(
        "<body><div class=rutitr>خبر</div><h1>افتتاح الجسر الجديد في المدينة</h1><div class=body><p>{FIRST}</p><p>{SECOND}</p></div>\
         <div class=notes>{}{}</div></body>",
        note("فرامرز دشتبان", "آب را نمی‌شود با بخشنامه به زمین برگرداند"),
        note("نیلوفر دشتی", "چرا قطار حومه‌ای به روستاها نمی‌رسد؟"),
    );
    let page = cut(&html);
    let bylines: Vec<_> = page.fields.iter().filter_map(|fields| fields.byline.as_deref()).collect();
    assert_eq!(bylines, [""; 0], "{:?}", outline(&page));
}

#[test]
fn a_date_in_a_line_of_navigation_dates_the_story() {
    let html = format!(
        "<body><div class=news_content><div class='news_nav news_id_c'><span>کد خبر: </span>۶۱۴۲۷</div>\
         <div class='news_nav news_pdate_c'><span class=news_nav_title>تاریخ انتشار: </span>۱۰ آذر ۱۴۰۴ - ۰۹:۳۷</div>\
         <div class=news_path><a href=/>صفحه نخست</a></div><h1 class=title>افتتاح الجسر الجديد في المدينة</h1>\
         <div class=body><p>{FIRST}</p><p>{SECOND}</p></div></div></body>"
    );
    let page = cut(&html);
    let published: Vec<_> =
        page.fields.iter().filter_map(|fields| fields.published).map(|date| date.to_string()).collect();
    assert_eq!(published, ["2025-12-01T09:37:00Z"]);
}

#[test]
fn replies_in_a_forum_are_no_stories() {
    for class in ["message message--post js-post", "postbitlegacy postbitim postcontainer old", "post has-profile bg2"]
    {
        let post = |user: &str, text: &str| {
            format!("<article class='{class}'><h4>{user}</h4><div class=body>{text}</div></article>")
        };
        let html = format!(
            "<body><h1>جسر المدينة الجديد بعد عام من افتتاحه</h1>{}{}{}</body>",
            post("سالم", &format!("{FIRST}<br><br>{SECOND}")),
            post("أم راشد", THIRD),
            post("مفتاح", "ما شاء الله عليك يا سالم، موضوع يثلج الصدر، وقد عبرت الجسر أمس مع أولادي ورأينا ما تقول."),
        );
        let page = cut(&html);
        let stories: String =
            page.units.iter().filter(|unit| unit.kind == Story).map(|unit| unit.span.of(&page.text)).collect();
        assert!(stories.contains("ستمئة متر"), "{class}: {stories}");
        assert!(!stories.contains("بإنارة الطرق") && !stories.contains("يثلج الصدر"), "{class}: {stories}");
    }
}

#[test]
fn tables_and_lists_inside_an_article_are_story() {
    let html = format!(
        "<article><h1>أسعار العملات في السوق اليوم</h1><p>{FIRST}</p><h3>الأسعار</h3><table><tr><th>العملة<th>السعر<tr><td>الدولار<td>1.40</table>\
         <ul><li>عيار 24: 98<li>عيار 21: 86</ul><p>{SECOND}</p></article>"
    );
    expect(&html, &[(Headline, None, "أسعار العملات"), (Story, Some(0), "افتتح رئيس")]);
}

#[test]
fn persian_and_urdu_pages_are_cut_alike() {
    let html = "<html lang=fa><nav><a href=/>صفحه نخست</a><a href=/e>اقتصادی</a></nav><h1>راه‌آهن کویر پس از هشت سال به بهره‌برداری رسید</h1>\
                <div class=article-body><p>خط راه‌آهن کویر به طول ۱۸۶ کیلومتر صبح امروز با حضور استاندار و جمعی از اهالی به بهره‌برداری رسید و نخستین قطار وارد شد.</p>\
                <div class=related><a href=1>بازگشایی جاده کوهستانی پس از سه روز</a></div>\
                <p>ساخت این خط هشت سال پیش آغاز شد، اما کمبود اعتبار و جابه‌جایی شن‌های روان بارها کار را متوقف کرد.</p></div>\
                <div class=footer>تمامی حقوق محفوظ است</div>";
    expect(
        html,
        &[
            (Boilerplate, None, "صفحه نخست"),
            (Boilerplate, None, "اقتصادی"),
            (Headline, None, "راه‌آهن کویر"),
            (Story, Some(2), "خط راه‌آهن"),
            (Headline, None, "بازگشایی جاده"),
            (Story, Some(2), "ساخت این"),
            (Boilerplate, None, "تمامی حقوق"),
        ],
    );
    let html = "<div class=menu><a href=/>صفحہ اول</a><a href=/p>پاکستان</a></div><article><h2>ندی کا پل پانچ سال بعد عوام کے لیے کھول دیا گیا</h2>\
                <p>ضلعی انتظامیہ نے ندی پر بننے والا نیا پل اتوار کے روز عوام کے لیے کھول دیا، جس سے بیس دیہات کا شہر سے رابطہ آسان ہو گیا ہے۔</p></article>";
    expect(
        html,
        &[
            (Boilerplate, None, "صفحہ اول"),
            (Boilerplate, None, "پاکستان"),
            (Headline, None, "ندی کا"),
            (Story, Some(2), "ضلعی انتظامیہ"),
        ],
    );
}

#[test]
fn broken_markup_loses_no_story() {
    let html = format!(
        "<div class=nav><a href=/>الرئيسية</a> | <a href=/a>أرشيف</a></div></span><div><h2>افتتاح الجسر الجديد في المدينة</h2></div><p>{FIRST}<p>{SECOND}</b>\
         <p>{THIRD}</div></div><ul><li><a href=1>وزير النقل يتفقد أعمال توسعة الميناء<li><a href=2>انقطاع المياه عن أحياء الشرق يومين</ul>"
    );
    expect(
        &html,
        &[
            (Boilerplate, None, "الرئيسية"),
            (Boilerplate, None, "أرشيف"),
            (Headline, None, "افتتاح الجسر"),
            (Story, Some(2), "افتتح رئيس"),
            (Headline, None, "وزير النقل"),
            (Headline, None, "انقطاع المياه"),
        ],
    );
    // A menu that nobody closed does not swallow the page.
    let page = cut(&format!("<nav><a href=/>الرئيسية</a><h1>افتتاح الجسر الجديد في المدينة</h1><p>{FIRST}<p>{SECOND}"));
    assert!(
        page.units.iter().any(|unit| unit.kind == Story && unit.span.of(&page.text).contains(SECOND)),
        "{:?}",
        outline(&page)
    );
}

/// Stories are found again whatever stands around them, in WARC too.
#[cfg(feature = "warc")]
#[test]
fn a_story_is_found_on_two_pages_and_in_an_archive() {
    let around = |before: &str, after: &str| {
        format!(
            "<html>{before}<article><h1>افتتاح الجسر الجديد في المدينة</h1><p>{FIRST}</p><p>{SECOND}</p></article>{after}"
        )
    };
    let first = around("<nav><a href=/>الرئيسية</a></nav>", "<footer>جميع الحقوق محفوظة</footer>");
    let second = around("<div class=menu><a href=/>صحيفة</a></div>", "<aside><h3>الأكثر قراءة</h3></aside>");
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{second}");
    let archive = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.sa/2\r\nWARC-Record-ID: <urn:uuid:2>\r\n\
         WARC-Date: 2026-04-12T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{http}\r\n\r\n",
        http.len()
    );
    let home = tempfile::tempdir().unwrap();
    let paths = [home.path().join("a.html"), home.path().join("b.warc")];
    std::fs::write(&paths[0], &first).unwrap();
    std::fs::write(&paths[1], &archive).unwrap();
    let mut options = InputOptions::default();
    options.html_lines = true;
    let corpus = Corpus::open(&paths, options).unwrap();
    let mut options = Options::default();
    options.unit = UnitLevel::Story;
    let found = Pipeline::new(options).unwrap().clusters(&corpus, &()).unwrap();
    let text = |unit| {
        let document = found.units.document(unit);
        found.units.span(unit).of(&corpus.read(document).unwrap().text).to_owned()
    };
    let stories: Vec<Vec<String>> =
        found.clusters.iter().map(|cluster| cluster.members.iter().map(|member| text(member.unit)).collect()).collect();
    let (title, story) = ("افتتاح الجسر الجديد في المدينة".to_owned(), format!("{FIRST}\n{SECOND}"));
    assert_eq!(stories, [[title.clone(), title], [story.clone(), story]]);
}

/// Lines of every sort that pages of plain text have.
const LINES: [&str; 14] = [
    "المصدر: صحيفة المدينة",
    "اقرأ أيضا:",
    "© 2024 جميع الحقوق محفوظة",
    "كلمات دلالية: ناد، ملعب، كأس",
    "***",
    "#خبر #عاجل",
    "الرياض - واس",
    "• البلدية تبدأ صيانة الطريق الساحلي بعد العيد",
    "جمعية الصيادين ترحب بتوسعة الميناء وتطلب تعويضات عادلة",
    "الأرصاد: عاصفة رملية شديدة تضرب الساحل مساء الغد",
    "محليات",
    FIRST,
    SECOND,
    THIRD,
];

proptest! {
    /// A page of nothing but paragraphs is cut as its lines are.
    #[test]
    fn plain_paragraphs_are_cut_as_text(picks in prop::collection::vec(0..LINES.len(), 0..16)) {
        let lines: Vec<&str> = picks.iter().map(|pick| LINES[*pick]).collect();
        let html: String = lines.iter().map(|line| format!("<p>{line}</p>\n")).collect();
        let page = cut(&format!("<html><body><div>{html}</div></body></html>"));
        let text = lines.join("\n");
        let mut units = Vec::new();
        Cutter::new().cut(&text, UnitLevel::Story, &mut units);
        prop_assert_eq!((page.text, page.units), (text, units));
    }

    /// Whatever the markup: units are ordered, apart, on character borders, and leave no line out.
    #[test]
    fn units_cover_every_line(picks in prop::collection::vec((0..LINES.len(), 0_usize..12), 0..24)) {
        const TAGS: [&str; 12] = [
            "<p>", "<h1>", "<h2>", "<li><a href=1>", "<nav>", "<article>", "</article>", "<aside>", "</div></aside>", "<table><tr><td>", "</table>",
            "<div class=comments>",
        ];
        let html: String = picks.iter().map(|(line, tag)| format!("{}{}<br>", TAGS[*tag], LINES[*line])).collect();
        let Page { text, units, fields } = cut(&html);
        let mut end = 0;
        for unit in &units {
            prop_assert!(unit.span.start >= end && text.get(end..unit.span.start).unwrap().trim().is_empty());
            prop_assert_eq!(unit.span.of(&text).trim().len(), unit.span.len());
            end = unit.span.end;
            if let Some(title) = unit.title {
                prop_assert_eq!((unit.kind, units[title].kind), (Story, Headline));
            }
        }
        prop_assert!(text.get(end..).unwrap().trim().is_empty());
        prop_assert_eq!(units.len(), fields.len());
    }
}
