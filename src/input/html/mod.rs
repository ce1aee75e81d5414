//! HTML pages: the main text or the whole text, with title, date and canonical address.
//!
//! [`main_text`] finds the main text as Mozilla's Readability does. It needs a tree, which for crafted pages takes more
//! than linear time. Therefore a linear walk over the tokens ([`walk`]) counts elements and depth, and the tree is built from
//! the same tokens ([`tree_walk`]) as long as the page is below [`MAX_DEPTH`], [`MAX_ELEMENTS`] and [`MAX_WORK`]. A page
//! beyond them, or without a main text, is walked again for its whole text. The same walk makes both texts: block elements
//! become line breaks, white space becomes one space. It does not recurse, so no page can exhaust the stack.
//!
//! To be cut into stories, a page is read by [`structure`]: all visible text, line by line, with a markup hint for each
//! line. The metadata come from the same tokens.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::options::HtmlText;
use super::reject::RejectReason;
use crate::document::PageLayout;

mod articles;
mod attributes;
mod boxes;
mod charset;
mod dates;
mod described;
mod field_text;
mod json_ld;
mod line;
mod main_text;
mod metadata;
mod places;
mod record;
mod stack;
mod structure;
mod tokenizer;
mod tokens;
mod tree_walk;
mod walk;
mod zones;

#[cfg(feature = "warc")]
pub(super) use charset::of_content_type;
use main_text::TreeBuilding;
use metadata::PageMetadata;
pub(super) use record::{PageOrigin, record};
use structure::StructureReader;
use tree_walk::PageTree;
use walk::{PageWalk, WalkedPage};

/// Largest depth of elements at which the main text is looked for. Pages have some dozens; browsers stop at 512.
const MAX_DEPTH: usize = 256;

/// Most elements among which the main text is looked for: some seconds of work. News pages have some thousands.
const MAX_ELEMENTS: usize = 50_000;

/// Largest product of elements and depth at which the main text is looked for. It bounds the nodes of the tree: the
/// parser opens an unclosed `<b>` again in every following paragraph. News pages have some hundred thousands.
const MAX_WORK: usize = 1_000_000;

/// A page that was read.
#[derive(Debug)]
struct HtmlPage {
    text: String,
    metadata: PageMetadata,
    /// Markup hints of the lines, if they were asked for.
    layout: Option<PageLayout>,
    /// The main text was asked for and not found, so `text` is the whole text.
    all: bool,
}

/// Reads a page: its main text, its whole text, or its whole text line by line.
///
/// # Errors
///
/// [`RejectReason::NoPage`]: a tag has too many attributes.
fn page(html: &str, wanted: HtmlText) -> Result<HtmlPage, RejectReason> {
    attributes::check(html)?;

    Ok(match wanted {
        HtmlText::Main => main_or_all(html),
        HtmlText::All => HtmlPage::all(walk::walk(html)),
        HtmlText::Lines => lines(html),
    })
}

impl HtmlPage {
    /// A page with its whole text.
    fn all(walked: WalkedPage) -> Self {
        Self { text: walked.text, metadata: walked.metadata, layout: None, all: false }
    }
}

/// Reads a page line by line.
fn lines(html: &str) -> HtmlPage {
    let readers = (PageWalk::of_metadata(), StructureReader::default());
    let (walk, structure) = tokens::read(html, readers);
    let mut metadata = walk.finish().metadata;
    let structure::StructuredPage { text, mut layout, byline, moment } = structure.finish(&metadata);

    // The head of the page outweighs a byline in its text. With the layout it is known which dates are of other stories.
    metadata.byline = metadata.byline.or(byline);
    metadata.set_moment(moment);
    layout.described = described::articles(&metadata);
    HtmlPage { text, metadata, layout: Some(layout), all: false }
}

/// Reads the main text of a page, or its whole text if there is none.
fn main_or_all(html: &str) -> HtmlPage {
    // A panic of the tree must cost this page its main text, not end the run. So must one of the extractor, below.
    let walked = catch_unwind(AssertUnwindSafe(|| tree_walk::walk(html)));
    let (metadata, tree) = walked.unwrap_or_else(|_| (walk::walk(html).metadata, PageTree::None));

    let main = match tree {
        PageTree::Built(tree) => main_text(|| tree),
        PageTree::Apart => main_text(|| tree_walk::build(html)),
        PageTree::None => None,
    };
    match main {
        Some(text) => HtmlPage { text, metadata, layout: None, all: false },
        None => HtmlPage { all: true, ..HtmlPage::all(walk::walk(html)) },
    }
}

/// The main text of a tree; `None` if the extractor finds none or fails.
fn main_text(tree: impl FnOnce() -> TreeBuilding) -> Option<String> {
    // The tree may hold more elements than the page has tags: the parser opens some again.
    let extract = || main_text::main_text(tree(), 2 * MAX_ELEMENTS);
    let text = catch_unwind(AssertUnwindSafe(extract)).ok()??;
    Some(text).filter(|text| text.contains(char::is_alphanumeric))
}

#[cfg(test)]
mod tests;
