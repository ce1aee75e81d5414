//! The title, the date and the author of a story come from what the page says of that story, not from what stands near it.

#![cfg(feature = "html")]
use mukarrar::document::{Date, UnitKind};

use crate::page_html::{FIRST, SECOND, THIRD, cut, outline};

const TITLE: &str = "افتتاح الجسر الجديد في المدينة";
const NAME: &str = "سمر الناصر";

/// The title, date and author of each story of a page, once for stories that share them.
fn stories(html: &str) -> Vec<(Option<String>, Option<Date>, Option<String>)> {
    let page = cut(html);
    let known = page.units.iter().zip(page.fields).filter(|(unit, _)| unit.kind == UnitKind::Story);
    let mut known: Vec<_> = known.map(|(_, fields)| (fields.title, fields.published, fields.byline)).collect();
    known.dedup();
    known
}

/// The date and the author of the only story of a page with this head and these lines below its heading.
fn credits(head: &str, below: &str) -> (Option<Date>, Option<String>) {
    let html = format!(
        "<html><head><title>{TITLE} - صحيفة</title><link rel=canonical href=https://a.sa/1>{head}</head><body><nav><a href=/>الرئيسية</a></nav>\
         <article><h1>{TITLE}</h1>{below}<p>{FIRST}</p><p>{SECOND}</p></article><footer>جميع الحقوق محفوظة</footer></body></html>"
    );
    let found = stories(&html);
    assert_eq!(found.len(), 1, "{found:?}");
    let (title, date, name) = found[0].clone();
    assert_eq!(title.as_deref(), Some(TITLE));
    (date, name)
}

fn script(json: &str) -> String {
    format!("<script type='application/ld+json'>{json}</script>")
}

fn article(headline: &str, rest: &str) -> String {
    format!(
        "{{\"@type\":\"NewsArticle\",\"headline\":\"{headline}\",\"datePublished\":\"2026-04-12T10:00:00Z\"{rest}}}"
    )
}

#[test]
fn articles_of_other_headlines_do_not_date_the_page() {
    let other = article("جمعية أصدقاء الحجر تفتح باب التطوع", ",\"author\":\"فلان\"");
    let own = article(TITLE, ",\"author\":\"سمر الناصر\"").replace("04-12", "03-01");
    for (json, date) in [
        (format!("{{\"@type\":\"ItemList\",\"itemListElement\":[{other},{other}]}}"), None),
        (format!("{{\"@graph\":[{{\"@type\":\"WebSite\",\"name\":\"صحيفة\"}},{other}]}}"), None),
        (other.replace("\"headline\"", "\"url\":\"https://a.sa/2\",\"headline\""), None),
        (format!("{{\"@graph\":[{other},{own}]}}"), Some("2026-03-01T10:00:00Z")),
    ] {
        assert_eq!(credits(&script(&json), "").0, date.and_then(Date::read), "{json}");
        // The page's own time stays.
        let (found, _) = credits(&script(&json), "<time datetime=2026-02-02>أمس</time>");
        assert_eq!(found, Date::read(date.unwrap_or("2026-02-02")), "{json}");
    }
    // A headline in other words is still that of the only article.
    let alike = article("رئيس البلدية يعلن افتتاح الجسر الجديد", ",\"author\":{\"name\":\"سمر الناصر\"}");
    assert_eq!(credits(&script(&alike), ""), (Date::read("2026-04-12T10:00:00Z"), Some(NAME.to_owned())));
}

#[test]
fn times_of_related_stories_and_of_changes_are_not_that_of_publication() {
    let published = Date::read("2026-04-12");
    #[rustfmt::skip]
    let table = [
        ("<div class=related><a href=/2>وزير النقل يتفقد أعمال توسعة الميناء</a><time datetime=2025-01-01>قديم</time></div>", None),
        ("<div class=x1><div><a href=/2>وزير النقل يتفقد أعمال توسعة الميناء</a></div><div><time datetime=2025-01-01>قديم</time></div></div>\
          <time datetime=2026-04-12>اليوم</time>", published),
        ("<time class=updated datetime=2026-05-01>أول أيار</time><time class=published datetime=2026-04-12>نيسان</time>", published),
        ("<div>آخر تحديث: <time datetime=2026-05-01>أول أيار</time></div><div>نشر: <time datetime=2026-04-12>نيسان</time></div>", published),
        ("<div>آخر تحديث: 6 مايو 2026</div>", None),
        ("<div class=date>آخر تحديث: 6 مايو 2026</div>", None),
        ("<div>نشر في 12 أبريل 2026 - آخر تحديث: 6 مايو 2026</div>", published),
        ("<div class=x2><time datetime=2025-01-01>قديم</time><h3><a href=/2>وزير النقل يتفقد أعمال توسعة الميناء</a></h3></div>\
          <time datetime=2026-04-12>اليوم</time>", published),
    ];
    for (below, date) in table {
        assert_eq!(credits("", below).0, date, "{below}");
    }
}

/// Above the menu stands what day it is.
#[test]
fn the_day_in_the_header_is_no_date_of_a_story() {
    for day in ["<div class=date>الخميس 30 أبريل 2026</div>", "<div><time datetime=2026-04-30>الخميس</time></div>"]
    {
        let html = format!(
            "<title>{TITLE} - صحيفة</title>{day}<nav><a href=/>الرئيسية</a></nav><div><h1>{TITLE}</h1><p>{FIRST}</p><p>{SECOND}</p></div>"
        );
        assert_eq!(stories(&html), [(Some(TITLE.to_owned()), None, None)], "{day}");
    }
}

#[test]
fn dates_are_found_where_systems_write_them() {
    let (day, moment) = (Date::read("2026-04-12"), Date::read("2026-04-12T09:15:00Z"));
    #[rustfmt::skip]
    let table = [
        ("", "<div itemprop=datePublished content=2026-04-12T09:15:00Z>12 أبريل</div>", moment),
        ("", "<span>في <abbr class=published title=2026-04-12T09:15:00Z>9:15 ص</abbr></span>", moment),
        ("", "<span class=timeago title=2026-04-12T09:15:00Z>قبل شهر</span>", moment),
        ("", "<span class=date data-date=2026-04-12T09:15:00Z>قبل شهر</span>", moment),
        ("", "<div class=time data-timestamp=1775985300>قبل شهر</div>", moment),
        ("", "<span class=date>12-04-2026, <span class=time>09:15 AM</span></span>", moment),
        ("", "<span id=ctl00_lblDate><font size=1>12/04/2026</font></span>", day),
        ("<meta property='article:published_time' content='1405-01-23T09:15:00'>", "", moment),
        ("<meta name=date content='1405/01/23'>", "", day),
        ("<meta name=date content='22/04/2026'>", "", Date::read("2026-04-22")),
        // Which number is the month is not known.
        ("<meta name=date content='05/04/2026'>", "", None),
        ("<meta name=date content='05/04/2026'>", "<time datetime=2026-04-12>اليوم</time>", day),
    ];
    for (head, below, date) in table {
        assert_eq!(credits(head, below).0, date, "{head}{below}");
    }
    let json = article(TITLE, "").replace("2026-04-12T10:00:00Z", "1405-01-23T09:15:00");
    assert_eq!(credits(&script(&json), "").0, moment);
}

#[test]
fn a_live_blog_is_one_story_with_its_entries() {
    let entry = |title: &str| {
        format!("{{\"@type\":\"BlogPosting\",\"headline\":\"{title}\",\"datePublished\":\"2026-04-12T12:00:00Z\"}}")
    };
    let json = format!(
        "{{\"@type\":\"LiveBlogPosting\",\"headline\":\"{TITLE}\",\"datePublished\":\"2026-04-12T05:00:00Z\",\"liveBlogUpdate\":[{},{}]}}",
        entry("إغلاق مرفأ الحوت حتى صباح الجمعة"),
        entry("انقطاع الكهرباء عن حي المنارة")
    );
    let item = |title: &str, text: &str| format!("<li><time>12:10</time><h3>{title}</h3><p>{text}</p></li>");
    let html = format!(
        "<head><title>{TITLE} | صحيفة</title>{}</head><main><h1>{TITLE}</h1><p>{FIRST}</p><ul>{}{}</ul></main>",
        script(&json),
        item("إغلاق مرفأ الحوت حتى صباح الجمعة", SECOND),
        item("انقطاع الكهرباء عن حي المنارة", THIRD)
    );
    assert_eq!(stories(&html), [(Some(TITLE.to_owned()), Date::read("2026-04-12T05:00:00Z"), None)]);
}

#[test]
fn a_title_may_lead_to_its_own_page_and_is_no_date() {
    let linked = format!(
        "<head><title>{TITLE} - مدونة</title><link rel=canonical href=https://a.sa/2026/1.html></head><h1>مدونة الضفة</h1>\
         <div><h2>الأحد، 12 أبريل 2026</h2><h3><a href=/2026/1.html>{TITLE}</a></h3><div><p>{FIRST}</p><p>{SECOND}</p></div></div>"
    );
    assert_eq!(stories(&linked)[0].0.as_deref(), Some(TITLE));
    let only = format!(
        "<title>مدونة الضفة</title><h1>مدونة الضفة</h1><h3 class='post-title entry-title'><a href=/x>{TITLE}</a></h3><div><p>{FIRST}</p><p>{SECOND}</p></div>"
    );
    assert_eq!(stories(&only)[0].0.as_deref(), Some(TITLE));
    let days = format!(
        "<title>مدونة الضفة</title><h1>مدونة الضفة</h1><h2>الأحد، 12 أبريل 2026</h2><div class='post hentry'><h3 class=post-title><a href=/1>{TITLE}</a></h3>\
         <div class=entry-content>{FIRST}<br><br>{THIRD}</div><a rel=author href=/a>{NAME}</a></div><h2>السبت، 11 أبريل 2026</h2><div class='post hentry'>\
         <h3 class=post-title><a href=/2>وزارة التربية تؤجل بدء الدراسة</a></h3><div class=entry-content>{SECOND}<br><br>{THIRD}</div></div>"
    );
    let titles: Vec<_> = stories(&days).into_iter().map(|(title, _, name)| (title.unwrap(), name)).collect();
    let expected = [(TITLE, Some(NAME)), ("وزارة التربية تؤجل بدء الدراسة", None)];
    assert_eq!(titles, expected.map(|(title, name)| (title.to_owned(), name.map(str::to_owned))));
}

/// A page of plain `<div>`s, whose title is known from its head and whose story goes on behind a box of related ones.
#[test]
fn parts_of_a_story_share_what_is_known_of_it_without_an_article_element() {
    let html = format!(
        "<head><title>{TITLE} | شبكة أفق</title><meta property='og:title' content='{TITLE}'><meta property='article:published_time' \
         content='2026-04-12'></head><div class=c1><div class=t7>{TITLE}</div><div class=b2><span>كتبت: </span><a href=/a>{NAME}</a></div>\
         <div class=body><div class=p>{FIRST}</div><div class=r><a href=/2><div>وزير النقل يتفقد أعمال توسعة الميناء</div></a></div>\
         <div class=p>{SECOND}</div></div></div><div class=c1><div class=t7>وزارة التربية تؤجل بدء الدراسة</div><div class=body><div class=p>{THIRD}</div></div></div>"
    );
    let found = stories(&html);
    let expected = (Some(TITLE.to_owned()), Date::read("2026-04-12"), Some(NAME.to_owned()));
    assert_eq!((found.len(), &found[0]), (2, &expected), "{:?}", outline(&cut(&html)));
    assert_eq!(found[1].0.as_deref(), Some("وزارة التربية تؤجل بدء الدراسة"));
}

/// Paragraphs with a box for each are of one story, too.
#[test]
fn paragraphs_in_boxes_of_their_own_keep_their_title() {
    let html = format!(
        "<title>{TITLE} - صحيفة</title><div class=x><h1>{TITLE}</h1><time datetime=2026-04-12>اليوم</time><div><p>{FIRST}</p></div>\
         <div class=b9><b>اقرأ أيضا</b><a href=/2>وزير النقل يتفقد أعمال توسعة الميناء</a></div><div><p>{SECOND}</p></div></div>"
    );
    assert_eq!(stories(&html), [(Some(TITLE.to_owned()), Date::read("2026-04-12"), None)]);
}

#[test]
fn a_name_is_found_by_its_id_and_stands_without_the_words_before_it() {
    let graph = format!(
        "{{\"@graph\":[{},{{\"@type\":\"Person\",\"@id\":\"#a\",\"name\":\"{NAME}\"}}]}}",
        article("افتتاح &quot;الجسر&quot; الجديد في المدينة", ",\"author\":{\"@id\":\"#a\"}")
    );
    #[rustfmt::skip]
    let table = [
        (script(&graph), String::new()),
        (String::new(), format!("<div class=byline>كتبت - {NAME}</div>")),
        (String::new(), format!("<p class=author>مرسلة بواسطة {NAME}</p>")),
        (String::new(), format!("<p class=author>بقلم {NAME}</p>")),
        (String::new(), format!("<div><span>كتبت: </span><a href=/a>{NAME}</a></div>")),
        (String::new(), format!("<div class=writer>نویسنده: {NAME}</div>")),
        (String::new(), format!("<span class=author>تحریر: {NAME}</span>")),
    ];
    for (head, below) in table {
        assert_eq!(credits(&head, &below).1.as_deref(), Some(NAME), "{head}{below}");
    }
}
