//! HTML: the main text of a page, or all of it, with its title, date and canonical address.
//!
//! The main text is found by `dom_smoothie`, a port of Mozilla's Readability that follows it closely and is released every few
//! weeks. It builds a tree, which costs time beyond linear for pages that nobody writes by hand; so a first, linear walk over
//! the tokens of the page ([`walk`]) gives all its text and counts elements and depth, and pages beyond [`DEEPEST`],
//! [`MOST`] or [`WORK`], like those in which no main text is found, give all their text. Both texts are made by the same walk: block
//! elements become line breaks, white space one space, and nothing nests, so no page can exhaust the stack.
//!
//! For cutting into stories a page is read another way ([`structure`]): all that it shows, line by line, with what the markup
//! says of each line.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_smoothie::{Config, Readability};

use super::options::HtmlText;
use super::reject::RejectReason;
use crate::document::PageLayout;

mod attributes;
mod charset;
mod described;
mod json_ld;
mod line;
mod metadata;
mod record;
mod stack;
mod structure;
mod walk;
mod zones;

#[cfg(feature = "warc")]
pub(super) use charset::of_content_type;
use metadata::PageMetadata;
pub(super) use record::{PageOrigin, record};

/// Levels of elements up to which the main text is looked for. Pages have some dozens; browsers stop at 512.
const DEEPEST: usize = 256;

/// Elements up to which the main text is looked for: some seconds of work. News pages have some thousands.
const MOST: usize = 50_000;

/// Elements times levels up to which it is looked for: an unclosed `<b>` comes again in every paragraph that follows, so a tree
/// can have about so many nodes. News pages have some hundred thousands.
const WORK: usize = 1_000_000;

/// A page as it is read.
#[derive(Debug)]
struct HtmlPage {
    text: String,
    metadata: PageMetadata,
    /// What the markup says of the lines, if that was asked for.
    layout: Option<PageLayout>,
    /// The main text was asked for and not found.
    all: bool,
}

/// Reads a page: its main text, all of it, or all of it line by line.
///
/// # Errors
///
/// It has a tag that no page has.
fn page(html: &str, wanted: HtmlText) -> Result<HtmlPage, RejectReason> {
    attributes::check(html)?;
    let walked = walk::walk(html);
    if wanted == HtmlText::Lines {
        let structure::StructuredPage { text, mut layout, byline } = structure::read(html);
        let mut metadata = walked.metadata;
        metadata.byline = metadata.byline.or(byline);
        described::describe(&mut layout, &text, &metadata);
        return Ok(HtmlPage { text, metadata, layout: Some(layout), all: false });
    }
    let raw = wanted == HtmlText::All;
    let walked_work = walked.elements.saturating_mul(walked.deepest);
    let odd = walked.deepest > DEEPEST || walked.elements > MOST || walked_work > WORK;
    let main = if raw || odd { None } else { main_text(html) };
    let all = main.is_none() && !raw;
    Ok(HtmlPage { text: main.unwrap_or(walked.text), metadata: walked.metadata, layout: None, all })
}

/// The main text; `None` if there is none.
fn main_text(html: &str) -> Option<String> {
    let config = Config { disable_json_ld: true, max_elements_to_parse: 2 * MOST, ..Config::default() };
    // A page that trips the extractor costs its main text, not the run.
    let article = catch_unwind(AssertUnwindSafe(|| Readability::new(html, None, Some(config)).ok()?.parse().ok()));
    let content = article.ok()??.content;
    attributes::check(&content).ok()?;
    Some(walk::walk(&content).text).filter(|text| text.contains(char::is_alphanumeric))
}

#[cfg(test)]
mod tests;
