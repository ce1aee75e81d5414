use super::*;
use crate::input::html::tokens;

fn read(html: &str) -> StructuredPage {
    tokens::read(html, StructureReader::default()).finish(&PageMetadata::default())
}

fn lines(html: &str) -> Vec<String> {
    read(html).text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn hints(html: &str) -> Vec<LineHint> {
    let StructuredPage { text, layout, .. } = read(html);
    assert_eq!(text.lines().filter(|line| !line.trim().is_empty()).count(), layout.lines.len(), "{html}");
    layout.lines
}

fn zones(html: &str) -> Vec<Zone> {
    hints(html).iter().map(|hint| hint.zone).collect()
}

#[test]
fn blocks_breaks_and_cells_make_lines() {
    assert_eq!(
        lines("<div>أول  ثان\n<b>ثا</b>لث<br>رابع<p>خا<wbr>مس</div><li>سادس<li>سابع"),
        ["أول ثان ثالث", "رابع", "خامس", "سادس", "سابع"]
    );
    assert_eq!(lines("<table><tr><td>أ<td>ب<tr><td><p>ج<p>د<td>ه</table>"), ["أ | ب", "ج", "د", "ه"]);
    assert_eq!(lines("<p>&nbsp;</p><p>أول\u{2028}ثان</p><pre>ثالث\n\n  رابع</pre>"), ["أول ثان", "ثالث", "رابع"]);
}

#[test]
fn a_row_of_links_is_a_line_for_each_and_a_sentence_with_links_is_one() {
    assert_eq!(lines("<div><a href=1>أول</a> | <a href=2>ثان</a><a href=3>ثالث</a></div>"), ["أول", "ثان", "ثالث"]);
    assert_eq!(lines("<p><a href=1>قال</a> الوزير <a href=2>أمس</a></p>"), ["قال الوزير أمس"]);
    assert_eq!(lines("<p>و<a href=1>قال</a></p>"), ["وقال"]);
    assert_eq!(lines("<p><span>عاجل</span><a href=1>خبر</a></p>"), ["عاجل خبر"]);
}

#[test]
fn what_is_not_seen_is_no_text() {
    let html = "<p hidden>أ</p><div style='color:red; display: none'>ب<p>ت</div><span class='x sr-only'>ث</span><template>ج</template>\
                <noscript>ح</noscript><svg><title>خ</title></svg><select><option>د</select><a href=1 class=sr-only>ذ</a><p>ظاهر</p>\
                <script>if (a < b) { '<p>' }</script><textarea>ر</textarea><i aria-hidden=true>ز</i>";
    assert_eq!(lines(html), ["ظاهر"]);
    assert_eq!(lines("<body style='display:none'><p>ظاهر</p></body>"), ["ظاهر"]);
}

#[test]
fn parts_of_a_page_are_told_by_element_role_and_class() {
    let html = "<header>رأس</header><nav>قائمة</nav><main><article><header>عنوان</header><p>نص</p><figure><figcaption>صورة</figcaption>\
                </figure><p class=byline>كاتب</p><time>أمس</time><footer>ذيل</footer></article></main><aside>جانب</aside>\
                <div class='post-comments'><article><p>تعليق</p></article></div><form>بحث</form><div role=contentinfo>حقوق</div>";
    use Zone::{Aside, Byline, Caption, Comments, Controls, Footer, Header, Navigation, Open, Time};
    let expected = [Header, Navigation, Open, Open, Caption, Byline, Time, Footer, Aside, Comments, Controls, Footer];
    assert_eq!(zones(html), expected);
    for class in ["has-sidebar", "page-with-menu", "content-sidebar-wrap", "commentary", "no-comments"] {
        assert_eq!(zones(&format!("<div class='{class}'>نص")), [Open], "{class}");
    }
}

#[test]
fn headings_items_rows_and_links_are_told() {
    let html = "<h2><a href=1>عنوان</a></h2><ul><li><span>10:15</span> <a href=2>رابط طويل</a></ul><table><tr><td>أ<td>ب</table>\
                <p>نص فيه <a href=3>رابط</a></p><p><a name=x>نص</a></p>";
    let found: Vec<_> = hints(html).iter().map(|hint| (hint.heading, hint.item, hint.row, hint.is_link())).collect();
    let (no, yes) = (false, true);
    assert_eq!(found, [(2, no, no, yes), (0, yes, no, yes), (0, no, yes, no), (0, no, no, no), (0, no, no, no)]);
}

#[test]
fn entries_of_an_article_are_its_own_and_cards_are_not() {
    let long = "كلمة ".repeat(30);
    let html = format!(
        "<main><article><h1>أ</h1><p>{long}</p><article><p>{long}</p></article><div class=entry-content>{long}</div></article>\
         <article><h3>ب</h3></article></main>"
    );
    let articles: Vec<u32> = hints(&html).iter().map(|hint| hint.article).collect();
    assert_eq!(articles, [2, 2, 2, 2, 5]);
}

#[test]
fn tags_that_are_left_open_or_closed_twice_break_nothing() {
    let html =
        "<nav><ul><li><a href=1>رابط<li><a href=2>آخر</ul></nav></div></span><p>نص</b></p></p><p>ثان</table>ثالث";
    assert_eq!(lines(html), ["رابط", "آخر", "نص", "ثان", "ثالث"]);
    use Zone::{Navigation, Open};
    assert_eq!(zones(html), [Navigation, Navigation, Open, Open, Open]);
    let linked: Vec<bool> = hints(html).iter().map(LineHint::is_link).collect();
    assert_eq!(linked, [true, true, false, false, false]);
}

/// Pages that are made to exhaust a parser are read in time that grows with their length alone.
#[test]
fn no_page_is_too_odd() {
    let many = 20_000;
    for tags in [
        "<div>",
        "<b>",
        "<a href=1>",
        "<p>",
        "<table><tr><td>",
        "<article>",
        "<li>",
        "<ul><li>",
        "<span>",
        "<svg>",
        "</div>",
    ] {
        let html = format!("{}نص", tags.repeat(many));
        let found = read(&html);
        assert!(found.text == "نص" || tags == "<svg>", "{tags}");
    }
    let html = format!("<article>{}", "<article><p>نص".repeat(many));
    assert_eq!(read(&html).layout.lines.len(), many);
    let row = "<a href=1>رابط</a>".repeat(many);
    assert_eq!(read(&row).layout.lines.len(), many);
}
