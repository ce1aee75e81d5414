//! What holds the page or its article is no part of it, whatever its element and its classes are called.

#![cfg(feature = "html")]
use UnitKind::{Boilerplate, Headline, Story};
use mukarrar::document::UnitKind;

use crate::page_html::{FIRST, Page, SECOND, THIRD, cut, outline};

const TITLE: &str = "افتتاح الجسر الجديد في المدينة";

/// The kinds of the units that hold each text.
fn kinds(page: &Page, text: &str) -> Vec<UnitKind> {
    let holds = |unit: &&mukarrar::document::Unit| unit.span.of(&page.text).contains(text);
    page.units.iter().filter(holds).map(|unit| unit.kind).collect()
}

/// The page whose title and story are inside of `open` and `close`.
fn framed(open: &str, close: &str) -> Page {
    cut(&format!(
        "<html><head><title>{TITLE} - صحيفة</title></head><body><nav><a href=/>الرئيسية</a></nav>{open}<h1>{TITLE}</h1>\
         <p>{FIRST}</p><p>{SECOND}</p>{close}<footer>جميع الحقوق محفوظة</footer></body></html>"
    ))
}

fn expect_story(page: &Page, what: &str) {
    let found: Vec<_> = outline(page).into_iter().map(|(kind, title, _)| (kind, title)).collect();
    let expected = [(Boilerplate, None), (Headline, None), (Story, Some(1)), (Boilerplate, None)];
    assert_eq!(found, expected, "{what}: {:?}", outline(page));
}

#[test]
fn a_form_around_the_page_or_its_article_is_none() {
    for (open, close) in [
        ("<form id=form1 method=post><input type=hidden name=__VIEWSTATE>", "</form>"),
        ("<form><table><tr><td><div>", "</div></td></tr></table></form>"),
        ("<article><form>", "</form></article>"),
        ("<form><main><article>", "</article></main></form>"),
        ("<fieldset>", "</fieldset>"),
        ("<label><div>", "</div></label>"),
        ("<form><div class=print-area><div id=modal>", "</div></div></form>"),
    ] {
        expect_story(&framed(open, close), open);
    }
}

#[test]
fn names_of_parts_on_the_element_around_an_article_say_nothing() {
    #[rustfmt::skip]
    let classes = [
        "post-12 post type-post hentry tag-print", "post hentry category-comments", "post post-author-ads", "print-area",
        "news-print", "modal-open", "breadcrumb-on", "cookie-accepted", "comments-closed", "newsletter-off", "ads-enabled",
        "ad-content", "social-share", "meta", "login", "caption", "hidden-print", "tags", "byline", "comments", "entry-meta",
        "popup-content", "share-story", "body-copyright",
    ];
    for class in classes {
        expect_story(&framed(&format!("<div class='{class}'>"), "</div>"), class);
        expect_story(&framed(&format!("<section class='{class}'>"), "</section>"), class);
    }
    for id in ["print", "print_content", "popup", "modal", "comments", "share", "tags", "ads"] {
        expect_story(&framed(&format!("<div id={id}>"), "</div>"), id);
    }
}

/// Without a first heading too, as on old pages with tables.
#[test]
fn a_form_around_a_page_without_headings_is_none() {
    let page = cut(&format!(
        "<title>صحيفة الضفة - {TITLE}</title><form id=aspnetForm><table><tr><td><a href=/>الرئيسية</a></td></tr><tr><td><b><font \
         size=5>{TITLE}</font></b></td></tr><tr><td><font>{FIRST}<br><br>{SECOND}<br><br>{THIRD}</font></td></tr></table></form>"
    ));
    let title = page.units.iter().position(|unit| unit.kind == Headline);
    let story: Vec<_> = page.units.iter().filter(|unit| unit.kind == Story).collect();
    assert!(!story.is_empty() && story.iter().all(|unit| unit.title == title), "{:?}", outline(&page));
    for text in [FIRST, SECOND, THIRD] {
        assert_eq!(kinds(&page, text), [Story], "{text}");
    }
}

#[test]
fn a_form_around_a_page_of_headlines_is_none() {
    let headlines = [
        "وزير النقل يتفقد أعمال توسعة الميناء",
        "انقطاع المياه عن أحياء الشرق يومين",
        "النجمة يخسر نقطتين أمام ضيفه الاتفاق",
    ];
    let links: String = headlines.iter().map(|headline| format!("<div><a href=/x>{headline}</a></div>")).collect();
    let page = cut(&format!("<form id=form1><div class=menu><a href=/>الرئيسية</a></div>{links}</form>"));
    for headline in headlines {
        assert_eq!(kinds(&page, headline), [Headline], "{headline}");
    }
}

const COMMENT: &str =
    "هذا تعليق طويل من قارئ غاضب يرى أن المدينة لا تحتاج إلى جسر جديد بل إلى إنارة وصيانة شبكة الماء قبل كل شيء.";

#[test]
fn comments_stay_comments_though_they_are_longer_than_the_article() {
    let comment = format!("<li class=comment><article class=comment-body><p>{COMMENT}</p></article></li>");
    let comments = format!("<div id=comments><h3>التعليقات</h3><ol class=commentlist>{}</ol></div>", comment.repeat(8));
    for (open, close) in [("<div>", "</div>"), ("<form>", "</form>"), ("<article>", "</article>")] {
        let page = framed(open, &format!("{close}{comments}"));
        assert!(kinds(&page, COMMENT).iter().all(|kind| *kind == Boilerplate), "{open}: {:?}", outline(&page));
        assert_eq!(kinds(&page, FIRST), [Story], "{open}");
        // Inside the form, too.
        let page = framed(open, &format!("{comments}{close}"));
        assert!(kinds(&page, COMMENT).iter().all(|kind| *kind == Boilerplate), "{open}: {:?}", outline(&page));
        assert_eq!(kinds(&page, FIRST), [Story], "{open}");
    }
    let page =
        cut(&format!("<title>تعليقات على {TITLE}</title><nav><a href=/>الرئيسية</a></nav><h1>{TITLE}</h1>{comments}"));
    assert!(page.units.iter().all(|unit| unit.kind != Story), "{:?}", outline(&page));
}

#[test]
fn forms_and_notices_that_hold_no_article_stay_what_they_are() {
    let terms = "بتسجيل الدخول فإنك توافق على شروط الاستخدام وسياسة الخصوصية الخاصة بصحيفة المدينة وعلى تلقي رسائلنا.";
    let fields = "<label>البريد <input type=email></label><label>كلمة المرور <input type=password></label>";
    for html in [
        format!("<h1>تسجيل الدخول</h1><form>{fields}<p>{terms}</p><button>دخول</button></form>"),
        format!("<form class=login><h1>تسجيل الدخول</h1>{fields}<p>{terms}</p><button>دخول</button></form>"),
        format!(
            "<h2><a href=/1>وزير النقل يتفقد أعمال توسعة الميناء</a></h2><div class=cookie><p>{FIRST}</p><p>{SECOND}</p></div>"
        ),
    ] {
        let page = cut(&format!("<title>تسجيل الدخول - صحيفة المدينة</title><nav><a href=/>الرئيسية</a></nav>{html}"));
        assert!(page.units.iter().all(|unit| unit.kind != Story), "{:?}", outline(&page));
    }
}

#[test]
fn a_picture_with_a_headline_on_it_has_no_caption() {
    let slide = |title: &str| format!("<div><a href=/1><img><div class=caption><h2>{title}</h2></div></a></div>");
    let title = "سد الغزالة يمتلئ للمرة الأولى منذ إنشائه";
    let page = cut(&format!("<nav><a href=/>الرئيسية</a></nav>{}", slide(title)));
    assert_eq!(kinds(&page, title), [Headline]);
}

#[test]
fn a_label_alone_below_a_picture_is_a_caption_and_a_row_of_links_is_a_menu() {
    let picture = "<div class=i0><div><img src=a.jpg></div><div class=c1>منظر للجسر الجديد عند افتتاحه أمس</div></div>";
    let page = framed(&format!("<div>{picture}"), "</div>");
    assert_eq!(kinds(&page, "منظر للجسر"), [Boilerplate], "{:?}", outline(&page));
    let menu = "<table><tr><td><a href=/1>أخبار المحافظة</a></td><td><a href=/2>تحقيقات وحوارات</a></td><td><a href=/3>ملاعب</a></td></tr></table>";
    let page = framed(&format!("{menu}<div>"), "</div>");
    for text in ["أخبار المحافظة", "تحقيقات وحوارات", "ملاعب"] {
        assert_eq!(kinds(&page, text), [Boilerplate], "{text}");
    }
}

/// What readers do not see is no text, and what they see is.
#[test]
fn what_classes_and_styles_hide_is_no_text() {
    #[rustfmt::skip]
    let hidden = [
        "class=d-none", "class=hidden", "class='panel collapse'", "style='opacity:0'", "style='font-size: 0px'",
        "style='text-indent:-9999px'", "layout=nodisplay", "fallback", "aria-hidden=true class='modal fade'",
    ];
    for attributes in hidden {
        let page = framed("<div>", &format!("<div {attributes}><p>{THIRD}</p></div></div>"));
        assert_eq!(kinds(&page, THIRD), [], "{attributes}");
    }
    #[rustfmt::skip]
    let shown = [
        "class='d-none d-md-block'", "class='hidden md:flex'", "class='collapse show'", "class='collapse navbar-collapse'",
        "style='opacity:0.5'", "style='font-size:10px'", "aria-hidden=true",
    ];
    for attributes in shown {
        let page = framed("<div>", &format!("<div {attributes}><p>{THIRD}</p></div></div>"));
        assert_eq!(kinds(&page, THIRD).len(), 1, "{attributes}");
    }
}

#[test]
fn tables_files_and_posts_of_other_sites_in_an_article() {
    let page = framed(
        "<article>",
        &format!(
            "<table><tr><td><p>السنة</p></td><td><p>الكلفة</p></td></tr><tr><td><p>2026</p></td><td><p>210</p></td></tr></table>\
             <blockquote class=twitter-tweet><p>عبرت الجسر هذا الصباح مع أولادي ولم أصدق أنه فتح أخيرا بعد كل هذه السنين.</p></blockquote>\
             <p>{THIRD}</p><div>المرفقات</div><div><a href=/plan.pdf>مخطط الجسر.pdf</a> <span>(1.2 ميغابايت)</span></div></article>"
        ),
    );
    for (text, kind) in
        [("الكلفة", Story), ("210", Story), ("عبرت الجسر", Boilerplate), (THIRD, Story), ("مخطط الجسر", Boilerplate)]
    {
        assert_eq!(kinds(&page, text), [kind], "{text}: {:?}", outline(&page));
    }
}
