//! The library finds the main text of a page that `dom_smoothie` finds.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use mukarrar_models::{main_text, main_text_of_model};
use proptest::prelude::*;

#[test]
fn pages_of_all_kinds_have_the_main_text_of_the_model() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/html");
    let mut pages = 0;
    for entry in fs::read_dir(folder.join("pages")).unwrap() {
        let path = entry.unwrap().path();
        let html = fs::read_to_string(&path).unwrap();
        let text = main_text_of_model(&html).unwrap();
        assert_eq!(main_text(&html).unwrap(), text, "{}", path.display());

        // The tests of the library read what was recorded.
        let recorded = folder.join("main_text").join(path.file_stem().unwrap()).with_extension("txt");
        assert_eq!(fs::read_to_string(recorded).unwrap(), text, "{}", path.display());
        pages += 1;
    }
    assert_eq!(pages, 20);
}

/// Text of some length, with and without commas, sentences and links.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "أعلنت الوزارة أمس،",
        "افتتاح مراكز جديدة في المدينة. ",
        "news, of the day, and more",
        "&nbsp;",
        " \n ",
        "ad",
        "Loading...",
        "العمل يبدأ مطلع الأسبوع المقبل بعد أن اكتملت التجهيزات التي تأخرت، وأضافت أن المراكز ستخدم السكان.",
    ]);
    prop::collection::vec(word, 1..8).prop_map(|words| words.concat())
}

/// The beginning of an element, with attributes that the rules look at. In `<svg>` a tree and its HTML can differ in what is
/// markup, so there is none.
fn element() -> impl Strategy<Value = (&'static str, String)> {
    let names = vec![
        "div",
        "div",
        "div",
        "p",
        "p",
        "section",
        "article",
        "ul",
        "li",
        "table",
        "tbody",
        "tr",
        "td",
        "th",
        "span",
        "a",
        "h1",
        "h2",
        "h3",
        "form",
        "fieldset",
        "figure",
        "pre",
        "blockquote",
        "noscript",
        "font",
        "aside",
        "footer",
        "header",
        "object",
        "iframe",
        "template",
        "textarea",
        "button",
        "main",
        "dl",
        "dd",
        "b",
        "em",
        "code",
        "caption",
        "title",
        "script",
        "style",
        "time",
        "del",
        "picture",
        "label",
    ];
    let attributes = vec![
        "",
        "",
        "",
        " class='content post'",
        " class='comment related'",
        " class='sidebar'",
        " id=share_box class='share'",
        " id=readability-page-1",
        " class='author-name'",
        " rel=AUTHOR",
        " hidden",
        " style='display: none; color: red'",
        " aria-hidden=true",
        " role=navigation",
        " role=presentation",
        " href='#x'",
        " href='javascript:void(0)'",
        " href='/a/b.html'",
        " src='https://www.youtube.com/embed/1'",
        " data-src='/i/a.jpg 2x' class=lazy",
        " summary=x colspan=12",
        " itemprop=author",
    ];
    (prop::sample::select(names), prop::sample::select(attributes))
        .prop_map(|(name, attributes)| (name, format!("<{name}{attributes}>")))
}

/// A part of a page, as deep as pages are.
fn part() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => words(),
        1 => Just("<br>".to_owned()),
        1 => Just("<br><br>".to_owned()),
        1 => Just("<hr>".to_owned()),
        1 => Just("<!-- comment -->".to_owned()),
        1 => Just("<img>".to_owned()),
        1 => Just("<img src=a.jpg>".to_owned()),
        1 => Just("<input>".to_owned()),
        1 => Just("<noscript><img src=b.png></noscript>".to_owned()),
        1 => Just("<a href=/x>اقرأ أيضا</a>".to_owned()),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let parts = prop::collection::vec(inner, 0..6);
        (element(), parts, prop::bool::weighted(0.95)).prop_map(|((name, begin), parts, closed)| {
            let end = if closed { format!("</{name}>") } else { String::new() };
            format!("{begin}{}{end}", parts.concat())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_page_has_the_main_text_of_the_model(
        head in prop::sample::select(vec![
            "<title>أعلنت الوزارة أمس - موقع</title>",
            "<title>a: b c d e f g</title><meta property='og:title' content='news of &amp;amp; the day'>",
            "<title>x</title><meta name=author content=y><meta name='dc.title' content='افتتاح مراكز جديدة'>",
            "",
        ]),
        parts in prop::collection::vec(part(), 1..8),
    ) {
        let html = format!("<html><head>{head}</head><body>{}", parts.concat());
        assert_eq!(main_text(&html).unwrap(), main_text_of_model(&html).unwrap(), "{html}");
    }
}
