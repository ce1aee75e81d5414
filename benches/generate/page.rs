//! Words to a page of HTML as news sites write them: menus, teasers, comments and scripts around the article.
//!
//! A page of 300 words takes some 45 kB, of which the article is a tenth. What stands around it is drawn for each page;
//! the menu, the footer and the scripts are those of the site.

use std::fmt::Write;

use crate::rng::Rng;
use crate::text::{self, Marks};
use crate::words::Vocabulary;

/// The paragraphs of an article: a line break of the text begins another one.
const MARKS: Marks = Marks { line: ".</p>\n<p>", opening: " &quot;", closing: "&quot; " };

/// Appends the page of a document.
pub(crate) fn page(
    id: &str,
    document: u64,
    seed: u64,
    words: &[u32],
    vocabulary: &Vocabulary,
    respell: Option<Rng>,
    out: &mut String,
) {
    let mut around = Around { rng: Rng::new(seed, document, 6), site: Rng::new(seed, document % 8, 7), vocabulary };

    let title = around.words(8);
    head(id, &title, &mut around, out);
    menu(&mut around, out);

    let author = around.words(2);
    let _ = write!(
        out,
        "<main class=\"page-content container\" id=\"main\">\n<nav class=\"breadcrumb\"><a href=\"/\">{}</a> \
         <a href=\"/news\">{}</a></nav>\n<article class=\"post article-single\" id=\"post-{id}\">\n<header \
         class=\"entry-header\"><h1 class=\"entry-title\">{title}</h1>\n<div class=\"entry-meta\"><span \
         class=\"author\" rel=\"author\">{author}</span> <time datetime=\"2026-01-02T08:00:00+03:00\" \
         class=\"published\">2026-01-02</time></div></header>\n<figure class=\"wp-block-image size-large\"><img \
         src=\"/uploads/{id}.jpg\" width=\"1024\" height=\"683\" alt=\"{title}\" loading=\"lazy\" \
         class=\"wp-image-7\"><figcaption>{title}</figcaption></figure>\n<div class=\"entry-content\">\n<p>",
        around.words(1),
        around.words(1),
    );
    text::body(words, respell, vocabulary, &MARKS, out);
    out.push_str("</p>\n</div>\n");
    share(id, out);
    out.push_str("</article>\n");

    teasers(&mut around, out);
    comments(&mut around, out);
    out.push_str("</main>\n");
    footer(&mut around, out);
}

/// What is drawn for the text around an article.
struct Around<'v> {
    /// Of the page.
    rng: Rng,
    /// Of its site.
    site: Rng,
    vocabulary: &'v Vocabulary,
}

impl Around<'_> {
    fn words(&mut self, number: u64) -> String {
        draw(&mut self.rng, self.vocabulary, number)
    }

    fn site_words(&mut self, number: u64) -> String {
        draw(&mut self.site, self.vocabulary, number)
    }
}

fn draw(rng: &mut Rng, vocabulary: &Vocabulary, number: u64) -> String {
    let words: Vec<_> = (0..number).map(|_| vocabulary.word(vocabulary.draw(rng))).collect();
    words.join(" ")
}

fn head(id: &str, title: &str, around: &mut Around<'_>, out: &mut String) {
    let site = around.site_words(2);
    let _ = writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"ar\" dir=\"rtl\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title} | \
         {site}</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta \
         property=\"og:title\" content=\"{title}\">\n<meta property=\"og:type\" content=\"article\">\n<meta \
         property=\"og:url\" content=\"https://news.example/{id}\">\n<meta property=\"og:site_name\" \
         content=\"{site}\">\n<meta property=\"article:published_time\" content=\"2026-01-02T08:00:00+03:00\">\n<link \
         rel=\"canonical\" href=\"https://news.example/{id}\">\n<link rel=\"icon\" href=\"/favicon.png\" \
         sizes=\"32x32\">",
    );
    for style in 0..8 {
        let _ = writeln!(
            out,
            "<link rel=\"stylesheet\" id=\"style-{style}-css\" href=\"/assets/css/part-{style}.min.css?ver=6.4.{style}\" \
             media=\"all\">"
        );
    }

    out.push_str("<style>");
    for rule in 0..40 {
        let _ = write!(out, ".wp-block-{rule}{{margin:0 auto;padding:{rule}px;color:#{rule:02}3a5b}}");
    }
    out.push_str("</style>\n");
    script(60, out);
    out.push_str("</head>\n");
}

/// A script of `lines` lines.
fn script(lines: u32, out: &mut String) {
    out.push_str("<script type=\"text/javascript\">\n");
    for line in 0..lines {
        let _ = writeln!(out, "window.dataLayer=window.dataLayer||[];if(a{line}<b&&c>{line}){{push('event',{line});}}");
    }
    out.push_str("</script>\n");
}

fn menu(around: &mut Around<'_>, out: &mut String) {
    out.push_str(
        "<body class=\"rtl single single-post\">\n<header class=\"site-header\" id=\"masthead\"><div \
                  class=\"container\"><a class=\"logo\" href=\"/\"><img src=\"/logo.svg\" alt=\"\"></a>\n<nav \
                  class=\"main-navigation\" role=\"navigation\"><ul id=\"primary-menu\" class=\"menu\">\n",
    );
    for item in 0..12 {
        let _ = write!(
            out,
            "<li id=\"menu-item-{item}\" class=\"menu-item menu-item-type-taxonomy menu-item-{item}\"><a \
             href=\"/category/{item}\">{}</a>\n<ul class=\"sub-menu\">",
            around.site_words(2)
        );
        for sub in 0..4 {
            let _ = write!(
                out,
                "<li class=\"menu-item\"><a href=\"/category/{item}/{sub}\">{}</a></li>",
                around.site_words(1)
            );
        }
        out.push_str("</ul></li>\n");
    }
    out.push_str("</ul></nav></div></header>\n");
}

fn share(id: &str, out: &mut String) {
    out.push_str("<div class=\"sharedaddy share-buttons\"><ul>");
    for network in ["facebook", "twitter", "whatsapp", "telegram"] {
        let _ = write!(
            out,
            "<li class=\"share-{network}\"><a rel=\"nofollow noopener\" data-shared=\"share-{id}\" target=\"_blank\" \
             href=\"https://{network}.example/share?u=https%3A%2F%2Fnews.example%2F{id}&amp;t=1\"><i class=\"icon \
             icon-{network}\" aria-hidden=\"true\"></i><span>{network}</span></a></li>"
        );
    }
    out.push_str("</ul></div>\n");
}

/// Two lists of other articles: one below the article, one in the sidebar.
fn teasers(around: &mut Around<'_>, out: &mut String) {
    for (class, number) in [("related-posts", 12), ("sidebar widget most-read", 20)] {
        let _ = writeln!(out, "<div class=\"{class}\"><h3 class=\"widget-title\">{}</h3>", around.site_words(2));
        for _ in 0..number {
            let (link, title) = (around.rng.below(1_000_000), around.words(7));
            let _ = writeln!(
                out,
                "<div class=\"item post-teaser col-md-4\"><a href=\"https://news.example/{link}\" \
                 class=\"thumb\" title=\"{title}\"><img src=\"/uploads/thumb-{link}-300x200.jpg\" width=\"300\" \
                 height=\"200\" alt=\"{title}\" loading=\"lazy\"></a><div class=\"text\"><h4><a \
                 href=\"https://news.example/{link}\">{title}</a></h4><span class=\"date\">2026-01-01</span>\
                 <p>{}</p></div></div>",
                around.words(14)
            );
        }
        out.push_str("</div>\n");
    }
}

fn comments(around: &mut Around<'_>, out: &mut String) {
    out.push_str("<section id=\"comments\" class=\"comments-area\"><ol class=\"comment-list\">\n");
    for comment in 0..6 {
        let _ = writeln!(
            out,
            "<li id=\"comment-{comment}\" class=\"comment even depth-1\"><div class=\"comment-author vcard\"><b \
             class=\"fn\">{}</b></div><div class=\"comment-content\"><p>{}</p></div></li>",
            around.words(2),
            around.words(20)
        );
    }
    out.push_str("</ol></section>\n");
}

fn footer(around: &mut Around<'_>, out: &mut String) {
    out.push_str("<footer class=\"site-footer\" id=\"colophon\"><div class=\"footer-widgets\">\n");
    for link in 0..30 {
        let _ = writeln!(out, "<a href=\"/page/{link}\" class=\"footer-link\">{}</a>", around.site_words(2));
    }
    let _ = writeln!(out, "</div><p class=\"copyright\">&copy; 2026 {}</p></footer>", around.site_words(4));
    script(40, out);
    out.push_str("</body>\n</html>\n");
}
