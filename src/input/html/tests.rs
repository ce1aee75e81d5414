use super::*;

const HEAD: &str = "<!doctype html><html><head><title> عنوان\n الخبر </title><script>if (a<b) { x = '<p>'; }</script>\
                    <style>p > a { color: red }</style>";

fn all(html: &str) -> String {
    page(html, HtmlText::All).unwrap().text
}

#[test]
fn blocks_are_lines_and_white_space_is_one_space() {
    let html =
        "<div>أول  ثان\n<b>ثا</b>لث<br>رابع<p>خامس&nbsp;سادس</div><ul><li>سابع<li>ثامن</ul><pre>  تاسع\n\n عاشر</pre>";
    assert_eq!(all(html), "أول ثان ثالث\nرابع\nخامس\u{a0}سادس\nسابع\nثامن\n  تاسع\n\n عاشر");
    assert_eq!(all("<table><tr><td>أ<td>ب<tr><td>ج</table>"), "أ ب\nج");
    assert_eq!(all("<p>الزرا<wbr>عة والص<wbr>ناعة"), "الزراعة والصناعة", "a place to break a line is no space");
    assert_eq!(all("a &amp; b <i> c</i>d <!-- no --> e"), "a & b cd e");
    assert_eq!(all(&format!("{HEAD}<body>نص<noscript>بديل</noscript>")), "نصبديل");
    assert_eq!((all(""), all("<"), all("<p"), all("</")), (String::new(), "<".into(), String::new(), "</".into()));
}

#[test]
fn fields_come_from_the_best_place() {
    let fields = |head: &str| page(&format!("<html><head>{head}</head><body>نص"), HtmlText::All).unwrap().metadata;
    let found = fields(
        "<title>أ &amp; ب</title><meta property='og:title' content='ج'><meta name=date content='2020'>\
         <meta property='article:published_time' content='2021-02-03'><link rel=canonical href='https://a.sa/1'>\
         <meta property='og:url' content='https://a.sa/2'>",
    );
    let text = |value: &str| Some(value.to_owned());
    assert_eq!((found.title, found.date, found.url), (text("أ & ب"), text("2021-02-03"), text("https://a.sa/1")));
    let found =
        fields("<script type='application/ld+json'>{\"x\": [1], \"datePublished\" : \"2019\\u002d01\"}</script>");
    assert_eq!((found.title, found.date, found.url), (None, text("2019-01"), None));
    assert_eq!(fields("<time datetime='2018-01-01'>أمس</time>").date, text("2018-01-01"));
}

#[test]
fn the_main_text_leaves_what_surrounds_it() {
    let story = "<p>أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مراكز صحية جديدة، وقالت إن العمل فيها يبدأ مطلع الأسبوع المقبل، بعد أن \
                 اكتملت التجهيزات التي تأخرت من العام الماضي، وأضافت أن المراكز ستخدم سكان الأحياء الشمالية.</p>";
    let links = "<li><a href=/x>اقرأ أيضا خبرا آخر</a>".repeat(30);
    let html = format!(
        "{HEAD}</head><body><nav><ul>{links}</ul></nav><article><h1>عنوان الخبر</h1>{}</article><footer>جميع الحقوق \
         محفوظة</footer></body></html>",
        story.repeat(6)
    );
    let main = page(&html, HtmlText::Main).unwrap();
    assert!(!main.all);
    assert!(
        main.text.contains("ثلاثة مراكز") && !main.text.contains("اقرأ") && !main.text.contains("الحقوق"),
        "{}",
        main.text
    );
    assert_eq!(main.text.lines().filter(|line| line.starts_with("أعلنت")).count(), 6);
    let raw = page(&html, HtmlText::All).unwrap();
    assert!(!raw.all && raw.text.contains("اقرأ أيضا") && raw.text.contains("الحقوق"));
}

#[test]
fn a_page_without_main_text_gives_all_of_it() {
    let page = page("<html><body><script>x</script></body></html>", HtmlText::Main).unwrap();
    assert_eq!((page.text.as_str(), page.all), ("", true));
}

/// Pages that are made to exhaust a parser are read in no time, or refused.
#[test]
fn no_page_is_too_odd() {
    let many = 100_000;
    for tags in [
        "<div>",
        "<b>",
        "<a>",
        "<p>",
        "<table><tr><td>",
        "<font a>",
        "<svg>",
        "<b><p>",
        "<li>",
        "<button>",
        "<select>",
        "<svg><td>",
        "<svg><link>",
    ] {
        let html = format!("{}نص", tags.repeat(many));
        assert_eq!(page(&html, HtmlText::Main).unwrap().text, "نص", "{tags}");
    }
    let bold: String = (0..250).map(|number| format!("<b a={number}>")).collect();
    let html = format!("<p>{bold}{}", "<p>نص".repeat(40_000));
    assert!(page(&html, HtmlText::Main).unwrap().all);
    let attributes: String = (0..many).map(|number| format!(" a{number}=1")).collect();
    let reject = page(&format!("نص<p {attributes}>"), HtmlText::Main).unwrap_err();
    assert_eq!(reject.code(), "no_page");
    let long = format!("<p data-x='{}'>نص", "a b> <c d=\"".repeat(many));
    assert_eq!(page(&long, HtmlText::Main).unwrap().text, "نص");
    for escaped in ["&#x110000;&nosuch", "«نص»", "&amp;"] {
        let long = page(&format!("<p>{}", escaped.repeat(many / 2)), HtmlText::Main).unwrap();
        assert!(long.text.len() >= many / 2, "{escaped}");
    }
    let script = format!("<script>{}</script><p>نص", "a<b c d e f g ".repeat(many));
    assert_eq!(page(&script, HtmlText::Main).unwrap().text, "نص");
    for part in ["&", "<!--", "</", "<![CDATA[", "<!doctype ", "&#x", "<p =", "\"'", "<script>"] {
        assert!(page(&part.repeat(many), HtmlText::Main).is_ok() || part.starts_with("<p") || part == "</", "{part}");
    }
}

#[test]
fn the_declared_encoding_is_seen() {
    let declared = |html: &str| charset::declared(html.as_bytes());
    assert_eq!(
        declared("<META http-equiv=x content=\"text/html; charset=Windows-1256\">").as_deref(),
        Some("windows-1256")
    );
    assert_eq!(declared("<meta name=a><meta charset = 'utf-8'>").as_deref(), Some("utf-8"));
    assert_eq!(declared("<?xml version='1.0' encoding='ISO-8859-6'?><html>").as_deref(), Some("iso-8859-6"));
    assert_eq!(declared("<p>charset=utf-8"), None);
}

/// Pages on which a tree and a walk without one can differ in what is markup.
const FOREIGN: [&str; 8] = [
    "<svg><title>a<b>c</title></svg><p>first paragraph",
    "<svg><style><p>x</style></svg><p>after the style",
    "<math><mtext><textarea><p>x</textarea></mtext></math><p>after",
    "<svg><![CDATA[<p>in a section]]></svg><p>after the section",
    "<plaintext><p>all of this is text</p>",
    "<select><title>x<b>y</title><option>z</select><p>after the list",
    "<frameset><frame></frameset><noframes><p>x</noframes>",
    "<table><style>a<b></style><tr><td>cell<script>if (a<b) c</script></table><p>after the table",
];

#[test]
fn one_walk_gives_the_text_and_the_tree_that_two_give() {
    let article =
        "<p>فقرة أولى طويلة بما يكفي، وفيها جمل وفواصل، كي يكون لها وزن عند من يبحث عن النص الرئيس.</p>".repeat(6);
    let deep = format!("<div>{}</div>", "<div>".repeat(400));
    let ordinary = format!(
        "<!DOCTYPE html><html><head><meta charset=utf-8><title>عنوان &amp; تتمة</title><script>a<b</script></head>\
         <body><nav><a href=/>الرئيسية</a></nav><article>{article}</article><!-- c --><footer>حقوق</footer></body></html>"
    );
    let mut pages: Vec<String> = vec![ordinary, deep, String::new(), "<".to_owned(), "\u{FEFF}<p>a\r\nb\0c".to_owned()];
    pages.extend(FOREIGN.iter().map(|page| format!("<body>{page}<article>{article}</article>")));

    let mut built = 0;
    for html in &pages {
        let (metadata, tree) = tree_walk::walk(html);
        let alone = walk::walk(html);
        assert_eq!(metadata, alone.metadata, "{html}");
        match tree {
            tree_walk::PageTree::Built(tree) => {
                built += 1;
                assert_eq!(format!("{tree:?}"), format!("{:?}", tree_walk::build(html)), "{html}");
            }
            tree_walk::PageTree::Apart => {}
            tree_walk::PageTree::None => assert!(!alone.is_parsable(), "{html}"),
        }
    }
    assert!(built >= 4, "{built} trees were built with the walk");
}
